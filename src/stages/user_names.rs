//! `user_names` (partition `received=`): which user goes with which name, by what sign-ins and user lists say, and the join that
//! comes of it. Names are hashes; the table has rows only where some source knows users by name alone (the audit log of the
//! Management Activity API).

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::digest::{Digest, Hasher};
use crate::domain::guid::Guid;
use crate::warehouse::table::table;

table! {
    /// A raw file says that a user id and a name belong together.
    USER_NAMES = "user_names", version 1, Received, sharded;
    UserNameRow {
        @key tenant_id: Guid = "the customer",
        @key name_id: String = "the id under which a user is stored of whom only the name is known: a hash of tenant and name",
        @key user_id: String = "the user's id",
        @key source: String = "the source of the pipeline file",
        @key source_file: String = "path of the raw file",
    }
}

/// The rows sorted by the key, copies away.
pub fn distinct(mut rows: Vec<UserNameRow>) -> Vec<UserNameRow> {
    let key = |row: &UserNameRow| {
        (
            row.tenant_id,
            row.name_id.clone(),
            row.user_id.clone(),
            row.source.clone(),
            row.source_file.clone(),
        )
    };
    rows.sort_by_cached_key(key);
    rows.dedup_by(|a, b| key(a) == key(b));
    rows
}

/// Whose name is whose, of one shard. A name that belonged to two users joins nobody.
#[derive(Clone, Debug, Default)]
pub struct Names {
    users: BTreeMap<String, String>,
}

impl Names {
    pub fn of(rows: impl IntoIterator<Item = UserNameRow>) -> Names {
        let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for row in rows {
            found.entry(row.name_id).or_default().insert(row.user_id);
        }
        let single =
            |(name, users): (String, BTreeSet<String>)| (users.len() == 1).then(|| users.into_iter().next().map(|user| (name, user)));
        Names {
            users: found.into_iter().filter_map(single).flatten().collect(),
        }
    }

    /// Where no name is known.
    pub const fn nobody() -> Names {
        Names { users: BTreeMap::new() }
    }

    pub fn is_empty(&self) -> bool {
        self.users.is_empty()
    }

    /// The user whom an id means: another one where it stands for a name that is known.
    pub fn user_of<'a>(&'a self, id: &'a str) -> &'a str {
        match self.users.is_empty() {
            true => id,
            false => self.users.get(id).map_or(id, String::as_str),
        }
    }

    /// A digest of who some ids mean, as far as they are known; of none the digest of nothing.
    pub fn digest_of<'i>(&self, ids: impl Iterator<Item = &'i str>) -> Digest {
        let mut hasher = Hasher::new();
        let mut found = false;
        for id in ids {
            if let Some(user) = self.users.get(id) {
                hasher.text(id).text(user);
                found = true;
            }
        }
        if found { hasher.finish() } else { Digest::default() }
    }

    /// A digest of everything that is known.
    pub fn digest(&self) -> Digest {
        self.digest_of(self.users.keys().map(String::as_str))
    }
}
