//! One PC over SSH: does what its course asks for, and tells what came of it.

use std::cell::Cell;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use super::ssh::{Access, Hop, Session, Talk, Trouble, Trusted, short};
use crate::edge::pc::digest;
use crate::fault::{Fault, Why};
use crate::language::Language;
use crate::prep::bench::attend::{Answer, Beat, Request, Run};
use crate::prep::bench::course::{Came, Do, Program};
use crate::prep::look::Digest;
use crate::prep::secrets::{self, Secrets};

/// Where the program lies, in the user's own folder: nobody else can put another there.
const FOLDER: &str = "$HOME/.trousse-bench";
/// Before each line that a script of ours says: others may say something too when a user logs in.
const MARK: &str = "trousse: ";
/// Lines and bytes that a script may say.
const MOST_LINES: usize = 1_000;
/// Bytes that are sent at once. The program goes on from a multiple of them, as dd(1) counts.
const BLOCK: u64 = 64 << 10;
/// A script, a hash and an answer are awaited for so long; a sign of life comes every second.
const ANSWERS: Duration = Duration::from_secs(120);
const BEATS: Duration = Duration::from_secs(20);
/// What sudo asks with.
const ASKED: &str = "trousse-password:";
/// sudo asks at once.
const ASKS: Duration = Duration::from_secs(30);

/// A file that is brought.
#[derive(Clone, Debug)]
pub struct Brought {
    /// What it is called there.
    pub name: String,
    /// Where it is here.
    pub path: PathBuf,
    /// What it is known by.
    pub digest: Digest,
}

/// What every PC gets.
#[derive(Debug)]
pub struct Baggage {
    /// The program.
    pub program: Brought,
    /// The profile, and the files beside it.
    pub files: Vec<Brought>,
    /// The secrets that are there to be given.
    pub secrets: Secrets,
    /// The language of errors.
    pub language: Language,
}

/// How root is become there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Root {
    Is,
    BySudo,
    ByPassword,
}

/// The connection to a PC, and how far it is.
pub(super) struct Pc {
    hop: Hop,
    access: Arc<Access>,
    baggage: Rc<Baggage>,
    run: Run,
    session: Option<Session>,
    attendant: Option<Talk>,
    root: Root,
    listening: bool,
    /// Bytes of a file that have been sent, and all of them.
    pub(super) sent: Rc<Cell<(u64, u64)>>,
    /// Keys that are known from now on.
    pub(super) trusted: Vec<Trusted>,
}

impl Pc {
    pub(super) fn new(hop: Hop, access: Arc<Access>, baggage: Rc<Baggage>, run: Run, sent: Rc<Cell<(u64, u64)>>) -> Pc {
        Pc {
            hop,
            access,
            baggage,
            run,
            session: None,
            attendant: None,
            root: Root::Is,
            listening: false,
            sent,
            trusted: Vec::new(),
        }
    }

    /// Does what is asked for.
    pub(super) async fn perform(&mut self, asked: Do) -> Came {
        let done = match asked {
            Do::Connect => self.connect().await,
            Do::Push { from } => self.push(from).await,
            Do::Check => self.check().await,
            Do::Open => self.open().await,
            Do::Put { file } => self.put(file).await,
            Do::Start => self.start().await,
            Do::Listen { from } => self.listen(from).await,
            Do::Tidy => self.tidy().await,
            Do::Rest { ms } => {
                tokio::time::sleep(Duration::from_millis(ms)).await;
                Ok(Came::Done)
            }
            Do::End => Ok(Came::Done),
        };
        match done {
            Ok(came) => came,
            Err(trouble) => {
                self.hang_up();
                match trouble {
                    Trouble::Lost(why) => Came::Lost(why),
                    Trouble::Refused(why) => Came::Refused(why),
                }
            }
        }
    }

    /// Nothing more is said.
    pub(super) fn hang_up(&mut self) {
        (self.attendant, self.session) = (None, None);
        self.listening = false;
    }

    /// What the program is called there: another one has another name.
    fn name(&self) -> String {
        format!("trousse-{}", self.baggage.program.digest.sha256.get(..16).unwrap_or_default())
    }

    fn session(&self) -> Result<&Session, Trouble> {
        self.session.as_ref().ok_or_else(|| Trouble::lost("there is no connection", "il n'y a pas de connexion"))
    }

