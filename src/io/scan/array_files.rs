//! Files of arrays: which rows they have, and which table beside describes them.
//!
//! numpy files of a folder are looked at together, because one array may be a role, another the identifiers. A
//! table belongs to an array that has as many rows, in the same order; of several the one whose name has most
//! in common.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{
    FitsRead, Scan,
    alert_files::of_packet,
    file_names::{Naming, stem},
    rules::Rule,
    source,
};
use crate::{
    domain::{Candidate, Part, Source, SourceKind, StampRef},
    io::{
        alerts::{plan::Survey, record::Packet, value::Scalar},
        arrays::{
            Array, ArrayFile, Cells, Kind,
            layout::{self, StampSet, last_part, meaning_of_column},
            npy::shape_text,
        },
        fits::{self, error::FitsError, header::exact_number},
        gunzip::MAX_BYTES,
        labels_csv::plain_label,
        table::Table,
    },
};

/// Endings of tables that may lie beside arrays.
const TABLES: [&str; 13] = [
    "csv", "tsv", "ecsv", "txt", "dat", "tab", "json", "jsonl", "ndjson", "parquet", "vot",
    "votable", "xml",
];

/// True for what is looked at because it lies beside arrays: other arrays, and tables.
pub fn may_describe_arrays(path: &Path) -> bool {
    let ending = path.extension().unwrap_or_default();
    let ending = ending.to_string_lossy().to_ascii_lowercase();
    ending == "npy" || TABLES.contains(&&*ending)
}

/// One file of arrays.
struct Opened {
    path: PathBuf,
    source: Arc<Source>,
    file: ArrayFile,
}

/// A column, by the name that surveys give it.
struct Column {
    name: Arc<str>,
    cells: Cells,
    /// True where the cells are those of a text, whose numbers are to be understood.
    is_of_table: bool,
}

/// Columns by what they mean.
#[derive(Default)]
struct Columns {
    all: Vec<Column>,
    truth: Option<usize>,
    file: Option<usize>,
}

