//! Whether the kit said of a lab exactly what it must: nothing missed, nothing made up.

use std::fs;
use std::path::Path;

use serde_json::Value;

use super::topology::{Expect, Then};
use crate::language::Language;

/// One difference between what the lab expects and what the kit reported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Difference {
    /// A finding or note that the kit did not report.
    Missing(String),
    /// A finding or note that the kit should not have reported.
    Unexpected(String),
    /// A check that was to look and find nothing, with what it came to.
    NotClear(String, String),
    /// Another number of addresses that answered: expected, then heard.
    Hosts(usize, usize),
    /// The look took longer than it may: seconds expected, then milliseconds taken, where the report tells.
    Late(u32, Option<i64>),
    /// A file that the kit's run has changed, or that is not there.
    Changed(String),
    /// Another exit code: expected, then given.
    Exit(i32, i32),
}

impl Difference {
    /// The difference as one line.
    pub fn say(&self, language: Language) -> String {
        match self {
            Difference::Missing(what) => format!("{} {what}", language.pick("missing:", "manque :")),
            Difference::Unexpected(what) => format!("{} {what}", language.pick("unexpected:", "en trop :")),
            Difference::NotClear(code, verdict) => match language {
                Language::En => format!("{code} is not clear: {verdict}"),
                Language::Fr => format!("{code} n'est pas conforme : {verdict}"),
            },
            Difference::Hosts(expected, heard) => match language {
                Language::En => format!("{heard} addresses answered, {expected} expected"),
                Language::Fr => format!("{heard} adresses ont répondu, {expected} attendues"),
            },
            Difference::Late(expected, took) => {
                let took = took.map_or_else(|| "?".to_owned(), |ms| format!("{ms} ms"));
                match language {
                    Language::En => format!("the look took {took}, {expected} s at most expected"),
                    Language::Fr => format!("l'analyse a pris {took}, {expected} s au plus attendues"),
                }
            }
            Difference::Changed(file) => {
                let why = language.pick("changed, or not there:", "modifié ou absent :");
                format!("{why} {file}")
            }
            Difference::Exit(expected, given) => match language {
                Language::En => format!("exit code {given}, {expected} expected"),
                Language::Fr => format!("code de retour {given}, {expected} attendu"),
            },
        }
    }
}

/// Compares a report (`trousse/report/1`) and the exit code of the run that wrote it with what a lab expects.
pub fn differences(expect: &Expect, report: &Value, exit: i32) -> Vec<Difference> {
    let (notes, findings): (Vec<&Value>, Vec<&Value>) =
        rows(report, "findings").iter().partition(|finding| finding["severity"] == "note");
    let mut found = compare(&expect.findings, &findings);
    if let Some(expected) = &expect.notes {
        found.extend(compare(expected, &notes));
    }
    if let Some(expected) = &expect.plugged {
        let plugged: Vec<String> = rows(report, "whereabouts").iter().filter_map(plugged).collect();
        found.extend(lists_differ(expected, plugged));
    }
    if let Some(expected) = &expect.outlets {
        found.extend(lists_differ(expected, rows(report, "outlets").iter().map(outlet).collect()));
    }
    found.extend(expect.clear.iter().filter_map(|code| not_clear(report, code)));
    if let Some(expected) = &expect.untested {
        let untested = rows(report, "ladder").iter().filter(|rung| rung["verdict"] == "not-tested").filter_map(untested);
        found.extend(lists_differ(expected, untested.collect()));
    }
    let took = took_ms(&report["visit"]);
    found.extend(expect.within_s.filter(|s| took.is_none_or(|ms| ms > i64::from(*s) * 1000)).map(|s| Difference::Late(s, took)));
    let mut addresses: Vec<&str> = rows(report, "hosts").iter().filter_map(|host| host["ip"].as_str()).collect();
    addresses.sort_unstable();
    addresses.dedup();
    match expect.hosts {
        Some(expected) if expected != addresses.len() => found.push(Difference::Hosts(expected, addresses.len())),
        _ => {}
    }
    match expect.exit {
        Some(expected) if expected != exit => found.push(Difference::Exit(expected, exit)),
        _ => {}
    }
    found
}

/// A check that did not look, or found something.
fn not_clear(report: &Value, code: &str) -> Option<Difference> {
    let row = rows(report, "ladder").iter().find(|row| row["code"] == code);
    let verdict = row.and_then(|row| row["verdict"].as_str()).unwrap_or("-");
    (verdict != "clear").then(|| Difference::NotClear(code.to_owned(), verdict.to_owned()))
}

