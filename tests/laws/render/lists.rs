//! Lists: users, subscriptions, customers, requests.

use super::*;

/// What separates the columns of the tables of a day: what Excel takes depends on the country.
fn separator(day: u8) -> &'static str {
    [",", ";", "\t"][usize::from(day % 3)]
}

/// Records of Graph as its module gives them: names with a capital letter first, times as numbers, and
/// what the module does not know in an object of its own.
fn powershell(records: &[Vec<u8>]) -> Vec<u8> {
    let records: Vec<Value> = records
        .iter()
        .map(|record| of_module(&serde_json::from_slice(record).unwrap()))
        .collect();
    format!("{:#}\r\n", Value::from(records)).into_bytes()
}

fn of_module(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let capital = |key: &String| key[..1].to_uppercase() + &key[1..];
            let members = members.iter().map(|(key, value)| (capital(key), of_module(value)));
            Value::Object(members.chain([("AdditionalProperties".to_owned(), json!({}))]).collect())
        }
        Value::Array(items) => items.iter().map(of_module).collect(),
        // A time of a list is half past some hour.
        Value::String(text) if text.ends_with(":30:00Z") => {
            let hour: i64 = text[11..13].parse().unwrap();
            let at = Day::parse(&text[..10]).unwrap().start_utc().0 + hour * MICROS_PER_HOUR + MICROS_PER_HOUR / 2;
            json!(format!("/Date({})/", at / 1000))
        }
        other => other.clone(),
    }
}

impl Writer<'_> {
    pub fn users(&mut self, fact: &Users, facts: &[Fact]) {
        let mut listed = fact.listed.clone();
        if fact.truthful {
            listed.clear();
            for life in facts.iter().filter_map(|other| match other {
                Fact::Life(life) if life.tenant == fact.tenant => Some(life),
                _ => None,
            }) {
                let state = State::at_end(life, fact.day);
                if !state.is_deleted {
                    listed.push(ListedUser {
                        user: life.user,
                        skus: state.held,
                        states: life.id % 2 == 0,
                        enabled: [None, Some(true), Some(fact.day.is_multiple_of(2))][usize::from(life.id % 3)],
                        without_a_seat: if life.id % 4 == 0 { fact.day } else { 0 },
                    });
                }
            }
        }
        let mut records: Vec<Vec<u8>> = listed.iter().map(|listed| holder(fact.tenant, fact.names, listed)).collect();
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

    pub fn subscriptions(&mut self, fact: &Subscriptions) {
        let record = |listed: &Subscription| {
            let bought = listed.bought.map(|days| self.day(0).plus(-i32::from(days)));
            subscription(fact.tenant, listed, bought, listed.ends.map(|days| self.day(days)))
        };
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
                bought: None,
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

    pub fn snapshot(&mut self, folder: &str, form: Form, mut records: Vec<Vec<u8>>, announces_next: bool) {
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
            .plain();
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
            Form::Powershell => RawFile {
                packing: Packing::Whole,
                records: vec![powershell(&records)],
            },
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

    pub fn customers(&mut self, tenant: u8, day: u8, name: u8, (bad, left): (bool, Option<u8>)) {
        let path = format!("customers/{}/customers.csv", self.day(day));
        let separator = separator(day);
        let id = if bad {
            "contoso".to_owned()
        } else {
            cased(&tenant_id(tenant), name.is_multiple_of(2))
        };
        let line = format!(
            "{id}{separator}\"{}\"{separator}c{name}.example{separator}{}{separator}{separator}{}\n",
            customer_name(name).replace('"', "\"\""),
            if name.is_multiple_of(3) { "" } else { "DE" },
            left.map_or_else(String::new, |left| self.day(left).to_string())
        );
        let header = "tenant_id,name,domain,country,segment,left_on\n"
            .replace(',', separator)
            .into_bytes();
        let file = self.files.entry(path).or_insert_with(|| RawFile {
            packing: Packing::Whole,
            records: vec![header],
        });
        file.records.push(line.into_bytes());
    }

    pub fn support(&mut self, fact: &Support) {
        let path = format!("support/{}/requests.csv", self.day(fact.day));
        let id = if fact.bad { "contoso".to_owned() } else { tenant_id(fact.tenant) };
        let opened = time(self.instant(fact.at, u16::from(fact.id)), fact.spelling);
        let separator = separator(fact.day);
        let line = format!("{id},R{},{opened},mail\n", fact.id).replace(',', separator);
        let header = "tenant_id,request_id,opened_at,topic\n".replace(',', separator).into_bytes();
        let file = self.files.entry(path).or_insert_with(|| RawFile {
            packing: Packing::Whole,
            records: vec![header],
        });
        file.records.push(line.into_bytes());
    }
}

/// Names of customers, some of them hard to write on a page.
fn customer_name(name: u8) -> String {
    match name % 5 {
        1 => format!("<script>alert({name})</script> \"quoted\" & 'more' =1+{name}"),
        2 => format!("חברת דוגמה בע״מ {name}"),
        3 => format!("{name}{}", "Donaudampfschifffahrts".repeat(9)),
        _ => format!("Customer, {name}"),
    }
}
