//! Asks the driver of a card: what it tells of the link, what it counts, and what the test of the cable says.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::netlink::{Family, Refusal};
use crate::observe::{CableTested, CardState, Driver, ErrorsGrew, Fact, Measurable, MeasuredFrom, PairTested, Silence};
use crate::wire::ethtool::{self, CableResults, Message, Question};

/// A card whose driver can be asked.
pub struct Card {
    index: u32,
    /// Where sysfs tells of it; `None` where what is mounted there is another network's.
    folder: Option<PathBuf>,
    /// The kernel's ethtool family; why not, where there is none.
    family: Result<Family, Silence>,
}

/// The longest that a PHY takes to test four pairs: drivers wait for some seconds, and one of them for ten.
const TEST: Duration = Duration::from_secs(15);
/// How often a user who presses Ctrl-C is looked for meanwhile.
const GLANCE: Duration = Duration::from_millis(50);

impl Card {
    /// The card of that name and index.
    pub fn open(name: &str, index: u32) -> Card {
        let folder = Path::new("/sys/class/net").join(name);
        let is_ours = number(&folder.join("ifindex")) == Some(u64::from(index));
        let family = Family::open(ethtool::FAMILY).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => Silence::OldKernel,
            _ => Silence::Refused(error.to_string()),
        });
        Card { index, folder: is_ours.then_some(folder), family }
    }

    /// Asks everything that can be asked without harm.
    pub fn state(&mut self, carrier: bool) -> CardState {
        let info = self.ask(Question::Info, |said| if let Message::Info(info) = said { Some(info) } else { None });
        let modes = self.ask(Question::Modes, |said| if let Message::Modes(modes) = said { Some(modes) } else { None });
        let state = self.ask(Question::State, |said| if let Message::State(state) = said { Some(state) } else { None });
        let carrier = state.known().and_then(|state| state.link).unwrap_or(carrier);
        // Of a link that is down most of it means nothing, whatever a driver still says.
        let up = |silence| if carrier { silence } else { Silence::NoLink };
        CardState {
            carrier,
            why_down: of(&state, Silence::NothingTold, |state| state.why_down.filter(|_| !carrier)),
            speed_mbps: of(&modes, up(Silence::NothingTold), |modes| modes.speed_mbps.filter(|_| carrier)),
            duplex: of(&modes, up(Silence::NothingTold), |modes| modes.duplex.filter(|_| carrier)),
            negotiates: of(&modes, Silence::NothingTold, |modes| modes.negotiates),
            ours: of(&modes, Silence::NothingTold, |modes| modes.ours.clone().filter(|modes| !modes.is_empty())),
            theirs: of(&modes, up(Silence::NothingTold), |modes| {
                modes.theirs.clone().filter(|modes| carrier && !modes.is_empty())
            }),
            mdix: of(&info, up(Silence::NothingTold), |info| info.mdix.filter(|_| carrier)),
            quality: of(&state, up(Silence::NotSupported), |state| state.quality),
            eee: self.ask(Question::Eee, |said| if let Message::Eee(eee) = said { Some(eee) } else { None }),
            power: self.ask(Question::Power, |said| if let Message::Power(power) = said { Some(power) } else { None }),
            driver: self.driver(),
        }
    }

    fn ask<T>(&mut self, question: Question, of: impl Fn(Message) -> Option<T>) -> Measurable<T> {
        let family = match &mut self.family {
            Ok(family) => family,
            Err(why) => return Measurable::NotMeasurable(why.clone()),
        };
        match family.ask(&question.message(self.index)) {
            Ok(answer) => match ethtool::parse(&answer.unwrap_or_default()) {
                Ok(message) => of(message).map_or(Measurable::NotMeasurable(Silence::NothingTold), Measurable::Is),
                Err(malformed) => Measurable::NotMeasurable(Silence::Refused(malformed.to_string())),
            },
            Err(refusal) => Measurable::NotMeasurable(silence(&refusal)),
        }
    }

    /// The driver, by its module (sysfs: `device/driver/module`).
    fn driver(&self) -> Measurable<Driver> {
        let Some(folder) = &self.folder else { return Measurable::NotMeasurable(Silence::NothingTold) };
        let driver = folder.join("device/driver");
        let Ok(link) = fs::read_link(&driver) else { return Measurable::NotMeasurable(Silence::Virtual) };
        let Some(name) = link.file_name().map(|name| name.to_string_lossy().into_owned()) else {
            return Measurable::NotMeasurable(Silence::NothingTold);
        };
        let version = fs::read_to_string(driver.join("module/version")).ok().map(|text| text.trim().to_owned());
        Measurable::Is(Driver { name, version })
    }

    /// What the card has counted since it was made; `None` where it cannot be read.
    pub fn counted(&self) -> Option<Counted> {
        let folder = self.folder.as_ref()?.join("statistics");
        let count = |what: &str| number(&folder.join(what));
        let totals = ErrorsGrew {
            watched_ms: 0,
            received: count("rx_packets")?,
            receive_errors: count("rx_errors")?,
            crc_errors: count("rx_crc_errors")?,
            alignment_errors: count("rx_frame_errors")?,
            send_errors: count("tx_errors")?,
            collisions: count("collisions")?,
        };
        Some(Counted { at: Instant::now(), totals })
    }

    /// Tests the cable; the link drops while that lasts. `stops` is asked again and again whether to wait no longer.
    pub fn test_cable(&mut self, mut stops: impl FnMut() -> bool) -> Vec<Fact> {
        let not_measurable = |why| vec![Fact::CableTested(CableTested::NotMeasurable { why })];
        let index = self.index;
        let family = match &mut self.family {
            Ok(family) => family,
            Err(why) => return not_measurable(why.clone()),
        };
        // Before the test is asked for: its end may come at any time.
        if let Err(error) = family.join(ethtool::MONITOR) {
            return not_measurable(Silence::Refused(error.to_string()));
        }
        let tested = measured(family, &Question::CableTest.message(index), &mut stops, |message| match message {
            Message::Cable(results) if results.interface == Some(index) && results.completed => Some(results),
            _ => None,
        });
        let mut facts = match tested {
            Ok(results) => facts(&results),
            Err(why) => return not_measurable(why),
        };
        // Few drivers take a trace: one that does not leaves nothing out that a tester would print.
        let trace = measured(family, &Question::Trace.message(index), &mut stops, |message| match message {
            Message::Trace(results) if results.interface == Some(index) && results.completed => Some(results.trace),
            _ => None,
        });
        facts.extend(trace.ok().filter(|trace| !trace.pairs.is_empty()).map(|trace| Fact::TraceTaken(Box::new(trace))));
        facts
    }
}

