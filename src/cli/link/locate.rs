//! `trousse link locate`: behind which port of which switch a card is.

use std::net::Ipv4Addr;
use std::path::PathBuf;

use crate::cli::output::OutputArgs;
use crate::cli::switches::SwitchArgs;
use crate::fault::{Fault, Result};
use crate::language::Language;
use crate::net::Mac;
use crate::observe::Sought;

/// Find the port that a card is plugged into, by asking switches over SNMP from neighbour to neighbour.
#[derive(Debug, clap::Args)]
pub struct LocateArgs {
    /// The card (b8:27:eb:00:00:01) or its address (192.168.1.7)
    #[arg(value_name = "MAC|IP")]
    pub whom: String,
    /// The interface [default: that of the default route]
    #[arg(short, long, value_name = "IFACE")]
    pub interface: Option<String>,
    /// The switches to start from.
    #[command(flatten)]
    pub switches: SwitchArgs,
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

/// Who is meant.
fn sought(whom: &str) -> Result<Sought> {
    let card = whom.parse::<Mac>().map(Sought::Card).ok();
    card.or_else(|| whom.parse::<Ipv4Addr>().map(Sought::Address).ok()).ok_or_else(|| {
        Fault::new(
            format!("\"{whom}\" is neither a MAC nor an IPv4 address"),
            format!("« {whom} » n'est ni une MAC ni une adresse IPv4"),
        )
        .hint("as in b8:27:eb:00:00:01 or 192.168.1.7", "par exemple b8:27:eb:00:00:01 ou 192.168.1.7")
    })
}

/// Runs the command.
#[cfg(not(target_os = "linux"))]
pub fn run(args: &LocateArgs, _: Language) -> Result<u8> {
    sought(&args.whom)?;
    Err(crate::cli::no_raw_frames("link locate"))
}

/// Runs the command.
#[cfg(target_os = "linux")]
pub fn run(args: &LocateArgs, language: Language) -> Result<u8> {
    use crate::cli::leases::LeaseArgs;
    use crate::edge::look::Request;
    use crate::probe::{Asking, Errand, Rate};
    use crate::site::Plan;

    args.output.check()?;
    let sought = sought(&args.whom)?;
    let plan = args.site.as_deref().map(Plan::load).transpose()?.unwrap_or_default();
    let snmp = args.switches.snmp_or_ask(&plan, language)?;
    let switching = args.switches.switching(&plan, snmp.as_ref(), sought)?;
    if switching.switches.is_empty() {
        return Err(Fault::new("no switch is named to start from", "aucun commutateur indiqué pour commencer").hint(
            "add --switch ADDRESS, or --site with a plan whose [[switch]] says how it is asked (snmp)",
            "ajoutez --switch ADRESSE, ou --site avec un plan dont un [[switch]] dit comment l'interroger (snmp)",
        ));
    }
    let request = Request {
        errand: Errand::Locate,
        interface: args.interface.clone(),
        // The holder of an address within reach is asked for it by ARP; whom it is no use to ask, Look leaves out.
        targets: None,
        rate: Rate::Max,
        quick: true,
        budget: None,
        agreed: false,
        cable_test: None,
        fills: false,
        asking: Asking::default(),
        switching,
        outlet: None,
        listen_ms: 0,
        power: Default::default(),
        snmp,
        plan,
    };
    crate::cli::visit::run(request, &LeaseArgs::default(), args.record.as_deref(), &args.output, language)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_and_an_address_are_told_apart_and_anything_else_is_refused() {
        assert_eq!(sought("B8-27-EB-00-00-01").ok(), "b8:27:eb:00:00:01".parse().map(Sought::Card).ok());
        assert_eq!(sought("10.0.0.7").ok(), Some(Sought::Address([10, 0, 0, 7].into())));
        assert!(sought("printer").is_err() && sought("10.0.0").is_err());
    }
}
