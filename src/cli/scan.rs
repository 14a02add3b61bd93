//! `trousse scan`: who is there, and which address is held twice.

use std::path::PathBuf;

use crate::cli::leases::LeaseArgs;
use crate::cli::output::OutputArgs;
use crate::fault::{Fault, Result};
use crate::language::Language;
use crate::net::Targets;
use crate::probe::Rate;

/// Find who is on the segment, which address is held twice and by whom.
#[derive(Debug, clap::Args)]
pub struct ScanArgs {
    /// Prefixes, ranges or addresses: 192.168.1.0/24, 192.168.1.10-20, 192.168.1.7 [default: the interface's own prefix]
    #[arg(value_name = "TARGET")]
    pub targets: Vec<String>,
    /// The interface [default: that of the default route]
    #[arg(short, long, value_name = "IFACE")]
    pub interface: Option<String>,
    /// Requests a second, or max [default: 1000]
    #[arg(long, value_name = "N|max")]
    pub rate: Option<String>,
    /// Do not listen 3 s longer for a late second owner
    #[arg(long)]
    pub quick: bool,
    /// The plan of the site (TOML)
    #[arg(long, value_name = "PLAN")]
    pub site: Option<PathBuf>,
    /// Record the visit in DIR, for trousse replay
    #[arg(long, value_name = "DIR")]
    pub record: Option<PathBuf>,
    /// Ask even where it takes long
    #[arg(long)]
    pub yes: bool,
    /// What DHCP servers say.
    #[command(flatten)]
    pub leases: LeaseArgs,
    /// Where the report goes.
    #[command(flatten)]
    pub output: OutputArgs,
}

/// Requests a second where none are named: a real LAN has Wi-Fi and storm control on it.
#[cfg(target_os = "linux")]
const RATE: Rate = Rate::PerSecond(1000);

impl ScanArgs {
    /// Whom to ask, and how fast.
    fn asked(&self) -> Result<(Option<Targets>, Rate)> {
        let targets = self.targets.iter().map(|text| text.parse()).collect::<Result<Vec<Targets>>>()?;
        let rate = self.rate.as_deref().map_or(Ok(RATE), rate)?;
        Ok((targets.into_iter().reduce(Targets::union), rate))
    }
}

fn rate(text: &str) -> Result<Rate> {
    match text.parse::<u32>() {
        Ok(count) if count > 0 => Ok(Rate::PerSecond(count)),
        _ if text == "max" => Ok(Rate::Max),
        _ => Err(Fault::new(format!("\"{text}\" is not a rate"), format!("« {text} » n'est pas un débit"))
            .hint("a number of requests a second, or max", "un nombre de requêtes par seconde, ou max")),
    }
}

/// Runs the command.
#[cfg(not(target_os = "linux"))]
pub fn run(args: &ScanArgs, _: Language) -> Result<u8> {
    args.asked()?;
    Err(Fault::new(
        "scan needs raw frames, which this system gives only through Npcap, and this build does not use it",
        "scan a besoin de trames brutes, que ce système ne donne que par Npcap, et cette version ne s'en sert pas",
    )
    .hint(
        "run it from Linux (a live USB stick will do), or capture here with Wireshark and run: trousse replay FILE.pcapng",
        "lancez-le sous Linux (une clé USB autonome suffit), ou capturez ici avec Wireshark puis : trousse replay FICHIER.pcapng",
    ))
}

/// Runs the command.
#[cfg(target_os = "linux")]
pub fn run(args: &ScanArgs, language: Language) -> Result<u8> {
    use crate::cli::progress::Progress;
    use crate::edge::look::{Look, Request};
    use crate::edge::record::Recorder;
    use crate::edge::stop;
    use crate::net::Moment;
    use crate::report::Report;
    use crate::site::Plan;

    args.output.check()?;
    let plan = args.site.as_deref().map(Plan::load).transpose()?.unwrap_or_default();
    let (targets, rate) = args.asked()?;
    let request = Request { interface: args.interface.clone(), targets, rate, quick: args.quick, agreed: args.yes, plan };
    let leases = args.leases.read(language)?;
    let look = Look::prepare(request)?;
    let circumstances = look.circumstances.clone();
    let leases = leases.facts(Some(&circumstances.survey), circumstances.started_us, language);
    let mut recorder = args.record.as_deref().map(|folder| Recorder::create(folder, &circumstances)).transpose()?;
    if let Some(recorder) = &mut recorder {
        leases.iter().for_each(|fact| recorder.fact(Moment::default(), fact));
    }
    stop::watch();
    let mut follower = following::Following { progress: Progress::new(language, &circumstances.survey), recorder };
    let (mut inventory, ended) = look.run(&mut follower);
    crate::cli::leases::fold(leases, &mut inventory);
    let following::Following { progress, recorder } = follower;
    progress.finish();
    let report = Report::of(circumstances.visit(ended), &inventory, &circumstances.plan);
    let written = args.output.write(&report, language);
    let recorded = recorder.map_or(Ok(()), |recorder| recorder.close(ended, &report));
    written.and(recorded).map(|()| report.exit_code())
}

#[cfg(target_os = "linux")]
mod following {
    //! The screen and the record follow a scan together.

    use std::net::SocketAddr;

    use crate::cli::progress::Progress;
    use crate::edge::drive::Follower;
    use crate::edge::record::Recorder;
    use crate::edge::stop;
    use crate::net::Moment;
    use crate::observe::{Fact, Observation};
    use crate::probe::listen::Direction;

    pub(super) struct Following {
        pub(super) progress: Progress,
        pub(super) recorder: Option<Recorder>,
    }

    impl Follower for Following {
        fn frame(&mut self, at: Moment, direction: Direction, bytes: &[u8]) -> Option<u32> {
            self.recorder.as_mut().and_then(|recorder| recorder.frame(at, direction, bytes))
        }

        fn answer(&mut self, at: Moment, from: SocketAddr, bytes: &[u8]) {
            self.recorder.iter_mut().for_each(|recorder| recorder.answer(at, from, bytes));
        }

        fn fact(&mut self, at: Moment, fact: &Fact) {
            self.recorder.iter_mut().for_each(|recorder| recorder.fact(at, fact));
        }

        fn observed(&mut self, seen: &Observation) {
            self.progress.observed(seen);
        }

        fn stops(&mut self, now: Moment) -> bool {
            self.progress.tick(now);
            stop::pressed()
        }
    }
}
