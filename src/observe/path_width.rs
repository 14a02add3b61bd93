//! How large a packet may be on the way to a device, as packets that no router may cut in pieces have shown.

use std::collections::BTreeMap;
use std::net::IpAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Observation;

/// What became of a packet of some size.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Fate {
    /// We sent it.
    Sent,
    /// It was answered.
    Answered,
    /// A router said that it is too large; the size is what the next hop takes, 0 where the router does not tell.
    TooBig {
        /// The router.
        by: IpAddr,
    },
}

/// Devices that are kept: a record may say anything. The lowest are kept.
const KEPT: usize = 64;
/// Sightings that are kept of each: more than there are sizes to try, four times over.
const SIGHTINGS: usize = 64;

/// What is known of the way to one device: the earliest sighting of each size and what became of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Width {
    sightings: BTreeMap<(Fate, u16), Observation>,
}

impl Width {
    fn of(&self, fate: Fate) -> impl DoubleEndedIterator<Item = (u16, &Observation)> {
        self.sightings.range((fate, 0)..=(fate, u16::MAX)).map(|(&(_, bytes), seen)| (bytes, seen))
    }

    /// The largest packet that was sent.
    pub fn largest_sent(&self) -> Option<u16> {
        self.of(Fate::Sent).next_back().map(|(bytes, _)| bytes)
    }

    /// The largest packet that was answered, of those that were sent.
    pub fn works(&self) -> Option<(u16, &Observation)> {
        self.of(Fate::Answered).rev().find(|(bytes, _)| self.sightings.contains_key(&(Fate::Sent, *bytes)))
    }

    /// The smallest packet that was sent and is larger than any that was answered.
    pub fn fails(&self) -> Option<(u16, &Observation)> {
        let works = self.works()?.0;
        self.of(Fate::Sent).find(|(bytes, _)| *bytes > works)
    }

    /// A router's word for what fails: what its next hop takes (0 where it does not tell), and which router. One whose next hop
    /// takes that size did not speak of it.
    pub fn told(&self) -> Option<(u16, IpAddr, &Observation)> {
        let fails = self.fails().map(|(bytes, _)| bytes);
        self.sightings.iter().find_map(|(&(fate, bytes), seen)| match fate {
            Fate::TooBig { by } if fails.is_none_or(|fails| bytes < fails) => Some((bytes, by, seen)),
            _ => None,
        })
    }
}

/// What is known of every way that was tried.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WidthsSeen {
    ways: BTreeMap<IpAddr, Width>,
}

impl WidthsSeen {
    pub(super) fn sized(&mut self, seen: &Observation, ip: IpAddr, bytes: u16, fate: Fate) {
        let sightings = &mut self.ways.entry(ip).or_default().sightings;
        let first = sightings.entry((fate, bytes)).or_insert_with(|| seen.clone());
        if seen < first {
            *first = seen.clone();
        }
        if sightings.len() > SIGHTINGS {
            sightings.pop_last();
        }
        if self.ways.len() > KEPT {
            self.ways.pop_last();
        }
    }

    /// The way to a device; `None` where none was tried.
    pub fn to(&self, ip: IpAddr) -> Option<&Width> {
        self.ways.get(&ip)
    }

    /// Every device that packets were sent to.
    pub fn tried(&self) -> impl Iterator<Item = (IpAddr, &Width)> {
        self.ways.iter().filter(|(_, width)| width.largest_sent().is_some()).map(|(&ip, width)| (ip, width))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::Moment;
    use crate::observe::Fact;

    const IP: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(10, 0, 0, 1));

    fn seen(sightings: &[(u16, Fate)]) -> WidthsSeen {
        let mut widths = WidthsSeen::default();
        for &(bytes, fate) in sightings {
            let fact = Fact::PathSized { ip: IP, bytes, fate };
            widths.sized(&Observation { at: Moment::default(), frame: None, fact }, IP, bytes, fate);
        }
        widths
    }

    #[test]
    fn what_was_never_sent_proves_nothing() {
        let widths = seen(&[(1500, Fate::Answered), (1400, Fate::Sent), (1400, Fate::Answered), (1480, Fate::Sent)]);
        let width = widths.to(IP).expect("tried");
        assert_eq!((width.works().map(|(bytes, _)| bytes), width.fails().map(|(bytes, _)| bytes)), (Some(1400), Some(1480)));
        assert_eq!(seen(&[(1500, Fate::Answered)]).tried().count(), 0);
    }

    #[test]
    fn a_router_is_heard_and_a_flood_of_them_is_bounded() {
        let by = |last| Fate::TooBig { by: [10, 0, 1, last].into() };
        let widths = seen(&[(1500, Fate::Sent), (28, Fate::Answered), (28, Fate::Sent), (1400, by(7))]);
        assert_eq!(widths.to(IP).and_then(Width::told).map(|(bytes, by, _)| (bytes, by)), Some((1400, [10, 0, 1, 7].into())));
        let flood: Vec<_> = (0..=255).map(|last| (1400, by(last))).chain([(1500, Fate::Sent)]).collect();
        let flooded = seen(&flood);
        assert_eq!(flooded.to(IP).expect("tried").sightings.len(), SIGHTINGS);
        assert_eq!(flooded.to(IP).and_then(Width::largest_sent), Some(1500));
    }
}
