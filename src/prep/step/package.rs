//! `package`: a package or an installer beside the profile, installed: .deb, .msi or .exe. How it is seen that it is installed is
//! read from the file itself, or must be said.

mod installed;
pub mod version;

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Applied, ExitCodes, Meaning, Scene, Step, beside, of_this_system};
use crate::fault::{Fault, Result, Why};
use crate::prep::change::{Aspect, Change, Sight, State};
use crate::prep::look::{Act, Look, Package as Product, System};
pub use installed::Installed;

/// Seconds between two attempts, where another installation is running.
const PATIENCE_S: u32 = 30;
/// What the exit codes of Windows Installer mean, which most installers keep to: a restart is needed, one was begun, another
/// installation is running (Win32 documentation).
pub(super) const WINDOWS: &[(i32, Meaning)] = &[(3010, Meaning::Restart), (1641, Meaning::Restart), (1618, Meaning::Retry)];

/// A package beside the profile.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Package {
    /// The package (.deb, .msi) or the installer (.exe). An installed one of the same version or a later one is left as it is.
    pub file: String,
    /// The arguments: of an installer (.exe) those that keep it from asking, as in `["/S"]`; of an .msi those beside /qn and
    /// /norestart, as in `["ALLUSERS=1"]`.
    pub arguments: Option<Vec<String>>,
    /// How it is seen that it is installed. An installer (.exe) needs it; of a package it is read from the file where it is left out.
    pub detect: Option<Installed>,
    /// What exit codes other than 0 mean. Of installers for Windows 3010 and 1641 are a restart, 1618 is tried again.
    #[serde(default)]
    pub exit_codes: ExitCodes,
}

/// What a file is, by the end of its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Deb,
    Msi,
    Exe,
}

impl Form {
    fn of(file: &str) -> Option<Form> {
        let (_, ending) = file.rsplit_once('.')?;
        match ending.to_ascii_lowercase().as_str() {
            "deb" => Some(Form::Deb),
            "msi" => Some(Form::Msi),
            "exe" => Some(Form::Exe),
            _ => None,
        }
    }

    fn system(self) -> System {
        match self {
            Form::Deb => System::Linux,
            Form::Msi | Form::Exe => System::Windows,
        }
    }
}

/// What tells that a package is installed.
enum Shown {
    /// This, and what its file says that it is called.
    By(Installed, Option<String>),
    /// The system's own list of packages.
    Listed(Product),
}

impl Package {
    fn shown_by(&self, pc: &dyn Look) -> Result<Shown> {
        if let Some(detect) = &self.detect {
            return Ok(Shown::By(detect.clone(), None));
        }
        let package = pc.payload_package(&self.file)?;
        Ok(match package.product_code {
            Some(code) => Shown::By(Installed::product(code, package.upgrade_code, package.version), Some(package.name)),
            None => Shown::Listed(package),
        })
    }

    fn form(&self) -> Form {
        Form::of(&self.file).unwrap_or(Form::Deb)
    }
}

/// Tries until it is not told to come again: another installation comes to its end by itself, and is no failure of this one.
pub(super) fn with_patience(
    pc: &mut dyn Act,
    timeout_s: u32,
    mut attempt: impl FnMut(&mut dyn Act) -> Result<Applied>,
) -> Result<Applied> {
    let mut waited = 0;
    loop {
        let applied = attempt(pc)?;
        if applied.meaning != Meaning::Retry || waited >= timeout_s {
            return Ok(applied);
        }
        pc.wait(PATIENCE_S);
        waited += PATIENCE_S;
    }
}

/// Whether a version is another one or a later one; `1.2` and `1.2.0.0` are the same.
fn at_least(told: &str, wanted: &str) -> bool {
    fn trimmed(version: &str) -> &str {
        version.strip_suffix(".0").map_or(version, trimmed)
    }
    version::compare(trimmed(told), trimmed(wanted)).is_ge()
}

impl Step for Package {
    fn plan(&self, pc: &dyn Look, _: &Scene<'_>) -> Result<Vec<Change>> {
        let package = match self.shown_by(pc)? {
            Shown::By(installed, name) => return Ok(installed.change(pc, name)?.into_iter().collect()),
            Shown::Listed(package) => package,
        };
        let installed = pc.package(&package.name)?;
        if installed.as_ref().is_some_and(|installed| version::compare(installed, &package.version).is_ge()) {
            return Ok(Vec::new());
        }
        let before = installed.map_or(State::Absent, State::Text);
        Ok(vec![Change::new(package.name, Aspect::Version, before, State::Text(package.version))])
    }

