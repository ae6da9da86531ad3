//! The stories: what each customer is there to show. The first eight customers tell one each, in
//! this order. Most of the further ones tell the more usual stories.

use crate::sample::chance::Chance;
use crate::sample::customer::draft;
use crate::sample::customer::draft::Draft;
use crate::sample::customer::portfolio::{AccountKind, BEFORE, Customer, Grant, LineFault, Owner, Scene, Subscription};
use crate::sample::customer::story::Story;
use crate::sample::facts;
use crate::sample::facts::Persona;
use crate::sample::options::Options;

/// Makes up customer `number`. Also returns the random stream for its days.
pub fn customer(options: &Options, number: u32) -> (Customer, Chance) {
    let mut draft = draft::begin(options, number);
    apply_story(draft.customer.story, &mut draft);
    draft.customer.script.sort_by_key(|&(day, _)| day);
    (draft.customer, draft.chance)
}

/// Fills a draft with users, subscriptions and scenes.
fn apply_story(story: Story, draft: &mut Draft) {
    match story {
        Story::Turnover => turnover(draft),
        Story::Grace => grace(draft),
        Story::Trial => trial(draft),
        Story::Shelfware => shelfware(draft),
        Story::Growth => growth(draft),
        Story::Social => social(draft),
        Story::Newcomer => newcomer(draft),
        Story::Unknown => unknown(draft),
    }
    if draft.customer.number >= Story::ALL.len() as u32 && draft.chance.happens(0.5) {
        let day = draft.chance.below(draft.days.max(1) as usize) as i32;
        let day = draft.workday(day);
        draft.customer.traits.faults.push((day, LineFault::BrokenJson));
    }
}

/// E = the seats of Microsoft 365 E3. All are assigned and active, and one license in fourteen
/// moved on within the window, so A / E is about 107 %.
fn turnover(draft: &mut Draft) {
    let moves = (draft.size / 20).max(1);
    let guests = (draft.size / 20).max(2);
    let frontline = draft.size / 5;
    let licensed = draft.left().saturating_sub(moves + guests + frontline).max(moves);
    let staff = draft.members(licensed, Persona::Office, 0.9);
    let shifts = draft.members(frontline, Persona::Frontline, 0.6);
    draft.sell(facts::E3, licensed, Owner::Partner);
    draft.sell(facts::F3, frontline + 3, Owner::Partner);
    draft.sell(facts::VISIO, 3, Owner::Partner);
    draft.sell(facts::UNKNOWN, 5, Owner::Partner);
    draft.assign(BEFORE, &staff, facts::E3, Grant::Direct);
    draft.assign(BEFORE, &shifts, facts::F3, Grant::Group);
    draft.assign(BEFORE, &staff[..licensed.min(2)], facts::VISIO, Grant::Direct);
    draft.assign(BEFORE, &staff[licensed - licensed.min(2)..], facts::UNKNOWN, Grant::Direct);
    for (number, &leaver) in staff[..moves].iter().enumerate() {
        let day = draft.ago(7 + (number * 5 % 13) as i32);
        let joiner = draft.members(1, Persona::Office, 0.9)[0];
        hire(draft, day, joiner);
        draft.customer.users[leaver].until = day;
        draft.at(day, Scene::Remove(leaver, facts::E3));
        draft.at(day, Scene::Assign(joiner, facts::E3, Grant::Direct));
        draft.at(draft.workday(day + 5), Scene::Delete(leaver));
    }
    let visitors: Vec<usize> = (0..guests).map(|_| draft.user(AccountKind::Guest, Persona::Office, 0.3)).collect();
    draft.assign(BEFORE, &visitors[..1], facts::F3, Grant::Direct);
    // The same product is assigned directly and through a group, later only through the group. This
    // is one assignment all the time.
    if let Some(&both) = shifts.last() {
        draft.at(draft.ago(40), Scene::Regrant(both, facts::F3, Grant::Both));
        draft.at(draft.ago(10), Scene::Regrant(both, facts::F3, Grant::Group));
    }
    if let Some(&first) = shifts.first() {
        draft.at(BEFORE, Scene::Regrant(first, facts::F3, Grant::GroupWithError));
    }
    draft.spread_free(facts::POWER_BI_FREE, 1_000_000, 2);
    draft.spread_free(facts::FLOW_FREE, 10_000, 3);
    draft.customer.traits.service_principals = true;
    draft.customer.traits.unfinished = draft.customer.number == 0;
}

