//! Two stations on one PC: neither takes for its own what the other has brought, and one of them alone starts.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::follow::{follow, results};
use super::pc::{Kind, Pc};
use super::site::Site;

/// A PC that says nothing for so long says nothing.
const PATIENCE: Duration = Duration::from_secs(120);
/// Two runs, by what tells them from each other.
const RUNS: [&str; 2] = [
    "a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0",
    "b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1",
];

/// What attends to a station on the PC, spoken to without one.
struct Attendant {
    child: Child,
    input: Option<ChildStdin>,
    told: Receiver<Value>,
}

impl Attendant {
    fn new(pc: &Pc) -> Attendant {
        let mut child = Command::new("nsenter")
            .args(["--target", &pc.first.to_string(), "--mount", "--uts", "--pid", "--net", "chroot"])
            .arg(pc.folder.join("root"))
            .args(["/root/trousse", "prep", "attend"])
            .env_clear()
            .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program");
        let lines = BufReader::new(child.stdout.take().expect("a pipe")).lines().map_while(Result::ok);
        let (sender, told) = mpsc::channel();
        std::thread::spawn(move || {
            let mut lines = lines.filter_map(|line| serde_json::from_str(&line).ok());
            lines.try_for_each(|line: Value| sender.send(line))
        });
        let input = child.stdin.take();
        let attendant = Attendant { child, input, told };
        assert_eq!(attendant.next()["is"], "hello");
        attendant
    }

    fn next(&self) -> Value {
        self.told.recv_timeout(PATIENCE).expect("a line")
    }

    /// The next answer, past signs of life.
    fn answer(&self) -> Value {
        let mut line = self.next();
        while line["is"] == "beat" {
            line = self.next();
        }
        line
    }

    fn say(&mut self, bytes: &[u8]) {
        self.input.as_mut().expect("open").write_all(bytes).expect("it reads");
    }

    fn ask(&mut self, request: &Value) {
        self.say(format!("{request}\n").as_bytes());
    }

    /// Brings a file.
    fn put(&mut self, run: &str, name: &str, bytes: &[u8]) {
        assert_eq!(self.begins_to_put(run, name, bytes), 0);
        self.say(bytes);
        assert_eq!(self.answer()["is"], "stored");
    }

    /// How much of a file is there.
    fn begins_to_put(&mut self, run: &str, name: &str, bytes: &[u8]) -> u64 {
        self.ask(&json!({"do": "put", "run": run, "name": name, "digest": {"sha256": sha256(bytes), "size": bytes.len()}}));
        let have = self.answer();
        assert_eq!(have["is"], "have", "{have}");
        have["size"].as_u64().expect("bytes")
    }

    fn start(&mut self, run: &str) {
        self.ask(&json!({"do": "start", "profile": "p.toml", "variables": {}, "id": run, "language": "en", "secrets": 0}));
    }
}

