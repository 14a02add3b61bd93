//! The technician's station: the courses of all PCs at once, in one thread.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::{Semaphore, mpsc};
use tokio::task::{JoinSet, LocalSet};
use tokio::time::timeout;

use super::baggage::Baggage;
use super::namer::Namer;
use super::pc::Pc;
use super::ssh::{Access, Hop, Trusted};
use crate::edge::names::Place;
use crate::edge::stop;
use crate::fault::{Fault, Result};
use crate::prep::bench::attend::Run;
use crate::prep::bench::course::{Came, Course, Do, Doing, Load, Terms};
use crate::prep::bench::result::{News, PcResult};
use crate::prep::names::pattern::Pattern;
use crate::prep::secrets::Secrets;

/// Between two looks at Ctrl-C, and two pictures of what is sent.
const GLANCE: Duration = Duration::from_millis(100);
/// Pieces of news that wait to be shown.
const WAITING: usize = 64;

/// What is to be done.
pub struct Plan {
    /// The PCs, each with its own run of the profile.
    pub pcs: Vec<Planned>,
    /// What is brought to them: each gets what is for it.
    pub baggage: Baggage,
    /// Where names are reserved, where the profile gives some.
    pub names: Option<Place>,
    /// How it is logged in.
    pub access: Access,
    /// How patient the station is.
    pub terms: Terms,
    /// How many at once.
    pub jobs: usize,
}

/// A PC of the plan.
#[derive(Clone, Debug)]
pub struct Planned {
    /// What it is called.
    pub label: String,
    /// Where it is.
    pub hop: Hop,
    /// The run of the profile there.
    pub run: Run,
    /// How it is named, where a step may give it a name.
    pub pattern: Option<Pattern>,
    /// The files that its own profile needs, the profile first: their places in [`Baggage::files`].
    pub files: Vec<usize>,
    /// The names of the secrets that its own profile may need.
    pub secrets: Vec<String>,
}

impl Planned {
    /// The secrets that it gets of those that it asks for: none that is for another PC, whatever it asks for.
    pub(super) fn secrets_of(&self, asked: &[String], all: &Secrets) -> Secrets {
        let own = asked.iter().filter(|name| self.secrets.contains(name));
        own.filter_map(|name| Some((name.clone(), all.get(name)?.clone()))).collect()
    }

    /// What it gets, as its course knows it.
    fn load(&self, baggage: &Baggage) -> Load {
        let files = self.files.iter().filter_map(|place| baggage.files.get(*place));
        Load {
            files: files.map(|file| (file.name.clone(), file.digest.clone())).collect(),
            run: self.run.id.clone(),
            secrets: !self.secrets.is_empty(),
        }
    }
}

/// What whoever looks on is told.
#[derive(Debug)]
pub enum Seen {
    /// Something new of a PC, so long after the beginning, in milliseconds.
    News(usize, u64, News),
    /// A PC stands otherwise than before.
    Stands(usize, Doing),
    /// Bytes that were sent to a PC, of how many.
    Sent(usize, u64, u64),
}

/// Prepares all of them; one result for each, in the order of the plan.
pub fn run(plan: Plan, onlooker: &mut dyn FnMut(Seen)) -> Result<Vec<PcResult>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| {
        Fault::because("cannot wait for many PCs at once", "impossible d'attendre plusieurs PC à la fois", &error)
    })?;
    stop::watch();
    let Plan { pcs, baggage, names, access, terms, jobs } = plan;
    let (baggage, access, namer) = (Rc::new(baggage), Arc::new(access), Rc::new(Namer::new(names)));
    let began = Instant::now();
    let courses: Vec<Rc<RefCell<Course>>> =
        pcs.iter().map(|pc| Rc::new(RefCell::new(Course::new(pc.label.clone(), pc.load(&baggage), terms)))).collect();
    let mut with_result = vec![false; courses.len()];
    let mut tell = |seen: Seen| {
        if let Seen::News(place, _, News::Result(_)) = &seen {
            with_result[*place] = true;
        }
        onlooker(seen);
    };
    let (told, mut telling) = mpsc::channel(WAITING);
    let room = Arc::new(Semaphore::new(jobs.max(1)));
    LocalSet::new().block_on(&runtime, async {
        let mut set = JoinSet::new();
        for (place, planned) in pcs.into_iter().enumerate() {
            let (course, room, told) = (courses[place].clone(), room.clone(), told.clone());
            let (access, baggage, namer) = (access.clone(), baggage.clone(), namer.clone());
            set.spawn_local(async move {
                // It is closed when the program ends, and not before.
                let Ok(_place) = room.acquire_owned().await else { return };
                let sent = Rc::new(Cell::new((0, 0)));
                let label = planned.label.clone();
                let pc = Pc::new(planned, access, baggage, namer, sent);
                Following { place, label, began, told }.follow(&course, pc).await;
            });
        }
        drop(told);
        loop {
            match timeout(GLANCE, telling.recv()).await {
                Ok(Some(seen)) => tell(seen),
                Ok(None) => break,
                Err(_) => {}
            }
            if stop::pressed() {
                set.abort_all();
                break;
            }
        }
        telling.close();
        while set.join_next().await.is_some() {}
        while let Some(seen) = telling.recv().await {
            tell(seen);
        }
    });
    let now = began.elapsed().as_millis() as u64;
    let left = |(place, course): (usize, &Rc<RefCell<Course>>)| {
        course.borrow_mut().leave(now);
        let result = course.borrow().result().clone();
        // Where the station was stopped, whoever followed the PC tells nothing any more.
        if !with_result[place] {
            onlooker(Seen::News(place, now, News::Result(Box::new(result.clone()))));
        }
        result
    };
    Ok(courses.iter().enumerate().map(left).collect())
}

