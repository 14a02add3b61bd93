//! Services of systemd, by systemctl(1).

use super::process::Program;
use crate::fault::{Fault, Result};
use crate::prep::look::service::{Service, Start};

/// The service of this name; `None` where there is none.
pub(super) fn service(name: &str) -> Result<Option<Service>> {
    let enabled = Program::new("systemctl", &["is-enabled", "--", name]).run()?;
    let Some(start) = start(name, &enabled.output)? else { return Ok(None) };
    // It tells by its word; its exit code is 3 for every service that does not run.
    let active = Program::new("systemctl", &["is-active", "--", name]).run()?;
    Ok(Some(Service { start, runs: runs(name, &active.output)? }))
}

/// What `is-enabled` tells: systemctl(1), "Table 1. is-enabled output". What is so for this start of the PC only is not so.
fn start(name: &str, told: &str) -> Result<Option<Start>> {
    let known = told.lines().map(str::trim).find_map(|word| {
        Some(match word {
            "enabled" | "alias" => Some(Start::Automatic),
            "enabled-runtime" | "linked" | "linked-runtime" | "static" | "indirect" | "disabled" | "generated" | "transient" => {
                Some(Start::Manual)
            }
            "masked" => Some(Start::Disabled),
            "masked-runtime" => Some(Start::Manual),
            "not-found" => None,
            _ => return None,
        })
    });
    match known {
        Some(start) => Ok(start),
        // So says systemd before 253.
        None if told.contains("No such file or directory") => Ok(None),
        None => Err(unclear(name, told)),
    }
}

/// What `is-active` tells: one that is reloading runs, one that is on its way up or has failed does not.
fn runs(name: &str, told: &str) -> Result<bool> {
    match told.lines().map(str::trim).find(|line| !line.is_empty()) {
        Some("active" | "reloading" | "refreshing") => Ok(true),
        Some("inactive" | "failed" | "activating" | "deactivating" | "maintenance") => Ok(false),
        _ => Err(unclear(name, told)),
    }
}

fn unclear(name: &str, told: &str) -> Fault {
    let last = told.lines().rfind(|line| !line.trim().is_empty()).unwrap_or_default();
    Fault::new(
        format!("systemctl does not tell about the service {name}: {last}"),
        format!("systemctl ne renseigne pas sur le service {name} : {last}"),
    )
}

/// Sets when a service starts.
pub(super) fn set_start(name: &str, start: Start) -> Result<()> {
    let systemctl = |word: &str| Program::new("systemctl", &[word, "--", name]).outliving().well();
    match start {
        Start::Automatic => systemctl("unmask").and_then(|()| systemctl("enable")),
        Start::Manual => systemctl("unmask").and_then(|()| systemctl("disable")),
        Start::Disabled => systemctl("disable").and_then(|()| systemctl("mask")),
    }
}

/// Starts or stops a service, and waits until it has.
pub(super) fn set_running(name: &str, runs: bool, timeout_s: u32) -> Result<()> {
    let word = if runs { "start" } else { "stop" };
    Program::new("systemctl", &[word, "--", name]).outliving().within(timeout_s).well()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_of_systemctl_is_understood() {
        let told = |text: &str| start("x", text).expect("an answer");
        for word in ["enabled", "alias"] {
            assert_eq!(told(&format!("{word}\n")), Some(Start::Automatic));
        }
        for word in ["disabled", "static", "indirect", "generated", "linked", "enabled-runtime", "masked-runtime", "transient"] {
            assert_eq!(told(&format!("{word}\n")), Some(Start::Manual));
        }
        assert_eq!(told("masked\n"), Some(Start::Disabled));
        assert_eq!(told("Failed to get unit file state for x.service: No such file or directory\n"), None, "252");
        assert_eq!(told("not-found\n"), None, "253");
        // A unit of System V is asked for elsewhere, which says so first.
        assert_eq!(
            told("x.service is not a native service, redirecting to systemd-sysv-install.\nenabled\n"),
            Some(Start::Automatic)
        );
        assert!(start("x", "Failed to connect to bus: Host is down\n").is_err());
        assert!(start("x", "").is_err());
    }

    #[test]
    fn what_is_on_its_way_does_not_run_yet() {
        let told = |text: &str| runs("x", text).expect("an answer");
        assert!(told("active\n") && told("reloading\n"));
        assert!(!told("inactive\n") && !told("failed\n") && !told("activating\n"));
        assert!(runs("x", "System has not been booted with systemd as init system\n").is_err());
    }
}
