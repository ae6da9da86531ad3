//! Random portfolios: small, and full of what goes wrong.

mod lists;

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::strategy::Union;

use super::facts::*;
use lists::{audit, subscriptions, users_snapshot};

/// At most so many tenants and users; days at least and at most.
const TENANTS: u8 = 3;
const USERS: u8 = 6;
const DAYS: std::ops::RangeInclusive<u8> = 30..=45;

pub fn portfolio() -> impl Strategy<Value = Portfolio> {
    (1..=TENANTS, 1..=USERS)
        .prop_flat_map(|(tenants, users)| (knobs(), vec(fact(tenants, users), 1..45)).prop_map(|(knobs, facts)| Portfolio { knobs, facts }))
}

fn often<T: Clone + std::fmt::Debug + 'static>(usual: T, others: Vec<T>) -> BoxedStrategy<T> {
    let others = Union::new(others.into_iter().map(Just));
    prop_oneof![2 => Just(usual), 1 => others].boxed()
}

fn knobs() -> impl Strategy<Value = Knobs> {
    let all: &[&str] = &["interactive", "non_interactive", "action", "report"];
    let evidence = often(
        all,
        vec![
            &["interactive"],
            &["non_interactive"],
            &["interactive", "action"],
            &["interactive", "report"],
        ],
    );
    let unlicensed = often(None, vec![Some(&["yammer", "exchange"] as &[&str]), Some(&["teams"])]);
    let sold = often(None, vec![Some(&["active"] as &[&str]), Some(&["active", "grace", "disabled"])]);
    let entitled = often(
        None,
        vec![Some(&["active", "grace"] as &[&str]), Some(&["active", "disabled", "superseded"])],
    );
    let zone = often("UTC", vec!["Europe/Berlin", "America/New_York"]);
    let days = (0..3u8, DAYS, prop_oneof![2 => Just(0u8), 1 => 1..5u8]);
    (
        days,
        zone,
        1..=3u8,
        option::weighted(0.3, 0..20u8),
        evidence,
        (unlicensed, sold, entitled),
        option::weighted(0.3, 0..6u8),
        (
            any::<bool>(),
            any::<bool>(),
            option::weighted(0.7, 0..40u8),
            option::weighted(0.7, 1..12u8),
            exceptions(),
        ),
    )
        .prop_map(
            |(
                (start, days, days_beyond),
                zone,
                shards,
                first_day,
                evidence,
                (unlicensed_use, sold_states, entitled_states),
                exclude,
                (partner, low_limits, grace_days, snapshot_stale_days, exceptions),
            )| {
                let exclude = exclude.filter(|sku| *sku != 4);
                Knobs {
                    start,
                    days,
                    days_beyond,
                    zone,
                    shards,
                    first_day,
                    evidence,
                    unlicensed_use,
                    sold_states,
                    entitled_states,
                    exclude,
                    partner,
                    snapshot_stale_days,
                    low_limits,
                    grace_days,
                    exceptions,
                }
            },
        )
}

/// Mostly none.
fn exceptions() -> impl Strategy<Value = Exceptions> {
    (
        option::weighted(0.15, (1..=TENANTS, 0..45u8)),
        option::weighted(0.2, (1..=TENANTS, sku(), option::of(0..45u8))),
        option::weighted(0.15, (sku(), 0..45u8)),
        option::weighted(0.3, (1..=TENANTS, sku(), 1..4u8)),
    )
        .prop_map(|(customer, of_customer, product, spare)| Exceptions {
            customer,
            of_customer,
            product,
            spare,
        })
}

fn fact(tenants: u8, users: u8) -> BoxedStrategy<Fact> {
    let customers = (
        tenant(tenants),
        0..50u8,
        0..9u8,
        prop::bool::weighted(0.1),
        option::weighted(0.4, 0..45u8),
    );
    prop_oneof![
        7 => sign_in(tenants, users).prop_map(Fact::SignIn),
        5 => habit(tenants, users).prop_map(Fact::Habit),
        4 => action(tenants).prop_map(Fact::Action),
        4 => report(tenants).prop_map(Fact::Report),
        7 => life(tenants, users).prop_map(Fact::Life),
        2 => upgrade(tenants, users).prop_map(Fact::Life),
        2 => audit(tenants, users).prop_map(Fact::Audit),
        4 => users_snapshot(tenants, users).prop_map(Fact::Users),
        5 => subscriptions(tenants).prop_map(Fact::Subscriptions),
        1 => customers.prop_map(|(tenant, day, name, bad, left)| Fact::Customers { tenant, day, name, bad, left }),
        3 => support(tenants).prop_map(Fact::Support),
        2 => (tenant(tenants), 0..46u8, 0..15u8).prop_map(|(tenant, day, kind)| Fact::Junk(Junk { tenant, day, kind })),
    ]
    .boxed()
}

