//! Hears what the other end of the cable says of itself, and sends nothing.

use std::time::Duration;

use super::{Errand, Heard, Identity, Probe, Survey, Want, What};
use crate::net::Moment;
use crate::observe::{Advertised, Discovery, Fact};
use crate::wire::Body;

/// How long a neighbour that speaks LLDP is listened to for another TLV or neighbour: a second frame would not say more.
const GRACE: Duration = Duration::from_millis(500);
/// When LLDP comes, if it comes at all (IEEE 802.1AB, 9.2.5.7: msgTxInterval): it tells more of VLANs and power than what was
/// heard before.
const LLDP_INTERVAL: Duration = Duration::from_secs(30);

/// Listens, for as long as nobody speaks and no longer than asked for; other errands hear what comes while they ask.
pub struct Neighbour {
    identity: Identity,
    until: Moment,
}

impl Neighbour {
    /// Nobody has spoken yet.
    pub fn new(survey: &Survey) -> Neighbour {
        let surroundings = &survey.surroundings;
        let linked = surroundings.link.is_none_or(|link| link.carrier);
        let wished = if survey.errand == Errand::Link && linked { surroundings.listen_ms } else { 0 };
        Neighbour { identity: survey.identity.clone(), until: Moment::from_ms(wished.into()) }
    }
}

impl Probe for Neighbour {
    fn poll(&mut self, now: Moment) -> Want {
        if now < self.until { Want::Wait(self.until) } else { Want::Done }
    }

    fn hear(&mut self, heard: &Heard<'_>) -> Vec<Fact> {
        let What::Received(packet) = heard.what else { return Vec::new() };
        // What another card of this machine says is not the neighbour's.
        if packet.source == self.identity.mac || self.identity.siblings.contains(&packet.source) {
            return Vec::new();
        }
        let told = match &packet.body {
            Body::Lldp(told) => Advertised::of_lldp(packet.source, told),
            Body::Cdp(told) => Advertised::of_cdp(packet.source, told),
            Body::Fdp(told) => Advertised::of_fdp(packet.source, told),
            // Its VLANs come in a frame of their own, which tells neither the switch's name nor the port.
            Body::Edp(told) if told.port.is_some() => Advertised::of_edp(packet.source, told),
            _ => return Vec::new(),
        };
        vec![Fact::NeighbourAdvertised(Box::new(told))]
    }

    fn learn(&mut self, now: Moment, fact: &Fact) {
        let Fact::NeighbourAdvertised(told) = fact else { return };
        if told.ttl_s > 0 {
            let enough = match told.protocol {
                Discovery::Lldp => now + GRACE,
                Discovery::Cdp | Discovery::Edp | Discovery::Fdp => Moment::default() + LLDP_INTERVAL,
            };
            self.until = self.until.min(enough);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::Mac;
    use crate::observe::LinkState;
    use crate::probe::{Surroundings, listen::Direction, listen::Listener};
    use crate::wire::{ethernet, lldp};

    const US: Mac = Mac([2, 0, 0, 0, 0, 1]);
    const SWITCH: Mac = Mac([2, 0, 0, 0, 0, 9]);

    fn survey(errand: Errand, carrier: bool) -> Survey {
        let link = LinkState { carrier, speed_mbps: None, full_duplex: None };
        let surroundings = Surroundings { link: Some(link), listen_ms: 60_000, ..Surroundings::default() };
        Survey { errand, identity: Identity { mac: US, ..Identity::default() }, surroundings, ..Survey::of_capture() }
    }

    fn frame(source: Mac, ttl: u8) -> Vec<u8> {
        let tlvs = [(1, &b"\x07sw-1"[..]), (2, b"\x05Gi1/0/7"), (3, &[0, ttl]), (0, &[])];
        let payload: Vec<u8> = tlvs.iter().flat_map(|(kind, value)| lldp::emit_tlv(*kind, value)).collect();
        ethernet::emit(source, lldp::GROUPS[0], lldp::ETHERTYPE, &payload)
    }

    #[test]
    fn it_listens_until_somebody_speaks_and_a_goodbye_is_not_speaking() {
        let mut listener = Listener::new(&survey(Errand::Link, true));
        let mut hear = |ms, frame: &[u8]| listener.frame(Moment::from_ms(ms), Direction::Received, frame, || None).len();
        assert_eq!((hear(1, &frame(US, 120)), hear(2, &frame(SWITCH, 0)), hear(3, &frame(SWITCH, 120))), (0, 1, 1));
        let neighbours = listener.conclude(Moment::from_ms(4));
        assert_eq!(neighbours.neighbours().present().map(|(told, _)| told.port).collect::<Vec<_>>(), ["Gi1/0/7"]);

        let mut probe = Neighbour::new(&survey(Errand::Link, true));
        assert_eq!(probe.poll(Moment::default()), Want::Wait(Moment::from_ms(60_000)));
        let told = |ttl| Fact::NeighbourAdvertised(Box::new(Advertised { ttl_s: ttl, ..advertised() }));
        let cisco = Advertised { protocol: Discovery::Cdp, ..advertised() };
        probe.learn(Moment::from_ms(5_000), &told(0));
        assert_eq!(probe.poll(Moment::from_ms(5_000)), Want::Wait(Moment::from_ms(60_000)));
        probe.learn(Moment::from_ms(5_000), &Fact::NeighbourAdvertised(Box::new(cisco)));
        assert_eq!(probe.poll(Moment::from_ms(5_000)), Want::Wait(Moment::from_ms(30_000)), "LLDP may follow");
        probe.learn(Moment::from_ms(5_000), &told(120));
        assert_eq!(probe.poll(Moment::from_ms(5_100)), Want::Wait(Moment::from_ms(5_500)));
        assert_eq!(probe.poll(Moment::from_ms(5_500)), Want::Done);
    }

    fn advertised() -> Advertised {
        let bytes = frame(SWITCH, 120);
        Advertised::of_lldp(SWITCH, &lldp::parse(&bytes[ethernet::HEADER_LEN..]).expect("a frame of LLDP"))
    }

    #[test]
    fn nobody_waits_for_a_neighbour_without_a_link_or_on_another_errand() {
        for survey in [survey(Errand::Link, false), survey(Errand::Diagnose, true)] {
            assert_eq!(Neighbour::new(&survey).poll(Moment::default()), Want::Done);
        }
    }
}
