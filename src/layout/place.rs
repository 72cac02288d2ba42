//! Places along a line: as near as possible to where each wants to be, with room between neighbours.

/// What stands in a row.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wish {
    /// Where it wants to be.
    pub(super) at: f64,
    /// How much it wants that.
    pub(super) weight: f64,
    /// The least distance to the one before it.
    pub(super) apart: f64,
}

/// Some neighbours that touch each other and move as one.
struct Block {
    /// Sum of weight × (wish − distance from the first).
    pull: f64,
    weight: f64,
    n: usize,
}

impl Block {
    fn at(&self) -> f64 {
        self.pull / self.weight
    }
}

/// The places with the least sum of weighted squares of the distances from the wishes, by pooling neighbours that get in
/// each other's way. Linear in the number of wishes.
pub(super) fn places(wishes: &[Wish]) -> Vec<f64> {
    // With the least distances taken out, places must only not decrease.
    let mut offset = 0.0;
    let mut offsets = Vec::with_capacity(wishes.len());
    let mut blocks: Vec<Block> = Vec::new();
    for (index, wish) in wishes.iter().enumerate() {
        if index > 0 {
            offset += wish.apart;
        }
        offsets.push(offset);
        let weight = wish.weight.max(1e-6);
        let mut block = Block { pull: weight * (wish.at - offset), weight, n: 1 };
        while let Some(before) = blocks.pop_if(|before| before.at() > block.at()) {
            block.pull += before.pull;
            block.weight += before.weight;
            block.n += before.n;
        }
        blocks.push(block);
    }
    let starts = blocks.iter().flat_map(|block| std::iter::repeat_n(block.at(), block.n));
    starts.zip(offsets).map(|(start, offset)| start + offset).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wish(at: f64, weight: f64) -> Wish {
        Wish { at, weight, apart: 10.0 }
    }

    #[test]
    fn wishes_that_agree_are_granted() {
        assert_eq!(places(&[wish(0.0, 1.0), wish(30.0, 1.0)]), [0.0, 30.0]);
    }

    #[test]
    fn neighbours_in_each_others_way_share_the_distance_by_weight() {
        assert_eq!(places(&[wish(0.0, 1.0), wish(0.0, 1.0)]), [-5.0, 5.0]);
        assert_eq!(places(&[wish(0.0, 3.0), wish(0.0, 1.0)]), [-2.5, 7.5]);
        let crowd = places(&[wish(50.0, 1.0), wish(0.0, 1.0), wish(0.0, 1.0), wish(100.0, 1.0)]);
        assert!(crowd.windows(2).all(|pair| pair[1] - pair[0] >= 10.0 - 1e-9), "{crowd:?}");
        assert!((crowd[3] - 100.0).abs() < 1e-9, "{crowd:?}");
    }
}
