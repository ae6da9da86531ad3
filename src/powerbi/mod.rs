//! A Power BI project (PBIP) over the published files: a semantic model in TMDL, made from the same
//! contracts as the files, and a report of three pages in PBIR. Pure: text in, files out. The same
//! version of the program gives the same bytes; what Power BI knows things by is made from their
//! names.
//!
//! | file | what for |
//! |---|---|
//! | `project` | all files with their paths |
//! | `folder` | where Power BI reads the published files, as M |
//! | `measures` | the list of measures: what each sums, as DAX |
//! | `model/` | tables, relationships, captions in TMDL |
//! | `report/` | pages and visuals in PBIR |

pub mod folder;
pub mod measures;
mod model;
pub mod project;
mod report;
mod schemas;
