//! `trousse prep` with the real program on a system of its own, made from this one and thrown away: what it writes lies in
//! memory, its host name, processes and network are not this machine's, and its restarts are played.

#![cfg(target_os = "linux")]

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use proptest::prelude::*;
use serde_json::Value;
use trousse::prep::step::package::version;

/// The program, here and in a system that is thrown away: the folder that it was built in may be on another disk, which is not there.
const BUILT: &str = env!("CARGO_BIN_EXE_trousse");
const TROUSSE: &str = "/usr/local/bin/trousse";
/// What stands on the last line of the making of a system.
const MADE: &str = "made";
/// How long anything here may take.
const PATIENCE: Duration = Duration::from_secs(120);

/// A system that is thrown away.
struct ThrowAway {
    /// It ends with all that runs in it.
    keeper: Child,
    /// The first process of it, by its number outside.
    first: u32,
    /// A folder that both see.
    shared: tempfile::TempDir,
}

impl ThrowAway {
    /// A new one; `None` where none can be made here, which is said.
    fn new() -> Option<ThrowAway> {
        let shared = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
        let folder = shared.path().display().to_string();
        let mut keeper = Command::new("unshare")
            .args([
                "--mount",
                "--uts",
                "--ipc",
                "--pid",
                "--net",
                "--fork",
                "--kill-child",
                "sh",
                "-e",
                "-c",
                MAKING,
                "sh",
                &folder,
                BUILT,
            ])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("unshare is part of every Linux");
        let mut line = String::new();
        let told = keeper.stdout.take().map(std::io::BufReader::new);
        told.map(|mut told| std::io::BufRead::read_line(&mut told, &mut line)).expect("a pipe").expect("a line");
        if line.trim() != MADE {
            let _ = keeper.kill();
            let _ = keeper.wait();
            println!("not run: needs root, namespaces and overlayfs ({})", line.trim());
            assert!(std::env::var("TROUSSE_REQUIRE_LABS").is_err(), "required, and not run: {line}");
            return None;
        }
        let first = children(keeper.id()).first().copied().expect("a first process");
        Some(ThrowAway { keeper, first, shared })
    }

    /// The folder that its own file systems are mounted in, seen through its first process: outside, they are mounted nowhere.
    fn inside(&self) -> PathBuf {
        PathBuf::from(format!("/proc/{}/root{}", self.first, self.shared.path().display()))
    }

    fn root(&self) -> PathBuf {
        self.inside().join("root")
    }

    /// Writes a file of the system.
    fn write(&self, path: &str, bytes: impl AsRef<[u8]>) {
        let to = self.root().join(path.trim_start_matches('/'));
        fs::create_dir_all(to.parent().expect("a folder")).expect("a folder");
        fs::write(to, bytes).expect("written");
    }

    fn read(&self, path: &str) -> Option<String> {
        fs::read(self.root().join(path.trim_start_matches('/'))).ok().map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
    }

    /// A program in the system, as root.
    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new("nsenter");
        command.args(["--target", &self.first.to_string(), "--mount", "--uts", "--ipc", "--net", "--pid", "chroot"]);
        command.arg(self.shared.path().join("root")).args(words);
        command.env_clear().env("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin").env("TROUSSE_LANG", "en");
        command.stdin(Stdio::null());
        command
    }

    fn shell(&self, line: &str) -> String {
        let out = self.command(&["sh", "-c", line]).output().expect("a shell");
        String::from_utf8_lossy(&out.stdout).into_owned() + &String::from_utf8_lossy(&out.stderr)
    }

    fn trousse(&self, words: &[&str]) -> Output {
        self.command(&[&[TROUSSE], words].concat()).env("KIOSK_PASSWORD", SECRET).output().expect("the program")
    }

    /// The PC is started anew: nothing runs any more, it has the name of its file and another identity of its start.
    fn start_anew(&self, boot: &str) {
        let namespace = |pid: u32| fs::read_link(format!("/proc/{pid}/ns/pid")).ok();
        let here = namespace(self.first);
        let pids = fs::read_dir("/proc").expect("/proc").flatten();
        let pids = pids.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
        pids.filter(|&pid| pid != self.first && namespace(pid) == here && here.is_some()).for_each(kill);
        fs::write(self.inside().join("boot_id"), format!("{boot}\n")).expect("written");
        self.shell("hostname -F /etc/hostname; rm -f /var/asked");
    }

    /// What the start-up task would run.
    fn start_up_command(&self) -> Option<String> {
        let unit = self.read("/etc/systemd/system/trousse-prep.service")?;
        let wanted = self.root().join("etc/systemd/system/multi-user.target.wants/trousse-prep.service");
        assert!(fs::symlink_metadata(wanted).is_ok(), "a unit that nothing starts");
        unit.lines().find_map(|line| line.strip_prefix("ExecStart=").map(str::to_owned))
    }
}

