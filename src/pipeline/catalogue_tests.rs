//! Catalogue files with the flaws of Microsoft and of people.

use super::*;
use crate::domain::guid::Guid;

const TEAMS: &str = "57ff2da0-773e-42df-b2af-ffb7a2317929";
const SKYPE: &str = "0feaeb32-d00e-4d66-bd5a-43b5b83db82c";
const OTHER: &str = "113feb6c-3fe4-4440-bddc-54d774bf0318";
const SKU: &str = "05e9a617-0261-4cee-bb44-138d3ef5d965";
const SECOND: &str = "54a152dc-90de-4996-93d2-bc47e670fc06";
const SKUS: &str = "Product_Display_Name,String_Id,GUID,Service_Plan_Name,Service_Plan_Id,Service_Plans_Included_Friendly_Names\n";

/// Small texts: one product with Teams, mapped.
fn small() -> [(Part, String); 10] {
    [
        (Part::Skus, format!("{SKUS}Microsoft 365 E3,SPE_E3,{SKU},TEAMS1,{TEAMS},Teams\n")),
        (
            Part::Workloads,
            format!("workload,service_plan_id,service_plan_name\nteams,{TEAMS},TEAMS1\nteams,{SKYPE},MCOSTANDARD\n"),
        ),
        (Part::Products, "sku_id,workloads\n".to_owned()),
        (Part::NceOffers, "offer_id,sku_id\n".to_owned()),
        (Part::UnitKinds, "unit_kind,is_seat\n".to_owned()),
        (Part::Apps, "workload,app_id,app_name\n".to_owned()),
        (Part::Offers, "offer_id,sku_id\n".to_owned()),
        (Part::Excluded, "sku_id,reason\n".to_owned()),
        (Part::AuditActions, "kind,name,number,means\n".to_owned()),
        (Part::Prices, "sku_id,price_per_month,currency\n".to_owned()),
    ]
}

/// Parses the small texts with one of them replaced. Files are called `skus.csv` and so on.
fn parse(part: Part, text: &[u8]) -> Result<Loaded, CatalogueError> {
    let texts = small();
    let mut all = built_in();
    for (part, text) in &texts {
        all.replace(*part, format!("{part}.csv"), text.as_bytes());
    }
    all.replace(part, format!("{part}.csv"), text);
    all.parse()
}

#[track_caller]
fn check_refused(part: Part, text: &str, expected: &[&str]) {
    let error = parse(part, text.as_bytes()).expect_err("should be refused");
    assert_eq!(error.to_string().lines().collect::<Vec<_>>(), expected);
}

fn sku(text: &str) -> Guid {
    Guid::parse(text.as_bytes()).unwrap()
}

fn texts_of(warnings: &[Problem]) -> Vec<String> {
    warnings.iter().map(Problem::to_string).collect()
}

#[test]
fn a_sku_has_the_workloads_of_its_plans_each_once_and_by_guid_only() {
    let rows = format!("E3,SPE_E3,{SKU},TEAMS1,{TEAMS},x\nE3,SPE_E3,{SKU},MCOSTANDARD,{SKYPE},x\nE3,SPE_E3,{SKU},TEAMS1,{OTHER},x\n");
    let loaded = parse(Part::Skus, format!("{SKUS}{rows}").as_bytes()).unwrap();
    assert_eq!(loaded.catalogue.workloads_of(sku(SKU)).collect::<Vec<_>>(), ["teams"]);
    assert_eq!(loaded.warnings, []);
}

#[test]
fn microsofts_flaws_are_warnings() {
    let (upper, text) = (SKU.to_uppercase(), "\u{FEFF}");
    let rows = format!(
        "\"Name, one\",  SPE_E3 , {upper} ,TEAMS1\u{a0}, {TEAMS},x\r\nName two,SPE_E3,{SKU},TEAMS1,{TEAMS},x\r\n\r\n\
         Name two,SPE_E3,{SKU},TEAMS1,{TEAMS},x\r\nOther,spe_e3,{SECOND},NO,{OTHER},x\r\n,,,,,\r\n"
    );
    let loaded = parse(Part::Skus, format!("{text}{SKUS}{rows}").as_bytes()).unwrap();
    let product = &loaded.catalogue.products[&sku(SKU)];
    assert_eq!((product.name.as_str(), product.part_number.as_str()), ("Name, one", "SPE_E3"));
    assert_eq!(loaded.catalogue.products.len(), 2);
    assert_eq!(
        texts_of(&loaded.warnings),
        [
            format!("skus.csv:3: SKU `{SKU}` has a second name `Name two`; the first, `Name, one`, stays"),
            "skus.csv:3: 2 rows from here on repeat earlier ones and count once".to_owned(),
            format!("skus.csv: part number `SPE_E3` belongs to several SKUs and means all of them: `{SKU}`, `{SECOND}`"),
        ]
    );
}

