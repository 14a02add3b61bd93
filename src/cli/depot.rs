//! `trousse depot`: the payloads of profiles, in a folder or on a share, each known by its bytes.

use std::cell::Cell;
use std::io::{IsTerminal, stderr};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::cli::output::{print, view};
use crate::edge::depot::{self, Added, Depot, Took};
use crate::fault::Result;
use crate::json::escaped;
use crate::language::{Language, duration};
use crate::line::one_line;
use crate::prep::depot::{CHECK, Check, Checked, Condition, Payload};
use crate::report::{depot_check, depot_csv, depot_list};

/// The time between two pictures.
const EVERY: Duration = Duration::from_millis(120);

/// Keep the payloads of profiles in a folder or on a share that benches have in common.
#[derive(Debug, clap::Args)]
pub struct DepotArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: DepotCommand,
}

/// What to do with a depot.
#[derive(Debug, clap::Subcommand)]
#[allow(missing_docs, reason = "what each does stands below, where the help is taken from")]
pub enum DepotCommand {
    Add(AddArgs),
    List(ListArgs),
    Verify(VerifyArgs),
}

/// Which depot.
#[derive(Debug, clap::Args)]
pub struct WhichArgs {
    /// The folder of the depot
    #[arg(long, value_name = "DIR", env = "TROUSSE_DEPOT", hide_env = true, default_value = "depot")]
    pub depot: PathBuf,
}

/// Put files into the depot; it is begun where there is none.
///
/// What each is, its version and who publishes it are read from the file itself (.deb, .msi, .exe); one that is not what its name
/// says, or is cut off, is refused.
#[derive(Debug, clap::Args)]
pub struct AddArgs {
    /// The files
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
    /// Which.
    #[command(flatten)]
    pub which: WhichArgs,
    /// Each may take the place of another of its name
    #[arg(long)]
    pub replace: bool,
}

/// Show what is in the depot.
#[derive(Debug, clap::Args)]
pub struct ListArgs {
    /// Which.
    #[command(flatten)]
    pub which: WhichArgs,
    /// How it is written
    #[arg(long, value_name = "FORMAT", value_enum, default_value = "terminal")]
    pub format: ListFormat,
}

/// Hash every payload again, and name those that are changed, truncated, missing or unknown. Exit code 0: all is as it was put
/// there; 1: something is not; 3: something could not be read.
#[derive(Debug, clap::Args)]
pub struct VerifyArgs {
    /// Which.
    #[command(flatten)]
    pub which: WhichArgs,
    /// How it is written
    #[arg(long, value_name = "FORMAT", value_enum, default_value = "terminal")]
    pub format: CheckFormat,
}

/// How a list is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum ListFormat {
    /// For people.
    Terminal,
    /// For programs.
    Json,
    /// For spreadsheets.
    Csv,
}

/// How a check is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum CheckFormat {
    /// For people.
    Terminal,
    /// For programs.
    Json,
}

/// Runs the command.
pub fn run(args: &DepotArgs, language: Language) -> Result<u8> {
    match &args.command {
        DepotCommand::Add(args) => add(args, language),
        DepotCommand::List(args) => list(args, language),
        DepotCommand::Verify(args) => verify(args, language),
    }
}

/// What is shown of bytes that go by; nothing where standard error is no terminal.
fn bar(bytes: u64) -> Option<ProgressBar> {
    stderr().is_terminal().then(|| {
        let bar = ProgressBar::with_draw_target(Some(bytes), ProgressDrawTarget::stderr());
        let style =
            ProgressStyle::with_template("{spinner} {decimal_bytes}/{decimal_total_bytes}  {decimal_bytes_per_sec}  {wide_msg}");
        bar.enable_steady_tick(EVERY);
        bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()))
    })
}

