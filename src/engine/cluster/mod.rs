//! A run on several processes: a leader, which has the warehouse's lock, and workers, on this
//! machine or others, that see the same input and warehouse.
//!
//! The leader goes through the levels of a run as always. It puts the tasks of a level on a
//! [list](task_list) in the warehouse, and waits. Workers [take](work) them by putting a [`claim`] on
//! each, which says at the end what came of it. After that the leader looks at the files, hands out
//! again what is missing, [three times at most](lead), and makes by itself what is left.
//!
//! | in `.uptake` of the warehouse | what |
//! |---|---|
//! | `lock` | its holder's text names the run that leads |
//! | `tasks/<run>/open.json` | the [lines](task_line) of the tasks that are handed out now |
//! | `tasks/<run>/<number>.json` | one of these tasks, with everything that it takes |
//! | `claims/<run>/<number>.json` | who makes it, and what came of it |
//!
//! No clock is compared with another one. A worker is dead when nothing about its claim has changed
//! for a while, by the watch of whoever looks at it.

pub mod attempt;
pub mod claim;
pub mod first_level;
pub mod lead;
pub mod memory;
mod other_claims;
mod pause;
pub mod task_line;
pub mod task_list;
pub mod work;
