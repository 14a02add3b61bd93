//! Raises a lab and, while it stands, runs the kit or any other program in it.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::os::unix::fs::symlink;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};

use nix::mount::{MsFlags, mount};
use nix::sys::signal::{SigSet, Signal};

use super::building::{self, Backstage, Built, Place, failed};
use super::namespaces::{self, FOLDER, Lodging};
use super::play::Player;
use super::processes::{self, Daemon};
use super::topology::{Act, Lab};
use crate::fault::{Fault, Result};
use crate::language::Language;

/// A lab that stands: every host is up.
pub struct Running {
    lodging: Lodging,
    places: Vec<Place>,
    daemons: Vec<Daemon>,
    players: Vec<Player>,
}

/// Raises a lab, does `what` in it, and takes it down. The code that `what` gives is that of the process, which can do nothing
/// more on a network of its own. Faults inside are printed here.
pub fn run(lab: &Lab, language: Language, what: impl FnOnce(&Running) -> Result<u8>) -> Result<u8> {
    if let Some(fault) = missing(lab) {
        return Err(fault);
    }
    namespaces::isolated(|lodging| {
        let done = Running::raise(lab, lodging).and_then(|running| {
            let code = what(&running)?;
            running.lower()?;
            Ok(code)
        });
        done.unwrap_or_else(|fault| {
            eprintln!("{}", fault.say(language));
            2
        })
    })
}

/// What a lab needs and does not find here; none where it can be tried.
pub fn missing(lab: &Lab) -> Option<Fault> {
    let path = processes::search_path();
    let is_here = |program: &str| std::env::split_paths(&path).any(|folder| folder.join(program).is_file());
    let programs = lab.needs.iter().map(String::as_str).filter(|need| *need != "root");
    if let Some(program) = ["ip"].into_iter().chain(programs).find(|program| !is_here(program)) {
        let name = &lab.name;
        let fault = Fault::new(
            format!("lab {name} needs {program}, which is not installed"),
            format!("le labo {name} a besoin de {program}, qui n'est pas installé"),
        );
        // The packages of Debian whose name is not that of the program.
        let package = match program {
            "ip" | "bridge" | "tc" => "iproute2",
            "nmbd" => "samba",
            "dhcpd" => "isc-dhcp-server",
            "dhcrelay" => "isc-dhcp-relay",
            "kea-dhcp4" => "kea-dhcp4-server",
            "ping" => "iputils-ping",
            "wg" => "wireguard-tools",
            "chronyd" => "chrony",
            same => same,
        };
        return Some(fault.hint(
            format!("sudo apt install {package}, or your system's package that holds it"),
            format!("sudo apt install {package}, ou le paquet de votre système qui le contient"),
        ));
    }
    if lab.needs.iter().any(|need| need == "root") && !nix::unistd::geteuid().is_root() {
        let name = &lab.name;
        let fault = Fault::new(
            format!("lab {name} needs root: its daemons use several accounts"),
            format!("le labo {name} a besoin de root : ses démons utilisent plusieurs comptes"),
        );
        return Some(fault.hint(format!("sudo trousse lab {name}"), format!("sudo trousse lab {name}")));
    }
    None
}

impl Running {
    fn raise(lab: &Lab, lodging: Lodging) -> Result<Running> {
        name_server(lab)
            .map_err(failed("cannot set the name server".into(), "impossible de régler le serveur de noms".into()))?;
        let Built { places, backstages } = building::build(lab, &lodging)?;
        for (name, text) in &lab.kit.files {
            fs::write(places[0].folder.join(name), text)
                .map_err(failed(format!("cannot write {name}"), format!("impossible d'écrire {name}")))?;
        }
        let mut players = Vec::new();
        for Backstage { network, members } in backstages {
            let player = lodging.visit(&network, || Player::start("lan0", members));
            players
                .push(player.map_err(failed("cannot start the responder".into(), "impossible de lancer le répondeur".into()))?);
        }
        let daemons = processes::start(lab, &places)?;
        Ok(Running { lodging, places, daemons, players })
    }