fn add(args: &AddArgs, language: Language) -> Result<u8> {
    let bytes = args.files.iter().filter_map(|file| file.metadata().ok()).map(|metadata| metadata.len()).sum();
    let bar = bar(bytes);
    let told = Cell::new(0);
    let tell = |bytes: u64| {
        told.set(told.get() + bytes);
        bar.iter().for_each(|bar| bar.set_position(told.get()));
    };
    let mut lines = String::new();
    let added = args.files.iter().try_for_each(|file| {
        bar.iter().for_each(|bar| bar.set_message(one_line(&file.display().to_string())));
        let Took { payload, added, begun } = depot::add(&args.which.depot, file, args.replace, &tell)?;
        if begun {
            lines.push_str(&new(&args.which.depot, language));
        }
        lines.push_str(&line(&payload, added, language));
        Ok(())
    });
    bar.iter().for_each(ProgressBar::finish_and_clear);
    // Those before the one that is refused are in.
    print(&lines)?;
    added.map(|()| 0)
}

/// That a depot was begun: whoever meant one that is there, on a share, sees it here.
fn new(folder: &Path, language: Language) -> String {
    let folder = folder.display();
    one_line(&language.pick(format!("{folder}: a new depot"), format!("{folder} : nouveau dépôt"))) + "\n"
}

/// What became of a file, in a line.
fn line(payload: &Payload, added: Added, language: Language) -> String {
    let word = match added {
        Added::New => language.pick("added", "ajouté"),
        Added::Replaced => language.pick("added, in the place of another", "ajouté, à la place d'un autre"),
        Added::There => language.pick("was there already", "y était déjà"),
        Added::Mended => language
            .pick("put back: what lay there was not it any more", "remis en place : ce qui s'y trouvait n'était plus le même"),
    };
    let about = &payload.about;
    let about: Vec<&str> = [&about.product, &about.version, &about.publisher].into_iter().flatten().map(String::as_str).collect();
    let about = if about.is_empty() { String::new() } else { format!(" · {}", about.join(" · ")) };
    let colon = language.pick(":", " :");
    one_line(&format!("{}{colon} {word}{about}", payload.name)) + "\n"
}

fn list(args: &ListArgs, language: Language) -> Result<u8> {
    let depot = Depot::open(&args.which.depot)?;
    print(&match args.format {
        ListFormat::Terminal => depot_list(&shown(&args.which.depot), &depot.manifest, &view(true, language)),
        ListFormat::Json => escaped(&serde_json::to_string_pretty(&depot.manifest).unwrap_or_default()) + "\n",
        ListFormat::Csv => depot_csv(&depot.manifest),
    })?;
    Ok(0)
}

fn verify(args: &VerifyArgs, language: Language) -> Result<u8> {
    let depot = Depot::open(&args.which.depot)?;
    let bar = bar(depot.manifest.payloads.iter().map(|payload| payload.digest.size).fold(0, u64::saturating_add));
    let since = Instant::now();
    let checked = depot.verify(&|bytes| bar.iter().for_each(|bar| bar.inc(bytes)));
    bar.iter().for_each(ProgressBar::finish_and_clear);
    let depot = shown(&args.which.depot);
    let took = duration(since.elapsed().as_millis() as u64, language);
    let unread = |checked: &Checked| matches!(checked.condition, Condition::Unreadable { .. });
    let wrong = |checked: &Checked| checked.condition != Condition::Intact && !unread(checked);
    let code = match (checked.iter().any(wrong), checked.iter().any(unread)) {
        (true, _) => 1,
        (false, true) => 3,
        (false, false) => 0,
    };
    print(&match args.format {
        CheckFormat::Terminal => depot_check(&depot, &checked, &took, &view(true, language)),
        CheckFormat::Json => {
            let check = Check { schema: CHECK.to_owned(), depot, files: checked };
            escaped(&serde_json::to_string_pretty(&check).unwrap_or_default()) + "\n"
        }
    })?;
    Ok(code)
}

fn shown(folder: &Path) -> String {
    folder.display().to_string()
}
