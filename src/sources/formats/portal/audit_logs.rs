//! The audit log of the directory as the Entra portal downloads it as CSV (feed `license_changes`,
//! format `portal-csv`): the events that Graph has in `directoryAudits`, as a wide table.
//!
//! `Date (UTC), CorrelationId, Service, Category, Activity, Result, ...`, and for each of up to three
//! targets `Target1Type, Target1DisplayName, Target1ObjectId, ...` and five modified properties
//! (`Target1ModifiedProperty1Name, ...OldValue, ...NewValue`). The lists of licenses stand in the
//! values as they do in JSON. The tenant is the path's.
//!
//! Traps: an event has no id. Its correlation id, its user and its day stand in for one: the records
//! of one operation share the first. There may be more than five properties, and the list of
//! licenses among those that are left out: then nobody knows what changed, and the event is a
//! reject. In other languages some names of columns are translated (`Activité`, `Actividad`), most
//! are not: then the order tells the columns.

use crate::domain::guid::Guid;
use crate::sources::fields::time::parse_instant;
use crate::sources::fields::values::{Tenants, event_time, folded_id, is_word, present, required_id, text};
use crate::sources::file_context::FileContext;
use crate::sources::formats::portal::languages::first_records;
use crate::sources::formats::shared::license_event::{Changed, LicenseLists, Operation};
use crate::sources::json::value::Value;
use crate::sources::output::Verdict;
use crate::sources::record::{Position, Reason, Sink};
use crate::sources::records::reader::Reader;
use crate::sources::records::table::{Cells, ReasonColumns, TableReader, squeezed};

/// Reads the license changes of one file.
pub struct PortalAudit {
    context: FileContext,
    tenants: Tenants,
    lists: LicenseLists,
}

/// The columns of so many targets behind the first ones.
macro_rules! columns {
    ($($target:literal),*) => {
        &[
            "Date (UTC)", "CorrelationId", "Activity", "Result",
            $(
                concat!("Target", $target, "ObjectId"),
                concat!("Target", $target, "Type"),
                concat!("Target", $target, "ModifiedProperty1Name"),
                concat!("Target", $target, "ModifiedProperty1OldValue"),
                concat!("Target", $target, "ModifiedProperty1NewValue"),
                concat!("Target", $target, "ModifiedProperty2Name"),
                concat!("Target", $target, "ModifiedProperty2OldValue"),
                concat!("Target", $target, "ModifiedProperty2NewValue"),
                concat!("Target", $target, "ModifiedProperty3Name"),
                concat!("Target", $target, "ModifiedProperty3OldValue"),
                concat!("Target", $target, "ModifiedProperty3NewValue"),
                concat!("Target", $target, "ModifiedProperty4Name"),
                concat!("Target", $target, "ModifiedProperty4OldValue"),
                concat!("Target", $target, "ModifiedProperty4NewValue"),
                concat!("Target", $target, "ModifiedProperty5Name"),
                concat!("Target", $target, "ModifiedProperty5OldValue"),
                concat!("Target", $target, "ModifiedProperty5NewValue"),
            )*
        ]
    };
}

/// Where the columns of the first target begin in [`PortalAudit::COLUMNS`], and how many each has.
const FIRST_TARGET: usize = 4;
const OF_TARGET: usize = 17;
const TARGETS: usize = 3;
const PROPERTIES: usize = 5;

/// The same in a file: there each target also has a name and a user principal name.
const FIRST_TARGET_IN_FILE: usize = 17;
const OF_TARGET_IN_FILE: usize = 19;

impl Reader for PortalAudit {
    fn new(context: &FileContext) -> PortalAudit {
        PortalAudit {
            context: context.clone(),
            tenants: Tenants::default(),
            lists: LicenseLists::default(),
        }
    }
}

