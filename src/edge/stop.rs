//! Ctrl-C: the first press ends the look and keeps what was seen, the second ends the program.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Between two looks at whether it was pressed.
const GLANCE: Duration = Duration::from_millis(50);

static PRESSED: AtomicBool = AtomicBool::new(false);

static WATCH: LazyLock<()> = LazyLock::new(|| {
    let watched = ctrlc::set_handler(|| {
        if PRESSED.swap(true, Ordering::SeqCst) {
            #[cfg(target_os = "linux")]
            super::linux::keys::restore();
            std::process::exit(130);
        }
    });
    // Without a handler Ctrl-C ends the program at once, as it does by default.
    drop(watched);
});

/// From now on Ctrl-C is heard by [`pressed`].
pub fn watch() {
    LazyLock::force(&WATCH);
}

/// Waits so long, or until Ctrl-C is pressed.
pub fn wait(time: Duration) {
    let until = Instant::now() + time;
    while !pressed() && Instant::now() < until {
        std::thread::sleep(GLANCE.min(until.saturating_duration_since(Instant::now())));
    }
}

/// Whether Ctrl-C was pressed.
pub fn pressed() -> bool {
    PRESSED.load(Ordering::SeqCst)
}
