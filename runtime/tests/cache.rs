//! Compiled code on disk: used when it is intact and ours, made again when it is not.

use std::{fs, path::PathBuf, sync::Arc};

use weal_fixtures::{Chain, bare_token, call};
use weal_runtime::{DiskCacheConfig, Runtime, RuntimeConfig};
use weal_types::CodeHash;

fn runtime(directory: &std::path::Path, key: u8) -> Arc<Runtime> {
    let disk_cache = DiskCacheConfig { directory: directory.into(), key: [key; 32] };
    let config = RuntimeConfig { disk_cache: Some(disk_cache), ..RuntimeConfig::default() };
    Runtime::new(&config).unwrap()
}

fn load(runtime: &Runtime) {
    runtime.load_code(&CodeHash::of(bare_token()), bare_token()).unwrap();
}

/// The one file of the cache.
fn file(directory: &std::path::Path) -> PathBuf {
    let engine = fs::read_dir(directory).unwrap().next().unwrap().unwrap().path();
    let files: Vec<_> = fs::read_dir(engine).unwrap().map(|file| file.unwrap().path()).collect();
    assert_eq!(files.len(), 1, "no drafts are left: {files:?}");
    files[0].clone()
}

/// Runs the token on this engine: what was loaded is what was compiled.
fn works(runtime: Arc<Runtime>) {
    let mut chain = Chain::on(runtime, |_| {});
    let governance = Chain::governance();
    let token = chain.deploy(&governance, bare_token(), &77_u128).id;
    let balance: u128 = chain.read(token, "balance", &governance.id());
    assert_eq!(balance, 77);
    chain.call(&governance, call(token, "transfer", &([3_u8; 32], 7_u128))).applied();
    assert_eq!(chain.read::<u128>(token, "balance", &[3_u8; 32]), 7);
}

#[test]
fn an_intact_file_is_used_and_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    load(&runtime(directory.path(), 1));
    let path = file(directory.path());
    let written = fs::metadata(&path).unwrap().modified().unwrap();
    let again = runtime(directory.path(), 1);
    load(&again);
    assert_eq!(fs::metadata(&path).unwrap().modified().unwrap(), written);
    works(again);
}

#[test]
fn damaged_files_are_ignored_and_replaced() {
    let directory = tempfile::tempdir().unwrap();
    load(&runtime(directory.path(), 1));
    let path = file(directory.path());
    let good = fs::read(&path).unwrap();
    let flipped = |at: usize| {
        let mut bytes = good.clone();
        bytes[at] ^= 1;
        bytes
    };
    let damaged = [
        vec![],
        good[..31].to_vec(),
        good[..good.len() - 1].to_vec(),
        [good.as_slice(), &[0]].concat(),
        flipped(0),
        flipped(32),
        flipped(good.len() / 2),
        flipped(good.len() - 1),
        vec![0; good.len()],
    ];
    for bytes in damaged {
        fs::write(&path, bytes).unwrap();
        let runtime = runtime(directory.path(), 1);
        load(&runtime);
        assert_eq!(fs::read(&path).unwrap().len(), good.len());
        works(runtime);
    }
}

#[test]
fn a_file_of_another_node_is_not_run() {
    let directory = tempfile::tempdir().unwrap();
    load(&runtime(directory.path(), 1));
    let path = file(directory.path());
    let theirs = fs::read(&path).unwrap();
    let ours = runtime(directory.path(), 2);
    load(&ours);
    assert_ne!(fs::read(&path).unwrap()[..32], theirs[..32], "it was made again under our key");
    works(ours);
}

#[test]
fn a_file_under_another_hash_is_not_run() {
    let directory = tempfile::tempdir().unwrap();
    load(&runtime(directory.path(), 1));
    let path = file(directory.path());
    let puppet = CodeHash::of(weal_fixtures::puppet());
    let name: String = puppet.0.iter().map(|byte| format!("{byte:02x}")).collect();
    fs::rename(&path, path.with_file_name(name)).unwrap();
    let code = runtime(directory.path(), 1).load_code(&puppet, weal_fixtures::puppet()).unwrap();
    assert_eq!(code.abi.contract, "Puppet");
}

#[cfg(unix)]
#[test]
fn the_directory_is_for_the_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let directory = tempfile::tempdir().unwrap();
    load(&runtime(&directory.path().join("cache"), 1));
    let path = file(&directory.path().join("cache"));
    for directory in [path.parent().unwrap(), &directory.path().join("cache")] {
        assert_eq!(fs::metadata(directory).unwrap().permissions().mode() & 0o777, 0o700);
    }
}

#[test]
fn a_module_that_is_none_is_a_host_fault() {
    let runtime = Runtime::new(&RuntimeConfig::default()).unwrap();
    assert!(runtime.load_code(&CodeHash([0; 32]), b"\0asm").is_err());
}
