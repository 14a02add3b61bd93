//! Programs that are given to Windows: packages of Windows Installer, and installers. What runs is a copy in a
//! folder that administrators alone write into, looked at there and held until the end, so that nothing else takes its place.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::windows::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use windows::Win32::Foundation::{CloseHandle, WAIT_TIMEOUT};
use windows::Win32::System::Threading::{OpenMutexW, ReleaseMutex, SYNCHRONIZATION_SYNCHRONIZE, WaitForSingleObject};
use windows::core::w;
use zeroize::Zeroizing;
use zip::result::ZipError;

use super::process::{INTERRUPT, Program, windows_folder};
use super::word::quoted;
use super::{about, letters, powershell};
use crate::edge::pc::{copied, digest};
use crate::edge::stop;
use crate::fault::{Fault, Result};
use crate::prep::look::{Command, Digest, Ended, How};
use crate::prep::pack;
use crate::secret::Secret;

/// Others may read the file, and neither write nor remove it (winnt.h, FILE_SHARE_READ).
const SHARE_READ: u32 = 1;
/// Seconds for a file on the disk as large as the memory.
const HIBERNATE_S: u32 = 120;
/// Between two looks at another installation that is running.
const GLANCE: Duration = Duration::from_millis(200);

/// Installs a package or runs an installer, once no other installation is running.
pub(super) fn install(
    path: &Path,
    workshop: &Path,
    right: impl FnOnce(&Digest) -> Result<()>,
    arguments: &[String],
    timeout_s: u32,
) -> Result<Ended> {
    let package = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("msi"));
    let since = Instant::now();
    let limit = Duration::from_secs(timeout_s.into());
    while package && another_installs() {
        if since.elapsed() > limit {
            let output = "Global\\_MSIExecute: another installation is running".to_owned();
            return Ok(Ended { how: How::TookTooLong(timeout_s), output });
        }
        if stop::pressed() {
            return Ok(Ended { how: How::Signal(INTERRUPT), output: String::new() });
        }
        std::thread::sleep(GLANCE);
    }
    let copy = Copy::of(path, workshop, right)?;
    let program = if package {
        let msiexec = format!("{}\\System32\\msiexec.exe", windows_folder());
        let words = [quoted(&msiexec), "/i".to_owned(), quoted(&copy.path.display().to_string())].into_iter();
        let words = words.chain(["/qn", "/norestart"].map(str::to_owned)).chain(arguments.iter().map(|word| property(word)));
        let line = words.collect::<Vec<_>>().join(" ");
        Program::by_line(msiexec, line)
    } else {
        Program::new(&copy.path, arguments)
    };
    program.outliving().within(timeout_s).run()
}

/// A property of Windows Installer: of `NAME=two words` the value alone is quoted.
fn property(word: &str) -> String {
    match word.split_once('=') {
        Some((name, value)) if value.contains(' ') && !name.contains(' ') => format!("{name}=\"{}\"", value.replace('"', "\"\"")),
        _ => quoted(word),
    }
}

/// Whether Windows Installer is at work (_MSIExecute Mutex, Win32 documentation).
#[allow(unsafe_code)]
fn another_installs() -> bool {
    // SAFETY: the name is a constant text; the handle is open until it is closed here, and the mutex is given back where it was got.
    unsafe {
        let Ok(mutex) = OpenMutexW(SYNCHRONIZATION_SYNCHRONIZE, false, w!("Global\\_MSIExecute")) else { return false };
        let held = WaitForSingleObject(mutex, 0) == WAIT_TIMEOUT;
        if !held {
            let _ = ReleaseMutex(mutex);
        }
        let _ = CloseHandle(mutex);
        held
    }
}

/// Runs a file of PowerShell, in letters that PowerShell reads.
pub(super) fn script(
    path: &Path,
    workshop: &Path,
    right: impl FnOnce(&Digest) -> Result<()>,
    command: &Command,
) -> Result<Ended> {
    let input = command.input.as_ref().map(told).transpose()?;
    let bytes = fs::read(path).map_err(|error| about(path, &error))?;
    right(&Digest::of(&bytes))?;
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let copy = Copy::holding(&name, &mut &powershell::marked(bytes)[..], path, workshop, |_| Ok(()))?;
    let words = ["-NoProfile", "-NonInteractive", "-ExecutionPolicy", "Bypass", "-File"].map(str::to_owned);
    let words = [&words[..], &[copy.path.display().to_string()]].concat();
    Program::new(Path::new(&powershell::program()), &words).with(command).reading(input).run()
}

