//! Journals that are not as they were written. The form of the file is in `node/src/journal.rs`.

use std::{fs, path::PathBuf, time::Duration};

use anyhow::{Context, Result, bail, ensure};

use super::{Fault, MUTE};
use crate::{abilities::Need, clock, shell, world::World};

/// Bytes before the first batch, and of the head of each.
const FILE_HEAD: usize = 16;
const BATCH_HEAD: usize = 16;

fn path(world: &World, node: usize) -> Result<PathBuf> {
    Ok(world.nodes[node].chain()?.join("journal/journal"))
}

/// Where each batch begins, and where the last ends.
fn batches(content: &[u8]) -> Vec<usize> {
    let mut at = FILE_HEAD;
    let mut found = vec![at];
    while let Some(length) = content.get(at..at + 4) {
        let length = u32::from_le_bytes([length[0], length[1], length[2], length[3]]) as usize;
        at += BATCH_HEAD + length;
        if at > content.len() {
            break;
        }
        found.push(at);
    }
    found
}

pub const TORN: Fault = Fault {
    name: "torn-journal",
    line: "SIGKILL; the beginning of one more batch is put at the journal's end, as a crash may",
    expected: "it starts, and has lost nothing",
    need: Need::Nothing,
    excused: &[],
    run: |world| {
        let victim = world.any();
        world.nodes[victim].kill()?;
        let path = path(world, victim)?;
        let mut content = fs::read(&path)?;
        let sequence = batches(&content).len() as u64 - 1;
        content.extend(50_000_u32.to_le_bytes());
        content.extend(0xdead_beef_u32.to_le_bytes());
        content.extend(sequence.to_le_bytes());
        for _ in 0..world.draw(4_000) {
            content.push(world.draw(256) as u8);
        }
        fs::write(&path, content)?;
        let others = world.others(victim);
        world.donate_meanwhile(TORN.name, &others)?;
        world.nodes[victim].start()
    },
};

pub const CUT: Fault = Fault {
    name: "cut-journal",
    line: "SIGKILL; the last batch, which was on disk, loses its end: a disk that lied",
    expected: "it starts; where others hold what it forgot, it says so, and follows only",
    need: Need::Nothing,
    excused: &[MUTE],
    run: |world| {
        let victim = world.any();
        world.retire(victim)?;
        clock::pause(Duration::from_secs(2))?;
        world.nodes[victim].kill()?;
        let data = world.nodes[victim].path("data");
        let aside = world.nodes[victim].path("data.aside");
        shell::copy(&data, &aside)?;
        let path = path(world, victim)?;
        let content = fs::read(&path)?;
        let found = batches(&content);
        let [.., last, end] = found.as_slice() else { bail!("the journal has no batch") };
        let left = last + 1 + world.draw((end - last - 1) as u64) as usize;
        fs::write(&path, &content[..left])?;
        let logged = world.nodes[victim].log().len();
        world.nodes[victim].start()?;
        world.follow(victim, Duration::from_secs(60))?;
        super::directory::settle_voice(world, victim, logged)
    },
};

pub const DAMAGED: Fault = Fault {
    name: "damaged-journal",
    line: "SIGTERM; a byte in the middle of the journal changes; the byte is put back",
    expected: "it refuses to start and says at which byte; with the byte put back it starts",
    need: Need::Nothing,
    excused: &["is damaged at byte"],
    run: |world| {
        let victim = world.any();
        world.nodes[victim].stop()?;
        let path = path(world, victim)?;
        let mut content = fs::read(&path)?;
        let found = batches(&content);
        // Any batch but the last; that one would be a crash.
        ensure!(found.len() > 3, "the journal of validator {victim} has hardly a batch");
        let batch = world.draw(found.len() as u64 - 2) as usize;
        let (begin, end) = (found[batch], found[batch + 1]);
        let at = begin + BATCH_HEAD + world.draw((end - begin - BATCH_HEAD) as u64) as usize;
        content[at] ^= 0x40;
        fs::write(&path, &content)?;
        let logged = world.nodes[victim].log().len();
        let ended = world.nodes[victim].try_start()?;
        let status = ended.context("it starts on a journal that is damaged in the middle")?;
        ensure!(!status.success(), "it refuses a damaged journal, and ends as if all were well");
        let said = world.nodes[victim].log()[logged..].to_owned();
        let place = format!("is damaged at byte {begin}");
        ensure!(said.contains(&place), "it does not say `{place}`, but:\n{said}");
        let others = world.others(victim);
        world.donate_meanwhile(DAMAGED.name, &others)?;
        content[at] ^= 0x40;
        fs::write(&path, &content)?;
        world.nodes[victim].start()
    },
};
