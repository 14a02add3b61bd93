//! A network segment in virtual time: hosts that answer late, twice, for others or not at all, and a link and a clock on it.

use std::cell::Cell;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::rc::Rc;
use std::time::Duration;

use trousse::edge::{Arrival, Clock, Link};
use trousse::net::{Ipv4Net, Mac, Moment};
use trousse::observe::{Fact, Replies, SwitchTold, Unanswered};
use trousse::probe::Sounding;
use trousse::probe::listen::Direction;
use trousse::probe::way_out::{PINGS, QUESTIONS};
use trousse::wire::arp::{self, Arp, Operation};
use trousse::wire::ipv4::{self, Icmp, Receiver};
use trousse::wire::{self, Body, Packet, Sender, ethernet, nbns};

/// One host and how it answers.
#[derive(Clone)]
pub(crate) struct Host {
    pub(crate) mac: Mac,
    pub(crate) addresses: Vec<Ipv4Addr>,
    /// Answers for everybody in this prefix, too.
    pub(crate) proxies: Option<Ipv4Net>,
    /// Shortest and longest time of an answer.
    pub(crate) rtt: [Duration; 2],
    /// How much later than that every answer comes.
    pub(crate) late: Duration,
    /// How many ARP requests it ignores first.
    pub(crate) deaf: u32,
    /// How many times each ARP request is answered.
    pub(crate) repeats: u32,
    /// The TTL of its echo replies; `None` where it ignores echoes.
    pub(crate) ttl: Option<u8>,
    /// Its NetBIOS name.
    pub(crate) name: Option<Vec<u8>>,
}

impl Host {
    /// A prompt host with one address.
    pub(crate) fn new(mac: [u8; 6], ip: [u8; 4]) -> Host {
        Host {
            mac: Mac(mac),
            addresses: vec![ip.into()],
            proxies: None,
            rtt: [Duration::from_micros(300), Duration::from_micros(900)],
            late: Duration::ZERO,
            deaf: 0,
            repeats: 1,
            ttl: Some(64),
            name: None,
        }
    }

    fn holds(&self, ip: Ipv4Addr) -> bool {
        self.addresses.contains(&ip)
    }

    fn answers_for(&self, ip: Ipv4Addr) -> bool {
        self.holds(ip) || self.proxies.is_some_and(|prefix| prefix.contains(&ip))
    }
}

/// What else happens on the segment: asked again and again for the frames that have arrived since it was last asked.
pub(crate) type Weather = Box<dyn FnMut(Moment, &mut Dice) -> Vec<Vec<u8>>>;

/// The segment, seen from our card.
pub(crate) struct Lan {
    pub(crate) hosts: Vec<Host>,
    /// The share of frames lost on each way.
    pub(crate) loss: f64,
    /// When the interface goes down.
    pub(crate) down_at: Option<Moment>,
    /// Frames that the kernel says it has lost.
    pub(crate) dropped: u32,
    /// What else arrives: asked once in every receive.
    pub(crate) weather: Option<Weather>,
    /// Everything that we sent.
    pub(crate) sent: Vec<(Moment, Vec<u8>)>,
    dice: Dice,
    now: Rc<Cell<Moment>>,
    on_its_way: BinaryHeap<Reverse<(Moment, u64, Vec<u8>)>>,
    sequence: u64,
    /// What the kernel's network stack will have found out, and when.
    told: Vec<(Moment, Fact)>,
}

/// How long a sounding takes.
const SOUNDED: Duration = Duration::from_millis(1910);
/// The time that a frame takes to be sent: 10 µs are 100,000 frames a second.
const SEND: Duration = Duration::from_micros(10);
/// The least time that a round of the loop takes.
const ROUND: Duration = Duration::from_micros(2);
/// How often the weather is asked for, at least.
const WEATHER: Duration = Duration::from_millis(1);

impl Lan {
    pub(crate) fn new(hosts: Vec<Host>, seed: u64) -> Lan {
        Lan {
            hosts,
            loss: 0.0,
            down_at: None,
            dropped: 0,
            weather: None,
            sent: Vec::new(),
            dice: Dice(seed),
            now: Rc::default(),
            on_its_way: BinaryHeap::new(),
            sequence: 0,
            told: Vec::new(),
        }
    }

    /// The clock that this segment's time is.
    pub(crate) fn clock(&self) -> VirtualClock {
        VirtualClock(Rc::clone(&self.now))
    }

