//! Fifty PCs at once, some of them cut off, and five with which something is wrong.

use std::collections::BTreeSet;
use std::fs;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::follow::{follow, results};
use super::kiosk::{SECRET, assert_ready};
use super::pc::{Kind, LOGIN, Pc};
use super::site::Site;

/// PCs that are well.
pub(super) const PCS: usize = 50;
/// Kilobytes that the station may hold: 200 MB.
const MOST_KB: u64 = 200_000;
/// A dead connection is noticed by then.
const NOTICED: Duration = Duration::from_secs(120);

#[test]
fn fifty_pcs_at_once_are_all_right_while_five_are_cut_off_and_come_back() {
    let Some(site) = Site::new() else { return };
    site.profile();
    let kind = |number: usize| match number {
        40..45 => Kind::Sudo,
        45..49 => Kind::Password,
        49 => Kind::NoHash,
        _ => Kind::Root,
    };
    let pcs: Vec<Pc> = (0..PCS).map(|number| site.pc(number, kind(number))).collect();
    let [changed, other, full, flood, garbage] =
        [(60, Kind::Root), (61, Kind::OtherPassword), (62, Kind::NoRoom), (63, Kind::Flood), (64, Kind::Garbage)]
            .map(|(number, kind)| site.pc(number, kind));
    let all: Vec<&Pc> = pcs.iter().chain([&changed, &other, &full, &flood, &garbage]).collect();
    site.known(&all);
    // One was installed anew, or somebody stands in between.
    let known = fs::read_to_string(site.path("known_hosts")).expect("it is there");
    let (one, two) = (
        fs::read_to_string(changed.folder.join("host_key.pub")).expect("a key"),
        fs::read_to_string(other.folder.join("host_key.pub")).expect("a key"),
    );
    fs::write(
        site.path("known_hosts"),
        known.replace(&format!("{} {one}", changed.address), &format!("{} {two}", changed.address)),
    )
    .expect("written");
    let row = |(number, pc): (usize, &&Pc)| {
        let user = match number {
            40..49 | 51 | 52 => "tech",
            _ => "",
        };
        format!("{};{user};{number:03}\n", pc.address)
    };
    let rows: String = all.iter().enumerate().map(row).collect();
    fs::write(site.path("pcs.csv"), format!("address;user;number\n{rows}")).expect("written");

    // Cut off at different points: while the program is brought, while the run goes on, during the restart.
    let mut cut: BTreeSet<usize> = BTreeSet::new();
    let mut down: Vec<(usize, Instant)> = Vec::new();
    let link = |pc: &Pc, state: &str| site.well(&["ip", "link", "set", &pc.link, state]);
    let began = Instant::now();
    let profile = site.path("kiosk.toml");
    let list = site.path("pcs.csv");
    let (code, lines, peak) = follow(
        site.bench(&[&profile, "--hosts", &list, "--set", "site=Lyon", "--user", "root", "--ask-password", "--format", "json"]),
        |line| {
            let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            let (pc, is, event) =
                line.map(|line| (word(&line["pc"]), word(&line["is"]), word(&line["event"]["is"]))).unwrap_or_default();
            let place = pcs.iter().position(|known| known.address == pc);
            match (place, is.as_str(), event.as_str()) {
                (Some(place @ 3), "connected", _)
                | (Some(place @ 4), "told", "applying")
                | (Some(place @ 5), "told", "finished")
                    if cut.insert(place) =>
                {
                    link(&pcs[place], "down");
                    down.push((place, Instant::now()));
                }
                (Some(place @ 6), "told", "started") | (Some(place @ 7), "told", "step") if cut.insert(place) => pcs[place].cut(),
                _ => {}
            }
            // Until the station takes the connection for dead, however busy it is.
            down.retain(|(cut_off, since)| {
                let noticed = place == Some(*cut_off) && is == "lost";
                let still = !noticed && since.elapsed() < NOTICED;
                if !still {
                    link(&pcs[*cut_off], "up");
                }
                still
            });
        },
    );
    let took = began.elapsed();
    let results = results(&lines);
    for (number, pc) in pcs.iter().enumerate() {
        let result = &results[&pc.address];
        assert_eq!(result["end"], "ready", "{result}");
        assert_eq!((result["restarts"].as_u64(), result["changed"].as_u64()), (Some(1), Some(7)), "{result}");
        assert_eq!(result["identity"]["serial"], format!("SERIAL-pc-{number:03}"));
        assert_ready(pc, &format!("{number:03}"));
    }
    assert_eq!(cut, [3, 4, 5, 6, 7].into());
    // It was cut off before it was given anything to do. The others go on meanwhile, and where they restart before the station is
    // back, that is one loss to it.
    let losses = results[&pcs[3].address]["losses"].as_u64();
    assert!(losses >= Some(2), "it was cut off, and restarted: {losses:?}");
    for (pc, end, part) in [
        (&changed, "refused", "its key is another than the known one"),
        (&other, "refused", "the password is wrong"),
        (&full, "refused", "no room on its disk"),
        (&flood, "refused", "it says more than it was asked"),
        (&garbage, "refused", "not Linux"),
    ] {
        let result = &results[&pc.address];
        assert_eq!(result["end"], end, "{result}");
        assert!(result["why"].to_string().contains(part), "{part}: {result}");
        assert_eq!(pc.read("/etc/kiosk/welcome"), None, "{end}: something was touched");
    }
    for pc in [&other, &full, &flood, &garbage] {
        let left = pc.shell("ls -d /root/.trousse-bench /home/tech/.trousse-bench 2>/dev/null");
        assert_eq!(left, "", "{}: what was brought fills a disk without room", pc.address);
    }
    assert_eq!(code, 30);
    assert_eq!(lines.last().map(|line| (line["is"].clone(), line["ready"].clone())), Some(("summary".into(), 50.into())));
    let told: String = lines.iter().map(Value::to_string).collect();
    assert!(!told.contains(SECRET) && !told.contains(LOGIN), "a secret was told");
    println!("{PCS} PCs in {:.0} s; the station held {} MB at most", took.as_secs_f64(), peak / 1000);
    assert!(peak > 0 && peak < MOST_KB, "{peak} kB");
}
