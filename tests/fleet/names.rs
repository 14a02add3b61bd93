//! What the station alone reaches: the depot, and the list of the names that are taken.

use std::fs;
use std::process::Command;

use serde_json::Value;

use super::follow::{follow, results};
use super::kiosk::deb;
use super::pc::{Kind, Pc};
use super::site::{Site, well};

/// A profile that gives each PC a name by its pattern, with a package of the depot, and a restart after it has its name.
const SHOP: &str = r#"
title = "Shop"
version = "1"

[variables]
customer = "lyon"

[names]
pattern = "{customer}-{nn}"

[[step]]
name = "browser"
kind = "package"
file = "kioskd.deb"

[[step]]
name = "name"
kind = "rename"

[[step]]
name = "restart"
kind = "reboot"
needs = ["name"]

[[step]]
name = "welcome"
kind = "file"
needs = ["restart"]
path = "/etc/shop"
text = "{customer}\n"
"#;

impl Site {
    /// The depot with the package, and the profile without it. The name of the first PC is taken already.
    fn shop(&self, pcs: &[&Pc]) {
        let folder = self.folder.path();
        deb(folder);
        let trousse = env!("CARGO_BIN_EXE_trousse");
        well(trousse, &["depot", "add", &self.path("kioskd.deb"), "--depot", &self.path("depot")]);
        fs::create_dir(self.path("bench")).expect("a folder");
        fs::write(self.path("bench/shop.toml"), SHOP).expect("written");
        fs::write(self.path("taken.csv"), "name\nLYON-01\n").expect("written");
        well(trousse, &["prep", "names", "import", &self.path("taken.csv"), "--depot", &self.path("depot")]);
        let rows: String = pcs.iter().map(|pc| format!("{}\n", pc.address)).collect();
        fs::write(self.path("pcs.csv"), format!("address\n{rows}")).expect("written");
        self.known(pcs);
    }

    fn names(&self, more: &[&str]) -> Command {
        let (profile, hosts, depot) = (self.path("bench/shop.toml"), self.path("pcs.csv"), self.path("depot"));
        let words = [&profile, "--hosts", &hosts, "--depot", &depot, "--user", "root", "--format", "json"];
        self.bench(&[&words[..], more].concat())
    }

    /// The names of the list, with whom each was reserved for.
    fn kept(&self) -> Vec<(String, Option<String>)> {
        let text = fs::read_to_string(self.path("depot/names.json")).expect("the list");
        let list: Value = serde_json::from_str(&text).expect("JSON");
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let taken = list["names"].as_array().expect("names").iter();
        taken.map(|taken| (text(&taken["name"]).expect("a name"), text(&taken["pc"]["serial"]))).collect()
    }
}

/// The name that was told of each PC, in the order of the list.
fn named(lines: &[Value], pcs: &[&Pc]) -> Vec<String> {
    let told = |pc: &Pc| lines.iter().find(|line| line["is"] == "named" && line["pc"] == pc.address);
    pcs.iter().map(|pc| told(pc).map_or(String::new(), |line| line["name"].as_str().unwrap_or_default().to_owned())).collect()
}

#[test]
fn names_are_reserved_where_the_station_reaches_them_and_payloads_come_from_its_depot() {
    let Some(site) = Site::new() else { return };
    let [one, other, copy] = [80, 81, 82].map(|number| site.pc(number, Kind::Root));
    let pcs = [&one, &other];
    site.shop(&pcs);

    // The link goes before the first of them has begun: what was reserved for it then is its own afterwards.
    let mut cut = false;
    let (code, lines, _) = follow(site.names(&[]), |line| {
        if !cut && line.is_some_and(|line| line["is"] == "named" && line["pc"] == one.address) {
            cut = true;
            one.cut();
        }
    });
    assert_eq!(code, 0, "{lines:?}");
    assert!(cut);
    let names = named(&lines, &pcs);
    let mut sorted = names.clone();
    sorted.sort();
    assert_eq!(sorted, ["lyon-02", "lyon-03"], "{lines:?}");
    for (pc, name) in pcs.iter().zip(&names) {
        let result = &results(&lines)[&pc.address];
        assert_eq!((&result["host_name"], pc.shell("hostname").trim()), (&Value::from(name.as_str()), name.as_str()), "{result}");
        assert_eq!(pc.read("/etc/shop").as_deref(), Some("lyon\n"), "{result}");
        assert_eq!(pc.read("/opt/kioskd/version").as_deref(), Some("2.10-1"), "{result}");
        assert_eq!(pc.read("/var/spool/pc/starts").as_deref(), Some("start\n"), "restarted once");
    }
    let serial = |pc: &Pc| Some(format!("SERIAL-{}", pc.folder.file_name().expect("a name").to_string_lossy()));
    let mut kept = vec![("LYON-01".to_owned(), None)];
    kept.extend(pcs.iter().zip(&names).map(|(pc, name)| (name.clone(), serial(pc))));
    let mut there = site.kept();
    kept.sort();
    there.sort();
    assert_eq!(there, kept);

    // Again: nothing is changed, and nobody is given another name. A copy of one of them is refused, and gets none.
    fs::write(copy.root().join("sys/class/dmi/id/product_serial"), serial(&one).expect("one")).expect("written");
    let pcs = [&one, &other, &copy];
    site.known(&pcs);
    let rows: String = pcs.iter().map(|pc| format!("{}\n", pc.address)).collect();
    fs::write(site.path("pcs.csv"), format!("address\n{rows}")).expect("written");
    let (code, lines, _) = follow(site.names(&["-j", "1"]), |_| ());
    assert_eq!(code, 30, "{lines:?}");
    let found = results(&lines);
    for (pc, name) in [&one, &other].into_iter().zip(&names) {
        let result = &found[&pc.address];
        assert_eq!(
            (&result["end"], &result["changed"], &result["host_name"]),
            (&"ready".into(), &0.into(), &name.as_str().into())
        );
    }
    let refused = &found[&copy.address];
    assert_eq!(refused["end"], "refused", "{refused}");
    assert!(refused["why"].to_string().contains(&format!("so is {} of this list", one.address)), "{refused}");
    assert_eq!((copy.shell("hostname").trim(), copy.read("/opt/kioskd/version")), ("pc-082", None));
    assert_eq!(copy.shell("ls -d /var/lib/trousse/bench 2>/dev/null"), "", "what was brought is removed");
    let mut there = site.kept();
    there.sort();
    assert_eq!(there, kept);

    // What the depot has no more as it was, and a list that is not there, are refused before any PC is asked.
    let stored =
        fs::read_dir(site.path("depot")).expect("a depot").flatten().find(|entry| entry.path().is_dir()).expect("a payload");
    let payload = fs::read_dir(stored.path()).expect("a folder").flatten().next().expect("it").path();
    let whole = fs::read(&payload).expect("it");
    fs::write(&payload, &whole[..whole.len() - 1]).expect("written");
    let refused = |more: &[&str], part: &str| {
        let out = site.names(more).output().expect("the program");
        let said = String::from_utf8_lossy(&out.stderr).into_owned();
        assert_eq!((out.status.code(), said.contains(part), out.stdout.len()), (Some(30), true, 0), "{said}");
    };
    refused(&[], "\"kioskd.deb\" of the depot is cut off");
    fs::write(&payload, &whole).expect("written");
    refused(&["--names", "/nonexistent/names.json"], "no names are kept in /nonexistent/names.json");
}
