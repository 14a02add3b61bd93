//! Asks the services of the plan, and tries what must not be reached: by the kernel's own network stack, each with a deadline.

use std::io::{self, ErrorKind};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use surge_ping::{Client, Config, ICMP};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::lookup_host;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until, timeout, timeout_at};

use super::interface::leads_beyond_link;
use super::iperf3;
use super::sounder::ping;
use super::{bound, tls};
use crate::observe::{BarrierTried, Became, ServiceTold};
use crate::probe::way_out::{PATIENCE, PINGS, SPACING};
use crate::service::certificate::TlsTold;
use crate::service::ping::Echoes;
use crate::service::{Barrier, Dialogue, Measured, Named, Service, Step, TIMEOUT_MS, Way};

/// Bytes that are read at once.
const READ: usize = 16 << 10;
/// A datagram that is not answered is sent again after so long.
const AGAIN: Duration = Duration::from_secs(1);
/// How long all pings to one host take at most.
const PINGED: Duration = Duration::from_millis(SPACING.as_millis() as u64 * PINGS as u64 + PATIENCE.as_millis() as u64);

/// What a question comes to: how far it went, and what was measured.
pub(super) type Outcome = (Became, Option<Measured>);

/// Asks one service of those.
pub(super) async fn ask(service: &Service, named: &Named, interface: &str) -> ServiceTold {
    let started = Instant::now();
    let deadline = started + Duration::from_millis(service.timeout_ms().into());
    let mut shown = None;
    let trusted = service.authority.as_ref().and_then(|authority| named.authorities.get(authority)).map(String::as_str);
    let (address, (became, measured)) = match timeout_at(deadline, resolve(&service.host)).await {
        Ok(Some(ip)) if !bound::reaches(interface, ip) => (Some(ip), (Became::NotSent, None)),
        Ok(Some(ip)) => (Some(ip), converse(service, trusted, interface, ip, deadline, &mut shown).await),
        _ if leads_beyond_link(interface) => (None, (Became::Unresolved, None)),
        _ => (None, (Became::NotSent, None)),
    };
    let took_us = started.elapsed().as_micros().try_into().unwrap_or(u32::MAX);
    ServiceTold { service: service.name.clone(), address, became, took_us, tls: shown, measured }
}

async fn converse(
    service: &Service,
    trusted: Option<&str>,
    interface: &str,
    ip: IpAddr,
    deadline: Instant,
    shown: &mut Option<Box<TlsTold>>,
) -> Outcome {
    let row = service.kind.row();
    let to = SocketAddr::new(ip, service.port().unwrap_or_default());
    let dialogue = row.begin.map(|begin| begin(service));
    match row.way {
        Way::Ping => echoes(interface, ip).await,
        Way::Fill => iperf3::measure(service, interface, ip).await,
        Way::Udp => match dialogue {
            Some(dialogue) => datagrams(dialogue, interface, to, deadline).await,
            None => (Became::NotSent, None),
        },
        Way::Tls => match timeout_at(deadline, bound::connection(interface, to)).await {
            Err(_) => (Became::Silent, None),
            Ok(Err(error)) => (unconnected(&error), None),
            Ok(Ok(stream)) => match timeout_at(deadline, tls::shake(service, ip, stream)).await {
                Err(_) => (Became::Mute, None),
                Ok(Err(became)) => (became, None),
                Ok(Ok(mut stream)) => {
                    *shown = tls::told(trusted, &stream, now_us() / 1_000_000).await.map(Box::new);
                    match dialogue {
                        None => (Became::Answered, None),
                        Some(mut dialogue) => talk(&mut *dialogue, &mut stream, deadline).await,
                    }
                }
            },
        },
        Way::Tcp => match (timeout_at(deadline, bound::connection(interface, to)).await, dialogue) {
            (Err(_), _) => (Became::Silent, None),
            (Ok(Err(error)), _) => (unconnected(&error), None),
            (Ok(Ok(_)), None) => (Became::Answered, None),
            (Ok(Ok(mut stream)), Some(mut dialogue)) => talk(&mut *dialogue, &mut stream, deadline).await,
        },
    }
}

/// The first address of a host; `None` where its name has none.
async fn resolve(host: &str) -> Option<IpAddr> {
    match host.parse() {
        Ok(ip) => Some(ip),
        Err(_) => lookup_host((host, 0)).await.ok()?.next().map(|found| found.ip()),
    }
}

/// What it means that no connection came about.
fn unconnected(error: &io::Error) -> Became {
    match error.kind() {
        _ if is_out_of_reach(error) => Became::Silent,
        ErrorKind::ConnectionRefused => Became::Refused,
        ErrorKind::TimedOut => Became::Silent,
        ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted => Became::Reset,
        _ => Became::NotSent,
    }
}

/// That a host is out of reach is said by the kernel where nobody answers ARP, and by routers on the way, whose "prohibited" is
/// EACCES (icmp(7), ipv6(7)): nothing came back from the host. That a route leads to it was seen before.
fn is_out_of_reach(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable)
        || error.raw_os_error() == Some(libc::EACCES)
}

