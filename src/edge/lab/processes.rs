//! Runs programs on the hosts of a lab: daemons, the conditions that say that a host is up, and the kit's own command.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::building::{Place, failed};
use super::namespaces::{FOLDER, Session, enter_host};
use super::topology::{Act, Host, Lab};
use crate::fault::{Fault, Result};

/// How long a host may take until its `ready` is true. Daemons that announce themselves (NetBIOS, mDNS) take seconds.
const READY_WITHIN: Duration = Duration::from_secs(20);
/// From one look at `ready` to the next.
const READY_EVERY: Duration = Duration::from_millis(5);
/// Where daemons are, which not every account's PATH holds.
const SYSTEM_FOLDERS: &str = "/usr/local/sbin:/usr/sbin:/sbin";

/// A command of a host that was started.
pub(super) struct Daemon {
    host: String,
    command: String,
    log: PathBuf,
    child: Child,
}

/// The search path of the lab: the account's own, and where daemons are.
pub(super) fn search_path() -> OsString {
    let mut path = std::env::var_os("PATH").unwrap_or_else(|| "/usr/bin:/bin".into());
    path.push(":");
    path.push(SYSTEM_FOLDERS);
    path
}

/// A program that will run in a place.
#[allow(unsafe_code)]
pub(super) fn command(place: &Place, program: impl AsRef<OsStr>, session: Session) -> io::Result<Command> {
    let (network, run, name) = (place.network.try_clone()?, place.run.clone(), place.name.clone());
    let mut command = Command::new(program);
    command.env("PATH", search_path()).env("LAB_DIR", FOLDER).env("HOST_DIR", &place.folder);
    // A visit that is open outside the lab is none of its business.
    command.env("XDG_STATE_HOME", place.folder.join("state")).env_remove("TROUSSE_VISIT");
    // SAFETY: enter_host makes system calls on what was made above, and nothing else.
    unsafe { command.pre_exec(move || enter_host(&network, &run, &name, session)) };
    Ok(command)
}

fn shell(place: &Place, line: &str, log: &Path) -> io::Result<Command> {
    let log = File::options().create(true).append(true).open(log)?;
    let mut shell = command(place, "/bin/sh", Session::ItsOwn)?;
    shell.args(["-c", line]).current_dir(&place.folder);
    shell.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
    Ok(shell)
}

/// A host whose commands have been started and whose `ready` is not true yet.
struct Starting<'a> {
    host: &'a Host,
    place: &'a Place,
    since: Instant,
    /// The condition, while it runs.
    asking: Option<Child>,
}

/// Starts what runs on every host, each after the one it waits for, and waits until all are up.
pub(super) fn start(lab: &Lab, places: &[Place]) -> Result<Vec<Daemon>> {
    let mut daemons = Vec::new();
    let place = |host: &Host| places.iter().find(|place| place.name == host.name);
    let mut waiting: Vec<(&Host, &Place)> = lab.hosts.iter().filter_map(|host| Some((host, place(host)?))).collect();
    let mut starting: Vec<Starting<'_>> = Vec::new();
    while !waiting.is_empty() || !starting.is_empty() {
        let down: Vec<&str> = (waiting.iter().map(|(host, _)| host.name.as_str()))
            .chain(starting.iter().map(|starting| starting.host.name.as_str()))
            .collect();
        let may_start = |host: &Host| host.after.as_deref().is_none_or(|after| !down.contains(&after));
        let (now, later): (Vec<_>, Vec<_>) = waiting.into_iter().partition(|(host, _)| may_start(host));
        waiting = later;
        for (host, place) in now {
            start_host(host, place, &mut daemons).map_err(start_failed(host))?;
            starting.push(Starting { host, place, since: Instant::now(), asking: None });
        }
        still_alive(&mut daemons)?;
        let mut not_yet = Vec::new();
        for mut one in starting {
            if !one.is_up().map_err(start_failed(one.host))? {
                one.in_time()?;
                not_yet.push(one);
            }
        }
        starting = not_yet;
        if !starting.is_empty() {
            thread::sleep(READY_EVERY);
        }
    }
    Ok(daemons)
}

