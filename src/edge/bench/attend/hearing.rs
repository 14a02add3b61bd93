//! What the station says, heard by a thread of its own: no two systems wait for their standard input in the same way. A station that
//! has said nothing for long is gone, whatever the network believes.

use std::io::{self, BufRead, Read};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use zeroize::Zeroizing;

/// Bytes that are heard at once.
const CHUNK: usize = 64 << 10;
/// Chunks that wait: whoever speaks on then waits too.
const WAITING: usize = 4;

/// Secrets are among what is said: nothing of it stays in memory.
type Chunk = Zeroizing<Vec<u8>>;

/// What was heard.
pub(super) struct Hearing {
    heard: Receiver<io::Result<Chunk>>,
    chunk: Chunk,
    /// Bytes of it that were taken.
    taken: usize,
}

impl Hearing {
    /// Hears from now on; `gone` is done once nothing was heard for so long.
    pub(super) fn of(mut input: impl Read + Send + 'static, silence: Duration, gone: impl FnOnce() + Send + 'static) -> Hearing {
        let (sender, heard) = sync_channel(WAITING);
        let last = Arc::new(Mutex::new(Instant::now()));
        let now = last.clone();
        thread::spawn(move || {
            loop {
                let mut chunk = Zeroizing::new(vec![0; CHUNK]);
                let said = match input.read(&mut chunk) {
                    Ok(0) => return,
                    Ok(count) => {
                        chunk.truncate(count);
                        Ok(chunk)
                    }
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                    Err(error) => Err(error),
                };
                *now.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
                let failed = said.is_err();
                if sender.send(said).is_err() || failed {
                    return;
                }
            }
        });
        // Beside the hearing: whoever writes to a connection that is dead waits too.
        thread::spawn(move || {
            loop {
                let quiet = last.lock().unwrap_or_else(PoisonError::into_inner).elapsed();
                match silence.checked_sub(quiet) {
                    Some(left) if !left.is_zero() => thread::sleep(left),
                    _ => return gone(),
                }
            }
        });
        Hearing { heard, chunk: Zeroizing::default(), taken: 0 }
    }

    /// Whether the station says something, or is gone, within so long.
    pub(super) fn speaks(&mut self, patience: Duration) -> io::Result<bool> {
        if self.taken < self.chunk.len() {
            return Ok(true);
        }
        match self.heard.recv_timeout(patience) {
            Ok(said) => {
                (self.chunk, self.taken) = (said?, 0);
                Ok(true)
            }
            Err(RecvTimeoutError::Timeout) => Ok(false),
            Err(RecvTimeoutError::Disconnected) => Ok(true),
        }
    }
}

impl BufRead for Hearing {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.taken == self.chunk.len() {
            // Nothing comes any more where the thread has ended.
            (self.chunk, self.taken) = (self.heard.recv().unwrap_or_else(|_| Ok(Chunk::default()))?, 0);
        }
        Ok(&self.chunk[self.taken..])
    }

    fn consume(&mut self, count: usize) {
        self.taken += count;
    }
}

impl Read for Hearing {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let count = self.fill_buf()?.read(bytes)?;
        self.consume(count);
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::sync::mpsc;

    use super::*;

    const LONG: Duration = Duration::from_secs(60);

    #[test]
    fn what_is_said_in_pieces_is_heard_whole_and_the_end_is_heard_too() {
        let (reader, mut writer) = io::pipe().expect("a pipe");
        let mut hearing = Hearing::of(reader, LONG, || ());
        assert!(!hearing.speaks(Duration::from_millis(1)).expect("open"), "nobody has spoken");
        writer.write_all(b"{\"do\":").expect("written");
        assert!(hearing.speaks(LONG).expect("open"));
        writer.write_all(b"1}\nsecret").expect("written");
        let mut line = Vec::new();
        hearing.read_until(b'\n', &mut line).expect("a line");
        assert_eq!(line, b"{\"do\":1}\n");
        let mut secret = [0; 6];
        hearing.read_exact(&mut secret).expect("it follows");
        assert_eq!(&secret, b"secret");
        drop(writer);
        assert!(hearing.speaks(LONG).expect("an end is something"));
        assert_eq!(hearing.read(&mut secret).expect("the end"), 0);
    }

    #[test]
    fn a_station_that_says_nothing_is_gone_after_a_while_and_one_that_speaks_is_not() {
        let (reader, mut writer) = io::pipe().expect("a pipe");
        let (sender, gone) = mpsc::channel();
        let began = Instant::now();
        let silence = Duration::from_millis(300);
        let mut hearing = Hearing::of(reader, silence, move || {
            let _ = sender.send(Instant::now());
        });
        let mut spoke = began;
        while began.elapsed() < 2 * silence {
            spoke = Instant::now();
            writer.write_all(b"x").expect("written");
            assert!(hearing.speaks(LONG).expect("open"));
            hearing.consume(1);
            assert!(gone.recv_timeout(Duration::from_millis(20)).is_err(), "it speaks");
        }
        let when = gone.recv_timeout(LONG).expect("it is gone");
        assert!(when.duration_since(spoke) >= silence, "{:?}", when.duration_since(spoke));
    }
}
