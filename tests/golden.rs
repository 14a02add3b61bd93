//! What every format writes, in both languages, compared exactly. `TROUSSE_BLESS=1 cargo test --test golden` writes it anew.

mod cases;

use std::fs;
use std::path::Path;

use jiff::tz::TimeZone;
use trousse::language::Language;
use trousse::report::{FORMATS, Report, View};

#[test]
fn every_format_writes_what_it_wrote_before() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let bless = std::env::var_os("TROUSSE_BLESS").is_some();
    let mut changed = Vec::new();
    for (case, report) in cases::CASES {
        let report = report();
        for language in Language::ALL {
            for format in FORMATS {
                let name = format!("{case}.{}.{}", language.tag(), format.ending);
                let written = (format.render)(&report, &View::new(language, TimeZone::UTC));
                if bless {
                    fs::write(folder.join(&name), &written).expect("the folder of goldens can be written");
                } else if fs::read_to_string(folder.join(&name)).ok().as_deref() != Some(&written) {
                    changed.push(name);
                }
            }
        }
    }
    assert_eq!(changed, Vec::<String>::new(), "look at them, then bless them: TROUSSE_BLESS=1 cargo test --test golden");
}

#[test]
fn a_record_reads_back_as_the_report_that_it_was_written_from() {
    let json = FORMATS.iter().find(|format| format.name == "json").expect("a format named json");
    for (case, report) in cases::CASES {
        let report = report();
        let written = (json.render)(&report, &View::new(Language::Fr, TimeZone::UTC));
        let read: Report = serde_json::from_str(&written).expect(case);
        assert_eq!(read, report, "{case}");
    }
}
