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

/// Between two looks at Ctrl-C, and two pictures of what is sent.
const GLANCE: Duration = Duration::from_millis(100);
/// Pieces of news that wait to be shown.
const WAITING: usize = 64;

/// What is to be done.
pub struct Plan {
    /// The PCs, each with its own run of the profile.
    pub pcs: Vec<Planned>,
    /// What every one of them gets.
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
    let courses: Vec<Rc<RefCell<Course>>> = pcs
        .iter()
        .map(|pc| {
            let load = Load {
                files: baggage.files.iter().map(|file| (file.name.clone(), file.digest.clone())).collect(),
                run: pc.run.id.clone(),
                secrets: !baggage.secrets.is_empty(),
            };
            Rc::new(RefCell::new(Course::new(pc.label.clone(), load, terms)))
        })
        .collect();
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
                Ok(Some(seen)) => onlooker(seen),
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
    });
    let now = began.elapsed().as_millis() as u64;
    let result = |course: &Rc<RefCell<Course>>| {
        course.borrow_mut().leave(now);
        course.borrow().result().clone()
    };
    Ok(courses.iter().map(result).collect())
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
