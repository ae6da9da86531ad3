//! `uptake explain` through the real binary, on the sample.

use super::*;

/// The sample with a warehouse of its own, and the real program.
struct Desk {
    folder: TempDir,
}

/// What the program said.
struct Said {
    code: i32,
    out: String,
    err: String,
}

const KEY: &str = "a key of more than sixteen bytes";

impl Desk {
    /// Raw logs and a run; with a key under pseudonyms.
    fn new(key: Option<&str>) -> Desk {
        let folder = tempfile::tempdir().unwrap();
        let mut options = Options::small(folder.path().join("raw"));
        (options.customers, options.days) = (5, 34);
        sample::write(&options, &mut |_| {}).unwrap();
        let pipeline = folder.path().join("raw/pipeline.toml");
        let mut text = fs::read_to_string(&pipeline).unwrap();
        if let Some(key) = key {
            fs::write(folder.path().join("raw/key"), key).unwrap();
            text.push_str("\n[privacy]\nuser_ids = \"pseudonymous\"\nkey_file = \"key\"\n");
        }
        fs::write(&pipeline, text).unwrap();
        let desk = Desk { folder };
        assert_eq!(desk.uptake("run", &[]).code, 0);
        desk
    }

    fn uptake(&self, command: &str, more: &[&str]) -> Said {
        let output = Command::new(env!("CARGO_BIN_EXE_uptake"))
            .arg(command)
            .arg(self.folder.path().join("raw/pipeline.toml"))
            .args(["--quiet", "--warehouse"])
            .arg(self.folder.path().join("warehouse"))
            .arg("--published")
            .arg(self.folder.path().join("published"))
            .args(more)
            .output()
            .unwrap();
        Said {
            code: output.status.code().unwrap(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    fn explain(&self, more: &[&str]) -> Said {
        self.uptake("explain", more)
    }

    fn json(&self, more: &[&str]) -> Value {
        let said = self.explain(&[more, &["--format", "json"]].concat());
        assert_eq!(said.code, 0, "{}", said.err);
        serde_json::from_str(&said.out).unwrap()
    }

    /// Domains of all customers that have one.
    fn customers(&self) -> Vec<String> {
        let list = fs::read_to_string(self.folder.path().join("raw/customers.csv")).unwrap();
        let mut reader = csv::Reader::from_reader(list.as_bytes());
        reader.records().map(|record| record.unwrap()[2].to_owned()).collect()
    }
}

impl Said {
    #[track_caller]
    fn fails(&self, code: i32, messages: &[&str]) {
        assert_eq!(self.code, code, "{}", self.err);
        for message in messages {
            assert!(self.err.contains(message), "`{message}` is not in: {}", self.err);
        }
    }
}

/// All strings of a value.
fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => vec![text],
        Value::Array(items) => items.iter().flat_map(texts).collect(),
        Value::Object(members) => members.values().flat_map(texts).collect(),
        _ => Vec::new(),
    }
}

#[test]
fn every_customer_and_product_of_the_sample_is_explained_in_80_columns() {
    let desk = Desk::new(None);
    let customers = desk.customers();
    assert!(customers.len() >= 4);
    for customer in &customers {
        let upper = customer.to_uppercase();
        let asked = ["--customer", upper.as_str()];
        let products = desk.json(&asked)["products"].as_array().unwrap().clone();
        let screen = desk.explain(&asked).out;
        assert!(screen.lines().count() < 60, "{screen}");
        for product in products {
            let id = product["product"]["sku_id"].as_str().unwrap();
            let said = desk.explain(&[&asked[..], &["--product", id]].concat());
            assert_eq!(said.code, 0, "{}", said.err);
            for line in screen.lines().chain(said.out.lines()) {
                assert!(line.chars().count() <= 80, "{line}");
            }
        }
    }
}

#[test]
fn the_beginning_of_a_name_is_enough_where_only_one_begins_so() {
    let desk = Desk::new(None);
    let listed = desk.json(&[]);
    let names: Vec<&str> = listed["customers"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|line| line["customer"]["name"].as_str())
        .collect();
    assert!(names.len() >= 4, "{listed}");
    for name in &names {
        let beginning: String = name.to_lowercase().chars().take(5).collect();
        let view = desk.json(&["--customer", &beginning]);
        assert_eq!(view["customer"]["name"], *name);
        let id = view["customer"]["tenant_id"].as_str().unwrap();
        assert_eq!(desk.json(&["--customer", &id[..13]])["customer"]["tenant_id"], id);
        let product = view["products"][0]["product"]["sku_id"].as_str().unwrap();
        let explained = desk.json(&["--customer", &beginning, "--product", &product[..18]]);
        assert_eq!(explained["product"]["sku_id"], product);
    }
    let unknown = desk.explain(&["--customer", "qqqqqqqq"]);
    unknown.fails(2, &names);
    desk.explain(&["--product", "SPE_E3"]).fails(2, &["--customer"]);
}

#[test]
fn what_nobody_knows_is_answered_with_what_is_near() {
    let desk = Desk::new(None);
    let customer = desk.customers().remove(0);
    let with = |more: &[&str]| desk.explain(&[&["--customer", customer.as_str()][..], more].concat());
    let misspelt = customer.replacen('i', "y", 1);
    desk.explain(&["--customer", &misspelt])
        .fails(2, &["there is no customer", "did you mean", &customer]);
    let name = desk.json(&["--customer", &customer])["customer"]["name"]
        .as_str()
        .unwrap()
        .to_owned();
    let word = name.split(' ').next().unwrap();
    desk.explain(&["--customer", &format!("{word}x")])
        .fails(2, &["did you mean", &name]);
    let product = desk.json(&["--customer", &customer])["products"][0]["product"]["part_number"]
        .as_str()
        .unwrap()
        .to_owned();
    with(&["--product", &format!("{product}x")]).fails(2, &["there is no product", "did you mean", &product]);
    with(&["--product", "AAD_PREMIUM_P2"]).fails(2, &["has no product `AAD_PREMIUM_P2`", &product]);
    with(&["--product", &product, "--workload", "team"]).fails(2, &["has no workload `team`", "`teams`"]);
    with(&["--workload", "teams"]).fails(2, &["--product"]);
    with(&["--day", "2031-01-01"]).fails(2, &["the tables have no 2031-01-01: they go from", "2026-09-30"]);
    with(&["--user", "nobody"]).fails(2, &["has no user `nobody`"]);
    with(&["--warehouse-of", "x"]).fails(2, &[]);
    let elsewhere = tempfile::tempdir().unwrap();
    let pipeline = desk.folder.path().join("raw/pipeline.toml");
    let output = Command::new(env!("CARGO_BIN_EXE_uptake"))
        .arg("explain")
        .arg(pipeline)
        .args(["--customer", &customer, "--warehouse"])
        .arg(elsewhere.path())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        said.contains("there are no tables in") && said.contains("`uptake run` makes them"),
        "{said}"
    );
}

