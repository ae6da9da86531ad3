//! Files of one form, in memory.

use uptake::domain::guid::Guid;
use uptake::domain::kinds::Feed;
use uptake::sources::Format;

pub struct Files {
    pub feed: Feed,
    pub format: Format,
    pub tenant: Guid,
    pub contents: Vec<Vec<u8>>,
}

impl Files {
    pub fn of(feed: Feed, format: Format, tenant: Guid, contents: Vec<Vec<u8>>) -> Files {
        Files {
            feed,
            format,
            tenant,
            contents,
        }
    }

    pub fn bytes(&self) -> usize {
        self.contents.iter().map(Vec::len).sum()
    }
}
