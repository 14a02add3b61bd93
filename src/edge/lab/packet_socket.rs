//! The responder's packet socket (packet(7)): hears ARP and ICMP echo requests, reads and sends frames in batches.

use std::io;
use std::mem;
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd};
use std::ptr;
use std::time::Duration;

/// The most frames read or sent by one system call.
const BATCH: usize = 64;
/// The longest frame: an Ethernet header and 1500 bytes.
const LONGEST: usize = 1514;
/// Bytes of receive buffer asked for: some 40,000 requests, as the kernel counts them.
const RECEIVE_BUFFER: libc::c_int = 32 << 20;

/// The filter's instructions: operation, steps forward if true, if false, value. It takes ARP (0x0806) with operation 1, and IPv4
/// (0x0800) with protocol 1 whose ICMP type, after a header of any length, is 8.
const REQUESTS_ONLY: [(u16, u8, u8, u32); 12] = [
    (0x28, 0, 0, 12),     // ldh [12]: EtherType
    (0x15, 0, 2, 0x0806), // jeq, else to the second EtherType
    (0x28, 0, 0, 20),     // ldh [20]: operation
    (0x15, 6, 7, 1),      // jeq: take, else drop
    (0x15, 0, 6, 0x0800), // jeq, else drop
    (0x30, 0, 0, 23),     // ldb [23]: protocol
    (0x15, 0, 4, 1),      // jeq, else drop
    (0xb1, 0, 0, 14),     // ldxb 4*([14]&0xf): length of the IPv4 header
    (0x50, 0, 0, 14),     // ldb [x+14]: ICMP type
    (0x15, 0, 1, 8),      // jeq: take, else drop
    (0x06, 0, 0, 0xffff), // take the whole frame
    (0x06, 0, 0, 0),      // drop
];

/// What ended a wait.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Woken {
    /// Frames are there, or the time is over.
    ToWork,
    /// The lab is coming down.
    ToStop,
}

/// A packet socket on one interface of the calling thread's network namespace; it stays there whatever namespace the thread
/// enters.
#[allow(unsafe_code)]
pub(super) fn open(interface: &str) -> io::Result<OwnedFd> {
    let index = nix::net::if_::if_nametoindex(interface)?;
    // SAFETY: plain system call; the descriptor it gives is ours alone.
    let fd = unsafe {
        let fd = libc::socket(libc::AF_PACKET, libc::SOCK_RAW | libc::SOCK_CLOEXEC | libc::SOCK_NONBLOCK, 0);
        if fd < 0 {
            return Err(io::Error::last_os_error());
        }
        OwnedFd::from_raw_fd(fd)
    };
    let code = REQUESTS_ONLY.map(|(code, jt, jf, k)| libc::sock_filter { code, jt, jf, k });
    let filter = libc::sock_fprog { len: code.len() as u16, filter: code.as_ptr().cast_mut() };
    set(&fd, libc::SOL_SOCKET, libc::SO_ATTACH_FILTER, &filter)?;
    set(&fd, libc::SOL_PACKET, libc::PACKET_IGNORE_OUTGOING, &1)?;
    // Beyond the machine's limit where the account may, up to the limit elsewhere.
    set(&fd, libc::SOL_SOCKET, libc::SO_RCVBUFFORCE, &RECEIVE_BUFFER)
        .or_else(|_| set(&fd, libc::SOL_SOCKET, libc::SO_RCVBUF, &RECEIVE_BUFFER))?;
    // SAFETY: all-zero bytes are a valid sockaddr_ll.
    let mut address: libc::sockaddr_ll = unsafe { mem::zeroed() };
    address.sll_family = libc::AF_PACKET as u16;
    address.sll_protocol = (libc::ETH_P_ALL as u16).to_be();
    address.sll_ifindex = index as i32;
    // SAFETY: the address outlives the call and its length is given.
    let bound = unsafe { libc::bind(fd.as_raw_fd(), (&raw const address).cast(), mem::size_of_val(&address) as u32) };
    if bound < 0 { Err(io::Error::last_os_error()) } else { Ok(fd) }
}

