//! The half on the PC: takes files, starts the run so that it outlives the connection, and tells how it goes.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use nix::poll::{PollFd, PollFlags, PollTimeout};
use nix::unistd::setsid;

use crate::edge::pc::payloads::Payloads;
use crate::edge::pc::told::is_written;
use crate::edge::pc::{Pc, digest, past, profile, state_folder};
use crate::fault::{Fault, Result};
use crate::prep::bench::attend::{Answer, Beat, Hello, LONGEST_LINE, Request, Run};
use crate::prep::engine;
use crate::prep::look::{Digest, Look};
use crate::prep::outcome::Failure;
use crate::prep::secrets::LONGEST;
use crate::prep::step::beside;
use crate::prep::tell::Event;

/// What is brought lies here until the end.
const FOLDER: &str = "/var/lib/trousse/bench";
/// Where the programs of a system are.
const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
/// Bytes that are moved at once.
const CHUNK: usize = 64 << 10;
/// Between two signs of life of a run that tells nothing.
const BEAT: Duration = Duration::from_millis(1000);
/// Between two looks at what the run tells.
const GLANCE: Duration = Duration::from_millis(100);
/// A run that has not begun by then will not.
const BEGINS: Duration = Duration::from_secs(60);

/// Attends to the station on standard input and output, until that closes.
pub fn attend() -> Result<()> {
    let folder = Path::new(FOLDER);
    let failed = |error: io::Error| {
        Fault::because("cannot prepare", "préparation impossible", &error).hint("it needs root", "il faut être root")
    };
    DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(failed)?;
    let mut attendant = Attendant { folder: folder.to_owned(), input: BufReader::new(io::stdin()) };
    match attendant.through() {
        // A station that is gone has heard enough.
        Err(error) if matches!(error.kind(), io::ErrorKind::BrokenPipe | io::ErrorKind::UnexpectedEof) => Ok(()),
        ended => ended.map_err(failed),
    }
}

struct Attendant {
    folder: PathBuf,
    input: BufReader<io::Stdin>,
}

impl Attendant {
    fn through(&mut self) -> io::Result<()> {
        say(&Answer::Hello(Hello { boot: boot(), running: self.running()? }))?;
        while let Some(request) = self.request()? {
            let answer = match request {
                Request::Put { name, digest } => self.put(&name, &digest)?,
                Request::Need(run) => Answer::Need { names: self.need(&run) },
                Request::Start { run, language, secrets } => self.start(&run, &language, secrets)?,
                Request::Listen { from } => {
                    self.listen(from)?;
                    continue;
                }
                Request::Tidy => self.tidy(),
            };
            say(&answer)?;
        }
        Ok(())
    }

    /// The next line of the station; nothing where it has none any more.
    fn request(&mut self) -> io::Result<Option<Request>> {
        let mut line = Vec::new();
        (&mut self.input).take(LONGEST_LINE as u64).read_until(b'\n', &mut line)?;
        if line.is_empty() {
            return Ok(None);
        }
        serde_json::from_slice(&line).map(Some).map_err(io::Error::other)
    }

    fn profile(&self, name: &str) -> PathBuf {
        self.folder.join("beside").join(name)
    }

    fn lines(&self) -> PathBuf {
        self.folder.join("lines.jsonl")
    }

    /// The run that goes on here.
    fn running(&self) -> io::Result<Option<String>> {
        let goes_on = is_written(&self.lines())?;
        Ok(goes_on.then(|| fs::read_to_string(self.folder.join("run")).unwrap_or_default()))
    }

