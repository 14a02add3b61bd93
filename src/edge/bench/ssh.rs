//! SSH to a PC, by russh: one program for all PCs, where the system's `ssh` would be a process each. Host keys are checked as ssh(1)
//! does with StrictHostKeyChecking, and logging in goes by the agent, key files and a password.

mod known_hosts;
mod log_in;
mod talk;

use std::io;
use std::net::{Shutdown, TcpStream};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use russh::client::{self, Handle, Msg};
use russh::keys::{PrivateKey, PublicKeyOrCertificate};
use russh::{AlgorithmKind, Channel};
use tokio::time::timeout;

use crate::fault::{Fault, Why};
use crate::line::one_line;
use crate::prep::outcome::Failure;
use crate::secret::Secret;
use known_hosts::{Found, judged, kinds};
pub(super) use talk::Talk;

/// To reach a PC, to agree on keys, to log in.
const CONNECTS: Duration = Duration::from_secs(10);
const AGREES: Duration = Duration::from_secs(30);
/// Between two signs of life where nothing else is sent, and how many may stay without an answer.
const ALIVE: Duration = Duration::from_secs(5);
const UNANSWERED: usize = 3;
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

/// Checks the key of a PC.
struct Check {
    hop: Hop,
    access: Arc<Access>,
    found: Arc<Mutex<Option<Found>>>,
}

impl client::Handler for Check {
    type Error = russh::Error;

    async fn check_server_key(&mut self, key: &PublicKeyOrCertificate) -> Result<bool, russh::Error> {
        let found = match key {
            PublicKeyOrCertificate::PublicKey { key, .. } => judged(&self.hop, &self.access, key),
            // None was asked for.
            PublicKeyOrCertificate::Certificate(_) => Found::Unreadable("certificate".to_owned()),
        };
        let right = matches!(found, Found::Known | Found::New(_));
        *self.found.lock().unwrap_or_else(PoisonError::into_inner) = Some(found);
        Ok(right)
    }

    // What a server wants to open towards the station is refused: nothing was asked for.
    async fn server_channel_open_forwarded_tcpip(
        &mut self,
        _: Channel<Msg>,
        _: &str,
        _: u32,
        _: &str,
        _: u32,
        _: client::ChannelOpenHandle,
        _: &mut client::Session,
    ) -> Result<(), russh::Error> {
        Ok(())
    }
}

/// A connection to a PC, logged in.
pub(super) struct Session {
    handle: Handle<Check>,
    /// The fingerprint of its key, where that is known only from now on.
    pub(super) trusted: Option<String>,
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
    /// Connects and logs in, by way of the jump host where there is one.
    pub(super) async fn open(hop: &Hop, access: &Arc<Access>) -> Result<Session, Trouble> {
        let Some(jump) = &access.jump else { return Session::direct(hop, access).await };
        let over = Session::direct(jump, access).await.map_err(|trouble| by_way_of(trouble, jump))?;
        let opened = over.handle.channel_open_direct_tcpip(hop.address.clone(), u32::from(hop.port), "127.0.0.1", 0);
        let channel = within(CONNECTS, opened).await?.map_err(|error| {
            Trouble::lost(
                format!("{} does not reach it: {error}", jump.address),
                format!("{} ne l'atteint pas : {error}", jump.address),
            )
        })?;
        Session::over(channel.into_stream(), hop, access, Some(Box::new(over)), None).await
    }

    async fn direct(hop: &Hop, access: &Arc<Access>) -> Result<Session, Trouble> {
        let reached = async {
            let addresses: Vec<_> = tokio::net::lookup_host((hop.address.as_str(), hop.port)).await?.collect();
            let mut last = io::Error::from(io::ErrorKind::NotFound);
            for address in addresses {
                match tokio::net::TcpStream::connect(address).await {
                    Ok(stream) => return Ok(stream),
                    Err(error) => last = error,
                }
            }
            Err(last)
        };
        let unreached =
            |why: Why| Trouble::Lost(Failure::from(&Fault::because("it is not reached", "il n'est pas joignable", why)));
        let stream = within(CONNECTS, reached).await?.map_err(|error| unreached((&error).into()))?;
        let socket = stream.into_std().and_then(|stream| {
            let ours = stream.try_clone()?;
            ours.set_nodelay(true)?;
            socket2::SockRef::from(&ours).set_linger(Some(Duration::ZERO))?;
            Ok((tokio::net::TcpStream::from_std(stream)?, ours))
        });
        let (stream, ours) = socket.map_err(|error| unreached((&error).into()))?;
        Session::over(stream, hop, access, None, Some(ours)).await
    }

