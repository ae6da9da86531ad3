//! Facts as raw files in the forms in which partners have them.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use uptake::domain::day::{Day, Instant, MICROS_PER_DAY, MICROS_PER_HOUR};

use super::facts::*;
use super::files::{Files, Packing, RawFile};

const MICROS_PER_MINUTE: i64 = 60_000_000;
const PARTNER: &str = "b358faf7-4ef9-465a-875c-3d964f482cd2";

/// The catalogue's products; the rest of the catalogue is the built-in one.
pub const SKUS_CSV: &str = "\
Product_Display_Name,String_Id,GUID,Service_Plan_Name,Service_Plan_Id,Service_Plans_Included_Friendly_Names
Microsoft 365 E3,SPE_E3,05e9a617-0261-4cee-bb44-138d3ef5d965,EXCHANGE_S_ENTERPRISE,efb87545-963c-4e0d-99df-69c6916d9eb0,Exchange
Microsoft 365 E3,SPE_E3,05e9a617-0261-4cee-bb44-138d3ef5d965,SHAREPOINTENTERPRISE,5dbe027f-2339-4123-9542-606e4d348a72,SharePoint
Microsoft 365 E3,SPE_E3,05e9a617-0261-4cee-bb44-138d3ef5d965,TEAMS1,57ff2da0-773e-42df-b2af-ffb7a2317929,Teams
Microsoft 365 E3,SPE_E3,05e9a617-0261-4cee-bb44-138d3ef5d965,MCOSTANDARD,0feaeb32-d00e-4d66-bd5a-43b5b83db82c,Skype
Microsoft 365 E3,SPE_E3,05e9a617-0261-4cee-bb44-138d3ef5d965,OFFICESUBSCRIPTION,43de0ff5-c92c-492b-9116-175376d08c38,Office
Microsoft 365 E3,SPE_E3,05e9a617-0261-4cee-bb44-138d3ef5d965,EXCHANGE_S_FOUNDATION,113feb6c-3fe4-4440-bddc-54d774bf0318,Foundation
Microsoft 365 E5,SPE_E5,06ebc4ee-1bb5-47dd-8120-11324bc54e06,EXCHANGE_S_ENTERPRISE,efb87545-963c-4e0d-99df-69c6916d9eb0,Exchange
Microsoft 365 E5,SPE_E5,06ebc4ee-1bb5-47dd-8120-11324bc54e06,TEAMS1,57ff2da0-773e-42df-b2af-ffb7a2317929,Teams
Microsoft 365 E5,SPE_E5,06ebc4ee-1bb5-47dd-8120-11324bc54e06,YAMMER_ENTERPRISE,7547a3fe-08ee-4ccb-b430-5077c5041653,Yammer
Microsoft 365 E5,SPE_E5,06ebc4ee-1bb5-47dd-8120-11324bc54e06,BI_AZURE_P2,70d33638-9c74-4d01-bfd3-562de28bd4ba,Power BI
Yammer,YAMMER_PLAN,7e74bd05-2c47-404e-829a-ba95c66fe8e5,YAMMER_ENTERPRISE,7547a3fe-08ee-4ccb-b430-5077c5041653,Yammer
Visio Plan 2,VISIOCLIENT,c5928f49-12ba-48f7-ada3-0d743a3601d5,EXCHANGE_S_FOUNDATION,113feb6c-3fe4-4440-bddc-54d774bf0318,Foundation
Visio Plan 2,VISIOCLIENT,c5928f49-12ba-48f7-ada3-0d743a3601d5,ONEDRIVE_BASIC,da792a53-cbc0-4184-a10d-e544dd34b3c1,OneDrive (Basic)
Microsoft Fabric (Free),POWER_BI_STANDARD,a403ebcc-fae0-4ca2-8c8c-7a907fd6c235,BI_AZURE_P0,2049e525-b859-401b-b2a0-e0a31c4b1fe4,Power BI (free)
";

