//! From a pipeline file and a catalogue to settings, and the texts that fingerprints are made from.

use std::path::Path;

use super::*;
use crate::domain::catalogue::{Offers, Product};
use crate::domain::settings_group::SettingsGroup;
use crate::pipeline::file::parse;

const E3: &str = "05e9a617-0261-4cee-bb44-138d3ef5d965";
const PSTN: [&str; 2] = ["54a152dc-90de-4996-93d2-bc47e670fc06", "d43177b5-475b-4880-92d4-d54c27b5efbd"];
const NEW: &str = "00000000-0000-0000-0000-000000000001";

fn sku(text: &str) -> Guid {
    Guid::parse(text.as_bytes()).unwrap()
}

fn catalogue() -> Catalogue {
    let product = |part_number: &str, workloads: &[&str]| Product {
        part_number: part_number.to_owned(),
        name: format!("{part_number} by name"),
        workloads: workloads.iter().map(|&workload| workload.to_owned()).collect(),
        ..Product::default()
    };
    let mut catalogue = Catalogue::default();
    catalogue.products.insert(sku(E3), product("SPE_E3", &["teams", "exchange"]));
    catalogue.products.insert(sku(PSTN[0]), product("MCOPSTN5", &[]));
    catalogue.products.insert(sku(PSTN[1]), product("MCOPSTN5", &[]));
    catalogue
        .apps
        .insert("00000005-0000-0ff1-ce00-000000000000".to_owned(), "yammer".to_owned());
    catalogue.excluded.insert(sku(E3), "from the catalogue".to_owned());
    catalogue.offers = std::sync::Arc::new(Offers {
        by_id: [("cfq7ttc0lh18:0001".to_owned(), sku(E3))].into(),
        by_name: [("an e3".to_owned(), sku(E3))].into(),
        unit_kinds: [("licenses".to_owned(), true)].into(),
    });
    catalogue
}

/// A file whose line 1 is `top` and whose line 13 is the first of `rest`.
fn file(top: &str, rest: &str) -> PipelineFile {
    let middle = "[input]\nroot = \"raw\"\n[warehouse]\npath = \"w\"\npublished = \"p\"\n[[source]]\nfeed = \"activity\"\npath = \"a\"\n\n";
    parse(&format!("{top}\n{middle}\n{rest}"), Path::new("n.toml")).unwrap_or_else(|error| panic!("{error}"))
}

fn refused(file: PipelineFile) -> String {
    file.resolve(catalogue()).err().expect("should be refused").to_string()
}

#[test]
fn an_excluded_part_number_means_all_its_skus() {
    let file = file("", "[[exclude]]\nsku = \"mcopstn5\"\nreason = \"add  on\"\n");
    let settings = file.resolve(catalogue()).unwrap();
    let expected = format!("{E3}\tfrom the catalogue\n{}\tadd on\n{}\tadd on\n", PSTN[0], PSTN[1]);
    assert_eq!(settings.text(SettingsGroup::Scope), expected);
    assert_eq!(settings.warnings, []);
}

#[test]
fn the_files_reason_goes_before_the_catalogues() {
    let text = format!("[[exclude]]\nsku = \"{}\"\nreason = \"ours\"\n", E3.to_uppercase());
    assert_eq!(
        file("", &text).resolve(catalogue()).unwrap().text(SettingsGroup::Scope),
        format!("{E3}\tours\n")
    );
}

#[test]
fn an_excluded_guid_that_the_catalogue_lacks_is_taken_with_a_warning() {
    let settings = file("", &format!("[[exclude]]\nsku = \"{NEW}\"\nreason = \"new\"\n"))
        .resolve(catalogue())
        .unwrap();
    assert!(settings.rules.catalogue.excluded.contains_key(&sku(NEW)));
    let expected = format!("n.toml:13: [[exclude]] `{NEW}` is not in the SKU catalogue; check the GUID if it is not a new product");
    assert_eq!(settings.warnings[0].to_string(), expected);
}