    /// Takes a file: from where an attempt before was cut.
    fn put(&mut self, name: &str, wanted: &Digest) -> io::Result<Answer> {
        if let Err(why) = beside(name) {
            return Ok(Answer::Failed(Failure::Fault { english: why.english, french: why.french }));
        }
        let place = self.profile(name);
        let there = File::open(&place).and_then(|file| digest(file, &mut io::sink()));
        if matches!(there, Ok(there) if there == *wanted) {
            say(&Answer::Have { size: wanted.size })?;
            return Ok(Answer::Stored);
        }
        let part = self.folder.join("parts").join(digits(&wanted.sha256));
        let opened = folder_of(&part).and_then(|()| folder_of(&place)).and_then(|()| {
            let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(&part)?;
            let size = file.metadata()?.len();
            let from = if size > wanted.size { 0 } else { size };
            file.set_len(from)?;
            file.seek(SeekFrom::Start(from))?;
            Ok((file, from))
        });
        let (mut file, from) = match opened {
            Ok(opened) => opened,
            Err(error) => return Ok(failed(name, &error)),
        };
        say(&Answer::Have { size: from })?;
        let mut bytes = vec![0; CHUNK];
        let mut left = wanted.size - from;
        let mut full = None;
        while left > 0 {
            let most = CHUNK.min(usize::try_from(left).unwrap_or(CHUNK));
            let count = self.input.read(&mut bytes[..most])?;
            if count == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            left -= count as u64;
            // What does not fit is read all the same: the answer comes after it.
            if full.is_none() {
                full = file.write_all(&bytes[..count]).err();
            }
        }
        let written = full.map_or(Ok(()), Err).and_then(|()| file.sync_all()).and_then(|()| file.rewind());
        match written.and_then(|()| digest(&mut file, &mut io::sink())) {
            Ok(there) if there == *wanted => match fs::rename(&part, &place) {
                Ok(()) => Ok(Answer::Stored),
                Err(error) => Ok(failed(name, &error)),
            },
            Ok(_) => fs::remove_file(&part).map(|()| Answer::Wrong),
            Err(error) => {
                // Room for the next attempt.
                drop(fs::remove_file(&part));
                Ok(failed(name, &error))
            }
        }
    }

    /// The secrets that a run would need; none where it would not even begin, which it tells itself.
    fn need(&self, run: &Run) -> Vec<String> {
        let path = self.profile(&run.profile);
        let needed = || {
            let profile = profile(&path, &run.variables)?;
            let folder = self.folder.join("beside");
            let pc = Pc::new(Payloads::find(&profile, &folder, None)?);
            engine::secrets(&profile, &pc)
        };
        needed().unwrap_or_default()
    }

    fn start(&mut self, run: &Run, language: &str, secrets: usize) -> io::Result<Answer> {
        if secrets as u64 > LONGEST {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        // Written on at once: what is handed over is kept in no other place.
        let mut handed = zeroize::Zeroizing::new(vec![0; secrets]);
        self.input.read_exact(&mut handed)?;
        if let Some(other) = self.running()? {
            return Ok(if other == run.id { Answer::Started } else { busy() });
        }
        let lines = self.lines();
        let begun = fs::write(self.folder.join("run"), &run.id).and_then(|()| fs::write(&lines, ""));
        if let Err(error) = begun {
            return Ok(failed("trousse prep run", &error));
        }
        let mut child = match self.spawn(run, language) {
            Ok(child) => child,
            Err(error) => return Ok(failed("trousse prep run", &error)),
        };
        if let Some(mut stdin) = child.stdin.take() {
            // One that ended before tells why.
            drop(stdin.write_all(&handed));
        }
        let until = Instant::now() + BEGINS;
        loop {
            if is_written(&lines)? || fs::metadata(&lines)?.len() > 0 {
                return Ok(Answer::Started);
            }
            if child.try_wait()?.is_some() || Instant::now() > until {
                let said = fs::read(self.folder.join("errors")).unwrap_or_default();
                let said = String::from_utf8_lossy(&said).lines().next().unwrap_or_default().to_owned();
                return Ok(failed("trousse prep run", &io::Error::other(said)));
            }
            std::thread::sleep(GLANCE);
        }
    }

    /// The run, in a session of its own and, where systemd rules, in a scope of its own: neither ends with the login.
    fn spawn(&self, run: &Run, language: &str) -> io::Result<Child> {
        let program = std::env::current_exe()?;
        let mut command = if scopes() {
            let mut command = Command::new("systemd-run");
            command.args(["--scope", "--quiet", "--collect", "--"]).arg(program);
            command
        } else {
            Command::new(program)
        };
        command.args(["--lang", language, "prep", "run", "--reboot", "--secrets", "-", "--tell"]).arg(self.lines());
        for (name, value) in &run.variables {
            command.arg("--set").arg(format!("{name}={value}"));
        }
        let errors = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(self.folder.join("errors"))?;
        command.arg("--").arg(self.profile(&run.profile)).current_dir("/").env_clear().env("PATH", PATH);
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(errors);
        outlives_us(&mut command);
        command.spawn()
    }

    /// Tells what the run tells, from a byte of its lines on, until the station has something to say.
    fn listen(&mut self, from: u64) -> io::Result<()> {
        let mut next = from;
        let (mut beaten, mut ran) = (Instant::now(), true);
        loop {
            // Asked first: a run that ends meanwhile has told all when it is asked again.
            let running = self.running()?.is_some();
            let before = next;
            next = self.tell_lines(next)?;
            if next == before && (beaten.elapsed() >= BEAT || running != ran) {
                let end = if running { None } else { past(&state_folder()).ok().flatten().and_then(|past| past.end) };
                say(&Answer::Beat(Beat { running, end }))?;
                (beaten, ran) = (Instant::now(), running);
            }
            if self.speaks(GLANCE)? {
                return Ok(());
            }
        }
    }

    fn tell_lines(&self, from: u64) -> io::Result<u64> {
        let mut file = match File::open(self.lines()) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(from),
            opened => opened?,
        };
        file.seek(SeekFrom::Start(from))?;
        let mut file = BufReader::new(file);
        let mut next = from;
        let mut line = Vec::new();
        loop {
            line.clear();
            (&mut file).take(LONGEST_LINE as u64).read_until(b'\n', &mut line)?;
            // Half a line is not told yet; one that is too long is passed over in parts.
            if !line.ends_with(b"\n") && line.len() < LONGEST_LINE {
                return Ok(next);
            }
            next += line.len() as u64;
            // What a power cut left of a line is none.
            if let Ok(event) = serde_json::from_slice::<Event>(&line) {
                say(&Answer::Line { next, event: Box::new(event) })?;
            }
        }
    }

