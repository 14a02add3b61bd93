//! A PC with a shell of POSIX: what is there is asked in lines of shell, dd(1) takes the program, and sudo(8) runs it as root.

use std::cell::Cell;
use std::time::Duration;

use super::{no_room, none_fits, refused};
use crate::edge::bench::baggage::{BLOCK, Baggage, Brought, Hashing};
use crate::edge::bench::machine::Machine;
use crate::edge::bench::ssh::{ANSWERS, Access, Hop, Session, Talk, Trouble, short, within};
use crate::fault::{Fault, Why};
use crate::prep::bench::course::Program;
use crate::prep::look::Digest;

/// Where the program lies, in the user's own folder: nobody else can put another there.
const FOLDER: &str = "$HOME/.trousse-bench";
/// Before each line that a script of ours says: others may say something too when a user logs in.
const MARK: &str = "trousse: ";
/// Lines that a script may say.
const MOST_LINES: usize = 1_000;
/// What sudo asks with.
const ASKED: &str = "trousse-password:";
/// A program that took no more bytes says why at once.
const SAYS_WHY: Duration = Duration::from_secs(2);
/// sudo asks at once.
const ASKS: Duration = Duration::from_secs(30);

/// How root is become there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Root {
    Is,
    BySudo,
    ByPassword,
}

/// The PC, as it was found.
pub(in crate::edge::bench) struct Unix {
    pub(super) program: Brought,
    root: Root,
}