/// A second subscription of Business Standard is in grace while all holders are active.
fn grace(draft: &mut Draft) {
    let licensed = (draft.size * 3 / 4).max(2);
    let lapsing = (licensed * 2 / 9).max(1);
    let staff = draft.members(licensed, Persona::Office, 0.88);
    let mail_only = draft.left() / 2;
    let mailers = draft.members(mail_only, Persona::Mail, 0.5);
    draft.sell(facts::BUSINESS_STANDARD, licensed - lapsing, Owner::Partner);
    let second = draft.sell(facts::BUSINESS_STANDARD, lapsing + 2, Owner::Partner);
    draft.at(
        draft.ago(20),
        Scene::Renew(Box::new((second, lapsing as u32 + 2, "Warning", Some(draft.days + 9)))),
    );
    draft.sell(facts::EXCHANGE_PLAN_1, mail_only + 1, Owner::Partner);
    draft.assign(BEFORE, &staff, facts::BUSINESS_STANDARD, Grant::Direct);
    draft.assign(BEFORE, &mailers, facts::EXCHANGE_PLAN_1, Grant::Direct);
    // Deleted by mistake, and restored two days later.
    let victim = staff[licensed - 1];
    draft.at(draft.ago(23), Scene::Delete(victim));
    draft.at(draft.ago(21), Scene::Restore(victim));
    draft.at(draft.ago(33), Scene::Replan(staff[0], facts::BUSINESS_STANDARD));
    draft.at(draft.ago(15), Scene::Rename(staff[0]));
    let others = draft.left();
    draft.members(others, Persona::Mail, 0.2);
    draft.spread_free(facts::FLOW_FREE, 10_000, 2);
    let fault = draft.ago(9);
    draft.customer.traits.faults.push((fault, LineFault::BrokenJson));
}

/// A trial of Business Premium next to a paid subscription, with more active users than paid seats.
fn trial(draft: &mut Draft) {
    let basic = draft.size / 5;
    let guests = (draft.size / 9).max(1);
    let licensed = draft.left().saturating_sub(basic + guests).max(2);
    let tried = (licensed * 2 / 5).max(1);
    let staff = draft.members(licensed, Persona::Office, 0.85);
    let others = draft.members(basic, Persona::Frontline, 0.55);
    draft.sell(facts::BUSINESS_PREMIUM, licensed - tried, Owner::Partner);
    draft.sell(facts::BUSINESS_BASIC, basic + 2, Owner::Partner);
    let start = draft.ago(24);
    let plain = draft.subscription(facts::BUSINESS_PREMIUM, 25, Owner::Partner);
    draft.subscribe(
        start,
        Subscription {
            is_trial: true,
            created: start,
            next_step: Some(draft.days + 11),
            ..plain
        },
    );
    draft.assign(BEFORE, &staff[..licensed - tried], facts::BUSINESS_PREMIUM, Grant::Direct);
    draft.assign(BEFORE, &others, facts::BUSINESS_BASIC, Grant::Direct);
    draft.assign(draft.ago(23), &staff[licensed - tried..], facts::BUSINESS_PREMIUM, Grant::Direct);
    for number in 0..guests {
        let visitor = draft.user(AccountKind::UntypedGuest, Persona::Office, 0.3);
        if number == 0 {
            // Given by mistake, and taken back on the same day.
            draft.at(draft.ago(40), Scene::Assign(visitor, facts::BUSINESS_BASIC, Grant::Direct));
            draft.at(draft.ago(40), Scene::Remove(visitor, facts::BUSINESS_BASIC));
        }
    }
    draft.customer.traits.upper_case = true;
}