    /// Lets a frame arrive at our card at a moment of the future.
    pub(crate) fn arrives(&mut self, at: Moment, frame: Vec<u8>) {
        self.sequence += 1;
        self.on_its_way.push(Reverse((at, self.sequence, frame)));
    }

    fn pass(&mut self, time: Duration) {
        self.now.set(self.now.get() + time);
    }

    fn deliver(&mut self, frame: &[u8]) {
        let packet = wire::decode(frame).expect("what we send can be read");
        for index in 0..self.hosts.len() {
            let host = &self.hosts[index];
            let reaches = packet.destination == Mac::BROADCAST || packet.destination == host.mac;
            if !reaches || self.dice.happens(self.loss) {
                continue;
            }
            let answers = self.hosts[index].answer(&packet);
            let [shortest, longest] = self.hosts[index].rtt;
            for answer in answers {
                let rtt = shortest + (longest - shortest).mul_f64(self.dice.share());
                let at = self.now.get() + rtt + self.hosts[index].late;
                if !self.dice.happens(self.loss) {
                    self.arrives(at, answer);
                }
            }
        }
    }

    fn is_down(&self) -> bool {
        self.down_at.is_some_and(|down_at| self.now.get() >= down_at)
    }
}

impl Host {
    /// The frames with which it answers one of ours.
    fn answer(&mut self, packet: &Packet<'_>) -> Vec<Vec<u8>> {
        let us = packet.source;
        match &packet.body {
            Body::Arp(arp) if arp.operation == Operation::Request && self.answers_for(arp.target_ip) => {
                if self.deaf > 0 {
                    self.deaf -= 1;
                    return Vec::new();
                }
                vec![arp_reply(self.mac, arp.target_ip, us, arp.sender_ip); self.repeats as usize]
            }
            Body::Icmp { ip, message: Icmp::EchoRequest { identifier, sequence } } if packet.destination == self.mac => {
                let to = Receiver { mac: us, ip: ip.source };
                match self.ttl {
                    Some(ttl) if self.holds(ip.destination) => {
                        vec![echo_reply(Sender { mac: self.mac, ip: ip.destination }, to, ttl, *identifier, *sequence)]
                    }
                    Some(_) if ip.ttl <= 1 && self.answers_for(ip.destination) => {
                        let router = Sender { mac: self.mac, ip: self.addresses[0] };
                        vec![time_exceeded(router, to, Sender { mac: us, ip: ip.source }, ip.destination)]
                    }
                    _ => Vec::new(),
                }
            }
            Body::Udp { ip, source_port, destination_port: nbns::PORT, .. } if self.holds(ip.destination) => {
                let from = Sender { mac: self.mac, ip: ip.destination };
                let to = Receiver { mac: us, ip: ip.source };
                let table = self.name.as_deref().map(node_status);
                table.into_iter().map(|table| ipv4::udp_frame(from, nbns::PORT, to, *source_port, &table)).collect()
            }
            _ => Vec::new(),
        }
    }
}

impl Link for Lan {
    fn send(&mut self, frames: &[Vec<u8>]) -> io::Result<()> {
        for frame in frames {
            if self.is_down() {
                return Err(io::ErrorKind::NetworkDown.into());
            }
            self.sent.push((self.now.get(), frame.clone()));
            self.pass(SEND);
            self.deliver(frame);
        }
        Ok(())
    }

    fn ask(&mut self, _server: SocketAddr, _question: &[u8]) -> io::Result<()> {
        Ok(())
    }

    fn sound(&mut self, sounding: Sounding) -> io::Result<()> {
        let holds = |ip: Ipv4Addr| self.hosts.iter().find(|host| host.holds(ip) && host.ttl.is_some());
        let replies = |host: Option<&Host>, sent: u16| Replies {
            sent: sent.into(),
            rtts_us: host.map_or(Vec::new(), |host| vec![host.rtt[1].as_micros() as u32; sent.into()]),
        };
        let fact = match sounding {
            Sounding::Switch(switch, tables) => {
                Fact::SwitchTold(Box::new(SwitchTold::unanswered(switch, tables, Unanswered::NoCredentials)))
            }
            Sounding::Ping(ip) => {
                Fact::Pinged { ip, replies: replies(if let IpAddr::V4(ip) = ip { holds(ip) } else { None }, PINGS) }
            }
            Sounding::Dns(IpAddr::V4(server)) => {
                Fact::DnsAsked { server: server.into(), replies: replies(holds(server), QUESTIONS) }
            }
            // The plans of these tests name no services.
            Sounding::Service(_) | Sounding::Barrier(_) => return Ok(()),
            Sounding::Dns(server) => Fact::DnsAsked { server, replies: Replies::default() },
        };
        self.told.push((self.now.get() + SOUNDED, fact));
        Ok(())
    }

