//! Echo requests, with what may be lost and how long they may take.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Reading, Row, Service, Way};
use crate::language::{Language, travel};

/// The kind. The edge sends the requests.
pub const ROW: Row = Row { way: Way::Ping, port: None, keys: &["max_loss", "max_rtt_ms", "max_jitter_ms"], begin: None };

/// What came back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Echoes {
    /// Requests sent.
    pub sent: u32,
    /// Requests that were not answered.
    pub lost: u32,
    /// The median round trip, in microseconds.
    pub median_us: Option<u32>,
    /// The mean change from one round trip to the next, in microseconds.
    pub jitter_us: Option<u32>,
}

impl Echoes {
    /// What was lost, in percent, rounded down.
    pub fn loss(&self) -> u32 {
        (100 * self.lost).checked_div(self.sent).unwrap_or(0)
    }

    /// The limits of the plan that are not kept: loss, round trip, jitter.
    pub fn beyond(&self, service: &Service) -> [bool; 3] {
        let over = |us: Option<u32>, ms: Option<u32>| us.zip(ms).is_some_and(|(us, ms)| us > ms.saturating_mul(1000));
        [
            100 * self.lost > self.sent * u32::from(service.max_loss.unwrap_or(0)),
            over(self.median_us, service.max_rtt_ms),
            over(self.jitter_us, service.max_jitter_ms),
        ]
    }
}

impl Reading for Echoes {
    fn say(&self, language: Language) -> String {
        let ms = |us: Option<u32>| us.map_or("–".to_owned(), |us| travel(us, language));
        let (loss, rtt, jitter) = (self.loss(), ms(self.median_us), ms(self.jitter_us));
        language.pick(
            format!("loss {loss} %, round trip {rtt}, jitter {jitter}"),
            format!("perte {loss} %, aller-retour {rtt}, gigue {jitter}"),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::service;
    use super::*;

    #[test]
    fn limits_are_those_of_the_plan_and_without_one_nothing_may_be_lost() {
        let echoes = |lost, median_us| Echoes { sent: 20, lost, median_us: Some(median_us), jitter_us: Some(900) };
        let bare = service("kind = \"ping\"");
        assert_eq!(echoes(0, 9_000_000).beyond(&bare), [false; 3]);
        assert_eq!(echoes(1, 10).beyond(&bare), [true, false, false]);
        let strict = service("kind = \"ping\"\nmax_loss = 5\nmax_rtt_ms = 10\nmax_jitter_ms = 1");
        assert_eq!(echoes(1, 10_000).beyond(&strict), [false; 3]);
        assert_eq!(echoes(2, 10_001).beyond(&strict), [true, true, false]);
        assert_eq!(echoes(1, 1_460).say(Language::Fr), "perte 5 %, aller-retour 1,46 ms, gigue 0,90 ms");
    }
}
