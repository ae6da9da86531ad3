//! The dimensions of the star schema: customers, products and days.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::catalogue::Catalogue;
use crate::domain::day::Day;
use crate::domain::guid::Guid;
use crate::domain::next_steps::Language;
use crate::domain::words::Words;
use crate::stages::received::customers::Customer;
use crate::warehouse::table::table;

table! {
    /// A customer: one row for every tenant that any table names.
    CUSTOMER_DIMENSION = "customers", version 2, Whole, single;
    CustomerEntry {
        @key tenant_id: Guid = "the customer's tenant",
        name: Option<String> = "name; null where no customer list has it",
        domain: Option<String> = "internet domain; null where no customer list has it",
        country: Option<String> = "country; null where no customer list has it",
        segment: Option<String> = "the partner's segment; null where no customer list has it",
        left_on: Option<Day> = "the first day on which it is no customer any more, by the customer list; null: it still is one",
    }
}

table! {
    /// A product: one row for every SKU that any table names, also one that the catalogue lacks.
    PRODUCTS = "products", version 1, Whole, single;
    ProductEntry {
        @key sku_id: Guid = "the product",
        part_number: Option<String> = "Microsoft's short name, such as `SPE_E3`; null where the catalogue lacks it",
        name: Option<String> = "display name; null where the catalogue lacks it",
        workloads: Option<String> = "the workloads that it is bought for, separated by commas; empty for a product without any, null where the catalogue lacks it",
        in_scope: bool = "counts in workload_adoption and portfolio",
        scope_reason: Option<String> = "why it does not",
    }
}

table! {
    /// A day of the published tables.
    CALENDAR = "calendar", version 2, Whole, single;
    CalendarDay {
        @key day: Day = "the day",
        year: i64 = "calendar year",
        quarter: i64 = "quarter, 1 to 4",
        month: i64 = "month, 1 to 12",
        month_name: String = "name of the month, in the pipeline's language",
        year_month: String = "year and month, such as `2026-09`: sorts in the order of time",
        iso_year: i64 = "the year that the ISO week belongs to; around New Year it can be another than `year`",
        week: i64 = "ISO week, 1 to 53; around New Year it can be a week of the year before or after",
        weekday: i64 = "day of the week, 1 Monday to 7 Sunday",
        is_last: bool = "the last published day",
    }
}

/// `None` for an empty text.
pub(super) fn filled(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}

/// One row for every tenant that occurs in a table or in a customer list.
pub(super) fn customers(listed: &[Customer], seen: &BTreeSet<Guid>) -> Vec<CustomerEntry> {
    let listed: BTreeMap<Guid, &Customer> = listed.iter().map(|customer| (customer.tenant_id, customer)).collect();
    let tenants: BTreeSet<Guid> = seen.iter().chain(listed.keys()).copied().collect();
    let entry = |tenant_id: Guid| {
        let text = |of: fn(&Customer) -> &str| listed.get(&tenant_id).and_then(|customer| filled(of(customer))).map(str::to_owned);
        CustomerEntry {
            tenant_id,
            name: text(|customer| &customer.name),
            domain: text(|customer| &customer.domain),
            country: text(|customer| &customer.country),
            segment: text(|customer| &customer.segment),
            left_on: listed.get(&tenant_id).and_then(|customer| customer.left_on),
        }
    };
    tenants.into_iter().map(entry).collect()
}

/// One row for every SKU that occurs in a table.
pub(super) fn products(catalogue: &Catalogue, seen: &BTreeSet<Guid>) -> Vec<ProductEntry> {
    let entry = |&sku_id: &Guid| {
        let product = catalogue.products.get(&sku_id);
        let reason = catalogue.excluded.get(&sku_id);
        ProductEntry {
            sku_id,
            part_number: product.and_then(|product| filled(&product.part_number)).map(str::to_owned),
            name: product.and_then(|product| filled(&product.name)).map(str::to_owned),
            workloads: product.map(|product| product.workloads.iter().map(String::as_str).collect::<Vec<_>>().join(",")),
            in_scope: reason.is_none(),
            scope_reason: reason.cloned(),
        }
    };
    seen.iter().map(entry).collect()
}

