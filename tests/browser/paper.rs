//! The PDF: A4, white, numbered, with the headings of a table on each of its pages, and made without a word to anybody.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use jiff::tz::TimeZone;
use trousse::edge::browser::Browser;
use trousse::firm::{Firm, Letterhead};
use trousse::journal::Line as _;
use trousse::language::Language;
use trousse::prep::sheet::Sheet;
use trousse::report::{SHEET_FORMATS, View};

use crate::{cases, have, page};

const NEEDS: [&str; 4] = ["chromium", "pdftotext", "pdftoppm", "pdfinfo"];

fn ran(command: &mut Command) -> Output {
    let output = command.output().expect("the program starts");
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    output
}

fn text_of(pdf: &Path) -> String {
    let text = ran(Command::new("pdftotext").arg("-layout").arg(pdf).arg("-")).stdout;
    // Spaces that may not break are spaces to a reader.
    String::from_utf8(text).expect("text").replace(['\u{a0}', '\u{202f}'], " ")
}

/// How bright each of the pages is on the whole, and whether its margin of 10 mm is white but for the number at the bottom.
fn pages_of(pdf: &Path, folder: &Path) -> Vec<(f64, bool)> {
    const DPI: usize = 50;
    ran(Command::new("pdftoppm").args(["-gray", "-r", &DPI.to_string()]).arg(pdf).arg(folder.join("page")));
    let mut files: Vec<_> = fs::read_dir(folder).expect("a folder").filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.retain(|file| file.extension().is_some_and(|end| end == "pgm"));
    files.sort();
    let look = |file: &std::path::PathBuf| {
        let bytes = fs::read(file).expect("a picture");
        // PGM: "P5", the width and the height, the brightest value, each on a line or after a space; then a byte a point.
        let head: Vec<&str> = bytes[..20]
            .split(|byte| byte.is_ascii_whitespace())
            .take(3)
            .map(|word| str::from_utf8(word).expect("text"))
            .collect();
        let (width, height): (usize, usize) = (head[1].parse().expect("width"), head[2].parse().expect("height"));
        let points = &bytes[bytes.len() - width * height..];
        let edge = DPI * 10 / 25;
        let margin = |place: usize| place % width < edge || place % width >= width - edge || place / width < edge;
        let white = points.iter().enumerate().all(|(place, &point)| !margin(place) || point > 250);
        (points.iter().map(|&point| f64::from(point)).sum::<f64>() / (points.len() as f64 * 255.0), white)
    };
    files.iter().map(look).collect()
}

