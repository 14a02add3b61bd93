//! A packet socket of our own (`packet(7)`): a large receive buffer, the kernel's count of lost frames, its time of arrival and
//! the VLAN tag that it takes off. pnet binds it and sends by it.

use std::io;
use std::mem::{self, MaybeUninit};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::os::fd::{AsRawFd, FromRawFd, IntoRawFd, OwnedFd, RawFd};
use std::sync::Arc;
use std::time::Duration;

use pnet::datalink::{self, Channel, DataLinkSender};

use super::interface::Interface;
use super::link_watch::LinkWatch;
use super::sounder::Sounder;
use crate::edge::clock::VisitClock;
use crate::edge::{Arrival, Clock, Link};
use crate::fault::{Fault, Result};
use crate::net::{Mac, Moment};
use crate::observe::Fact;
use crate::probe::Sounding;
use crate::probe::listen::Direction;
use crate::service::Named;
use crate::site::Access;
use crate::wire::{cdp, edp, ethernet, fdp, ipv6, lldp, stp};

/// Bytes of frames that the kernel may hold for us: 60,000 replies in a second are 46 MB of its memory.
const RECEIVE_BUFFER: libc::c_int = 32 << 20;
/// Frames that are read in one call, and bytes that are read of each; longer frames hold nothing that is needed.
const BATCH: usize = 64;
const SNAP: usize = 1600;
/// Batches that are read before the probes have their turn again: in a storm there is always one more.
const TURN: usize = 64;
/// Groups whose frames are heard beside those to all.
const GROUPS: [Mac; 7] = [lldp::GROUPS[0], lldp::GROUPS[1], stp::GROUP, stp::PVST_GROUP, cdp::GROUP, edp::GROUP, fdp::GROUP];
/// Groups of IPv6 that a host without a router's or a querier's part does not hear by itself.
const GROUPS6: [Ipv6Addr; 3] = [ipv6::ALL_NODES, ipv6::ALL_ROUTERS, ipv6::ALL_MLD_ROUTERS];
/// Bytes of ancillary data of one frame: its time and its VLAN tag.
const CONTROL: usize = 128;

/// The socket, and beside it one for datagrams, whose port our questions for names leave from: replies that come to it are
/// read from the wire, and the kernel does not refuse them.
pub struct PacketSocket {
    sender: Box<dyn DataLinkSender>,
    fd: RawFd,
    names: UdpSocket,
    servers: Vec<SocketAddr>,
    clock: VisitClock,
    interface: String,
    /// How switches are asked.
    access: Access,
    /// The services that are asked.
    named: Arc<Named>,
    sounder: Option<Sounder>,
    /// None where the kernel does not tell.
    watch: Option<LinkWatch>,
    buffers: Box<Buffers>,
}

struct Buffers {
    frames: [[u8; SNAP]; BATCH],
    control: [[u64; CONTROL / 8]; BATCH],
    /// A frame with its tag put back.
    tagged: Vec<u8>,
}

