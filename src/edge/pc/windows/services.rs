//! Services of Windows, by their manager.

use std::time::{Duration, Instant};

use windows::Win32::Foundation::{
    ERROR_SERVICE_ALREADY_RUNNING, ERROR_SERVICE_DOES_NOT_EXIST, ERROR_SERVICE_NOT_ACTIVE, WIN32_ERROR,
};
use windows::Win32::System::Services::{
    ChangeServiceConfigW, CloseServiceHandle, ControlService, ENUM_SERVICE_TYPE, OpenSCManagerW, OpenServiceW,
    QueryServiceStatus, SC_HANDLE, SC_MANAGER_CONNECT, SERVICE_AUTO_START, SERVICE_CHANGE_CONFIG, SERVICE_CONTROL_STOP,
    SERVICE_DEMAND_START, SERVICE_DISABLED, SERVICE_ERROR, SERVICE_NO_CHANGE, SERVICE_QUERY_STATUS, SERVICE_RUNNING,
    SERVICE_START, SERVICE_START_TYPE, SERVICE_STATUS, SERVICE_STATUS_CURRENT_STATE, SERVICE_STOP, SERVICE_STOPPED,
    StartServiceW,
};
use windows::core::{HSTRING, PCWSTR};

use super::system::why;
use super::values;
use crate::edge::stop;
use crate::fault::{Fault, Result};
use crate::prep::look::registry::{Data, Key};
use crate::prep::look::service::{Service, Start};

/// Where the manager keeps the services, and when they start (Services\NAME\Start).
const SERVICES: &str = r"SYSTEM\CurrentControlSet\Services";
/// Between two looks at a service that is on its way.
const GLANCE: Duration = Duration::from_millis(100);

/// A handle of the manager's, given back once.
struct Handle(SC_HANDLE);

impl Drop for Handle {
    #[allow(unsafe_code)]
    fn drop(&mut self) {
        // SAFETY: it was opened by `open`, and is closed nowhere else.
        let _ = unsafe { CloseServiceHandle(self.0) };
    }
}

fn about(name: &str, error: &windows::core::Error) -> Fault {
    Fault::because(format!("cannot use the service {name}"), format!("service {name} inutilisable"), why(error))
}

fn is(error: &windows::core::Error, code: WIN32_ERROR) -> bool {
    error.code() == code.to_hresult()
}

/// A service, opened for something; `None` where there is none of this name.
#[allow(unsafe_code)]
fn open(name: &str, access: u32) -> Result<Option<Handle>> {
    // SAFETY: no name means this PC and its own database; the name outlives the call, and each handle is closed when it is dropped.
    let opened = unsafe {
        OpenSCManagerW(PCWSTR::null(), PCWSTR::null(), SC_MANAGER_CONNECT)
            .map(Handle)
            .and_then(|manager| OpenServiceW(manager.0, &HSTRING::from(name), access).map(Handle))
    };
    match opened {
        Ok(service) => Ok(Some(service)),
        Err(error) if is(&error, ERROR_SERVICE_DOES_NOT_EXIST) => Ok(None),
        Err(error) => Err(about(name, &error)),
    }
}

fn opened(name: &str, access: u32) -> Result<Handle> {
    open(name, access)?
        .ok_or_else(|| Fault::new(format!("no service is called {name}"), format!("aucun service ne s'appelle {name}")))
}

#[allow(unsafe_code)]
fn state(service: &Handle) -> windows::core::Result<SERVICE_STATUS_CURRENT_STATE> {
    let mut status = SERVICE_STATUS::default();
    // SAFETY: the handle is open, and the call writes one status.
    unsafe { QueryServiceStatus(service.0, &raw mut status) }?;
    Ok(status.dwCurrentState)
}

/// The service of this name.
pub(super) fn service(name: &str) -> Result<Option<Service>> {
    let Some(service) = open(name, SERVICE_QUERY_STATUS)? else { return Ok(None) };
    let runs = state(&service).map_err(|error| about(name, &error))? == SERVICE_RUNNING;
    let start = match values::value(&Key::machine(SERVICES).below(name), "Start")? {
        Some(Data::Dword(start)) if start == SERVICE_DISABLED.0 => Start::Disabled,
        Some(Data::Dword(start)) if start == SERVICE_DEMAND_START.0 => Start::Manual,
        // What starts with the kernel starts with the PC.
        Some(Data::Dword(_)) => Start::Automatic,
        _ => {
            return Err(Fault::new(
                format!("Windows does not tell when the service {name} starts"),
                format!("Windows ne dit pas quand le service {name} démarre"),
            ));
        }
    };
    Ok(Some(Service { start, runs }))
}

/// Sets when a service starts.
#[allow(unsafe_code)]
pub(super) fn set_start(name: &str, start: Start) -> Result<()> {
    let service = opened(name, SERVICE_CHANGE_CONFIG)?;
    let start: SERVICE_START_TYPE = match start {
        Start::Automatic => SERVICE_AUTO_START,
        Start::Manual => SERVICE_DEMAND_START,
        Start::Disabled => SERVICE_DISABLED,
    };
    let none = PCWSTR::null;
    let unchanged = (ENUM_SERVICE_TYPE(SERVICE_NO_CHANGE), SERVICE_ERROR(SERVICE_NO_CHANGE));
    // SAFETY: the handle is open; a text that is not there leaves what it is for as it is.
    let set = unsafe {
        ChangeServiceConfigW(service.0, unchanged.0, start, unchanged.1, none(), none(), None, none(), none(), none(), none())
    };
    set.map_err(|error| about(name, &error))
}

/// Starts or stops a service, and waits until it has.
#[allow(unsafe_code)]
pub(super) fn set_running(name: &str, runs: bool, timeout_s: u32) -> Result<()> {
    let service = opened(name, SERVICE_QUERY_STATUS | if runs { SERVICE_START } else { SERVICE_STOP })?;
    let mut status = SERVICE_STATUS::default();
    // SAFETY: the handle is open, and the call writes one status.
    let asked = unsafe {
        match runs {
            true => StartServiceW(service.0, None),
            false => ControlService(service.0, SERVICE_CONTROL_STOP, &raw mut status),
        }
    };
    match asked {
        Err(error) if !is(&error, ERROR_SERVICE_ALREADY_RUNNING) && !is(&error, ERROR_SERVICE_NOT_ACTIVE) => {
            return Err(about(name, &error));
        }
        _ => {}
    }
    let wanted = if runs { SERVICE_RUNNING } else { SERVICE_STOPPED };
    let deadline = Instant::now() + Duration::from_secs(timeout_s.into());
    // One that stops by itself while it starts has failed, and the next look tells it.
    let over = |state| state == wanted || (runs && state == SERVICE_STOPPED);
    while !over(state(&service).map_err(|error| about(name, &error))?) {
        if Instant::now() > deadline || stop::pressed() {
            return Err(Fault::new(
                format!("the service {name} is still on its way after {timeout_s} s"),
                format!("le service {name} n'a toujours pas changé d'état au bout de {timeout_s} s"),
            )
            .hint("give the step more time: timeout_s", "donnez plus de temps à l'étape : timeout_s"));
        }
        std::thread::sleep(GLANCE);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_that_every_windows_has_is_set_and_set_back() {
        assert_eq!(service("trousse-nobody").expect("a look"), None);
        let before = service("Spooler").expect("a look").expect("it is part of Windows");
        for start in [Start::Disabled, Start::Manual, Start::Automatic, before.start] {
            set_start("Spooler", start).expect("set");
            assert_eq!(service("Spooler").expect("a look").map(|service| service.start), Some(start));
        }
    }
}
