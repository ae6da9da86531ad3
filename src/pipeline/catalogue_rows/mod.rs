//! The readers of the catalogue files: the bytes of one file to the part of the catalogue that it
//! describes.

pub(super) mod cells;
pub(super) mod offer_matrix;
pub(super) mod others;
pub(super) mod prices;
pub(super) mod products;

#[cfg(test)]
mod purposes_tests;
