//! Who has which products at the end of a day. The pass over the days keeps it up to date: products
//! change hands rarely, so following the changes costs less than counting anew every day.

use rustc_hash::FxHashMap;

use crate::domain::guid::Guid;
use crate::domain::rules::Rules;

/// A product that somebody in the shard held at some time.
pub(super) struct HeldProduct<'a> {
    pub workloads: Vec<&'a str>,
    /// The number of each of them.
    numbers: Vec<u32>,
    /// Whether the catalogue leaves it in scope.
    pub in_scope: bool,
}

/// A user and a product that the user held at some time.
struct Holding {
    user: u32,
    product: u32,
    /// Whether the user has the product at the end of the day.
    has: bool,
    /// Whether the user has it, and it is in scope on the day.
    counts: bool,
}

/// How many users of a customer have a product in scope at the end of the day.
#[derive(Default)]
pub(super) struct EntitledUsers {
    /// Any product.
    pub any: i64,
    /// By the number of a workload: a product that has it.
    by_workload: Vec<i64>,
}

/// The holdings of a shard's users.
pub(super) struct CurrentHoldings<'a> {
    rules: &'a Rules,
    products: Vec<HeldProduct<'a>>,
    product_numbers: FxHashMap<Guid, u32>,
    workload_numbers: FxHashMap<&'a str, u32>,
    /// Those of a user are adjacent.
    holdings: Vec<Holding>,
    users: u32,
    /// For each entity, whether the user has a product in scope with the workload.
    entitled: Vec<bool>,
}

impl<'a> CurrentHoldings<'a> {
    pub fn new(rules: &'a Rules, entities: usize) -> CurrentHoldings<'a> {
        CurrentHoldings {
            rules,
            products: Vec::new(),
            product_numbers: FxHashMap::default(),
            workload_numbers: FxHashMap::default(),
            holdings: Vec::new(),
            users: 0,
            entitled: vec![false; entities],
        }
    }

    /// Returns the number of a product.
    pub fn product_number(&mut self, sku: Guid) -> u32 {
        if let Some(number) = self.product_numbers.get(&sku) {
            return *number;
        }
        let workloads: Vec<&str> = self.rules.catalogue.workloads_of(sku).collect();
        let mut number_of = |workload: &&'a str| {
            let next = self.workload_numbers.len() as u32;
            *self.workload_numbers.entry(*workload).or_insert(next)
        };
        let number = self.products.len() as u32;
        self.products.push(HeldProduct {
            numbers: workloads.iter().map(&mut number_of).collect(),
            workloads,
            in_scope: !self.rules.catalogue.excluded.contains_key(&sku),
        });
        self.product_numbers.insert(sku, number);
        number
    }

    pub fn product(&self, number: u32) -> &HeldProduct<'a> {
        &self.products[number as usize]
    }

    /// Begins the next user.
    pub fn begin_user(&mut self) {
        self.users += 1;
    }

    /// Adds a product that the user held at some time. Returns the number of the holding.
    pub fn add(&mut self, product: u32) -> u32 {
        self.holdings.push(Holding {
            user: self.users,
            product,
            has: false,
            counts: false,
        });
        self.holdings.len() as u32 - 1
    }

    /// Notes that a user got a product or lost it, or that its scope changed: it `counts` where the
    /// user has it and it is in scope. `entities` are the user's, one for each workload of the
    /// product; `users` are those of the customer.
    pub fn change(&mut self, holding: u32, (has, counts): (bool, bool), entities: &[Option<u32>], users: &mut EntitledUsers) {
        let changed = &mut self.holdings[holding as usize];
        changed.has = has;
        if std::mem::replace(&mut changed.counts, counts) == counts {
            return;
        }
        let (holdings, products) = (&self.holdings, &self.products);
        let product = &products[holdings[holding as usize].product as usize];
        let step = if counts { 1 } else { -1 };
        let others = || others(holdings, holding, |other| other.counts).map(|other| &products[other.product as usize]);
        if others().next().is_none() {
            users.any += step;
        }
        users.by_workload.resize(self.workload_numbers.len(), 0);
        for (number, entity) in product.numbers.iter().zip(entities) {
            if others().any(|other| other.numbers.contains(number)) {
                continue;
            }
            users.by_workload[*number as usize] += step;
            if let Some(entity) = entity {
                self.entitled[*entity as usize] = counts;
            }
        }
    }

    /// Whether the user of a holding has another product with the workload that is the product's
    /// number `slot`, or with any of the product's workloads.
    pub fn has_another(&self, holding: u32, slot: Option<usize>) -> bool {
        let product = &self.products[self.holdings[holding as usize].product as usize];
        let wanted = slot.map_or(&product.numbers[..], |slot| &product.numbers[slot..=slot]);
        others(&self.holdings, holding, |other| other.has)
            .map(|other| &self.products[other.product as usize])
            .any(|other| other.numbers.iter().any(|number| wanted.contains(number)))
    }

    /// Whether the user of an entity has a product in scope with the workload.
    pub fn is_entitled(&self, entity: usize) -> bool {
        self.entitled[entity]
    }

    /// Returns how many users of a customer have a product in scope with a workload.
    pub fn users_entitled(&self, users: &EntitledUsers, workload: &str) -> i64 {
        let number = self.workload_numbers.get(workload);
        number
            .and_then(|number| users.by_workload.get(*number as usize))
            .copied()
            .unwrap_or(0)
    }
}

/// Iterates over the other holdings of the user of a holding that are wanted.
fn others(holdings: &[Holding], holding: u32, wanted: fn(&Holding) -> bool) -> impl Iterator<Item = &Holding> {
    let at = holding as usize;
    let user = holdings[at].user;
    let before = holdings[..at].iter().rev().take_while(move |other| other.user == user);
    let after = holdings[at + 1..].iter().take_while(move |other| other.user == user);
    before.chain(after).filter(move |other| wanted(other))
}
