//! Events, days, windows, coverage.

use std::collections::BTreeSet;

use super::world::{OFFICE, TENANT, World, at, day, ours, sign_in};
use crate::domain::day::Day;
use crate::domain::kinds::{Action, Evidence, Feed};
use crate::domain::subscription::State;
use crate::reference::{Activity28d, ActivityDaily, ActivityDailyKey, AdoptionKey, NameRow, first_day};
use crate::sources::record::{Activity, Position, Row, Sink};

fn key(user: &str, workload: &str, number: i32) -> ActivityDailyKey {
    ActivityDailyKey {
        day: day(number),
        tenant_id: TENANT,
        user_id: user.to_owned(),
        workload: workload.to_owned(),
    }
}

#[test]
fn of_several_copies_the_one_that_succeeded_is_kept_then_the_earliest() {
    let mut world = World::new();
    let copies = [(9, false), (11, true), (10, true), (8, false)];
    for (hour, succeeded) in copies {
        world.activity(Activity {
            succeeded,
            ..sign_in("e", "u", "teams-app", at(3, hour))
        });
    }
    let tables = world.tables(3, 3);
    let kept: Vec<_> = tables
        .activity_events
        .values()
        .map(|event| (event.event_time, event.succeeded))
        .collect();
    assert_eq!(kept, [(at(3, 10), true)]);
    let daily = ActivityDaily {
        interactive_sign_ins: 1,
        non_interactive_sign_ins: 0,
        actions: 0,
        reports: 0,
        guest: false,
        first_at: at(3, 10),
        last_at: at(3, 10),
    };
    assert_eq!(
        tables.activity_daily.into_iter().collect::<Vec<_>>(),
        [(key("u", "teams", 3), daily)]
    );
}

#[test]
fn an_event_by_name_and_by_user_id_is_one_once_the_name_is_known() {
    let mut world = World::new();
    world.activity(sign_in("e", "u", "teams-app", at(3, 9)));
    world.activity(sign_in("e", "upn:u", "teams-app", at(3, 8)));
    world.activity(Activity {
        succeeded: false,
        ..sign_in("e", "upn:v", "teams-app", at(3, 7))
    });
    let counted = |world: &World| -> Vec<_> {
        let rows = world.tables(3, 3).activity_daily.into_iter();
        rows.map(|(key, row)| (key.user_id, row.interactive_sign_ins, row.first_at))
            .collect()
    };
    assert_eq!(counted(&world), [("u".to_owned(), 1, at(3, 9)), ("upn:u".to_owned(), 1, at(3, 8))]);
    for name in ["upn:u", "upn:v"] {
        world.inputs.names.push(NameRow {
            tenant_id: TENANT,
            name_id: name.to_owned(),
            user_id: "u".to_owned(),
            day: Some(day(9)),
        });
    }
    assert_eq!(counted(&world), [("u".to_owned(), 1, at(3, 8))]);
}

#[test]
fn a_late_copy_of_a_deletion_takes_no_name_away() {
    let mut world = World::new();
    world.inputs.names.push(NameRow {
        tenant_id: TENANT,
        name_id: "upn:u".to_owned(),
        user_id: "u".to_owned(),
        day: Some(day(1)),
    });
    world.activity(sign_in("e", "upn:u", "teams-app", at(6, 8)));
    world.change("u", OFFICE, Action::Deleted, at(2, 8));
    world.change("u", OFFICE, Action::Restored, at(3, 8));
    let mut copy = world.inputs.license_changes[0].clone();
    copy.event_time = at(4, 8);
    world.inputs.license_changes.push(copy);
    let users: Vec<String> = world.tables(6, 6).activity_daily.into_keys().map(|key| key.user_id).collect();
    assert_eq!(users, ["u"]);
}