impl Scan<'_> {
    /// The files of arrays of one folder, which are `paths`; `beside` lies everything that is in it.
    pub fn array_files(&mut self, paths: Vec<PathBuf>, beside: &[PathBuf]) {
        let mut single: Vec<Opened> = Vec::new();
        let mut tables = TablesBeside::new(beside);
        for path in paths {
            self.decoder.arrays.forget(&path);
            match ArrayFile::open(&path) {
                Ok(file) => {
                    let source = source(&path, SourceKind::Arrays);
                    let opened = Opened { path, source, file };
                    if opened.file.is_one_array() {
                        single.push(opened);
                    } else {
                        self.arrays(vec![opened], &mut tables);
                    }
                }
                Err(error) => self.unreadable(&path, "file", &error.to_string()),
            }
        }
        if !single.is_empty() {
            add_columns_beside(&mut single, beside);
            self.arrays(single, &mut tables);
        }
    }

    fn arrays(&mut self, mut files: Vec<Opened>, tables: &mut TablesBeside<'_>) {
        let places: Vec<(usize, usize)> = (0..)
            .zip(&files)
            .flat_map(|(file, opened)| (0..opened.file.arrays().len()).map(move |at| (file, at)))
            .collect();
        let arrays: Vec<Array> = files
            .iter()
            .flat_map(|opened| opened.file.arrays().iter().cloned())
            .collect();
        let sets = layout::sets(&arrays.iter().collect::<Vec<_>>());
        if sets.is_empty() {
            let has_one_axis = arrays.iter().all(|array| array.shape.len() <= 1);
            let shapes = arrays
                .iter()
                .take(8)
                .map(|array| format!("{} {}", array.name, shape_text(&array.shape)));
            let shapes: Vec<String> = shapes.collect();
            // Arrays of one axis lie beside stamps of another form.
            if !has_one_axis || arrays.is_empty() {
                let why = format!("holds no array of stamps: {}", shapes.join(", "));
                self.problem(&files[0].path, "file", &why);
            }
            return;
        }
        let several = sets.len() > 1;
        for set in &sets {
            if (self.is_cancelled)() {
                return;
            }
            let (file, _) = places[set.first];
            let name = set_name(&files[file].path, &arrays[set.first].name, several);
            let columns = self.columns(set, &arrays, &places, &mut files, tables);
            self.rows(set, &name, &columns, &arrays, &places, &files);
        }
    }

    /// The columns of a set: arrays of one axis, then the table beside.
    fn columns(
        &mut self,
        set: &StampSet,
        arrays: &[Array],
        places: &[(usize, usize)],
        files: &mut [Opened],
        tables: &mut TablesBeside<'_>,
    ) -> Columns {
        let mut found: Vec<(String, Cells, bool)> = Vec::new();
        for at in &set.columns {
            let (file, array) = places[*at];
            match files[file].file.cells(array) {
                Ok(cells) => found.push((last_part(&arrays[*at].name).to_owned(), cells, false)),
                Err(error) => {
                    let what = format!("array {}", arrays[*at].name);
                    let path = files[file].path.clone();
                    self.unreadable(&path, &what, &error.to_string());
                }
            }
        }
        let path = files[places[set.first].0].path.clone();
        if set.stacks[0].1.has_rows {
            match tables.of(&path, set.rows) {
                Ok(Some(table)) => {
                    let cells = |at: usize| {
                        let rows = table.rows.iter();
                        Cells::Texts(
                            rows.map(|row| row.cell(at).trim_matches(['"', '\'']).to_owned())
                                .collect(),
                        )
                    };
                    let heads = table.heads.iter().enumerate();
                    found.extend(heads.map(|(at, head)| (head.clone(), cells(at), true)));
                }
                Ok(None) if found.is_empty() => {
                    let why = format!(
                        "nothing beside says what its {} rows are, neither a table nor an array of one axis: they go \
                         by their numbers",
                        set.rows
                    );
                    self.problem(&path, "array", &why);
                }
                Err(others) if found.is_empty() => {
                    let why = format!(
                        "no table beside has its {} rows ({others}): they go by their numbers",
                        set.rows
                    );
                    self.problem(&path, "array", &why);
                }
                Ok(None) | Err(_) => {}
            }
        }
        Columns::of(found)
    }

    fn rows(
        &mut self,
        set: &StampSet,
        name: &str,
        columns: &Columns,
        arrays: &[Array],
        places: &[(usize, usize)],
        files: &[Opened],
    ) {
        for (at, stack, named) in &set.stacks {
            let channels = stack.channels();
            // Three channels of whole numbers may be colours.
            let may_be_colours = channels == 3 && arrays[*at].kind == Kind::Integer;
            if channels == 2 || channels > 3 || may_be_colours {
                let (file, _) = places[*at];
                let roles: Vec<_> = stack.roles(*named).iter().map(|role| role.name()).collect();
                let why = format!(
                    "has {channels} channels that nothing names: the first are taken as {}",
                    roles.join(", ")
                );
                let what = format!("array {}", arrays[*at].name);
                self.problem(&files[file].path.clone(), &what, &why);
            }
        }
        let names = columns.number_names();
        let naming = columns.file_naming();
        for row in 0..set.rows {
            if row % 4_096 == 0 && (self.is_cancelled)() {
                return;
            }
            let mut packet = columns.packet(row, names.len());
            if packet.row.object_id.is_none()
                && let Some((naming, file)) = naming.as_ref().zip(columns.file_of(row))
            {
                let own = naming.epoch(&file);
                packet.row.object_id = Some(own.object.into());
                packet.row.candid = packet.row.candid.take().or(own.epoch.map(Arc::from));
            }
            if packet.row.object_id.is_none() && packet.row.candid.is_none() {
                let own = if set.stacks[0].1.has_rows {
                    format!("{name}[{row}]")
                } else {
                    name.to_owned()
                };
                packet.row.object_id = Some(own.into());
            }
            let truth = columns.truth_of(row);
            let stamps = |epoch: usize| self.stamps_of(set, row, epoch, places, files);
            let epochs = set.stacks[0].1.epochs();
            let first = stamps(0);
            let others: Vec<_> = (1..epochs).map(stamps).collect();
            let Some(mut candidate) = of_packet(packet, (Survey::Other, &names), first) else {
                continue;
            };
            candidate.truth = truth;
            add_epochs(&mut candidate, others);
            self.candidate(candidate);
        }
        self.count(Rule::Arrays, set.rows);
    }

    fn stamps_of(
        &self,
        set: &StampSet,
        row: usize,
        epoch: usize,
        places: &[(usize, usize)],
        files: &[Opened],
    ) -> Vec<StampRef> {
        let mut stamps = Vec::new();
        for (at, stack, named) in &set.stacks {
            let (file, array) = places[*at];
            for role in stack.roles(*named) {
                stamps.push(StampRef {
                    id: self.ids.next(),
                    role: *role,
                    source: files[file].source.clone(),
                    part: Part::Cutout {
                        at_byte: array as u64,
                        len: 0,
                        record: (row * stack.epochs() + epoch.min(stack.epochs() - 1)) as u32,
                    },
                });
            }
        }
        stamps.sort_by_key(|stamp| stamp.role);
        stamps
    }
}

