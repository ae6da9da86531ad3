//! What people read and send: the report as a page and as a workbook, about the portfolio or about
//! one customer.
//!
//! 1. `figures` reads the published files of one day, with the days before as far as a trend needs
//!    them. What it holds are rows of published tables and sums of them.
//! 2. `chart` draws numbers as SVG. Colours are classes, so that the page's style sheet decides how
//!    they look in light, in dark and on paper.
//! 3. `html` puts both into one file that needs no other; `xlsx` makes a workbook of the same.
//!
//! No figure names a user: published tables have none. A page does where somebody asks for it: then
//! `explain` says who is behind the figures of one customer.

pub mod chart;
pub mod figures;
pub mod html;
pub mod names;
pub mod xlsx;
