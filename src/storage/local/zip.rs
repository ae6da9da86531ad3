//! A zip file as a folder: its members are objects of their own, named `archive.zip/member`.
//!
//! Nothing is inflated here. A packed member is given as what it is but for its frame: a gzip file,
//! whose header is written before the member's own bytes, and whose sums behind them. So whoever
//! reads it has the limits and the diagnosis that gzip files have, and needs no others. A member
//! that was stored is given as it is. One that is encrypted, or packed in another way, or has not
//! the size that the list says, is given as it stands in the archive, with its header, by which
//! readers know what it is.
//!
//! Traps: names may have backslashes, or lead out of the archive; they become plain ones. Two
//! members may have one name: then the later ones get a number. What macOS adds is left out. A folder
//! has no bytes: what is called like one and has some is a member. An archive that is damaged, has
//! no member or far too many, or another number of them than it says, is no folder, but a file that
//! nobody can read.

use std::collections::HashMap;
use std::io;
use std::sync::Arc;

use rawzip::{CompressionMethod, RECOMMENDED_BUFFER_SIZE, ReaderAt, ZipArchive, ZipLocator};

use crate::storage::object::ReadAt;
use crate::storage::version_tag::VersionTag;

/// An archive with more members is no export of logs.
const MOST_MEMBERS: usize = 10_000;
/// How an archive is called.
const ENDING: &str = ".zip";
/// The header of a gzip file: deflate, no name, no time, any system.
const GZIP_HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];
/// How long the header of a member is, without its name and extra fields.
const HEADER_BYTES: u64 = 30;

/// Whether a file of this name may be an archive.
pub fn is_archive(name: &str) -> bool {
    let ending = name.len().checked_sub(ENDING.len()).and_then(|at| name.get(at..));
    ending.is_some_and(|ending| ending.eq_ignore_ascii_case(ENDING))
}

/// The files that a name could be a member of, by their names.
pub fn archives_of(name: &str) -> impl Iterator<Item = &str> {
    let parts = name.match_indices('/').map(|(at, _)| &name[..at]);
    parts.filter(|part| is_archive(part))
}

/// The archive and the member that a name means, if there is a file `is_file` says is one: the
/// first part of the name that ends like one.
pub fn split(name: &str, is_file: impl Fn(&str) -> bool) -> Option<(&str, &str)> {
    let archive = archives_of(name).find(|archive| is_file(archive))?;
    Some((archive, &name[archive.len() + 1..]))
}

/// A member of an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Its path below the archive.
    pub name: String,
    /// From where to where its bytes are in the archive, as they are given.
    from: u64,
    until: u64,
    /// The sums of a gzip file; `None` where the bytes are given as they are.
    sums: Option<[u8; 8]>,
}

impl Member {
    /// How many bytes are given.
    fn size(&self) -> u64 {
        let frame = if self.sums.is_some() { GZIP_HEADER.len() as u64 + 8 } else { 0 };
        self.until - self.from + frame
    }

    /// Its version: another one where the archive has another one.
    pub fn version(&self, archive: VersionTag) -> VersionTag {
        VersionTag::new(self.size(), archive.stamp(), archive.is_settled())
    }
}

/// Lets the library read an object.
struct Bytes<'a>(&'a dyn ReadAt);

impl ReaderAt for Bytes<'_> {
    fn read_at(&self, buffer: &mut [u8], at: u64) -> io::Result<usize> {
        self.0.read_at(at, buffer)
    }
}

/// The members of an archive of so many bytes, in its order. `None` where it is none that can be
/// unpacked.
pub fn members(archive: &dyn ReadAt, size: u64) -> io::Result<Option<Vec<Member>>> {
    let mut buffer = vec![0; RECOMMENDED_BUFFER_SIZE];
    let archive = match ZipLocator::new().locate_in_reader(Bytes(archive), &mut buffer, size) {
        Ok(archive) => archive,
        Err((_, error)) => return none_unless_unreadable(error),
    };
    match list(&archive, &mut buffer, size) {
        Ok(members) => Ok(members.filter(|members| !members.is_empty())),
        Err(error) => none_unless_unreadable(error),
    }
}

