//! `trousse site check`: whether a plan can be read, and what in it a person should look at again.

use std::path::PathBuf;

use crate::cli::output::print;
use crate::fault::Result;
use crate::language::Language;
use crate::site::Plan;

/// Check a plan: 0 nothing to say, 1 something to look at again, 2 refused.
#[derive(Debug, clap::Args)]
pub struct CheckArgs {
    /// The plan of the site (TOML)
    #[arg(value_name = "PLAN")]
    pub plan: PathBuf,
}

/// Runs the command.
pub fn run(args: &CheckArgs, language: Language) -> Result<u8> {
    let plan = Plan::load(&args.plan)?;
    let remarks = plan.remarks();
    let shown = args.plan.display();
    let mut text = format!("{shown}: {}\n", summary(&plan, language));
    if language == Language::Fr {
        text = text.replacen(": ", " : ", 1);
    }
    for remark in &remarks {
        let said = language.pick(&remark.english, &remark.french);
        text.push_str(&format!("  - {said}\n"));
    }
    print(&text)?;
    Ok(u8::from(!remarks.is_empty()))
}

/// What the plan holds, counted.
fn summary(plan: &Plan, language: Language) -> String {
    let counts = [
        (plan.networks.len(), ("network", "networks"), ("réseau", "réseaux")),
        (plan.fixed.len(), ("fixed address", "fixed addresses"), ("adresse fixe", "adresses fixes")),
        (plan.shared.len(), ("shared address", "shared addresses"), ("adresse partagée", "adresses partagées")),
        (plan.dhcp.len(), ("DHCP server", "DHCP servers"), ("serveur DHCP", "serveurs DHCP")),
    ];
    let counted = counts.map(|(count, english, french)| {
        let (one, many) = language.pick(english, french);
        format!("{count} {}", if language.pick(count == 1, count < 2) { one } else { many })
    });
    counted.join(", ")
}
