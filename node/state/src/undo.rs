//! What a block replaced, kept for the last [`UNDO_HEIGHTS`] heights: enough to prove any key at
//! any of them.
//!
//! A record lists nodes of the tree as they were before the block. As of height `h`, a node is what
//! the oldest record after `h` says, or what it is now if no record names it. Only every fourth
//! level of branch hashes is kept; those between are hashed again from the kept ones below, at most
//! 15 hashes for four levels. That makes a record a third smaller, and old proofs are rare.
//!
//! A large record is cut by path, so that a proof reads only what concerns its key:
//!
//! ```text
//! key         height (8, BE) ‖ piece (2, BE)
//! piece 0     cut (1) ‖ entry...   cut = 0, 4 or 8 bits; the nodes at depth <= cut (0: all)
//! piece 1+i   entry...             the deeper nodes whose first `cut` bits are i
//!
//! entry       depth (1) ‖ prefix (⌈depth / 8⌉) ‖ (0 ‖ hash (32)  |  1 ‖ bucket)
//! bucket      n (1) ‖ leaf × n ‖ m (4, LE) ‖ path (32) of each of m keys that the block inserted
//! leaf        path (32) ‖ value hash (32) ‖ (0  |  1 ‖ length (4, LE) ‖ the value it replaced)
//! ```

use std::ops::{ControlFlow, Range};

use weal_types::{Hash, Height};

use crate::{
    bucket::{Leaf, LeafChange, LeafValue, Leaves, Region},
    error::StateError,
    kv::{Batch, View},
    layout::{Reader, UNDO, corrupt},
    tree::{OldNode, Update},
};

/// How many heights, up to the newest, can be proven: execution runs ahead of certification by up
/// to 16, and a client may hold a certificate for some minutes.
pub const UNDO_HEIGHTS: u64 = 256;

/// Branches at depths that are a multiple of this have their hashes recorded.
pub(crate) const SAMPLED: u8 = 4;

/// Records with fewer entries are not cut; a piece of 16 entries or more is worth its own key.
const CUT_FROM: [(usize, u8); 2] = [(8_192, 8), (512, 4)];

/// Key of the first piece of the record of `height`; all its pieces lie below [`first_key`] of the
/// next height.
pub(crate) fn first_key(height: Height) -> [u8; 10] {
    piece_key(height, 0)
}

fn piece_key(height: Height, piece: u16) -> [u8; 10] {
    let mut key = [0; 10];
    key[..8].copy_from_slice(&height.0.to_be_bytes());
    key[8..].copy_from_slice(&piece.to_be_bytes());
    key
}

/// The values that an update replaced, as far as the tree did not remember them.
#[derive(Default)]
pub(crate) struct Values {
    pub bytes: Vec<u8>,
    /// Where the value of each replaced leaf lies in `bytes`.
    pub places: Vec<Option<Range<usize>>>,
}

impl Values {
    /// The value of the replaced leaf number `index`.
    fn get<'a>(&'a self, old: &'a LeafChange, index: usize) -> Option<&'a [u8]> {
        let remembered = old.value.as_ref()?.remembered.as_deref();
        remembered.or_else(|| self.bytes.get(self.places.get(index)?.clone()?))
    }
}

/// Adds the record of `height` to `batch`. `values` are the replaced values, one for each of
/// `update.replaced`.
pub(crate) fn write(batch: &mut Batch, height: Height, update: &Update, values: &Values) {
    let entries = update.old.len();
    let cut = CUT_FROM.iter().find(|(from, _)| entries >= *from).map_or(0, |(_, cut)| *cut);
    let mut top = vec![cut];
    // Entries ascend by region, so the deep entries of a piece follow each other.
    let mut piece = Vec::new();
    let mut piece_number = 0;
    let mut next_replaced = 0;
    for (region, node) in &update.old {
        let bytes = match piece_of(region, cut) {
            0 => &mut top,
            number => {
                if number != piece_number && !piece.is_empty() {
                    batch.put(UNDO, &piece_key(height, piece_number), &piece);
                    piece.clear();
                }
                piece_number = number;
                &mut piece
            }
        };
        match node {
            OldNode::Branch { hash, merged } => {
                if *merged || region.depth.is_multiple_of(SAMPLED) {
                    region.write_to(bytes);
                    bytes.push(0);
                    bytes.extend_from_slice(hash);
                }
            }
            OldNode::Bucket(leaves) => {
                region.write_to(bytes);
                bytes.push(1);
                let rest = &update.replaced[next_replaced..];
                let count = rest.iter().take_while(|old| region.contains(&old.path)).count();
                let here = rest[..count].iter().zip(next_replaced..);
                write_bucket(bytes, leaves, here.map(|(old, at)| (&old.path, values.get(old, at))));
                next_replaced += count;
            }
        }
    }
    if !piece.is_empty() {
        batch.put(UNDO, &piece_key(height, piece_number), &piece);
    }
    batch.put(UNDO, &first_key(height), &top);
}

