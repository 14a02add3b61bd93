//! How much a line carries, by a test with an iperf3 server at its other end (`iperf3 -s`): it fills the line, so it is made only
//! where somebody agreed, after everything else.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Reading, Row, Service, Way};
use crate::language::Language;
use crate::line::one_line;
use crate::wire::iperf3::{PORT, Run};

/// The kind. The edge runs iperf3.
pub const ROW: Row = Row {
    way: Way::Fill,
    port: Some(PORT),
    keys: &["at_least_mbps", "at_most_retransmits", "direction", "seconds"],
    begin: None,
};

/// How long each direction is filled where the plan does not say, in seconds: TCP is past its slow start, and users are kept
/// waiting for ten.
pub const SECONDS: u8 = 5;
/// The longest that a plan may say.
pub const LONGEST_S: u8 = 60;
/// From this share of one processor on iperf3 itself is what limits, in percent: it sends and receives on one.
const BUSY_PERCENT: u32 = 90;
/// The share of a link's speed that a test on it reaches, in percent: Ethernet, IP and TCP take 5 to 6 % of each full frame.
const FULL_PERCENT: u64 = 85;

/// In which direction a line is filled. One after the other, not at once: on a radio link or a half-duplex one, both at once
/// would share what there is, and the acknowledgements of one would wait behind the other. `--bidir` is unknown to servers before
/// iperf3 3.7 besides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// From this laptop to the server.
    Up,
    /// From the server to this laptop.
    Down,
}

impl Direction {
    /// For a reader.
    pub fn word(self, language: Language) -> &'static str {
        match self {
            Direction::Up => language.pick("to the server", "vers le serveur"),
            Direction::Down => language.pick("from the server", "depuis le serveur"),
        }
    }
}

/// What was measured.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Throughput {
    /// To the server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub up: Option<Flow>,
    /// From the server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub down: Option<Flow>,
    /// Why iperf3 did not go on, in its own words, not cleaned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub said: Option<String>,
}

/// What went in one direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Flow {
    /// What arrived, in bits a second.
    pub bits_s: u64,
    /// Segments that were sent again; `None` where the sender does not count them.
    pub retransmits: Option<u64>,
    /// What this laptop's iperf3 took of a processor, in percent.
    pub laptop_percent: u32,
    /// What the server's took, likewise.
    pub server_percent: u32,
}

/// What kept a flow from being faster.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Limit {
    /// The processor of this laptop: nothing is known of the line but that it carries this much.
    Laptop,
    /// The processor of the server.
    Server,
    /// The link of this laptop, which is full.
    Link,
    /// Something on the way.
    Line,
}

impl From<Run> for Flow {
    fn from(run: Run) -> Flow {
        let Run { bits_s, retransmits, ours_percent, theirs_percent } = run;
        Flow { bits_s, retransmits, laptop_percent: ours_percent, server_percent: theirs_percent }
    }
}

impl Flow {
    /// What kept it from being faster, where the link of this laptop runs at `link_mbps`.
    pub fn limit(&self, link_mbps: Option<u32>) -> Limit {
        let full = |mbps: u32| self.bits_s >= u64::from(mbps) * 1_000_000 / 100 * FULL_PERCENT;
        match self {
            _ if link_mbps.is_some_and(full) => Limit::Link,
            Flow { laptop_percent: BUSY_PERCENT.., .. } => Limit::Laptop,
            Flow { server_percent: BUSY_PERCENT.., .. } => Limit::Server,
            _ => Limit::Line,
        }
    }

    /// Less arrived than the plan says.
    pub fn is_slow(&self, service: &Service) -> bool {
        service.at_least_mbps.is_some_and(|mbps| self.bits_s < u64::from(mbps) * 1_000_000)
    }

    /// More was sent again than the plan allows.
    pub fn is_torn(&self, service: &Service) -> bool {
        service.at_most_retransmits.zip(self.retransmits).is_some_and(|(most, sent)| sent > u64::from(most))
    }

    /// As in `94.1 Mbit/s, 12 sent again`.
    pub fn say(&self, language: Language) -> String {
        let rate = rate(self.bits_s, language);
        match self.retransmits {
            Some(1) => language.pick(format!("{rate}, 1 segment sent again"), format!("{rate}, 1 segment réémis")),
            Some(again) if again > 0 => {
                language.pick(format!("{rate}, {again} segments sent again"), format!("{rate}, {again} segments réémis"))
            }
            _ => rate,
        }
    }
}