    /// Says what went wrong while the lab stood: a daemon that died, requests that the responder could not hear.
    fn lower(mut self) -> Result<()> {
        processes::still_alive(&mut self.daemons)?;
        let mut dropped = 0;
        for player in self.players {
            dropped += player.stop().map_err(failed("the responder failed".into(), "le répondeur a échoué".into()))?;
        }
        if dropped > 0 {
            eprintln!("responder: {dropped} requests dropped");
        }
        Ok(())
    }

    fn kit(&self) -> &Place {
        &self.places[0]
    }

    /// The folder that holds a folder of every host.
    pub fn folder(&self) -> &'static Path {
        Path::new(FOLDER)
    }

    /// The folder in which the kit records a visit: `visit`, then `visit-2`, `visit-3` …
    pub fn visit_folder(&self, number: usize) -> PathBuf {
        self.kit().folder.join(if number > 1 { format!("visit-{number}") } else { "visit".to_owned() })
    }

    /// Does something on a host of the lab, and waits until its effect is there.
    pub fn act(&self, act: &Act) -> Result<()> {
        // A lab whose acts name other hosts was refused when it was read.
        self.places.iter().find(|place| place.name == act.host).map_or(Ok(()), |place| processes::act(act, place))
    }

    /// Runs a program on the kit's network, on this terminal, and gives its exit code (128 and the signal where one ended it).
    pub fn run(&self, program: &OsStr, arguments: &[OsString]) -> Result<u8> {
        let shown = program.display();
        let status = processes::run(self.kit(), program, arguments)
            .map_err(failed(format!("cannot run {shown}"), format!("impossible de lancer {shown}")))?;
        let code = status.code().unwrap_or_else(|| 128 + status.signal().unwrap_or(0));
        Ok(u8::try_from(code).unwrap_or(u8::MAX))
    }

    /// Each host, the kit first, and the line that opens a shell on it from outside.
    pub fn shells(&self) -> Vec<(&str, String)> {
        let pid = self.lodging.pid;
        let users = if self.lodging.is_root { "" } else { "--user --preserve-credentials " };
        let line = |name| {
            format!(
                "nsenter --target {pid} {users}--mount --pid --net=/proc/{pid}/root{}",
                namespaces::network_path(name).display()
            )
        };
        self.places.iter().map(|place| (place.name.as_str(), line(&place.name))).collect()
    }

    /// Waits for Ctrl-C.
    pub fn stay(&self) -> Result<()> {
        let signals = SigSet::from_iter([Signal::SIGINT]);
        let waited = signals.thread_block().and_then(|()| signals.wait());
        let failed = failed("cannot wait for Ctrl-C".into(), "impossible d'attendre Ctrl-C".into());
        waited.map(drop).map_err(|error| failed(error.into()))
    }
}

/// Puts the lab's name server, or none, where the resolver reads it: nothing in a lab asks the machine's own.
fn name_server(lab: &Lab) -> io::Result<()> {
    let text = lab.kit.dns.map_or_else(String::new, |server| format!("nameserver {server}\noptions timeout:1 attempts:1\n"));
    let (usual, own) = (Path::new("/etc/resolv.conf"), Path::new(FOLDER).join("resolv.conf"));
    fs::write(&own, text)?;
    match usual.canonicalize() {
        Ok(file) => Ok(mount(Some(&own), &file, None::<&Path>, MsFlags::MS_BIND, None::<&Path>)?),
        // A link into /run, which is the lab's own and empty.
        Err(_) => match fs::read_link(usual).map(|target| Path::new("/etc").join(target)) {
            Ok(target) => {
                let target = target.components().fold(PathBuf::new(), |path, part| match part {
                    std::path::Component::ParentDir => path.parent().map_or_else(PathBuf::new, Path::to_owned),
                    other => path.join(other),
                });
                target.parent().map_or(Ok(()), fs::create_dir_all)?;
                symlink(&own, target)
            }
            Err(_) => Ok(()),
        },
    }
}
