//! SSH to a PC, by russh: one program for all PCs, where the system's `ssh` would be a process each. Host keys are checked as ssh(1)
//! does with StrictHostKeyChecking, and logging in goes by the agent, key files and a password.

mod check;
mod known_hosts;
mod log_in;
#[cfg(test)]
mod server;
mod talk;

use std::io;
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use russh::client::{self, Handle};
use russh::keys::PrivateKey;
use russh::{AlgorithmKind, ChannelMsg};
use tokio::time::timeout;

use super::sftp::Files;
use crate::fault::{Fault, Why};
use crate::line::one_line;
use crate::prep::outcome::Failure;
use crate::secret::Secret;
use check::{Check, Shared, of};
use known_hosts::{Found, kinds};
pub(super) use talk::Talk;

/// To reach a PC, to agree on keys, to log in.
const CONNECTS: Duration = Duration::from_secs(10);
/// Each of many addresses of a PC is given so long.
const CONNECTS_AT_LEAST: Duration = Duration::from_secs(2);
const AGREES: Duration = Duration::from_secs(30);
/// Between two signs of life where nothing else is sent, and how many may stay without an answer.
const ALIVE: Duration = Duration::from_secs(5);
const UNANSWERED: usize = 3;
/// A PC that takes no byte for so long is gone.
pub(super) const TAKES: Duration = Duration::from_secs(30);
/// A script, a hash and an answer are awaited for so long.
pub(super) const ANSWERS: Duration = Duration::from_secs(120);
/// Bytes that a PC may send unread, and messages of it that wait: the station has many PCs.
const WINDOW: u32 = 256 << 10;
const WAITING: usize = 16;

/// Why nothing comes of it.
#[derive(Debug)]
pub(super) enum Trouble {
    /// It may later.
    Lost(Failure),
    /// It will not.
    Refused(Failure),
}

impl Trouble {
    pub(super) fn lost(english: impl Into<String>, french: impl Into<String>) -> Trouble {
        Trouble::Lost(Failure::from(&Fault::new(english, french)))
    }

    /// The connection is gone.
    pub(super) fn cut() -> Trouble {
        Trouble::lost("the connection is lost", "connexion perdue")
    }

    /// It says nothing.
    pub(super) fn silent() -> Trouble {
        Trouble::lost("it does not answer", "il ne répond pas")
    }

    pub(super) fn refused(fault: &Fault) -> Trouble {
        Trouble::Refused(Failure::from(fault))
    }
}

/// How the station proves who it is, and what it knows of the PCs.
#[derive(Debug)]
pub struct Access {
    /// The agent of the user is asked.
    pub agent: bool,
    /// Keys from files.
    pub keys: Vec<Arc<PrivateKey>>,
    /// The password of the user on the PCs.
    pub password: Option<Secret>,
    /// Where the keys of PCs are known from; the first is where new ones are written.
    pub known_hosts: Vec<PathBuf>,
    /// A PC whose key is not known is taken at its word, once.
    pub accept_new: bool,
    /// The PC by way of which the others are reached.
    pub jump: Option<Hop>,
}

/// A PC to be reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hop {
    /// Its address.
    pub address: String,
    /// The port of its sshd.
    pub port: u16,
    /// The user to log in as.
    pub user: String,
}

/// A key that was not known, and is from now on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Trusted {
    /// The address of the PC by way of which the others are reached, where it is the key of that one.
    pub(super) jump: Option<String>,
    /// As ssh-keygen(1) prints it.
    pub(super) fingerprint: String,
}

/// A connection to a PC, logged in.
pub(super) struct Session {
    handle: Handle<Check>,
    told: Shared,
    /// What its server says of itself.
    pub(super) identity: String,
    /// The connection that it goes over.
    _over: Option<Box<Session>>,
    socket: Option<TcpStream>,
}

impl Drop for Session {
    /// Whatever still waits to be sent is not sent later, when another connection has taken over.
    fn drop(&mut self) {
        if let Some(socket) = &self.socket {
            drop(socket.shutdown(Shutdown::Both));
        }
    }
}

