//! What a customer has at a moment: who holds which product, who is deleted, what is bought. Scenes change it, and each
//! change leaves the audit record that Entra would write.

use std::collections::BTreeMap;

use super::audit::{self, Audit};
use super::chance::Chance;
use super::portfolio::{Customer, Grant, Scene, Subscription, User};
use super::text::Moment;

/// The state of a customer.
pub struct Estate {
    /// Per user the products, by place.
    held: Vec<BTreeMap<usize, Grant>>,
    deleted: Vec<bool>,
    pub subscriptions: Vec<Subscription>,
}

impl Estate {
    pub fn new(users: usize) -> Estate {
        Estate {
            held: vec![BTreeMap::new(); users],
            deleted: vec![false; users],
            subscriptions: Vec::new(),
        }
    }

    /// Whether a user has an account on a day.
    pub fn is_there(&self, customer: &Customer, user: usize, day: i32) -> bool {
        customer.users[user].from <= day && !self.deleted[user]
    }

    /// The users of a day with what they hold, for a snapshot.
    pub fn present<'a>(&self, customer: &'a Customer, day: i32) -> Vec<(&'a User, Vec<(usize, Grant)>)> {
        let there = (0..customer.users.len()).filter(|&user| self.is_there(customer, user, day));
        there
            .map(|user| {
                (
                    &customer.users[user],
                    self.held[user].iter().map(|(&sku, &grant)| (sku, grant)).collect(),
                )
            })
            .collect()
    }

    /// Lets a scene happen; the result is the line of its audit record, where it leaves one.
    pub fn play(&mut self, customer: &Customer, scene: &Scene, at: Moment, chance: &mut Chance) -> Option<String> {
        match *scene {
            Scene::Unlogged(ref scene) => {
                self.play(customer, scene, at, chance);
                None
            }
            Scene::Assign(user, sku, grant) => {
                let change = Change::of(user, self.products(user));
                self.held[user].insert(sku, grant);
                Some(self.change(
                    customer,
                    &Change {
                        by_group: grant != Grant::Direct,
                        ..change
                    },
                    at,
                    chance,
                ))
            }
            Scene::Remove(user, sku) => {
                let change = Change::of(user, self.products(user));
                self.held[user].remove(&sku);
                Some(self.change(customer, &change, at, chance))
            }
            Scene::Regrant(user, sku, grant) => {
                self.held[user].insert(sku, grant);
                Some(self.change(customer, &Change::of(user, self.products(user)), at, chance))
            }
            Scene::Replan(user, sku) => {
                let asked = Some((sku, "YAMMER_ENTERPRISE, KAIZALA_O365_P2"));
                Some(self.change(
                    customer,
                    &Change {
                        asked,
                        ..Change::of(user, self.products(user))
                    },
                    at,
                    chance,
                ))
            }
            Scene::Refuse(user, sku) => {
                let before = self.products(user);
                self.held[user].entry(sku).or_insert(Grant::Failed);
                let failure = Some("Subscription with SKU does not have any available licenses.");
                let change = Change {
                    asked: Some((sku, "")),
                    failure,
                    by_group: true,
                    ..Change::of(user, before)
                };
                Some(self.change(customer, &change, at, chance))
            }
            Scene::Hire(user) => Some(account(customer, user, "Add user", "Add", at, chance)),
            Scene::Rename(user) => {
                let changes = [("Department", "[\"Sales\"]".to_owned(), "[\"Marketing\"]".to_owned())];
                let targets = audit::user_target(&customer.users[user], &changes);
                Some(record(customer, "Update user", "Update", targets, at, chance))
            }
            Scene::Delete(user) => {
                self.deleted[user] = true;
                Some(account(customer, user, "Delete user", "Delete", at, chance))
            }
            Scene::Restore(user) => {
                self.deleted[user] = false;
                Some(account(customer, user, "Restore user", "Restore", at, chance))
            }
            Scene::HardDelete(user) => {
                self.deleted[user] = true;
                self.held[user].clear();
                Some(account(customer, user, "Hard Delete user", "Delete", at, chance))
            }
            Scene::Subscribe(ref subscription) => {
                self.subscriptions.push(subscription.clone());
                None
            }
            Scene::Renew(id, seats, status, next_step) => {
                for subscription in self.subscriptions.iter_mut().filter(|subscription| subscription.id == id) {
                    (subscription.seats, subscription.status, subscription.next_step) = (seats, status, next_step);
                }
                None
            }
        }
    }

    /// The products that a user holds, with no disabled plans.
    fn products(&self, user: usize) -> Vec<(usize, &'static str)> {
        self.held[user]
            .iter()
            .filter(|product| *product.1 != Grant::Failed)
            .map(|(&sku, _)| (sku, ""))
            .collect()
    }

    /// The record of a license change from `before` to what is held now.
    fn change(&self, customer: &Customer, change: &Change<'_>, at: Moment, chance: &mut Chance) -> String {
        let mut after = self.products(change.user);
        if let Some((sku, disabled)) = change.asked {
            after.retain(|product| product.0 != sku);
            after.push((sku, disabled));
        }
        // Where nothing was held, some records say null instead of an empty list.
        let nothing = change.before.is_empty() && change.user % 2 == 1;
        let old = if nothing {
            String::new()
        } else {
            audit::assigned_license(customer.tenant, &change.before)
        };
        let new = audit::assigned_license(customer.tenant, &after);
        let audit = Audit {
            customer,
            at,
            activity: if chance.happens(0.15) {
                "Update user"
            } else {
                "Change user license"
            },
            operation: "Update",
            category: "UserManagement",
            failure: change.failure,
            by_group_licensing: change.by_group,
            targets: audit::user_target(&customer.users[change.user], &[("AssignedLicense", old, new)]),
        };
        audit::record(&audit, chance)
    }
}

