//! The start-up task: registered with the task scheduler over COM, to run as SYSTEM when the PC is started; and looked at again,
//! since a registration that succeeds proves nothing.

use windows::Win32::System::Com::{CLSCTX_INPROC_SERVER, COINIT_MULTITHREADED, CoCreateInstance, CoInitializeEx};
use windows::Win32::System::TaskScheduler::{
    ITaskFolder, ITaskService, TASK_CREATE_OR_UPDATE, TASK_LOGON_SERVICE_ACCOUNT, TaskScheduler,
};
use windows::Win32::System::Variant::VARIANT;
use windows::core::BSTR;

use super::registry;
use super::system::why;
use crate::fault::{Fault, Result};

/// What the task is called.
const NAME: &str = "trousse prep";
/// From the start of the PC to that of the task (ISO 8601): the network and the services that start late are there by then.
const DELAY: &str = "PT1M";
/// The service that starts tasks, and the way of starting that comes with the PC (winnt.h, SERVICE_AUTO_START).
const SERVICE: &str = r"SYSTEM\CurrentControlSet\Services\Schedule";
const WITH_THE_PC: u32 = 2;
/// There is no such file (winerror.h), as an HRESULT: what the scheduler says of a task that it does not know.
const NOT_FOUND: i32 = 0x8007_0002_u32.cast_signed();

/// Whether tasks are started with the PC: where their service is not, a task would wait for ever.
pub(super) fn starts_tasks() -> Result<bool> {
    Ok(registry::number(SERVICE, "Start")? == Some(WITH_THE_PC))
}

/// The folder that the task is in.
#[allow(unsafe_code)]
fn root() -> windows::core::Result<ITaskFolder> {
    // SAFETY: COM is made ready for this thread before anything of it is asked for; that it was ready before is no fault. The
    // service is called through the interface that was asked for.
    unsafe {
        let _ = CoInitializeEx(None, COINIT_MULTITHREADED);
        let service: ITaskService = CoCreateInstance(&TaskScheduler, None, CLSCTX_INPROC_SERVER)?;
        let none = VARIANT::default();
        service.Connect(&none, &none, &none, &none)?;
        service.GetFolder(&BSTR::from("\\"))
    }
}

/// Registers the task, and looks whether it is there.
#[allow(unsafe_code)]
pub(super) fn register(program: &str, arguments: &str) -> Result<()> {
    let failed = |error: windows::core::Error| {
        Fault::because("cannot set the start-up task", "impossible de créer la tâche de démarrage", why(&error)).hint(
            "restart the PC (Restart, not Shut down), then give the same command again",
            "redémarrez le PC (Redémarrer, et non Arrêter puis rallumer), puis relancez la même commande",
        )
    };
    let folder = root().map_err(failed)?;
    let none = VARIANT::default();
    let (name, xml) = (BSTR::from(NAME), BSTR::from(task(program, arguments)));
    let (flags, logon) = (TASK_CREATE_OR_UPDATE.0, TASK_LOGON_SERVICE_ACCOUNT);
    // SAFETY: the texts and the empty variants outlive the calls through the interface.
    let told = unsafe {
        folder.RegisterTask(&name, &xml, flags, &none, &none, logon, &none).map_err(failed)?;
        folder.GetTask(&name).and_then(|task| task.Xml()).map_err(failed)?.to_string()
    };
    if told.contains(&escaped(program)) {
        return Ok(());
    }
    Err(Fault::new("the start-up task is not as it was asked for", "la tâche de démarrage n'est pas celle qui a été demandée")
        .hint(
            "restart the PC (Restart, not Shut down), then give the same command again",
            "redémarrez le PC (Redémarrer, et non Arrêter puis rallumer), puis relancez la même commande",
        ))
}

/// Takes the task away, and looks whether it is gone.
#[allow(unsafe_code)]
pub(super) fn remove() -> Result<()> {
    let failed = |error: windows::core::Error| {
        Fault::because("cannot remove the start-up task", "impossible de supprimer la tâche de démarrage", why(&error)).hint(
            format!("remove the task {NAME:?} in the task scheduler"),
            format!("supprimez la tâche {NAME:?} dans le planificateur de tâches"),
        )
    };
    let folder = root().map_err(failed)?;
    let name = BSTR::from(NAME);
    // SAFETY: the text outlives the calls through the interface.
    let (deleted, there) = unsafe { (folder.DeleteTask(&name, 0), folder.GetTask(&name)) };
    match (deleted, there) {
        (_, Err(error)) if error.code().0 == NOT_FOUND => Ok(()),
        (Err(error), _) | (_, Err(error)) => Err(failed(error)),
        (Ok(()), Ok(_)) => Err(Fault::new(
            format!("the start-up task {NAME:?} is still there after it was removed"),
            format!("la tâche de démarrage {NAME:?} est toujours là après sa suppression"),
        )
        .hint(
            format!("remove the task {NAME:?} in the task scheduler"),
            format!("supprimez la tâche {NAME:?} dans le planificateur de tâches"),
        )),
    }
}

/// The task (Task Scheduler Schema, Win32 documentation). It has no limit of time: each step has its own.
fn task(program: &str, arguments: &str) -> String {
    let (program, arguments) = (escaped(program), escaped(arguments));
    format!(
        r#"<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo><Description>trousse prep goes on with the preparation of this PC</Description></RegistrationInfo>
  <Triggers><BootTrigger><Enabled>true</Enabled><Delay>{DELAY}</Delay></BootTrigger></Triggers>
  <Principals><Principal id="Author"><UserId>S-1-5-18</UserId><RunLevel>HighestAvailable</RunLevel></Principal></Principals>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <AllowHardTerminate>true</AllowHardTerminate>
    <StartWhenAvailable>true</StartWhenAvailable>
    <Enabled>true</Enabled>
    <ExecutionTimeLimit>PT0S</ExecutionTimeLimit>
    <Priority>4</Priority>
  </Settings>
  <Actions Context="Author"><Exec><Command>{program}</Command><Arguments>{arguments}</Arguments></Exec></Actions>
</Task>
"#
    )
}

/// A text in XML.
fn escaped(text: &str) -> String {
    quick_xml::escape::escape(text).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_names_its_program_whatever_its_path_holds() {
        let xml = task(r"C:\a & b\trousse.exe", r#"prep run "C:\<x>.toml""#);
        assert!(xml.contains(r"<Command>C:\a &amp; b\trousse.exe</Command>"), "{xml}");
        assert!(xml.contains("<Arguments>prep run &quot;C:\\&lt;x&gt;.toml&quot;</Arguments>"), "{xml}");
        assert!(xml.contains("<BootTrigger><Enabled>true</Enabled><Delay>PT1M</Delay></BootTrigger>"), "{xml}");
    }
}
