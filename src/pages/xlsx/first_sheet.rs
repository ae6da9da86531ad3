//! The first sheet: the figures of the day, and a chart of their trend. The numbers of the chart
//! stand on the same sheet.

use rust_xlsxwriter::{Chart, ChartType, Workbook, Worksheet, XlsxError};

use crate::domain::day::Day;
use crate::domain::guid::Guid;
use crate::domain::words::report as said;
use crate::domain::words::{Words, outcomes};
use crate::pages::figures::Figures;
use crate::pages::figures::outlook::{self, Outlook};
use crate::pages::xlsx::cells::{Formats, excel_date, fitting};

/// The first row of the trend: below its headings.
const FIRST: u32 = 13;
const HEADINGS: u32 = FIRST - 1;
/// The row of where usage leads.
const OUTLOOK: u32 = 9;

/// The shares of a day.
type Shares = [Option<f64>; 3];

pub(super) fn write(
    workbook: &mut Workbook,
    words: Words,
    formats: &Formats,
    figures: &Figures,
    customer: Option<Guid>,
) -> Result<(), XlsxError> {
    let name = words.say(said::AT_A_GLANCE);
    let sheet = workbook.add_worksheet();
    sheet.set_name(name)?;
    sheet.set_column_width(0, 46.0)?;
    sheet.set_column_range_width(1, 3, 15.0)?;
    let of_customer = customer.and_then(|id| figures.customers.iter().find(|customer| customer.id() == id));
    let title = match of_customer {
        Some(customer) => words.fill(said::CUSTOMER_TITLE, &[("customer", &customer.name())]),
        None => words.say(said::PORTFOLIO_TITLE).to_owned(),
    };
    sheet.write_string_with_format(0, 0, fitting(&title), &formats.title)?;
    let on_day = words.fill(said::ON_DAY, &[("day", &words.date(figures.day))]);
    sheet.write_string_with_format(1, 0, on_day, &formats.soft)?;
    let trend: Vec<Shares> = match of_customer {
        Some(customer) => {
            let shares = |sums: &Option<crate::pages::figures::sums::Sums>| {
                sums.map_or([None; 3], |sums| [sums.deployment(), sums.usage(), sums.usage_adjusted()])
            };
            customer.trend.iter().map(shares).collect()
        }
        None => {
            let rows = figures.portfolio.trend.iter();
            rows.map(|row| {
                let row = row.as_ref();
                [
                    row.and_then(|row| row.deployment_ratio),
                    row.and_then(|row| row.usage_ratio),
                    row.and_then(|row| row.usage_ratio_adjusted),
                ]
            })
            .collect()
        }
    };
    cards(
        sheet,
        words,
        formats,
        figures,
        of_customer.map(|customer| customer.id()),
        trend.last(),
    )?;
    let outlook = match of_customer {
        Some(customer) => outlook::of_customer(figures, customer),
        None => outlook::of_portfolio(figures),
    };
    leads_to(sheet, words, formats, outlook.as_ref())?;
    let days: Vec<Day> = figures.days().collect();
    numbers(sheet, words, formats, &days, &trend)?;
    if !days.is_empty() {
        chart(sheet, words, name, days.len())?;
    }
    Ok(())
}

