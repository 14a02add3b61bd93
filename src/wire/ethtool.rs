//! What a network card tells of itself and of its cable: messages of the kernel's ethtool family of generic netlink.
//!
//! Numbers are those of `include/uapi/linux/ethtool_netlink.h` and `ethtool.h` of Linux 6.1, with what kernels up to 6.18 added.
//! The layout of the messages comes from the kernel's specification by way of netlink-bindings.

mod cable;
mod link;
mod power;
mod tdr;
mod why_down;

use netlink_bindings::ethtool as layout;
use netlink_bindings::utils::ErrorContext;

pub use cable::{CableResults, Pair, PairResult};
pub use link::{Duplex, Eee, Info, Mdix, Mode, Modes, Quality, State};
pub use power::{Fed, Power};
pub use tdr::{PairTrace, Trace, TraceResults};
pub use why_down::WhyDown;

use super::Malformed;

/// `ETHTOOL_GENL_VERSION`.
const VERSION: u8 = 1;
/// The name of the family, by which the kernel tells its number.
pub const FAMILY: &str = "ethtool";
/// The multicast group by which results of a cable test arrive (`ETHTOOL_MCGRP_MONITOR_NAME`).
pub const MONITOR: &str = "monitor";

/// What can be asked of a card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Question {
    /// Which socket, and whether the pairs are crossed over.
    Info,
    /// Negotiation, speed, and what both ends advertise.
    Modes,
    /// Whether there is a link, why not, and how good the signal is.
    State,
    /// Energy-Efficient Ethernet.
    Eee,
    /// Power that the card feeds into the cable.
    Power,
    /// Send a pulse into the cable and tell what comes back, likewise.
    Trace,
    /// Test the cable. The answer says only that the test has begun; its results arrive by [`MONITOR`].
    CableTest,
}

impl Question {
    /// Its number (`ETHTOOL_MSG_*_GET`, `_ACT`). Not netlink-bindings' own: version 0.3.5 numbers the family's commands as if
    /// the kernel counted both directions together, and its LINKMODES_GET would be sent as LINKMODES_SET.
    fn command(self) -> u8 {
        match self {
            Question::Info => 2,
            Question::Modes => 4,
            Question::State => 6,
            Question::Eee => 23,
            Question::CableTest => 26,
            Question::Trace => 27,
            Question::Power => 36,
        }
    }

    /// The generic netlink message that asks it of the interface of that index, without the netlink header before it.
    pub fn message(self, interface: u32) -> Vec<u8> {
        let mut bytes = vec![self.command(), VERSION, 0, 0];
        // Every request begins with the same nest (ETHTOOL_A_*_HEADER is 1 in all of them), and the trace alone needs more.
        layout::PushLinkstate::new(&mut bytes).nested_header().push_dev_index(interface);
        if self == Question::Trace {
            bytes.extend(tdr::configuration());
        }
        bytes
    }
}

/// What the kernel says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// To [`Question::Info`].
    Info(Info),
    /// To [`Question::Modes`].
    Modes(Modes),
    /// To [`Question::State`].
    State(State),
    /// To [`Question::Eee`].
    Eee(Eee),
    /// To [`Question::Power`].
    Power(Power),
    /// News of a cable test, of whomever asked for it.
    Cable(CableResults),
    /// News of a trace, of whomever asked for it.
    Trace(TraceResults),
    /// Anything else.
    Other,
}

/// Bytes of the header of generic netlink: command, version, two reserved (`struct genlmsghdr`).
const GENERIC_HEADER: usize = 4;

/// Reads a message of the family, without the netlink header before it.
pub fn parse(bytes: &[u8]) -> Result<Message, Malformed> {
    let Some((header, attributes)) = bytes.split_at_checked(GENERIC_HEADER) else {
        return Err(Malformed { protocol: PROTOCOL, field: "genlmsghdr", offset: 0 });
    };
    // ETHTOOL_MSG_*_REPLY and ETHTOOL_MSG_*_NTF: the kernel counts its own messages apart from those to it.
    Ok(match header[0] {
        2 | 3 => Message::Info(link::info(attributes)?),
        4 | 5 => Message::Modes(link::modes(attributes)?),
        6 => Message::State(link::state(attributes)?),
        24 | 25 => Message::Eee(link::eee(attributes)?),
        27 => Message::Cable(cable::results(attributes)?),
        28 => Message::Trace(tdr::results(attributes)?),
        37 => Message::Power(power::power(attributes)?),
        _ => Message::Other,
    })
}

const PROTOCOL: &str = "ethtool";

/// The attribute that could not be read; netlink-bindings counts from the first attribute.
fn malformed(error: &ErrorContext) -> Malformed {
    Malformed {
        protocol: PROTOCOL,
        field: error.attr.unwrap_or(error.attrs),
        offset: GENERIC_HEADER.saturating_add(error.offset),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_names_the_interface_by_its_index() {
        // Command 4 (ETHTOOL_MSG_LINKMODES_GET), version 1; a nest of type 1 with a u32 of type 1 in it.
        let mut expected = vec![4, 1, 0, 0];
        expected.extend([12u16.to_ne_bytes(), 0x8001u16.to_ne_bytes(), 8u16.to_ne_bytes(), 1u16.to_ne_bytes()].concat());
        expected.extend(7u32.to_ne_bytes());
        assert_eq!(Question::Modes.message(7), expected);
    }

    #[test]
    fn what_is_cut_or_empty_is_refused_or_tells_nothing() {
        assert_eq!(parse(&[6, 1]).map_err(|bad| bad.field), Err("genlmsghdr"));
        assert_eq!(parse(&[99, 1, 0, 0]), Ok(Message::Other));
        assert_eq!(parse(&[6, 1, 0, 0]), Ok(Message::State(State::default())));
        let cut = [6, 1, 0, 0, 8, 0, 2, 0, 1];
        assert_eq!(parse(&cut), Err(Malformed { protocol: "ethtool", field: "Linkstate", offset: 4 }), "longer than the message");
        let sound_then_cut = [&[6, 1, 0, 0], &[5, 0, 2, 0, 1, 0, 0, 0, 5, 0, 3, 0, 1, 0, 0, 0][..]].concat();
        assert_eq!(
            parse(&sound_then_cut),
            Err(Malformed { protocol: "ethtool", field: "Sqi", offset: 12 }),
            "a number cut to a byte"
        );
    }
}