#[test]
fn a_number_in_a_table_that_is_not_what_is_counted_is_told_with_exit_code_4() {
    let desk = Desk::new(None);
    let customer = desk.customers().remove(0);
    let warehouse = desk.folder.path().join("warehouse");
    let store = Store::at(&warehouse);
    let _lock = store.lock("a test").unwrap();
    let place = (Day::parse("2026-09-30"), 0);
    let mut rows: Vec<Adoption> = store.rows(place).unwrap();
    let footer = store.footer(&uptake::stages::measures::adoption::ADOPTION, place).unwrap().unwrap();
    let tenant = desk.json(&["--customer", &customer])["customer"]["tenant_id"]
        .as_str()
        .unwrap()
        .to_owned();
    let row = rows
        .iter_mut()
        .filter(|row| row.tenant_id.to_string() == tenant)
        .find(|row| row.active_current > 0)
        .unwrap();
    row.active_current -= 1;
    row.active_moved += 1;
    let product = row.sku_id.to_string();
    store.replace_rows(place, &rows, footer.fingerprint).unwrap();
    for more in [&["--product", product.as_str()][..], &[]] {
        let said = desk.explain(&[&["--customer", customer.as_str()][..], more].concat());
        said.fails(4, &["the tables differ in 2 places", "uptake run"]);
        for column in ["active_current", "active_moved"] {
            assert!(
                said.out.contains(&format!("`adoption` of 2026-09-30: `{column}` is")),
                "{}",
                said.out
            );
        }
    }
}