    /// Runs lines of shell that say their results after [`MARK`]. Neither quotes nor an exclamation mark may stand in them: whatever
    /// shell the user has hands them on.
    async fn script(&self, lines: &str) -> Result<Vec<String>, Trouble> {
        let folder = FOLDER;
        let command = format!(
            "exec sh -c 'LC_ALL=C; export LC_ALL; umask 077; mkdir -p \"{folder}\" && cd \"{folder}\" || exit 70; {lines}'"
        );
        let mut talk = self.session()?.start(&command).await?;
        talk.close().await?;
        let mut said = Vec::new();
        let mut count = 0;
        while let Some(line) = talk.line(ANSWERS).await? {
            count += 1;
            if count > MOST_LINES {
                return Err(refused("it says more than it was asked", "il en dit plus qu'on ne lui demande"));
            }
            said.extend(String::from_utf8_lossy(&line).strip_prefix(MARK).map(short));
        }
        match talk.status {
            Some(0) => Ok(said),
            Some(_) => Err(programs(&talk)),
            None => Err(Trouble::lost("the connection is lost", "connexion perdue")),
        }
    }

    async fn connect(&mut self) -> Result<Came, Trouble> {
        self.hang_up();
        self.session = Some(Session::open(&self.hop, &self.access, &mut self.trusted).await?);
        let name = self.name();
        let hash = hash(&name);
        let said = self
            .script(&format!(
                "echo \"{MARK}system $(uname -s) $(uname -m)\"; echo \"{MARK}user $(id -u)\"; \
                 if [ -f {name} ]; then echo \"{MARK}whole $({hash})\"; \
                 elif [ -f {name}.part ]; then echo \"{MARK}part $(wc -c < {name}.part)\"; fi; \
                 if sudo -n true 2>/dev/null; then echo \"{MARK}sudo free\"; fi"
            ))
            .await?;
        let word = |key: &str| said.iter().find_map(|line| line.strip_prefix(key)?.strip_prefix(' '));
        self.fits(word("system").unwrap_or_default())?;
        self.root = match (word("user").map(str::trim), word("sudo")) {
            (Some("0"), _) => Root::Is,
            (_, Some(_)) => Root::BySudo,
            _ if self.access.password.is_some() => Root::ByPassword,
            _ => {
                let user = &self.hop.user;
                let fault = Fault::new(
                    format!("{user} is not root, and sudo asks for a password or is not there"),
                    format!("{user} n'est pas root, et sudo demande un mot de passe ou n'est pas là"),
                );
                return Err(Trouble::refused(&fault.hint(
                    "add --ask-password, or name the user root",
                    "ajoutez --ask-password, ou indiquez l'utilisateur root",
                )));
            }
        };
        let whole = word("whole").or_else(|| said.iter().any(|line| line == "whole").then_some(""));
        Ok(Came::Looked(match whole {
            Some(line) if is_hash(line, &self.baggage.program.digest) => Program::Right,
            // Without a program to hash with, it is read back.
            Some("") => Program::Whole,
            Some(_) => Program::Part(0),
            None => Program::Part(word("part").and_then(|size| size.trim().parse().ok()).unwrap_or_default()),
        }))
    }

    /// Refuses a system or a processor that the program is not for.
    fn fits(&self, told: &str) -> Result<(), Trouble> {
        let (system, machine) = told.split_once(' ').unwrap_or((told, ""));
        if system != "Linux" {
            let system = if system.is_empty() { "?" } else { system };
            let fault = Fault::new(format!("it runs {system}, not Linux"), format!("il est sous {system}, pas sous Linux"));
            return Err(Trouble::refused(
                &fault.hint("run trousse prep run on the PC itself", "lancez trousse prep run sur le PC même"),
            ));
        }
        match processor(&self.baggage.program.path) {
            Some(ours) if ours != machine => {
                let fault = Fault::new(
                    format!("its processor is {machine:?}, and the program is for {ours}"),
                    format!("son processeur est {machine:?}, et le programme est pour {ours}"),
                );
                Err(Trouble::refused(&fault.hint(
                    "name the program for it: --program FILE",
                    "indiquez le programme qui lui convient : --program FICHIER",
                )))
            }
            _ => Ok(()),
        }
    }

