//! Sends nothing: gives the card time to count what arrives broken.

use std::time::Duration;

use super::{Probe, Want};
use crate::net::Moment;

/// For how long: some frames arrive on any segment within it (spanning tree says hello every 2 s, IEEE 802.1Q, 13.25.8).
pub const WATCH: Duration = Duration::from_secs(4);

/// Waits.
pub struct Watch;

impl Probe for Watch {
    fn poll(&mut self, now: Moment) -> Want {
        let until = Moment::default() + WATCH;
        if now < until { Want::Wait(until) } else { Want::Done }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_waits_and_sends_nothing() {
        let until = Moment::default() + WATCH;
        assert_eq!(Watch.poll(Moment::from_ms(1)), Want::Wait(until));
        assert_eq!(Watch.poll(until), Want::Done);
    }
}
