//! `rename`: the name of the PC, as the profile says it or as it is given by the pattern of the profile.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Applied, Scene, Step};
use crate::fault::{Fault, Result, Why};
use crate::prep::change::{Aspect, Change, Sight, State};
use crate::prep::look::{Act, Look, System};
use crate::prep::names::{LABEL, is_host_name};

/// Letters of a name on Windows, which is one for NetBIOS too (MAX_COMPUTERNAME_LENGTH, winbase.h).
const LONGEST_ON_WINDOWS: usize = 15;
/// What stands for the name that the PC is given.
const AUTO: &str = "auto";

/// The name of the PC.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rename {
    /// Letters, digits and hyphens; `{name}` stands for a variable. `auto`, or nothing: the PC is given a name by the pattern
    /// under `[names]`.
    pub to: Option<String>,
}

impl Rename {
    fn name<'a>(&'a self, scene: &Scene<'a>) -> Result<&'a str> {
        match self.to.as_deref() {
            Some(to) if to != AUTO => Ok(to),
            _ => scene.name.ok_or_else(|| Fault::new("this PC was given no name", "aucun nom n'a été attribué à ce PC")),
        }
    }
}

impl Step for Rename {
    fn plan(&self, pc: &dyn Look, scene: &Scene<'_>) -> Result<Vec<Change>> {
        let to = self.name(scene)?;
        // Capitals make no other name (RFC 4343).
        let name = pc.host_name()?;
        let wrong = [&name.now, &name.next].into_iter().find(|name| !name.eq_ignore_ascii_case(to));
        let change = |was: &String| Change::new("PC", Aspect::HostName, State::Text(was.clone()), State::Text(to.to_owned()));
        Ok(wrong.map(change).into_iter().collect())
    }

    fn seen(&self, pc: &dyn Look, _: &Scene<'_>) -> Result<Vec<Sight>> {
        Ok(vec![Sight::new("PC", Aspect::HostName, State::Text(pc.host_name()?.now))])
    }

    fn detection(&self) -> Why {
        Why::new("the name it has, and that of its next start", "nom actuel, et nom au prochain démarrage")
    }

    fn apply(&self, _: &Change, pc: &mut dyn Act, scene: &Scene<'_>) -> Result<Applied> {
        let to = self.name(scene)?;
        pc.set_host_name(to)?;
        let still = pc.host_name()?;
        let is = |name: &String| name.eq_ignore_ascii_case(to);
        Ok(if !is(&still.now) && is(&still.next) { Applied::after_restart() } else { Applied::default() })
    }

    fn inspect(&self, pc: &dyn Look) -> Result<()> {
        let to = self.to.as_deref().unwrap_or(AUTO);
        if pc.build()?.system != System::Windows || to.len() <= LONGEST_ON_WINDOWS {
            return Ok(());
        }
        Err(Fault::new(
            format!("{to:?} is no name for a PC with Windows: {LONGEST_ON_WINDOWS} letters at most"),
            format!("{to:?} n'est pas un nom de PC sous Windows : {LONGEST_ON_WINDOWS} caractères au plus"),
        )
        .hint("give it a shorter one", "donnez-lui un nom plus court"))
    }

    fn check(&self) -> std::result::Result<(), Why> {
        match &self.to {
            Some(to) if !is_host_name(to, LABEL) => Err(Why::new(
                format!("{to:?} is no name for a PC: letters, digits and hyphens, {LABEL} at most"),
                format!("{to:?} n'est pas un nom de PC : lettres, chiffres et tirets, {LABEL} au plus"),
            )),
            _ => Ok(()),
        }
    }

    fn wants_name(&self) -> bool {
        self.to.as_deref().is_none_or(|to| to == AUTO)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    use crate::prep::fake::{Fake, done, named_step, planned, refused, step};

    fn scene(name: Option<&str>) -> Scene<'_> {
        static NONE: BTreeMap<String, String> = BTreeMap::new();
        Scene { variables: &NONE, timeout_s: 1, restart_asked_under: None, name }
    }

    #[test]
    fn a_pc_is_renamed_at_once_where_its_system_can() {
        let mut pc = Fake::default();
        done(&step("kind = \"rename\"\nto = \"kiosk-01\""), &mut pc);
        assert_eq!(pc.name, "kiosk-01");
    }

    #[test]
    fn a_name_that_waits_for_the_restart_is_not_yet_the_name() {
        let mut pc = Fake { renames_at_start: true, ..Fake::default() };
        let rename = step("kind = \"rename\"\nto = \"kiosk-01\"");
        let changes = planned(&rename, &pc);
        let applied = pc.apply(&rename, &changes[0]).expect("applied");
        assert_eq!(applied, Applied::after_restart());
        assert_eq!(planned(&rename, &pc).len(), 1, "not so yet");
        pc.start();
        assert_eq!(planned(&rename, &pc), []);
    }

    #[test]
    fn a_name_that_netbios_does_not_take_is_refused_on_windows() {
        let rename = |to: &str| step(&format!("kind = \"rename\"\nto = \"{to}\""));
        let windows = Fake { system: System::Windows, name: "COUNTER-07".into(), ..Fake::default() };
        assert!(rename("a-name-of-16-let").step().inspect(&windows).is_err());
        assert!(rename("a-name-of-16-let").step().inspect(&Fake::default()).is_ok());
        assert!(rename("counter-07").step().inspect(&windows).is_ok());
        assert_eq!(planned(&rename("counter-07"), &windows), [], "capitals make no other name");
    }

    #[test]
    fn a_pc_has_the_name_that_it_was_given() {
        let mut pc = Fake::default();
        for keys in ["kind = \"rename\"", "kind = \"rename\"\nto = \"auto\""] {
            let rename = named_step(keys);
            assert!(rename.step().wants_name());
            assert!(rename.step().plan(&pc, &scene(None)).is_err(), "nobody gave it one");
            let changes = rename.step().plan(&pc, &scene(Some("acme-pc-07"))).expect("a plan");
            rename.step().apply(&changes[0], &mut pc, &scene(Some("acme-pc-07"))).expect("applied");
            assert_eq!(rename.step().plan(&pc, &scene(Some("acme-pc-07"))).expect("a plan"), []);
            assert_eq!(std::mem::replace(&mut pc.name, "debian".into()), "acme-pc-07");
        }
        assert!(!step("kind = \"rename\"\nto = \"kiosk-01\"").step().wants_name());
    }

    #[test]
    fn names_that_no_network_takes_are_refused() {
        for name in ["", "-a", "a-", "kiosk 1", "kiosk_1", "été", "1234", &"x".repeat(64)] {
            refused(&format!("kind = \"rename\"\nto = \"{name}\""));
        }
    }
}
