//! Where a report goes: standard output or a file, in the format that was asked for.

use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};

use clap::builder::PossibleValuesParser;
use jiff::tz::TimeZone;

use crate::edge::browser::Browser;
use crate::edge::replace;
use crate::fault::{Fault, Result, Why};
use crate::firm::Letterhead;
use crate::language::Language;
use crate::report::{Comparison, FORMATS, Form, Format, Medium, Report, View};

/// Options of every command that gives a report.
#[derive(Debug, clap::Args)]
pub struct OutputArgs {
    /// How the report is written; by default as the name of FILE says, else for the terminal
    #[arg(long, value_name = "FORMAT", value_parser = PossibleValuesParser::new(FORMATS.iter().map(|format| format.name)))]
    pub format: Option<String>,
    /// Write the report to FILE; may be repeated, as in -o report.pdf -o report.json
    #[arg(short, long, value_name = "FILE")]
    pub output: Vec<PathBuf>,
    /// The firm at the head of HTML and PDF (TOML) [default: trousse/firm.toml among the user's settings]
    #[arg(long, value_name = "FIRM")]
    pub firm: Option<PathBuf>,
}

impl OutputArgs {
    fn places(&self) -> Places<'_, Format> {
        Places::of(FORMATS, self.format.as_deref(), &self.output, self.firm.as_deref())
    }

    /// Refuses now what could not be written later, when the work is done.
    pub fn check(&self) -> Result<()> {
        self.places().check()
    }

    /// Writes the report.
    pub fn write(&self, report: &Report, language: Language) -> Result<()> {
        self.places().write(language, |format, view| (format.render)(report, view))
    }

    /// Writes a comparison in the same way.
    pub fn write_comparison(&self, comparison: &Comparison, language: Language) -> Result<()> {
        self.places().write(language, |format, view| (format.compare)(comparison, view))
    }
}

/// Every place that something is written to, each in its format, and the firm at the head of its pages.
pub struct Places<'a, F: 'static> {
    all: Vec<(&'static F, Option<&'a Path>)>,
    firm: Option<&'a Path>,
}

impl<'a, F: Form> Places<'a, F> {
    /// The files that were named, each in the format that was asked for, else in that which its name ends like; standard output
    /// where none was.
    pub fn of(table: &'static [F], named: Option<&str>, files: &'a [PathBuf], firm: Option<&'a Path>) -> Places<'a, F> {
        let format = |path: Option<&Path>| {
            let of_file = path.and_then(Path::extension).and_then(|end| end.to_str());
            let is_named = |name: &str| table.iter().find(|format| format.name() == name);
            let ends = |end: &str| table.iter().find(|format| format.ending().eq_ignore_ascii_case(end));
            named.and_then(is_named).or(of_file.and_then(ends)).unwrap_or(&table[0])
        };
        let written = files.iter().map(|path| (format(Some(path)), Some(path.as_path())));
        Places { all: if files.is_empty() { vec![(format(None), None)] } else { written.collect() }, firm }
    }

    /// Refuses now what could not be written later, when the work is done.
    pub fn check(&self) -> Result<()> {
        self.all.iter().try_for_each(|(format, output)| check(format.medium(), *output, self.firm))
    }

    /// Writes to every place, also after one that failed; the first fault is told. What cannot be written to its file is kept
    /// elsewhere.
    pub fn write(&self, language: Language, written: impl Fn(&F, &View) -> String) -> Result<()> {
        let write = |(format, output): &(&'static F, Option<&Path>)| {
            let view = view(output.is_none(), language).under(format.medium(), self.firm)?;
            deliver(&written(format, &view), format.medium(), *output)
        };
        self.all.iter().map(write).fold(Ok(()), Result::and)
    }
}

/// Refuses what could not be written later: a file that cannot be, paper without a browser, or on a terminal, a letterhead that
/// cannot be read.
fn check(medium: Medium, output: Option<&Path>, firm: Option<&Path>) -> Result<()> {
    output.map_or(Ok(()), writable)?;
    letterhead(medium, firm)?;
    if medium != Medium::Paper {
        return Ok(());
    }
    Browser::find()?;
    if output.is_none() && io::stdout().is_terminal() {
        let fault = Fault::new("a PDF is nothing for a terminal", "un PDF ne se lit pas dans un terminal");
        return Err(fault.hint("name a file: -o report.pdf", "nommez un fichier : -o rapport.pdf"));
    }
    Ok(())
}

/// Writes a text, or the paper that it is printed on, to a file, else to standard output. Where it cannot be printed, the page
/// itself is kept beside the file.
fn deliver(text: &str, medium: Medium, output: Option<&Path>) -> Result<()> {
    let printed = match medium {
        Medium::Text | Medium::Page => return put(text.as_bytes(), output, print_bytes),
        Medium::Paper => Browser::find().and_then(|browser| browser.print(text)),
    };
    let fault = match (printed, output) {
        (Ok(pdf), _) => return put(&pdf, output, |pdf| unless_terminal(pdf, output)),
        (Err(fault), None) => return Err(fault),
        (Err(fault), Some(_)) => fault,
    };
    let page = output.map(|path| path.with_added_extension("html")).unwrap_or_default();
    put(text.as_bytes(), Some(&page), |html| unless_terminal(html, Some(&page)))?;
    let shown = page.display();
    Err(fault.hint(
        format!("the page itself is in {shown}: open it and print it"),
        format!("la page est dans {shown} : ouvrez-la et imprimez-la"),
    ))
}

/// Refuses a file that could not be written later.
fn writable(path: &Path) -> Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if folder.is_dir() && !path.is_dir() {
        return Ok(());
    }
    let shown = path.display();
    Err(Fault::new(format!("cannot write {shown}"), format!("impossible d'écrire {shown}"))
        .hint("name a file in a folder that exists", "indiquez un fichier dans un dossier qui existe"))
}

