//! SSH to a PC, by russh: one program for all PCs, where the system's `ssh` would be a process each. Host keys are checked as ssh(1)
//! does with StrictHostKeyChecking, and logging in goes by the agent, key files and a password.

use std::cell::Cell;
use std::io;
use std::net::{Shutdown, TcpStream};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use russh::client::{self, AuthResult, Handle, KeyboardInteractiveAuthResponse, Msg};
use russh::keys::agent::client::AgentClient;
use russh::keys::known_hosts::{known_host_keys_path, learn_known_hosts_path};
use russh::keys::{Algorithm, HashAlg, PrivateKey, PrivateKeyWithHashAlg, PublicKey, PublicKeyOrCertificate};
use russh::{AlgorithmKind, Channel, ChannelMsg};
use tokio::time::timeout;

use super::baggage::Brought;
use crate::fault::{Fault, Why};
use crate::line::one_line;
use crate::prep::bench::attend::LONGEST_LINE;
use crate::prep::outcome::Failure;
use crate::secret::Secret;

/// To reach a PC, to agree on keys, to log in.
const CONNECTS: Duration = Duration::from_secs(10);
const AGREES: Duration = Duration::from_secs(30);
/// Between two signs of life where nothing else is sent, and how many may stay without an answer.
const ALIVE: Duration = Duration::from_secs(5);
const UNANSWERED: usize = 3;
/// A PC that takes no byte for so long is gone.
const TAKES: Duration = Duration::from_secs(30);
/// A script, a hash and an answer are awaited for so long.
pub(super) const ANSWERS: Duration = Duration::from_secs(120);
/// Bytes that a PC may send unread, and messages of it that wait: the station has many PCs.
const WINDOW: u32 = 256 << 10;
const WAITING: usize = 16;
/// Keys that are offered: sshd takes six attempts (MaxAuthTries), and a password is one too.
const MOST_KEYS: usize = 4;
/// Bytes of what a program there says about its troubles that are kept.
const KEPT: usize = 4 << 10;

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

/// What was found of the key of a PC.
#[derive(Clone, Debug)]
enum Found {
    Known,
    /// It is known from now on.
    New(String),
    /// No key of this PC is known.
    Stranger(String),
    /// Another one is known: in this line.
    Changed(String, usize),
    Revoked(String),
    Unreadable(String),
}

/// Checks the key of a PC.
struct Check {
    hop: Hop,
    access: Arc<Access>,
    found: Arc<Mutex<Option<Found>>>,
}

/// Whoever reads and writes what is known, of all connections.
static KNOWN: Mutex<()> = Mutex::new(());

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

/// What is known of a key.
fn judged(hop: &Hop, access: &Access, key: &PublicKey) -> Found {
    let _alone = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    let print = key.fingerprint(HashAlg::Sha256).to_string();
    let encoded = key.to_openssh().unwrap_or_default();
    let blob = encoded.split(' ').nth(1).unwrap_or_default().to_owned();
    let mut other = None;
    for path in &access.known_hosts {
        // A key that was revoked anywhere is good for nobody: sshd(8), SSH_KNOWN_HOSTS FILE FORMAT.
        let text = std::fs::read_to_string(path).unwrap_or_default();
        let revoked = |line: &str| line.starts_with("@revoked") && line.split_whitespace().any(|word| word == blob);
        if !blob.is_empty() && text.lines().any(revoked) {
            return Found::Revoked(print);
        }
        let Ok(known) = known_host_keys_path(&hop.address, hop.port, path) else {
            return Found::Unreadable(path.display().to_string());
        };
        if known.iter().any(|(_, known)| known.key_data() == key.key_data()) {
            return Found::Known;
        }
        other = other.or(known.first().map(|(line, _)| *line));
    }
    match (other, access.known_hosts.first()) {
        (Some(line), _) => Found::Changed(print, line),
        (None, Some(path)) if access.accept_new => match learn_known_hosts_path(&hop.address, hop.port, key, path) {
            Ok(()) => Found::New(print),
            Err(_) => Found::Unreadable(path.display().to_string()),
        },
        (None, _) => Found::Stranger(print),
    }
}