    /// Whether the station says something, or is gone, within so long.
    fn speaks(&self, patience: Duration) -> io::Result<bool> {
        if !self.input.buffer().is_empty() {
            return Ok(true);
        }
        let mut polled = [PollFd::new(self.input.get_ref().as_fd(), PollFlags::POLLIN)];
        let timeout = PollTimeout::try_from(patience).unwrap_or(PollTimeout::ZERO);
        Ok(nix::poll::poll(&mut polled, timeout).map_err(io::Error::from)? > 0)
    }

    fn tidy(&self) -> Answer {
        match self.running().and_then(|running| if running.is_some() { Ok(()) } else { fs::remove_dir_all(&self.folder) }) {
            Ok(()) => Answer::Tidied,
            Err(error) => failed(FOLDER, &error),
        }
    }
}

/// A line to the station, at once.
fn say(answer: &Answer) -> io::Result<()> {
    let mut line = serde_json::to_vec(answer).map_err(io::Error::other)?;
    line.push(b'\n');
    let mut out = io::stdout().lock();
    out.write_all(&line)?;
    out.flush()
}

fn boot() -> String {
    Pc::new(Payloads::default()).boot().unwrap_or_default()
}

fn folder_of(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path.parent().unwrap_or(Path::new("/")))
}

/// A name for a file that is not here yet: whatever a station says, nothing but digits.
fn digits(sha256: &str) -> String {
    sha256.chars().filter(char::is_ascii_hexdigit).take(64).collect::<String>() + ".part"
}

fn failed(what: &str, error: &io::Error) -> Answer {
    Answer::Failed(Failure::from(&Fault::because(what, what, error)))
}

fn busy() -> Answer {
    Answer::Failed(Failure::from(&Fault::new("another preparation goes on there", "une autre préparation y est en cours")))
}

/// Whether systemd gives a program a scope of its own: systemd-run(1).
fn scopes() -> bool {
    let mut command = Command::new("systemd-run");
    command.args(["--scope", "--quiet", "--collect", "--", "true"]).env_clear().env("PATH", PATH);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    Path::new("/run/systemd/system").is_dir() && command.status().is_ok_and(|status| status.success())
}

/// The program goes on when the login that it was started from ends.
#[allow(unsafe_code)]
fn outlives_us(command: &mut Command) {
    // SAFETY: setsid(2) is one system call; nothing is allocated between fork and exec.
    unsafe { command.pre_exec(|| setsid().map(drop).map_err(io::Error::from)) };
}
