//! The rows of one day that the closing summary is made from.

use crate::domain::day::Day;
use crate::reports::error::ReportError;
use crate::stages::measures::adoption::Adoption;
use crate::stages::measures::portfolio::Portfolio;
use crate::stages::measures::spend::Spend;
use crate::warehouse::store::Store;

/// `portfolio`, `adoption` and `spend` of one day, from all shards.
#[derive(Clone, Debug)]
pub struct DayRows {
    pub day: Day,
    pub portfolio: Vec<Portfolio>,
    pub adoption: Vec<Adoption>,
    pub spend: Vec<Spend>,
}

impl DayRows {
    pub fn read(store: &Store, shards: u32, day: Day) -> Result<DayRows, ReportError> {
        let (mut adoption, mut spend) = (Vec::new(), Vec::new());
        for shard in 0..shards {
            adoption.extend(store.rows::<Adoption>((Some(day), shard))?);
            spend.extend(store.rows::<Spend>((Some(day), shard))?);
        }
        Ok(DayRows {
            day,
            portfolio: store.rows::<Portfolio>((Some(day), 0))?,
            adoption,
            spend,
        })
    }
}
