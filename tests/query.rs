//! `uptake query`: the answers are those of DuckDB over the same files, and what is wrong with a
//! question, or with the file that it is to go to, is said.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::readers;
use crate::workdir::cannot_run;

/// The sample, run once, with a price list.
struct Site {
    folder: TempDir,
}

static SITE: LazyLock<Site> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let nightly = fs::read_to_string(root.join("pipelines/nightly.toml")).unwrap();
    let input = root.join("data/sample").display().to_string();
    let pipeline = nightly
        .replace("\"../data/sample\"", &Value::from(input).to_string())
        .replace("\"../warehouse\"", "\"warehouse\"")
        .replace("\"../published\"", "\"published\"")
        .replace("\"../data/sample/prices.csv\"", "\"prices.csv\"")
        .replace("shards = 1", "shards = 2");
    let prices = "part_number,price_per_month,currency\nSPE_E3,30.12,EUR\nENTERPRISEPACK,20.5,EUR\n\
        O365_BUSINESS_PREMIUM,12.55,EUR\nSPB,21.99,EUR\n";
    fs::write(folder.path().join("prices.csv"), prices).unwrap();
    fs::write(folder.path().join("pipeline.toml"), pipeline).unwrap();
    let site = Site { folder };
    let run = site.uptake(&["run", "pipeline.toml", "--quiet"]);
    assert_eq!(run.code, 0, "{}", run.err);
    site
});

struct Said {
    code: i32,
    out: String,
    err: String,
}

impl Site {
    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn uptake(&self, args: &[&str]) -> Said {
        let output = Command::new(env!("CARGO_BIN_EXE_uptake"))
            .args(args)
            .current_dir(self.folder.path())
            .output()
            .unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Said {
            code: output.status.code().unwrap(),
            out: text(output.stdout),
            err: text(output.stderr),
        }
    }

    fn query(&self, sql: &str, more: &[&str]) -> Said {
        self.uptake(&[&["query", sql, "--pipeline", "pipeline.toml"], more].concat())
    }

    #[track_caller]
    fn rows(&self, sql: &str) -> Value {
        let said = self.query(sql, &["--format", "json"]);
        assert_eq!(said.code, 0, "{sql}: {}", said.err);
        serde_json::from_str(&said.out).unwrap()
    }

    #[track_caller]
    fn refuses(&self, sql: &str, words: &[&str]) {
        let said = self.query(sql, &[]);
        assert_eq!((said.code, said.out.as_str()), (2, ""), "{sql}: {}", said.err);
        for word in words {
            assert!(said.err.contains(word), "`{word}` is not in: {}", said.err);
        }
    }
}

/// The questions of docs/query.md.
fn questions_of_the_docs() -> Vec<String> {
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/query.md")).unwrap();
    let blocks = page.split("```sql\n").skip(1).filter_map(|rest| rest.split("```").next());
    blocks.map(str::to_owned).collect()
}