#[test]
fn columns_may_stand_in_any_order_and_case() {
    let text = format!(" Service_Plan_ID ,guid,note,STRING_ID,product_display_name\n{TEAMS},{SKU},hello,SPE_E3,E3\n");
    let loaded = parse(Part::Skus, text.as_bytes()).unwrap();
    assert_eq!(loaded.catalogue.products[&sku(SKU)].part_number, "SPE_E3");
}

#[test]
fn the_semicolons_of_a_german_excel_are_fine() {
    let loaded = parse(Part::Excluded, format!("sku_id;reason\r\n{SKU};free, or nearly\r\n").as_bytes()).unwrap();
    assert_eq!(loaded.catalogue.excluded[&sku(SKU)], "free, or nearly");
}

#[test]
fn a_fault_behind_blank_lines_has_its_own_line() {
    for end in ["\n", "\r\n"] {
        let text = ["sku_id,reason", "", "", "x,free", "", "y,free"].join(end);
        check_refused(
            Part::Excluded,
            &text,
            &[
                "excluded.csv:4: `sku_id` `x` is not a GUID; correct it or remove the row",
                "excluded.csv:6: `sku_id` `y` is not a GUID; correct it or remove the row",
            ],
        );
    }
}

#[test]
fn a_product_without_plan_or_name_is_a_product() {
    let loaded = parse(Part::Skus, format!("{SKUS},VISIO,{SKU},,,\n,,{SECOND},,,\n").as_bytes()).unwrap();
    assert_eq!(loaded.catalogue.products[&sku(SKU)].name, "VISIO");
    assert_eq!(loaded.catalogue.products[&sku(SECOND)].name, SECOND);
}

#[test]
fn all_faults_are_reported_with_file_and_line() {
    check_refused(
        Part::Skus,
        &format!("{SKUS}E3,SPE_E3,{SKU}x,TEAMS1,{TEAMS},x\nE3,SPE_E3,{SKU},TEAMS1,nope,x\nE3,SPE_E3\n"),
        &[
            &format!("skus.csv:2: `guid` `{SKU}x` is not a GUID; correct it or remove the row"),
            "skus.csv:3: `service_plan_id` `nope` is not a GUID; correct it or remove the row",
            "skus.csv:4: `guid` is empty; fill it in or remove the row",
        ],
    );
    check_refused(
        Part::Skus,
        SKUS,
        &["skus.csv: no product in it; fill in Microsoft's rows or remove `skus` from [catalogue]"],
    );
    check_refused(
        Part::Offers,
        "",
        &["offers.csv: the file is empty; its first line must name the columns `offer_id`, `sku_id`"],
    );
    check_refused(
        Part::Offers,
        "offer,sku_id\n",
        &["offers.csv:1: no column `offer_id`; did you mean `offer`?"],
    );
    check_refused(
        Part::Excluded,
        "sku_id,because\n",
        &["excluded.csv:1: no column `reason`; the first line has `sku_id`, `because`"],
    );
    check_refused(
        Part::Workloads,
        &format!("workload,service_plan_id\nPower BI,{TEAMS}\n,{SKYPE}\n"),
        &[
            "workloads.csv:2: workload `power bi` must consist of letters, digits and `_`, such as `office_apps`",
            "workloads.csv:3: `workload` is empty; fill it in or remove the row",
        ],
    );
    check_refused(
        Part::Workloads,
        &format!("workload,service_plan_id,name\nteams,{TEAMS},\"TEAMS1\nteams,{SKYPE},MCO\n"),
        &["workloads.csv:2: a value goes on over the end of the line; close its quotation mark"],
    );
}

#[test]
fn a_contradiction_is_refused_and_a_repetition_is_not() {
    let apps = format!("app_id,workload\n{OTHER},Teams\n{},teams\n{OTHER},exchange\n", OTHER.to_uppercase());
    check_refused(
        Part::Apps,
        &apps,
        &[&format!(
            "apps.csv:4: application `{OTHER}` is `exchange` here and `teams` above; remove one of the rows"
        )],
    );
    let loaded = parse(Part::Excluded, format!("sku_id,reason\n{SKU},a  trial\n{SKU},a trial\n").as_bytes()).unwrap();
    assert_eq!(loaded.catalogue.excluded[&sku(SKU)], "a trial");
    assert_eq!(
        texts_of(&loaded.warnings),
        ["excluded.csv:3: the row repeats an earlier one and counts once"]
    );
}

