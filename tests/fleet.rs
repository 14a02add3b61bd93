//! `trousse prep bench` with the real program and real OpenSSH servers: each PC a system of its own, made from this one and thrown
//! away, on a network of its own, whose restarts are played by what stands for its firmware.

#![cfg(target_os = "linux")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};

use serde_json::Value;

/// PCs that are well, and how long all of it may take.
const PCS: usize = 50;
const PATIENCE: Duration = Duration::from_secs(900);
/// Between two looks at what is told.
const GLANCE: Duration = Duration::from_millis(100);
/// Kilobytes that the station may hold: 200 MB.
const MOST_KB: u64 = 200_000;
/// What nobody may find anywhere.
const SECRET: &str = "correct-horse-7!";
/// The password of those who log in by one.
const LOGIN: &str = "battery-staple-9";

/// A network with nobody on it but the station and its PCs.
struct Site {
    keeper: Child,
    pid: u32,
    folder: tempfile::TempDir,
    /// What an earlier preparation left, in a file system of its own: no layer may lie in another.
    earlier: tempfile::TempDir,
}

/// A PC of it.
struct Pc {
    keeper: Child,
    /// Its first process, by its number outside.
    first: u32,
    address: String,
    link: String,
    folder: PathBuf,
}

/// How a PC is other than most.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    /// The user root, by key.
    Root,
    /// A technician, by key, who becomes root by a password.
    Sudo,
    /// Likewise, who logs in by that password too.
    Password,
    /// Another password is the right one.
    OtherPassword,
    /// The user has 24 MB.
    NoRoom,
    /// Whatever is asked, it says the same without an end.
    Flood,
    /// Whatever is asked, it says nonsense.
    Garbage,
    /// It has none of the programs that compute a SHA-256.
    NoHash,
}

