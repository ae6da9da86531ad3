//! Audit records that wait to be written, in a few bytes each: when all users of a large customer
//! get a license on one day, there are as many records as users. The line is made when the file is
//! written.

use crate::domain::guid::Guid;
use crate::sample::chance::Chance;
use crate::sample::customer::held::HeldProducts;
use crate::sample::customer::portfolio::Customer;
use crate::sample::format::audit_records;
use crate::sample::format::audit_records::Audit;
use crate::sample::text::Moment;

/// A record: what happened, and the random parts.
pub struct Record {
    pub at: Moment,
    correlation: Guid,
    tail: u32,
    what: ChangeKind,
}

/// What happened. Users are given by index.
pub enum ChangeKind {
    Licenses(Change),
    Account(usize, Account),
    Department(usize),
    Unrelated(usize, Unrelated),
}

/// A change of a user's licenses.
pub struct Change {
    pub user: usize,
    pub before: HeldProducts,
    pub after: HeldProducts,
    /// A product whose disabled plans change, or that could not be added.
    pub asked: Option<(usize, &'static str)>,
    pub failure: Option<&'static str>,
    pub by_group: bool,
    /// Whether the activity is called an update of the user.
    pub as_update: bool,
}

/// What happens to a user's account.
#[derive(Clone, Copy)]
pub enum Account {
    Add,
    Delete,
    Restore,
    HardDelete,
}

/// Changes that have nothing to do with licenses.
#[derive(Clone, Copy)]
pub enum Unrelated {
    Member,
    Group,
    City,
    Owner,
}

impl Unrelated {
    pub const ALL: [Unrelated; 4] = [Unrelated::Member, Unrelated::Group, Unrelated::City, Unrelated::Owner];
}

impl Record {
    pub fn new(at: Moment, what: ChangeKind, chance: &mut Chance) -> Record {
        Record {
            at,
            correlation: chance.guid(),
            tail: (chance.bits() & 0xff_ffff) as u32,
            what,
        }
    }

    /// Returns the line without a line end.
    pub fn line(&self, customer: &Customer) -> String {
        match &self.what {
            ChangeKind::Licenses(change) => self.licenses(customer, change),
            &ChangeKind::Account(user, account) => self.account(customer, user, account),
            &ChangeKind::Department(user) => {
                let changes = [("Department", "[\"Sales\"]".to_owned(), "[\"Marketing\"]".to_owned())];
                let targets = audit_records::user_target(customer, &customer.users[user], &changes);
                audit_records::record(&self.about(customer, ("Update user", "Update", "UserManagement"), targets))
            }
            &ChangeKind::Unrelated(user, unrelated) => self.unrelated(customer, user, unrelated),
        }
    }

    /// Builds a record that succeeded, with activity, operation and category, and its targets.
    fn about<'a>(
        &self,
        customer: &'a Customer,
        (activity, operation, category): (&'a str, &'a str, &'a str),
        targets: String,
    ) -> Audit<'a> {
        Audit {
            customer,
            at: self.at,
            activity,
            operation,
            category,
            failure: None,
            by_group_licensing: false,
            targets,
            correlation: self.correlation,
            tail: self.tail,
        }
    }

    fn licenses(&self, customer: &Customer, change: &Change) -> String {
        // Only a product that the change names has disabled plans.
        let products = |held: HeldProducts| held.products().map(|sku| (sku, "")).collect::<Vec<_>>();
        let (before, mut after) = (products(change.before), products(change.after));
        if let Some((sku, disabled)) = change.asked {
            after.retain(|product| product.0 != sku);
            after.push((sku, disabled));
        }
        // If nothing was held, some records have null in place of an empty list.
        let nothing = before.is_empty() && change.user % 2 == 1;
        let old = if nothing {
            String::new()
        } else {
            audit_records::assigned_license(customer.tenant, &before)
        };
        let new = audit_records::assigned_license(customer.tenant, &after);
        let activity = if change.as_update { "Update user" } else { "Change user license" };
        let targets = audit_records::user_target(customer, &customer.users[change.user], &[("AssignedLicense", old, new)]);
        audit_records::record(&Audit {
            failure: change.failure,
            by_group_licensing: change.by_group,
            ..self.about(customer, (activity, "Update", "UserManagement"), targets)
        })
    }

    fn account(&self, customer: &Customer, user: usize, account: Account) -> String {
        let (activity, operation) = match account {
            Account::Add => ("Add user", "Add"),
            Account::Delete => ("Delete user", "Delete"),
            Account::Restore => ("Restore user", "Restore"),
            Account::HardDelete => ("Hard Delete user", "Delete"),
        };
        let change = match account {
            Account::Add => ("AccountEnabled", "[]".to_owned(), "[true]".to_owned()),
            Account::HardDelete => ("Is Hard Deleted", String::new(), "\"True\"".to_owned()),
            Account::Delete | Account::Restore => ("Is Hard Deleted", String::new(), "\"False\"".to_owned()),
        };
        let targets = audit_records::user_target(customer, &customer.users[user], &[change]);
        audit_records::record(&self.about(customer, (activity, operation, "UserManagement"), targets))
    }

    fn unrelated(&self, customer: &Customer, user: usize, unrelated: Unrelated) -> String {
        let target = |changes: &[(&str, String, String)]| audit_records::user_target(customer, &customer.users[user], changes);
        let group = || audit_records::group_target(customer.group, "All staff");
        let (kind, targets) = match unrelated {
            Unrelated::Member => (
                ("Add member to group", "Assign", "GroupManagement"),
                format!("{},{}", target(&[]), group()),
            ),
            Unrelated::Group => (("Update group", "Update", "GroupManagement"), group()),
            Unrelated::City => (
                ("Update user", "Update", "UserManagement"),
                target(&[("City", "[]".to_owned(), "[\"Berlin\"]".to_owned())]),
            ),
            Unrelated::Owner => (("Add owner to application", "Assign", "ApplicationManagement"), target(&[])),
        };
        audit_records::record(&self.about(customer, kind, targets))
    }
}
