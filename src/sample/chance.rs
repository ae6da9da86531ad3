//! The only source of random numbers in this room: xoshiro256**, seeded by splitmix64. The same
//! seed gives the same portfolio on every machine and with every version of every library.

use std::net::Ipv4Addr;

use crate::domain::guid::Guid;

/// A stream of pseudo-random numbers.
pub struct Chance {
    state: [u64; 4],
}

impl Chance {
    /// Returns stream `stream` of the seed `seed`. Streams are independent, so that customer 5 is
    /// the same in a portfolio of 8 and in one of 200.
    pub fn new(seed: u64, stream: u64) -> Chance {
        let mut mixed = seed ^ stream.wrapping_mul(0xd134_2543_de82_ef95);
        Chance {
            state: std::array::from_fn(|_| splitmix(&mut mixed)),
        }
    }

    /// Returns the next 64 random bits.
    pub fn bits(&mut self) -> u64 {
        let [a, b, c, d] = self.state;
        let result = b.wrapping_mul(5).rotate_left(7).wrapping_mul(9);
        let (c, d) = (c ^ a, d ^ b);
        self.state = [a ^ d, b ^ c, c ^ (b << 17), d.rotate_left(45)];
        result
    }

    /// Returns a number from 0 to `limit` - 1, or 0 if `limit` is 0.
    pub fn below(&mut self, limit: usize) -> usize {
        ((u128::from(self.bits()) * limit as u128) >> 64) as usize
    }

    /// Returns a fraction from 0 to less than 1.
    pub fn fraction(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Returns true with probability `probability`.
    pub fn happens(&mut self, probability: f64) -> bool {
        self.fraction() < probability
    }

    /// Picks one of some things with equal probability. There must be at least one.
    pub fn pick<'a, T>(&mut self, things: &'a [T]) -> &'a T {
        &things[self.below(things.len())]
    }

    /// Picks an index of a list of weights. The probability is proportional to the weight.
    pub fn weighted(&mut self, weights: impl Iterator<Item = u32> + Clone) -> usize {
        let whole: u32 = weights.clone().sum();
        let mut left = self.below(whole as usize) as u32;
        let mut last = 0;
        for (place, weight) in weights.enumerate() {
            if left < weight {
                return place;
            }
            left -= weight;
            last = place;
        }
        last
    }

    /// Returns a GUID of version 4.
    pub fn guid(&mut self) -> Guid {
        let bits = u128::from(self.bits()) << 64 | u128::from(self.bits());
        Guid(bits & !(0xf << 76) & !(0x3 << 62) | 0x4 << 76 | 0x2 << 62)
    }

    /// Returns a public IPv4 address.
    pub fn address(&mut self) -> Ipv4Addr {
        let bits = self.bits();
        Ipv4Addr::new(
            (77 + bits % 120) as u8,
            (bits >> 8) as u8,
            (bits >> 16) as u8,
            (1 + (bits >> 24) % 254) as u8,
        )
    }
}

fn splitmix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mixed = (*state ^ (*state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}
