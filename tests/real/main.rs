//! What this repository cannot bring along: real data (`DESTELLO_REAL_DATA` names their folder), a
//! display with a keyboard, other people's programs, a disk of its own. A test whose needs are not met
//! is reported as ignored, with what it needs in brackets, and never as passed.
//!
//! So this program has a harness of its own, libtest-mimic: a test is a function without `#[test]` that
//! stands in the list below. The compiler warns of a function that is not in it, and one test looks for
//! `#[test]`, which would never run here.
#![allow(clippy::unwrap_used, reason = "a test that cannot be prepared fails")]

mod braai;
mod bundle;
#[path = "../common/mod.rs"]
mod common;
mod disk;
mod explanation;
mod forest;
mod latent;
mod needs;
mod onnx;
mod opening;
mod orientation;
mod photometry;
mod python;
mod samp;
mod simulation;
mod team;
mod templates;
mod window;

use std::{fs, path::Path, process::ExitCode};

use libtest_mimic::{Arguments, Trial};
use needs::{Need, data};

/// Trials of functions that need something, by their paths.
macro_rules! trials {
    ($($need:expr => $($($name:ident)::+),+;)+) => {
        vec![$($(trial(
            concat!($("::", stringify!($name)),+),
            &$need,
            $($name)::+,
        )),+),+]
    };
}

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let mut trials = trials();
    let forgotten = || {
        no_test_is_written_for_another_harness(
            &Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/real"),
        );
        Ok(())
    };
    trials.push(Trial::test(
        "no_test_is_written_for_another_harness",
        forgotten,
    ));
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn trials() -> Vec<Trial> {
    use Need::{Data, Disk, Display, Keyboard, Lock, Python, Server};
    trials! {
        Data(&["hits"]) => opening::hits_has_275_cubes;
        Data(&["ztf/stamps"]) => opening::ztf_stamps_are_211_objects,
            explanation::real_alerts_are_explained,
            latent::real_alerts_lie_where_stars_lie;
        Data(&["ztf/packets"]) => opening::ztf_packets_open,
            photometry::differences_of_ztf_have_the_magnitudes_of_their_alerts;
        Data(&["ztf-archives"]) => opening::the_archives_have_exactly_their_faults;
        Data(&["rubin"]) => opening::rubin_alerts_open_with_variance_and_psf,
            orientation::rubin_stamps_lie_as_their_position_angle_says;
        Data(&["hits/NonVariable"]) => photometry::bright_constant_stars_of_hits_stay_constant;
        Data(&["hits", "templates"]) => forest::real_sequences_are_recognised,
            simulation::simulated_stars_look_like_real_ones;
        Data(&["templates"]) => templates::the_real_templates_are_read,
            simulation::built_in_supernovae_of_type_ia_fade_like_the_templates;
        Data(&["reference/braai_d6_m9.safetensors", "reference/braai_d6_m9_expected.csv", "ztf/stamps"]) =>
            braai::imported_braai_gives_the_expected_score_of_every_alert,
            braai::braai_as_a_network_of_others_gives_the_expected_scores_too;
        Display => window::the_tour_takes_a_picture_of_every_screen,
            window::a_system_in_spanish_has_a_window_in_spanish;
        Keyboard =>
            window::where_no_dialog_comes_a_typed_path_opens_a_set_and_a_signal_closes_it_with_every_label,
            window::labels_given_by_key_survive_a_kill,
            window::a_key_costs_little_where_the_processor_draws,
            window::moves_of_the_pointer_over_what_stays_the_same_draw_nothing,
            window::a_lost_graphics_device_costs_no_label_and_no_place,
            window::a_refused_driver_is_replaced_and_a_second_loss_ends_with_a_sentence;
        Python(&["astropy"]) => samp::positions_tables_and_images_reach_a_client_of_astropy;
        Python(&["astropy", "numpy"]) => bundle::python_reads_it_with_astropy_alone;
        Python(&["numpy", "astropy"]) => python::stamps_are_prepared_as_destello_prepares_them,
            python::projects_bundles_and_tables_open;
        Python(&["numpy", "onnxruntime", "astropy", "pyarrow"]) =>
            python::exported_networks_give_the_scores_of_destello;
        Python(&["numpy", "onnxruntime", "astropy"]) =>
            onnx::export::a_version_gives_the_same_scores_in_python;
        Python(&["numpy", "onnx", "onnxruntime"]) =>
            onnx::latent::random_weights_of_every_kind_lie_and_draw_the_same,
            onnx::latent::the_latent_model_that_comes_with_destello_lies_and_draws_the_same,
            onnx::sequences::random_weights_go_on_from_epoch_to_epoch_as_in_destello,
            onnx::sequences::the_model_that_comes_with_destello_goes_on_as_in_destello,
            onnx::single_epochs::random_weights_of_every_architecture_say_the_same,
            onnx::single_epochs::the_models_that_come_with_destello_say_the_same;
        Disk => disk::on_a_full_disk_labels_wait_and_are_written_when_there_is_room,
            disk::a_full_disk_is_left_out_for_a_new_project_and_none_is_left,
            disk::a_file_system_that_loses_write_permission_keeps_labels_waiting;
        Server => team::two_people_see_each_others_labels_and_take_back_their_own,
            team::labels_given_offline_are_sent_later_in_order_and_once,
            team::a_server_that_is_killed_loses_no_acknowledged_label_and_has_none_twice,
            team::twenty_people_label_at_once_while_the_server_is_killed_again_and_again,
            team::a_project_file_is_merged_into_one_on_a_server_once_and_back,
            team::everybody_on_a_server_has_the_same_shares,
            team::a_project_goes_to_the_server_and_back_with_the_same_history,
            team::a_server_that_was_set_back_gets_its_labels_again,
            team::passwords_are_written_nowhere,
            team::connections_are_encrypted_as_the_address_asks,
            team::two_windows_share_labels_and_count_what_is_not_sent;
        Lock => disk::a_folder_that_cannot_be_written_is_named;
    }
}

fn trial(path: &str, need: &Need, test: fn()) -> Trial {
    let run = move || {
        test();
        Ok(())
    };
    Trial::test(path.trim_start_matches("::"), run)
        .with_kind(need.to_string())
        .with_ignored_flag(!need.is_met())
}

fn no_test_is_written_for_another_harness(folder: &Path) {
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = entry.path();
        if path.is_dir() {
            no_test_is_written_for_another_harness(&path);
        } else {
            let text = fs::read_to_string(&path).unwrap();
            let is_one = |line: &&str| line.trim() == "#[test]";
            assert_eq!(text.lines().find(is_one), None, "{}", path.display());
        }
    }
}
