//! `firmware`: the maker's own program that brings the firmware (BIOS) of a PC to a version. It comes last: nothing but checks and a
//! restart may follow, and a PC that could lose its power, or that would ask for a recovery key afterwards, is left alone.

use schemars::JsonSchema;
use serde::Deserialize;

use super::package::{WINDOWS, version};
use super::{Applied, ExitCodes, Meaning, Scene, Step, beside, check, only_windows};
use crate::fault::{Fault, Result, Why};
use crate::prep::change::{Aspect, Change, Sight, State};
use crate::prep::look::{Act, Look};

/// A version of the firmware, and what brings it.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Firmware {
    /// The maker's program (.exe) beside the profile.
    pub file: String,
    /// What it is told, so that it asks nothing and does not restart the PC.
    #[serde(default)]
    pub arguments: Vec<String>,
    /// The version that it brings, as the PC shows it afterwards (SMBIOS): a PC of this version or a later one is left alone.
    pub version: String,
    /// What exit codes other than 0 mean.
    #[serde(default)]
    pub exit_codes: ExitCodes,
}

impl Step for Firmware {
    fn plan(&self, pc: &dyn Look, _: &Scene<'_>) -> Result<Vec<Change>> {
        let Some(seen) = pc.firmware()? else {
            return Err(Fault::new("the PC does not tell the version of its firmware", "le PC ne dit pas la version de son firmware"));
        };
        // What makers call their versions: PATGL357.0061 says nothing of 1.24.0.
        if family(&seen) != family(&self.version) {
            let wanted = &self.version;
            return Err(Fault::new(
                format!("the firmware of this PC is {seen}, of another family than {wanted}"),
                format!("le firmware de ce PC est {seen}, d'une autre famille que {wanted}"),
            )
            .hint(
                "give the step the models that it is for: when = { models = [\"NUC11*\"] }",
                "donnez à l'étape les modèles visés : when = { models = [\"NUC11*\"] }",
            ));
        }
        if version::compare(&seen, &self.version).is_ge() {
            return Ok(Vec::new());
        }
        Ok(vec![Change::new("PC", Aspect::Firmware, State::Text(seen), State::Text(self.version.clone()))])
    }

    fn seen(&self, pc: &dyn Look, _: &Scene<'_>) -> Result<Vec<Sight>> {
        Ok(vec![
            Sight::new("PC", Aspect::Firmware, pc.firmware()?.map_or(State::Absent, State::Text)),
            Sight::new(&self.file, Aspect::Brings, State::Text(self.version.clone())),
        ])
    }

    fn detection(&self) -> Why {
        Why::new("version told by SMBIOS", "version donnée par SMBIOS")
    }

    fn apply(&self, _: &Change, pc: &mut dyn Act, scene: &Scene<'_>) -> Result<Applied> {
        if !pc.on_mains()? {
            return Err(Fault::new(
                "the PC runs on its battery: its firmware is not touched",
                "le PC est sur batterie : son firmware n'est pas touché",
            )
            .hint("plug it in", "branchez-le"));
        }
        if check::protected(pc)? {
            return Err(Fault::new(
                "BitLocker would ask for its recovery key after that: the firmware is not touched",
                "BitLocker demanderait sa clé de récupération ensuite : le firmware n'est pas touché",
            )
            .hint(
                "put a script before it: manage-bde -protectors -disable C: -RebootCount 1; if ($LASTEXITCODE) { exit $LASTEXITCODE }",
                "placez un script avant : manage-bde -protectors -disable C: -RebootCount 1; if ($LASTEXITCODE) { exit $LASTEXITCODE }",
            ));
        }
        let ended = pc.install(&self.file, &self.arguments, scene.timeout_s)?;
        let applied = self.exit_codes.applied_or(ended, WINDOWS);
        // What it has written takes effect while the PC starts.
        let meaning = if applied.meaning == Meaning::Done { Meaning::Restart } else { applied.meaning };
        Ok(Applied { meaning, ..applied })
    }

    fn check(&self) -> std::result::Result<(), Why> {
        beside(&self.file)?;
        if !self.file.to_lowercase().ends_with(".exe") {
            let file = &self.file;
            return Err(Why::new(format!("{file:?} is no .exe"), format!("{file:?} n'est pas un .exe")));
        }
        if !self.version.contains(|c: char| c.is_ascii_digit()) || self.version.contains(char::is_control) {
            let version = &self.version;
            return Err(Why::new(format!("{version:?} is no version"), format!("{version:?} n'est pas une version")));
        }
        self.exit_codes.check()
    }

    fn inspect(&self, pc: &dyn Look) -> Result<()> {
        only_windows(pc, "firmware")?;
        pc.payload_program(&self.file)
    }

    fn begins_again(&self) -> bool {
        false
    }

    fn payloads(&self) -> Vec<&str> {
        vec![&self.file]
    }
}