/// The kinds of keys that are known of a PC: it is asked for one of these, and not for another that nobody knows.
fn kinds(hop: &Hop, access: &Access) -> Vec<Algorithm> {
    let _alone = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    let known = access.known_hosts.iter().flat_map(|path| known_host_keys_path(&hop.address, hop.port, path).unwrap_or_default());
    let mut kinds: Vec<Algorithm> = Vec::new();
    for (_, key) in known {
        let of_it = match key.algorithm() {
            Algorithm::Rsa { .. } => [Some(HashAlg::Sha512), Some(HashAlg::Sha256)].map(|hash| Algorithm::Rsa { hash }).to_vec(),
            other => vec![other],
        };
        kinds.extend(of_it.into_iter().filter(|kind| !kinds.contains(kind)).collect::<Vec<_>>());
    }
    kinds
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

    async fn log_in(&mut self, user: &str, access: &Access) -> Result<(), Trouble> {
        let hash = self.handle.best_supported_rsa_hash().await.ok().flatten().flatten();
        let mut offered = 0;
        let mut interactive = false;
        let mut seen = |result: AuthResult| match result {
            AuthResult::Success => true,
            AuthResult::Failure { remaining_methods, .. } => {
                interactive = remaining_methods.contains(&russh::MethodKind::KeyboardInteractive);
                false
            }
        };
        if access.agent
            && let Ok(mut agent) = AgentClient::connect_env().await
        {
            for identity in agent.request_identities().await.unwrap_or_default() {
                let russh::keys::agent::AgentIdentity::PublicKey { key, .. } = identity else { continue };
                if offered == MOST_KEYS {
                    break;
                }
                offered += 1;
                let hash = hash.filter(|_| key.algorithm().is_rsa());
                // An agent that does not sign is no reason not to try the next key.
                if let Ok(result) = self.handle.authenticate_publickey_with(user, key, hash, &mut agent).await
                    && seen(result)
                {
                    return Ok(());
                }
            }
        }
        for key in access.keys.iter().take(MOST_KEYS - offered) {
            offered += 1;
            let key = PrivateKeyWithHashAlg::new(key.clone(), hash);
            if seen(self.handle.authenticate_publickey(user, key).await.map_err(cut)?) {
                return Ok(());
            }
        }
        if let Some(password) = &access.password {
            if seen(self.handle.authenticate_password(user, password.reveal()).await.map_err(cut)?) {
                return Ok(());
            }
            if interactive && self.answers(user, password).await.map_err(cut)? {
                return Ok(());
            }
        }
        // One that is cut off after so many attempts says so in no other way.
        let (english, french) = match (&access.password, offered) {
            (Some(_), _) => {
                ("the password is wrong, or it lets nobody in by one", "le mot de passe est faux, ou il n'en accepte pas")
            }
            (None, 0) => ("there is no key to offer", "il n'y a aucune clé à présenter"),
            (None, _) => ("it takes none of the keys", "il n'accepte aucune des clés"),
        };
        let fault = Fault::because(format!("{user} is not let in"), format!("{user} n'est pas admis"), Why::new(english, french));
        Err(Trouble::refused(&fault.hint(
            "ssh-copy-id puts a key there; --key FILE names one; --ask-password asks for a password",
            "ssh-copy-id y dépose une clé ; --key FICHIER en indique une ; --ask-password demande un mot de passe",
        )))
    }

    /// The password where the server asks for it as a question (RFC 4256): to the first one alone.
    async fn answers(&mut self, user: &str, password: &Secret) -> Result<bool, russh::Error> {
        let mut answer = self.handle.authenticate_keyboard_interactive_start(user, None::<String>).await?;
        let mut given = false;
        loop {
            let answers = match answer {
                KeyboardInteractiveAuthResponse::Success => return Ok(true),
                KeyboardInteractiveAuthResponse::Failure { .. } => return Ok(false),
                KeyboardInteractiveAuthResponse::InfoRequest { prompts, .. } => match prompts.len() {
                    0 => Vec::new(),
                    1 if !given => {
                        given = true;
                        vec![password.reveal().to_owned()]
                    }
                    _ => return Ok(false),
                },
            };
            answer = self.handle.authenticate_keyboard_interactive_respond(answers).await?;
        }
    }

    /// Starts a program there, by the shell of the user.
    pub(super) async fn start(&self, command: &str) -> Result<Talk, Trouble> {
        let opened = async {
            let channel = self.handle.channel_open_session().await?;
            channel.exec(true, command).await?;
            Ok::<_, russh::Error>(channel)
        };
        let channel = within(AGREES, opened).await?.map_err(cut)?;
        Ok(Talk { channel, out: Vec::new(), said: Vec::new(), status: None, ended: false })
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

/// A program on a PC, and what is said to it and by it.
pub(super) struct Talk {
    channel: Channel<Msg>,
    out: Vec<u8>,
    said: Vec<u8>,
    /// Its exit code, once it has ended.
    pub(super) status: Option<u32>,
    ended: bool,
}

impl Talk {
    /// One more message of it; false where there is none any more.
    pub(super) async fn hear(&mut self, patience: Duration) -> Result<bool, Trouble> {
        if self.ended {
            return Ok(false);
        }
        match within(patience, self.channel.wait()).await? {
            Some(ChannelMsg::Data { data }) => self.out.extend_from_slice(&data),
            Some(ChannelMsg::ExtendedData { data, .. }) => {
                let room = KEPT.saturating_sub(self.said.len());
                self.said.extend_from_slice(&data[..data.len().min(room)]);
            }
            Some(ChannelMsg::ExitStatus { exit_status }) => self.status = Some(exit_status),
            Some(ChannelMsg::Failure) => {
                let fault = Fault::new("it runs no programs for this user", "il ne lance aucun programme pour cet utilisateur");
                return Err(Trouble::refused(&fault));
            }
            Some(ChannelMsg::Close) | None => self.ended = true,
            Some(_) => {}
        }
        Ok(!self.ended)
    }

    /// The next line of it, without its end; nothing where it ends.
    pub(super) async fn line(&mut self, patience: Duration) -> Result<Option<Vec<u8>>, Trouble> {
        loop {
            if let Some(end) = self.out.iter().position(|&byte| byte == b'\n') {
                let rest = self.out.split_off(end + 1);
                let mut line = std::mem::replace(&mut self.out, rest);
                line.pop();
                return Ok(Some(line));
            }
            if self.out.len() > LONGEST_LINE {
                return Err(Trouble::lost("it sends a line without an end", "il envoie une ligne sans fin"));
            }
            if !self.hear(patience).await? {
                return Ok(None);
            }
        }
    }

    /// What it has written that was not taken yet.
    pub(super) fn taken(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.out)
    }

    /// Whether it has said this about its troubles; what it said until then is then forgotten.
    pub(super) fn has_said(&mut self, words: &str) -> bool {
        let found = String::from_utf8_lossy(&self.said).contains(words);
        if found {
            self.said.clear();
        }
        found
    }

    /// The last line of its troubles, past what dd(1) always counts.
    pub(super) fn trouble(&self) -> String {
        let said = String::from_utf8_lossy(&self.said);
        let counts = |line: &str| [" records in", " records out", " copied, "].iter().any(|words| line.contains(words));
        short(said.lines().rfind(|line| !line.trim().is_empty() && !counts(line)).unwrap_or_default())
    }

    /// Says something to it.
    pub(super) async fn say(&mut self, bytes: Vec<u8>) -> Result<(), Trouble> {
        within(TAKES, self.channel.data_bytes(bytes)).await?.map_err(cut)
    }

    /// Sends it a file from a byte on; how much was sent is told meanwhile.
    pub(super) async fn send(&mut self, file: &Brought, from: u64, sent: &Cell<(u64, u64)>) -> Result<(), Trouble> {
        let mut blocks = file.from(from)?;
        while let Some(block) = blocks.next()? {
            self.say(block).await?;
            sent.set(blocks.sent());
        }
        Ok(())
    }

    /// Nothing more is said to it.
    pub(super) async fn close(&mut self) -> Result<(), Trouble> {
        within(TAKES, self.channel.eof()).await?.map_err(cut)
    }
}
