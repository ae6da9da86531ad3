//! Sign-ins of a made-up customer as values, to be written in every form.

use serde_json::Value;
use uptake::domain::guid::Guid;

/// How many sign-ins there are: no form of them fits into a processor's caches.
const COUNT: usize = 8_000;

/// A sign-in, each with an id of its own.
pub struct SignIn {
    pub number: usize,
    /// What stands around the properties in Azure Monitor's form.
    pub envelope: Value,
    pub properties: Value,
}

/// Sign-ins and whose they are.
pub struct SignIns {
    pub tenant: Guid,
    pub list: Vec<SignIn>,
}

impl SignIn {
    /// A text in the properties; empty where it is missing.
    pub fn text(&self, key: &str) -> &str {
        self.properties.get(key).and_then(Value::as_str).unwrap_or_default()
    }

    pub fn error(&self) -> i64 {
        self.properties["status"]["errorCode"].as_i64().unwrap_or_default()
    }

    /// The sign-in in Azure Monitor's form.
    pub fn azure_monitor(&self) -> Value {
        let mut record = self.envelope.clone();
        record["properties"] = self.properties.clone();
        record
    }
}

/// An id that looks like chance.
pub fn guid(number: usize) -> String {
    let mixed = (number as u128 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835);
    Guid(mixed ^ mixed >> 64).to_string()
}

/// Sign-ins whose records in Azure Monitor's form have about so many bytes.
pub fn of_bytes(record_bytes: u32) -> SignIns {
    let (tenant, texts) = texts(record_bytes, "usersigninlogs");
    let records: Vec<Value> = texts
        .iter()
        .flat_map(|text| text.lines())
        .filter_map(|line| serde_json::from_str(line).ok())
        .filter(|record: &Value| record["properties"]["userId"].as_str().is_some_and(|id| !id.is_empty()))
        .collect();
    let list = (0..COUNT * 3_000 / record_bytes as usize)
        .map(|number| {
            let mut envelope = records[number % records.len()].clone();
            let mut properties = envelope["properties"].take();
            properties["id"] = guid(number).into();
            SignIn {
                number,
                envelope,
                properties,
            }
        })
        .collect();
    SignIns { tenant, list }
}

/// A made-up customer, and the texts of those of its files whose folder's name has these letters,
/// in the order of their paths.
pub fn texts(record_bytes: u32, folder: &str) -> (Guid, Vec<String>) {
    let sample = tempfile::tempdir().unwrap();
    let mut options = uptake::sample::Options::small(sample.path().to_path_buf());
    options.customers = 1;
    options.days = 10;
    options.users = Some(100);
    options.gzip = false;
    options.record_bytes = record_bytes;
    uptake::sample::write(&options, &mut |_| {}).unwrap();
    let paths: Vec<_> = walkdir::WalkDir::new(sample.path())
        .sort_by_file_name()
        .into_iter()
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_file() && entry.path().to_string_lossy().contains(folder))
        .map(walkdir::DirEntry::into_path)
        .collect();
    let tenant = uptake::sources::path::path_context(&paths[0].to_string_lossy(), None, None)
        .tenant
        .unwrap();
    (tenant, paths.iter().map(|path| std::fs::read_to_string(path).unwrap()).collect())
}
