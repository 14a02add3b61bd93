//! The link: state, negotiation and signal.

use netlink_bindings::ethtool as layout;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{WhyDown, malformed};
use crate::language::Language;
use crate::wire::Malformed;

/// Modes and letters of a mode's name that are kept: a record or a driver may say anything.
const MODES: usize = 256;
const NAME: usize = 40;

/// LINKSTATE: whether there is a link.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct State {
    /// The card hears the other end; `None` where it does not tell.
    pub link: Option<bool>,
    /// How good the signal is.
    pub quality: Option<Quality>,
    /// Why there is no link.
    pub why_down: Option<WhyDown>,
}

/// Signal quality index: how much noise the PHY sees (OPEN Alliance TC1, by the name SQI); higher is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Quality {
    /// The index.
    pub index: u32,
    /// The highest that this PHY gives; `None` where it does not tell.
    pub highest: Option<u32>,
}

/// LINKINFO: the socket.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Info {
    /// Which pairs it sends on.
    pub mdix: Option<Mdix>,
}

/// Whether a card sends on the pair on which others receive (`ETH_TP_MDI*`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Mdix {
    /// MDI: as a PC does.
    Straight,
    /// MDI-X: as a switch does.
    Crossed,
}

/// LINKMODES: what was negotiated, and between whom.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Modes {
    /// The card negotiates.
    pub negotiates: Option<bool>,
    /// Megabits a second.
    pub speed_mbps: Option<u32>,
    /// Whether both ends send at the same time.
    pub duplex: Option<Duplex>,
    /// What the card advertises.
    pub ours: Option<Vec<Mode>>,
    /// What the other end advertises.
    pub theirs: Option<Vec<Mode>>,
}

/// `DUPLEX_*`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Duplex {
    /// One end sends at a time.
    Half,
    /// Both send at the same time.
    Full,
}

impl Duplex {
    /// The word of the trade.
    pub fn word(self, language: Language) -> &'static str {
        match self {
            Duplex::Half => language.pick("half duplex", "half-duplex"),
            Duplex::Full => language.pick("full duplex", "full-duplex"),
        }
    }
}

/// A way to talk that an end of a cable advertises, as the kernel names it: `1000baseT/Full`, `Pause`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Mode(pub String);

impl Mode {
    /// Its speed in megabits a second; `None` for what is no speed, as `Pause`.
    pub fn speed_mbps(&self) -> Option<u32> {
        let (number, _) = self.0.split_once("base")?;
        number.parse().ok().filter(|&speed| speed > 0)
    }

    /// It is for cables of twisted pairs: 10, 100 Mb/s and 1, 2.5, 5, 10 Gb/s BASE-T.
    pub fn is_twisted_pair(&self) -> bool {
        self.0.split_once("base").is_some_and(|(_, medium)| matches!(medium, "T/Half" | "T/Full"))
    }
}

/// Energy-Efficient Ethernet (IEEE 802.3, clause 78).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Eee {
    /// The card may use it.
    pub enabled: bool,
    /// Both ends agreed on it.
    pub active: bool,
}

pub(super) fn state(attributes: &[u8]) -> Result<State, Malformed> {
    use layout::Linkstate::{ExtState, ExtSubstate, Link, Sqi, SqiMax};
    let mut state = State::default();
    let (mut index, mut highest, mut why, mut more) = (None, None, None, None);
    for attribute in layout::Linkstate::new(attributes) {
        match attribute.map_err(|error| malformed(&error))? {
            Link(up) => state.link = Some(up != 0),
            Sqi(sqi) => index = Some(sqi),
            SqiMax(most) => highest = Some(most),
            ExtState(code) => why = Some(code),
            ExtSubstate(code) => more = Some(code),
            _ => {}
        }
    }
    state.quality = index.map(|index| Quality { index, highest });
    state.why_down = why.map(|state| WhyDown { state, substate: more });
    Ok(state)
}

pub(super) fn info(attributes: &[u8]) -> Result<Info, Malformed> {
    let mut info = Info::default();
    for attribute in layout::Linkinfo::new(attributes) {
        if let layout::Linkinfo::TpMdix(code) = attribute.map_err(|error| malformed(&error))? {
            info.mdix = match code {
                1 => Some(Mdix::Straight),
                2 => Some(Mdix::Crossed),
                _ => None,
            };
        }
    }
    Ok(info)
}

pub(super) fn modes(attributes: &[u8]) -> Result<Modes, Malformed> {
    use layout::Linkmodes::{Autoneg, Duplex as DuplexCode, Ours, Peer, Speed};
    let mut modes = Modes::default();
    for attribute in layout::Linkmodes::new(attributes) {
        match attribute.map_err(|error| malformed(&error))? {
            Autoneg(code) => modes.negotiates = Some(code != 0),
            // SPEED_UNKNOWN is -1, and drivers that do not know also say 0.
            Speed(speed) => modes.speed_mbps = Some(speed).filter(|&speed| speed != 0 && speed != u32::MAX),
            DuplexCode(0) => modes.duplex = Some(Duplex::Half),
            DuplexCode(1) => modes.duplex = Some(Duplex::Full),
            Ours(bits) => modes.ours = Some(advertised(bits)?),
            Peer(bits) => modes.theirs = Some(advertised(bits)?),
            _ => {}
        }
    }
    Ok(modes)
}

