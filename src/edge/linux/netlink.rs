//! Questions to the kernel by generic netlink: one at a time, and what it announces to a group.

use std::io;
use std::os::fd::AsFd;
use std::time::{Duration, Instant};

use netlink_bindings::builtin::{NlmsgerrAttrs, Nlmsghdr};
use netlink_bindings::{consts, nlctrl};
use netlink_sys::protocols::NETLINK_GENERIC;
use netlink_sys::{Socket, SocketAddr};
use nix::poll::{PollFd, PollFlags, PollTimeout};

/// The kernel answers at once; a driver that asks its hardware over a slow bus takes its time.
const PATIENCE: Duration = Duration::from_secs(5);
/// The number of the family that knows all others (`GENL_ID_CTRL`), and the longest message that one of them sends at once.
const CONTROLLER: u16 = 0x10;
const LONGEST: usize = 1 << 16;

/// A family of generic netlink, ready to be asked.
pub(super) struct Family {
    socket: Socket,
    number: u16,
    groups: Vec<(String, u32)>,
    sequence: u32,
    /// What was announced while an answer was waited for.
    heard: Vec<Vec<u8>>,
}

/// Why the kernel did not do what it was asked.
#[derive(Debug)]
pub(super) struct Refusal {
    /// The error, as every system call gives it.
    pub(super) error: io::Error,
    /// What the driver says about it.
    pub(super) message: Option<String>,
}

impl From<io::Error> for Refusal {
    fn from(error: io::Error) -> Refusal {
        Refusal { error, message: None }
    }
}

impl Family {
    /// The family of that name; an error of kind `NotFound` where the kernel has none.
    pub(super) fn open(name: &str) -> io::Result<Family> {
        let mut socket = Socket::new(NETLINK_GENERIC)?;
        socket.bind_auto()?;
        socket.connect(&SocketAddr::new(0, 0))?;
        socket.set_ext_ack(true)?;
        let mut family = Family { socket, number: CONTROLLER, groups: Vec::new(), sequence: 0, heard: Vec::new() };
        let mut question = Vec::new();
        drop(nlctrl::OpGetfamilyDo::encode_request(&mut question).push_family_name_bytes(name.as_bytes()));
        let answer = family.ask(&question).map_err(|refusal| refusal.error)?.ok_or(io::ErrorKind::NotFound)?;
        let told = nlctrl::OpGetfamilyDo::decode_request(&answer);
        family.number = told.get_family_id()?;
        for group in told.get_mcast_groups()? {
            family.groups.push((group.get_name()?.to_string_lossy().into_owned(), group.get_id()?));
        }
        Ok(family)
    }

    /// Hears what is announced to a group of the family from now on.
    pub(super) fn join(&self, group: &str) -> io::Result<()> {
        let known = self.groups.iter().find(|(name, _)| name == group).ok_or(io::ErrorKind::NotFound)?;
        self.socket.add_membership(known.1)
    }

    /// Asks, and waits for the answer; `None` where the kernel only says that it did it. What is announced meanwhile is kept: a
    /// fast PHY has tested its cable before the kernel says that the test has begun.
    pub(super) fn ask(&mut self, question: &[u8]) -> Result<Option<Vec<u8>>, Refusal> {
        self.sequence += 1;
        let mut header = Nlmsghdr::new();
        header.len = (Nlmsghdr::len() + question.len()) as u32;
        header.r#type = self.number;
        header.flags = (consts::NLM_F_REQUEST | consts::NLM_F_ACK) as u16;
        header.seq = self.sequence;
        self.socket.send(&[header.as_slice(), question].concat(), 0)?;
        let deadline = Instant::now() + PATIENCE;
        let mut answer = None;
        loop {
            let Some(bytes) = self.receive(deadline.saturating_duration_since(Instant::now()))? else {
                return Err(io::Error::from(io::ErrorKind::TimedOut).into());
            };
            for message in messages(&bytes) {
                if message.is_announcement() {
                    self.heard.push(message.payload.to_vec());
                    continue;
                }
                if message.sequence != self.sequence {
                    continue;
                }
                if message.kind != NLMSG_ERROR {
                    answer = Some(message.payload.to_vec());
                    continue;
                }
                return match refusal(&message) {
                    Some(refusal) => Err(refusal),
                    None => Ok(answer),
                };
            }
        }
    }

    /// The next announcements, as soon as there are some; none where none came in that time.
    pub(super) fn announced(&mut self, patience: Duration) -> io::Result<Vec<Vec<u8>>> {
        if !self.heard.is_empty() {
            return Ok(std::mem::take(&mut self.heard));
        }
        let bytes = self.receive(patience)?.unwrap_or_default();
        Ok(messages(&bytes).filter(Message::is_announcement).map(|message| message.payload.to_vec()).collect())
    }