    fn receive(&mut self, patience: Duration, each: &mut dyn FnMut(Moment, Arrival<'_>)) -> io::Result<()> {
        if let Some(weather) = &mut self.weather {
            for frame in weather(self.now.get(), &mut self.dice) {
                self.arrives(self.now.get(), frame);
            }
        }
        let longest = if self.weather.is_some() { WEATHER } else { patience };
        let until = self.now.get() + patience.min(longest).max(ROUND);
        let next = self.on_its_way.peek().map_or(until, |Reverse((at, ..))| *at);
        self.now.set(next.clamp(self.now.get() + ROUND, until));
        if self.is_down() {
            return Err(io::ErrorKind::NetworkDown.into());
        }
        while let Some(Reverse((at, ..))) = self.on_its_way.peek()
            && *at <= self.now.get()
        {
            let Some(Reverse((at, _, frame))) = self.on_its_way.pop() else { break };
            each(at, Arrival::Frame(Direction::Received, &frame));
        }
        let now = self.now.get();
        self.told.extract_if(.., |(at, _)| *at <= now).for_each(|(at, fact)| each(at, Arrival::Told(fact)));
        Ok(())
    }

    fn lost(&mut self) -> u32 {
        std::mem::take(&mut self.dropped)
    }
}

/// The clock of a segment.
pub(crate) struct VirtualClock(Rc<Cell<Moment>>);

impl Clock for VirtualClock {
    fn now(&self) -> Moment {
        self.0.get()
    }
}

/// The same throws for the same seed (splitmix64).
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    /// From 0 to below 1.
    pub(crate) fn share(&mut self) -> f64 {
        (self.number() >> 11) as f64 / (1u64 << 53) as f64
    }

    pub(crate) fn happens(&mut self, share: f64) -> bool {
        share > 0.0 && self.share() < share
    }
}

/// The frame by which `mac` says to `asker` that it has `ip`.
pub(crate) fn arp_reply(mac: Mac, ip: Ipv4Addr, asker: Mac, asker_ip: Ipv4Addr) -> Vec<u8> {
    let reply = Arp { operation: Operation::Reply, sender_mac: mac, sender_ip: ip, target_mac: asker, target_ip: asker_ip };
    ethernet::emit(mac, asker, ethernet::ARP, &arp::emit(&reply))
}

/// The frame by which `mac` announces `ip` to all.
pub(crate) fn announcement(mac: Mac, ip: Ipv4Addr) -> Vec<u8> {
    arp::request(Sender { mac, ip }, ip, Mac::BROADCAST)
}

/// Where the ICMP message of an IPv4 frame without options begins, and the IPv4 header's protocol field.
const ICMP: usize = 14 + 20;
const PROTOCOL: usize = 14 + 9;

/// The frame by which a host answers an echo request.
pub(crate) fn echo_reply(from: Sender, to: Receiver, ttl: u8, identifier: u16, sequence: u16) -> Vec<u8> {
    let mut frame = ipv4::echo_frame(from, to, ttl, identifier, sequence);
    // Type 0 (RFC 792); checksums are not read.
    frame[ICMP] = 0;
    frame
}

fn time_exceeded(router: Sender, to: Receiver, asker: Sender, destination: Ipv4Addr) -> Vec<u8> {
    let original = ipv4::echo_frame(asker, Receiver { mac: router.mac, ip: destination }, 1, 0, 0);
    // A UDP header is as long as that of the ICMP message; its first field holds type 11 and code 0 (RFC 792).
    let mut frame = ipv4::udp_frame(router, 0x0b00, to, 0, &original[14..14 + 28]);
    frame[PROTOCOL] = 1;
    frame
}

/// A node status answer with one unique workstation name (RFC 1002, 4.2.18).
pub(crate) fn node_status(name: &[u8]) -> Vec<u8> {
    let mut bytes = nbns::question(7);
    bytes[2] = 0x84;
    (bytes[5], bytes[7]) = (0, 1);
    bytes.extend([0, 0, 0, 0, 0, 65, 1]);
    let mut padded = [b' '; 15];
    padded[..name.len()].copy_from_slice(name);
    bytes.extend(padded);
    bytes.extend([0, 4, 0]);
    bytes.extend([0; 46]);
    bytes
}
