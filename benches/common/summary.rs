//! `target/bench/summary.json`: what all benches found.
#![allow(dead_code, reason = "each bench uses its part of it")]

use std::{env, fs, path::PathBuf};

use anyhow::Context;

use super::page::{Row, Summary};

/// Where it lies.
pub fn path() -> PathBuf {
    let target = env::var_os("CARGO_TARGET_DIR").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target"),
        PathBuf::from,
    );
    target.join("bench/summary.json")
}

/// What is there so far.
///
/// # Errors
/// Where it cannot be read.
pub fn read() -> anyhow::Result<Summary> {
    let path = path();
    if !path.exists() {
        return Ok(Summary::default());
    }
    let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    serde_json::from_str(&text).with_context(|| path.display().to_string())
}

/// Puts the rows of a bench there: what, aim, result, and a ratio where there is one.
///
/// # Errors
/// Where it cannot be written.
pub fn put(bench: &str, rows: &[(String, String, String, Option<f64>)]) -> anyhow::Result<()> {
    let mut summary = read()?;
    summary.machine = machine();
    let date = jiff::Timestamp::now().to_string();
    let date = date.split('T').next().unwrap_or_default();
    let row = |(what, aim, result, ratio): &(String, String, String, Option<f64>)| Row {
        bench: bench.into(),
        date: date.into(),
        what: what.clone(),
        aim: aim.clone(),
        result: result.clone(),
        ratio: *ratio,
    };
    summary.put(bench, rows.iter().map(row).collect());
    let path = path();
    fs::create_dir_all(path.parent().context("a folder")?)?;
    fs::write(&path, serde_json::to_string_pretty(&summary)? + "\n")?;
    Ok(())
}

/// `AMD EPYC 9R14, 2 cores`.
fn machine() -> String {
    let known = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name = known.lines().find(|line| line.starts_with("model name"));
    let name = name.and_then(|line| line.split_once(": "));
    let name = name.map_or(env::consts::ARCH, |(_, name)| name.trim());
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    format!("{name}, {cores} cores")
}
