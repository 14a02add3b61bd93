//! The delivery sheet: made from the journal, kept at the office, compared with on the day of delivery.

use std::process::Output;

use serde_json::Value;

use super::kiosk::{KIOSK, RUN, code, kiosk, said, until_ready};
use super::throw_away::SECRET;

#[test]
fn a_delivery_sheet_goes_with_the_pc_and_the_day_of_delivery_is_compared_with_it() {
    let Some(pc) = kiosk() else { return };
    let none = pc.trousse(&["prep", "sheet"]);
    assert!(code(&none) == 30 && said(&none).contains("no preparation"), "{}", said(&none));
    let out = pc.trousse(&[RUN, &["--technician", "Zoé Martin"]].concat());
    assert_eq!(code(&out), 10, "{}", said(&out));
    let waiting = pc.trousse(&["--lang", "fr", "prep", "sheet"]);
    assert!(code(&waiting) == 10 && said(&waiting).contains("Pas prêt : un redémarrage est attendu"), "{}", said(&waiting));
    until_ready(&pc, out);

    let out = pc.trousse(&["prep", "sheet", "-o", "/root/sheet.json", "-o", "/root/sheet.html", "-o", "/root/sheet.txt"]);
    assert_eq!(code(&out), 0, "{}", said(&out));
    let text = pc.read("/root/sheet.txt").expect("a sheet");
    for part in [
        "Ready to deliver",
        "Intel NUC11PAHi5",
        "G6PA1230045K",
        "kiosk-07 (was imaged)",
        "54:b2:03:1c:0a:0b eth0",
        "Zoé Martin",
        "Kiosk 3",
        "kioskd: version none → 2.10-1",
        "dpkg's own list",
        "SHA-256 and mode of the file",
        "/opt/kiosk/certificates: not done",
        "not for this PC",
        "kiosk: password none → set",
        "█",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    // The same journal gives the same record, to the byte, and elsewhere too.
    pc.shell("cp -r /var/lib/trousse/prep /root/copied; rm -rf /root/copied/kept");
    pc.trousse(&["--lang", "fr", "prep", "sheet", "--state", "/root/copied", "-o", "/root/again.json"]);
    let record = pc.read("/root/sheet.json").expect("a record");
    assert_eq!(pc.read("/root/again.json").as_ref(), Some(&record));
    assert!(!record.contains(SECRET) && !pc.read("/root/sheet.html").expect("a page").contains(SECRET));

    // On the day of delivery the office has the sheet, and the PC has lost its journal.
    pc.shell("rm -rf /var/lib/trousse");
    let verify = ["prep", "verify", "/media/stick/kiosk.toml", "--set", "number=07", "--sheet"];
    let against = |sheet: &str, more: &[&str]| pc.trousse(&[&verify[..], &[sheet], more].concat());
    let out = against("/root/sheet.json", &[]);
    assert!(code(&out) == 0 && said(&out).contains("Everything is as the preparation left it"), "{}", said(&out));
    pc.shell("dpkg --remove kioskd; chmod 600 /etc/kiosk/welcome; usermod --comment Somebody kiosk; hostname other");
    pc.write("/sys/class/net/eth0/address", "54:b2:03:1c:0a:0c\n");
    let out = against("/root/sheet.json", &[]);
    assert_eq!(code(&out), 1, "{}", said(&out));
    for part in [
        "kioskd: version 2.10-1 → none",
        "/etc/kiosk/welcome: mode 640 → 600",
        "kiosk: full name \"Kiosk operator\" → \"Somebody\"",
        "name of the PC: kiosk-07 → other",
        "54:b2:03:1c:0a:0b: network card there → none",
    ] {
        assert!(said(&out).contains(part), "{part}: {}", said(&out));
    }
    assert!(!said(&out).contains("certificates"), "{}", said(&out));
    let out = against("/root/sheet.json", &["--format", "json"]);
    let lines: Vec<Value> = said(&out).lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(lines[0]["since"].as_array().map(Vec::len), Some(3), "name and cards: {}", lines[0]);
    let browser = lines.iter().find(|line| line["name"] == "browser").expect("the step");
    assert_eq!((&browser["outcome"], &browser["since"][0]["after"]), (&"to-do".into(), &"absent".into()), "{browser}");

    // What is not the sheet of this PC, or no sheet, is refused.
    pc.write("/root/changed.json", record.replace("2.10-1", "2.11-1"));
    pc.write("/root/half.json", &record[..record.len() / 2]);
    pc.write("/root/other.toml", KIOSK.replace("is kiosk", "was kiosk"));
    pc.shell("cp /media/stick/kioskd.deb /root/");
    let refused = |out: Output, part: &str| assert!(code(&out) == 30 && said(&out).contains(part), "{part}: {}", said(&out));
    refused(against("/root/changed.json", &[]), "its seal does not fit");
    refused(against("/root/half.json", &[]), "no delivery sheet");
    refused(against("/root/none.json", &[]), "cannot read the sheet");
    let other = ["prep", "verify", "/root/other.toml", "--set", "number=07", "--sheet", "/root/sheet.json"];
    refused(pc.trousse(&other), "made with another profile");
    pc.write("/sys/class/dmi/id/product_serial", "ANOTHER\n");
    refused(against("/root/sheet.json", &[]), "one of another PC: G6PA1230045K, and this one is ANOTHER");
}