    async fn push(&mut self, from: u64) -> Result<Came, Trouble> {
        let (name, blocks) = (self.name(), from / BLOCK);
        let anew = if blocks == 0 { format!("rm -f {name} {name}.part; ") } else { String::new() };
        let command = format!(
            "exec sh -c 'LC_ALL=C; export LC_ALL; umask 077; cd \"{FOLDER}\" || exit 70; {anew}exec dd of={name}.part bs={BLOCK} seek={blocks} conv=notrunc'"
        );
        let mut talk = self.session()?.start(&command).await?;
        let sent = self.send(&self.baggage.program.clone(), blocks * BLOCK, &mut talk).await;
        if sent.is_ok() {
            talk.close().await?;
        }
        // One that takes no more bytes says why when it ends.
        while talk.hear(if sent.is_ok() { ANSWERS } else { Duration::from_secs(2) }).await? {}
        match (sent, talk.status) {
            (Ok(()), Some(0)) => Ok(Came::Done),
            (_, Some(_)) => Err(programs(&talk)),
            (Err(trouble), None) => Err(trouble),
            (Ok(()), None) => Err(Trouble::lost("the connection is lost", "connexion perdue")),
        }
    }

    /// Sends a file from a byte on.
    async fn send(&self, file: &Brought, from: u64, talk: &mut Talk) -> Result<(), Trouble> {
        let shown = file.path.display();
        let unreadable = |error: io::Error| {
            Trouble::refused(&Fault::because(format!("cannot read {shown}"), format!("{shown} illisible"), &error))
        };
        let size = file.digest.size;
        let mut source = File::open(&file.path).map_err(unreadable)?;
        source.seek(SeekFrom::Start(from)).map_err(unreadable)?;
        let mut left = size.saturating_sub(from);
        while left > 0 {
            let mut bytes = vec![0; usize::try_from(left.min(BLOCK)).unwrap_or_default()];
            source.read_exact(&mut bytes).map_err(unreadable)?;
            left -= bytes.len() as u64;
            talk.say(bytes).await?;
            self.sent.set((size - left, size));
        }
        Ok(())
    }

    /// The SHA-256 of what arrived, computed there; where nothing there computes one, what arrived is read back.
    async fn check(&mut self) -> Result<Came, Trouble> {
        let name = self.name();
        let wanted = self.baggage.program.digest.clone();
        let hash = hash("\"$f\"");
        let said = self
            .script(&format!("f={name}.part; [ -f \"$f\" ] || f={name}; [ -f \"$f\" ] || exit 0; echo \"{MARK}hash $({hash})\""))
            .await?;
        let right = match said.iter().find_map(|line| line.strip_prefix("hash")).map(str::trim) {
            None => false,
            Some("") => self.read_back().await? == wanted,
            Some(line) => is_hash(line, &wanted),
        };
        let then = match right {
            true => format!("[ -f {name} ] || mv {name}.part {name}; chmod 700 {name}"),
            false => format!("rm -f {name} {name}.part"),
        };
        self.script(&then).await?;
        Ok(if right { Came::Done } else { Came::Wrong })
    }

    async fn read_back(&self) -> Result<Digest, Trouble> {
        let name = self.name();
        let command =
            format!("exec sh -c 'cd \"{FOLDER}\" && if [ -f {name}.part ]; then exec cat {name}.part; else exec cat {name}; fi'");
        let mut talk = self.session()?.start(&command).await?;
        talk.close().await?;
        let mut there = Vec::new();
        let mut hasher = Hashing::default();
        loop {
            let more = talk.hear(ANSWERS).await?;
            there.append(&mut talk.taken());
            hasher.take(&mut there);
            if hasher.size > self.baggage.program.digest.size {
                return Err(refused("it says more than it was asked", "il en dit plus qu'on ne lui demande"));
            }
            if !more {
                return Ok(hasher.end());
            }
        }
    }