impl TableReader for PortalAudit {
    const COLUMNS: &'static [&'static str] = columns!(1, 2, 3);
    const NEEDED: usize = 5;
    const REASON_COLUMNS: ReasonColumns = &[
        (Reason::MissingTime, &[0]),
        (Reason::UnreadableTime, &[0]),
        (Reason::MissingId, &[1]),
        (Reason::MissingUser, &[4]),
        (Reason::UnreadableValue, &[3]),
    ];

    fn other_places(head: &[u8]) -> Option<Vec<Option<usize>>> {
        let records = first_records(head);
        let (header, record) = (records.first()?, records.get(1)?);
        let is_audit = header.get(1).is_some_and(|name| squeezed(name) == "correlationid")
            && header.len() >= FIRST_TARGET_IN_FILE + OF_TARGET_IN_FILE
            && parse_instant(record.first()?.as_bytes()).is_some()
            && Guid::parse(record.get(1)?.as_bytes()).is_some();
        is_audit.then(|| {
            let mut places: Vec<usize> = vec![0, 1, 4, 5];
            for target in 0..TARGETS {
                let from = FIRST_TARGET_IN_FILE + target * OF_TARGET_IN_FILE;
                places.extend([from + 2, from]);
                places.extend(from + 4..from + OF_TARGET_IN_FILE);
            }
            places.into_iter().map(|place| (place < header.len()).then_some(place)).collect()
        })
    }

    fn record(&mut self, cells: &impl Cells, at: Position, sink: &mut dyn Sink) -> Result<Verdict, Reason> {
        let tenant = self.tenants.of_record(None::<Value<'_>>, &self.context)?;
        let time = event_time(cells.cell(0), None::<Value<'_>>, &self.context)?;
        let correlation = required_id(cells.cell(1))?;
        let Some(operation) = operation(cells)? else {
            return Ok(Verdict::NotOurs);
        };
        if operation == Operation::AddsUser || !succeeded(cells)? {
            return Ok(Verdict::Accepted);
        }
        let target = user_target(cells);
        self.lists.clear();
        if operation.has_lists() {
            let Some(property) = assigned_license(cells, target)? else {
                return Ok(Verdict::Accepted);
            };
            // An empty cell is an empty list.
            let list = |column: usize| Some(cells.cell(column).unwrap_or(Value::Null));
            self.lists.read(list(property + 1), list(property + 2))?;
            if self.lists.are_empty() {
                return Ok(Verdict::Accepted);
            }
        }
        let user = folded_id(cells.cell(target))?;
        if user.is_empty() {
            return Err(Reason::MissingUser);
        }
        let event_id = format!("{correlation}:{user}:{}", time.day_utc());
        let changed = Changed {
            tenant,
            user_id: &user,
            event_id: &event_id,
            time,
        };
        self.lists.tell(&changed, operation, at, sink);
        Ok(Verdict::Accepted)
    }
}

/// What the record is about; `None` where it is nothing that changes licenses.
fn operation(cells: &impl Cells) -> Result<Option<Operation>, Reason> {
    let mut buffer = String::new();
    let Some(name) = text(cells.cell(2))? else {
        return Err(Reason::MissingCategory);
    };
    Ok(Operation::of(name.decode(&mut buffer).ok_or(Reason::UnreadableValue)?.trim()))
}

/// Whether it was done. A word that nobody knows cannot be read: it may be that in another language.
fn succeeded(cells: &impl Cells) -> Result<bool, Reason> {
    match present(cells.cell(3)) {
        Some(Value::Text(word)) if is_word(word, "success") => Ok(true),
        Some(Value::Text(word)) if ["failure", "timeout"].iter().any(|failed| is_word(word, failed)) => Ok(false),
        _ => Err(Reason::UnreadableValue),
    }
}

/// The first column of the first target that is a user, else of the first one.
fn user_target(cells: &impl Cells) -> usize {
    let mut targets = (0..TARGETS).map(|number| FIRST_TARGET + number * OF_TARGET);
    let user = targets.find(|target| matches!(cells.cell(target + 1), Some(Value::Text(kind)) if is_word(kind, "User")));
    user.unwrap_or(FIRST_TARGET)
}

/// The column with the name of the property that has the lists. `None` where they did not change.
fn assigned_license(cells: &impl Cells, target: usize) -> Result<Option<usize>, Reason> {
    let names = (0..PROPERTIES).map(|number| target + 2 + number * 3);
    let mut is_named = false;
    for column in names {
        let Some(name) = text(cells.cell(column))? else { continue };
        if is_word(name, "AssignedLicense") {
            return Ok(Some(column));
        }
        let mut buffer = String::new();
        let value = text(cells.cell(column + 2))?.and_then(|value| value.decode(&mut buffer));
        is_named |= is_word(name, "Included Updated Properties") && value.is_some_and(|value| value.contains("AssignedLicense"));
    }
    // It is said to have changed, and stands behind the properties that are shown.
    if is_named { Err(Reason::MissingLicenses) } else { Ok(None) }
}