impl Drop for ThrowAway {
    fn drop(&mut self) {
        let _ = self.keeper.kill();
        let _ = self.keeper.wait();
    }
}

/// The processes that a process has started.
fn children(pid: u32) -> Vec<u32> {
    let told = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
    told.split_whitespace().filter_map(|pid| pid.parse().ok()).collect()
}

fn kill(pid: u32) {
    // It may have ended by itself meanwhile.
    let _ = Command::new("kill").args(["-9", &pid.to_string()]).stderr(Stdio::null()).status();
}

/// The making of a system from this one: an overlay in memory, and everything around it its own.
const MAKING: &str = r#"
    exec 2>&1
    mount --make-rprivate /
    mount -t tmpfs shared "$1"
    cp "$2" "$1/trousse"
    cd "$1"
    mkdir upper work root dmi
    mount -t overlay overlay -o lowerdir=/,upperdir="$1/upper",workdir="$1/work" root
    mv trousse root/usr/local/bin/trousse
    mount -t proc proc root/proc
    mount --rbind /dev root/dev
    mount -t tmpfs run root/run
    mount -t tmpfs tmp root/tmp
    mount -t tmpfs sys root/sys
    mkdir -p root/sys/class/dmi/id root/run/systemd/system root/run/lock
    echo Intel > root/sys/class/dmi/id/sys_vendor
    echo NUC11PAHi5 > root/sys/class/dmi/id/product_name
    echo G6PA1230045K > root/sys/class/dmi/id/product_serial
    echo 11111111111111111111111111111111 > root/etc/machine-id
    echo first > boot_id
    mount --bind boot_id root/proc/sys/kernel/random/boot_id
    rm -rf root/etc/systemd/system/trousse-prep.service root/var/lib/trousse
    printf '#!/bin/sh\necho "systemctl $*" >> /var/asked\n' > root/usr/local/sbin/systemctl
    printf '#!/bin/sh\necho reboot >> /var/asked\n' > root/usr/local/sbin/reboot
    chmod 755 root/usr/local/sbin/systemctl root/usr/local/sbin/reboot
    hostname imaged
    echo imaged > root/etc/hostname
    printf '127.0.0.1\tlocalhost\n127.0.1.1\timaged\n' > root/etc/hosts
    echo made
    exec cat > /dev/null
"#;

/// What nobody may find anywhere but in shadow(5), and not there either.
const SECRET: &str = "correct-horse-7!";

/// A package made by Debian's own tool.
fn deb(version: &str) -> Vec<u8> {
    let folder = tempfile::tempdir().expect("a folder");
    let tree = folder.path().join("tree");
    fs::create_dir_all(tree.join("DEBIAN")).expect("a folder");
    fs::create_dir_all(tree.join("opt/kioskd")).expect("a folder");
    let control = format!(
        "Package: kioskd\nVersion: {version}\nArchitecture: all\nMaintainer: Nobody <nobody@example.org>\nDescription: a kiosk\n"
    );
    fs::write(tree.join("DEBIAN/control"), control).expect("written");
    fs::write(tree.join("opt/kioskd/version"), version).expect("written");
    let made = folder.path().join("kioskd.deb");
    let out = Command::new("dpkg-deb").args(["--root-owner-group", "--build"]).arg(&tree).arg(&made).output().expect("dpkg-deb");
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    fs::read(made).expect("a package")
}

/// The profile of the tests: every kind of step, and a restart in the middle.
const KIOSK: &str = r#"
title = "Kiosk"
version = "3"

[for]
system = "linux"
models = ["NUC11*"]

[variables]
number = ""

[[step]]
name = "name"
kind = "rename"
to = "kiosk-{number}"

[[step]]
name = "welcome"
kind = "file"
path = "/etc/kiosk/welcome"
text = "This is kiosk {number}\n"
mode = "640"

[[step]]
name = "browser"
kind = "package"
file = "kioskd.deb"

