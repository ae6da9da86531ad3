//! Canonical texts of groups of settings: what a table's fingerprint takes in, so that a changed
//! setting makes exactly the tables stale that read it. Same meaning, same text: sorted, one entry
//! a line, fields separated by tabs (which no field can hold).

use std::fmt::{Display, Write};

use super::settings::Settings;
use crate::domain::catalogue::Catalogue;
use crate::domain::user_ids::UserIds;

impl Settings {
    /// Application -> workload: read by whoever gives activity its workload.
    pub fn apps_text(&self) -> String {
        pairs(&self.catalogue().apps)
    }

    /// SKU -> workloads: read by usage and adoption. SKUs without a workload have no line, so a new
    /// Visio makes nothing stale.
    pub fn workloads_text(&self) -> String {
        let products = self
            .catalogue()
            .products
            .iter()
            .filter(|(_, product)| !product.workloads.is_empty());
        pairs(products.map(|(sku, product)| (sku, joined(&product.workloads))))
    }

    /// SKU -> reason: read by whoever sums over products.
    pub fn excluded_text(&self) -> String {
        pairs(&self.catalogue().excluded)
    }

    /// Offer -> SKU: read with Partner Center's subscriptions.
    pub fn offers_text(&self) -> String {
        pairs(self.catalogue().offers.iter())
    }

    /// What audited actions mean: read with records of the audit log.
    pub fn audit_actions_text(&self) -> String {
        let actions = &self.catalogue().audit_actions;
        format!("{}\n{}", pairs(&actions.record_types), pairs(&actions.operations))
    }

    /// SKU -> part number, name: read by what is published.
    pub fn products_text(&self) -> String {
        pairs(
            self.catalogue()
                .products
                .iter()
                .map(|(sku, product)| (sku, format!("{}\t{}", product.part_number, product.name))),
        )
    }

    /// Whose midnight ends a day: read by every table that has a day.
    pub fn zone_text(&self) -> String {
        format!("{}\n", self.rules.zone.name())
    }

    /// What makes a day active: read by the rolling window.
    pub fn evidence_text(&self) -> String {
        format!("{}\n", joined(&self.rules.evidence))
    }

    /// The workloads whose use without a license counts: read by workload adoption.
    pub fn unlicensed_use_text(&self) -> String {
        format!("{}\n", joined(&self.rules.unlicensed_use))
    }

    /// Which states count where: read by adoption and usage.
    pub fn states_text(&self) -> String {
        format!("{}\n{}\n", joined(&self.rules.sold_states), joined(&self.rules.entitled_states))
    }

    /// Whose subscriptions are ours: read by subscriptions.
    pub fn partner_text(&self) -> String {
        format!(
            "{}\n",
            self.rules.partner_tenant.map_or_else(String::new, |partner| partner.to_string())
        )
    }

    /// Which of several lists is in force: read by subscriptions.
    pub fn snapshots_text(&self) -> String {
        format!("{}\n", self.rules.snapshot_stale_days)
    }

    /// The limits: read by next steps.
    pub fn thresholds_text(&self) -> String {
        format!("{:?}\n", self.rules.thresholds)
    }

    /// In which language things are said: read by next steps.
    pub fn language_text(&self) -> String {
        format!("{}\n", self.rules.language)
    }

    /// Under which ids users are stored, empty where they are plain: read with every raw file. It
    /// has a digest of the key and not the key.
    pub fn user_ids_text(&self) -> String {
        match &self.user_ids {
            UserIds::Plain => String::new(),
            UserIds::Pseudonymous(pseudonyms) => format!("{}\n", pseudonyms.key_digest()),
        }
    }

    fn catalogue(&self) -> &Catalogue {
        &self.rules.catalogue
    }
}

fn joined<T: Display>(words: impl IntoIterator<Item = T>) -> String {
    words.into_iter().map(|word| word.to_string()).collect::<Vec<_>>().join(",")
}

fn pairs<K: Display, V: Display>(pairs: impl IntoIterator<Item = (K, V)>) -> String {
    pairs.into_iter().fold(String::new(), |mut text, (key, value)| {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{key}\t{value}");
        text
    })
}
