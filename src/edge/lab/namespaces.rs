//! The lab's own users, mounts, processes and networks: nothing of it is seen outside, and nothing of it outlives it.

use std::ffi::CStr;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use nix::errno::Errno;
use nix::mount::{MsFlags, mount};
use nix::sched::{CloneFlags, setns, unshare};
use nix::sys::prctl;
use nix::sys::signal::{SigHandler, Signal, signal};
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::{ForkResult, fork, getegid, geteuid};

use crate::fault::{Fault, Result};

/// Where the names of network namespaces are, as ip-netns(8) has it.
const NAMES: &str = "/run/netns";
/// Where hosts keep their files, inside the lab.
pub(super) const FOLDER: &str = "/run/lab";

/// Runs `inside` as the first process of new namespaces and gives its exit code. The process that calls stays in them, without a
/// network: it can only end. When it ends, however it ends, all that runs inside ends with it.
#[allow(unsafe_code)]
pub(super) fn isolated(inside: impl FnOnce(Lodging) -> u8) -> Result<u8> {
    let as_root = geteuid().is_root();
    let (uid, gid) = (geteuid(), getegid());
    let own = CloneFlags::CLONE_NEWNS
        | CloneFlags::CLONE_NEWNET
        | CloneFlags::CLONE_NEWPID
        | CloneFlags::CLONE_NEWUTS
        | CloneFlags::CLONE_NEWIPC;
    let whole = if as_root { unshare(own) } else { Err(Errno::EPERM) };
    if let Err(error) = whole {
        if error != Errno::EPERM {
            return Err(refused(error.into()));
        }
        unshare(own | CloneFlags::CLONE_NEWUSER).map_err(|error| refused(error.into()))?;
        fs::write("/proc/self/setgroups", "deny").map_err(refused)?;
        fs::write("/proc/self/uid_map", format!("0 {uid} 1")).map_err(refused)?;
        fs::write("/proc/self/gid_map", format!("0 {gid} 1")).map_err(refused)?;
    }
    // SAFETY: no other thread exists yet, so the child may do what its parent could.
    match unsafe { fork() }.map_err(|error| refused(error.into()))? {
        ForkResult::Child => {
            let lodged = prctl::set_pdeathsig(Signal::SIGKILL).map_err(io::Error::from).and_then(|()| lodge(whole.is_ok()));
            let code = match lodged {
                Ok(lodging) => inside(lodging),
                Err(error) => {
                    eprintln!("{}", refused(error));
                    2
                }
            };
            std::process::exit(code.into())
        }
        ForkResult::Parent { child } => {
            // SAFETY: ignoring a signal runs no code. Ctrl-C is for the command inside; its exit code comes back here.
            let ignored = unsafe { signal(Signal::SIGINT, SigHandler::SigIgn).and(signal(Signal::SIGQUIT, SigHandler::SigIgn)) };
            let status = ignored.and_then(|_| waitpid(child, None)).map_err(|error| refused(error.into()))?;
            Ok(match status {
                WaitStatus::Exited(_, code) => code as u8,
                _ => 2,
            })
        }
    }
}

fn refused(error: io::Error) -> Fault {
    let fault = Fault::new(
        format!("cannot make the namespaces of a lab: {error}"),
        format!("impossible de créer les espaces de noms d'un labo : {error}"),
    );
    fault.hint(
        "run it as root, or allow user namespaces: sudo sysctl kernel.unprivileged_userns_clone=1 user.max_user_namespaces=1000 kernel.apparmor_restrict_unprivileged_userns=0 (those that exist)",
        "lancez-le en root, ou autorisez les espaces de noms utilisateur : sudo sysctl kernel.unprivileged_userns_clone=1 user.max_user_namespaces=1000 kernel.apparmor_restrict_unprivileged_userns=0 (ceux qui existent)",
    )
}

/// What the first process inside knows of the outside.
pub(super) struct Lodging {
    /// Its own process number outside.
    pub(super) pid: u32,
    /// Whether root inside is root outside too.
    pub(super) is_root: bool,
    /// The lab's own network namespace, where its bridges are.
    pub(super) home: File,
}