/// A rung that was not tested, as a lab writes it.
fn untested(rung: &Value) -> Option<String> {
    Some(format!("{} {}", rung["code"].as_str()?, rung["reason"]["why"].as_str()?))
}

/// How long a visit took, in milliseconds, by its own times.
fn took_ms(visit: &Value) -> Option<i64> {
    let at = |name| visit[name].as_str()?.parse::<jiff::Timestamp>().ok();
    Some(at("finished")?.as_millisecond() - at("started")?.as_millisecond())
}

/// Where a card is plugged in, as a lab writes it.
fn plugged(card: &Value) -> Option<String> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let plug = &card["plug"];
    Some(format!("{} {} {}", text(&card["mac"])?, text(&plug["switch_name"])?, text(&plug["port"])?))
}

/// The contents of the files that must not change, in the order of the lab; `None` for one that cannot be read.
pub fn contents(expect: &Expect, folder: &Path) -> Vec<Option<Vec<u8>>> {
    expect.unchanged.iter().map(|file| fs::read(folder.join(file)).ok()).collect()
}

/// Compares the files that must not change, as they were before and after the run.
pub fn changes(expect: &Expect, before: &[Option<Vec<u8>>], after: &[Option<Vec<u8>>]) -> Vec<Difference> {
    let pairs = expect.unchanged.iter().zip(before.iter().zip(after));
    let changed = pairs.filter(|(_, (before, after))| before.is_none() || before != after);
    changed.map(|(file, _)| Difference::Changed(file.clone())).collect()
}

/// Compares a further visit with what the lab expects of it: its report, its comparison (`trousse/comparison/1`) where the kit
/// made one, and its exit code.
pub fn differences_then(then: &Then, report: &Value, comparison: &Value, exit: i32) -> Vec<Difference> {
    let faults = |list: &'static str, of: &'_ Value| -> Vec<Value> {
        rows(of, list).iter().filter(|finding| finding["severity"] != "note").cloned().collect()
    };
    let mut found = Vec::new();
    if let Some(expected) = &then.findings {
        found.extend(compare(expected, &faults("findings", report).iter().collect::<Vec<_>>()));
    }
    let compared = faults("findings", comparison);
    let lists = [
        (&then.closed, ["closed", ""]),
        (&then.still, ["still-there", ""]),
        (&then.new, ["new", "not-tested-before"]),
        (&then.untested, ["not-tested-again", ""]),
    ];
    for (expected, statuses) in lists {
        let is_one = |finding: &&Value| finding["status"].as_str().is_some_and(|status| statuses.contains(&status));
        let named = |difference| match difference {
            Difference::Missing(what) => Difference::Missing(format!("{what} ({})", statuses[0])),
            Difference::Unexpected(what) => Difference::Unexpected(format!("{what} ({})", statuses[0])),
            other => other,
        };
        found.extend(compare(expected, &compared.iter().filter(is_one).collect::<Vec<_>>()).into_iter().map(named));
    }
    if let Some(expected) = &then.actions {
        found.extend(lists_differ(expected, rows(report, "steps").iter().filter_map(action).collect()));
    }
    if let Some(expected) = &then.mended {
        let by = report["mended_by"].as_u64().and_then(|place| rows(report, "steps").get(usize::try_from(place).ok()?));
        let by = by.and_then(|step| step["text"].as_str()).map(str::to_owned);
        found.extend(lists_differ(std::slice::from_ref(expected), by.into_iter().collect()));
    }
    match then.exit {
        Some(expected) if expected != exit => found.push(Difference::Exit(expected, exit)),
        _ => {}
    }
    found
}

/// The rows of a list of the report; none where the report has no such list.
fn rows<'a>(report: &'a Value, list: &str) -> &'a [Value] {
    report[list].as_array().map_or(&[], Vec::as_slice)
}

fn compare(expected: &[String], reported: &[&Value]) -> Vec<Difference> {
    lists_differ(expected, reported.iter().map(|finding| called(finding)).collect())
}

/// What of one list is not in the other, and the other way round.
fn lists_differ(expected: &[String], mut unexpected: Vec<String>) -> Vec<Difference> {
    let mut differences = Vec::new();
    for wanted in expected {
        match unexpected.iter().position(|name| name == wanted) {
            Some(at) => drop(unexpected.remove(at)),
            None => differences.push(Difference::Missing(wanted.clone())),
        }
    }
    differences.extend(unexpected.into_iter().map(Difference::Unexpected));
    differences
}

