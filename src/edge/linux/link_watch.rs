//! Watches whether the link of a card goes and comes while a look lasts: the kernel announces it (rtnetlink(7)) and counts it.

use std::io;
use std::os::fd::{AsRawFd, RawFd};
use std::time::{Duration, Instant};

use netlink_bindings::builtin::Nlmsghdr;
use netlink_bindings::consts;
use netlink_sys::protocols::NETLINK_ROUTE;
use netlink_sys::{Socket, SocketAddr};

use super::netlink::messages;
use crate::observe::{CarrierCounted, Fact};
use crate::wire::rtlink::{self, Link};

/// The longest datagram that the kernel sends of interfaces.
const LONGEST: usize = 1 << 16;
/// How long a look goes on without a link. Auto-negotiation takes less than four seconds (IEEE 802.3, 28.3.2 and 40.5:
/// `break_link_timer` of 1.2 to 1.5 s, then pages and training).
const PATIENCE: Duration = Duration::from_secs(5);

/// The watch on one interface.
pub(super) struct LinkWatch {
    socket: Socket,
    index: u32,
    /// What was told last; nothing before the first answer.
    last: Option<Link>,
    /// The first answer: what had happened before the look.
    first: Option<Link>,
    counted: CarrierCounted,
    /// Since when there is no link.
    down: Option<Instant>,
}

impl LinkWatch {
    /// Hears of the interface from now on.
    pub(super) fn start(index: u32) -> io::Result<LinkWatch> {
        let mut socket = Socket::new(NETLINK_ROUTE)?;
        socket.bind_auto()?;
        socket.connect(&SocketAddr::new(0, 0))?;
        socket.add_membership(rtlink::GROUP)?;
        socket.set_non_blocking(true)?;
        let watch = LinkWatch { socket, index, last: None, first: None, counted: CarrierCounted::default(), down: None };
        watch.ask()?;
        Ok(watch)
    }

    /// What is to be polled.
    pub(super) fn fd(&self) -> RawFd {
        self.socket.as_raw_fd()
    }

    fn ask(&self) -> io::Result<()> {
        let question = rtlink::question(self.index);
        let mut header = Nlmsghdr::new();
        header.len = (Nlmsghdr::len() + question.len()) as u32;
        header.r#type = rtlink::GET_LINK;
        header.flags = consts::NLM_F_REQUEST as u16;
        self.socket.send(&[header.as_slice(), &question].concat(), 0).map(drop)
    }

    /// What has changed since the last call.
    pub(super) fn told(&mut self) -> Vec<Fact> {
        let mut facts = Vec::new();
        let mut bytes = Vec::with_capacity(LONGEST);
        // An error is an empty queue, or one that ran over: then the counts tell what was missed.
        while self.socket.recv(&mut bytes, 0).is_ok() {
            for message in messages(&bytes).filter(|message| message.kind == rtlink::NEW_LINK) {
                let Ok(link) = rtlink::parse(message.payload) else { continue };
                if link.index == self.index {
                    facts.extend(self.heard(link));
                }
            }
            bytes.clear();
        }
        facts
    }

    fn heard(&mut self, link: Link) -> Option<Fact> {
        self.first.get_or_insert(link);
        let before = self.last.replace(link);
        let changed = before.is_some_and(|before| before.carrier != link.carrier);
        let count = if link.carrier { &mut self.counted.ups } else { &mut self.counted.downs };
        *count += u32::from(changed);
        self.down = if link.carrier { None } else { Some(self.down.unwrap_or_else(Instant::now)) };
        changed.then_some(Fact::LinkChanged { up: link.carrier })
    }

    /// The link went and has not come back for longer than two ends take to agree on one.
    pub(super) fn is_gone(&self) -> bool {
        self.down.is_some_and(|since| since.elapsed() > PATIENCE)
    }

    /// How often the link came and went, by the announcements or by the kernel's own count, whichever is more: it announces quick
    /// changes together.
    pub(super) fn counted(&mut self) -> Vec<Fact> {
        let mut facts = if self.ask().is_ok() { self.told() } else { Vec::new() };
        let (Some(first), Some(last)) = (self.first, self.last) else { return facts };
        let grew = |of: fn(&Link) -> Option<u32>| of(&last).zip(of(&first)).map_or(0, |(last, first)| last.wrapping_sub(first));
        let ups = self.counted.ups.max(grew(|link| link.ups));
        let downs = self.counted.downs.max(grew(|link| link.downs));
        facts.push(Fact::CarrierCounted(CarrierCounted { downs, ups }));
        facts
    }
}