impl Throughput {
    /// The flows that were measured.
    pub fn flows(&self) -> impl Iterator<Item = (Direction, &Flow)> {
        [(Direction::Up, &self.up), (Direction::Down, &self.down)]
            .into_iter()
            .filter_map(|(direction, flow)| flow.as_ref().map(|flow| (direction, flow)))
    }
}

impl Reading for Throughput {
    fn say(&self, language: Language) -> String {
        let flows = self.flows().map(|(direction, flow)| format!("{} {}", flow.say(language), direction.word(language)));
        let said = self.said.iter().map(|said| format!("iperf3{} {}", language.pick(":", " :"), one_line(said)));
        flows.chain(said).collect::<Vec<_>>().join(language.pick("; ", " ; "))
    }
}

impl Service {
    /// The directions that are filled, one after the other.
    pub fn directions(&self) -> Vec<Direction> {
        self.direction.map_or_else(|| vec![Direction::Up, Direction::Down], |direction| vec![direction])
    }

    /// How long each of them is filled, in seconds.
    pub fn seconds(&self) -> u8 {
        self.seconds.unwrap_or(SECONDS)
    }
}

/// As in `94.1 Mbit/s`, `941 Mbit/s`, `9.4 Gbit/s`: rounded down, so that what is below a limit reads as below.
fn rate(bits_s: u64, language: Language) -> String {
    let (tenths, unit) = match bits_s {
        ..1_000_000_000 => (bits_s / 100_000, "Mbit/s"),
        _ => (bits_s / 100_000_000, "Gbit/s"),
    };
    if tenths >= 1000 {
        return format!("{} {unit}", tenths / 10);
    }
    let text = format!("{}.{} {unit}", tenths / 10, tenths % 10);
    language.pick(text.clone(), text.replace('.', ","))
}

#[cfg(test)]
mod tests {
    use super::super::testing::service;
    use super::*;

    fn flow(bits_s: u64, retransmits: Option<u64>) -> Flow {
        Flow { bits_s, retransmits, laptop_percent: 5, server_percent: 7 }
    }

    #[test]
    fn limits_are_those_of_the_plan_and_without_one_everything_is_well() {
        let bare = service("kind = \"throughput\"");
        assert!(!flow(1, Some(9000)).is_slow(&bare) && !flow(1, Some(9000)).is_torn(&bare));
        assert_eq!((bare.seconds(), bare.port(), bare.directions()), (5, Some(5201), vec![Direction::Up, Direction::Down]));
        let strict = service("kind = \"throughput\"\nat_least_mbps = 90\nat_most_retransmits = 10\ndirection = \"down\"");
        assert_eq!(strict.directions(), [Direction::Down]);
        assert!(flow(89_999_999, None).is_slow(&strict) && !flow(90_000_000, None).is_slow(&strict));
        assert!(flow(1, Some(11)).is_torn(&strict) && !flow(1, Some(10)).is_torn(&strict) && !flow(1, None).is_torn(&strict));
    }

    #[test]
    fn a_full_link_is_the_limit_before_a_busy_end_and_that_before_the_line() {
        assert_eq!(flow(94_100_000, None).limit(Some(100)), Limit::Link);
        assert_eq!(flow(60_000_000, None).limit(Some(100)), Limit::Line);
        assert_eq!(flow(60_000_000, None).limit(None), Limit::Line);
        assert_eq!(Flow { laptop_percent: 99, server_percent: 99, ..flow(1, None) }.limit(None), Limit::Laptop);
        assert_eq!(Flow { server_percent: 90, ..flow(1, None) }.limit(None), Limit::Server);
    }

    #[test]
    fn a_reader_sees_both_directions_and_what_iperf3_said() {
        let told = Throughput { up: Some(flow(19_960_000, Some(3))), down: Some(flow(941_200_000, Some(0))), said: None };
        assert_eq!(told.say(Language::Fr), "19,9 Mbit/s, 3 segments réémis vers le serveur ; 941 Mbit/s depuis le serveur");
        assert_eq!(rate(9_499_999_999, Language::En), "9.4 Gbit/s");
        let failed = Throughput { said: Some("no\u{1b}[2J".to_owned()), ..Throughput::default() };
        assert!(failed.say(Language::En).starts_with("iperf3: no") && !failed.say(Language::En).contains('\u{1b}'));
    }
}
