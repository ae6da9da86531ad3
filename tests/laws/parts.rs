//! Parts add up to their whole, and counts to the records that were read.

use super::*;

/// Law E, on the rows that a site has.
fn parts_add_up(settings: &Settings) -> Verdict {
    let ratio = |part: i64, total: Option<i64>| total.filter(|total| *total != 0).map(|total| part as f64 / total as f64);
    for (day, row) in rows::<Usage>(settings)? {
        let parts =
            row.active_current + row.active_moved + row.active_switched + row.active_lapsed + row.active_trial + row.active_over_assigned;
        let holds = parts == row.entitlements_active
            && row.usage_ratio == ratio(row.entitlements_active, row.entitlements_total)
            && row.usage_ratio_adjusted == ratio(row.active_current, row.entitlements_total)
            && row.usage_ratio_adjusted.is_none_or(|ratio| ratio <= 1.0)
            && [
                row.active_current,
                row.active_moved,
                row.active_switched,
                row.active_lapsed,
                row.active_trial,
                row.active_over_assigned,
            ]
            .iter()
            .all(|part| *part >= 0);
        if !holds {
            return Err(format!("usage of {day:?} does not add up: {row:?}"));
        }
    }
    let adoption = rows::<Adoption>(settings)?;
    for (day, row) in &adoption {
        let parts =
            row.active_current + row.active_moved + row.active_switched + row.active_lapsed + row.active_trial + row.active_over_assigned;
        let holds = parts == row.entitlements_active
            && row.usage_ratio == ratio(row.entitlements_active, row.entitlements_total)
            && row.usage_ratio_adjusted == ratio(row.active_current, row.entitlements_total)
            && row.usage_ratio_adjusted.is_none_or(|ratio| ratio <= 1.0)
            && row.deployment_ratio == ratio(row.seats_assigned, row.seats_sold)
            && row.seats_unassigned == row.seats_sold.map(|sold| (sold - row.seats_assigned).max(0))
            && row.seats_sold_own.unwrap_or(0) <= row.seats_sold.unwrap_or(0)
            && row.seats_snapshot_day.is_some() == row.seats_sold.is_some()
            && row.in_scope == row.scope_reason.is_none()
            && (0..=28).contains(&row.window_days_covered);
        if !holds {
            return Err(format!("adoption of {day:?} does not add up: {row:?}"));
        }
    }
    for (day, row) in rows::<WorkloadAdoption>(settings)? {
        let holds = row.usage_ratio == ratio(row.entitlements_active, row.entitlements_total)
            && row.usage_ratio_licensed == ratio(row.entitlements_active - row.active_unlicensed, row.entitlements_total)
            && (0..=row.entitlements_active).contains(&row.active_unlicensed)
            && (0..=row.users_entitled).contains(&row.users_active)
            && row.users_ratio == ratio(row.users_active, Some(row.users_entitled));
        if !holds {
            return Err(format!("workload_adoption of {day:?} does not add up: {row:?}"));
        }
    }
    people_add_up(settings, &adoption)?;
    outcomes::add_up(settings, &adoption)?;
    let mut sums: BTreeMap<_, (Vec<PortfolioRow>, Option<PortfolioRow>)> = BTreeMap::new();
    for (day, row) in rows::<PortfolioRow>(settings)? {
        let entry = sums.entry(day).or_default();
        match (row.sku_id, &row.workload) {
            (Some(_), None) => entry.0.push(row),
            (None, None) => entry.1 = Some(row),
            _ => {}
        }
    }
    type Count = fn(&PortfolioRow) -> Option<i64>;
    for (day, (products, all)) in sums {
        let Some(all) = all else { continue };
        let columns: [(&str, Count); 13] = [
            ("seats_sold", |row| row.seats_sold),
            ("seats_sold_own", |row| row.seats_sold_own),
            ("seats_trial", |row| row.seats_trial),
            ("seats_lapsed", |row| row.seats_lapsed),
            ("seats_assigned", |row| row.seats_assigned),
            ("seats_unassigned", |row| row.seats_unassigned),
            ("entitlements_total", |row| row.entitlements_total),
            ("entitlements_active", |row| row.entitlements_active),
            ("active_current", |row| row.active_current),
            ("active_moved", |row| row.active_moved),
            ("active_switched", |row| row.active_switched),
            ("active_lapsed", |row| row.active_lapsed),
            ("active_over_assigned", |row| row.active_over_assigned),
        ];
        for (name, column) in columns {
            let parts: Vec<i64> = products.iter().filter_map(column).collect();
            let sum = (!parts.is_empty()).then(|| parts.iter().sum::<i64>());
            if sum != column(&all) {
                return Err(format!(
                    "portfolio of {day:?}: {name} of the products is {sum:?}, of everything {:?}",
                    column(&all)
                ));
            }
        }
        let in_scope = adoption.iter().filter(|(of, row)| *of == day && row.in_scope);
        let sold: i64 = in_scope.filter_map(|(_, row)| row.seats_sold).sum();
        if all.seats_sold.unwrap_or(0) != sold {
            return Err(format!(
                "portfolio of {day:?}: {:?} seats sold, the customers have {sold}",
                all.seats_sold
            ));
        }
    }
    counts_add_up(settings)
}

