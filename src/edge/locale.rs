//! The language of the person at the keyboard.

use crate::language::Language;

/// `TROUSSE_LANG`, then the system's locale; English where neither is French.
pub fn language() -> Language {
    let asked = std::env::var("TROUSSE_LANG").ok().filter(|name| !name.is_empty());
    let name = asked.or_else(sys_locale::get_locale).unwrap_or_default();
    Language::of_locale(&name)
}
