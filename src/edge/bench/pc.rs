//! One PC over SSH: does what its course asks for, and tells what came of it.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::time::timeout;

use super::baggage::Baggage;
use super::ground::Ground;
use super::namer::Namer;
use super::ssh::{ANSWERS, Access, Session, Talk, Trouble, Trusted, within};
use super::station::Planned;
use crate::prep::bench::attend::{Answer, Beat, Request};
use crate::prep::bench::course::{Came, Do};
use crate::prep::secrets;

/// The attendant takes a station for gone that says nothing for ten minutes.
const ALIVE: Duration = Duration::from_secs(60);
/// A sign of life comes every second, and is awaited for so long.
const BEATS: Duration = Duration::from_secs(20);
/// Lines that come before the program says anything: a login has a page at most.
const MOST_LINES: usize = 1_000;
/// Lines before an answer: a sign of life a second for three hours, while files are hashed and each step is looked at.
const MOST_PASSED_OVER: usize = 10_800;

/// The connection to a PC, and how far it is.
pub(super) struct Pc {
    planned: Planned,
    access: Arc<Access>,
    baggage: Rc<Baggage>,
    namer: Rc<Namer>,
    session: Option<Session>,
    attendant: Option<Talk>,
    /// Its system, since it was looked at.
    ground: Option<Ground>,
    /// The program was put there from here, and no run was seen to go on there since.
    pushed: bool,
    /// The program there has answered once.
    hears: bool,
    listening: bool,
    /// When the attendant was told something the last time.
    told: Instant,
    /// Answers to that the station is there which have not come yet.
    owed: u32,
    /// Bytes of a file that have been sent, and all of them.
    pub(super) sent: Rc<Cell<(u64, u64)>>,
    /// Keys that are known from now on.
    pub(super) trusted: Vec<Trusted>,
    /// The name that it has from now on.
    pub(super) named: Option<String>,
}

impl Pc {
    pub(super) fn new(
        planned: Planned,
        access: Arc<Access>,
        baggage: Rc<Baggage>,
        namer: Rc<Namer>,
        sent: Rc<Cell<(u64, u64)>>,
    ) -> Pc {
        Pc {
            planned,
            access,
            baggage,
            namer,
            session: None,
            attendant: None,
            ground: None,
            pushed: false,
            hears: false,
            listening: false,
            told: Instant::now(),
            owed: 0,
            sent,
            trusted: Vec::new(),
            named: None,
        }
    }

    /// Does what is asked for.
    pub(super) async fn perform(&mut self, asked: Do) -> Came {
        let before_it_runs = matches!(asked, Do::Push { .. } | Do::Check | Do::Open);
        let done = match asked {
            Do::Connect => self.connect().await,
            Do::Push { from } => self.push(from).await,
            Do::Check => self.check().await,
            Do::Open => self.open().await,
            Do::Put { file } => self.put(file).await,
            Do::Start => self.start().await,
            Do::Listen { from } => self.listen(from).await,
            Do::Tidy => self.tidy().await,
            Do::Rest { ms } => {
                tokio::time::sleep(Duration::from_millis(ms)).await;
                Ok(Came::Done)
            }
            Do::End => Ok(Came::Done),
        };
        match done {
            Ok(came) => came,
            Err(trouble) => {
                match trouble {
                    Trouble::Lost(why) => {
                        self.hang_up();
                        Came::Lost(why)
                    }
                    // It is still there, to remove what was brought.
                    Trouble::Refused(why) => {
                        if before_it_runs && self.pushed {
                            self.take_back().await;
                        }
                        Came::Refused(why)
                    }
                }
            }
        }
    }

    /// Removes the program that this station has put there and that nothing runs from. A PC that does not let it keeps it.
    async fn take_back(&mut self) {
        if let Some(mut talk) = self.attendant.take() {
            drop(talk.close().await);
        }
        if let (Some(ground), Some(session)) = (&self.ground, &self.session) {
            drop(ground.take_back(session).await);
        }
    }

    /// Nothing more is said.
    pub(super) fn hang_up(&mut self) {
        (self.attendant, self.session) = (None, None);
        self.owed = 0;
        self.listening = false;
    }

    fn session(&self) -> Result<&Session, Trouble> {
        self.session.as_ref().ok_or_else(not_connected)
    }

