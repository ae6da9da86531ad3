//! Sign-ins as the Entra portal downloads them (feed `activity`, format `portal-csv`).
//!
//! Columns that matter: `Date (UTC)`, `Request ID`, `User ID`, `Username`, `User type`,
//! `Application ID`, `Resource ID`, `Resource tenant ID`, `Home tenant ID`, `Cross tenant access
//! type`, `Status`, `Sign-in error code`. The tenant is the path's, else the user's own, or for
//! external users that of the resource.
//!
//! Traps: the header has blanks after two names (`Application ID `, `Resource ID `) and one name
//! twice. The error code of a sign-in that succeeded is empty or a word, so `Status` (Success,
//! Failure, Interrupted) decides if there is no number. Interactive and non-interactive sign-ins
//! are two downloads with the same columns: without a column `Is interactive` the name of the file
//! decides (`NonInteractiveSignIns_...`), else they count as interactive. The names of the columns
//! and the status are in the language of whoever downloads (see `languages.rs`).

use crate::sources::fields::values::{is_word, is_zero, present};
use crate::sources::file_context::FileContext;
use crate::sources::formats::portal::languages;
use crate::sources::formats::shared::sign_in::{SignIn, SignInRows};
use crate::sources::json::value::Value;
use crate::sources::output::Verdict;
use crate::sources::record::{Position, Reason, Sink};
use crate::sources::records::reader::Reader;
use crate::sources::records::table::{Cells, ReasonColumns, TableReader};

/// Reads the sign-ins of one file.
pub struct PortalCsv {
    sign_ins: SignInRows,
}

impl Reader for PortalCsv {
    fn new(context: &FileContext) -> PortalCsv {
        PortalCsv {
            sign_ins: SignInRows::new(context),
        }
    }
}

impl TableReader for PortalCsv {
    const COLUMNS: &'static [&'static str] = &languages::COLUMNS;
    const NEEDED: usize = 3;
    const REASON_COLUMNS: ReasonColumns = &[
        (Reason::MissingTime, &[0]),
        (Reason::UnreadableTime, &[0]),
        (Reason::MissingId, &[1]),
        (Reason::MissingTenant, &[7, 8]),
    ];

    fn other_places(head: &[u8]) -> Option<Vec<Option<usize>>> {
        languages::sign_in_places(head)
    }

    fn record(&mut self, cells: &impl Cells, at: Position, sink: &mut dyn Sink) -> Result<Verdict, Reason> {
        let sign_in = SignIn {
            created: cells.cell(0),
            logged: None,
            id: cells.cell(1),
            user: cells.cell(2),
            user_name: cells.cell(3),
            user_type: cells.cell(4),
            app: cells.cell(5),
            resource: cells.cell(6),
            resource_tenant: cells.cell(7),
            home_tenant: cells.cell(8),
            cross_tenant: cells.cell(9),
            agent: None,
            is_interactive: cells.cell(12),
        };
        let tenant = self.sign_ins.tenant_by_path(&sign_in)?;
        let succeeded = || Ok(succeeded(cells.cell(10), cells.cell(11)));
        self.sign_ins.take(&sign_in, tenant, self.sign_ins.by_file(), succeeded, at, sink)?;
        Ok(Verdict::Accepted)
    }
}

/// Words for a sign-in that did not succeed, in English and in languages whose words are known.
const FAILED: [&str; 10] = [
    "Failure",
    "Interrupted",
    "Error",
    "Erróneo",
    "Interrumpido",
    "Échec",
    "Interrompu",
    "Interrompue",
    "Fehler",
    "Unterbrochen",
];

/// Whether the error code is 0. If it is no number, the status decides: what failed has a code in
/// every language, and a word for it that is not known has to have one.
fn succeeded(status: Option<Value<'_>>, code: Option<Value<'_>>) -> bool {
    let by_status = matches!(present(status), Some(Value::Text(word)) if !FAILED.iter().any(|failed| is_word(word, failed)));
    present(code).and_then(is_zero).unwrap_or(by_status)
}
