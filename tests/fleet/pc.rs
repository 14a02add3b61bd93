//! A PC of the network: a system of its own, made from this one and thrown away.

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use super::site::{Site, children, first_line, well};

/// The password of those who log in by one.
pub(super) const LOGIN: &str = "battery-staple-9";

/// A PC of it.
pub(super) struct Pc {
    keeper: Child,
    /// Its first process, by its number outside.
    pub(super) first: u32,
    pub(super) address: String,
    pub(super) link: String,
    pub(super) folder: PathBuf,
}

/// How a PC is other than most.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Kind {
    /// The user root, by key.
    Root,
    /// Likewise; it takes files by SFTP, which others than trousse send them by.
    Sftp,
    /// A technician, by key, who becomes root by a password.
    Sudo,
    /// Likewise, who logs in by that password too.
    Password,
    /// Another password is the right one.
    OtherPassword,
    /// A technician, by key; another password is the right one for sudo.
    OtherSudo,
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
    # What root's shell does when it is begun is not of a PC that is freshly imaged, and may take its time.
    rm -f root/root/.bashrc root/root/.profile root/root/.bash_profile root/root/.bash_login
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
        sudo | password | other | othersudo | room)
            chroot root useradd --create-home --shell /bin/bash tech
            case "$kind" in other | othersudo) password=another ;; *) password="$LOGIN" ;; esac
            printf 'tech:%s\n' "$password" | chroot root chpasswd --crypt-method SHA512 --sha-rounds 1000
            echo 'tech ALL=(ALL:ALL) ALL' > root/etc/sudoers.d/tech
            chmod 440 root/etc/sudoers.d/tech
            case "$kind" in sudo | othersudo | room) chroot root install -D -o tech -m 600 /root/.ssh/authorized_keys /home/tech/.ssh/authorized_keys ;; esac
            ;;
    esac
    sftp=/bin/false
    case "$kind" in
        room)
            mount -t tmpfs -o size=24m,mode=755 small root/home/tech
            chroot root install -d -o tech /home/tech/.ssh
            chroot root install -o tech -m 600 /root/.ssh/authorized_keys /home/tech/.ssh/authorized_keys
            chroot root chown tech /home/tech
            ;;
        flood) sed -i 's|^|command="yes trousse: whole" |' root/root/.ssh/authorized_keys ;;
        garbage) sed -i 's|^|command="head -c 100000 /dev/urandom" |' root/root/.ssh/authorized_keys ;;
        sftp) sftp=internal-sftp ;;
        hash) rm -f root/usr/bin/sha256sum root/usr/bin/busybox root/bin/busybox root/usr/bin/openssl ;;
    esac
    cp host_key root/etc/ssh/fleet_key
    chmod 600 root/etc/ssh/fleet_key
    printf 'HostKey /etc/ssh/fleet_key\nUsePAM no\nPermitRootLogin yes\nPasswordAuthentication yes\nMaxStartups 100\nPidFile none\nUseDNS no\nPrintMotd no\nSubsystem sftp %s\n' "$sftp" > root/etc/ssh/fleet.conf
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

impl Site {
    /// A PC on the network, with the tenth-from-last address of its number.
    pub(super) fn pc(&self, number: usize, kind: Kind) -> Pc {
        let name = format!("pc-{number:03}");
        let folder = self.folder.path().join(&name);
        fs::create_dir(&folder).expect("a folder");
        let inside = |file: &str| folder.join(file).display().to_string();
        well("ssh-keygen", &["-q", "-t", "ed25519", "-N", "", "-f", &inside("host_key")]);
        fs::copy(self.path("key.pub"), folder.join("key.pub")).expect("copied");
        let word = match kind {
            Kind::Root => "root",
            Kind::Sftp => "sftp",
            Kind::Sudo => "sudo",
            Kind::Password => "password",
            Kind::OtherPassword => "other",
            Kind::OtherSudo => "othersudo",
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
}

impl Pc {
    pub(super) fn root(&self) -> PathBuf {
        PathBuf::from(format!("/proc/{}/root{}", self.first, self.folder.join("root").display()))
    }

    pub(super) fn read(&self, path: &str) -> Option<String> {
        fs::read(self.root().join(path.trim_start_matches('/'))).ok().map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
    }

    /// A line of shell on it.
    pub(super) fn shell(&self, line: &str) -> String {
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
    pub(super) fn cut(&self) {
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
