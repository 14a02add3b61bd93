//! `trousse lab`: raises a network that is written as data, and runs the kit, or any other program, in it.

use std::ffi::OsString;

use clap::Args;

use crate::cli::output::print;
use crate::edge::lab;
#[cfg(target_os = "linux")]
use crate::edge::record::{CERTIFICATE, COMPARISON, REPORT};
use crate::fault::{Fault, Result};
use crate::language::Language;

/// Raise a network of the workshop's own and run the kit in it.
///
/// Without NAME, lists the labs. Without COMMAND, runs the kit as the lab says, then again after what is done next there, and
/// compares what it finds with what is there: exit code 0 as expected, 1 not as expected, 2 the lab could not be raised.
#[derive(Debug, Args)]
pub struct LabArgs {
    /// The lab, or a file that ends in .toml
    name: Option<String>,
    /// Leave the lab standing afterwards, until Ctrl-C, and print how to open a shell on each host
    #[arg(long, requires = "name")]
    keep: bool,
    /// Run this in place of the kit, on the kit's network; its exit code is given back
    #[arg(last = true, requires = "name")]
    command: Vec<OsString>,
}

/// Runs the command.
pub fn run(args: &LabArgs, language: Language) -> Result<u8> {
    match &args.name {
        Some(name) => raise(lab::find(name)?, args, language),
        None => list(language),
    }
}

fn list(language: Language) -> Result<u8> {
    let widest = lab::LABS.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    let line =
        |(name, text): &(&str, &str)| lab::Lab::parse(name, text).map(|lab| format!("{name:widest$}  {}\n", lab.title(language)));
    let lines: Result<String> = lab::LABS.iter().map(line).collect();
    print(&lines?).map(|()| 0)
}

#[cfg(not(target_os = "linux"))]
fn raise(lab: lab::Lab, _: &LabArgs, _: Language) -> Result<u8> {
    let name = lab.name;
    let fault = Fault::new(format!("cannot raise lab {name} here"), format!("impossible de monter le labo {name} ici"));
    Err(fault.hint(
        "labs are made of Linux namespaces: use a Linux machine",
        "les labos sont faits d'espaces de noms Linux : prenez une machine Linux",
    ))
}

#[cfg(target_os = "linux")]
fn raise(lab: lab::Lab, args: &LabArgs, language: Language) -> Result<u8> {
    let own = std::env::current_exe()
        .map_err(|error| Fault::because("cannot find the program's own file", "fichier du programme introuvable", &error))?;
    lab::run(&lab, language, |running| {
        if args.keep {
            let shells = running.shells();
            let widest = shells.iter().map(|(host, _)| host.len()).max().unwrap_or(0);
            for (host, shell) in shells {
                eprintln!("{host:widest$}  {shell}");
            }
        }
        let code = match args.command.split_first() {
            Some((program, arguments)) => running.run(program, arguments),
            None => check(&lab, running, own.as_os_str(), language),
        };
        if args.keep {
            eprintln!("{}", language.pick("the lab stands until Ctrl-C", "le labo reste en place jusqu'à Ctrl-C"));
            running.stay()?;
        }
        code
    })
}

/// Runs the kit as the lab says, does what is done next and runs it again, and says on standard error whether it found what is
/// there.
#[cfg(target_os = "linux")]
fn check(lab: &lab::Lab, running: &lab::Running, own: &std::ffi::OsStr, language: Language) -> Result<u8> {
    let before = lab::contents(&lab.expect, running.folder());
    let Came { exit, report, .. } = kit(running, own, &lab.kit.command, 1, language)?;
    let mut differences = lab::differences(&lab.expect, &report, exit);
    differences.extend(lab::changes(&lab.expect, &before, &lab::contents(&lab.expect, running.folder())));
    for (number, then) in (2..).zip(&lab.expect.then) {
        if let Some(act) = then.act.as_deref().and_then(|name| lab.act(name)) {
            eprintln!("\n→ {}", act.title(language));
            running.act(act)?;
        }
        eprintln!("→ trousse {}\n", then.command.join(" "));
        let Came { exit, report, comparison } = kit(running, own, &then.command, number, language)?;
        differences.extend(lab::differences_then(then, &report, &comparison, exit));
    }
    for difference in &differences {
        eprintln!("{}", difference.say(language));
    }
    if differences.is_empty() {
        eprintln!("{}", language.pick("as expected", "comme prévu"));
    }
    Ok(u8::from(!differences.is_empty()))
}

/// What a run of the kit came to. What it did not write is null.
#[cfg(target_os = "linux")]
struct Came {
    exit: i32,
    report: serde_json::Value,
    comparison: serde_json::Value,
}

/// Runs the kit, which records what it looks at: its report, or its certificate, and how that compares. The journal of a visit is
/// written without a look; shown, it is the report.
#[cfg(target_os = "linux")]
fn kit(running: &lab::Running, own: &std::ffi::OsStr, command: &[String], number: usize, language: Language) -> Result<Came> {
    use serde_json::Value::Null;

    let words: Vec<&str> = command.iter().map(String::as_str).collect();
    let folder = running.visit_folder(number);
    let shown = folder.with_extension("json");
    let mut arguments: Vec<OsString> = command.iter().map(OsString::from).collect();
    arguments.extend(["--lang".into(), language.tag().into()]);
    match words[..] {
        ["visit", "show", ..] => arguments.extend(["--output".into(), shown.clone().into_os_string()]),
        ["visit", "retest", ..] => arguments.extend(["--record".into(), folder.clone().into_os_string()]),
        ["visit", ..] => {}
        _ => arguments.extend(["--record".into(), folder.clone().into_os_string()]),
    }
    let exit = running.run(own, &arguments)?;
    let made = [folder.join(CERTIFICATE), folder.join(REPORT), shown].into_iter().find(|file| file.exists());
    let report = match (made, &words[..]) {
        (Some(file), _) => written(command, exit, &file)?,
        (None, ["visit", step, ..]) if !["show", "retest"].contains(step) => Null,
        (None, _) => written(command, exit, &folder.join(REPORT))?,
    };
    let compared = folder.join(COMPARISON);
    let comparison = if compared.exists() { written(command, exit, &compared)? } else { Null };
    Ok(Came { exit: i32::from(exit), report, comparison })
}

/// What the kit wrote to a file of its record.
#[cfg(target_os = "linux")]
fn written(command: &[String], exit: u8, path: &std::path::Path) -> Result<serde_json::Value> {
    let bytes = std::fs::read(path).map_err(|error| error.to_string());
    bytes.and_then(|bytes| serde_json::from_slice(&bytes).map_err(|error| error.to_string())).map_err(|error| {
        let command = command.join(" ");
        Fault::new(
            format!("trousse {command} (exit code {exit}) left no report: {error}"),
            format!("trousse {command} (code de retour {exit}) n'a pas laissé de rapport : {error}"),
        )
    })
}
