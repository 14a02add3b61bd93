//! A PC as steps see it: what can be read of it, and what can be done to it. What holds a [`Look`] cannot write, by type.

mod account;
pub mod app;
pub mod card;
mod file;
mod identity;
pub mod power;
mod program;
pub mod registry;
pub mod service;
pub mod shortcut;
pub mod update;

use std::collections::BTreeMap;

use super::pack::Packed;
use crate::fault::{Fault, Result};
use crate::secret::Secret;
pub use account::Account;
use app::App;
pub use card::NetworkCard;
pub use file::{Contents, Digest, Mode, Seen, hexadecimal};
pub use identity::{Build, HostName, Identity, System, filled_in};
use power::{Setting, Source};
pub use program::{Command, Ended, How, Package, Program};
use registry::{Data, Key};
use service::{Service, Start};
use shortcut::{Place, Shortcut};
use update::Update;

/// Reads a PC.
pub trait Look {
    /// The system that runs on it.
    fn build(&self) -> Result<Build>;

    /// Which PC it is.
    fn identity(&self) -> Result<Identity>;

    /// Which start of the PC this is: another text after each restart.
    fn boot(&self) -> Result<String>;

    /// The system itself says that it must be restarted.
    fn restart_pending(&self) -> Result<bool>;

    /// The name of the PC.
    fn host_name(&self) -> Result<HostName>;

    /// Its network cards, in the order of their names: those that are in it, none that a program made up.
    fn cards(&self) -> Result<Vec<NetworkCard>> {
        self.wmi(card::NAMESPACE, card::QUESTION).map(|rows| card::told(&rows))
    }

    /// What stands at a path; `None` where nothing does. What is no plain file is a fault: no step replaces a link or a device.
    fn file(&self, path: &str) -> Result<Option<Seen>>;

    /// Whether a file is there and holds this text.
    fn file_holds(&self, path: &str, text: &str) -> Result<bool>;

    /// The version of a package that is wholly installed; `None` where it is not.
    fn package(&self, name: &str) -> Result<Option<String>>;

    /// The version of a package of which more than its settings is there, wholly installed or not; `None` where nothing else is.
    fn package_remains(&self, name: &str) -> Result<Option<String>> {
        self.package(name)
    }

    /// A file beside the profile.
    fn payload(&self, name: &str) -> Result<Digest>;

    /// What a file beside the profile holds, where it is not longer than this.
    fn payload_bytes(&self, name: &str, most: u64) -> Result<Vec<u8>>;

    /// What a package file (.deb, .msi) beside the profile says of itself.
    fn payload_package(&self, name: &str) -> Result<Package>;

    /// Refuses a file beside the profile that is no whole program for Windows.
    fn payload_program(&self, name: &str) -> Result<()>;

    /// The programs that the system lists as installed, where it keeps such a list beside that of its packages: Windows does.
    fn programs(&self) -> Result<Vec<Program>> {
        Err(has_no("list of installed programs", "liste des programmes installés"))
    }

    /// The product codes of what Windows Installer has installed with this upgrade code: versions of one product.
    fn related(&self, _: &str) -> Result<Vec<String>> {
        Err(has_no("Windows Installer", "Windows Installer"))
    }

    /// The version that a program file tells of itself; `None` where it tells none.
    fn file_version(&self, _: &str) -> Result<Option<String>> {
        Err(has_no("versions in files", "version dans les fichiers"))
    }

    /// A local account; `None` where there is none of this name.
    fn account(&self, login: &str) -> Result<Option<Account>>;

    /// Whether an account that is there has a password. It is asked where a step needs to know: the question may count as a wrong
    /// password.
    fn has_password(&self, login: &str) -> Result<bool>;

    /// What profiles call the group that the system finds by a name; `None` where it finds none.
    fn group(&self, name: &str) -> Result<Option<String>>;

    /// Whether a file or a folder stands at a path.
    fn is_there(&self, path: &str) -> Result<bool>;

    /// What a small file holds, such as one of sysfs; `None` where there is none. One that is not small is a fault.
    fn small_file(&self, path: &str) -> Result<Option<Vec<u8>>>;

    /// The names of what lies in a folder, in their order; none where there is no such folder.
    fn folder(&self, path: &str) -> Result<Vec<String>>;

    /// The rows that a question in WQL has in a namespace of WMI.
    fn wmi(&self, _: &str, _: &str) -> Result<Vec<Row>> {
        Err(has_no("WMI", "WMI"))
    }

    /// When the PC sleeps, in the unit of the setting; `None` where it is something that a profile cannot say.
    fn power(&self, source: Source, setting: Setting) -> Result<Option<u32>>;

    /// Whether the PC may hibernate.
    fn may_hibernate(&self) -> Result<bool>;

    /// A service by its short name; `None` where there is none.
    fn service(&self, name: &str) -> Result<Option<Service>>;

    /// A value of the registry, by its name; `None` where it or its key is not there.
    fn registry_value(&self, _: &Key, _: &str) -> Result<Option<Data>> {
        Err(has_no("registry", "registre"))
    }

    /// The names of the keys right below a key; none where it is not there.
    fn registry_keys(&self, _: &Key) -> Result<Vec<String>> {
        Err(has_no("registry", "registre"))
    }

    /// A text in which the variables of folders that are the same for every account are filled in (see [`super::path::filled`]).
    fn filled(&self, _: &str) -> Result<String> {
        Err(has_no("such variables", "telles variables"))
    }

    /// A shortcut, by where it lies and what it is called; `None` where there is none.
    fn shortcut(&self, _: &Place, _: &str) -> Result<Option<Shortcut>> {
        Err(has_no("shortcuts of Windows", "raccourcis de Windows"))
    }

