//! `service`: whether a service runs, and when it starts. Systemd's on Linux, the service manager's on Windows.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Applied, Scene, Step};
use crate::fault::{Fault, Result, Why};
use crate::prep::change::{Aspect, Change, State};
use crate::prep::look::service::Start;
use crate::prep::look::{Act, Look};

/// Letters of a name: 255 is what systemd.unit(5) takes, and Windows takes one more.
const LONGEST: usize = 255;

/// A service.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Service {
    /// Its short name: `ssh`, `Spooler`.
    pub service: String,
    /// Whether it runs.
    pub state: Option<Wanted>,
    /// When it starts.
    pub start: Option<Start>,
    /// Where there is no such service, nothing has to be done. Without it a service that is not there is a failure.
    #[serde(default)]
    pub if_there: bool,
}

/// Whether a service runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Wanted {
    /// It runs.
    Running,
    /// It does not.
    Stopped,
}

/// What a change shows of a service that runs or does not.
fn state(runs: bool) -> State {
    State::Text(if runs { "running" } else { "stopped" }.to_owned())
}

impl Step for Service {
    fn plan(&self, pc: &dyn Look, _: &Scene<'_>) -> Result<Vec<Change>> {
        let name = &self.service;
        let Some(seen) = pc.service(name)? else {
            return match self.if_there {
                true => Ok(Vec::new()),
                false => Err(Fault::new(format!("no service is called {name}"), format!("aucun service ne s'appelle {name}")).hint(
                    "if_there = true leaves a PC without it in peace",
                    "if_there = true laisse en paix un PC qui ne l'a pas",
                )),
            };
        };
        let mut changes = Vec::new();
        // One that is disabled could not be started.
        if let Some(start) = self.start.filter(|start| *start != seen.start) {
            let [before, after] = [seen.start, start].map(|start| State::Text(start.word().to_owned()));
            changes.push(Change::new(name, Aspect::Start, before, after));
        }
        if let Some(runs) = self.state.map(|wanted| wanted == Wanted::Running).filter(|runs| *runs != seen.runs) {
            changes.push(Change::new(name, Aspect::Runs, state(seen.runs), state(runs)));
        }
        Ok(changes)
    }

    fn apply(&self, change: &Change, pc: &mut dyn Act, scene: &Scene<'_>) -> Result<Applied> {
        match (&change.aspect, self.start, self.state) {
            (Aspect::Start, Some(start), _) => pc.set_service_start(&self.service, start)?,
            (Aspect::Runs, _, Some(wanted)) => {
                pc.set_service_running(&self.service, wanted == Wanted::Running, scene.timeout_s)?;
            }
            _ => {}
        }
        Ok(Applied::default())
    }

    fn check(&self) -> std::result::Result<(), Why> {
        let name = &self.service;
        // systemd.unit(5); those of Windows keep to the same letters, and to `$` and spaces.
        let letter = |c: char| c.is_ascii_alphanumeric() || matches!(c, ':' | '-' | '_' | '.' | '\\' | '@' | '$' | ' ');
        let first = name.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
        if !first || !name.chars().all(letter) || name.len() > LONGEST {
            return Err(Why::new(format!("{name:?} is no name of a service"), format!("{name:?} n'est pas un nom de service")));
        }
        match (self.state, self.start) {
            (None, None) => Err(Why::new("it needs `state`, `start` or both", "il faut `state`, `start` ou les deux")),
            (Some(Wanted::Running), Some(Start::Disabled)) => Err(Why::new(
                "a service that is disabled does not run after the next start of the PC",
                "un service désactivé ne tourne plus après le prochain démarrage du PC",
            )),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Language;
    use crate::prep::fake::{Fake, done, planned, refused, step};
    use crate::prep::look::service;

    fn pc(start: Start, runs: bool) -> Fake {
        let mut pc = Fake::default();
        pc.services.insert("ssh".into(), service::Service { start, runs });
        pc
    }

    #[test]
    fn a_service_is_enabled_before_it_is_started() {
        let mut pc = pc(Start::Disabled, false);
        let ssh = step("kind = \"service\"\nservice = \"ssh\"\nstate = \"running\"\nstart = \"automatic\"");
        let changes = planned(&ssh, &pc);
        let said: Vec<String> = changes.iter().map(|change| change.say(Language::Fr)).collect();
        assert_eq!(said, ["ssh : démarrage désactivé → automatique", "ssh : état arrêté → en marche"]);
        done(&ssh, &mut pc);
        assert_eq!(pc.acts, ["start ssh automatic", "runs ssh true"]);
    }

    #[test]
    fn what_the_profile_does_not_name_is_left_as_it_is() {
        let mut pc = pc(Start::Manual, true);
        done(&step("kind = \"service\"\nservice = \"ssh\"\nstart = \"disabled\""), &mut pc);
        assert!(pc.services["ssh"].runs);
        done(&step("kind = \"service\"\nservice = \"ssh\"\nstate = \"stopped\""), &mut pc);
    }

    #[test]
    fn one_that_does_not_exist_is_a_failure_unless_the_profile_says_otherwise() {
        let pc = Fake::default();
        let keys = "kind = \"service\"\nservice = \"ssh\"\nstate = \"stopped\"";
        assert!(pc.plan(&step(keys)).expect_err("a fault").to_string().contains("no service is called ssh"));
        assert_eq!(planned(&step(&format!("{keys}\nif_there = true")), &pc), []);
    }

    #[test]
    fn a_service_that_will_not_start_did_not_take() {
        let mut pc = pc(Start::Automatic, false);
        pc.crashing = vec!["ssh".into()];
        let ssh = step("kind = \"service\"\nservice = \"ssh\"\nstate = \"running\"");
        let changes = planned(&ssh, &pc);
        pc.apply(&ssh, &changes[0]).expect("it says that it has started");
        assert_eq!(planned(&ssh, &pc), changes);
    }

    #[test]
    fn what_asks_for_nothing_or_for_both_at_once_is_refused() {
        assert!(refused("kind = \"service\"\nservice = \"ssh\"").contains("it needs `state`"));
        assert!(refused("kind = \"service\"\nservice = \"ssh\"\nstate = \"running\"\nstart = \"disabled\"").contains("disabled"));
        for name in ["", "-H", "a;b", "a/b", "a\\nb", "é", &"x".repeat(256)] {
            assert!(refused(&format!("kind = \"service\"\nservice = \"{name}\"\nstate = \"running\"")).contains("no name of a service"));
        }
    }
}
