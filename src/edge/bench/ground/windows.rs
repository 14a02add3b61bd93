//! A PC with Windows and Microsoft's OpenSSH server. The program is put there by SFTP, whose subsystem is on there from the start; the
//! one line that a shell gets is the same for cmd.exe and for PowerShell.

use std::cell::Cell;
use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::none_fits;
use crate::edge::bench::baggage::{Baggage, Brought};
use crate::edge::bench::machine::Machine;
use crate::edge::bench::ssh::{Session, Talk, Trouble};
use crate::fault::{Fault, Why};
use crate::prep::bench::course::Program;

/// Where the program lies: in the user's own folder, in which sessions begin, and where nobody else can put another.
const FOLDER: &str = ".trousse-bench";
/// What its server says of itself before anything else (RFC 4253, 4.2).
const IDENTITY: &str = "OpenSSH_for_Windows";
/// What is said to a program that runs reaches it at once, or never: PowerShell as the shell of a session reads it itself.
pub(super) const HEARS: Duration = Duration::from_secs(20);
/// A program that has come to its end is held a little longer, and one that is new is looked at by an antivirus.
const FREES: Duration = Duration::from_secs(10);
/// Between two attempts to remove it, or to give it its name.
const PAUSE: Duration = Duration::from_millis(200);

/// Whether a server says that it is one of these.
pub(super) fn is_one(identity: &str) -> bool {
    identity.contains(IDENTITY)
}

/// The PC, as it was found.
pub(in crate::edge::bench) struct Windows {
    pub(super) program: Brought,
}

impl Windows {
    pub(super) async fn look(session: &Session, baggage: &Baggage) -> Result<(Windows, Program), Trouble> {
        let Some(program) = baggage.program_for(Machine::Windows) else {
            return Err(none_fits("Windows", ["--program trousse.exe"; 2]));
        };
        let windows = Windows { program: program.clone() };
        let files = session.files().await?;
        let size = program.digest.size;
        let whole = files.size(&windows.path("exe")).await?;
        let there = match whole {
            Some(there) => Program::of(there, size),
            None => Program::of(files.size(&windows.path("part")).await?.unwrap_or_default(), size),
        };
        // A name that was given is given after the check: what is smaller was spoiled since.
        Ok((windows, if whole.is_some() && there != Program::Whole { Program::Part(0) } else { there }))
    }

    fn path(&self, end: &str) -> String {
        format!("{FOLDER}/{}.{end}", self.name())
    }

    fn name(&self) -> String {
        format!("trousse-{}", self.program.digest.sha256.get(..16).unwrap_or_default())
    }

    pub(super) async fn push(&self, session: &Session, from: u64, sent: &Cell<(u64, u64)>) -> Result<(), Trouble> {
        let files = session.files().await?;
        files.make(FOLDER).await?;
        if from == 0 {
            soon(async || files.remove(&self.path("exe")).await).await?;
        }
        files.write(&self.path("part"), &self.program, from, sent).await
    }

    /// By its SHA-256, of what is read back.
    pub(super) async fn check(&self, session: &Session) -> Result<bool, Trouble> {
        let files = session.files().await?;
        let (exe, part) = (self.path("exe"), self.path("part"));
        let place = if files.size(&part).await?.is_some() { &part } else { &exe };
        let wanted = &self.program.digest;
        let right = files.digest(place, wanted.size).await? == *wanted;
        match right {
            true if *place == part => {
                soon(async || files.remove(&exe).await).await?;
                soon(async || files.rename(&part, &exe).await).await?;
            }
            true => {}
            false => {
                soon(async || files.remove(&part).await).await?;
                soon(async || files.remove(&exe).await).await?;
            }
        }
        Ok(right)
    }

    pub(super) async fn open(&self, session: &Session) -> Result<Talk, Trouble> {
        session.start(&format!("{FOLDER}\\{}.exe prep attend", self.name())).await
    }

    /// Removes the program, and the folder unless something else lies in it.
    pub(super) async fn clear(&self, session: &Session) -> Result<(), Trouble> {
        let files = session.files().await?;
        for path in [self.path("exe"), self.path("part")] {
            soon(async || files.remove(&path).await).await?;
        }
        match files.remove_folder(FOLDER).await {
            Err(trouble @ Trouble::Lost(_)) => Err(trouble),
            _ => Ok(()),
        }
    }
}

/// Does what is refused as long as something else holds the file.
async fn soon(work: impl AsyncFn() -> Result<(), Trouble>) -> Result<(), Trouble> {
    let until = Instant::now() + FREES;
    loop {
        match work().await {
            Err(Trouble::Refused(_)) if Instant::now() < until => sleep(PAUSE).await,
            done => return done,
        }
    }
}

/// The program says that it is there, and hears nothing of what it is told.
pub(super) fn unheard() -> Trouble {
    Trouble::refused(
        &Fault::new(
            "what is said to the program there does not reach it: the shell of its sshd keeps it",
            "ce qu'on dit au programme ne lui parvient pas : l'interpréteur de son sshd le garde",
        )
        .hint(
            "PowerShell does: take DefaultShell out of HKLM\\SOFTWARE\\OpenSSH there, so that it is cmd.exe",
            "PowerShell le fait : retirez-y DefaultShell de HKLM\\SOFTWARE\\OpenSSH, pour que ce soit cmd.exe",
        ),
    )
}

/// Why the program ended before it said anything.
pub(super) fn does_not_run(talk: &Talk) -> Trouble {
    let said = talk.trouble();
    match talk.status {
        None => Trouble::cut(),
        Some(code) => {
            let said = if said.is_empty() { format!("0x{code:08x}") } else { said };
            let why = Why::new(said.clone(), said);
            Trouble::refused(
                &Fault::because("the program does not run there", "le programme ne s'y lance pas", why)
                    .hint("look whether an antivirus holds it back", "regardez si un antivirus le retient"),
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_something_else_holds_for_a_moment_is_tried_again() {
        let asked = Cell::new(0);
        let held = |times: u32, trouble: fn() -> Trouble| {
            asked.set(0);
            let asked = &asked;
            soon(async move || {
                asked.set(asked.get() + 1);
                if asked.get() > times { Ok(()) } else { Err(trouble()) }
            })
        };
        let refused = || Trouble::refused(&Fault::new("access denied", "accès refusé"));
        assert!(held(3, refused).await.is_ok());
        assert_eq!(asked.get(), 4);
        assert!(matches!(held(1, Trouble::cut).await, Err(Trouble::Lost(_))));
        assert_eq!(asked.get(), 1, "a connection that is gone does not come back");
    }

    #[test]
    fn windows_is_known_by_what_its_server_says_of_itself() {
        for (identity, wanted) in [
            ("SSH-2.0-OpenSSH_for_Windows_8.1", true),
            ("SSH-2.0-OpenSSH_for_Windows_9.5", true),
            ("SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u7", false),
            ("SSH-2.0-dropbear_2022.83", false),
            ("", false),
        ] {
            assert_eq!(is_one(identity), wanted, "{identity}");
        }
    }
}
