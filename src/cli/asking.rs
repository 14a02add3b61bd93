//! `--ask-pool` and `--ask-leases` of every command that asks DHCP servers.

use crate::probe::Asking;
use crate::site::Plan;

/// What servers are asked beyond what every client asks.
#[derive(Debug, Default, clap::Args)]
pub struct AskArgs {
    /// Also find from where to where each server leases, by at most 24 DISCOVERs that wish for an address; no lease is taken
    #[arg(long)]
    pub ask_pool: bool,
    /// Also ask each server what it has leased, for the addresses that matter (RFC 4388); few servers answer
    #[arg(long)]
    pub ask_leases: bool,
}

/// The most addresses of the plan that servers are asked about.
const ABOUT: usize = 64;

impl AskArgs {
    /// What to ask, and about which addresses of the plan.
    pub fn of(&self, plan: &Plan) -> Asking {
        let about = plan.fixed.iter().map(|fixed| fixed.address).take(ABOUT).collect();
        Asking { pool: self.ask_pool, leases: self.ask_leases, about, started_s: 0 }
    }
}
