//! `trousse link certify`: outlet after outlet, against what each must be good for.

use std::path::{Path, PathBuf};

use clap::builder::PossibleValuesParser;

use crate::certify::Certificate;
use crate::certify::journal::Read;
use crate::certify::profile::USUAL;
use crate::cli::output::Places;
use crate::edge::journal;
use crate::fault::Result;
use crate::language::Language;
use crate::line::one_line;
use crate::report::CERTIFICATE_FORMATS;

#[cfg(target_os = "linux")]
mod measure;
#[cfg(target_os = "linux")]
mod screen;
#[cfg(target_os = "linux")]
mod walk;

/// Certify outlet after outlet: plug in, wait for the sound, go to the next. A run that was broken off goes on where it was.
///
/// Each outlet is measured as soon as its link comes up and compared with a profile; one sound is a pass, two are a fail. Keys: s
/// skip, n no link comes, m measure the link that is there, r measure the outlet before again, q end.
#[derive(Debug, clap::Args)]
pub struct CertifyArgs {
    /// The interface; it needs neither an address nor a link [default: that of the default route]
    #[arg(value_name = "IFACE")]
    pub interface: Option<String>,
    /// The list of outlets (CSV: label, panel, switch, port, vlan, voice_vlan, profile)
    #[arg(long, value_name = "LIST", conflicts_with = "prefix")]
    pub plan: Option<PathBuf>,
    /// Without a list: the letters before the number of each outlet, as in A for A1, A2 …
    #[arg(long, value_name = "LETTERS")]
    pub prefix: Option<String>,
    /// The number of the first outlet; 01 gives A01
    #[arg(long, value_name = "NUMBER", default_value = "1", requires = "prefix")]
    pub from: String,
    /// The number of the last outlet
    #[arg(long, value_name = "NUMBER", default_value = "48", requires = "prefix")]
    pub to: String,
    /// The plan of the site (TOML); its outlets are certified where no list is given
    #[arg(long, value_name = "PLAN")]
    pub site: Option<PathBuf>,
    /// What outlets must be good for that name no profile: gigabit-office, poe-access-point, telephone, camera, temporary-event,
    /// or a file (TOML)
    #[arg(long, value_name = "PROFILE", default_value = USUAL)]
    pub profile: String,
    /// The journal, which a later run goes on with [default: LIST.certify.jsonl in this folder]
    #[arg(long, value_name = "FILE")]
    pub journal: Option<PathBuf>,
    /// Go again to the outlets that failed or were left out
    #[arg(long)]
    pub retest: bool,
    /// Go to this outlet only, measured or not; may be repeated
    #[arg(long, value_name = "LABEL")]
    pub outlet: Vec<String>,
    /// How long to listen at each outlet for a neighbour that does not speak: LLDP comes every 30 s; 0 does not listen
    #[arg(long, value_name = "SECONDS", default_value_t = 32, value_parser = clap::value_parser!(u16).range(0..=600))]
    pub listen: u16,
    /// Make no sound
    #[arg(long)]
    pub no_sound: bool,
    /// Record each measurement in a folder of its own in DIR, for trousse replay
    #[arg(long, value_name = "DIR")]
    pub record: Option<PathBuf>,
    /// Measure nothing: write the certificate of a journal
    #[arg(long, value_name = "JOURNAL", conflicts_with_all = ["plan", "prefix", "site", "journal", "retest", "outlet", "record"])]
    pub report: Option<PathBuf>,
    /// How the certificate is written; by default as the name of FILE says, else for the terminal
    #[arg(long, value_name = "FORMAT", value_parser = PossibleValuesParser::new(CERTIFICATE_FORMATS.iter().map(|format| format.name)))]
    pub format: Option<String>,
    /// Write the certificate to FILE; may be repeated
    #[arg(short, long, value_name = "FILE")]
    pub output: Vec<PathBuf>,
    /// The firm at the head of HTML and PDF (TOML) [default: trousse/firm.toml among the user's settings]
    #[arg(long, value_name = "FIRM")]
    pub firm: Option<PathBuf>,
}

/// Runs the command.
pub fn run(args: &CertifyArgs, language: Language) -> Result<u8> {
    let places = Places::of(CERTIFICATE_FORMATS, args.format.as_deref(), &args.output, args.firm.as_deref());
    places.check()?;
    // What was measured before a fault is shown before the fault.
    let (certificate, walked) = match &args.report {
        Some(path) => {
            let read = journal::read(path)?;
            warn(path, &read, language);
            (Certificate::of(&read.entries), Ok(()))
        }
        None => measured(args, language)?,
    };
    places.write(language, |format, view| (format.render)(&certificate, view))?;
    walked?;
    Ok(certificate.exit_code())
}

#[cfg(target_os = "linux")]
fn measured(args: &CertifyArgs, language: Language) -> Result<(Certificate, Result<()>)> {
    walk::run(args, language)
}

#[cfg(not(target_os = "linux"))]
fn measured(_: &CertifyArgs, _: Language) -> Result<(Certificate, Result<()>)> {
    Err(crate::cli::no_raw_frames("link certify"))
}

/// Lines of a journal that a disk spoilt are told: what they held is gone.
fn warn(path: &Path, read: &Read, language: Language) {
    let shown = one_line(&path.display().to_string());
    for line in &read.unread {
        eprintln!(
            "{}",
            language.pick(
                format!("warning: {shown}, line {line}: unreadable; the outlet that it told of counts as not measured then"),
                format!("attention : {shown}, ligne {line} : illisible ; la prise concernée compte comme non mesurée alors"),
            )
        );
    }
}