/// The pipeline file.
pub fn pipeline_text(knobs: &Knobs) -> String {
    let words = |words: &[&str]| format!("{words:?}");
    let mut text = format!(
        "name = \"laws\"\ntime_zone = \"{}\"\nlast_day = \"{}\"\n",
        knobs.zone,
        last_day(knobs)
    );
    if let Some(days) = knobs.first_day {
        text += &format!("first_day = \"{}\"\n", first_of(knobs).plus(i32::from(days)));
    }
    if knobs.low_limits {
        text += "language = \"de\"\n";
    }
    if knobs.partner {
        text += &format!("partner_tenant_id = \"{PARTNER}\"\n");
    }
    if let Some(days) = knobs.snapshot_stale_days {
        text += &format!("snapshot_stale_days = {days}\n");
    }
    text += &format!("evidence = {}\n", words(knobs.evidence));
    for (key, value) in [
        ("unlicensed_use", knobs.unlicensed_use),
        ("sold_states", knobs.sold_states),
        ("entitled_states", knobs.entitled_states),
    ] {
        if let Some(value) = value {
            text += &format!("{key} = {}\n", words(value));
        }
    }
    text += &format!(
        "[input]\nroot = \"input\"\n[warehouse]\npath = \"warehouse\"\npublished = \"published\"\nshards = {}\n",
        knobs.shards
    );
    text += "[catalogue]\nskus = \"skus.csv\"\n";
    // Formats are named: `auto` can tell less of a file with one broken record than of one with
    // others beside it.
    for (feed, format, path) in [
        ("activity", "azure-monitor", "{insights-logs-*signinlogs,eventhub}/**/*.json*"),
        ("activity", "management-api", "management/**/*.json"),
        ("license_changes", "azure-monitor", "{insights-logs-auditlogs,eventhub}/**/*.json*"),
        ("license_holdings", "graph-users", "graph-users/**/*.json*"),
        (
            "subscriptions",
            "graph-company-subscriptions",
            "graph-subscriptions/primary/**/*.json*",
        ),
        (
            "subscriptions",
            "graph-company-subscriptions",
            "graph-subscriptions/secondary/**/*.json*",
        ),
        ("customers", "csv", "customers/**/*.csv"),
        ("support_requests", "csv", "support/**/*.csv"),
    ] {
        text += &format!("[[source]]\nfeed = \"{feed}\"\nformat = \"{format}\"\npath = \"{path}\"\nfail_above = 1.0\n");
    }
    if knobs.low_limits {
        text += "[thresholds]\nlow_usage = 0.7\nlow_usage_seats = 1\nsupport_per_100_seats = 20\nnew_product_days = 12\n";
        text += "upsell_deployment = 0.3\nupsell_usage = 0.2\nending_days = 9\n";
    }
    if let Some(days) = knobs.grace_days {
        text += if knobs.low_limits { "" } else { "[thresholds]\n" };
        text += &format!("grace_days = {days}\n");
    }
    if let Some(sku) = knobs.exclude {
        text += &format!(
            "[[exclude]]\nsku = \"{}\"\nreason = \"out of the pipeline file\"\n",
            SKUS[usize::from(sku)].0
        );
    }
    text
}

/// The first day of the portfolio.
pub fn first_of(knobs: &Knobs) -> Day {
    let starts = ["2026-06-01", "2026-03-08", "2026-10-12"];
    Day::parse(starts[usize::from(knobs.start) % starts.len()]).unwrap()
}

/// The last day of the tables.
pub fn last_day(knobs: &Knobs) -> Day {
    first_of(knobs).plus(i32::from(knobs.days) - 1 - i32::from(knobs.days_beyond))
}

fn guid(kind: &str, tenant: u8, number: impl Into<u64>) -> String {
    format!("{kind}0000000-{tenant:04x}-4000-8000-{:012x}", number.into())
}

pub fn tenant_id(tenant: u8) -> String {
    guid("a", tenant, 0xabcdef_u64)
}

fn user_id(tenant: u8, user: u8) -> String {
    guid("b", tenant, 0xbeef00 + u64::from(user))
}

/// One of a few names: more users than names, so that they share some.
fn user_name(number: u8) -> String {
    format!("u{}@kunde.example", number % NAMES)
}

fn cased(text: &str, upper_case: bool) -> String {
    if upper_case { text.to_uppercase() } else { text.to_owned() }
}

/// An instant in one of the spellings that must be read.
pub fn time(at: Instant, spelling: u8) -> String {
    let shift_minutes: i64 = match spelling {
        3 => 120,
        4 => -300,
        _ => 0,
    };
    let local = at.0 + shift_minutes * MICROS_PER_MINUTE;
    let (day, rest) = (Day(local.div_euclid(MICROS_PER_DAY) as i32), local.rem_euclid(MICROS_PER_DAY));
    let (seconds, micros) = (rest / 1_000_000, rest % 1_000_000);
    let clock = format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    match spelling {
        0 if micros == 0 => format!("{day}T{clock}Z"),
        1 => format!("{day}T{clock}.{micros:06}9+00:00"),
        3 => format!("{day}T{clock}.{micros:06}+02:00"),
        4 => format!("{day}T{clock}.{micros:06}-05:00"),
        5 => format!("{day} {clock}.{micros:06}"),
        _ => format!("{day}T{clock}.{micros:06}Z"),
    }
}