const MORE_QUESTIONS: [&str; 16] = [
    "SELECT * FROM products",
    "SELECT * FROM warehouse.license_changes",
    "SELECT * FROM warehouse.raw_files ORDER BY source_file, source LIMIT 50",
    "SELECT day, SUM(price_per_month) AS price, SUM(cost_sold) AS cost FROM spend GROUP BY day ORDER BY day",
    "SELECT received, feed, COUNT(*) AS n, SUM(records) AS records FROM warehouse.raw_files \
     WHERE received BETWEEN '2026-09-20' AND '2026-09-25' GROUP BY received, feed ORDER BY received, feed",
    "SELECT workload, COUNT(*) AS n, MAX(BIT_COUNT(active_bits)) AS days, MIN(last_active_day) AS first, SUM(active_bits) AS bits \
     FROM warehouse.activity_28d WHERE day = DATE '2026-09-30' GROUP BY workload ORDER BY workload",
    "SELECT customer_name, product_name, seats_sold, \
     RANK() OVER (PARTITION BY customer_name ORDER BY seats_sold DESC) AS place, \
     SUM(seats_sold) OVER (PARTITION BY customer_name) AS seats \
     FROM adoption WHERE day = '2026-09-30' AND seats_sold IS NOT NULL ORDER BY customer_name, place, product_name",
    "SELECT name FROM customers WHERE name LIKE '%o%' UNION SELECT name FROM products WHERE name LIKE 'Microsoft%' ORDER BY name",
    "SELECT tenant_id FROM customers EXCEPT SELECT tenant_id FROM adoption WHERE usage_ratio > 1 AND day = '2026-09-30'",
    "SELECT tenant_id FROM customers INTERSECT SELECT tenant_id FROM adoption WHERE usage_ratio > 1 AND day = '2026-09-30'",
    "SELECT name FROM customers c WHERE EXISTS (SELECT 1 FROM next_steps n WHERE n.tenant_id = c.tenant_id AND n.code = 'upsell') ORDER BY name",
    "SELECT name FROM customers WHERE tenant_id NOT IN (SELECT tenant_id FROM next_steps WHERE day = '2026-09-30') ORDER BY name",
    "SELECT CASE WHEN usage_ratio > 1 THEN 'above' WHEN usage_ratio >= 0.5 THEN 'middle' ELSE 'below' END AS band, COUNT(*) AS n, \
     AVG(usage_ratio) AS mean FROM adoption WHERE day >= DATE '2026-09-30' - INTERVAL '6 days' AND usage_ratio IS NOT NULL \
     GROUP BY 1 ORDER BY band",
    "SELECT EXTRACT(YEAR FROM day) AS year, EXTRACT(MONTH FROM day) AS month, COUNT(DISTINCT user_id) AS users \
     FROM warehouse.activity_daily d JOIN (WITH z AS (SELECT tenant_id FROM customers WHERE country IS NOT NULL) SELECT * FROM z) c \
     ON c.tenant_id = d.tenant_id GROUP BY year, month ORDER BY year, month",
    "SELECT name FROM customers ORDER BY name LIMIT 3 OFFSET 2",
    "SELECT customer_name, day - seats_snapshot_day AS age, ROUND(usage_ratio, 2) AS usage FROM adoption \
     WHERE day = '2026-09-30' AND (seats_sold > 5) IS NOT TRUE ORDER BY customer_name, sku_id",
];

#[test]
fn the_answers_are_those_of_duckdb() {
    let python = match readers::environment() {
        Ok(python) => python,
        Err(reason) => return cannot_run(&reason),
    };
    let of_the_docs = questions_of_the_docs();
    assert_eq!(of_the_docs.len(), 10);
    let asked = of_the_docs.iter().map(String::as_str).chain(MORE_QUESTIONS);
    let questions: Vec<Value> = asked.map(|sql| json!({"sql": sql, "answer": SITE.rows(sql)})).collect();
    let work = tempfile::tempdir().unwrap();
    let (file, dictionary) = (work.path().join("questions.json"), work.path().join("dictionary.json"));
    fs::write(&file, Value::from(questions).to_string()).unwrap();
    fs::write(&dictionary, SITE.uptake(&["describe", "--format", "json"]).out).unwrap();
    let output = Command::new(python)
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/query.py"))
        .args([SITE.path("warehouse"), SITE.path("published"), dictionary, file])
        .output()
        .unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "\n{}{}", text(&output.stdout), text(&output.stderr));
}