/// What is wrong with the archive makes it none; what the system does not give is an error.
fn none_unless_unreadable<T>(error: rawzip::Error) -> io::Result<Option<T>> {
    match error.kind() {
        rawzip::ErrorKind::IO(error) if error.kind() != io::ErrorKind::UnexpectedEof => {
            Err(io::Error::new(error.kind(), error.to_string()))
        }
        _ => Ok(None),
    }
}

fn list(archive: &ZipArchive<Bytes<'_>>, buffer: &mut [u8], size: u64) -> Result<Option<Vec<Member>>, rawzip::Error> {
    let mut entries = archive.entries(buffer);
    let (mut members, mut names) = (Vec::new(), HashMap::new());
    let mut count = 0;
    while let Some(entry) = entries.next_entry()? {
        count += 1;
        let is_folder = entry.is_dir() && entry.uncompressed_size_hint() == 0;
        let Some(name) = plain_name(entry.file_path().as_ref()).filter(|_| !is_folder) else {
            continue;
        };
        if members.len() == MOST_MEMBERS {
            return Ok(None);
        }
        let times: &mut u32 = names.entry(name.clone()).or_default();
        *times += 1;
        let name = if *times == 1 { name } else { format!("{name} ({times})") };
        let is_plain = !entry.flags().is_encrypted();
        let is_deflated = is_plain && entry.compression_method() == CompressionMethod::DEFLATE;
        let is_stored = is_plain && entry.compression_method() == CompressionMethod::STORE;
        let header = entry.local_header_offset();
        let data = archive.get_entry(entry.wayfinder()).map(|entry| entry.compressed_data_range());
        let (from, until, sums) = match data {
            Ok((from, until)) if is_deflated => {
                let length = entry.uncompressed_size_hint() as u32;
                let sums = [entry.crc32().to_le_bytes(), length.to_le_bytes()].concat();
                (from, until, <[u8; 8]>::try_from(sums).ok())
            }
            Ok((from, until)) if is_stored && until.saturating_sub(from) == entry.uncompressed_size_hint() => (from, until, None),
            Ok((_, until)) => (header, until, None),
            // What leads nowhere is no empty file: it is given as the archive itself begins.
            Err(_) => (0, HEADER_BYTES, None),
        };
        let until = until.min(size);
        members.push(Member {
            name,
            from: from.min(until),
            until,
            sums,
        });
    }
    Ok((count == archive.entries_hint()).then_some(members))
}

/// How a member is called whose name says nothing.
const UNNAMED: &str = "unnamed";

/// The name of a member as a path below the archive; `None` for what macOS adds.
fn plain_name(name: &[u8]) -> Option<String> {
    let name = String::from_utf8_lossy(name);
    let parts = name.split(['/', '\\']).filter(|part| !matches!(*part, "" | "." | ".."));
    let parts: Vec<&str> = parts.collect();
    let is_added = parts.first() == Some(&"__MACOSX") || parts.last() == Some(&".DS_Store");
    match parts.as_slice() {
        [] => Some(UNNAMED.to_owned()),
        _ => (!is_added).then(|| parts.join("/")),
    }
}

/// The bytes of a member.
pub struct MemberBytes {
    archive: Arc<dyn ReadAt>,
    member: Member,
}

impl MemberBytes {
    /// The bytes of a member of this archive.
    pub fn of(archive: Arc<dyn ReadAt>, member: Member) -> MemberBytes {
        MemberBytes { archive, member }
    }

    /// The member of a name; `None` where the archive does not have it.
    pub fn find(archive: Arc<dyn ReadAt>, is_name: impl Fn(&str) -> bool) -> io::Result<Option<MemberBytes>> {
        let size = archive.version()?.size();
        let members = members(&*archive, size)?.unwrap_or_default();
        let member = members.into_iter().find(|member| is_name(&member.name));
        Ok(member.map(|member| MemberBytes::of(archive, member)))
    }
}

