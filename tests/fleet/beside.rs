//! The same done by others, to be measured beside.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::fifty::PCS;
use super::pc::{Kind, Pc};
use super::site::{Site, children};

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
    let pcs: Vec<Pc> = (10..10 + PCS).map(|number| site.pc(number, Kind::Sftp)).collect();
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