    /// Runs the program there, as root.
    async fn open(&mut self) -> Result<Came, Trouble> {
        let program = format!("\"{FOLDER}/{}\" prep attend", self.name());
        let command = match self.root {
            Root::Is => format!("exec sh -c 'exec {program}'"),
            Root::BySudo => format!("exec sh -c 'exec sudo -n {program}'"),
            // What it remembers of an earlier password is no answer to this one.
            Root::ByPassword => format!("exec sh -c 'exec sudo -k -S -p {ASKED} {program}'"),
        };
        let mut talk = self.session()?.start(&command).await?;
        if self.root == Root::ByPassword {
            self.unlock(&mut talk).await?;
        }
        let hello = loop {
            let Some(line) = talk.line(ANSWERS).await? else { return Err(does_not_run(&talk)) };
            if talk.has_said(ASKED) {
                return Err(wrong_password());
            }
            // What a login says by itself comes before.
            if let Ok(Answer::Hello(hello)) = serde_json::from_slice(&line) {
                break hello;
            }
        };
        self.attendant = Some(talk);
        self.listening = false;
        Ok(Came::Attending(hello))
    }

    /// Answers sudo, once.
    async fn unlock(&self, talk: &mut Talk) -> Result<(), Trouble> {
        while !talk.has_said(ASKED) {
            if !talk.hear(ASKS).await? {
                return Err(does_not_run(talk));
            }
        }
        let password = self.access.password.as_ref().map(|password| password.reveal().to_owned() + "\n");
        talk.say(password.unwrap_or_default().into_bytes()).await
    }

    /// What the attendant answers, past what it still tells of the run.
    async fn answer(&mut self, patience: Duration) -> Result<Answer, Trouble> {
        let quiet = !self.listening;
        let talk = self.attendant.as_mut().ok_or_else(|| Trouble::lost("there is no connection", "il n'y a pas de connexion"))?;
        loop {
            let Some(line) = talk.line(patience).await? else {
                return Err(match talk.status {
                    Some(_) => Trouble::lost(
                        format!("the program there ended: {}", talk.trouble()),
                        format!("le programme s'y est arrêté : {}", talk.trouble()),
                    ),
                    None => Trouble::lost("the connection is lost", "connexion perdue"),
                });
            };
            match serde_json::from_slice(&line) {
                Ok(Answer::Line { .. } | Answer::Beat(_)) if quiet => {}
                Ok(Answer::Failed(why)) => return Err(Trouble::Refused(why)),
                Ok(answer) => return Ok(answer),
                Err(_) => return Err(Trouble::lost("what it says makes no sense", "ce qu'il dit n'a pas de sens")),
            }
        }
    }

    async fn ask(&mut self, request: &Request, then: &[u8]) -> Result<Answer, Trouble> {
        self.listening = false;
        self.tell(request, then).await?;
        self.answer(ANSWERS).await
    }

    async fn tell(&mut self, request: &Request, then: &[u8]) -> Result<(), Trouble> {
        let mut line = serde_json::to_vec(request).unwrap_or_default();
        line.push(b'\n');
        line.extend_from_slice(then);
        let talk = self.attendant.as_mut().ok_or_else(|| Trouble::lost("there is no connection", "il n'y a pas de connexion"))?;
        talk.say(line).await
    }

    async fn put(&mut self, file: usize) -> Result<Came, Trouble> {
        let baggage = self.baggage.clone();
        let Some(file) = baggage.files.get(file) else { return Ok(Came::Done) };
        let request = Request::Put { name: file.name.clone(), digest: file.digest.clone() };
        let Answer::Have { size } = self.ask(&request, &[]).await? else { return Err(nonsense()) };
        if size > file.digest.size {
            return Err(nonsense());
        }
        if let Some(mut talk) = self.attendant.take() {
            let sent = self.send(file, size, &mut talk).await;
            self.attendant = Some(talk);
            sent?;
        }
        match self.answer(ANSWERS).await? {
            Answer::Stored => Ok(Came::Done),
            Answer::Wrong => Ok(Came::Wrong),
            _ => Err(nonsense()),
        }
    }

    async fn start(&mut self) -> Result<Came, Trouble> {
        let names = match self.ask(&Request::Need(self.run.clone()), &[]).await? {
            Answer::Need { names } => names,
            _ => return Err(nonsense()),
        };
        // It gets those that it needs, and no other.
        let all = &self.baggage.secrets;
        let needed: Secrets = names.iter().filter_map(|name| Some((name.clone(), all.get(name)?.clone()))).collect();
        let text = secrets::text(&needed);
        let language = self.baggage.language.tag().to_owned();
        let request = Request::Start { run: self.run.clone(), language, secrets: text.reveal().len() };
        match self.ask(&request, text.reveal().as_bytes()).await? {
            Answer::Started => Ok(Came::Done),
            _ => Err(nonsense()),
        }
    }