/// All raw files of a portfolio by their path below the input folder.
pub fn files(portfolio: &Portfolio) -> Files {
    let mut writer = Writer {
        knobs: &portfolio.knobs,
        files: Files::new(),
        exports: BTreeMap::new(),
    };
    for fact in &portfolio.facts {
        match fact {
            Fact::SignIn(fact) => writer.sign_in(fact),
            Fact::Habit(fact) => writer.habit(fact),
            Fact::Action(fact) => writer.action(fact),
            Fact::Life(fact) => writer.life(fact),
            Fact::Audit(fact) => writer.audit(fact),
            Fact::Users(fact) => writer.users(fact, &portfolio.facts),
            Fact::Subscriptions(fact) => writer.subscriptions(fact),
            Fact::Customers { tenant, day, name, bad } => writer.customers(*tenant, *day, *name, *bad),
            Fact::Support(fact) => writer.support(fact),
            Fact::Junk(fact) => writer.junk(fact),
        }
    }
    writer.files
}

struct Writer<'a> {
    knobs: &'a Knobs,
    files: Files,
    exports: BTreeMap<String, usize>,
}

impl Writer<'_> {
    fn instant(&self, minute: Minute, id: u16) -> Instant {
        let oddity = match id % 4 {
            0 => 0,
            1 => 999_999,
            _ => i64::from(id) * 7,
        };
        Instant(first_of(self.knobs).start_utc().0 + i64::from(minute) * MICROS_PER_MINUTE + oddity)
    }

    fn day(&self, day: u8) -> Day {
        first_of(self.knobs).plus(i32::from(day))
    }

    /// Where a record of an instant goes that was received some hours later.
    fn log_path(&self, container: &str, tenant: u8, at: Instant, hours_late: u16, hub: bool) -> String {
        let received = Instant(at.0 + i64::from(hours_late) * MICROS_PER_HOUR);
        let day = received.day_utc();
        let hour = received.0.rem_euclid(MICROS_PER_DAY) / MICROS_PER_HOUR;
        if hub {
            return format!("eventhub/{day}/batch-{}.json", hour / 12);
        }
        hour_path(container, &tenant_in_path(tenant), day, if hour < 12 { 11 } else { 23 })
    }

    fn put(&mut self, path: String, packing: Packing, record: Vec<u8>) {
        self.files.entry(path).or_insert_with(|| RawFile::new(packing)).records.push(record);
    }

    fn put_record(&mut self, path: String, record: &Value) {
        let packing = if path.starts_with("eventhub") {
            Packing::Batches
        } else {
            Packing::Lines
        };
        self.put(path, packing, record.to_string().into_bytes());
    }

    fn sign_in(&mut self, fact: &SignIn) {
        let first = Copy {
            hours_late: fact.hours_late,
            shift: 0,
            failed: false,
        };
        for copy in std::iter::once(&first).chain(&fact.copies) {
            let at = Instant(self.instant(fact.at, fact.id).0 + i64::from(copy.shift) * 1_000_000);
            let record = sign_in(fact, copy, at);
            let container = if fact.interactive_log {
                "signinlogs"
            } else {
                "noninteractiveusersigninlogs"
            };
            let path = self.log_path(container, fact.tenant, at, copy.hours_late, fact.spelling.hub);
            self.put_record(path, &record);
        }
    }

    fn habit(&mut self, fact: &Habit) {
        for number in 0..fact.times {
            let day = i32::from(fact.first_day) + i32::from(number) * i32::from(fact.days_between);
            self.sign_in(&SignIn {
                user: Some(fact.user),
                at: day * 1440 + 720,
                resource: Some(fact.resource),
                interactive_log: fact.interactive,
                ..plain_sign_in(fact.tenant, fact.id)
            });
        }
    }

    fn action(&mut self, fact: &Action) {
        let at = self.instant(fact.at, fact.id);
        let received = Instant(at.0 + i64::from(fact.hours_late) * MICROS_PER_HOUR).day_utc();
        let time = time(at, 2);
        let record = json!({
            "CreationTime": time.trim_end_matches('Z'),
            "Id": guid("9", fact.tenant, fact.id),
            "Operation": "MailItemsAccessed",
            "OrganizationId": tenant_id(fact.tenant),
            "RecordType": 50,
            "UserType": 0,
            "UserKey": "10033FFF8A1B2C3D",
            "UserId": cased(&user_name(fact.name), fact.id.is_multiple_of(3)),
            "Workload": "Exchange",
            "ResultStatus": "Succeeded",
        });
        self.put_record(
            format!("management/tenantId={}/{received}/actions.json", tenant_in_path(fact.tenant)),
            &record,
        );
    }

    fn life(&mut self, fact: &Life) {
        let mut minute = 0;
        let mut state = State {
            held: fact.before,
            ..State::default()
        };
        for (number, step) in fact.steps.iter().enumerate() {
            minute += i32::from(step.minutes_later);
            let old = state.held;
            state.take(step);
            if !step.logged {
                continue;
            }
            let told = match step.deed {
                Deed::Toggle(_) => Some(Told::Lists(old, state.held)),
                Deed::Delete { hard } => Some(Told::Delete { hard }),
                Deed::Restore => Some(Told::Restore),
                Deed::AddUser | Deed::Nothing => None,
            };
            let id = format!("Directory_{:04x}_{number}", fact.id);
            for (hours_late, shift) in [(step.hours_late, 0)].into_iter().chain(step.copy) {
                let at = Instant(self.instant(minute, 0).0 + i64::from(shift) * 1_000_000);
                let name = match (told, step.deed) {
                    (None, Deed::AddUser) => "Add user",
                    (None, _) => "Update user",
                    (Some(Told::Lists(..)), _) if step.update_user => "Update user",
                    (Some(told), _) => name_of(told),
                };
                let audit = AuditRecord {
                    tenant: fact.tenant,
                    user: fact.user,
                    id: &id,
                    at,
                    name,
                    told,
                    failed: step.failed,
                    spelling: step.spelling,
                };
                let path = self.log_path("auditlogs", fact.tenant, at, hours_late, step.spelling.hub);
                self.put_record(path, &audit.json());
            }
        }
    }

    fn audit(&mut self, fact: &Audit) {
        let at = self.instant(fact.at, fact.id);
        let id = guid("d", fact.tenant, fact.id);
        let told = Some(fact.what);
        let (tenant, user, failed, spelling) = (fact.tenant, fact.user, fact.failed, fact.spelling);
        let audit = AuditRecord {
            tenant,
            user,
            id: &id,
            at,
            name: name_of(fact.what),
            told,
            failed,
            spelling,
        };
        let path = self.log_path("auditlogs", fact.tenant, at, fact.hours_late, fact.spelling.hub);
        self.put_record(path, &audit.json());
    }

    fn users(&mut self, fact: &Users, facts: &[Fact]) {
        let mut listed = fact.listed.clone();
        if fact.truthful {
            listed.clear();
            for life in facts.iter().filter_map(|other| match other {
                Fact::Life(life) if life.tenant == fact.tenant => Some(life),
                _ => None,
            }) {
                let state = State::at_end(life, fact.day);
                if !state.is_deleted {
                    listed.push((life.user, state.held, life.id % 2 == 0));
                }
            }
        }
        let mut records: Vec<Vec<u8>> = listed
            .iter()
            .map(|(user, skus, states)| holder(fact.tenant, (*user, fact.names), *skus, *states))
            .collect();
        if fact.reject {
            let odd = match fact.day % 3 {
                0 => json!({"userPrincipalName": "nobody@example.com", "assignedLicenses": []}),
                // Nothing is said about licenses: no member, or none that can be read.
                1 => json!({"id": user_id(fact.tenant, 1), "userPrincipalName": "nobody@example.com", "assignedLicenses": null}),
                _ => json!({"id": user_id(fact.tenant, 1), "assignedLicenses": "System.Object[]"}),
            };
            records.push(odd.to_string().into_bytes());
        }
        let folder = format!("graph-users/tenantId={}/{}", tenant_in_path(fact.tenant), self.day(fact.day));
        self.snapshot(&folder, fact.form, records, fact.announces_next);
    }

    fn subscriptions(&mut self, fact: &Subscriptions) {
        let record = |listed: &Subscription| subscription(fact.tenant, listed, listed.ends.map(|days| self.day(days)));
        let mut records: Vec<Vec<u8>> = fact.listed.iter().map(record).collect();
        if fact.reject {
            let odd = Subscription {
                id: 9,
                sku: 0,
                seats: 9,
                status: "Paused",
                is_trial: false,
                owner: Owner::Nobody,
                ends: None,
                upper_case: false,
            };
            records.insert(records.len() / 2, record(&odd));
        }
        let source = if fact.second_source { "secondary" } else { "primary" };
        let folder = format!(
            "graph-subscriptions/{source}/tenantId={}/{}",
            tenant_in_path(fact.tenant),
            dated(self.day(fact.day))
        );
        self.snapshot(&folder, fact.form, records, false);
    }

    fn snapshot(&mut self, folder: &str, form: Form, mut records: Vec<Vec<u8>>, announces_next: bool) {
        let export = self.exports.entry(folder.to_owned()).or_default();
        let name = format!("{folder}/export{export}");
        *export += 1;
        let second = match form {
            Form::TwoPages | Form::SecondCut => Some(records.split_off(records.len().div_ceil(2))),
            _ => None,
        };
        let packing = |announces_next| Packing::Page {
            pretty: form == Form::PrettyPage,
            announces_next,
        };
        let cut = |records: &[Vec<u8>]| {
            let mut page = RawFile {
                packing: packing(false),
                records: records.to_vec(),
            }
            .text();
            page.truncate(page.len() * 2 / 3);
            if records.len().is_multiple_of(2) {
                page.push(b'\n');
            }
            RawFile {
                packing: Packing::Whole,
                records: vec![page],
            }
        };
        let first = match form {
            Form::Lines => RawFile {
                packing: Packing::Lines,
                records,
            },
            Form::Cut => cut(&records),
            _ => RawFile {
                packing: packing(announces_next || second.is_some()),
                records,
            },
        };
        let ending = if form == Form::Lines { "jsonl" } else { "json" };
        self.files.insert(format!("{name}-page-0.{ending}"), first);
        if let Some(records) = second {
            let file = if form == Form::SecondCut {
                cut(&records)
            } else {
                RawFile {
                    packing: packing(announces_next),
                    records,
                }
            };
            self.files.insert(format!("{name}-page-1.json"), file);
        }
    }

    fn customers(&mut self, tenant: u8, day: u8, name: u8, bad: bool) {
        let path = format!("customers/{}/customers.csv", self.day(day));
        let id = if bad {
            "contoso".to_owned()
        } else {
            cased(&tenant_id(tenant), name.is_multiple_of(2))
        };
        let line = format!(
            "{id},\"Customer, {name}\",c{name}.example,{},\n",
            if name.is_multiple_of(3) { "" } else { "DE" }
        );
        let header = b"tenant_id,name,domain,country,segment\n".to_vec();
        let file = self.files.entry(path).or_insert_with(|| RawFile {
            packing: Packing::Whole,
            records: vec![header],
        });
        file.records.push(line.into_bytes());
    }

    fn support(&mut self, fact: &Support) {
        let path = format!("support/{}/requests.csv", self.day(fact.day));
        let id = if fact.bad { "contoso".to_owned() } else { tenant_id(fact.tenant) };
        let opened = time(self.instant(fact.at, u16::from(fact.id)), fact.spelling);
        let line = format!("{id},R{},{opened},mail\n", fact.id);
        let header = b"tenant_id,request_id,opened_at,topic\n".to_vec();
        let file = self.files.entry(path).or_insert_with(|| RawFile {
            packing: Packing::Whole,
            records: vec![header],
        });
        file.records.push(line.into_bytes());
    }

    fn junk(&mut self, fact: &Junk) {
        let noon = Instant(self.day(fact.day).start_utc().0 + 12 * MICROS_PER_HOUR);
        let path = self.log_path("signinlogs", fact.tenant, noon, 0, false);
        let good = plain_sign_in(fact.tenant, 0xffff);
        let mut record = sign_in(
            &good,
            &Copy {
                hours_late: 0,
                shift: 0,
                failed: false,
            },
            noon,
        );
        let properties = &mut record["properties"];
        let line = match fact.kind {
            0 => b"{\"time\":\"2026-".to_vec(),
            1 => b"no JSON at all".to_vec(),
            2 => Vec::new(),
            3 => b"[1, 2]".to_vec(),
            4 => {
                record["category"] = json!("ServicePrincipalSignInLogs");
                record["tenantId"] = json!("whatever");
                record.to_string().into_bytes()
            }
            5 => {
                record["category"] = Value::Null;
                record.to_string().into_bytes()
            }
            6 => {
                record["tenantId"] = json!("common");
                record.to_string().into_bytes()
            }
            7 => {
                record["tenantId"] = json!(tenant_id(99));
                record.to_string().into_bytes()
            }
            8 => {
                properties["createdDateTime"] = json!("2026-02-30T10:00:00Z");
                record.to_string().into_bytes()
            }
            9 => {
                properties["createdDateTime"] = json!("2007-01-09T09:41:00");
                record.to_string().into_bytes()
            }
            10 => {
                properties["createdDateTime"] = json!("2028-01-09T09:41:00");
                record.to_string().into_bytes()
            }
            11 => {
                properties["id"] = json!("");
                record.to_string().into_bytes()
            }
            12 => [br#"{"category":"SignInLogs","x":""#.as_slice(), b"\xff\"}"].concat(),
            13 => {
                properties["deep"] = json!("@@");
                let deep = format!("{}{}", "[".repeat(129), "]".repeat(129));
                record.to_string().replace("\"@@\"", &deep).into_bytes()
            }
            // A stray event of long ago.
            _ => {
                properties["createdDateTime"] = json!("2011-05-05T12:00:00Z");
                record.to_string().into_bytes()
            }
        };
        self.put(path, Packing::Lines, line);
    }
}

