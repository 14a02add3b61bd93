//! The ways in: by another PC, with the keys of an agent, to PCs whose keys nobody knows yet, and by a password that is wrong.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::follow::{follow, results};
use super::pc::{Kind, Pc};
use super::site::{Site, well};

/// A profile that is soon done.
const WELCOME: &str = "title = \"Welcome\"\nversion = \"1\"\n\
    [[step]]\nname = \"welcome\"\nkind = \"file\"\npath = \"/etc/kiosk/welcome\"\ntext = \"hello\\n\"\n";
/// What is known after a minute is known soon enough.
const SOON: Duration = Duration::from_secs(60);

/// An agent with the key of the site.
struct Agent {
    agent: Child,
    folder: tempfile::TempDir,
}

impl Agent {
    fn new(site: &Site) -> Agent {
        // The name of a socket is short.
        let folder = tempfile::tempdir().expect("a folder");
        let socket = folder.path().join("agent");
        let agent = Command::new("ssh-agent").arg("-D").arg("-a").arg(&socket).stdout(Stdio::null()).spawn().expect("ssh-agent");
        let agent = Agent { agent, folder };
        let began = Instant::now();
        while !socket.exists() {
            assert!(began.elapsed() < SOON, "no agent");
            std::thread::sleep(Duration::from_millis(20));
        }
        let added = Command::new("ssh-add").args(["-q", &site.path("key")]).env("SSH_AUTH_SOCK", &socket).status();
        assert!(added.expect("ssh-add").success());
        agent
    }

    fn socket(&self) -> String {
        self.folder.path().join("agent").display().to_string()
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        let _ = self.agent.kill();
        let _ = self.agent.wait();
    }
}

fn list(site: &Site, pcs: &[&Pc]) {
    let rows: String = pcs.iter().map(|pc| format!("{}\n", pc.address)).collect();
    fs::write(site.path("pcs.csv"), format!("address\n{rows}")).expect("written");
    fs::write(site.path("welcome.toml"), WELCOME).expect("written");
}

#[test]
fn by_another_pc_and_with_an_agent_new_keys_are_learned_and_each_is_told_once() {
    let Some(site) = Site::new() else { return };
    if !Path::new("/usr/bin/ssh-agent").exists() {
        println!("not run: needs ssh-agent");
        assert!(std::env::var("TROUSSE_REQUIRE_LABS").is_err(), "required, and not run");
        return;
    }
    let [gate, one, other] = [70, 71, 72].map(|number| site.pc(number, Kind::Root));
    // The station reaches neither of them by itself.
    for pc in [&one, &other] {
        well("nsenter", &["--target", &pc.first.to_string(), "--net", "ip", "route", "add", "blackhole", "10.66.0.1/32"]);
    }
    list(&site, &[&one, &other]);
    let agent = Agent::new(&site);
    let jump = format!("root@{}", gate.address);
    let bench = |socket: &str| {
        let (profile, hosts, known, program) =
            (site.path("welcome.toml"), site.path("pcs.csv"), site.path("known_hosts"), site.path("trousse"));
        let words = ["prep", "bench", &profile, "--hosts", &hosts, "--known-hosts", &known, "--program", &program];
        let more = ["--user", "root", "--jump", &jump, "--accept-new-keys", "--format", "json"];
        let mut command = site.command(&[&[env!("CARGO_BIN_EXE_trousse")][..], &words, &more].concat());
        command.env("SSH_AUTH_SOCK", socket);
        follow(command, |_| ())
    };
    let trusted = |lines: &[Value]| {
        let mut pcs: Vec<String> = lines
            .iter()
            .filter(|line| line["is"] == "trusted")
            .map(|line| line["pc"].as_str().unwrap_or_default().into())
            .collect();
        pcs.sort();
        pcs
    };
    // Whom nobody lets in says so, and the key of the PC in between is told all the same.
    let (code, lines, _) = bench("/nonexistent");
    assert_eq!(code, 30);
    for result in results(&lines).values() {
        let why = result["why"].to_string();
        assert!(why.contains("by way of which it is reached") && why.contains("no key to offer"), "{result}");
    }
    assert_eq!(trusted(&lines), std::slice::from_ref(&gate.address));

    let (code, lines, _) = bench(&agent.socket());
    assert_eq!(code, 0, "{lines:?}");
    assert_eq!(trusted(&lines), [one.address.clone(), other.address.clone()]);
    for pc in [&one, &other] {
        assert_eq!(pc.read("/etc/kiosk/welcome").as_deref(), Some("hello\n"), "{}", pc.address);
    }
    let known = fs::read_to_string(site.path("known_hosts")).expect("it is written");
    assert_eq!(known.lines().filter(|line| !line.is_empty()).count(), 3, "{known}");

    let (code, lines, _) = bench(&agent.socket());
    assert_eq!((code, trusted(&lines)), (0, Vec::new()), "they are known by now");
}

#[test]
fn a_password_that_sudo_does_not_take_is_told_at_once() {
    let Some(site) = Site::new() else { return };
    let pc = site.pc(73, Kind::OtherSudo);
    site.known(&[&pc]);
    list(&site, &[&pc]);
    let began = Instant::now();
    let (code, lines, _) = follow(
        site.bench(&[
            &site.path("welcome.toml"),
            "--hosts",
            &site.path("pcs.csv"),
            "--user",
            "tech",
            "--ask-password",
            "--format",
            "json",
        ]),
        |_| (),
    );
    assert_eq!(code, 30);
    let result = &results(&lines)[&pc.address];
    assert!(result["why"].to_string().contains("sudo does not take the password"), "{result}");
    assert!(began.elapsed() < SOON, "sudo waits for another one, and nobody gives it");
    assert_eq!(pc.read("/etc/kiosk/welcome"), None);
    assert_eq!(pc.shell("ls -d /home/tech/.trousse-bench 2>/dev/null"), "", "what was brought is removed");
}
