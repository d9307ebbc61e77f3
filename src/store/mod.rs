//! Floor 2: the project file, SQLite: journal of labels, session.