/// Adds arrays of one axis beside those that the user named.
fn add_columns_beside(single: &mut Vec<Opened>, beside: &[PathBuf]) {
    for path in beside {
        let is_numpy = path
            .extension()
            .is_some_and(|ending| ending.eq_ignore_ascii_case("npy"));
        if !is_numpy || single.iter().any(|opened| opened.path == *path) {
            continue;
        }
        if let Ok(file) = ArrayFile::open(path)
            && file.arrays().iter().all(|array| array.shape.len() == 1)
        {
            let (path, source) = (path.clone(), source(path, SourceKind::Arrays));
            single.push(Opened { path, source, file });
        }
    }
}

/// Epochs of a sequence, of which nothing but their order is known.
fn add_epochs(candidate: &mut Candidate, others: Vec<Vec<StampRef>>) {
    let Some(first) = candidate.epochs.first().cloned() else {
        return;
    };
    if !others.is_empty() {
        // A time or an identifier of the row is that of the object, not of each epoch.
        candidate.epochs[0].candid = None;
        candidate.epochs[0].mjd = None;
    }
    for stamps in others {
        candidate.epochs.push(crate::domain::Epoch {
            candid: None,
            mjd: None,
            stamps,
            ..first.clone()
        });
    }
}

/// What a set is called: its file, and its array where the file has several.
fn set_name(path: &Path, array: &str, several: bool) -> String {
    let stem = stem(path);
    let stem = ["npy", "npz", "h5", "hdf5", "hdf"]
        .iter()
        .find_map(|ending| {
            let (head, tail) = stem.rsplit_once('.')?;
            tail.eq_ignore_ascii_case(ending).then(|| head.to_owned())
        })
        .unwrap_or(stem);
    let group = array.rsplit_once('/').map_or("", |(group, _)| group);
    match (group, several) {
        (_, true) if array != stem && group.is_empty() => format!("{stem}/{array}"),
        ("", _) | (_, false) => stem,
        (group, true) => group.to_owned(),
    }
}

