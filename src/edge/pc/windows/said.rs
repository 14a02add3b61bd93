//! What a program of the PC said: the end of it, in whatever letters.

use std::io::{PipeReader, Read};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

use super::letters::text_of;

/// Bytes of what a program said that are kept: the last ones, which say why.
const KEPT: usize = 16 << 10;

/// Listens to a program in a thread of its own, which ends when nobody can say anything any more: a pipe of Windows cannot be waited
/// for with a deadline.
pub(super) fn listen(mut from: PipeReader) -> Receiver<Vec<u8>> {
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        let mut bytes = [0; 8192];
        while let Ok(count @ 1..) = from.read(&mut bytes) {
            if sender.send(bytes[..count].to_vec()).is_err() {
                break;
            }
        }
    });
    receiver
}

/// The last bytes of what a program said.
#[derive(Default)]
pub(super) struct Tail {
    bytes: Vec<u8>,
    cut: bool,
    /// Something came the last time.
    pub(super) new: bool,
}

impl Tail {
    /// Takes what there is, and waits at most so long for it; whether more may come.
    pub(super) fn hear(&mut self, from: &Receiver<Vec<u8>>, patience: Duration) -> bool {
        self.new = false;
        match from.recv_timeout(patience) {
            Ok(bytes) => {
                self.new = true;
                self.bytes.extend_from_slice(&bytes);
                if self.bytes.len() > 2 * KEPT {
                    self.bytes.drain(..self.bytes.len() - KEPT);
                    self.cut = true;
                }
                true
            }
            Err(RecvTimeoutError::Timeout) => true,
            Err(RecvTimeoutError::Disconnected) => false,
        }
    }

    pub(super) fn text(self) -> String {
        let from = self.bytes.len().saturating_sub(KEPT);
        if !self.cut && from == 0 {
            return text_of(&self.bytes);
        }
        // Where a letter of UTF-8 was cut through, its rest would make all of it look like something else (RFC 3629: 10xxxxxx; three of
        // them at most).
        let rest = self.bytes[from..].iter().take(3).take_while(|&&byte| byte & 0xc0 == 0x80).count();
        format!("…{}", text_of(&self.bytes[from + rest..]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tail_that_begins_inside_a_letter_is_read_in_utf_8_all_the_same() {
        for more in 0..4 {
            let said = "é".repeat(KEPT) + &"x".repeat(more);
            let text = Tail { bytes: said.into_bytes(), ..Tail::default() }.text();
            let (first, letters) = (text.chars().next(), text.trim_start_matches('…').trim_end_matches('x'));
            assert!(first == Some('…') && letters.chars().all(|letter| letter == 'é'), "{more}: {}", &text[..20]);
        }
    }
}
