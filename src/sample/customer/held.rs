//! The products that a user holds, in a few bytes, because a customer may have a million users.

use crate::sample::customer::portfolio::Grant;
use crate::sample::facts::SKUS;

/// Bits per product: 0 if it is not held, otherwise the index of its grant in [`GRANTS`] plus 1.
const BITS: usize = 4;
const GRANTS: [Grant; 5] = [Grant::Direct, Grant::Group, Grant::Both, Grant::GroupWithError, Grant::Failed];

/// What a user holds, by product.
#[derive(Clone, Copy, Default)]
pub struct HeldProducts(u64);

impl HeldProducts {
    /// Grants a product or takes it away.
    pub fn set(&mut self, sku: usize, grant: Option<Grant>) {
        let code = GRANTS
            .iter()
            .position(|&one| Some(one) == grant)
            .map_or(0, |place| place as u64 + 1);
        self.0 = self.0 & !(0xf << (sku * BITS)) | code << (sku * BITS);
    }

    pub fn get(self, sku: usize) -> Option<Grant> {
        let code = (self.0 >> (sku * BITS) & 0xf) as usize;
        GRANTS.get(code.checked_sub(1)?).copied()
    }

    /// Iterates over all products with their grants, in the order of the products.
    pub fn all(self) -> impl Iterator<Item = (usize, Grant)> {
        (0..SKUS.len()).filter_map(move |sku| Some((sku, self.get(sku)?)))
    }

    /// Iterates over the products that are actually held.
    pub fn products(self) -> impl Iterator<Item = usize> {
        self.all().filter(|product| product.1 != Grant::Failed).map(|(sku, _)| sku)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_product_can_be_held_in_every_way_beside_all_others() {
        for grant in GRANTS {
            let mut held = HeldProducts::default();
            (0..SKUS.len()).for_each(|sku| held.set(sku, Some(grant)));
            assert!(held.all().eq((0..SKUS.len()).map(|sku| (sku, grant))));
            held.set(SKUS.len() - 1, None);
            assert!(held.all().eq((0..SKUS.len() - 1).map(|sku| (sku, grant))));
        }
    }
}
