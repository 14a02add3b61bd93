//! Apps of the Store, by Windows' own manager of packages.

use windows::ApplicationModel::{Package, PackageSignatureKind};
use windows::Management::Deployment::{DeploymentResult, PackageManager, RemovalOptions};
use windows::core::HSTRING;

use super::deadline::within;
use super::system::why;
use crate::fault::{Fault, Result, Why};
use crate::prep::look::app::App;

/// Seconds that a list may take.
const LIST_S: u32 = 120;

fn failed(error: &windows::core::Error) -> Fault {
    Fault::because("cannot use the apps of the Store", "applications du Store inutilisables", why(error))
}

/// The apps that accounts of this PC have, and those that Windows gives to whoever comes.
pub(super) fn apps() -> Result<Vec<App>> {
    within(LIST_S, listed).ok_or_else(|| late(LIST_S))?.map_err(|error| failed(&error))
}

fn late(seconds: u32) -> Fault {
    Fault::new(
        format!("the Store of Windows is still at work after {seconds} s"),
        format!("le Store de Windows travaille encore au bout de {seconds} s"),
    )
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

/// Removes an app for every account, or lets those who come do without it.
pub(super) fn remove(app: &App, timeout_s: u32) -> Result<()> {
    let wanted = app.clone();
    let told = within(timeout_s, move || removed(&wanted)).ok_or_else(|| late(timeout_s))?.map_err(|error| failed(&error))?;
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

fn removed(app: &App) -> windows::core::Result<DeploymentResult> {
    let manager = PackageManager::new()?;
    match app.provisioned {
        true => manager.DeprovisionPackageForAllUsersAsync(&HSTRING::from(&app.family))?.join(),
        false => manager.RemovePackageWithOptionsAsync(&HSTRING::from(&app.full_name), RemovalOptions::RemoveForAllUsers)?.join(),
    }
}