    /// The apps of Windows' Store.
    fn apps(&self) -> Result<Vec<App>> {
        Err(has_no("Store of Windows", "Store de Windows"))
    }

    /// The places of the devices that are in the PC, as the registry has them.
    fn devices(&self) -> Result<Vec<String>> {
        Err(has_no("devices of Windows", "périphériques de Windows"))
    }

    /// What the system's maker has for the PC and it does not have yet.
    fn updates(&self) -> Result<Vec<Update>> {
        Err(has_no("Windows Update", "Windows Update"))
    }

    /// The drivers of a pack beside the profile. What is no whole pack is a fault.
    fn payload_drivers(&self, name: &str) -> Result<Vec<Packed>>;
    /// What the shell of the system says is wrong with these lines, without running any of them; `None` where nothing is.
    fn wrong_with(&self, lines: &Contents) -> Result<Option<String>>;

    /// The version of the firmware (SMBIOS, DSP0134 7.1); `None` where its maker has not filled it in.
    fn firmware(&self) -> Result<Option<String>>;

    /// Whether the PC is fed from the mains.
    fn on_mains(&self) -> Result<bool>;

    /// Runs a command that only looks: that it does is the promise of whoever wrote the profile.
    fn ask(&self, command: &Command) -> Result<Ended>;
}

/// Changes a PC.
pub trait Act: Look {
    /// Writes a file whole or not at all, with its folders. Windows has no mode, and makes nothing of it.
    fn write(&mut self, path: &str, contents: &Contents, mode: Mode) -> Result<()>;

    /// Sets who may do what with a file.
    fn set_mode(&mut self, path: &str, mode: Mode) -> Result<()>;

    /// Installs a package file beside the profile: a package of the system by its installer, a program by running it. The arguments
    /// are those of the profile.
    fn install(&mut self, payload: &str, arguments: &[String], timeout_s: u32) -> Result<Ended>;

    /// Runs a command.
    fn run(&mut self, command: &Command) -> Result<Ended>;

    /// Makes a local account, with a home and without a password.
    fn add_account(&mut self, login: &str) -> Result<()>;

    /// Sets the name of a person on an account.
    fn set_full_name(&mut self, login: &str, full_name: &str) -> Result<()>;

    /// Adds an account to a group.
    fn join_group(&mut self, login: &str, group: &str) -> Result<()>;

    /// Gives an account a password.
    fn set_password(&mut self, login: &str, password: &Secret) -> Result<()>;

    /// A secret by its name; `None` where nobody has given it.
    fn secret(&self, name: &str) -> Option<Secret>;

    /// Names the PC.
    fn set_host_name(&mut self, name: &str) -> Result<()>;

    /// Sets when the PC sleeps.
    fn set_power(&mut self, source: Source, setting: Setting, value: u32) -> Result<()>;

    /// Lets the PC hibernate, or forbids it.
    fn let_hibernate(&mut self, on: bool) -> Result<()>;

    /// Sets when a service starts.
    fn set_service_start(&mut self, name: &str, start: Start) -> Result<()>;

    /// Starts or stops a service, and waits until it has.
    fn set_service_running(&mut self, name: &str, runs: bool, timeout_s: u32) -> Result<()>;

    /// Sets a value of the registry, and makes its key where there is none.
    fn set_registry_value(&mut self, _: &Key, _: &str, _: &Data) -> Result<()> {
        Err(has_no("registry", "registre"))
    }

    /// Takes a value out of the registry.
    fn remove_registry_value(&mut self, _: &Key, _: &str) -> Result<()> {
        Err(has_no("registry", "registre"))
    }

    /// Writes a shortcut whole.
    fn set_shortcut(&mut self, _: &Place, _: &str, _: &Shortcut) -> Result<()> {
        Err(has_no("shortcuts of Windows", "raccourcis de Windows"))
    }

    /// Removes an app for every account, or from what those get who come.
    fn remove_app(&mut self, _: &App, _: u32) -> Result<()> {
        Err(has_no("Store of Windows", "Store de Windows"))
    }

    /// Removes a package of the system; its settings stay.
    fn remove_package(&mut self, _: &str, _: u32) -> Result<Ended> {
        Err(has_no("Debian packages", "paquets Debian"))
    }

    /// Runs a program by a command line of Windows, as the uninstaller of another one has it.
    fn run_line(&mut self, _: &str, _: u32) -> Result<Ended> {
        Err(has_no("command lines of Windows", "lignes de commande de Windows"))
    }

    /// Gives Windows a driver of a pack beside the profile, and the devices that it is for.
    fn add_driver(&mut self, _: &str, _: &str, _: u32) -> Result<Ended> {
        Err(has_no("drivers of Windows", "pilotes de Windows"))
    }

    /// Downloads and installs an update; whether it wants a restart.
    fn install_update(&mut self, _: &str, _: u32) -> Result<bool> {
        Err(has_no("Windows Update", "Windows Update"))
    }
    /// Waits until all that was done is on the disk: what the journal calls done must outlive a power cut.
    fn settle(&mut self) -> Result<()>;

    /// Lets the PC go on with this run when it is started the next time.
    fn resume_at_start(&mut self) -> Result<()>;

    /// Takes that back.
    fn forget_resume(&mut self) -> Result<()>;

    /// Restarts the PC.
    fn restart(&mut self) -> Result<()>;

    /// Waits between two attempts.
    fn wait(&mut self, seconds: u32);
}

/// A row of an answer of WMI: what it holds that is not null, by the names of the properties; truths are `true` and `false`.
pub type Row = BTreeMap<String, String>;

/// What another system has and this one does not.
fn has_no(english: &str, french: &str) -> Fault {
    Fault::new(format!("this system has no {english}"), format!("ce système n'a pas de {french}"))
}
