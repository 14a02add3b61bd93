//! What a program of the PC runs in: a job that ends all that it has started, and a desktop that nobody sees.

use std::sync::LazyLock;
use std::time::Duration;

use windows::Win32::Foundation::{CloseHandle, GENERIC_ALL, HANDLE, WAIT_OBJECT_0};
use windows::Win32::System::JobObjects::{
    CreateJobObjectW, JOB_OBJECT_LIMIT, JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE, JOBOBJECT_EXTENDED_LIMIT_INFORMATION,
    JobObjectExtendedLimitInformation, SetInformationJobObject, TerminateJobObject,
};
use windows::Win32::System::StationsAndDesktops::{CreateDesktopW, DESKTOP_CONTROL_FLAGS};
use windows::Win32::System::Threading::{GetExitCodeProcess, WaitForSingleObject};
use windows::core::{PCWSTR, w};

/// Between the end of a job and that of its first program.
const LAST_WORDS: Duration = Duration::from_secs(2);
/// What those end with that are ended (STATUS_CONTROL_C_EXIT).
pub(super) const ENDED: u32 = 0xc000_013a;

/// What the desktop is called.
const NAME: PCWSTR = w!("trousse-prep");

/// Whether there is one.
#[allow(unsafe_code)]
static DESKTOP: LazyLock<bool> = LazyLock::new(|| {
    // SAFETY: the name is a constant text, and everything else is left to Windows; it goes with the last program on it.
    let made = unsafe { CreateDesktopW(NAME, PCWSTR::null(), None, DESKTOP_CONTROL_FLAGS(0), GENERIC_ALL.0, None) };
    made.is_ok()
});

/// The desktop of programs that nobody is to see: a window that one opens is on no screen, and waits for nobody longer than the
/// deadline. `None` where this session may make none: then windows are where the session has them. It stays as long as the kit:
/// what a program has started and left behind comes to it when that one has long ended.
pub(super) fn desktop() -> Option<PCWSTR> {
    DESKTOP.then_some(NAME)
}

/// A program that runs, or did.
pub(super) struct Process {
    pub(super) handle: HANDLE,
}

impl Process {
    /// A program that was started; its handle is closed when it is dropped.
    pub(super) fn new(handle: HANDLE) -> Process {
        Process { handle }
    }

    #[allow(unsafe_code)]
    pub(super) fn ended_within(&self, patience: Duration) -> bool {
        // SAFETY: the handle is open as long as this is there.
        unsafe { WaitForSingleObject(self.handle, patience.as_millis() as u32) == WAIT_OBJECT_0 }
    }

    #[allow(unsafe_code)]
    pub(super) fn code(&self) -> windows::core::Result<u32> {
        let mut code = 0;
        // SAFETY: the handle is open as long as this is there, and one number is written.
        unsafe { GetExitCodeProcess(self.handle, &raw mut code) }?;
        Ok(code)
    }
}

impl Drop for Process {
    #[allow(unsafe_code)]
    fn drop(&mut self) {
        // SAFETY: it came from CreateProcessW, and is closed nowhere else.
        let _ = unsafe { CloseHandle(self.handle) };
    }
}

/// What holds a program with all that it starts.
pub(super) struct Job(pub(super) HANDLE);

impl Job {
    #[allow(unsafe_code)]
    pub(super) fn new(ends_with_us: bool) -> windows::core::Result<Job> {
        // SAFETY: neither attributes nor a name are given; the handle is closed when it is dropped.
        let job = Job(unsafe { CreateJobObjectW(None, PCWSTR::null()) }?);
        if ends_with_us {
            job.limit(JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE)?;
        }
        Ok(job)
    }

    #[allow(unsafe_code)]
    pub(super) fn limit(&self, limit: JOB_OBJECT_LIMIT) -> windows::core::Result<()> {
        let mut limits = JOBOBJECT_EXTENDED_LIMIT_INFORMATION::default();
        limits.BasicLimitInformation.LimitFlags = limit;
        let size = size_of_val(&limits) as u32;
        // SAFETY: the structure is the one that the class stands for, of the size that is told, and is only read.
        unsafe { SetInformationJobObject(self.0, JobObjectExtendedLimitInformation, (&raw const limits).cast(), size) }
    }

    /// Ends everything in it, and waits until its first program has gone.
    #[allow(unsafe_code)]
    pub(super) fn end(&self, first: &Process) {
        // SAFETY: the handle is open as long as this is there.
        let _ = unsafe { TerminateJobObject(self.0, ENDED) };
        first.ended_within(LAST_WORDS);
    }
}

impl Drop for Job {
    #[allow(unsafe_code)]
    fn drop(&mut self) {
        // SAFETY: it was made by `new`, and is closed nowhere else.
        let _ = unsafe { CloseHandle(self.0) };
    }
}
