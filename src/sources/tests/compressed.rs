//! Contents of plain, gzip and zstd files.

use proptest::collection;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::sources::bytes::content::Content;
use crate::sources::bytes::decompress::Inflated;
use crate::sources::bytes::input::Input;
use crate::sources::bytes::raw_input::ContentError;
use crate::sources::testing::{Failing, Slow, gzip, zstd_frame};

/// All bytes of a content, and how it ended.
fn all(input: &mut dyn Input, limit: u64, piece: usize) -> (Vec<u8>, Option<ContentError>) {
    all_of(Content::open(input, limit), piece)
}

fn all_of(mut content: Content<'_>, piece: usize) -> (Vec<u8>, Option<ContentError>) {
    let (mut bytes, mut buffer) = (Vec::new(), vec![0u8; piece]);
    loop {
        match content.read(&mut buffer) {
            Ok(0) => return (bytes, None),
            Ok(count) => bytes.extend_from_slice(&buffer[..count]),
            Err(error) => return (bytes, Some(error)),
        }
    }
}

fn text() -> Vec<u8> {
    (0..40_000)
        .flat_map(|number: u32| format!("line {number} of {}\n", number.wrapping_mul(2_654_435_761)).into_bytes())
        .collect()
}

#[test]
fn compression_is_told_by_content() {
    let text = text();
    for raw in [text.clone(), gzip(&text), zstd_frame(&text)] {
        for piece in [1000, 300_000] {
            assert_eq!(all(&mut raw.as_slice(), u64::MAX, piece), (text.clone(), None));
            assert_eq!(all(&mut Slow::new(&raw, 777), u64::MAX, piece), (text.clone(), None));
        }
    }
}

#[test]
fn members_and_frames_are_one_content() {
    let gzips = [gzip(b"one\n"), gzip(b""), gzip(b"two\n"), vec![0; 100]].concat();
    let frames = [
        zstd_frame(b"one\n"),
        zstd_frame(b""),
        b"\x50\x2a\x4d\x18\x03\0\0\0abc".to_vec(),
        zstd_frame(b"two\n"),
    ]
    .concat();
    for raw in [gzips, frames] {
        for piece in [1, 2, 100] {
            assert_eq!(all(&mut Slow::new(&raw, piece), u64::MAX, 100), (b"one\ntwo\n".to_vec(), None));
            assert_eq!(all(&mut raw.as_slice(), u64::MAX, piece), (b"one\ntwo\n".to_vec(), None));
        }
    }
}

#[test]
fn a_byte_order_mark_is_no_content() {
    let marked = b"\xef\xbb\xbftext".to_vec();
    for raw in [marked.clone(), gzip(&marked), zstd_frame(&marked)] {
        assert_eq!(all(&mut Slow::new(&raw, 1), u64::MAX, 2), (b"text".to_vec(), None));
    }
    assert_eq!(all(&mut b"\xef\xbb".as_slice(), u64::MAX, 2).0, b"\xef\xbb");
    assert_eq!(all(&mut b"".as_slice(), u64::MAX, 2), (vec![], None));
}

#[test]
fn a_cut_stream_gives_what_was_readable() {
    let text = text();
    for whole in [gzip(&text), zstd_frame(&text)] {
        for length in [6, 20, whole.len() / 2, whole.len() - 1] {
            let (bytes, error) = all(&mut &whole[..length], u64::MAX, 4096);
            assert_eq!(error, Some(ContentError::Corrupt), "{length}");
            assert!(text.starts_with(&bytes));
            assert!(bytes.len() + 200_000 > text.len() * length / whole.len());
            assert_eq!(all(&mut Slow::new(&whole[..length], 99), u64::MAX, 100_000).0.len(), bytes.len());
        }
    }
}