/// `replaced` are the paths that the block changed in the bucket, ascending, each with the value it
/// had.
fn write_bucket<'a>(
    bytes: &mut Vec<u8>,
    leaves: &[Leaf],
    replaced: impl Iterator<Item = (&'a Hash, Option<&'a [u8]>)> + Clone,
) {
    bytes.push(leaves.len() as u8); // at most the capacity of a bucket
    for leaf in leaves {
        bytes.extend_from_slice(&leaf.path);
        bytes.extend_from_slice(&leaf.value.hash);
        match replaced.clone().find(|(path, _)| **path == leaf.path).and_then(|(_, old)| old) {
            None => bytes.push(0),
            Some(value) => {
                bytes.push(1);
                // A value is at most 1 MiB; its length is checked where contracts write it.
                bytes.extend_from_slice(&(value.len() as u32).to_le_bytes());
                bytes.extend_from_slice(value);
            }
        }
    }
    let inserted = replaced.filter(|(_, old)| old.is_none());
    bytes.extend_from_slice(&(inserted.clone().count() as u32).to_le_bytes());
    inserted.for_each(|(path, _)| bytes.extend_from_slice(path));
}

/// The piece in which an entry lies: 0 for the top.
fn piece_of(region: &Region, cut: u8) -> u16 {
    if cut == 0 || region.depth <= cut { 0 } else { piece_of_path(&region.prefix, cut) }
}

/// The piece with what lies deep below the first `cut` bits of `path`.
fn piece_of_path(path: &Hash, cut: u8) -> u16 {
    1 + u16::from(path[0] >> (8 - cut))
}

/// One entry of a record.
pub(crate) struct Entry<'a> {
    pub region: Region,
    pub node: EntryNode<'a>,
}

/// What a node was before the block.
pub(crate) enum EntryNode<'a> {
    /// A branch.
    Branch(Hash),
    /// A bucket.
    Bucket {
        leaves: Leaves,
        /// The paths that the block changed, each with the value it had; not in order.
        replaced: Vec<(Hash, Option<&'a [u8]>)>,
    },
}

/// Shows `visit` every entry of the record of `height` that lies at depths up to the cut or in a
/// piece with one of `paths`; all entries if there is no list. Fails if there is no such record.
pub(crate) fn read(
    view: &dyn View,
    height: Height,
    paths: Option<&[Hash]>,
    visit: &mut dyn FnMut(Entry<'_>),
) -> Result<(), StateError> {
    let key = first_key(height);
    let missing = || corrupt(UNDO, &key, "an undo record is missing");
    let top = view.get(UNDO, &key)?.ok_or_else(missing)?;
    let Some((cut @ (0 | 4 | 8), entries)) = top.split_first() else {
        return Err(corrupt(UNDO, &key, "an undo record with an impossible cut"));
    };
    read_entries(&key, entries, visit)?;
    match paths {
        _ if *cut == 0 => Ok(()),
        Some(paths) => {
            let mut pieces: Vec<_> = paths.iter().map(|path| piece_of_path(path, *cut)).collect();
            pieces.sort_unstable();
            pieces.dedup();
            for piece in pieces {
                let key = piece_key(height, piece);
                if let Some(bytes) = view.get(UNDO, &key)? {
                    read_entries(&key, &bytes, visit)?;
                }
            }
            Ok(())
        }
        None => {
            let to = height.next().map(first_key);
            let mut result = Ok(());
            view.scan(
                UNDO,
                &piece_key(height, 1),
                to.as_ref().map(<[u8; 10]>::as_slice),
                weal_types::state::Direction::Ascending,
                &mut |key, bytes| {
                    result = read_entries(key, bytes, visit);
                    if result.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
                },
            )?;
            result
        }
    }
}

fn read_entries(
    key: &[u8],
    bytes: &[u8],
    visit: &mut dyn FnMut(Entry<'_>),
) -> Result<(), StateError> {
    let mut reader = Reader(bytes);
    while !reader.0.is_empty() {
        let entry = read_entry(&mut reader)
            .ok_or_else(|| corrupt(UNDO, key, "an undo entry that cannot be read"))?;
        visit(entry);
    }
    Ok(())
}

fn read_entry<'a>(reader: &mut Reader<'a>) -> Option<Entry<'a>> {
    let depth = reader.u8()?;
    let region = Region::from_parts(depth, reader.take(usize::from(depth).div_ceil(8))?)?;
    let node = match reader.u8()? {
        // A node at the last bit of a path has no room for two leaves.
        0 if depth < u8::MAX => EntryNode::Branch(reader.array()?),
        1 => read_bucket(reader, &region)?,
        _ => return None,
    };
    Some(Entry { region, node })
}

fn read_bucket<'a>(reader: &mut Reader<'a>, region: &Region) -> Option<EntryNode<'a>> {
    let mut leaves = Vec::new();
    let mut replaced = Vec::new();
    for _ in 0..reader.u8()? {
        let leaf = Leaf { path: reader.array()?, value: LeafValue::of_hash(reader.array()?) };
        match reader.u8()? {
            0 => {}
            1 => {
                let length = reader.u32()? as usize;
                replaced.push((leaf.path, Some(reader.take(length)?)));
            }
            _ => return None,
        }
        leaves.push(leaf);
    }
    let inserted = reader.u32()? as usize;
    // Taken as one piece, so that a wrong count fails before anything is reserved for it.
    let paths = reader.take(inserted.checked_mul(32)?)?;
    replaced.extend(paths.as_chunks::<32>().0.iter().map(|path| (*path, None)));
    let is_sound = leaves.is_sorted_by(|a, b| a.path < b.path)
        && replaced.iter().all(|(path, _)| region.contains(path))
        && leaves.iter().all(|leaf| region.contains(&leaf.path));
    is_sound.then(|| EntryNode::Bucket { leaves: leaves.into(), replaced })
}
