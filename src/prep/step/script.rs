//! `script`: lines of shell or of PowerShell, for what no other step does. How it is seen that they have done their work must be
//! said.

mod powershell;

use schemars::JsonSchema;
use serde::Deserialize;

use super::package::version;
use super::{Applied, ExitCodes, Scene, Step, beside, from_the_root, given, is_secret_name, of_this_system};
use crate::fault::{Fault, Result, Why};
use crate::prep::change::{Aspect, Change, Sight, State};
use crate::prep::look::{Act, Command, Contents, Ended, Look, System};
use crate::secret::{self, Secret};

/// Bytes of a script beside the profile: a book would be shorter.
const LONGEST: u64 = 1 << 20;

/// Lines of shell or PowerShell, and what shows that they have done their work.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Script {
    /// The lines: shell on Linux, where the first that fails ends them, PowerShell on Windows, where the first cmdlet that fails
    /// does; after a program write `if ($LASTEXITCODE) { exit $LASTEXITCODE }`. The variables of the profile are in the environment:
    /// `$TROUSSE_NAME`, or `$env:TROUSSE_NAME`, is `name`. Either this or `from`.
    pub run: Option<String>,
    /// The file beside the profile that holds them; its ending says what they are: `.sh` or `.ps1`.
    pub from: Option<String>,
    /// What they are, where neither the system nor the ending of the file is to say it.
    pub shell: Option<Shell>,
    /// Before anything starts PowerShell alone looks them over, where the grammar of the kit does not know what it takes.
    #[serde(default)]
    pub unchecked: bool,
    /// Names of secrets that the lines read from their standard input, a line each in this order: `read -r KEY` in shell,
    /// `[Console]::In.ReadLine()` in PowerShell.
    #[serde(default)]
    pub secrets: Vec<String>,
    /// What is so once they have done their work.
    pub done_when: Detection,
    /// What exit codes other than 0 mean.
    #[serde(default)]
    pub exit_codes: ExitCodes,
}

/// What lines are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Shell {
    /// The shell of POSIX: Linux.
    Sh,
    /// Windows PowerShell 5.1.
    Powershell,
}

impl Shell {
    fn of(system: System) -> Shell {
        match system {
            System::Linux => Shell::Sh,
            System::Windows => Shell::Powershell,
        }
    }

    /// By the ending of a file.
    fn by_name(name: &str) -> Option<Shell> {
        let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
        match ending.as_deref() {
            Some("sh") => Some(Shell::Sh),
            Some("ps1") => Some(Shell::Powershell),
            _ => None,
        }
    }
}

/// What shows that something is done: a file, or a command that only looks.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Detection {
    /// This file is there.
    pub file: Option<String>,
    /// And it holds this text.
    pub contains: Option<String>,
    /// And this is its SHA-256, in hexadecimal.
    pub sha256: Option<String>,
    /// This command ends with the exit code 0; in PowerShell it is not so either where the last that it writes is `False`, as of
    /// `Test-Path`. It may change nothing: it is run by `plan` too.
    pub command: Option<String>,
    /// And the first version in what it writes is this one or a later one, as in `"2.10"`.
    pub at_least: Option<String>,
}

impl Detection {
    fn check(&self) -> std::result::Result<(), Why> {
        let of_file = self.contains.is_some() || self.sha256.is_some();
        let sound = match (&self.file, &self.command) {
            (Some(_), None) => self.at_least.is_none(),
            (None, Some(command)) => !of_file && !command.trim().is_empty(),
            _ => false,
        };
        if !sound {
            return Err(Why::new(
                "done_when needs either `file` (and `contains` or `sha256`) or `command` (and `at_least`)",
                "done_when attend soit `file` (avec `contains` ou `sha256`), soit `command` (avec `at_least`)",
            ));
        }
        if let Some(sha256) = self.sha256.as_ref().filter(|sha256| !is_sha256(sha256)) {
            return Err(Why::new(format!("{sha256:?} is no SHA-256"), format!("{sha256:?} n'est pas un SHA-256")));
        }
        if let Some(least) = self.at_least.as_ref().filter(|least| version::found_in(least) != Some(least.as_str())) {
            return Err(Why::new(format!("{least:?} is no version"), format!("{least:?} n'est pas une version")));
        }
        self.file.as_deref().map_or(Ok(()), from_the_root)
    }

    /// What it looks at, in the words of the profile.
    fn subject(&self) -> String {
        self.file.clone().unwrap_or_else(|| first_line(self.command.as_deref().unwrap_or_default()))
    }

