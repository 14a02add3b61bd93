//! Visits by their journals: the helpdesk's, and one with hostile words, a clock that was set back, and a finding nobody tested
//! again.

use trousse::journal::read;
use trousse::logbook::Logbook;
use trousse::logbook::entry::Entry;

/// Every case by its name.
pub(crate) const CASES: [(&str, &str); 2] =
    [("logbook", include_str!("helpdesk.jsonl")), ("logbook-hostile", include_str!("hostile.jsonl"))];

/// The visit of a journal.
pub(crate) fn book(journal: &str) -> Logbook {
    Logbook::of(&read::<Entry>(journal.as_bytes()).expect("a journal").entries, None)
}