/// The making of a system from this one. Its first process stands for its firmware: it starts sshd and the start-up task, and starts
/// all of it anew when the system asks for it.
const MAKING: &str = r##"
    exec 2>&1
    folder="$1" kind="$2" name="$3" kept="$4"
    mount --make-rprivate /
    for file in host_key key.pub; do cp "$folder/$file" /dev/shm/"$name.$file"; done
    mount -t tmpfs shared "$folder"
    cd "$folder"
    for file in host_key key.pub; do mv /dev/shm/"$name.$file" "$file"; done
    mkdir upper work root
    mount -t overlay overlay -o lowerdir="$kept"/,upperdir="$folder/upper",workdir="$folder/work" root
    mount -t proc proc root/proc
    mount --rbind /dev root/dev
    mount -t tmpfs run root/run
    mount -t tmpfs tmp root/tmp
    mount -t tmpfs sys root/sys
    mkdir -p root/sys/class/dmi/id root/run/systemd/system root/run/lock root/run/sshd root/root/.ssh root/var/spool/pc
    echo Intel > root/sys/class/dmi/id/sys_vendor
    echo NUC11PAHi5 > root/sys/class/dmi/id/product_name
    echo "SERIAL-$name" > root/sys/class/dmi/id/product_serial
    cat /proc/sys/kernel/random/uuid | tr -d - > root/etc/machine-id
    cat /proc/sys/kernel/random/uuid > boot_id
    mount --bind boot_id root/proc/sys/kernel/random/boot_id
    rm -rf root/etc/systemd/system/trousse-prep.service root/var/lib/trousse/prep/*.jsonl
    for program in systemctl reboot; do
        printf '#!/bin/sh\necho "$*" >> /var/spool/pc/asked\n' > root/usr/local/sbin/$program
        chmod 755 root/usr/local/sbin/$program
    done
    hostname "$name"
    echo "$name" > root/etc/hostname
    printf '127.0.0.1\tlocalhost\n127.0.1.1\t%s\n' "$name" > root/etc/hosts
    cp key.pub root/root/.ssh/authorized_keys
    chmod 700 root/root root/root/.ssh
    case "$kind" in
        sudo | password | other | room)
            chroot root useradd --create-home --shell /bin/bash tech
            case "$kind" in other) password=another ;; *) password="$LOGIN" ;; esac
            printf 'tech:%s\n' "$password" | chroot root chpasswd --crypt-method SHA512 --sha-rounds 1000
            echo 'tech ALL=(ALL:ALL) ALL' > root/etc/sudoers.d/tech
            chmod 440 root/etc/sudoers.d/tech
            case "$kind" in sudo | room) chroot root install -D -o tech -m 600 /root/.ssh/authorized_keys /home/tech/.ssh/authorized_keys ;; esac
            ;;
    esac
    case "$kind" in
        room)
            mount -t tmpfs -o size=24m,mode=755 small root/home/tech
            chroot root install -d -o tech /home/tech/.ssh
            chroot root install -o tech -m 600 /root/.ssh/authorized_keys /home/tech/.ssh/authorized_keys
            chroot root chown tech /home/tech
            ;;
        flood) sed -i 's|^|command="yes trousse: whole" |' root/root/.ssh/authorized_keys ;;
        garbage) sed -i 's|^|command="head -c 100000 /dev/urandom" |' root/root/.ssh/authorized_keys ;;
        hash) rm -f root/usr/bin/sha256sum root/usr/bin/busybox root/bin/busybox root/usr/bin/openssl ;;
    esac
    cp host_key root/etc/ssh/fleet_key
    chmod 600 root/etc/ssh/fleet_key
    printf 'HostKey /etc/ssh/fleet_key\nUsePAM no\nPermitRootLogin yes\nPasswordAuthentication yes\nMaxStartups 100\nPidFile none\nUseDNS no\nPrintMotd no\nSubsystem sftp /bin/false\n' > root/etc/ssh/fleet.conf
    echo made
    exec > /dev/null 2>&1
    IFS= read -r go
    while :; do
        chroot root /usr/sbin/sshd -D -f /etc/ssh/fleet.conf &
        unit=root/etc/systemd/system/trousse-prep.service
        if [ -e "$unit" ] && [ -L root/etc/systemd/system/multi-user.target.wants/trousse-prep.service ]; then
            command="$(sed -n 's/^ExecStart=//p' "$unit")"
            PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin chroot root sh -c "$command" > /dev/null 2>> root/var/spool/pc/started &
        fi
        until [ -e root/var/spool/pc/asked ]; do sleep 0.1; done
        kill -9 -1
        wait
        rm root/var/spool/pc/asked
        echo start >> root/var/spool/pc/starts
        cat /proc/sys/kernel/random/uuid > boot_id
        hostname -F root/etc/hostname
    done
"##;

fn run(program: &str, words: &[&str]) -> Output {
    Command::new(program).args(words).stdin(Stdio::null()).output().unwrap_or_else(|error| panic!("{program}: {error}"))
}

fn well(program: &str, words: &[&str]) {
    let out = run(program, words);
    assert!(out.status.success(), "{program} {words:?}: {}", String::from_utf8_lossy(&out.stderr));
}

/// The first line that a child writes.
fn first_line(child: &mut Child) -> String {
    let mut line = String::new();
    let told = child.stdout.take().map(BufReader::new);
    told.map(|mut told| told.read_line(&mut line)).expect("a pipe").expect("a line");
    line.trim().to_owned()
}

fn children(pid: u32) -> Vec<u32> {
    let told = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
    told.split_whitespace().filter_map(|pid| pid.parse().ok()).collect()
}

impl Site {
    /// A new one; `None` where none can be made here, which is said.
    fn new() -> Option<Site> {
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

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    /// A program at the station.
    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new("nsenter");
        command.args(["--target", &self.pid.to_string(), "--net"]).args(words).env_clear();
        command.env("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin").env("TROUSSE_LANG", "en");
        command.env("HOME", self.folder.path()).stdin(Stdio::null());
        command
    }

    fn well(&self, words: &[&str]) {
        let out = self.command(words).output().expect("nsenter");
        assert!(out.status.success(), "{words:?}: {}", String::from_utf8_lossy(&out.stderr));
    }

    /// A PC on the network, with the tenth-from-last address of its number.
    fn pc(&self, number: usize, kind: Kind) -> Pc {
        let name = format!("pc-{number:03}");
        let folder = self.folder.path().join(&name);
        fs::create_dir(&folder).expect("a folder");
        let inside = |file: &str| folder.join(file).display().to_string();
        well("ssh-keygen", &["-q", "-t", "ed25519", "-N", "", "-f", &inside("host_key")]);
        fs::copy(self.path("key.pub"), folder.join("key.pub")).expect("copied");
        let word = match kind {
            Kind::Root => "root",
            Kind::Sudo => "sudo",
            Kind::Password => "password",
            Kind::OtherPassword => "other",
            Kind::NoRoom => "room",
            Kind::Flood => "flood",
            Kind::Garbage => "garbage",
            Kind::NoHash => "hash",
        };
        // Memory is spared: most PCs have the program that goes on after a restart from an earlier preparation.
        let kept = if number < 5 { String::new() } else { format!("{}:", self.earlier.path().display()) };
        let mut keeper = Command::new("unshare")
            .args(["--mount", "--uts", "--ipc", "--pid", "--net", "--fork", "--kill-child", "sh", "-e", "-c", MAKING, "sh"])
            .args([&folder.display().to_string(), word, &name, &kept])
            .env("LOGIN", LOGIN)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("unshare is part of every Linux");
        assert_eq!(first_line(&mut keeper), "made", "{name}");
        let first = children(keeper.id()).first().copied().expect("a first process");
        let (link, address) = (format!("pc{number}"), format!("10.66.{}.{}", 1 + number / 200, 10 + number % 200));
        self.well(&["ip", "link", "add", &link, "type", "veth", "peer", "name", "lan0", "netns", &first.to_string()]);
        self.well(&["ip", "link", "set", &link, "master", "lan", "up"]);
        let within = ["--target", &first.to_string(), "--net", "ip"].map(str::to_owned);
        for words in [
            &["link", "set", "lo", "up"][..],
            &["address", "add", &format!("{address}/16"), "dev", "lan0"],
            &["link", "set", "lan0", "up"],
        ] {
            let words: Vec<&str> = within.iter().map(String::as_str).chain(words.iter().copied()).collect();
            well("nsenter", &words);
        }
        keeper.stdin.as_mut().expect("a pipe").write_all(b"go\n").expect("it reads");
        Pc { keeper, first, address, link, folder }
    }

    /// What is known of the PCs' keys.
    fn known(&self, pcs: &[&Pc]) {
        let key = |pc: &&Pc| {
            let key = fs::read_to_string(pc.folder.join("host_key.pub")).expect("a key");
            format!("{} {key}", pc.address)
        };
        fs::write(self.path("known_hosts"), pcs.iter().map(key).collect::<String>()).expect("written");
    }

    fn bench(&self, words: &[&str]) -> Command {
        let (key, known, program) = (self.path("key"), self.path("known_hosts"), self.path("trousse"));
        let own = [env!("CARGO_BIN_EXE_trousse"), "prep", "bench", "--key", &key, "--known-hosts", &known, "--program", &program];
        let mut command = self.command(&[&own[..], words].concat());
        command.env("TROUSSE_SSH_PASSWORD", LOGIN).env("KIOSK_PASSWORD", SECRET);
        command
    }
}

impl Pc {
    fn root(&self) -> PathBuf {
        PathBuf::from(format!("/proc/{}/root{}", self.first, self.folder.join("root").display()))
    }

    fn read(&self, path: &str) -> Option<String> {
        fs::read(self.root().join(path.trim_start_matches('/'))).ok().map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
    }

    /// A line of shell on it.
    fn shell(&self, line: &str) -> String {
        let out = Command::new("nsenter")
            .args(["--target", &self.first.to_string(), "--mount", "--uts", "--pid", "--net", "chroot"])
            .arg(self.folder.join("root"))
            .args(["sh", "-c", line])
            .env_clear()
            .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
            .output()
            .expect("a shell");
        String::from_utf8_lossy(&out.stdout).into_owned() + &String::from_utf8_lossy(&out.stderr)
    }

    /// What attends to the station there ends, as a connection that somebody cuts: by the number of its process.
    fn cut(&self) {
        let line = "for pid in $(ls /proc | grep '^[0-9]*$'); do read -r name < /proc/$pid/comm 2>/dev/null || continue; \
                    if [ \"$name\" = sshd ] && tr '\\0' ' ' < /proc/$pid/cmdline | grep -q '@notty'; then kill -9 $pid; fi; done";
        self.shell(line);
    }
}

impl Drop for Pc {
    fn drop(&mut self) {
        let _ = self.keeper.kill();
        let _ = self.keeper.wait();
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        let _ = self.keeper.kill();
        let _ = self.keeper.wait();
    }
}

/// A package made by Debian's own tool.
fn deb(folder: &Path) -> Vec<u8> {
    let tree = folder.join("tree");
    fs::create_dir_all(tree.join("DEBIAN")).expect("a folder");
    fs::create_dir_all(tree.join("opt/kioskd")).expect("a folder");
    let control =
        "Package: kioskd\nVersion: 2.10-1\nArchitecture: all\nMaintainer: Nobody <nobody@example.org>\nDescription: a kiosk\n";
    fs::write(tree.join("DEBIAN/control"), control).expect("written");
    fs::write(tree.join("opt/kioskd/version"), "2.10-1").expect("written");
    let made = folder.join("kioskd.deb");
    well("dpkg-deb", &["--root-owner-group", "--build", &tree.display().to_string(), &made.display().to_string()]);
    fs::read(made).expect("a package")
}

/// The profile: a name, a file, a package, a password, a restart, and something after it that may be done once.
const KIOSK: &str = r#"
title = "Kiosk"
version = "3"

[for]
models = ["NUC11*"]

[variables]
number = ""
site = ""

[[step]]
name = "name"
kind = "rename"
to = "kiosk-{number}"

[[step]]
name = "welcome"
kind = "file"
path = "/etc/kiosk/welcome"
text = "This is kiosk {number} of {site}\n"

[[step]]
name = "background"
kind = "file"
path = "/etc/kiosk/background"
from = "background.bin"

[[step]]
name = "browser"
kind = "package"
file = "kioskd.deb"

[[step]]
name = "operator"
kind = "user"
login = "kiosk"
password_from = "KIOSK_PASSWORD"

[[step]]
name = "restart"
kind = "reboot"
needs = ["browser", "operator"]

[[step]]
name = "certificates"
kind = "script"
needs = ["restart"]
run = """
mkdir -p /opt/kiosk
echo "made for $TROUSSE_NUMBER" > /opt/kiosk/certificates
echo once >> /opt/kiosk/times
"""
done_when = { file = "/opt/kiosk/certificates", contains = "made for" }
"#;

impl Site {
    fn profile(&self) {
        let folder = self.folder.path();
        fs::write(folder.join("kiosk.toml"), KIOSK).expect("written");
        fs::write(folder.join("kioskd.deb"), deb(folder)).expect("written");
        let background: Vec<u8> = (0..3_000_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
        fs::write(folder.join("background.bin"), background).expect("written");
    }
}

/// What a PC is like that is ready.
fn assert_ready(pc: &Pc, number: &str) {
    let address = &pc.address;
    assert_eq!(pc.read("/etc/kiosk/welcome").as_deref(), Some(format!("This is kiosk {number} of Lyon\n").as_str()), "{address}");
    assert_eq!(fs::metadata(pc.root().join("etc/kiosk/background")).map(|file| file.len()).ok(), Some(3_000_000), "{address}");
    assert_eq!(pc.read("/opt/kioskd/version").as_deref(), Some("2.10-1"), "{address}");
    assert_eq!(pc.read("/opt/kiosk/times").as_deref(), Some("once\n"), "{address}: a step was done twice");
    assert_eq!(pc.read("/var/spool/pc/starts").as_deref(), Some("start\n"), "{address}: restarted once");
    assert_eq!(pc.shell("hostname").trim(), format!("kiosk-{number}"), "{address}");
    assert!(pc.shell("getent shadow kiosk").starts_with("kiosk:$"), "{address}: the password is set");
    let left = pc.shell("ls -d /root/.trousse-bench /home/*/.trousse-bench /var/lib/trousse/bench /var/lib/trousse/prep/kept /etc/systemd/system/trousse-prep.service 2>/dev/null");
    assert_eq!(left, "", "{address}: something is left behind");
    let upper = format!("/proc/{}/root{}", pc.first, pc.folder.join("upper").display());
    let written = run("grep", &["-rlF", "-e", SECRET, "-e", LOGIN, &upper]);
    assert_eq!(String::from_utf8_lossy(&written.stdout), "", "{address}: a secret is written somewhere");
    let found = pc.shell(&format!("grep -rlF -e '{SECRET}' -e '{LOGIN}' /tmp /run"));
    assert_eq!(found, "", "{address}: a secret is written somewhere");
}

