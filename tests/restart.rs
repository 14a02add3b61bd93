//! `trousse prep` on a PC that is really restarted, and whose power really goes: a virtual machine with Debian's kernel and systemd
//! (tests/restart). What it had not flushed to its disk is lost with the power.

#![cfg(target_os = "linux")]

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

/// How long a start of the PC may take, with all that is done in it: it is emulated, beside other tests.
const PATIENCE: Duration = Duration::from_secs(900);
/// Between two looks at what the PC has said.
const LOOK: Duration = Duration::from_millis(20);

/// What it says at the very end.
const END: &str = "\nend\n";

/// The profile: something of each kind before a restart, and a step after it.
const PROFILE: &str = r#"
title = "Counter"
version = "1"

[for]
system = "linux"
models = ["NUC11*"]

[[step]]
name = "name"
kind = "rename"
to = "counter-01"

[[step]]
name = "welcome"
kind = "file"
path = "/etc/counter/welcome"
text = "This is counter 01\n"

[[step]]
name = "clerk"
kind = "user"
login = "clerk"
full_name = "Clerk at the counter"
groups = ["sudo"]

[[step]]
name = "program"
kind = "package"
file = "counterd.deb"

[[step]]
name = "restart"
kind = "reboot"

[[step]]
name = "after it"
kind = "script"
needs = ["restart"]
run = "hostname > /etc/counter/named && echo once more >> /etc/counter/times"
done_when = { file = "/etc/counter/named", contains = "counter-01" }

[[step]]
name = "clock"
kind = "service"
service = "clock.service"
needs = ["restart"]
state = "running"
"#;

/// What runs once the PC is up: whoever starts it waits for that, and so does the preparation that goes on while the PC comes up.
const CLOCK: &str =
    "[Unit]\nAfter=multi-user.target\n[Service]\nExecStart=/bin/sleep infinity\n[Install]\nWantedBy=multi-user.target\n";

/// What the PC does by itself whenever it is started, after whatever goes on with the preparation: the bench's person, and the
/// end of the test.
const PERSON: &str = r#"#!/bin/sh
export TROUSSE_LANG=en
while [ "$(systemctl is-active trousse-prep.service)" = active ]; do sleep 1; done
echo "up $(cat /proc/sys/kernel/random/boot_id)"
trousse prep status >/dev/null 2>&1
status=$?
if [ "$status" != 0 ] && [ ! -e /etc/systemd/system/trousse-prep.service ]; then
    trousse prep run /media/stick/counter.toml --reboot --format json
    status=$?
fi
[ "$status" = 10 ] && exit
echo "status $status"
hostname
cat /etc/hostname /etc/counter/welcome /etc/counter/named /opt/counterd/version
dpkg-query --show --showformat='${db:Status-Abbrev}\n' counterd
grep ^clerk: /etc/passwd | cut -d: -f1,5-
id -Gn clerk
find /etc/systemd/system /var/lib/trousse -name trousse-prep.service -o -name kept
echo "made $(wc -l < /etc/counter/times) times"
trousse prep run /media/stick/counter.toml --format json
echo end
sync
systemctl poweroff --force
"#;

const PERSON_UNIT: &str = "[Unit]\nAfter=trousse-prep.service\n[Service]\nType=exec\n\
                           StandardOutput=file:/dev/ttyS1\nStandardError=file:/dev/ttyS1\nExecStart=/usr/local/bin/person\n";
/// What the preparation says when it goes on is heard too.
const HEARD: &str = "[Service]\nStandardOutput=file:/dev/ttyS1\nStandardError=file:/dev/ttyS1\n";