/// A change of a user's licenses.
struct Change<'a> {
    user: usize,
    before: Vec<(usize, &'static str)>,
    /// A product whose disabled plans change, or that was to be added and could not be.
    asked: Option<(usize, &'static str)>,
    failure: Option<&'a str>,
    by_group: bool,
}

impl Change<'_> {
    fn of(user: usize, before: Vec<(usize, &'static str)>) -> Self {
        Change {
            user,
            before,
            asked: None,
            failure: None,
            by_group: false,
        }
    }
}

/// A record about a user's account.
fn account(customer: &Customer, user: usize, activity: &str, operation: &str, at: Moment, chance: &mut Chance) -> String {
    let change = match activity {
        "Add user" => ("AccountEnabled", "[]".to_owned(), "[true]".to_owned()),
        "Hard Delete user" => ("Is Hard Deleted", String::new(), "\"True\"".to_owned()),
        _ => ("Is Hard Deleted", String::new(), "\"False\"".to_owned()),
    };
    let targets = audit::user_target(&customer.users[user], &[change]);
    record(customer, activity, operation, targets, at, chance)
}

fn record(customer: &Customer, activity: &str, operation: &str, targets: String, at: Moment, chance: &mut Chance) -> String {
    let audit = Audit {
        customer,
        at,
        activity,
        operation,
        category: "UserManagement",
        failure: None,
        by_group_licensing: false,
        targets,
    };
    audit::record(&audit, chance)
}

/// An audit record about `user` or a group that has nothing to do with licenses.
pub fn unrelated(customer: &Customer, user: &User, at: Moment, chance: &mut Chance) -> String {
    let group = audit::group_target(customer.group, "All staff");
    let (activity, operation, category, targets) = match chance.below(4) {
        0 => (
            "Add member to group",
            "Assign",
            "GroupManagement",
            format!("{},{group}", audit::user_target(user, &[])),
        ),
        1 => ("Update group", "Update", "GroupManagement", group),
        2 => (
            "Update user",
            "Update",
            "UserManagement",
            audit::user_target(user, &[("City", "[]".to_owned(), "[\"Berlin\"]".to_owned())]),
        ),
        _ => (
            "Add owner to application",
            "Assign",
            "ApplicationManagement",
            audit::user_target(user, &[]),
        ),
    };
    audit::record(
        &Audit {
            customer,
            at,
            activity,
            operation,
            category,
            failure: None,
            by_group_licensing: false,
            targets,
        },
        chance,
    )
}
