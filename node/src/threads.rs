//! The threads of a node. A panic in one of them is a bug, and must not leave a node behind that
//! looks alive and does nothing.

use std::{
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    thread::{self, Builder, JoinHandle},
};

/// What `work` returns, or that this thread has panicked; the log has that by then.
pub(crate) fn catch<R>(work: impl FnOnce() -> R) -> Result<R, String> {
    // Nobody goes on with what it leaves half done: the node ends, or does without the thread.
    catch_unwind(AssertUnwindSafe(work)).map_err(|_| {
        let current = thread::current();
        let name = current.name().unwrap_or("without a name");
        tracing::error!(thread = name, "a thread of the node panicked");
        format!("its thread `{name}` panicked")
    })
}

/// Starts a thread. If it panics, `panicked` is told.
pub(crate) fn spawn(
    name: &str,
    work: impl FnOnce() + Send + 'static,
    panicked: impl FnOnce(String) + Send + 'static,
) -> io::Result<JoinHandle<()>> {
    Builder::new().name(name.to_owned()).spawn(|| catch(work).unwrap_or_else(panicked))
}

/// Waits until a thread has ended, however it has.
pub(crate) fn wait_for(thread: JoinHandle<()>) {
    // The log says it if it has panicked.
    let _ = thread.join();
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[test]
    fn a_panic_is_told_and_an_end_is_not() {
        let (tell, told) = mpsc::channel();
        let panicked = tell.clone();
        let bad = spawn("bad", || panic!("a bug"), move |reason| panicked.send(reason).unwrap());
        let good = spawn("good", || (), move |reason| tell.send(reason).unwrap());
        wait_for(bad.unwrap());
        wait_for(good.unwrap());
        assert_eq!(told.iter().collect::<Vec<_>>(), ["its thread `bad` panicked"]);
    }
}
