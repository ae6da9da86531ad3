//! The pipeline file and its catalogue.

use super::*;

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

/// The price list of some pipelines: in several currencies, with a price that changes among the
/// days, and one of a customer's own.
pub fn prices_csv() -> String {
    let own = tenant_id(1);
    format!(
        "part_number,price_per_month,currency,tenant_id,from\n\
         SPE_E3,12.35,EUR,,\nSPE_E3,13,EUR,,2026-06-10\nSPE_E3,13.05,EUR,,2026-10-20\nSPE_E3,11.1,USD,{own},2026-03-12\n\
         SPE_E5,1150,JPY,,2026-03-20\nVISIOCLIENT,4.567,KWD,,\n"
    )
}

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
    if knobs.low_limits {
        text += "prices = \"prices.csv\"\n";
    }
    // Formats are named: `auto` can tell less of a file with one broken record than of one with
    // others beside it.
    for (feed, format, path) in [
        ("activity", "azure-monitor", "{insights-logs-*signinlogs,eventhub}/**/*.json*"),
        ("activity", "management-api", "management/**/*.json"),
        ("activity", "log-analytics", "log-analytics/**/*.json"),
        ("activity", "usage-report", "usage-reports/**/*.json"),
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
    // Where the partner is known, Yammer and Power BI only come along with E5.
    if knobs.partner {
        text += "[[product]]\nsku = \"SPE_E5\"\nworkloads = [\"exchange\", \"teams\"]\n";
    }
    if let Some(sku) = knobs.exclude {
        text += &format!(
            "[[exclude]]\nsku = \"{}\"\nreason = \"out of the pipeline file\"\n",
            SKUS[usize::from(sku)].0
        );
    }
    text += &exceptions_text(knobs);
    text
}

fn exceptions_text(knobs: &Knobs) -> String {
    let Exceptions {
        customer,
        of_customer,
        product,
        spare,
    } = &knobs.exceptions;
    let from = |days: u8| format!("from = \"{}\"\n", first_of(knobs).plus(i32::from(days)));
    let of_tenant = |tenant: u8| format!("customer = \"{}\"\n", tenant_id(tenant));
    let of_sku = |sku: u8| format!("sku = \"{}\"\n", SKUS[usize::from(sku)].0);
    let mut text = String::new();
    if let Some((tenant, day)) = customer {
        text += &["[[exclude]]\n", &of_tenant(*tenant), &from(*day), "reason = \"gone\"\n"].concat();
    }
    if let Some((tenant, sku, day)) = of_customer {
        let day = day.map(from).unwrap_or_default();
        text += &["[[exclude]]\n", &of_tenant(*tenant), &of_sku(*sku), &day, "reason = \"pilot\"\n"].concat();
    }
    // A product is not excluded twice.
    if let Some((sku, day)) = product.filter(|(sku, _)| knobs.exclude != Some(*sku)) {
        text += &["[[exclude]]\n", &of_sku(sku), &from(day), "reason = \"retired\"\n"].concat();
    }
    if let Some((tenant, sku, seats)) = spare {
        text += &["[[spare]]\n", &of_tenant(*tenant), &of_sku(*sku), &format!("seats = {seats}\n")].concat();
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
