//! Programs of the PC: with a deadline, ended with all that they started, and the end of what they said.

use std::fs;
use std::io::{self, Read, Write};
use std::os::fd::AsFd;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use nix::poll::{PollFd, PollFlags, PollTimeout};
use nix::sys::prctl;
use nix::sys::signal::{Signal, kill, killpg};
use nix::unistd::Pid;

use crate::edge::stop;
use crate::fault::{Fault, Result};
use crate::prep::look::{Command, Ended, How};
use crate::secret::Secret;

/// Where the programs of a system are, whoever started the kit.
const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
/// Bytes of what a program said that are kept: the last ones, which say why.
const KEPT: usize = 16 << 10;
/// Between two looks at a program that says nothing.
const GLANCE: Duration = Duration::from_millis(20);
/// The same, at first.
const SHORTEST: Duration = Duration::from_micros(200);
/// A program that has ended may have left others that hold its output; what comes within so long is still read.
const AFTERWARDS: Duration = Duration::from_millis(100);
/// A program may tidy up for so long when it is asked to end.
const LAST_WORDS: Duration = Duration::from_secs(2);
/// Whoever has this in its environment was started by a program of the kit, however far down.
const MARK: &str = "TROUSSE_PREP_PROGRAM";
/// Programs that were started.
static PROGRAMS: AtomicU64 = AtomicU64::new(0);
/// Looks for what is left of a program that was ended.
const ROUNDS: u32 = 20;
/// Seconds for the small programs of the system.
const USUAL_S: u32 = 120;

/// A program to be run.
pub(super) struct Program {
    name: String,
    command: std::process::Command,
    input: Option<Secret>,
    timeout_s: u32,
    /// Bytes of what it says that are kept: the last ones.
    kept: usize,
    /// It may go on when the kit is killed.
    outlives: bool,
    /// What stands in its environment, and in that of all that it starts.
    mark: String,
}

impl Program {
    /// A program of the system with its arguments.
    pub(super) fn new(name: &str, arguments: &[&str]) -> Program {
        let mut command = std::process::Command::new(name);
        command.args(arguments).current_dir("/").env_clear();
        // Nothing of the environment of whoever started the kit: neither its secrets nor its language.
        command.env("PATH", PATH).env("LC_ALL", "C.UTF-8").env("HOME", "/root").env("DEBIAN_FRONTEND", "noninteractive");
        let mark = format!("{}-{}", std::process::id(), PROGRAMS.fetch_add(1, Ordering::Relaxed));
        command.env(MARK, &mark);
        Program { name: name.to_owned(), command, input: None, timeout_s: USUAL_S, kept: KEPT, outlives: false, mark }
    }

    /// Lines of shell; the first that fails ends them.
    pub(super) fn shell(text: &str, asked: &Command) -> Program {
        Program::new("sh", &["-e", "-c", text]).asked(asked)
    }

    /// A file of such lines.
    pub(super) fn shell_file(path: &str, asked: &Command) -> Program {
        Program::new("sh", &["-e", "--", path]).asked(asked)
    }

    /// With the deadline and the variables of a command.
    fn asked(self, asked: &Command) -> Program {
        let mut program = Program { input: asked.input.clone(), ..self.within(asked.timeout_s) };
        for (name, value) in &asked.variables {
            program.command.env(format!("TROUSSE_{}", name.to_uppercase()), value);
        }
        program
    }

    /// With a deadline.
    pub(super) fn within(self, timeout_s: u32) -> Program {
        Program { timeout_s, ..self }
    }

    /// With more kept of what it says.
    pub(super) fn keeping(self, kept: usize) -> Program {
        Program { kept, ..self }
    }

    /// With this on its standard input.
    pub(super) fn told(self, input: Secret) -> Program {
        Program { input: Some(input), ..self }
    }

    /// It comes to its end even where the kit is killed: what it does must not be left half done.
    pub(super) fn outliving(self) -> Program {
        Program { outlives: true, ..self }
    }