fn results(lines: &[Value]) -> BTreeMap<String, Value> {
    let results = lines.iter().filter(|line| line["is"] == "result");
    results.map(|line| (line["pc"].as_str().expect("an address").to_owned(), line.clone())).collect()
}

/// Runs it to the end; each line that it tells is handed over at once, and nothing now and then where it tells nothing. The exit
/// code, the lines, and the most memory that it held.
fn follow(mut command: Command, mut each: impl FnMut(Option<&Value>)) -> (i32, Vec<Value>, u64) {
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program");
    let began = Instant::now();
    let mut lines = Vec::new();
    let mut peak = 0;
    let told = BufReader::new(child.stdout.take().expect("a pipe"));
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || told.lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
    loop {
        assert!(began.elapsed() < PATIENCE, "it takes too long");
        let line = match receiver.recv_timeout(GLANCE) {
            Ok(line) => line,
            Err(RecvTimeoutError::Timeout) => {
                each(None);
                continue;
            }
            Err(RecvTimeoutError::Disconnected) => break,
        };
        assert!(!line.contains(['\u{1b}', '\u{7}']), "obeyed: {line}");
        assert!(line.len() < 300_000, "a line of {} bytes", line.len());
        let line: Value = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"));
        each(Some(&line));
        lines.push(line);
        // nsenter(1) becomes the program.
        let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
        let held = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.parse().ok());
        peak = peak.max(held.unwrap_or_default());
    }
    let out = child.wait_with_output().expect("it ends");
    assert_eq!(String::from_utf8_lossy(&out.stderr), "", "nothing but lines");
    (out.status.code().unwrap_or(-1), lines, peak)
}