#[test]
fn a_workload_that_no_plan_carries_is_suspicious() {
    let loaded = parse(Part::Apps, format!("app_id,workload\n{OTHER},team\n{SKYPE},team\n").as_bytes()).unwrap();
    assert_eq!(loaded.catalogue.workload_of(OTHER, ""), Some("team"));
    assert_eq!(
        texts_of(&loaded.warnings),
        ["apps.csv:2: no service plan carries workload `team`; check its spelling in both files"]
    );
}

#[test]
fn offers_are_ids_of_any_kind_in_lower_case() {
    let loaded = parse(Part::Offers, format!("offer_id,sku_id\nCFQ7TTC0LH18:0001,{SKU}\n").as_bytes()).unwrap();
    let offers = loaded.catalogue.offers;
    assert_eq!(offers.sku_of("cfq7ttc0lh18:0001"), Some(sku(SKU)));
    assert_eq!(offers.sku_of("cfq7ttc0lh18:0001:cfq7ttc0k971"), Some(sku(SKU)));
    assert_eq!(offers.sku_of("cfq7ttc0lh18:000p:cfq7ttc0k971"), None);
}

#[test]
fn letters_that_are_not_utf8_are_replaced_with_a_warning() {
    let mut text = SKUS.as_bytes().to_vec();
    text.extend(b"Pr\xFCfung,TEST,");
    text.extend(format!("{SKU},,,\n").as_bytes());
    let loaded = parse(Part::Skus, &text).unwrap();
    assert_eq!(loaded.catalogue.products[&sku(SKU)].name, "Pr\u{FFFD}fung");
    assert_eq!(loaded.warnings.len(), 1);
}

#[test]
fn audited_actions_are_named_by_record_type_and_by_operation() {
    let text = "kind,name,number,means\nrecord_type,Yammer,22,use\nrecord_type,VivaEngage,22,use\nrecord_type,ExchangeAdmin,1,Administration\n\
                record_type,Brandnew,,use\noperation,DataExport,,administration\n";
    let actions = parse(Part::AuditActions, text.as_bytes()).unwrap().catalogue.audit_actions;
    for known in ["22", "yammer", "VivaEngage", "BrandNew"] {
        assert!(actions.is_use(known, "MessageCreated"), "{known}");
        assert!(!actions.is_use(known, "DataExport"), "{known}");
    }
    assert!(!actions.is_use("1", "MessageCreated") && !actions.is_use("23", "MessageCreated"));
    check_refused(
        Part::AuditActions,
        "kind,name,number,means\nrecord_type,Yammer,22,use\nrecord_type,VivaEngage,22,administration\nrecord_type,CRM,x,use\n\
         operations,A,,use\noperation,B,,maybe\noperation,,,use\noperation,C,,use\noperation,C,,administration\n",
        &[
            "audit_actions.csv:3: record type `22` is `administration` here and `use` above; remove one of the rows",
            "audit_actions.csv:4: `number` `x` is no number; correct it or remove it",
            "audit_actions.csv:5: `kind` `operations` must be `record_type` or `operation`",
            "audit_actions.csv:6: `means` `maybe` must be `use` or `administration`",
            "audit_actions.csv:7: `name` is empty; fill it in or remove the row",
            "audit_actions.csv:9: operation `c` is `administration` here and `use` above; remove one of the rows",
        ],
    );
}

#[test]
fn the_built_in_list_of_audited_actions_tells_use_from_administration() {
    let actions = built_in().parse().unwrap_or_else(|error| panic!("{error}")).catalogue.audit_actions;
    for (record_type, operation) in [
        ("2", "Send"),
        ("ExchangeItemAggregated", "MailItemsAccessed"),
        ("6", "FileAccessed"),
        ("SharePointFileOperation", "FileUploaded"),
        ("4", "PageViewed"),
        ("14", "SharingSet"),
        ("25", "MessageSent"),
        ("22", "MessageCreated"),
        ("261", "CopilotInteraction"),
        ("copilotInteraction", "CopilotInteraction"),
        ("20", "ViewReport"),
    ] {
        assert!(actions.is_use(record_type, operation), "{record_type} {operation}");
    }
    for (record_type, operation) in [
        ("1", "Set-Mailbox"),
        ("2", "New-InboxRule"),
        ("23", "Get-CsTeamsUpgradeOverridePolicy"),
        ("57", "TeamsAdminAction"),
        ("25", "TeamsTenantSettingChanged"),
        ("14", "SiteCollectionAdminAdded"),
        ("4", "SharingPolicyChanged"),
        ("261", "UpdateTenantSettings"),
        ("312", "DeletePlugin"),
        ("UpdateCopilotSettings", "UpdateSomething"),
        ("20", "UpdatedAdminFeatureSwitch"),
        ("22", "NetworkConfigurationUpdated"),
        ("8", "Add user."),
        ("13", "DlpRuleMatch"),
        ("65", "QuarantineRelease"),
        // An unknown action is not use.
        ("100000", "FileAccessed"),
    ] {
        assert!(!actions.is_use(record_type, operation), "{record_type} {operation}");
    }
}

