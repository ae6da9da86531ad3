//! Makes up a customer: its name, its users and its subscriptions, as its story asks for them.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::chance::Chance;
use super::facts::{self, COMPANIES, COMPANY_BRANCHES, COMPANY_NAMES, LEGAL_FORMS, Persona, is_weekend};
use super::portfolio::{BEFORE, Customer, Grant, Kind, Owner, Scene, Subscription, Traits, User};
use super::story::Story;
use super::{Options, records};
use crate::domain::day::Day;
use crate::domain::guid::Guid;

/// A customer that is being made up; `stories.rs` fills it.
pub struct Draft {
    pub customer: Customer,
    pub chance: Chance,
    pub first_day: Day,
    pub days: i32,
    /// The names of accounts that are taken, by the places of their first and last name.
    accounts: BTreeSet<(u8, u8)>,
    /// How many accounts the customer may have in all.
    pub size: usize,
}

/// Makes up customer `number`. It depends on nothing but the options other than the number of
/// customers. The second value is the stream of chance with which the customer's days go on.
pub fn begin(options: &Options, number: u32) -> Draft {
    let mut chance = Chance::new(options.seed, u64::from(number) + 1);
    let (story, size) = Story::of_customer(number, options.users, &mut chance);
    let (name, slug, country, segment) = company(number);
    let traits = Traits {
        holdings_from: Some((number % 5) as i32),
        subscriptions_from: Some(0),
        assignment_states: true,
        listed: true,
        level: ["4", "\"4\"", "\"Informational\""][number as usize % 3],
        ..Traits::default()
    };
    let customer = Customer {
        number,
        tenant: chance.guid(),
        name,
        domain: format!("{slug}.example"),
        tenant_name: slug.replace('-', ""),
        country,
        segment,
        story,
        users: Vec::with_capacity(size),
        script: Vec::new(),
        traits,
        policies: Vec::new(),
        resource_principal: chance.guid(),
        backup: chance.guid(),
        group: chance.guid(),
        admin: chance.guid(),
    };
    let mut draft = Draft {
        customer,
        chance,
        first_day: options.first_day(),
        days: options.days as i32,
        accounts: BTreeSet::new(),
        size,
    };
    draft.policies(options.record_bytes);
    draft
}

/// Name, slug, country and segment of customer `number`: the first eight have names of their own,
/// 851 more a composed one.
fn company(number: u32) -> (String, String, &'static str, &'static str) {
    let place = number as usize;
    if let Some(&(name, slug, country, segment)) = COMPANIES.get(place) {
        return (name.to_owned(), slug.to_owned(), country, segment);
    }
    let combinations = COMPANY_NAMES.len() * COMPANY_BRANCHES.len();
    // 331 shares no factor with the number of combinations, so that none comes twice.
    let mixed = place * 331 % combinations;
    let first = COMPANY_NAMES[mixed % COMPANY_NAMES.len()];
    let (branch, branch_slug) = COMPANY_BRANCHES[mixed / COMPANY_NAMES.len()];
    let (form, country) = LEGAL_FORMS[place % LEGAL_FORMS.len()];
    let (mut name, mut slug) = (format!("{first} {branch}"), format!("{}-{branch_slug}", first.to_ascii_lowercase()));
    let round = (place - COMPANIES.len()) / combinations;
    if round > 0 {
        let _ = write!(name, " {}", round + 1);
        let _ = write!(slug, "-{}", round + 1);
    }
    (
        format!("{name} {form}"),
        slug,
        country,
        ["Corporate", "SMB", "SMB", "Micro"][place % 4],
    )
}

impl Draft {
    /// The working day that is `days` before the last one, or the Friday before; negative where the
    /// sample does not reach back so far.
    pub fn ago(&self, days: i32) -> i32 {
        self.workday(self.days - 1 - days)
    }

    /// A day, or the Friday before where it is a Saturday or a Sunday.
    pub fn workday(&self, day: i32) -> i32 {
        let weekend = |day: &i32| is_weekend(self.first_day.plus(*day));
        (day - 2..=day).rev().find(|day| !weekend(day)).unwrap_or(day)
    }

