//! PCs of one list that differ: each has its own files, and each has a result, also where the station is stopped.

use std::collections::BTreeSet;
use std::fs;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::follow::{follow, follow_by_pid, results};
use super::pc::{Kind, Pc};
use super::site::{Site, well};

/// A profile whose run waits until the file /go is there, with a file for each PC.
const OWN: &str = "title = \"own\"\nversion = \"1\"\n[variables]\nname = \"\"\n\
    [[step]]\nname = \"key\"\nkind = \"file\"\npath = \"/etc/own.key\"\nfrom = \"{name}.key\"\n\
    [[step]]\nname = \"wait\"\nkind = \"script\"\nrun = \"until [ -e /go ]; do sleep 0.1; done; touch /done\"\n\
    done_when = { file = \"/done\" }\n";

#[test]
fn each_pc_has_its_own_files_alone_and_a_result_where_the_station_is_stopped() {
    let Some(site) = Site::new() else { return };
    let [one, other, waits] = [84, 85, 86].map(|number| site.pc(number, Kind::Root));
    let pcs = [&one, &other, &waits];
    site.known(&pcs);
    fs::write(site.path("own.toml"), OWN).expect("written");
    let names = ["one", "other", "waits"];
    for name in names {
        fs::write(site.path(&format!("{name}.key")), format!("the key of {name}\n")).expect("written");
    }
    let rows: String = pcs.iter().zip(names).map(|(pc, name)| format!("{};{name}\n", pc.address)).collect();
    fs::write(site.path("pcs.csv"), format!("address;name\n{rows}")).expect("written");
    let (profile, hosts) = (site.path("own.toml"), site.path("pcs.csv"));
    let words = [profile.as_str(), "--hosts", &hosts, "--user", "root", "--format", "json"];

    // Two of them wait, and the third has not been asked yet.
    let mut at_it = BTreeSet::new();
    let (code, lines, _) = follow_by_pid(site.bench(&[&words[..], &["-j", "2"]].concat()), |pid, line| {
        let applies = |line: &&Value| line["event"]["is"] == "applying" && line["event"]["name"] == "wait";
        if let Some(line) = line.filter(applies)
            && at_it.insert(line["pc"].to_string())
            && at_it.len() == 2
        {
            for (pc, name) in [(&one, "one"), (&other, "other")] {
                let brought = pc.shell("cd /var/lib/trousse/bench/runs/* && echo *");
                assert_eq!(brought.trim(), format!("{name}.key own.toml"), "{}", pc.address);
            }
            well("kill", &["-INT", &pid.to_string()]);
        }
    });
    assert_eq!(code, 130, "{lines:?}");
    let found = results(&lines);
    let ends = pcs.map(|pc| found.get(&pc.address).map_or(Value::Null, |result| result["end"].clone()));
    assert_eq!(ends, ["left-alone", "left-alone", "not-reached"], "{lines:?}");
    let last = lines.last().expect("a summary");
    assert_eq!((&last["is"], &last["pcs"]), (&"summary".into(), &3.into()));

    // They go on, and are followed again.
    for pc in pcs {
        pc.shell("touch /go");
    }
    let (code, lines, _) = follow(site.bench(&words), |_| ());
    assert_eq!(code, 0, "{lines:?}");
    for (pc, name) in pcs.into_iter().zip(names) {
        assert_eq!(pc.read("/etc/own.key"), Some(format!("the key of {name}\n")));
        assert_eq!(pc.shell("ls -d /root/.trousse-bench /var/lib/trousse/bench 2>/dev/null"), "", "{}", pc.address);
    }
}

/// A profile with a file of three megabytes.
const LARGE: &str = "title = \"large\"\nversion = \"1\"\n\
    [[step]]\nname = \"large\"\nkind = \"file\"\npath = \"/etc/large\"\nfrom = \"large.bin\"\n";
/// What is told of a file is told long before an answer that never comes is given up.
const SOON: Duration = Duration::from_secs(90);

#[test]
fn a_file_that_changes_at_the_station_meanwhile_is_told_as_that_and_soon() {
    let Some(site) = Site::new() else { return };
    let pcs: [Pc; 2] = [87, 88].map(|number| site.pc(number, Kind::Root));
    fs::write(site.path("large.toml"), LARGE).expect("written");
    let large = vec![b'a'; 3_000_000];
    // It is cut off, or another of the same size takes its place.
    for (pc, changed) in pcs.iter().zip([vec![b'a'; 1_000_000], vec![b'b'; 3_000_000]]) {
        site.known(&[pc]);
        fs::write(site.path("pcs.csv"), format!("address\n{}\n", pc.address)).expect("written");
        fs::write(site.path("large.bin"), &large).expect("written");
        let (profile, hosts) = (site.path("large.toml"), site.path("pcs.csv"));
        let mut connected = None;
        let (code, lines, _) = follow(site.bench(&[&profile, "--hosts", &hosts, "--user", "root", "--format", "json"]), |line| {
            if connected.is_none() && line.is_some_and(|line| line["is"] == "connected") {
                fs::write(site.path("large.bin"), &changed).expect("written");
                connected = Some(Instant::now());
            }
        });
        let result = &results(&lines)[&pc.address];
        assert_eq!((code, &result["end"]), (30, &"refused".into()), "{result}");
        assert!(result["why"].to_string().contains("has changed since this bench was begun"), "{result}");
        assert!(connected.is_some_and(|since| since.elapsed() < SOON), "somebody waits for what never comes");
        assert_eq!(pc.shell("ls -d /root/.trousse-bench /var/lib/trousse/bench /etc/large 2>/dev/null"), "", "{result}");
    }
}
