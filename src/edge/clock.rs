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

    /// When a visit ends that is given this time: nothing is asked any more, whatever has no answer yet.
    pub fn end_of(&self, budget: Budget) -> Moment {
        let asking = Duration::from_millis((budget.ms - TO_WRITE_MS.min(budget.ms / 10)).into());
        Moment::default() + (budget.began + asking).saturating_duration_since(self.start)
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

/// The time that a command may take.
#[derive(Clone, Copy, Debug)]
pub struct Budget {
    /// How much, in milliseconds.
    pub ms: u32,
    /// When the command began.
    began: Instant,
}

/// What of it is left to conclude and to write the report: a tenth, and no more than this.
const TO_WRITE_MS: u32 = 1_000;

impl Budget {
    /// So much, from now on.
    pub fn from_now(ms: u32) -> Budget {
        Budget { ms, began: Instant::now() }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_went_before_the_visit_and_what_comes_after_it_is_in_its_budget() {
        let clock = VisitClock::start();
        let budget = |ms, before| Budget { ms, began: clock.start - Duration::from_millis(before) };
        assert_eq!(clock.end_of(budget(60_000, 250)), Moment::from_ms(58_750));
        assert_eq!(clock.end_of(budget(5_000, 0)), Moment::from_ms(4_500));
        assert_eq!(clock.end_of(budget(5_000, 9_000)), Moment::default());
    }
}
