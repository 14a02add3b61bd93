//! Why something could not be looked at, and what to do about it.

mod words;

use std::net::{IpAddr, Ipv4Addr};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::net::Ipv4Net;
use crate::observe::{Cut, Silence, Unanswered, WalkCut};
use crate::wire::ethtool::Pair;

/// Why something could not be looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "why", rename_all = "kebab-case")]
pub enum Reason {
    /// Only a capture was read: no address was asked for.
    NothingAsked,
    /// It is not known which card and address are ours.
    NoCardOfOurs,
    /// Our card has no address.
    NoAddressOfOurs,
    /// Our card has IPv6 addresses only.
    NoIpv4Here,
    /// Our card has no IPv6 address: a look without one is whole without these checks.
    NoIpv6Here,
    /// The look ended before IPv6 routers could answer.
    RoutersNotAwaited,
    /// The user stopped before every address was asked.
    Stopped {
        /// Addresses asked.
        asked: u32,
        /// Addresses that were to be asked.
        planned: u32,
    },
    /// The time that the look was given ran out before this part of it had ended.
    OutOfTime {
        /// Addresses asked.
        asked: u32,
        /// Addresses that were to be asked.
        planned: u32,
    },
    /// The interface went down in the middle.
    InterfaceLost {
        /// Addresses asked.
        asked: u32,
        /// Addresses that were to be asked.
        planned: u32,
    },
    /// The capture ends in the middle of a frame.
    CaptureCut,
    /// The link was lost in the middle: who was silent then proves nothing.
    LinkLost,
    /// Only a capture was read: no DHCP server was asked.
    DhcpNotAsked,
    /// Addresses were offered, and nobody asked whether they are free.
    OffersNotProbed,
    /// The look ended before slow DHCP servers could answer.
    NotListenedOut,
    /// More was claimed than any real network claims, and not everything was kept.
    Flooded,
    /// No lease file was given: a look without one is whole without these checks.
    NoLeases,
    /// Neither the plan nor a configuration names a range of a DHCP server.
    NoRanges,
    /// There is no link, so nothing above it was asked.
    NoLink,
    /// The driver did not tell of its link.
    LinkUnknown,
    /// The look ended before the card was watched to the end.
    NotWatchedOut,
    /// The card does not tell.
    CardSilent {
        /// Why.
        silence: Silence,
    },
    /// The card's counters of errors could not be read.
    CountersUnread,
    /// Nothing arrived while the card was watched, so nothing could arrive broken.
    NothingReceived {
        /// For how long, in milliseconds.
        watched_ms: u32,
    },
    /// No bridge told of a spanning tree: a look without one is whole without this check.
    NoSpanningTree,
    /// Nobody sent a broadcast while it was listened, so none could go round.
    NothingBroadcast {
        /// For how long, in milliseconds.
        watched_ms: u32,
    },
    /// The cable was not tested: a look without that is whole without these checks.
    CableNotTested,
    /// The cable test says nothing of these pairs.
    PairsUntold {
        /// The pairs.
        pairs: Vec<Pair>,
    },
    /// Nobody at the other end said what it is.
    NoNeighbour {
        /// For how long was listened, in milliseconds.
        listened_ms: u32,
    },
    /// Several switches are heard: it is not known which of them the cable ends at.
    SeveralNeighbours,
    /// What is at the other end says nothing of this.
    NeighbourSilent,
    /// The plan says nothing of this: a look without it is whole without this check.
    NotPlanned,
    /// No switch was asked for the power that it gives: a look without one is whole without these checks.
    PowerNotAsked,
    /// A switch that was asked for its power did not answer.
    PowerUnanswered {
        /// The switch.
        switch: IpAddr,
        /// Why.
        unanswered: Unanswered,
    },
    /// A switch tells nothing of power.
    PowerUntold {
        /// The switch.
        switch: IpAddr,
    },
    /// The tables of a switch were not read to their end.
    PowerPartly {
        /// The switch.
        switch: IpAddr,
    },
    /// A switch does not tell what its supply can give, or what is drawn from it.
    BudgetUntold {
        /// The switch.
        switch: IpAddr,
    },
    /// Nobody names a gateway within reach.
    NoGateway,
    /// Who was pinged answers no ping of a usual size.
    SmallPingsOnly,
    /// No ping was answered, of whatever size.
    NoPingAnswered,
    /// What lies behind the gateway cannot be reached, because it does not answer.
    GatewaySilent,
    /// Nobody names a DNS server.
    NoDnsServer,
    /// The plan names no service of that kind: a look without one is whole without these checks.
    NoService,
    /// The plan names no device where we look: a look without that is whole without these checks.
    NoDevicePlanned,
    /// The plan names no network elsewhere that must be reached: a look without one is whole without that check.
    NoNetworkElsewhere,
    /// Devices that the plan has on this segment were not asked for often enough.
    PlannedNotAsked {
        /// How many.
        count: u32,
    },
    /// A network of the plan was asked in part.
    NetworkNotAsked {
        /// Its prefix.
        #[schemars(with = "String")]
        network: Ipv4Net,
    },
    /// The look ended before a service of the plan had answered.
    ServiceNotAsked {
        /// The service.
        service: String,
    },
    /// This machine could not ask a service of the plan.
    ServiceNotSent {
        /// The service.
        service: String,
    },
    /// A service of the plan did not come so far that this could be judged.
    ServiceUnreached {
        /// The service.
        service: String,
    },
    /// A service of the plan answered, and what it answered could not be judged.
    ServiceUndecided {
        /// The service.
        service: String,
    },
    /// The name of what must not be reached has no address, so that nothing was tried.
    BarrierUnresolved {
        /// The barrier.
        barrier: String,
    },
    /// The plan names a line to fill, and nobody agreed to that.
    ThroughputNotAgreed {
        /// The service.
        service: String,
    },
    /// iperf3 is not on this machine.
    NoIperf3 {
        /// The service.
        service: String,
    },
    /// A server was busy with somebody else all the time.
    ServiceBusy {
        /// The service.
        service: String,
    },
    /// This laptop is not fast enough to say how much a line carries.
    LaptopLimits {
        /// The service.
        service: String,
    },
    /// No switch was named to ask over SNMP: a look without one is whole without these checks.
    NoSwitch,
    /// The look ended before a switch was asked.
    SwitchNotAsked {
        /// The switch.
        switch: IpAddr,
    },
    /// A switch did not tell.
    SwitchSilent {
        /// The switch.
        switch: IpAddr,
        /// Why.
        because: Unanswered,
    },
    /// A table of a switch was not read to its end.
    WalkCut {
        /// The switch.
        switch: IpAddr,
        /// Where, and by what.
        cut: WalkCut,
    },
    /// No switch that was asked has learned the card.
    NotLearned,
    /// Nobody answers for the address that is looked for, so its card is not known.
    NoHolder,
    /// The switch does not tell the speed or the duplex of the port, or the card does not.
    OneWitness,
    /// The kernel did not send what was to be asked.
    NotSent,
    /// There is no configuration of a server to compare: a look without one is whole without this check.
    NoPools,
    /// Nothing proves that a pool is exhausted, but a server that answers offers no address.
    NothingOffered {
        /// The server.
        server: Ipv4Addr,
    },
    /// Frames were lost before they could be read.
    FramesLost {
        /// How many.
        count: u32,
    },
    /// Of a comparison: the other visit asked other addresses.
    OtherTargets {
        /// What it asked.
        targets: Vec<String>,
    },
    /// Of a comparison: the other visit did not make this check.
    CheckNotMade,
    /// Of a comparison: the other visit did not listen for late owners.
    LessPatience,
}

impl Reason {
    /// Nobody asked for that: a look without it is whole, and has no gap there.
    pub fn is_unasked(&self) -> bool {
        matches!(
            self,
            Reason::NoLeases
                | Reason::NoPools
                | Reason::NoSwitch
                | Reason::NoService
                | Reason::NoDevicePlanned
                | Reason::NoNetworkElsewhere
                | Reason::PowerNotAsked
                | Reason::NoIpv6Here
        )
    }

    /// What a look that was cut short after so many of the addresses could not see.
    pub fn of_cut(cut: Cut, asked: u32, planned: u32) -> Reason {
        match cut {
            Cut::User => Reason::Stopped { asked, planned },
            Cut::Budget => Reason::OutOfTime { asked, planned },
            Cut::Interface => Reason::InterfaceLost { asked, planned },
            Cut::Capture => Reason::CaptureCut,
            Cut::Link => Reason::LinkLost,
        }
    }
}
