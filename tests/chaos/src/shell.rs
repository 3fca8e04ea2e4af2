//! Programs of the system that this one calls: `ip`, `nft`, `tc`, `mount`, `cp`, `kill`.

use std::{
    fs,
    io::Write,
    path::Path,
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail};

/// Runs a program to its end; what it printed, or an error with what it complained about.
pub fn run(program: &str, arguments: &[&str]) -> Result<String> {
    feed(program, arguments, "")
}

/// The same, with `input` on its standard input.
pub fn feed(program: &str, arguments: &[&str], input: &str) -> Result<String> {
    let line = || format!("{program} {}", arguments.join(" "));
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(line)?;
    // A program that does not read its input may be gone already.
    let _ = child.stdin.take().map(|mut stdin| stdin.write_all(input.as_bytes()));
    let output = child.wait_with_output().with_context(line)?;
    if !output.status.success() {
        bail!("{}: {}", line(), String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Runs words that hold no spaces of their own.
pub fn words(line: &str) -> Result<String> {
    let mut words = line.split_whitespace();
    let program = words.next().context("a program")?;
    run(program, &words.collect::<Vec<_>>())
}

/// Sends a signal, by its name without `SIG`, to a process.
pub fn signal(name: &str, pid: u32) -> Result<()> {
    run("sh", &["-c", &format!("kill -{name} {pid}")]).map(|_| ())
}

/// Where each thread of a process is: by the debugger, if there is one, or as the kernel tells.
pub fn stacks(pid: u32) -> String {
    let trace = "thread apply all backtrace 40";
    let told = run("gdb", &["-batch", "-p", &pid.to_string(), "-ex", trace]).unwrap_or_default();
    // One that may not look complains, and ends as if all were well.
    if told.contains("#0") { told } else { threads(pid) }
}

fn threads(pid: u32) -> String {
    let line = |path: &Path| {
        let [name, waits, call] = ["comm", "wchan", "syscall"].map(|about| {
            let text = fs::read_to_string(path.join(about)).unwrap_or_default();
            text.trim().to_owned()
        });
        format!("{} {name}: in {waits}, call {call}\n", path.display())
    };
    let threads = fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten();
    threads.map(|thread| line(&thread.path())).collect()
}

/// Copies a directory with all that is in it. Whatever was at `to` is gone.
pub fn copy(from: &Path, to: &Path) -> Result<()> {
    remove(to)?;
    let (from, to) = (from.display().to_string(), to.display().to_string());
    run("cp", &["-a", &from, &to]).map(|_| ())
}

/// Renames a directory. Whatever was at `to` is gone.
pub fn rename(from: &Path, to: &Path) -> Result<()> {
    remove(to)?;
    fs::rename(from, to).with_context(|| format!("{} to {}", from.display(), to.display()))
}

/// Removes a directory, if there is one.
pub fn remove(path: &Path) -> Result<()> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| path.display().to_string())
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_told_where_a_process_waits() {
        let mut child = Command::new("sleep").arg("600").spawn().unwrap();
        let told = [stacks(child.id()), threads(child.id())];
        child.kill().unwrap();
        child.wait().unwrap();
        for told in told {
            assert!(told.contains("sleep"), "{told}");
        }
    }
}