    fn seen(&self, pc: &dyn Look, _: &Scene<'_>) -> Result<Vec<Sight>> {
        Ok(vec![match self.shown_by(pc)? {
            Shown::By(installed, name) => installed.seen(pc, name)?,
            Shown::Listed(package) => {
                let version = pc.package(&package.name)?.map_or(State::Absent, State::Text);
                Sight::new(package.name, Aspect::Version, version)
            }
        }])
    }

    fn detection(&self) -> Why {
        match (&self.detect, self.form()) {
            (Some(detect), _) => detect.detection(),
            (None, Form::Deb) => Why::new("dpkg's own list of packages", "liste des paquets de dpkg"),
            (None, Form::Msi | Form::Exe) => Installed::listed(),
        }
    }

    fn apply(&self, _: &Change, pc: &mut dyn Act, scene: &Scene<'_>) -> Result<Applied> {
        let usual = if self.form() == Form::Deb { &[] } else { WINDOWS };
        let arguments = self.arguments.as_deref().unwrap_or_default();
        with_patience(pc, scene.timeout_s, |pc| {
            let ended = pc.install(&self.file, arguments, scene.timeout_s)?;
            Ok(self.exit_codes.applied_or(ended, usual))
        })
    }

    fn check(&self) -> std::result::Result<(), Why> {
        beside(&self.file)?;
        let file = &self.file;
        let Some(form) = Form::of(file) else {
            return Err(Why::new(format!("{file:?} is no .deb, .msi or .exe"), format!("{file:?} n'est ni un .deb, ni un .msi, ni un .exe")));
        };
        let arguments = self.arguments.as_deref();
        match form {
            Form::Deb if arguments.is_some() => {
                return Err(Why::new("a .deb takes no `arguments`", "un .deb ne prend pas d'`arguments`"));
            }
            Form::Exe if arguments.is_none() => {
                return Err(Why::new(
                    "an .exe needs `arguments` that keep it from asking: [\"/S\"] (NSIS), [\"/VERYSILENT\", \"/NORESTART\"] (Inno \
                     Setup), [\"/quiet\", \"/norestart\"] (others)",
                    "un .exe a besoin d'`arguments` qui l'empêchent de poser des questions : [\"/S\"] (NSIS), [\"/VERYSILENT\", \
                     \"/NORESTART\"] (Inno Setup), [\"/quiet\", \"/norestart\"] (autres)",
                ));
            }
            Form::Exe if self.detect.is_none() => {
                return Err(Why::new(
                    "an .exe needs `detect`: its exit code proves nothing; as in { uninstall = \"Kiosk*\", version = \"2.10\" }",
                    "un .exe a besoin de `detect` : son code de sortie ne prouve rien ; par exemple { uninstall = \"Kiosk*\", version = \"2.10\" }",
                ));
            }
            _ => {}
        }
        if let Some(wrong) = arguments.unwrap_or_default().iter().find(|word| word.is_empty() || word.contains(char::is_control)) {
            return Err(Why::new(format!("{wrong:?} is no argument"), format!("{wrong:?} n'est pas un argument")));
        }
        self.exit_codes.check()?;
        self.detect.as_ref().map_or(Ok(()), Installed::check)
    }

    fn inspect(&self, pc: &dyn Look) -> Result<()> {
        let (file, system) = (&self.file, pc.build()?.system);
        if self.form().system() != system {
            return Err(Fault::new(format!("{system} cannot install {file}"), format!("{system} ne sait pas installer {file}")).hint(
                "give the step when = { system = … }",
                "donnez à l'étape when = { system = … }",
            ));
        }
        if let Some(path) = self.detect.as_ref().and_then(|detect| detect.file.as_ref()) {
            of_this_system(path, pc)?;
        }
        match self.form() {
            Form::Exe => pc.payload_program(&self.file),
            Form::Deb | Form::Msi => pc.payload_package(&self.file).map(drop),
        }
    }