    async fn listen(&mut self, from: u64) -> Result<Came, Trouble> {
        if !self.listening {
            self.tell(&Request::Listen { from }, &[]).await?;
            self.listening = true;
        }
        match self.answer(BEATS).await? {
            Answer::Line { next, event } => Ok(Came::Line(next, event)),
            Answer::Beat(beat @ Beat { .. }) => Ok(Came::Beat(beat)),
            _ => Err(nonsense()),
        }
    }

    async fn tidy(&mut self) -> Result<Came, Trouble> {
        let Answer::Tidied = self.ask(&Request::Tidy, &[]).await? else { return Err(nonsense()) };
        if let Some(mut talk) = self.attendant.take() {
            talk.close().await?;
            while talk.hear(ANSWERS).await? {}
        }
        self.script("cd / && rm -rf \"$HOME/.trousse-bench\"").await?;
        Ok(Came::Done)
    }
}

fn refused(english: &str, french: &str) -> Trouble {
    Trouble::refused(&Fault::new(english, french))
}

fn nonsense() -> Trouble {
    Trouble::lost("what it says makes no sense", "ce qu'il dit n'a pas de sens")
}

fn wrong_password() -> Trouble {
    refused("sudo does not take the password", "sudo n'accepte pas le mot de passe")
}

/// A program of the system there that did not end well: what it said last.
fn programs(talk: &Talk) -> Trouble {
    let said = talk.trouble();
    let fault = if said.contains("No space left") || said.contains("quota exceeded") {
        Fault::new("there is no room on its disk", "il n'y a plus de place sur son disque")
            .hint("make room there", "faites-y de la place")
    } else {
        Fault::because("the program cannot be put there", "le programme ne peut pas y être déposé", Why::new(said.clone(), said))
    };
    Trouble::refused(&fault)
}

fn does_not_run(talk: &Talk) -> Trouble {
    let said = talk.trouble();
    match talk.status {
        None => Trouble::lost("the connection is lost", "connexion perdue"),
        Some(_) if said.contains("try again") || said.contains("incorrect password") || said.contains(ASKED) => wrong_password(),
        Some(_) => Trouble::refused(&Fault::because(
            "the program does not run there as root",
            "le programme ne s'y lance pas en root",
            Why::new(said.clone(), said),
        )),
    }
}

/// Lines of shell that write the SHA-256 of a file before anything else, or nothing where nothing there computes one.
fn hash(file: &str) -> String {
    format!("{{ sha256sum {file} || busybox sha256sum {file} || openssl dgst -sha256 -r {file}; }} 2>/dev/null")
}

fn is_hash(line: &str, wanted: &Digest) -> bool {
    line.split_whitespace().next().is_some_and(|word| word.trim_start_matches('\\').eq_ignore_ascii_case(&wanted.sha256))
}

/// The processor that a program is for, as uname(1) calls it: the field e_machine of elf(5).
fn processor(program: &Path) -> Option<&'static str> {
    let mut head = [0; 20];
    File::open(program).and_then(|mut file| file.read_exact(&mut head)).ok()?;
    if !head.starts_with(b"\x7fELF") {
        return None;
    }
    let machine = if head[5] == 2 { u16::from_be_bytes([head[18], head[19]]) } else { u16::from_le_bytes([head[18], head[19]]) };
    match machine {
        62 => Some("x86_64"),
        183 => Some("aarch64"),
        243 => Some("riscv64"),
        _ => None,
    }
}

/// Bytes hashed as they come.
#[derive(Default)]
struct Hashing {
    hash: sha2::Sha256,
    size: u64,
}

impl Hashing {
    fn take(&mut self, bytes: &mut Vec<u8>) {
        use sha2::Digest as _;
        self.hash.update(&bytes);
        self.size += bytes.len() as u64;
        bytes.clear();
    }

    fn end(self) -> Digest {
        use sha2::Digest as _;
        Digest { sha256: crate::prep::look::hexadecimal(&self.hash.finalize()), size: self.size }
    }
}

/// A file that is to be brought, known by its bytes.
pub fn brought(name: &str, path: &Path) -> io::Result<Brought> {
    let digest = digest(File::open(path)?, &mut io::sink())?;
    Ok(Brought { name: name.to_owned(), path: path.to_owned(), digest })
}