#[test]
fn of_copies_at_one_time_the_first_by_file_line_and_record_is_kept() {
    let mut world = World::new();
    let context = world.context(None, None);
    for (path, line, record, named) in [
        ("b", 1, 1, "yammer"),
        ("a", 2, 2, "exchange"),
        ("a", 2, 1, "teams"),
        ("a", 3, 0, "yammer"),
    ] {
        let action = Activity {
            interactive: None,
            evidence: Evidence::Action,
            named_workload: Some(named),
            ..sign_in("e", "u", "", at(3, 9))
        };
        let mut sink = world.inputs.file(Feed::Activity, 0, path, day(3), &context);
        sink.row(Position { line, record }, Row::Activity(action));
    }
    let events = world.tables(3, 3).activity_events;
    assert_eq!(
        events.values().map(|event| event.workload.as_deref()).collect::<Vec<_>>(),
        [Some("teams")]
    );
}

#[test]
fn copies_on_different_days_are_different_events() {
    let mut world = World::new();
    world.activity(sign_in("e", "u", "teams-app", at(3, 23)));
    world.activity(sign_in("e", "u", "teams-app", at(4, 0)));
    let tables = world.tables(3, 4);
    assert_eq!(tables.activity_events.len(), 2);
    assert_eq!(
        tables.activity_daily.keys().cloned().collect::<Vec<_>>(),
        [key("u", "teams", 3), key("u", "teams", 4)]
    );
}

#[test]
fn the_resource_decides_else_the_client_and_a_foreign_resource_is_no_workload() {
    let mut world = World::new();
    world.activity(Activity {
        app_id: "exchange-app",
        ..sign_in("1", "u", "teams-app", at(3, 1))
    });
    world.activity(Activity {
        app_id: "exchange-app",
        ..sign_in("2", "u", "graph", at(3, 1))
    });
    world.activity(sign_in("3", "u", "graph", at(3, 1)));
    world.activity(Activity {
        foreign_resource: true,
        ..sign_in("4", "u", "teams-app", at(3, 1))
    });
    let events = world.tables(3, 3).activity_events;
    let workloads: Vec<_> = events.values().map(|event| event.workload.as_deref()).collect();
    assert_eq!(workloads, [Some("teams"), Some("exchange"), None, None]);
}

#[test]
fn an_agents_sign_in_is_kept_and_is_no_activity() {
    let mut world = World::new();
    world.activity(Activity {
        agent: true,
        ..sign_in("1", "u", "teams-app", at(3, 1))
    });
    world.activity(sign_in("2", "v", "teams-app", at(3, 1)));
    let tables = world.tables(3, 3);
    let agents: Vec<_> = tables
        .activity_events
        .values()
        .map(|event| (event.agent, event.workload.as_deref()))
        .collect();
    assert_eq!(agents, [(true, None), (false, Some("teams"))]);
    assert_eq!(tables.activity_daily.into_keys().collect::<Vec<_>>(), [key("v", "teams", 3)]);
}

#[test]
fn a_window_has_28_days_and_each_evidence_its_bits() {
    // D = 30: day 2 is bit 28 and out, day 3 is bit 27, day 29 bit 1, day 30 bit 0.
    let mut world = World::new();
    for number in [2, 3, 30] {
        world.sign_in("u", "teams", number);
    }
    world.activity(Activity {
        interactive: Some(false),
        evidence: Evidence::NonInteractive,
        ..sign_in("n", "u", "teams-app", at(29, 5))
    });
    let action = Activity {
        interactive: None,
        evidence: Evidence::Action,
        named_workload: Some("teams"),
        ..sign_in("a", "u", "", at(30, 5))
    };
    world.activity(Activity {
        succeeded: false,
        ..action
    }); // an action has no error code
    world.activity(Activity { user_id: "", ..action }); // nobody's

    let expected = |active_bits, active_days, last| Activity28d {
        active_bits,
        interactive_bits: 1 << 27 | 1,
        non_interactive_bits: 2,
        action_bits: 1,
        report_bits: 0,
        active_days,
        last_active_day: last,
    };
    let rows = world.tables(30, 30).activity_28d;
    assert_eq!(
        rows.into_iter().collect::<Vec<_>>(),
        [(key("u", "teams", 30), expected(1 << 27 | 3, 3, Some(day(30))))]
    );

    world.rules.evidence = BTreeSet::from([Evidence::NonInteractive]);
    assert_eq!(
        world.tables(30, 30).activity_28d[&key("u", "teams", 30)],
        expected(2, 1, Some(day(29)))
    );

    // On day 57 only day 30 is left (bit 27), and it has no chosen evidence: the row exists with
    // active_bits 0.
    let late = &world.tables(57, 58).activity_28d;
    assert_eq!(late.len(), 1);
    let row = &late[&key("u", "teams", 57)];
    assert_eq!(
        (row.active_bits, row.interactive_bits, row.action_bits, row.last_active_day),
        (0, 1 << 27, 1 << 27, None)
    );
}