/// The letters that a version begins with: those of one board are the same.
fn family(version: &str) -> String {
    version.trim().chars().take_while(|c| !c.is_ascii_digit()).collect::<String>().to_uppercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Language;
    use crate::prep::engine::{self, Terms};
    use crate::prep::entry::{Entry, Starter};
    use crate::prep::fake::{Fake, FakeLog, planned, refused, said, step};
    use crate::prep::look::{Row, System};
    use crate::prep::outcome::RunEnd;
    use crate::prep::past::Past;
    use crate::prep::profile::Profile;
    use crate::prep::profile::tests::parse;
    use crate::prep::properties::opened;

    const STEP: &str = "kind = \"firmware\"\nfile = \"bios.exe\"\nversion = \"1.24.0\"\narguments = [\"/s\"]\n\
                        when = { models = [\"OptiPlex*\"] }";

    fn pc(firmware: &str, protected: &str) -> Fake {
        let mut pc = Fake { system: System::Windows, firmware: Some(firmware.into()), ..Fake::default() };
        let row = Row::from([("DriveLetter".to_owned(), "C:".to_owned()), ("ProtectionStatus".to_owned(), protected.to_owned())]);
        pc.wmi.push(("Win32_EncryptableVolume".into(), vec![row]));
        pc.payloads.insert("bios.exe".into(), b"product bios 1.24.0 code firmware".to_vec());
        pc
    }

    #[test]
    fn a_pc_with_this_version_or_a_later_one_is_left_alone() {
        for (seen, left) in [("1.9.1", 1), ("1.24.0", 0), ("1.31.2", 0)] {
            assert_eq!(planned(&step(STEP), &pc(seen, "0")).len(), left, "{seen}");
        }
        let lenovo = step(&STEP.replace("1.24.0", "N2JET98W (1.76 )"));
        assert_eq!(planned(&lenovo, &pc("N2JET98W (1.76 )", "0")), []);
        assert_eq!(planned(&lenovo, &pc("N2JET87W (1.65 )", "0")).len(), 1);
        assert!(Fake { firmware: None, ..pc("", "0") }.plan(&step(STEP)).is_err(), "nothing tells");
        for seen in ["PATGL357.0061", "N2JET87W (1.65 )"] {
            let fault = pc(seen, "0").plan(&step(STEP)).expect_err("of another maker");
            assert!(fault.to_string().contains("another family"), "{fault}");
        }
    }

    #[test]
    fn what_is_written_shows_after_the_restart() {
        let mut pc = pc("1.9.1", "0");
        let changes = planned(&step(STEP), &pc);
        let applied = pc.apply(&step(STEP), &changes[0]).expect("applied");
        assert_eq!((applied.meaning, planned(&step(STEP), &pc)), (Meaning::Restart, changes));
        pc.start();
        assert_eq!(planned(&step(STEP), &pc), []);
    }

    #[test]
    fn the_version_that_is_there_is_seen_and_the_one_that_the_file_brings() {
        assert_eq!(said(&step(STEP), &pc("1.9.1", "0"), Language::En), ["firmware: 1.9.1", "bios.exe: brings 1.24.0"]);
        assert_eq!(said(&step(STEP), &pc("1.31.2", "0"), Language::Fr), ["firmware : 1.31.2", "bios.exe : apporte 1.24.0"]);
    }

    #[test]
    fn a_pc_on_its_battery_or_under_bitlocker_is_not_touched() {
        for (mut pc, part) in [
            (Fake { on_battery: true, ..pc("1.9.1", "0") }, "plug it in"),
            (pc("1.9.1", "1"), "recovery key"),
            (Fake { wmi: Vec::new(), ..pc("1.9.1", "0") }, "no namespace"),
        ] {
            let changes = planned(&step(STEP), &pc);
            let fault = pc.apply(&step(STEP), &changes[0]).expect_err("a fault");
            assert!(fault.to_string().contains(part), "{part}: {fault}");
            assert_eq!(pc.acts, Vec::<String>::new());
        }
    }

    #[test]
    fn a_stick_or_another_drive_under_bitlocker_asks_for_nothing() {
        let volume = |letter: &str, kind: &str, protected: &str| {
            let told = [("DriveLetter", letter), ("VolumeType", kind), ("ProtectionStatus", protected)];
            told.map(|(name, value)| (name.to_owned(), value.to_owned())).into_iter().collect::<Row>()
        };
        let with = |volumes: Vec<Row>| Fake { wmi: vec![("Win32_EncryptableVolume".into(), volumes)], ..pc("1.9.1", "0") };
        for (mut pc, installs) in [
            (with(vec![volume("C:", "0", "0"), volume("D:", "1", "1"), volume("E:", "2", "1")]), true),
            (with(vec![volume("C:", "0", "1"), volume("E:", "2", "0")]), false),
        ] {
            let changes = planned(&step(STEP), &pc);
            assert_eq!(pc.apply(&step(STEP), &changes[0]).is_ok(), installs);
            assert_eq!(pc.acts.len(), usize::from(installs), "{:?}", pc.acts);
        }
    }

    #[test]
    fn nothing_but_checks_and_a_restart_follows_it() {
        let profile = |after: &str| {
            let text = format!(
                "title = \"t\"\nversion = \"1\"\n[[step]]\nname = \"bios\"\n{STEP}\n[[step]]\nname = \"after\"\n{after}\n"
            );
            parse(&text).map(drop).map_err(|refusal| (refusal.line, refusal.why.english))
        };
        assert_eq!(profile("kind = \"reboot\""), Ok(()));
        assert_eq!(profile("kind = \"check\"\nwhat = \"tpm\""), Ok(()));
        let (line, why) = profile("kind = \"file\"\npath = \"/etc/a\"\ntext = \"x\"").expect_err("refused");
        assert!(line == Some(10) && why.contains("\"after\" comes after firmware"), "{why}");
    }

    /// A PC whose firmware was being written when it was cut off, and its journal.
    fn cut_off(more: &str) -> (Profile, Fake, FakeLog) {
        let (keys, _) = STEP.split_once("when").expect("its models");
        let head = "title = \"t\"\nversion = \"1\"\n[for]\nmodels = [\"OptiPlex*\"]\n";
        let profile = parse(&format!("{head}[[step]]\nname = \"bios\"\n{keys}{more}")).expect("a profile");
        let (pc, mut log) = (pc("1.9.1", "0"), FakeLog::default());
        let boot = pc.boot().expect("a start");
        let began = Entry::Began { step: "bios".into(), attempt: 1, changes: planned(&step(STEP), &pc) };
        log.entries = vec![opened(&profile, &pc), Entry::Started { boot, by: Starter::Person }, began];
        (profile, pc, log)
    }

    #[test]
    fn one_that_was_cut_off_waits_for_somebody_whatever_becomes_of_the_looks_after_it() {
        let flashed = |pc: &Fake| pc.acts.iter().filter(|act| act.starts_with("install")).count();
        for unseen in 0..4 {
            let (profile, mut pc, mut log) = cut_off("retries = 2");
            pc.start();
            pc.firmware_unseen.set(unseen);
            let past = Past::of(&log.entries);
            let terms = Terms { by: Starter::Startup, may_restart: false };
            let end = engine::run(&profile, &mut pc, past, &mut log, terms, &mut |_| {}).expect("a run").end;
            assert_eq!((end, flashed(&pc)), (Some(RunEnd::Failed), 0), "{unseen}: {:?}", pc.acts);
            // The power goes before the run has told its end.
            let last = log.entries.iter().rposition(|entry| matches!(entry, Entry::Ended { .. })).expect("an outcome");
            log.entries.truncate(last + 1);
            pc.start();
            pc.firmware_unseen.set(0);
            engine::run(&profile, &mut pc, Past::of(&log.entries), &mut log, terms, &mut |_| {}).expect("a run");
            assert_eq!(flashed(&pc), 0, "{unseen}: {:?}", pc.acts);
            let terms = Terms { by: Starter::Person, may_restart: false };
            engine::run(&profile, &mut pc, Past::of(&log.entries), &mut log, terms, &mut |_| {}).expect("a run");
            assert_eq!(flashed(&pc), 1, "{unseen}");
        }
    }

    #[test]
    fn one_that_was_cut_off_is_begun_again_by_somebody_alone() {
        let (profile, mut pc, mut log) = cut_off("");
        let mut run = |pc: &mut Fake, by| {
            let past = Past::of(&log.entries);
            engine::run(&profile, pc, past, &mut log, Terms { by, may_restart: false }, &mut |_| {}).expect("a run").end
        };
        pc.start();
        assert_eq!(run(&mut pc, Starter::Startup), Some(RunEnd::Failed));
        let flashed = |pc: &Fake| pc.acts.iter().filter(|act| act.starts_with("install")).count();
        assert_eq!(flashed(&pc), 0, "{:?}", pc.acts);
        assert_eq!(run(&mut pc, Starter::Person), Some(RunEnd::RestartPending));
        assert_eq!(flashed(&pc), 1);
        pc.start();
        assert_eq!(run(&mut pc, Starter::Startup), Some(RunEnd::Ready));
        assert_eq!(flashed(&pc), 1);
    }

    #[test]
    fn a_firmware_for_any_model_is_refused() {
        let (head, step) = ("title = \"t\"\nversion = \"1\"\n", format!("[[step]]\nname = \"bios\"\n{STEP}\n"));
        let bare = step.replace("when = { models = [\"OptiPlex*\"] }", "");
        assert!(parse(&format!("{head}{step}")).is_ok());
        assert!(parse(&format!("{head}[for]\nmodels = [\"OptiPlex*\"]\n{bare}")).is_ok());
        for text in [format!("{head}{bare}"), format!("{head}[for]\nmodels = [\"*\"]\n{bare}")] {
            let refusal = parse(&text).expect_err("refused");
            assert!(refusal.why.english.contains("for which models"), "{refusal:?}");
        }
    }

    #[test]
    fn what_is_no_program_or_no_version_is_refused() {
        assert!(refused(&STEP.replace("bios.exe", "bios.cap")).contains("no .exe"));
        assert!(refused(&STEP.replace("1.24.0", "latest")).contains("no version"));
        assert!(refused(&STEP.replace("bios.exe", "../bios.exe")).contains("beside the profile"));
    }
}