    /// Runs it to its end, and takes anything but 0 for a fault.
    pub(super) fn well(self) -> Result<()> {
        let name = self.name.clone();
        let ended = self.run()?;
        if ended.well() {
            return Ok(());
        }
        let failure = crate::prep::outcome::Failure::Program(ended);
        let [english, french] = crate::language::Language::ALL.map(|language| failure.say(language));
        Err(Fault::new(format!("{name}: {english}"), format!("{name} : {french}")))
    }

    /// Runs it to its end.
    pub(super) fn run(mut self) -> Result<Ended> {
        let name = self.name.clone();
        let (timeout_s, outlives) = (self.timeout_s, self.outlives);
        let failed =
            |error: io::Error| Fault::because(format!("cannot run {name}"), format!("impossible de lancer {name}"), &error);
        let (mut reader, writer) = io::pipe().map_err(failed)?;
        self.command.stdout(writer.try_clone().map_err(failed)?).stderr(writer).process_group(0);
        self.command.stdin(if self.input.is_some() { Stdio::piped() } else { Stdio::null() });
        if !outlives {
            dies_with_us(&mut self.command);
        }
        let mut child = self.command.spawn().map_err(failed)?;
        // It holds the ends of the pipe that belong to the program.
        drop(self.command);
        if let (Some(input), Some(mut stdin)) = (self.input, child.stdin.take()) {
            // One that reads nothing of it says so by how it ends.
            let _ = stdin.write_all(input.reveal().as_bytes());
        }
        let deadline = Instant::now() + Duration::from_secs(timeout_s.into());
        let mut said = Tail { kept: self.kept, ..Tail::default() };
        let (mut open, mut pause) = (true, SHORTEST);
        let status = loop {
            open = open && said.read(&mut reader, GLANCE) != Heard::TheEnd;
            if let Some(status) = child.try_wait().map_err(failed)? {
                break Some(status);
            }
            if stop::pressed() && !outlives {
                end(&mut child, &self.mark);
                return Ok(Ended { how: How::Signal(Signal::SIGINT as i32), output: said.text() });
            }
            if Instant::now() > deadline {
                end(&mut child, &self.mark);
                break None;
            }
            // Most end right after they have said their last.
            if !open {
                std::thread::sleep(pause);
                pause = (2 * pause).min(GLANCE);
            }
        };
        // What it has left running may hold its output, and say more and more.
        let until = Instant::now() + LAST_WORDS;
        while open && Instant::now() < until && said.read(&mut reader, AFTERWARDS) == Heard::Something {}
        let how = match status {
            None => How::TookTooLong(timeout_s),
            Some(status) => status.code().map_or_else(|| How::Signal(status.signal().unwrap_or_default()), How::Code),
        };
        Ok(Ended { how, output: said.text() })
    }
}

/// The program ends when the kit does.
#[allow(unsafe_code)]
fn dies_with_us(command: &mut std::process::Command) {
    // SAFETY: prctl(2) is one system call; nothing is allocated between fork and exec.
    unsafe { command.pre_exec(|| prctl::set_pdeathsig(Signal::SIGKILL).map_err(io::Error::from)) };
}

/// Ends a program and all that it has started: first those that it knows of, then whoever has left its group.
fn end(child: &mut Child, mark: &str) {
    let group = Pid::from_raw(child.id().cast_signed());
    let _ = killpg(group, Signal::SIGTERM);
    let until = Instant::now() + LAST_WORDS;
    while Instant::now() < until && matches!(child.try_wait(), Ok(None)) {
        std::thread::sleep(GLANCE);
    }
    let _ = killpg(group, Signal::SIGKILL);
    // What is started while others are ended is found in the next round.
    for _ in 0..ROUNDS {
        let left = marked(mark);
        if left.is_empty() {
            break;
        }
        for pid in left {
            let _ = kill(Pid::from_raw(pid), Signal::SIGKILL);
        }
        std::thread::sleep(GLANCE);
    }
    // Killed, it can only end; what else was killed is nobody's.
    let _ = child.wait();
}

/// The processes with a mark in their environment: proc_pid_environ(5). One that has ended has none any more.
fn marked(mark: &str) -> Vec<i32> {
    let wanted = format!("{MARK}={mark}");
    let has = |pid: &i32| {
        let environment = fs::read(format!("/proc/{pid}/environ")).unwrap_or_default();
        environment.split(|&byte| byte == 0).any(|entry| entry == wanted.as_bytes())
    };
    let pids = fs::read_dir("/proc").into_iter().flatten().flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    pids.filter(has).collect()
}

