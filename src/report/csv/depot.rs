//! What is in a depot: a payload a row.

use super::{table, text};
use crate::prep::depot::{Manifest, Payload};

/// The headings: the names of the list in JSON.
const HEADINGS: [&str; 9] = ["name", "sha256", "size", "form", "product", "version", "publisher", "product_code", "added"];

/// Writes every payload.
pub fn list(manifest: &Manifest) -> String {
    table(HEADINGS, manifest.payloads.iter().map(row))
}

fn row(payload: &Payload) -> [String; 9] {
    let Payload { name, digest, about, added } = payload;
    let said = |of: &Option<String>| text(of.as_deref().unwrap_or_default());
    [
        text(name),
        digest.sha256.clone(),
        digest.size.to_string(),
        super::id(&about.form),
        said(&about.product),
        said(&about.version),
        said(&about.publisher),
        said(&about.product_code),
        text(added),
    ]
}