/// What a life has come to.
#[derive(Clone, Copy, Default)]
struct State {
    held: Skus,
    is_deleted: bool,
    taken: Skus,
}

impl State {
    fn take(&mut self, step: &Step) {
        if step.failed {
            return;
        }
        match step.deed {
            Deed::Toggle(skus) => self.held ^= skus,
            Deed::Delete { .. } if !self.is_deleted => {
                *self = State {
                    held: 0,
                    is_deleted: true,
                    taken: self.held,
                }
            }
            Deed::Restore if self.is_deleted => {
                *self = State {
                    held: self.taken,
                    is_deleted: false,
                    taken: 0,
                }
            }
            _ => {}
        }
    }

    fn at_end(life: &Life, day: u8) -> State {
        let mut state = State {
            held: life.before,
            ..State::default()
        };
        let mut minute = 0;
        for step in &life.steps {
            minute += i32::from(step.minutes_later);
            if minute < (i32::from(day) + 1) * 1440 {
                state.take(step);
            }
        }
        state
    }
}

fn tenant_in_path(tenant: u8) -> String {
    cased(&tenant_id(tenant), tenant == 1)
}

fn dated(day: Day) -> String {
    let date = day.date();
    format!("y={:04}/m={:02}/d={:02}", date.year(), date.month(), date.day())
}

