//! Disks that are full, and disks that change what they hold.

use std::{
    fs,
    io::{ErrorKind, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context, Result, ensure};

use super::Fault;
use crate::{abilities::Need, clock, shell, world::World};

/// What the small disk has room for beyond what is on it already.
const ROOM_MIB: u64 = 32;

pub const FULL: Fault = Fault {
    name: "full-disk",
    line: "the data directory of any validator moves to a small tmpfs, and a file fills it",
    expected: "it stops with an error that says so; the others go on; with room again it starts, \
               and has lost nothing",
    need: Need::Namespaces,
    excused: &["No space left on device", "cannot be flushed"],
    run: |world| {
        let victim = world.any_or_leader();
        let [data, disk] = ["data", "data.disk"].map(|name| world.nodes[victim].path(name));
        world.nodes[victim].stop()?;
        shell::rename(&data, &disk)?;
        fs::create_dir(&data)?;
        let size = bytes(&disk) / (1 << 20) + ROOM_MIB;
        let place = data.display().to_string();
        shell::run("mount", &["-t", "tmpfs", "-o", &format!("size={size}m"), "chaos", &place])?;
        shell::run("cp", &["-a", &format!("{}/.", disk.display()), &place])?;
        world.nodes[victim].start()?;
        let all = world.all();
        world.donate(&all, "on a small disk")?;
        let filler = data.join("filler");
        fill(&filler)?;
        let logged = world.nodes[victim].log().len();
        let status = world.nodes[victim].wait_for_end(Duration::from_secs(60))?;
        ensure!(!status.success(), "its disk is full, and it ends as if all were well");
        let said = world.nodes[victim].log()[logged..].to_owned();
        ensure!(said.contains("No space left on device"), "it does not say why it ends:\n{said}");
        let others = world.others(victim);
        world.donate_meanwhile(FULL.name, &others)?;
        fs::remove_file(&filler)?;
        world.nodes[victim].start()?;
        world.donate(&all, "with room again")?;
        world.nodes[victim].stop()?;
        shell::copy(&data, &disk)?;
        shell::run("umount", &[&place])?;
        shell::rename(&disk, &data)?;
        world.nodes[victim].start()
    },
};

/// Writes until there is no room.
fn fill(path: &Path) -> Result<()> {
    let mut file = fs::File::create(path)?;
    let mut block = vec![0x55; 1 << 20];
    while block.len() > 512 {
        match file.write_all(&block) {
            Err(error) if error.kind() == ErrorKind::StorageFull => block.truncate(block.len() / 2),
            other => other?,
        }
    }
    Ok(())
}

/// Bytes of all files below a directory.
fn bytes(path: &Path) -> u64 {
    let entries = fs::read_dir(path).into_iter().flatten().flatten();
    let size = |entry: fs::DirEntry| match entry.metadata() {
        Ok(data) if data.is_dir() => bytes(&entry.path()),
        Ok(data) => data.len(),
        Err(_) => 0,
    };
    entries.map(size).sum()
}

pub const DATABASE: Fault = Fault {
    name: "damaged-database",
    line: "SIGTERM; bytes in a file of the database change; an intact copy is put back",
    expected: "it refuses to start, or to answer from there, and never says anything wrong",
    // What it does on damaged files must not reach the others: the copy would not know of it.
    need: Need::Namespaces,
    excused: &[
        "orruption",
        "checksum",
        "a block cannot be read",
        "could not be answered",
        "can no longer follow the chain",
        "damaged",
    ],
    run: |world| {
        let victim = world.any();
        world.retire(victim)?;
        world.nodes[victim].stop()?;
        let [data, aside] = ["data", "data.aside"].map(|name| world.nodes[victim].path(name));
        shell::copy(&data, &aside)?;
        damage(world, victim)?;
        let others = world.others(victim);
        world.network.split(&[victim], &others)?;
        let sound = others[0];
        match world.nodes[victim].try_start()? {
            Some(status) => {
                ensure!(!status.success(), "it refuses its database, and ends as if all were well");
                world.report.note("damaged-database: refused at the start");
            }
            None => {
                let refused = world.compare_damaged(victim, sound)?;
                let what = if refused > 0 { "refused to answer" } else { "all it said was right" };
                world.report.note(format!("damaged-database: started, and {what}"));
                clock::pause(Duration::from_secs(2))?;
                if world.nodes[victim].ended()?.is_none() {
                    world.nodes[victim].kill()?;
                }
                world.nodes[victim].bury();
            }
        }
        world.donate_meanwhile(DATABASE.name, &others)?;
        shell::rename(&aside, &data)?;
        world.network.heal()?;
        world.nodes[victim].start()?;
        world.load.open(victim, true);
        Ok(())
    },
};

/// Changes 64 bytes in the middle of one of the larger files of tables or of the database's own
/// log.
fn damage(world: &mut World, victim: usize) -> Result<()> {
    let database = world.nodes[victim].chain()?.join("db");
    let mut files: Vec<(u64, PathBuf)> = fs::read_dir(&database)?
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|end| end == "sst" || end == "log"))
        .map(|path| (fs::metadata(&path).map_or(0, |data| data.len()), path))
        .collect();
    files.sort();
    let larger = files.len().div_ceil(2) as u64;
    let chosen = files.len().checked_sub(1 + world.draw(larger.max(1)) as usize);
    let (size, path) = &files[chosen.context("the database has files")?];
    let mut file = fs::File::options().read(true).write(true).open(path)?;
    let at = size / 4 + world.draw(size / 2);
    let mut bytes = [0; 64];
    file.seek(SeekFrom::Start(at))?;
    let count = file.read(&mut bytes)?;
    bytes.iter_mut().for_each(|byte| *byte ^= 0xa5);
    file.seek(SeekFrom::Start(at))?;
    file.write_all(&bytes[..count])?;
    Ok(())
}
