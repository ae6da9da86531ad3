//! What every reader produces, whatever the format: canonical records, rejects, and counts that add
//! up.
//!
//! For each file `records == accepted + rejected + not_ours`. A record that is accepted may give no
//! row, one or several.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::domain::catalogue::{AuditActions, Catalogue};
use crate::domain::day::{Day, EARLIEST, Instant, Zone};
use crate::domain::guid::Guid;
use crate::domain::kinds::{Action, Evidence, spelled};
use crate::domain::subscription::{Seller, State};
use crate::sources::fields::date_order::Dates;
use crate::sources::fields::user_name::UserName;
use crate::sources::format::Choice;
use crate::sources::path::PathFacts;

/// How many days a snapshot may be younger than the day of receipt that its path names.
const DAYS_AFTER_RECEIPT: i32 = 2;

/// What a reader knows of a file besides its bytes.
#[derive(Clone)]
pub struct FileContext {
    /// The tenant that the path names.
    pub tenant: Option<Guid>,
    /// The day that the path names: that of a snapshot whose records have none.
    pub day: Option<Day>,
    /// The end of the time of receipt that the path names: no event may be more than 24 hours
    /// later.
    pub received_until: Option<Instant>,
    /// The day that it is: no snapshot may be of a later one. `None`: nobody asks.
    pub today: Option<Day>,
    /// Whether its sign-ins are interactive, where the file's name says so and nothing in the file
    /// does.
    pub interactive: Option<bool>,
    /// The pipeline's time zone: what an instant's day is.
    pub zone: Zone,
    /// Which SKU an offer of Partner Center sells; offer ids are lower case.
    pub offers: Arc<BTreeMap<String, Guid>>,
    /// The order of day and month in the file's dates, as far as it is known.
    pub dates: Dates,
    /// Which audited actions are a use of the workload that they name.
    pub audit_actions: Arc<AuditActions>,
}

impl FileContext {
    /// What a file's path says and what a pipeline's rules say.
    pub fn of(facts: PathFacts, zone: &Zone, catalogue: &Catalogue) -> FileContext {
        FileContext {
            tenant: facts.tenant,
            day: facts.day,
            received_until: facts.received_until,
            today: None,
            interactive: facts.interactive,
            zone: zone.clone(),
            offers: catalogue.offers.clone(),
            dates: Dates::default(),
            audit_actions: catalogue.audit_actions.clone(),
        }
    }

    /// The day of a snapshot: the one that a record writes, else that of the path. A day on which
    /// nobody can have taken a snapshot would make tables, caches and memory grow by thousands of
    /// days.
    pub fn snapshot_day(&self, written: Option<Day>, sink: &mut dyn Sink) -> Result<Day, Reason> {
        let day = written.or(self.day).ok_or(Reason::MissingDay)?;
        if day < EARLIEST.day_utc() {
            return Err(Reason::TimeBefore2010);
        }
        if self.day.is_some_and(|received| day > received.plus(DAYS_AFTER_RECEIPT)) {
            return Err(Reason::DayInTheFuture);
        }
        if self.today.is_some_and(|today| day > today) {
            sink.too_early(day);
            return Err(Reason::DayInTheFuture);
        }
        Ok(day)
    }
}

/// Where a record stands in its file.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Position {
    /// Line number from 1; in a document the line on which it begins; 0 for a fault of the whole
    /// file.
    pub line: u64,
    /// Number of the record within its page or batch, from 1; 0 where a line is a record.
    pub record: u32,
}

/// A sign-in or an audited action. Ids are lower case; an absent id is empty.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Activity<'a> {
    pub tenant: Guid,
    pub event_id: &'a str,
    pub user_id: &'a str,
    pub app_id: &'a str,
    pub resource_id: &'a str,
    /// `None` for an audited action.
    pub interactive: Option<bool>,
    pub at: Instant,
    /// The error code is 0.
    pub succeeded: bool,
    /// The user is external: a guest, somebody of another tenant, a technician of the partner.
    pub guest: bool,
    /// The resource belongs to another tenant.
    pub foreign_resource: bool,
    /// An agent signed in: no person.
    pub agent: bool,
    /// The workload that an audited action names.
    pub named_workload: Option<&'a str>,
    pub evidence: Evidence,
}

/// One thing that a license event says about a user, and about one SKU or (`None`) all of the
/// user's.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LicenseChange<'a> {
    pub tenant: Guid,
    pub user_id: &'a str,
    pub sku: Option<Guid>,
    pub at: Instant,
    pub action: Action,
    pub event_id: &'a str,
}

/// A user holds a SKU on the day of a snapshot.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Holding<'a> {
    pub tenant: Guid,
    pub day: Day,
    pub user_id: &'a str,
    pub sku: Guid,
}

/// A readable page or file of a snapshot (holdings or subscriptions), also one that lists nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SnapshotPage {
    pub tenant: Guid,
    pub day: Day,
    /// The page says that another one follows (`@odata.nextLink`).
    pub announces_next: bool,
}

