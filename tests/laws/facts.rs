//! A made-up portfolio as a list of small facts, each of which stands for a few raw records. Taking
//! a fact away leaves a smaller portfolio, so a failing case shrinks to the facts that matter.

use std::fmt;

/// Minutes since the midnight (UTC) that begins the first day.
pub type Minute = i32;

/// A set of SKUs: bit n is [`SKUS`]`[n]`.
pub type Skus = u8;

/// The products that facts speak of: id, part number, plans (name, id). The catalogue lacks the
/// last.
pub const SKUS: [(&str, &str); 6] = [
    ("05e9a617-0261-4cee-bb44-138d3ef5d965", "SPE_E3"),
    ("06ebc4ee-1bb5-47dd-8120-11324bc54e06", "SPE_E5"),
    ("7e74bd05-2c47-404e-829a-ba95c66fe8e5", "YAMMER_PLAN"),
    ("c5928f49-12ba-48f7-ada3-0d743a3601d5", "VISIOCLIENT"),
    ("a403ebcc-fae0-4ca2-8c8c-7a907fd6c235", "POWER_BI_STANDARD"),
    ("deadbeef-0000-4000-8000-000000000001", "UNHEARD_OF"),
];

/// Applications and resources; Graph and the last are in no workload.
pub const APPS: [&str; 9] = [
    "00000002-0000-0ff1-ce00-000000000000", // exchange
    "00000003-0000-0ff1-ce00-000000000000", // sharepoint
    "ab9b8c07-8f02-4f72-87fa-80105867a763", // OneDrive, which is sharepoint
    "cc15fd57-2c6c-4117-a88c-83b1d56b4bbe", // teams
    "00000005-0000-0ff1-ce00-000000000000", // yammer
    "d3590ed6-52b3-4102-aeff-aad2292ab01c", // office_apps
    "00000009-0000-0000-c000-000000000000", // power_bi
    "00000003-0000-0000-c000-000000000000", // Graph
    "de8bc8b5-d9f9-48b1-a8ad-b748da725064", // nobody knows it
];

/// How many names of users there are.
pub const NAMES: u8 = 4;

/// A portfolio: how the pipeline is set, and what is in the logs.
#[derive(Clone)]
pub struct Portfolio {
    pub knobs: Knobs,
    pub facts: Vec<Fact>,
}

/// The settings of a pipeline file.
#[derive(Clone, Debug)]
pub struct Knobs {
    /// Which of a few days the portfolio starts on: two of them are before a change of clocks.
    pub start: u8,
    pub days: u8,
    /// How many of the last days are beyond the tables.
    pub days_beyond: u8,
    pub zone: &'static str,
    pub shards: u8,
    /// Written as days after the start.
    pub first_day: Option<u8>,
    pub evidence: &'static [&'static str],
    pub unlicensed_use: Option<&'static [&'static str]>,
    pub sold_states: Option<&'static [&'static str]>,
    pub entitled_states: Option<&'static [&'static str]>,
    /// Index of a SKU.
    pub exclude: Option<u8>,
    pub partner: bool,
    /// After how many days a list of subscriptions gives way.
    pub snapshot_stale_days: Option<u8>,
    /// Limits of next steps that are soon reached.
    pub low_limits: bool,
    /// Days for which a seat is left alone.
    pub grace_days: Option<u8>,
    pub exceptions: Exceptions,
}

/// The exceptions of a pipeline file. Days are counted from the start.
#[derive(Clone, Debug, Default)]
pub struct Exceptions {
    /// A customer, from a day on.
    pub customer: Option<(u8, u8)>,
    /// A product of a customer, and maybe a day.
    pub of_customer: Option<(u8, u8, Option<u8>)>,
    /// A product from a day on.
    pub product: Option<(u8, u8)>,
    /// A customer, a product, and seats.
    pub spare: Option<(u8, u8, u8)>,
}