/// A blob of diagnostic settings; some are compressed.
pub fn hour_path(container: &str, tenant: &str, day: Day, hour: i64) -> String {
    let ending = if (i64::from(day.0) + hour) % 3 == 0 { ".gz" } else { "" };
    format!(
        "insights-logs-{container}/tenantId={tenant}/{}/h={hour:02}/m=00/PT1H.json{ending}",
        dated(day)
    )
}

fn plain_sign_in(tenant: u8, id: u16) -> SignIn {
    SignIn {
        tenant,
        user: Some(0),
        at: 0,
        id,
        names: 0,
        resource: Some(0),
        app: Some(0),
        interactive_log: true,
        is_interactive: None,
        code: Code::Success,
        guest: UserType::Member,
        resource_tenant: ResourceTenant::Own,
        comes: Comes::FromHere,
        agent: Agent::NobodySays,
        spelling: Spelling::default(),
        hours_late: 0,
        copies: Vec::new(),
    }
}

/// What a sign-in says of where its user belongs and of agents. A copy may say something else.
fn who(fact: &SignIn, copy: &Copy, properties: &mut serde_json::Map<String, Value>) {
    let id = |text: &str| cased(text, fact.spelling.upper_case);
    let mut say = |name: &str, value: Value| drop(properties.insert(name.to_owned(), value));
    match fact.comes {
        Comes::NobodySays => {}
        Comes::FromHere => {
            say("homeTenantId", json!(id(&tenant_id(fact.tenant))));
            say("crossTenantAccessType", json!("none"));
        }
        Comes::FromElsewhere => {
            say("homeTenantId", json!(tenant_id(78)));
            say("crossTenantAccessType", json!("b2bCollaboration"));
        }
        Comes::AsTechnician => say("crossTenantAccessType", json!("serviceProvider")),
    }
    let agent = match fact.agent {
        Agent::NotAgentic if copy.shift == 90 => Agent::Application,
        agent => agent,
    };
    match agent {
        Agent::NobodySays => {}
        Agent::NotAgentic => say("agent", json!({"agentType": "notAgentic", "agentSubjectType": "notAgentic"})),
        Agent::Application => say("agent", json!({"agentType": "agenticAppInstance", "parentAppId": APPS[0]})),
        Agent::WithUserAccount => say("agent", json!({"agentType": "notAgentic", "agentSubjectType": "agentIDuser"})),
    }
}