impl SnapshotPage {
    /// Tells of a page of the snapshot that the path names, if it names one.
    pub fn tell(context: &FileContext, announces_next: bool, sink: &mut dyn Sink) {
        if let (Some(tenant), Ok(day)) = (context.tenant, context.snapshot_day(None, sink)) {
            sink.snapshot_page(SnapshotPage {
                tenant,
                day,
                announces_next,
            });
        }
    }
}

/// Who sold a subscription, as far as its form says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum SoldBy<'a> {
    /// The owner's tenant id in lower case; empty when the form leaves it empty.
    Owner(&'a str),
    /// The form says it in so many words.
    Seller(Seller),
}

/// A subscription as a snapshot lists it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Subscription<'a> {
    pub tenant: Guid,
    pub day: Day,
    pub subscription_id: &'a str,
    pub sku: Guid,
    pub seats: i64,
    pub state: State,
    pub is_trial: bool,
    pub sold_by: SoldBy<'a>,
    pub ends_on: Option<Day>,
}

/// A customer of the partner; an absent text is empty.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Customer<'a> {
    pub tenant: Guid,
    pub name: &'a str,
    pub domain: &'a str,
    pub country: &'a str,
    pub segment: &'a str,
}

/// A request to the partner's support.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SupportRequest<'a> {
    pub tenant: Guid,
    pub request_id: &'a str,
    pub opened_at: Instant,
    /// Free text; empty where the form does not say.
    pub topic: &'a str,
}

/// A row that a reader found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Row<'a> {
    Activity(Activity<'a>),
    LicenseChange(LicenseChange<'a>),
    Holding(Holding<'a>),
    Subscription(Subscription<'a>),
    Customer(Customer<'a>),
    SupportRequest(SupportRequest<'a>),
}

spelled! {
    /// Why a record is a reject.
    Reason {
        BrokenJson = "broken_json",
        InvalidUtf8 = "invalid_utf8",
        LineTooLong = "line_too_long",
        NestedTooDeep = "nested_too_deep",
        UnfinishedLastLine = "unfinished_last_line",
        CorruptCompression = "corrupt_compression",
        DecompressionBomb = "decompression_bomb",
        UnreadableFile = "unreadable_file",
        UnknownFormat = "unknown_format",
        UnreadableParquet = "unreadable_parquet",
        UnsupportedCompression = "unsupported_compression",
        LinkOutOfInput = "link_out_of_input",
        MissingCategory = "missing_category",
        MissingRecordType = "missing_record_type",
        MissingTenant = "missing_tenant",
        MalformedTenant = "malformed_tenant",
        TenantContradictsPath = "tenant_contradicts_path",
        MissingTime = "missing_time",
        UnreadableTime = "unreadable_time",
        AmbiguousTime = "ambiguous_time",
        TimeBefore2010 = "time_before_2010",
        TimeAfterReceipt = "time_after_receipt",
        MissingDay = "missing_day",
        DayInTheFuture = "day_in_the_future",
        MissingId = "missing_id",
        MissingUser = "missing_user",
        MissingLicenses = "missing_licenses",
        MalformedSku = "malformed_sku",
        UnreadableValue = "unreadable_value",
        UnreadableLicenseList = "unreadable_license_list",
        UnknownStatus = "unknown_status",
        UnknownOffer = "unknown_offer",
        MalformedSeats = "malformed_seats",
        MissingColumn = "missing_column",
    }
}

impl Reason {
    /// Whether the reject counts for a source's `fail_above`: a file that still grows is no fault.
    pub fn counts_against_limit(self) -> bool {
        self != Reason::UnfinishedLastLine
    }
}

/// What takes a reader's findings, in the order of the file.
pub trait Sink {
    /// A row that an accepted record gave.
    fn row(&mut self, at: Position, row: Row<'_>);
    /// A record (`raw`: its bytes, as far as they are at hand) that cannot be used. `detail` says
    /// what is missing or what is there instead, in names of members and columns, kinds of values
    /// and numbers, never with a value; empty where there is nothing to say.
    fn reject(&mut self, at: Position, reason: Reason, raw: &[u8], detail: &str);
    /// `auto` has chosen how to read the file: before anything else.
    fn chosen(&mut self, _choice: &Choice) {}
    /// Whether to tell who is who: it takes time, and is of use only where some log knows users by
    /// name alone.
    fn wants_names(&self) -> bool {
        false
    }
    /// A record has both the id and the name of a user.
    fn user_name(&mut self, _name: UserName<'_>) {}
    /// A snapshot of a day that has not come yet: from that day on the file can be read.
    fn too_early(&mut self, _day: Day) {}
    /// A readable page of a snapshot: at least one for each file of a snapshot that could be read
    /// at all.
    fn snapshot_page(&mut self, page: SnapshotPage);
}

/// What a file held: `records == accepted + rejected + not_ours`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FileCounts {
    pub records: u64,
    pub accepted: u64,
    pub rejected: u64,
    pub not_ours: u64,
}
