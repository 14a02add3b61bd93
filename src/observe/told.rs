//! What servers told of single addresses when they were asked: whether they would lease them, and whether they have.

use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;

use super::Observation;
use crate::site::Range;
use crate::wire::dhcp::Says;

/// Answers, and offered addresses, that are kept: forged ones must not fill the memory. The lowest are kept.
const ANSWERS: usize = 1 << 12;

/// What a server answered to a DISCOVER that asked for an address; the most telling answer comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Wish {
    /// It offered the address: it would lease it.
    Granted,
    /// It offered another: the address is not of its range, or somebody's.
    Other(Ipv4Addr),
    /// It did not answer.
    Silent,
}

/// What a server told of an address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// Asked to offer it.
    pub wish: Option<Wish>,
    /// It was offered to us, whatever was asked.
    pub offered: bool,
    /// Asked whether it is leased.
    pub says: Option<Says>,
    /// The earliest answer.
    pub seen: Option<Observation>,
}

impl Told {
    /// Whether the server would lease the address.
    fn is_inside(&self) -> bool {
        self.wish == Some(Wish::Granted) || self.says == Some(Says::Unassigned)
    }

    /// Whether it said something that rules the address out, as far as it knows us.
    fn is_outside(&self) -> bool {
        !self.is_inside() && matches!(self.wish, Some(Wish::Other(_))) || self.says == Some(Says::Unknown)
    }
}

/// Everything told of single addresses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ToldSeen {
    told: BTreeMap<(Ipv4Addr, Ipv4Addr), Told>,
    /// How often each address that was offered to us was asked for by ARP.
    probed: BTreeMap<Ipv4Addr, u32>,
}

impl ToldSeen {
    pub(super) fn wished(&mut self, seen: &Observation, server: Ipv4Addr, address: Ipv4Addr, offered: Option<Ipv4Addr>) {
        let wish = match offered {
            Some(offered) if offered == address => Wish::Granted,
            Some(other) => Wish::Other(other),
            None => Wish::Silent,
        };
        self.tell(seen, server, address, |told| told.wish = Some(told.wish.map_or(wish, |before| before.min(wish))));
    }

    pub(super) fn offered(&mut self, seen: &Observation, server: Ipv4Addr, address: Ipv4Addr) {
        self.tell(seen, server, address, |told| told.offered = true);
    }

    pub(super) fn said(&mut self, seen: &Observation, server: Ipv4Addr, address: Ipv4Addr, says: Says) {
        self.tell(seen, server, address, |told| told.says = Some(told.says.map_or(says, |before| before.min(says))));
    }

    fn tell(&mut self, seen: &Observation, server: Ipv4Addr, address: Ipv4Addr, change: impl FnOnce(&mut Told)) {
        let told = self.told.entry((server, address)).or_default();
        change(told);
        if told.seen.as_ref().is_none_or(|before| seen < before) {
            told.seen = Some(seen.clone());
        }
        if self.told.len() > ANSWERS {
            self.told.pop_last();
        }
    }

    pub(super) fn probed(&mut self, ip: Ipv4Addr, times: u32) {
        let count = self.probed.entry(ip).or_default();
        *count = count.saturating_add(times);
        if self.probed.len() > ANSWERS {
            self.probed.pop_last();
        }
    }

    /// How often an address that was offered to us was asked for by ARP.
    pub fn times_probed(&self, ip: Ipv4Addr) -> u32 {
        self.probed.get(&ip).copied().unwrap_or_default()
    }

    /// What a server told, by address.
    pub fn of(&self, server: Ipv4Addr) -> impl Iterator<Item = (Ipv4Addr, &Told)> {
        self.told
            .range((server, Ipv4Addr::UNSPECIFIED)..=(server, Ipv4Addr::BROADCAST))
            .map(|(&(_, address), told)| (address, told))
    }

    /// The servers that were asked.
    pub fn servers(&self) -> BTreeSet<Ipv4Addr> {
        self.told.keys().map(|&(server, _)| server).collect()
    }

