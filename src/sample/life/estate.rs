//! The state of a customer at a moment: who holds which product, who is deleted, what was bought.
//! Scenes change it, and each change produces the audit record that Entra would write.

use crate::sample::chance::Chance;
use crate::sample::customer::held::HeldProducts;
use crate::sample::customer::portfolio::{Customer, Grant, Scene, Subscription};
use crate::sample::life::changes::{Account, Change, ChangeKind, Record};
use crate::sample::text::Moment;

/// The state of a customer.
pub struct Estate {
    /// The products of each user.
    held: Vec<HeldProducts>,
    deleted: Vec<bool>,
    pub subscriptions: Vec<Subscription>,
}

impl Estate {
    pub fn new(users: usize) -> Estate {
        Estate {
            held: vec![HeldProducts::default(); users],
            deleted: vec![false; users],
            subscriptions: Vec::new(),
        }
    }

    /// Returns whether a user has an account on a day.
    pub fn is_there(&self, customer: &Customer, user: usize, day: i32) -> bool {
        customer.users[user].from <= day && !self.deleted[user]
    }

    /// Iterates over the users of a day, by index, with what they hold.
    pub fn present<'a>(&'a self, customer: &'a Customer, day: i32) -> impl Iterator<Item = (usize, HeldProducts)> + 'a {
        let there = (0..customer.users.len()).filter(move |&user| self.is_there(customer, user, day));
        there.map(|user| (user, self.held[user]))
    }

    /// Applies a scene. Returns its audit record, if it has one.
    pub fn play(&mut self, scene: &Scene, at: Moment, chance: &mut Chance) -> Option<Record> {
        let what = match *scene {
            Scene::Unlogged(ref scene) => {
                self.play(scene, at, chance);
                return None;
            }
            Scene::Assign(user, sku, grant) => Change {
                by_group: grant != Grant::Direct,
                ..self.change(user, |held| held.set(sku, Some(grant)), chance)
            }
            .into(),
            Scene::Remove(user, sku) => self.change(user, |held| held.set(sku, None), chance).into(),
            Scene::Regrant(user, sku, grant) => {
                let change = self.change(user, |held| held.set(sku, Some(grant)), chance);
                Change {
                    before: change.after,
                    ..change
                }
                .into()
            }
            Scene::Replan(user, sku) => Change {
                asked: Some((sku, "YAMMER_ENTERPRISE, KAIZALA_O365_P2")),
                ..self.change(user, |_| {}, chance)
            }
            .into(),
            Scene::Refuse(user, sku) => {
                let refused = |held: &mut HeldProducts| held.set(sku, Some(held.get(sku).unwrap_or(Grant::Failed)));
                Change {
                    asked: Some((sku, "")),
                    failure: Some("Subscription with SKU does not have any available licenses."),
                    by_group: true,
                    ..self.change(user, refused, chance)
                }
                .into()
            }
            Scene::Hire(user) => ChangeKind::Account(user, Account::Add),
            Scene::Rename(user) => ChangeKind::Department(user),
            Scene::Delete(user) => {
                self.deleted[user] = true;
                ChangeKind::Account(user, Account::Delete)
            }
            Scene::Restore(user) => {
                self.deleted[user] = false;
                ChangeKind::Account(user, Account::Restore)
            }
            Scene::HardDelete(user) => {
                self.deleted[user] = true;
                self.held[user] = HeldProducts::default();
                ChangeKind::Account(user, Account::HardDelete)
            }
            Scene::Subscribe(ref subscription) => {
                self.subscriptions.push(subscription.as_ref().clone());
                return None;
            }
            Scene::Renew(ref renewal) => {
                let (id, seats, status, next_step) = **renewal;
                for subscription in self.subscriptions.iter_mut().filter(|subscription| subscription.id == id) {
                    (subscription.seats, subscription.status, subscription.next_step) = (seats, status, next_step);
                }
                return None;
            }
        };
        Some(Record::new(at, what, chance))
    }

    /// Changes what a user holds.
    fn change(&mut self, user: usize, change: impl FnOnce(&mut HeldProducts), chance: &mut Chance) -> Change {
        let before = self.held[user];
        change(&mut self.held[user]);
        Change {
            user,
            before,
            after: self.held[user],
            asked: None,
            failure: None,
            by_group: false,
            as_update: chance.happens(0.15),
        }
    }
}

impl From<Change> for ChangeKind {
    fn from(change: Change) -> ChangeKind {
        ChangeKind::Licenses(change)
    }
}
