//! A system that is thrown away: this one under an overlay in memory, with processes, a name and a network of its own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

/// The program, here and in a system that is thrown away: the folder that it was built in may be on another disk, which is not there.
const BUILT: &str = env!("CARGO_BIN_EXE_trousse");
pub(crate) const TROUSSE: &str = "/usr/local/bin/trousse";
/// What stands on the last line of the making of a system.
const MADE: &str = "made";
/// How long anything here may take.
pub(crate) const PATIENCE: Duration = Duration::from_secs(120);

/// What nobody may find anywhere but in shadow(5), and not there either.
pub(crate) const SECRET: &str = "correct-horse-7!";

/// A system that is thrown away.
pub(crate) struct ThrowAway {
    /// It ends with all that runs in it.
    keeper: Child,
    /// The first process of it, by its number outside.
    first: u32,
    /// A folder that both see.
    shared: tempfile::TempDir,
}

impl ThrowAway {
    /// A new one; `None` where none can be made here, which is said.
    pub(crate) fn new() -> Option<ThrowAway> {
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

    pub(crate) fn root(&self) -> PathBuf {
        self.inside().join("root")
    }

    /// Writes a file of the system.
    pub(crate) fn write(&self, path: &str, bytes: impl AsRef<[u8]>) {
        let to = self.root().join(path.trim_start_matches('/'));
        fs::create_dir_all(to.parent().expect("a folder")).expect("a folder");
        fs::write(to, bytes).expect("written");
    }

    /// Lets the system see a folder of this one, and write to it.
    pub(crate) fn share(&self, folder: &Path, at: &str) {
        let (to, first) = (self.shared.path().join("root").join(at), self.first.to_string());
        let mut mount = Command::new("nsenter");
        mount.args(["--target", &first, "--mount", "sh", "-ec", "mkdir -p \"$2\"; mount --bind \"$1\" \"$2\"", "sh"]);
        assert!(mount.arg(folder).arg(to).status().expect("a shell").success());
    }

    pub(crate) fn read(&self, path: &str) -> Option<String> {
        fs::read(self.root().join(path.trim_start_matches('/'))).ok().map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
    }

    /// A program in the system, as root.
    pub(crate) fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new("nsenter");
        command.args(["--target", &self.first.to_string(), "--mount", "--uts", "--ipc", "--net", "--pid", "chroot"]);
        command.arg(self.shared.path().join("root")).args(words);
        command.env_clear().env("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin").env("TROUSSE_LANG", "en");
        command.stdin(Stdio::null());
        command
    }

    pub(crate) fn shell(&self, line: &str) -> String {
        let out = self.command(&["sh", "-c", line]).output().expect("a shell");
        String::from_utf8_lossy(&out.stdout).into_owned() + &String::from_utf8_lossy(&out.stderr)
    }

    pub(crate) fn trousse(&self, words: &[&str]) -> Output {
        self.command(&[&[TROUSSE], words].concat()).env("KIOSK_PASSWORD", SECRET).output().expect("the program")
    }

    /// The PC is started anew: nothing runs any more, it has the name of its file and another identity of its start.
    pub(crate) fn start_anew(&self, boot: &str) {
        let namespace = |pid: u32| fs::read_link(format!("/proc/{pid}/ns/pid")).ok();
        let here = namespace(self.first);
        let pids = fs::read_dir("/proc").expect("/proc").flatten();
        let pids = pids.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
        pids.filter(|&pid| pid != self.first && namespace(pid) == here && here.is_some()).for_each(kill);
        fs::write(self.inside().join("boot_id"), format!("{boot}\n")).expect("written");
        self.shell("hostname -F /etc/hostname; rm -f /var/asked");
    }

    /// What the start-up task would run.
    pub(crate) fn start_up_command(&self) -> Option<String> {
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
pub(crate) fn children(pid: u32) -> Vec<u32> {
    let told = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
    told.split_whitespace().filter_map(|pid| pid.parse().ok()).collect()
}

pub(crate) fn kill(pid: u32) {
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
    mkdir -p root/sys/class/net/eth0/device
    echo 1 > root/sys/class/net/eth0/type
    echo 54:b2:03:1c:0a:0b > root/sys/class/net/eth0/address
    echo 11111111111111111111111111111111 > root/etc/machine-id
    echo first > boot_id
    mount --bind boot_id root/proc/sys/kernel/random/boot_id
    rm -rf root/etc/systemd/system/trousse-prep.service root/var/lib/trousse
    cat > root/usr/local/sbin/systemctl <<'PLAYED'
#!/bin/sh
# Without systemd the real one tells and sets what stands in files; what runs is played.
case "$1" in
    is-enabled | enable | disable | mask | unmask) exec /usr/bin/systemctl "$@" ;;
    is-active) if [ -e "/run/played/$3" ]; then echo active; else echo inactive; exit 3; fi ;;
    start) case "$(/usr/bin/systemctl is-enabled "$3")" in masked*) echo "Unit $3 is masked." >&2; exit 1 ;; esac
        mkdir -p /run/played; [ "$3" = crasher.service ] || touch "/run/played/$3" ;;
    stop) rm -f "/run/played/$3" ;;
    *) echo "systemctl $*" >> /var/asked ;;
esac
PLAYED
    printf '#!/bin/sh\necho reboot >> /var/asked\n' > root/usr/local/sbin/reboot
    chmod 755 root/usr/local/sbin/systemctl root/usr/local/sbin/reboot
    hostname imaged
    echo imaged > root/etc/hostname
    printf '127.0.0.1\tlocalhost\n127.0.1.1\timaged\n' > root/etc/hosts
    echo made
    exec cat > /dev/null
"#;