impl Starting<'_> {
    /// Whether the host is up: asks without waiting for the answer, and asks again after each no.
    fn is_up(&mut self) -> io::Result<bool> {
        let Some(condition) = &self.host.ready else { return Ok(true) };
        let mut asking = match self.asking.take() {
            Some(asking) => asking,
            None => shell(self.place, condition, &self.place.folder.join("log-ready"))?.spawn()?,
        };
        match asking.try_wait()? {
            Some(status) => Ok(status.success()),
            None => {
                self.asking = Some(asking);
                Ok(false)
            }
        }
    }

    fn in_time(&self) -> Result<()> {
        if self.since.elapsed() < READY_WITHIN {
            return Ok(());
        }
        let (name, seconds) = (&self.host.name, READY_WITHIN.as_secs());
        let said = last_line(&self.place.folder.join("log-0"));
        Err(Fault::new(
            format!("host {name} is not up after {seconds} s: {said}"),
            format!("l'hôte {name} n'est pas prêt au bout de {seconds} s : {said}"),
        ))
    }
}

fn start_failed(host: &Host) -> impl FnOnce(io::Error) -> Fault {
    failed(format!("cannot start host {}", host.name), format!("impossible de démarrer l'hôte {}", host.name))
}

fn start_host(host: &Host, place: &Place, daemons: &mut Vec<Daemon>) -> io::Result<()> {
    for (name, text) in &host.files {
        fs::write(place.folder.join(name), text)?;
    }
    for (number, line) in host.run.as_slice().iter().enumerate() {
        let log = place.folder.join(format!("log-{number}"));
        let child = shell(place, line, &log)?.spawn()?;
        daemons.push(Daemon { host: host.name.clone(), command: line.clone(), log, child });
    }
    Ok(())
}

/// Does something on a host, and waits until its effect is there.
pub(super) fn act(act: &Act, place: &Place) -> Result<()> {
    let (name, host, log) = (&act.name, &act.host, place.folder.join(format!("log-{}", act.name)));
    let since = Instant::now();
    let ends_well = |line: &str| -> Result<bool> {
        let ended = to_its_end(place, line, &log, since);
        let ended =
            ended.map_err(failed(format!("cannot do {name} on {host}"), format!("impossible de faire {name} sur {host}")))?;
        ended.map(|status| status.success()).ok_or_else(|| {
            let (seconds, said) = (READY_WITHIN.as_secs(), last_line(&log));
            Fault::new(
                format!("{name} on {host} is not done after {seconds} s: {said}"),
                format!("{name} sur {host} n'est pas fait au bout de {seconds} s : {said}"),
            )
        })
    };
    if !ends_well(&act.run)? {
        let said = last_line(&log);
        return Err(Fault::new(format!("{name} on {host} failed: {said}"), format!("{name} sur {host} a échoué : {said}")));
    }
    if let Some(ready) = &act.ready {
        while !ends_well(ready)? {
            thread::sleep(READY_EVERY);
        }
    }
    Ok(())
}

/// Runs a line of shell; how it ended, or nothing where it was ended for taking too long.
fn to_its_end(place: &Place, line: &str, log: &Path, since: Instant) -> io::Result<Option<ExitStatus>> {
    let mut child = shell(place, line, log)?.spawn()?;
    loop {
        if since.elapsed() > READY_WITHIN {
            child.kill()?;
            return child.wait().map(|_| None);
        }
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        thread::sleep(READY_EVERY);
    }
}

/// Whether no command of a host has failed. One that has ended well has done what it had to.
pub(super) fn still_alive(daemons: &mut [Daemon]) -> Result<()> {
    for Daemon { host, command, log, child } in daemons {
        match child.try_wait() {
            Ok(Some(status)) if !status.success() => {
                let said = last_line(log);
                return Err(Fault::new(
                    format!("host {host}: `{command}` ended ({status}): {said}"),
                    format!("hôte {host} : « {command} » s'est arrêté ({status}) : {said}"),
                ));
            }
            _ => {}
        }
    }
    Ok(())
}

fn last_line(log: &Path) -> String {
    let text = fs::read(log).unwrap_or_default();
    String::from_utf8_lossy(&text).lines().rfind(|line| !line.trim().is_empty()).unwrap_or_default().to_owned()
}

/// Runs a program in a place, on the terminal, and gives how it ended.
pub(super) fn run(place: &Place, program: &OsStr, arguments: &[OsString]) -> io::Result<ExitStatus> {
    command(place, program, Session::Terminal)?.args(arguments).status()
}