    /// What a server was shown to lease, at least, once it has granted a wish: from each address that it would lease to the next
    /// ones, as long as no answer in between rules one out. One that is leased to somebody ends a range as one outside does.
    pub fn ranges(&self, server: Ipv4Addr) -> Vec<Range> {
        let mut ranges: Vec<Range> = Vec::new();
        let mut goes_on = false;
        // An address that is kept for our card is offered whatever is wished for; who grants a wish keeps none for us.
        let grants = self.of(server).any(|(_, told)| told.is_inside());
        let leases = |told: &Told| told.is_inside() || (grants && told.offered);
        for (address, told) in self.of(server) {
            match ranges.last_mut().filter(|_| goes_on) {
                Some(range) if leases(told) => range.last = address,
                None if leases(told) => ranges.push(Range { first: address, last: address }),
                _ => {}
            }
            goes_on = leases(told) || (goes_on && !told.is_outside());
        }
        ranges
    }

    /// The server that would lease an address, with the range that it was shown to lease and the answer that says so of the
    /// nearest address.
    pub fn holding(&self, ip: Ipv4Addr) -> Option<(Ipv4Addr, Range, &Told)> {
        self.servers().into_iter().find_map(|server| {
            let range = self.ranges(server).into_iter().find(|range| range.contains(ip))?;
            let near = self.of(server).filter(|(_, told)| told.is_inside());
            let (_, told) = near.min_by_key(|(address, _)| u32::from(*address).abs_diff(ip.into()))?;
            Some((server, range, told))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::Moment;
    use crate::observe::Fact;

    const SERVER: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 1);

    fn ip(last: u8) -> Ipv4Addr {
        Ipv4Addr::new(10, 0, 0, last)
    }

    /// What a server answers when asked for each of these addresses: `Some(true)` that one, `Some(false)` another, `None`
    /// nothing.
    fn told(answers: &[(u8, Option<bool>)]) -> ToldSeen {
        let mut told = ToldSeen::default();
        for &(last, granted) in answers {
            let offered = granted.map(|granted| if granted { ip(last) } else { ip(250) });
            let fact = Fact::PoolAsked { server: SERVER, address: ip(last), offered };
            let seen = Observation { at: Moment::default(), frame: None, fact };
            told.wished(&seen, SERVER, ip(last), offered);
        }
        told
    }

    #[test]
    fn a_range_goes_from_what_is_offered_to_what_is_offered_and_a_silence_does_not_end_it() {
        let told =
            told(&[(90, Some(false)), (100, Some(true)), (110, None), (119, Some(true)), (120, Some(false)), (130, Some(true))]);
        let said: Vec<String> = told.ranges(SERVER).iter().map(ToString::to_string).collect();
        assert_eq!(said, ["10.0.0.100-10.0.0.119", "10.0.0.130-10.0.0.130"]);
        assert!(told.holding(ip(105)).is_some() && told.holding(ip(125)).is_none());
    }

    #[test]
    fn what_is_offered_unasked_counts_once_a_wish_was_granted() {
        let mut told = told(&[(110, Some(false))]);
        let seen = Observation { at: Moment::default(), frame: None, fact: Fact::OfferProbed { ip: ip(100), times: 3 } };
        told.offered(&seen, SERVER, ip(100));
        assert!(told.ranges(SERVER).is_empty());
        told.wished(&seen, SERVER, ip(105), Some(ip(105)));
        assert_eq!(told.ranges(SERVER).iter().map(ToString::to_string).collect::<Vec<_>>(), ["10.0.0.100-10.0.0.105"]);
    }

    #[test]
    fn a_server_that_offers_one_address_whatever_is_asked_for_shows_no_range() {
        assert!(told(&[(100, Some(false)), (110, Some(false))]).ranges(SERVER).is_empty());
    }

    #[test]
    fn an_offer_outweighs_another_answer_in_any_order() {
        for answers in [[(100, Some(true)), (100, None)], [(100, None), (100, Some(true))]] {
            assert_eq!(told(&answers).of(SERVER).next().and_then(|(_, told)| told.wish), Some(Wish::Granted));
        }
    }
}