    async fn over<S>(
        stream: S,
        hop: &Hop,
        access: &Arc<Access>,
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
        let found = Arc::new(Mutex::new(None));
        let check = Check { hop: hop.clone(), access: access.clone(), found: found.clone() };
        let agreed = within(AGREES, client::connect_stream(Arc::new(config), stream, check)).await;
        let found = found.lock().unwrap_or_else(PoisonError::into_inner).take();
        let handle = match agreed {
            Ok(Ok(handle)) => handle,
            Ok(Err(error)) => return Err(not_agreed(&error, found, hop, known)),
            Err(trouble) => return Err(trouble),
        };
        let trusted = match found {
            Some(Found::New(print)) => Some(print),
            _ => None,
        };
        let mut session = Session { handle, trusted, _over: over, socket };
        within(AGREES, session.log_in(&hop.user, access)).await??;
        Ok(session)
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

/// Waits for something no longer than that.
async fn within<T>(patience: Duration, what: impl Future<Output = T>) -> Result<T, Trouble> {
    timeout(patience, what).await.map_err(|_| Trouble::lost("it does not answer", "il ne répond pas"))
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

fn not_agreed(error: &russh::Error, found: Option<Found>, hop: &Hop, known: bool) -> Trouble {
    let address = &hop.address;
    let refused = |english: String, french: String| Trouble::refused(&Fault::new(english, french));
    match found {
        Some(Found::Stranger(print)) => Trouble::refused(
            &Fault::new(
                format!("its key is not known: {print}"),
                format!("sa clé n'est pas connue : {print}"),
            )
            .hint(
                "compare it with the PC's own (ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub); --accept-new-keys takes new PCs at their word, once",
                "comparez-la à celle du PC (ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub) ; --accept-new-keys croit les nouveaux PC sur parole, une fois",
            ),
        ),
        Some(Found::Changed(print, line)) => Trouble::refused(
            &Fault::new(
                format!("its key is another than the known one (line {line} of known_hosts): {print}; somebody may be in between"),
                format!("sa clé n'est pas celle qui est connue (ligne {line} de known_hosts) : {print} ; quelqu'un s'interpose peut-être"),
            )
            .hint(
                format!("if the PC was installed anew: ssh-keygen -R {address}"),
                format!("si le PC a été réinstallé : ssh-keygen -R {address}"),
            ),
        ),
        Some(Found::Revoked(print)) => refused(format!("its key is revoked: {print}"), format!("sa clé est révoquée : {print}")),
        Some(Found::Unreadable(what)) => refused(
            format!("what is known of its key cannot be read or written: {what}"),
            format!("impossible de lire ou d'écrire ce qui est connu de sa clé : {what}"),
        ),
        Some(Found::Known | Found::New(_)) | None => match error {
            russh::Error::NoCommonAlgo { kind: AlgorithmKind::Key, .. } if known => refused(
                "it has none of the kinds of keys that are known of it; somebody may be in between".to_owned(),
                "il n'a aucun des types de clés connus de lui ; quelqu'un s'interpose peut-être".to_owned(),
            ),
            russh::Error::NoCommonAlgo { .. } => {
                let said = short(&error.to_string());
                refused(format!("its sshd is too old or too strict: {said}"), format!("son sshd est trop ancien ou trop strict : {said}"))
            }
            error => {
                let said = short(&error.to_string());
                Trouble::lost(format!("no SSH comes about: {said}"), format!("SSH ne s'établit pas : {said}"))
            }
        },
    }
}

/// What a stranger says, in one line and not more.
pub(super) fn short(text: &str) -> String {
    one_line(&text.chars().take(600).collect::<String>()).chars().take(300).collect()
}
