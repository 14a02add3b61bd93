//! Spacing between requests: a real LAN is not a wire of its own.

use std::time::Duration;

use super::Rate;
use crate::net::Moment;

/// How far behind its schedule a sender may catch up in one burst.
const CATCH_UP: Duration = Duration::from_millis(5);

/// Lets one request through at a time, so many a second.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    gap: Duration,
    next: Moment,
}

impl Pace {
    /// A pace at which nothing was sent yet.
    pub fn new(rate: Rate) -> Pace {
        let gap = match rate {
            Rate::PerSecond(count) => Duration::from_secs(1) / count.max(1),
            Rate::Max => Duration::ZERO,
        };
        Pace { gap, next: Moment::default() }
    }

    /// When the next request may go.
    pub fn next(&self) -> Moment {
        self.next
    }

    /// Counts one request that goes now.
    pub fn spend(&mut self, now: Moment) {
        let behind = now.since(self.next);
        let from = if behind > CATCH_UP { Moment(now.0 - CATCH_UP.as_micros().min(now.0.into()) as u64) } else { self.next };
        self.next = from + self.gap;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The requests that go in a second when the sender looks every `step` microseconds.
    fn sent_in_a_second(rate: Rate, step: u64) -> u32 {
        let mut pace = Pace::new(rate);
        let mut sent = 0;
        for now in (1_000_000..2_000_000).step_by(step as usize).map(Moment) {
            while pace.next() <= now && sent < 100_000 {
                pace.spend(now);
                sent += 1;
            }
        }
        sent
    }

    #[test]
    fn the_rate_is_kept_whether_the_sender_looks_often_or_seldom() {
        assert!((1000..1010).contains(&sent_in_a_second(Rate::PerSecond(1000), 10)));
        assert!((1000..1010).contains(&sent_in_a_second(Rate::PerSecond(1000), 3000)));
    }

    #[test]
    fn at_most_rate_nothing_waits() {
        assert_eq!(sent_in_a_second(Rate::Max, 1000), 100_000);
    }
}
