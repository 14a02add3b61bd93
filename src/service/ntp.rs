//! The time of a server (RFC 5905): how far its clock and that of this laptop are apart.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Dialogue, Measured, Reading, Row, Service, Step, Way};
use crate::language::{Language, duration, travel};
use crate::wire::ntp;

/// The kind.
pub const ROW: Row =
    Row { way: Way::Udp, port: Some(ntp::PORT), keys: &["max_offset_ms"], begin: Some(|_| Box::new(Query::default())) };

/// What the clocks may be apart where the plan does not say, in milliseconds.
pub const MAX_OFFSET_MS: u32 = 1_000;
/// The first stratum of a server without a true clock behind it (RFC 5905, figure 11).
const UNSYNCHRONISED: u8 = 16;
/// Questions whose answers are known again: one goes out each second, and the longest that a plan may wait are 30.
const QUESTIONS: usize = 32;

/// What a time server answered.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Clock {
    /// How many servers lie between it and a true clock: 1 to 15; 0 where it sends us away, 16 and more without a true clock.
    pub stratum: u8,
    /// It says that its clock is not set.
    pub unset: bool,
    /// Why it sends us away: the kiss code of stratum 0, such as `RATE` or `DENY` (RFC 5905, 7.4).
    pub kiss: Option<String>,
    /// Its clock less ours, in microseconds.
    pub offset_us: i64,
    /// How long question and answer were on the way, in microseconds: half of it may be wrong about the offset.
    pub delay_us: u32,
    /// What its clock showed when it answered, in microseconds since 1970.
    pub server_us: i64,
    /// What ours showed when the answer came, likewise.
    pub laptop_us: i64,
}

impl Clock {
    /// Whether it tells a time at all.
    pub fn tells(&self) -> bool {
        self.stratum != 0 && self.stratum < UNSYNCHRONISED && !self.unset
    }

    /// Whether the clocks are further apart than the plan allows, whatever the way there and back took.
    pub fn apart(&self, service: &Service) -> bool {
        let may = i64::from(service.max_offset_ms.unwrap_or(MAX_OFFSET_MS)) * 1_000 + i64::from(self.delay_us / 2);
        self.tells() && self.offset_us.unsigned_abs() > may.unsigned_abs()
    }
}

impl Reading for Clock {
    fn say(&self, language: Language) -> String {
        if let Some(kiss) = &self.kiss {
            return language.pick(format!("sends away ({kiss})"), format!("renvoie ({kiss})"));
        }
        if !self.tells() {
            return language.pick("not synchronised", "non synchronisé").to_owned();
        }
        let (apart, stratum) = (apart(self.offset_us, language), self.stratum);
        let sign = if self.offset_us < 0 { "−" } else { "+" };
        language.pick(format!("{sign}{apart}, stratum {stratum}"), format!("{sign}{apart}, strate {stratum}"))
    }
}

/// How far two clocks are apart, in the unit that says most: `1.40 ms`, `3.0 s`, `1 d 2 h`.
pub fn apart(offset_us: i64, language: Language) -> String {
    match offset_us.unsigned_abs() {
        us @ 0..1_000_000 => travel(us as u32, language),
        us => duration((us + 500) / 1_000, language),
    }
}

/// A time in UTC, as in `2026-11-21 13:05:09 UTC`; a number of seconds where no calendar reaches.
pub fn time(us: i64) -> String {
    match Timestamp::from_microsecond(us) {
        Ok(time) => time.strftime("%Y-%m-%d %H:%M:%S UTC").to_string(),
        Err(_) => format!("{} s", us / 1_000_000),
    }
}

/// The questions to one server.
#[derive(Default)]
pub struct Query {
    /// The stamp of each, and when it went out.
    asked: Vec<(u64, i64)>,
}