    fn ground(&self) -> Result<&Ground, Trouble> {
        self.ground.as_ref().ok_or_else(not_connected)
    }

    async fn connect(&mut self) -> Result<Came, Trouble> {
        self.hang_up();
        let session = Session::open(&self.planned.hop, &self.access, &mut self.trusted).await?;
        let (ground, program) = Ground::look(&session, &self.planned.hop, &self.access, &self.baggage).await?;
        (self.session, self.ground) = (Some(session), Some(ground));
        Ok(Came::Looked(program))
    }

    async fn push(&mut self, from: u64) -> Result<Came, Trouble> {
        self.pushed = true;
        self.ground()?.push(self.session()?, from, &self.sent).await?;
        Ok(Came::Done)
    }

    async fn check(&mut self) -> Result<Came, Trouble> {
        let ground = self.ground()?;
        if ground.check(self.session()?).await? {
            return Ok(Came::Done);
        }
        ground.program().is_still().await.map(|()| Came::Wrong)
    }

    /// Runs the program there, with all rights.
    async fn open(&mut self) -> Result<Came, Trouble> {
        let ground = self.ground()?;
        let mut talk = ground.open(self.session()?, &self.access).await?;
        let hears = ground.hears();
        let greeting = async {
            let mut lines = 0;
            loop {
                while let Some(line) = talk.heard()? {
                    // What a login says by itself comes before.
                    match serde_json::from_slice(&line) {
                        Ok(Answer::Hello(hello)) => return Ok(hello),
                        Ok(Answer::Failed(why)) => return Err(Trouble::Refused(why)),
                        _ => {}
                    }
                    lines += 1;
                    if lines > MOST_LINES {
                        return Err(Trouble::lost("it says more than it was asked", "il en dit plus qu'on ne lui demande"));
                    }
                }
                if !talk.hear(ANSWERS).await? {
                    return Err(ground.does_not_run(&talk));
                }
                // Whoever asks for a password again writes no line, and waits.
                ground.heed(&mut talk)?;
            }
        };
        let hello = within(ANSWERS, greeting).await??;
        self.attendant = Some(talk);
        self.listening = false;
        self.pushed &= hello.running.is_none();
        match timeout(hears, self.ask(&Request::Alive, &[])).await {
            Ok(answer) => match answer? {
                Answer::Alive => {}
                _ => return Err(nonsense()),
            },
            // Of a connection that is dead nothing follows, nor of a PC that is busy and has heard us before.
            Err(_) if self.hears => return Err(Trouble::silent()),
            Err(_) => {
                self.session()?.is_there().await?;
                return Err(self.ground()?.unheard());
            }
        }
        self.hears = true;
        Ok(Came::Attending(hello))
    }

    /// What the attendant answers, past what it still tells of the run. While it is at work it is told that somebody is there, unless
    /// it waits for the bytes of a file.
    async fn answer(&mut self, patience: Duration, keeps: bool) -> Result<Answer, Trouble> {
        let quiet = !self.listening;
        let mut passed_over = 0;
        loop {
            let talk = self.attendant.as_mut().ok_or_else(not_connected)?;
            let Some(line) = talk.line(patience).await? else {
                return Err(match talk.status {
                    Some(_) => Trouble::lost(
                        format!("the program there ended: {}", talk.trouble()),
                        format!("le programme s'y est arrêté : {}", talk.trouble()),
                    ),
                    None => Trouble::cut(),
                });
            };
            match serde_json::from_slice(&line) {
                Ok(Answer::Alive) if self.owed > 0 => self.owed -= 1,
                // What it still told of the run, and that it is still at what it was asked.
                Ok(Answer::Line { .. } | Answer::Beat(_)) if quiet => {
                    passed_over += 1;
                    if passed_over > MOST_PASSED_OVER {
                        return Err(Trouble::lost("it comes to no answer", "il n'arrive à aucune réponse"));
                    }
                    if keeps {
                        self.is_there().await?;
                    }
                }
                Ok(Answer::Failed(why)) => return Err(Trouble::Refused(why)),
                Ok(answer) => return Ok(answer),
                Err(_) => return Err(nonsense()),
            }
        }
    }

