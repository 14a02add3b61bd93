//! Plays the hosts of a responder on one interface, in a thread, until the lab comes down.

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::packet_socket::{self, Batch, Woken};
use super::responder::Responder;
use super::swarm::Member;

/// A responder at work; it stops when this is closed.
pub(super) struct Player {
    stop: io::PipeWriter,
    thread: JoinHandle<io::Result<u32>>,
}

impl Player {
    /// Starts to play these hosts on an interface of the calling thread's network namespace. Requests are kept from this call on.
    pub(super) fn start(interface: &str, members: Vec<Member>) -> io::Result<Player> {
        let socket = packet_socket::open(interface)?;
        let (stopped, stop) = io::pipe()?;
        let thread = thread::Builder::new().name("responder".into()).spawn(move || play(&socket, &stopped, members))?;
        Ok(Player { stop, thread })
    }

    /// Stops, and says how many requests came too fast to be heard.
    pub(super) fn stop(self) -> io::Result<u32> {
        drop(self.stop);
        self.thread.join().unwrap_or_else(|_| Err(io::Error::other("the responder panicked")))
    }
}

fn play(socket: &OwnedFd, stopped: &io::PipeReader, members: Vec<Member>) -> io::Result<u32> {
    let mut responder = Responder::new(members);
    let (mut inbox, mut outbox) = (Batch::new(), Batch::new());
    let start = Instant::now();
    let now_us = || start.elapsed().as_micros() as u64;
    loop {
        let patience = responder.next_due_us().map(|due| Duration::from_micros(due.saturating_sub(now_us())));
        if packet_socket::wait(socket, stopped.as_fd(), patience)? == Woken::ToStop {
            return packet_socket::dropped(socket);
        }
        inbox.receive(socket)?;
        let now = now_us();
        let mut send = |frame: &[u8]| {
            outbox.push(frame);
            if outbox.is_full() {
                outbox.send(socket);
            }
        };
        for frame in inbox.frames() {
            responder.hear(now, frame, &mut send);
        }
        responder.poll(now, &mut send);
        outbox.send(socket);
    }
}