impl Dialogue for Query {
    fn say(&mut self, now_us: i64) -> Vec<u8> {
        // The stamp need not be the time: only we read it again. One that nobody can guess keeps false answers out.
        let stamp = (now_us as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        if self.asked.len() < QUESTIONS {
            self.asked.push((stamp, now_us));
        }
        ntp::question(stamp)
    }

    fn hear(&mut self, now_us: i64, heard: &[u8]) -> Step {
        let answer = match ntp::parse(heard) {
            Ok(Some(answer)) => answer,
            Ok(None) => return Step::More,
            Err(_) => return Step::Garbled,
        };
        let Some(&(_, asked_us)) = self.asked.iter().find(|(stamp, _)| *stamp == answer.origin) else { return Step::More };
        let (received, sent) = (ntp::us(answer.received, now_us), ntp::us(answer.sent, now_us));
        let away = (now_us - asked_us) - (sent - received);
        let code: String =
            answer.reference.iter().filter(|byte| byte.is_ascii_alphanumeric()).map(|byte| char::from(*byte)).collect();
        // Without a code, or with one that says so, stratum 0 is a server that is not synchronised (RFC 5905, 7.3 and 7.4).
        let is_kiss = answer.stratum == 0 && !matches!(code.as_str(), "" | "INIT" | "STEP");
        Step::Done(Measured::Clock(Clock {
            stratum: answer.stratum,
            unset: answer.unset,
            kiss: is_kiss.then_some(code),
            offset_us: ((received - asked_us) + (sent - now_us)) / 2,
            delay_us: away.clamp(0, u32::MAX.into()) as u32,
            server_us: sent,
            laptop_us: now_us,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::service;
    use super::*;

    /// 2026-11-21 10:40:00 UTC.
    const NOW: i64 = 1_795_257_600_000_000;

    fn stamp(us: i64) -> u64 {
        let seconds = (us.div_euclid(1_000_000) + 2_208_988_800) as u64;
        seconds << 32 | ((us.rem_euclid(1_000_000) as u64) << 32).div_ceil(1_000_000)
    }

    /// What is made of an answer that was 20 ms on the way, and 5 ms in a server whose clock is off.
    fn heard(off_us: i64, first: u8, stratum: u8, code: &[u8; 4]) -> Step {
        let mut query = Query::default();
        let mut bytes = query.say(NOW);
        query.say(NOW + 1_000_000);
        bytes.copy_within(40..48, 24);
        (bytes[0], bytes[1]) = (first, stratum);
        bytes[12..16].copy_from_slice(code);
        bytes[32..40].copy_from_slice(&stamp(NOW + 10_000 + off_us).to_be_bytes());
        bytes[40..48].copy_from_slice(&stamp(NOW + 15_000 + off_us).to_be_bytes());
        query.hear(NOW + 25_000, &bytes)
    }

    fn clock(step: Step) -> Clock {
        match step {
            Step::Done(Measured::Clock(clock)) => clock,
            step => panic!("{step:?}"),
        }
    }

    #[test]
    fn the_offset_is_what_is_left_when_the_way_there_and_back_is_taken_off() {
        let day = clock(heard(-86_400_000_000, 0x24, 3, b"RATE"));
        assert_eq!((day.offset_us, day.delay_us, day.server_us), (-86_400_000_000, 20_000, NOW + 15_000 - 86_400_000_000));
        assert_eq!((day.say(Language::En), day.say(Language::Fr)), ("−1 d, stratum 3".to_owned(), "−1 j, strate 3".to_owned()));
        let plain = service("kind = \"ntp\"");
        assert!(day.apart(&plain));
        assert!(!clock(heard(1_009_000, 0x24, 3, b"RATE")).apart(&plain) && clock(heard(1_011_000, 0x24, 3, b"RATE")).apart(&plain));
        assert!(!clock(heard(4_000_000, 0x24, 3, b"RATE")).apart(&service("kind = \"ntp\"\nmax_offset_ms = 5000")));
    }

    #[test]
    fn a_server_that_sends_away_or_has_no_clock_tells_no_time() {
        let kiss = clock(heard(0, 0x24, 0, b"RATE"));
        assert_eq!((kiss.kiss.as_deref(), kiss.tells()), (Some("RATE"), false));
        let unset = clock(heard(0, 0xe4, 0, &[0; 4]));
        assert_eq!((unset.kiss.as_deref(), unset.tells(), unset.say(Language::En)), (None, false, "not synchronised".to_owned()));
        assert_eq!(clock(heard(0, 0xe4, 0, b"INIT")).kiss, None);
        assert!(!clock(heard(0, 0x24, 16, b"RATE")).tells() && !clock(heard(0, 0xe4, 3, b"RATE")).tells());
    }

    #[test]
    fn an_answer_to_a_question_of_somebody_else_is_waited_past_and_no_answer_is_garbled() {
        let mut query = Query::default();
        let mut bytes = query.say(NOW);
        bytes[0] = 0x24;
        assert_eq!(query.hear(NOW, &bytes), Step::More);
        assert_eq!(query.hear(NOW, b"hello"), Step::Garbled);
    }

    #[test]
    fn times_are_said_so_that_they_can_be_compared() {
        assert_eq!(time(NOW), "2026-11-21 10:40:00 UTC");
        let said = [1_400, 3_000_000, 61_000_000, 7_200_000_000, -93_600_000_000, -86_399_999_900].map(|us| apart(us, Language::En));
        assert_eq!(said, ["1.40 ms", "3.0 s", "1 min 1 s", "2 h", "1 d 2 h", "1 d"]);
    }
}
