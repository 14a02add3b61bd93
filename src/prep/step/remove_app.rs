//! `remove-app`: what a maker or Microsoft has put on a PC and its user does not want: apps of the Store, programs, Debian packages.
//! What is removed stands in the journal with its version and where it came from, so that it can be put back.

mod line;

use schemars::JsonSchema;
use serde::Deserialize;

use super::package::{WINDOWS, with_patience};
use super::{Applied, ExitCodes, Meaning, Scene, Step, only_windows};
use crate::fault::{Fault, Result, Why};
use crate::prep::change::{Aspect, Change, List, Sight, State};
use crate::prep::look::app::App;
use crate::prep::look::{Act, Look, Program, System};
use crate::prep::profile::Pattern;

/// Seconds for which an uninstaller that has ended may go on in another program, as those made by NSIS do.
const PATIENCE_S: u32 = 60;
/// Where packages come from, as the journal has it.
const DEBIAN: &str = "Debian";
/// Letters that a pattern must have: `*` alone would be everything.
const FEWEST: usize = 3;

/// What must not be on a PC.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RemoveApp {
    /// Apps of the Store, by their names, as in `"Microsoft.Xbox*"`: for every account, and for those who log in later.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub apps: Vec<Pattern>,
    /// Programs, as Windows lists them among the installed ones: `"McAfee*"`.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub programs: Vec<Pattern>,
    /// What the uninstaller of a program is told that says no silent way itself, as in `"/S"`.
    pub arguments: Option<String>,
    /// Debian packages, by their whole names.
    #[serde(default)]
    pub packages: Vec<String>,
    /// What exit codes other than 0 mean. Of uninstallers 3010 and 1641 are a restart, 1618 is tried again.
    #[serde(default)]
    pub exit_codes: ExitCodes,
}

/// One thing that is to go.
enum Unwanted {
    App(App),
    Program(Program),
    Package { name: String, version: String },
}

impl Unwanted {
    fn name(&self) -> &str {
        match self {
            Unwanted::App(app) => &app.name,
            Unwanted::Program(program) => &program.name,
            Unwanted::Package { name, .. } => name,
        }
    }

    /// What it was, so that it can be found again: two of one name are told apart by it.
    fn origin(&self) -> String {
        match self {
            Unwanted::App(App { full_name, provisioned: true, .. }) => format!("Store, provisioned, {full_name}"),
            Unwanted::App(App { full_name, .. }) => format!("Store, {full_name}"),
            Unwanted::Program(Program { key, publisher: Some(publisher), .. }) => format!("{publisher}, {key}"),
            Unwanted::Program(Program { key, .. }) => key.clone(),
            Unwanted::Package { .. } => DEBIAN.to_owned(),
        }
    }

    fn version(&self) -> State {
        match self {
            // Of one that was only begun to be installed dpkg may know none.
            Unwanted::Package { version, .. } if version.is_empty() => State::Present,
            Unwanted::App(App { version, .. }) | Unwanted::Package { version, .. } => State::Text(version.clone()),
            Unwanted::Program(Program { version, .. }) => version.clone().map_or(State::Present, State::Text),
        }
    }

    fn aspect(&self) -> Aspect {
        Aspect::Removed { origin: self.origin() }
    }

    fn change(&self) -> Change {
        Change::new(self.name(), self.aspect(), self.version(), State::Absent)
    }

    /// The list in which a pattern finds it.
    fn list(&self) -> Option<List> {
        match self {
            Unwanted::App(App { provisioned: true, .. }) => Some(List::ProvisionedApps),
            Unwanted::App(_) => Some(List::Apps),
            Unwanted::Program(_) => Some(List::Programs),
            Unwanted::Package { .. } => None,
        }
    }

    /// Its name and its version in a list.
    fn listed(&self) -> String {
        match self.version() {
            State::Text(version) => format!("{} {version}", self.name()),
            _ => self.name().to_owned(),
        }
    }
}

impl RemoveApp {
    fn unwanted(&self, pc: &dyn Look) -> Result<Vec<Unwanted>> {
        let mut unwanted = Vec::new();
        let like = |patterns: &[Pattern], name: &str| patterns.iter().any(|pattern| pattern.is_like(name));
        if !self.apps.is_empty() {
            let apps = pc.apps()?.into_iter().filter(|app| like(&self.apps, &app.name));
            unwanted.extend(apps.map(Unwanted::App));
        }
        if !self.programs.is_empty() {
            let programs = pc.programs()?.into_iter().filter(|program| like(&self.programs, &program.name));
            unwanted.extend(programs.map(Unwanted::Program));
        }
        for name in &self.packages {
            if let Some(version) = pc.package_remains(name)? {
                unwanted.push(Unwanted::Package { name: name.clone(), version });
            }
        }
        Ok(unwanted)
    }

