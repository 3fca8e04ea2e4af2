//! What the model knows, as it can be asked.

use std::collections::BTreeMap;

use super::{Hop, Model, Unit};
use crate::{
    check::{Counts, Dust, Moved, Places, Refusal, Subject, merged, merged_givers},
    step::{Kind, Step},
};

impl Subject for Model {
    fn act(&mut self, at: u64, step: &Step) -> Result<Vec<Moved>, Refusal> {
        self.now = at;
        self.perform(step)
    }

    fn counts(&mut self) -> BTreeMap<String, Counts> {
        let lines = self.lines.iter().filter(|(_, line)| !line.units.is_empty());
        lines.map(|(name, line)| (name.clone(), line.counts())).collect()
    }

    fn places(&mut self, gift: &str, leaf: Option<usize>) -> Places {
        let mut places = Places::new();
        for (name, line) in &self.lines {
            for (at, unit) in (0..).zip(&line.units) {
                if unit.left.is_none() && self.is_of(unit, gift, leaf) {
                    places.push((name.clone(), at, at + 1));
                }
            }
        }
        merged(places)
    }

    fn dust(&mut self, hop: &(String, u128)) -> Vec<Dust> {
        let exchange =
            self.hops.iter().find(|found| found.moved.id == *hop && found.moved.kind == "convert");
        exchange.map_or_else(Vec::new, |hop| self.dust_in(hop))
    }

    fn givers(&mut self, line: &str, start: u128, end: u128) -> Vec<(String, u128)> {
        let units = &self.lines[line].units[start as usize..end as usize];
        merged_givers(units.iter().map(|unit| (self.gifts[unit.gift].name.clone(), 1)).collect())
    }

    fn paid(&mut self) -> BTreeMap<(String, String), u128> {
        self.paid.clone()
    }
}

impl Model {
    /// Neighbours of one gift and one way none of which has a child.
    fn dust_in(&self, hop: &Hop) -> Vec<Dust> {
        let units = &self.lines[&hop.moved.id.0].units;
        let (receiver, start, len) = hop.moved.to[0].clone();
        let taken: u128 = hop.moved.runs.iter().map(|run| run.1).sum();
        let (mut dust, mut offset) = (Vec::new(), 0);
        for (first, count) in &hop.moved.runs {
            let run: Vec<usize> = (*first..first + count).map(|at| at as usize).collect();
            let is_one_way = |a: &usize, b: &usize| {
                (units[*a].gift, &units[*a].way) == (units[*b].gift, &units[*b].way)
            };
            for group in run.chunk_by(is_one_way) {
                let before = offset;
                offset += group.len();
                if hop.children[before..offset].iter().all(Vec::is_empty) {
                    dust.push(Dust {
                        start: group[0] as u128,
                        end: group[0] as u128 + group.len() as u128,
                        gift: self.gifts[units[group[0]].gift].name.clone(),
                        at: (receiver.clone(), start + before as u128 * len / taken),
                    });
                }
            }
        }
        dust
    }

    /// The hops that were exchanges.
    pub fn exchanges(&self) -> Vec<(String, u128)> {
        let exchanges = self.hops.iter().filter(|hop| hop.moved.kind == "convert");
        exchanges.map(|hop| hop.moved.id.clone()).collect()
    }

    /// Whether a unit is a gift's, or one leaf's of it.
    fn is_of(&self, unit: &Unit, name: &str, leaf: Option<usize>) -> bool {
        let gift = &self.gifts[unit.gift];
        gift.name == name
            && leaf.is_none_or(|leaf| {
                let start: u128 = gift.leaves[..leaf].iter().sum();
                (start..start + gift.leaves[leaf]).contains(&unit.index)
            })
    }

    /// Checks what must always hold: counters, and every unit of every gift in the books.
    ///
    /// # Panics
    ///
    /// Where it does not.
    pub fn check(&self) {
        for (name, line) in &self.lines {
            let counts = line.counts();
            let behind = counts.next - counts.sent;
            assert!(behind <= counts.carved, "{name}: {counts:?}");
            assert!(line.units[..line.next].iter().all(|unit| unit.left.is_some()), "{name}");
            assert_eq!(line.free(), counts.received - counts.sent - counts.carved, "{name}");
        }
        for hop in self.hops.iter().filter(|hop| hop.moved.kind != "convert") {
            let taken: u128 = hop.moved.runs.iter().map(|run| run.1).sum();
            assert_eq!(taken, hop.moved.to.iter().map(|part| part.2).sum::<u128>());
        }
    }

    /// Names of lines of the given kinds.
    pub fn lines_of(&self, kinds: &[Kind]) -> Vec<String> {
        let lines = self.lines.iter().filter(|(_, line)| kinds.contains(&line.kind));
        lines.map(|(name, _)| name.clone()).collect()
    }

    /// Names of all lines that received anything, with how much and how much of it is there.
    pub fn stocks(&self) -> Vec<(String, u128, u128)> {
        let lines = self.lines.iter().filter(|(_, line)| !line.units.is_empty());
        lines.map(|(name, line)| (name.clone(), line.units.len() as u128, line.free())).collect()
    }

    /// The ids and lengths of the hops so far.
    pub fn hop_ids(&self) -> Vec<((String, u128), u128)> {
        let len = |hop: &super::Hop| hop.moved.runs.iter().map(|run| run.1).sum();
        self.hops.iter().map(|hop| (hop.moved.id.clone(), len(hop))).collect()
    }

    /// Names of the gifts, and how many leaves each has; one for a direct gift.
    pub fn gift_names(&self) -> Vec<(String, usize)> {
        self.gifts.iter().map(|gift| (gift.name.clone(), gift.leaves.len())).collect()
    }

    /// Names of the holds.
    pub fn hold_names(&self) -> Vec<String> {
        self.holds.keys().cloned().collect()
    }
}