impl ReadAt for MemberBytes {
    fn read_at(&self, at: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let Member { from, until, sums, .. } = &self.member;
        let header: &[u8] = if sums.is_some() { &GZIP_HEADER } else { &[] };
        let copy = |bytes: &[u8], at: u64, buffer: &mut [u8]| {
            let rest = bytes.get(usize::try_from(at).unwrap_or(usize::MAX)..).unwrap_or_default();
            let count = rest.len().min(buffer.len());
            buffer[..count].copy_from_slice(&rest[..count]);
            Ok(count)
        };
        let header_bytes = header.len() as u64;
        if at < header_bytes {
            return copy(header, at, buffer);
        }
        let (at, length) = (at - header_bytes, until - from);
        if at < length {
            let most = usize::try_from(length - at).unwrap_or(usize::MAX).min(buffer.len());
            return self.archive.read_at(from + at, &mut buffer[..most]);
        }
        match sums {
            Some(sums) => copy(sums, at - length, buffer),
            None => Ok(0),
        }
    }

    fn version(&self) -> io::Result<VersionTag> {
        Ok(self.member.version(self.archive.version()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::read::GzDecoder;
    use proptest::prelude::*;
    use std::io::{Read, Write};

    /// An archive in memory.
    struct Memory(Vec<u8>);

    impl ReadAt for Memory {
        fn read_at(&self, at: u64, buffer: &mut [u8]) -> io::Result<usize> {
            let rest = self.0.get(usize::try_from(at).unwrap_or(usize::MAX)..).unwrap_or_default();
            let count = rest.len().min(buffer.len());
            buffer[..count].copy_from_slice(&rest[..count]);
            Ok(count)
        }

        fn version(&self) -> io::Result<VersionTag> {
            Ok(VersionTag::new(self.0.len() as u64, 7, true))
        }
    }

    /// An archive of members: name, content, whether it is packed.
    fn archive(members: &[(&str, &str, bool)]) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut writer = rawzip::ZipArchiveWriter::new(&mut bytes);
        for (name, content, is_packed) in members {
            let method = if *is_packed {
                CompressionMethod::DEFLATE
            } else {
                CompressionMethod::STORE
            };
            let (mut entry, config) = writer.new_file(name).compression_method(method).start().unwrap();
            let descriptor = if *is_packed {
                let encoder = flate2::write::DeflateEncoder::new(&mut entry, flate2::Compression::default());
                let mut data = config.wrap(encoder);
                data.write_all(content.as_bytes()).unwrap();
                let (encoder, descriptor) = data.finish().unwrap();
                encoder.finish().unwrap();
                descriptor
            } else {
                let mut data = config.wrap(&mut entry);
                data.write_all(content.as_bytes()).unwrap();
                data.finish().unwrap().1
            };
            entry.finish(descriptor).unwrap();
        }
        writer.finish().unwrap();
        bytes
    }

    /// Names of members, and the bytes that are given of each.
    fn given(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
        let archive: Arc<dyn ReadAt> = Arc::new(Memory(bytes.to_vec()));
        let members = members(&*archive, bytes.len() as u64).unwrap().unwrap_or_default();
        members
            .into_iter()
            .map(|member| {
                let opened = MemberBytes::find(archive.clone(), |name| name == member.name).unwrap().unwrap();
                let (mut content, mut buffer) = (Vec::new(), [0; 7]);
                loop {
                    match opened.read_at(content.len() as u64, &mut buffer).unwrap() {
                        0 => break,
                        count => content.extend_from_slice(&buffer[..count]),
                    }
                }
                assert!(content.len() as u64 <= opened.version().unwrap().size());
                (member.name, content)
            })
            .collect()
    }

    #[test]
    fn a_packed_member_is_a_gzip_file_and_a_stored_one_is_itself() {
        let text = "some text, some text, some text\n".repeat(100);
        let found = given(&archive(&[("a/one.json", &text, true), ("two.csv", "x,y\n", false)]));
        let mut unpacked = String::new();
        GzDecoder::new(found[0].1.as_slice()).read_to_string(&mut unpacked).unwrap();
        assert_eq!((found[0].0.as_str(), unpacked), ("a/one.json", text));
        assert_eq!(found[1], ("two.csv".to_owned(), b"x,y\n".to_vec()));
    }

    #[test]
    fn names_become_plain_paths_of_which_each_is_there_once() {
        assert_eq!(plain_name(b"..\\a\\.\\b.csv").as_deref(), Some("a/b.csv"));
        assert_eq!(plain_name(b"/etc/../x").as_deref(), Some("etc/x"));
        assert_eq!(plain_name(b"__MACOSX/._a.csv"), None);
        assert_eq!(plain_name(b"../").as_deref(), Some(UNNAMED));
        let found = given(&archive(&[("a", "1", false), ("./a", "2", false), ("__MACOSX/._a", "3", false)]));
        assert_eq!(found, [("a".to_owned(), b"1".to_vec()), ("a (2)".to_owned(), b"2".to_vec())]);
    }

    #[test]
    fn what_cannot_be_unpacked_is_given_with_its_header() {
        let mut bytes = archive(&[("a.json", "{}{}{}{}{}", true)]);
        // The flag of encryption in both headers.
        let central = bytes.windows(4).rposition(|four| four == b"PK\x01\x02").unwrap();
        bytes[6] |= 1;
        bytes[central + 8] |= 1;
        assert!(given(&bytes)[0].1.starts_with(b"PK\x03\x04"));
        for none in [&b""[..], b"PK\x03\x04 and so on", &archive(&[]), &bytes[..bytes.len() - 30]] {
            assert_eq!(given(none), []);
        }
    }

    #[test]
    fn no_member_is_left_out_because_the_list_is_damaged() {
        let sound = archive(&[("a.json", "{}{}{}{}{}", true), ("b.json", "{}", true)]);
        assert_eq!(given(&sound).len(), 2);
        // The end of the list says how many there are.
        let end = sound.windows(4).rposition(|four| four == b"PK\x05\x06").unwrap();
        let mut damaged = sound.clone();
        (damaged[end + 8], damaged[end + 10]) = (1, 1);
        assert_eq!(given(&damaged), []);
        // Called like a folder.
        let mut damaged = sound.clone();
        let name = sound.windows(6).rposition(|name| name == b"b.json").unwrap();
        damaged[name + 5] = b'/';
        assert_eq!(given(&damaged)[1].0, "b.jso");
        damaged[name..name + 6].copy_from_slice(b"./././");
        assert_eq!(given(&damaged)[1].0, UNNAMED);
        // The list leads out of the archive.
        let mut damaged = sound.clone();
        damaged[name - 2] = 0x7f;
        assert!(given(&damaged)[1].1.starts_with(b"PK\x03\x04"));
        // A stored member of another size than the list says.
        let mut stored = archive(&[("a.json", "{}\n", false)]);
        let central = stored.windows(4).rposition(|four| four == b"PK\x01\x02").unwrap();
        stored[central + 20] = 0;
        assert!(given(&stored)[0].1.starts_with(b"PK\x03\x04"));
    }

    #[test]
    fn a_name_is_split_where_an_archive_ends() {
        assert_eq!(split("a/b.ZIP/c/d.json", |_| true), Some(("a/b.ZIP", "c/d.json")));
        assert_eq!(split("a.zip/b.zip/c", |name| name.contains('/')), Some(("a.zip/b.zip", "c")));
        assert_eq!(split("a/b.zip", |_| true), None);
        assert_eq!(split("a.zip/b", |_| false), None);
    }

    proptest! {
        #[test]
        fn any_bytes_give_some_members_or_none(
            changes in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 0..6),
            cut in proptest::option::of(any::<proptest::sample::Index>()),
        ) {
            let mut bytes = archive(&[("a.json", "{}{}{}{}{}{}{}{}", true), ("b", "b", false)]);
            for (at, byte) in changes {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
            if let Some(cut) = cut {
                bytes.truncate(cut.index(bytes.len()));
            }
            prop_assert!(given(&bytes).len() <= 2);
        }
    }
}
