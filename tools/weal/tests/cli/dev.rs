//! `weal dev` as a tester runs it: in a terminal of its own, and commands in another.

use std::{
    fs,
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

use serde_json::Value;
use tempfile::TempDir;

use super::{Run, weal, weal_words};

/// Looks for what should come soon, at 10 ms each: a minute.
const LOOKS: u32 = 6_000;

fn wait_a_moment() {
    #[allow(clippy::disallowed_methods, reason = "waits for another process")]
    std::thread::sleep(Duration::from_millis(10));
}

/// A chain in a process of its own, which ends with the test.
struct Dev {
    child: Child,
    directory: TempDir,
    urls: Vec<String>,
}

impl Dev {
    fn start(validators: u8) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let ready = directory.path().join("ready");
        let child = Command::new(env!("CARGO_BIN_EXE_weal"))
            .args(["dev", "--quiet", "--port", "0", "--validators", &validators.to_string()])
            .arg("--state")
            .arg(directory.path().join("state"))
            .arg("--ready-file")
            .arg(&ready)
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut dev = Self { child, directory, urls: Vec::new() };
        for _ in 0..LOOKS {
            if let Ok(text) = fs::read_to_string(&ready) {
                dev.urls = text.lines().map(str::to_owned).collect();
                return dev;
            }
            wait_a_moment();
        }
        panic!("weal dev is not ready");
    }

    /// Runs `weal` against a validator.
    fn say(&self, validator: usize, words: &str) -> Run {
        let home = self.directory.path().join("home");
        let variables =
            [("WEAL_HOME", home.to_str().unwrap()), ("WEAL_RPC", self.urls[validator].as_str())];
        let words: Vec<_> = words.split_whitespace().collect();
        weal_words(self.directory.path(), &words, &variables)
    }

    fn validators(&self) -> Vec<Value> {
        let shown = self.say(0, "dev validators --json").expect(0).json();
        shown["result"].as_array().unwrap().clone()
    }

    /// Waits until all have a block of this height, and one state.
    fn agree(&self, height: &str) {
        for _ in 0..LOOKS {
            let all = self.validators();
            let is_there =
                |one: &Value| one["height"] == height && one["state_root"] == all[0]["state_root"];
            if all.iter().all(is_there) {
                return;
            }
            wait_a_moment();
        }
        panic!("{:#?}", self.validators());
    }
}

impl Drop for Dev {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

#[test]
fn four_validators_are_paused_and_parted_from_another_terminal() {
    let dev = Dev::start(4);
    assert_eq!(dev.urls.len(), 4);
    dev.say(2, "account fund bob").expect(0);
    dev.agree("1");
    let shown = dev.say(1, "dev pause 3").expect(0).out;
    assert!(shown.contains("paused") && shown.contains(&dev.urls[3]), "{shown}");
    dev.say(0, "account fund bob").expect(0);
    // Whoever is paused says so, and what it knew.
    let refused = dev.say(3, "account fund bob --json");
    assert_eq!(refused.code, 5, "{}", refused.out);
    assert_eq!(dev.validators()[3]["height"], "1");

    dev.say(0, "dev pause 2").expect(0);
    let waiting = dev.say(0, "account fund bob --timeout 2 --json");
    assert_ne!(waiting.code, 0, "two of four are no quorum: {}", waiting.out);
    dev.say(3, "dev resume").expect(0);
    dev.agree("3");

    let parted = dev.say(0, "dev partition 0,1|2,3").expect(0).out;
    assert!(parted.contains("0,1") && parted.contains("2,3"), "{parted}");
    assert_eq!(dev.say(0, "dev partition 0,1|2 --json").error(5)["data"]["name"], "dev_refused");
    assert_eq!(dev.say(0, "dev partition 0;1 --json").error(2)["code"], "E1201");
    dev.say(0, "dev heal").expect(0);
    dev.say(3, "account fund bob").expect(0);
    dev.agree("4");
}

#[test]
fn two_and_three_validators_are_refused_with_the_reason() {
    for few in ["2", "3"] {
        let run = weal(Path::new(env!("CARGO_MANIFEST_DIR")), &format!("dev --validators {few}"));
        let told = run.expect(2).err;
        assert!(told.contains("a devnet has 1, or 4 to 16"), "{told}");
    }
}