#[test]
fn fifty_pcs_at_once_are_all_right_while_five_are_cut_off_and_come_back() {
    let Some(site) = Site::new() else { return };
    site.profile();
    let kind = |number: usize| match number {
        40..45 => Kind::Sudo,
        45..49 => Kind::Password,
        49 => Kind::NoHash,
        _ => Kind::Root,
    };
    let pcs: Vec<Pc> = (0..PCS).map(|number| site.pc(number, kind(number))).collect();
    let [changed, other, full, flood, garbage] =
        [(60, Kind::Root), (61, Kind::OtherPassword), (62, Kind::NoRoom), (63, Kind::Flood), (64, Kind::Garbage)]
            .map(|(number, kind)| site.pc(number, kind));
    let all: Vec<&Pc> = pcs.iter().chain([&changed, &other, &full, &flood, &garbage]).collect();
    site.known(&all);
    // One was installed anew, or somebody stands in between.
    let known = fs::read_to_string(site.path("known_hosts")).expect("it is there");
    let (one, two) = (
        fs::read_to_string(changed.folder.join("host_key.pub")).expect("a key"),
        fs::read_to_string(other.folder.join("host_key.pub")).expect("a key"),
    );
    fs::write(
        site.path("known_hosts"),
        known.replace(&format!("{} {one}", changed.address), &format!("{} {two}", changed.address)),
    )
    .expect("written");
    let row = |(number, pc): (usize, &&Pc)| {
        let user = match number {
            40..49 | 51 | 52 => "tech",
            _ => "",
        };
        format!("{};{user};{number:03}\n", pc.address)
    };
    let rows: String = all.iter().enumerate().map(row).collect();
    fs::write(site.path("pcs.csv"), format!("address;user;number\n{rows}")).expect("written");

    // Cut off at different points: while the program is brought, while the run goes on, during the restart.
    let mut cut: BTreeSet<usize> = BTreeSet::new();
    let mut down: Vec<(usize, Instant)> = Vec::new();
    let link = |pc: &Pc, state: &str| site.well(&["ip", "link", "set", &pc.link, state]);
    let began = Instant::now();
    let profile = site.path("kiosk.toml");
    let list = site.path("pcs.csv");
    let (code, lines, peak) = follow(
        site.bench(&[&profile, "--hosts", &list, "--set", "site=Lyon", "--user", "root", "--ask-password", "--format", "json"]),
        |line| {
            let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            let (pc, is, event) =
                line.map(|line| (word(&line["pc"]), word(&line["is"]), word(&line["event"]["is"]))).unwrap_or_default();
            let place = pcs.iter().position(|known| known.address == pc);
            match (place, is.as_str(), event.as_str()) {
                (Some(place @ 3), "connected", _)
                | (Some(place @ 4), "told", "applying")
                | (Some(place @ 5), "told", "finished")
                    if cut.insert(place) =>
                {
                    link(&pcs[place], "down");
                    down.push((place, Instant::now()));
                }
                (Some(place @ 6), "told", "started") | (Some(place @ 7), "told", "step") if cut.insert(place) => pcs[place].cut(),
                _ => {}
            }
            // Longer than a dead connection is held for alive.
            down.retain(|(place, since)| {
                let still = since.elapsed() < Duration::from_secs(25);
                if !still {
                    link(&pcs[*place], "up");
                }
                still
            });
        },
    );
    let took = began.elapsed();
    let results = results(&lines);
    for (number, pc) in pcs.iter().enumerate() {
        let result = &results[&pc.address];
        assert_eq!(result["end"], "ready", "{result}");
        assert_eq!((result["restarts"].as_u64(), result["changed"].as_u64()), (Some(1), Some(7)), "{result}");
        assert_eq!(result["identity"]["serial"], format!("SERIAL-pc-{number:03}"));
        assert_ready(pc, &format!("{number:03}"));
    }
    assert_eq!(cut, [3, 4, 5, 6, 7].into());
    // A run that goes on while its link is down may restart the PC meanwhile: that is one loss to the station.
    for (place, least) in [(3, 2), (4, 1), (5, 1), (6, 2), (7, 2)] {
        let losses = results[&pcs[place].address]["losses"].as_u64();
        assert!(losses >= Some(least), "{place} was cut off, and restarted: {losses:?}");
    }
    for (pc, end, part) in [
        (&changed, "refused", "its key is another than the known one"),
        (&other, "refused", "the password is wrong"),
        (&full, "refused", "no room on its disk"),
        (&flood, "refused", "it says more than it was asked"),
        (&garbage, "refused", "not Linux"),
    ] {
        let result = &results[&pc.address];
        assert_eq!(result["end"], end, "{result}");
        assert!(result["why"].to_string().contains(part), "{part}: {result}");
        assert_eq!(pc.read("/etc/kiosk/welcome"), None, "{end}: something was touched");
    }
    assert_eq!(code, 30);
    assert_eq!(lines.last().map(|line| (line["is"].clone(), line["ready"].clone())), Some(("summary".into(), 50.into())));
    let told: String = lines.iter().map(Value::to_string).collect();
    assert!(!told.contains(SECRET) && !told.contains(LOGIN), "a secret was told");
    println!("{PCS} PCs in {:.0} s; the station held {} MB at most", took.as_secs_f64(), peak / 1000);
    assert!(peak > 0 && peak < MOST_KB, "{peak} kB");
}

