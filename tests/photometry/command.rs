//! The command's own way: files in, table out.
