//! `trousse prep new`: a profile, drafted from a few answers.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, BufRead as _, ErrorKind, Write as _, stderr, stdin};
use std::path::{Path, PathBuf};

use crate::cli::agreement;
use crate::cli::logbook::YesNo;
use crate::cli::output::print;
use crate::edge::pc::folder_of;
use crate::edge::replace;
use crate::fault::{Fault, Result, Why};
use crate::language::Language;
use crate::line::one_line;
use crate::prep::draft::{self, Package, Wishes};
use crate::prep::look::System;
use crate::prep::payload;

/// Files of a folder that become steps: a profile of more would be read by nobody.
const PACKAGES: usize = 200;
/// How the names of packages end.
const ENDINGS: [(System, &[&str]); 2] = [(System::Linux, &["deb"]), (System::Windows, &["msi", "exe"])];
/// An answer that means nothing of the kind.
const NONE: &str = "-";

/// Write a profile by asking what it is for; what is given by an option is not asked. Where nobody sits at the terminal, what is not
/// given has its usual value.
#[derive(Debug, clap::Args)]
pub struct NewArgs {
    /// What it is for, as in "Office PC"
    #[arg(long, value_name = "TEXT")]
    pub title: Option<String>,
    /// The system of the PCs
    #[arg(long, value_name = "SYSTEM", value_enum)]
    pub system: Option<SystemArg>,
    /// What they are called: TILLEULS-{nn} counts, {number} is given with each run, - leaves the name alone
    #[arg(long, value_name = "PATTERN")]
    pub name: Option<String>,
    /// The login of an administrator; - for none
    #[arg(long, value_name = "LOGIN")]
    pub administrator: Option<String>,
    /// The folder of packages and installers, beside the profile or below it; - for none
    #[arg(long, value_name = "DIR")]
    pub packages: Option<String>,
    /// Whether the PC stays awake on mains
    #[arg(long, value_name = "YES|NO", value_enum)]
    pub awake: Option<YesNo>,
    /// Whether its system is brought up to date
    #[arg(long, value_name = "YES|NO", value_enum)]
    pub updates: Option<YesNo>,
    /// Whether it is restarted at the end
    #[arg(long, value_name = "YES|NO", value_enum)]
    pub restart: Option<YesNo>,
    /// Ask nothing: what is not given has its usual value
    #[arg(long)]
    pub defaults: bool,
    /// Write the profile to FILE
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Write over FILE where it exists
    #[arg(long, requires = "output")]
    pub overwrite: bool,
}

/// A system on the command line.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub enum SystemArg {
    /// Linux.
    Linux,
    /// Windows.
    Windows,
}

/// Runs the command.
pub(super) fn run(args: &NewArgs, language: Language) -> Result<u8> {
    if let Some(path) = args.output.as_deref().filter(|path| path.exists() && !args.overwrite) {
        return Err(exists(path));
    }
    let asks = agreement::can_ask() && !args.defaults;
    let wishes = args.wishes(&Questions { asks, language })?;
    let text = draft::profile(&wishes, language);
    draft::check(&text, &wishes)
        .map_err(|refusal| refusal.of(language.pick("that the answers come to", "que donnent les réponses")))?;
    match &args.output {
        None => print(&text),
        Some(path) if args.overwrite => replace::write(path, text.as_bytes()).map_err(|error| cannot_write(path, &error)),
        Some(path) => replace::create(path, text.as_bytes()).map_err(|error| match error.kind() {
            ErrorKind::AlreadyExists => exists(path),
            _ => cannot_write(path, &error),
        }),
    }?;
    Ok(0)
}

fn exists(path: &Path) -> Fault {
    let shown = path.display();
    Fault::new(format!("{shown} exists already"), format!("{shown} existe déjà"))
        .hint("name another file, or say --overwrite", "indiquez un autre fichier, ou ajoutez --overwrite")
}

fn cannot_write(path: &Path, error: &io::Error) -> Fault {
    let shown = path.display();
    let fault = Fault::because(format!("cannot write {shown}"), format!("impossible d'écrire {shown}"), error);
    match error.kind() {
        ErrorKind::StorageFull => fault.hint("make room; nothing was written", "faites de la place ; rien n'a été écrit"),
        _ => fault.hint("name a file in a folder that exists", "indiquez un fichier dans un dossier qui existe"),
    }
}

