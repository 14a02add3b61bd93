//! Names that PCs are given: the same PC the same again, two benches at the same time two different ones.

use std::path::Path;
use std::process::{Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use super::kiosk::{code, said};
use super::throw_away::{TROUSSE, ThrowAway};

const PROFILE: &str = r#"
title = "Office"
version = "1"
[variables]
customer = ""
[names]
pattern = "{customer}-pc-{nn}"
[[step]]
name = "name of the PC"
kind = "rename"
[[step]]
name = "message"
kind = "file"
path = "/etc/motd"
text = "x"
"#;

/// A depot in which nothing is.
const DEPOT: &str = "{\"schema\":\"trousse/depot/1\",\"payloads\":[]}";

const RUN: &[&str] = &["prep", "run", "/root/p.toml", "--set", "customer=acme", "--depot", "/mnt/share"];

/// A share that benches have in common, with a depot in which no name is taken yet.
fn share() -> TempDir {
    let share = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
    std::fs::write(share.path().join("depot.json"), DEPOT).expect("ours");
    share
}

/// A PC with this serial number on a bench that has a share in common with others.
fn pc(serial: &str, share: &Path) -> Option<ThrowAway> {
    let pc = ThrowAway::new()?;
    pc.write("/sys/class/dmi/id/product_serial", serial);
    // Two that come out of one image have one of these, until somebody sees to it.
    pc.write("/etc/machine-id", if serial.is_empty() { share.display().to_string() } else { "1".repeat(32) });
    pc.write("/root/p.toml", PROFILE);
    pc.share(share, "mnt/share");
    Some(pc)
}

fn renamed(pc: &ThrowAway) -> String {
    pc.shell("cat /etc/hostname").trim().to_owned()
}

fn names(pc: &ThrowAway) -> Vec<Value> {
    let out = pc.trousse(&["prep", "names", "list", "--depot", "/mnt/share", "--format", "json"]);
    let list: Value = serde_json::from_slice(&out.stdout).unwrap_or_else(|error| panic!("{error}: {}", said(&out)));
    list["names"].as_array().cloned().expect("names")
}

#[test]
fn a_pc_is_given_a_name_and_keeps_it_when_it_is_installed_anew() {
    let share = share();
    let Some(first) = pc("SERIAL-1", share.path()) else { return };
    first.write("/root/ad.csv", "\"Name\",\"Serial\"\nACME-PC-01,\nacme-pc-02.acme.lan,SERIAL-9\nthe boss's,\n");
    let out = first.trousse(&["prep", "names", "import", "/root/ad.csv", "--depot", "/mnt/share"]);
    assert_eq!(code(&out), 1, "{}", said(&out));
    assert!(said(&out).contains("/mnt/share/names.json: a new list, 2 names"), "{}", said(&out));
    assert!(said(&out).contains("ad.csv: 2 new") && said(&out).contains("line 4: \"the boss's\" is no name"), "{}", said(&out));

    let out = first.trousse(&["prep", "plan", "/root/p.toml", "--set", "customer=acme", "--depot", "/mnt/share"]);
    assert!(code(&out) == 1 && said(&out).contains("imaged → acme-pc-03"), "{}", said(&out));
    assert_eq!(names(&first).len(), 2, "a plan reserves nothing");
    let out = first.trousse(RUN);
    assert_eq!((code(&out), renamed(&first).as_str()), (0, "acme-pc-03"), "{}", said(&out));
    assert!(first.read("/var/lib/trousse/prep/journal.jsonl").expect("a journal").contains("\"name\":\"acme-pc-03\""));
    assert_eq!(first.trousse(RUN).status.code(), Some(0));
    let out = first.trousse(&["prep", "verify", "/root/p.toml", "--set", "customer=acme"]);
    assert_eq!(code(&out), 0, "the journal tells the name: {}", said(&out));

    let Some(second) = pc("SERIAL-2", share.path()) else { return };
    second.trousse(RUN);
    assert_eq!(renamed(&second), "acme-pc-04", "a clone with another serial number");
    let Some(anew) = pc("SERIAL-1", share.path()) else { return };
    anew.write("/etc/machine-id", "2".repeat(32));
    anew.trousse(RUN);
    assert_eq!(renamed(&anew), "acme-pc-03", "the same PC");
    let Some(elsewhere) = pc("SERIAL-5", share.path()) else { return };
    let out = elsewhere.trousse(&["prep", "run", "/root/p.toml", "--set", "customer=acme", "--name", "acme-pc-50"]);
    assert_eq!((code(&out), renamed(&elsewhere).as_str()), (0, "acme-pc-50"), "{}", said(&out));
    let out = elsewhere.trousse(&["prep", "run", "/root/p.toml", "--name", "acme-pc-51"]);
    assert!(code(&out) == 30 && said(&out).contains("begun with the name acme-pc-50, not acme-pc-51"), "{}", said(&out));
    let Some(known) = pc("serial-9", share.path()) else { return };
    known.trousse(RUN);
    assert_eq!(renamed(&known), "acme-pc-02", "the directory knows it by its serial number");
    let Some(without) = pc("To Be Filled By O.E.M.", share.path()) else { return };
    without.trousse(RUN);
    assert_eq!(renamed(&without), "acme-pc-05", "no serial number is known by its installation");
    let text = said(&without.trousse(&["--lang", "fr", "prep", "names", "list", "--depot", "/mnt/share"]));
    assert!(text.contains("5 noms pris, dont 3 attribués") && text.contains("SERIAL-2"), "{text}");
}

#[test]
fn which_list_a_name_comes_from_is_told_and_the_sheet_needs_none() {
    let share = share();
    let Some(pc) = pc("SERIAL-1", share.path()) else { return };
    pc.write("/root/taken.csv", "name\nacme-pc-01\n");
    let out = pc.trousse(&["prep", "names", "import", "/root/taken.csv", "--depot", "/mnt/share"]);
    assert_eq!(code(&out), 0, "{}", said(&out));
    let told = |out: &Output| String::from_utf8_lossy(&out.stderr).into_owned();
    let plan = [TROUSSE, "prep", "plan", "/root/p.toml", "--set", "customer=acme"];
    let out = pc.command(&plan).env("TROUSSE_DEPOT", "/mnt/share").output().expect("the program");
    assert_eq!(told(&out), "the name acme-pc-02 comes from /mnt/share/names.json\n");
    // As under sudo, which hands on nothing of the environment.
    let out = pc.trousse(&["--lang", "fr", "prep", "plan", "/root/p.toml", "--set", "customer=acme"]);
    let text = told(&out);
    assert!(text.contains("acme-pc-01 vient de /root/names.json, une nouvelle liste qui commence par lui"), "{text}");
    assert!(text.contains("conseil : ") && text.contains("sudo --preserve-env=TROUSSE_DEPOT"), "{text}");
    let out = pc.trousse(&["prep", "run", "/root/p.toml", "--set", "customer=acme"]);
    let text = told(&out);
    assert!(code(&out) == 0 && text.contains("/root/names.json, a new list that begins with it"), "{}", said(&out));
    assert!(text.contains("hint: where benches share a list, name it: --depot FOLDER"), "{text}");
    let out = pc.trousse(&["prep", "run", "/root/p.toml", "--set", "customer=acme"]);
    assert_eq!((code(&out), told(&out).as_str()), (0, ""), "the journal tells it from then on");

    // At the customer's: neither the share nor the journal is there.
    let out = pc.trousse(&["prep", "sheet", "-o", "/root/sheet.json"]);
    assert_eq!(code(&out), 0, "{}", said(&out));
    pc.shell("rm -rf /var/lib/trousse /root/names.json");
    let verify = ["prep", "verify", "/root/p.toml", "--set", "customer=acme", "--depot", "/mnt/none"];
    let out = pc.trousse(&[&verify[..], &["--sheet", "/root/sheet.json"]].concat());
    assert_eq!(code(&out), 0, "{}", said(&out));
    let out = pc.trousse(&["prep", "plan", "/root/p.toml", "--set", "customer=acme", "--depot", "/mnt/none"]);
    assert!(code(&out) == 30 && said(&out).contains("--name NAME"), "{}", said(&out));
}

#[test]
fn two_benches_at_the_same_time_give_two_names() {
    /// How often they try.
    const ROUNDS: usize = 5;
    let share = share();
    let benches: Option<Vec<ThrowAway>> = (0..3).map(|_| pc("none", share.path())).collect();
    let Some(benches) = benches else { return };
    for round in 0..ROUNDS {
        for (bench, pc) in benches.iter().enumerate() {
            pc.write("/sys/class/dmi/id/product_serial", format!("SERIAL-{round}-{bench}"));
            pc.shell("rm -rf /var/lib/trousse");
        }
        let started: Vec<_> = benches
            .iter()
            .map(|pc| {
                let mut run = pc.command(&[&[TROUSSE], RUN].concat());
                run.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program")
            })
            .collect();
        let ended: Vec<Output> = started.into_iter().map(|run| run.wait_with_output().expect("it ends")).collect();
        ended.iter().for_each(|out| assert_eq!(code(out), 0, "{}", said(out)));
    }
    let mut taken: Vec<String> =
        names(&benches[0]).iter().map(|name| name["name"].as_str().unwrap_or_default().to_owned()).collect();
    taken.sort();
    let wanted: Vec<String> = (1..=ROUNDS * benches.len()).map(|number| format!("acme-pc-{number:02}")).collect();
    assert_eq!(taken, wanted);
    let mut last: Vec<String> = benches.iter().map(renamed).collect();
    last.sort();
    last.dedup();
    assert_eq!(last.len(), benches.len(), "{last:?}");
}

#[test]
fn a_name_that_cannot_be_given_is_refused_before_anything_is_touched() {
    let share = share();
    let Some(pc) = pc("SERIAL-1", share.path()) else { return };
    let refused = |words: &[&str], part: &str| {
        let out = pc.trousse(words);
        let text = said(&out);
        assert_eq!(code(&out), 30, "{part}: {text}");
        assert!(text.contains(part), "{part}: {text}");
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines.len() == 2 && lines[0].starts_with("trousse: ") && lines[1].starts_with("hint: "), "{text}");
        assert_eq!(renamed(&pc), "imaged");
        assert_eq!(pc.shell("cat /etc/motd 2>/dev/null | grep -x x; ls /var/lib/trousse 2>/dev/null"), "", "{part}");
    };
    let with = |customer: &str| ["prep", "run", "/root/p.toml", "--depot", "/mnt/share", "--set", customer].map(str::to_owned);
    for (customer, part) in [
        ("customer=les-tilleuls", "\"les-tilleuls-pc-01\" has 18 characters"),
        ("customer=l'agence", "\"l'agence-pc-01\" is no name for a PC"),
        ("customer=", "the variable customer has no value"),
        ("customer=-x", "no name for a PC"),
    ] {
        refused(&with(customer).each_ref().map(String::as_str), part);
    }
    let list: String = (1..100).map(|number| format!("acme-pc-{number:02}\n")).collect();
    pc.write("/root/all.csv", list);
    assert_eq!(code(&pc.trousse(&["prep", "names", "import", "/root/all.csv", "--depot", "/mnt/share"])), 0);
    refused(RUN, "every name from acme-pc-01 to acme-pc-99 is taken");
    // A share that is not mounted is no list without names.
    pc.shell("mkdir -p /mnt/none");
    for place in [["--depot", "/mnt/none"], ["--names", "/mnt/none/names.json"]] {
        for command in ["run", "plan"] {
            refused(
                &[&["prep", command, "/root/p.toml", "--set", "customer=acme"], &place[..]].concat(),
                "no names are kept in /mnt/none/names.json",
            );
        }
        refused(&[&["prep", "names", "list"], &place[..]].concat(), "no names are kept in /mnt/none/names.json");
        assert_eq!(pc.shell("ls -A /mnt/none"), "", "nothing is begun there");
    }
    refused(
        &["prep", "names", "import", "/root/all.csv", "--depot", "/mnt/none/depot"],
        "cannot write /mnt/none/depot/names.json",
    );
    pc.shell("rm -f /mnt/share/names.json; mkdir -p /mnt/read; mount -t tmpfs read /mnt/read");
    pc.shell("cp /mnt/share/depot.json /mnt/read; mount -o remount,ro /mnt/read");
    refused(
        &["prep", "run", "/root/p.toml", "--set", "customer=acme", "--depot", "/mnt/read"],
        "cannot write /mnt/read/names.json",
    );
    pc.shell("echo nonsense > /mnt/share/names.json");
    refused(RUN, "/mnt/share/names.json is refused: line 1");
    refused(&["prep", "names", "list", "--depot", "/mnt/share"], "names.json is refused");
    pc.shell("rm -f /mnt/share/names.json");
    pc.write("/sys/class/dmi/id/product_serial", "Default string");
    pc.write("/etc/machine-id", "uninitialized\n");
    refused(RUN, "neither a serial number nor an installation");
    refused(&[RUN, &["--name", "a b"]].concat(), "\"a b\" is no name for a PC");
    pc.write("/sys/class/dmi/id/product_serial", "SERIAL-1");
    refused(&[RUN, &["--technician", " "]].concat(), "--technician is empty");
    assert_eq!(pc.shell("ls /mnt/share/names.json 2>/dev/null"), "", "no name is reserved for what is refused");
    pc.write("/root/odd.csv", "a;b\n1;2\n");
    refused(&["prep", "names", "import", "/root/odd.csv", "--depot", "/mnt/share"], "no row of headings");
    refused(&["prep", "names", "import", "/root/none.csv", "--depot", "/mnt/share"], "cannot read the table");
    refused(&["prep", "names", "import", "--seen", "/root/p.toml", "--depot", "/mnt/share"], "is not a visit");
    assert_eq!(code(&pc.trousse(&["prep", "names", "import", "/root/all.csv"])), 2, "which list is not said");
    let out = pc.trousse(&["prep", "names", "import", "--depot", "/mnt/none"]);
    assert!(code(&out) == 0 && said(&out).contains("/mnt/none/names.json: a new list, 0 names"), "{}", said(&out));
}