/// Says what is to be said over a connection, and hears the answer.
async fn talk(dialogue: &mut dyn Dialogue, stream: &mut (impl AsyncRead + AsyncWrite + Unpin), deadline: Instant) -> Outcome {
    let say = dialogue.say(now_us());
    // What cannot be sent whole may have been answered all the same.
    let _ = timeout_at(deadline, stream.write_all(&say)).await;
    let mut buffer = vec![0; READ];
    let mut silent = true;
    loop {
        let length = match timeout_at(deadline, stream.read(&mut buffer)).await {
            Err(_) => return (Became::Mute, None),
            // Many a small device closes without the word that TLS has for it (close_notify).
            Ok(Err(error)) if error.kind() == ErrorKind::UnexpectedEof && !silent => 0,
            Ok(Err(_)) => return (Became::Reset, None),
            Ok(Ok(0)) if silent => return (Became::Reset, None),
            Ok(Ok(length)) => length,
        };
        silent = false;
        match dialogue.hear(now_us(), &buffer[..length]) {
            Step::Done(measured) => return (Became::Answered, Some(measured)),
            Step::Garbled => return (Became::Garbled, None),
            Step::More if length == 0 => return (Became::Reset, None),
            Step::More => {}
        }
    }
}

/// Sends a datagram, again each second, and hears the answer.
async fn datagrams(mut dialogue: Box<dyn Dialogue>, interface: &str, to: SocketAddr, deadline: Instant) -> Outcome {
    let Ok(socket) = bound::datagrams(interface, to) else { return (Became::NotSent, None) };
    let mut buffer = vec![0; READ];
    let mut garbled = false;
    while Instant::now() < deadline {
        match socket.send(&dialogue.say(now_us())).await {
            Err(error) if error.kind() == ErrorKind::ConnectionRefused => return (Became::Refused, None),
            Err(error) if is_out_of_reach(&error) => {}
            Err(_) => return (Became::NotSent, None),
            Ok(_) => {}
        }
        let again = deadline.min(Instant::now() + AGAIN);
        while let Ok(received) = timeout_at(again, socket.recv(&mut buffer)).await {
            match received.map(|length| dialogue.hear(now_us(), &buffer[..length])) {
                Ok(Step::Done(measured)) => return (Became::Answered, Some(measured)),
                // Anybody can send a datagram: a true answer may still come.
                Ok(Step::Garbled) => garbled = true,
                Ok(Step::More) => {}
                Err(error) if error.kind() == ErrorKind::ConnectionRefused => return (Became::Refused, None),
                // A router says that it does not get there, as often as it is asked.
                Err(_) => {
                    sleep_until(again).await;
                    break;
                }
            }
        }
    }
    (if garbled { Became::Garbled } else { Became::Silent }, None)
}

/// Pings by a socket of its own: two that ping one host over one socket take each other's answers.
async fn echoes(interface: &str, ip: IpAddr) -> Outcome {
    let kind = if ip.is_ipv4() { ICMP::V4 } else { ICMP::V6 };
    let client = Client::new(&Config::builder().interface(interface).kind(kind).build()).ok();
    let replies = ping(client, interface, ip).await;
    if replies.sent == 0 {
        return (Became::NotSent, None);
    }
    let median_us = replies.spread().map(|[_, median, _]| median);
    let echoes = Echoes { sent: replies.sent, lost: replies.lost(), median_us, jitter_us: replies.jitter_us() };
    (if replies.silent() { Became::Silent } else { Became::Answered }, Some(Measured::Echoes(echoes)))
}

/// Tries to reach what must not be reached. Each port has its turn in the `room` that there is for sockets.
pub(super) async fn attempt(barrier: &Barrier, interface: &str, room: &Arc<Semaphore>) -> BarrierTried {
    let patience = Duration::from_millis(TIMEOUT_MS.into());
    let address = timeout(patience, resolve(&barrier.host)).await.ok().flatten();
    let mut tried = BarrierTried {
        barrier: barrier.name.clone(),
        address,
        not_sent: true,
        open: Vec::new(),
        refused: Vec::new(),
        ping: false,
    };
    let Some(ip) = address.filter(|ip| bound::reaches(interface, *ip)) else { return tried };
    if barrier.ports.is_empty() {
        let _turn = room.acquire().await;
        let (became, _) = timeout(PINGED * 2, echoes(interface, ip)).await.unwrap_or((Became::Silent, None));
        tried.not_sent = became == Became::NotSent;
        tried.ping = became == Became::Answered;
        return tried;
    }
    let mut attempts = JoinSet::new();
    for &port in &barrier.ports {
        let interface = interface.to_owned();
        let room = Arc::clone(room);
        attempts.spawn(async move {
            let _turn = room.acquire_owned().await;
            (port, timeout(patience, bound::connection(&interface, SocketAddr::new(ip, port))).await)
        });
    }
    tried.not_sent = false;
    for (port, outcome) in attempts.join_all().await {
        let became = match outcome {
            Err(_) => Became::Silent,
            Ok(Err(error)) => unconnected(&error),
            Ok(Ok(_)) => Became::Answered,
        };
        tried.not_sent |= became == Became::NotSent;
        match became {
            Became::Answered => tried.open.push(port),
            Became::Refused | Became::Reset => tried.refused.push(port),
            _ => {}
        }
    }
    tried.open.sort_unstable();
    tried.refused.sort_unstable();
    tried
}

/// Microseconds since 1970.
fn now_us() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_micros() as i64)
}