#[test]
fn every_table_that_is_listed_can_be_asked_with_all_its_columns() {
    let said = SITE.uptake(&["query", "--list", "--pipeline", "pipeline.toml", "--format", "json"]);
    let tables: Vec<Value> = serde_json::from_str(&said.out).unwrap();
    assert!(tables.len() > 30, "{}", said.out);
    for table in tables {
        let name = table["table"].as_str().unwrap();
        let rows = SITE.rows(&format!("SELECT * FROM {name} LIMIT 3"));
        let described = match name.split_once('.').unwrap() {
            ("warehouse", name) => name.to_owned(),
            (_, name) => format!("{name}.parquet"),
        };
        let said = SITE.uptake(&["describe", &described, "--format", "json"]);
        let entry: Vec<Value> = serde_json::from_str(&said.out).unwrap();
        let columns = entry[0]["columns"]
            .as_array()
            .unwrap()
            .iter()
            .map(|column| column["name"].as_str().unwrap());
        let partition = entry[0]["partition"].as_str().filter(|_| name.starts_with("warehouse"));
        let expected: Vec<&str> = partition.into_iter().chain(columns).collect();
        for row in rows.as_array().unwrap() {
            assert_eq!(row.as_object().unwrap().keys().collect::<Vec<_>>(), expected, "{name}");
        }
        let days = (&table["first_day"], &table["last_day"]);
        if name == "warehouse.adoption" {
            assert_eq!(days, (&"2026-08-02".into(), &"2026-09-30".into()));
        }
    }
}

#[test]
fn a_question_that_is_wrong_gets_the_nearest_names() {
    SITE.refuses(
        "SELECT 1 FROM adoptoin",
        &["there is no table `adoptoin`", "did you mean `adoption`?"],
    );
    SITE.refuses("SELECT seat_sold FROM adoption", &["`seat_sold`", "did you mean `seats_sold`"]);
    SITE.refuses("SELECT a.seat_sold FROM adoption a", &["seat_sold", "did you mean `seats_sold`"]);
    SITE.refuses("SELECT Day FROM adoption", &["`Day`", "did you mean `day`"]);
    SITE.refuses(
        "SELECT * FROM adoption WHERE seat_sold > 1",
        &["`seat_sold`", "did you mean `seats_sold`"],
    );
    SITE.refuses("SELECT seats_sold FORM adoption", &["Expected"]);
    SITE.refuses("DROP TABLE adoption", &["`DROP` is no question", "SELECT, WITH or EXPLAIN"]);
    SITE.refuses(
        "SELECT * FROM adoption WHERE seats_sold > AVG(seats_sold)",
        &["single rows", "HAVING"],
    );
    SITE.refuses("SELECT nonsense(seats_sold) FROM adoption", &["nonsense"]);
    SITE.refuses("SELECT * FROM read_csv('/etc/passwd')", &["read_csv"]);
    SITE.refuses(
        "SELECT name FROM customers WHERE tenant_id = (SELECT tenant_id FROM adoption)",
        &["stands for one value"],
    );
    SITE.refuses(
        "SELECT name, (SELECT MAX(a.day) FROM adoption a WHERE a.tenant_id = c.tenant_id) FROM customers c",
        &["cannot be asked by itself"],
    );
}

/// Polars panics over the first of these. That is an error like any other: no backtrace is shown.
#[test]
fn what_polars_panics_over_is_refused_with_a_way_around_it() {
    let sql = "SELECT cost_sold, COUNT(*) AS n FROM spend GROUP BY cost_sold";
    let said = SITE.query(sql, &[]);
    assert_eq!((said.code, said.out.as_str()), (2, ""), "{}", said.err);
    let lines: Vec<&str> = said.err.lines().collect();
    assert!(
        matches!(lines.as_slice(), [error, hint] if error.starts_with("error: rows cannot be grouped by an amount") && hint.contains("CAST(")),
        "{}",
        said.err
    );
    let around = SITE.rows("SELECT CAST(cost_sold AS DOUBLE) AS cost, COUNT(*) AS n FROM spend GROUP BY CAST(cost_sold AS DOUBLE)");
    assert!(!around.as_array().unwrap().is_empty());
    SITE.refuses(
        "SELECT CAST(1 AS HUGEINT) AS x FROM customers",
        &["a type that cannot be shown", "CAST gives it another one"],
    );
}

#[test]
fn names_mean_the_published_file_first_and_a_with_hides_both() {
    let count = |from: &str| SITE.rows(&format!("SELECT COUNT(*) AS n FROM {from}"))[0]["n"].clone();
    assert_eq!(count("spend"), count("published.spend"));
    assert_ne!(
        count("spend"),
        count("warehouse.spend"),
        "what is published has the ends of months alone"
    );
    assert_eq!(count("SPEND"), count("spend.parquet"));
    let hidden = SITE.rows("WITH customers AS (SELECT name FROM customers LIMIT 2) SELECT COUNT(*) AS n FROM customers");
    assert_eq!(hidden[0]["n"], 2);
}