#[derive(Clone, Debug)]
pub enum Fact {
    SignIn(SignIn),
    Habit(Habit),
    Action(Action),
    /// Licenses of a user one step after the other.
    Life(Life),
    /// An audit record that need not fit to anything.
    Report(Report),
    Audit(Audit),
    Users(Users),
    Subscriptions(Subscriptions),
    Customers {
        tenant: u8,
        day: u8,
        name: u8,
        bad: bool,
        /// The day on which it left.
        left: Option<u8>,
    },
    Support(Support),
    Junk(Junk),
}

#[derive(Clone, Debug)]
pub struct SignIn {
    pub tenant: u8,
    /// `None`: the record names nobody.
    pub user: Option<u8>,
    pub at: Minute,
    pub id: u16,
    /// Which name the user has, as in a list of users.
    pub names: u8,
    /// Index of [`APPS`]; `None`: missing.
    pub resource: Option<u8>,
    pub app: Option<u8>,
    pub interactive_log: bool,
    pub is_interactive: Option<bool>,
    pub code: Code,
    pub guest: UserType,
    pub resource_tenant: ResourceTenant,
    pub comes: Comes,
    pub agent: Agent,
    pub spelling: Spelling,
    pub hours_late: u16,
    pub copies: Vec<Copy>,
}

/// A user who uses the same application every few days, at noon.
#[derive(Clone, Debug)]
pub struct Habit {
    pub tenant: u8,
    pub user: u8,
    pub id: u16,
    /// Index of [`APPS`].
    pub resource: u8,
    pub interactive: bool,
    pub first_day: u8,
    pub days_between: u8,
    pub times: u8,
}

/// An audited action of somebody of whom the log knows nothing but the name.
#[derive(Clone, Debug)]
pub struct Action {
    pub tenant: u8,
    /// Which of a few names.
    pub name: u8,
    pub at: Minute,
    pub id: u16,
    pub hours_late: u16,
}

