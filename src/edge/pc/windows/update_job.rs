//! An update that Windows downloads or installs, for as long as the profile lets it. At its deadline it is told to stop, and whoever
//! asked for it waits until it has: nothing else may begin beside it (Guidelines for Asynchronous WUA Operations, Win32
//! documentation).

// What `implement` writes.
#![allow(unsafe_code)]

use std::time::Instant;

use windows::Win32::System::UpdateAgent::{
    IDownloadCompletedCallback, IDownloadCompletedCallback_Impl, IDownloadCompletedCallbackArgs, IDownloadJob,
    IDownloadProgressChangedCallback, IDownloadProgressChangedCallback_Impl, IDownloadProgressChangedCallbackArgs,
    IInstallationCompletedCallback, IInstallationCompletedCallback_Impl, IInstallationCompletedCallbackArgs, IInstallationJob,
    IInstallationProgressChangedCallback, IInstallationProgressChangedCallback_Impl, IInstallationProgressChangedCallbackArgs,
    IUpdateDownloader, IUpdateInstaller, OperationResultCode,
};
use windows::Win32::System::Variant::VARIANT;
use windows::core::{IUnknown, Ref, implement};

use super::deadline::completed;

/// Who is told how far it is. The job itself is asked, but Windows begins none without somebody to tell.
#[implement(
    IDownloadProgressChangedCallback,
    IDownloadCompletedCallback,
    IInstallationProgressChangedCallback,
    IInstallationCompletedCallback
)]
struct Nobody;

impl IDownloadProgressChangedCallback_Impl for Nobody_Impl {
    fn Invoke(&self, _: Ref<'_, IDownloadJob>, _: Ref<'_, IDownloadProgressChangedCallbackArgs>) -> windows::core::Result<()> {
        Ok(())
    }
}

impl IDownloadCompletedCallback_Impl for Nobody_Impl {
    fn Invoke(&self, _: Ref<'_, IDownloadJob>, _: Ref<'_, IDownloadCompletedCallbackArgs>) -> windows::core::Result<()> {
        Ok(())
    }
}

impl IInstallationProgressChangedCallback_Impl for Nobody_Impl {
    fn Invoke(
        &self,
        _: Ref<'_, IInstallationJob>,
        _: Ref<'_, IInstallationProgressChangedCallbackArgs>,
    ) -> windows::core::Result<()> {
        Ok(())
    }
}

impl IInstallationCompletedCallback_Impl for Nobody_Impl {
    fn Invoke(&self, _: Ref<'_, IInstallationJob>, _: Ref<'_, IInstallationCompletedCallbackArgs>) -> windows::core::Result<()> {
        Ok(())
    }
}

/// Downloads; the result, and whether it had its time.
pub(super) fn download(by: &IUpdateDownloader, deadline: Instant) -> windows::core::Result<(OperationResultCode, bool)> {
    let nobody: IUnknown = Nobody.into();
    // SAFETY: the objects are counted, and the empty state outlives the call; what is asked of the job hands out a number.
    unsafe {
        let job = by.BeginDownload(&nobody, &nobody, &VARIANT::default())?;
        let in_time = completed(deadline, || Ok(job.IsCompleted()?.as_bool()), || job.RequestAbort());
        let result = in_time.and_then(|in_time| Ok((by.EndDownload(&job)?.ResultCode()?, in_time)));
        let _ = job.CleanUp();
        result
    }
}

/// Installs; the result, whether it wants a restart, and whether it had its time.
pub(super) fn install(by: &IUpdateInstaller, deadline: Instant) -> windows::core::Result<(OperationResultCode, bool, bool)> {
    let nobody: IUnknown = Nobody.into();
    // SAFETY: as above.
    unsafe {
        let job = by.BeginInstall(&nobody, &nobody, &VARIANT::default())?;
        let in_time = completed(deadline, || Ok(job.IsCompleted()?.as_bool()), || job.RequestAbort());
        let result = in_time.and_then(|in_time| {
            let done = by.EndInstall(&job)?;
            Ok((done.ResultCode()?, done.RebootRequired()?.as_bool(), in_time))
        });
        let _ = job.CleanUp();
        result
    }
}
