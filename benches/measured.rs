//! All that the benches found, as one table of ratios; with `--write` as the page *Measured* of the guide.

#[path = "common/page.rs"]
mod page;
#[path = "common/summary.rs"]
mod summary;

use std::{env, fs, path::Path};

use anyhow::ensure;

fn main() -> anyhow::Result<()> {
    let found = summary::read()?;
    ensure!(
        !found.rows.is_empty(),
        "{}: nothing was measured yet; `make bench` does",
        summary::path().display()
    );
    println!(
        "{}\n\n    ratio  of what\n{}",
        found.machine,
        found.ratios()
    );
    if env::args().any(|word| word == "--write") {
        let guide = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/guide");
        let kept = fs::read_to_string(guide.join("measured.json"))?;
        let mut kept: page::Summary = serde_json::from_str(&kept)?;
        kept.renew(found);
        let text = serde_json::to_string_pretty(&kept)? + "\n";
        fs::write(guide.join("measured.json"), text)?;
        fs::write(guide.join("measured.md"), kept.page())?;
        println!("\nwritten to {}", guide.join("measured.md").display());
    }
    Ok(())
}
