//! Reads applications, offers, products out of scope, and audited actions.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::catalogue::AuditActions;
use crate::domain::guid::Guid;
use crate::domain::kinds::ActionMeaning;
use crate::pipeline::catalogue_rows::cells::{put_once, workload};
use crate::pipeline::catalogue_rows::products::PlanWorkloads;
use crate::pipeline::syntax::table::{Notes, rows, squeezed};

pub(in crate::pipeline) fn read_apps(bytes: &[u8], workloads: &PlanWorkloads, notes: &mut Notes) -> BTreeMap<String, String> {
    let licensed: BTreeSet<&String> = workloads.values().flatten().collect();
    let mut apps: BTreeMap<String, String> = BTreeMap::new();
    let mut unlicensed: BTreeSet<String> = BTreeSet::new();
    for row in rows(bytes, ["workload", "app_id"], notes) {
        let (Some(workload), Some(app)) = (workload(&row, 0, notes), row.guid(1, notes)) else {
            continue;
        };
        if !licensed.contains(&workload) && unlicensed.insert(workload.clone()) {
            notes.warn(
                row.line,
                format!("no service plan carries workload `{workload}`; check its spelling in both files"),
            );
        }
        put_once(&mut apps, app.to_string(), workload, "application", row.line, notes);
    }
    notes.sum_up_repeated();
    apps
}

pub(in crate::pipeline) fn read_offers(bytes: &[u8], notes: &mut Notes) -> BTreeMap<String, Guid> {
    let mut offers = BTreeMap::new();
    for row in rows(bytes, ["offer_id", "sku_id"], notes) {
        if let (Some(offer), Some(sku)) = (row.filled(0, notes), row.guid(1, notes)) {
            put_once(&mut offers, squeezed(offer).to_lowercase(), sku, "offer", row.line, notes);
        }
    }
    notes.sum_up_repeated();
    offers
}

pub(in crate::pipeline) fn read_unit_kinds(bytes: &[u8], notes: &mut Notes) -> BTreeMap<String, bool> {
    let mut kinds = BTreeMap::new();
    for row in rows(bytes, ["unit_kind", "is_seat"], notes) {
        let (Some(kind), Some(word)) = (row.filled(0, notes), row.filled(1, notes)) else {
            continue;
        };
        match word.to_lowercase().as_str() {
            "yes" => put_once(&mut kinds, squeezed(kind).to_lowercase(), true, "unit", row.line, notes),
            "no" => put_once(&mut kinds, squeezed(kind).to_lowercase(), false, "unit", row.line, notes),
            _ => notes.refuse(row.line, format!("`is_seat` `{word}` must be `yes` or `no`")),
        }
    }
    notes.sum_up_repeated();
    kinds
}

pub(in crate::pipeline) fn read_excluded(bytes: &[u8], notes: &mut Notes) -> BTreeMap<Guid, String> {
    let mut excluded = BTreeMap::new();
    for row in rows(bytes, ["sku_id", "reason"], notes) {
        if let (Some(sku), Some(reason)) = (row.guid(0, notes), row.filled(1, notes)) {
            put_once(&mut excluded, sku, squeezed(reason), "SKU", row.line, notes);
        }
    }
    notes.sum_up_repeated();
    excluded
}

pub(in crate::pipeline) fn read_audit_actions(bytes: &[u8], notes: &mut Notes) -> AuditActions {
    let mut actions = AuditActions::default();
    for row in rows(bytes, ["kind", "name", "number", "means"], notes) {
        let name = row.filled(1, notes).map(str::to_lowercase);
        let (Some(name), Some(means)) = (name, row.filled(3, notes).map(str::to_lowercase)) else {
            continue;
        };
        let Some(means) = ActionMeaning::parse(&means) else {
            notes.refuse(row.line, format!("`means` `{means}` must be `use` or `administration`"));
            continue;
        };
        let number = row.cell(2);
        match row.cell(0).to_lowercase().as_str() {
            "operation" => put_once(&mut actions.operations, name, means, "operation", row.line, notes),
            "record_type" if number.bytes().all(|byte| byte.is_ascii_digit()) => {
                put_once(&mut actions.record_types, name, means, "record type", row.line, notes);
                let known = actions.record_types.get(number);
                // A record type that has two names has one number.
                if !number.is_empty() && known != Some(&means) {
                    put_once(&mut actions.record_types, number.to_owned(), means, "record type", row.line, notes);
                }
            }
            "record_type" => notes.refuse(row.line, format!("`number` `{number}` is no number; correct it or remove it")),
            kind => notes.refuse(row.line, format!("`kind` `{kind}` must be `record_type` or `operation`")),
        }
    }
    notes.sum_up_repeated();
    actions
}
