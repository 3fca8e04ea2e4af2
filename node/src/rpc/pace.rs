//! A connection that is read no faster than it reads.
//!
//! Every message on a WebSocket starts a task, whose answer waits until it can be written. Whoever
//! sends and never reads would pile them up, so nothing is read from a connection while it takes
//! nothing; and one that takes nothing for too long is cut.

use std::{
    future::Future,
    io,
    pin::Pin,
    task::{Context, Poll, Waker, ready},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Sleep, sleep},
};

pub(super) struct Paced<S> {
    inner: S,
    stall: Duration,
    /// Runs while the other side takes nothing.
    blocked: Option<Pin<Box<Sleep>>>,
    /// Whoever reads, as far as it waits.
    reader: Option<Waker>,
    /// Whether it waits because the other side takes nothing.
    is_held: bool,
    /// Whether the other side has taken nothing for too long.
    is_cut: bool,
}

impl<S> Paced<S> {
    pub fn new(inner: S, stall: Duration) -> Self {
        Self { inner, stall, blocked: None, reader: None, is_held: false, is_cut: false }
    }

    /// Notes whether the other side took something of what was written.
    fn written(
        &mut self,
        context: &mut Context<'_>,
        result: Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        if result.is_pending() {
            let blocked = self.blocked.get_or_insert_with(|| Box::pin(sleep(self.stall)));
            ready!(blocked.as_mut().poll(context));
            self.is_cut = true;
        }
        self.blocked = None;
        if (self.is_held || self.is_cut)
            && let Some(reader) = self.reader.take()
        {
            reader.wake();
        }
        self.is_held = false;
        if self.is_cut { Poll::Ready(Err(cut())) } else { result }
    }
}

fn cut() -> io::Error {
    io::Error::new(io::ErrorKind::TimedOut, "the other side has stopped reading")
}

impl<S: AsyncRead + Unpin> AsyncRead for Paced<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.is_cut {
            return Poll::Ready(Err(cut()));
        }
        self.is_held = self.blocked.is_some();
        let result = match self.is_held {
            true => Poll::Pending,
            false => Pin::new(&mut self.inner).poll_read(context, buffer),
        };
        let waker = context.waker();
        if result.is_pending() && !self.reader.as_ref().is_some_and(|known| known.will_wake(waker))
        {
            self.reader = Some(waker.clone());
        }
        result
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Paced<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        if self.is_cut {
            return Poll::Ready(Err(cut()));
        }
        let result = Pin::new(&mut self.inner).poll_write(context, bytes);
        self.written(context, result)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        if self.is_cut {
            return Poll::Ready(Err(cut()));
        }
        let result = Pin::new(&mut self.inner).poll_write_vectored(context, slices);
        self.written(context, result)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

    use super::*;

    #[tokio::test]
    async fn nothing_is_read_while_nothing_is_taken_and_at_last_the_connection_ends() {
        let (near, mut far) = duplex(8);
        let mut near = Paced::new(near, Duration::from_millis(100));
        far.write_all(b"request").await.unwrap();
        near.write_all(&[0; 8]).await.unwrap();
        // The eight bytes fill the pipe: the ninth waits, and so does reading.
        let (mut reading, mut writing) = tokio::io::split(near);
        let write = tokio::spawn(async move { writing.write_all(&[0; 1]).await });
        tokio::task::yield_now().await;
        let mut request = [0; 7];
        let early = Duration::from_millis(20);
        assert!(tokio::time::timeout(early, reading.read_exact(&mut request)).await.is_err());
        let refused = write.await.unwrap().unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::TimedOut);
        let refused = reading.read_exact(&mut request).await.unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::TimedOut);
    }

    #[tokio::test]
    async fn reading_goes_on_when_something_is_taken() {
        let (near, mut far) = duplex(8);
        let near = Paced::new(near, Duration::from_secs(60));
        far.write_all(b"request").await.unwrap();
        let (mut reading, mut writing) = tokio::io::split(near);
        let write = tokio::spawn(async move { writing.write_all(&[0; 9]).await });
        tokio::task::yield_now().await;
        let read = tokio::spawn(async move {
            let mut request = [0; 7];
            reading.read_exact(&mut request).await.map(|_| request)
        });
        far.read_exact(&mut [0; 9]).await.unwrap();
        write.await.unwrap().unwrap();
        assert_eq!(&read.await.unwrap().unwrap(), b"request");
    }
}
