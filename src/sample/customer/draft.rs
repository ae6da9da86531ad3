//! Makes up a customer, with a name, users and subscriptions, as its story wants them.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::domain::day::Day;
use crate::domain::guid::Guid;
use crate::sample::chance::Chance;
use crate::sample::customer::policy::policy;
use crate::sample::customer::portfolio::{AccountKind, BEFORE, Customer, Grant, Owner, Scene, Subscription, Traits, User};
use crate::sample::customer::story::Story;
use crate::sample::facts;
use crate::sample::facts::{COMPANIES, COMPANY_BRANCHES, COMPANY_NAMES, LEGAL_FORMS, Persona, is_weekend};
use crate::sample::options::Options;

/// A customer that is being made up. `stories.rs` fills it.
pub struct Draft {
    pub customer: Customer,
    pub chance: Chance,
    pub first_day: Day,
    pub days: i32,
    /// The account names that are taken, by indices of first and last name.
    accounts: BTreeSet<(u8, u8)>,
    /// How many accounts the customer may have.
    pub size: usize,
}

/// Begins customer `number`. It depends on all options except the number of customers.
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

/// Returns name, slug, country and segment of customer `number`. The first eight have names of
/// their own, the next 851 composed ones.
fn company(number: u32) -> (String, String, &'static str, &'static str) {
    let place = number as usize;
    if let Some(&(name, slug, country, segment)) = COMPANIES.get(place) {
        return (name.to_owned(), slug.to_owned(), country, segment);
    }
    let combinations = COMPANY_NAMES.len() * COMPANY_BRANCHES.len();
    // 331 shares no factor with the number of combinations, so no name occurs twice.
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
    /// Returns the working day that is `days` before the last one, or the Friday before. It is
    /// negative if the sample does not go back that far.
    pub fn ago(&self, days: i32) -> i32 {
        self.workday(self.days - 1 - days)
    }

    /// Returns a day, or the Friday before if it is on a weekend.
    pub fn workday(&self, day: i32) -> i32 {
        let weekend = |day: &i32| is_weekend(self.first_day.plus(*day));
        (day - 2..=day).rev().find(|day| !weekend(day)).unwrap_or(day)
    }

    /// Plans a scene for a day.
    pub fn at(&mut self, day: i32, scene: Scene) {
        self.customer.script.push((day, scene));
    }

    /// Returns how many accounts may still be made up.
    pub fn left(&self) -> usize {
        self.size.saturating_sub(self.customer.users.len())
    }

    /// Adds `count` members of a persona who are there all the time. Returns their indices.
    pub fn members(&mut self, count: usize, persona: Persona, habit: f64) -> Vec<usize> {
        (0..count).map(|_| self.user(AccountKind::Member, persona, habit)).collect()
    }

    /// Adds a user. Returns its index.
    pub fn user(&mut self, kind: AccountKind, persona: Persona, habit: f64) -> usize {
        let place = self.customer.users.len();
        let chance = &mut self.chance;
        let names = (
            chance.below(facts::FIRST_NAMES.len()) as u8,
            chance.below(facts::LAST_NAMES.len()) as u8,
        );
        let is_first = self.accounts.insert(names);
        let home = if kind == AccountKind::Member {
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
            disabled_from: i32::MAX,
            address: chance.address(),
            agent: facts::AGENTS[chance.below(facts::AGENTS.len())],
            device: chance.guid(),
            city,
        });
        place
    }

    /// Gives users a product on a day. `BEFORE` means: before the data begins.
    pub fn assign(&mut self, day: i32, users: &[usize], sku: usize, grant: Grant) {
        for &user in users {
            self.at(day, Scene::Assign(user, sku, grant));
        }
    }

    /// Sells seats before the data begins, for a term that ends within the year behind the data.
    /// Returns the subscription's id.
    pub fn sell(&mut self, sku: usize, seats: usize, owner: Owner) -> Guid {
        let mut subscription = self.subscription(sku, seats, owner);
        subscription.created = BEFORE / 4 - self.chance.below(300) as i32;
        subscription.next_step = Some(self.days + 10 + self.chance.below(350) as i32);
        self.subscribe(BEFORE, subscription)
    }

    /// Returns a paid and active subscription, to be changed and passed to [`Draft::subscribe`].
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

    /// Starts a subscription on a day. Returns its id.
    pub fn subscribe(&mut self, day: i32, subscription: Subscription) -> Guid {
        let id = subscription.id;
        self.at(day, Scene::Subscribe(Box::new(subscription)));
        id
    }

    /// Adds a free product that spread by self-service: a subscription of absurd size, assigned to
    /// every `step`-th user.
    pub fn spread_free(&mut self, sku: usize, seats: usize, step: usize) {
        self.sell(sku, seats, Owner::Nobody);
        let users: Vec<usize> = (0..self.customer.users.len())
            .step_by(step)
            .filter(|&user| self.customer.users[user].from == BEFORE)
            .collect();
        self.assign(BEFORE, &users, sku, Grant::Direct);
    }

    /// Makes as many conditional access policies as a record of `record_bytes` can need.
    fn policies(&mut self, record_bytes: u32) {
        let count = 1 + (record_bytes.saturating_sub(1800) / 200) as usize;
        let country = self.customer.country;
        self.customer.policies = (0..count).map(|number| policy(&mut self.chance, number, country)).collect();
    }
}