impl Session {
    /// Connects and logs in, by way of the jump host where there is one. Keys that are known from now on are told, whatever comes of
    /// it.
    pub(super) async fn open(hop: &Hop, access: &Arc<Access>, trusted: &mut Vec<Trusted>) -> Result<Session, Trouble> {
        let mut learns = |jump: Option<&Hop>, fingerprint: String| {
            trusted.push(Trusted { jump: jump.map(|jump| jump.address.clone()), fingerprint });
        };
        let Some(jump) = &access.jump else { return Session::direct(hop, access, |print| learns(None, print)).await };
        let over = Session::direct(jump, access, |print| learns(Some(jump), print)).await;
        let over = over.map_err(|trouble| by_way_of(trouble, jump))?;
        let opened = over.handle.channel_open_direct_tcpip(hop.address.clone(), u32::from(hop.port), "127.0.0.1", 0);
        let channel = within(CONNECTS, opened).await?.map_err(|error| {
            Trouble::lost(
                format!("{} does not reach it: {error}", jump.address),
                format!("{} ne l'atteint pas : {error}", jump.address),
            )
        })?;
        Session::over(channel.into_stream(), hop, access, |print| learns(None, print), Some(Box::new(over)), None).await
    }

    async fn direct(hop: &Hop, access: &Arc<Access>, learns: impl FnOnce(String)) -> Result<Session, Trouble> {
        let unreached =
            |why: Why| Trouble::Lost(Failure::from(&Fault::because("it is not reached", "il n'est pas joignable", why)));
        let found = within(CONNECTS, tokio::net::lookup_host((hop.address.as_str(), hop.port))).await?;
        let addresses: Vec<_> = found.map_err(|error| unreached((&error).into()))?.collect();
        let stream = reached(&addresses).await?.map_err(|error| unreached((&error).into()))?;
        let socket = stream.into_std().and_then(|stream| {
            let ours = stream.try_clone()?;
            ours.set_nodelay(true)?;
            socket2::SockRef::from(&ours).set_linger(Some(Duration::ZERO))?;
            Ok((tokio::net::TcpStream::from_std(stream)?, ours))
        });
        let (stream, ours) = socket.map_err(|error| unreached((&error).into()))?;
        Session::over(stream, hop, access, learns, None, Some(ours)).await
    }

    async fn over<S>(
        stream: S,
        hop: &Hop,
        access: &Arc<Access>,
        learns: impl FnOnce(String),
        over: Option<Box<Session>>,
        socket: Option<TcpStream>,
    ) -> Result<Session, Trouble>
    where
        S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send + 'static,
    {
        let mut config = client::Config {
            window_size: WINDOW,
            channel_buffer_size: WAITING,
            keepalive_interval: Some(ALIVE),
            keepalive_max: UNANSWERED,
            ..client::Config::default()
        };
        let kinds = kinds(hop, access);
        let known = !kinds.is_empty();
        if known {
            config.preferred.key = kinds.into();
        }
        let told = Shared::default();
        let check = Check { hop: hop.clone(), access: access.clone(), told: told.clone() };
        let agreed = within(AGREES, client::connect_stream(Arc::new(config), stream, check)).await;
        let found = of(&told).found.take();
        if let Some(Found::New(print)) = &found {
            learns(print.clone());
        }
        let handle = match agreed {
            Ok(Ok(handle)) => handle,
            Ok(Err(error)) => return Err(not_agreed(&error, found.as_ref(), hop, known)),
            Err(trouble) => return Err(trouble),
        };
        let identity = of(&told).identity.clone();
        let mut session = Session { handle, told, identity, _over: over, socket };
        within(AGREES, session.log_in(&hop.user, access)).await??;
        Ok(session)
    }

    /// Why the server broke off, where it said so and will not think otherwise.
    fn parted(&self) -> Option<String> {
        of(&self.told).parted.clone()
    }

    /// Its files, by SFTP.
    pub(super) async fn files(&self) -> Result<Files, Trouble> {
        let opened = async {
            let mut channel = self.handle.channel_open_session().await?;
            channel.request_subsystem(true, "sftp").await?;
            loop {
                match channel.wait().await {
                    Some(ChannelMsg::Success) => return Ok(Some(channel)),
                    Some(ChannelMsg::Failure | ChannelMsg::Close) | None => return Ok::<_, russh::Error>(None),
                    Some(_) => {}
                }
            }
        };
        match within(AGREES, opened).await?.map_err(cut)? {
            Some(channel) => within(AGREES, Files::over(channel.into_stream())).await?,
            None => {
                Err(Trouble::refused(&Fault::new("its sshd hands out no files by SFTP", "son sshd ne propose pas SFTP").hint(
                    "its sshd_config needs the line: Subsystem sftp sftp-server.exe",
                    "il manque à son sshd_config la ligne : Subsystem sftp sftp-server.exe",
                )))
            }
        }
    }

    /// Whether its server still answers.
    pub(super) async fn is_there(&self) -> Result<(), Trouble> {
        within(AGREES, self.handle.channel_open_session()).await?.map(drop).map_err(cut)
    }

