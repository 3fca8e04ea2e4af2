//! A short slice of chaos: real nodes, the most telling faults, each once.

use std::process::Command;

#[test]
fn four_nodes_survive_a_slice_of_everything() {
    let output = Command::new(env!("CARGO_BIN_EXE_weal-chaos"))
        .args(["slice", "--transfers"])
        .output()
        .expect("the program starts");
    let said = String::from_utf8_lossy(&output.stdout);
    let complained = String::from_utf8_lossy(&output.stderr);
    println!("{said}\n{complained}");
    assert!(output.status.success(), "findings: see above");
    assert!(said.contains("no findings"), "it ends with its verdict");
    // Wherever it runs, faults that need nothing but processes are done.
    for fault in ["kill-leader", "kill-all", "torn-journal", "damaged-journal"] {
        assert!(said.contains(&format!("\n{fault} ")), "{fault} was not done");
    }
}
