//! Programs of the PC: with a deadline, in a job that ends all that they have started, on a desktop that nobody sees, and the end of
//! what they said.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, PipeReader, Write};
use std::os::windows::io::{AsRawHandle, OwnedHandle};
use std::path::Path;
use std::time::{Duration, Instant};

use windows::Win32::Foundation::{CloseHandle, HANDLE, HANDLE_FLAG_INHERIT, SetHandleInformation};
use windows::Win32::System::Diagnostics::Debug::{
    SEM_FAILCRITICALERRORS, SEM_NOGPFAULTERRORBOX, SEM_NOOPENFILEERRORBOX, SetErrorMode,
};
use windows::Win32::System::JobObjects::{AssignProcessToJobObject, JOB_OBJECT_LIMIT};
use windows::Win32::System::Threading::{
    CREATE_NO_WINDOW, CREATE_SUSPENDED, CREATE_UNICODE_ENVIRONMENT, CreateProcessW, PROCESS_INFORMATION, ResumeThread,
    STARTF_USESHOWWINDOW, STARTF_USESTDHANDLES, STARTUPINFOW, TerminateProcess,
};
use windows::core::{HSTRING, PCWSTR, PWSTR};
use zeroize::Zeroizing;

use super::job::{ENDED, Job, Process, desktop};
use super::said::{Tail, listen};
use super::system::why;
use super::word::quoted;
use crate::edge::stop;
use crate::fault::{Fault, Result};
use crate::prep::look::{Command, Ended, How};

/// What programs get of the environment of whoever started the kit: where things are, and nothing that could be a secret.
const HANDED_ON: &[&str] = &[
    "ALLUSERSPROFILE",
    "APPDATA",
    "CommonProgramFiles",
    "CommonProgramFiles(x86)",
    "CommonProgramW6432",
    "COMPUTERNAME",
    "ComSpec",
    "HOMEDRIVE",
    "HOMEPATH",
    "LOCALAPPDATA",
    "NUMBER_OF_PROCESSORS",
    "OS",
    "PATHEXT",
    "PROCESSOR_ARCHITECTURE",
    "ProgramData",
    "ProgramFiles",
    "ProgramFiles(x86)",
    "ProgramW6432",
    "PUBLIC",
    "SystemDrive",
    "SystemRoot",
    "TEMP",
    "TMP",
    "USERDOMAIN",
    "USERNAME",
    "USERPROFILE",
    "windir",
];
/// Where the programs of Windows are, below its folder.
const FOLDERS: &[&str] = &["System32", "", "System32\\Wbem", "System32\\WindowsPowerShell\\v1.0"];
/// Between two looks at a program that says nothing.
const GLANCE: Duration = Duration::from_millis(20);
/// A program that has ended may have left others that hold its output; what comes within so long is still read.
const AFTERWARDS: Duration = Duration::from_millis(100);
/// And no longer than this in all.
const LAST_WORDS: Duration = Duration::from_secs(2);
/// The number of the signal that Ctrl-C is elsewhere.
pub(super) const INTERRUPT: i32 = 2;

/// The folder of Windows.
pub(in crate::edge) fn windows_folder() -> String {
    std::env::var("SystemRoot").unwrap_or_else(|_| r"C:\Windows".to_owned())
}

/// What programs get of the environment, and where they find those of Windows.
pub(in crate::edge) fn handed_on() -> BTreeMap<String, String> {
    let mut all: BTreeMap<String, String> = BTreeMap::new();
    for name in HANDED_ON {
        if let Ok(value) = std::env::var(name) {
            all.insert((*name).to_owned(), value);
        }
    }
    let root = windows_folder();
    let folders: Vec<String> =
        FOLDERS.iter().map(|folder| format!("{root}\\{folder}").trim_end_matches('\\').to_owned()).collect();
    all.insert("PATH".to_owned(), folders.join(";"));
    all
}

/// A program to be run.
pub(super) struct Program {
    name: String,
    line: String,
    variables: BTreeMap<String, String>,
    /// What it is handed on its standard input.
    input: Option<Zeroizing<Vec<u8>>>,
    timeout_s: u32,
    /// It may go on when the kit is killed.
    outlives: bool,
}