fn sign_in(fact: &SignIn, copy: &Copy, at: Instant) -> Value {
    let spelling = fact.spelling;
    let is_guest = fact.guest == UserType::Guest || copy.shift % 2 != 0;
    let code = match (copy.failed, fact.code) {
        (true, _) => Code::Failed,
        (false, code) => code,
    };
    let resource_tenant = if copy.shift % 5 == 1 {
        ResourceTenant::Foreign
    } else {
        fact.resource_tenant
    };
    let id = |text: &str| cased(text, spelling.upper_case);
    let mut properties = json!({
        "id": id(&guid("e", fact.tenant, fact.id)),
        "createdDateTime": time(at, spelling.time),
        "userId": fact.user.map_or(String::new(), |user| id(&user_id(fact.tenant, user))),
        "userPrincipalName": match (fact.guest, fact.user) {
            (UserType::ByName, _) => "u_else.example#EXT#@kunde.example".to_owned(),
            (_, user) => user_name(user.unwrap_or(0) + fact.names),
        },
        "userType": if is_guest { "Guest" } else { "member" },
        "isInteractive": fact.is_interactive,
        "status": {"errorCode": if code == Code::Success { 0 } else { 50126 }, "failureReason": "Other \"}{\\ ü"},
    });
    let has = properties.as_object_mut().unwrap();
    if let Some(app) = fact.app {
        has.insert("appId".to_owned(), json!(id(APPS[usize::from(app)])));
    }
    if let Some(resource) = fact.resource {
        has.insert("resourceId".to_owned(), json!(id(APPS[usize::from(resource)])));
    }
    if matches!(fact.guest, UserType::Untold | UserType::ByName) && !is_guest {
        has.remove("userType");
    }
    match resource_tenant {
        ResourceTenant::Own => drop(has.insert("resourceTenantId".to_owned(), json!(id(&tenant_id(fact.tenant))))),
        ResourceTenant::Foreign => drop(has.insert("resourceTenantId".to_owned(), json!(tenant_id(77)))),
        ResourceTenant::Word => drop(has.insert("resourceTenantId".to_owned(), json!("common"))),
        ResourceTenant::Missing => {}
    }
    who(fact, copy, has);
    let mut record = json!({
        "time": time(Instant(at.0 + 120_000_000), 0),
        "category": if fact.interactive_log { "SignInLogs" } else { "NonInteractiveUserSignInLogs" },
        "tenantId": id(&tenant_id(fact.tenant)),
        "resultType": "1",
    });
    match code {
        Code::Success | Code::Failed => {}
        Code::SuccessByEnvelope | Code::FailedByEnvelope => {
            has.remove("status");
            record["resultType"] = if code == Code::SuccessByEnvelope {
                json!("0")
            } else {
                json!(50126)
            };
        }
        Code::Nowhere => {
            has.insert("status".to_owned(), json!({}));
            record["resultType"] = Value::Null;
        }
    }
    if spelling.envelope_time {
        has.remove("createdDateTime");
        record["time"] = json!(time(at, spelling.time));
    }
    if fact.id.is_multiple_of(7) && !spelling.hub {
        record.as_object_mut().unwrap().remove("tenantId");
    }
    record["properties"] = if spelling.packed_properties {
        json!(properties.to_string())
    } else {
        properties
    };
    record
}