/// What is asked of whoever sits at the terminal.
struct Questions {
    asks: bool,
    language: Language,
}

impl Questions {
    /// What was given, else what is answered, else the usual.
    fn text(&self, given: Option<&str>, question: [&str; 2], usual: &str) -> Result<String> {
        let [english, french] = question;
        let said = match (given, self.asks) {
            (Some(given), _) => given.to_owned(),
            (None, false) => usual.to_owned(),
            (None, true) => self.answer(self.language.pick(english, french), usual)?,
        };
        Ok(one_line(&said))
    }

    /// The same, where [`NONE`] is an answer too.
    fn maybe(&self, given: Option<&str>, question: [&str; 2], usual: &str) -> Result<Option<String>> {
        self.text(given, question, usual).map(|said| Some(said).filter(|said| said != NONE))
    }

    /// The same, of what is so or not.
    fn whether(&self, given: Option<YesNo>, question: [&str; 2]) -> Result<bool> {
        let [yes, no] = self.language.pick(["y", "n"], ["o", "n"]);
        let mut given = given.map(|given| if matches!(given, YesNo::Yes) { yes } else { no });
        loop {
            let said = self.text(given.take(), question, yes)?;
            match said.to_lowercase().as_str() {
                "y" | "yes" | "o" | "oui" => return Ok(true),
                "n" | "no" | "non" => return Ok(false),
                _ => {}
            }
        }
    }

    fn answer(&self, question: &str, usual: &str) -> Result<String> {
        let mut line = String::new();
        let colon = self.language.pick(":", " :");
        let asked = write!(stderr(), "{question} [{usual}]{colon} ").and_then(|()| stderr().flush());
        match asked.and_then(|()| stdin().lock().read_line(&mut line)) {
            Ok(read) if read > 0 => Ok(if line.trim().is_empty() { usual.to_owned() } else { line.trim().to_owned() }),
            _ => Err(Fault::new("nothing was answered", "aucune réponse")
                .hint("--defaults asks nothing", "--defaults ne demande rien")),
        }
    }
}

impl NewArgs {
    fn wishes(&self, questions: &Questions) -> Result<Wishes> {
        let language = questions.language;
        let title = questions.text(
            self.title.as_deref(),
            ["What is the profile for?", "À quoi sert le profil ?"],
            language.pick("Office PC", "PC de bureau"),
        )?;
        let system = self.system(questions)?;
        let name = questions.maybe(
            self.name.as_deref(),
            [
                "Name of the PC: {nn} counts, {number} is given with each run, - leaves it alone",
                "Nom du PC : {nn} compte, {numero} se donne à chaque préparation, - n'y touche pas",
            ],
            "PC-{nn}",
        )?;
        let administrator = questions.maybe(
            self.administrator.as_deref(),
            ["Login of an administrator, - for none", "Identifiant d'un administrateur, - pour aucun"],
            language.pick("technician", "technicien"),
        )?;
        let folder = questions.maybe(
            self.packages.as_deref(),
            [
                "Folder of packages and installers, beside the profile; - for none",
                "Dossier des paquets et installateurs, à côté du profil ; - pour aucun",
            ],
            NONE,
        )?;
        Ok(Wishes {
            title,
            system,
            name,
            administrator,
            packages: folder.map_or_else(|| Ok(Vec::new()), |folder| self.packages(Path::new(&folder), system))?,
            awake: questions.whether(self.awake, ["Does it stay awake on mains?", "Reste-t-il éveillé sur secteur ?"])?,
            updates: questions.whether(self.updates, ["Is the system brought up to date?", "Le système est-il mis à jour ?"])?,
            restart: questions.whether(self.restart, ["Is it restarted at the end?", "Redémarre-t-il à la fin ?"])?,
        })
    }

    fn system(&self, questions: &Questions) -> Result<System> {
        let given = self.system.map(|system| match system {
            SystemArg::Linux => "linux",
            SystemArg::Windows => "windows",
        });
        let usual = if cfg!(windows) { "windows" } else { "linux" };
        loop {
            let said =
                questions.text(given, ["System of the PCs, linux or windows", "Système des PC, linux ou windows"], usual)?;
            match said.to_lowercase().as_str() {
                "linux" => return Ok(System::Linux),
                "windows" => return Ok(System::Windows),
                _ => {}
            }
        }
    }