#[test]
fn raw_records_are_found_again_and_what_is_gone_is_said() {
    let desk = Desk::new(None);
    let customer = desk.customers().remove(0);
    let about = ["--customer", customer.as_str()];
    let products = desk.json(&about);
    let product = products["products"][0]["product"]["sku_id"].as_str().unwrap();
    let explained = desk.json(&[&about[..], &["--product", product]].concat());
    let user = explained["users"]["current"][0]["user_id"].as_str().unwrap().to_owned();
    let upper = user.to_uppercase();
    let asked = [&about[..], &["--user", upper.as_str(), "--show-raw"]].concat();
    let lines = |value: &Value| -> Vec<Value> {
        let days = value["days"].as_array().unwrap().clone();
        days.iter().flat_map(|day| day["lines"].as_array().unwrap().clone()).collect()
    };
    let found = lines(&desk.json(&asked));
    assert!(found.len() > 5);
    for line in &found {
        let text = line["excerpt"].as_str().unwrap_or_else(|| panic!("{line}"));
        assert!(text.starts_with("{\"time\":") && !text.contains('@'), "{text}");
    }
    let gone = found[0]["source_file"].as_str().unwrap();
    fs::remove_file(desk.folder.path().join("raw").join(gone)).unwrap();
    let after = lines(&desk.json(&asked));
    assert_eq!(after.len(), found.len());
    for line in after {
        assert_eq!(line["source_file"] == gone, line["excerpt"].is_null(), "{line}");
        assert_eq!(line["source_file"] == gone, line["no_excerpt_because"].is_string(), "{line}");
    }
}

#[test]
fn under_pseudonyms_no_id_of_the_logs_is_ever_printed() {
    let plain = Desk::new(None);
    let keyed = Desk::new(Some(KEY));
    let customer = plain.customers().remove(0);
    let about = ["--customer", customer.as_str()];
    let product = plain.json(&about)["products"][0]["product"]["sku_id"].as_str().unwrap().to_owned();
    let of_product = [&about[..], &["--product", product.as_str()]].concat();
    let users = |desk: &Desk| -> Vec<String> {
        let people = desk.json(&of_product)["users"].clone();
        let groups = ["current", "moved", "inactive"];
        let persons = groups.iter().flat_map(|group| people[group].as_array().unwrap().clone());
        persons.map(|person| person["user_id"].as_str().unwrap().to_owned()).collect()
    };
    let (ids, pseudonyms) = (users(&plain), users(&keyed));
    assert_eq!(ids.len(), pseudonyms.len());
    assert!(ids.len() > 2);
    let mut said = vec![keyed.explain(&about), keyed.explain(&of_product)];
    for user in ids.iter().take(3) {
        let asked = [&about[..], &["--user", user, "--show-raw"]].concat();
        let answer = keyed.json(&asked);
        let stored = answer["user_id"].as_str().unwrap();
        assert!(pseudonyms.iter().any(|known| known == stored), "{stored}");
        assert!(texts(&answer).iter().any(|text| text.contains("\"time\":")), "an excerpt");
        said.push(keyed.explain(&asked));
        said.push(keyed.explain(&[&asked[..], &["--format", "markdown"]].concat()));
        said.push(keyed.explain(&[&about[..], &["--user", stored, "--show-raw", "--format", "json"]].concat()));
    }
    let stranger = "11111111-2222-4333-8444-555555555555";
    let unknown = keyed.explain(&[&about[..], &["--user", stranger]].concat());
    unknown.fails(2, &["has no user with this id"]);
    assert!(!unknown.err.contains(stranger), "{}", unknown.err);
    for said in said {
        assert_eq!(said.code, 0, "{}", said.err);
        for id in &ids {
            assert!(
                !said.out.contains(id.as_str()) && !said.err.contains(id.as_str()),
                "{id} in {}",
                said.out
            );
        }
    }
}
