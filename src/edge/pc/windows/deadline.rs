//! Work of Windows that has no deadline of its own. Each runs on a thread of its own, which keeps its COM apart from that of others.
//! Whoever waits for it hears Ctrl-C.

use std::panic::resume_unwind;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use crate::edge::stop;

/// Between two looks at how far it is.
const GLANCE: Duration = Duration::from_millis(200);

/// When so many seconds are over.
pub(super) fn in_seconds(seconds: u32) -> Instant {
    Instant::now() + Duration::from_secs(seconds.into())
}

/// What the work came to; nothing where it is still at it after so many seconds, or when somebody stops the kit. Then it goes on
/// by itself, and nobody hears of it: for what only looks.
pub(super) fn within<T: Send + 'static>(seconds: u32, work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    let (tell, told) = mpsc::channel();
    thread::spawn(move || {
        // Whoever waited may have gone.
        let _ = tell.send(work());
    });
    heard(&told, in_seconds(seconds), stop::pressed).ok()
}

/// What the work came to that looks for something before it changes something: nothing where the look is late. It asks before it
/// begins, and may not where nobody waits for it any more. Once it has begun it is waited for.
pub(super) fn found_within<T: Send + 'static>(
    deadline: Instant,
    work: impl FnOnce(&dyn Fn() -> bool) -> T + Send + 'static,
) -> Option<T> {
    // Without any room: what is sent has been heard.
    let (begin, begun) = mpsc::sync_channel(0);
    let worker = thread::spawn(move || work(&|| begin.send(()).is_ok()));
    match heard(&begun, deadline, stop::pressed) {
        Err(RecvTimeoutError::Timeout) => None,
        // It has begun, or has come to its end without.
        _ => Some(worker.join().unwrap_or_else(|panic| resume_unwind(panic))),
    }
}

/// Waits for a word until the deadline, or until somebody stops the kit.
fn heard<T>(from: &Receiver<T>, deadline: Instant, stopped: impl Fn() -> bool) -> Result<T, RecvTimeoutError> {
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        match from.recv_timeout(left.min(GLANCE)) {
            Err(RecvTimeoutError::Timeout) if !left.is_zero() && !stopped() => {}
            heard => return heard,
        }
    }
}

/// Waits until work is completed that changes something; at the deadline, or when somebody stops the kit, it is told to stop.
/// Whether it had its time.
pub(super) fn completed(
    deadline: Instant,
    is_completed: impl Fn() -> windows::core::Result<bool>,
    abort: impl Fn() -> windows::core::Result<()>,
) -> windows::core::Result<bool> {
    let mut in_time = true;
    while !is_completed()? {
        if in_time && (Instant::now() >= deadline || stop::pressed()) {
            in_time = false;
            // Where it can no longer be stopped it comes to its end.
            let _ = abort();
        }
        thread::sleep(GLANCE);
    }
    Ok(in_time)
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[test]
    fn nobody_waits_longer_than_the_deadline() {
        assert_eq!(within(60, || 7), Some(7));
        let (let_go, held) = mpsc::channel::<()>();
        assert_eq!(within(0, move || held.recv().is_ok()), None);
        drop(let_go);
    }

    #[test]
    fn whoever_stops_the_kit_is_heard_long_before_the_deadline() {
        let (_tell, told) = mpsc::channel::<()>();
        let looks = Cell::new(0);
        let stopped = || {
            looks.set(looks.get() + 1);
            looks.get() > 1
        };
        let began = Instant::now();
        assert_eq!(heard(&told, in_seconds(3600), stopped), Err(RecvTimeoutError::Timeout));
        assert!(looks.get() == 2 && began.elapsed() < Duration::from_secs(600), "{:?}", began.elapsed());
    }

    #[test]
    fn what_was_given_up_begins_nothing() {
        assert_eq!(found_within(in_seconds(60), |may_begin| may_begin()), Some(true));
        assert_eq!(found_within(in_seconds(60), |_| "nothing to do"), Some("nothing to do"));
        let (let_go, held) = mpsc::channel::<()>();
        let (tell, told) = mpsc::channel();
        let late = found_within(Instant::now(), move |may_begin| {
            let _ = held.recv();
            tell.send(may_begin())
        });
        assert!(late.is_none());
        drop(let_go);
        assert_eq!(told.recv_timeout(Duration::from_secs(60)), Ok(false), "nobody waits any more");
    }

    #[test]
    fn what_is_late_is_told_to_stop_once_and_waited_for() {
        let (aborted, looks) = (Cell::new(0), Cell::new(0));
        let is_completed = || {
            looks.set(looks.get() + 1);
            Ok(aborted.get() > 0 && looks.get() > 3)
        };
        let abort = || {
            aborted.set(aborted.get() + 1);
            Ok(())
        };
        assert!(!completed(Instant::now(), is_completed, abort).expect("it ends"));
        assert_eq!((aborted.get(), looks.get()), (1, 4), "it was still at work when it was told to stop");
    }

    #[test]
    fn what_is_in_time_is_not_disturbed() {
        let looks = Cell::new(0);
        let is_completed = || {
            looks.set(looks.get() + 1);
            Ok(looks.get() > 1)
        };
        assert!(completed(in_seconds(600), is_completed, || panic!("nobody stops it")).expect("it ends"));
    }
}