    /// The packages of the system in a folder, in the order of their names. One that is broken is refused.
    fn packages(&self, folder: &Path, system: System) -> Result<Vec<Package>> {
        let shown = folder.display();
        let unread = |error: io::Error| {
            Fault::because(format!("cannot read the folder {shown}"), format!("dossier {shown} illisible"), &error).hint(
                "name a folder with packages, beside the profile or below it, or - for none",
                "indiquez un dossier de paquets, à côté du profil ou en dessous, ou - pour aucun",
            )
        };
        let (folder, below) = self.below(folder, &unread)?;
        let listed = fs::read_dir(&folder).and_then(Iterator::collect::<io::Result<Vec<_>>>).map_err(unread)?;
        let endings = ENDINGS.iter().find(|(of, _)| *of == system).map(|(_, endings)| *endings).unwrap_or_default();
        let fits = |name: &str| {
            let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
            ending.is_some_and(|ending| endings.contains(&ending.as_str()))
        };
        let named = listed.into_iter().map(|entry| entry.file_name()).filter(|name| fits(&name.to_string_lossy()));
        let mut names = named.map(|name| name.into_string().map_err(|name| no_text(&name))).collect::<Result<Vec<String>>>()?;
        names.sort_unstable();
        if names.is_empty() || names.len() > PACKAGES {
            let (count, endings) = (names.len(), endings.join(", "));
            return Err(Fault::new(
                format!("{shown} holds {count} packages ({endings}), and 1 to {PACKAGES} can be steps"),
                format!("{shown} contient {count} paquets ({endings}), et il en faut de 1 à {PACKAGES}"),
            )
            .hint("name another folder, or - for none", "indiquez un autre dossier, ou - pour aucun"));
        }
        names.into_iter().map(|name| package(&folder, &below, &name)).collect()
    }

    /// Where a folder of packages is, which may be told from that of the profile too, and the way to it from there: a profile names
    /// nothing that is elsewhere.
    fn below(&self, folder: &Path, unread: &dyn Fn(io::Error) -> Fault) -> Result<(PathBuf, Vec<String>)> {
        let output = self.output.as_deref().unwrap_or(Path::new("."));
        let own = self.output.as_deref().map_or_else(|| PathBuf::from("."), folder_of);
        let whole = own.canonicalize().map_err(|error| cannot_write(output, &error))?;
        let place = if folder.exists() { folder.to_owned() } else { own.join(folder) };
        let found = place.canonicalize().map_err(unread)?;
        let shown = folder.display();
        let below = found.strip_prefix(&whole).map_err(|_| {
            Fault::new(format!("{shown} is not beside the profile"), format!("{shown} n'est pas à côté du profil")).hint(
                "put the packages beside the profile or into a folder there: both travel together",
                "mettez les paquets à côté du profil ou dans un dossier à cet endroit : ils voyagent ensemble",
            )
        })?;
        let parts = below.iter().map(|part| part.to_str().map(str::to_owned).ok_or_else(|| no_text(part)));
        let parts = parts.collect::<Result<Vec<String>>>()?;
        Ok((place, parts))
    }
}

/// A profile is text, and names files in it.
fn no_text(name: &OsStr) -> Fault {
    let shown = name.to_string_lossy();
    Fault::new(
        format!("cannot use {shown}: its name is no text in UTF-8"),
        format!("{shown} inutilisable : son nom n'est pas du texte UTF-8"),
    )
    .hint("rename it", "renommez-le")
}

/// What a file says of itself.
fn package(folder: &Path, below: &[String], name: &str) -> Result<Package> {
    let path = folder.join(name);
    let shown = path.display();
    let unread = |why: Why| {
        Fault::because(format!("cannot use {shown}"), format!("{shown} inutilisable"), why)
            .hint("fetch it anew, or take it out of the folder", "récupérez-le à nouveau, ou retirez-le du dossier")
    };
    let mut file = File::open(&path).map_err(|error| unread((&error).into()))?;
    let about = payload::read(name, &mut file).map_err(unread)?;
    let parts: Vec<&str> = below.iter().map(String::as_str).chain([name]).collect();
    Ok(Package { file: parts.join("/"), product: about.product, version: about.version })
}