/// The bits that are set. Ours is a set within the modes that the card can (a bit in the mask without a value is not advertised);
/// the peer's is a plain list, in which every bit is set.
fn advertised(bits: layout::IterableBitset<'_>) -> Result<Vec<Mode>, Malformed> {
    let (mut list, mut modes) = (false, Vec::new());
    let mut named = Vec::new();
    for attribute in bits {
        match attribute.map_err(|error| malformed(&error))? {
            layout::Bitset::Nomask(()) => list = true,
            layout::Bitset::Bits(bits) => named.push(bits),
            _ => {}
        }
    }
    for bit in named.into_iter().flatten() {
        let layout::BitsetBits::Bit(bit) = bit.map_err(|error| malformed(&error))?;
        let (mut name, mut set) = (None, list);
        for attribute in bit {
            match attribute.map_err(|error| malformed(&error))? {
                layout::BitsetBit::Name(text) => name = Some(text.to_string_lossy().chars().take(NAME).collect()),
                layout::BitsetBit::Value(()) => set = true,
                layout::BitsetBit::Index(_) => {}
            }
        }
        if let Some(name) = name.filter(|_| set && modes.len() < MODES) {
            modes.push(Mode(name));
        }
    }
    Ok(modes)
}

pub(super) fn eee(attributes: &[u8]) -> Result<Eee, Malformed> {
    let mut eee = Eee::default();
    for attribute in layout::Eee::new(attributes) {
        match attribute.map_err(|error| malformed(&error))? {
            layout::Eee::Enabled(code) => eee.enabled = code != 0,
            layout::Eee::Active(code) => eee.active = code != 0,
            _ => {}
        }
    }
    Ok(eee)
}

#[cfg(test)]
mod tests {
    use super::super::{Message, parse};
    use super::*;

    fn message(command: u8, write: impl FnOnce(&mut Vec<u8>)) -> Message {
        let mut bytes = vec![command, 1, 0, 0];
        write(&mut bytes);
        parse(&bytes).expect("a sound message")
    }

    #[test]
    fn a_link_that_is_down_says_why() {
        let told =
            message(6, |bytes| drop(layout::PushLinkstate::new(bytes).push_link(0).push_ext_state(5).push_ext_substate(1)));
        let why_down = Some(WhyDown { state: 5, substate: Some(1) });
        assert_eq!(told, Message::State(State { link: Some(false), quality: None, why_down }));
    }

    #[test]
    fn signal_quality_stands_on_its_scale() {
        let told = message(6, |bytes| drop(layout::PushLinkstate::new(bytes).push_link(1).push_sqi(5).push_sqi_max(7)));
        let quality = Some(Quality { index: 5, highest: Some(7) });
        assert_eq!(told, Message::State(State { link: Some(true), quality, why_down: None }));
    }

    #[test]
    fn what_is_advertised_is_what_is_set_and_the_peer_lists_only_that() {
        let told = message(4, |bytes| {
            let modes = layout::PushLinkmodes::new(bytes).push_autoneg(1).push_speed(100).push_duplex(1);
            let ours = modes.nested_ours().push_size(93).nested_bits();
            let ours = ours.nested_bit().push_index(3).push_name(c"100baseT/Full").push_value(()).end_nested();
            let ours = ours.nested_bit().push_index(5).push_name(c"1000baseT/Full").end_nested();
            let theirs = ours.end_nested().end_nested().nested_peer().push_nomask(()).nested_bits();
            theirs.nested_bit().push_index(5).push_name(c"1000baseT/Full").end_nested();
        });
        let mode = |name: &str| Mode(name.to_owned());
        assert_eq!(
            told,
            Message::Modes(Modes {
                negotiates: Some(true),
                speed_mbps: Some(100),
                duplex: Some(Duplex::Full),
                ours: Some(vec![mode("100baseT/Full")]),
                theirs: Some(vec![mode("1000baseT/Full")]),
            })
        );
    }

    #[test]
    fn a_speed_and_a_duplex_that_are_not_known_are_none() {
        let told = message(4, |bytes| drop(layout::PushLinkmodes::new(bytes).push_speed(u32::MAX).push_duplex(255)));
        assert_eq!(told, Message::Modes(Modes::default()));
    }

    #[test]
    fn crossing_and_saving_of_energy_are_told_or_not() {
        let info = |code| message(2, |bytes| drop(layout::PushLinkinfo::new(bytes).push_tp_mdix(code)));
        assert_eq!(
            [1, 2, 0].map(info),
            [Some(Mdix::Straight), Some(Mdix::Crossed), None].map(|mdix| Message::Info(Info { mdix }))
        );
        let eee = message(24, |bytes| drop(layout::PushEee::new(bytes).push_enabled(1).push_active(0)));
        assert_eq!(eee, Message::Eee(Eee { enabled: true, active: false }));
    }

    #[test]
    fn a_mode_tells_its_speed_and_whether_it_is_for_twisted_pairs() {
        let mode = |name: &str| Mode(name.to_owned());
        assert_eq!(mode("1000baseT/Full").speed_mbps(), Some(1000));
        assert_eq!(mode("Asym_Pause").speed_mbps(), None);
        assert!(mode("2500baseT/Full").is_twisted_pair() && !mode("1000baseX/Full").is_twisted_pair());
    }
}
