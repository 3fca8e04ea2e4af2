//! The links between members: lossy, slow, and sometimes cut.

use crate::{
    plan::{self, MILLI, Micros},
    random::Random,
};

/// See the module.
pub(crate) struct Network {
    manners: plan::Network,
    /// By sender: bits of those whom it does not reach.
    cut: Vec<u32>,
    random: Random,
}

/// How messages travel once all faults have ended: without loss, within a tenth of a second.
const HEALED: plan::Network = plan::Network {
    least: MILLI,
    most: 20 * MILLI,
    loss: 0,
    duplicate: 0,
    slow: 10,
    tail: 80 * MILLI,
};

/// The same, but a block always takes longer than replicas wait at first.
const SLOW: plan::Network = plan::Network { least: 400 * MILLI, most: 900 * MILLI, ..HEALED };

impl Network {
    pub(crate) fn new(manners: plan::Network, members: usize, random: Random) -> Self {
        Self { manners, cut: vec![0; members], random }
    }

    pub(crate) fn cut(&mut self, cut: &[u32]) {
        self.cut.copy_from_slice(cut);
    }

    pub(crate) fn mend(&mut self) {
        self.cut.fill(0);
    }

    pub(crate) fn heal(&mut self, is_slow: bool) {
        self.mend();
        self.manners = if is_slow { SLOW } else { HEALED };
    }

    /// After what times a message arrives: none if it is lost, two if it is doubled.
    pub(crate) fn delays(&mut self, from: usize, to: usize) -> [Option<Micros>; 2] {
        let is_cut = self.cut[from] >> to & 1 == 1;
        if is_cut || self.random.chance(self.manners.loss) {
            return [None, None];
        }
        let again = self.random.chance(self.manners.duplicate).then(|| self.delay());
        [Some(self.delay()), again]
    }

    fn delay(&mut self) -> Micros {
        let plan::Network { least, most, slow, tail, .. } = self.manners;
        let extra = if self.random.chance(slow) { self.random.below(tail) } else { 0 };
        self.random.between(least, most) + extra
    }
}