impl Drop for Attendant {
    fn drop(&mut self) {
        drop(self.input.take());
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A profile whose run lasts until the file /go is there.
fn profile(title: &str) -> String {
    format!(
        "title = \"{title}\"\nversion = \"1\"\n[[step]]\nname = \"wait\"\nkind = \"script\"\n\
         run = \"until [ -e /go ]; do sleep 0.1; done; touch /done\"\ndone_when = {{ file = \"/done\" }}\n"
    )
}

#[test]
fn two_stations_on_one_pc_do_not_mix_what_they_bring() {
    let Some(site) = Site::new() else { return };
    let pc = site.pc(75, Kind::Root);
    std::fs::copy(site.path("trousse"), pc.root().join("root/trousse")).expect("copied");
    let [mut one, mut other] = [Attendant::new(&pc), Attendant::new(&pc)];

    // One is cut while it brings a file, and still has it in hand when another brings the same.
    let large: Vec<u8> = (0..3_000_000_u32).map(|n| (n % 251) as u8).collect();
    let (half, rest) = large.split_at(large.len() / 2);
    assert_eq!(one.begins_to_put(RUNS[0], "large.bin", &large), 0);
    one.say(half);
    other.put(RUNS[0], "large.bin", &large);
    one.say(rest);
    assert_eq!(one.answer()["is"], "stored", "two had it in hand");

    // Two profiles of the same name, each started by whoever brought it: the first one runs, and it is its own.
    let texts = ["first", "second"].map(profile);
    one.put(RUNS[0], "p.toml", texts[0].as_bytes());
    other.put(RUNS[1], "p.toml", texts[1].as_bytes());
    one.start(RUNS[0]);
    other.start(RUNS[1]);
    let answers = [one.answer(), other.answer()];
    let started = answers.iter().position(|answer| answer["is"] == "started").expect("one of them starts");
    let refused = answers[1 - started].to_string();
    assert!(refused.contains("another preparation goes on there"), "{refused}");
    let first = if started == 0 { &mut one } else { &mut other };
    first.ask(&json!({"do": "listen", "from": 0}));
    let told = first.answer();
    assert_eq!(told["event"]["is"], "started", "{told}");
    assert_eq!(told["event"]["profile"], sha256(texts[started].as_bytes()), "the run is that of another station");

    // What is brought for the other is left alone when the first one tidies up.
    pc.shell("touch /go");
    while first.next()["event"]["is"] != "finished" {}
    loop {
        let beat = first.next();
        if beat["is"] == "beat" && beat["running"] == false {
            break;
        }
    }
    first.ask(&json!({"do": "tidy", "run": RUNS[started]}));
    assert_eq!(first.answer(), json!({"is": "tidied", "all": false}), "something is there for the other");
    let other_one = if started == 0 { &mut other } else { &mut one };
    let there = other_one.begins_to_put(RUNS[1 - started], "p.toml", texts[1 - started].as_bytes());
    assert_eq!(there, texts[1 - started].len() as u64, "it is still there");
    assert_eq!(other_one.answer()["is"], "stored");
    other_one.ask(&json!({"do": "tidy", "run": RUNS[1 - started]}));
    assert_eq!(other_one.answer(), json!({"is": "tidied", "all": true}));
    assert_eq!(pc.shell("ls -d /var/lib/trousse/bench 2>/dev/null"), "", "nobody has anything there any more");
}

#[test]
fn what_a_station_that_was_stopped_has_brought_goes_with_what_the_next_one_brings() {
    let Some(site) = Site::new() else { return };
    let pc = site.pc(77, Kind::Root);
    std::fs::copy(site.path("trousse"), pc.root().join("root/trousse")).expect("copied");
    let mut stopped = Attendant::new(&pc);
    stopped.put(RUNS[0], "large.bin", b"large");
    drop(stopped);
    let mut next = Attendant::new(&pc);
    next.put(RUNS[1], "p.toml", b"");
    next.ask(&json!({"do": "tidy", "run": RUNS[1]}));
    assert_eq!(next.answer(), json!({"is": "tidied", "all": true}));
    assert_eq!(pc.shell("ls -d /var/lib/trousse/bench 2>/dev/null"), "", "nobody has it in hand any more");
}

/// A profile with a restart, which begins once the file /go is there.
const RESTARTS: &str = "title = \"restarts\"\nversion = \"1\"\n\
    [[step]]\nname = \"wait\"\nkind = \"script\"\nrun = \"touch /done\"\n\
    done_when = { command = \"until [ -e /go ]; do sleep 0.1; done; test -e /done\" }\n\
    [[step]]\nname = \"restart\"\nkind = \"reboot\"\nneeds = [\"wait\"]\n\
    [[step]]\nname = \"after\"\nkind = \"file\"\nneeds = [\"restart\"]\npath = \"/after\"\ntext = \"so\"\n";

/// One that starts once the file /let is there: until then it is looked whether it needs its secret.
const LATE: &str = "title = \"late\"\nversion = \"1\"\n\
    [[step]]\nname = \"late\"\nkind = \"script\"\nrun = \"touch /late\"\nsecrets = [\"KIOSK_PASSWORD\"]\n\
    done_when = { command = \"touch /asked; until [ -e /let ]; do sleep 0.1; done; test -e /late\" }\n";

#[test]
fn the_station_that_comes_too_late_leaves_the_program_to_the_one_that_started() {
    let Some(site) = Site::new() else { return };
    let pc = site.pc(78, Kind::Root);
    site.known(&[&pc]);
    std::fs::write(site.path("pcs.csv"), format!("address\n{}\n", pc.address)).expect("written");
    std::fs::write(site.path("restarts.toml"), RESTARTS).expect("written");
    std::fs::write(site.path("late.toml"), LATE).expect("written");
    let (hosts, [restarts, late]) = (site.path("pcs.csv"), ["restarts.toml", "late.toml"].map(|name| site.path(name)));
    let bench = |profile: &str| site.bench(&[profile, "--hosts", &hosts, "--user", "root", "--format", "json"]);

    // Greeted while nothing runs there yet.
    let second = bench(&late).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("the program");
    let began = Instant::now();
    while !pc.root().join("asked").exists() {
        assert!(began.elapsed() < PATIENCE, "it does not come so far");
        std::thread::sleep(Duration::from_millis(20));
    }
    let mut second = Some(second);
    let (code, lines, _) = follow(bench(&restarts), |line| {
        if line.is_some_and(|line| line["event"]["is"] == "started")
            && let Some(second) = second.take()
        {
            pc.shell("touch /let");
            let out = second.wait_with_output().expect("it ends");
            let told = String::from_utf8_lossy(&out.stdout).into_owned();
            assert!(out.status.code() == Some(30) && told.contains("another preparation goes on there"), "{told}");
            pc.shell("touch /go");
        }
    });
    assert!(second.is_none());
    let result = &results(&lines)[&pc.address];
    assert_eq!((code, &result["end"], &result["restarts"]), (0, &"ready".into(), &1.into()), "{result}");
    assert_eq!(pc.read("/after").as_deref(), Some("so"));
    assert_eq!(pc.shell("ls -d /root/.trousse-bench /var/lib/trousse/bench 2>/dev/null"), "", "and it tidies up");
}

#[test]
fn a_pc_that_looks_long_at_a_step_gives_signs_of_life_meanwhile() {
    let Some(site) = Site::new() else { return };
    let pc = site.pc(76, Kind::Root);
    std::fs::copy(site.path("trousse"), pc.root().join("root/trousse")).expect("copied");
    let mut attendant = Attendant::new(&pc);
    // Whether a step needs its secret is known once it is looked at.
    let text = "title = \"t\"\nversion = \"1\"\n[[step]]\nname = \"long\"\nkind = \"script\"\nrun = \"true\"\nsecrets = [\"KEY\"]\n\
                done_when = { command = \"until [ -e /go ]; do sleep 0.1; done\" }\n";
    attendant.put(RUNS[0], "p.toml", text.as_bytes());
    attendant.ask(&json!({"do": "need", "profile": "p.toml", "variables": {}, "id": RUNS[0]}));
    assert_eq!(attendant.next()["is"], "beat", "it is at it");
    pc.shell("touch /go");
    assert_eq!(attendant.answer()["is"], "need");
}

#[test]
fn a_run_that_ends_before_it_says_anything_is_told_by_how_it_ended() {
    let Some(site) = Site::new() else { return };
    let pc = site.pc(79, Kind::Root);
    std::fs::copy(site.path("trousse"), pc.root().join("root/trousse")).expect("copied");
    let mut attendant = Attendant::new(&pc);
    attendant.put(RUNS[0], "p.toml", profile("ends").as_bytes());
    // Another takes the place of the program: to the system that is the one which was removed.
    pc.shell("rm /root/trousse; printf '#!/bin/sh\\nexit 7\\n' > '/root/trousse (deleted)'; chmod 755 '/root/trousse (deleted)'");
    attendant.start(RUNS[0]);
    let refused = attendant.answer().to_string();
    assert!(refused.contains("trousse prep run: exit code 7") && refused.contains("code de sortie 7"), "{refused}");
}
