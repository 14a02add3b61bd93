//! The names of PCs: one a row. The same table can be imported again.

use super::{id, table, text};
use crate::prep::names::{Names, Taken};

/// The headings.
const HEADINGS: [&str; 7] = ["name", "how", "serial", "model", "machine", "from", "since"];

/// Writes every name.
pub fn list(names: &Names) -> String {
    table(HEADINGS, names.names.iter().map(row))
}

fn row(taken: &Taken) -> [String; 7] {
    let Taken { name, how, pc, from, since } = taken;
    let of_pc = |of: fn(&crate::prep::look::Identity) -> &Option<String>| {
        pc.as_ref().and_then(|pc| of(pc).as_deref()).map(text).unwrap_or_default()
    };
    [
        text(name),
        id(how),
        of_pc(|pc| &pc.serial),
        of_pc(|pc| &pc.product),
        of_pc(|pc| &pc.machine),
        text(from.as_deref().unwrap_or_default()),
        text(since),
    ]
}
