//! What people make of the files of logs: the same records in another packing. Which one a file gets
//! hangs on its path alone, so that it stays what it is when other facts go.
//!
//! Only records of sound JSON can be packed in another way: a line that is none spoils a list, and
//! then it matters what else stands beside it.

use serde_json::{Value, json};

use super::files::{Chance, Packing, RawFile};
use crate::mutations::written::{batches, indented, lines, utf16};

/// How a file is packed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Dress {
    /// As its sender writes it.
    AsItIs,
    Array,
    Indented,
    Concatenated,
    ArrayOfBatches,
    /// As `>` of Windows PowerShell writes it.
    Utf16,
    Utf16WithoutMark,
    /// A page of Graph.
    Page,
    /// What a search of the audit log gives: by the cmdlet, and by Graph.
    SearchByCmdlet,
    SearchByGraph,
    /// What the query API of a workspace answers.
    Answer,
}

impl Dress {
    /// How the file at a path is packed.
    pub fn of(path: &str, file: &RawFile) -> Dress {
        use Dress::*;
        let folder = path.split(['/', '-']).next().unwrap_or_default();
        let others: &[Dress] = match (folder, file.packing) {
            ("insights", Packing::Lines) => &[Array, Indented, Concatenated, Utf16, Utf16WithoutMark],
            ("eventhub", Packing::Batches) => &[ArrayOfBatches, Utf16, Concatenated],
            ("management", Packing::Lines) => &[SearchByCmdlet, SearchByGraph, Array, Utf16],
            ("usage", Packing::Lines) => &[Page, Array, Indented],
            ("log", Packing::Lines) => &[Answer, Array, Indented],
            _ => &[],
        };
        let dress = Chance(0).below(&format!("{path} dress"), 2 * others.len() as u64) as usize;
        others.get(dress).copied().unwrap_or(AsItIs)
    }
}

/// The records in a packing; `None` where they are written as their sender writes them.
pub fn dressed(dress: Dress, records: &[Vec<u8>]) -> Option<Vec<u8>> {
    if dress == Dress::AsItIs || records.is_empty() {
        return None;
    }
    let sound = |record: &Vec<u8>| serde_json::from_slice(record).ok().filter(Value::is_object);
    let values: Vec<Value> = records.iter().map(sound).collect::<Option<_>>()?;
    let array = |values: Vec<Value>| Value::from(values).to_string().into_bytes();
    Some(match dress {
        Dress::AsItIs => return None,
        Dress::Array => [b"[".as_slice(), &records.join(&b","[..]), b"]"].concat(),
        Dress::Indented => values.iter().map(indented).collect::<Vec<_>>().join(&b"\r\n"[..]),
        Dress::Concatenated => records.concat(),
        Dress::ArrayOfBatches => batches("records", records),
        Dress::Utf16 => utf16(&[b"\xef\xbb\xbf".as_slice(), &lines(records)].concat(), u16::to_le_bytes),
        Dress::Utf16WithoutMark => utf16(&lines(records), u16::to_be_bytes),
        Dress::Page => json!({"@odata.context": "x", "value": values}).to_string().into_bytes(),
        Dress::SearchByCmdlet => array(values.iter().map(found_by_cmdlet).collect()),
        Dress::SearchByGraph => json!({"value": values.iter().map(found_by_graph).collect::<Vec<_>>()})
            .to_string()
            .into_bytes(),
        Dress::Answer => answer(&values),
    })
}

fn found_by_cmdlet(record: &Value) -> Value {
    json!({
        "RecordType": record["RecordType"], "CreationDate": record["CreationTime"], "UserIds": record["UserId"],
        "Operations": record["Operation"], "AuditData": record.to_string(), "Identity": record["Id"],
    })
}

fn found_by_graph(record: &Value) -> Value {
    json!({
        "id": record["Id"], "createdDateTime": record["CreationTime"], "operation": record["Operation"],
        "userPrincipalName": record["UserId"], "auditData": record,
    })
}

fn answer(rows: &[Value]) -> Vec<u8> {
    let mut names: Vec<&String> = rows.iter().flat_map(|row| row.as_object().unwrap().keys()).collect();
    names.sort();
    names.dedup();
    let cells = rows
        .iter()
        .map(|row| names.iter().map(|name| row[name.as_str()].clone()).collect::<Value>());
    let columns: Vec<Value> = names.iter().map(|name| json!({"name": name, "type": "string"})).collect();
    json!({"tables": [{"name": "PrimaryResult", "columns": columns, "rows": cells.collect::<Vec<_>>()}]})
        .to_string()
        .into_bytes()
}