    fn receive(&self, patience: Duration) -> io::Result<Option<Vec<u8>>> {
        let timeout = PollTimeout::try_from(patience).unwrap_or(PollTimeout::MAX);
        let mut polled = [PollFd::new(self.socket.as_fd(), PollFlags::POLLIN)];
        match nix::poll::poll(&mut polled, timeout) {
            Ok(0) | Err(nix::errno::Errno::EINTR) => return Ok(None),
            Ok(_) => {}
            Err(error) => return Err(error.into()),
        }
        let mut bytes = Vec::with_capacity(LONGEST);
        self.socket.recv(&mut bytes, 0)?;
        Ok(Some(bytes))
    }
}

/// `NLMSG_ERROR`, which also says that all went well (netlink(7)).
const NLMSG_ERROR: u16 = 2;

/// One message of a datagram.
pub(super) struct Message<'a> {
    pub(super) kind: u16,
    flags: u16,
    sequence: u32,
    port: u32,
    pub(super) payload: &'a [u8],
}

impl Message<'_> {
    /// It answers no question: those bear the number of the socket that asked. Its sequence counts announcements, and may be any.
    fn is_announcement(&self) -> bool {
        self.port == 0
    }
}

/// The messages of a datagram, as far as they are whole (netlink(7): each begins at a multiple of four).
pub(super) fn messages(bytes: &[u8]) -> impl Iterator<Item = Message<'_>> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let header = Nlmsghdr::new_from_slice(rest.get(..Nlmsghdr::len())?)?;
        let length = header.len as usize;
        let payload = rest.get(Nlmsghdr::len()..length)?;
        rest = rest.get(length.next_multiple_of(4)..).unwrap_or_default();
        Some(Message { kind: header.r#type, flags: header.flags, sequence: header.seq, port: header.pid, payload })
    })
}

/// What an error message says; `None` for the one that says that all went well. After the error's number comes the question,
/// or its header alone, then attributes (`NLM_F_CAPPED`, `NLM_F_ACK_TLVS`).
fn refusal(message: &Message<'_>) -> Option<Refusal> {
    let number = message.payload.get(..4).and_then(|bytes| bytes.try_into().ok()).map(i32::from_ne_bytes)?;
    if number == 0 {
        return None;
    }
    let echoed = message.payload.get(4..).unwrap_or_default();
    let whole = echoed.get(..4).and_then(|bytes| bytes.try_into().ok()).map_or(0, u32::from_ne_bytes) as usize;
    let capped = message.flags & consts::NLM_F_CAPPED as u16 != 0;
    let length = if capped { Nlmsghdr::len() } else { whole.next_multiple_of(4) };
    let attributes = echoed.get(length..).filter(|_| message.flags & consts::NLM_F_ACK_TLVS as u16 != 0).unwrap_or_default();
    let text = NlmsgerrAttrs::new(attributes).get_msg().ok().map(|text| text.to_string_lossy().into_owned());
    Some(Refusal { error: io::Error::from_raw_os_error(number.saturating_neg()), message: text })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(number: i32, flags: i32, rest: &[u8]) -> Vec<u8> {
        let mut header = Nlmsghdr::new();
        header.len = (Nlmsghdr::len() + 4 + rest.len()) as u32;
        header.r#type = NLMSG_ERROR;
        header.flags = flags as u16;
        header.seq = 7;
        header.pid = 123;
        [header.as_slice(), &number.to_ne_bytes(), rest].concat()
    }

    #[test]
    fn a_refusal_gives_the_drivers_own_words() {
        let mut question = Nlmsghdr::new();
        question.len = 20;
        let words = [&[8u16.to_ne_bytes(), 1u16.to_ne_bytes()].concat()[..], b"no!\0"].concat();
        let rest = [question.as_slice(), &[0; 4], &words].concat();
        let bytes = error(-95, consts::NLM_F_ACK_TLVS, &rest);
        let message = messages(&bytes).next().expect("a message");
        assert_eq!((message.sequence, message.is_announcement()), (7, false));
        let refused = refusal(&message).expect("a refusal");
        assert_eq!((refused.error.raw_os_error(), refused.message.as_deref()), (Some(95), Some("no!")));
    }

    #[test]
    fn no_error_is_no_refusal_and_a_cut_datagram_no_message() {
        let done = error(0, 0, &[]);
        assert!(refusal(&messages(&done).next().expect("a message")).is_none());
        assert_eq!(messages(&done[..done.len() - 1]).count(), 0);
    }

    #[test]
    fn every_linux_knows_ethtool_or_says_that_it_does_not() {
        match Family::open("ethtool") {
            Ok(family) => assert!(family.number > CONTROLLER && family.join("monitor").is_ok()),
            Err(error) => assert_eq!(error.kind(), io::ErrorKind::NotFound),
        }
    }
}