    fn found(&self, change: &Change, pc: &dyn Look) -> Result<Option<Unwanted>> {
        Ok(self.unwanted(pc)?.into_iter().find(|unwanted| {
            change.subject == unwanted.name() && change.aspect == unwanted.aspect()
        }))
    }
}

impl Step for RemoveApp {
    fn plan(&self, pc: &dyn Look, _: &Scene<'_>) -> Result<Vec<Change>> {
        Ok(self.unwanted(pc)?.iter().map(Unwanted::change).collect())
    }

    /// What each pattern finds in each list that it is looked for in: nothing, where the step is done. Then each thing by itself.
    fn seen(&self, pc: &dyn Look, _: &Scene<'_>) -> Result<Vec<Sight>> {
        let unwanted = self.unwanted(pc)?;
        let found = |pattern: &Pattern, list| {
            let like = unwanted.iter().filter(|one| one.list() == Some(list) && pattern.is_like(one.name()));
            list.sight(pattern.as_str(), like.map(Unwanted::listed))
        };
        let mut seen = Vec::new();
        for pattern in &self.apps {
            seen.extend([List::Apps, List::ProvisionedApps].map(|list| found(pattern, list)));
        }
        seen.extend(self.programs.iter().map(|pattern| found(pattern, List::Programs)));
        let listed = unwanted.iter().filter(|one| one.list().is_some());
        seen.extend(listed.map(|one| Sight::new(one.name(), one.aspect(), one.version())));
        for name in &self.packages {
            let there = unwanted.iter().find(|one| one.list().is_none() && one.name() == name);
            let aspect = Aspect::Removed { origin: DEBIAN.to_owned() };
            seen.push(Sight::new(name, aspect, there.map_or(State::Absent, Unwanted::version)));
        }
        Ok(seen)
    }