fn support(tenants: u8) -> impl Strategy<Value = Support> {
    (tenant(tenants), 0..6u8, minute(), 0..46u8, 0..6u8, prop::bool::weighted(0.1)).prop_map(|(tenant, id, at, day, spelling, bad)| {
        Support {
            tenant,
            id,
            at,
            day,
            spelling,
            bad,
        }
    })
}

/// The first tenant more often than the others: facts are to meet.
fn tenant(tenants: u8) -> BoxedStrategy<u8> {
    prop_oneof![1 => Just(0u8), 1 => 0..tenants].boxed()
}

/// Snapshots early in the portfolio more often.
fn early_day() -> BoxedStrategy<u8> {
    prop_oneof![1 => 0..12u8, 1 => 0..46u8].boxed()
}

fn sku() -> impl Strategy<Value = u8> {
    prop_oneof![5 => Just(0u8), 3 => Just(1u8), 2 => Just(2u8), 1 => 3..6u8]
}

/// A moment: round hours (where ties are), the minutes around midnights of the zones, and any.
fn minute() -> BoxedStrategy<Minute> {
    let day = || 0..46i32;
    let of_day = |minutes: Vec<i32>| Union::new(minutes.into_iter().map(Just));
    prop_oneof![
        2 => day().prop_map(|day| day * 1440 + 720),
        2 => (day(), of_day(vec![-1, 0, 1, 239, 240, 241, 299, 300, 1319, 1320, 1321, 1379, 1380])).prop_map(|(day, minute)| day * 1440 + minute),
        3 => -2000..46 * 1440i32,
    ]
    .boxed()
}

fn id() -> impl Strategy<Value = u16> {
    any::<u16>().no_shrink()
}

fn hours_late() -> BoxedStrategy<u16> {
    prop_oneof![5 => Just(0u16), 2 => 1..48u16, 1 => 48..240u16].boxed()
}

fn spelling() -> impl Strategy<Value = Spelling> {
    let rarely = || prop::bool::weighted(0.15);
    (prop_oneof![1 => Just(0u8), 1 => 1..6u8], rarely(), rarely(), rarely(), rarely()).prop_map(
        |(time, upper_case, packed_properties, hub, envelope_time)| Spelling {
            time,
            upper_case,
            packed_properties,
            hub,
            envelope_time,
        },
    )
}

fn sign_in(tenants: u8, users: u8) -> impl Strategy<Value = SignIn> {
    let code = prop_oneof![
        8 => Just(Code::Success),
        1 => Just(Code::Failed),
        1 => Just(Code::SuccessByEnvelope),
        1 => Just(Code::FailedByEnvelope),
        1 => Just(Code::Nowhere),
    ];
    let guest =
        prop_oneof![6 => Just(UserType::Member), 1 => Just(UserType::Guest), 1 => Just(UserType::Untold), 1 => Just(UserType::ByName)];
    let resource_tenant = prop_oneof![
        8 => Just(ResourceTenant::Own),
        1 => Just(ResourceTenant::Missing),
        1 => Just(ResourceTenant::Foreign),
        1 => Just(ResourceTenant::Word),
    ];
    let comes = prop_oneof![
        8 => Just(Comes::NobodySays),
        4 => Just(Comes::FromHere),
        1 => Just(Comes::FromElsewhere),
        1 => Just(Comes::AsTechnician),
    ];
    let agent = prop_oneof![
        8 => Just(Agent::NobodySays),
        2 => Just(Agent::NotAgentic),
        1 => Just(Agent::Application),
        1 => Just(Agent::WithUserAccount),
    ];
    let shift = prop_oneof![
        Just(0),
        Just(1),
        Just(-1),
        Just(6),
        Just(-60),
        Just(90),
        Just(130_000),
        Just(-86_400)
    ];
    let copy = (hours_late(), shift, prop::bool::weighted(0.2)).prop_map(|(hours_late, shift, failed)| Copy { hours_late, shift, failed });
    let who = (tenant(tenants), option::weighted(0.93, 0..users), minute(), id());
    let what = (
        option::weighted(0.93, 0..APPS.len() as u8),
        option::weighted(0.93, 0..APPS.len() as u8),
    );
    let kind = (
        any::<bool>(),
        option::weighted(0.85, any::<bool>()),
        code,
        guest,
        resource_tenant,
        comes,
        agent,
    );
    (who, (what, names()), kind, spelling(), hours_late(), vec(copy, 0..3)).prop_map(
        |(
            (tenant, user, at, id),
            ((resource, app), names),
            (interactive_log, is_interactive, code, guest, resource_tenant, comes, agent),
            spelling,
            hours_late,
            copies,
        )| SignIn {
            tenant,
            user,
            at,
            id,
            names,
            resource,
            app,
            interactive_log,
            is_interactive,
            code,
            guest,
            resource_tenant,
            comes,
            agent,
            spelling,
            hours_late,
            copies,
        },
    )
}

