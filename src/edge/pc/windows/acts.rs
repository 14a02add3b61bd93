//! What can be done to a PC with Windows on it.

use std::fs;
use std::time::Duration;

use super::{Pc, accounts, apps, here, installers, line, power, services, shortcuts, system, updates, values};
use crate::edge::pc::kept::Resume;
use crate::edge::pc::{about, files, is_still};
use crate::edge::stop;
use crate::fault::{Fault, Result};
use crate::prep::look::app::App;
use crate::prep::look::power::{Setting, Source};
use crate::prep::look::registry::{Data, Key};
use crate::prep::look::service::Start;
use crate::prep::look::shortcut::{Place, Shortcut};
use crate::prep::look::{Act, Command, Contents, Digest, Ended, Look, Mode};
use crate::secret::Secret;

impl Act for Pc {
    fn write(&mut self, path: &str, contents: &Contents, mode: Mode) -> Result<()> {
        let path = here(path)?;
        match contents {
            Contents::Text(text) => files::write(&path, &mut text.as_bytes(), mode).map(drop),
            Contents::Payload(name) => {
                let expected = self.payload(name)?;
                let from = self.payload_path(name);
                let mut file = fs::File::open(&from).map_err(|error| about(&from, &error))?;
                files::write_if(&path, &mut file, &from, mode, |digest| is_still(name, digest, &expected))
            }
        }
    }

    fn set_mode(&mut self, path: &str, mode: Mode) -> Result<()> {
        Err(Fault::new(
            format!("{path}: Windows has no mode {mode}"),
            format!("{path} : Windows ne connaît pas les droits {mode}"),
        ))
    }

    fn install(&mut self, payload: &str, arguments: &[String], timeout_s: u32) -> Result<Ended> {
        let expected = self.payload(payload)?;
        let right = |digest: &Digest| is_still(payload, digest, &expected);
        installers::install(&self.payload_path(payload), &self.workshop(), right, arguments, timeout_s)
    }

    fn run(&mut self, command: &Command) -> Result<Ended> {
        self.told(command)
    }

    fn add_account(&mut self, login: &str) -> Result<()> {
        self.passwords.get_mut().remove(login);
        accounts::add(login)
    }

    fn set_full_name(&mut self, login: &str, full_name: &str) -> Result<()> {
        accounts::set_full_name(login, full_name)
    }

    fn join_group(&mut self, login: &str, group: &str) -> Result<()> {
        accounts::join(login, group)
    }

    fn set_password(&mut self, login: &str, password: &Secret) -> Result<()> {
        self.passwords.get_mut().remove(login);
        accounts::set_password(login, password)
    }

    fn secret(&self, name: &str) -> Option<Secret> {
        self.secrets.get(name).cloned()
    }

    fn set_host_name(&mut self, name: &str) -> Result<()> {
        system::set_host_name(name)
    }

    fn set_power(&mut self, source: Source, setting: Setting, value: u32) -> Result<()> {
        power::set(source, setting, value)
    }

    fn let_hibernate(&mut self, on: bool) -> Result<()> {
        installers::hibernate(on)
    }

    fn set_service_start(&mut self, name: &str, start: Start) -> Result<()> {
        services::set_start(name, start)
    }

    fn set_service_running(&mut self, name: &str, runs: bool, timeout_s: u32) -> Result<()> {
        services::set_running(name, runs, timeout_s)
    }

    fn set_registry_value(&mut self, key: &Key, name: &str, data: &Data) -> Result<()> {
        values::set(key, name, data)
    }

    fn remove_registry_value(&mut self, key: &Key, name: &str) -> Result<()> {
        values::remove(key, name)
    }

    fn set_shortcut(&mut self, place: &Place, label: &str, shortcut: &Shortcut) -> Result<()> {
        shortcuts::set(place, label, shortcut)
    }

    fn remove_app(&mut self, app: &App, timeout_s: u32) -> Result<()> {
        apps::remove(app, timeout_s)
    }

    fn run_line(&mut self, line: &str, timeout_s: u32) -> Result<Ended> {
        line::run(line, timeout_s)
    }

    fn add_driver(&mut self, pack: &str, inf: &str, timeout_s: u32) -> Result<Ended> {
        let expected = self.payload(pack)?;
        let right = |digest: &Digest| is_still(pack, digest, &expected);
        installers::driver(&self.payload_path(pack), inf, &self.workshop(), right, timeout_s)
    }

    fn install_update(&mut self, id: &str, timeout_s: u32) -> Result<bool> {
        updates::install(id, timeout_s)
    }

    fn settle(&mut self) -> Result<()> {
        system::settle()
    }

    fn resume_at_start(&mut self) -> Result<()> {
        let prepared = self.resume.as_ref().map_or(Ok(()), |resume| resume.prepare(&self.payloads));
        self.kept = true;
        prepared
    }

    fn forget_resume(&mut self) -> Result<()> {
        self.resume.as_ref().map_or(Ok(()), Resume::forget)
    }

    fn restart(&mut self) -> Result<()> {
        system::restart()
    }

    fn wait(&mut self, seconds: u32) {
        stop::wait(Duration::from_secs(seconds.into()));
    }
}
