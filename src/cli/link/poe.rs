//! `trousse link poe`: what a switch gives in power, port by port, and whether more devices fit.

use std::net::IpAddr;
use std::path::PathBuf;

use crate::cli::output::OutputArgs;
use crate::cli::switches::SwitchArgs;
use crate::fault::{Fault, Result};
use crate::language::Language;
use crate::observe::Sought;
use crate::poe::Class;
use crate::poe::fit::MOST_DEVICES;
use crate::site::{Plan, Snmp};

/// Ask switches over SNMP for their power over Ethernet: every port explained, the budget, and whether more devices fit.
#[derive(Debug, clap::Args)]
pub struct PoeArgs {
    /// The switches that are asked.
    #[command(flatten)]
    pub switches: SwitchArgs,
    /// Classes of devices that are to be plugged in, as in 4,4,4: exit code 1 where they do not fit
    #[arg(long, value_name = "CLASS[,CLASS…]", value_delimiter = ',')]
    pub will_fit: Vec<u8>,
    /// The plan of the site (TOML)
    #[arg(long, value_name = "PLAN")]
    pub site: Option<PathBuf>,
    /// Record the visit in DIR, for trousse replay
    #[arg(long, value_name = "DIR")]
    pub record: Option<PathBuf>,
    /// Where the report goes.
    #[command(flatten)]
    pub output: OutputArgs,
}

impl PoeArgs {
    /// The classes that are asked about, each one that there is.
    fn classes(&self) -> Result<()> {
        if let Some(class) = self.will_fit.iter().find(|class| Class::new(**class).is_none()) {
            return Err(Fault::new(format!("there is no PoE class {class}"), format!("il n'y a pas de classe PoE {class}"))
                .hint("classes are 0 to 8, as in --will-fit 4,4,4", "les classes vont de 0 à 8, comme dans --will-fit 4,4,4"));
        }
        if self.will_fit.len() > MOST_DEVICES {
            return Err(Fault::new(
                format!("{} devices are too many to ask about at once", self.will_fit.len()),
                format!("{} appareils, c'est trop pour une seule question", self.will_fit.len()),
            )
            .hint(format!("at most {MOST_DEVICES}"), format!("au plus {MOST_DEVICES}")));
        }
        Ok(())
    }

    /// What was asked for, refused now where it makes no sense.
    fn asked(&self, language: Language) -> Result<(Plan, Vec<IpAddr>, Option<Snmp>)> {
        self.output.check()?;
        self.classes()?;
        let plan = self.site.as_deref().map(Plan::load).transpose()?.unwrap_or_default();
        let snmp = self.switches.snmp_or_ask(&plan, language)?;
        let switches = self.switches.switching(&plan, snmp.as_ref(), Sought::Ours)?.switches;
        if switches.is_empty() {
            return Err(Fault::new("no switch is named", "aucun commutateur indiqué").hint(
                "add --switch ADDRESS, or --site with a plan whose [[switch]] says how it is asked (snmp)",
                "ajoutez --switch ADRESSE, ou --site avec un plan dont un [[switch]] dit comment l'interroger (snmp)",
            ));
        }
        Ok((plan, switches, snmp))
    }
}

/// Runs the command.
#[cfg(not(target_os = "linux"))]
pub fn run(args: &PoeArgs, language: Language) -> Result<u8> {
    args.asked(language)?;
    Err(crate::cli::no_raw_frames("link poe"))
}

/// Runs the command.
#[cfg(target_os = "linux")]
pub fn run(args: &PoeArgs, language: Language) -> Result<u8> {
    use crate::cli::leases::LeaseArgs;
    use crate::edge::look::Request;
    use crate::net::Targets;
    use crate::probe::{Asking, Errand, PowerWanted, Rate, Switching};

    let (plan, switches, snmp) = args.asked(language)?;
    let request = Request {
        errand: Errand::Power,
        interface: None,
        targets: Some(Targets::default()),
        rate: Rate::Max,
        quick: false,
        budget: None,
        agreed: false,
        cable_test: None,
        fills: false,
        asking: Asking::default(),
        plan,
        snmp,
        switching: Switching::default(),
        outlet: None,
        listen_ms: 0,
        power: PowerWanted { switches, will_fit: args.will_fit.clone() },
    };
    crate::cli::visit::run(request, &LeaseArgs::default(), args.record.as_deref(), &args.output, language)
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        poe: PoeArgs,
    }

    fn refused(words: &str) -> String {
        let line = Line::try_parse_from(["poe"].into_iter().chain(words.split(' '))).expect("words that clap takes");
        line.poe.asked(Language::Fr).map(|_| ()).expect_err("a refusal").say(Language::Fr)
    }

    #[test]
    fn what_makes_no_sense_is_refused_before_anybody_is_asked() {
        assert!(refused("--switch 10.0.0.2 --community x --will-fit 4,9").contains("il n'y a pas de classe PoE 9"));
        let many = ["1"; MOST_DEVICES + 1].join(",");
        assert!(refused(&format!("--switch 10.0.0.2 --community x --will-fit {many}")).contains("c'est trop"));
        assert!(refused("--community x").contains("aucun commutateur"));
    }
}