    /// Starts a program there, by the shell of the user.
    pub(super) async fn start(&self, command: &str) -> Result<Talk, Trouble> {
        let opened = async {
            let channel = self.handle.channel_open_session().await?;
            channel.exec(true, command).await?;
            Ok::<_, russh::Error>(channel)
        };
        let channel = within(AGREES, opened).await?.map_err(cut)?;
        Ok(Talk::new(channel))
    }
}

/// Connects to the first of the addresses of a PC that answers: one that is dead takes no time from the others.
async fn reached(addresses: &[SocketAddr]) -> Result<io::Result<tokio::net::TcpStream>, Trouble> {
    let each = CONNECTS / u32::try_from(addresses.len()).unwrap_or(u32::MAX).max(1);
    let mut last = Ok(Err(io::ErrorKind::NotFound.into()));
    for address in addresses {
        last = within(each.max(CONNECTS_AT_LEAST), tokio::net::TcpStream::connect(address)).await;
        if matches!(last, Ok(Ok(_))) {
            break;
        }
    }
    last
}

/// Waits for something no longer than that.
pub(super) async fn within<T>(patience: Duration, what: impl Future<Output = T>) -> Result<T, Trouble> {
    timeout(patience, what).await.map_err(|_| Trouble::silent())
}

fn cut(error: russh::Error) -> Trouble {
    let said = short(&error.to_string());
    Trouble::lost(format!("the connection is lost: {said}"), format!("connexion perdue : {said}"))
}

fn by_way_of(trouble: Trouble, jump: &Hop) -> Trouble {
    let said = |failure: &Failure| {
        let [english, french] = crate::language::Language::ALL.map(|language| failure.say(language));
        let address = &jump.address;
        Failure::Fault {
            english: format!("{address}, by way of which it is reached: {english}"),
            french: format!("{address}, par lequel il est atteint : {french}"),
        }
    };
    match trouble {
        Trouble::Lost(failure) => Trouble::Lost(said(&failure)),
        Trouble::Refused(failure) => Trouble::Refused(said(&failure)),
    }
}

fn not_agreed(error: &russh::Error, found: Option<&Found>, hop: &Hop, known: bool) -> Trouble {
    if let Some(fault) = found.and_then(|found| found.refusal(hop)) {
        return Trouble::refused(&fault);
    }
    let said = short(&error.to_string());
    match error {
        russh::Error::NoCommonAlgo { kind: AlgorithmKind::Key, .. } if known => Trouble::refused(&Fault::new(
            "it has none of the kinds of keys that are known of it; somebody may be in between",
            "il n'a aucun des types de clés que l'on connaît pour lui ; quelqu'un s'interpose peut-être",
        )),
        russh::Error::NoCommonAlgo { .. } => Trouble::refused(&Fault::new(
            format!("its sshd is too old or too strict: {said}"),
            format!("son sshd est trop ancien ou trop strict : {said}"),
        )),
        _ => Trouble::lost(format!("no SSH comes about: {said}"), format!("SSH ne s'établit pas : {said}")),
    }
}

/// What a stranger says, in one line and not more.
pub(super) fn short(text: &str) -> String {
    one_line(&text.chars().take(600).collect::<String>()).chars().take(300).collect()
}

#[cfg(test)]
mod tests {
    use super::server::{Manner, access, opened};
    use super::*;

    #[tokio::test]
    async fn an_address_that_is_dead_does_not_hide_the_next_one() {
        // Nobody takes who comes there, and there is no room for more to wait: the next one hears nothing at all.
        let dead = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).expect("a socket");
        dead.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into()).expect("a port");
        dead.listen(0).expect("it listens");
        let dead_end = dead.local_addr().expect("an address").as_socket().expect("of IP");
        let mut waiting = Vec::new();
        while let Ok(stream) = TcpStream::connect_timeout(&dead_end, Duration::from_millis(300)) {
            waiting.push(stream);
        }
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let alive = listener.local_addr().expect("an address");
        let stream = reached(&[dead_end, alive]).await.expect("in time").expect("reached");
        assert_eq!(stream.peer_addr().expect("somebody"), alive);
        assert!(!waiting.is_empty(), "it was alive once");
    }

    #[test]
    fn what_a_server_wants_to_open_towards_the_station_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let access = access(&folder.path().join("known_hosts"));
        let told = opened(Manner::Opens, access, async |session: Result<Session, Trouble>, _: Hop| {
            let session = session.expect("it lets us in");
            let mut talk = session.start("count").await.expect("it runs");
            talk.line(AGREES).await.expect("a line")
        });
        // Whoever tries may lose its own channel by that: russh closes the one that was refused, whatever its number is over there.
        assert!(told.is_none_or(|told| told == b"0"), "so many were accepted");
    }
}
