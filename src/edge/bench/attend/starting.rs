//! A run is started so that it outlives the connection; before that, what it would need is told.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::process::{Child, ExitStatus};
use std::thread;
use std::time::{Duration, Instant};

use super::{Attendant, GLANCE, beating, failed, folder_of, system};
use crate::edge::pc::payloads::Payloads;
use crate::edge::pc::told::is_written;
use crate::edge::pc::{Pc, opening, past, profile, state_folder};
use crate::edge::replace;
use crate::fault::{Fault, Result, Why};
use crate::language::Language;
use crate::prep::bench::attend::{Answer, Run, ToName};
use crate::prep::engine;
use crate::prep::look::{How, Look};
use crate::prep::outcome::Failure;
use crate::prep::secrets::LONGEST;

/// A run that has not begun by then will not.
const BEGINS: Duration = Duration::from_secs(60);

impl Attendant {
    /// The secrets and the name that a run would need. One that would be refused is refused here: no name is reserved for it.
    pub(super) fn need(&self, run: &Run) -> Result<Answer> {
        let profile = profile(&self.profile(run), &run.variables)?;
        let payloads = Payloads::find(&profile, &self.brought(&run.id), None)?;
        let digests = payloads.digests();
        let pc = Pc::new(payloads);
        engine::inspect(&profile, &pc)?;
        let own = opening(&profile, pc.identity()?, digests);
        let past = past(&state_folder())?.filter(|past| !past.is_over_for(&own.profile)).unwrap_or_default();
        engine::goes_on(&past, &own)?;
        let before = past.opened.and_then(|begun| begun.name);
        let naming = profile.naming(&profile.facts(&pc)?).map(|_| ToName { pc: own.pc, before });
        Ok(Answer::Need { secrets: engine::secrets(&profile, &pc)?, naming })
    }

    pub(super) fn start(&mut self, run: &Run, name: Option<&str>, language: &str, secrets: usize) -> io::Result<Answer> {
        if secrets as u64 > LONGEST {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        // Written on at once: what is handed over is kept in no other place.
        let mut handed = zeroize::Zeroizing::new(vec![0; secrets]);
        self.station.read_exact(&mut handed)?;
        // Whoever else comes at the same time waits until this run is one that goes on.
        let place = self.folder.join("start");
        let alone = folder_of(&place).and_then(|()| File::create(place)).and_then(|file| beating(|| file.lock()).map(|()| file));
        let _alone = match alone {
            Ok(alone) => alone,
            Err(error) => return Ok(failed("trousse prep run", &error)),
        };
        if let Some(other) = self.running()? {
            return Ok(if other == run.id || other.is_empty() { Answer::Started } else { busy() });
        }
        let lines = self.lines();
        // After a power cut the run goes on by itself: which it is must be on the disk by then.
        let begun = replace::write(&self.folder.join("run"), run.id.as_bytes()).and_then(|()| fs::write(&lines, ""));
        if let Err(error) = begun {
            return Ok(failed("trousse prep run", &error));
        }
        let mut child = match self.begin(run, name, language) {
            Ok(child) => child,
            Err(error) => return Ok(failed("trousse prep run", &error)),
        };
        if let Some(mut stdin) = child.stdin.take() {
            // One that ended before tells why.
            drop(stdin.write_all(&handed));
        }
        let until = Instant::now() + BEGINS;
        loop {
            if is_written(&lines)? || fs::metadata(&lines)?.len() > 0 {
                return Ok(Answer::Started);
            }
            let ended = child.try_wait()?;
            if ended.is_some() {
                return Ok(self.not_begun(ended));
            }
            if Instant::now() > until {
                // Nor does it begin later, when the station has left.
                drop(child.kill());
                child.wait()?;
                return Ok(if fs::metadata(&lines)?.len() > 0 { Answer::Started } else { self.not_begun(None) });
            }
            thread::sleep(GLANCE);
        }
    }

    /// Why a run has not begun: what it said of it, else how it ended.
    fn not_begun(&self, ended: Option<ExitStatus>) -> Answer {
        let said = fs::read(self.folder.join("errors")).unwrap_or_default();
        let said = String::from_utf8_lossy(&said).lines().next().unwrap_or_default().to_owned();
        let fault = |why: Why| Fault::because("trousse prep run", "trousse prep run", why);
        let seconds = BEGINS.as_secs();
        let fault = match ended {
            _ if !said.is_empty() => fault(Why::new(said.clone(), said)),
            Some(status) => {
                let [english, french] = Language::ALL.map(|language| match status.code() {
                    Some(code) => How::Code(code).say(language),
                    None => language.pick("something has ended it", "quelque chose l'a arrêté").to_owned(),
                });
                fault(Why::new(english, french)).hint(
                    "look whether an antivirus or a lack of memory has ended it there",
                    "regardez si un antivirus ou un manque de mémoire l'y a arrêté",
                )
            }
            None => fault(Why::new(
                format!("it has not begun within {seconds} s"),
                format!("il n'a pas commencé au bout de {seconds} s"),
            ))
            .hint(
                "look what keeps that PC busy, and give the same command again",
                "voyez ce qui occupe ce PC, et relancez la même commande",
            ),
        };
        Answer::Failed(Failure::from(&fault))
    }

    /// Begins the run, which does not end with us.
    fn begin(&self, run: &Run, name: Option<&str>, language: &str) -> io::Result<Child> {
        let mut words: Vec<OsString> =
            ["--lang", language, "prep", "run", "--reboot", "--secrets", "-", "--tell"].map(OsString::from).to_vec();
        words.push(self.lines().into());
        for (name, value) in &run.variables {
            words.extend(["--set".into(), format!("{name}={value}").into()]);
        }
        words.extend(name.map(|name| format!("--name={name}").into()));
        words.extend(["--".into(), self.profile(run).into()]);
        let mut options = OpenOptions::new();
        let errors = system::private(options.write(true).create(true).truncate(true)).open(self.folder.join("errors"))?;
        system::start(&words, errors)
    }
}

fn busy() -> Answer {
    Answer::Failed(Failure::from(&Fault::new("another preparation goes on there", "une autre préparation y est en cours")))
}