    fn detection(&self) -> Why {
        let ways = [
            (self.apps.is_empty(), "Windows' lists of apps", "listes d'applications de Windows"),
            (self.programs.is_empty(), "the list of installed programs", "liste des programmes installés"),
            (self.packages.is_empty(), "dpkg's own list of packages", "liste des paquets de dpkg"),
        ];
        let words = |word: fn(&(bool, &'static str, &'static str)) -> &'static str| {
            ways.iter().filter(|(unused, ..)| !unused).map(word).collect::<Vec<_>>().join(", ")
        };
        Why::new(words(|way| way.1), words(|way| way.2))
    }

    fn apply(&self, change: &Change, pc: &mut dyn Act, scene: &Scene<'_>) -> Result<Applied> {
        match self.found(change, pc)? {
            // It went with another.
            None => Ok(Applied::default()),
            Some(Unwanted::App(app)) => {
                pc.remove_app(&app, scene.timeout_s)?;
                Ok(Applied::default())
            }
            Some(Unwanted::Package { name, .. }) => Ok(self.exit_codes.applied(pc.remove_package(&name, scene.timeout_s)?)),
            Some(Unwanted::Program(program)) => {
                let line = line::removal(&program, self.arguments.as_deref()).ok_or_else(|| {
                    let name = &program.name;
                    Fault::new(
                        format!("{name} tells no way to remove it without questions"),
                        format!("{name} n'indique aucun moyen de le désinstaller sans question"),
                    )
                    .hint(
                        "say what its uninstaller is told: arguments = \"/S\"",
                        "dites ce qu'il faut à son désinstalleur : arguments = \"/S\"",
                    )
                })?;
                let applied = with_patience(pc, scene.timeout_s, |pc| {
                    Ok(self.exit_codes.applied_or(pc.run_line(&line, scene.timeout_s)?, WINDOWS))
                })?;
                let mut waited = 0;
                let may_go = matches!(applied.meaning, Meaning::Done | Meaning::Restart);
                while may_go && waited < PATIENCE_S && self.found(change, pc)?.is_some() {
                    pc.wait(1);
                    waited += 1;
                }
                Ok(applied)
            }
        }
    }

    fn check(&self) -> std::result::Result<(), Why> {
        if self.apps.is_empty() && self.programs.is_empty() && self.packages.is_empty() {
            return Err(Why::new("it needs `apps`, `programs` or `packages`", "il faut `apps`, `programs` ou `packages`"));
        }
        if let Some(wide) = self.apps.iter().chain(&self.programs).find(|pattern| pattern.letters() < FEWEST) {
            let wide = wide.as_str();
            return Err(Why::new(
                format!("{wide:?} would be nearly everything: {FEWEST} letters at least"),
                format!("{wide:?} désignerait presque tout : {FEWEST} lettres au moins"),
            ));
        }
        // Debian Policy, 5.6.1.
        let letter = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '+' | '-' | '.');
        let sound = |name: &str| name.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit()) && name.chars().all(letter);
        if let Some(name) = self.packages.iter().find(|name| !sound(name)) {
            return Err(Why::new(format!("{name:?} is no name of a package"), format!("{name:?} n'est pas un nom de paquet")));
        }
        self.exit_codes.check()
    }

    fn inspect(&self, pc: &dyn Look) -> Result<()> {
        if !self.apps.is_empty() || !self.programs.is_empty() {
            only_windows(pc, "remove-app")?;
        }
        match pc.build()?.system {
            System::Windows if !self.packages.is_empty() => Err(Fault::new(
                "Debian packages are to be removed, and this PC runs Windows",
                "des paquets Debian sont à retirer, et ce PC est sous Windows",
            )
            .hint("write when = { system = \"linux\" }", "écrivez when = { system = \"linux\" }")),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Language;
    use crate::prep::fake::{Fake, done, planned, refused, said, step};

    fn windows() -> Fake {
        let mut pc = Fake { system: System::Windows, ..Fake::default() };
        for (name, provisioned) in [("Microsoft.XboxApp", false), ("Microsoft.XboxApp", true), ("Microsoft.WindowsCalculator", false)] {
            let full_name = format!("{name}_1.2.3.0_x64__8wekyb3d8bbwe");
            let family = format!("{name}_8wekyb3d8bbwe");
            pc.apps.push(App { name: name.into(), full_name, family, version: "1.2.3.0".into(), provisioned });
        }
        pc.programs.push(Program {
            key: "McAfee.wps".into(),
            name: "McAfee WPS".into(),
            version: Some("1.9".into()),
            publisher: Some("McAfee, LLC".into()),
            uninstall: Some("\"C:\\Program Files\\McAfee\\uninstall.exe\" /ask".into()),
            quiet_uninstall: None,
        });
        pc
    }

    #[test]
    fn an_app_goes_for_those_who_are_there_and_for_those_who_come() {
        let mut pc = windows();
        let xbox = step("kind = \"remove-app\"\napps = [\"microsoft.xbox*\"]");
        let said: Vec<String> = planned(&xbox, &pc).iter().map(|change| change.say(Language::Fr)).collect();
        assert_eq!(
            said,
            [
                "Microsoft.XboxApp (Store, Microsoft.XboxApp_1.2.3.0_x64__8wekyb3d8bbwe) : 1.2.3.0 → retiré",
                "Microsoft.XboxApp (Store, provisioned, Microsoft.XboxApp_1.2.3.0_x64__8wekyb3d8bbwe) : 1.2.3.0 → retiré",
            ]
        );
        done(&xbox, &mut pc);
        assert_eq!(pc.apps.len(), 1, "the calculator stays");
    }

    #[test]
    fn what_each_pattern_finds_is_seen_and_that_it_finds_nothing() {
        let mut pc = windows();
        let keys = "apps = [\"microsoft.xbox*\"]\nprograms = [\"McAfee*\"]\narguments = \"/S\"";
        let both = step(&format!("kind = \"remove-app\"\n{keys}"));
        assert_eq!(
            said(&both, &pc, Language::En)[..3],
            [
                "microsoft.xbox*: apps of accounts: Microsoft.XboxApp 1.2.3.0",
                "microsoft.xbox*: apps for new accounts: Microsoft.XboxApp 1.2.3.0",
                "McAfee*: installed programs: McAfee WPS 1.9",
            ]
        );
        done(&both, &mut pc);
        assert_eq!(
            said(&both, &pc, Language::Fr),
            [
                "microsoft.xbox* : applications des comptes : aucune",
                "microsoft.xbox* : applications pour les nouveaux comptes : aucune",
                "McAfee* : programmes installés : aucun",
            ]
        );
        let detection = both.step().detection();
        assert_eq!(detection.french, "listes d'applications de Windows, liste des programmes installés");
        let packages = step("kind = \"remove-app\"\npackages = [\"telnetd\"]");
        assert_eq!(said(&packages, &Fake::default(), Language::Fr), ["telnetd (Debian) : absent"]);
        assert_eq!(packages.step().detection().english, "dpkg's own list of packages");
    }

    #[test]
    fn a_program_goes_by_its_uninstaller_which_may_end_before_its_work() {
        let mut pc = Fake { removal_takes: 3, ..windows() };
        let mcafee = step("kind = \"remove-app\"\nprograms = [\"McAfee*\"]\narguments = \"/S\"");
        done(&mcafee, &mut pc);
        assert_eq!(pc.waited, 2, "it is looked for each second");
        assert_eq!(pc.acts, ["line \"C:\\Program Files\\McAfee\\uninstall.exe\" /ask /S"]);
    }

    #[test]
    fn a_program_without_a_silent_way_is_not_started() {
        let mut pc = windows();
        let mcafee = step("kind = \"remove-app\"\nprograms = [\"McAfee*\"]");
        let change = planned(&mcafee, &pc).remove(0);
        let fault = pc.apply(&mcafee, &change).expect_err("a fault");
        assert!(fault.to_string().contains("arguments = "), "{fault}");
        assert_eq!(pc.acts, Vec::<String>::new());
    }

    #[test]
    fn an_uninstaller_that_leaves_it_there_did_not_take() {
        let mut pc = Fake { removal_takes: u32::MAX, ..windows() };
        let mcafee = step("kind = \"remove-app\"\nprograms = [\"McAfee*\"]\narguments = \"/S\"");
        let changes = planned(&mcafee, &pc);
        pc.apply(&mcafee, &changes[0]).expect("it says that it has");
        assert_eq!((planned(&mcafee, &pc), pc.waited), (changes, PATIENCE_S));
    }

    #[test]
    fn the_exit_codes_of_windows_installer_are_known_of_uninstallers_too() {
        let mcafee = step("kind = \"remove-app\"\nprograms = [\"McAfee*\"]\narguments = \"/S\"");
        let applied = |codes: &[i32], takes: u32| {
            let mut pc = Fake { line_codes: codes.iter().copied().collect(), removal_takes: takes, ..windows() };
            let change = planned(&mcafee, &pc).remove(0);
            let applied = pc.apply(&mcafee, &change).expect("applied");
            (applied.meaning, planned(&mcafee, &pc).len(), pc.waited)
        };
        assert_eq!(applied(&[3010], 0), (Meaning::Restart, 0, 0));
        assert_eq!(applied(&[3010], 3), (Meaning::Restart, 0, 2), "it goes on in another program");
        assert_eq!(applied(&[3010], u32::MAX), (Meaning::Restart, 1, PATIENCE_S), "it goes with the restart");
        assert_eq!(applied(&[1618, 1618], 0), (Meaning::Done, 0, 60), "another installation came to its end");
        assert_eq!(applied(&[1618; 9], 0), (Meaning::Retry, 1, 60), "it did not, within the time of the step");
        assert_eq!(applied(&[5], u32::MAX), (Meaning::Failed, 1, 0));
    }

    #[test]
    fn a_package_that_is_half_there_is_not_gone() {
        let mut pc = Fake::default();
        pc.half_there.extend([("telnetd".to_owned(), "0.17".to_owned()), ("rsh".to_owned(), String::new())]);
        let step = step("kind = \"remove-app\"\npackages = [\"telnetd\", \"rsh\"]");
        let before: Vec<State> = planned(&step, &pc).into_iter().map(|change| change.before).collect();
        assert_eq!(before, [State::Text("0.17".into()), State::Present]);
        done(&step, &mut pc);
        assert_eq!(pc.half_there.len(), 0);
    }

    #[test]
    fn a_package_of_debian_goes_by_its_name() {
        let mut pc = Fake::default();
        pc.packages.insert("telnet".into(), "0.17".into());
        pc.packages.insert("telnetd".into(), "0.17".into());
        done(&step("kind = \"remove-app\"\npackages = [\"telnetd\", \"rsh\"]"), &mut pc);
        assert!(pc.packages.contains_key("telnet"));
    }

    #[test]
    fn what_would_be_everything_or_nothing_is_refused() {
        for (keys, part) in [
            ("", "it needs"),
            ("apps = [\"*\"]", "nearly everything"),
            ("programs = [\"M*s\"]", "nearly everything"),
            ("packages = [\"*\"]", "no name of a package"),
            ("packages = [\"-x\"]", "no name of a package"),
            ("apps = [\"Microsoft.X*\"]\nexit_codes = { x = \"done\" }", "no number"),
        ] {
            let said = refused(&format!("kind = \"remove-app\"\n{keys}"));
            assert!(said.contains(part), "{part}: {said}");
        }
        let inspected = |keys: &str, pc: &Fake| step(&format!("kind = \"remove-app\"\n{keys}")).step().inspect(pc).is_ok();
        assert!(inspected("apps = [\"Microsoft.X*\"]", &windows()) && !inspected("apps = [\"Microsoft.X*\"]", &Fake::default()));
        assert!(inspected("packages = [\"x\"]", &Fake::default()) && !inspected("packages = [\"x\"]", &windows()));
    }
}
