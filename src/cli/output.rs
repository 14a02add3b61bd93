//! Where a report goes: standard output or a file, in the format that was asked for.

use std::fs;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};

use clap::builder::PossibleValuesParser;
use jiff::tz::TimeZone;

use crate::fault::{Fault, Result};
use crate::language::Language;
use crate::report::{Comparison, FORMATS, Format, Report, View};

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
        self.format.as_deref().and_then(named).or(of_file.and_then(named)).unwrap_or(&FORMATS[0])
    }

    /// Refuses now what could not be written later, when the work is done.
    pub fn check(&self) -> Result<()> {
        self.output.as_deref().map_or(Ok(()), writable)
    }

    /// Writes the report. What cannot be written to its file goes to standard output, so that it is not lost.
    pub fn write(&self, report: &Report, language: Language) -> Result<()> {
        put(&(self.format().render)(report, &view(self.output.is_none(), language)), self.output.as_deref())
    }

    /// Writes a comparison in the same way.
    pub fn write_comparison(&self, comparison: &Comparison, language: Language) -> Result<()> {
        put(&(self.format().compare)(comparison, &view(self.output.is_none(), language)), self.output.as_deref())
    }
}

/// Refuses a file that could not be written later.
pub fn writable(path: &Path) -> Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if folder.is_dir() && !path.is_dir() {
        return Ok(());
    }
    let shown = path.display();
    Err(Fault::new(format!("cannot write {shown}"), format!("impossible d'écrire {shown}"))
        .hint("name a file in a folder that exists", "indiquez un fichier dans un dossier qui existe"))
}

/// Writes to a file, else to standard output.
pub fn put(text: &str, output: Option<&Path>) -> Result<()> {
    match output {
        None => print(text),
        Some(path) => replace(path, text).or_else(|error| {
            print(text)?;
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
fn replace(path: &Path, text: &str) -> io::Result<()> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(format!(".{}.part", std::process::id()));
    let beside = PathBuf::from(beside);
    let done = fs::write(&beside, text).and_then(|()| fs::rename(&beside, path));
    done.inspect_err(|_| drop(fs::remove_file(&beside)))
}

/// Writes to standard output. A reader that went away has read enough.
pub fn print(text: &str) -> Result<()> {
    match io::stdout().write_all(text.as_bytes()).and_then(|()| io::stdout().flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Fault::because("cannot write to standard output", "impossible d'écrire sur la sortie standard", &error))
        }
        _ => Ok(()),
    }
}