/// What a usage report says of somebody by name.
#[derive(Clone, Debug)]
pub struct Report {
    pub tenant: u8,
    /// Which of a few names.
    pub name: u8,
    pub guest: bool,
    pub day: u8,
    /// After how many days the report comes.
    pub days_late: u8,
    pub what: Reported,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Reported {
    /// Chats of that day; none is only "other actions".
    Chats(u8),
    /// Mails sent, and mails received.
    Mails(u8, u8),
    /// The services' own dates: Yammer's is so many days before the one of SharePoint.
    Services(u8),
    /// The report of the day itself, which only the path names.
    PagesOfTheDay(u8),
}

/// The same record once more: `shift` seconds later. Copies that differ in nothing else that
/// matters are told apart by these two.
#[derive(Clone, Debug)]
pub struct Copy {
    pub hours_late: u16,
    pub shift: i32,
    pub failed: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Code {
    Success,
    Failed,
    /// Only the envelope's `resultType` says it.
    SuccessByEnvelope,
    FailedByEnvelope,
    Nowhere,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum UserType {
    Member,
    Guest,
    /// No type, a name without `#EXT#`.
    Untold,
    /// No type, a name with `#EXT#`.
    ByName,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ResourceTenant {
    Own,
    Missing,
    Foreign,
    Word,
}

/// Where the user of a sign-in belongs, by its home tenant and by the way in which it comes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Comes {
    FromHere,
    NobodySays,
    FromElsewhere,
    AsTechnician,
}

/// Whether an agent signed in.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Agent {
    NobodySays,
    NotAgentic,
    Application,
    WithUserAccount,
}

/// How a record is written.
#[derive(Clone, Copy, Debug, Default)]
pub struct Spelling {
    /// 0: plain `Z`; others: see `render::time`.
    pub time: u8,
    pub upper_case: bool,
    pub packed_properties: bool,
    /// Comes in an event hub's batch.
    pub hub: bool,
    /// Without `createdDateTime` or `activityDateTime`: the envelope's time counts.
    pub envelope_time: bool,
}

#[derive(Clone, Debug)]
pub struct Life {
    pub tenant: u8,
    pub user: u8,
    pub id: u16,
    /// What the user has before the first step.
    pub before: Skus,
    pub steps: Vec<Step>,
}

#[derive(Clone, Debug)]
pub struct Step {
    /// After the step before; 0 is the same instant.
    pub minutes_later: u16,
    pub deed: Deed,
    /// Whether the log tells.
    pub logged: bool,
    pub update_user: bool,
    pub failed: bool,
    pub spelling: Spelling,
    pub hours_late: u16,
    /// Comes again after so many hours, and `shift` seconds later.
    pub copy: Option<(u16, i32)>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Deed {
    /// Gives and takes: exclusive or.
    Toggle(Skus),
    Delete {
        hard: bool,
    },
    Restore,
    AddUser,
    /// An update that names no licenses.
    Nothing,
}

#[derive(Clone, Debug)]
pub struct Audit {
    pub tenant: u8,
    pub user: u8,
    pub at: Minute,
    pub id: u16,
    pub what: Told,
    pub failed: bool,
    pub spelling: Spelling,
    pub hours_late: u16,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Told {
    Lists(Skus, Skus),
    Delete { hard: bool },
    Restore,
}

/// A user in a holdings snapshot.
#[derive(Clone, Debug)]
pub struct ListedUser {
    pub user: u8,
    pub skus: Skus,
    /// Licenses are written as states.
    pub states: bool,
    /// Whether the account is enabled; `None`: not said.
    pub enabled: Option<bool>,
    /// SKUs of which no seat was left, as states say. Of those that the user holds, too.
    pub without_a_seat: Skus,
}

/// A holdings snapshot.
#[derive(Clone, Debug)]
pub struct Users {
    pub tenant: u8,
    pub day: u8,
    /// Says what the lives say; else `listed`.
    pub truthful: bool,
    pub listed: Vec<ListedUser>,
    /// Which names the users have: another number gives each the name of another one.
    pub names: u8,
    pub form: Form,
    pub announces_next: bool,
    pub reject: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Form {
    Page,
    PrettyPage,
    TwoPages,
    Lines,
    /// A page that is cut off.
    Cut,
    /// A page, and a second one that is cut off.
    SecondCut,
    /// What the PowerShell module gives as JSON.
    Powershell,
}

/// A snapshot of subscriptions.
#[derive(Clone, Debug)]
pub struct Subscriptions {
    pub tenant: u8,
    pub day: u8,
    pub second_source: bool,
    pub listed: Vec<Subscription>,
    pub form: Form,
    pub reject: bool,
}

#[derive(Clone, Debug)]
pub struct Subscription {
    pub id: u8,
    pub sku: u8,
    pub seats: u8,
    pub status: &'static str,
    pub is_trial: bool,
    pub owner: Owner,
    /// How many days after the first day of the portfolio its term ends.
    pub ends: Option<u8>,
    /// How many days before that day it was bought.
    pub bought: Option<u16>,
    pub upper_case: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Owner {
    Partner,
    Customer,
    Nobody,
    Somebody,
}

/// A request to the partner's support, as the list of a day names it.
#[derive(Clone, Debug)]
pub struct Support {
    pub tenant: u8,
    pub id: u8,
    pub at: Minute,
    /// The day of the list.
    pub day: u8,
    pub spelling: u8,
    pub bad: bool,
}

/// A line among the sign-ins that is none.
#[derive(Clone, Debug)]
pub struct Junk {
    pub tenant: u8,
    pub day: u8,
    pub kind: u8,
}

impl fmt::Debug for Portfolio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:?}", self.knobs)?;
        writeln!(f, "{}", super::render::pipeline_text(&self.knobs))?;
        for fact in &self.facts {
            writeln!(f, "  {fact:?}")?;
        }
        let files = super::render::files(self);
        if files.len() <= 16 {
            for (path, file) in &files {
                writeln!(f, "--- {path}\n{}", String::from_utf8_lossy(&file.plain()))?;
            }
        } else {
            writeln!(f, "({} raw files)", files.len())?;
        }
        Ok(())
    }
}
