//! What every storage has to keep of what the trait promises. [`conforms`] makes tests of it for one
//! kind of storage: `open` gives one more way to the same objects, as another process would have it.

#[path = "../../../tests/stores/emulators.rs"]
mod emulators;
mod finding;
mod kinds;
mod large;
mod objects;
mod together;

use std::sync::Arc;

use crate::storage::interface::{Kind, Storage};
use finding::*;
use objects::*;
use together::*;

type Open<'a> = &'a dyn Fn() -> Arc<dyn Storage>;

/// Tests of one kind of storage; skipped where there is none of it.
macro_rules! conforms {
    ($kind:ident) => {
        conforms!($kind, [
            nothing_is_where_nobody_put_anything,
            what_is_put_is_there_whole_and_replaces_what_was_there,
            what_is_begun_is_seen_by_nobody_and_gone_when_it_is_given_up,
            a_reader_has_the_old_object_or_the_new_one_and_never_half_of_one,
            any_range_of_an_object_can_be_read,
            a_prefix_lists_what_is_directly_below_it,
            a_walk_finds_what_is_selected_in_the_order_of_names,
            names_are_kept_as_they_are,
            a_listing_that_knows_an_earlier_one_gives_the_same,
            the_tag_tells_content_of_equal_size_apart,
            a_name_that_leads_out_is_not_opened,
            several_changes_are_made_together,
            what_is_appended_stands_behind_what_was_there,
            what_is_not_there_can_be_deleted,
            a_second_name_has_the_bytes_and_neither_changes_with_the_other,
            of_those_who_replace_the_same_object_one_succeeds,
            only_one_has_a_lease_for_itself,
            many_share_a_lease,
            recovery_keeps_what_others_write,
        ]);
    };
    ($kind:ident, [$($law:ident),+ $(,)?]) => {
        mod $kind {
            $(
                #[test]
                fn $law() {
                    if let Some(open) = super::kinds::$kind() {
                        super::$law(&*open);
                    }
                }
            )+
        }
    };
}

mod in_parts {
    use super::kinds::{in_memory, on_azurite, on_moto};
    use super::large::{a_large_object_is_put_in_parts_and_read_in_blocks, what_a_put_answers_is_what_a_look_finds};

    #[test]
    fn large_objects_are_put_in_parts_and_read_in_blocks_on_every_store() {
        for open in [in_memory(), on_azurite(), on_moto()].into_iter().flatten() {
            a_large_object_is_put_in_parts_and_read_in_blocks(&*open);
        }
    }

    #[test]
    fn the_answer_to_a_put_says_what_a_look_would_on_every_store() {
        for open in [in_memory(), on_azurite(), on_moto()].into_iter().flatten() {
            what_a_put_answers_is_what_a_look_finds(&*open);
        }
    }
}

conforms!(a_folder);
conforms!(in_memory);
conforms!(on_azurite);
conforms!(on_moto);

#[test]
fn a_backslash_is_part_of_a_name_where_the_store_lets_it() {
    for open in [kinds::a_folder(), kinds::in_memory(), kinds::on_moto()].into_iter().flatten() {
        backslashes_are_kept_as_they_are(&*open);
    }
}

fn put(storage: &dyn Storage, name: &str, text: &str) {
    storage.put_bytes(name, text.as_bytes()).unwrap();
}

fn text(storage: &dyn Storage, name: &str) -> Option<String> {
    storage.read(name).unwrap().map(|bytes| String::from_utf8(bytes).unwrap())
}

/// Names and kinds directly below a prefix, in order.
fn listed(storage: &dyn Storage, prefix: &str) -> Vec<(String, Kind)> {
    let listing = storage.list(prefix, None).unwrap().unwrap_or_default();
    let mut entries: Vec<_> = listing.entries.into_iter().map(|entry| (entry.name, entry.metadata.kind)).collect();
    entries.sort_by(|a, b| a.0.cmp(&b.0));
    entries
}
