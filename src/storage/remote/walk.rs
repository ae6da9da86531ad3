//! Walks a prefix: which objects a selection takes. A store lists some thousand keys an answer, one
//! answer after the other, so the folders of customers are listed side by side: the walk goes down
//! folder by folder until there are enough of them, and lists everything below each from there on.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io;
use std::path::PathBuf;

use object_store::ObjectMeta;
use rayon::prelude::*;

use crate::storage::error::StorageError;
use crate::storage::interface::{Found, Kind, Selection, Walked};
use crate::storage::local::zip;
use crate::storage::names::text_of;
use crate::storage::place::Place;
use crate::storage::remote::body::version_of;
use crate::storage::remote::objects::{AT_ONCE, Objects};
use crate::storage::version_tag::VersionTag;

/// How many folders are enough, and how far down they are looked for.
const ENOUGH: usize = AT_ONCE / 2;
const DEEPEST: usize = 4;

/// Walks everything below the prefix. Fails where nothing is there.
pub fn walk(objects: &Objects, selection: &dyn Selection) -> Result<Walked, StorageError> {
    let mut unseen = BTreeMap::new();
    let mut found = Vec::new();
    let listed = without_marks(below(objects, selection)?);
    let members: Vec<_> = listed
        .par_iter()
        .filter(|_| selection.goes_on())
        .map(|(name, meta)| (name, look(objects, selection, name, meta)))
        .collect();
    for (name, looked) in members {
        match looked {
            Ok(objects) => found.extend(objects),
            Err(why) => drop(unseen.insert(text_of(OsStr::new(name)).into_owned(), why)),
        }
    }
    found.sort_unstable_by(|a, b| a.name.cmp(&b.name));
    Ok(Walked { objects: found, unseen })
}

/// All objects that may be wanted.
fn below(objects: &Objects, selection: &dyn Selection) -> Result<BTreeMap<String, ObjectMeta>, StorageError> {
    let mut found = BTreeMap::new();
    let mut folders = vec![String::new()];
    for _ in 0..DEEPEST {
        if folders.is_empty() || folders.len() >= ENOUGH || !selection.goes_on() {
            break;
        }
        let mut deeper = Vec::new();
        for list in objects.list_each(&folders)? {
            let named = list.objects.into_iter();
            found.extend(named.filter_map(|meta| Some((objects.name(&meta.location)?, meta))));
            deeper.extend(list.common_prefixes.iter().filter_map(|key| objects.name(key)));
        }
        if found.is_empty() && deeper.is_empty() && folders == [""] {
            let nothing = io::Error::new(io::ErrorKind::NotFound, "nothing is there");
            return Err(StorageError::of("open the input folder", &objects.shown(""))(nothing));
        }
        let is_wanted = |folder: &String| selection.enters(folder) && selection.progress(folder).is_some();
        folders = deeper.into_iter().filter(is_wanted).collect();
    }
    if !folders.is_empty() && selection.goes_on() {
        let folders = match selection.leaves_out_days() {
            true => without_old_months(objects, selection, folders, &mut found)?,
            false => folders,
        };
        found.extend(objects.list_below(&folders)?);
    }
    Ok(found)
}

/// Goes down into folders of years, and gives the folders that have all objects that may be wanted
/// and are not `found` by then: an archive of years has few of the months that are looked at.
fn without_old_months(
    objects: &Objects,
    selection: &dyn Selection,
    folders: Vec<String>,
    found: &mut BTreeMap<String, ObjectMeta>,
) -> Result<Vec<String>, StorageError> {
    let is_wanted = |folder: &String| selection.enters(folder) && selection.progress(folder).is_some();
    let named = |metas: Vec<ObjectMeta>| {
        let named = metas.into_iter().filter_map(|meta| Some((objects.name(&meta.location)?, meta)));
        named.collect::<Vec<_>>()
    };
    let (dated, undated): (Vec<String>, Vec<String>) = folders.into_iter().partition(|folder| folder.split('/').any(is_year));
    let (mut years, mut whole): (Vec<String>, Vec<String>) = dated.into_iter().partition(|folder| is_last_a_year(folder));
    for (folder, list) in undated.iter().zip(objects.list_each(&undated)?) {
        let below: Vec<String> = list.common_prefixes.iter().filter_map(|key| objects.name(key)).collect();
        if below.iter().any(|folder| is_last_a_year(folder)) {
            found.extend(named(list.objects));
            let (of_years, others): (Vec<_>, Vec<_>) = below.into_iter().filter(is_wanted).partition(|folder| is_last_a_year(folder));
            years.extend(of_years);
            whole.extend(others);
        } else {
            whole.push(folder.clone());
        }
    }
    for list in objects.list_each(&years)? {
        found.extend(named(list.objects));
        let months = list.common_prefixes.iter().filter_map(|key| objects.name(key));
        whole.extend(months.filter(is_wanted));
    }
    Ok(whole)
}

