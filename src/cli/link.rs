//! `trousse link`: what the network card knows of its link and of its cable, and what the switch says of it.

use std::path::PathBuf;

use crate::cli::output::OutputArgs;
use crate::cli::switches::SwitchArgs;
use crate::fault::Result;
use crate::language::Language;

pub mod certify;
pub mod locate;
pub mod poe;

/// Ask the network card about its link and its cable: pass, fail or not measurable, as a hand-held tester prints it.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct LinkArgs {
    /// What else there is to know of a link.
    #[command(subcommand)]
    pub command: Option<LinkCommand>,
    /// The interface; it needs neither an address nor a link [default: that of the default route]
    #[arg(value_name = "IFACE")]
    pub interface: Option<String>,
    /// Test each pair of the cable for opens and shorts; the link drops for some seconds. With --switch that switch tests, from
    /// its end, and needs a community that may write
    #[arg(long)]
    pub cable_test: bool,
    /// Drop the link without asking
    #[arg(long)]
    pub yes: bool,
    /// How long to listen for a neighbour that does not speak: LLDP comes every 30 s, CDP every 60 s; 0 does not listen
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u16).range(0..=600))]
    pub listen: u16,
    /// The label of the wall outlet that the laptop is plugged into, as the plan has it
    #[arg(long, value_name = "LABEL")]
    pub outlet: Option<String>,
    /// The switch that the cable leads to.
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

/// What else there is to know of a link.
#[derive(Debug, clap::Subcommand)]
#[allow(missing_docs, reason = "what each does stands in its own file, where the help is taken from")]
pub enum LinkCommand {
    Locate(locate::LocateArgs),
    Poe(poe::PoeArgs),
    Certify(Box<certify::CertifyArgs>),
}

/// Runs the command.
pub fn run(args: &LinkArgs, language: Language) -> Result<u8> {
    match &args.command {
        Some(LinkCommand::Locate(args)) => locate::run(args, language),
        Some(LinkCommand::Poe(args)) => poe::run(args, language),
        Some(LinkCommand::Certify(args)) => certify::run(args, language),
        None => look(args, language),
    }
}

#[cfg(not(target_os = "linux"))]
fn look(_: &LinkArgs, _: Language) -> Result<u8> {
    Err(super::no_raw_frames("link"))
}

#[cfg(target_os = "linux")]
fn look(args: &LinkArgs, language: Language) -> Result<u8> {
    use crate::cli::leases::LeaseArgs;
    use crate::edge::look::{Request, Tester};
    use crate::net::Targets;
    use crate::observe::Sought;
    use crate::probe::{Asking, Errand, PowerWanted, Rate};
    use crate::site::Plan;

    args.output.check()?;
    let tester = args.cable_test.then_some(if args.switches.switches.is_empty() { Tester::Card } else { Tester::Switch });
    match tester.filter(|_| !args.yes) {
        Some(Tester::Card) => agreed(language)?,
        Some(Tester::Switch) => return Err(cuts_our_path()),
        None => {}
    }
    let plan = args.site.as_deref().map(Plan::load).transpose()?.unwrap_or_default();
    let snmp = args.switches.snmp_or_ask(&plan, language)?;
    let switching = args.switches.switching(&plan, snmp.as_ref(), Sought::Ours)?;
    let request = Request {
        errand: Errand::Link,
        interface: args.interface.clone(),
        targets: Some(Targets::default()),
        rate: Rate::Max,
        quick: false,
        budget: None,
        agreed: false,
        cable_test: tester,
        fills: false,
        asking: Asking::default(),
        outlet: args.outlet.clone(),
        listen_ms: u32::from(args.listen) * 1000,
        plan,
        power: PowerWanted { switches: switching.switches.clone(), will_fit: Vec::new() },
        switching,
        snmp,
    };
    super::visit::run(request, &LeaseArgs::default(), args.record.as_deref(), &args.output, language)
}

/// The switch would test the very port by which we ask it.
#[cfg(target_os = "linux")]
fn cuts_our_path() -> crate::fault::Fault {
    crate::fault::Fault::new(
        "the switch was not asked to test the cable: the port of this laptop drops, which cuts our own path to the switch",
        "le commutateur n'a pas été chargé du test : le port de ce portable tombe, ce qui coupe notre propre accès au commutateur",
    )
    .hint(
        "add --yes if nobody else works over this port, or leave --switch out to let the card test",
        "ajoutez --yes si personne d'autre ne travaille par ce port, ou retirez --switch pour que la carte teste",
    )
}

/// Whoever sits at the terminal agrees that the link drops.
#[cfg(target_os = "linux")]
fn agreed(language: Language) -> Result<()> {
    use crate::cli::agreement;
    use crate::fault::Fault;

    let warning = language.pick(
        "The link drops while the cable is tested, for some seconds: whoever works over it is cut off. ",
        "Le lien tombe pendant le test du câble, quelques secondes : qui travaille par lui est coupé. ",
    );
    if agreement::given(warning, language) {
        return Ok(());
    }
    Err(Fault::new(
        "the cable was not tested: that drops the link, and nobody agreed",
        "le câble n'a pas été testé : cela fait tomber le lien, et personne n'a donné son accord",
    )
    .hint("add --yes, or leave --cable-test out", "ajoutez --yes, ou retirez --cable-test"))
}