impl Program {
    /// A program with its arguments, each of them one word.
    pub(super) fn new(program: &Path, arguments: &[String]) -> Program {
        let name = program.display().to_string();
        let words: Vec<String> = [name.clone()].iter().chain(arguments).map(|word| quoted(word)).collect();
        Program::by_line(name, words.join(" "))
    }

    /// A program with a command line as it stands.
    pub(super) fn by_line(name: String, line: String) -> Program {
        Program { name, line, variables: BTreeMap::new(), input: None, timeout_s: 0, outlives: false }
    }

    /// With the variables of a command in its environment.
    pub(super) fn with(self, command: &Command) -> Program {
        let variables = command.variables.iter().map(|(name, value)| (format!("TROUSSE_{}", name.to_uppercase()), value.clone()));
        let input = command.input.as_ref().map(|input| Zeroizing::new(input.reveal().as_bytes().to_vec()));
        Program { variables: variables.collect(), input, timeout_s: command.timeout_s, ..self }
    }

    /// With other bytes on its standard input.
    pub(super) fn reading(self, input: Option<Zeroizing<Vec<u8>>>) -> Program {
        Program { input, ..self }
    }

    /// With a deadline.
    pub(super) fn within(self, timeout_s: u32) -> Program {
        Program { timeout_s, ..self }
    }

    /// It comes to its end even where the kit is killed: what it does must not be left half done.
    pub(super) fn outliving(self) -> Program {
        Program { outlives: true, ..self }
    }

    /// The environment: names and values, each ended by a zero, in the order of their names.
    fn environment(&self) -> Vec<u16> {
        let mut all = handed_on();
        all.extend(self.variables.clone());
        let mut pairs: Vec<String> = all.iter().map(|(name, value)| format!("{name}={}\0", value.replace('\0', ""))).collect();
        pairs.sort_by_key(|pair| pair.to_uppercase());
        pairs.concat().encode_utf16().chain([0]).collect()
    }

    /// Runs it to its end.
    pub(super) fn run(self) -> Result<Ended> {
        let name = &self.name;
        let failed = |error: windows::core::Error| {
            Fault::because(format!("cannot run {name}"), format!("impossible de lancer {name}"), why(&error))
        };
        let (job, process, output) = self.start().map_err(failed)?;
        let heard = listen(output);
        let deadline = Instant::now() + Duration::from_secs(self.timeout_s.into());
        let mut said = Tail::default();
        let mut open = true;
        let how = loop {
            open = open && said.hear(&heard, GLANCE);
            if process.ended_within(if open { Duration::ZERO } else { GLANCE }) {
                break How::Code(process.code().map_err(failed)?.cast_signed());
            }
            if stop::pressed() && !self.outlives {
                job.end(&process);
                return Ok(Ended { how: How::Signal(INTERRUPT), output: said.text() });
            }
            if Instant::now() > deadline {
                job.end(&process);
                break How::TookTooLong(self.timeout_s);
            }
        };
        // What it has left running may hold its output, and say more and more.
        let until = Instant::now() + LAST_WORDS;
        while open && Instant::now() < until && said.hear(&heard, AFTERWARDS) && said.new {}
        // It has left them running on purpose.
        job.limit(JOB_OBJECT_LIMIT(0)).map_err(failed)?;
        Ok(Ended { how, output: said.text() })
    }

    /// What its standard input is.
    fn told(&self) -> io::Result<OwnedHandle> {
        let Some(input) = &self.input else { return Ok(File::open("NUL")?.into()) };
        let (reader, mut writer) = io::pipe()?;
        let input = input.clone();
        // One that reads nothing of it says so by how it ends.
        std::thread::spawn(move || drop(writer.write_all(&input)));
        Ok(reader.into())
    }

