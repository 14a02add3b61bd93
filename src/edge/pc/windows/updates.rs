//! What Windows Update has for this PC, by its agent. A search asks Microsoft, or the server that the customer has named in its
//! place, and takes minutes.

use std::time::Instant;

use windows::Win32::Foundation::E_ACCESSDENIED;
use windows::Win32::System::Com::{CLSCTX_INPROC_SERVER, COINIT_MULTITHREADED, CoCreateInstance, CoInitializeEx};
use windows::Win32::System::UpdateAgent::{
    IUpdate, IUpdateCollection, IUpdateSession, OperationResultCode, UpdateCollection, UpdateSession,
    WU_E_PER_MACHINE_UPDATE_ACCESS_DENIED, orcSucceeded, orcSucceededWithErrors,
};
use windows::core::{BSTR, HRESULT};

use super::deadline::{found_within, in_seconds, within};
use super::system::why;
use super::update_job;
use crate::fault::{Fault, Result};
use crate::prep::look::update::Update;

/// What is searched for (IUpdateSearcher::Search): neither installed nor hidden by an administrator, nor for those alone who choose it
/// by hand, as previews are. Most drivers are among those, and a profile that names drivers has chosen them.
const WANTED: &str = "(IsInstalled=0 and IsHidden=0 and BrowseOnly=0) or (IsInstalled=0 and IsHidden=0 and Type='Driver')";
/// Seconds that a search may take.
const SEARCH_S: u32 = 1800;
/// Updates that are looked at: a PC that was off for years has some hundred.
const MOST: i32 = 1000;
/// What the agent says to a login over the network, such as that of `prep bench`: it lets an administrator in who sits at the PC,
/// and SYSTEM.
const REFUSED: [HRESULT; 2] = [E_ACCESSDENIED, WU_E_PER_MACHINE_UPDATE_ACCESS_DENIED];

fn failed(error: &windows::core::Error) -> Fault {
    if REFUSED.contains(&error.code()) {
        let code = u32::from_ne_bytes(error.code().0.to_ne_bytes());
        return Fault::new(
            format!("Windows Update refuses this login (0x{code:08x}): it lets nobody in over the network"),
            format!("Windows Update refuse cette session (0x{code:08x}) : il n'accepte personne par le réseau"),
        )
        .hint(
            "put a step of kind reboot before this one: after a restart the run goes on as SYSTEM, which may",
            "placez une étape de type reboot avant celle-ci : après un redémarrage, la préparation continue sous SYSTEM, qui y a droit",
        );
    }
    Fault::because("Windows Update does not answer", "Windows Update ne répond pas", why(error)).hint(
        "look at the PC's way to the Internet, then run trousse again",
        "vérifiez l'accès à Internet du PC, puis relancez trousse",
    )
}

/// It is still at it.
fn late(seconds: u32) -> Fault {
    Fault::new(
        format!("Windows Update is still at work after {seconds} s"),
        format!("Windows Update travaille encore au bout de {seconds} s"),
    )
    .hint(
        "restart the service wuauserv (services.msc shows whether it hangs), or the PC, then run trousse again",
        "redémarrez le service wuauserv (services.msc montre s'il est bloqué), ou le PC, puis relancez trousse",
    )
}

/// A session with the agent, on a thread that has COM.
#[allow(unsafe_code)]
fn session() -> windows::core::Result<IUpdateSession> {
    // SAFETY: the thread is ours and uses COM for this alone; what is made is counted and given back by its type.
    unsafe {
        CoInitializeEx(None, COINIT_MULTITHREADED).ok()?;
        CoCreateInstance(&UpdateSession, None, CLSCTX_INPROC_SERVER)
    }
}

#[allow(unsafe_code)]
fn search(session: &IUpdateSession, criteria: &str) -> windows::core::Result<Vec<IUpdate>> {
    // SAFETY: the objects are counted, and the text outlives the call, which only reads it.
    unsafe {
        let found = session.CreateUpdateSearcher()?.Search(&BSTR::from(criteria))?.Updates()?;
        (0..found.Count()?.min(MOST)).map(|at| found.get_Item(at)).collect()
    }
}

/// The updates that are not installed.
pub(super) fn updates() -> Result<Vec<Update>> {
    let found = within(SEARCH_S, || search(&session()?, WANTED)?.iter().map(update).collect::<windows::core::Result<_>>());
    found.ok_or_else(|| late(SEARCH_S))?.map_err(|error| failed(&error))
}

