//! `rename`: the name of the PC.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Applied, Scene, Step};
use crate::fault::{Fault, Result, Why};
use crate::prep::change::{Aspect, Change, Sight, State};
use crate::prep::look::{Act, Look, System};

/// Letters of a label (RFC 1123, 2.1; RFC 1035, 2.3.4).
const LONGEST: usize = 63;
/// Letters of a name on Windows, which is one for NetBIOS too (MAX_COMPUTERNAME_LENGTH, winbase.h).
const LONGEST_ON_WINDOWS: usize = 15;

/// The name of the PC.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rename {
    /// Letters, digits and hyphens; `{name}` stands for a variable.
    pub to: String,
}

impl Step for Rename {
    fn plan(&self, pc: &dyn Look, _: &Scene<'_>) -> Result<Vec<Change>> {
        // Capitals make no other name (RFC 4343).
        let name = pc.host_name()?;
        let wrong = [&name.now, &name.next].into_iter().find(|name| !name.eq_ignore_ascii_case(&self.to));
        let change = |was: &String| Change::new("PC", Aspect::HostName, State::Text(was.clone()), State::Text(self.to.clone()));
        Ok(wrong.map(change).into_iter().collect())
    }

    fn seen(&self, pc: &dyn Look, _: &Scene<'_>) -> Result<Vec<Sight>> {
        Ok(vec![Sight::new("PC", Aspect::HostName, State::Text(pc.host_name()?.now))])
    }

    fn detection(&self) -> Why {
        Why::new("the name it has, and that of its next start", "nom actuel, et nom au prochain démarrage")
    }

    fn apply(&self, _: &Change, pc: &mut dyn Act, _: &Scene<'_>) -> Result<Applied> {
        pc.set_host_name(&self.to)?;
        let still = pc.host_name()?;
        let is = |name: &String| name.eq_ignore_ascii_case(&self.to);
        Ok(if !is(&still.now) && is(&still.next) { Applied::after_restart() } else { Applied::default() })
    }

    fn inspect(&self, pc: &dyn Look) -> Result<()> {
        let to = &self.to;
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
        let to = &self.to;
        let all = !to.is_empty() && to.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
        // A name of digits alone is taken for an address.
        if all && to.len() <= LONGEST && !to.starts_with('-') && !to.ends_with('-') && !to.chars().all(|c| c.is_ascii_digit()) {
            return Ok(());
        }
        Err(Why::new(
            format!("{to:?} is no name for a PC: letters, digits and hyphens, {LONGEST} at most"),
            format!("{to:?} n'est pas un nom de PC : lettres, chiffres et tirets, {LONGEST} au plus"),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prep::fake::{Fake, done, planned, refused, step};

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
    fn names_that_no_network_takes_are_refused() {
        for name in ["", "-a", "a-", "kiosk 1", "kiosk_1", "été", "1234", &"x".repeat(64)] {
            refused(&format!("kind = \"rename\"\nto = \"{name}\""));
        }
    }
}