/// What processes hold together, in kilobytes: a process and all that it has started.
fn held(pid: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let own: u64 = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:")?.trim().strip_suffix(" kB")?.trim().parse().ok())
        .unwrap_or_default();
    own + children(pid).into_iter().map(held).sum::<u64>()
}

/// Runs it to the end: how long it took, and the most that it held with all that it started, in kilobytes.
fn measured(mut command: Command) -> (Duration, u64) {
    let began = Instant::now();
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::inherit()).spawn().expect("the program");
    let mut peak = 0;
    let status = loop {
        if let Some(status) = child.try_wait().expect("a child") {
            break status;
        }
        peak = peak.max(held(child.id()));
        std::thread::sleep(Duration::from_millis(20));
    };
    assert!(status.success(), "{status}");
    (began.elapsed(), peak)
}

#[test]
#[ignore = "a measurement: tests/bench/fleet runs it"]
fn measured_beside_pssh_and_ansible() {
    let Some(site) = Site::new() else { return };
    site.profile();
    let pcs: Vec<Pc> = (10..10 + PCS).map(|number| site.pc(number, Kind::Root)).collect();
    let all: Vec<&Pc> = pcs.iter().collect();
    site.known(&all);
    let update = "title = \"Update\"\nversion = \"1\"\n\
        [[step]]\nname = \"background\"\nkind = \"file\"\npath = \"/etc/kiosk/background\"\nfrom = \"background.bin\"\n\
        [[step]]\nname = \"browser\"\nkind = \"package\"\nfile = \"kioskd.deb\"\n";
    fs::write(site.path("update.toml"), update).expect("written");
    let addresses: Vec<&str> = pcs.iter().map(|pc| pc.address.as_str()).collect();
    fs::write(site.path("pcs.csv"), format!("address\n{}\n", addresses.join("\n"))).expect("written");
    fs::write(site.path("hosts"), addresses.join("\n") + "\n").expect("written");
    let (background, package, known, key) =
        (site.path("background.bin"), site.path("kioskd.deb"), site.path("known_hosts"), site.path("key"));
    let install = "mkdir -p /etc/kiosk && mv /root/background.bin /etc/kiosk/background && dpkg --install /root/kioskd.deb && rm /root/kioskd.deb";
    let script = format!(
        "set -e; parallel-scp -h {hosts} -p 50 -l root -t 300 -x '-i {key} -o UserKnownHostsFile={known}' {background} /root/background.bin; \
         parallel-scp -h {hosts} -p 50 -l root -t 300 -x '-i {key} -o UserKnownHostsFile={known}' {package} /root/kioskd.deb; \
         parallel-ssh -h {hosts} -p 50 -l root -t 300 -x '-i {key} -o UserKnownHostsFile={known}' '{install}'",
        hosts = site.path("hosts"),
    );
    let playbook = format!(
        "- hosts: all\n  gather_facts: false\n  tasks:\n    - file: {{path: /etc/kiosk, state: directory}}\n    - copy: {{src: {background}, dest: /etc/kiosk/background}}\n    \
         - copy: {{src: {package}, dest: /root/kioskd.deb}}\n    - command: dpkg --install /root/kioskd.deb\n"
    );
    fs::write(site.path("play.yml"), playbook).expect("written");
    let ansible = format!(
        "ansible-playbook -i {} -f 50 -u root --private-key {key} --ssh-common-args '-o UserKnownHostsFile={known}' {}",
        site.path("hosts"),
        site.path("play.yml")
    );
    let ours = || site.bench(&[&site.path("update.toml"), "--hosts", &site.path("pcs.csv"), "--user", "root"]);
    let shell = |line: &str| {
        let mut command = site.command(&["sh", "-c", line]);
        command.env("ANSIBLE_PYTHON_INTERPRETER", "/usr/bin/python3").env("LC_ALL", "C.UTF-8");
        command
    };
    let size = fs::metadata(site.path("trousse")).expect("it is there").len();
    println!("{PCS} PCs, a file of 3 MB and a package for each; trousse brings itself too, {} MB", size / 1_000_000);
    for (name, program, command) in [
        ("trousse", env!("CARGO_BIN_EXE_trousse"), ours()),
        ("pssh", "/usr/bin/parallel-ssh", shell(&script)),
        ("ansible", "/usr/bin/ansible-playbook", shell(&ansible)),
    ] {
        if !Path::new(program).exists() {
            println!("{name}: not run: needs {program}");
            continue;
        }
        let (took, peak) = measured(command);
        for pc in &pcs {
            assert_eq!(pc.read("/opt/kioskd/version").as_deref(), Some("2.10-1"), "{name}: {}", pc.address);
            assert_eq!(
                fs::metadata(pc.root().join("etc/kiosk/background")).map(|file| file.len()).ok(),
                Some(3_000_000),
                "{name}"
            );
            pc.shell("dpkg --purge kioskd; rm -rf /etc/kiosk /opt/kioskd");
        }
        println!("{name}: {:.1} s, {} MB", took.as_secs_f64(), peak / 1000);
    }
}

