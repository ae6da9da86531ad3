//! What Microsoft's JSON schemas are called. A file names the one that it keeps.

const FABRIC: &str = "https://developer.microsoft.com/json-schemas/fabric/";

/// The schema of a file of a project.
pub fn schema(name: &str) -> String {
    format!("{FABRIC}{name}/schema.json")
}

/// The schema of a file of a report's definition.
pub fn report_schema(name: &str) -> String {
    schema(&format!("item/report/definition/{name}"))
}
