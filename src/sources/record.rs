//! What every reader produces, whatever the format: rows, rejects, and counts that add up; and the
//! sink that takes them.
//!
//! For each file `records == accepted + rejected + not_ours`. A record that is accepted may give no
//! row, one or several.

use crate::domain::day::{Day, Instant, Zone};
use crate::domain::guid::Guid;
use crate::domain::kinds::{Action, Evidence, spelled};
use crate::domain::subscription::{Renewal, Seller, State};
use crate::sources::format::Choice;

/// Where a record stands in its file.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Position {
    /// The number of the line, from 1. In a document it is the line on which the document begins,
    /// for a reject of the whole file it is 0.
    pub line: u64,
    /// The number of the record within its page or batch, from 1. 0 where a line is a record.
    pub record: u32,
}

/// A sign-in, an audited action, or a day of use that a report tells. Ids are in lower case; a missing id is empty.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Activity<'a> {
    pub tenant: Guid,
    pub event_id: &'a str,
    pub user_id: &'a str,
    pub app_id: &'a str,
    pub resource_id: &'a str,
    /// `None` for an audited action and for a report.
    pub interactive: Option<bool>,
    pub at: Instant,
    /// The error code is 0.
    pub succeeded: bool,
    /// The user is external: a guest, a user of another tenant, or a technician of the partner.
    pub guest: bool,
    /// The resource belongs to another tenant.
    pub foreign_resource: bool,
    /// An agent signed in: no person.
    pub agent: bool,
    /// The workload that an audited action or a report names.
    pub named_workload: Option<&'a str>,
    pub evidence: Evidence,
}

impl Activity<'_> {
    /// The day that it counts for, in a time zone.
    pub fn day(&self, zone: &Zone) -> Day {
        self.evidence.day_of(self.at, zone)
    }
}

/// One change that a license event reports of a user: of one SKU or, where `sku` is `None`, of all.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LicenseChange<'a> {
    pub tenant: Guid,
    pub user_id: &'a str,
    pub sku: Option<Guid>,
    pub at: Instant,
    pub action: Action,
    pub event_id: &'a str,
}

/// A user holds a SKU on the day of a snapshot, or waits for a seat of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Holding<'a> {
    pub tenant: Guid,
    pub day: Day,
    pub user_id: &'a str,
    pub sku: Guid,
    /// Whether the user's account is enabled. `None` where the record does not say.
    pub account_enabled: Option<bool>,
    /// The user is meant to have the SKU and does not, because no seat is left.
    pub waiting: bool,
}

/// A readable page or file of a snapshot, of holdings or subscriptions. It may list nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SnapshotPage {
    pub tenant: Guid,
    pub day: Day,
    /// The page says that another one follows (`@odata.nextLink`).
    pub announces_next: bool,
}

/// Who sold a subscription, as far as its format says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum SoldBy<'a> {
    /// The tenant id of the owner, in lower case. Empty where the record leaves it empty.
    Owner(&'a str),
    /// The record names the kind of seller, or the format has only one.
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
    pub renewal: Renewal,
}

/// A customer of the partner. A missing text is empty.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Customer<'a> {
    pub tenant: Guid,
    pub name: &'a str,
    pub domain: &'a str,
    pub country: &'a str,
    pub segment: &'a str,
    /// The first day on which it was no customer any more.
    pub left_on: Option<Day>,
}

/// A request to the partner's support.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SupportRequest<'a> {
    pub tenant: Guid,
    pub request_id: &'a str,
    pub opened_at: Instant,
    /// Free text. Empty where the record has none.
    pub topic: &'a str,
}

/// When a record says that a name is a user's.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum NameSeen {
    /// At the time of an event.
    At(Instant),
    /// On the day of a list.
    On(Day),
}

impl NameSeen {
    /// The day in a time zone.
    pub fn day(self, zone: &Zone) -> Day {
        match self {
            NameSeen::At(instant) => zone.day_of(instant),
            NameSeen::On(day) => day,
        }
    }
}

/// A user id and the hash of the name that goes with it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct UserName<'a> {
    pub tenant: Guid,
    /// `upn:` and the hash. It is the id of the user where only the name is known.
    pub name_id: &'a str,
    pub user_id: &'a str,
    pub seen: NameSeen,
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
    #[derive(serde::Serialize, serde::Deserialize)]
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
        ConcealedNames = "concealed_names",
        MissingLicenses = "missing_licenses",
        MalformedSku = "malformed_sku",
        UnreadableValue = "unreadable_value",
        CutByPowershell = "cut_by_powershell",
        UnreadableLicenseList = "unreadable_license_list",
        UnknownStatus = "unknown_status",
        UnknownOffer = "unknown_offer",
        UnknownProduct = "unknown_product",
        MalformedSeats = "malformed_seats",
        MissingColumn = "missing_column",
    }
}

impl Reason {
    /// Whether the reject counts for a source's `fail_above`. A file that still grows is no
    /// mistake.
    pub fn counts_against_limit(self) -> bool {
        self != Reason::UnfinishedLastLine
    }
}

/// What a reader decided about a record that the catalogue knows too little of.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub enum Notice {
    /// No list has the offer. The product was found by its name.
    OfferByName { offer: String, name: String },
    /// No list has the kind of unit. The record is not ours.
    UnknownUnit(String),
}

/// Takes what a reader finds, in the order of the file.
pub trait Sink {
    /// A row that an accepted record gave.
    fn row(&mut self, at: Position, row: Row<'_>);
    /// A record that cannot be used. `raw` is its bytes, as far as they are at hand. `detail` says
    /// what is missing or what is there instead. It has names of members and columns, kinds of
    /// values and numbers, never a value. It is empty where there is nothing to say.
    fn reject(&mut self, at: Position, reason: Reason, raw: &[u8], detail: &str);
    /// `auto` has chosen the format of the file. This comes before anything else.
    fn chosen(&mut self, _choice: &Choice) {}
    /// Whether readers should report names of users. That takes time, and is of use only where some
    /// log knows users by name only.
    fn wants_names(&self) -> bool {
        false
    }
    /// A record has both the id and the name of a user.
    fn user_name(&mut self, _name: UserName<'_>) {}
    /// The file has a snapshot of a day that has not come yet. From that day on it can be read.
    fn too_early(&mut self, _day: Day) {}
    /// Something that whoever runs the program should know. The record is counted all the same.
    fn noticed(&mut self, _notice: Notice) {}
    /// A readable page of a snapshot. Every file of a snapshot that could be read at all gives at
    /// least one.
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
