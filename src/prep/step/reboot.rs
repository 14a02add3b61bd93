//! `reboot`: the PC is restarted here, once in a preparation.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Applied, Scene, Step};
use crate::fault::{Result, Why};
use crate::prep::change::{Aspect, Change, Sight};
use crate::prep::look::{Act, Look};

/// A restart.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Reboot {}

impl Step for Reboot {
    /// The journal alone knows that a restart was asked for; another start than that one shows that it came about.
    fn plan(&self, pc: &dyn Look, scene: &Scene<'_>) -> Result<Vec<Change>> {
        let boot = pc.boot()?;
        let restarted = scene.restart_asked_under.is_some_and(|asked| asked != boot);
        Ok(if restarted { Vec::new() } else { vec![Change::to_be("PC", Aspect::Restarted)] })
    }

    fn seen(&self, pc: &dyn Look, scene: &Scene<'_>) -> Result<Vec<Sight>> {
        Ok(vec![Sight::whether("PC", Aspect::Restarted, self.plan(pc, scene)?.is_empty())])
    }

    fn detection(&self) -> Why {
        Why::new("another identity of the PC's start", "nouvel identifiant de démarrage")
    }

    /// The engine restarts the PC, when its journal says so.
    fn apply(&self, _: &Change, _: &mut dyn Act, _: &Scene<'_>) -> Result<Applied> {
        Ok(Applied::after_restart())
    }
}