/// Whether a folder is one of a year, as Azure Monitor names it.
fn is_year(name: &str) -> bool {
    name.strip_prefix("y=")
        .is_some_and(|year| year.len() == 4 && year.bytes().all(|byte| byte.is_ascii_digit()))
}

fn is_last_a_year(folder: &str) -> bool {
    folder.rsplit('/').next().is_some_and(is_year)
}

/// The objects without the empty ones that stand for a folder: some tools leave them.
fn without_marks(mut found: BTreeMap<String, ObjectMeta>) -> BTreeMap<String, ObjectMeta> {
    let is_mark = |(name, meta): &(&String, &ObjectMeta)| {
        let folder = format!("{name}/");
        meta.size == 0
            && found
                .range(folder.clone()..)
                .next()
                .is_some_and(|(next, _)| next.starts_with(&folder))
    };
    let marks: Vec<String> = found.iter().filter(is_mark).map(|(name, _)| name.clone()).collect();
    marks.iter().for_each(|mark| drop(found.remove(mark)));
    found
}

/// An object that is wanted or, where it is an archive, its members; or why that is not known.
fn look(objects: &Objects, selection: &dyn Selection, name: &str, meta: &ObjectMeta) -> Result<Vec<Found>, String> {
    let is_entered = || name.match_indices('/').all(|(at, _)| selection.enters(&name[..at]));
    let readers = selection.readers(name);
    let is_archive = zip::is_archive(name) && (!readers.is_empty() || selection.progress(name).is_some());
    if !(is_archive || selection.wants(name, &readers)) || !is_entered() {
        return Ok(Vec::new());
    }
    if name.contains(char::is_control) {
        return Err("its name has control characters".to_owned());
    }
    if is_archive && let Some(members) = members(objects, name, meta).map_err(|error| error.to_string())? {
        let found = members.into_iter().filter_map(|(member, version)| {
            let path = format!("{name}/{}", text_of(OsStr::new(&member)));
            let mut of_both: Vec<usize> = readers.iter().copied().chain(selection.readers(&path)).collect();
            of_both.sort_unstable();
            of_both.dedup();
            let is_wanted = selection.wants(&path, &of_both);
            is_wanted.then(|| found(path, version, of_both, Some(member)))
        });
        return Ok(found.collect());
    }
    let is_wanted = selection.wants(name, &readers);
    let object = is_wanted.then(|| found(name.to_owned(), version_of(meta), readers, None));
    Ok(object.into_iter().collect())
}

fn found(name: String, version: VersionTag, readers: Vec<usize>, member: Option<String>) -> Found {
    let place = Place {
        on_disk: PathBuf::new(),
        identity: None,
        member,
    };
    Found {
        name,
        kind: Kind::Object,
        version,
        readers,
        place,
    }
}

/// The members of an archive, each with its tag; `None` where it is none.
fn members(objects: &Objects, name: &str, meta: &ObjectMeta) -> Result<Option<Vec<(String, VersionTag)>>, StorageError> {
    let archive = objects.open(name)?;
    let members = zip::members(&*archive.source(), archive.size()).map_err(StorageError::of("read", archive.shown()))?;
    let version = version_of(meta);
    let tagged = |member: zip::Member| (member.name.clone(), member.version(version));
    Ok(members.map(|members| members.into_iter().map(tagged).collect()))
}
