//! The page on a screen: it sorts, filters and prints, fits a telephone, and nothing of it is complained about.

use std::fs;

use serde_json::json;
use trousse::language::Language;

use crate::driven::Driven;
use crate::{cases, have, page};

/// With ten times the hosts, a page may take so many times as long to be sorted or filtered and drawn anew, on whatever machine.
/// What looks at every row for every row would take a hundred times as long.
const STUTTER: f64 = 30.0;
/// What two frames take, in milliseconds: no page is drawn anew in less.
const DRAWN_MS: f64 = 33.0;

/// Every address in the order in which it stands, of the rows that are shown.
const ADDRESSES: &str = "[...document.querySelectorAll('.long tbody tr')].filter(row => !row.hidden).map(row => row.cells[0].textContent.replace(/[^0-9.]/g, ''))";
/// The page as drawn after what was done.
const DRAWN: &str = "await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))";

#[test]
fn every_report_is_shown_without_a_complaint_wide_and_on_a_telephone() {
    if !have(&["chromium"]) {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("report.html");
    let mut browser = Driven::new();
    for (case, report) in cases::CASES {
        for language in Language::ALL {
            fs::write(&file, page(&report(), language)).expect("a file");
            for width in [1280, 375] {
                browser.show(&file, width);
                let wide = browser.ask("document.documentElement.scrollWidth");
                assert!(wide.as_u64() <= Some(width.into()), "{case} at {width}: {wide} wide");
                assert_eq!(browser.complaints(), Vec::<String>::new(), "{case} at {width}");
            }
        }
    }
}

#[test]
fn what_the_policy_forbids_is_complained_about() {
    if !have(&["chromium"]) {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("report.html");
    let slipped = "<p style=\"color:red\">x</p><img src=\"http://192.0.2.1/x\"><script>window.owned = true</script></main>";
    fs::write(&file, page(&cases::hostile(), Language::En).replace("</main>", slipped)).expect("a file");
    let mut browser = Driven::new();
    browser.show(&file, 1280);
    let complaints = browser.complaints().join("\n");
    for directive in ["style-src", "img-src", "script-src"] {
        assert!(complaints.contains(&format!("policy: \"{directive}")), "{directive}: {complaints}");
    }
    assert_eq!(browser.ask("window.owned === undefined"), json!(true));
}

#[test]
fn five_thousand_hosts_are_sorted_filtered_and_printed() {
    if !have(&["chromium"]) {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let [few, file] = [500, 5_000].map(|hosts| {
        let file = folder.path().join(format!("{hosts}.html"));
        fs::write(&file, page(&cases::estate_of(hosts), Language::Fr)).expect("a file");
        file
    });
    let timed = |what: &str| {
        format!("(async () => {{ const from = performance.now(); {what}; {DRAWN}; return performance.now() - from; }})()")
    };
    let click = "document.querySelector('.long thead th [role=button]').click()";
    let find = |words: &str| {
        format!(
            "{{ const input = document.querySelector('.find input'); input.value = '{words}'; input.dispatchEvent(new Event('input')); }}"
        )
    };
    let mut browser = Driven::new();
    for width in [1280, 375] {
        browser.show(&few, width);
        let mut may = |what: &str| browser.ask(&timed(what)).as_f64().expect("a time").max(DRAWN_MS) * STUTTER;
        let (sorting, filtering) = (may(click), may(&find("poste-499")));

        browser.show(&file, width);
        let took = browser.ask(&timed(click)).as_f64().expect("a time");
        assert!(took < sorting, "sorting took {took} ms at {width}, not {sorting}");
        let first: Vec<String> = serde_json::from_value(browser.ask(ADDRESSES)).expect("addresses");
        assert_eq!(first.len(), 5_000 + 6);
        assert_eq!(first[..3], ["10.77.0.2", "10.77.0.7", "10.77.0.9"], "numbers, not letters");
        browser.ask(&timed(click));
        let last: Vec<String> = serde_json::from_value(browser.ask(ADDRESSES)).expect("addresses");
        assert_eq!((last[0].as_str(), last[5_005].as_str()), ("10.77.20.249", "10.77.0.2"));

        let took = browser.ask(&timed(&find("poste-4999"))).as_f64().expect("a time");
        assert!(took < filtering, "filtering took {took} ms at {width}, not {filtering}");
        assert_eq!(browser.ask(ADDRESSES), json!(["10.77.20.249"]));
        assert_eq!(browser.ask("document.querySelector('.find output').value"), json!("1 / 5006"));
        browser.ask(&timed(&find("")));
        assert_eq!(browser.ask(&format!("{ADDRESSES}.length")), json!(5_006));
        assert_eq!(browser.complaints(), Vec::<String>::new(), "at {width}");
    }
    // On paper: in the window of a telephone too it is a table, white, without what only a screen needs.
    browser.call(
        "Emulation.setEmulatedMedia",
        json!({"media": "print", "features": [{"name": "prefers-color-scheme", "value": "dark"}]}),
    );
    let style = "getComputedStyle(document.body).backgroundColor + getComputedStyle(document.querySelector('.find')).display \
                 + getComputedStyle(document.querySelector('.long thead')).display";
    assert_eq!(browser.ask(style), json!("rgb(255, 255, 255)nonetable-header-group"));
    let pdf = browser.call("Page.printToPDF", json!({"preferCSSPageSize": true}));
    assert!(pdf["data"].as_str().is_some_and(|pdf| pdf.starts_with("JVBERi0")), "it begins with %PDF-");
}
