//! A project that a team shares on a server: a real one, which each test starts for itself and some kill.

mod copying;
mod kills;
mod merging;
mod people;
mod person;
mod secrets;
pub mod server;
mod windows;

pub use copying::{
    a_project_goes_to_the_server_and_back_with_the_same_history,
    a_server_that_was_set_back_gets_its_labels_again,
};
pub use kills::{
    a_server_that_is_killed_loses_no_acknowledged_label_and_has_none_twice,
    twenty_people_label_at_once_while_the_server_is_killed_again_and_again,
};
pub use merging::{
    a_project_file_is_merged_into_one_on_a_server_once_and_back,
    everybody_on_a_server_has_the_same_shares,
};
pub use people::{
    labels_given_offline_are_sent_later_in_order_and_once,
    two_people_see_each_others_labels_and_take_back_their_own,
};
pub use secrets::{connections_are_encrypted_as_the_address_asks, passwords_are_written_nowhere};
pub use windows::two_windows_share_labels_and_count_what_is_not_sent;
