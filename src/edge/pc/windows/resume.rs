//! How a run goes on when the PC is started: by a start-up task, or by RunOnce where tasks are not started with the PC.

use std::fs;
use std::io;
use std::os::windows::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use windows::Win32::System::Threading::CREATE_NO_WINDOW;
use winreg::RegKey;
use winreg::enums::{HKEY_LOCAL_MACHINE, KEY_READ, KEY_WOW64_64KEY, KEY_WRITE};

use super::process::windows_folder;
use super::word::quoted;
use super::{about, registry, scheduler};
use crate::edge::pc::kept::{Copies, Resume, gone, is_the_same};
use crate::edge::pc::payloads::Payloads;
use crate::fault::{Fault, Result};

/// What is run once, when an administrator logs on (Run and RunOnce Registry Keys, Win32 documentation).
const RUN_ONCE: &str = r"SOFTWARE\Microsoft\Windows\CurrentVersion\RunOnce";
/// The mark before the name keeps the value until its program has ended: a power cut in between does not lose it.
const VALUE: &str = "!trousse prep";
/// Letters of such a command line (same page).
const LONGEST: usize = 260;
/// What a kept program is called that has come to its end.
const DONE: &str = "done-";
/// Seconds between the attempts to remove the program, while it comes to its end.
const SECONDS: [u32; 4] = [1, 2, 5, 20];

impl Resume {
    /// Lets the PC go on with the run when it is started.
    pub(super) fn prepare(&self, payloads: &Payloads) -> Result<()> {
        self.tidy_up();
        super::workshop(&self.kept())?;
        let Copies { program, profile } = self.keep(payloads)?;
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
        self.tidy_up();
        let (kept, program) = (self.kept(), self.kept_program());
        if !std::env::current_exe().is_ok_and(|own| is_the_same(&own, &program)) {
            return gone(&kept, fs::remove_dir_all(&kept));
        }
        let done = self.done_folder().join(format!("{DONE}{}.exe", std::process::id()));
        fs::rename(&program, &done).map_err(|error| about(&program, &error))?;
        // Whatever cannot be removed below, this goes.
        let spawned = removes_later(&done);
        gone(&kept, fs::remove_dir_all(&kept))?;
        spawned.map_err(|error| about(&done, &error))
    }

    /// Where a program lies that has come to its end: nobody else writes there.
    fn done_folder(&self) -> PathBuf {
        let kept = self.kept();
        kept.parent().map_or_else(super::kit_folder, Path::to_owned)
    }

    /// Removes what earlier runs have left of themselves, as far as it runs no more: the power may go before a console has.
    fn tidy_up(&self) {
        let Ok(entries) = fs::read_dir(self.done_folder()) else { return };
        for entry in entries.flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.starts_with(DONE) && name.ends_with(".exe") {
                let _ = fs::remove_file(entry.path());
            }
        }
    }
}

/// A console that removes a program once that has come to its end.
fn removes_later(done: &Path) -> io::Result<()> {
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
    spawned.map(drop)
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
        fault.hint(
            "restart the PC (Restart, not Shut down), then give the same command again",
            "redémarrez le PC (Redémarrer, et non Arrêter puis rallumer), puis relancez la même commande",
        )
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
