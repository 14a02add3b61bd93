//! Is an address of ours held by somebody else? Asked before anything else, claiming nothing (RFC 5227, 2.1.1).

use std::net::Ipv4Addr;
use std::time::Duration;

use super::{Probe, Survey, Want};
use crate::net::{Mac, Moment};
use crate::wire::Sender;
use crate::wire::arp::{self, PROBE_NUM};

/// The time between two probes. RFC 5227 has 1 to 2 s for a host that starts with thousands of others; one laptop need not
/// wait so long, and a later answer is heard all the same.
const PROBE_SPACING: Duration = Duration::from_millis(40);

/// Sends the probes; what the replies mean is told by the sweep.
pub struct OwnAddress {
    sender: Sender,
    /// The addresses still to be asked for, last first.
    left: Vec<Ipv4Addr>,
    /// How many are asked for in one round.
    round: usize,
    next: Moment,
}

impl OwnAddress {
    /// Probes for every address of ours.
    pub fn new(survey: &Survey) -> OwnAddress {
        let own: Vec<Ipv4Addr> = survey.identity.addresses.iter().rev().map(|net| net.addr()).collect();
        OwnAddress {
            sender: survey.identity.nameless(),
            round: own.len(),
            left: own.repeat(PROBE_NUM as usize),
            next: Moment::default(),
        }
    }
}

impl Probe for OwnAddress {
    fn poll(&mut self, now: Moment) -> Want {
        if self.left.is_empty() {
            return Want::Done;
        }
        if now < self.next {
            return Want::Wait(self.next);
        }
        let Some(ip) = self.left.pop() else { return Want::Done };
        if self.left.len().is_multiple_of(self.round) {
            self.next = now + PROBE_SPACING;
        }
        Want::Send(arp::request(self.sender, ip, Mac::BROADCAST))
    }
}