impl Unix {
    pub(super) async fn look(
        session: &Session,
        hop: &Hop,
        access: &Access,
        baggage: &Baggage,
    ) -> Result<(Unix, Program), Trouble> {
        // Whichever of the programs is for it, its name tells.
        let look = |program: &Brought| {
            let name = name(program);
            let hash = hash(&name);
            format!(
                "if [ -f {name} ]; then echo \"{MARK}whole {name} $({hash})\"; \
                 elif [ -f {name}.part ]; then echo \"{MARK}part {name} $(wc -c < {name}.part)\"; fi; "
            )
        };
        let looks: String = baggage.programs.iter().map(look).collect();
        let said = within_folder(
            session,
            // Nothing is made yet: the PC may be none for us.
            &format!("cd \"{FOLDER}\" 2>/dev/null || cd /"),
            &format!(
                "echo \"{MARK}system $(uname -s) $(uname -m)\"; echo \"{MARK}user $(id -u)\"; \
                 {looks}\
                 if sudo -n true 2>/dev/null; then echo \"{MARK}sudo free\"; fi"
            ),
        )
        .await?;
        let word = |key: &str| said.iter().find_map(|line| line.strip_prefix(key)?.strip_prefix(' '));
        let program = fitting(baggage, word("system").unwrap_or_default())?.clone();
        let root = match (word("user").map(str::trim), word("sudo")) {
            (Some("0"), _) => Root::Is,
            (_, Some(_)) => Root::BySudo,
            _ if access.password.is_some() => Root::ByPassword,
            _ => {
                let user = &hop.user;
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
        let own = |key: &str| said.iter().find_map(|line| line.strip_prefix(&format!("{key} {}", name(&program))).map(str::trim));
        let there = match own("whole") {
            Some(line) if is_hash(line, &program.digest) => Program::Right,
            // Without a program to hash with, it is read back.
            Some("") => Program::Whole,
            Some(_) => Program::Part(0),
            None => Program::of(own("part").and_then(|size| size.parse().ok()).unwrap_or_default(), program.digest.size),
        };
        Ok((Unix { program, root }, there))
    }

    pub(super) async fn push(&self, session: &Session, from: u64, sent: &Cell<(u64, u64)>) -> Result<(), Trouble> {
        let (name, blocks) = (name(&self.program), from / BLOCK);
        let anew = if blocks == 0 { format!("rm -f {name} {name}.part; ") } else { String::new() };
        let command = format!(
            "exec sh -c 'LC_ALL=C; export LC_ALL; umask 077; mkdir -p \"{FOLDER}\" && cd \"{FOLDER}\" || exit 70; {anew}dd of={name}.part bs={BLOCK} seek={blocks} conv=notrunc || {{ rm -f {name}.part; cd / && rmdir \"{FOLDER}\" 2>/dev/null; exit 71; }}'"
        );
        let mut talk = session.start(&command).await?;
        let told = talk.send(&self.program, blocks * BLOCK, sent).await;
        if told.is_ok() {
            talk.close().await?;
        }
        // One that takes no more bytes says why when it ends.
        talk.ends(if told.is_ok() { ANSWERS } else { SAYS_WHY }).await?;
        match (told, talk.status) {
            (Ok(()), Some(0)) => Ok(()),
            (_, Some(_)) => Err(programs(&talk)),
            (Err(trouble), None) => Err(trouble),
            (Ok(()), None) => Err(Trouble::cut()),
        }
    }

    /// By its SHA-256, computed there; where nothing there computes one, what arrived is read back.
    pub(super) async fn check(&self, session: &Session) -> Result<bool, Trouble> {
        let name = name(&self.program);
        let wanted = &self.program.digest;
        let hash = hash("\"$f\"");
        let lines = format!("f={name}.part; [ -f \"$f\" ] || f={name}; [ -f \"$f\" ] || exit 0; echo \"{MARK}hash $({hash})\"");
        let said = script(session, &lines).await?;
        let right = match said.iter().find_map(|line| line.strip_prefix("hash")).map(str::trim) {
            None => false,
            Some("") => self.read_back(session).await? == *wanted,
            Some(line) => is_hash(line, wanted),
        };
        let then = match right {
            true => format!("[ -f {name} ] || mv {name}.part {name}; chmod 700 {name}"),
            false => format!("rm -f {name} {name}.part"),
        };
        script(session, &then).await?;
        Ok(right)
    }

    async fn read_back(&self, session: &Session) -> Result<Digest, Trouble> {
        let name = name(&self.program);
        let command =
            format!("exec sh -c 'cd \"{FOLDER}\" && if [ -f {name}.part ]; then exec cat {name}.part; else exec cat {name}; fi'");
        let mut talk = session.start(&command).await?;
        talk.close().await?;
        let mut hashing = Hashing::default();
        // A block must come within the time of an answer: a byte now and then is none.
        loop {
            let until = hashing.size() + BLOCK;
            let block = async {
                while talk.hear(ANSWERS).await? {
                    if hashing.take(&talk.taken()) >= until {
                        return Ok(true);
                    }
                }
                hashing.take(&talk.taken());
                Ok(false)
            };
            let more = within(ANSWERS, block).await??;
            if hashing.size() > self.program.digest.size {
                return Err(says_more());
            }
            if !more {
                return Ok(hashing.end());
            }
        }
    }

    /// Removes the program, and the folder unless something else lies in it.
    pub(super) async fn take_back(&self, session: &Session) -> Result<(), Trouble> {
        let name = name(&self.program);
        script(session, &format!("rm -f {name} {name}.part; cd / && rmdir \"{FOLDER}\" 2>/dev/null; true")).await.map(drop)
    }

    pub(super) async fn open(&self, session: &Session, access: &Access) -> Result<Talk, Trouble> {
        let program = format!("\"{FOLDER}/{}\" prep attend", name(&self.program));
        let command = match self.root {
            Root::Is => format!("exec sh -c 'exec {program}'"),
            Root::BySudo => format!("exec sh -c 'exec sudo -n {program}'"),
            // What it remembers of an earlier password is no answer to this one.
            Root::ByPassword => format!("exec sh -c 'exec sudo -k -S -p {ASKED} {program}'"),
        };
        let mut talk = session.start(&command).await?;
        if self.root == Root::ByPassword {
            unlock(&mut talk, access).await?;
        }
        Ok(talk)
    }
}

pub(super) async fn clear(session: &Session) -> Result<(), Trouble> {
    script(session, "cd / && rm -rf \"$HOME/.trousse-bench\"").await.map(drop)
}

/// Answers sudo, once.
async fn unlock(talk: &mut Talk, access: &Access) -> Result<(), Trouble> {
    let asked = async {
        while !talk.has_said(ASKED) {
            if !talk.hear(ASKS).await? {
                return Err(does_not_run(talk));
            }
        }
        Ok(())
    };
    within(ASKS, asked).await??;
    if let Some(password) = &access.password {
        talk.confide(password.reveal().as_bytes()).await?;
    }
    talk.say(b"\n".to_vec()).await
}

/// Runs lines of shell in our folder that say their results after [`MARK`]. Neither quotes nor an exclamation mark may stand in them:
/// whatever shell the user has hands them on.
async fn script(session: &Session, lines: &str) -> Result<Vec<String>, Trouble> {
    within_folder(session, &format!("mkdir -p \"{FOLDER}\" && cd \"{FOLDER}\" || exit 70"), lines).await
}

/// The same, in a folder that is gone to in another way.
async fn within_folder(session: &Session, goes: &str, lines: &str) -> Result<Vec<String>, Trouble> {
    let command = format!("exec sh -c 'LC_ALL=C; export LC_ALL; umask 077; {goes}; {lines}'");
    let mut talk = session.start(&command).await?;
    talk.close().await?;
    let saying = async {
        let mut said = Vec::new();
        let mut count = 0;
        while let Some(line) = talk.line(ANSWERS).await? {
            count += 1;
            if count > MOST_LINES {
                return Err(says_more());
            }
            said.extend(String::from_utf8_lossy(&line).strip_prefix(MARK).map(short));
        }
        Ok(said)
    };
    // All of it: a line now and then is no end.
    let said = within(ANSWERS, saying).await??;
    match talk.status {
        Some(0) => Ok(said),
        Some(_) => Err(programs(&talk)),
        None => Err(Trouble::cut()),
    }
}

/// The program for a system and a processor.
fn fitting<'a>(baggage: &'a Baggage, told: &str) -> Result<&'a Brought, Trouble> {
    let (system, machine) = told.split_once(' ').unwrap_or((told, ""));
    if system != "Linux" {
        let system = if system.is_empty() { "?" } else { system };
        let fault = Fault::new(
            format!("it runs {system}: not Linux, nor Windows with Microsoft's OpenSSH server"),
            format!("il est sous {system} : ni Linux, ni Windows avec le serveur OpenSSH de Microsoft"),
        );
        return Err(Trouble::refused(
            &fault.hint("run trousse prep run on the PC itself", "lancez trousse prep run sur le PC même"),
        ));
    }
    let known = ["x86_64", "aarch64", "riscv64"].into_iter().find(|known| *known == machine);
    let program = baggage.program_for(known.map_or(Machine::Other, Machine::Linux));
    program.ok_or_else(|| none_fits(&format!("Linux ({machine})"), ["--program FILE", "--program FICHIER"]))
}

