//! Models written into files of their own: as destello reads them, or as ONNX for other programs.

use std::path::Path;

use anyhow::bail;

use crate::{
    domain::ModelCard,
    learn::{
        Compute,
        foreign::file as foreign_file,
        latent::file::{self as latent_file, is_latent},
        model_file, onnx,
    },
    lightcurve::forest_file::{self, is_forest},
    workspace::{latent_models, models},
};

/// Writes any model by its name into a file of its own, with its card beside it. The file's ending says
/// how: that of its kind, or `.onnx`.
///
/// # Errors
/// Where there is no such model, the ending is another, the model has no form in ONNX, or nothing can be
/// written.
pub fn export(name: &str, out: &Path) -> anyhow::Result<ModelCard> {
    let bytes = latent_models::bytes_of(name)?;
    let card = models::card_in(name, &bytes)?;
    let own = if is_forest(&bytes) {
        forest_file::ENDING
    } else if foreign_file::is_onnx(&bytes) {
        foreign_file::ENDING
    } else {
        "safetensors"
    };
    let ending = out.extension().and_then(|ending| ending.to_str());
    if ending == Some(own) {
        models::write_with_card(out, &bytes, &card)?;
    } else if ending == Some(onnx::ENDING) {
        models::write_with_card(out, &as_onnx(name, &bytes, &card)?, &card)?;
    } else {
        let file = out.display();
        let more = if is_forest(&bytes) {
            String::new()
        } else {
            format!(", or in .{} for other programs", onnx::ENDING)
        };
        bail!("{file}: the file of {} ends in .{own}{more}", card.name);
    }
    Ok(card)
}

fn as_onnx(name: &str, bytes: &[u8], card: &ModelCard) -> anyhow::Result<Vec<u8>> {
    let model = &card.name;
    if foreign_file::is_onnx(bytes) {
        return Ok(bytes.to_vec());
    }
    if is_forest(bytes) {
        bail!(
            "{model} is a random forest, which looks at light curves: only networks can be written as ONNX"
        );
    }
    if is_latent(card) {
        let model = latent_file::from_bytes(name, bytes, &Compute::cpu())?;
        return Ok(onnx::latent_to_bytes(&model)?);
    }
    let model = model_file::from_bytes(name, bytes, &Compute::cpu())?;
    Ok(onnx::to_bytes(&model)?)
}