    /// Plans a scene for a day.
    pub fn at(&mut self, day: i32, scene: Scene) {
        self.customer.script.push((day, scene));
    }

    /// How many accounts may still be made up.
    pub fn left(&self) -> usize {
        self.size.saturating_sub(self.customer.users.len())
    }

    /// `count` members of a persona who are there all the time; returns their places.
    pub fn members(&mut self, count: usize, persona: Persona, habit: f64) -> Vec<usize> {
        (0..count).map(|_| self.user(Kind::Member, persona, habit)).collect()
    }

    /// One more user; returns the place.
    pub fn user(&mut self, kind: Kind, persona: Persona, habit: f64) -> usize {
        let place = self.customer.users.len();
        let chance = &mut self.chance;
        let names = (
            chance.below(facts::FIRST_NAMES.len()) as u8,
            chance.below(facts::LAST_NAMES.len()) as u8,
        );
        let is_first = self.accounts.insert(names);
        let home = if kind == Kind::Member {
            self.customer.tenant
        } else {
            chance.guid()
        };
        let city = facts::CITIES
            .iter()
            .find(|city| city.2 == self.customer.country)
            .unwrap_or(&facts::CITIES[0]);
        self.customer.users.push(User {
            id: chance.guid(),
            first_name: names.0,
            last_name: names.1,
            number: (!is_first).then_some(place as u32),
            kind,
            home,
            persona,
            habit,
            from: BEFORE,
            until: i32::MAX,
            locked_out: false,
            address: chance.address(),
            agent: facts::AGENTS[chance.below(facts::AGENTS.len())],
            device: chance.guid(),
            city,
        });
        place
    }

    /// Gives users a product, on a day (`BEFORE` for "since before the data").
    pub fn assign(&mut self, day: i32, users: &[usize], sku: usize, grant: Grant) {
        for &user in users {
            self.at(day, Scene::Assign(user, sku, grant));
        }
    }

    /// Sells seats before the data begins; returns the subscription's id.
    pub fn sell(&mut self, sku: usize, seats: usize, owner: Owner) -> Guid {
        let mut subscription = self.subscription(sku, seats, owner);
        subscription.created = BEFORE / 4 - self.chance.below(300) as i32;
        subscription.next_step = Some(self.days + 60 + self.chance.below(200) as i32);
        self.subscribe(BEFORE, subscription)
    }

    /// A paid and active subscription, to be refined and passed to [`Draft::subscribe`].
    pub fn subscription(&mut self, sku: usize, seats: usize, owner: Owner) -> Subscription {
        let (id, commerce) = (self.chance.guid(), self.chance.guid());
        Subscription {
            id,
            commerce,
            sku,
            seats: seats as u32,
            status: "Enabled",
            is_trial: false,
            owner,
            created: 0,
            next_step: None,
        }
    }

    /// Starts a subscription on a day; returns its id.
    pub fn subscribe(&mut self, day: i32, subscription: Subscription) -> Guid {
        let id = subscription.id;
        self.at(day, Scene::Subscribe(Box::new(subscription)));
        id
    }

    /// Free products, as they spread by self-service: a subscription of absurd size, assigned to
    /// every `step`-th user.
    pub fn spread_free(&mut self, sku: usize, seats: usize, step: usize) {
        self.sell(sku, seats, Owner::Nobody);
        let users: Vec<usize> = (0..self.customer.users.len())
            .step_by(step)
            .filter(|&user| self.customer.users[user].from == BEFORE)
            .collect();
        self.assign(BEFORE, &users, sku, Grant::Direct);
    }

    /// As many conditional access policies as a record of `record_bytes` can need.
    fn policies(&mut self, record_bytes: u32) {
        let count = 1 + (record_bytes.saturating_sub(1800) / 200) as usize;
        let country = self.customer.country;
        self.customer.policies = (0..count)
            .map(|number| records::policy(&mut self.chance, number, country))
            .collect();
    }
}
