//! Names of what is in the folder of a Delta table.

/// The folder of commits.
const LOG: &str = "_delta_log";
/// How many digits the number of a version has.
const DIGITS: usize = 20;

/// The folder of a table's commits.
pub fn log_folder(table: &str) -> String {
    format!("{table}/{LOG}")
}

/// Where the commit of a version is.
pub fn commit(table: &str, version: u64) -> String {
    format!("{table}/{LOG}/{version:0DIGITS$}.json")
}

/// The version whose commit has this name.
pub fn version_of(name: &str) -> Option<u64> {
    let digits = name.strip_suffix(".json")?;
    let is_number = digits.len() == DIGITS && digits.bytes().all(|digit| digit.is_ascii_digit());
    is_number.then(|| digits.parse().ok()).flatten()
}

/// Whether something in the folder of a table has a name that uptake gives: the log, or a file by
/// its content.
pub fn is_ours(table: &str, name: &str) -> bool {
    name == LOG || is_data_file(table, name)
}

/// Whether a file of a table is called by its content.
pub fn is_data_file(table: &str, name: &str) -> bool {
    let digest = name
        .strip_prefix(table)
        .and_then(|rest| rest.strip_prefix('-'))
        .and_then(|rest| rest.strip_suffix(".parquet"));
    digest.is_some_and(|digest| digest.len() == 16 && digest.bytes().all(|digit| digit.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commits_are_numbered_with_twenty_digits() {
        let name = commit("usage", 12);
        assert_eq!(name, "usage/_delta_log/00000000000000000012.json");
        assert_eq!(version_of("00000000000000000012.json"), Some(12));
        for wrong in [
            "12.json",
            "00000000000000000012.crc",
            "0000000000000000001x.json",
            "00000000000000000012.checkpoint.parquet",
        ] {
            assert_eq!(version_of(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_data_file_has_the_name_of_its_table_and_of_its_content() {
        assert!(is_ours("usage", "usage-0123456789abcdef.parquet") && is_ours("usage", "_delta_log"));
        for wrong in [
            "usage.parquet",
            "adoption-0123456789abcdef.parquet",
            "usage-0123.parquet",
            "part-00000.parquet",
        ] {
            assert!(!is_ours("usage", wrong), "{wrong}");
        }
    }
}
