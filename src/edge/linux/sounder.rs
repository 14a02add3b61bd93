//! Soundings by the kernel's own network stack: pings by surge-ping and questions to DNS servers, on a thread of their own beside
//! the loop that hears frames.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use surge_ping::{Client, Config, ICMP, IcmpPacket, PingIdentifier, PingSequence, SurgeError};
use tokio::net::UdpSocket;
use tokio::runtime;
use tokio::sync::Semaphore;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};

use super::interface::leads_to;
use super::{bound, serving};
use crate::edge::Clock;
use crate::edge::clock::VisitClock;
use crate::edge::snmp;
use crate::net::Moment;
use crate::observe::{Fact, Replies};
use crate::probe::way_out::{PATIENCE, PINGS, QUESTIONS, SPACING, Sounding};
use crate::service::Named;
use crate::site::Access;
use crate::wire::dns;

/// The thread that sounds, and what it has to tell. It ends with this.
pub struct Sounder {
    asked: UnboundedSender<Sounding>,
    facts: mpsc::Receiver<(Moment, Fact)>,
}

/// What became of one question.
enum Outcome {
    /// This machine could not send it.
    NotSent,
    /// Nobody answered.
    Lost,
    /// The answer came after so long.
    Answered(Duration),
}

impl Sounder {
    /// Starts the thread. Pings and questions for names leave by that interface; switches are asked by the kernel's way to them.
    pub fn start(interface: String, access: Access, named: Arc<Named>, clock: VisitClock) -> io::Result<Sounder> {
        let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
        let (asked, questions) = unbounded_channel();
        let (tell, facts) = mpsc::channel();
        let serve = move || runtime.block_on(serve(&interface, access, named, clock, questions, &tell));
        thread::Builder::new().name("sounder".into()).spawn(serve)?;
        Ok(Sounder { asked, facts })
    }

    /// Starts one sounding.
    pub fn ask(&self, sounding: Sounding) -> io::Result<()> {
        self.asked.send(sounding).map_err(|_| io::ErrorKind::BrokenPipe.into())
    }

    /// What was told since the last call.
    pub fn told(&self) -> impl Iterator<Item = (Moment, Fact)> {
        self.facts.try_iter()
    }
}

async fn serve(
    interface: &str,
    access: Access,
    named: Arc<Named>,
    clock: VisitClock,
    mut questions: UnboundedReceiver<Sounding>,
    tell: &mpsc::Sender<(Moment, Fact)>,
) {
    let client = |kind| Client::new(&Config::builder().interface(interface).kind(kind).build()).ok();
    let clients = [client(ICMP::V4), client(ICMP::V6)];
    let room = Arc::new(Semaphore::new(AT_ONCE));
    while let Some(sounding) = questions.recv().await {
        let (named, room) = (Arc::clone(&named), Arc::clone(&room));
        let (clients, interface, tell) = (clients.clone(), interface.to_owned(), tell.clone());
        let snmp = match sounding {
            Sounding::Switch(switch, _) => access.to(switch).cloned(),
            _ => None,
        };
        tokio::spawn(async move {
            let fact = match sounding {
                Sounding::Ping(ip) => {
                    let [v4, v6] = clients;
                    let client = if ip.is_ipv4() { v4 } else { v6 };
                    Fact::Pinged { ip, replies: ping(client, &interface, ip).await }
                }
                Sounding::Dns(server) => Fact::DnsAsked { server, replies: ask(interface, server).await },
                Sounding::Switch(switch, tables) => Fact::SwitchTold(Box::new(snmp::ask(switch, tables, snmp.as_ref()).await)),
                Sounding::Service(number) => {
                    let (Some(service), Ok(_turn)) = (named.services.get(number as usize), room.acquire().await) else { return };
                    Fact::ServiceTold(Box::new(serving::ask(service, &named, &interface).await))
                }
                Sounding::Barrier(number) => {
                    let Some(barrier) = named.barriers.get(number as usize) else { return };
                    Fact::BarrierTried(Box::new(serving::attempt(barrier, &interface, &room).await))
                }
            };
            // Whoever listened is gone: the look has ended.
            let _ = tell.send((clock.now(), fact));
        });
    }
}

/// Pings a host [`PINGS`] times; none of them where no route by the interface leads to it.
pub(super) async fn ping(client: Option<Client>, interface: &str, ip: IpAddr) -> Replies {
    let scope = bound::scope(interface, ip);
    let Some(client) = client.filter(|_| leads_to(interface, ip)) else { return Replies::default() };
    in_turn(PINGS, move |number| {
        let client = client.clone();
        async move {
            let mut pinger = client.pinger(ip, PingIdentifier(std::process::id() as u16)).await;
            pinger.scope_id(scope);
            pinger.timeout(PATIENCE);
            match pinger.ping(PingSequence(number), &[]).await {
                // What else comes back is a router's word that it could not be delivered.
                Ok((IcmpPacket::V4(reply), took)) if reply.get_icmp_type().0 == ECHO_REPLY => Outcome::Answered(took),
                Ok((IcmpPacket::V6(reply), took)) if reply.get_icmpv6_type().0 == ECHO_REPLY6 => Outcome::Answered(took),
                Err(SurgeError::IOError(error)) if error.kind() != io::ErrorKind::HostUnreachable => Outcome::NotSent,
                _ => Outcome::Lost,
            }
        }
    })
    .await
}

/// The type of an echo reply (RFC 792), and of IPv6 (RFC 4443, 4.2).
const ECHO_REPLY: u8 = 0;
const ECHO_REPLY6: u8 = 129;
/// Services that are asked at once: each takes a descriptor, of which a process has 1,024.
const AT_ONCE: usize = 128;

async fn ask(interface: String, server: IpAddr) -> Replies {
    in_turn(QUESTIONS, move |number| {
        let interface = interface.clone();
        async move {
            let Ok(socket) = bound::datagrams(&interface, SocketAddr::new(server, dns::PORT)) else { return Outcome::NotSent };
            let question = dns::question(number, Ipv4Addr::LOCALHOST.into(), true);
            let sent = Instant::now();
            if socket.send(&question).await.is_err() {
                return Outcome::NotSent;
            }
            match timeout(PATIENCE, answer(&socket, number)).await {
                Ok(Ok(())) => Outcome::Answered(sent.elapsed()),
                _ => Outcome::Lost,
            }
        }
    })
    .await
}

/// Waits for the answer to the question of that number. Any answer will do: what the server knows is not asked here.
async fn answer(socket: &UdpSocket, number: u16) -> io::Result<()> {
    let mut buffer = [0; 1500];
    loop {
        let length = socket.recv(&mut buffer).await?;
        if dns::parse(&buffer[..length]).is_ok_and(|answer| answer.response && answer.id == number) {
            return Ok(());
        }
    }
}

/// Asks so many questions, each a little after the one before, and waits for all.
async fn in_turn<F: Future<Output = Outcome> + Send + 'static>(count: u16, question: impl Fn(u16) -> F) -> Replies {
    let mut asked = JoinSet::new();
    for number in 0..count {
        let question = question(number);
        asked.spawn(async move {
            sleep(SPACING * number.into()).await;
            (number, question.await)
        });
    }
    let mut outcomes = asked.join_all().await;
    outcomes.sort_by_key(|(number, _)| *number);
    let mut replies = Replies::default();
    for (_, outcome) in outcomes {
        replies.sent += u32::from(!matches!(outcome, Outcome::NotSent));
        if let Outcome::Answered(took) = outcome {
            replies.rtts_us.push(u32::try_from(took.as_micros()).unwrap_or(u32::MAX));
        }
    }
    replies
}
