//! Prints a page of HTML as PDF with the Chromium-family browser of the machine: it fetches nothing, and leaves nothing behind.

use std::env;
use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::path::{self, Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::edge::stop;
use crate::fault::{Fault, Result};

/// Names the browser, in place of those that are looked for: a file, or a name to be found in `PATH`.
const VARIABLE: &str = "TROUSSE_BROWSER";
/// What browsers of the family are called, Debian's own first.
const NAMES: [&str; 9] = [
    "chromium",
    "chromium-browser",
    "google-chrome-stable",
    "google-chrome",
    "microsoft-edge-stable",
    "microsoft-edge",
    "brave-browser",
    "msedge.exe",
    "chrome.exe",
];
/// Where Windows keeps them, below each folder of programs. Edge is on every Windows since 10.
const WINDOWS: [&str; 4] = [
    r"Microsoft\Edge\Application\msedge.exe",
    r"Google\Chrome\Application\chrome.exe",
    r"Chromium\Application\chrome.exe",
    r"BraveSoftware\Brave-Browser\Application\brave.exe",
];
const WINDOWS_FOLDERS: [&str; 3] = ["ProgramFiles(x86)", "ProgramFiles", "LocalAppData"];

/// How long a browser may take. 5,000 hosts take some seconds on a slow laptop.
const WITHIN: Duration = Duration::from_secs(60);
/// From one look whether it has ended to the next.
const EVERY: Duration = Duration::from_millis(20);
/// How long the last of its processes may hold its folder.
const LET_GO_WITHIN: Duration = Duration::from_secs(3);

/// What it is told (peter.sh/experiments/chromium-command-line-switches): to print without a window, and to talk to nobody.
const FLAGS: [&str; 20] = [
    "--headless",
    "--disable-gpu",
    "--no-first-run",
    "--no-default-browser-check",
    "--no-pings",
    "--no-service-autorun",
    "--metrics-recording-only",
    "--disable-background-networking",
    "--disable-breakpad",
    "--disable-client-side-phishing-detection",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-extensions",
    "--disable-sync",
    "--disable-features=OptimizationHints,MediaRouter,DialMediaRouteProvider,Translate,AutofillServerCommunication,InterestFeedContentSuggestions",
    // Should anything ask all the same: no name is found, and no address but this page is gone to.
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--password-store=basic",
    "--use-mock-keychain",
    "--generate-pdf-document-outline",
];

/// Up to so many bytes of HTML the PDF is tagged for readers aloud and has an outline. The tags of thousands of rows take longer
/// to write than all else, and make the file thirteen times as large (docs/benchmarks.md).
const TAGGED_UP_TO: usize = 256 * 1024;

/// Of the environment it gets what it needs to find its files, its fonts and its language, and no more: secrets stand there too.
/// `LC_*` beside these.
const ENVIRONMENT: [&str; 18] = [
    "PATH",
    "HOME",
    "USER",
    "LOGNAME",
    "SHELL",
    "TMPDIR",
    "TZ",
    "LANG",
    "LANGUAGE",
    "LD_LIBRARY_PATH",
    "XDG_RUNTIME_DIR",
    "XDG_DATA_HOME",
    "XDG_DATA_DIRS",
    "XDG_CONFIG_DIRS",
    "FONTCONFIG_FILE",
    "FONTCONFIG_PATH",
    "CHROME_DEVEL_SANDBOX",
    "DBUS_SESSION_BUS_ADDRESS",
];
/// What a program of Windows needs: without `SystemRoot` none opens a socket, without the folders of the user Edge does not start.
const WINDOWS_ENVIRONMENT: [&str; 23] = [
    "SystemRoot",
    "SystemDrive",
    "windir",
    "ComSpec",
    "PATHEXT",
    "TEMP",
    "TMP",
    "USERNAME",
    "USERDOMAIN",
    "USERPROFILE",
    "HOMEDRIVE",
    "HOMEPATH",
    "APPDATA",
    "LOCALAPPDATA",
    "ALLUSERSPROFILE",
    "ProgramData",
    "ProgramFiles",
    "ProgramFiles(x86)",
    "ProgramW6432",
    "CommonProgramFiles",
    "CommonProgramFiles(x86)",
    "PROCESSOR_ARCHITECTURE",
    "NUMBER_OF_PROCESSORS",
];

/// A browser that can print.
#[derive(Debug)]
pub struct Browser {
    program: PathBuf,
    within: Duration,
}

impl Browser {
    /// The browser that the user names, else the first that is found.
    pub fn find() -> Result<Browser> {
        let path = env::var_os("PATH").unwrap_or_default();
        let folders = WINDOWS_FOLDERS.iter().filter(|_| cfg!(windows)).filter_map(env::var_os).map(PathBuf::from);
        find(env::var_os(VARIABLE).filter(|named| !named.is_empty()), &path, &folders.collect::<Vec<_>>())
    }

    /// The PDF of a page.
    pub fn print(&self, html: &str) -> Result<Vec<u8>> {
        // Only its owner can look into it; gone when this ends.
        let folder = tempfile::Builder::new().prefix("trousse-").tempdir().map_err(|error| {
            Fault::because("cannot make a temporary folder", "impossible de créer un dossier temporaire", &error)
        })?;
        let printed = self.print_in(folder.path(), html);
        let since = Instant::now();
        while fs::remove_dir_all(folder.path()).is_err() && folder.path().exists() && since.elapsed() < LET_GO_WITHIN {
            thread::sleep(EVERY);
        }
        printed
    }

    fn print_in(&self, folder: &Path, html: &str) -> Result<Vec<u8>> {
        let shown = self.program.display();
        let failed = |why: &std::io::Error| {
            Fault::because(format!("cannot print with {shown}"), format!("impossible d'imprimer avec {shown}"), why)
        };
        let (page, pdf, own) = (folder.join("page.html"), folder.join("page.pdf"), folder.join("browser"));
        fs::write(&page, html).map_err(|error| failed(&error))?;
        let log = File::create(folder.join("log")).map_err(|error| failed(&error))?;
        let mut command = Command::new(&self.program);
        // Two names of one flag: before and after Chromium 112.
        command.args(FLAGS).args(["--no-pdf-header-footer", "--print-to-pdf-no-header"]);
        if html.len() > TAGGED_UP_TO {
            command.arg("--disable-pdf-tagging");
        }
        if is_root() {
            command.arg("--no-sandbox");
        }
        command.arg(joined("--user-data-dir=", &own)).arg(joined("--print-to-pdf=", &pdf)).arg(&page);
        command.env_clear().envs(env::vars_os().filter(|(name, _)| is_needed(name)));
        command.env("XDG_CONFIG_HOME", &own).env("XDG_CACHE_HOME", &own).current_dir(folder);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
        group(&mut command);
        let mut child = command.spawn().map_err(|error| failed(&error))?;
        self.wait(&mut child)?;
        let bytes = fs::read(&pdf).unwrap_or_default();
        if bytes.starts_with(b"%PDF-") {
            return Ok(bytes);
        }
        Err(Fault::new(format!("{shown} ended without a PDF"), format!("{shown} s'est terminé sans produire de PDF")))
    }

    fn wait(&self, child: &mut Child) -> Result<()> {
        let shown = self.program.display();
        stop::watch();
        // A press before this ended the look, and was not meant for the print.
        let pressed = stop::pressed();
        let since = Instant::now();
        loop {
            match child.try_wait() {
                Ok(Some(_)) => return Ok(()),
                Err(error) => {
                    end(child);
                    return Err(Fault::because(format!("lost sight of {shown}"), format!("{shown} a échappé au suivi"), &error));
                }
                Ok(None) if since.elapsed() >= self.within => {
                    end(child);
                    let seconds = self.within.as_secs();
                    return Err(Fault::new(
                        format!("{shown} did not print within {seconds} s"),
                        format!("{shown} n'a pas imprimé en {seconds} s"),
                    ));
                }
                Ok(None) if stop::pressed() && !pressed => {
                    end(child);
                    return Err(Fault::new("printing was stopped by the user", "impression arrêtée par l'utilisateur"));
                }
                Ok(None) => thread::sleep(EVERY),
            }
        }
    }
}

fn find(named: Option<OsString>, path: &OsStr, folders: &[PathBuf]) -> Result<Browser> {
    let in_path = |name: &OsStr| env::split_paths(path).map(|folder| folder.join(name)).find(|file| file.is_file());
    // It is run in a folder of its own, where what is relative would lead elsewhere. Links stay: some browsers know themselves by
    // them.
    let found = |program: PathBuf| Browser { program: path::absolute(&program).unwrap_or(program), within: WITHIN };
    if let Some(named) = named {
        let file = PathBuf::from(&named);
        let program = if file.components().count() > 1 { Some(file).filter(|file| file.is_file()) } else { in_path(&named) };
        let shown = named.display();
        return program.map(found).ok_or_else(|| {
            Fault::new(format!("no such browser: {shown}"), format!("navigateur introuvable : {shown}"))
                .hint(format!("{VARIABLE} names it"), format!("c'est {VARIABLE} qui le nomme"))
        });
    }
    let names = NAMES.iter().filter_map(|name| in_path(name.as_ref()));
    let known = folders.iter().flat_map(|folder| WINDOWS.iter().map(move |file| folder.join(file))).filter(|file| file.is_file());
    names.chain(known).next().map(found).ok_or_else(|| {
        Fault::new(
            "a PDF is printed by a browser, and none of the Chromium family was found",
            "un PDF est imprimé par un navigateur, et aucun de la famille Chromium n'a été trouvé",
        )
        .hint(
            format!("install chromium, name a browser in {VARIABLE}, or write HTML (-o report.html) and print it"),
            format!(
                "installez chromium, nommez un navigateur dans {VARIABLE}, ou écrivez du HTML (-o rapport.html) et imprimez-le"
            ),
        )
    })
}

/// Whether a browser needs a variable of the environment. Windows does not tell capitals from small letters.
fn is_needed(name: &OsStr) -> bool {
    let known = |names: &[&str]| names.iter().any(|known| name.eq_ignore_ascii_case(known));
    known(&ENVIRONMENT) || name.to_string_lossy().starts_with("LC_") || (cfg!(windows) && known(&WINDOWS_ENVIRONMENT))
}

fn joined(flag: &str, path: &Path) -> OsString {
    let mut joined = OsString::from(flag);
    joined.push(path);
    joined
}

/// Chromium refuses to run its sandbox as root.
fn is_root() -> bool {
    #[cfg(target_os = "linux")]
    return nix::unistd::geteuid().is_root();
    #[cfg(not(target_os = "linux"))]
    false
}

/// Puts the browser and all that it starts into a group of its own, so that they can be ended together.
fn group(command: &mut Command) {
    #[cfg(target_os = "linux")]
    std::os::unix::process::CommandExt::process_group(command, 0);
    #[cfg(not(target_os = "linux"))]
    let _ = command;
}

/// Ends the browser and what it started. On Windows its processes are in a job, and end with it.
fn end(child: &mut Child) {
    #[cfg(target_os = "linux")]
    let _ = nix::sys::signal::killpg(nix::unistd::Pid::from_raw(child.id() as i32), nix::sys::signal::Signal::SIGKILL);
    drop(child.kill());
    drop(child.wait());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Language;

    #[test]
    fn without_a_browser_the_way_out_is_said() {
        let said = find(None, OsStr::new("/nowhere"), &[]).expect_err("none").say(Language::Fr);
        assert!(said.contains("aucun de la famille Chromium") && said.contains("rapport.html"), "{said}");
        let said = find(Some("brouter".into()), OsStr::new("/nowhere"), &[]).expect_err("none").say(Language::En);
        assert_eq!(said, "no such browser: brouter\nhint: TROUSSE_BROWSER names it");
    }

    #[test]
    fn edge_is_found_where_windows_keeps_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let edge = folder.path().join(WINDOWS[0]);
        fs::create_dir_all(edge.parent().expect("it has one")).expect("folders");
        fs::write(&edge, "").expect("a file");
        let found = find(None, OsStr::new(""), &[folder.path().to_owned()]).expect("Edge");
        assert_eq!(found.program, edge);
    }

    #[test]
    fn one_that_is_named_from_here_is_found_from_everywhere() {
        let named = find(Some("src/lib.rs".into()), OsStr::new(""), &[]).expect("a file");
        let in_path = find(Some("lib.rs".into()), OsStr::new("src"), &[]).expect("a file");
        assert!(named.program.is_absolute() && named.program.is_file() && in_path.program == named.program);
    }

    /// A browser that is a script.
    #[cfg(target_os = "linux")]
    fn script(folder: &Path, lines: &str) -> Browser {
        use std::os::unix::fs::PermissionsExt;
        let program = folder.join("browser");
        fs::write(&program, format!("#!/bin/sh\n{lines}\n")).expect("a script");
        fs::set_permissions(&program, fs::Permissions::from_mode(0o700)).expect("it may run");
        Browser { program, within: WITHIN }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn one_that_hangs_is_ended_with_all_that_it_started_and_leaves_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        let told = folder.path().join("told");
        let mut browser =
            script(folder.path(), &format!("sleep 600 & echo $! $PWD > {0}.part; mv {0}.part {0}; wait", told.display()));
        // A busy machine does not start it at once.
        for seconds in [1, 5, 30] {
            browser.within = Duration::from_secs(seconds);
            let said = browser.print("<p>").expect_err("it hangs").say(Language::En);
            assert!(said.ends_with(&format!("did not print within {seconds} s")), "{said}");
            if told.exists() {
                break;
            }
        }
        let told = fs::read_to_string(told).expect("it ran");
        let (pid, own) = told.trim().split_once(' ').expect("two words");
        let is_there = || fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| !stat.contains(") Z "));
        let since = Instant::now();
        while is_there() && since.elapsed() < Duration::from_secs(5) {
            thread::sleep(EVERY);
        }
        assert!(!is_there(), "what it started lives on");
        assert!(!Path::new(own).exists(), "its folder is left");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn secrets_of_the_environment_are_not_handed_on() {
        let folder = tempfile::tempdir().expect("a folder");
        let told = folder.path().join("told");
        script(folder.path(), &format!("env > {}", told.display())).print("<p>").expect_err("no PDF");
        let told = fs::read_to_string(told).expect("it ran");
        // What cargo tells its tests stands for what nobody thought of.
        assert!(env::var_os("CARGO_PKG_NAME").is_some() && !told.contains("CARGO_"), "{told}");
        assert!(told.lines().any(|line| line.starts_with("PATH=")), "{told}");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn one_that_prints_nothing_or_something_else_is_told() {
        let folder = tempfile::tempdir().expect("a folder");
        for lines in ["exit 1", "for word; do case $word in --print-to-pdf=*) echo '<p>' > ${word#*=};; esac; done"] {
            let said = script(folder.path(), lines).print("<p>").expect_err("no PDF").say(Language::Fr);
            assert!(said.ends_with("s'est terminé sans produire de PDF"), "{said}");
        }
    }
}
