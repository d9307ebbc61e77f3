//! Opening sets and projects: places, several windows, paths that hold nothing, files and projects that
//! change or vanish while they are open.

mod files;
mod join;
mod kept_index;
mod layouts;
mod nothing_found;
mod places;
mod project;
mod project_gone;
