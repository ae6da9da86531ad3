//! A table as Polars reads it. Polars says which columns a question needs and which rows its
//! conditions leave; only these columns are read, and only the pieces whose days can have such rows.

use std::any::Any;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use polars::prelude::{
    AnonymousScan, AnonymousScanArgs, DataFrame, Expr, IntoLazy, LazyFrame, PolarsError, PolarsResult, ScanArgsAnonymous, SchemaRef,
};
use rayon::prelude::*;

use crate::domain::day::Day;
use crate::sql::days;
use crate::sql::error::SqlError;
use crate::sql::pieces::{Piece, Pieces};
use crate::warehouse::error::WarehouseError;

/// The first fault of reading. Polars carries its own errors only, and the exit code is that of the
/// fault.
#[derive(Clone, Default)]
pub(super) struct Faults(Arc<Mutex<Option<WarehouseError>>>);

impl Faults {
    pub fn take(&self) -> Option<WarehouseError> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Keeps a fault, and is the error that ends the question.
    fn keep(&self, fault: WarehouseError) -> PolarsError {
        let error = PolarsError::ComputeError(fault.to_string().into());
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(fault);
        error
    }
}

struct Scan {
    pieces: Pieces,
    schema: SchemaRef,
    faults: Faults,
}

/// A table that is read when Polars gets to it. `name` is what a plan calls it.
pub(super) fn lazy(pieces: Pieces, name: &'static str, faults: &Faults) -> Result<LazyFrame, SqlError> {
    let schema = pieces.schema()?;
    let scan = Scan {
        pieces,
        schema: schema.clone(),
        faults: faults.clone(),
    };
    let args = ScanArgsAnonymous {
        schema: Some(schema),
        name,
        ..ScanArgsAnonymous::default()
    };
    Ok(LazyFrame::anonymous_scan(Arc::new(scan), args).map_err(WarehouseError::from)?)
}

impl AnonymousScan for Scan {
    fn as_any(&self) -> &dyn Any {
        self
    }

    fn allows_predicate_pushdown(&self) -> bool {
        true
    }

    fn allows_projection_pushdown(&self) -> bool {
        true
    }

    fn scan(&self, args: AnonymousScanArgs) -> PolarsResult<DataFrame> {
        let wanted: Vec<&str> = match &args.with_columns {
            Some(columns) => columns.iter().map(|name| name.as_str()).collect(),
            None => self.schema.iter_names().map(|name| name.as_str()).collect(),
        };
        let condition = args.predicate.as_ref().and_then(days::as_asked);
        let condition = condition.as_ref();
        let pieces = self.pieces_left(condition)?;
        // What is asked of all rows together is asked when all of them are there.
        let (of_rows, of_all) = match condition {
            Some(condition) if days::is_cell_by_cell(condition) => (Some(condition), None),
            condition => (None, condition),
        };
        let read = |piece: &Piece| {
            let rows = self.pieces.read(piece, &wanted).map_err(|fault| self.faults.keep(fault))?;
            filtered(rows, of_rows)
        };
        let frames: Vec<DataFrame> = match args.n_rows {
            None => pieces.par_iter().map(read).collect::<PolarsResult<_>>()?,
            Some(most) => first_rows(pieces.iter().map(read), most)?,
        };
        let rows = filtered(self.together(frames, &wanted)?, of_all)?;
        Ok(args.n_rows.map_or_else(|| rows.clone(), |most| rows.head(Some(most))))
    }
}

impl Scan {
    /// The pieces that can have rows for which the condition holds.
    fn pieces_left(&self, condition: Option<&Expr>) -> PolarsResult<Vec<Piece>> {
        let mut pieces = self.pieces.all().map_err(|fault| self.faults.keep(fault))?;
        if let (Some(column), Some(condition)) = (self.pieces.day_column(), condition) {
            let there = pieces.iter().filter_map(|piece| piece.days);
            let all: BTreeSet<Day> = there.flat_map(|(first, last)| first.to(last)).collect();
            let left = days::left(all, column, Some(condition));
            pieces.retain(|piece| piece.may_have(&left));
        }
        Ok(pieces)
    }

    fn together(&self, frames: Vec<DataFrame>, wanted: &[&str]) -> PolarsResult<DataFrame> {
        if wanted.is_empty() {
            return DataFrame::new(frames.iter().map(DataFrame::height).sum(), Vec::new());
        }
        let mut frames = frames.into_iter();
        let Some(mut all) = frames.next() else {
            return DataFrame::empty_with_schema(&self.schema).select(wanted.iter().copied());
        };
        for frame in frames {
            all.vstack_mut(&frame)?;
        }
        Ok(all)
    }
}

fn filtered(rows: DataFrame, condition: Option<&Expr>) -> PolarsResult<DataFrame> {
    match condition {
        Some(condition) => rows.lazy().filter(condition.clone()).collect(),
        None => Ok(rows),
    }
}

/// As many pieces as have the first rows.
fn first_rows(pieces: impl Iterator<Item = PolarsResult<DataFrame>>, most: usize) -> PolarsResult<Vec<DataFrame>> {
    let mut frames = Vec::new();
    let mut rows = 0;
    for frame in pieces {
        let frame = frame?;
        rows += frame.height();
        frames.push(frame);
        if rows >= most {
            break;
        }
    }
    Ok(frames)
}