#[test]
fn a_report_of_many_hosts_is_numbered_sheets_with_headings_on_each() {
    if !have(&NEEDS) {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let pdf = folder.path().join("report.pdf");
    let printed = Browser::find().and_then(|browser| browser.print(&page(&cases::estate_of(300), Language::Fr)));
    fs::write(&pdf, printed.expect("a PDF")).expect("a file");

    let about = String::from_utf8(ran(Command::new("pdfinfo").arg(&pdf)).stdout).expect("text");
    assert!(about.contains("(A4)"), "{about}");
    let text = text_of(&pdf);
    let sheets: Vec<&str> = text.trim_end_matches('\u{c}').split('\u{c}').collect();
    assert!(sheets.len() > 3, "{} sheets", sheets.len());
    for (sheet, number) in sheets.iter().zip(1..) {
        assert!(sheet.trim_end().ends_with(&format!("{number} / {}", sheets.len())), "{sheet}");
        assert!(!sheet.contains("file:") && !sheet.contains("page.html"), "the place of the page is nobody's business: {sheet}");
        // What is a row of hosts stands below the headings.
        let first = sheet.lines().position(|line| line.contains("10.77.1."));
        let headings = sheet.lines().position(|line| line.contains("Adresse") && line.contains("MAC"));
        assert!(first.is_none() || headings.is_some_and(|headings| Some(headings) < first), "{sheet}");
    }
    for host in 0..250 {
        assert!(text.contains(&format!("10.77.1.{host} ")), "no host {host}");
    }
    for (place, (brightness, white)) in pages_of(&pdf, folder.path()).into_iter().enumerate() {
        assert!(brightness > 0.75 && white, "sheet {}: {brightness}, margins {white}", place + 1);
    }
}

#[test]
fn a_format_named_pdf_is_printed_for_every_command_and_sends_nothing() {
    if !have(&NEEDS) || !have(&["unshare", "ip"]) {
        return;
    }
    if !nix::unistd::geteuid().is_root() {
        eprintln!("not run: needs root");
        assert_ne!(std::env::var("TROUSSE_REQUIRE_LABS").as_deref(), Ok("1"), "labs are required here");
        return;
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = tempfile::tempdir().expect("a folder");
    let visit = root.join("tests/visits/vineyard");
    let journal = folder.path().join("floor.jsonl");
    let lines: String = cases::certificate::walk().iter().map(|entry| entry.line()).collect();
    fs::write(&journal, lines).expect("a file");
    // A network that leads everywhere and to nobody: whoever asked anything would be counted.
    // The last packet is ours, to show that it counts.
    let alone = "sysctl -q -w net.ipv6.conf.default.disable_ipv6=1; ip link set lo up; ip link add d0 type veth peer name d1; ip link set d1 up; \
                 ip address add 192.0.2.2/24 dev d0; ip link set d0 up; ip route add default via 192.0.2.1; \
                 ip neighbour replace 192.0.2.1 lladdr 02:00:00:00:00:01 dev d0; \"$@\"; code=$?; \
                 sent() { awk '$1 == \"d0:\" { print $11 }' /proc/net/dev; }; sent; echo > /dev/udp/198.51.100.1/9; sent; exit $code";
    let runs: [(&[&Path], &[&str], &str); 3] = [
        (&[&visit], &["replay"], "Visit report"),
        (&[&visit, &visit], &["diff"], "Comparison of two visits"),
        (&[&journal], &["link", "certify", "--report"], "Outlet certificate"),
    ];
    for (files, words, title) in runs {
        let pdf = folder.path().join("out.pdf");
        let mut command = Command::new("unshare");
        command.args(["-n", "bash", "-c", alone, "bash", env!("CARGO_BIN_EXE_trousse"), "--lang", "en"]).args(words);
        let output = command.args(files).arg("-o").arg(&pdf).output().expect("a shell");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.code() != Some(2) && pdf.is_file(), "{words:?}: {said}");
        assert_eq!(String::from_utf8_lossy(&output.stdout), "0\n1\n", "packets sent by {words:?}");
        assert!(text_of(&pdf).contains(title), "{words:?}");
        fs::remove_file(&pdf).expect("it was written");
    }
}

#[test]
fn the_sum_on_paper_is_that_of_the_record_beside_it_and_the_firm_is_at_its_head() {
    if !have(&NEEDS) || !have(&["sha256sum"]) {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let [pdf, json, firm] = ["r.pdf", "r.json", "firm.toml"].map(|name| folder.path().join(name));
    let logo = "<svg xmlns='http://www.w3.org/2000/svg' width='90' height='40'><rect width='90' height='40'/></svg>";
    fs::write(folder.path().join("logo.svg"), logo).expect("a file");
    fs::write(&firm, "name = \"Réseaux du Tilleul\"\naddress = [\"12 rue Haute\"]\nphone = \"05 56 00\"\nlogo = \"logo.svg\"\n")
        .expect("a file");
    let visit = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/visits/vineyard");
    let mut command = Command::new(env!("CARGO_BIN_EXE_trousse"));
    command.args(["--lang", "fr", "replay"]).arg(visit).arg("-o").arg(&pdf).arg("-o").arg(&json).arg("--firm").arg(&firm);
    let output = command.output().expect("the program starts");
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    let sum = String::from_utf8(ran(Command::new("sha256sum").arg(&json)).stdout).expect("text");
    let text = text_of(&pdf);
    assert!(text.contains(sum.split_whitespace().next().expect("a sum")), "{sum}{text}");
    let head: Vec<&str> = text.lines().take(6).map(str::trim).collect();
    assert!(head.contains(&"Réseaux du Tilleul") && head.contains(&"12 rue Haute") && head.contains(&"05 56 00"), "{head:?}");
    // The rectangle of the logo is black.
    ran(Command::new("pdftoppm").args(["-gray", "-r", "50", "-l", "1"]).arg(&pdf).arg(folder.path().join("head")));
    let picture = fs::read_dir(folder.path()).expect("a folder").filter_map(|entry| Some(entry.ok()?.path()));
    let picture =
        picture.filter(|path| path.extension().is_some_and(|end| end == "pgm")).map(|path| fs::read(path).expect("a picture"));
    assert!(picture.into_iter().flatten().filter(|&point| point < 8).count() > 600, "no logo");
}

/// A head as high as any: a logo, and an address of two lines.
fn letterhead() -> Letterhead {
    let logo = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' width='90' height='80'/%3E";
    let firm = Firm {
        name: "Réseaux du Tilleul".to_owned(),
        address: vec!["12 rue Haute".to_owned(), "33000 Bordeaux".to_owned()],
        phone: Some("05 56 00 00 00".to_owned()),
        email: None,
        web: None,
        logo: None,
    };
    Letterhead { firm, logo: Some(logo.to_owned()) }
}

/// The sheets of paper that a delivery sheet is printed on, as text, and the picture of the first one.
fn delivered(sheet: &Sheet, language: Language, folder: &Path) -> (Vec<String>, (usize, Vec<u8>)) {
    let html = SHEET_FORMATS.iter().find(|format| format.name == "html").expect("a format named html");
    let view = View { letterhead: Some(letterhead()), ..View::new(language, TimeZone::UTC) };
    let page = (html.render)(sheet, &view);
    let pdf = folder.join("sheet.pdf");
    fs::write(&pdf, Browser::find().and_then(|browser| browser.print(&page)).expect("a PDF")).expect("a file");
    let text = text_of(&pdf);
    ran(Command::new("pdftoppm").args(["-gray", "-r", "200", "-l", "1", "-singlefile"]).arg(&pdf).arg(folder.join("first")));
    let bytes = fs::read(folder.join("first.pgm")).expect("a picture");
    let width = bytes.split(|byte| byte.is_ascii_whitespace()).nth(1).expect("a width");
    let width: usize = str::from_utf8(width).ok().and_then(|word| word.parse().ok()).expect("a number");
    let whole = bytes.len() / width * width;
    let points = bytes[bytes.len() - whole..].to_vec();
    (text.trim_end_matches('\u{c}').split('\u{c}').map(str::to_owned).collect(), (width, points))
}

/// What a telephone reads of a picture.
fn scanned((width, points): &(usize, Vec<u8>)) -> Vec<String> {
    let mut picture = rqrr::PreparedImage::prepare_from_greyscale(*width, points.len() / width, |x, y| points[y * width + x]);
    picture.detect_grids().iter().filter_map(|grid| grid.decode().ok()).map(|(_, text)| text).collect()
}

/// What the code of a sheet must say: one line, nothing hidden in it.
fn to_scan(sheet: &Sheet) -> Option<String> {
    let shown = |c: char| if c.is_control() { Some(' ') } else { Some(c).filter(|c| *c != '\u{202e}') };
    let text: String = sheet.code()?.chars().filter_map(shown).collect();
    Some(text.split_whitespace().collect::<Vec<_>>().join(" "))
}

#[test]
fn a_delivery_sheet_is_a_page_that_sums_up_and_pages_of_evidence() {
    if !have(&NEEDS) {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    for language in Language::ALL {
        let evidence = language.pick("Evidence", "Constats");
        for (case, sheet) in cases::sheet::CASES {
            let sheet = sheet();
            let (pages, first) = delivered(&sheet, language, folder.path());
            let whole = pages.concat();
            assert!(pages.len() >= 2 && !pages[0].contains(evidence) && pages[1].contains(evidence), "{case}: {}", pages[0]);
            // A preparation of the common kind is a page and a page of evidence.
            let most = match case {
                "sheet" => 2,
                "sheet-long" | "sheet-hostile" => usize::MAX,
                _ => 3,
            };
            assert!(pages.len() <= most, "{case}: {} pages", pages.len());
            // Technician and customer sign on the first page, and nowhere else.
            let signed = |page: &String| page.matches("Signature").count();
            assert_eq!((signed(&pages[0]), pages[1..].iter().map(signed).sum::<usize>()), (2, 0), "{case}: {whole}");
            assert!(pages[0].to_uppercase().contains(language.pick("CUSTOMER", "CLIENT")), "{case}: {}", pages[0]);
            assert_eq!(scanned(&first), Vec::from_iter(to_scan(&sheet)), "{case}");
            if case == "sheet-hostile" || sheet.left.is_none() {
                continue;
            }
            for part in [
                "TILLEULS-PC-07",
                "DESKTOP-4F7K2Q1",
                "G6PA1230045K",
                "NUC11PAHi5",
                "54:b2:03:1c:0a:0c",
                "22631.4460",
                "Zoé Martin",
            ] {
                assert!(pages[0].contains(part), "{case}: {part}: {}", pages[0]);
            }
            for step in &sheet.steps {
                // A long name takes several lines on paper.
                let mut words = step.stood.name.split_whitespace().take(2);
                assert!(words.all(|word| pages[1..].concat().contains(word)), "{case}: {}: {whole}", step.stood.name);
            }
        }
    }
}

#[test]
fn the_sum_on_a_delivery_sheet_is_that_of_its_record_and_it_prints_again_from_it() {
    if !have(&NEEDS) || !have(&["sha256sum"]) {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let [kept, json, pdf] = ["kept.json", "again.json", "again.pdf"].map(|name| folder.path().join(name));
    let record = SHEET_FORMATS.iter().find(|format| format.name == "json").expect("a format named json");
    let [(_, ready), ..] = cases::sheet::CASES;
    fs::write(&kept, (record.render)(&ready(), &View::new(Language::Fr, TimeZone::UTC))).expect("a file");
    let mut command = Command::new(env!("CARGO_BIN_EXE_trousse"));
    command.args(["--lang", "fr", "prep", "sheet", "--from"]).arg(&kept).arg("-o").arg(&pdf).arg("-o").arg(&json);
    ran(&mut command);
    assert_eq!(fs::read(&json).expect("a file"), fs::read(&kept).expect("a file"), "the same sheet");
    let sum = String::from_utf8(ran(Command::new("sha256sum").arg(&kept)).stdout).expect("text");
    let text = text_of(&pdf);
    assert!(text.contains(sum.split_whitespace().next().expect("a sum")) && text.contains("Fiche de préparation"), "{sum}{text}");
    // The smallest change is found.
    let changed = fs::read_to_string(&kept).expect("a file").replace("133.0", "134.0");
    fs::write(&kept, changed).expect("a file");
    let output =
        Command::new(env!("CARGO_BIN_EXE_trousse")).args(["--lang", "en", "prep", "sheet", "--from"]).arg(&kept).output();
    let output = output.expect("the program starts");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code() == Some(30) && said.contains("its seal does not fit") && output.stdout.is_empty(), "{said}");
}
