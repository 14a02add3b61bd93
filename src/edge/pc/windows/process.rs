//! Programs of the PC: with a deadline, in a job that ends all that they have started, on a desktop that nobody sees, and the end of
//! what they said.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, PipeReader, Read, Write};
use std::os::windows::io::{AsRawHandle, OwnedHandle};
use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use windows::Win32::Foundation::{CloseHandle, GENERIC_ALL, HANDLE, HANDLE_FLAG_INHERIT, SetHandleInformation, WAIT_OBJECT_0};
use windows::Win32::Globalization::{CP_OEMCP, MULTI_BYTE_TO_WIDE_CHAR_FLAGS, MultiByteToWideChar};
use windows::Win32::System::Diagnostics::Debug::{
    SEM_FAILCRITICALERRORS, SEM_NOGPFAULTERRORBOX, SEM_NOOPENFILEERRORBOX, SetErrorMode,
};
use windows::Win32::System::JobObjects::{
    AssignProcessToJobObject, CreateJobObjectW, JOB_OBJECT_LIMIT, JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE,
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION, JobObjectExtendedLimitInformation, SetInformationJobObject, TerminateJobObject,
};
use windows::Win32::System::StationsAndDesktops::{CloseDesktop, CreateDesktopW, DESKTOP_CONTROL_FLAGS, HDESK};
use windows::Win32::System::Threading::{
    CREATE_NO_WINDOW, CREATE_SUSPENDED, CREATE_UNICODE_ENVIRONMENT, CreateProcessW, GetExitCodeProcess, PROCESS_INFORMATION,
    ResumeThread, STARTF_USESHOWWINDOW, STARTF_USESTDHANDLES, STARTUPINFOW, TerminateProcess, WaitForSingleObject,
};
use windows::core::{HSTRING, PCWSTR, PWSTR, w};

use super::system::why;
use crate::edge::stop;
use crate::fault::{Fault, Result};
use crate::prep::look::{Command, Ended, How};
use crate::secret::Secret;

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
/// Bytes of what a program said that are kept: the last ones, which say why.
const KEPT: usize = 16 << 10;
/// Between two looks at a program that says nothing.
const GLANCE: Duration = Duration::from_millis(20);
/// A program that has ended may have left others that hold its output; what comes within so long is still read.
const AFTERWARDS: Duration = Duration::from_millis(100);
/// And no longer than this in all.
const LAST_WORDS: Duration = Duration::from_secs(2);
/// What those end with that are ended (STATUS_CONTROL_C_EXIT).
const ENDED: u32 = 0xc000_013a;
/// The number of the signal that Ctrl-C is elsewhere.
const INTERRUPT: i32 = 2;

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

/// A word of a command line, as CommandLineToArgvW and the C runtime take it apart again.
pub(super) fn quoted(word: &str) -> String {
    if !word.is_empty() && !word.contains([' ', '\t', '"', '\n', '\u{b}']) {
        return word.to_owned();
    }
    let mut out = String::from("\"");
    let mut slashes = 0;
    for letter in word.chars() {
        match letter {
            '\\' => slashes += 1,
            '"' => {
                out.push_str(&"\\".repeat(slashes + 1));
                slashes = 0;
            }
            _ => slashes = 0,
        }
        out.push(letter);
    }
    out.push_str(&"\\".repeat(slashes));
    out.push('"');
    out
}

