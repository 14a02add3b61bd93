//! The clock of a visit: it runs evenly, whatever is done to the system's time meanwhile.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use super::Clock;
use crate::net::Moment;

/// Time since a visit started.
#[derive(Clone, Copy, Debug)]
pub struct VisitClock {
    start: Instant,
    /// Microseconds since 1970 at the start.
    start_us: u64,
}

impl VisitClock {
    /// A visit that starts now.
    pub fn start() -> VisitClock {
        VisitClock { start: Instant::now(), start_us: unix_us() }
    }

    /// When the visit started, in microseconds since 1970.
    pub fn start_us(&self) -> u64 {
        self.start_us
    }

    /// How to turn the system's times of just now into moments of the visit.
    pub fn reading(&self) -> Reading {
        Reading { now: self.now(), unix_us: unix_us() }
    }
}

impl Clock for VisitClock {
    fn now(&self) -> Moment {
        Moment::default() + self.start.elapsed()
    }
}

/// The same moment by both clocks.
#[derive(Clone, Copy, Debug)]
pub struct Reading {
    now: Moment,
    unix_us: u64,
}

impl Reading {
    /// The moment of a time that the kernel gave, in microseconds since 1970: as long ago as it is now.
    pub fn moment(&self, unix_us: u64) -> Moment {
        let ago = Duration::from_micros(self.unix_us.saturating_sub(unix_us));
        Moment(self.now.0.saturating_sub(ago.as_micros() as u64))
    }
}

/// Microseconds since 1970.
fn unix_us() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_micros() as u64)
}