impl PacketSocket {
    /// Opens the sockets on an interface; answers are taken from `servers` only.
    pub fn open(
        interface: &Interface,
        servers: &[SocketAddr],
        access: Access,
        named: Named,
        clock: VisitClock,
    ) -> Result<PacketSocket> {
        let name = &interface.inner.name;
        let failed = |error: io::Error| cannot_open(name, &error);
        let socket = new_socket().map_err(failed)?;
        let fd = socket.into_raw_fd();
        let config = datalink::Config { socket_fd: Some(fd), promiscuous: false, ..datalink::Config::default() };
        let sender = match datalink::channel(&interface.inner, config).map_err(failed)? {
            Channel::Ethernet(sender, _) => sender,
            _ => return Err(failed(io::Error::other("not an Ethernet channel"))),
        };
        for group in GROUPS.into_iter().chain(GROUPS6.map(|group| ipv6::Receiver::group(group).mac)) {
            // Without it a card may keep such frames to itself; what is not heard, the report says.
            let _ = join(fd, interface.inner.index, group);
        }
        let names = UdpSocket::bind((Ipv6Addr::UNSPECIFIED, 0))
            .or_else(|_| UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)))
            .and_then(|names| names.set_nonblocking(true).map(|()| names))
            .map_err(failed)?;
        let buffers = Box::new(Buffers {
            frames: [[0; SNAP]; BATCH],
            control: [[0; CONTROL / 8]; BATCH],
            tagged: Vec::with_capacity(SNAP + 4),
        });
        let watch = LinkWatch::start(interface.inner.index).ok();
        Ok(PacketSocket {
            sender,
            fd,
            names,
            servers: servers.to_vec(),
            access,
            named: Arc::new(named),
            clock,
            interface: name.clone(),
            sounder: None,
            watch,
            buffers,
        })
    }

    /// The UDP port that questions for names leave from.
    pub fn port(&self) -> u16 {
        self.names.local_addr().map_or(0, |address| address.port())
    }

    /// Hands a burst over in one call: 346,000 frames a second where a call for each gives 248,000 (measured on one core). A full
    /// queue is waited for.
    #[allow(unsafe_code)]
    fn send_many(&mut self, frames: &[Vec<u8>]) -> io::Result<()> {
        let mut vectors: Vec<libc::iovec> =
            frames.iter().map(|frame| libc::iovec { iov_base: frame.as_ptr().cast_mut().cast(), iov_len: frame.len() }).collect();
        // SAFETY: an all-zero mmsghdr is a valid value of this plain C struct.
        let mut messages: Vec<libc::mmsghdr> = vec![unsafe { mem::zeroed() }; frames.len()];
        for (message, vector) in messages.iter_mut().zip(&mut vectors) {
            message.msg_hdr.msg_iov = vector;
            message.msg_hdr.msg_iovlen = 1;
        }
        let mut rest = &mut messages[..];
        while !rest.is_empty() {
            // SAFETY: every header points to one vector, and that to a frame of its true length; the kernel only reads them.
            let sent = unsafe { libc::sendmmsg(self.fd, rest.as_mut_ptr(), rest.len() as _, 0) };
            if sent >= 0 {
                rest = &mut rest[sent as usize..];
                continue;
            }
            let error = io::Error::last_os_error();
            if !is_full(&error) {
                return Err(error);
            }
            wait(&mut [], FULL_QUEUE)?;
        }
        Ok(())
    }

    /// Reads one batch of frames; how many there were.
    #[allow(unsafe_code)]
    fn read_frames(&mut self, each: &mut dyn FnMut(Moment, Arrival<'_>)) -> io::Result<usize> {
        let Buffers { frames, control, tagged } = &mut *self.buffers;
        // SAFETY: an all-zero iovec, and an all-zero mmsghdr, are valid values of these plain C structs.
        let mut vectors: [libc::iovec; BATCH] = unsafe { mem::zeroed() };
        // SAFETY: as above.
        let mut messages: [libc::mmsghdr; BATCH] = unsafe { mem::zeroed() };
        // SAFETY: an all-zero sockaddr_ll is a valid value of this plain C struct.
        let mut senders: [libc::sockaddr_ll; BATCH] = unsafe { mem::zeroed() };
        for (index, message) in messages.iter_mut().enumerate() {
            message.msg_hdr.msg_name = (&raw mut senders[index]).cast();
            message.msg_hdr.msg_namelen = mem::size_of::<libc::sockaddr_ll>() as _;
            vectors[index] = libc::iovec { iov_base: frames[index].as_mut_ptr().cast(), iov_len: SNAP };
            message.msg_hdr.msg_iov = &mut vectors[index];
            message.msg_hdr.msg_iovlen = 1;
            message.msg_hdr.msg_control = control[index].as_mut_ptr().cast();
            message.msg_hdr.msg_controllen = CONTROL as _;
        }
        // SAFETY: every header points to one address, one vector and one control buffer that outlive the call, with their
        // lengths.
        let read =
            unsafe { libc::recvmmsg(self.fd, messages.as_mut_ptr(), BATCH as _, libc::MSG_DONTWAIT as _, std::ptr::null_mut()) };
        if read < 0 {
            let error = io::Error::last_os_error();
            return if error.kind() == io::ErrorKind::WouldBlock { Ok(0) } else { Err(error) };
        }
        let reading = self.clock.reading();
        for (index, message) in messages.iter().take(read as usize).enumerate() {
            let frame = &frames[index][..(message.msg_len as usize).min(SNAP)];
            // A card joins the segments of one TCP stream (GRO) into frames longer than any on the wire; to groups none is sent
            // so.
            if message.msg_hdr.msg_flags & libc::MSG_TRUNC != 0 && frame.first().is_some_and(|octet| octet & 1 == 0) {
                continue;
            }
            let direction = match senders[index].sll_pkttype {
                // Of what this machine sends by itself, only its own requests bear on what replies mean.
                libc::PACKET_OUTGOING if senders[index].sll_protocol != ethernet::ARP.to_be() => continue,
                libc::PACKET_OUTGOING => Direction::Sent,
                _ => Direction::Received,
            };
            let ancillary = Ancillary::read(&message.msg_hdr);
            let at = ancillary.unix_us.map_or_else(|| self.clock.now(), |time| reading.moment(time));
            match ancillary.tag {
                Some(tci) => {
                    tagged.clear();
                    tagged.extend_from_slice(frame);
                    ethernet::restore_tag(tagged, tci);
                    each(at, Arrival::Frame(direction, tagged));
                }
                None => each(at, Arrival::Frame(direction, frame)),
            }
        }
        Ok(read as usize)
    }

    /// Reads the datagrams; only those of the servers that are asked count, the others were read from the wire.
    fn read_answers(&mut self, each: &mut dyn FnMut(Moment, Arrival<'_>)) {
        let mut buffer = [0; SNAP];
        while let Ok((length, from)) = self.names.recv_from(&mut buffer) {
            let from = SocketAddr::new(from.ip().to_canonical(), from.port());
            if self.servers.contains(&from) {
                each(self.clock.now(), Arrival::Answer(from, &buffer[..length]));
            }
        }
    }
}

impl Link for PacketSocket {
    fn send(&mut self, frames: &[Vec<u8>]) -> io::Result<()> {
        match frames {
            [] => Ok(()),
            [frame] => match self.sender.send_to(frame, None) {
                Some(Err(error)) if is_full(&error) => self.send_many(frames),
                sent => sent.unwrap_or(Ok(())),
            },
            frames => self.send_many(frames),
        }
    }

    fn ask(&mut self, server: SocketAddr, question: &[u8]) -> io::Result<()> {
        let ours_is_v6 = self.names.local_addr()?.is_ipv6();
        let to = match server.ip() {
            IpAddr::V4(ip) if ours_is_v6 => SocketAddr::new(ip.to_ipv6_mapped().into(), server.port()),
            _ => server,
        };
        self.names.send_to(question, to).map(drop)
    }

    fn sound(&mut self, sounding: Sounding) -> io::Result<()> {
        let sounder = match self.sounder.take() {
            Some(sounder) => sounder,
            None => Sounder::start(self.interface.clone(), self.access.clone(), Arc::clone(&self.named), self.clock)?,
        };
        self.sounder.insert(sounder).ask(sounding)
    }

    fn receive(&mut self, patience: Duration, each: &mut dyn FnMut(Moment, Arrival<'_>)) -> io::Result<()> {
        let watched = self.watch.as_ref().map_or(-1, LinkWatch::fd);
        let mut ready = [self.fd, self.names.as_raw_fd(), watched].map(|fd| pollfd(fd, libc::POLLIN));
        wait(&mut ready, patience)?;
        if let Some(watch) = self.watch.as_mut().filter(|_| ready[2].revents != 0) {
            let now = self.clock.now();
            watch.told().into_iter().for_each(|fact| each(now, Arrival::Told(fact)));
        }
        if self.watch.as_ref().is_some_and(LinkWatch::is_gone) {
            return Err(io::ErrorKind::NotConnected.into());
        }
        if ready[0].revents != 0 {
            for _ in 0..TURN {
                if self.read_frames(each)? < BATCH {
                    break;
                }
            }
        }
        if ready[1].revents != 0 {
            self.read_answers(each);
        }
        self.sounder.iter().flat_map(Sounder::told).for_each(|(at, fact)| each(at, Arrival::Told(fact)));
        Ok(())
    }

    fn counted(&mut self) -> Vec<Fact> {
        self.watch.as_mut().map(LinkWatch::counted).unwrap_or_default()
    }

    fn lost(&mut self) -> u32 {
        let mut statistics = MaybeUninit::<libc::tpacket_stats>::zeroed();
        // The kernel counts in `tp_drops` what it had no room for, and starts again at 0 (packet(7), PACKET_STATISTICS).
        match get_option(self.fd, libc::PACKET_STATISTICS, &mut statistics) {
            Ok(statistics) => statistics.tp_drops,
            Err(_) => 0,
        }
    }
}

/// How long a full queue of the card is given to empty.
const FULL_QUEUE: Duration = Duration::from_millis(1);

/// The card's queue has no room, or a signal came in between: the same call will do a little later.
fn is_full(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(libc::EAGAIN | libc::ENOBUFS | libc::EINTR))
}

fn pollfd(fd: RawFd, events: libc::c_short) -> libc::pollfd {
    libc::pollfd { fd, events, revents: 0 }
}

/// Waits until one of the descriptors is ready, at most so long; a signal ends the wait too.
#[allow(unsafe_code)]
fn wait(ready: &mut [libc::pollfd], patience: Duration) -> io::Result<()> {
    let timeout = libc::timespec { tv_sec: patience.as_secs() as _, tv_nsec: patience.subsec_nanos() as _ };
    // SAFETY: `ready` and `timeout` live through the call, and the length is that of `ready`.
    let count = unsafe { libc::ppoll(ready.as_mut_ptr(), ready.len() as _, &timeout, std::ptr::null()) };
    let error = io::Error::last_os_error();
    if count < 0 && error.kind() != io::ErrorKind::Interrupted { Err(error) } else { Ok(()) }
}

/// What the kernel says beside a frame.
#[derive(Default)]
struct Ancillary {
    /// When it arrived, in microseconds since 1970.
    unix_us: Option<u64>,
    /// The tag control information that it took off.
    tag: Option<u16>,
}

impl Ancillary {
    #[allow(unsafe_code)]
    fn read(header: &libc::msghdr) -> Ancillary {
        let mut found = Ancillary::default();
        // SAFETY: the kernel has filled the control buffer and its length; the macros stay within it.
        let mut next = unsafe { libc::CMSG_FIRSTHDR(header) };
        while !next.is_null() {
            // SAFETY: a header that the macros gave is within the buffer; the payload of these two kinds is the struct read here,
            // which may be unaligned.
            unsafe {
                match ((*next).cmsg_level, (*next).cmsg_type) {
                    (libc::SOL_SOCKET, libc::SCM_TIMESTAMPNS) => {
                        let time: libc::timespec = libc::CMSG_DATA(next).cast::<libc::timespec>().read_unaligned();
                        found.unix_us = Some(time.tv_sec as u64 * 1_000_000 + time.tv_nsec as u64 / 1000);
                    }
                    (libc::SOL_PACKET, libc::PACKET_AUXDATA) => {
                        let data: libc::tpacket_auxdata = libc::CMSG_DATA(next).cast::<libc::tpacket_auxdata>().read_unaligned();
                        found.tag = (data.tp_status & libc::TP_STATUS_VLAN_VALID != 0).then_some(data.tp_vlan_tci);
                    }
                    _ => {}
                }
                next = libc::CMSG_NXTHDR(header, next);
            }
        }
        found
    }
}

/// A raw packet socket that hears nothing before it is bound.
#[allow(unsafe_code)]
fn new_socket() -> io::Result<OwnedFd> {
    // SAFETY: no pointers are passed; a descriptor that is not negative is ours.
    let fd = unsafe { libc::socket(libc::AF_PACKET, libc::SOCK_RAW | libc::SOCK_CLOEXEC, 0) };
    if fd < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: as above.
    let socket = unsafe { OwnedFd::from_raw_fd(fd) };
    // Beyond the system's limit only with CAP_NET_ADMIN; without it, as much as the limit gives.
    set_option(fd, libc::SOL_SOCKET, libc::SO_RCVBUFFORCE, RECEIVE_BUFFER)
        .or_else(|_| set_option(fd, libc::SOL_SOCKET, libc::SO_RCVBUF, RECEIVE_BUFFER))?;
    set_option(fd, libc::SOL_SOCKET, libc::SO_TIMESTAMPNS, 1)?;
    set_option(fd, libc::SOL_PACKET, libc::PACKET_AUXDATA, 1)?;
    Ok(socket)
}

#[allow(unsafe_code)]
fn set_option(fd: RawFd, level: libc::c_int, option: libc::c_int, value: libc::c_int) -> io::Result<()> {
    // SAFETY: the value lives through the call and its true length is given.
    let set = unsafe { libc::setsockopt(fd, level, option, (&raw const value).cast(), mem::size_of_val(&value) as _) };
    if set < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

/// Lets the card hear what is sent to a group (packet(7), `PACKET_ADD_MEMBERSHIP`).
#[allow(unsafe_code)]
fn join(fd: RawFd, interface: u32, group: Mac) -> io::Result<()> {
    let mut address = [0; 8];
    address[..group.0.len()].copy_from_slice(&group.0);
    let membership = libc::packet_mreq {
        mr_ifindex: interface as libc::c_int,
        mr_type: libc::PACKET_MR_MULTICAST as libc::c_ushort,
        mr_alen: group.0.len() as libc::c_ushort,
        mr_address: address,
    };
    // SAFETY: the structure lives through the call and its true length is given.
    let set = unsafe {
        libc::setsockopt(
            fd,
            libc::SOL_PACKET,
            libc::PACKET_ADD_MEMBERSHIP,
            (&raw const membership).cast(),
            mem::size_of_val(&membership) as _,
        )
    };
    if set < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

#[allow(unsafe_code)]
fn get_option(fd: RawFd, option: libc::c_int, value: &mut MaybeUninit<libc::tpacket_stats>) -> io::Result<libc::tpacket_stats> {
    let mut length = mem::size_of::<libc::tpacket_stats>() as libc::socklen_t;
    // SAFETY: the kernel writes at most `length` bytes into the value, which is zeroed and plain.
    unsafe {
        if libc::getsockopt(fd, libc::SOL_PACKET, option, value.as_mut_ptr().cast(), &mut length) < 0 {
            return Err(io::Error::last_os_error());
        }
        Ok(value.assume_init())
    }
}

fn cannot_open(name: &str, error: &io::Error) -> Fault {
    if error.kind() == io::ErrorKind::PermissionDenied {
        let path = std::env::current_exe().map_or_else(|_| "trousse".to_owned(), |path| path.display().to_string());
        return Fault::new(
            format!("no privilege to send and hear frames on {name}"),
            format!("droits insuffisants pour émettre et écouter sur {name}"),
        )
        .hint(format!("sudo setcap cap_net_raw+ep {path}"), format!("sudo setcap cap_net_raw+ep {path}"));
    }
    Fault::because(format!("cannot open {name}"), format!("impossible d'ouvrir {name}"), error)
}