/// People are some of those who are entitled, and nobody counts twice.
fn people_add_up(settings: &Settings, adoption: &[(Option<Day>, Adoption)]) -> Verdict {
    for (day, row) in rows::<CustomerAdoption>(settings)? {
        let of_customer = adoption
            .iter()
            .filter(|(of, product)| *of == day && product.tenant_id == row.tenant_id);
        let in_scope: Vec<&Adoption> = of_customer.map(|(_, product)| product).filter(|product| product.in_scope).collect();
        let assigned = || in_scope.iter().map(|product| product.seats_assigned);
        let holds = (0..=row.users_entitled).contains(&row.users_active)
            && row.users_ratio.is_none_or(|ratio| ratio <= 1.0)
            && row.seats_assigned == assigned().sum::<i64>()
            && row.users_entitled <= row.seats_assigned
            && row.users_entitled >= assigned().max().unwrap_or(0)
            && row.products == in_scope.len() as i64
            && row.seats_sold.is_some() == row.subscriptions_age_days.is_some();
        if !holds {
            return Err(format!("customer_adoption of {day:?} does not add up: {row:?}"));
        }
    }
    Ok(())
}

/// Every record that was read was accepted, a reject or not ours; and every reject is a row.
fn counts_add_up(settings: &Settings) -> Verdict {
    let mut rejects: BTreeMap<(String, String), i64> = BTreeMap::new();
    for (_, row) in rows::<Reject>(settings)? {
        *rejects.entry((row.source, row.source_file)).or_default() += 1;
    }
    for (_, row) in rows::<RawFileRow>(settings)? {
        if row.records != row.accepted + row.rejected + row.not_ours {
            return Err(format!("the counts of a file do not add up: {row:?}"));
        }
        let found = rejects.remove(&(row.source.clone(), row.source_file.clone())).unwrap_or(0);
        if found != row.rejected {
            return Err(format!("{found} rows in rejects: {row:?}"));
        }
    }
    match rejects.keys().next() {
        Some(of) => Err(format!("rejects of a file that raw_files does not have: {of:?}")),
        None => Ok(()),
    }
}

#[test]
fn parts_add_up_to_their_whole() {
    holds(strategy::portfolio(), |portfolio| {
        let site = Site::ran(&portfolio.knobs, &render::files(portfolio))?;
        parts_add_up(&site.settings)
    });
}

/// Damages a file as it stands on disk.
fn mutate(bytes: &mut Vec<u8>, chance: Chance, path: &str) {
    let at = |about: &str, bytes: &[u8]| chance.below(&format!("{path} {about}"), bytes.len() as u64) as usize;
    if bytes.is_empty() {
        return;
    }
    match chance.below(&format!("{path} damage"), 8) {
        0 => bytes.truncate(at("cut", bytes)),
        1 => {
            let place = at("flip", bytes);
            bytes[place] ^= 1 << chance.below(&format!("{path} bit"), 8);
        }
        2 => {
            let (from, to) = (at("from", bytes), at("to", bytes));
            let part = bytes[from.min(to)..from.max(to)].to_vec();
            let place = at("place", bytes);
            bytes.splice(place..place, part);
        }
        3 => bytes.extend_from_within(..),
        4 => {
            let place = at("gap", bytes);
            let end = (place + 1 + chance.below(&format!("{path} length"), 60) as usize).min(bytes.len());
            bytes.drain(place..end);
        }
        5 => {
            let place = at("byte", bytes);
            bytes[place] = b"\"\\{}[],:\n \xff0"[chance.below(&format!("{path} which"), 12) as usize];
        }
        _ => {}
    }
}

#[test]
fn no_record_is_lost_in_damaged_files() {
    holds((strategy::portfolio(), any::<u64>()), |(portfolio, seed)| {
        let site = Site::new(&portfolio.knobs);
        files::write_all(&site.settings.inputs[0].root, &render::files(portfolio));
        for (path, (mut bytes, _)) in every_file(&site.settings.inputs[0].root) {
            mutate(&mut bytes, Chance(*seed), path.to_str().unwrap());
            fs::write(site.settings.inputs[0].root.join(&path), bytes).unwrap();
        }
        site.run()?;
        parts_add_up(&site.settings)?;
        equals_reference(&site)
    });
}