[[step]]
name = "operator"
kind = "user"
login = "kiosk"
full_name = "Kiosk operator"
groups = ["sudo"]
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
echo once more >> /opt/kiosk/times
"""
done_when = { file = "/opt/kiosk/certificates", contains = "made for" }

[[step]]
name = "windows only"
kind = "file"
path = "/never"
text = "x"
when = { system = "windows" }
"#;

fn kiosk() -> Option<ThrowAway> {
    let pc = ThrowAway::new()?;
    pc.write("/media/stick/kiosk.toml", KIOSK);
    pc.write("/media/stick/kioskd.deb", deb("2.10-1"));
    Some(pc)
}

const RUN: &[&str] = &["prep", "run", "/media/stick/kiosk.toml", "--set", "number=07", "--reboot", "--format", "json"];

fn said(out: &Output) -> String {
    String::from_utf8_lossy(&out.stdout).into_owned() + &String::from_utf8_lossy(&out.stderr)
}

fn code(out: &Output) -> i32 {
    out.status.code().unwrap_or(-1)
}

/// What each step came to, from the lines for programs.
fn outcomes(out: &Output) -> BTreeMap<String, String> {
    let lines = String::from_utf8_lossy(&out.stdout);
    let events = lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap_or_else(|error| panic!("{error}: {line}")));
    let steps = events.filter(|event| event["is"] == "step");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    steps.map(|event| (text(&event["name"]), text(&event["outcome"]))).collect()
}

/// What the PC is like, where the profile has a say.
fn state(pc: &ThrowAway) -> String {
    pc.shell(
        "hostname; cat /etc/hostname /etc/hosts; stat -c '%a %U %n' /etc/kiosk/welcome; cat /etc/kiosk/welcome; \
         dpkg-query --show --showformat='${db:Status-Abbrev} ${Version}\\n' kioskd; cat /opt/kioskd/version; echo; \
         grep ^kiosk: /etc/passwd | cut -d: -f1,5,6,7; id -Gn kiosk; test -d /home/kiosk && echo home; \
         cat /opt/kiosk/certificates; find /etc /opt /home /var/lib/trousse -name '*.trousse' -o -name kept; \
         ls /etc/systemd/system /etc/cron.d | grep trousse; test -e /never && echo never",
    )
}

/// Goes on until the PC is ready, as its start-up task would; how often it was started anew.
fn until_ready(pc: &ThrowAway, first: Output) -> u32 {
    let (mut out, mut starts) = (first, 0);
    while code(&out) == 10 {
        starts += 1;
        assert!(starts < 5, "{}", said(&out));
        let command = pc.start_up_command().expect("a start-up task");
        pc.start_anew(&format!("boot {starts} {:?}", Instant::now()));
        out = pc.command(&["sh", "-c", &command]).output().expect("the program");
    }
    assert_eq!(code(&out), 0, "{}", said(&out));
    starts
}

#[test]
fn a_profile_becomes_a_pc_across_a_restart_and_a_second_run_changes_nothing() {
    let Some(pc) = kiosk() else { return };
    let before = state(&pc);

    let out = pc.trousse(&["prep", "plan", "/media/stick/kiosk.toml", "--set", "number=07"]);
    let text = said(&out);
    assert_eq!(code(&out), 1, "{text}");
    for part in
        ["imaged → kiosk-07", "contents none → 17 bytes", "version none → 2.10-1", "member of sudo: no → yes", "not for this PC"]
    {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert_eq!(state(&pc), before, "a plan touches nothing");
    assert_eq!(pc.read("/var/lib/trousse/prep/journal.jsonl"), None);

    let out = pc.trousse(RUN);
    assert_eq!(code(&out), 10, "{}", said(&out));
    assert_eq!(pc.read("/var/asked").as_deref(), Some("systemctl reboot\n"));
    let came_to = outcomes(&out);
    let word = |name: &str| came_to.get(name).map(String::as_str);
    assert_eq!(["name", "welcome", "browser", "operator"].map(word), [Some("changed"); 4]);
    assert_eq!(
        [word("restart"), word("certificates"), word("windows only")],
        [Some("reboot-needed"), Some("after-restart"), Some("after-restart")]
    );

    // Under the same start of the PC the restart is still awaited, by whoever asks.
    let out = pc.trousse(&["prep", "run", "/media/stick/kiosk.toml"]);
    assert_eq!(code(&out), 10, "{}", said(&out));
    let out = pc.trousse(&["prep", "status"]);
    assert_eq!(code(&out), 10, "{}", said(&out));

    // The stick is gone.
    let command = pc.start_up_command().expect("a start-up task");
    let stick = pc.root().join("media/stick");
    fs::rename(&stick, pc.root().join("media/elsewhere")).expect("moved");
    pc.start_anew("second");
    let out = pc.command(&["sh", "-c", &command]).output().expect("the program");
    assert_eq!(code(&out), 0, "{}", said(&out));
    fs::rename(pc.root().join("media/elsewhere"), &stick).expect("moved back");

    let ready = state(&pc);
    for part in [
        "kiosk-07\nkiosk-07\n127.0.0.1\tlocalhost\n127.0.1.1\tkiosk-07\n640 root /etc/kiosk/welcome\nThis is kiosk 07\nii  2.10-1\n2.10-1",
        "kiosk:Kiosk operator:/home/kiosk:/bin/bash\n",
        "home\nmade for 07\n",
    ] {
        assert!(ready.contains(part), "{part}\n---\n{ready}");
    }
    assert!(pc.shell("id -Gn kiosk").contains("sudo"));
    assert!(!ready.contains("trousse") && !ready.contains("never\n"), "{ready}");
    assert!(pc.shell("getent shadow kiosk").starts_with("kiosk:$"), "the password is set");
    assert_eq!(pc.read("/opt/kiosk/times").as_deref(), Some("once more\n"));
    assert_eq!(
        pc.shell(&format!("grep -rlF '{SECRET}' /var/lib/trousse /var/log /etc /opt /tmp /run")),
        "",
        "the password is written somewhere"
    );

    let out = pc.trousse(&["prep", "run", "/media/stick/kiosk.toml", "--format", "json"]);
    assert_eq!(code(&out), 0, "{}", said(&out));
    assert!(outcomes(&out).values().all(|outcome| outcome == "already-so" || outcome == "skipped"), "{}", said(&out));
    assert_eq!(state(&pc), ready);

    let verify = ["prep", "verify", "/media/stick/kiosk.toml"];
    let out = pc.trousse(&verify);
    assert_eq!(code(&out), 0, "{}", said(&out));
    pc.shell("dpkg --remove kioskd");
    let out = pc.trousse(&[&verify[..], &["--format", "json"]].concat());
    assert_eq!(code(&out), 1, "{}", said(&out));
    let differs: Vec<(String, String)> =
        outcomes(&out).into_iter().filter(|(_, outcome)| outcome != "already-so" && outcome != "skipped").collect();
    assert_eq!(differs, [("browser".to_owned(), "to-do".to_owned())]);
    let text = said(&pc.trousse(&[&["--lang", "fr"], &verify[..]].concat()));
    assert!(text.contains("Plus conforme à la préparation : 1 étape") && text.contains("version absente → 2.10-1"), "{text}");
    assert!(!text.contains("welcome"), "{text}");
}

#[test]
fn a_preparation_killed_at_any_moment_ends_in_the_same_state() {
    /// Times that each run is killed.
    const KILLS: u32 = 20;
    let Some(undisturbed) = kiosk() else { return };
    let began = Instant::now();
    until_ready(&undisturbed, undisturbed.trousse(RUN));
    let whole = began.elapsed();
    let (wanted, Some(pc)) = (state(&undisturbed), kiosk()) else { return };
    let mut seed = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(7, |now| now.subsec_nanos()) | 1;
    let (mut killed, mut runs) = (0, 0);
    while killed < KILLS && runs < 20 * KILLS {
        runs += 1;
        // xorshift: any moment of the whole run.
        seed ^= seed << 13;
        seed ^= seed >> 17;
        seed ^= seed << 5;
        let moment = whole.mul_f64(f64::from(seed) / f64::from(u32::MAX));
        let mut run = pc
            .command(&[&[TROUSSE], RUN].concat())
            .env("KIOSK_PASSWORD", SECRET)
            .stdout(Stdio::null())
            .spawn()
            .expect("the program");
        let began = Instant::now();
        let ended = loop {
            if let Some(status) = run.try_wait().expect("a child") {
                break Some(status);
            }
            if began.elapsed() >= moment {
                break None;
            }
            std::thread::sleep(Duration::from_millis(1));
        };
        match ended {
            None => {
                children(run.id()).into_iter().for_each(kill);
                let _ = run.wait();
                killed += 1;
            }
            Some(status) if status.code() == Some(10) => pc.start_anew(&format!("boot {runs}")),
            // Ready before its moment: it is to do something again.
            Some(status) => {
                assert_eq!(status.code(), Some(0), "seed {seed}");
                pc.shell("rm -rf /opt/kiosk/certificates /etc/kiosk; dpkg --purge kioskd 2>/dev/null");
            }
        }
    }
    until_ready(&pc, pc.trousse(RUN));
    assert_eq!(state(&pc), wanted, "after {killed} kills, seed {seed}");
    let journal = pc.read("/var/lib/trousse/prep/journal.jsonl").expect("a journal");
    assert!(journal.lines().all(|line| serde_json::from_str::<Value>(line).is_ok()), "{journal}");
}

#[test]
fn what_fails_is_told_and_the_rest_goes_on() {
    let Some(pc) = ThrowAway::new() else { return };
    pc.write(
        "/root/p.toml",
        "title = \"t\"\nversion = \"1\"\n\
         [[step]]\nname = \"liar\"\nkind = \"script\"\nrun = \"exit 0\"\ndone_when = { file = \"/opt/liar\" }\n\
         [[step]]\nname = \"broken\"\nkind = \"script\"\nrun = \"echo why it broke; exit 3\"\ndone_when = { file = \"/opt/broken\" }\nretries = 1\n\
         [[step]]\nname = \"hangs\"\nkind = \"script\"\nrun = \"sleep 4000\"\ndone_when = { file = \"/opt/hangs\" }\ntimeout_s = 1\n\
         [[step]]\nname = \"waits\"\nkind = \"file\"\npath = \"/opt/waits\"\ntext = \"x\"\nneeds = [\"liar\"]\n\
         [[step]]\nname = \"too large\"\nkind = \"file\"\npath = \"/small/file\"\nfrom = \"large\"\n\
         [[step]]\nname = \"fine\"\nkind = \"file\"\npath = \"/opt/fine\"\ntext = \"x\"\n\
         [[step]]\nname = \"link\"\nkind = \"file\"\npath = \"/opt/link\"\ntext = \"x\"\n",
    );
    pc.write("/root/large", vec![7; 300_000]);
    pc.shell("mkdir /small; mount -t tmpfs -o size=64k small /small; mkdir -p /opt; ln -s /etc/passwd /opt/link");
    let began = Instant::now();
    let out = pc.trousse(&["prep", "run", "/root/p.toml", "--format", "json"]);
    assert_eq!(code(&out), 20, "{}", said(&out));
    assert!(began.elapsed() < PATIENCE);
    let came_to = outcomes(&out);
    let word = |name: &str| came_to.get(name).map(String::as_str).unwrap_or_default();
    assert_eq!(
        [word("liar"), word("broken"), word("hangs"), word("waits"), word("too large"), word("fine"), word("link")],
        ["did-not-take", "failed", "failed", "not-tried", "failed", "changed", "failed"]
    );
    let text = said(&out);
    for part in ["why it broke", "took-too-long", "No space left", "no plain file"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert_eq!(pc.shell("ls -A /small"), "", "nothing is left of what did not fit");
    assert_eq!(text.matches("\"is\":\"applying\",\"name\":\"broken\"").count(), 2, "{text}");
    assert_eq!(pc.start_up_command(), None);
    let out = pc.trousse(&["--lang", "fr", "prep", "status"]);
    assert!(said(&out).contains("Pas prêt") && code(&out) == 20, "{}", said(&out));
}

#[test]
fn what_can_be_known_to_be_wrong_is_refused_before_anything_is_touched() {
    let Some(pc) = kiosk() else { return };
    let step = |name: &str, more: &str| format!("[[step]]\nname = \"{name}\"\n{more}\n");
    let file = |name: &str, more: &str| step(name, &format!("kind = \"file\"\npath = \"/opt/{name}\"\ntext = \"x\"\n{more}"));
    let package = |name: &str| step("a", &format!("kind = \"package\"\nfile = \"{name}\""));
    pc.write("/root/cut.deb", &deb("1")[..400]);
    pc.write("/root/pack.deb", vec![b'x'; 2_000]);
    let head = "title = \"t\"\nversion = \"1\"\n";
    let table: Vec<(String, &str)> = vec![
        (format!("{head}colour = 3\n{}", file("a", "")), "line 3: unknown field `colour`"),
        (format!("{head}{}", file("a", "colour = 3")), "line 8: unknown field `colour`"),
        (format!("{head}{}{}", file("a", "needs = [\"b\"]"), file("b", "needs = [\"a\"]")), "a needs b, which needs a"),
        (format!("{head}{}", file("a", "needs = [\"nobody\"]")), "no step is called so"),
        (format!("{head}{}{}", file("a", ""), file("a", "")), "two steps are called \"a\""),
        (format!("{head}{}", step("a", "kind = \"script\"\nrun = \"touch /opt/a\"")), "done_when"),
        (format!("{head}{}", step("a", "kind = \"rename\"\nto = \"no good\"")), "no name for a PC"),
        (format!("{head}{}", step("a", "kind = \"user\"\nlogin = \"Root!\"")), "no name of an account"),
        (format!("{head}{}", file("a", "mode = \"rwx\"")), "no mode"),
        (format!("{head}{}", step("a", "kind = \"dance\"")), "no kind of step is called \"dance\""),
        (format!("{head}{}", file("{b}", "")), "no variable is called b"),
        (format!("{head}[variables]\nb = \"\"\n{}", file("{b}", "")), "the variable b has no value"),
        (format!("{head}[for]\nmodels = [\"OptiPlex*\"]\n{}", file("a", "")), "Intel NUC11PAHi5"),
        (format!("{head}[for]\nsystem = \"windows\"\n{}", file("a", "")), "it is Linux, not Windows"),
        (format!("{head}[for]\nbuild = \"99\"\n{}", file("a", "")), "at least 99"),
        (format!("{head}{}", package("missing.deb")), "cannot read \"missing.deb\" beside the profile"),
        (format!("{head}{}", package("cut.deb")), "no whole Debian package"),
        (format!("{head}{}", package("pack.deb")), "no whole Debian package"),
        (format!("{head}{}", package("../cut.deb")), "no file beside the profile"),
        (
            format!("{head}{}", step("a", "kind = \"user\"\nlogin = \"tech\"\npassword_from = \"NOT_GIVEN\"")),
            "the password NOT_GIVEN is needed",
        ),
        ("title = ".to_owned(), "line 1"),
        (String::new(), "line 1"),
    ];
    let refused = |words: &[&str], part: &str| {
        let out = pc.trousse(words);
        let text = said(&out);
        assert_eq!(code(&out), 30, "{part}: {text}");
        assert!(text.contains(part), "{part}: {text}");
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines.len() <= 2 && lines[0].starts_with("trousse: "), "{text}");
    };
    for (text, part) in &table {
        pc.write("/root/p.toml", text);
        refused(&["prep", "run", "/root/p.toml"], part);
        refused(&["prep", "run", "/root/p.toml", "--reboot"], part);
    }
    pc.write("/root/p.toml", format!("{head}{}", file("a", "")));
    refused(&["prep", "run", "/root/p.toml", "--set", "b"], "no value");
    refused(&["prep", "run", "/root/p.toml", "--set", "b=1"], "no variable is called b");
    refused(&["prep", "run", "/root/none.toml"], "cannot read the profile");
    refused(&["prep", "verify", "/root/p.toml"], "not been prepared");
    refused(&["prep", "status"], "no preparation");
    let out = pc
        .command(&[
            "setpriv",
            "--reuid=65534",
            "--regid=65534",
            "--clear-groups",
            TROUSSE,
            "prep",
            "run",
            "/media/stick/kiosk.toml",
            "--set",
            "number=1",
        ])
        .output();
    let out = out.expect("setpriv is part of every Linux");
    assert_eq!(code(&out), 30, "{}", said(&out));
    assert_eq!(pc.shell("ls /opt/a /opt/b /var/lib/trousse 2>/dev/null"), "", "something was touched");

    // A preparation of this PC is under way.
    let mut holder = pc
        .command(&["flock", "/run/trousse-prep.lock", "sh", "-c", "echo held; cat"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("flock");
    let mut line = String::new();
    std::io::BufRead::read_line(&mut std::io::BufReader::new(holder.stdout.take().expect("a pipe")), &mut line).expect("a line");
    refused(&["prep", "run", "/root/p.toml"], "already being prepared");
    drop(holder.stdin.take().map(|mut stdin| stdin.flush()));
    holder.wait().expect("ended");

    // A preparation that waits for its restart belongs to its profile, its PC, its variables and its files.
    assert_eq!(code(&pc.trousse(RUN)), 10);
    refused(&["prep", "run", "/root/p.toml"], "one of another profile");
    refused(&["prep", "run", "/media/stick/kiosk.toml", "--set", "number=08"], "begun with number=\"07\", not \"08\"");
    pc.write("/media/stick/kioskd.deb", deb("2.11-1"));
    refused(&["prep", "run", "/media/stick/kiosk.toml"], "kioskd.deb is not what it was");
    pc.write("/sys/class/dmi/id/product_serial", "ANOTHER");
    refused(&["prep", "run", "/media/stick/kiosk.toml"], "one of another PC: G6PA1230045K");
}

#[test]
fn the_profiles_that_come_with_the_kit_run_to_the_end() {
    let Some(pc) = ThrowAway::new() else { return };
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("profiles");
    let profiles = fs::read_dir(&folder).expect("the folder").flatten().map(|entry| entry.path());
    let profiles: Vec<PathBuf> = profiles.filter(|path| path.extension().is_some_and(|end| end == "toml")).collect();
    assert!(!profiles.is_empty());
    for profile in profiles {
        let name = profile.file_name().and_then(|name| name.to_str()).expect("UTF-8");
        pc.write(&format!("/root/{name}"), fs::read(&profile).expect("a profile"));
        let path = format!("/root/{name}");
        let out = pc.trousse(&["prep", "run", &path, "--set", "name=accueil-01", "--reboot", "--format", "json"]);
        until_ready(&pc, out);
        let out = pc.trousse(&["prep", "verify", &path]);
        assert_eq!(code(&out), 0, "{name}: {}", said(&out));
    }
}

/// A program, fed with this.
fn fed(command: &mut Command, input: &str) -> Output {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program");
    // One that reads nothing of it says so by how it ends.
    let _ = child.stdin.take().expect("a pipe").write_all(input.as_bytes());
    child.wait_with_output().expect("it ends")
}

#[test]
fn secrets_come_from_a_file_that_age_has_sealed_and_are_written_nowhere() {
    let Some(pc) = ThrowAway::new() else { return };
    let key = match Command::new("age-keygen").output() {
        Ok(out) if out.status.success() => String::from_utf8_lossy(&out.stdout).into_owned(),
        _ => {
            println!("not run: needs age");
            assert!(std::env::var("TROUSSE_REQUIRE_LABS").is_err(), "required, and not run");
            return;
        }
    };
    let public = key.lines().find_map(|line| line.strip_prefix("# public key: ")).expect("a key");
    let sealed = |text: &str, armour: &[&str]| {
        let out = fed(Command::new("age").args(armour).args(["-r", public]), text);
        assert!(out.status.success(), "{}", said(&out));
        out.stdout
    };
    let user = |name: &str| {
        format!(
            "[[step]]\nname = \"{name}\"\nkind = \"user\"\nlogin = \"{name}\"\npassword_from = \"PW_OF_{}\"\n",
            name.to_uppercase()
        )
    };
    let profile = |users: &[&str]| {
        let steps: String = users.iter().map(|name| user(name)).collect();
        pc.write("/root/p.toml", format!("title = \"t\"\nversion = \"1\"\n{steps}"));
    };
    pc.write("/root/key", &key);
    let lines = format!("PW_OF_ONE = \"{SECRET}\"\nPW_OF_TWO = \"{SECRET}\"\n");
    let whole = sealed(&lines, &[]);
    pc.write("/root/secrets.age", &whole);
    let with = ["prep", "run", "/root/p.toml", "--secrets", "/root/secrets.age", "--identity", "/root/key", "--format", "json"];

    // What is wrong with the file is refused before anything is touched, in one line that tells nothing of it.
    profile(&["one"]);
    let other = Command::new("age-keygen").output().expect("age");
    for (file, bytes, part) in [
        ("/root/secrets.age", whole[..whole.len() - 3].to_vec(), "damaged or cut short"),
        ("/root/secrets.age", vec![b'a'; 5_000_000], "too large"),
        ("/root/secrets.age", lines.clone().into_bytes(), "no file of age"),
        ("/root/secrets.age", sealed("PW_OF_ONE = secret-without-quotes", &[]), "line 1"),
        ("/root/secrets.age", sealed(&format!("A = \"{}\"\n", "x".repeat(70_000)), &["-a"]), "too long"),
        ("/root/key", other.stdout, "not sealed for this identity"),
        ("/root/key", b"AGE-SECRET-KEY-1NOTONE".to_vec(), "no AGE-SECRET-KEY"),
    ] {
        pc.write("/root/secrets.age", &whole);
        pc.write("/root/key", &key);
        pc.write(file, &bytes);
        let out = pc.trousse(&with);
        let text = said(&out);
        assert_eq!(code(&out), 30, "{part}: {text}");
        assert!(text.contains(part) && text.lines().count() <= 2 && !text.contains("without-quotes"), "{part}: {text}");
    }
    assert_eq!(pc.read("/var/lib/trousse/prep/journal.jsonl"), None, "nothing was touched");

    // The environment comes first, then the file; what it does not hold is missing.
    pc.write("/root/secrets.age", sealed(&lines, &["-a"]));
    pc.write("/root/key", &key);
    profile(&["one", "three"]);
    let out = pc.trousse(&with);
    assert!(code(&out) == 30 && said(&out).contains("the password PW_OF_THREE is needed"), "{}", said(&out));
    profile(&["one", "two"]);
    let out = pc.command(&[&[TROUSSE], &with[..]].concat()).env("PW_OF_TWO", "another").output().expect("the program");
    assert_eq!(code(&out), 0, "{}", said(&out));
    let right = |login: &str, password: &str| {
        let field = pc.shell(&format!("getent shadow {login} | cut -d: -f2"));
        let field = field.trim();
        let same = format!("perl -e 'print crypt($ARGV[0], $ARGV[1]) eq $ARGV[1] ? 1 : 0' '{password}' '{field}'");
        field.starts_with('$') && pc.shell(&same) == "1"
    };
    assert!(right("one", SECRET), "from the file");
    assert!(right("two", "another") && !right("two", SECRET), "from the environment");

    // As it is, from a program that has it.
    profile(&["one", "two", "four"]);
    pc.shell("userdel one; rm -rf /var/lib/trousse/prep");
    let plain = format!("PW_OF_ONE = \"{SECRET}\"\nPW_OF_FOUR = \"{SECRET}\"\n");
    let words = [TROUSSE, "prep", "run", "/root/p.toml", "--secrets", "-", "--format", "json"];
    let out = fed(&mut pc.command(&words), &plain);
    assert_eq!(code(&out), 0, "{}", said(&out));
    assert!(right("four", SECRET) && right("one", SECRET));
    pc.shell("rm -f /root/secrets.age /root/key");
    assert_eq!(pc.shell(&format!("grep -rlF '{SECRET}' /var/lib/trousse /var/log /etc /opt /tmp /run /home")), "");
}

#[test]
fn a_passphrase_is_asked_for_at_the_terminal_alone_and_opens_what_age_sealed_and_what_we_sealed() {
    let Some(pc) = ThrowAway::new() else { return };
    pc.write(
        "/root/p.toml",
        "title = \"t\"\nversion = \"1\"\n[[step]]\nname = \"one\"\nkind = \"user\"\nlogin = \"one\"\npassword_from = \"PW\"\n",
    );
    // script(1) is a terminal with somebody at it, who answers one question after another.
    let typed = |command: &str, answers: &[&str]| {
        let words = ["script", "--quiet", "--return", "--echo", "never", "--command", command, "/dev/null"];
        let mut child = pc.command(&words).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("script");
        let (mut keys, mut screen) = (child.stdin.take().expect("a pipe"), child.stdout.take().expect("a pipe"));
        let mut answers = answers.iter();
        let mut text = String::new();
        let mut byte = [0];
        while std::io::Read::read(&mut screen, &mut byte).expect("it can be read") > 0 {
            text.push(char::from(byte[0]));
            if text.ends_with(": ") && !text.ends_with("trousse: ") {
                let answer = answers.next().map(|answer| format!("{answer}\r")).unwrap_or_default();
                keys.write_all(answer.as_bytes()).expect("it is read");
            }
        }
        (child.wait().expect("it ends").code().unwrap_or(-1), text)
    };
    let (code, text) = typed(&format!("{TROUSSE} prep secrets /root/secrets.age PW"), &[SECRET, "pass phrase", "pass phrase"]);
    assert_eq!(code, 0, "{text}");
    assert!(!text.contains(SECRET) && !text.contains("pass phrase"), "{text}");
    assert!(!pc.read("/root/secrets.age").expect("it is written").contains(SECRET));
    assert!(pc.shell("stat -c %a /root/secrets.age").trim().ends_with('0'), "nobody else reads it");
    let run = format!("{TROUSSE} prep run /root/p.toml --secrets /root/secrets.age");
    let (code, text) = typed(&run, &["wrong"]);
    assert!(code == 30 && text.contains("the passphrase is wrong"), "{text}");
    let out = pc.trousse(&["prep", "run", "/root/p.toml", "--secrets", "/root/secrets.age"]);
    assert!(self::code(&out) == 30 && said(&out).contains("no passphrase"), "{}", said(&out));
    let (code, text) = typed(&run, &["pass phrase"]);
    assert_eq!(code, 0, "{text}");
    assert!(pc.shell("getent shadow one").starts_with("one:$"));
    assert!(!text.contains(SECRET) && !text.contains("pass phrase"), "{text}");

    // The peer's own.
    pc.write("/root/plain", format!("PW = \"{SECRET}\"\n"));
    let (code, text) = typed("age -p -o /root/theirs.age /root/plain", &["pass phrase", "pass phrase"]);
    assert_eq!(code, 0, "{text}");
    pc.shell("rm /root/plain; userdel one; rm -rf /var/lib/trousse/prep");
    let (code, text) = typed(&run.replace("secrets.age", "theirs.age"), &["pass phrase"]);
    assert_eq!(code, 0, "{text}");
    assert!(pc.shell("getent shadow one").starts_with("one:$"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    #[test]
    fn versions_are_ordered_as_dpkg_orders_them(one in "([1-9]:)?[0-9][0-9a-z.+~]{0,6}(-[0-9~a]{1,3})?", two in "([1-9]:)?[0-9][0-9a-z.+~]{0,6}(-[0-9~a]{1,3})?") {
        let dpkg = |relation: &str| Command::new("dpkg").args(["--compare-versions", &one, relation, &two]).status();
        let Ok(less) = dpkg("lt") else { return Ok(()) };
        prop_assert_eq!(version::compare(&one, &two).is_lt(), less.success(), "{} {}", one, two);
        prop_assert_eq!(version::compare(&one, &two).is_eq(), dpkg("eq").expect("dpkg").success(), "{} {}", one, two);
    }
}