/// What came of listening to a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Heard {
    Something,
    Nothing,
    /// It says nothing any more.
    TheEnd,
}

/// The last bytes of what a program said.
#[derive(Default)]
struct Tail {
    bytes: Vec<u8>,
    /// How many of them are kept.
    kept: usize,
    cut: bool,
}

impl Tail {
    /// Reads what there is, and waits at most so long for it.
    fn read(&mut self, from: &mut (impl Read + AsFd), patience: Duration) -> Heard {
        let mut polled = [PollFd::new(from.as_fd(), PollFlags::POLLIN)];
        let timeout = PollTimeout::try_from(patience).unwrap_or(PollTimeout::ZERO);
        if !matches!(nix::poll::poll(&mut polled, timeout), Ok(ready) if ready > 0) {
            return Heard::Nothing;
        }
        let mut bytes = [0; 8192];
        match from.read(&mut bytes) {
            Ok(0) | Err(_) => Heard::TheEnd,
            Ok(count) => {
                self.bytes.extend_from_slice(&bytes[..count]);
                if self.bytes.len() > 2 * self.kept {
                    self.bytes.drain(..self.bytes.len() - self.kept);
                    self.cut = true;
                }
                Heard::Something
            }
        }
    }

    fn text(self) -> String {
        let from = self.bytes.len().saturating_sub(self.kept);
        let text = String::from_utf8_lossy(&self.bytes[from..]);
        if self.cut || from > 0 { format!("…{text}") } else { text.into_owned() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prep::look::Contents;
    use std::collections::BTreeMap;

    fn shell(text: &str, timeout_s: u32) -> Ended {
        let variables = BTreeMap::from([("site".to_owned(), "lyon".to_owned())]);
        let asked = Command { lines: Contents::Text(text.to_owned()), variables, input: None, timeout_s };
        Program::shell(text, &asked).run().expect("a shell")
    }

    #[test]
    fn a_script_ends_at_the_first_line_that_fails_and_knows_its_variables() {
        let ended = shell("echo at $TROUSSE_SITE\necho oops >&2\nfalse\necho never", 10);
        assert_eq!((ended.how, ended.output.as_str()), (How::Code(1), "at lyon\noops\n"));
        assert_eq!(shell("kill -9 $$", 10).how, How::Signal(9));
    }

    #[test]
    fn nothing_of_our_environment_is_handed_on() {
        let said = shell("env", 10).output;
        assert!(!said.contains("CARGO"), "{said}");
    }

    #[test]
    fn what_hangs_is_ended_with_all_that_it_started() {
        let began = Instant::now();
        let mark = format!("77{}", std::process::id());
        let ended = shell(&format!("setsid sleep {mark} & sleep {mark}"), 1);
        assert_eq!(ended.how, How::TookTooLong(1));
        assert!(began.elapsed() < Duration::from_secs(60), "{:?}", began.elapsed());
        let command = |pid: &str| fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        let pids = fs::read_dir("/proc").expect("/proc").flatten().map(|entry| entry.file_name().to_string_lossy().into_owned());
        let left: Vec<String> = pids.filter(|pid| command(pid) == format!("sleep\0{mark}\0").into_bytes()).collect();
        assert!(left.is_empty(), "{left:?}");
    }

    #[test]
    fn of_a_long_speech_the_end_is_kept() {
        let ended = shell("seq 100000; exit 3", 20);
        assert_eq!(ended.how, How::Code(3));
        assert!(ended.output.len() <= KEPT + 3 && ended.output.starts_with('…') && ended.output.ends_with("100000\n"));
    }

    #[test]
    fn a_daemon_that_keeps_the_output_open_keeps_nobody_waiting() {
        let began = Instant::now();
        let ended = shell("sleep 3 & echo started", 30);
        assert_eq!(ended.output, "started\n");
        assert!(began.elapsed() < Duration::from_secs(3), "{:?}", began.elapsed());
    }
}
