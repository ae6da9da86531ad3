//! Texts of groups of settings. A table's fingerprint includes those of the groups that it reads,
//! so a changed setting makes exactly its readers stale. Equal settings give equal texts: sorted,
//! one entry per line, fields separated by tabs (which no field can contain).

use std::fmt::{Display, Write};

use super::settings::Settings;
use crate::domain::catalogue::Product;
use crate::domain::day::Day;
use crate::domain::exceptions::Exclusion;
use crate::domain::guid::Guid;
use crate::domain::settings_group::SettingsGroup;
use crate::domain::user_ids::UserIds;

impl Settings {
    /// Returns the text of a group of settings.
    pub fn text(&self, group: SettingsGroup) -> String {
        let (rules, catalogue) = (&self.rules, &self.rules.catalogue);
        match group {
            SettingsGroup::Zone => line(rules.zone.name()),
            SettingsGroup::Apps => pairs(&catalogue.apps),
            SettingsGroup::Workloads => {
                // SKUs without a workload have no line, so a new Intune makes nothing stale.
                let has_any = |product: &Product| !product.workloads.is_empty() || !product.along.is_empty();
                let with_workloads = catalogue.products.iter().filter(|(_, product)| has_any(product));
                let words = |product: &Product| match product.along.is_empty() {
                    true => joined(&product.workloads),
                    false => format!("{}\t{}", joined(&product.workloads), joined(&product.along)),
                };
                pairs(with_workloads.map(|(sku, product)| (sku, words(product))))
            }
            SettingsGroup::Products => {
                let names = |product: &Product| format!("{}\t{}", product.part_number, product.name);
                pairs(catalogue.products.iter().map(|(sku, product)| (sku, names(product))))
            }
            SettingsGroup::Scope => pairs(&catalogue.excluded),
            SettingsGroup::Offers => {
                let offers = &catalogue.offers;
                [pairs(&offers.by_id), pairs(&offers.by_name), pairs(&offers.unit_kinds)].join("\n")
            }
            SettingsGroup::Prices => {
                let text = |id: Option<Guid>| id.map_or_else(String::new, |id| id.to_string());
                let prices = catalogue.prices.iter().map(|((sku, tenant), from, price)| {
                    let from = from.map_or_else(String::new, |from| from.to_string());
                    (sku, format!("{}\t{from}\t{price}", text(tenant)))
                });
                pairs(prices)
            }
            SettingsGroup::AuditActions => {
                let actions = &catalogue.audit_actions;
                format!("{}\n{}", pairs(&actions.record_types), pairs(&actions.operations))
            }
            SettingsGroup::Evidence => line(joined(&rules.evidence)),
            SettingsGroup::UnlicensedUse => line(joined(&rules.unlicensed_use)),
            SettingsGroup::States => line(joined(&rules.sold_states)) + &line(joined(&rules.entitled_states)),
            SettingsGroup::Partner => line(rules.partner_tenant.map_or_else(String::new, |partner| partner.to_string())),
            SettingsGroup::SnapshotAge => line(rules.snapshot_stale_days),
            SettingsGroup::Thresholds => line(format_args!("{:?}", rules.thresholds)),
            SettingsGroup::Language => line(rules.language),
            SettingsGroup::Exceptions => self.exceptions_text(),
            SettingsGroup::SpareSeats => {
                let spare = self.customer_exceptions.spare.iter();
                let mut lines: Vec<String> = spare
                    .map(|(customer, sku, seats)| line(format_args!("{}\t{sku}\t{seats}", customer.value)))
                    .collect();
                lines.sort_unstable();
                lines.concat()
            }
            // A digest of the key, never the key; nothing if users are stored under their own ids.
            SettingsGroup::UserIds => match &self.user_ids {
                UserIds::Plain => String::new(),
                UserIds::Pseudonymous(pseudonyms) => line(pseudonyms.key_digest()),
            },
        }
    }

    /// One line for each customer, as it is written, and for each product from a day on.
    fn exceptions_text(&self) -> String {
        let day = |from: Option<Day>| from.map_or_else(String::new, |day| day.to_string());
        let text = |customer: &str, sku: Option<Guid>, exclusion: &Exclusion| {
            let sku = sku.map_or_else(String::new, |sku| sku.to_string());
            line(format_args!("{customer}\t{sku}\t{}\t{}", day(exclusion.from), exclusion.reason))
        };
        let of_customers = self.customer_exceptions.excluded.iter();
        let of_customers = of_customers.map(|(customer, sku, exclusion)| text(&customer.value, *sku, exclusion));
        let of_all = self.rules.exceptions.excluded().filter(|(excepted, _)| excepted.tenant.is_none());
        let mut lines: Vec<String> = of_customers
            .chain(of_all.map(|(excepted, exclusion)| text("", excepted.sku, exclusion)))
            .collect();
        lines.sort_unstable();
        lines.concat()
    }

    /// Returns the texts of some groups for a fingerprint. Plain user ids are left out, so that
    /// fingerprints are the same as before there were pseudonyms.
    pub fn texts(&self, groups: impl IntoIterator<Item = SettingsGroup>) -> impl Iterator<Item = String> {
        let texts = groups.into_iter().map(|group| (group, self.text(group)));
        texts.filter_map(|(group, text)| (group != SettingsGroup::UserIds || !text.is_empty()).then_some(text))
    }
}

fn line(text: impl Display) -> String {
    format!("{text}\n")
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
