//! `trousse oui`: who made a card, from its hardware address; which blocks a vendor holds, from its name.

mod asked;
mod table;

use std::io::{self, Write};
use std::path::PathBuf;

use serde::Serialize;

use crate::fault::{Fault, Result};
use crate::kind::{self, Inferred};
use crate::language::Language;
use crate::oui::name::clean;
use crate::oui::{Block, Vendor, Vendors};
use asked::Asked;

/// Tell who made a network card, from its hardware address, or which blocks a vendor holds.
#[derive(clap::Args, Debug, Clone)]
pub struct OuiArgs {
    /// Hardware addresses, the first digits of some (b8:27:eb), or part of a vendor's name
    #[arg(required = true, value_name = "MAC|VENDOR")]
    pub asked: Vec<String>,

    /// Vendors from this file: a CSV of the IEEE or for mac_oui, Wireshark's manuf, arp-scan's ieee-oui.txt
    #[arg(long, value_name = "FILE")]
    pub oui_file: Option<PathBuf>,

    /// How the answer is written: terminal or json
    #[arg(long, value_enum, default_value_t, hide_possible_values = true)]
    pub format: OuiFormat,
}

/// How the answer is written.
#[derive(clap::ValueEnum, Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OuiFormat {
    /// Aligned columns, for a person.
    #[default]
    Terminal,
    /// One object, `trousse/oui/1`, for programs.
    Json,
}

/// The answer to one question.
#[derive(Serialize)]
#[serde(untagged)]
enum Answer<'a> {
    /// Of an address.
    Address {
        asked: String,
        verdict: &'static str,
        #[serde(flatten)]
        held: Held<'a>,
        #[serde(skip)]
        vendor: Vendor<'a>,
    },
    /// Of a vendor's name.
    Name { asked: String, verdict: &'static str, held: Vec<Held<'a>> },
}

/// A block and its holder, as far as they are known.
#[derive(Serialize)]
struct Held<'a> {
    block: Option<Block>,
    vendor: Option<&'a str>,
    kind: Option<Inferred>,
}

/// All answers, and what they were taken from.
#[derive(Serialize)]
struct Answers<'a> {
    schema: &'static str,
    /// The day of the registry; null where it came from a file.
    date: Option<&'static str>,
    file: Option<String>,
    answers: Vec<Answer<'a>>,
}

/// Answers on `out`. The exit code is 0 when every question has an answer ("random or virtual" is one), 1 when
/// nothing is known for one of them.
///
/// # Errors
/// A text that is neither an address nor a name, a file of vendors that cannot be used, an output that cannot be written.
pub fn run(args: &OuiArgs, language: Language, out: &mut dyn Write) -> Result<u8> {
    let asked = asked::read(&args.asked)?;
    let read;
    let vendors = match &args.oui_file {
        Some(path) => {
            read = Vendors::from_file(path)?;
            &read
        }
        None => Vendors::builtin(),
    };
    let answers = Answers {
        schema: "trousse/oui/1",
        date: vendors.date(),
        file: args.oui_file.as_ref().map(|path| clean(&path.display().to_string())),
        answers: asked.into_iter().map(|asked| answer(vendors, asked)).collect(),
    };
    let written = match args.format {
        OuiFormat::Terminal => table::write(&answers, language, out),
        OuiFormat::Json => {
            serde_json::to_writer_pretty(&mut *out, &answers).map_err(io::Error::from).and_then(|()| writeln!(out))
        }
    };
    match written {
        // The reader has seen enough: `trousse oui apple | head`.
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Fault::because("cannot write the answer", "impossible d'écrire la réponse", &error))
        }
        _ => Ok(u8::from(!answers.answers.iter().all(Answer::is_known))),
    }
}

fn answer(vendors: &Vendors, asked: Asked) -> Answer<'_> {
    match asked {
        Asked::Address { text, first, bits } => {
            let vendor = vendors.lookup_prefix(first, bits);
            let (verdict, block) = match vendor {
                Vendor::Known { block, .. } => ("known", Some(block)),
                Vendor::Unassigned(block) => ("unassigned", Some(block)),
                Vendor::Shared { .. } => ("shared", None),
                Vendor::Local => ("local", None),
                Vendor::Group => ("group", None),
                Vendor::Unknown => ("unknown", None),
            };
            Answer::Address { asked: text, verdict, held: held(block, vendor.name()), vendor }
        }
        Asked::Name(text) => {
            let holdings = vendors.search(&text);
            let blocks =
                holdings.iter().flat_map(|holding| holding.blocks.iter().map(|&block| held(Some(block), Some(holding.name))));
            let held: Vec<Held<'_>> = blocks.collect();
            Answer::Name { asked: text, verdict: if held.is_empty() { "unknown" } else { "known" }, held }
        }
    }
}

fn held<'a>(block: Option<Block>, vendor: Option<&'a str>) -> Held<'a> {
    Held { block, vendor, kind: kind::infer(vendor, &[]) }
}

impl Answer<'_> {
    fn is_known(&self) -> bool {
        match self {
            Answer::Address { verdict, .. } | Answer::Name { verdict, .. } => matches!(*verdict, "known" | "local" | "group"),
        }
    }
}

#[cfg(test)]
mod tests;