fn name_of(told: Told) -> &'static str {
    match told {
        Told::Lists(..) => "Change user license",
        Told::Delete { hard: true } => "Hard Delete user",
        Told::Delete { hard: false } => "Delete user",
        Told::Restore => "Restore user",
    }
}

struct AuditRecord<'a> {
    tenant: u8,
    user: u8,
    id: &'a str,
    at: Instant,
    name: &'a str,
    told: Option<Told>,
    failed: bool,
    spelling: Spelling,
}

impl AuditRecord<'_> {
    fn json(&self) -> Value {
        let spelling = self.spelling;
        let user = cased(&user_id(self.tenant, self.user), spelling.upper_case);
        let mut target = json!({"id": user, "type": "User", "modifiedProperties": []});
        let mut targets = Vec::new();
        if let Some(Told::Lists(old, new)) = self.told {
            target["modifiedProperties"] = json!([
                {"displayName": "Included Updated Properties", "oldValue": null, "newValue": "\"AssignedLicense\""},
                {"displayName": "AssignedLicense", "oldValue": licenses(old, spelling.upper_case), "newValue": licenses(new, spelling.upper_case)},
            ]);
            if spelling.packed_properties {
                let lists = json!([{"displayName": "AssignedLicense", "oldValue": null, "newValue": licenses(63, false)}]);
                targets.push(json!({"id": tenant_id(88), "type": "Group", "modifiedProperties": lists}));
            }
        }
        targets.push(target);
        let name = if spelling.time % 2 == 1 {
            format!("{}.", self.name)
        } else {
            self.name.to_owned()
        };
        let result = match (self.failed, spelling.time) {
            (true, _) => json!("failure"),
            (false, 2) => json!(0),
            (false, _) => json!("success"),
        };
        let mut properties = json!({
            "id": cased(self.id, spelling.upper_case),
            "activityDateTime": time(self.at, spelling.time),
            "activityDisplayName": name,
            "result": result,
            "targetResources": targets,
        });
        let mut record = json!({
            "time": time(Instant(self.at.0 + 60_000_000), 0),
            "category": "AuditLogs",
            "operationName": self.name,
            "tenantId": cased(&tenant_id(self.tenant), spelling.upper_case),
        });
        if spelling.envelope_time {
            properties.as_object_mut().unwrap().remove("activityDateTime");
            record["time"] = json!(time(self.at, spelling.time));
        }
        record["properties"] = if spelling.packed_properties {
            json!(properties.to_string())
        } else {
            properties
        };
        record
    }
}

