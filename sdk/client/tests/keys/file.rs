//! Key files: what is written is read, by its owner alone and with the passphrase alone.

use std::fs;

use weal_client::keys::{KeyFile, KeyFileError, KeyPair, Strength, dev_account};

/// Weak on purpose: these tests guess no passphrases.
const WEAK: Strength = Strength { memory_kib: 64, passes: 1, lanes: 1 };

fn alice() -> KeyPair {
    dev_account("alice").expect("it is there")
}

#[test]
fn files_give_the_key_back() {
    let directory = tempfile::tempdir().unwrap();
    for (name, passphrase) in [("plain", None), ("sealed", Some("correct horse"))] {
        let path = directory.path().join(name);
        KeyFile::new(&alice(), passphrase, WEAK).unwrap().write(&path).unwrap();
        let file = KeyFile::read(&path).unwrap();
        assert_eq!(file.account().unwrap(), alice().account());
        assert_eq!(file.is_encrypted(), passphrase.is_some());
        assert_eq!(file.open(passphrase).unwrap().public(), alice().public());
        // Never over another key.
        let twice = KeyFile::new(&alice(), passphrase, WEAK).unwrap().write(&path);
        assert!(matches!(twice, Err(KeyFileError::Io { .. })));
    }
}

#[test]
fn a_wrong_or_missing_passphrase_opens_nothing() {
    let file = KeyFile::new(&alice(), Some("correct horse"), WEAK).unwrap();
    assert!(matches!(file.open(None), Err(KeyFileError::Locked)));
    assert!(matches!(file.open(Some("correct")), Err(KeyFileError::Passphrase)));
    assert!(matches!(file.open(Some("")), Err(KeyFileError::Passphrase)));
}

#[test]
fn a_file_that_was_changed_is_refused() {
    let bob = dev_account("bob").unwrap().address();
    let sealed = KeyFile::new(&alice(), Some("p"), WEAK).unwrap().to_json();
    let as_bob = sealed.replace(&alice().address(), &bob);
    let open = |text: &str| KeyFile::from_json(text).and_then(|file| file.open(Some("p")));
    assert!(open(&sealed).is_ok());
    assert!(matches!(open(&as_bob), Err(KeyFileError::Passphrase)));
    let plain = KeyFile::new(&alice(), None, WEAK).unwrap().to_json();
    let as_bob = plain.replace(&alice().address(), &bob);
    assert!(matches!(open(&as_bob), Err(KeyFileError::Mismatch { .. })));
    for (from, to) in [
        ("\"v\": 1", "\"v\": 2"),
        ("chacha20poly1305", "rot13"),
        ("argon2id", "argon2i"),
        ("\"passes\": 1", "\"passes\": 0"),
        ("\"passes\": 1", "\"passes\": 4000000000"),
        ("\"memory_kib\": 64", "\"memory_kib\": 4000000000"),
        ("\"lanes\": 1", "\"lanes\": 17"),
        ("\"salt\": \"0x", "\"salt\": \"0xff"),
        ("\"v\": 1", "\"v\": 1, \"w\": 2"),
    ] {
        let text = sealed.replace(from, to);
        assert_ne!(text, sealed, "{from}");
        assert!(matches!(open(&text), Err(KeyFileError::Format(_))), "{to}");
    }
}

#[cfg(unix)]
#[test]
fn a_file_that_others_can_read_is_refused() {
    use std::os::unix::fs::PermissionsExt;

    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("key");
    KeyFile::new(&alice(), None, WEAK).unwrap().write(&path).unwrap();
    let mode = || fs::metadata(&path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(), 0o600);
    for (mode, is_good) in [(0o400, true), (0o640, false), (0o604, false), (0o700, false)] {
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        match KeyFile::read(&path) {
            Ok(_) => assert!(is_good, "{mode:o}"),
            Err(KeyFileError::Mode { mode: found, .. }) => {
                assert_eq!((is_good, found), (false, mode))
            }
            Err(error) => panic!("{error}"),
        }
    }
}

#[test]
fn errors_repeat_no_part_of_a_secret() {
    let plain = KeyFile::new(&alice(), None, WEAK).unwrap().to_json();
    let digits = plain.split("\"plain\": \"").nth(1).unwrap()[..20].to_owned();
    for text in [plain.replace("\"plain\"", "\"plane\""), plain.replace("0x", "0y"), "{".into()] {
        let opened = KeyFile::from_json(&text).and_then(|file| file.open(None));
        let error = opened.expect_err("it is wrong").to_string();
        assert!(!error.contains(&digits) && !error.contains(&digits[2..]), "{error}");
    }
}