/// An action of a visit (`trousse/logbook/1`) and its answer, as a lab writes them.
fn action(step: &Value) -> Option<String> {
    let text = step["text"].as_str().filter(|_| step["is"] == "action")?;
    Some(format!("{text}: {}", step["answer"].as_str().unwrap_or("?")))
}

/// What a lab calls an outlet of a certificate (`trousse/certificate/1`).
fn outlet(one: &Value) -> String {
    let not_passed = rows(one, "rows").iter().filter(|row| row["mark"] != "pass").filter_map(|row| row["what"].as_str());
    let named = [one["outlet"]["label"].as_str(), one["standing"].as_str()].into_iter().flatten();
    named.chain(not_passed).collect::<Vec<_>>().join(" ")
}

/// What a lab calls a finding: its code, with its address and the service or the port of the switch there, where it has them.
fn called(finding: &Value) -> String {
    let (problem, subject) = (&finding["problem"], &finding["subject"]);
    let code = finding["code"].as_str().unwrap_or("?");
    let address = problem["ip"].as_str().or(problem["switch"].as_str()).or(subject["ip"].as_str());
    let port = problem["port"]["name"].as_str().or(problem["service"].as_str()).or(subject["port"].as_str());
    [Some(code), address, port].into_iter().flatten().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn report() -> Value {
        json!({
            "hosts": [{"ip": "10.0.0.9", "mac": "a"}, {"ip": "10.0.0.9", "mac": "b"}, {"ip": "10.0.0.7", "mac": "c"}],
            "findings": [
                {"code": "L3-duplicate-address", "severity": "broken", "problem": {"ip": "10.0.0.9"}},
                {"code": "L3-shared-address", "severity": "note", "problem": {"ip": "10.0.0.254"}},
                {"code": "L2-loop", "severity": "broken", "problem": {}},
            ]
        })
    }

    fn expect(findings: &[&str], notes: Option<&[&str]>) -> Expect {
        let owned = |list: &[&str]| list.iter().map(|&text| text.to_owned()).collect();
        Expect {
            plugged: None,
            clear: Vec::new(),
            untested: None,
            within_s: None,
            findings: owned(findings),
            notes: notes.map(owned),
            hosts: Some(2),
            exit: Some(1),
            then: Vec::new(),
            unchanged: Vec::new(),
            outlets: None,
        }
    }

    #[test]
    fn the_exact_list_in_any_order_is_as_expected() {
        let exact = expect(&["L2-loop", "L3-duplicate-address 10.0.0.9"], Some(&["L3-shared-address 10.0.0.254"]));
        assert_eq!(differences(&exact, &report(), 1), []);
        assert_eq!(differences(&expect(&["L2-loop", "L3-duplicate-address 10.0.0.9"], None), &report(), 1), []);
    }

    #[test]
    fn a_false_alarm_differs_as_a_missed_fault_does() {
        let other = expect(&["L2-loop", "L2-loop"], Some(&[]));
        let found = differences(&other, &report(), 0);
        let expected = [
            Difference::Missing("L2-loop".into()),
            Difference::Unexpected("L3-duplicate-address 10.0.0.9".into()),
            Difference::Unexpected("L3-shared-address 10.0.0.254".into()),
            Difference::Exit(1, 0),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn an_outlet_that_came_to_something_else_differs() {
        let row = |what: &str, mark: &str| json!({"what": what, "mark": mark});
        let report = json!({"outlets": [
            {"outlet": {"label": "A1"}, "standing": "pass", "rows": [row("link", "pass")]},
            {"outlet": {"label": "A2"}, "standing": "fail", "rows": [row("link", "pass"), row("dhcp", "fail")]},
        ]});
        let outlets = |list: [&str; 2]| Expect { outlets: Some(list.map(str::to_owned).to_vec()), ..Expect::default() };
        assert_eq!(differences(&outlets(["A1 pass", "A2 fail dhcp"]), &report, 1), []);
        let found = differences(&outlets(["A1 pass", "A2 pass"]), &report, 1);
        assert_eq!(found, [Difference::Missing("A2 pass".into()), Difference::Unexpected("A2 fail dhcp".into())]);
    }

    #[test]
    fn a_look_that_takes_too_long_or_leaves_something_else_out_differs() {
        let report = json!({
            "visit": {"started": "2026-11-20T09:00:00.000Z", "finished": "2026-11-20T09:00:03.001Z"},
            "ladder": [
                {"code": "L2-loop", "verdict": "clear", "reason": null},
                {"code": "L7-no-answer", "verdict": "not-tested", "reason": {"why": "service-not-asked", "service": "x"}},
            ],
        });
        let untested = |list: &[&str]| Some(list.iter().map(|&text| text.to_owned()).collect());
        let expect = |within_s, list| Expect { within_s: Some(within_s), untested: untested(list), ..Expect::default() };
        assert_eq!(differences(&expect(4, &["L7-no-answer service-not-asked"]), &report, 3), []);
        let unexpected = Difference::Unexpected("L7-no-answer service-not-asked".into());
        assert_eq!(differences(&expect(3, &[]), &report, 3), [unexpected, Difference::Late(3, Some(3001))]);
        assert_eq!(differences(&expect(3, &[]), &json!({}), 3), [Difference::Late(3, None)]);
    }

    #[test]
    fn a_file_that_changed_or_was_never_there_differs() {
        let unchanged = ["same", "other", "absent"].map(str::to_owned).to_vec();
        let expect = Expect { unchanged, ..Expect::default() };
        let of = |text: &str| Some(text.as_bytes().to_vec());
        let changed = changes(&expect, &[of("a"), of("a"), None], &[of("a"), of("b"), None]);
        assert_eq!(changed, [Difference::Changed("other".into()), Difference::Changed("absent".into())]);
    }

    #[test]
    fn what_became_of_each_finding_is_compared_by_its_status() {
        let of = |code, status, severity| json!({"code": code, "status": status, "severity": severity, "subject": {"ip": "10.0.0.9", "macs": []}});
        let comparison = json!({"findings": [
            of("L3-duplicate-address", "closed", "broken"),
            of("L3-stale-lease", "not-tested-again", "risk"),
            of("L3-two-cards", "new", "note"),
        ]});
        let then: Then =
            toml::from_str("closed = [\"L3-duplicate-address 10.0.0.9\"]\nstill = [\"L2-loop\"]\nexit = 0").expect("a step");
        let found = differences_then(&then, &json!({}), &comparison, 3);
        let expected = [
            Difference::Missing("L2-loop (still-there)".into()),
            Difference::Unexpected("L3-stale-lease 10.0.0.9 (not-tested-again)".into()),
            Difference::Exit(0, 3),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn an_action_with_another_answer_and_another_that_mended_it_differ() {
        let then: Then = toml::from_str("actions = [\"cable: no\", \"update: yes\"]\nmended = \"update\"").expect("a step");
        let step = |text: &str, answer: &str| json!({"is": "action", "text": text, "answer": answer});
        let book = |by: u32, answer: &str| json!({"steps": [{"is": "look"}, step("cable", "no"), step("update", answer)], "mended_by": by});
        assert_eq!(differences_then(&then, &book(2, "yes"), &Value::Null, 0), []);
        assert_eq!(differences_then(&then, &book(1, "no"), &Value::Null, 0).len(), 4);
    }

    #[test]
    fn a_check_that_did_not_look_is_not_clear() {
        let clear = |code: &str| Expect { clear: vec![code.to_owned()], ..Expect::default() };
        let ladder =
            json!({"ladder": [{"code": "L7-no-answer", "verdict": "clear"}, {"code": "L2-loop", "verdict": "not-tested"}]});
        assert_eq!(differences(&clear("L7-no-answer"), &ladder, 0), []);
        let of = |code: &str, verdict: &str| [Difference::NotClear(code.to_owned(), verdict.to_owned())];
        assert_eq!(differences(&clear("L2-loop"), &ladder, 0), of("L2-loop", "not-tested"));
        assert_eq!(differences(&clear("L9-moon"), &ladder, 0), of("L9-moon", "-"));
    }

    #[test]
    fn a_report_without_its_lists_is_an_empty_one() {
        let found = differences(&expect(&["L2-loop"], None), &json!({}), 1);
        assert_eq!(found, [Difference::Missing("L2-loop".into()), Difference::Hosts(2, 0)]);
    }

    #[test]
    fn a_card_on_another_port_than_expected_is_told() {
        let expect = Expect { plugged: Some(vec!["a sw-1 gi7".to_owned()]), ..Expect::default() };
        let report =
            |port: &str| json!({"whereabouts": [{"mac": "a", "plug": {"switch_name": "sw-1", "port": port}}, {"mac": "b"}]});
        assert_eq!(differences(&expect, &report("gi7"), 0), []);
        let (missing, unexpected) = ("a sw-1 gi7".to_owned(), "a sw-1 gi8".to_owned());
        assert_eq!(differences(&expect, &report("gi8"), 0), [Difference::Missing(missing), Difference::Unexpected(unexpected)]);
    }
}
