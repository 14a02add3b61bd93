//! The profile of the tests, from a freshly imaged PC to one that is ready, and what the PC is like then.

use std::collections::BTreeMap;
use std::fs;
use std::process::{Command, Output};
use std::time::Instant;

use serde_json::Value;

use super::throw_away::{SECRET, ThrowAway};

/// A package made by Debian's own tool.
pub(crate) fn deb(version: &str) -> Vec<u8> {
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
pub(crate) const KIOSK: &str = r#"
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

pub(crate) fn kiosk() -> Option<ThrowAway> {
    let pc = ThrowAway::new()?;
    pc.write("/media/stick/kiosk.toml", KIOSK);
    pc.write("/media/stick/kioskd.deb", deb("2.10-1"));
    Some(pc)
}

pub(crate) const RUN: &[&str] = &["prep", "run", "/media/stick/kiosk.toml", "--set", "number=07", "--reboot", "--format", "json"];

pub(crate) fn said(out: &Output) -> String {
    String::from_utf8_lossy(&out.stdout).into_owned() + &String::from_utf8_lossy(&out.stderr)
}

pub(crate) fn code(out: &Output) -> i32 {
    out.status.code().unwrap_or(-1)
}

/// What each step came to, from the lines for programs.
pub(crate) fn outcomes(out: &Output) -> BTreeMap<String, String> {
    let lines = String::from_utf8_lossy(&out.stdout);
    let events = lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap_or_else(|error| panic!("{error}: {line}")));
    let steps = events.filter(|event| event["is"] == "step");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    steps.map(|event| (text(&event["name"]), text(&event["outcome"]))).collect()
}

/// What the PC is like, where the profile has a say.
pub(crate) fn state(pc: &ThrowAway) -> String {
    pc.shell(
        "hostname; cat /etc/hostname /etc/hosts; stat -c '%a %U %n' /etc/kiosk/welcome; cat /etc/kiosk/welcome; \
         dpkg-query --show --showformat='${db:Status-Abbrev} ${Version}\\n' kioskd; cat /opt/kioskd/version; echo; \
         grep ^kiosk: /etc/passwd | cut -d: -f1,5,6,7; id -Gn kiosk; test -d /home/kiosk && echo home; \
         cat /opt/kiosk/certificates; find /etc /opt /home /var/lib/trousse -name '*.trousse' -o -name kept; \
         ls /etc/systemd/system /etc/cron.d | grep trousse; test -e /never && echo never",
    )
}

/// Goes on until the PC is ready, as its start-up task would; how often it was started anew.
pub(crate) fn until_ready(pc: &ThrowAway, first: Output) -> u32 {
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
    assert!(text.contains("Plus conforme à la préparation : 1 étape") && text.contains("version 2.10-1 → absente"), "{text}");
    assert!(!text.contains("welcome"), "{text}");
}
