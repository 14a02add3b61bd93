//! The page on a screen: it sorts, filters and prints, fits a telephone, and nothing of it is complained about.

use std::fs;

use jiff::tz::TimeZone;
use serde_json::json;
use trousse::language::Language;
use trousse::report::{CERTIFICATE_FORMATS, FORMATS, LOGBOOK_FORMATS, SHEET_FORMATS, View};

use crate::driven::Driven;
use crate::{cases, have, page};

/// With ten times the hosts, a page may take so many times as long to be sorted or filtered and drawn anew, on whatever machine.
/// What looks at every row for every row would take a hundred times as long.
const STUTTER: f64 = 30.0;
/// What two frames take, in milliseconds: no page is drawn anew in less.
const DRAWN_MS: f64 = 33.0;

/// Every address in the order in which it stands, of the rows that are shown.
const ADDRESSES: &str = "[...document.querySelectorAll('.long tbody tr')].filter(row => !row.hidden).map(row => row.cells[0].textContent.replace(/[^0-9.]/g, ''))";
/// How long each long task took, in milliseconds, once the longest table was scrolled through by its height.
const SCROLLED: &str = "(async () => { \
    const tasks = []; \
    const watch = new PerformanceObserver(list => tasks.push(...list.getEntries().map(entry => entry.duration))); \
    watch.observe({ type: 'longtask', buffered: true }); \
    const drawn = () => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done))); \
    const box = [...document.querySelectorAll('.box.long')].sort((a, b) => b.scrollHeight - a.scrollHeight)[0]; \
    for (let step = 0; step < 100; step++) { box.scrollTop = box.scrollHeight * step / 100; await drawn(); } \
    box.scrollTop = 0; await drawn(); \
    return tasks; })()";
/// The page as drawn after what was done.
const DRAWN: &str = "await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))";

/// Every page that the kit writes for a screen, by its name: reports, comparisons, visits, delivery sheets and the certificate.
fn pages(language: Language) -> Vec<(String, String)> {
    let view = View::new(language, TimeZone::UTC);
    let html = FORMATS.iter().find(|format| format.name == "html").expect("a format named html");
    let logbook = LOGBOOK_FORMATS.iter().find(|format| format.name == "html").expect("a format named html");
    let certificate = CERTIFICATE_FORMATS.iter().find(|format| format.name == "html").expect("a format named html");
    let reports = cases::CASES.into_iter().map(|(case, report)| (case, (html.render)(&report(), &view)));
    let comparisons = cases::comparisons::CASES.into_iter().map(|(case, compared)| (case, (html.compare)(&compared(), &view)));
    let visits =
        cases::logbook::CASES.into_iter().map(|(case, journal)| (case, (logbook.render)(&cases::logbook::book(journal), &view)));
    let floor = [("certificate", (certificate.render)(&cases::certificate::floor(), &view))];
    let sheet = SHEET_FORMATS.iter().find(|format| format.name == "html").expect("a format named html");
    let sheets = cases::sheet::CASES.into_iter().map(|(case, made)| (case, (sheet.render)(&made(), &view)));
    let all = reports.chain(comparisons).chain(visits).chain(floor).chain(sheets);
    all.map(|(case, page)| (format!("{case} in {}", language.tag()), page)).collect()
}

#[test]
fn every_page_is_shown_without_a_complaint_wide_and_on_a_telephone() {
    if !have(&["chromium"]) {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("page.html");
    let mut browser = Driven::new();
    for (case, page) in Language::ALL.into_iter().flat_map(pages) {
        fs::write(&file, page).expect("a file");
        for width in [1280, 375] {
            browser.show(&file, width);
            let wide = browser.ask("document.documentElement.scrollWidth");
            assert!(wide.as_u64() <= Some(width.into()), "{case} at {width}: {wide} wide");
            assert_eq!(browser.complaints(), Vec::<String>::new(), "{case} at {width}");
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

/// The longest time for which the page did not answer (Long Tasks API: 50 ms or more), from its beginning and while it is
/// scrolled through, in milliseconds.
fn longest(browser: &mut Driven) -> f64 {
    let tasks: Vec<f64> = serde_json::from_value(browser.ask(SCROLLED)).expect("durations");
    println!("{} long tasks: {tasks:?} ms", tasks.len());
    tasks.into_iter().fold(0.0, f64::max)
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
        let few_longest = longest(&mut browser).max(DRAWN_MS);
        let mut may = |what: &str| browser.ask(&timed(what)).as_f64().expect("a time").max(DRAWN_MS) * STUTTER;
        let (sorting, filtering) = (may(click), may(&find("poste-499")));
        browser.show(&file, width);
        let all_longest = longest(&mut browser);
        assert!(all_longest < few_longest * STUTTER, "showing and scrolling stopped for {all_longest} ms at {width}");
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
