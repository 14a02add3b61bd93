//! How a run goes on when the PC is started: by a start-up task, or by RunOnce where tasks are not started with the PC. The program,
//! the profile and its files are kept on the PC until then: the stick that they came on may be gone.

use std::fs::{self, File};
use std::io;
use std::os::windows::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use windows::Win32::System::Threading::CREATE_NO_WINDOW;
use winreg::RegKey;
use winreg::enums::{HKEY_LOCAL_MACHINE, KEY_READ, KEY_WOW64_64KEY, KEY_WRITE};

use super::process::{quoted, windows_folder};
use super::{about, files, guarded, is_still, registry, scheduler};
use crate::edge::pc::digest;
use crate::edge::pc::payloads::{Payload, Payloads};
use crate::fault::{Fault, Result};
use crate::prep::look::Mode;

/// What is run once, when an administrator logs on (Run and RunOnce Registry Keys, Win32 documentation).
const RUN_ONCE: &str = r"SOFTWARE\Microsoft\Windows\CurrentVersion\RunOnce";
/// The mark before the name keeps the value until its program has ended: a power cut in between does not lose it.
const VALUE: &str = "!trousse prep";
/// Letters of such a command line (same page).
const LONGEST: usize = 260;
/// What the program is called there.
const PROGRAM: &str = "trousse.exe";
/// Seconds between the attempts to remove the program, while it comes to its end.
const SECONDS: [u32; 4] = [1, 2, 5, 20];
/// Nothing is made of it on Windows.
const ANY: Mode = Mode(0o600);

/// What goes on with a run, and where it is kept.
#[derive(Clone, Debug)]
pub struct Resume {
    /// The folder of the preparation.
    pub state: PathBuf,
    /// The profile.
    pub profile: PathBuf,
    /// The words of the command line before the profile.
    pub words: Vec<String>,
}

impl Resume {
    /// Where the program, the profile and its files are kept.
    fn kept(&self) -> PathBuf {
        self.state.join("kept")
    }

    /// Where a file of the profile is kept.
    pub(super) fn kept_payload(&self, name: &str) -> PathBuf {
        self.kept().join("beside").join(name.replace('/', "\\"))
    }

    /// Lets the PC go on with the run when it is started.
    pub(super) fn prepare(&self, payloads: &Payloads) -> Result<()> {
        let kept = self.kept();
        guarded::private(&kept)?;
        let beside = kept.join("beside");
        let (program, profile) = (kept.join(PROGRAM), beside.join(self.profile.file_name().unwrap_or_default()));
        let own = std::env::current_exe().map_err(|error| about(&program, &error))?;
        if !is_the_same(&own, &program) {
            files::copy(&own, &program.display().to_string(), ANY)?;
            files::copy(&self.profile, &profile.display().to_string(), ANY)?;
            // One that cannot be had any more does not keep the others from being there.
            let copied = payloads.iter().map(|(name, Payload { path, digest: expected, .. })| {
                let to = self.kept_payload(name);
                let there = File::open(&to).and_then(|file| digest(file, &mut io::sink()));
                if matches!(there, Ok(there) if there == *expected) {
                    return Ok(());
                }
                let mut file = File::open(path).map_err(|error| about(path, &error))?;
                files::write_if(&to.display().to_string(), &mut file, path, ANY, |digest| is_still(name, digest, expected))
            });
            copied.fold(Ok(()), Result::and)?;
        }
        let words: Vec<String> = self.words.iter().chain([&profile.display().to_string()]).map(|word| quoted(word)).collect();
        let program = program.display().to_string();
        match scheduler::starts_tasks()? {
            true => scheduler::register(&program, &words.join(" ")),
            false => run_once(&format!("{} {}", quoted(&program), words.join(" "))),
        }
    }

    /// Takes that back.
    pub(super) fn forget(&self) -> Result<()> {
        if scheduler::starts_tasks()? {
            scheduler::remove()?;
        }
        let failed = |error: io::Error| registry::about(RUN_ONCE, &error);
        if let Some(key) = run_once_key().map_err(failed)? {
            match key.delete_value(VALUE) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed(error)),
                _ => {}
            }
        }
        self.discard()
    }

    /// Removes what is kept. A program that runs cannot be removed, but it can be called otherwise: where it is this one, what is left
    /// of it is removed by a console that waits for its end. (To be removed with the next start, it would stand among what makes
    /// Windows say that it must be restarted.)
    fn discard(&self) -> Result<()> {
        let kept = self.kept();
        let program = kept.join(PROGRAM);
        if !std::env::current_exe().is_ok_and(|own| is_the_same(&own, &program)) {
            return gone(&kept);
        }
        let done = self.state.join(format!("done-{}.exe", std::process::id()));
        fs::rename(&program, &done).map_err(|error| about(&program, &error))?;
        gone(&kept)?;
        let root = windows_folder();
        let attempt = |seconds: &u32| {
            let wait = format!("\"{root}\\System32\\ping.exe\" -n {} 127.0.0.1 >nul", seconds + 1);
            format!("{wait} & del /f /q \"{}\" >nul 2>nul", done.display())
        };
        let line = format!("/d /s /c \"{}\"", SECONDS.iter().map(attempt).collect::<Vec<_>>().join(" & "));
        let spawned = Command::new(format!("{root}\\System32\\cmd.exe"))
            .raw_arg(line)
            .creation_flags(CREATE_NO_WINDOW.0)
            .current_dir(&root)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        spawned.map(drop).map_err(|error| about(&done, &error))
    }
}

/// Whether two paths lead to the same file.
fn is_the_same(one: &Path, other: &Path) -> bool {
    matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other)
}

fn gone(path: &Path) -> Result<()> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(about(path, &error)),
        _ => Ok(()),
    }
}

fn run_once_key() -> io::Result<Option<RegKey>> {
    match RegKey::predef(HKEY_LOCAL_MACHINE).open_subkey_with_flags(RUN_ONCE, KEY_READ | KEY_WRITE | KEY_WOW64_64KEY) {
        Ok(key) => Ok(Some(key)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Sets the value, and looks whether it is there.
fn run_once(line: &str) -> Result<()> {
    let by_hand = |fault: Fault| {
        fault.hint("restart the PC, then give the same command again", "redémarrez le PC, puis relancez la même commande")
    };
    if line.encode_utf16().count() > LONGEST {
        return Err(by_hand(Fault::new(
            format!("the command for RunOnce is longer than {LONGEST} letters"),
            format!("la commande pour RunOnce dépasse {LONGEST} caractères"),
        )));
    }
    let set = RegKey::predef(HKEY_LOCAL_MACHINE)
        .create_subkey_with_flags(RUN_ONCE, KEY_READ | KEY_WRITE | KEY_WOW64_64KEY)
        .and_then(|(key, _)| key.set_value(VALUE, &line.to_owned()).and_then(|()| key.get_value::<String, _>(VALUE)));
    match set {
        Ok(there) if there == line => Ok(()),
        Ok(_) => Err(by_hand(Fault::new("RunOnce is not as it was asked for", "RunOnce n'est pas ce qui a été demandé"))),
        Err(error) => Err(by_hand(registry::about(RUN_ONCE, &error))),
    }
}
