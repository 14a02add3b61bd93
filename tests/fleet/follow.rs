//! The station while it runs: what it tells, and what it holds.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};

use serde_json::Value;

/// How long all of it may take.
const PATIENCE: Duration = Duration::from_secs(900);
/// Between two looks at what is told.
const GLANCE: Duration = Duration::from_millis(100);

pub(super) fn results(lines: &[Value]) -> BTreeMap<String, Value> {
    let results = lines.iter().filter(|line| line["is"] == "result");
    results.map(|line| (line["pc"].as_str().expect("an address").to_owned(), line.clone())).collect()
}

/// Runs it to the end; each line that it tells is handed over at once, and nothing now and then where it tells nothing. The exit
/// code, the lines, and the most memory that it held.
pub(super) fn follow(command: Command, mut each: impl FnMut(Option<&Value>)) -> (i32, Vec<Value>, u64) {
    follow_by_pid(command, |_, line| each(line))
}

/// The same; with each line the number of its process is handed over too.
pub(super) fn follow_by_pid(mut command: Command, mut each: impl FnMut(u32, Option<&Value>)) -> (i32, Vec<Value>, u64) {
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program");
    let began = Instant::now();
    let mut lines = Vec::new();
    let mut peak = 0;
    let told = BufReader::new(child.stdout.take().expect("a pipe"));
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || told.lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
    loop {
        assert!(began.elapsed() < PATIENCE, "it takes too long");
        let line = match receiver.recv_timeout(GLANCE) {
            Ok(line) => line,
            Err(RecvTimeoutError::Timeout) => {
                each(child.id(), None);
                continue;
            }
            Err(RecvTimeoutError::Disconnected) => break,
        };
        assert!(!line.contains(['\u{1b}', '\u{7}']), "obeyed: {line}");
        assert!(line.len() < 300_000, "a line of {} bytes", line.len());
        let line: Value = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"));
        each(child.id(), Some(&line));
        lines.push(line);
        // nsenter(1) becomes the program.
        let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
        let held = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.parse().ok());
        peak = peak.max(held.unwrap_or_default());
    }
    let out = child.wait_with_output().expect("it ends");
    assert_eq!(String::from_utf8_lossy(&out.stderr), "", "nothing but lines");
    (out.status.code().unwrap_or(-1), lines, peak)
}
