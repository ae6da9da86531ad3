//! Night by night, again, and a second time.

use super::*;

/// What happens in the nights before the last.
#[derive(Debug)]
pub struct Nights {
    pub count: i32,
    /// Days between one night and the next.
    pub days_between: i32,
    /// The most days of one run.
    pub max_days: Option<u32>,
    pub seed: u64,
}

pub fn nights() -> impl Strategy<Value = Nights> {
    let max_days = proptest::option::weighted(0.25, 1..20u32);
    (2..6i32, 0..9i32, max_days, any::<u64>()).prop_map(|(count, days_between, max_days, seed)| Nights {
        count,
        days_between,
        max_days,
        seed,
    })
}

/// Delivers files night by night, late ones, growing ones, some of which are removed after a run
/// that has read them, and runs after most nights; at the end everything was delivered.
pub fn deliver(site: &mut Site, files: &Files, nights: &Nights, mut told: impl FnMut(String)) -> Result<(), String> {
    let chance = Chance(nights.seed);
    let root = site.settings.inputs[0].root.clone();
    let last = site.settings.last_day.unwrap();
    let count = nights.count as u64;
    for night in 0..nights.count {
        for (path, file) in files {
            // The night in which a file is whole, and the one in which it first arrives.
            let whole = chance.below(&format!("{path} whole"), count) as i32;
            let first = if chance.once_in(&format!("{path} grows"), 3) {
                chance.below(&format!("{path} first"), count) as i32
            } else {
                whole
            };
            let text = file.text(path);
            if night == whole {
                files::write(&root, path, &text);
                told(format!("night {night}: {path}"));
            } else if night == first && first < whole {
                let mut end = chance.below(&format!("{path} cut"), text.len() as u64 + 1) as usize;
                let at_line_end = file.packing != Packing::Lines || !chance.once_in(&format!("{path} within a line"), 4);
                if at_line_end && matches!(file.packing, Packing::Lines | Packing::Batches) {
                    end = text[..end].iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
                }
                files::write(&root, path, &text[..end]);
                told(format!("night {night}: {end} of {} bytes of {path}", text.len()));
            }
        }
        site.settings.last_day = Some(last.plus((night + 1 - nights.count) * nights.days_between));
        let skipped = night + 1 < nights.count && chance.once_in(&format!("night {night}"), 4);
        if skipped || site.settings.first_day.is_some_and(|first| Some(first) > site.settings.last_day) {
            told(format!("night {night}: no run"));
            continue;
        }
        told(format!("night {night}: run until {}", site.settings.last_day.unwrap()));
        let request = Request {
            max_days: nights.max_days,
            ..site.request()
        };
        let report = site.ask_as_planned(&request).map_err(|error| format!("night {night}: {error}"))?;
        // Archives are pruned of what was read; what was read from them stays.
        let read_all = report.days_left == 0;
        for path in files.keys().filter(|path| read_all && chance.once_in(&format!("{path} pruned"), 8)) {
            if chance.below(&format!("{path} whole"), count) as i32 <= night && fs::remove_file(root.join(path)).is_ok() {
                told(format!("night {night}: {path} is removed"));
            }
        }
    }
    Ok(())
}

#[test]
fn night_by_night_gives_what_one_run_from_scratch_gives() {
    holds((strategy::portfolio(), nights()), |(portfolio, nights)| {
        let files = render::files(portfolio);
        let scratch = Site::ran(&portfolio.knobs, &files)?;
        let mut site = Site::new(&portfolio.knobs);
        let mut story = String::new();
        deliver(&mut site, &files, nights, |line| story += &format!("{line}\n"))?;
        // A run that is to be short leaves days to the next ones.
        let mut left = nights.max_days.is_some();
        while left {
            let request = Request {
                max_days: nights.max_days,
                ..site.request()
            };
            left = site.ask_as_planned(&request)?.days_left > 0;
        }
        if !site.plan()?.is_idle() {
            return Err(format!(
                "after the last night there is something to do: {:#?}\n{story}",
                site.plan()?.steps
            ));
        }
        let verdict = compare(
            "night by night",
            &rows::raw_rows(&site.settings)?,
            "from scratch",
            &rows::raw_rows(&scratch.settings)?,
        )
        .and_then(|()| same_bytes("night by night", &site, "from scratch", &scratch))
        .and_then(|()| same_files("published", &site.published_files(), &scratch.published_files()))
        .and_then(|()| match (collapsed_lists(&site), collapsed_lists(&scratch)) {
            (told, expected) if told == expected => Ok(()),
            (told, expected) => Err(format!("collapsed lists: {told}\nfrom scratch: {expected}")),
        });
        verdict.map_err(|wrong| format!("{wrong}\n{story}"))
    });
}

