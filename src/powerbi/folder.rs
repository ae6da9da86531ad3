//! Where Power BI finds the published files: a folder as the PC with Power BI sees it, or a place in
//! Azure's storage. It becomes the parameter `Folder`, which can be changed in Power BI.

use crate::domain::store_url::is_url;

/// What Power BI cannot read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unreadable {
    /// A URL of Azure's storage that does not say the account.
    NoAccount,
    /// A store that Power BI has no connector for.
    OtherStore,
    /// A character that no path has.
    NoPath,
}

/// A place that Power BI can read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PublishedFolder {
    /// Without a separator at its end.
    text: String,
    is_url: bool,
}

impl PublishedFolder {
    /// A folder, or a URL of Azure's storage with the account in it.
    pub fn parse(text: &str) -> Result<PublishedFolder, Unreadable> {
        if text.trim().is_empty() || text.chars().any(char::is_control) {
            return Err(Unreadable::NoPath);
        }
        if is_url(text) {
            let text = of_azure(text)?;
            return Ok(PublishedFolder { text, is_url: true });
        }
        let shorter = text.trim_end_matches(['/', '\\']);
        Ok(PublishedFolder {
            text: if shorter.is_empty() { text } else { shorter }.to_owned(),
            is_url: false,
        })
    }

    /// The parameter's value, as M writes a text.
    pub fn as_m(&self) -> String {
        m_text(&self.text)
    }

    /// The bytes of a file there, as M.
    pub fn content_of(&self, file: &str) -> String {
        match self.is_url {
            true => format!("AzureStorage.DataLakeContents ( Folder & {} )", m_text(&format!("/{file}"))),
            false => format!("File.Contents ( Folder & {} )", m_text(&format!("\\{file}"))),
        }
    }
}

/// A URL as Power Query's connector wants it: `https://account.dfs.core.windows.net/container/path`.
fn of_azure(url: &str) -> Result<String, Unreadable> {
    let (scheme, rest) = url.split_once("://").ok_or(Unreadable::OtherStore)?;
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let path = path.trim_end_matches('/');
    let (container, host) = match (scheme.to_ascii_lowercase().as_str(), authority.split_once('@')) {
        ("az" | "abfs" | "abfss", Some((container, host))) => (Some(container), host),
        ("az" | "abfs" | "abfss" | "azure" | "adl", None) => return Err(Unreadable::NoAccount),
        ("https", None) => (None, authority),
        _ => return Err(Unreadable::OtherStore),
    };
    let host = host.replace(".blob.", ".dfs.");
    let names = [container.unwrap_or_default(), path].into_iter().filter(|name| !name.is_empty());
    Ok(format!("https://{host}/{}", names.collect::<Vec<_>>().join("/")))
}

/// A text as M writes it: quotes are doubled, and `#(` begins an escape.
fn m_text(text: &str) -> String {
    format!("\"{}\"", text.replace("#(", "#(#)(").replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn reads(written: &str, parameter: &str, content: &str) {
        let folder = PublishedFolder::parse(written).unwrap();
        assert_eq!(
            (folder.as_m().as_str(), folder.content_of("a.parquet").as_str()),
            (parameter, content)
        );
    }

    #[test]
    fn a_folder_is_read_as_a_file_and_azure_by_its_own_connector() {
        let file = r#"File.Contents ( Folder & "\a.parquet" )"#;
        reads(r"C:\uptake\published\", r#""C:\uptake\published""#, file);
        reads(r"\\server\share", r#""\\server\share""#, file);
        reads("/", r#""/""#, file);
        reads("a\"b#(c)", r##""a""b#(#)(c)""##, file);
        let lake = r#"AzureStorage.DataLakeContents ( Folder & "/a.parquet" )"#;
        let parameter = r#""https://acc.dfs.core.windows.net/box/bi""#;
        reads("abfss://box@acc.dfs.core.windows.net/bi/", parameter, lake);
        reads("https://acc.blob.core.windows.net/box/bi", parameter, lake);
    }

    #[test]
    fn what_power_bi_cannot_read_is_refused() {
        assert_eq!(PublishedFolder::parse("az://box/bi"), Err(Unreadable::NoAccount));
        assert_eq!(PublishedFolder::parse("s3://box/bi"), Err(Unreadable::OtherStore));
        assert_eq!(PublishedFolder::parse("a\nb"), Err(Unreadable::NoPath));
        assert_eq!(PublishedFolder::parse(" "), Err(Unreadable::NoPath));
    }
}
