//! `check`: what must hold of a PC and no step can make so. It changes nothing; where it does not hold, the step fails with what
//! was seen, and where it cannot be told here, that is said: it never passes for want of a look.

mod linux;
mod windows;

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Applied, Scene, Step};
use crate::fault::{Fault, Result, Why};
use crate::prep::change::{Aspect, Change, Sight, State};
use crate::prep::look::{Act, Command, Contents, Look, System};
use crate::prep::outcome::Failure;

/// Something that must hold.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Check {
    /// What is looked at.
    pub what: What,
    /// With `what = "command"`: it holds where this ends with the exit code 0, and in PowerShell where the last that it writes is not
    /// `False`. It may change nothing: it is run by `plan` too.
    pub command: Option<String>,
}

/// What is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum What {
    /// Windows is activated.
    Activation,
    /// Office is there and has its licence.
    OfficeLicence,
    /// An antivirus is registered, switched on and up to date.
    Antivirus,
    /// The disk of the system is encrypted (LUKS); on Windows every fixed drive of the PC (BitLocker).
    Encryption,
    /// A TPM 2.0 is there and ready.
    Tpm,
    /// The PC was started with Secure Boot.
    SecureBoot,
    /// No disk of the PC foretells its failure.
    DiskHealth,
    /// The system does not wait for a restart.
    NoPendingRestart,
    /// A command of the profile's own.
    Command,
}

/// What a look came to.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Answer {
    /// It holds.
    So,
    /// It does not: this was seen.
    Not(Why),
    /// It cannot be told: why.
    Unknown(Why),
}

fn not(english: impl Into<String>, french: impl Into<String>) -> Answer {
    Answer::Not(Why::new(english, french))
}

fn unknown(english: impl Into<String>, french: impl Into<String>) -> Answer {
    Answer::Unknown(Why::new(english, french))
}

impl Answer {
    /// It holds where it holds of every one; one of which it does not outweighs one of which nothing is known.
    fn all(answers: impl IntoIterator<Item = Answer>) -> Option<Answer> {
        let weight = |answer: &Answer| match answer {
            Answer::So => 0,
            Answer::Unknown(_) => 1,
            Answer::Not(_) => 2,
        };
        answers.into_iter().reduce(|one, other| if weight(&other) > weight(&one) { other } else { one })
    }
}

/// Whether BitLocker protects the system's drive, so that it would ask for its recovery key after a change of the firmware.
pub(super) fn protected(pc: &dyn Look) -> Result<bool> {
    windows::protected(pc)
}

impl What {
    /// What must hold, in words.
    fn words(self) -> Why {
        let (english, french) = match self {
            What::Activation => ("activation of Windows", "activation de Windows"),
            What::OfficeLicence => ("licence of Office", "licence d'Office"),
            What::Antivirus => ("antivirus", "antivirus"),
            What::Encryption => ("encryption of the disk", "chiffrement du disque"),
            What::Tpm => ("TPM 2.0", "TPM 2.0"),
            What::SecureBoot => ("Secure Boot", "démarrage sécurisé (Secure Boot)"),
            What::DiskHealth => ("health of the disks", "santé des disques"),
            What::NoPendingRestart => ("no restart pending", "pas de redémarrage en attente"),
            What::Command => ("command", "commande"),
        };
        Why::new(english, french)
    }
}

impl Check {
    fn answer(&self, pc: &dyn Look, scene: &Scene<'_>) -> Result<Answer> {
        match self.what {
            What::Command => self.asked(pc, scene),
            What::NoPendingRestart => Ok(match pc.restart_pending()? {
                true => not("the system waits for a restart", "le système attend un redémarrage"),
                false => Answer::So,
            }),
            what => match pc.build()?.system {
                System::Linux => linux::answer(what, pc, scene),
                System::Windows => windows::answer(what, pc),
            },
        }
    }

    fn asked(&self, pc: &dyn Look, scene: &Scene<'_>) -> Result<Answer> {
        let lines = Contents::Text(self.command.clone().unwrap_or_default());
        let ended = pc.ask(&Command { lines, variables: scene.variables.clone(), input: None, timeout_s: scene.timeout_s })?;
        if ended.well() {
            return Ok(Answer::So);
        }
        let failure = Failure::Program(ended);
        let [english, french] = crate::language::Language::ALL.map(|language| failure.say(language));
        Ok(not(english, french))
    }
}

/// What was seen, as the fault of the step.
fn fault(what: &Why, seen: &Why) -> Fault {
    Fault::new(format!("{}: {}", what.english, seen.english), format!("{} : {}", what.french, seen.french))
}

