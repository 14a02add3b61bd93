//! What can be read of a PC with Windows on it.

use std::fs;
use std::io;

use super::{Pc, accounts, apps, devices, here, power, powershell, programs, services, shortcuts, system, updates, values, wmi};
use crate::edge::pc::{about, files};
use crate::fault::{Fault, Result};
use crate::prep::look::app::App;
use crate::prep::look::power::{Setting, Source};
use crate::prep::look::registry::{Data, Key};
use crate::prep::look::service::Service;
use crate::prep::look::shortcut::{Place, Shortcut};
use crate::prep::look::update::Update;
use crate::prep::look::{
    Account, Build, Command, Contents, Digest, Ended, HostName, Identity, Look, Package, Program, Row, Seen, filled_in,
};
use crate::prep::pack::Packed;
use crate::prep::path;

/// What SMBIOS told of the firmware when Windows was started.
const FIRMWARE: &str = r"HARDWARE\DESCRIPTION\System\BIOS";

impl Look for Pc {
    fn build(&self) -> Result<Build> {
        system::build()
    }

    fn identity(&self) -> Result<Identity> {
        system::identity()
    }

    fn boot(&self) -> Result<String> {
        system::boot()
    }

    fn restart_pending(&self) -> Result<bool> {
        system::restart_pending()
    }

    fn host_name(&self) -> Result<HostName> {
        system::host_name()
    }

    fn file(&self, path: &str) -> Result<Option<Seen>> {
        files::seen(&here(path)?)
    }

    fn file_holds(&self, path: &str, text: &str) -> Result<bool> {
        files::holds(&here(path)?, text)
    }

    fn file_version(&self, path: &str) -> Result<Option<String>> {
        programs::file_version(&here(path)?)
    }

    fn package(&self, name: &str) -> Result<Option<String>> {
        Err(no_debian(name))
    }

    fn programs(&self) -> Result<Vec<Program>> {
        programs::installed()
    }

    fn related(&self, upgrade_code: &str) -> Result<Vec<String>> {
        Ok(programs::related(upgrade_code))
    }

    fn payload(&self, name: &str) -> Result<Digest> {
        match self.payloads.get(name) {
            Some(payload) => Ok(payload.digest.clone()),
            None => Err(about(name, &io::ErrorKind::NotFound.into())),
        }
    }

    fn payload_package(&self, name: &str) -> Result<Package> {
        self.payloads.package(name)
    }

    fn payload_program(&self, name: &str) -> Result<()> {
        self.payloads.program(name)
    }

    fn account(&self, login: &str) -> Result<Option<Account>> {
        accounts::account(login)
    }

    fn has_password(&self, login: &str) -> Result<bool> {
        if let Some(known) = self.passwords.borrow().get(login) {
            return Ok(*known);
        }
        let told = accounts::has_password(login)?;
        self.passwords.borrow_mut().insert(login.to_owned(), told);
        Ok(told)
    }

    fn group(&self, name: &str) -> Result<Option<String>> {
        accounts::group(name)
    }

    fn wrong_with(&self, lines: &Contents) -> Result<Option<String>> {
        match lines {
            Contents::Text(text) => powershell::wrong(text),
            Contents::Payload(name) => powershell::wrong_file(&self.payload_path(name)),
        }
    }

    fn payload_bytes(&self, name: &str, most: u64) -> Result<Vec<u8>> {
        files::payload(&self.payload_path(name), name, &self.payload(name)?, most)
    }

    fn payload_drivers(&self, name: &str) -> Result<Vec<Packed>> {
        self.payloads.drivers(name)
    }

    fn is_there(&self, path: &str) -> Result<bool> {
        // A share begins with none of what a profile's own paths begin with.
        let path = here(path).unwrap_or_else(|_| path.to_owned());
        fs::exists(&path).map_err(|error| about(&path, &error))
    }

    fn small_file(&self, path: &str) -> Result<Option<Vec<u8>>> {
        files::small(&here(path)?)
    }

    fn folder(&self, path: &str) -> Result<Vec<String>> {
        files::names(&here(path)?)
    }

    fn wmi(&self, namespace: &str, question: &str) -> Result<Vec<Row>> {
        wmi::rows(namespace, question)
    }

    fn power(&self, source: Source, setting: Setting) -> Result<Option<u32>> {
        power::setting(source, setting)
    }

    fn may_hibernate(&self) -> Result<bool> {
        power::may_hibernate()
    }

    fn service(&self, name: &str) -> Result<Option<Service>> {
        services::service(name)
    }

    fn registry_value(&self, key: &Key, name: &str) -> Result<Option<Data>> {
        values::value(key, name)
    }

    fn registry_keys(&self, key: &Key) -> Result<Vec<String>> {
        values::keys(key)
    }

    fn filled(&self, text: &str) -> Result<String> {
        path::filled(text, |folder| std::env::var(folder).ok()).map_err(|why| Fault::new(why.english, why.french))
    }

    fn shortcut(&self, place: &Place, label: &str) -> Result<Option<Shortcut>> {
        shortcuts::shortcut(place, label)
    }

    fn apps(&self) -> Result<Vec<App>> {
        apps::apps()
    }

    fn devices(&self) -> Result<Vec<String>> {
        devices::places()
    }

    fn updates(&self) -> Result<Vec<Update>> {
        updates::updates()
    }

    fn firmware(&self) -> Result<Option<String>> {
        let told = values::value(&Key::machine(FIRMWARE), "BIOSVersion")?;
        Ok(told.as_ref().and_then(Data::as_text).and_then(filled_in))
    }

    fn on_mains(&self) -> Result<bool> {
        devices::on_mains()
    }

    fn ask(&self, command: &Command) -> Result<Ended> {
        match &command.lines {
            Contents::Text(text) => powershell::look(text, command),
            Contents::Payload(_) => self.told(command),
        }
    }
}

fn no_debian(name: &str) -> Fault {
    Fault::new(format!("Windows has no Debian package {name}"), format!("Windows n'a pas de paquet Debian {name}"))
}
