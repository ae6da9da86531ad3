//! Usage reports of Microsoft 365 (feed `activity`, format `usage-report`): what
//! `GET /reports/get...UserDetail(period='D7')` or `(date=2026-09-01)` gives, and the admin center's
//! "Export", as CSV; or `$format=application/json`, pages `{"value":[row...]}`. They are the only
//! activity of tenants without Entra ID P1. `reports.rs` has the reports and what proves a use.
//!
//! A row is a user. It gives an activity of the kind `report` for each workload and day of which the
//! report proves a use by the user. The day is
//!
//! * in a report of one date the date of the request, which only the path says: `(date=2026-09-01)`,
//!   or `date=2026-09-01` where no column `Report Period` says that it is a report of more days;
//! * else `Last Activity Date`, or the date of the service. Days between are unknown.
//!
//! Dates more than 180 days before the report, the longest period that there is, are left out: no
//! window looks at them, and each would be a day of which the warehouse has a file.
//!
//! Traps: `Report Refresh Date` is some two days behind. Columns come, go and change their order.
//! Users have names and no ids; no row names the tenant. A tenant hides the names by default: then
//! they are 32 hexadecimal digits, which no other log has, and each row is a reject
//! `concealed_names`. A user `(Unknown)` is nobody. Programs that turn CSV into JSON keep the names
//! of the columns.

use crate::domain::day::{Day, EARLIEST, MICROS_PER_DAY};
use crate::domain::guid::Guid;
use crate::domain::kinds::Evidence;
use crate::sources::fields::user_name::id_of_name;
use crate::sources::fields::values::{boolean, instant, is_word, present, seats as count, text};
use crate::sources::file_context::FileContext;
use crate::sources::formats::shared::sign_in::has_guest_mark;
use crate::sources::formats::usage_report::json_record::Layouts;
use crate::sources::formats::usage_report::reports::{Column, NAMES, Proof, REPORTS, TOLD_BY};
use crate::sources::json::value::{Node, Value};
use crate::sources::output::Verdict;
use crate::sources::path::ReportDay;
use crate::sources::record::{Activity, Position, Reason, Row, Sink};
use crate::sources::records::json::JsonReader;
use crate::sources::records::reader::Reader;
use crate::sources::records::reject_detail::ReasonMembers;
use crate::sources::records::table::{Cells, ReasonColumns, TableReader};

/// The longest period of a report.
const MOST_DAYS: i32 = 180;

/// Reads the rows of one file.
pub struct UsageReport {
    context: FileContext,
    layouts: Layouts,
    /// What the row proves: a day and a workload.
    used: Vec<(Day, &'static str)>,
}

/// Who a row is about.
enum User {
    /// The id that is stored, and whether it is a guest's.
    Known(String, bool),
    Nobody,
}

impl Reader for UsageReport {
    fn new(context: &FileContext) -> UsageReport {
        UsageReport {
            context: context.clone(),
            layouts: Layouts::default(),
            used: Vec::new(),
        }
    }
}

impl UsageReport {
    fn take(&mut self, row: &impl Cells, at: Position, sink: &mut dyn Sink) -> Result<Verdict, Reason> {
        let tenant = self.context.tenant.ok_or(Reason::MissingTenant)?;
        let is_told = |columns: &[Column]| columns.iter().any(|column| row.has_column(*column as usize));
        let report = REPORTS.iter().find(|report| is_told(report.told_by)).ok_or(Reason::MissingColumn)?;
        let user = user(row, tenant)?;
        let refreshed = self.written(row, Column::RefreshDate)?;
        self.used.clear();
        let id = match &report.proof {
            Proof::Counts { workload, counts } => {
                if let Some(day) = self.day(row)?
                    && any_above_zero(row, counts)?
                {
                    self.used.push((day, workload));
                }
                None
            }
            Proof::Dates(dates) => {
                for (column, workload) in *dates {
                    if let Some(day) = self.date(row, *column)? {
                        self.used.push((day, workload));
                    }
                }
                Some(report.name)
            }
        };
        self.used.sort_unstable();
        self.used.dedup();
        let oldest = refreshed.map(|day| day.plus(-MOST_DAYS));
        self.used.retain(|(day, _)| oldest.is_none_or(|oldest| *day >= oldest));
        if let User::Known(user_id, guest) = user {
            for (day, workload) in &self.used {
                let of_workload = id.map(|name| format!("{name}/{workload}"));
                let activity = Activity {
                    tenant,
                    event_id: of_workload.as_deref().unwrap_or(report.name),
                    user_id: &user_id,
                    app_id: "",
                    resource_id: "",
                    interactive: None,
                    at: day.start_utc(),
                    succeeded: true,
                    guest,
                    foreign_resource: false,
                    agent: false,
                    named_workload: Some(workload),
                    evidence: Evidence::Report,
                };
                sink.row(at, Row::Activity(activity));
            }
        }
        Ok(Verdict::Accepted)
    }