    /// Says now and then that the station is there; what is answered to that comes when it comes.
    async fn is_there(&mut self) -> Result<(), Trouble> {
        if self.told.elapsed() < ALIVE {
            return Ok(());
        }
        self.owed += 1;
        self.tell(&Request::Alive, &[]).await
    }

    async fn ask(&mut self, request: &Request, then: &[u8]) -> Result<Answer, Trouble> {
        self.listening = false;
        self.tell(request, then).await?;
        self.answer(ANSWERS, !matches!(request, Request::Put { .. })).await
    }

    /// Asks for something, with what follows it; secrets are among that.
    async fn tell(&mut self, request: &Request, then: &[u8]) -> Result<(), Trouble> {
        let mut line = serde_json::to_vec(request).unwrap_or_default();
        line.push(b'\n');
        self.told = Instant::now();
        let talk = self.attendant.as_mut().ok_or_else(not_connected)?;
        talk.say(line).await?;
        if then.is_empty() { Ok(()) } else { talk.confide(then).await }
    }

    async fn put(&mut self, file: usize) -> Result<Came, Trouble> {
        let baggage = self.baggage.clone();
        let place = self.planned.files.get(file);
        let Some(file) = place.and_then(|place| baggage.files.get(*place)) else { return Ok(Came::Done) };
        let request = Request::Put { run: self.planned.run.id.clone(), name: file.name.clone(), digest: file.digest.clone() };
        let Answer::Have { size } = self.ask(&request, &[]).await? else { return Err(nonsense()) };
        if size > file.digest.size {
            return Err(nonsense());
        }
        if let Some(mut talk) = self.attendant.take() {
            if let Err(trouble) = talk.send(file, size, &self.sent).await {
                // It waits for bytes that never come: the next one is told what is next.
                talk.close().await?;
                return Err(trouble);
            }
            self.attendant = Some(talk);
        }
        match self.answer(ANSWERS, true).await? {
            Answer::Stored => Ok(Came::Done),
            Answer::Wrong => file.is_still().await.map(|()| Came::Wrong),
            _ => Err(nonsense()),
        }
    }

    async fn start(&mut self) -> Result<Came, Trouble> {
        self.pushed = false;
        let run = self.planned.run.clone();
        let (names, naming) = match self.ask(&Request::Need(run.clone()), &[]).await? {
            Answer::Need { secrets, naming } => (secrets, naming),
            _ => return Err(nonsense()),
        };
        let mut name = None;
        if let Some(to_name) = naming {
            let (own, is_new) = self.namer.name(&self.planned.label, self.planned.pattern.as_ref(), to_name).await?;
            self.named = Some(own.clone());
            name = is_new.then_some(own);
        }
        let text = secrets::text(&self.planned.secrets_of(&names, &self.baggage.secrets));
        let language = self.baggage.language.tag().to_owned();
        let request = Request::Start { run, name, language, secrets: text.reveal().len() };
        match self.ask(&request, text.reveal().as_bytes()).await? {
            Answer::Started => Ok(Came::Done),
            _ => Err(nonsense()),
        }
    }

    async fn listen(&mut self, from: u64) -> Result<Came, Trouble> {
        if !self.listening {
            self.tell(&Request::Listen { from }, &[]).await?;
            self.listening = true;
        }
        self.is_there().await?;
        match self.answer(BEATS, false).await? {
            Answer::Line { next, event } => Ok(Came::Line(next, event)),
            Answer::Beat(beat @ Beat { .. }) => Ok(Came::Beat(beat)),
            _ => Err(nonsense()),
        }
    }

    async fn tidy(&mut self) -> Result<Came, Trouble> {
        let Answer::Tidied { all } = self.ask(&Request::Tidy { run: self.planned.run.id.clone() }, &[]).await? else {
            return Err(nonsense());
        };
        if let Some(mut talk) = self.attendant.take() {
            talk.close().await?;
            talk.ends(ANSWERS).await?;
        }
        // The program may be that of another run.
        if all {
            self.ground()?.clear(self.session()?).await?;
        }
        Ok(Came::Done)
    }
}

fn nonsense() -> Trouble {
    Trouble::lost("what it says makes no sense", "ce qu'il dit n'a pas de sens")
}

fn not_connected() -> Trouble {
    Trouble::lost("there is no connection", "il n'y a pas de connexion")
}
