//! Who has which products at the end of a day. The pass over the days keeps it up to date: products
//! change hands rarely, so following the changes costs less than counting anew every day.

use rustc_hash::FxHashMap;

use crate::domain::guid::Guid;
use crate::domain::rules::Rules;

/// A product that somebody in the shard held at some time.
pub(super) struct HeldProduct<'a> {
    pub workloads: Vec<&'a str>,
    /// Whether the catalogue leaves it in scope.
    pub in_scope: bool,
}

/// A user and a product that the user held at some time.
struct Holding {
    user: u32,
    product: u32,
    /// Whether the user has the product at the end of the day.
    has: bool,
}

/// The holdings of a shard's users.
pub(super) struct CurrentHoldings<'a> {
    rules: &'a Rules,
    products: Vec<HeldProduct<'a>>,
    numbers: FxHashMap<Guid, u32>,
    /// Those of a user are adjacent.
    holdings: Vec<Holding>,
    users: u32,
}

impl<'a> CurrentHoldings<'a> {
    pub fn new(rules: &'a Rules) -> CurrentHoldings<'a> {
        CurrentHoldings {
            rules,
            products: Vec::new(),
            numbers: FxHashMap::default(),
            holdings: Vec::new(),
            users: 0,
        }
    }

    /// Returns the number of a product.
    pub fn product_number(&mut self, sku: Guid) -> u32 {
        *self.numbers.entry(sku).or_insert_with(|| {
            self.products.push(HeldProduct {
                workloads: self.rules.catalogue.workloads_of(sku).collect(),
                in_scope: !self.rules.catalogue.excluded.contains_key(&sku),
            });
            self.products.len() as u32 - 1
        })
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
        });
        self.holdings.len() as u32 - 1
    }

    /// Notes whether the user has the product at the end of the day.
    pub fn set(&mut self, holding: u32, has: bool) {
        self.holdings[holding as usize].has = has;
    }

    /// Whether the user of a holding has another product with at least one of the workloads.
    pub fn has_another(&self, holding: u32, workloads: &[&str]) -> bool {
        let own = self.holdings[holding as usize].product;
        let shares = |other: &Holding| {
            let offered = &self.product(other.product).workloads;
            offered.iter().any(|workload| workloads.contains(workload))
        };
        let mut others = self.of_user(holding).iter();
        others.any(|other| other.product != own && other.has && shares(other))
    }

    /// Returns all holdings of the user of a holding.
    fn of_user(&self, holding: u32) -> &[Holding] {
        let at = holding as usize;
        let user = self.holdings[at].user;
        let before = self.holdings[..at].iter().rev().take_while(|other| other.user == user).count();
        let after = self.holdings[at..].iter().take_while(|other| other.user == user).count();
        &self.holdings[at - before..at + after]
    }
}
