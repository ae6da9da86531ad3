//! Audit records of no consequence, and lists.

use super::*;

pub fn audit(tenants: u8, users: u8) -> impl Strategy<Value = Audit> {
    let told = prop_oneof![
        5 => (skus(), skus()).prop_map(|(old, new)| Told::Lists(old, new)),
        1 => any::<bool>().prop_map(|hard| Told::Delete { hard }),
        1 => Just(Told::Restore),
    ];
    (
        tenant(tenants),
        0..users,
        minute(),
        id(),
        told,
        prop::bool::weighted(0.1),
        spelling(),
        hours_late(),
    )
        .prop_map(|(tenant, user, at, id, what, failed, spelling, hours_late)| Audit {
            tenant,
            user,
            at,
            id,
            what,
            failed,
            spelling,
            hours_late,
        })
}

fn form() -> impl Strategy<Value = Form> {
    prop_oneof![
        4 => Just(Form::Page),
        1 => Just(Form::PrettyPage),
        2 => Just(Form::TwoPages),
        2 => Just(Form::Lines),
        1 => Just(Form::Cut),
        1 => Just(Form::SecondCut),
        2 => Just(Form::Powershell),
    ]
}

pub fn users_snapshot(tenants: u8, users: u8) -> impl Strategy<Value = Users> {
    let held = prop_oneof![3 => skus(), 1 => Just(0u8)];
    let without_a_seat = prop_oneof![2 => Just(0u8), 1 => skus()];
    let listed = (0..users, held, any::<bool>(), option::of(prop::bool::weighted(0.6)), without_a_seat);
    let listed = listed.prop_map(|(user, skus, states, enabled, without_a_seat)| ListedUser {
        user,
        skus,
        states,
        enabled,
        without_a_seat,
    });
    let listed = vec(listed, 0..5);
    (
        tenant(tenants),
        early_day(),
        any::<bool>(),
        (listed, names()),
        form(),
        prop::bool::weighted(0.15),
        prop::bool::weighted(0.15),
    )
        .prop_map(|(tenant, day, truthful, (listed, names), form, announces_next, reject)| Users {
            tenant,
            day,
            truthful,
            listed,
            names,
            form,
            announces_next,
            reject,
        })
}

pub fn subscriptions(tenants: u8) -> impl Strategy<Value = Subscriptions> {
    let status = Union::new_weighted(
        [
            "Enabled",
            "Warning",
            "Suspended",
            "Deleted",
            "LockedOut",
            "active",
            "IN GRACE PERIOD",
            "none",
            "Upgraded",
            "Deprovisioned",
        ]
        .into_iter()
        .enumerate()
        .map(|(number, status)| (if number == 0 { 10 } else { 1 + u32::from(number == 1) }, Just(status)))
        .collect(),
    );
    let owner = prop_oneof![3 => Just(Owner::Partner), 1 => Just(Owner::Customer), 1 => Just(Owner::Nobody), 1 => Just(Owner::Somebody)];
    let seats = prop_oneof![4 => 1..4u8, 1 => Just(0u8), 1 => any::<u8>()];
    let listed = (
        0..7u8,
        sku(),
        seats,
        status,
        prop::bool::weighted(0.2),
        owner,
        option::of(0..90u8),
        option::of(prop_oneof![0..40u16, 200..800u16]),
        prop::bool::weighted(0.1),
    )
        .prop_map(|(id, sku, seats, status, is_trial, owner, ends, bought, upper_case)| Subscription {
            id,
            sku,
            seats,
            status,
            is_trial,
            owner,
            ends,
            bought,
            upper_case,
        });
    (
        tenant(tenants),
        early_day(),
        prop::bool::weighted(0.25),
        vec(listed, 0..8),
        form(),
        prop::bool::weighted(0.1),
    )
        .prop_map(|(tenant, day, second_source, listed, form, reject)| Subscriptions {
            tenant,
            day,
            second_source,
            listed,
            form,
            reject,
        })
}