#[test]
fn a_pipelines_offer_goes_before_the_built_in_one_of_new_commerce() {
    let texts = format!("offer_id,sku_id\nCFQ7TTC0LH18:0001,{SECOND}\n");
    let mut all = built_in();
    all.replace(Part::Offers, "offers.csv", texts.as_bytes());
    let offers = all.parse().unwrap().catalogue.offers;
    assert_eq!(offers.sku_of("cfq7ttc0lh18:0001"), Some(sku(SECOND)));
    assert_eq!(offers.sku_of("cfq7ttc0lflx:0001:x"), Some(sku(SKU)));
}

#[test]
fn a_name_finds_the_product_only_where_no_other_has_it() {
    let offers = built_in().parse().unwrap().catalogue.offers;
    let named = |name: &str| offers.sku_named("cfq:0001", name);
    assert_eq!(named(" microsoft 365  E3 "), Some(sku(SKU)));
    assert_eq!(named("Microsoft 365 Business Basic"), None, "two products have this name");
    assert_eq!(offers.sku_named("91fd106f-4b2c-4938-95ac-f54f74e9a239", "Microsoft 365 E3"), None);
}

#[test]
fn a_unit_is_a_seat_or_not() {
    let loaded = parse(Part::UnitKinds, b"unit_kind,is_seat\n Barrels ,NO\nUsers,yes\n").unwrap();
    let kinds = &loaded.catalogue.offers.unit_kinds;
    assert_eq!((kinds["barrels"], kinds["users"], kinds.len()), (false, true, 2));
    check_refused(
        Part::UnitKinds,
        "unit_kind,is_seat\na,perhaps\nb,yes\nb,no\n",
        &[
            "unit_kinds.csv:2: `is_seat` `perhaps` must be `yes` or `no`",
            "unit_kinds.csv:4: unit `b` is `false` here and `true` above; remove one of the rows",
        ],
    );
    let built_in = built_in().parse().unwrap().catalogue.offers;
    assert!(built_in.unit_kinds["licenses"] && !built_in.unit_kinds["gigabytes"]);
}

#[test]
fn the_built_in_catalogue_is_whole() {
    let loaded = built_in().parse().unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(loaded.warnings, []);
    let catalogue = loaded.catalogue;
    let e3 = &catalogue.products[&sku(SKU)];
    assert_eq!(e3.part_number, "SPE_E3");
    for workload in ["exchange", "sharepoint", "teams", "yammer", "office_apps"] {
        assert!(e3.workloads.contains(workload), "{workload}");
        assert!(catalogue.apps.values().any(|other| other == workload), "{workload}");
    }
    // Graph is in no workload: sign-ins to it fall through to the client.
    assert_eq!(catalogue.workload_of("00000003-0000-0000-c000-000000000000", ""), None);
    assert!(!catalogue.offers.by_id.is_empty() && !catalogue.excluded.is_empty());
    for sku in catalogue.offers.by_id.values().chain(catalogue.excluded.keys()) {
        assert!(catalogue.products.contains_key(sku), "{sku} is not in skus.csv");
    }
}

/// Microsoft's own file, with all its flaws: `UPTAKE_REAL_CATALOGUE=/path/to/the.csv cargo test`.
#[test]
fn microsofts_file_is_read() {
    let Some(path) = std::env::var_os("UPTAKE_REAL_CATALOGUE") else {
        eprintln!("skipped: UPTAKE_REAL_CATALOGUE does not name Microsoft's CSV");
        return;
    };
    let bytes = std::fs::read(path).unwrap();
    let mut texts = built_in();
    texts.replace(Part::Skus, "real.csv", &bytes);
    let loaded = texts.parse().unwrap_or_else(|error| panic!("{error}"));
    let products = &loaded.catalogue.products;
    assert!(products.len() >= 600, "{}", products.len());
    assert!(
        products
            .values()
            .all(|product| !product.part_number.is_empty() && product.part_number.trim() == product.part_number)
    );
    let several = products.values().filter(|product| product.part_number == "MCOPSTN5").count();
    assert_eq!(several, 2);
    let warnings = texts_of(&loaded.warnings);
    assert!(warnings.iter().any(|warning| warning.contains("second name")), "{warnings:#?}");
    assert!(warnings.iter().any(|warning| warning.contains("repeat")), "{warnings:#?}");
}