#[test]
fn what_can_be_known_to_be_wrong_is_refused_before_any_pc_is_asked() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).display().to_string();
    let step = "[[step]]\nname = \"a\"\nkind = \"file\"\npath = \"/opt/a\"\ntext = \"{name}\"\n";
    fs::write(path("p.toml"), format!("title = \"t\"\nversion = \"1\"\n[variables]\nname = \"\"\n{step}")).expect("written");
    let secret = "[[step]]\nname = \"b\"\nkind = \"user\"\nlogin = \"b\"\npassword_from = \"NOT_GIVEN\"\n";
    fs::write(path("secret.toml"), format!("title = \"t\"\nversion = \"1\"\n{secret}")).expect("written");
    let payload = "[[step]]\nname = \"b\"\nkind = \"package\"\nfile = \"none.deb\"\n";
    fs::write(path("payload.toml"), format!("title = \"t\"\nversion = \"1\"\n{payload}")).expect("written");
    let named = "[names]\npattern = \"pc-{nn}\"\n[[step]]\nname = \"b\"\nkind = \"rename\"\n";
    fs::write(path("named.toml"), format!("title = \"t\"\nversion = \"1\"\n{named}")).expect("written");
    fs::write(path("encrypted"), "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n")
        .expect("written");
    let one = "address,name\n10.66.0.2,x\n";
    let list = |text: &str| {
        fs::write(path("pcs.csv"), text).expect("written");
        path("pcs.csv")
    };
    let refused = |profile: &str, hosts: &str, more: &[&str], code: i32, part: &str| {
        let out = Command::new("unshare")
            .args(["--net", env!("CARGO_BIN_EXE_trousse"), "--lang", "en", "prep", "bench", &path(profile), "--hosts", hosts])
            .args(more)
            .env_clear()
            .env("HOME", folder.path())
            .stdin(Stdio::null())
            .output()
            .expect("the program");
        let text = String::from_utf8_lossy(&out.stdout).into_owned() + &String::from_utf8_lossy(&out.stderr);
        if text.starts_with("unshare:") {
            println!("not run: needs root");
            return;
        }
        assert_eq!(out.status.code(), Some(code), "{part}: {text}");
        let lines: Vec<&str> = text.lines().collect();
        assert!(text.contains(part) && lines.len() <= 2 && lines[0].starts_with("trousse: "), "{part}: {text}");
    };
    refused("p.toml", &path("none.csv"), &[], 30, "cannot read the list");
    refused("p.toml", &list(""), &[], 30, "no PC stands in it");
    refused("p.toml", &list("address,colour\n10.66.0.2,x\n"), &[], 30, "line 1: \"colour\" is neither");
    refused("p.toml", &list("address,name\n10.66.0.2,x\n10.66.0.2,y\n"), &[], 30, "stands in it twice");
    refused("p.toml", &list("address\n10.66.0.2\n"), &[], 30, "the variable name has no value");
    refused("p.toml", &list(one), &["--set", "x"], 30, "no value");
    refused("p.toml", &list(one), &["--key", &path("none")], 30, "cannot use the key");
    refused("p.toml", &list(one), &["--key", &path("encrypted")], 30, "cannot use the key");
    refused("p.toml", &list(one), &["--program", &path("none")], 30, "cannot read the program");
    refused("p.toml", &list(one), &["--jump", "nobody@"], 30, "is no PC");
    refused("p.toml", &list(one), &["--ask-password"], 30, "no password was given");
    refused("p.toml", &list(one), &["-o", &path("no/such/folder.html")], 30, "cannot write");
    refused("p.toml", &list(one), &["-j", "0"], 2, "jobs");
    refused("p.toml", &list(one), &["--identity", "x"], 2, "--secrets");
    refused("none.toml", &list(one), &[], 30, "cannot read the profile");
    refused("payload.toml", &list("address\n10.66.0.2\n"), &[], 30, "cannot read \"none.deb\" beside the profile");
    refused("named.toml", &list("address\n10.66.0.2\n"), &[], 30, "two PCs could get the same one");
    refused("secret.toml", &list("address\n10.66.0.2\n"), &[], 30, "the password NOT_GIVEN is needed");
    refused("secret.toml", &list("address\n10.66.0.2\n"), &["--secrets", &path("none.age")], 30, "cannot read the secrets");
    fs::write(path("pcs.csv"), vec![b'a'; 2 << 20]).expect("written");
    refused("p.toml", &path("pcs.csv"), &[], 30, "too long");
}