#[allow(unsafe_code)]
fn set<T>(fd: &OwnedFd, level: i32, option: i32, value: &T) -> io::Result<()> {
    // SAFETY: the value outlives the call and its size is given.
    let done =
        unsafe { libc::setsockopt(fd.as_raw_fd(), level, option, ptr::from_ref(value).cast(), mem::size_of::<T>() as u32) };
    if done < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

/// How many frames the socket could not hold since it was opened or last asked (`PACKET_STATISTICS`).
#[allow(unsafe_code)]
pub(super) fn dropped(fd: &OwnedFd) -> io::Result<u32> {
    let mut counts = libc::tpacket_stats { tp_packets: 0, tp_drops: 0 };
    let mut length = mem::size_of_val(&counts) as u32;
    // SAFETY: the structure outlives the call and its size is given.
    let done = unsafe {
        libc::getsockopt(fd.as_raw_fd(), libc::SOL_PACKET, libc::PACKET_STATISTICS, (&raw mut counts).cast(), &raw mut length)
    };
    if done < 0 { Err(io::Error::last_os_error()) } else { Ok(counts.tp_drops) }
}

/// Waits for frames, at most `patience` (for ever where there is none), or for the other end of `stop` to close.
#[allow(unsafe_code)]
pub(super) fn wait(fd: &OwnedFd, stop: BorrowedFd<'_>, patience: Option<Duration>) -> io::Result<Woken> {
    let watch = |fd| libc::pollfd { fd, events: libc::POLLIN, revents: 0 };
    let mut watched = [watch(fd.as_raw_fd()), watch(stop.as_raw_fd())];
    let time =
        patience.map(|time| libc::timespec { tv_sec: time.as_secs() as libc::time_t, tv_nsec: time.subsec_nanos().into() });
    let time = time.as_ref().map_or(ptr::null(), ptr::from_ref);
    // SAFETY: the array and the time outlive the call; no signal mask is given.
    let ready = unsafe { libc::ppoll(watched.as_mut_ptr(), watched.len() as libc::nfds_t, time, ptr::null()) };
    match (ready, io::Error::last_os_error()) {
        (-1, error) if error.kind() != io::ErrorKind::Interrupted => Err(error),
        (-1, _) => Ok(Woken::ToWork),
        _ if watched[1].revents != 0 => Ok(Woken::ToStop),
        _ => Ok(Woken::ToWork),
    }
}

/// Buffers of one batch of frames, read or to be sent.
pub(super) struct Batch {
    frames: Box<[[u8; LONGEST]; BATCH]>,
    lengths: [usize; BATCH],
    count: usize,
}

impl Batch {
    /// An empty batch.
    pub(super) fn new() -> Batch {
        Batch { frames: Box::new([[0; LONGEST]; BATCH]), lengths: [0; BATCH], count: 0 }
    }

    /// The frames of the batch.
    pub(super) fn frames(&self) -> impl Iterator<Item = &[u8]> {
        self.frames.iter().zip(self.lengths).take(self.count).map(|(frame, length)| &frame[..length])
    }

    /// Whether the batch holds as many frames as one system call takes.
    pub(super) fn is_full(&self) -> bool {
        self.count == BATCH
    }

    /// Adds a frame to send; one that is too long for the wire, or one more than the batch holds, is left out.
    pub(super) fn push(&mut self, frame: &[u8]) {
        if frame.len() <= LONGEST && !self.is_full() {
            self.frames[self.count][..frame.len()].copy_from_slice(frame);
            self.lengths[self.count] = frame.len();
            self.count += 1;
        }
    }

    /// Reads the frames that wait at the socket, as many as the batch holds, in place of those it held.
    #[allow(unsafe_code)]
    pub(super) fn receive(&mut self, fd: &OwnedFd) -> io::Result<()> {
        let mut parts = self.parts(|_| LONGEST);
        let mut messages = messages(&mut parts);
        // SAFETY: messages point at parts and these at frames, which all outlive the call, with their lengths.
        let read = unsafe { libc::recvmmsg(fd.as_raw_fd(), messages.as_mut_ptr(), BATCH as u32, 0, ptr::null_mut()) };
        self.count = usize::try_from(read).unwrap_or(0);
        for (length, message) in self.lengths.iter_mut().zip(messages) {
            *length = (message.msg_len as usize).min(LONGEST);
        }
        match io::Error::last_os_error() {
            error if read < 0 && !matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted) => Err(error),
            _ => Ok(()),
        }
    }

    /// Sends the batch and empties it. A frame that the wire refuses is lost, as on any wire.
    #[allow(unsafe_code)]
    pub(super) fn send(&mut self, fd: &OwnedFd) {
        let lengths = self.lengths;
        let mut parts = self.parts(|at| lengths[at]);
        let mut messages = messages(&mut parts);
        let mut from = 0;
        while from < self.count {
            // SAFETY: messages point at parts and these at frames, which all outlive the call, with their lengths.
            let sent = unsafe { libc::sendmmsg(fd.as_raw_fd(), messages[from..].as_mut_ptr(), (self.count - from) as u32, 0) };
            from += usize::try_from(sent).unwrap_or(0).max(1);
        }
        self.count = 0;
    }

    fn parts(&mut self, length: impl Fn(usize) -> usize) -> [libc::iovec; BATCH] {
        let frames = self.frames.as_mut_ptr();
        std::array::from_fn(|at| libc::iovec { iov_base: frames.wrapping_add(at).cast(), iov_len: length(at) })
    }
}

#[allow(unsafe_code)]
fn messages(parts: &mut [libc::iovec; BATCH]) -> [libc::mmsghdr; BATCH] {
    let parts = parts.as_mut_ptr();
    std::array::from_fn(|at| {
        // SAFETY: all-zero bytes are a valid mmsghdr.
        let mut message: libc::mmsghdr = unsafe { mem::zeroed() };
        message.msg_hdr.msg_iov = parts.wrapping_add(at);
        message.msg_hdr.msg_iovlen = 1;
        message
    })
}