impl Step for Check {
    fn plan(&self, pc: &dyn Look, scene: &Scene<'_>) -> Result<Vec<Change>> {
        match self.answer(pc, scene)? {
            Answer::So => Ok(Vec::new()),
            Answer::Not(seen) => {
                let before = State::Said { english: seen.english, french: seen.french };
                let what = self.what.words();
                let aspect = Aspect::Check { english: what.english, french: what.french };
                Ok(vec![Change::new("PC", aspect, before, State::Present)])
            }
            Answer::Unknown(why) => {
                let what = self.what.words();
                Err(Fault::new(
                    format!("{}: not tested: {}", what.english, why.english),
                    format!("{} : non testé : {}", what.french, why.french),
                ))
            }
        }
    }

    fn seen(&self, pc: &dyn Look, scene: &Scene<'_>) -> Result<Vec<Sight>> {
        let Why { english, french } = self.what.words();
        let is = match self.answer(pc, scene)? {
            Answer::So => State::Present,
            Answer::Not(seen) => State::Said { english: seen.english, french: seen.french },
            Answer::Unknown(why) => State::Said {
                english: format!("not tested: {}", why.english),
                french: format!("non testé : {}", why.french),
            },
        };
        Ok(vec![Sight::new("PC", Aspect::Check { english, french }, is)])
    }

    fn detection(&self) -> Why {
        match self.what {
            What::Command => Why::new("a command that only looks", "commande qui ne fait que regarder"),
            _ => Why::new("what the system tells", "ce que dit le système"),
        }
    }

    /// Nothing is done about it: what was seen is the outcome.
    fn apply(&self, change: &Change, _: &mut dyn Act, _: &Scene<'_>) -> Result<Applied> {
        match &change.before {
            State::Said { english, french } => Err(fault(&self.what.words(), &Why::new(english, french))),
            _ => Ok(Applied::default()),
        }
    }

    fn check(&self) -> std::result::Result<(), Why> {
        let given = self.command.as_ref().is_some_and(|command| !command.trim().is_empty());
        if given == (self.what == What::Command) && given == self.command.is_some() {
            return Ok(());
        }
        Err(Why::new(
            "`command` goes with what = \"command\", and with no other",
            "`command` va avec what = \"command\", et avec aucun autre",
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Language;
    use crate::prep::fake::{Fake, planned, refused, step};

    /// What a step comes to on a PC: nothing, what was seen in both languages, or why it cannot be told.
    pub(super) fn seen(what: &str, pc: &Fake) -> std::result::Result<Option<[String; 2]>, String> {
        let kind = step(&format!("kind = \"check\"\nwhat = \"{what}\""));
        let changes = pc.plan(&kind).map_err(|fault| fault.to_string())?;
        let Some(change) = changes.first() else { return Ok(None) };
        let fault = kind.step().apply(change, &mut pc.clone(), &crate::prep::fake::scene(&Default::default())).expect_err("a fault");
        Ok(Some(Language::ALL.map(|language| fault.say(language))))
    }

    #[test]
    fn a_command_holds_where_it_ends_with_0_and_changes_nothing() {
        let mut pc = Fake::default();
        let kiosk = step("kind = \"check\"\nwhat = \"command\"\ncommand = \"has /opt/kiosk\"");
        let left = planned(&kiosk, &pc);
        assert_eq!(left[0].say(Language::En), "command: exit code 1 → holds");
        assert_eq!(left[0].say(Language::Fr), "commande : code de sortie 1 → conforme");
        let fault = pc.apply(&kiosk, &left[0]).expect_err("it is not made so");
        assert_eq!(fault.say(Language::Fr), "commande : code de sortie 1");
        assert_eq!(pc.acts, Vec::<String>::new());
        pc.files.insert("/opt/kiosk".into(), (Vec::new(), crate::prep::look::Mode(0o644)));
        assert_eq!(planned(&kiosk, &pc), []);
    }

    #[test]
    fn a_restart_that_is_pending_is_told() {
        assert_eq!(seen("no-pending-restart", &Fake::default()), Ok(None));
        let pending = Fake { pending: true, ..Fake::default() };
        assert!(seen("no-pending-restart", &pending).is_ok_and(|seen| seen.is_some()));
    }

    #[test]
    fn one_that_does_not_hold_outweighs_one_that_is_not_known() {
        let (bad, dark) = (not("a", "a"), unknown("b", "b"));
        assert_eq!(Answer::all([Answer::So, dark.clone(), bad.clone(), Answer::So]), Some(bad));
        assert_eq!(Answer::all([dark.clone(), Answer::So]), Some(dark));
        assert_eq!(Answer::all([]), None);
    }

    #[test]
    fn a_command_goes_with_its_own_word_only() {
        assert!(refused("kind = \"check\"\nwhat = \"command\"").contains("goes with"));
        assert!(refused("kind = \"check\"\nwhat = \"command\"\ncommand = \" \"").contains("goes with"));
        assert!(refused("kind = \"check\"\nwhat = \"tpm\"\ncommand = \"x\"").contains("goes with"));
        assert!(refused("kind = \"check\"\nwhat = \"beauty\"").contains("unknown variant"));
    }
}