fn skus() -> impl Strategy<Value = Skus> {
    prop_oneof![3 => sku().prop_map(|bit| 1u8 << bit), 1 => 0..64u8]
}

fn habit(tenants: u8, users: u8) -> impl Strategy<Value = Habit> {
    let when = (0..40u8, 1..9u8, 1..12u8);
    (tenant(tenants), 0..users, id(), 0..7u8, prop::bool::weighted(0.6), when).prop_map(
        |(tenant, user, id, resource, interactive, (first_day, days_between, times))| Habit {
            tenant,
            user,
            id,
            resource,
            interactive,
            first_day,
            days_between,
            times,
        },
    )
}

fn report(tenants: u8) -> impl Strategy<Value = Report> {
    let what = prop_oneof![
        3 => (0..3u8).prop_map(Reported::Chats),
        2 => (0..3u8, 0..2u8).prop_map(|(sent, received)| Reported::Mails(sent, received)),
        3 => (0..200u8).prop_map(Reported::Services),
        2 => (0..2u8).prop_map(Reported::PagesOfTheDay),
    ];
    let days_late = prop_oneof![3 => 0..4u8, 1 => 0..9u8];
    (tenant(tenants), 0..NAMES, prop::bool::weighted(0.2), 0..46u8, days_late, what).prop_map(
        |(tenant, name, guest, day, days_late, what)| Report {
            tenant,
            name,
            guest,
            day,
            days_late,
            what,
        },
    )
}

fn action(tenants: u8) -> impl Strategy<Value = Action> {
    (tenant(tenants), 0..NAMES, minute(), id(), hours_late()).prop_map(|(tenant, name, at, id, hours_late)| Action {
        tenant,
        name,
        at,
        id,
        hours_late,
    })
}

/// Mostly users have the names that they always have.
fn names() -> impl Strategy<Value = u8> {
    prop_oneof![3 => Just(0u8), 1 => 1..NAMES]
}

fn life(tenants: u8, users: u8) -> impl Strategy<Value = Life> {
    (tenant(tenants), 0..users, id(), skus(), vec(step(), 0..7)).prop_map(|(tenant, user, id, before, steps)| Life {
        tenant,
        user,
        id,
        before,
        steps,
    })
}

/// A user whose product is replaced by another one with one change.
fn upgrade(tenants: u8, users: u8) -> impl Strategy<Value = Life> {
    let change = (sku(), sku(), 3000..40_000u16, hours_late());
    (tenant(tenants), 0..users, id(), change).prop_map(|(tenant, user, id, (old, new, minutes_later, hours_late))| Life {
        tenant,
        user,
        id,
        before: 1 << old,
        steps: vec![Step {
            minutes_later,
            deed: Deed::Toggle(1 << old | 1 << new),
            logged: true,
            update_user: false,
            failed: false,
            spelling: Spelling::default(),
            hours_late,
            copy: None,
        }],
    })
}

fn step() -> impl Strategy<Value = Step> {
    let later = prop_oneof![1 => Just(0u16), 1 => 1..120u16, 2 => 120..3000u16, 4 => 3000..20_000u16];
    let deed = prop_oneof![
        6 => skus().prop_map(Deed::Toggle),
        1 => Just(Deed::Toggle(0)),
        2 => any::<bool>().prop_map(|hard| Deed::Delete { hard }),
        2 => Just(Deed::Restore),
        1 => Just(Deed::AddUser),
        1 => Just(Deed::Nothing),
    ];
    let copy = option::weighted(
        0.15,
        (
            hours_late(),
            prop_oneof![Just(0), Just(7), Just(-7200), Just(200_000), Just(-200_000)],
        ),
    );
    (
        later,
        deed,
        prop::bool::weighted(0.8),
        any::<bool>(),
        prop::bool::weighted(0.07),
        spelling(),
        hours_late(),
        copy,
    )
        .prop_map(
            |(minutes_later, deed, logged, update_user, failed, spelling, hours_late, copy)| Step {
                minutes_later,
                deed,
                logged,
                update_user,
                failed,
                spelling,
                hours_late,
                copy,
            },
        )
}
