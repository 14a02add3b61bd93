//! Keys as they are pressed, without Enter: one hand is at the cable. From a pipe, letters as they come.

use std::io::{IsTerminal, stdin};
use std::os::fd::AsFd;
use std::sync::OnceLock;
use std::time::Duration;

use nix::poll::{PollFd, PollFlags, PollTimeout};
use nix::sys::termios::{LocalFlags, SetArg, Termios, tcgetattr, tcsetattr};
use nix::unistd::{getpgrp, read, tcgetpgrp};

/// How the terminal was before its keys were read one by one; a thread of Ctrl-C puts it back too.
static BEFORE: OnceLock<Unsent> = OnceLock::new();

/// A terminal's settings, which are plain numbers.
struct Unsent(nix::libc::termios);

/// The keyboard, or whatever standard input is.
pub struct Keys {
    ended: bool,
}

impl Keys {
    /// From now on keys are read one by one. Where this program is not the one that the terminal's keys are for, none are.
    pub fn open() -> Keys {
        let input = stdin();
        if !input.is_terminal() {
            return Keys { ended: false };
        }
        let ours = tcgetpgrp(input.as_fd()).is_ok_and(|group| group == getpgrp());
        let set = ours.then(|| tcgetattr(input.as_fd()).ok()).flatten().is_some_and(|before| {
            let mut one_by_one: Termios = before.clone();
            // Ctrl-C stays a signal.
            one_by_one.local_flags.remove(LocalFlags::ICANON | LocalFlags::ECHO);
            let _ = BEFORE.set(Unsent(before.into()));
            tcsetattr(input.as_fd(), SetArg::TCSANOW, &one_by_one).is_ok()
        });
        Keys { ended: !set }
    }

    /// The letters that were pressed since the last call.
    pub fn pressed(&mut self) -> Vec<u8> {
        let input = stdin();
        let mut letters = Vec::new();
        while !self.ended {
            let mut polled = [PollFd::new(input.as_fd(), PollFlags::POLLIN)];
            if !matches!(nix::poll::poll(&mut polled, PollTimeout::ZERO), Ok(ready) if ready > 0) {
                break;
            }
            let mut bytes = [0; 64];
            match read(input.as_fd(), &mut bytes) {
                Ok(0) | Err(_) => self.ended = true,
                Ok(count) => letters.extend_from_slice(&bytes[..count]),
            }
        }
        letters
    }

    /// No more letters can come.
    pub fn ended(&self) -> bool {
        self.ended
    }

    /// Waits until a letter can be read, and at most so long.
    pub fn wait(&self, at_most: Duration) {
        let input = stdin();
        let mut polled = [PollFd::new(input.as_fd(), PollFlags::POLLIN)];
        // A signal ends the wait early, and the caller looks at the keys again.
        let _ = nix::poll::poll(&mut polled, PollTimeout::try_from(at_most).unwrap_or(PollTimeout::ZERO));
    }
}

impl Drop for Keys {
    fn drop(&mut self) {
        restore();
    }
}

/// Puts the terminal back as it was, where it was changed.
pub fn restore() {
    if let Some(before) = BEFORE.get() {
        // The terminal may be gone; then there is nothing to put back.
        let _ = tcsetattr(stdin().as_fd(), SetArg::TCSANOW, &Termios::from(before.0));
    }
}