/// What the program is called there: another one has another name.
fn name(program: &Brought) -> String {
    format!("trousse-{}", program.digest.sha256.get(..16).unwrap_or_default())
}

fn says_more() -> Trouble {
    refused("it says more than it was asked", "il en dit plus qu'on ne lui demande")
}

fn wrong_password() -> Trouble {
    refused("sudo does not take the password", "sudo n'accepte pas le mot de passe")
}

/// A program of the system there that did not end well: what it said last.
fn programs(talk: &Talk) -> Trouble {
    let said = talk.trouble();
    if said.contains("No space left") || said.contains("quota exceeded") {
        return Trouble::refused(&no_room());
    }
    let why = Why::new(said.clone(), said);
    Trouble::refused(&Fault::because("the program cannot be put there", "le programme ne peut pas y être déposé", why))
}

/// Why the program ended before it said anything.
pub(super) fn does_not_run(talk: &Talk) -> Trouble {
    let said = talk.trouble();
    match talk.status {
        None => Trouble::cut(),
        Some(_) if said.contains("try again") || said.contains("incorrect password") || said.contains(ASKED) => wrong_password(),
        Some(_) => Trouble::refused(&Fault::because(
            "the program does not run there as root",
            "le programme ne s'y lance pas en root",
            Why::new(said.clone(), said),
        )),
    }
}

/// Whether sudo asks again: then the password was not taken.
pub(super) fn asks_again(talk: &mut Talk) -> Result<(), Trouble> {
    if talk.has_said(ASKED) { Err(wrong_password()) } else { Ok(()) }
}

/// Lines of shell that write the SHA-256 of a file before anything else, or nothing where nothing there computes one.
fn hash(file: &str) -> String {
    format!("{{ sha256sum {file} || busybox sha256sum {file} || openssl dgst -sha256 -r {file}; }} 2>/dev/null")
}

fn is_hash(line: &str, wanted: &Digest) -> bool {
    line.split_whitespace().next().is_some_and(|word| word.trim_start_matches('\\').eq_ignore_ascii_case(&wanted.sha256))
}