/// Furnishes the new namespaces: private mounts, a `/proc` of its own, an empty `/run`.
fn lodge(is_root: bool) -> io::Result<Lodging> {
    let none = None::<&Path>;
    let outer = fs::read_link("/proc/self")?;
    let pid = outer.to_str().and_then(|pid| pid.parse().ok()).ok_or(Errno::ESRCH)?;
    mount(none, "/", none, MsFlags::MS_REC | MsFlags::MS_PRIVATE, none)?;
    // Some containers hide parts of /proc and then refuse a new one; the old one serves, with the numbers of outside.
    let _ = mount(Some("proc"), "/proc", Some("proc"), MsFlags::MS_NOSUID | MsFlags::MS_NODEV | MsFlags::MS_NOEXEC, none);
    mount(Some("lab"), "/run", Some("tmpfs"), MsFlags::MS_NOSUID | MsFlags::MS_NODEV, Some("mode=755"))?;
    fs::create_dir_all(NAMES)?;
    fs::create_dir_all(FOLDER)?;
    let home = File::open("/proc/thread-self/ns/net")?;
    quieten()?;
    Ok(Lodging { pid, is_root, home })
}

impl Lodging {
    /// Makes a network namespace and gives it a name that `ip netns` knows.
    pub(super) fn network(&self, name: &str) -> io::Result<File> {
        let path = network_path(name);
        File::create(&path)?;
        unshare(CloneFlags::CLONE_NEWNET)?;
        let named = mount(Some("/proc/thread-self/ns/net"), &path, None::<&Path>, MsFlags::MS_BIND, None::<&Path>)
            .map_err(io::Error::from)
            .and_then(|()| quieten());
        setns(&self.home, CloneFlags::CLONE_NEWNET)?;
        named?;
        File::open(path)
    }

    /// Does something in another network namespace, and comes back.
    pub(super) fn visit<T>(&self, network: &File, what: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
        setns(network, CloneFlags::CLONE_NEWNET)?;
        let done = what();
        setns(&self.home, CloneFlags::CLONE_NEWNET)?;
        done
    }
}

/// The file that stands for a network namespace.
pub(super) fn network_path(name: &str) -> PathBuf {
    Path::new(NAMES).join(name)
}

/// Sets the calling thread's network to what a host does when nobody has set anything, whatever the machine outside does: every
/// card answers for every address of the host, nothing is routed, and IPv6 says nothing by itself.
fn quieten() -> io::Result<()> {
    for scope in ["all", "default"] {
        for (key, value) in [
            ("ipv6/conf/{}/disable_ipv6", "1"),
            ("ipv6/conf/{}/accept_ra", "0"),
            ("ipv6/conf/{}/accept_dad", "0"),
            ("ipv4/conf/{}/rp_filter", "0"),
            ("ipv4/conf/{}/arp_ignore", "0"),
            ("ipv4/conf/{}/arp_announce", "0"),
            ("ipv4/conf/{}/arp_filter", "0"),
            ("ipv4/conf/{}/proxy_arp", "0"),
            ("ipv4/conf/{}/forwarding", "0"),
        ] {
            let path = Path::new("/proc/sys/net").join(key.replace("{}", scope));
            // A kernel without IPv6 has nothing to be quietened there.
            if path.exists() {
                fs::write(path, value)?;
            }
        }
    }
    Ok(())
}

/// What a process of a host does between fork and exec: its own network, and a `/run`, a `/sys` and a name of that host. Only
/// system calls, on texts made before: other threads of its parent may hold any lock.
pub(super) fn enter_host(network: &File, run: &CStr, name: &str, session: Session) -> io::Result<()> {
    let none = None::<&CStr>;
    setns(network, CloneFlags::CLONE_NEWNET)?;
    unshare(CloneFlags::CLONE_NEWNS | CloneFlags::CLONE_NEWUTS)?;
    mount(Some(run), c"/run", none, MsFlags::MS_BIND | MsFlags::MS_REC, none)?;
    // The interfaces under /sys/class/net are those of whoever mounts it; refused where parts of /sys are hidden.
    let _ = mount(Some(c"sysfs"), c"/sys", Some(c"sysfs"), MsFlags::MS_NOSUID | MsFlags::MS_NODEV | MsFlags::MS_NOEXEC, none);
    nix::unistd::sethostname(name)?;
    if session == Session::ItsOwn {
        nix::unistd::setsid()?;
    }
    Ok(())
}

/// Whether a process gets the keys of the terminal, Ctrl-C above all.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Session {
    /// It does.
    Terminal,
    /// It does not: daemons.
    ItsOwn,
}
