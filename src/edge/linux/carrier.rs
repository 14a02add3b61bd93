//! The link of a card as it goes and comes, told by the kernel (rtnetlink(7)).

use std::io;
use std::os::fd::AsFd;
use std::time::Duration;

use netlink_sys::protocols::NETLINK_ROUTE;
use netlink_sys::{Socket, SocketAddr};
use nix::poll::{PollFd, PollFlags, PollTimeout};

use super::interface::Interface;
use super::netlink::messages;
use crate::fault::{Fault, Result};

/// The group of what happens to links (`RTMGRP_LINK`), and the messages that tell it: a link is so, a card is gone.
const GROUP: u32 = 1;
const RTM_NEWLINK: u16 = 16;
const RTM_DELLINK: u16 = 17;
/// The flags of a card that hears the other end and may be used (`IFF_RUNNING`, `IFF_LOWER_UP`).
const UP: u32 = 1 << 6 | 1 << 16;
/// The longest message.
const LONGEST: usize = 1 << 16;

/// The link of a card, watched.
pub struct Carrier {
    socket: Socket,
    name: String,
    index: u32,
    up: bool,
}

impl Carrier {
    /// Watches the link of an interface from now on.
    pub fn watch(name: &str) -> Result<Carrier> {
        let opened = || -> io::Result<Socket> {
            let mut socket = Socket::new(NETLINK_ROUTE)?;
            socket.bind(&SocketAddr::new(0, GROUP))?;
            Ok(socket)
        };
        let socket = opened().map_err(|error| cannot_watch(name, &error))?;
        // Asked after the first message may come, so that none is missed.
        let interface = Interface::choose_whatever_its_link(Some(name))?;
        Ok(Carrier { socket, name: name.to_owned(), index: interface.inner.index, up: interface.link.carrier })
    }

    /// Whether there is a link.
    pub fn is_up(&self) -> bool {
        self.up
    }

    /// What the link has done since the last call, each going and coming in turn; waits at most so long for the first.
    pub fn changed(&mut self, patience: Duration) -> Result<Vec<bool>> {
        let mut changes = Vec::new();
        let mut patience = patience;
        loop {
            let bytes = match self.receive(patience) {
                Ok(Some(bytes)) => bytes,
                Ok(None) => return Ok(changes),
                // More was told than the socket holds: what counts is how it is now, and that it may have gone meanwhile.
                Err(error) if error.raw_os_error() == Some(libc::ENOBUFS) => {
                    let now = Interface::choose_whatever_its_link(Some(&self.name))?.link.carrier;
                    changes.extend([false, now]);
                    self.up = now;
                    continue;
                }
                Err(error) => return Err(cannot_watch(&self.name, &error)),
            };
            patience = Duration::ZERO;
            for message in messages(&bytes) {
                let Some((index, flags)) = link(message.payload).filter(|(index, _)| *index == self.index) else { continue };
                match message.kind {
                    RTM_DELLINK if index == self.index => {
                        return Err(cannot_watch(&self.name, &io::Error::from(io::ErrorKind::NotFound)));
                    }
                    RTM_NEWLINK => {
                        let up = flags & UP == UP;
                        if up != self.up {
                            self.up = up;
                            changes.push(up);
                        }
                    }
                    _ => {}
                }
            }
        }
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

/// The number of a card and its flags (`struct ifinfomsg`: family, padding, type, index, flags, change).
fn link(payload: &[u8]) -> Option<(u32, u32)> {
    let number = |at: usize| payload.get(at..at + 4).and_then(|bytes| bytes.try_into().ok()).map(u32::from_ne_bytes);
    Some((number(4)?, number(8)?))
}

fn cannot_watch(name: &str, error: &io::Error) -> Fault {
    Fault::because(format!("cannot watch the link of {name}"), format!("impossible d'observer le lien de {name}"), error)
}