/// Secrets as such a script reads them: in the letters of consoles, for no line of ours stands before its own that would say otherwise.
fn told(secrets: &Secret) -> Result<Zeroizing<Vec<u8>>> {
    letters::of_consoles(secrets.reveal()).ok_or_else(|| {
        Fault::new(
            "a secret of the script holds a letter that the consoles of this Windows do not have",
            "un secret du script contient un caractère que les consoles de ce Windows n'ont pas",
        )
        .hint(
            "put the lines of the script into the profile (`run`), which reads every letter; or choose another secret",
            "mettez les lignes du script dans le profil (`run`), qui lit tous les caractères ; ou choisissez un autre secret",
        )
    })
}

/// Lets Windows hibernate, or forbids it: its own program alone can make room on the disk for that.
pub(super) fn hibernate(on: bool) -> Result<()> {
    let powercfg = format!("{}\\System32\\powercfg.exe", windows_folder());
    let words = ["/hibernate", if on { "on" } else { "off" }].map(str::to_owned);
    // What it says is not believed: the next look tells.
    Program::new(Path::new(&powercfg), &words).within(HIBERNATE_S).run().map(drop)
}

/// Gives Windows a driver of a pack, which is unpacked where nobody else can write.
pub(super) fn driver(
    pack: &Path,
    inf: &str,
    workshop: &Path,
    right: impl FnOnce(&Digest) -> Result<()>,
    timeout_s: u32,
) -> Result<Ended> {
    let copy = Copy::of(pack, workshop, right)?;
    let unpacked = copy.folder.join("pack");
    let held = copy.held.as_ref().ok_or_else(|| about(&copy.path, &io::ErrorKind::NotFound.into()))?;
    unpack(held, &unpacked)?;
    let pnputil = format!("{}\\System32\\pnputil.exe", windows_folder());
    let inf = unpacked.join(inf.replace('/', "\\")).display().to_string();
    let words = ["/add-driver".to_owned(), inf, "/install".to_owned()];
    Program::new(Path::new(&pnputil), &words).outliving().within(timeout_s).run()
}

/// Unpacks a pack that was found whole and bounded.
fn unpack(pack: &File, to: &Path) -> Result<()> {
    let mut archive = pack::archive(pack).map_err(|why| Fault::new(why.english, why.french))?;
    archive.extract(to).map_err(|error| match error {
        ZipError::Io(error) => about(to, &error),
        _ => Fault::new("the pack cannot be unpacked: it is damaged", "impossible de décompresser le pack : il est endommagé")
            .hint("fetch it from its maker again", "téléchargez-le de nouveau chez son fabricant"),
    })
}

/// A file that nobody else can change, removed at the end.
struct Copy {
    path: PathBuf,
    /// Nobody can write into it as long as this is open.
    held: Option<File>,
    folder: PathBuf,
}

impl Copy {
    fn of(path: &Path, workshop: &Path, right: impl FnOnce(&Digest) -> Result<()>) -> Result<Copy> {
        let mut from = File::open(path).map_err(|error| about(path, &error))?;
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        Copy::holding(&name, &mut from, path, workshop, right)
    }

    /// A file of this name with what is read, which comes from there.
    fn holding(
        name: &str,
        from: &mut dyn io::Read,
        source: &Path,
        workshop: &Path,
        right: impl FnOnce(&Digest) -> Result<()>,
    ) -> Result<Copy> {
        super::workshop(workshop)?;
        // Its own folder: an installer takes what lies beside it for its own.
        let folder =
            tempfile::Builder::new().prefix("run-").tempdir_in(workshop).map_err(|error| about(workshop, &error))?.keep();
        let mut copy = Copy { path: folder.join(name), held: None, folder };
        let failed = |error: &io::Error| about(&copy.path, error);
        let mut file = File::create_new(&copy.path).map_err(|error| failed(&error))?;
        let copied = copied(from, source, &mut file, &copy.path)?;
        file.sync_all().map_err(|error| failed(&error))?;
        drop(file);
        right(&copied)?;
        // What was written is looked at once more, now that nobody can write any more.
        let mut held = OpenOptions::new().read(true).share_mode(SHARE_READ).open(&copy.path).map_err(|error| failed(&error))?;
        let there = digest(&mut held, &mut io::sink()).map_err(|error| failed(&error))?;
        super::is_still(name, &there, &copied)?;
        copy.held = Some(held);
        Ok(copy)
    }
}

impl Drop for Copy {
    fn drop(&mut self) {
        self.held = None;
        // What an installer has left running may hold it: the folder goes with all that is kept at the end.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_property_the_value_alone_is_quoted() {
        assert_eq!(property("ALLUSERS=1"), "ALLUSERS=1");
        assert_eq!(property("SITE=Lyon 2"), "SITE=\"Lyon 2\"");
        assert_eq!(property("/l*v"), "/l*v");
        assert_eq!(property("a b"), "\"a b\"");
    }
}