#[test]
fn any_row_covers_its_day_and_the_first_one_completes_windows() {
    let mut world = World::new();
    world.sold(TENANT, 0, &[("s", OFFICE, 5, State::Active)]);
    world.activity(Activity {
        succeeded: false,
        user_id: "",
        ..sign_in("1", "", "graph", at(2, 5))
    });
    world.sign_in("u", "teams", 5);
    let tables = world.tables(1, 33);
    let of = |number| {
        let row = &tables.adoption[&AdoptionKey {
            day: day(number),
            tenant_id: TENANT,
            sku_id: OFFICE,
        }];
        (row.window_days_covered, row.window_complete)
    };
    // The window of day 29 is 2 ... 29, that of day 30 is 3 ... 30, that of day 33 is 6 ... 33.
    assert_eq!(
        [of(1), of(2), of(5), of(28), of(29), of(30), of(33)],
        [(0, false), (1, false), (2, false), (2, false), (2, true), (1, true), (0, true)]
    );
}

#[test]
fn only_counted_sign_ins_make_a_guest() {
    let mut world = World::new();
    world.activity(Activity {
        guest: true,
        succeeded: false,
        ..sign_in("1", "u", "teams-app", at(3, 5))
    });
    world.sign_in("u", "teams", 3);
    world.activity(Activity {
        guest: true,
        ..sign_in("2", "v", "teams-app", at(3, 5))
    });
    world.sign_in("v", "teams", 3);
    let action = Activity {
        interactive: None,
        evidence: Evidence::Action,
        named_workload: Some("teams"),
        ..sign_in("3", "w", "", at(3, 5))
    };
    world.activity(Activity { guest: true, ..action }); // no sign-in
    let daily = world.tables(3, 3).activity_daily;
    let rows: Vec<_> = daily
        .values()
        .map(|row| (row.interactive_sign_ins, row.actions, row.guest))
        .collect();
    assert_eq!(rows, [(1, 0, false), (2, 0, true), (0, 1, false)]);
}

#[test]
fn the_first_day_is_that_of_a_sign_in_or_a_snapshot_but_a_stray_event_does_not_stretch_it() {
    let mut world = World::new();
    assert_eq!(first_day(&world.inputs, Some(day(1))), None);
    let action = Activity {
        interactive: None,
        evidence: Evidence::Action,
        ..sign_in("a", "u", "", at(1, 5))
    };
    world.activity(action); // no sign-in
    world.sign_in("u", "teams", 50);
    assert_eq!(first_day(&world.inputs, Some(day(60))), Some(day(50)));
    world.subscriptions(0, TENANT, 40, &[ours("s", OFFICE, 1, State::Active)]);
    assert_eq!(first_day(&world.inputs, Some(day(60))), Some(day(40)));
    world.sign_in("u", "teams", -3000);
    assert_eq!(first_day(&world.inputs, Some(day(60))), Some(day(25)));
    assert_eq!(first_day(&world.inputs, None), Some(day(-3000)));
    world.subscriptions(0, TENANT, -6000, &[ours("s", OFFICE, 1, State::Active)]); // 2008
    assert_eq!(first_day(&world.inputs, None), Day::parse("2010-01-01"));
}