/// Every day from `first` to `last`.
pub(super) fn calendar(first: Day, last: Day, language: Language) -> Vec<CalendarDay> {
    let entry = |day: Day| {
        let (date, week) = (day.date(), day.date().iso_week_date());
        CalendarDay {
            day,
            year: i64::from(date.year()),
            quarter: (i64::from(date.month()) + 2) / 3,
            month: i64::from(date.month()),
            month_name: Words(language).month(date.month()).to_owned(),
            year_month: format!("{:04}-{:02}", date.year(), date.month()),
            iso_year: i64::from(week.year()),
            week: i64::from(week.week()),
            weekday: i64::from(date.weekday().to_monday_one_offset()),
            is_last: day == last,
        }
    };
    first.to(last).map(entry).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::catalogue::Product;

    #[track_caller]
    fn check_week(day: &str, (iso_year, week): (i64, i64), weekday: i64) {
        let day = Day::parse(day).unwrap();
        let row = &calendar(day, day, Language::English)[0];
        assert_eq!((row.iso_year, row.week, row.weekday), (iso_year, week, weekday), "{day}");
    }

    #[test]
    fn weeks_at_the_turn_of_a_year_are_iso_weeks() {
        check_week("2025-12-28", (2025, 52), 7);
        check_week("2025-12-29", (2026, 1), 1);
        check_week("2026-01-01", (2026, 1), 4);
        check_week("2026-12-31", (2026, 53), 4);
        check_week("2027-01-03", (2026, 53), 7);
        check_week("2027-01-04", (2027, 1), 1);
    }

    #[test]
    fn a_day_has_its_quarter_and_the_name_of_its_month_in_the_pipelines_language() {
        let day = Day::parse("2027-03-31").unwrap();
        let row = |language| calendar(day, day, language).remove(0);
        let english = row(Language::English);
        let expected = CalendarDay {
            day,
            year: 2027,
            quarter: 1,
            month: 3,
            month_name: "March".to_owned(),
            year_month: "2027-03".to_owned(),
            iso_year: 2027,
            week: 13,
            weekday: 3,
            is_last: true,
        };
        assert_eq!(english, expected);
        assert_eq!(row(Language::German).month_name, "März");
        let quarters = calendar(day, day.plus(275), Language::English);
        let new_year = quarters.last().unwrap();
        assert_eq!((new_year.day.to_string().as_str(), new_year.quarter), ("2027-12-31", 4));
        assert_eq!(quarters[1].quarter, 2);
    }

    #[test]
    fn only_the_last_day_is_the_last_and_no_day_is_no_row() {
        let days = calendar(Day(0), Day(2), Language::English);
        assert_eq!(days.iter().map(|day| day.is_last).collect::<Vec<_>>(), [false, false, true]);
        assert!(calendar(Day(1), Day(0), Language::English).is_empty());
    }

    #[test]
    fn a_tenant_without_a_list_and_a_listed_one_without_facts_both_have_a_row() {
        let listed = Customer {
            tenant_id: Guid(2),
            source_file: "list.csv".to_owned(),
            source_line: 2,
            name: "Contoso".to_owned(),
            domain: String::new(),
            country: "DE".to_owned(),
            segment: String::new(),
            left_on: Some(Day(20_000)),
        };
        let rows = customers(&[listed], &BTreeSet::from([Guid(1)]));
        let nobody = CustomerEntry {
            tenant_id: Guid(1),
            name: None,
            domain: None,
            country: None,
            segment: None,
            left_on: None,
        };
        let contoso = CustomerEntry {
            tenant_id: Guid(2),
            name: Some("Contoso".to_owned()),
            country: Some("DE".to_owned()),
            left_on: Some(Day(20_000)),
            ..nobody.clone()
        };
        assert_eq!(rows, [nobody, contoso]);
    }

    #[test]
    fn a_product_that_the_catalogue_lacks_has_a_row_without_names() {
        let mut catalogue = Catalogue::default();
        let workloads = BTreeSet::from(["teams".to_owned(), "exchange".to_owned()]);
        catalogue.products.insert(
            Guid(1),
            Product {
                part_number: "E3".to_owned(),
                name: "Office".to_owned(),
                workloads,
                ..Product::default()
            },
        );
        catalogue.products.insert(
            Guid(9),
            Product {
                part_number: "X".to_owned(),
                name: "Nobody has it".to_owned(),
                ..Product::default()
            },
        );
        catalogue.excluded.insert(Guid(1), "free".to_owned());
        let rows = products(&catalogue, &BTreeSet::from([Guid(1), Guid(2)]));
        let known = ProductEntry {
            sku_id: Guid(1),
            part_number: Some("E3".to_owned()),
            name: Some("Office".to_owned()),
            workloads: Some("exchange,teams".to_owned()),
            in_scope: false,
            scope_reason: Some("free".to_owned()),
        };
        let unknown = ProductEntry {
            sku_id: Guid(2),
            part_number: None,
            name: None,
            workloads: None,
            in_scope: true,
            scope_reason: None,
        };
        assert_eq!(rows, [known, unknown]);
    }
}