impl Scan<'_> {
    /// A FITS table with stamps in its cells: a row is a candidate, or an epoch of one.
    pub fn image_table(&mut self, path: &Path, fits: &FitsRead) {
        let rows = || -> Result<_, FitsError> {
            if fits.member.is_some() {
                return Ok(None);
            }
            let mut file = fits::stamp::open_fits(path)?;
            let hdu = fits.layout.image_table.unwrap_or(0);
            file.go_to(usize::from(hdu))?;
            let images = fits::image_table::image_columns(&file)?;
            let scalars = fits::image_table::scalars(&mut file)?;
            // The header of the table says what that of the file does not.
            let header = fits.layout.primary.with(&file.cards(), |_| true);
            Ok(Some((hdu, images, scalars, file.rows()?, header)))
        };
        let (hdu, images, scalars, rows, header) = match rows() {
            Ok(Some(found)) => found,
            Ok(None) => {
                let why =
                    "has its stamps in a table, which is not read within an archive; unpack it";
                return self.problem(path, "file", why);
            }
            Err(error) => return self.unreadable(path, "file", &error.to_string()),
        };
        let scalars = scalars.into_iter();
        let columns = Columns::of(scalars.map(|(name, cells)| (name, cells, false)).collect());
        let source = source(path, SourceKind::FitsTable);
        let names = columns.number_names();
        let own_name = stem(path);
        for row in 0..rows {
            let mut packet = columns.packet(row, names.len());
            if packet.row.object_id.is_none() && packet.row.candid.is_none() {
                packet.row.object_id = Some(format!("{own_name}[{row}]").into());
            }
            let stamp = |image: &fits::image_table::ImageColumn| StampRef {
                id: self.ids.next(),
                role: image.role,
                source: source.clone(),
                part: Part::Cutout {
                    at_byte: hdu.into(),
                    len: 0,
                    record: row as u32,
                },
            };
            let stamps = images.iter().map(stamp).collect();
            let Some(mut candidate) = of_packet(packet, (Survey::Other, &names), stamps) else {
                continue;
            };
            candidate.truth = columns.truth_of(row);
            if let Some(epoch) = candidate.epochs.first_mut() {
                epoch.mjd = epoch.mjd.or_else(|| header.mjd());
                epoch.band = epoch.band.take().or_else(|| header.band());
            }
            self.candidate(candidate);
        }
        self.count(Rule::ImageTable, rows);
    }
}

impl Columns {
    fn of(found: Vec<(String, Cells, bool)>) -> Self {
        // Of several columns of one meaning the likeliest by its name; the others keep their names.
        // Beside an x, y is a place in the image, not a class.
        let has_x = found
            .iter()
            .any(|(name, ..)| name.eq_ignore_ascii_case("x"));
        let is_place = |name: &str| has_x && name.eq_ignore_ascii_case("y");
        let mut meanings: Vec<(Option<(&'static str, usize)>, usize)> = found
            .iter()
            .enumerate()
            .map(|(at, (name, cells, _))| {
                let is_text = matches!(cells, Cells::Texts(_));
                let meaning = meaning_of_column(name, is_text).filter(|_| !is_place(name));
                (meaning, at)
            })
            .collect();
        meanings.sort_by_key(|(meaning, at)| (meaning.map_or(usize::MAX, |(_, rank)| rank), *at));
        let mut taken = BTreeSet::new();
        let mut names: Vec<Option<&'static str>> = vec![None; found.len()];
        for (meaning, at) in meanings {
            if let Some((meaning, _)) = meaning
                && taken.insert(meaning)
            {
                names[at] = Some(meaning);
            }
        }
        let mut columns = Self::default();
        for ((own, cells, is_of_table), name) in found.into_iter().zip(names) {
            match name {
                Some("truth") => columns.truth = Some(columns.all.len()),
                Some("file") => columns.file = Some(columns.all.len()),
                _ => {}
            }
            let is_kept = matches!(name, None | Some("truth" | "file"));
            let name = if is_kept {
                own.as_str()
            } else {
                name.unwrap_or(&own)
            };
            columns.all.push(Column {
                name: name.into(),
                cells,
                is_of_table,
            });
        }
        columns
    }

    /// The names of the columns that hold numbers.
    fn number_names(&self) -> Arc<[Arc<str>]> {
        self.all.iter().map(|column| column.name.clone()).collect()
    }

    fn packet(&self, row: usize, names: usize) -> Packet<'static> {
        let mut packet = Packet {
            numbers: vec![f64::NAN; names],
            ..Packet::default()
        };
        for (at, column) in self.all.iter().enumerate() {
            let value = column.value(row);
            // A class is no band, whatever its name.
            let has_meaning = Some(at) != self.truth && Some(at) != self.file;
            if let Some(number) = packet.take(&column.name, &value, has_meaning) {
                packet.numbers[at] = number;
            }
        }
        packet
    }

    fn text(&self, at: Option<usize>, row: usize) -> Option<Arc<str>> {
        self.all[at?].cells.at(row).text()
    }

    fn truth_of(&self, row: usize) -> Option<Arc<str>> {
        let truth = plain_label(&self.text(self.truth, row)?);
        (!truth.is_empty()).then(|| truth.into())
    }

    fn file_of(&self, row: usize) -> Option<String> {
        let path = self.text(self.file, row)?;
        Some(stem(Path::new(&*path))).filter(|stem| !stem.is_empty())
    }

    /// How the files of the rows are named, where a column has them.
    fn file_naming(&self) -> Option<Naming> {
        let Cells::Texts(texts) = &self.all[self.file?].cells else {
            return None;
        };
        let stems: Vec<String> = texts.iter().map(|path| stem(Path::new(path))).collect();
        let mut stems: Vec<&str> = stems.iter().map(String::as_str).collect();
        stems.sort_unstable();
        Some(Naming::of(Path::new(""), &stems, 0))
    }
}

impl Column {
    fn value(&self, row: usize) -> Scalar<'_> {
        match self.cells.at(row) {
            Scalar::Text(text) if self.is_of_table && !is_identifier(&self.name) => {
                let text = text.trim().to_owned();
                match (text.parse::<i64>(), exact_number(&text)) {
                    (Ok(integer), _) => Scalar::Int(integer),
                    (_, Some(number)) => Scalar::Float(number),
                    _ => Scalar::Text(text.into()),
                }
            }
            value => value,
        }
    }
}

