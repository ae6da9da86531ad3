//! The law of mutations: whatever happens to the bytes of a raw file, reading it ends, and no record
//! is lost without a word. It is held for every form that the sample knows, and for every way in
//! which such a file may be packed.
//!
//! For every file `records = accepted + rejects + not ours`. What a record is depends on the framing:
//!
//! | framing | a record is |
//! |---|---|
//! | lines of JSON | a line that is not blank; one that is no JSON is one reject |
//! | documents, indented or on one line | each document that is no list; an object that cannot be read up to its end is one reject, and so is what follows up to where the next one begins |
//! | batches, pages, bare arrays (`records`, `value`, `items`) | each entry of the list; a list that is no JSON is one reject |
//! | answers with `tables` | each row; a table whose rows cannot be found is one |
//! | CSV | each row behind the header, which may have several lines; without a header the file is one reject |
//! | Parquet | each row; a file that cannot be decoded up to its end has one reject more |
//! | Avro of an event hub | each line of each body, as above; a block that cannot be read is one reject |
//! | gzip, zstd | what is inflated, as above; where the stream breaks there is one reject |
//! | zip | what its members have, each a file of its own; an archive whose list of members is damaged is one file, which is one reject |
//!
//! A record that is whole in the damaged bytes has to be among the accepted ones, or something has to
//! be said: a reject, or a record that is not ours. That is stronger than the sum. In JSON it holds
//! for one damage only: of what is not needed nothing is looked at but brackets and quotes, so that
//! a quote that is missing here and another one there may make a text of what stands between.

mod damage;
mod packing;
pub mod written;

use std::time::{Duration, Instant};

use damage::Damage;
use packing::{Packed, Reading, read};
use proptest::prelude::*;

use crate::laws::holds;

/// A file of a few records is read within this time, or reading it hangs.
const LONGEST: Duration = Duration::from_secs(10);
/// How often each file is damaged in a case.
const TIMES: usize = 6;

/// What is read of a file, if that is what it may be.
fn sound(packed: &Packed, bytes: &[u8], auto: bool) -> Result<Reading, String> {
    let began = Instant::now();
    let found = read(packed, bytes, auto);
    let (counts, took) = (found.counts, began.elapsed());
    if took > LONGEST {
        return Err(format!("reading took {took:?}"));
    }
    if counts.records != counts.accepted + counts.rejected + counts.not_ours {
        return Err(format!("counts do not add up: {counts:?}"));
    }
    if counts.rejected != found.rejects.len() as u64 {
        return Err(format!("{counts:?}, and the rejects {:?}", found.rejects));
    }
    Ok(found)
}

/// What is wrong with what is read of a file that was damaged so many times.
fn fault(packed: &Packed, times: usize, bytes: &[u8], auto: bool) -> Result<(), String> {
    let found = sound(packed, bytes, auto)?;
    let is_said = found.counts.rejected + found.counts.not_ours > 0;
    let whole = if packed.tells_after(times) {
        packed.whole_records(bytes)
    } else {
        0
    };
    if !is_said && found.counts.accepted < whole {
        return Err(format!(
            "{whole} records are whole, {} were read, and nothing is said",
            found.counts.accepted
        ));
    }
    let lost = packed.rows_of_whole_lines(bytes).into_iter().find(|row| !found.rows.contains(row));
    match lost.filter(|_| !auto) {
        Some(row) => Err(format!(
            "a line that is whole does not give its row {row}; rejects: {:?}",
            found.rejects
        )),
        None => Ok(()),
    }
}

#[test]
fn every_form_is_read_in_every_packing() {
    let all = packing::all();
    for packed in &all {
        for auto in [false, true] {
            let found = sound(packed, &packed.bytes, auto).unwrap_or_else(|fault| panic!("{}: {fault}", packed.name));
            assert_eq!(found.rejects, Vec::<String>::new(), "{}", packed.name);
            assert_eq!(found.counts.accepted, packed.count, "{}", packed.name);
            assert!(packed.count > 0 && !found.rows.is_empty(), "{}", packed.name);
        }
        let whole = packed.whole_records(&packed.bytes);
        assert!(whole == packed.count || packed.name.contains("parquet"), "{}", packed.name);
    }
    // Each packing is there for forms of each feed that can have it.
    let has = |packing: &str| all.iter().filter(|packed| packed.name.ends_with(packing)).count();
    for packing in packing::NAMES {
        assert!(has(packing) >= 4, "{packing}: {}", has(packing));
    }
}

#[test]
fn no_damage_loses_a_record_without_a_word() {
    let all = packing::all();
    holds(
        (proptest::collection::vec(damage::some(), TIMES), any::<bool>()),
        |(damages, auto)| {
            for packed in &all {
                for damage in damages {
                    let bytes = Damage::all_on(damage, &packed.bytes);
                    if let Err(fault) = fault(packed, damage.len(), &bytes, *auto) {
                        let text = String::from_utf8_lossy(&bytes);
                        return Err(format!("{}, {damage:?}: {fault}\n{text}", packed.name));
                    }
                }
            }
            Ok(())
        },
    );
}

#[test]
fn a_file_that_is_cut_loses_no_record_without_a_word() {
    for packed in packing::all() {
        let step = 1 + packed.bytes.len() / 60;
        for end in (0..packed.bytes.len()).step_by(step) {
            let bytes = &packed.bytes[..end];
            if let Err(fault) = fault(&packed, 1, bytes, false) {
                panic!("{}, cut behind {end} bytes: {fault}", packed.name);
            }
        }
    }
}