/// Low usage: hardly three of fourteen assigned seats of Office 365 E3 are used. There are also
/// disabled accounts that hold some, a suspended subscription and seats of another partner.
fn shelfware(draft: &mut Draft) {
    let guests = (draft.size / 8).max(1);
    let licensed = draft.left().saturating_sub(guests + 1).max(2);
    let active = (licensed / 4).max(1);
    let fans = draft.members(active, Persona::Office, 0.7);
    let idle = draft.members(licensed - active, Persona::Office, 0.0);
    let own = licensed * 3 / 5 + 1;
    draft.sell(facts::OFFICE_E3, own, Owner::Partner);
    draft.sell(facts::OFFICE_E3, licensed + 2 - own, Owner::AnotherPartner);
    draft.sell(facts::VISIO, 2, Owner::AnotherPartner);
    let mail = draft.sell(facts::EXCHANGE_PLAN_1, 5, Owner::Partner);
    draft.at(draft.ago(58), Scene::Renew(Box::new((mail, 5, "Warning", Some(draft.ago(28))))));
    draft.at(draft.ago(28), Scene::Renew(Box::new((mail, 5, "Suspended", Some(draft.days + 60)))));
    draft.assign(BEFORE, &fans, facts::OFFICE_E3, Grant::Direct);
    draft.assign(BEFORE, &idle, facts::OFFICE_E3, Grant::Direct);
    draft.assign(BEFORE, &fans[..1], facts::VISIO, Grant::Direct);
    draft.assign(BEFORE, &idle[..idle.len().min(2)], facts::EXCHANGE_PLAN_1, Grant::Direct);
    // One user tries and fails every time.
    draft.customer.users[idle[0]].habit = 0.4;
    draft.customer.users[idle[0]].locked_out = true;
    // Two have left: their accounts are disabled, and their seats still paid for.
    for &leaver in idle.iter().skip(1).take(2) {
        draft.customer.users[leaver].disabled_from = draft.ago(20);
    }
    for number in 0..guests {
        draft.user(
            if number % 2 == 0 {
                AccountKind::UntypedGuest
            } else {
                AccountKind::Guest
            },
            Persona::Office,
            0.25,
        );
    }
    draft.customer.traits.assignment_states = false;
    let fault = draft.ago(5);
    draft.customer.traits.faults.push((fault, LineFault::MissingId));
}

/// Growth: a third of the users join one after the other. Then a renewal has fewer seats than are
/// assigned.
fn growth(draft: &mut Draft) {
    let licensed = (draft.size * 2 / 3).max(2);
    let joining = draft.left().saturating_sub(licensed);
    let staff = draft.members(licensed, Persona::Office, 0.88);
    let cut = (licensed * 3 / 20).max(1);
    let suite = draft.sell(facts::E5, licensed, Owner::Partner);
    draft.at(
        draft.ago(15),
        Scene::Renew(Box::new((suite, (licensed - cut) as u32, "Enabled", Some(draft.days + 350)))),
    );
    draft.assign(BEFORE, &staff, facts::E5, Grant::Direct);
    let shifts = draft.sell(facts::F3, joining / 3 + 1, Owner::Partner);
    for number in 0..joining {
        let day = draft.workday(2 + (draft.days - 4).max(0) * number as i32 / joining.max(1) as i32);
        let joiner = draft.members(1, Persona::Frontline, 0.75)[0];
        hire(draft, day, joiner);
        if number > 0 && number % (joining / 3).max(1) == 0 {
            draft.at(
                day,
                Scene::Renew(Box::new((
                    shifts,
                    (number + joining / 3 + 1) as u32,
                    "Enabled",
                    Some(draft.days + 120),
                ))),
            );
        }
        draft.at(
            day,
            Scene::Assign(joiner, facts::F3, if number % 3 == 0 { Grant::Group } else { Grant::Direct }),
        );
    }
    draft.at(draft.ago(25), Scene::Regrant(staff[0], facts::E5, Grant::Both));
    // Taken away and given back on the same day: the assignment continues.
    draft.at(draft.ago(18), Scene::Remove(staff[licensed - 1], facts::E5));
    draft.at(draft.ago(18), Scene::Assign(staff[licensed - 1], facts::E5, Grant::Direct));
    draft.at(draft.ago(11), Scene::Refuse(staff[1], facts::VISIO));
    draft.spread_free(facts::POWER_BI_FREE, 1_000_000, 2);
    draft.customer.traits.service_principals = true;
    let fault = draft.ago(30);
    draft.customer.traits.faults.push((fault, LineFault::BrokenJson));
}