/// What a PC does when it is started that has nothing to do with it, and takes minutes where the processor is emulated.
const MASKED: &[&str] = &[
    "dbus.service",
    "dbus.socket",
    "dev-hugepages.mount",
    "dev-mqueue.mount",
    "getty.target",
    "kmod-static-nodes.service",
    "ldconfig.service",
    "modprobe@configfs.service",
    "modprobe@dm_mod.service",
    "modprobe@fuse.service",
    "modprobe@loop.service",
    "proc-sys-fs-binfmt_misc.automount",
    "sys-fs-fuse-connections.mount",
    "sys-kernel-config.mount",
    "sys-kernel-debug.mount",
    "sys-kernel-tracing.mount",
    "systemd-binfmt.service",
    "systemd-firstboot.service",
    "systemd-hwdb-update.service",
    "systemd-journal-catalog-update.service",
    "systemd-journal-flush.service",
    "systemd-logind.service",
    "systemd-modules-load.service",
    "systemd-random-seed.service",
    "systemd-sysctl.service",
    "systemd-sysusers.service",
    "systemd-timesyncd.service",
    "systemd-tmpfiles-setup-dev.service",
    "systemd-tmpfiles-setup.service",
    "systemd-udev-trigger.service",
    "systemd-udevd-control.socket",
    "systemd-udevd-kernel.socket",
    "systemd-udevd.service",
    "systemd-update-utmp-runlevel.service",
    "systemd-update-utmp.service",
    "systemd-user-sessions.service",
];

/// A PC that is switched off.
struct Pc {
    folder: tempfile::TempDir,
}

/// One that runs. It is switched off without a word when this is dropped.
struct Running {
    qemu: Child,
    said: PathBuf,
}

impl Pc {
    /// A freshly imaged one; `None` where none can be made here, which is said.
    fn new() -> Option<Pc> {
        let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
        let tree = folder.path().join("tree");
        let write = |path: &str, bytes: &[u8], mode: u32| {
            let to = tree.join(path);
            fs::create_dir_all(to.parent().expect("a folder")).expect("a folder");
            fs::write(&to, bytes).expect("written");
            fs::set_permissions(&to, fs::Permissions::from_mode(mode)).expect("its mode");
        };
        write("usr/local/bin/person", PERSON.as_bytes(), 0o755);
        write("media/stick/counter.toml", PROFILE.as_bytes(), 0o644);
        write("media/stick/counterd.deb", &deb(folder.path()), 0o644);
        write("etc/hostname", b"imaged\n", 0o644);
        write("etc/hosts", b"127.0.0.1\tlocalhost\n127.0.1.1\timaged\n", 0o644);
        write("etc/machine-id", b"22222222222222222222222222222222\n", 0o644);
        write("etc/fstab", b"", 0o644);
        write("etc/systemd/system/person.service", PERSON_UNIT.as_bytes(), 0o644);
        write("etc/systemd/system/clock.service", CLOCK.as_bytes(), 0o644);
        write("etc/systemd/system/trousse-prep.service.d/heard.conf", HEARD.as_bytes(), 0o644);
        let wanted = tree.join("etc/systemd/system/multi-user.target.wants");
        fs::create_dir_all(&wanted).expect("a folder");
        for unit in ["person.service", "clock.service"] {
            symlink(Path::new("..").join(unit), wanted.join(unit)).expect("a link");
        }
        for unit in MASKED {
            symlink("/dev/null", tree.join("etc/systemd/system").join(unit)).expect("a link");
        }
        let make = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/restart/make");
        let out = Command::new(make).arg(folder.path()).arg(&tree).arg(env!("CARGO_BIN_EXE_trousse")).output().expect("a shell");
        let told = String::from_utf8_lossy(&out.stderr);
        if out.status.code() == Some(77) {
            println!("{}", told.trim());
            assert!(std::env::var("TROUSSE_REQUIRE_LABS").is_err(), "required, and {told}");
            return None;
        }
        assert!(out.status.success(), "{told}");
        Some(Pc { folder })
    }

    /// Switches it on.
    fn start(&self) -> Running {
        let path = |name: &str| self.folder.path().join(name);
        // It ends with whoever started it, whatever becomes of that.
        let mut qemu = Command::new("setpriv");
        qemu.args(["--pdeathsig", "KILL", "qemu-system-x86_64"]);
        qemu.args(["-machine", "accel=tcg", "-m", "768", "-net", "none", "-display", "none", "-monitor", "none"]);
        qemu.args(["-smbios", "type=1,manufacturer=Intel,product=NUC11PAHi5,serial=G6PA1230045K"]);
        qemu.arg("-kernel").arg(path("kernel")).arg("-initrd").arg(path("initrd"));
        qemu.args(["-append", "console=ttyS0 quiet panic=-1 systemd.unit=multi-user.target systemd.show_status=0"]);
        qemu.args(["-fsdev", "local,id=here,path=/,security_model=none,readonly=on,multidevs=remap"]);
        qemu.args(["-device", "virtio-9p-pci,fsdev=here,mount_tag=here"]);
        qemu.arg("-drive").arg(format!("file={},format=raw,if=virtio,cache=writeback", path("disk").display()));
        let said = path("said");
        // Each start has a file of its own; what the kernel says is kept for whoever looks why it did not come up.
        fs::write(&said, "").expect("a file");
        qemu.arg("-serial").arg(format!("file:{}", path("console").display()));
        qemu.arg("-serial").arg(format!("file:{}", said.display()));
        let qemu = qemu.stdin(Stdio::null()).stdout(Stdio::null()).spawn().expect("qemu is here");
        Running { qemu, said }
    }
}

