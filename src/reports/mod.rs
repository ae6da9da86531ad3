//! stub
use std::path::Path;
use std::collections::BTreeSet;
use crate::domain::{guid::Guid,day::Day,rules::Rules};
use crate::warehouse::store::Store;
pub const VERSION: u32 = 1;
#[derive(Debug, thiserror::Error)]
#[error("x")]
pub struct ReportError;
impl ReportError { pub fn is_store(&self)->bool {true} }
#[derive(Clone, Debug, serde::Serialize)]
pub struct PublishedFile { pub name: String, pub rows: u64, pub bytes: u64, pub digest: String }
pub struct Publication<'a> { pub store: &'a Store, pub published: &'a Path, pub rules: &'a Rules, pub shards: u32, pub first: Day, pub last: Day, pub customers: Vec<crate::stages::customers::Customer>, pub seen_tenants: BTreeSet<Guid> }
pub fn publish(_p: &Publication, _progress: &dyn Fn(u64)) -> Result<Vec<PublishedFile>, ReportError> { Ok(vec![]) }
pub fn write_run_json(_p: &Path, _v: &serde_json::Value) -> Result<(), ReportError> { Ok(()) }
pub mod summary { pub struct Summary; pub fn render(_s:&Summary,_c:bool)->String { String::new() } }
