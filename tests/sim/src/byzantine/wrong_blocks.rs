//! Gives blocks that never were to those who catch up.

use super::Treason;
use crate::host::Block;

/// See the module.
pub(super) struct WrongBlocks;

impl Treason for WrongBlocks {
    fn blocks(&mut self, mut blocks: Vec<Block>) -> Vec<Block> {
        if let Some(block) = blocks.first_mut() {
            block.body = None;
        }
        if blocks.len() > 2 {
            blocks.swap(0, 1);
        }
        blocks
    }
}
