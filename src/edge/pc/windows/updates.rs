//! What Windows Update has for this PC, by its agent. A search asks Microsoft, or the server that the customer has named in its
//! place, and takes minutes.

use std::sync::mpsc;
use std::time::Duration;

use windows::Win32::System::Com::{CLSCTX_INPROC_SERVER, COINIT_MULTITHREADED, CoCreateInstance, CoInitializeEx};
use windows::Win32::System::UpdateAgent::{
    IUpdate, IUpdateCollection, IUpdateSession, OperationResultCode, UpdateCollection, UpdateSession, orcSucceeded,
    orcSucceededWithErrors,
};
use windows::core::BSTR;

use super::system::why;
use crate::fault::{Fault, Result};
use crate::prep::look::update::Update;

/// What is searched for (IUpdateSearcher::Search): neither installed nor hidden by an administrator.
const WANTED: &str = "IsInstalled=0 and IsHidden=0";
/// Seconds that a search may take.
const SEARCH_S: u32 = 1800;
/// Updates that are looked at: a PC that was off for years has some hundred.
const MOST: i32 = 1000;

fn failed(error: &windows::core::Error) -> Fault {
    Fault::because("Windows Update does not answer", "Windows Update ne répond pas", why(error)).hint(
        "look at the PC's way to the Internet, then run trousse again",
        "vérifiez l'accès à Internet du PC, puis relancez trousse",
    )
}

/// Work that Windows does for as long as it pleases; nobody waits longer than this.
fn within<T: Send + 'static>(seconds: u32, work: impl FnOnce() -> windows::core::Result<T> + Send + 'static) -> Result<T> {
    let (tell, told) = mpsc::channel();
    std::thread::spawn(move || {
        // Whoever waited may have gone.
        let _ = tell.send(work());
    });
    match told.recv_timeout(Duration::from_secs(seconds.into())) {
        Ok(done) => done.map_err(|error| failed(&error)),
        Err(_) => Err(Fault::new(
            format!("Windows Update is still at work after {seconds} s"),
            format!("Windows Update travaille encore au bout de {seconds} s"),
        )),
    }
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
fn search(session: &IUpdateSession) -> windows::core::Result<Vec<IUpdate>> {
    // SAFETY: the objects are counted, and the text outlives the call, which only reads it.
    unsafe {
        let found = session.CreateUpdateSearcher()?.Search(&BSTR::from(WANTED))?.Updates()?;
        (0..found.Count()?.min(MOST)).map(|at| found.get_Item(at)).collect()
    }
}

/// The updates that are not installed.
pub(super) fn updates() -> Result<Vec<Update>> {
    within(SEARCH_S, || search(&session()?)?.iter().map(update).collect())
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

/// Downloads and installs an update; whether it wants a restart.
pub(super) fn install(id: &str, timeout_s: u32) -> Result<bool> {
    let wanted = id.to_owned();
    let done = within(timeout_s, move || installed(&wanted))?;
    match done {
        Some((code, restart)) if code == orcSucceeded || code == orcSucceededWithErrors => Ok(restart),
        Some((code, _)) => Err(Fault::new(
            format!("Windows Update has not installed it (result {})", code.0),
            format!("Windows Update ne l'a pas installée (résultat {})", code.0),
        )),
        // It went with another, or was taken back.
        None => Ok(false),
    }
}

#[allow(unsafe_code)]
fn installed(id: &str) -> windows::core::Result<Option<(OperationResultCode, bool)>> {
    let session = session()?;
    // SAFETY: the objects are counted, and the collection outlives the calls that it is handed to.
    unsafe {
        for update in search(&session)? {
            if update.Identity()?.UpdateID()? != *id {
                continue;
            }
            if !update.EulaAccepted()?.as_bool() {
                update.AcceptEula()?;
            }
            let one: IUpdateCollection = CoCreateInstance(&UpdateCollection, None, CLSCTX_INPROC_SERVER)?;
            one.Add(&update)?;
            let downloader = session.CreateUpdateDownloader()?;
            downloader.SetUpdates(&one)?;
            let downloaded = downloader.Download()?.ResultCode()?;
            if downloaded != orcSucceeded && downloaded != orcSucceededWithErrors {
                return Ok(Some((downloaded, false)));
            }
            let installer = session.CreateUpdateInstaller()?;
            installer.SetUpdates(&one)?;
            let done = installer.Install()?;
            return Ok(Some((done.ResultCode()?, done.RebootRequired()?.as_bool())));
        }
    }
    Ok(None)
}