/// The figures: a share, and what it is a part of.
fn cards(
    sheet: &mut Worksheet,
    words: Words,
    formats: &Formats,
    figures: &Figures,
    customer: Option<Guid>,
    shares: Option<&Shares>,
) -> Result<(), XlsxError> {
    let of_customer = figures.customers.iter().find(|of| Some(of.id()) == customer);
    let all = figures.portfolio.all.as_ref();
    let counts: [(Option<i64>, Option<i64>); 3] = match of_customer {
        Some(customer) => {
            let sums = customer.sums.unwrap_or_default();
            let entitled = sums.seats.map(|seats| seats.entitlements);
            [
                (Some(sums.seats_assigned), sums.seats.map(|seats| seats.sold)),
                (Some(sums.entitlements_active), entitled),
                (Some(sums.active_current), entitled),
            ]
        }
        None => [
            (all.and_then(|row| row.seats_assigned), all.and_then(|row| row.seats_sold)),
            (
                all.and_then(|row| row.entitlements_active),
                all.and_then(|row| row.entitlements_total),
            ),
            (all.and_then(|row| row.active_current), all.and_then(|row| row.entitlements_total)),
        ],
    };
    let names = [said::DEPLOYMENT, said::USAGE, said::ADJUSTED];
    for (place, (name, (part, whole))) in names.into_iter().zip(counts).enumerate() {
        let row = 3 + place as u32;
        sheet.write_string(row, 0, words.say(name))?;
        if let Some(share) = shares.and_then(|shares| shares[place]) {
            sheet.write_number_with_format(row, 1, share, &formats.share)?;
        }
        for (at, count) in [(2, part), (3, whole)] {
            if let Some(count) = count {
                sheet.write_number_with_format(row, at, count as f64, &formats.count)?;
            }
        }
    }
    let (customers, seats) = match of_customer {
        Some(customer) => (None, customer.seats_to_win_back()),
        None => (all.map(|row| row.customers), figures.portfolio.seats_to_win_back),
    };
    sheet.write_string(6, 0, words.say(said::WIN_BACK))?;
    sheet.write_number_with_format(6, 1, seats as f64, &formats.count)?;
    if let Some(customers) = customers {
        sheet.write_string(7, 0, words.say(said::CUSTOMERS))?;
        sheet.write_number_with_format(7, 1, customers as f64, &formats.count)?;
    }
    Ok(())
}

/// Where usage leads: the expected share, and the ends of its range.
fn leads_to(sheet: &mut Worksheet, words: Words, formats: &Formats, outlook: Option<&Outlook>) -> Result<(), XlsxError> {
    let Some(outlook) = outlook else {
        sheet.write_string(OUTLOOK, 0, words.say(outcomes::OUTLOOK_CELL_NONE))?;
        return Ok(());
    };
    let name = words.fill(outcomes::OUTLOOK_CELL, &[("day", &words.date(outlook.day))]);
    sheet.write_string(OUTLOOK, 0, name)?;
    for (at, share) in (1..).zip([outlook.expected, outlook.low, outlook.high]) {
        sheet.write_number_with_format(OUTLOOK, at, share, &formats.share)?;
    }
    Ok(())
}

fn numbers(sheet: &mut Worksheet, words: Words, formats: &Formats, days: &[Day], trend: &[Shares]) -> Result<(), XlsxError> {
    sheet.write_string_with_format(HEADINGS - 1, 0, words.say(said::TREND), &formats.soft)?;
    for (at, name) in (0..).zip([said::DAY, said::DEPLOYMENT, said::USAGE, said::ADJUSTED]) {
        sheet.write_string_with_format(HEADINGS, at, words.say(name), &formats.heading)?;
    }
    for (row, (day, shares)) in (FIRST..).zip(days.iter().zip(trend)) {
        sheet.write_datetime_with_format(row, 0, &excel_date(*day)?, &formats.day)?;
        for (at, share) in (1..).zip(shares) {
            if let Some(share) = share {
                sheet.write_number_with_format(row, at, *share, &formats.share)?;
            }
        }
    }
    Ok(())
}

fn chart(sheet: &mut Worksheet, words: Words, name: &str, days: usize) -> Result<(), XlsxError> {
    let last = FIRST + days as u32 - 1;
    let mut chart = Chart::new(ChartType::Line);
    for (at, series) in (1..).zip([said::DEPLOYMENT, said::USAGE, said::ADJUSTED]) {
        chart
            .add_series()
            .set_name(words.say(series))
            .set_categories((name, FIRST, 0, last, 0))
            .set_values((name, FIRST, at, last, at));
    }
    chart.title().set_name(words.say(said::TREND));
    chart.y_axis().set_num_format("0%").set_min(0);
    chart.x_axis().set_num_format("yyyy-mm-dd");
    chart.set_width(820).set_height(360);
    sheet.insert_chart(2, 5, &chart)?;
    Ok(())
}
