//! Apps of the Store, by Windows' own manager of packages.

use std::panic::resume_unwind;
use std::thread;

use windows::ApplicationModel::{Package, PackageSignatureKind};
use windows::Management::Deployment::{DeploymentResult, PackageManager, RemovalOptions};
use windows::core::HSTRING;

use super::deadline::{completed, in_seconds, within};
use super::system::why;
use crate::fault::{Fault, Result, Why};
use crate::prep::look::app::App;

/// Seconds that a list may take.
const LIST_S: u32 = 120;
/// What the status of work is that goes on (AsyncStatus.Started).
const STARTED: i32 = 0;

fn failed(error: &windows::core::Error) -> Fault {
    Fault::because("cannot use the apps of the Store", "applications du Store inutilisables", why(error))
}

/// The apps that accounts of this PC have, and those that Windows gives to whoever comes.
pub(super) fn apps() -> Result<Vec<App>> {
    let late = || {
        Fault::new(
            format!("the Store of Windows is still at work after {LIST_S} s"),
            format!("le Store de Windows travaille encore au bout de {LIST_S} s"),
        )
        .hint("restart the PC, then run trousse again", "redémarrez le PC, puis relancez trousse")
    };
    within(LIST_S, listed).ok_or_else(late)?.map_err(|error| failed(&error))
}

fn listed() -> windows::core::Result<Vec<App>> {
    let manager = PackageManager::new()?;
    let mut apps = Vec::new();
    for package in manager.FindPackages()? {
        // What others are made from goes with the last of them, and what Windows is made from never goes.
        let of_windows = package.SignatureKind()? == PackageSignatureKind::System;
        if !of_windows && !package.IsFramework()? && !package.IsResourcePackage()? {
            apps.push(app(&package, false)?);
        }
    }
    for package in manager.FindProvisionedPackages()? {
        apps.push(app(&package, true)?);
    }
    Ok(apps)
}

fn app(package: &Package, provisioned: bool) -> windows::core::Result<App> {
    let id = package.Id()?;
    let version = id.Version()?;
    let parts = [version.Major, version.Minor, version.Build, version.Revision].map(|part| part.to_string());
    Ok(App {
        name: id.Name()?.to_string(),
        full_name: id.FullName()?.to_string(),
        family: id.FamilyName()?.to_string(),
        version: parts.join("."),
        provisioned,
    })
}

/// Removes an app for every account, or lets those who come do without it. Windows is at work no more when this returns.
pub(super) fn remove(app: &App, timeout_s: u32) -> Result<()> {
    // On a thread that has nothing of COM yet.
    let told = thread::scope(|scope| scope.spawn(|| removed(app, timeout_s)).join());
    let told = told.unwrap_or_else(|panic| resume_unwind(panic)).map_err(|error| failed(&error))?;
    let Some(told) = told else {
        return Err(Fault::new(
            format!("the Store of Windows was not done after {timeout_s} s, and was stopped"),
            format!("le Store de Windows n'avait pas fini au bout de {timeout_s} s, et a été arrêté"),
        )
        .hint("give the step more time: timeout_s", "donnez plus de temps à l'étape : timeout_s"));
    };
    let text = told.ErrorText().map(|text| text.to_string()).unwrap_or_default();
    match told.ExtendedErrorCode() {
        Ok(code) if code.is_err() => {
            let name = &app.name;
            Err(Fault::because(
                format!("cannot remove {name}"),
                format!("impossible de retirer {name}"),
                Why::new(text.clone(), text),
            ))
        }
        _ => Ok(()),
    }
}

/// What it came to; nothing where it was told to stop at its deadline, and has.
fn removed(app: &App, timeout_s: u32) -> windows::core::Result<Option<DeploymentResult>> {
    let manager = PackageManager::new()?;
    let work = match app.provisioned {
        true => manager.DeprovisionPackageForAllUsersAsync(&HSTRING::from(&app.family))?,
        false => manager.RemovePackageWithOptionsAsync(&HSTRING::from(&app.full_name), RemovalOptions::RemoveForAllUsers)?,
    };
    let in_time = completed(in_seconds(timeout_s), || Ok(work.Status()?.0 != STARTED), || work.Cancel())?;
    match work.GetResults() {
        Err(_) if !in_time => Ok(None),
        told => told.map(Some),
    }
}