#[test]
fn a_damaged_stream_gives_the_same_whatever_the_sizes_of_reads() {
    let text = text();
    for mut whole in [gzip(&text), zstd_frame(&text), gzip(&text)] {
        let middle = whole.len() * 2 / 3;
        whole[middle..middle + 40].fill(0xff);
        let expected = all(&mut whole.as_slice(), u64::MAX, 300_000);
        assert_eq!(expected.1, Some(ContentError::Corrupt));
        assert!(!expected.0.is_empty());
        for piece in [1, 777, 65_536] {
            assert_eq!(all(&mut whole.as_slice(), u64::MAX, piece), expected);
            assert_eq!(all(&mut Slow::new(&whole, piece), u64::MAX, 5000), expected);
        }
    }
    let mut garbage = gzip(b"one\n");
    garbage.extend_from_slice(b"garbage");
    assert_eq!(
        all(&mut garbage.as_slice(), u64::MAX, 100),
        (b"one\n".to_vec(), Some(ContentError::Corrupt))
    );
}

#[test]
fn a_bomb_is_cut_at_its_limit() {
    let text = text();
    for whole in [gzip(&text), zstd_frame(&text)] {
        let (bytes, error) = all(&mut whole.as_slice(), 1000, 300);
        assert_eq!((bytes.as_slice(), error), (&text[..1000], Some(ContentError::Bomb)));
        assert_eq!(all(&mut whole.as_slice(), text.len() as u64, 300), (text.clone(), None));
    }
    assert_eq!(all(&mut text.as_slice(), 1000, 300), (text.clone(), None));
}

#[test]
fn a_file_that_cannot_be_read_gives_what_came_before() {
    assert_eq!(
        all(&mut Failing(b"some text"), u64::MAX, 100),
        (b"some text".to_vec(), Some(ContentError::Unreadable))
    );
    assert_eq!(all(&mut Failing(b""), u64::MAX, 100), (vec![], Some(ContentError::Unreadable)));
    let cut = gzip(b"some text");
    assert_eq!(all(&mut Failing(&cut[..15]), u64::MAX, 100).1, Some(ContentError::Unreadable));
}

/// What a test does to a file.
#[derive(Clone, Debug)]
enum Harm {
    None,
    Cut(Index),
    Flip(Index, u8),
    Double,
    Append(Vec<u8>),
}

fn harm() -> impl Strategy<Value = Harm> {
    prop_oneof![
        2 => Just(Harm::None),
        1 => any::<Index>().prop_map(Harm::Cut),
        2 => (any::<Index>(), any::<u8>()).prop_map(|(at, with)| Harm::Flip(at, with)),
        1 => Just(Harm::Double),
        1 => collection::vec(select(vec![0, 0, 0, 0x1f, 0x8b, 7]), 0..6).prop_map(Harm::Append),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn a_gzip_file_inflated_at_once_is_what_the_stream_gives(
        members in collection::vec((0usize..40_000, 0usize..20_000), 1..4),
        harms in collection::vec(harm(), 1..3),
        limit in prop_oneof![Just(u64::MAX), 0u64..200_000],
    ) {
        let text = text();
        let mut file: Vec<u8> = members.iter().flat_map(|(from, length)| gzip(&text[*from..from + length])).collect();
        for harm in harms {
            match harm {
                Harm::None => {}
                Harm::Cut(at) => file.truncate(at.index(file.len() + 1)),
                Harm::Flip(at, with) => {
                    let at = at.index(file.len().max(1));
                    file.get_mut(at).into_iter().for_each(|byte| *byte ^= with);
                }
                Harm::Double => file.extend_from_within(..),
                Harm::Append(more) => file.extend(more),
            }
        }
        let expected = all_of(Content::of(Inflated::open_stream(&mut file.as_slice(), limit), limit), 10_000);
        prop_assert_eq!(&all(&mut file.as_slice(), limit, 10_000), &expected);
        prop_assert_eq!(all(&mut Slow::new(&file, 999), limit, 50_000), expected);
    }
}

#[test]
fn a_header_with_a_checksum_that_is_wrong_is_a_fault() {
    // A header that has a checksum, which is wrong.
    let mut file = vec![0x1f, 0x8b, 8, 2, 0, 0, 0, 0, 0, 0xff, 0, 0];
    file.extend_from_slice(&gzip(b"text")[10..]);
    assert_eq!(all(&mut file.as_slice(), u64::MAX, 100), (vec![], Some(ContentError::Corrupt)));
}