/// A program to be run.
pub(super) struct Program {
    name: String,
    line: String,
    variables: BTreeMap<String, String>,
    /// What it is handed on its standard input.
    input: Option<Secret>,
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
        Program { variables: variables.collect(), input: command.input.clone(), timeout_s: command.timeout_s, ..self }
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
        std::thread::spawn(move || drop(writer.write_all(input.reveal().as_bytes())));
        Ok(reader.into())
    }

    /// Starts it in a job of its own: it does nothing before it is in there.
    #[allow(unsafe_code)]
    fn start(&self) -> windows::core::Result<(Job, Process, PipeReader)> {
        let (reader, writer) = io::pipe()?;
        let told = self.told()?;
        let [input, output] = [told.as_raw_handle(), writer.as_raw_handle()].map(HANDLE);
        let desktop = Desktop::new();
        let mut desktop_name: Vec<u16> = NAME.encode_utf16().chain([0]).collect();
        let startup = STARTUPINFOW {
            cb: size_of::<STARTUPINFOW>() as u32,
            lpDesktop: if desktop.is_some() { PWSTR(desktop_name.as_mut_ptr()) } else { PWSTR::null() },
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
            Process { handle: started.hProcess, _desktop: desktop }
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

/// The desktop of programs that nobody is to see: a window that one opens is on no screen, and waits for nobody longer than the
/// deadline.
const NAME: &str = "trousse-prep";

struct Desktop(HDESK);

impl Desktop {
    /// `None` where this session may make none: then windows are where the session has them.
    #[allow(unsafe_code)]
    fn new() -> Option<Desktop> {
        // SAFETY: the name is a constant text, and everything else is left to Windows; it is closed when it is dropped.
        let made =
            unsafe { CreateDesktopW(w!("trousse-prep"), PCWSTR::null(), None, DESKTOP_CONTROL_FLAGS(0), GENERIC_ALL.0, None) };
        made.ok().map(Desktop)
    }
}

impl Drop for Desktop {
    #[allow(unsafe_code)]
    fn drop(&mut self) {
        // SAFETY: it was made by `new`, and is closed nowhere else.
        let _ = unsafe { CloseDesktop(self.0) };
    }
}

/// A program that runs, or did.
struct Process {
    handle: HANDLE,
    /// It is there as long as the program may want it.
    _desktop: Option<Desktop>,
}

impl Process {
    #[allow(unsafe_code)]
    fn ended_within(&self, patience: Duration) -> bool {
        // SAFETY: the handle is open as long as this is there.
        unsafe { WaitForSingleObject(self.handle, patience.as_millis() as u32) == WAIT_OBJECT_0 }
    }

    #[allow(unsafe_code)]
    fn code(&self) -> windows::core::Result<u32> {
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
struct Job(HANDLE);

impl Job {
    #[allow(unsafe_code)]
    fn new(ends_with_us: bool) -> windows::core::Result<Job> {
        // SAFETY: neither attributes nor a name are given; the handle is closed when it is dropped.
        let job = Job(unsafe { CreateJobObjectW(None, PCWSTR::null()) }?);
        if ends_with_us {
            job.limit(JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE)?;
        }
        Ok(job)
    }

    #[allow(unsafe_code)]
    fn limit(&self, limit: JOB_OBJECT_LIMIT) -> windows::core::Result<()> {
        let mut limits = JOBOBJECT_EXTENDED_LIMIT_INFORMATION::default();
        limits.BasicLimitInformation.LimitFlags = limit;
        let size = size_of_val(&limits) as u32;
        // SAFETY: the structure is the one that the class stands for, of the size that is told, and is only read.
        unsafe { SetInformationJobObject(self.0, JobObjectExtendedLimitInformation, (&raw const limits).cast(), size) }
    }

    /// Ends everything in it, and waits until its first program has gone.
    #[allow(unsafe_code)]
    fn end(&self, first: &Process) {
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

/// Listens to a program in a thread of its own, which ends when nobody can say anything any more: a pipe of Windows cannot be waited
/// for with a deadline.
fn listen(mut from: PipeReader) -> Receiver<Vec<u8>> {
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        let mut bytes = [0; 8192];
        while let Ok(count @ 1..) = from.read(&mut bytes) {
            if sender.send(bytes[..count].to_vec()).is_err() {
                break;
            }
        }
    });
    receiver
}

/// The last bytes of what a program said.
#[derive(Default)]
struct Tail {
    bytes: Vec<u8>,
    cut: bool,
    /// Something came the last time.
    new: bool,
}

impl Tail {
    /// Takes what there is, and waits at most so long for it; whether more may come.
    fn hear(&mut self, from: &Receiver<Vec<u8>>, patience: Duration) -> bool {
        self.new = false;
        match from.recv_timeout(patience) {
            Ok(bytes) => {
                self.new = true;
                self.bytes.extend_from_slice(&bytes);
                if self.bytes.len() > 2 * KEPT {
                    self.bytes.drain(..self.bytes.len() - KEPT);
                    self.cut = true;
                }
                true
            }
            Err(RecvTimeoutError::Timeout) => true,
            Err(RecvTimeoutError::Disconnected) => false,
        }
    }

    fn text(self) -> String {
        let from = self.bytes.len().saturating_sub(KEPT);
        if !self.cut && from == 0 {
            return text_of(&self.bytes);
        }
        // Where a letter of UTF-8 was cut through, its rest would make all of it look like something else (RFC 3629: 10xxxxxx; three of
        // them at most).
        let rest = self.bytes[from..].iter().take(3).take_while(|&&byte| byte & 0xc0 == 0x80).count();
        format!("…{}", text_of(&self.bytes[from + rest..]))
    }
}

/// What a program wrote: in UTF-8, or in the letters of the consoles of this Windows.
#[allow(unsafe_code)]
fn text_of(bytes: &[u8]) -> String {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return text.to_owned();
    }
    let mut wide = vec![0; bytes.len()];
    // SAFETY: the binding hands on the lengths of both; a letter never needs more units than bytes.
    let count = unsafe { MultiByteToWideChar(CP_OEMCP, MULTI_BYTE_TO_WIDE_CHAR_FLAGS(0), bytes, Some(&mut wide)) };
    String::from_utf16_lossy(&wide[..usize::try_from(count).unwrap_or(0).min(wide.len())])
}

#[cfg(test)]
mod tests {
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

    /// That its children are ended too is seen in tests/windows/prep/run.
    #[test]
    fn what_hangs_is_ended_at_its_deadline() {
        let began = Instant::now();
        let ended = cmd("ping -n 60 127.0.0.1 >nul", 1);
        assert_eq!(ended.how, How::TookTooLong(1));
        assert!(began.elapsed() < Duration::from_secs(30), "{:?}", began.elapsed());
    }

    #[test]
    fn a_word_stays_one_word() {
        for (word, wanted) in [
            ("/qn", "/qn"),
            ("", "\"\""),
            (r"C:\a b\c", r#""C:\a b\c""#),
            (r"a b\", r#""a b\\""#),
            (r#"say "hi""#, r#""say \"hi\"""#),
            (r#"a\"b"#, r#""a\\\"b""#),
        ] {
            assert_eq!(quoted(word), wanted);
        }
    }

    #[test]
    fn a_tail_that_begins_inside_a_letter_is_read_in_utf_8_all_the_same() {
        for more in 0..4 {
            let said = "é".repeat(KEPT) + &"x".repeat(more);
            let text = Tail { bytes: said.into_bytes(), ..Tail::default() }.text();
            let (first, letters) = (text.chars().next(), text.trim_start_matches('…').trim_end_matches('x'));
            assert!(first == Some('…') && letters.chars().all(|letter| letter == 'é'), "{more}: {}", &text[..20]);
        }
    }

    #[test]
    fn what_a_console_of_another_language_wrote_is_read_all_the_same() {
        assert_eq!(text_of("déjà".as_bytes()), "déjà");
        assert!(text_of(&[b'o', b'k', 0x82]).starts_with("ok"));
    }
}