impl Running {
    /// What it has said so far.
    fn said(&self) -> String {
        String::from_utf8_lossy(&fs::read(&self.said).unwrap_or_default()).replace('\r', "")
    }

    /// Waits until it has said one of these.
    fn until(&mut self, texts: &[&str]) -> String {
        let began = Instant::now();
        loop {
            let ended = self.qemu.try_wait().expect("a process").is_some();
            let said = self.said();
            if texts.iter().any(|text| said.contains(text)) {
                return said;
            }
            let console = self.said.with_file_name("console");
            let console = || String::from_utf8_lossy(&fs::read(&console).unwrap_or_default()).into_owned();
            assert!(!ended && began.elapsed() < PATIENCE, "none of {texts:?}\n{said}\n---\n{}", console());
            std::thread::sleep(LOOK);
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.qemu.kill();
        let _ = self.qemu.wait();
    }
}

/// A package made by Debian's own tool.
fn deb(folder: &Path) -> Vec<u8> {
    let tree = folder.join("package");
    fs::create_dir_all(tree.join("DEBIAN")).expect("a folder");
    fs::create_dir_all(tree.join("opt/counterd")).expect("a folder");
    let control =
        "Package: counterd\nVersion: 2.1\nArchitecture: all\nMaintainer: Nobody <nobody@example.org>\nDescription: counts\n";
    fs::write(tree.join("DEBIAN/control"), control).expect("written");
    fs::write(tree.join("opt/counterd/version"), "2.1\n").expect("written");
    let made = folder.join("counterd.deb");
    let out = Command::new("dpkg-deb").args(["--root-owner-group", "--build"]).arg(&tree).arg(&made).output().expect("dpkg-deb");
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    fs::read(made).expect("a package")
}

/// The PC as the profile wants it, as it tells of itself, and nothing left of the way there; how often its script was run.
fn ready(said: &str) -> u32 {
    let state = said.rsplit_once("status 0\n").unwrap_or_else(|| panic!("{said}")).1;
    let (state, again) = state.split_once("made ").expect("what the script has done");
    let (times, again) = again.split_once(" times\n").expect("a number, and a second run");
    assert_eq!(
        state,
        "counter-01\ncounter-01\nThis is counter 01\ncounter-01\n2.1\nii \nclerk:Clerk at the counter:/home/clerk:/bin/bash\n\
         clerk sudo\n",
        "{said}"
    );
    let events = again.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let outcomes: Vec<Value> = events.filter(|event| event["is"] == "step").map(|event| event["outcome"].clone()).collect();
    assert_eq!(outcomes, vec![Value::from("already-so"); 7], "{again}");
    times.parse().expect("a number")
}

#[test]
fn a_pc_goes_on_by_itself_after_a_real_restart() {
    let Some(pc) = Pc::new() else { return };
    let mut running = pc.start();
    let said = running.until(&[END]);
    assert_eq!(ready(&said), 1, "{said}");
    let starts: Vec<&str> = said.lines().filter_map(|line| line.strip_prefix("up ")).collect();
    assert!(starts.len() == 2 && starts[0] != starts[1], "{said}");
}

#[test]
fn a_pc_whose_power_goes_again_and_again_comes_to_the_same_end() {
    let Some(pc) = Pc::new() else { return };
    // In the middle of the account; while the package is installed; after the restart.
    for begun in ["\"name\":\"clerk\"", "\"name\":\"program\"", "\"name\":\"after it\""] {
        // A power cut is a restart too: a step that only waits for one is done then, and it may come to the end.
        pc.start().until(&[begun, END]);
    }
    // Where the power went before the journal told that the script was done, it was looked whether it had been.
    let times = ready(&pc.start().until(&[END]));
    assert!((1..=2).contains(&times), "{times}");
}
