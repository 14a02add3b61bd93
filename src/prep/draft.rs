//! A profile drafted from a few answers, with a comment on each part, for whoever goes on writing it.

use std::collections::BTreeMap;

use super::look::System;
use super::profile::{Profile, Refusal, literal};
use crate::language::Language;
use crate::line::one_line;

/// What a profile is to be about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wishes {
    /// What it is for.
    pub title: String,
    /// The system of the PCs.
    pub system: System,
    /// What they are called: a name, one with variables that are given with each run, or with a counter, as in `TILLEULS-{nn}`.
    pub name: Option<String>,
    /// The login of an administrator.
    pub administrator: Option<String>,
    /// The packages and installers beside the profile.
    pub packages: Vec<Package>,
    /// The PC does not sleep while it has mains.
    pub awake: bool,
    /// The system is brought up to date.
    pub updates: bool,
    /// It is restarted at the end.
    pub restart: bool,
}

/// A package or an installer beside the profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Package {
    /// Its file, as the profile names it.
    pub file: String,
    /// What it says to be.
    pub product: Option<String>,
    /// Of which version.
    pub version: Option<String>,
}

impl Package {
    /// An installer, which tells nobody how it is seen to have done its work.
    fn is_installer(&self) -> bool {
        self.file.to_ascii_lowercase().ends_with(".exe")
    }

    /// What people call it.
    fn name(&self) -> String {
        let stem = self.file.rsplit('/').next().unwrap_or_default();
        let stem = stem.rsplit_once('.').map_or(stem, |(stem, _)| stem);
        // `*` stands for any letters in a detection: a program that is called nothing else has the name of its file.
        let told = self.product.as_deref().map(|product| one_line(&product.replace('*', " "))).filter(|told| !told.is_empty());
        told.unwrap_or_else(|| one_line(stem))
    }
}

/// A text as TOML writes it.
fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

/// A text that somebody else wrote, as TOML writes it: what looks like a variable in it is none.
fn foreign(text: &str) -> String {
    quoted(&literal(text))
}

/// The names in braces in a text, the counter not among them; and whether it has a counter.
fn braced(text: &str) -> (Vec<&str>, bool) {
    let inside = text.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name);
    let (counters, names): (Vec<&str>, Vec<&str>) = inside.partition(|name| !name.is_empty() && name.chars().all(|c| c == 'n'));
    (names, !counters.is_empty())
}

/// The text of a profile, as it is written so far.
struct Draft {
    text: String,
    language: Language,
    /// What its steps are called so far: each has a name of its own.
    names: Vec<String>,
}

impl Draft {
    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    /// A comment after an empty line.
    fn comment(&mut self, english: &str, french: &str) {
        self.line("");
        for line in self.language.pick(english, french).lines() {
            self.line(format!("# {line}").trim_end());
        }
    }

    /// A step: its name, its kind, its keys as TOML has them.
    fn step(&mut self, name: &str, kind: &str, keys: &[(&str, String)]) {
        let name = one_line(name);
        let again = |count: usize| if count == 1 { name.clone() } else { format!("{name} ({count})") };
        let own = (1..).map(again).find(|name| !self.names.contains(name)).unwrap_or_default();
        self.line("[[step]]");
        self.line(&format!("name = {}", foreign(&own)));
        self.line(&format!("kind = \"{kind}\""));
        keys.iter().for_each(|(key, value)| self.line(&format!("{key} = {value}")));
        self.names.push(own);
    }
}

/// The profile that the wishes come to.
pub fn profile(wishes: &Wishes, language: Language) -> String {
    let mut draft = Draft { text: String::new(), language, names: Vec::new() };
    draft.head(wishes);
    draft.name(wishes);
    draft.administrator(wishes);
    wishes.packages.iter().for_each(|package| draft.package(package));
    if wishes.updates {
        draft.updates(wishes.system);
    }
    if wishes.awake {
        draft.comment(
            "On mains it does not sleep: 0 is never, any other number is minutes.",
            "Sur secteur, il ne se met pas en veille : 0 veut dire jamais, tout autre nombre des minutes.",
        );
        draft.step(
            language.pick("no sleep on mains", "pas de veille sur secteur"),
            "power",
            &[("mains", "{ sleep = 0 }".to_owned())],
        );
    }
    if wishes.restart {
        draft.comment(
            "A restart proves that it comes up again: --reboot lets the kit do it, and go on by itself.",
            "Un redémarrage prouve qu'il repart : avec --reboot, la trousse le fait et continue toute seule.",
        );
        draft.step(language.pick("restart", "redémarrage"), "reboot", &[]);
    }
    draft.checks(wishes.system);
    draft.text
}

/// Refuses what no profile can be, as a name that no network takes.
pub fn check(text: &str, wishes: &Wishes) -> Result<(), Refusal> {
    /// Stands for what is given with each run.
    const ANY: &str = "x1";
    let names = wishes.name.as_deref().map(braced).unwrap_or_default().0;
    let given: BTreeMap<String, String> = names.into_iter().map(|name| (name.to_owned(), ANY.to_owned())).collect();
    Profile::parse(text, &given).map(drop)
}