fn skus_of(skus: Skus) -> impl Iterator<Item = (&'static str, &'static str)> {
    SKUS.iter()
        .enumerate()
        .filter(move |(bit, _)| skus >> bit & 1 == 1)
        .map(|(_, sku)| *sku)
}

/// The value of a modified property: JSON text of a list whose items are no JSON.
fn licenses(skus: Skus, upper_case: bool) -> Value {
    let items: Vec<String> = skus_of(skus)
        .map(|(id, name)| {
            let id = cased(id, upper_case);
            format!(
                "[SkuName={name}, AccountId={}, SkuId={id}, DisabledPlans=[efb87545-963c-4e0d-99df-69c6916d9eb0]]",
                tenant_id(0)
            )
        })
        .collect();
    if items.is_empty() && upper_case {
        Value::Null
    } else {
        json!(serde_json::to_string_pretty(&items).unwrap())
    }
}

fn holder(tenant: u8, (user, names): (u8, u8), skus: Skus, states: bool) -> Vec<u8> {
    let mut record = json!({"id": cased(&user_id(tenant, user), states), "userPrincipalName": user_name(user + names)});
    let assigned: Vec<Value> = skus_of(skus)
        .map(|(id, _)| json!({"skuId": cased(id, states), "disabledPlans": []}))
        .collect();
    record["assignedLicenses"] = json!(assigned.clone());
    if states {
        let group = tenant_id(88);
        // Graph leaves states out: of one SKU only `assignedLicenses` says that it is held.
        let held = skus_of(skus).skip(usize::from(user) % 2).enumerate().flat_map(|(number, (id, _))| {
            let state = if number % 2 == 0 { "Active" } else { "ActiveWithError" };
            [
                json!({"skuId": id, "assignedByGroup": null, "state": state}),
                json!({"skuId": id, "assignedByGroup": group, "state": "Error"}),
            ]
        });
        let others: Vec<&str> = skus_of(!skus).take(1).map(|(id, _)| id).collect();
        let disabled = others
            .iter()
            .map(|id| json!({"skuId": id, "assignedByGroup": null, "state": "Disabled"}));
        record["licenseAssignmentStates"] = json!(held.chain(disabled).collect::<Vec<_>>());
        // Of the SKUs that they name the states decide, whatever this list says.
        let more = others.iter().map(|id| json!({"skuId": id, "disabledPlans": []}));
        record["assignedLicenses"] = json!(assigned.into_iter().chain(more).collect::<Vec<_>>());
    }
    record.to_string().into_bytes()
}

fn subscription(tenant: u8, listed: &Subscription, ends_on: Option<Day>) -> Vec<u8> {
    let (sku, part_number) = SKUS[usize::from(listed.sku)];
    let owner = match listed.owner {
        Owner::Partner => json!(cased(PARTNER, listed.upper_case)),
        Owner::Customer => json!(tenant_id(tenant)),
        Owner::Nobody => Value::Null,
        Owner::Somebody => json!(tenant_id(66)),
    };
    json!({
        "id": cased(&guid("c", tenant, listed.id), listed.upper_case),
        "skuId": cased(sku, listed.upper_case),
        "skuPartNumber": part_number,
        "status": listed.status,
        "totalLicenses": listed.seats,
        "isTrial": listed.is_trial,
        "ownerTenantId": owner,
        "createdDateTime": "2025-01-01T00:00:00Z",
        "nextLifecycleDateTime": ends_on.map_or(Value::Null, |day| json!(format!("{day}T23:30:00Z"))),
    })
    .to_string()
    .into_bytes()
}
