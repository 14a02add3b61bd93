//! The walk on site: the links that go and come, the keys, the measurements, and a line in the journal for each.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::measure::{Bench, Ended};
use super::screen::Screen;
use super::{CertifyArgs, warn};
use crate::certify::journal::{self, Entry, Opened};
use crate::certify::judge::judge;
use crate::certify::walk::{Event, Key, MOST_LOST, Next, Walk};
use crate::certify::{Certificate, Measured, Profile, Standing, list};
use crate::edge::journal::Journal;
use crate::edge::linux::carrier::Carrier;
use crate::edge::linux::interface::Interface;
use crate::edge::linux::keys::Keys;
use crate::edge::record::{CERTIFICATE, rfc3339};
use crate::edge::stop;
use crate::fault::{Fault, Result};
use crate::language::Language;
use crate::site::{Outlet, Plan};

/// The longest wait before Ctrl-C and the keys are looked for.
const GLANCE: Duration = Duration::from_millis(50);
/// How the name of a journal ends.
const ENDING: &str = "certify.jsonl";

/// Walks, and gives what the journal then comes to.
pub(super) fn run(args: &CertifyArgs, language: Language) -> Result<(Certificate, Result<()>)> {
    let plan = args.site.as_deref().map(Plan::load).transpose()?.unwrap_or_default();
    let outlets = outlets(args, &plan)?;
    let profiles = profiles(args, &outlets)?;
    let interface = Interface::choose_whatever_its_link(args.interface.as_deref())?.inner.name;
    let path = args.journal.clone().unwrap_or_else(|| beside(args));
    let (journal, read) = Journal::open(&path, Duration::ZERO)?;
    warn(&path, &read, language);
    let opened = Entry::Opened(Box::new(Opened {
        schema: journal::SCHEMA.to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        at: now(),
        site: plan.site.clone(),
        interface: interface.clone(),
        profile: args.profile.clone(),
        profiles: profiles.clone(),
        outlets,
    }));
    let mut certificate = Certificate::of(&read.entries);
    certificate.add(&opened);
    let left = left(args, &certificate)?;
    let mut screen = Screen::new(language, !args.no_sound);
    let (done, all, shown) =
        (certificate.outlets.iter().filter(|one| one.tries > 0).count(), certificate.outlets.len(), path.display());
    if !read.entries.is_empty() {
        let count = left.len();
        screen.say(
            format!("{shown}: {done} of {all} outlets are measured already, {count} to go to"),
            format!("{shown} : {done} prises sur {all} déjà mesurées, {count} à faire"),
        );
    }
    let mut round = Round { certificate, journal, screen, profiles, full: false };
    if left.is_empty() {
        return Ok(round.ended(Ok(()), args));
    }
    // The disk that takes no first line takes none at all.
    round.journal.add(&opened)?;
    stop::watch();
    let bench = Bench { interface: &interface, plan: &plan, record: args.record.as_deref(), listen: args.listen, language };
    let walked = round.walk(left, &bench);
    Ok(round.ended(walked, args))
}

/// The outlets of the list, of the plan, or of a prefix.
fn outlets(args: &CertifyArgs, plan: &Plan) -> Result<Vec<Outlet>> {
    match (&args.plan, &args.prefix) {
        (Some(path), _) => list::load(path),
        (None, Some(prefix)) => list::numbered(prefix, &args.from, &args.to),
        (None, None) if !plan.outlets.is_empty() => Ok(plan.outlets.clone()),
        (None, None) => Err(Fault::new("no outlets are named", "aucune prise n'est indiquée").hint(
            "--plan outlets.csv, --prefix A --to 48, or a --site plan with [[outlet]]",
            "--plan prises.csv, --prefix A --to 48, ou un plan --site avec des [[outlet]]",
        )),
    }
}

/// Every profile that an outlet is measured against, by the name that it is called by.
fn profiles(args: &CertifyArgs, outlets: &[Outlet]) -> Result<BTreeMap<String, Profile>> {
    let names = outlets.iter().filter_map(|outlet| outlet.profile.as_deref()).chain([args.profile.as_str()]);
    let mut profiles = BTreeMap::new();
    for name in names {
        if !profiles.contains_key(name) {
            profiles.insert(name.to_owned(), Profile::find(name)?);
        }
    }
    Ok(profiles)
}

/// The journal's name after that of the list, in the current folder.
fn beside(args: &CertifyArgs) -> PathBuf {
    let named =
        args.plan.as_deref().or(args.site.as_deref()).and_then(Path::file_stem).map(|stem| stem.to_string_lossy().into_owned());
    let prefix = args.prefix.as_deref().filter(|_| args.plan.is_none());
    let name = prefix.map(str::to_owned).or(named).unwrap_or_default();
    let plain: String = name.chars().map(|c| if c.is_alphanumeric() || "-_".contains(c) { c } else { '_' }).collect();
    PathBuf::from(format!("{}.{ENDING}", if plain.is_empty() { "outlets" } else { &plain }))
}

/// The places of the outlets that are to be gone to.
fn left(args: &CertifyArgs, certificate: &Certificate) -> Result<Vec<usize>> {
    for label in &args.outlet {
        if certificate.outlet(label).is_none() {
            return Err(Fault::new(format!("no outlet is called {label:?}"), format!("aucune prise ne s'appelle {label:?}"))
                .hint("name one of the list", "indiquez une prise de la liste"));
        }
    }
    let wanted = |standing| match standing {
        Standing::Left => true,
        Standing::Fail | Standing::Skipped => args.retest,
        Standing::Pass | Standing::PassInPart => false,
    };
    let named = |label: &str| args.outlet.iter().any(|wanted| wanted.trim().eq_ignore_ascii_case(label.trim()));
    let all = certificate.outlets.iter().enumerate();
    let left = all.filter(|(_, one)| if args.outlet.is_empty() { wanted(one.standing) } else { named(&one.outlet.label) });
    Ok(left.map(|(place, _)| place).collect())
}