    fn payloads(&self) -> Vec<&str> {
        vec![&self.file]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prep::fake::{Fake, done, planned, refused, step};
    use crate::prep::look::{Program, Seen};

    const CODE: &str = "{0E7B7F5D-2F0A-4B53-9D0A-5A3C0A3D1F11}";
    /// What all versions of it share.
    const UPGRADE: &str = "{6B2C1A90-7D35-4E0C-8A4F-1E2D3C4B5A69}";

    /// A PC with Windows; beside its profile two installers that behave so.
    fn windows(manner: &str) -> Fake {
        let mut pc = Fake { system: System::Windows, ..Fake::default() };
        let text = format!("product Kiosk 2.10.0 {CODE} {manner} upgrade={UPGRADE}").into_bytes();
        pc.payloads.insert("kiosk.msi".into(), text.clone());
        pc.payloads.insert("kiosk.exe".into(), text);
        pc
    }

    const MSI: &str = "kind = \"package\"\nfile = \"kiosk.msi\"";
    const EXE: &str =
        "kind = \"package\"\nfile = \"kiosk.exe\"\narguments = [\"/S\"]\ndetect = { uninstall = \"Kiosk*\", version = \"2.10\" }";

    #[test]
    fn a_later_version_is_left_as_it_is() {
        let mut pc = Fake::default();
        pc.payloads.insert("kioskd.deb".into(), b"package kioskd 1:2.10-3".to_vec());
        let kiosk = step("kind = \"package\"\nfile = \"kioskd.deb\"");
        for (installed, wanted) in [(None, 1), (Some("2.11"), 1), (Some("1:2.10-2"), 1), (Some("1:2.10-3"), 0), (Some("1:2.11"), 0)] {
            pc.packages.clear();
            pc.packages.extend(installed.map(|version| ("kioskd".to_owned(), version.to_owned())));
            assert_eq!(planned(&kiosk, &pc).len(), wanted, "{installed:?}");
        }
        pc.packages.clear();
        done(&kiosk, &mut pc);
        assert_eq!(pc.packages["kioskd"], "1:2.10-3");
    }

    #[test]
    fn a_product_of_windows_installer_is_seen_by_its_own_code_and_version() {
        let mut pc = windows("");
        for (version, left) in [("2.9.9", 1), ("2.10", 0), ("2.10.0.0", 0), ("3.0", 0)] {
            let kiosk = Program { key: CODE.to_lowercase(), name: "Kiosk".into(), version: Some(version.into()), ..Program::default() };
            pc.programs = vec![kiosk];
            assert_eq!(planned(&step(MSI), &pc).len(), left, "{version}");
        }
        pc.programs = vec![Program { key: "Kiosk".into(), name: "Kiosk".into(), version: Some("2.10.0".into()), ..Program::default() }];
        assert_eq!(planned(&step(MSI), &pc).len(), 1, "another product of the same name");
        done(&step(MSI), &mut pc);
    }

    #[test]
    fn another_version_of_a_product_is_known_by_what_all_its_versions_share() {
        let other = "{7F3E9C21-4A6B-4D58-B1C0-9E8D7C6B5A43}";
        let with = |version: &str, related: &[&str]| {
            let mut pc = windows("");
            pc.related.insert(UPGRADE.into(), related.iter().map(|code| (*code).to_owned()).collect());
            let key = other.to_lowercase();
            pc.programs = vec![Program { key, name: "Kiosk".into(), version: Some(version.into()), ..Program::default() }];
            pc
        };
        assert_eq!(planned(&step(MSI), &with("3.0.0", &[other])), [], "a later one");
        assert_eq!(planned(&step(MSI), &with("2.10.0", &[other])), [], "the same, built again");
        let older = planned(&step(MSI), &with("2.9.0", &[other]));
        assert_eq!(older[0].before, State::Text("2.9.0".into()));
        assert_eq!(planned(&step(MSI), &with("3.0.0", &[]))[0].before, State::Absent, "another product of the same name");
        let own = "kind = \"package\"\nfile = \"kiosk.msi\"\ndetect = { product_code = \"CODE\" }".replace("CODE", CODE);
        assert_eq!(planned(&step(&own), &with("3.0.0", &[other])).len(), 1, "the profile wants this very product");
        done(&step(MSI), &mut with("2.9.0", &[other]));
    }

    #[test]
    fn an_installer_is_given_its_arguments_and_seen_by_what_it_leaves() {
        let mut pc = windows("");
        done(&step(EXE), &mut pc);
        assert_eq!(pc.acts, ["install kiosk.exe /S"]);
        pc.programs[0].version = None;
        let changes = planned(&step(EXE), &pc);
        assert_eq!((&changes[0].before, &changes[0].after), (&State::Present, &State::Text("2.10".into())));
    }

    #[test]
    fn a_file_shows_that_a_program_is_installed() {
        let mut pc = windows("");
        let by = |more: &str| {
            step(&format!(
                "kind = \"package\"\nfile = \"kiosk.exe\"\narguments = []\ndetect = {{ file = 'C:\\kiosk\\kiosk.exe'{more} }}"
            ))
        };
        let path = r"C:\kiosk\kiosk.exe";
        assert_eq!(planned(&by(""), &pc).len(), 1);
        pc.files.insert(path.into(), (b"MZ".to_vec(), crate::prep::look::Mode(0)));
        assert_eq!(planned(&by(""), &pc), []);
        assert_eq!(planned(&by(", version = \"2\""), &pc).len(), 1, "it tells no version");
        pc.file_versions.insert(path.into(), "2.0.1.5".into());
        assert_eq!(planned(&by(", version = \"2\""), &pc), []);
        let Some(Seen { digest, .. }) = pc.file(path).expect("a look") else { panic!("a file") };
        assert_eq!(planned(&by(&format!(", sha256 = \"{}\"", digest.sha256.to_uppercase())), &pc), []);
        assert_eq!(planned(&by(&format!(", sha256 = \"{}\"", "0".repeat(64))), &pc).len(), 1);
    }

    #[test]
    fn exit_codes_of_installers_are_known() {
        let applied = |manner: &str, keys: &str| {
            let (mut pc, step) = (windows(manner), step(keys));
            pc.busy = 2;
            let changes = planned(&step, &pc);
            let applied = pc.apply(&step, &changes[0]).expect("applied");
            (applied.meaning, planned(&step, &pc).len(), pc.waited)
        };
        assert_eq!(applied("restart", MSI), (Meaning::Restart, 0, 0));
        assert_eq!(applied("another", EXE), (Meaning::Failed, 1, 0));
        assert_eq!(applied("lies", EXE), (Meaning::Done, 1, 0), "and nothing is there");
        assert_eq!(applied("busy", MSI), (Meaning::Done, 0, 60), "another installation came to its end");
        let own = format!("{MSI}\nexit_codes = {{ 3010 = \"done\" }}");
        assert_eq!(applied("restart", &own).0, Meaning::Done);
    }

    #[test]
    fn what_this_system_cannot_install_is_refused_before_anything_is_touched() {
        let said = |pc: &Fake, keys: &str| step(keys).step().inspect(pc).err().map(|fault| fault.to_string()).unwrap_or_default();
        let mut pc = windows("");
        assert_eq!((said(&pc, MSI), said(&pc, EXE)), (String::new(), String::new()));
        assert!(said(&Fake::default(), MSI).contains("Linux cannot install kiosk.msi"));
        assert!(said(&pc, "kind = \"package\"\nfile = \"kiosk.deb\"").contains("Windows cannot install"));
        for name in ["kiosk.msi", "kiosk.exe"] {
            pc.payloads.insert(name.into(), vec![0; 2048]);
        }
        assert!(said(&pc, MSI).contains("no package") && said(&pc, EXE).contains("no program"));
    }

    #[test]
    fn what_is_no_package_beside_the_profile_is_refused() {
        assert!(refused("kind = \"package\"\nfile = \"setup.zip\"").contains("no .deb"));
        assert!(refused("kind = \"package\"\nfile = \"../x.deb\"").contains("beside the profile"));
        let with = |more: &str| refused(&format!("kind = \"package\"\nfile = \"setup.exe\"\n{more}"));
        assert!(with("detect = { uninstall = \"x\" }").contains("needs `arguments`"));
        assert!(with("arguments = [\"/S\"]").contains("needs `detect`"));
        for wrong in [
            "{}",
            "{ uninstall = \"*\" }",
            "{ uninstall = \"a\", product_code = \"b\" }",
            "{ product_code = \"b\" }",
            "{ uninstall = \"a\", sha256 = \"b\" }",
            "{ file = 'C:\\a', sha256 = \"b\" }",
            "{ uninstall = \"a\", version = \"new\" }",
            "{ file = 'a' }",
        ] {
            with(&format!("arguments = [\"/S\"]\ndetect = {wrong}"));
        }
    }
}
