//! Who has which products at the end of a day. The pass over the days keeps it up to date: products
//! change hands rarely, so following the changes costs less than counting anew every day.

use rustc_hash::FxHashMap;

use crate::domain::guid::Guid;
use crate::domain::rules::Rules;

/// A product that somebody in the shard held at some time.
pub(super) struct HeldProduct<'a> {
    sku: Guid,
    pub workloads: Vec<&'a str>,
    /// The number of each of them.
    numbers: Vec<u32>,
    /// Whether the catalogue leaves it in scope.
    pub in_scope: bool,
}

impl HeldProduct<'_> {
    /// Whether another product has all of this one's workloads, so that who has both needs one only.
    /// Of two products with the same workloads it is the one with the greater id that is contained.
    fn is_contained_in(&self, other: &HeldProduct<'_>) -> bool {
        let is_smaller = (self.numbers.len(), other.sku) < (other.numbers.len(), self.sku);
        !self.numbers.is_empty() && is_smaller && self.numbers.iter().all(|number| other.numbers.contains(number))
    }
}

/// A user and a product that the user held at some time.
struct Holding {
    user: u32,
    product: u32,
    /// The number of the customer's product.
    group: u32,
    /// Whether the user has the product at the end of the day.
    has: bool,
    /// Whether the user has it, and it is in scope on the day.
    counts: bool,
    /// Whether it counts, and the user has another one that counts and contains it.
    overlaps: bool,
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
    /// For each customer's product, how many users have another one that contains it.
    overlapping: Vec<i64>,
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
            overlapping: Vec::new(),
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
            sku,
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

    /// Adds a product that the user held at some time. `group` is the number of the customer's
    /// product. Returns the number of the holding.
    pub fn add(&mut self, product: u32, group: u32) -> u32 {
        if self.overlapping.len() <= group as usize {
            self.overlapping.resize(group as usize + 1, 0);
        }
        self.holdings.push(Holding {
            user: self.users,
            product,
            group,
            has: false,
            counts: false,
            overlaps: false,
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
        self.compare_products(holding);
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

    /// Finds out which of a user's products are contained in others, after one of them came, went or
    /// changed its scope.
    fn compare_products(&mut self, changed: u32) {
        let user = self.holdings[changed as usize].user;
        let is_other = |holding: &Holding| holding.user != user;
        let (before, after) = self.holdings.split_at(changed as usize);
        let first = before.iter().rposition(is_other).map_or(0, |at| at + 1);
        let end = after.iter().position(is_other).map_or(self.holdings.len(), |at| before.len() + at);
        if end - first == 1 {
            return;
        }
        for at in first..end {
            let holding = &self.holdings[at];
            let overlaps = holding.counts && self.containing(at as u32).next().is_some();
            if overlaps != holding.overlaps {
                self.overlapping[holding.group as usize] += if overlaps { 1 } else { -1 };
                self.holdings[at].overlaps = overlaps;
            }
        }
    }

    /// Iterates over the products in scope that the user of a holding has and that contain its
    /// product.
    fn containing(&self, holding: u32) -> impl Iterator<Item = &HeldProduct<'a>> {
        let product = &self.products[self.holdings[holding as usize].product as usize];
        let others = others(&self.holdings, holding, |other| other.counts).map(|other| &self.products[other.product as usize]);
        others.filter(|other| product.is_contained_in(other))
    }

    /// Returns how many users of a customer's product have another one that contains it.
    pub fn users_overlapping(&self, group: u32) -> i64 {
        self.overlapping.get(group as usize).copied().unwrap_or(0)
    }

    /// Returns the products that contain the product of a holding whose user has both.
    pub fn skus_beside(&self, holding: u32) -> impl Iterator<Item = Guid> {
        let overlaps = self.holdings[holding as usize].overlaps;
        let containing = overlaps.then(|| self.containing(holding));
        containing.into_iter().flatten().map(|product| product.sku)
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
