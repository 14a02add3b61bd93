//! Work of Windows that has no deadline of its own. Each runs on a thread of its own, which keeps its COM apart from that of others.

use std::sync::mpsc;
use std::time::Duration;

/// What the work came to; nothing where it is still at it after so many seconds. Then it goes on by itself, and nobody hears of it:
/// for what only looks.
pub(super) fn within<T: Send + 'static>(seconds: u32, work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    let (tell, told) = mpsc::channel();
    std::thread::spawn(move || {
        // Whoever waited may have gone.
        let _ = tell.send(work());
    });
    told.recv_timeout(Duration::from_secs(seconds.into())).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_waits_longer_than_the_deadline() {
        assert_eq!(within(60, || 7), Some(7));
        let (let_go, held) = mpsc::channel::<()>();
        assert_eq!(within(0, move || held.recv().is_ok()), None);
        drop(let_go);
    }
}
