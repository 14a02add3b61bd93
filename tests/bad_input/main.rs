//! What the program says when it is given what it cannot use: one line, a hint, exit code 2, and nothing on standard output.

#![cfg(target_os = "linux")]

mod certify;
mod commands;
mod depot;
mod hostile;
mod hostile_names;
mod hostile_neighbours;
mod journals;
mod labs;
mod records;
mod tables;
mod visits;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicU32, Ordering};

fn trousse() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_trousse"));
    // The language of whoever runs the tests is not that of the tests.
    command.env_remove("TROUSSE_LANG").env("LC_ALL", "C");
    // Nor is the visit that he has open.
    command.env("TROUSSE_VISIT", "");
    command
}

/// That a run was refused as the house says, and its two lines.
fn refusal(output: &Output, hint: &str) -> [String; 2] {
    let said = String::from_utf8(output.stderr.clone()).expect("what is said is text");
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(output.stdout.is_empty(), "{}", String::from_utf8_lossy(&output.stdout));
    assert!(!said.chars().any(|c| c.is_control() && c != '\n'), "{said:?}");
    let lines: Vec<&str> = said.lines().collect();
    let [line, way_out] = lines.as_slice() else { panic!("not a line and a hint: {said}") };
    let line = line.strip_prefix("trousse: ").unwrap_or_else(|| panic!("{said}"));
    assert!(!line.ends_with('.') && line.chars().next().is_some_and(|first| !first.is_ascii_uppercase()), "{said}");
    let way_out = way_out.strip_prefix(hint).unwrap_or_else(|| panic!("no hint: {said}"));
    assert!(!way_out.is_empty());
    [line.to_owned(), way_out.to_owned()]
}

/// That both languages refuse it, each in its own words, and that these are in the English and in the French line.
fn is_refused(run: impl Fn(&str) -> Output, english: &str, french: &str) {
    let ([en, _], [fr, _]) = (refusal(&run("en"), "hint: "), refusal(&run("fr"), "conseil : "));
    assert!(en.contains(english), "{en}");
    assert!(fr.contains(french), "{fr}");
    assert_ne!(en, fr);
}

/// The same for arguments.
fn are_refused(arguments: &[&str], english: &str, french: &str) {
    let run = |language: &str| trousse().args(["--lang", language]).args(arguments).output().expect("the program starts");
    is_refused(run, english, french);
}

/// A folder of its own under the system's, gone at the end.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Folder {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("trousse-bad-input-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&path).expect("the system's folder takes one more");
        Folder(path)
    }

    /// The path of a file in it that holds this.
    fn with(&self, name: &str, bytes: impl AsRef<[u8]>) -> String {
        std::fs::write(self.0.join(name), bytes).expect("the folder is ours");
        self.file(name)
    }

    fn file(&self, name: &str) -> String {
        self.0.join(name).to_str().expect("the path is text").to_owned()
    }

    fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}