#[test]
fn what_the_catalogue_does_not_know_is_refused_with_the_nearest_word() {
    let exclude = |sku: &str| format!("[[exclude]]\nsku = \"{sku}\"\nreason = \"r\"\n");
    let text = [exclude("SPE_E4"), exclude("what is this"), exclude("MCOPSTN5"), exclude(PSTN[0])].concat();
    let message = refused(file("unlicensed_use = [\"Yamer\", \"TEAMS\"]", &text));
    let expected = [
        "n.toml:1: unknown workload `Yamer` in `unlicensed_use`; did you mean `yammer`?".to_owned(),
        "n.toml:13: [[exclude]] `SPE_E4` is neither a GUID nor a known part number; did you mean `SPE_E3`?".to_owned(),
        "n.toml:16: [[exclude]] `what is this` is neither a GUID nor a known part number; take the GUID or `String_Id` of the SKU catalogue \
         (`skus` in [catalogue])"
            .to_owned(),
        format!("n.toml:22: [[exclude]] `{0}` is `{0}`, already excluded in line 19; remove one", PSTN[0]),
    ];
    assert_eq!(message, expected.join("\n"));
}

#[test]
fn a_pipeline_says_what_a_product_is_bought_for() {
    let texts = [
        "[[product]]\nsku = \"spe_e3\"\nworkloads = [\"Teams\"]\n".to_owned(),
        format!("[[product]]\nsku = \"{}\"\nworkloads = []\nalong = [\"yammer\"]\n", PSTN[0]),
        format!("[[product]]\nsku = \"{NEW}\"\nworkloads = [\"yammer\"]\n"),
    ];
    let settings = file("", &texts.concat()).resolve(catalogue()).unwrap();
    let expected = format!("{E3}\tteams\texchange\n{}\t\tyammer\n{NEW}\tyammer\n", PSTN[0]);
    let sorted = |text: &str| text.lines().map(str::to_owned).collect::<BTreeSet<String>>();
    assert_eq!(sorted(&settings.text(SettingsGroup::Workloads)), sorted(&expected));
    assert!(settings.rules.catalogue.entitles(sku(E3), "exchange"));
    assert_eq!(settings.rules.catalogue.products[&sku(NEW)].name, NEW);
    let expected = format!("n.toml:20: [[product]] `{NEW}` is not in the SKU catalogue; check the GUID if it is not a new product");
    assert_eq!(settings.warnings.iter().map(Problem::to_string).collect::<Vec<_>>(), [expected]);
}

#[test]
fn faults_of_a_product_are_said_with_their_lines() {
    let product = |sku: &str, workloads: &str| format!("[[product]]\nsku = \"{sku}\"\nworkloads = [{workloads}]\n");
    let text = [product("SPE_E3", "\"exhange\""), product(E3, "\"teams\""), product("SPE_E9", "")].concat();
    let expected = [
        "n.toml:14: unknown workload `exhange` in [[product]]; did you mean `exchange`?".to_owned(),
        format!("n.toml:16: [[product]] `{E3}` is `{E3}`, already in line 13; remove one"),
        "n.toml:19: [[product]] `SPE_E9` is neither a GUID nor a known part number; did you mean `SPE_E3`?".to_owned(),
    ];
    assert_eq!(refused(file("", &text)), expected.join("\n"));
    let error = parse("[[product]]\nsku = \"SPE_E3\"\nworkload = [\"teams\"]\n", Path::new("n.toml")).err();
    let message = error.expect("should be refused").to_string();
    assert!(
        message.contains("n.toml:3: unknown key `workload` in [[product]]; did you mean `workloads`?"),
        "{message}"
    );
    assert!(
        message.contains("n.toml:1: [[product]] lacks `workloads`; add `workloads = [\"...\"]`"),
        "{message}"
    );
}

#[test]
fn the_default_of_unlicensed_use_asks_no_catalogue() {
    let settings = file("", "").resolve(Catalogue::default()).unwrap();
    assert_eq!(settings.text(SettingsGroup::UnlicensedUse), "yammer\n");
}