impl Draft {
    fn head(&mut self, wishes: &Wishes) {
        let language = self.language;
        let (mut names, counted) = wishes.name.as_deref().map(braced).unwrap_or_default();
        names.sort_unstable();
        names.dedup();
        let set: String = names.iter().map(|name| format!(" --set {name}=…")).collect();
        let file = language.pick("THIS-FILE", "CE-FICHIER");
        let root = if wishes.system == System::Linux { "sudo " } else { "" };
        let title = one_line(&wishes.title);
        self.line(&format!("# {title}"));
        self.line("#");
        self.line(&format!("#     trousse prep plan {file}{set}"));
        self.line(&format!("#     {root}trousse prep run {file}{set} --reboot"));
        self.line("#");
        let told = language.pick(
            "# A step is done only when a second look finds nothing left to do, and is not done again: run it as often as you like.\n\
             # trousse schema profile prints all that a profile may hold.",
            "# Une étape n'est faite que si un second regard n'y trouve plus rien à faire, et n'est pas refaite : relancez à volonté.\n\
             # trousse schema profile affiche tout ce qu'un profil peut contenir.",
        );
        self.line(told);
        self.line(&format!("title = {}", quoted(&title)));
        self.line("version = \"1\"");
        self.comment(
            "The PCs that it is for; on others it is refused before anything is touched.",
            "Les PC auxquels il est destiné ; sur les autres, il est refusé avant de rien toucher.",
        );
        self.line("[for]");
        self.line(&format!("system = \"{}\"", wishes.system.to_string().to_lowercase()));
        self.line("# models = [\"NUC11*\", \"OptiPlex 70*\"]");
        if !names.is_empty() {
            self.comment(
                "What is another on each PC: an empty one is given with --set.",
                "Ce qui change d'un PC à l'autre : une valeur vide se donne avec --set.",
            );
            self.line("[variables]");
            names.iter().for_each(|name| self.line(&format!("{name} = \"\"")));
        }
        if let Some(pattern) = wishes.name.as_deref().filter(|_| counted) {
            self.comment(
                "Each PC is given the next number, and keeps it: the same serial number gets the same name again.",
                "Chaque PC reçoit le numéro suivant, et le garde : un même numéro de série retrouve le même nom.",
            );
            self.line("[names]");
            self.line(&format!("pattern = {}", quoted(pattern)));
        }
    }

    fn name(&mut self, wishes: &Wishes) {
        let Some(name) = &wishes.name else { return };
        let keys = if braced(name).1 { vec![] } else { vec![("to", quoted(name))] };
        self.line("");
        self.step(self.language.pick("name of the PC", "nom du PC"), "rename", &keys);
    }

    fn administrator(&mut self, wishes: &Wishes) {
        let Some(login) = &wishes.administrator else { return };
        let secret: String =
            login.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' }).collect();
        let secret = format!("{secret}_PASSWORD");
        self.comment(
            &format!(
                "Its password comes from the environment variable {secret}, or is asked for at the terminal: it stands in no file.\n\
                 An account that has one keeps it."
            ),
            &format!(
                "Son mot de passe vient de la variable d'environnement {secret}, ou est demandé au terminal : il n'est dans aucun fichier.\n\
                 Un compte qui en a un le garde."
            ),
        );
        let group = if wishes.system == System::Linux { "sudo" } else { "administrators" };
        let keys = [("login", quoted(login)), ("groups", format!("[\"{group}\"]")), ("password_from", quoted(&secret))];
        self.step(self.language.pick("administrator", "administrateur"), "user", &keys);
    }

    fn package(&mut self, package: &Package) {
        let mut keys = vec![("file", foreign(&package.file))];
        if package.is_installer() {
            self.comment(
                "/S keeps installers made by NSIS from asking; [\"/VERYSILENT\", \"/NORESTART\"] those of Inno Setup, [\"/quiet\", \"/norestart\"] others.\n\
                 detect says how it is seen to be installed: the name in the list of programs. Try both on one PC.",
                "/S empêche les installateurs NSIS de poser des questions ; [\"/VERYSILENT\", \"/NORESTART\"] ceux d'Inno Setup, [\"/quiet\", \"/norestart\"] d'autres.\n\
                 detect dit à quoi se voit l'installation : le nom dans la liste des programmes. Essayez les deux sur un PC.",
            );
            let version = package.version.as_ref().map(|version| format!(", version = {}", foreign(version))).unwrap_or_default();
            keys.push(("arguments", "[\"/S\"]".to_owned()));
            keys.push(("detect", format!("{{ uninstall = {}{version} }}", foreign(&format!("{}*", package.name())))));
        } else {
            self.line("");
        }
        self.step(&package.name(), "package", &keys);
    }

