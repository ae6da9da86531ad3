//! Tables with our own names, and the files of the feeds that are no sign-ins.

use uptake::domain::guid::Guid;
use uptake::domain::kinds::Feed;
use uptake::sources::Format;

use crate::files::Files;
use crate::sign_ins::{SignIns, guid, texts};
use crate::table::Table;

/// How many rows a table has.
const ROWS: usize = 120_000;
/// How many users hold something, and of how many products.
const USERS: usize = 20_000;
const SKUS: usize = 12;

pub fn of_name(name: &str) -> Files {
    let tenant = Guid::parse(guid(2).as_bytes()).unwrap();
    let table = |feed, format, table: Table| {
        let content = if format == Format::Csv { table.csv() } else { table.parquet() };
        Files::of(feed, format, tenant, vec![content])
    };
    match name {
        "csv license changes" => table(Feed::LicenseChanges, Format::Csv, license_changes()),
        "csv holdings" => table(Feed::LicenseHoldings, Format::Csv, holdings()),
        "csv subscriptions" => table(Feed::Subscriptions, Format::Csv, subscriptions()),
        "parquet license changes" => table(Feed::LicenseChanges, Format::Parquet, license_changes()),
        "parquet holdings" => table(Feed::LicenseHoldings, Format::Parquet, holdings()),
        "parquet subscriptions" => table(Feed::Subscriptions, Format::Parquet, subscriptions()),
        "azure-monitor audit" => of_sample("auditlogs", Feed::LicenseChanges, Format::AzureMonitor),
        "graph-users pages" => of_sample("graph-users", Feed::LicenseHoldings, Format::GraphUsers),
        "graph-subscriptions pages" => of_sample("graph-subscriptions", Feed::Subscriptions, Format::GraphCompanySubscriptions),
        _ => panic!("there is no form `{name}`"),
    }
}

/// Files as the sample has them, over and over.
fn of_sample(folder: &str, feed: Feed, format: Format) -> Files {
    let (tenant, texts) = texts(3_000, folder);
    let whole = |text: &String| text.as_bytes()[..text.rfind('\n').map_or(0, |end| end + 1)].to_vec();
    let contents: Vec<Vec<u8>> = texts.iter().map(whole).collect();
    let bytes: usize = contents.iter().map(Vec::len).sum();
    let times = 25_000_000 / bytes + 1;
    let contents = std::iter::repeat_n(contents, times).flatten().collect();
    Files::of(feed, format, tenant, contents)
}

fn named(names: &str, rows: impl Iterator<Item = Vec<String>>) -> Table {
    Table {
        names: names.split(',').map(str::to_owned).collect(),
        rows: rows.collect(),
    }
}

/// The sign-ins as a table, each many times under other ids.
pub fn activity(sign_ins: &SignIns) -> Table {
    let row = |number: usize| {
        let one = &sign_ins.list[number % sign_ins.list.len()];
        vec![
            guid(number),
            one.text("createdDateTime").to_owned(),
            one.envelope["tenantId"].as_str().unwrap().to_owned(),
            one.text("userId").to_owned(),
            one.text("appId").to_owned(),
            one.text("resourceId").to_owned(),
            number.is_multiple_of(3).to_string(),
            one.error().to_string(),
        ]
    };
    let names = "event_id,event_time,tenant_id,user_id,app_id,resource_id,interactive,error_code";
    named(names, (0..ROWS).map(row))
}

fn time(number: usize) -> String {
    let seconds = number % 86_400;
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    format!("2026-09-{:02}T{hour:02}:{minute:02}:{second:02}.{:07}Z", number / 5_000 + 1, number)
}

fn license_changes() -> Table {
    let action = |number: usize| if number.is_multiple_of(2) { "assigned" } else { "removed" };
    let row = |number: usize| {
        let (user, sku) = (guid(number % USERS), guid(number % SKUS));
        vec![guid(number), time(number), guid(2), user, sku, action(number).to_owned()]
    };
    named("event_id,event_time,tenant_id,user_id,sku_id,action", (0..ROWS).map(row))
}

fn holdings() -> Table {
    let row = |number: usize| vec!["2026-09-01".to_owned(), guid(2), guid(number % USERS), guid(number / USERS)];
    named("snapshot_day,tenant_id,user_id,sku_id", (0..ROWS).map(row))
}

fn subscriptions() -> Table {
    let row = |number: usize| {
        let words = ["25", "Enabled", "false", "own", "2026-12-31"].map(str::to_owned);
        [
            vec!["2026-09-01".to_owned(), guid(2), guid(number), guid(number % SKUS)],
            words.to_vec(),
        ]
        .concat()
    };
    let names = "snapshot_day,tenant_id,subscription_id,sku_id,seats,status,is_trial,seller,ends_on";
    named(names, (0..ROWS).map(row))
}