/// Yammer without a license. Who holds what is known from license changes only, and a first removal
/// proves an earlier holding.
fn social(draft: &mut Draft) {
    let mailers = draft.members((draft.size * 5 / 11).max(2), Persona::Mail, 0.7);
    let office = draft.members(draft.size * 2 / 11, Persona::Office, 0.7);
    draft.sell(facts::EXCHANGE_PLAN_1, mailers.len() + 2, Owner::Partner);
    draft.sell(facts::APPS_FOR_BUSINESS, office.len() + 1, Owner::Customer);
    // The last of them had the license before the data. It moves on to somebody new.
    let (leaver, heir) = (mailers[mailers.len() - 1], draft.members(1, Persona::Mail, 0.8)[0]);
    draft.assign(BEFORE, &[leaver], facts::EXCHANGE_PLAN_1, Grant::Direct);
    draft.assign(draft.ago(44), &mailers[..mailers.len() - 1], facts::EXCHANGE_PLAN_1, Grant::Direct);
    draft.assign(draft.ago(42), &office, facts::APPS_FOR_BUSINESS, Grant::Direct);
    let day = draft.ago(10);
    hire(draft, day, heir);
    draft.customer.users[leaver].until = day;
    draft.at(day, Scene::Remove(leaver, facts::EXCHANGE_PLAN_1));
    draft.at(day, Scene::Assign(heir, facts::EXCHANGE_PLAN_1, Grant::Direct));
    draft.at(draft.ago(35), Scene::Delete(leaver));
    draft.at(draft.ago(34), Scene::Restore(leaver));
    let others = draft.left();
    draft.members(others, Persona::Social, 0.6);
    draft.customer.traits.holdings_from = None;
    draft.customer.traits.sign_ins_from = draft.ago(18).max(draft.days / 3);
}

/// A tenant that the customer list does not have. The first list of its subscriptions comes late,
/// and only a snapshot shows one of its assignments.
fn newcomer(draft: &mut Draft) {
    let size = draft.size.max(2);
    let staff = draft.members(size - 1, Persona::Office, 0.65);
    let last = draft.members(1, Persona::Social, 0.5)[0];
    let lost = Scene::Assign(last, facts::BUSINESS_STANDARD, Grant::Direct);
    draft.at(draft.ago(30), Scene::Unlogged(Box::new(lost)));
    draft.sell(facts::BUSINESS_STANDARD, size, Owner::Partner);
    draft.assign(BEFORE, &staff, facts::BUSINESS_STANDARD, Grant::Direct);
    let late = draft.ago(12);
    draft.customer.traits.subscriptions_from = Some(late.max(draft.days / 2));
    draft.customer.traits.listed = false;
    draft.customer.traits.properties_as_text = true;
}

/// Nobody exports the subscriptions, so seats are unknown. Somebody was deleted for good, and only
/// a snapshot shows one of the removals.
fn unknown(draft: &mut Draft) {
    let size = draft.size.max(2);
    let staff = draft.members(size, Persona::Office, 0.6);
    draft.assign(BEFORE, &staff, facts::BUSINESS_BASIC, Grant::Direct);
    let lost = Scene::Remove(staff[1], facts::BUSINESS_BASIC);
    draft.at(draft.ago(20), Scene::Unlogged(Box::new(lost)));
    let last = staff[size - 1];
    let day = draft.ago(38);
    draft.customer.users[last].until = day;
    draft.at(day, Scene::Delete(last));
    draft.at(day + 30, Scene::HardDelete(last));
    draft.customer.traits.subscriptions_from = None;
}

/// A user joins on a day.
fn hire(draft: &mut Draft, day: i32, user: usize) {
    draft.customer.users[user].from = day;
    draft.at(day, Scene::Hire(user));
}