    fn updates(&mut self, system: System) {
        let name = self.language.pick("updates of the system", "mises à jour du système");
        match system {
            System::Windows => {
                self.comment(
                    "What Windows Update has for this PC; it may take hours and some restarts. retries: two more rounds, for what a restart\n\
                     brings to light; timeout_s: two hours for each update. For trousse prep bench put a step of the kind reboot before it: Windows\n\
                     Update refuses whoever has logged in over the network.",
                    "Ce que Windows Update propose pour ce PC ; cela peut durer des heures et demander des redémarrages. retries : deux tours\n\
                     de plus, pour ce qu'un redémarrage fait apparaître ; timeout_s : deux heures par mise à jour. Avec trousse prep bench,\n\
                     mettez avant elle une étape du genre reboot : Windows Update refuse qui s'est connecté par le réseau.",
                );
                self.step(name, "windows-update", &[("retries", "2".to_owned()), ("timeout_s", "7200".to_owned())]);
            }
            System::Linux => {
                self.comment(
                    "Debian and its kin install security updates by themselves where this is set and unattended-upgrades is there.",
                    "Debian et ses proches installent seuls les mises à jour de sécurité avec ce fichier et le paquet unattended-upgrades.",
                );
                let text = "\"\"\"\nAPT::Periodic::Update-Package-Lists \"1\";\nAPT::Periodic::Unattended-Upgrade \"1\";\n\"\"\"";
                let keys = [("path", quoted("/etc/apt/apt.conf.d/20auto-upgrades")), ("text", text.to_owned())];
                self.step(name, "file", &keys);
            }
        }
    }

    /// What no step can make so, and a delivered PC must be.
    fn checks(&mut self, system: System) {
        let checks: &[(&str, &str, &str)] = match system {
            System::Windows => &[
                ("activation", "Windows is activated", "Windows est activé"),
                ("antivirus", "an antivirus is on and current", "un antivirus est actif et à jour"),
                ("no-pending-restart", "no restart is pending", "aucun redémarrage en attente"),
            ],
            System::Linux => &[("no-pending-restart", "no restart is pending", "aucun redémarrage en attente")],
        };
        self.comment(
            "What no step can make so: it is looked at, and where it does not hold the PC is not ready.",
            "Ce qu'aucune étape ne peut faire : c'est examiné, et si ce n'est pas le cas le PC n'est pas prêt.",
        );
        for (what, english, french) in checks {
            self.step(self.language.pick(english, french), "check", &[("what", quoted(what))]);
            self.line("");
        }
        self.text.truncate(self.text.trim_end().len() + 1);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn wishes() -> impl Strategy<Value = Wishes> {
        let name = prop_oneof![Just("PC-07"), Just("PC-{nn}"), Just("{customer}-{nn}"), Just("pc-{number}")];
        let file = "[a-z]{1,6}( [a-z]{1,3}| \\{[a-z]{1,3}\\})?";
        let product = prop_oneof!["[ -~é\u{1b}]{1,12}", "[a-z]{1,3} [{$]{0,3}x64[}]{0,3}"];
        let package = (file, prop_oneof![Just(".deb"), Just(".msi"), Just(".exe")], prop::option::of(product));
        let flags = prop::collection::vec(any::<bool>(), 4);
        let texts = ("[ -z|~é\"\n]{1,20}", prop::option::of(name), prop::option::of("[a-z][a-z0-9-]{0,8}"));
        (texts, flags, prop::collection::vec(package, 0..4)).prop_map(|((title, name, administrator), flags, packages)| {
            let windows = flags[0];
            let fits = |ending: &str| (ending == ".deb") != windows;
            let packages = packages.into_iter().filter(|(_, ending, _)| fits(ending)).map(|(stem, ending, product)| Package {
                file: format!("{stem}{ending}"),
                product: product.filter(|text| !one_line(text).is_empty()),
                version: Some("1.2".to_owned()),
            });
            Wishes {
                title: format!("t{title}"),
                system: if windows { System::Windows } else { System::Linux },
                name: name.map(str::to_owned),
                administrator,
                packages: packages.collect(),
                awake: flags[1],
                updates: flags[2],
                restart: flags[3],
            }
        })
    }

    proptest! {
        #[test]
        fn whatever_is_wished_for_comes_to_a_profile_that_is_sound(wishes in wishes()) {
            for language in Language::ALL {
                let text = profile(&wishes, language);
                let wished = [wishes.awake, wishes.updates, wishes.restart].into_iter().filter(|wish| *wish).count();
                let named = usize::from(wishes.name.is_some()) + usize::from(wishes.administrator.is_some());
                let checks = if wishes.system == System::Windows { 3 } else { 1 };
                prop_assert_eq!(text.matches("\n[[step]]\n").count(), wishes.packages.len() + wished + named + checks, "{}", text);
                let checked = check(&text, &wishes);
                prop_assert!(checked.is_ok(), "{checked:?}\n{text}");
            }
        }
    }
}
