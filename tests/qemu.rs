//! `trousse link` in a virtual machine with Debian's kernel and a PHY of our own (tests/qemu): the real netlink path, cable by
//! cable.

use std::collections::BTreeMap;
use std::process::Command;

use serde_json::{Value, json};

/// The exit code and the report of each cable; `None` where the virtual machine cannot be run here, which is said.
fn cables() -> Option<BTreeMap<String, (u8, Value)>> {
    let run = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/qemu/run");
    let out = Command::new(run).arg(env!("CARGO_BIN_EXE_trousse")).output().expect("a shell");
    let told = String::from_utf8_lossy(&out.stderr);
    if out.status.code() == Some(77) {
        println!("{}", told.trim());
        assert!(std::env::var("TROUSSE_REQUIRE_LABS").is_err(), "required, and {told}");
        return None;
    }
    assert!(out.status.success(), "{told}");
    let lines = String::from_utf8(out.stdout).expect("reports are UTF-8");
    let cable = |line: &str| {
        let mut words = line.splitn(3, ' ');
        let (name, code, report) = (words.next()?, words.next()?.parse().ok()?, words.next()?);
        Some((name.to_owned(), (code, serde_json::from_str(report).expect("a report"))))
    };
    Some(lines.lines().map(|line| cable(line).expect("a name, a code and a report")).collect())
}

/// The codes of the findings.
fn found(report: &Value) -> Vec<&str> {
    report["findings"].as_array().into_iter().flatten().filter_map(|finding| finding["code"].as_str()).collect()
}

fn mark<'a>(report: &'a Value, what: &Value) -> &'a Value {
    let rows = report["card"]["capabilities"].as_array().expect("rows");
    &rows.iter().find(|row| row["what"] == *what).unwrap_or_else(|| panic!("no row of {what}"))["mark"]
}

#[test]
fn the_kernel_tells_of_each_cable_what_its_phy_says() {
    let Some(cables) = cables() else { return };
    let state = |name: &str, what: &str| cables[name].1["card"]["state"][what].clone();
    let pairs = |name: &str| cables[name].1["card"]["pairs"].clone();
    let pair = |pair: &str, result: &str, length: Value| json!({"pair": pair, "result": result, "length_cm": length});
    let good = |name: &str| pair(name, "ok", Value::Null);

    let (code, no_cable) = &cables["no-cable"];
    assert_eq!((*code, found(no_cable)), (1, vec!["L1-no-carrier"]));
    assert_eq!(state("no-cable", "why_down"), json!({"is": {"state": 4, "substate": null}}));
    assert_eq!(mark(no_cable, &json!("carrier")), "fail");
    assert_eq!(state("driver-gives-no-reason", "why_down"), json!({"not-measurable": "nothing-told"}));

    assert_eq!(found(&cables["open"].1), ["L1-no-carrier", "L1-pair-open"]);
    assert_eq!(pairs("open"), json!([good("A"), pair("B", "open", json!(1250)), good("C"), good("D")]));
    assert_eq!(mark(&cables["open"].1, &json!({"pair": "B"})), "fail");
    assert_eq!(found(&cables["short"].1), ["L1-no-carrier", "L1-pair-short"]);
    assert_eq!(pairs("short"), json!([good("A"), good("B"), pair("C", "same-short", json!(4210)), good("D")]));
    assert_eq!(found(&cables["cross-short"].1), ["L1-no-carrier", "L1-pair-short"]);
    assert_eq!(pairs("cross-short"), json!([good("A"), good("B"), good("C"), pair("D", "cross-short", json!(730))]));

    assert_eq!(found(&cables["too-long"].1), ["L1-no-carrier", "L1-pair-open", "L1-too-long"]);

    assert_eq!(cables["open"].1["card"]["trace"], Value::Null, "its PHY takes no trace");
    let trace = &cables["too-long"].1["card"]["trace"];
    assert_eq!((&trace["pulse_mv"], &trace["first_cm"], &trace["step_cm"]), (&json!(1000), &json!(200), &json!(200)));
    let points = |pair: usize| trace["pairs"][pair]["amplitudes_mv"].as_array().expect("points").clone();
    assert_eq!([0, 1, 2, 3].map(|pair| points(pair).len()), [75; 4]);
    // 118.4 m lie in the step from 118 m on, which is the 59th.
    assert_eq!(points(1).iter().position(|mv| *mv == 800), Some(58));
    assert!(points(0).iter().all(|mv| *mv == 2));

    // What was measured before the adapter went stays, and nothing is clear.
    let (code, taken_away) = &cables["taken-away"];
    assert_eq!((*code, found(taken_away), pairs("taken-away")), (3, vec![], json!([good("A")])));
    assert_eq!(mark(taken_away, &json!({"pair": "B"})), "not-measurable");
    let open = taken_away["ladder"].as_array().expect("rungs").iter().find(|rung| rung["code"] == "L1-pair-open");
    assert_eq!(open.expect("the rung")["reason"], json!({"why": "pairs-untold", "pairs": ["B", "C", "D"]}));

    // Nothing can be received on this card, so that much of a sound cable stays unknown.
    let (code, sound) = &cables["sound"];
    assert_eq!((*code, found(sound)), (3, vec![]));
    assert_eq!(pairs("sound"), json!(["A", "B", "C", "D"].map(good)));
    assert_eq!(state("sound", "quality"), json!({"is": {"index": 5, "highest": 7}}));
    assert_eq!(state("sound", "mdix"), json!({"is": "crossed"}));
    assert_eq!(state("sound", "driver"), json!({"is": {"name": "trousse_phy", "version": null}}));
    assert_eq!(
        ["carrier", "speed", "duplex"].map(|what| mark(sound, &json!(what)).clone()),
        ["pass", "pass", "pass"].map(Value::from)
    );
    let unknown = ["receive-errors", "eee", "wire-map", "split-pairs", "volts-under-load"];
    assert!(unknown.iter().all(|what| mark(sound, &json!(what)) == "not-measurable"));

    let (_, downgrade) = &cables["downgrade"];
    assert_eq!(found(downgrade), ["L1-speed-downgrade"]);
    let problem = json!({"speed_mbps": 100, "both_mbps": 1000, "suspected": ["C", "D"]});
    assert_eq!(downgrade["findings"][0]["problem"], problem);
    assert_eq!(state("downgrade", "quality"), json!({"not-measurable": "not-supported"}));

    // 100 Mb/s to an end that can no more is no downgrade; half duplex and broken frames are faults of their own.
    let (_, old_switch) = &cables["old-switch"];
    assert_eq!(found(old_switch), ["L1-half-duplex", "L1-receive-errors"]);
    assert!(old_switch["card"]["errors"]["crc_errors"].as_u64().is_some_and(|errors| errors > 50), "{old_switch}");
    assert_eq!(mark(old_switch, &json!("speed")), "pass");
}