#[test]
fn a_folder_that_nobody_names_is_asked_for() {
    let bare = || parse("[[source]]\nfeed = \"activity\"\npath = \"a\"\n", Path::new("n.toml")).unwrap();
    let expected = "n.toml: no `root` in [input]; write it, or pass `--input DIR`\n\
                    n.toml: no `path` in [warehouse]; write it, or pass `--warehouse DIR`\n\
                    n.toml: no `published` in [warehouse]; write it, or pass `--published DIR`";
    assert_eq!(refused(bare()), expected);
    let mut told = bare();
    told.inputs.inputs = vec![Input::only(PathBuf::from("raw"))];
    told.warehouse = Some(PathBuf::from("w"));
    told.published = Some(PathBuf::from("w"));
    assert_eq!(
        refused(told),
        "n.toml: warehouse and published are both `w`; give each its own folder"
    );
}

#[test]
fn texts_say_what_tables_read_and_nothing_else() {
    let settings = file("partner_tenant_id = \"05E9A617-0261-4CEE-BB44-138D3EF5D965\"", "")
        .resolve(catalogue())
        .unwrap();
    assert_eq!(settings.text(SettingsGroup::Apps), "00000005-0000-0ff1-ce00-000000000000\tyammer\n");
    assert_eq!(settings.text(SettingsGroup::Workloads), format!("{E3}\texchange,teams\n"));
    assert_eq!(
        settings.text(SettingsGroup::Offers),
        format!("cfq7ttc0lh18:0001\t{E3}\n\nan e3\t{E3}\n\nlicenses\ttrue\n")
    );
    assert_eq!(settings.text(SettingsGroup::Products).lines().count(), 3);
    assert_eq!(
        settings.text(SettingsGroup::Evidence),
        "interactive,non_interactive,action,report\n"
    );
    assert_eq!(settings.text(SettingsGroup::States), "active,grace\nactive\n");
    assert_eq!(settings.text(SettingsGroup::SnapshotAge), "35\n");
    assert_eq!(
        (settings.text(SettingsGroup::Zone).as_str(), settings.text(SettingsGroup::Partner)),
        ("UTC\n", format!("{E3}\n"))
    );
}

#[test]
fn a_key_is_long_enough_and_never_in_a_message() {
    let resolve = |key: Option<&[u8]>| {
        let text = "[[source]]\nfeed = \"activity\"\npath = \"a\"\n[input]\nroot = \"i\"\n[warehouse]\npath = \"w\"\npublished = \"p\"\n\
                    [privacy]\nuser_ids = \"pseudonymous\"\nkey_file = \"key\"";
        let mut file = crate::pipeline::file::parse(text, std::path::Path::new("n.toml")).unwrap();
        file.privacy.key = key.map(<[u8]>::to_vec);
        file.resolve(catalogue()).map_err(|error| error.to_string())
    };
    let short = resolve(Some(b"too-short\n")).err().unwrap();
    assert!(
        short.starts_with("n.toml:11: the key in `key` has 9 bytes, and at least 16 are needed"),
        "{short}"
    );
    assert!(!short.contains("too-short"));
    assert!(resolve(None).is_err());
    let text = |key: &[u8]| resolve(Some(key)).unwrap().text(SettingsGroup::UserIds);
    assert_ne!(text(b"0123456789abcdef"), text(b"0123456789abcdeg"));
    assert!(!text(b"0123456789abcdef").contains("0123456789abcdef"));
}

const CUSTOMER: &str = "a0000000-0000-4000-8000-00000000000a";