/// A walk that is under way.
struct Round {
    certificate: Certificate,
    journal: Journal<Entry>,
    screen: Screen,
    profiles: BTreeMap<String, Profile>,
    /// The disk took no line last time.
    full: bool,
}

impl Round {
    fn walk(&mut self, left: Vec<usize>, bench: &Bench<'_>) -> Result<()> {
        let mut carrier = Carrier::watch(bench.interface)?;
        let mut keys = Keys::open();
        let mut walk = Walk::new(left, carrier.is_up());
        self.screen.keys();
        let mut next = walk.first();
        while !stop::pressed() {
            next = match next {
                Next::Done => return Ok(()),
                Next::Wait { outlet, unplug } => {
                    self.screen.next(&self.certificate.outlets[outlet], walk.left(), unplug);
                    let mut events = happened(&mut carrier, &mut keys)?.into_iter();
                    // What happened behind what calls for a measurement, the measurement finds out by itself.
                    events
                        .by_ref()
                        .map(|event| walk.then(event))
                        .find(|next| !matches!(next, Next::Wait { .. }))
                        .unwrap_or(walk.first())
                }
                Next::Skip { outlet } => {
                    let label = self.certificate.outlets[outlet].outlet.label.clone();
                    self.keep(Entry::Skipped { at: now(), label }, outlet);
                    walk.first()
                }
                Next::Measure { outlet, lost } => {
                    let one = &self.certificate.outlets[outlet].outlet;
                    // The list may have been corrected since the profile was read; every outlet of it has its own here.
                    let profile = &self.profiles[one.profile.as_ref().unwrap_or(&self.certificate.outlets[outlet].profile)];
                    match bench.measure(one, profile, walk.has_link(), &mut carrier, &mut keys)? {
                        Ended::Stopped => return Ok(()),
                        Ended::Key(key) => walk.then(Event::Key(key)),
                        Ended::Lost(measured) if lost + 1 >= MOST_LOST => {
                            self.measured(outlet, Measured { lost: lost + 1, ..measured });
                            walk.then(Event::Measured { link: carrier.is_up() })
                        }
                        Ended::Lost(_) => {
                            let label = &self.certificate.outlets[outlet].outlet.label;
                            let (english, french) = (
                                format!(
                                    "! {label}: the link went in the middle of the measurement; it is measured again when it is back"
                                ),
                                format!("! {label} : le lien est tombé pendant la mesure ; elle sera refaite à son retour"),
                            );
                            self.screen.say(english, french);
                            walk.then(Event::Lost { link: carrier.is_up() })
                        }
                        Ended::Whole(measured) => {
                            self.measured(outlet, Measured { lost, ..measured });
                            walk.then(Event::Measured { link: carrier.is_up() })
                        }
                    }
                }
            };
        }
        Ok(())
    }

    /// Judges an outlet and keeps what it came to.
    fn measured(&mut self, outlet: usize, measured: Measured) {
        let one = &self.certificate.outlets[outlet];
        let (label, name) = (one.outlet.label.clone(), one.outlet.profile.clone().unwrap_or_else(|| one.profile.clone()));
        let also = self.certificate.also_at(&label, &measured);
        let rows = judge(&one.outlet, &self.profiles[&name], &measured, also);
        self.keep(Entry::Measured(Box::new(journal::Result { at: now(), label, profile: name, measured, rows })), outlet);
    }

    /// Keeps what happened: in memory whatever becomes of the disk, and on the disk as soon as it takes it.
    fn keep(&mut self, entry: Entry, outlet: usize) {
        self.certificate.add(&entry);
        self.screen.came_to(&self.certificate.outlets[outlet]);
        let written = self.journal.add(&entry);
        if let (Err(fault), false) = (&written, self.full) {
            self.screen.say(
                format!("! {}: it is kept in memory and written as soon as there is room", first(fault, Language::En)),
                format!("! {} : gardé en mémoire et écrit dès qu'il y a de la place", first(fault, Language::Fr)),
            );
        }
        self.full = written.is_err();
    }

    /// The certificate, and whether everything in it is on the disk.
    fn ended(mut self, walked: Result<()>, args: &CertifyArgs) -> (Certificate, Result<()>) {
        let written =
            self.journal.flush().and_then(|()| args.record.as_deref().map_or(Ok(()), |folder| self.beside_records(folder)));
        (self.certificate, walked.and(written))
    }

    fn beside_records(&self, folder: &Path) -> Result<()> {
        let path = folder.join(CERTIFICATE);
        let shown = path.display();
        let json = serde_json::to_string_pretty(&self.certificate).map_err(std::io::Error::other);
        let written = json.and_then(|json| std::fs::create_dir_all(folder).and_then(|()| std::fs::write(&path, json)));
        written.map_err(|error| Fault::because(format!("cannot write {shown}"), format!("impossible d'écrire {shown}"), &error))
    }
}

/// The line of a fault without its hint.
fn first(fault: &Fault, language: Language) -> String {
    fault.say(language).lines().next().unwrap_or_default().to_owned()
}

/// What happened within a glance: what the link did, in turn, then the keys.
fn happened(carrier: &mut Carrier, keys: &mut Keys) -> Result<Vec<Event>> {
    let changes = carrier.changed(GLANCE)?.into_iter().map(Event::Link);
    Ok(changes.chain(keys.pressed().into_iter().filter_map(Key::of).map(Event::Key)).collect())
}

/// This moment (RFC 3339).
fn now() -> String {
    rfc3339(SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_micros() as u64))
}