    /// How it is, and how it must be where it is not so.
    fn look(&self, pc: &dyn Look, scene: &Scene<'_>) -> Result<(State, Option<State>)> {
        let is = |so: bool| if so { (State::Present, None) } else { (State::Absent, Some(State::Present)) };
        if let Some(path) = &self.file {
            let Some(seen) = pc.file(path)? else { return Ok(is(false)) };
            let right = self.sha256.as_ref().is_none_or(|sha256| sha256.eq_ignore_ascii_case(&seen.digest.sha256));
            let holds = right && self.contains.as_ref().map_or(Ok(true), |text| pc.file_holds(path, text))?;
            return Ok(is(holds));
        }
        let command = self.command.as_deref().unwrap_or_default();
        let ended = pc.ask(&told(Contents::Text(command.to_owned()), scene))?;
        let Some(least) = &self.at_least else { return Ok(is(ended.well())) };
        let told = version::found_in(&ended.output).filter(|_| ended.well());
        let wanted = told.is_none_or(|told| version::compare(told, least).is_lt()).then(|| State::Text(least.clone()));
        Ok((told.map_or(State::Absent, |told| State::Text(told.to_owned())), wanted))
    }
}

fn is_sha256(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn told(lines: Contents, scene: &Scene<'_>) -> Command {
    Command { lines, variables: scene.variables.clone(), input: None, timeout_s: scene.timeout_s }
}

impl Script {
    fn lines(&self) -> Contents {
        match (&self.run, &self.from) {
            (_, Some(name)) => Contents::Payload(name.clone()),
            (text, None) => Contents::Text(text.clone().unwrap_or_default()),
        }
    }

    /// What the lines are, where the profile says it.
    fn shell(&self) -> Option<Shell> {
        self.shell.or_else(|| self.from.as_deref().and_then(Shell::by_name))
    }

    /// Refuses lines that their shell would not read to the end, by the grammar of the kit and by the shell itself.
    fn look_over(&self, lines: &Contents, shell: Shell, pc: &dyn Look) -> Result<()> {
        let what = match lines {
            Contents::Text(text) => first_line(text),
            Contents::Payload(name) => name.clone(),
        };
        let refused = |why: Why| {
            Fault::because(format!("the script {what:?} is refused"), format!("script {what:?} refusé"), why)
        };
        if shell == Shell::Powershell && !self.unchecked {
            let bytes = match lines {
                Contents::Text(text) => text.clone().into_bytes(),
                Contents::Payload(name) => pc.payload_bytes(name, LONGEST)?,
            };
            if let Some(why) = powershell::objection(&String::from_utf8_lossy(&bytes)) {
                return Err(refused(why).hint(
                    "mend it: nothing was run; or write unchecked = true and leave it to PowerShell",
                    "corrigez-le : rien n'a été lancé ; ou écrivez unchecked = true et laissez PowerShell en juger",
                ));
            }
        }
        pc.wrong_with(lines)?.map_or(Ok(()), |said| {
            Err(refused(Why::new(said.clone(), said)).hint("mend that line: nothing was run", "corrigez cette ligne : rien n'a été lancé"))
        })
    }
}

/// The first line of a text, and whether there is more.
fn first_line(text: &str) -> String {
    let text = text.trim();
    let first = text.lines().next().unwrap_or_default();
    let more = if first == text { "" } else { " …" };
    format!("{first}{more}")
}

impl Step for Script {
    fn plan(&self, pc: &dyn Look, scene: &Scene<'_>) -> Result<Vec<Change>> {
        let (before, wanted) = self.done_when.look(pc, scene)?;
        let change = wanted.map(|after| Change::new(self.done_when.subject(), Aspect::Done, before, after));
        Ok(change.into_iter().collect())
    }

    fn seen(&self, pc: &dyn Look, scene: &Scene<'_>) -> Result<Vec<Sight>> {
        let (state, _) = self.done_when.look(pc, scene)?;
        Ok(vec![Sight::new(self.done_when.subject(), Aspect::Done, state)])
    }

    fn detection(&self) -> Why {
        let Detection { file, contains, sha256, at_least, .. } = &self.done_when;
        match (file, contains, sha256, at_least) {
            (Some(_), None, None, _) => Why::new("the file is there", "présence du fichier"),
            (Some(_), Some(_), None, _) => Why::new("what the file holds", "contenu du fichier"),
            (Some(_), _, Some(_), _) => Why::new("SHA-256 of the file", "SHA-256 du fichier"),
            (None, _, _, Some(_)) => Why::new("the version that a command tells", "version donnée par une commande"),
            (None, _, _, None) => Why::new("a command that only looks", "commande qui ne fait que regarder"),
        }
    }

    fn apply(&self, _: &Change, pc: &mut dyn Act, scene: &Scene<'_>) -> Result<Applied> {
        let secrets = self.secrets.iter().map(|name| given(name, pc)).collect::<Result<Vec<Secret>>>()?;
        let mut input = Secret::new(String::with_capacity(secrets.iter().map(|secret| secret.reveal().len() + 1).sum()));
        secrets.iter().for_each(|secret| input.add_line(secret));
        let input = Some(input).filter(|_| !secrets.is_empty());
        let Ended { how, output } = pc.run(&Command { input, ..told(self.lines(), scene) })?;
        Ok(self.exit_codes.applied(Ended { how, output: secret::without(&secrets, &output) }))
    }

    fn check(&self) -> std::result::Result<(), Why> {
        match (&self.run, &self.from) {
            (Some(text), None) if text.trim().is_empty() => return Err(Why::new("`run` is empty", "`run` est vide")),
            (Some(_), None) => {}
            (None, Some(name)) => {
                beside(name)?;
                if self.shell().is_none() {
                    return Err(Why::new(
                        format!("{name:?} ends neither with .sh nor with .ps1: say what it is by `shell`"),
                        format!("{name:?} ne se termine ni par .sh ni par .ps1 : dites ce que c'est par `shell`"),
                    ));
                }
            }
            _ => return Err(Why::new("it needs either `run` or `from`", "il faut soit `run`, soit `from`")),
        }
        if let Some(name) = self.secrets.iter().find(|name| !is_secret_name(name)) {
            return Err(Why::new(
                format!("secrets: {name:?} is no name of an environment variable"),
                format!("secrets : {name:?} n'est pas un nom de variable d'environnement"),
            ));
        }
        self.exit_codes.check()?;
        self.done_when.check()
    }

    fn inspect(&self, pc: &dyn Look) -> Result<()> {
        let system = pc.build()?.system;
        let own = Shell::of(system);
        if self.shell().is_some_and(|shell| shell != own) {
            return Err(Fault::new(
                format!("a script that is not for {system}"),
                format!("un script qui n'est pas pour {system}"),
            )
            .hint("tell by when = { system = … } which PCs it is for", "dites par when = { system = … } à quels PC il s'adresse"));
        }
        self.done_when.file.as_deref().map_or(Ok(()), |path| of_this_system(path, pc))?;
        self.look_over(&self.lines(), own, pc)?;
        let command = self.done_when.command.clone().map(Contents::Text);
        command.map_or(Ok(()), |command| self.look_over(&command, own, pc))
    }

    fn secrets(&self) -> Vec<&str> {
        self.secrets.iter().map(String::as_str).collect()
    }

    fn needs_secrets(&self, _: &Change) -> Vec<&str> {
        self.secrets()
    }

    fn payloads(&self) -> Vec<&str> {
        self.from.as_deref().into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prep::fake::{Fake, done, planned, refused, step};

    #[test]
    fn a_script_is_done_when_what_it_brings_about_is_there() {
        let mut pc = Fake::default();
        let by_file = step("kind = \"script\"\nrun = \"make /opt/kiosk\"\ndone_when = { file = \"/opt/kiosk\" }");
        done(&by_file, &mut pc);
        let by_command = step("kind = \"script\"\nrun = \"make /opt/b\"\ndone_when = { command = \"has /opt/b\" }");
        assert_eq!(planned(&by_command, &pc).len(), 1);
        done(&by_command, &mut pc);
    }

    #[test]
    fn secrets_are_handed_to_the_lines_and_kept_out_of_what_they_said() {
        let keyed = step("kind = \"script\"\nrun = \"echo\"\nsecrets = [\"VPN_KEY\", \"PIN\"]\ndone_when = { file = \"/a\" }");
        let mut pc = Fake::default();
        let change = planned(&keyed, &pc).remove(0);
        assert_eq!(keyed.step().needs_secrets(&change), ["VPN_KEY", "PIN"]);
        assert!(pc.apply(&keyed, &change).expect_err("not given").to_string().contains("nobody gave the secret VPN_KEY"));
        pc.secrets.insert("VPN_KEY".into(), Secret::new("k3y k3y"));
        pc.secrets.insert("PIN".into(), Secret::new("4711"));
        let ended = pc.apply(&keyed, &change).expect("applied").ended.expect("a program");
        assert_eq!(ended.output, "•••\n•••\n", "it says what it was handed");
        // One that stands in the other, whichever comes first.
        pc.secrets.insert("VPN_KEY".into(), Secret::new("4711-battery"));
        for order in ["\"VPN_KEY\", \"PIN\"", "\"PIN\", \"VPN_KEY\""] {
            let keys = format!("kind = \"script\"\nrun = \"echo\"\nsecrets = [{order}]\ndone_when = {{ file = \"/a\" }}");
            let ended = pc.apply(&step(&keys), &change).expect("applied").ended.expect("a program");
            assert_eq!(ended.output, "•••\n•••\n", "{order}");
        }
        assert!(refused("kind = \"script\"\nrun = \"x\"\nsecrets = [\"a b\"]\ndone_when = { file = \"/a\" }").contains("a b"));
    }

    #[test]
    fn a_version_that_is_too_old_is_not_enough() {
        let mut pc = Fake::default();
        let kiosk = step("kind = \"script\"\nrun = \"x\"\ndone_when = { command = \"version kioskd\", at_least = \"2.10\" }");
        let before = |pc: &Fake| planned(&kiosk, pc).first().map(|change| change.before.clone());
        assert_eq!(before(&pc), Some(State::Absent));
        pc.packages.insert("kioskd".into(), "2.9".into());
        assert_eq!(before(&pc), Some(State::Text("2.9".into())));
        pc.packages.insert("kioskd".into(), "2.10-rc1".into());
        assert_eq!(before(&pc), None);
    }

    #[test]
    fn a_script_that_no_shell_understands_is_refused_before_anything_is_run() {
        let with = |run: &str, command: &str| {
            let keys = format!("kind = \"script\"\nrun = \"{run}\"\ndone_when = {{ command = \"{command}\" }}");
            step(&keys).step().inspect(&Fake::default())
        };
        assert!(with("make /a", "has /a").is_ok());
        let said = with("make ((", "has /a").expect_err("refused").to_string();
        assert!(said.contains("\"make ((\" is refused: line 1"), "{said}");
        assert!(with("make /a", "has ((").is_err());
    }

    #[test]
    fn a_script_that_says_not_how_it_is_seen_to_be_done_is_refused() {
        assert!(refused("kind = \"script\"\nrun = \"x\"").contains("done_when"));
        for wrong in [
            "{}",
            "{ file = \"/a\", command = \"b\" }",
            "{ command = \" \" }",
            "{ file = \"a\" }",
            "{ file = \"/a\", at_least = \"1\" }",
            "{ file = \"/a\", sha256 = \"12\" }",
            "{ command = \"a\", at_least = \"new\" }",
        ] {
            refused(&format!("kind = \"script\"\nrun = \"x\"\ndone_when = {wrong}"));
        }
        assert!(refused("kind = \"script\"\nrun = \" \"\ndone_when = { file = \"/a\" }").contains("empty"));
        for wrong in ["", "run = \"x\"\nfrom = \"a.sh\"", "from = \"a.bat\"", "from = \"../a.sh\"", "run = \"x\"\nshell = \"cmd\""] {
            refused(&format!("kind = \"script\"\n{wrong}\ndone_when = {{ file = \"/a\" }}"));
        }
    }

    #[test]
    fn a_script_beside_the_profile_is_run_as_it_is() {
        let mut pc = Fake::default();
        pc.payloads.insert("make.sh".into(), b"make /opt/kiosk".to_vec());
        let kiosk = step("kind = \"script\"\nfrom = \"make.sh\"\ndone_when = { file = \"/opt/kiosk\" }");
        done(&kiosk, &mut pc);
        assert_eq!(kiosk.step().payloads(), ["make.sh"]);
    }

    #[test]
    fn a_script_of_the_other_system_is_refused_before_anything_is_touched() {
        let refused = |keys: &str, pc: &Fake| {
            let kind = step(&format!("kind = \"script\"\n{keys}\ndone_when = {{ command = \"exit 0\" }}"));
            kind.step().inspect(pc).map_err(|fault| fault.to_string())
        };
        let mut linux = Fake::default();
        linux.payloads.insert("a.ps1".into(), b"exit 0".to_vec());
        let mut windows = Fake { system: System::Windows, ..linux.clone() };
        assert!(refused("from = \"a.ps1\"", &linux).is_err_and(|why| why.contains("not for Linux")));
        assert!(refused("run = \"ls\"\nshell = \"sh\"", &windows).is_err_and(|why| why.contains("not for Windows")));
        assert_eq!(refused("from = \"a.ps1\"", &windows), Ok(()));
        windows.payloads.insert("a.ps1".into(), b"if ($true) { exit 0".to_vec());
        assert!(refused("from = \"a.ps1\"", &windows).is_err_and(|why| why.contains("line 1") && why.contains("unchecked")));
        assert_eq!(refused("from = \"a.ps1\"\nunchecked = true", &windows), Ok(()));
    }
}
