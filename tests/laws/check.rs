//! `uptake check` finds nothing wrong with a warehouse that the pipeline made, whatever came in, in
//! whatever order, and went away again.

use std::sync::atomic::AtomicBool;

use uptake::audit::check::check;
use uptake::audit::recompute::customer_choice::Share;
use uptake::audit::report::{CheckRequest, Report};
use uptake::engine::events::Watch;
use uptake::warehouse::store::Store;

use super::nights::{deliver, nights};
use super::{Request, Site, holds, render, strategy};

/// Checks a site, every customer computed again.
fn checked(site: &Site) -> Result<Report, String> {
    let watch = Watch {
        notify: &|_| {},
        interrupted: &AtomicBool::new(false),
    };
    let asked = CheckRequest {
        settings: &site.settings,
        store: &Store::at(&site.settings.warehouse),
        customers: Share::All,
        seed: None,
        unfinished: false,
        watch: &watch,
    };
    check(&asked).map_err(|error| format!("the check failed: {error}"))
}

fn is_healthy(site: &Site) -> Result<(), String> {
    if !site.settings.warehouse.join("activity_daily").exists() {
        return Ok(());
    }
    let report = checked(site)?;
    match report.is_healthy() {
        true => Ok(()),
        false => Err(format!("{report:#?}")),
    }
}

#[test]
fn a_check_finds_nothing_wrong_with_what_one_run_made() {
    holds(strategy::portfolio(), |portfolio| {
        is_healthy(&Site::ran(&portfolio.knobs, &render::files(portfolio))?)
    });
}

#[test]
fn a_check_finds_nothing_wrong_with_what_was_made_night_by_night() {
    holds((strategy::portfolio(), nights()), |(portfolio, nights)| {
        let mut site = Site::new(&portfolio.knobs);
        let mut story = String::new();
        deliver(&mut site, &render::files(portfolio), nights, |line| story += &format!("{line}\n"))?;
        while site
            .ask(&Request {
                max_days: nights.max_days,
                ..site.request()
            })?
            .days_left
            > 0
        {}
        is_healthy(&site).map_err(|wrong| format!("{wrong}\n{story}"))
    });
}