/// Days that are made again, and how.
#[derive(Debug)]
struct Chunk {
    /// Where the chunk begins and how long it is, in thousandths of the tables' days.
    from: u32,
    days: u32,
    tables: Option<&'static str>,
    of_one_customer: bool,
    from_facts: bool,
}

fn chunks() -> impl Strategy<Value = Vec<Chunk>> {
    let tables = proptest::option::weighted(
        0.3,
        proptest::sample::select(vec!["activity_daily", "activity_28d", "usage", "next_steps", "portfolio"]),
    );
    let chunk = (
        0..1000u32,
        0..1000u32,
        tables,
        proptest::bool::weighted(0.3),
        proptest::bool::weighted(0.3),
    );
    proptest::collection::vec(
        chunk.prop_map(|(from, days, tables, of_one_customer, from_facts)| Chunk {
            from,
            days,
            tables,
            of_one_customer,
            from_facts,
        }),
        1..5,
    )
}

#[test]
fn days_made_again_in_any_chunks_and_order_give_the_same() {
    holds((strategy::portfolio(), chunks(), nights()), |(portfolio, chunks, nights)| {
        let files = render::files(portfolio);
        let scratch = Site::ran(&portfolio.knobs, &files)?;
        let mut site = Site::new(&portfolio.knobs);
        let nights = Nights { max_days: None, ..*nights };
        deliver(&mut site, &files, &nights, |_| {})?;
        // What was pruned is back: every day can be made again.
        files::write_all(&site.settings.inputs[0].root, &files);
        let days = rows::days_of(&site.settings, "adoption");
        let (Some(first), Some(last)) = (days.first(), days.last()) else {
            return Ok(());
        };
        let customer = rows::rows::<Adoption>(&site.settings)?.first().map(|(_, row)| row.tenant_id);
        for chunk in chunks {
            let begin = first.plus((days.len() as u32 * chunk.from / 1000) as i32);
            let end = begin.plus((days.len() as u32 * chunk.days / 1000) as i32).min(*last);
            let request = Request {
                tables: chunk.tables.map(|table| [table].into()),
                again: Some(Again {
                    first: begin,
                    last: end,
                    customer: customer.filter(|_| chunk.of_one_customer),
                    reason: Some("a test".to_owned()),
                    from_facts: chunk.from_facts,
                }),
                ..site.request()
            };
            let report = site.ask_as_planned(&request).map_err(|error| format!("{begin}..{end}: {error}"))?;
            let made = report.steps.iter().find(|step| step.table == chunk.tables.unwrap_or("adoption"));
            if !made.is_some_and(|step| {
                step.days
                    .iter()
                    .any(|(from, to)| *from <= begin.to_string() && end.to_string() <= *to)
            }) {
                return Err(format!("{begin}..{end} was asked for, and made was {:#?}", report.steps));
            }
        }
        site.run()?;
        same_bytes("made again", &site, "from scratch", &scratch)
    });
}

#[test]
fn a_second_run_does_nothing() {
    holds(strategy::portfolio(), |portfolio| {
        let site = Site::ran(&portfolio.knobs, &render::files(portfolio))?;
        let tables = |site: &Site| {
            let mut files = every_file(&site.settings.warehouse);
            files.retain(|path, _| !path.starts_with(".uptake"));
            (files, every_file(&site.settings.published))
        };
        let before = tables(&site);
        let untouched = |what: &str| {
            let after = tables(&site);
            let changed = |before: &BTreeMap<PathBuf, (Vec<u8>, SystemTime)>, after: &BTreeMap<PathBuf, (Vec<u8>, SystemTime)>| {
                before
                    .keys()
                    .chain(after.keys())
                    .find(|path| before.get(*path) != after.get(*path))
                    .cloned()
            };
            match changed(&before.0, &after.0).or_else(|| changed(&before.1, &after.1)) {
                Some(path) => Err(format!("{what} touched {}", path.display())),
                None => Ok(()),
            }
        };
        let idle = |what: &str, report: RunReport| {
            if report.is_idle() {
                untouched(what)
            } else {
                Err(format!("{what} was not idle: {report:#?}"))
            }
        };
        idle("a second run", site.run()?)?;
        idle("a plan", site.plan()?)?;
        let private = site.settings.warehouse.join(".uptake");
        let mut caches: Vec<PathBuf> = fs::read_dir(&private).unwrap().map(|entry| entry.unwrap().path()).collect();
        let is_cache = |path: &PathBuf| path.extension().is_some_and(|ending| ending == "json" || ending == "bin");
        caches.retain(|path| is_cache(path) && !path.ends_with("since-publication.json"));
        assert!(caches.contains(&private.join("cache.bin")), "{caches:?}");
        caches.iter().try_for_each(fs::remove_file).map_err(|error| error.to_string())?;
        idle("a plan without a cache", site.plan()?)?;
        idle("a run without a cache", site.run()?)
    });
}
