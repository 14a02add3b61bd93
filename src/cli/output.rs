//! Where a report goes: standard output or a file, in the format that was asked for.

use std::fs;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};

use clap::builder::PossibleValuesParser;
use jiff::tz::TimeZone;

use crate::edge::browser::Browser;
use crate::fault::{Fault, Result};
use crate::language::Language;
use crate::report::{Comparison, FORMATS, Format, Medium, Report, View};

/// Options of every command that gives a report.
#[derive(Debug, clap::Args)]
pub struct OutputArgs {
    /// How the report is written; by default as the name of FILE says, else for the terminal
    #[arg(long, value_name = "FORMAT", value_parser = PossibleValuesParser::new(FORMATS.iter().map(|format| format.name)))]
    pub format: Option<String>,
    /// Write the report to FILE
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

impl OutputArgs {
    fn format(&self) -> &'static Format {
        let of_file = self.output.as_deref().and_then(Path::extension).and_then(|end| end.to_str());
        let named = |name: &str| FORMATS.iter().find(|format| format.name == name);
        let ending = |end: &str| FORMATS.iter().find(|format| format.ending.eq_ignore_ascii_case(end));
        self.format.as_deref().and_then(named).or(of_file.and_then(ending)).unwrap_or(&FORMATS[0])
    }

    /// Refuses now what could not be written later, when the work is done.
    pub fn check(&self) -> Result<()> {
        check(self.format().medium, self.output.as_deref())
    }

    /// Writes the report. What cannot be written to its file goes to standard output, so that it is not lost.
    pub fn write(&self, report: &Report, language: Language) -> Result<()> {
        let format = self.format();
        let text = (format.render)(report, &view(self.output.is_none(), language));
        deliver(&text, format.medium, self.output.as_deref())
    }

    /// Writes a comparison in the same way.
    pub fn write_comparison(&self, comparison: &Comparison, language: Language) -> Result<()> {
        let format = self.format();
        let text = (format.compare)(comparison, &view(self.output.is_none(), language));
        deliver(&text, format.medium, self.output.as_deref())
    }
}

/// Refuses what could not be written later: a file that cannot be, paper without a browser, or on a terminal.
pub fn check(medium: Medium, output: Option<&Path>) -> Result<()> {
    output.map_or(Ok(()), writable)?;
    if medium == Medium::Text {
        return Ok(());
    }
    Browser::find()?;
    if output.is_none() && io::stdout().is_terminal() {
        let fault = Fault::new("a PDF is nothing for a terminal", "un PDF ne se lit pas dans un terminal");
        return Err(fault.hint("name a file: -o report.pdf", "nommez un fichier : -o rapport.pdf"));
    }
    Ok(())
}

/// Writes a text, or the paper that it is printed on, to a file, else to standard output. Where it cannot be printed, the page itself
/// is kept beside the file.
pub fn deliver(text: &str, medium: Medium, output: Option<&Path>) -> Result<()> {
    let printed = match medium {
        Medium::Text => return put(text.as_bytes(), output),
        Medium::Paper => Browser::find().and_then(|browser| browser.print(text)),
    };
    let fault = match (printed, output) {
        (Ok(pdf), _) => return put(&pdf, output),
        (Err(fault), None) => return Err(fault),
        (Err(fault), Some(_)) => fault,
    };
    let page = output.map(|path| path.with_added_extension("html")).unwrap_or_default();
    put(text.as_bytes(), Some(&page))?;
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

/// Writes to a file, else to standard output.
fn put(bytes: &[u8], output: Option<&Path>) -> Result<()> {
    match output {
        None => print_bytes(bytes),
        Some(path) => replace(path, bytes).or_else(|error| {
            print_bytes(bytes)?;
            let shown = path.display();
            Err(Fault::because(format!("cannot write {shown}"), format!("impossible d'écrire {shown}"), &error)
                .hint("the report is on standard output instead", "le rapport est sur la sortie standard"))
        }),
    }
}

/// How the reader sees it: by the width of the terminal, where it goes to standard output and that is one.
pub fn view(to_standard_output: bool, language: Language) -> View {
    let to_terminal = to_standard_output && io::stdout().is_terminal();
    let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let width = to_terminal.then(|| console::Term::stdout().size_checked()).flatten().map(|(_, columns)| usize::from(columns));
    View { colour: to_terminal && !plain, width: width.unwrap_or(View::WIDTH), ..View::new(language, TimeZone::system()) }
}

/// Writes beside the file, then takes its place: never half a report.
fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(format!(".{}.part", std::process::id()));
    let beside = PathBuf::from(beside);
    let done = fs::write(&beside, bytes).and_then(|()| fs::rename(&beside, path));
    done.inspect_err(|_| drop(fs::remove_file(&beside)))
}

/// Writes to standard output. A reader that went away has read enough.
pub fn print(text: &str) -> Result<()> {
    print_bytes(text.as_bytes())
}

fn print_bytes(bytes: &[u8]) -> Result<()> {
    match io::stdout().write_all(bytes).and_then(|()| io::stdout().flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Fault::because("cannot write to standard output", "impossible d'écrire sur la sortie standard", &error))
        }
        _ => Ok(()),
    }
}
