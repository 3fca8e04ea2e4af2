//! Phrases, seeds and paths, against the well-known keys of Substrate's development phrase.

use weal_client::keys::{DEV_ACCOUNTS, DEV_PHRASE, KeyPair, Phrase, SecretError, dev_account};

fn public(text: &str) -> String {
    hex::encode(KeyPair::from_text(text).expect("a good text").public().0)
}

#[test]
fn texts_make_the_keys_of_every_substrate_library() {
    let dev = |path: &str| format!("{DEV_PHRASE}{path}");
    let alice_seed = "0xe5be9a5092b81bca64be81d212e7f2f9eba183bb7a90954f7b76361f6edb5c0a";
    let alice = "d43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d";
    for (text, expected) in [
        (dev(""), "46ebddef8cd9bb167dc30878d7113b7e168e6f0646beffd77d69d39bad76b47a"),
        (dev("//Alice"), alice),
        (alice_seed.into(), alice),
        (dev("//Bob"), "8eaf04151687736326c9fea17e25fc5287613693c912909cb226aa4794f26a48"),
        (dev("//Charlie"), "90b5ab205c6974c9ea841be688864633dc9ca8a357843eeacf2314649965fe22"),
        (dev("//Dave"), "306721211d5404bd9da88e0204360a1a9ab8b87c66c1bc2fcdd37f3c2222cc20"),
        (dev("//Alice//stash"), "be5ddb1579b72e84524fc29e78609e3caf42e85aa118ebfe0b0ad404b5bdd25f"),
        // A soft step.
        (dev("/Alice"), "d6c71059dbbe9ad2b0ed3f289738b800836eb425544ce694825285b958ca755e"),
    ] {
        assert_eq!(public(&text), expected, "{text}");
    }
}

#[test]
fn words_are_read_as_people_type_them() {
    let typed = format!("  {}\n//Alice ", DEV_PHRASE.to_uppercase().replace(' ', "  "));
    assert_eq!(public(&typed), public(&format!("{DEV_PHRASE}//Alice")));
}

#[test]
fn numbers_and_names_differ_and_hard_differs_from_soft() {
    let paths = ["", "//0", "/0", "//00", "//zero", "//zero//1", "//zero/1"];
    let mut keys: Vec<_> = paths.map(|path| public(&format!("{DEV_PHRASE}{path}"))).into();
    // `00` is a number, and the same one as `0`.
    keys.sort();
    keys.dedup();
    assert_eq!(keys.len(), paths.len() - 1);
}

#[test]
fn texts_that_make_no_key_are_refused_without_being_repeated() {
    let path = |rest: &str| format!("{DEV_PHRASE}{rest}");
    for (text, expected) in [
        (String::new(), None),
        ("bottom drive".into(), None),
        (DEV_PHRASE.replace("walk", "wolf"), None),
        (DEV_PHRASE.replace("bottom", "commonweal"), None),
        ("0x12".into(), Some(SecretError::Seed)),
        (format!("0x{}", "g".repeat(64)), Some(SecretError::Seed)),
        (path("//"), Some(SecretError::Path)),
        (path("/a//"), Some(SecretError::Path)),
        (path(&format!("//{}", "x".repeat(32))), Some(SecretError::Path)),
        (path(&"/1".repeat(17)), Some(SecretError::Path)),
        (path("//Alice///secret"), Some(SecretError::Password)),
    ] {
        let error = KeyPair::from_text(&text).expect_err(&text);
        if let Some(expected) = expected {
            assert_eq!(error, expected, "{text}");
        }
        let said = error.to_string();
        for word in ["bottom", "commonweal", "secret", "walk"] {
            assert!(!said.contains(word), "{said}");
        }
    }
}

#[test]
fn new_phrases_are_good_and_differ() {
    let [a, b] = [0; 2].map(|_| Phrase::generate().expect("randomness"));
    assert_ne!(a.words(), b.words());
    assert_eq!(a.words().split(' ').count(), 12);
    assert_ne!(public(a.words()), public(b.words()));
}

#[test]
fn development_accounts_have_ten_fixed_names() {
    let alice = dev_account("alice").expect("it is one of them");
    assert_eq!(hex::encode(alice.public().0), public(&format!("{DEV_PHRASE}//Alice")));
    let mut keys: Vec<_> =
        DEV_ACCOUNTS.iter().map(|name| dev_account(name).expect(name).public()).collect();
    keys.sort();
    keys.dedup();
    assert_eq!(keys.len(), 10);
    for stranger in ["Alice", "mallory", "", "alice//1"] {
        assert!(dev_account(stranger).is_none(), "{stranger}");
    }
    let shown = format!("{alice:?}");
    assert!(shown.starts_with("KeyPair(weal1") && shown.len() < 90, "{shown}");
}