/// Whoever follows one PC.
struct Following {
    place: usize,
    label: String,
    began: Instant,
    told: mpsc::Sender<Seen>,
}

impl Following {
    fn now(&self) -> u64 {
        self.began.elapsed().as_millis() as u64
    }

    async fn news(&self, news: News) {
        // Nobody hears it any more when the station is stopped.
        drop(self.told.send(Seen::News(self.place, self.now(), news)).await);
    }

    async fn follow(&self, course: &RefCell<Course>, mut pc: Pc) {
        course.borrow_mut().begin(self.now());
        let mut stood = None;
        let mut restarts = 0;
        loop {
            let asked = course.borrow_mut().next(self.now());
            let stands = course.borrow().doing();
            if stood.as_ref() != Some(&stands) {
                drop(self.told.send(Seen::Stands(self.place, stands.clone())).await);
                stood = Some(stands);
            }
            if asked == Do::End {
                break;
            }
            let connecting = asked == Do::Connect;
            let came = self.perform(&mut pc, asked).await;
            for Trusted { jump, fingerprint } in pc.trusted.drain(..) {
                self.news(News::Trusted { pc: jump.unwrap_or_else(|| self.label.clone()), fingerprint }).await;
            }
            if let Some(name) = pc.named.take() {
                course.borrow_mut().named(&name);
                self.news(News::Named { pc: self.label.clone(), name }).await;
            }
            match &came {
                Came::Looked(_) if connecting => {
                    self.news(News::Connected { pc: self.label.clone() }).await;
                }
                Came::Line(_, event) => self.news(News::Told { pc: self.label.clone(), event: event.clone() }).await,
                // That it is not reached is told once, with the result.
                Came::Lost(why) if !connecting => self.news(News::Lost { pc: self.label.clone(), why: why.clone() }).await,
                _ => {}
            }
            course.borrow_mut().came(self.now(), came);
            if course.borrow().restarts() > restarts {
                restarts = course.borrow().restarts();
                self.news(News::Restarted { pc: self.label.clone() }).await;
            }
        }
        pc.hang_up();
        let result = course.borrow().result().clone();
        self.news(News::Result(Box::new(result))).await;
    }

    /// Does what is asked for, and tells how much was sent meanwhile.
    async fn perform(&self, pc: &mut Pc, asked: Do) -> Came {
        if !matches!(asked, Do::Push { .. } | Do::Put { .. }) {
            return pc.perform(asked).await;
        }
        let sent = pc.sent.clone();
        sent.set((0, 0));
        let mut shown = (0, 0);
        let mut doing = std::pin::pin!(pc.perform(asked));
        loop {
            match timeout(GLANCE, &mut doing).await {
                Ok(came) => return came,
                Err(_) if sent.get() != shown => {
                    shown = sent.get();
                    drop(self.told.try_send(Seen::Sent(self.place, shown.0, shown.1)));
                }
                Err(_) => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::edge::bench::baggage::Brought;
    use crate::edge::bench::machine::Machine;
    use crate::language::Language;
    use crate::prep::look::Digest;
    use crate::secret::Secret;

    #[test]
    fn a_pc_gets_what_its_own_profile_needs_and_nothing_of_another_whatever_it_asks_for() {
        let planned = Planned {
            label: "10.0.0.1".into(),
            hop: Hop { address: "10.0.0.1".into(), port: 22, user: "root".into() },
            run: Run { profile: "p.toml".into(), variables: BTreeMap::new(), id: "x".into() },
            pattern: None,
            files: vec![0, 2],
            secrets: vec!["FIRST".into(), "NOT_GIVEN".into()],
        };
        let all: Secrets =
            ["FIRST", "SECOND"].map(|name| (name.to_owned(), Secret::new(name.to_lowercase()))).into_iter().collect();
        let asked = ["SECOND", "FIRST", "NOT_GIVEN", "third"].map(str::to_owned);
        let given = planned.secrets_of(&asked, &all);
        assert_eq!(given.keys().collect::<Vec<_>>(), ["FIRST"]);
        assert!(planned.secrets_of(&[], &all).is_empty(), "it needs none");

        let file = |name: &str| Brought {
            name: name.into(),
            path: name.into(),
            digest: Digest::of(name.as_bytes()),
            machine: Machine::Other,
        };
        let files = ["p.toml", "second.p12", "first.p12"].map(file).to_vec();
        let baggage = Baggage { programs: vec![], files, secrets: all, language: Language::En };
        let load = planned.load(&baggage);
        assert_eq!(load.files.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["p.toml", "first.p12"]);
    }
}