/// Starts a measurement and waits for its end, which is announced.
fn measured<T>(
    family: &mut Family,
    question: &[u8],
    stops: &mut impl FnMut() -> bool,
    ours: impl Fn(Message) -> Option<T>,
) -> Result<T, Silence> {
    family.ask(question).map_err(|refusal| silence(&refusal))?;
    let deadline = Instant::now() + TEST;
    while Instant::now() < deadline && !stops() {
        let announced = family.announced(GLANCE).map_err(|error| Silence::Refused(error.to_string()))?;
        if let Some(end) = announced.iter().find_map(|message| ethtool::parse(message).ok().and_then(&ours)) {
            return Ok(end);
        }
    }
    Err(Silence::NoAnswer)
}

/// What a card had counted at a moment.
pub struct Counted {
    at: Instant,
    totals: ErrorsGrew,
}

impl Counted {
    /// What it has counted since then. A counter that fell was reset meanwhile: what it says now is what grew.
    pub fn grew(&self, now: &Counted) -> ErrorsGrew {
        let grew = |of: fn(&ErrorsGrew) -> u64| of(&now.totals).checked_sub(of(&self.totals)).unwrap_or(of(&now.totals));
        ErrorsGrew {
            watched_ms: u32::try_from(now.at.duration_since(self.at).as_millis()).unwrap_or(u32::MAX),
            received: grew(|totals| totals.received),
            receive_errors: grew(|totals| totals.receive_errors),
            crc_errors: grew(|totals| totals.crc_errors),
            alignment_errors: grew(|totals| totals.alignment_errors),
            send_errors: grew(|totals| totals.send_errors),
            collisions: grew(|totals| totals.collisions),
        }
    }
}

fn facts(results: &CableResults) -> Vec<Fact> {
    let tested = results.results.iter().map(|&(pair, result)| {
        let length = results.lengths_cm.iter().find(|(of, _)| *of == pair);
        Fact::PairTested(PairTested { pair, result, length_cm: length.map(|&(_, cm)| cm), from: MeasuredFrom::Laptop })
    });
    std::iter::once(Fact::CableTested(CableTested::Done)).chain(tested).collect()
}

/// One thing of an answer; the answer's own silence, or `silent` where it is not in it.
fn of<A, T>(answer: &Measurable<A>, silent: Silence, thing: impl Fn(&A) -> Option<T>) -> Measurable<T> {
    match answer {
        Measurable::Is(answer) => thing(answer).map_or(Measurable::NotMeasurable(silent), Measurable::Is),
        Measurable::NotMeasurable(why) => Measurable::NotMeasurable(why.clone()),
    }
}

/// What a refusal means: the kernel's number first, its words where the number says little.
fn silence(refusal: &Refusal) -> Silence {
    use nix::errno::Errno;
    match refusal.error.raw_os_error().map(Errno::from_raw) {
        Some(Errno::EOPNOTSUPP) => Silence::NotSupported,
        Some(Errno::ENODATA) => Silence::NothingTold,
        Some(Errno::EPERM | Errno::EACCES) => Silence::NotAllowed,
        Some(Errno::ENETDOWN | Errno::ENODEV) => Silence::Down,
        // A command that this kernel's family does not know yet.
        Some(Errno::ENOENT) => Silence::OldKernel,
        _ if refusal.error.kind() == io::ErrorKind::TimedOut => Silence::NoAnswer,
        _ => Silence::Refused(refusal.message.clone().unwrap_or_else(|| refusal.error.to_string())),
    }
}

fn number(path: &Path) -> Option<u64> {
    fs::read_to_string(path).ok()?.trim().parse().ok()
}