    /// Starts it in a job of its own: it does nothing before it is in there.
    #[allow(unsafe_code)]
    fn start(&self) -> windows::core::Result<(Job, Process, PipeReader)> {
        let (reader, writer) = io::pipe()?;
        let told = self.told()?;
        let [input, output] = [told.as_raw_handle(), writer.as_raw_handle()].map(HANDLE);
        let startup = STARTUPINFOW {
            cb: size_of::<STARTUPINFOW>() as u32,
            // It is only read.
            lpDesktop: PWSTR(desktop().map_or(std::ptr::null_mut(), |name| name.0.cast_mut())),
            // wShowWindow stays 0, SW_HIDE.
            dwFlags: STARTF_USESTDHANDLES | STARTF_USESHOWWINDOW,
            hStdInput: input,
            hStdOutput: output,
            hStdError: output,
            ..STARTUPINFOW::default()
        };
        let mut line: Vec<u16> = self.line.encode_utf16().chain([0]).collect();
        let environment = self.environment();
        let folder = HSTRING::from(windows_folder());
        let mut started = PROCESS_INFORMATION::default();
        let job = Job::new(!self.outlives)?;
        let flags = CREATE_SUSPENDED | CREATE_NO_WINDOW | CREATE_UNICODE_ENVIRONMENT;
        // SAFETY: both handles are open until the end of this function; every text ends with a zero and outlives the call, and the
        // command line may be written into, as the function asks; `started` gets two handles, which are closed below.
        let process = unsafe {
            // A program that crashes or misses a disk ends, and asks nobody.
            SetErrorMode(SEM_FAILCRITICALERRORS | SEM_NOGPFAULTERRORBOX | SEM_NOOPENFILEERRORBOX);
            for handle in [input, output] {
                SetHandleInformation(handle, HANDLE_FLAG_INHERIT.0, HANDLE_FLAG_INHERIT)?;
            }
            CreateProcessW(
                PCWSTR::null(),
                Some(PWSTR(line.as_mut_ptr())),
                None,
                None,
                true,
                flags,
                Some(environment.as_ptr().cast()),
                &folder,
                &raw const startup,
                &raw mut started,
            )?;
            Process::new(started.hProcess)
        };
        // SAFETY: the handles are those of a process and of its one thread, which waits; the thread's is used here alone.
        unsafe {
            let assigned = AssignProcessToJobObject(job.0, process.handle);
            if assigned.is_err() {
                // Outside its job its children could not be ended.
                let _ = TerminateProcess(process.handle, ENDED);
            } else {
                ResumeThread(started.hThread);
            }
            let _ = CloseHandle(started.hThread);
            assigned?;
        }
        Ok((job, process, reader))
    }
}

#[cfg(test)]
mod tests {
    use windows::Win32::Foundation::GENERIC_ALL;
    use windows::Win32::System::StationsAndDesktops::{CloseDesktop, DESKTOP_CONTROL_FLAGS, OpenDesktopW};

    use super::*;
    use crate::prep::look::Contents;

    fn cmd(line: &str, timeout_s: u32) -> Ended {
        let cmd = format!("{}\\System32\\cmd.exe", windows_folder());
        let line = format!("{} /d /c {line}", quoted(&cmd));
        let variables = BTreeMap::from([("site".to_owned(), "lyon".to_owned())]);
        let command = Command { lines: Contents::Text(String::new()), variables, input: None, timeout_s };
        Program::by_line(cmd, line).with(&command).run().expect("cmd")
    }

    #[test]
    fn a_program_tells_how_it_ended_and_what_it_said() {
        let ended = cmd("echo at %TROUSSE_SITE%& exit 3010", 20);
        assert_eq!((ended.how, ended.output.trim()), (How::Code(3010), "at lyon"));
    }

    #[test]
    fn nothing_of_our_environment_is_handed_on() {
        let said = cmd("set", 20).output;
        assert!(!said.contains("WINEDEBUG") && !said.contains("CARGO") && said.contains("SystemRoot"), "{said}");
    }

    #[allow(unsafe_code)]
    #[test]
    fn the_desktop_is_still_there_for_what_a_program_has_left_behind() {
        assert_eq!(cmd("exit 0", 20).how, How::Code(0));
        let name = desktop().expect("this session may make one");
        // SAFETY: the name is a constant text; the handle is closed here.
        unsafe {
            let there = OpenDesktopW(name, DESKTOP_CONTROL_FLAGS(0), false, GENERIC_ALL.0).expect("it is still there");
            CloseDesktop(there).expect("ours");
        }
    }

    /// That its children are ended too is seen in tests/windows/prep/run.
    #[test]
    fn what_hangs_is_ended_at_its_deadline() {
        let began = Instant::now();
        let ended = cmd("ping -n 60 127.0.0.1 >nul", 1);
        assert_eq!(ended.how, How::TookTooLong(1));
        assert!(began.elapsed() < Duration::from_secs(30), "{:?}", began.elapsed());
    }
}