fn is_identifier(name: &str) -> bool {
    matches!(name, "objectId" | "candid")
}

/// The tables of a folder, each read once, where an array asks for one.
struct TablesBeside<'a> {
    beside: &'a [PathBuf],
    read: Option<Vec<(PathBuf, Table)>>,
}

impl<'a> TablesBeside<'a> {
    const fn new(beside: &'a [PathBuf]) -> Self {
        Self { beside, read: None }
    }

    /// The table with so many rows whose name is most like that of the file; the lengths of the others in words
    /// where there are only others.
    fn of(&mut self, file: &Path, rows: usize) -> Result<Option<&Table>, String> {
        let beside = self.beside;
        let tables = self.read.get_or_insert_with(|| read_tables(beside));
        if tables.is_empty() {
            return Ok(None);
        }
        let own = name_words(file);
        let fitting = tables.iter().filter(|(_, table)| table.rows.len() == rows);
        let best = fitting
            .map(|(path, table)| (own.intersection(&name_words(path)).count(), table))
            .reduce(|best, next| if next.0 > best.0 { next } else { best });
        if let Some((_, table)) = best {
            return Ok(Some(table));
        }
        let others: Vec<String> = tables
            .iter()
            .take(4)
            .map(|(path, table)| {
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                format!("{name} has {}", table.rows.len())
            })
            .collect();
        Err(others.join(", "))
    }
}

fn read_tables(beside: &[PathBuf]) -> Vec<(PathBuf, Table)> {
    let is_table = |path: &&PathBuf| {
        let ending = path
            .extension()
            .and_then(|ending| ending.to_str())
            .unwrap_or_default();
        let len = path.metadata().map_or(u64::MAX, |about| about.len());
        TABLES.contains(&ending.to_ascii_lowercase().as_str()) && len <= MAX_BYTES as u64
    };
    let tables = beside.iter().filter(is_table);
    let tables = tables.filter_map(|path| Some((path.clone(), Table::read(path).ok()?)));
    // Notes of one column and a line or two are no tables.
    tables
        .filter(|(_, table)| !table.heads.is_empty() && !table.rows.is_empty())
        .collect()
}

/// The words of a file's name, without its ending.
fn name_words(path: &Path) -> BTreeSet<String> {
    let name = path
        .file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .to_lowercase();
    name.split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}