#[allow(unsafe_code)]
fn update(update: &IUpdate) -> windows::core::Result<Update> {
    // SAFETY: the objects are counted; each call hands out a text or a number.
    unsafe {
        let (articles, categories) = (update.KBArticleIDs()?, update.Categories()?);
        let category = |at| Ok(categories.get_Item(at)?.CategoryID()?.to_string().to_lowercase());
        Ok(Update {
            id: update.Identity()?.UpdateID()?.to_string(),
            title: update.Title()?.to_string(),
            articles: (0..articles.Count()?)
                .map(|at| Ok(articles.get_Item(at)?.to_string()))
                .collect::<windows::core::Result<_>>()?,
            categories: (0..categories.Count()?).map(category).collect::<windows::core::Result<_>>()?,
        })
    }
}

/// What an installation came to.
enum Came {
    /// The result, and whether a restart is wanted.
    To(OperationResultCode, bool),
    /// It was told to stop at its deadline, and has.
    TooLate,
    /// It went with another, or was taken back.
    Gone,
}

/// Downloads and installs an update; whether it wants a restart. Windows is at work no more when this returns.
pub(super) fn install(id: &str, timeout_s: u32) -> Result<bool> {
    let (criteria, deadline) = (by_id(id), in_seconds(timeout_s));
    let id = id.to_owned();
    // On a thread that has COM in the way that the agent wants.
    let came = found_within(deadline, move |may_begin| installed(&id, &criteria, deadline, may_begin));
    match came.ok_or_else(|| late(timeout_s))?.map_err(|error| failed(&error))? {
        Came::To(code, restart) if well(code) => Ok(restart),
        Came::To(code, _) => Err(Fault::new(
            format!("Windows Update has not installed it (result {})", code.0),
            format!("Windows Update ne l'a pas installée (résultat {})", code.0),
        )),
        Came::TooLate => Err(Fault::new(
            format!("Windows Update was not done after {timeout_s} s, and was stopped"),
            format!("Windows Update n'avait pas fini au bout de {timeout_s} s, et a été arrêté"),
        )
        .hint("give the step more time: timeout_s", "donnez plus de temps à l'étape : timeout_s")),
        Came::Gone => Ok(false),
    }
}

fn well(code: OperationResultCode) -> bool {
    code == orcSucceeded || code == orcSucceededWithErrors
}

#[allow(unsafe_code)]
fn installed(id: &str, criteria: &str, deadline: Instant, may_begin: &dyn Fn() -> bool) -> windows::core::Result<Came> {
    let session = session()?;
    // SAFETY: the objects are counted, and the collection outlives the calls that it is handed to.
    unsafe {
        for update in search(&session, criteria)? {
            if update.Identity()?.UpdateID()? != *id || update.IsInstalled()?.as_bool() {
                continue;
            }
            if !may_begin() {
                return Ok(Came::TooLate);
            }
            if !update.EulaAccepted()?.as_bool() {
                update.AcceptEula()?;
            }
            let one: IUpdateCollection = CoCreateInstance(&UpdateCollection, None, CLSCTX_INPROC_SERVER)?;
            one.Add(&update)?;
            let downloader = session.CreateUpdateDownloader()?;
            downloader.SetUpdates(&one)?;
            match update_job::download(&downloader, deadline)? {
                (_, false) => return Ok(Came::TooLate),
                (code, true) if !well(code) => return Ok(Came::To(code, false)),
                (_, true) => {}
            }
            let installer = session.CreateUpdateInstaller()?;
            installer.SetUpdates(&one)?;
            return Ok(match update_job::install(&installer, deadline)? {
                (code, _, false) if !well(code) => Came::TooLate,
                (code, restart, _) => Came::To(code, restart),
            });
        }
    }
    Ok(Came::Gone)
}

/// What one update is searched by; it is known by a GUID.
fn by_id(id: &str) -> String {
    let id: String = id.chars().filter(|c| c.is_ascii_hexdigit() || *c == '-').collect();
    format!("UpdateID='{id}'")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_update_is_searched_by_what_it_is_known_by() {
        assert_eq!(by_id("0b4e5b5f-1d6f-4f1e-8a3d-6f8c9b1f2a3c"), "UpdateID='0b4e5b5f-1d6f-4f1e-8a3d-6f8c9b1f2a3c'");
        assert_eq!(by_id("a' or Type='Driver"), "UpdateID='aeDe'");
    }

    #[test]
    fn a_login_over_the_network_is_told_what_it_may_not_and_not_sent_to_the_cable() {
        let said = |code: HRESULT| failed(&windows::core::Error::from_hresult(code)).to_string();
        for code in REFUSED {
            assert!(said(code).contains("over the network") && said(code).contains("kind reboot"), "{}", said(code));
        }
        assert!(said(HRESULT(0x8024_402c_u32.cast_signed())).contains("the PC's way to the Internet"));
    }
}