#[test]
fn the_result_goes_to_a_file_whole_or_not_at_all() {
    let sql = "SELECT name, tenant_id FROM customers ORDER BY name LIMIT 2";
    let csv = SITE.query(sql, &["--format", "csv"]).out;
    assert_eq!(csv.lines().next(), Some("name,tenant_id"));
    let work = tempfile::tempdir().unwrap();
    let file = |name: &str| work.path().join(name).display().to_string();
    assert_eq!(SITE.query(sql, &["--out", &file("a.csv")]).code, 0);
    assert_eq!(fs::read_to_string(file("a.csv")).unwrap(), csv);
    assert_eq!(SITE.query(sql, &["--out", &file("a.parquet")]).code, 0);
    assert!(fs::read(file("a.parquet")).unwrap().starts_with(b"PAR1"));
    let failed = SITE.query("SELECT x FROM customers", &["--out", &file("a.csv")]);
    assert_eq!(
        (failed.code, fs::read_to_string(file("a.csv")).unwrap()),
        (2, csv),
        "{}",
        failed.err
    );
    let entries = || {
        let mut names: Vec<String> = fs::read_dir(work.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    };
    assert_eq!(entries(), ["a.csv", "a.parquet"], "nothing half-written is left");
    let folder = SITE.query(sql, &["--out", &work.path().display().to_string()]);
    assert!(folder.code == 2 && folder.err.contains("is a folder"), "{}", folder.err);
    let nowhere = SITE.query(sql, &["--out", &file("nowhere/a.csv")]);
    assert!(nowhere.code == 2 && nowhere.err.contains("cannot be written"), "{}", nowhere.err);
    let parquet = SITE.query(sql, &["--format", "parquet"]);
    assert!(parquet.code == 2 && parquet.err.contains("--out"), "{}", parquet.err);
}

#[test]
fn a_table_is_for_people_and_explain_shows_the_plan() {
    let said = SITE.query("SELECT MAX(day) AS day, COUNT(*) AS n FROM calendar", &[]);
    assert_eq!(
        said.out, "day          n\n----------  --\n2026-09-30  60\n(1 row)\n",
        "{}",
        said.err
    );
    let plan = SITE.query("EXPLAIN SELECT tenant_id FROM adoption WHERE day = '2026-09-30'", &[]);
    let words = ["Logical Plan", "PROJECT 2/", "SELECTION: col(\"day\") == 2026-09-30"];
    assert!(
        plan.code == 0 && words.iter().all(|word| plan.out.contains(word)),
        "{}{}",
        plan.out,
        plan.err
    );
    assert_eq!(plan.err, "", "nothing is said besides");
}

#[test]
fn what_is_not_there_or_damaged_has_its_own_exit_code() {
    let work = tempfile::tempdir().unwrap();
    let nothing = work.path().join("nothing").display().to_string();
    let unpublished = SITE.query("SELECT * FROM adoption", &["--published", &nothing]);
    assert!(
        unpublished.code == 2 && unpublished.err.contains("is not published yet"),
        "{}",
        unpublished.err
    );
    let empty = SITE.query(
        "SELECT COUNT(*) AS n FROM warehouse.usage",
        &["--warehouse", &nothing, "--format", "csv"],
    );
    assert_eq!((empty.code, empty.out.as_str()), (2, ""), "{}", empty.err);
    let published = work.path().join("published");
    fs::create_dir(&published).unwrap();
    fs::write(published.join("adoption.parquet"), "no Parquet").unwrap();
    let damaged = SITE.query("SELECT * FROM adoption", &["--published", &published.display().to_string()]);
    assert!(
        damaged.code == 4 && damaged.err.contains("adoption.parquet"),
        "{} {}",
        damaged.code,
        damaged.err
    );
}