    /// The day of a row that has counts: the date of the request, else the one of the latest
    /// activity.
    fn day(&self, row: &impl Cells) -> Result<Option<Day>, Reason> {
        match self.context.report_day {
            Some(ReportDay::Requested(day)) => Ok(Some(day)),
            Some(ReportDay::Named(day)) if !is_of_several_days(row) => Ok(Some(day)),
            _ => self.date(row, Column::LastActivityDate),
        }
    }

    /// A day of use. `None` where there is none. The path of a report of one date names that date,
    /// and so does not say when the report was received.
    fn date(&self, row: &impl Cells, column: Column) -> Result<Option<Day>, Reason> {
        let Some(day) = self.written(row, column)? else {
            return Ok(None);
        };
        let at = day.start_utc();
        if at < EARLIEST {
            return Err(Reason::TimeBefore2010);
        }
        match self.context.received_until.filter(|_| self.context.report_day.is_none()) {
            Some(until) if at.0 - until.0 > MICROS_PER_DAY => Err(Reason::TimeAfterReceipt),
            _ => Ok(Some(day)),
        }
    }

    /// A calendar date as it is written.
    fn written(&self, row: &impl Cells, column: Column) -> Result<Option<Day>, Reason> {
        match present(row.cell(column as usize)) {
            None => Ok(None),
            Some(Value::Instant(at)) => Ok(Some(at.day_utc())),
            Some(Value::Text(text)) if text.is_empty() => Ok(None),
            Some(Value::Text(text)) => match text.plain().and_then(|plain| Day::parse(std::str::from_utf8(plain).ok()?)) {
                Some(day) => Ok(Some(day)),
                None => Ok(Some(instant(text, &self.context.dates)?.day_utc())),
            },
            Some(_) => Err(Reason::UnreadableTime),
        }
    }
}

/// Who a row is about, by name.
fn user(row: &impl Cells, tenant: Guid) -> Result<User, Reason> {
    let mut buffer = String::new();
    let name = match text(row.cell(Column::UserPrincipalName as usize))? {
        Some(name) => name.decode(&mut buffer).ok_or(Reason::UnreadableValue)?.trim(),
        None if row.has_column(Column::UserPrincipalName as usize) => "",
        None => return Err(Reason::MissingUser),
    };
    if name.len() == 32 && name.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(Reason::ConcealedNames);
    }
    let name = name.to_lowercase();
    if name.is_empty() || name == "(unknown)" {
        return Ok(User::Nobody);
    }
    let id = match Guid::parse(name.as_bytes()) {
        Some(id) => id.to_string(),
        None => id_of_name(tenant, &name),
    };
    Ok(User::Known(id, has_guest_mark(&name)))
}

/// Whether a row says that its counts are those of several days.
fn is_of_several_days(row: &impl Cells) -> bool {
    let mut buffer = String::new();
    let period = match present(row.cell(Column::ReportPeriod as usize)) {
        Some(Value::Number(token)) => std::str::from_utf8(token).unwrap_or_default(),
        Some(Value::Text(text)) => text.decode(&mut buffer).unwrap_or_default().trim(),
        _ => "",
    };
    !matches!(period.trim_start_matches(['D', 'd']), "" | "0" | "1")
}

fn any_above_zero(row: &impl Cells, counts: &[Column]) -> Result<bool, Reason> {
    let mut any = false;
    for column in counts {
        any |= match present(row.cell(*column as usize)) {
            None => false,
            Some(Value::Text(text)) if text.is_empty() || is_word(text, "No") => false,
            Some(Value::Text(text)) if is_word(text, "Yes") => true,
            Some(value) => match boolean(value) {
                Some(is_used) => is_used,
                None => count(Some(value)).ok_or(Reason::UnreadableValue)? > 0,
            },
        };
    }
    Ok(any)
}

impl TableReader for UsageReport {
    const COLUMNS: &'static [&'static str] = NAMES;
    const NEEDED: usize = 2;
    const ONE_OF: &'static [usize] = TOLD_BY;
    const REASON_COLUMNS: ReasonColumns = &[];

    fn record(&mut self, cells: &impl Cells, at: Position, sink: &mut dyn Sink) -> Result<Verdict, Reason> {
        self.take(cells, at, sink)
    }
}

impl JsonReader for UsageReport {
    const LIST_KEY: &'static str = "value";
    const REASON_MEMBERS: ReasonMembers = &[
        (Reason::MissingUser, &["userPrincipalName"]),
        (
            Reason::MissingColumn,
            &[
                "privateChatMessageCount",
                "sendCount",
                "viewedOrEditedFileCount",
                "postedCount",
                "exchangeLastActivityDate",
                "wordCopilotLastActivityDate",
                "details",
            ],
        ),
    ];

    fn record(&mut self, record: Node<'_>, at: Position, sink: &mut dyn Sink) -> Result<Verdict, Reason> {
        let row = self.layouts.row(record);
        self.take(&row, at, sink)
    }
}
