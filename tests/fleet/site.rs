//! A network with nobody on it but the station and its PCs.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use super::kiosk::SECRET;
use super::pc::{LOGIN, Pc};

/// A network with nobody on it but the station and its PCs.
pub(super) struct Site {
    keeper: Child,
    pub(super) pid: u32,
    pub(super) folder: tempfile::TempDir,
    /// What an earlier preparation left, in a file system of its own: no layer may lie in another.
    pub(super) earlier: tempfile::TempDir,
}

pub(super) fn run(program: &str, words: &[&str]) -> Output {
    Command::new(program).args(words).stdin(Stdio::null()).output().unwrap_or_else(|error| panic!("{program}: {error}"))
}

pub(super) fn well(program: &str, words: &[&str]) {
    let out = run(program, words);
    assert!(out.status.success(), "{program} {words:?}: {}", String::from_utf8_lossy(&out.stderr));
}

/// The first line that a child writes.
pub(super) fn first_line(child: &mut Child) -> String {
    let mut line = String::new();
    let told = child.stdout.take().map(BufReader::new);
    told.map(|mut told| told.read_line(&mut line)).expect("a pipe").expect("a line");
    line.trim().to_owned()
}

pub(super) fn children(pid: u32) -> Vec<u32> {
    let told = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
    told.split_whitespace().filter_map(|pid| pid.parse().ok()).collect()
}

impl Site {
    /// A new one; `None` where none can be made here, which is said.
    pub(super) fn new() -> Option<Site> {
        let needed = ["/usr/sbin/sshd", "/usr/bin/sudo", "/usr/bin/strip", "/usr/bin/ssh-keygen", "/usr/sbin/ip"];
        let missing: Vec<&&str> = needed.iter().filter(|program| !Path::new(program).exists()).collect();
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
        let mut keeper = Command::new("unshare")
            .args(["--net", "--fork", "--kill-child", "sh", "-e", "-c", "ip link set lo up; ip link add lan type bridge; ip link set lan up; ip address add 10.66.0.1/16 dev lan; echo made; exec cat > /dev/null"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("unshare is part of every Linux");
        let line = first_line(&mut keeper);
        if line != "made" || !missing.is_empty() {
            let _ = keeper.kill();
            let _ = keeper.wait();
            println!("not run: needs root, namespaces, overlayfs and {missing:?}");
            assert!(std::env::var("TROUSSE_REQUIRE_LABS").is_err(), "required, and not run: {line} {missing:?}");
            return None;
        }
        let pid = children(keeper.id()).first().copied().expect("a first process");
        let earlier = tempfile::tempdir_in("/dev/shm").expect("a folder in memory");
        let site = Site { keeper, pid, folder, earlier };
        well("ssh-keygen", &["-q", "-t", "ed25519", "-N", "", "-f", &site.path("key")]);
        // Of this program what runs, without what only a debugger reads.
        well("strip", &["-o", &site.path("trousse"), env!("CARGO_BIN_EXE_trousse")]);
        let kept = site.earlier.path().join("var/lib/trousse/prep/kept");
        fs::create_dir_all(&kept).expect("a folder");
        fs::copy(site.path("trousse"), kept.join("trousse")).expect("copied");
        well("touch", &["-d", "2099-01-01", &kept.join("trousse").display().to_string()]);
        Some(site)
    }

    pub(super) fn path(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    /// A program at the station.
    pub(super) fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new("nsenter");
        command.args(["--target", &self.pid.to_string(), "--net"]).args(words).env_clear();
        command.env("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin").env("TROUSSE_LANG", "en");
        command.env("HOME", self.folder.path()).stdin(Stdio::null());
        command
    }

    pub(super) fn well(&self, words: &[&str]) {
        let out = self.command(words).output().expect("nsenter");
        assert!(out.status.success(), "{words:?}: {}", String::from_utf8_lossy(&out.stderr));
    }

    /// What is known of the PCs' keys.
    pub(super) fn known(&self, pcs: &[&Pc]) {
        let key = |pc: &&Pc| {
            let key = fs::read_to_string(pc.folder.join("host_key.pub")).expect("a key");
            format!("{} {key}", pc.address)
        };
        fs::write(self.path("known_hosts"), pcs.iter().map(key).collect::<String>()).expect("written");
    }

    pub(super) fn bench(&self, words: &[&str]) -> Command {
        let (key, known, program) = (self.path("key"), self.path("known_hosts"), self.path("trousse"));
        let own = [env!("CARGO_BIN_EXE_trousse"), "prep", "bench", "--key", &key, "--known-hosts", &known, "--program", &program];
        let mut command = self.command(&[&own[..], words].concat());
        command.env("TROUSSE_SSH_PASSWORD", LOGIN).env("KIOSK_PASSWORD", SECRET);
        command
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        let _ = self.keeper.kill();
        let _ = self.keeper.wait();
    }
}
