//! Labs: networks written as data and raised on this machine, in namespaces that nothing leaks from.

mod expect;
mod topology;
mod validation;

#[cfg(target_os = "linux")]
mod building;
#[cfg(target_os = "linux")]
mod namespaces;
#[cfg(target_os = "linux")]
mod packet_socket;
#[cfg(target_os = "linux")]
mod play;
#[cfg(target_os = "linux")]
mod processes;
#[cfg(target_os = "linux")]
mod responder;
#[cfg(target_os = "linux")]
mod running;
#[cfg(target_os = "linux")]
mod swarm;

pub use expect::{Difference, changes, contents, differences, differences_then};
#[cfg(target_os = "linux")]
pub use running::{Running, missing, run};
pub use topology::{Act, Answers, Card, Expect, Host, Kit, Lab, OneOrMany, Span, Swarm, Then};

use crate::fault::{Fault, Result};

include!(concat!(env!("OUT_DIR"), "/labs.rs"));

/// The lab of this name among those in the program, or the one in a file, where the name ends in `.toml`.
pub fn find(name: &str) -> Result<Lab> {
    if name.ends_with(".toml") {
        let text = std::fs::read_to_string(name)
            .map_err(|error| Fault::because(format!("cannot read {name}"), format!("impossible de lire {name}"), &error))?;
        return Lab::parse(name, &text);
    }
    match LABS.iter().find(|(known, _)| *known == name) {
        Some((_, text)) => Lab::parse(name, text),
        None => {
            let known: Vec<&str> = LABS.iter().map(|(known, _)| *known).collect();
            let fault = Fault::new(format!("no lab is called {name}"), format!("aucun labo ne s'appelle {name}"));
            Err(fault.hint(format!("one of: {}", known.join(", ")), format!("un parmi : {}", known.join(", "))))
        }
    }
}
