//! What the parts of a run share: from its beginning ([`RunContext`]), what it has learned and done so
//! far ([`RunState`]), and what is needed once the days of the tables are known ([`Job`]).

use std::collections::BTreeSet;

use crate::domain::day::Day;
use crate::engine::cache::Cache;
use crate::engine::events::Watch;
use crate::engine::plan::causes::Changes;
use crate::engine::plan::day_range::Range;
use crate::engine::plan::task::Forced;
use crate::engine::report::RunReport;
use crate::engine::request::Request;
use crate::engine::state::State;
use crate::pipeline::settings::Settings;
use crate::stages::measures::adoption::ADOPTION;
use crate::stages::people::user_names::Names;
use crate::storage::interface::Storage;
use crate::warehouse::store::Store;

/// What every part of a run needs.
#[derive(Clone, Copy)]
pub struct RunContext<'a> {
    pub settings: &'a Settings,
    pub request: &'a Request<'a>,
    /// Where the warehouse is; of a plan it is a rehearsal.
    pub store: &'a Store,
    /// Where the published files are.
    pub published: &'a dyn Storage,
    pub watch: &'a Watch<'a>,
}

/// What a run knows of the warehouse, and what it has done so far.
pub struct RunState {
    pub state: State,
    pub cache: Cache,
    pub changes: Changes,
    pub report: RunReport,
}

impl RunState {
    /// Fills in the days that `adoption` has.
    pub fn fill_range(&mut self) {
        let days = self.state.days(&ADOPTION);
        self.report.first_day = days.first().map(Day::to_string);
        self.report.last_day = days.last().map(Day::to_string);
    }
}

/// What a part of a run needs besides the state of the warehouse, once the days of the tables are
/// known.
#[derive(Clone, Copy)]
pub struct Job<'a> {
    pub settings: &'a Settings,
    pub request: &'a Request<'a>,
    pub store: &'a Store,
    pub range: Range,
    pub forced: Forced,
    /// The tables that are wanted, and the ones that they need.
    pub tables: &'a BTreeSet<&'static str>,
    /// Whose name is whose, by shard.
    pub names: &'a [Names],
    pub watch: &'a Watch<'a>,
}

impl Job<'_> {
    /// How many shards tenants are spread over.
    pub fn shards(&self) -> u32 {
        u32::from(self.settings.shards)
    }

    /// Whose name is whose in a shard.
    pub fn names(&self, shard: u32) -> &Names {
        static NOBODY: Names = Names::none();
        self.names.get(shard as usize).unwrap_or(&NOBODY)
    }

    /// The reason that was given for making days again.
    pub fn reason(&self) -> Option<&str> {
        self.request.again.as_ref()?.reason.as_deref()
    }
}
