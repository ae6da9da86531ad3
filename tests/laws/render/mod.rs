//! Facts as raw files in the forms in which partners have them.

mod lists;
mod pipeline;

mod records;

use std::collections::BTreeMap;

use serde_json::{Value, json};
use uptake::domain::day::{Day, Instant, MICROS_PER_DAY, MICROS_PER_HOUR};
use uptake::domain::guid::Guid;
use uptake::sample::forms::{self, Batch};

use super::facts::*;
use super::files::{Files, Packing, RawFile};
pub use pipeline::*;
pub use records::hour_path;
use records::*;

const MICROS_PER_MINUTE: i64 = 60_000_000;
const PARTNER: &str = "b358faf7-4ef9-465a-875c-3d964f482cd2";

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
            Fact::Report(fact) => writer.report(fact),
            Fact::Life(fact) => writer.life(fact),
            Fact::Audit(fact) => writer.audit(fact),
            Fact::Users(fact) => writer.users(fact, &portfolio.facts),
            Fact::Subscriptions(fact) => writer.subscriptions(fact),
            Fact::Customers {
                tenant,
                day,
                name,
                bad,
                left,
            } => writer.customers(*tenant, *day, *name, (*bad, *left)),
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
        let spelling = fact.spelling;
        let is_plain = !spelling.hub && !spelling.packed_properties && !spelling.envelope_time;
        let is_in_workspace = is_plain && matches!(fact.code, Code::Success | Code::Failed) && fact.id % 5 == 3;
        for copy in std::iter::once(&first).chain(&fact.copies) {
            let at = Instant(self.instant(fact.at, fact.id).0 + i64::from(copy.shift) * 1_000_000);
            let record = sign_in(fact, copy, at);
            let container = if fact.interactive_log {
                "signinlogs"
            } else {
                "noninteractiveusersigninlogs"
            };
            if is_in_workspace {
                self.put_in_workspace(fact.tenant, at, copy.hours_late, record);
                continue;
            }
            let path = self.log_path(container, fact.tenant, at, copy.hours_late, fact.spelling.hub);
            self.put_record(path, &record);
        }
    }

    /// Puts a sign-in into the table of a workspace, as Log Analytics exports it.
    fn put_in_workspace(&mut self, tenant: u8, at: Instant, hours_late: u16, record: Value) {
        let day = Instant(at.0 + i64::from(hours_late) * MICROS_PER_HOUR).day_utc();
        let id = |text: &str| Guid::parse(text.as_bytes()).unwrap();
        let batch = Batch {
            tenant: id(&tenant_id(tenant)),
            partner: id(PARTNER),
            day,
            records: &[record],
        };
        let line = forms::log_analytics::sign_in_lines(&batch).unwrap();
        let row = line.trim_ascii().to_vec();
        self.put(format!("log-analytics/{day}/sign-ins.json"), Packing::Lines, row);
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

    fn report(&mut self, fact: &Report) {
        let day = self.day(fact.day);
        let received = day.plus(i32::from(fact.days_late));
        let guest = if fact.guest { "#EXT#@kunde.example" } else { "" };
        // Some tenants conceal the names.
        let name = match fact.day % 11 {
            7 => format!("{:032X}", 0xabc_u32 + u32::from(fact.name)),
            _ => format!("{}{guest}", user_name(fact.name)),
        };
        let mut row = json!({
            "reportRefreshDate": received.to_string(),
            "userPrincipalName": name,
            "isDeleted": false,
            "lastActivityDate": day.to_string(),
            "reportPeriod": "30",
        });
        let mut file = format!("{received}/usage.json");
        let mut put = |key: &str, value: Value| row[key] = value;
        match fact.what {
            Reported::Chats(chats) => {
                put("privateChatMessageCount", json!(chats));
                put("hasOtherAction", json!("Yes"));
            }
            Reported::Mails(sent, received) => {
                put("sendCount", json!(sent));
                put("receiveCount", json!(received));
            }
            Reported::Services(days_before) => {
                put("exchangeLastActivityDate", Value::Null);
                put("sharePointLastActivityDate", json!(day.to_string()));
                put("yammerLastActivityDate", json!(day.plus(-i32::from(days_before)).to_string()));
            }
            Reported::PagesOfTheDay(pages) => {
                file = format!("{received}/getSharePointActivityUserDetail(date={day}).json");
                put("lastActivityDate", json!(received.to_string()));
                put("visitedPageCount", json!(pages));
                put("reportPeriod", json!("1"));
            }
        }
        self.put_record(format!("usage-reports/tenantId={}/{file}", tenant_in_path(fact.tenant)), &row);
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