/// Writes to a file, else to standard output. What its file does not take is not lost: it goes `elsewhere`, which tells where
/// that is.
fn put(bytes: &[u8], output: Option<&Path>, elsewhere: impl Fn(&[u8]) -> Result<Why>) -> Result<()> {
    let Some(path) = output else { return print_bytes(bytes).map(drop) };
    replace::write(path, bytes).or_else(|error| {
        let kept = elsewhere(bytes)?;
        let shown = path.display();
        Err(Fault::because(format!("cannot write {shown}"), format!("impossible d'écrire {shown}"), &error)
            .hint(kept.english, kept.french))
    })
}

/// Standard output, but no terminal: nobody reads there what is to be printed.
fn unless_terminal(bytes: &[u8], output: Option<&Path>) -> Result<Why> {
    if io::stdout().is_terminal() { keep(bytes, output) } else { print_bytes(bytes) }
}

/// Keeps what a terminal must not get among the files that do not last, under a name of its own.
fn keep(bytes: &[u8], output: Option<&Path>) -> Result<Why> {
    let ending = output.and_then(Path::extension).and_then(|end| end.to_str()).map(|end| format!(".{end}")).unwrap_or_default();
    let file = tempfile::Builder::new().prefix("trousse-").suffix(&ending).tempfile();
    let kept = file.and_then(|mut file| file.write_all(bytes).and_then(|()| file.keep().map_err(|error| error.error)));
    let (_, path) = kept.map_err(|error| {
        Fault::because("the report could be kept nowhere", "le rapport n'a pu être gardé nulle part", &error)
            .hint("make room, or name another file", "faites de la place, ou nommez un autre fichier")
    })?;
    let shown = path.display();
    Ok(Why::new(format!("the report is in {shown} instead"), format!("le rapport est dans {shown}")))
}

/// The head of what is a page; the file that was named is read whatever it is, so that what is wrong with it is said.
fn letterhead(medium: Medium, firm: Option<&Path>) -> Result<Option<Letterhead>> {
    if medium == Medium::Text && firm.is_none() { Ok(None) } else { Letterhead::find(firm) }
}

impl View {
    /// The view with the firm at its head, where the medium has one.
    pub fn under(self, medium: Medium, firm: Option<&Path>) -> Result<View> {
        Ok(View { letterhead: letterhead(medium, firm)?, ..self })
    }
}

/// How the reader sees it: by the width of the terminal, where it goes to standard output and that is one.
pub fn view(to_standard_output: bool, language: Language) -> View {
    let to_terminal = to_standard_output && io::stdout().is_terminal();
    let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let width = to_terminal.then(|| console::Term::stdout().size_checked()).flatten().map(|(_, columns)| usize::from(columns));
    View { colour: to_terminal && !plain, width: width.unwrap_or(View::WIDTH), ..View::new(language, TimeZone::system()) }
}

/// Writes to standard output. A reader that went away has read enough.
pub fn print(text: &str) -> Result<()> {
    print_bytes(text.as_bytes()).map(drop)
}

/// Where it went, for whoever named another place.
fn print_bytes(bytes: &[u8]) -> Result<Why> {
    match io::stdout().write_all(bytes).and_then(|()| io::stdout().flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Fault::because("cannot write to standard output", "impossible d'écrire sur la sortie standard", &error))
        }
        _ => Ok(Why::new("the report is on standard output instead", "le rapport est sur la sortie standard")),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::report::LOGBOOK_FORMATS;

    #[test]
    fn every_file_is_written_as_its_name_ends_in_whatever_case_and_without_one_it_is_the_terminal() {
        let files = ["a.PDF", "b.Json", "c"].map(PathBuf::from);
        let names = |named| {
            Places::of(LOGBOOK_FORMATS, named, &files, None).all.iter().map(|(format, _)| format.name).collect::<Vec<_>>()
        };
        assert_eq!(names(None), ["pdf", "json", "terminal"]);
        assert_eq!(names(Some("html")), ["html"; 3]);
        assert!(matches!(Places::of(FORMATS, None, &[], None).all[..], [(Format { name: "terminal", .. }, None)]));
    }

    #[test]
    fn what_a_terminal_must_not_get_is_kept_whole_and_told() {
        let kept = |pdf: &[u8]| keep(pdf, Some(Path::new("/nonexistent/report.pdf")));
        let fault = put(b"%PDF", Some(Path::new("/nonexistent/report.pdf")), kept).expect_err("it cannot be written");
        let said = fault.say(Language::En);
        let path = said.split_whitespace().find(|word| word.ends_with(".pdf") && word.contains("trousse-")).expect("its place");
        assert_eq!(fs::read(path).expect("it is there"), b"%PDF");
        fs::remove_file(path).expect("it is ours");
    }
}