#[test]
fn a_customer_that_is_named_by_its_tenant_id_is_out_of_scope_from_the_day_on() {
    let text = format!(
        "[[exclude]]\ncustomer = \"{}\"\nfrom = \"2026-06-20\"\nreason = \"gone\"\n[[exclude]]\nsku = \"{}\"\nfrom = \"2026-07-01\"\nreason = \"old\"\n\
         [[exclude]]\ncustomer = \"Contoso\"\nsku = \"{}\"\nreason = \"pilot\"\n[[spare]]\ncustomer = \"contoso.example\"\nsku = \"{}\"\nseats = 3\n",
        CUSTOMER.to_uppercase(),
        PSTN[0],
        PSTN[1],
        PSTN[1]
    );
    let settings = file("", &text).resolve(catalogue()).unwrap();
    let reason = |tenant: &str, sku_id: &str, day: &str| {
        let day = Day::parse(day).unwrap();
        settings.rules.out_of_scope(sku(tenant), sku(sku_id), day).map(str::to_owned)
    };
    assert_eq!(reason(CUSTOMER, NEW, "2026-06-19"), None);
    assert_eq!(reason(CUSTOMER, NEW, "2026-06-20").unwrap(), "gone");
    assert_eq!(reason(NEW, PSTN[0], "2026-06-30"), None);
    assert_eq!(reason(NEW, PSTN[0], "2026-07-01").unwrap(), "old");
    assert_eq!(settings.text(SettingsGroup::Scope), format!("{E3}\tfrom the catalogue\n"));
    let expected = format!(
        "\t{}\t2026-07-01\told\n{}\t\t2026-06-20\tgone\nContoso\t{}\t\tpilot\n",
        PSTN[0],
        CUSTOMER.to_uppercase(),
        PSTN[1]
    );
    assert_eq!(settings.text(SettingsGroup::Exceptions), expected);
    assert_eq!(
        settings.text(SettingsGroup::SpareSeats),
        format!("contoso.example\t{}\t3\n", PSTN[1])
    );
    assert_eq!(
        settings.customer_exceptions.named().into_keys().collect::<Vec<_>>(),
        [&CUSTOMER.to_uppercase(), "Contoso", "contoso.example"]
    );
}

#[test]
fn what_is_excepted_twice_or_of_an_unknown_product_is_refused_and_spare_seats_out_of_scope_are_warned_of() {
    let exclude = |customer: &str| format!("[[exclude]]\ncustomer = \"{customer}\"\nreason = \"r\"\n");
    let spare = |sku: &str| format!("[[spare]]\ncustomer = \"Contoso\"\nsku = \"{sku}\"\nseats = 1\n");
    let text = [
        exclude("Contoso"),
        exclude("contoso"),
        spare(PSTN[0]),
        spare(PSTN[0]),
        spare("SPE_E4"),
    ]
    .concat();
    let expected = [
        "n.toml:16: [[exclude]] customer `contoso` is already excluded in line 13; remove one".to_owned(),
        format!(
            "n.toml:23: [[spare]] `{0}` of customer `Contoso` is `{0}`, already in line 19; remove one",
            PSTN[0]
        ),
        "n.toml:28: [[spare]] `SPE_E4` is neither a GUID nor a known part number; did you mean `SPE_E3`?".to_owned(),
    ];
    assert_eq!(refused(file("", &text)), expected.join("\n"));
    let settings = file("", &spare(E3)).resolve(catalogue()).unwrap();
    let warned: Vec<String> = settings.warnings.iter().map(ToString::to_string).collect();
    assert_eq!(
        warned,
        [format!(
            "n.toml:13: [[spare]] `{E3}` is out of scope and gets no advice anyway; remove the one or the other"
        )]
    );
}

/// What a file with these lines from line 4 on is refused for.
fn refused_file(lines: &str) -> String {
    let text = format!("[[source]]\nfeed = \"activity\"\npath = \"a\"\n{lines}");
    parse(&text, Path::new("n.toml")).err().expect("it is refused").to_string()
}

#[test]
fn delta_tables_have_a_folder_of_the_pipeline_or_a_url() {
    let delta = |lines: &str| file("", lines).delta;
    assert_eq!(delta(""), None);
    assert_eq!(delta("[export]\n"), None);
    assert_eq!(
        delta("[export.delta]\npath = \"az://box/lake\"\n"),
        Some(PathBuf::from("az://box/lake"))
    );
    let lake = delta("[export.delta]\npath = \"lake\"\n").expect("a folder");
    assert!(lake.ends_with("lake"), "{}", lake.display());
    assert_eq!(
        refused_file("[export.delta]\n"),
        "n.toml:4: [export.delta] lacks `path`; add `path = \"...\"`, the folder of the Delta tables, or the URL of one"
    );
    assert_eq!(
        refused_file("[export.iceberg]\npath = \"lake\"\n"),
        "n.toml:4: unknown key `iceberg` in [export]; known keys: `delta`"
    );
    assert_eq!(
        refused_file("[export.delta]\npath = 5\n"),
        "n.toml:5: `path` in [export.delta] must be a text in double quotes, not `5`"
    );
}
