//! Rows of fields with a row of headings: which sign parts them, and where each field stands.

use std::borrow::Cow;

/// The columns of a table, by their place.
#[derive(Clone, Debug)]
pub(super) struct Columns {
    pub(super) separator: char,
    headings: Vec<String>,
}

impl Columns {
    /// The headings in a line, folded to small letters and digits.
    pub(super) fn of(line: &str) -> Columns {
        let count = |c: char| line.matches(c).count();
        // The sign that stands there most; of two as frequent the first.
        let separator = [',', ';', '\t'].into_iter().rev().max_by_key(|&c| count(c)).unwrap_or(',');
        Columns { separator, headings: split(line, separator).iter().map(|field| folded(field)).collect() }
    }

    /// Where the column of one of these headings stands.
    pub(super) fn find(&self, names: &[&str]) -> Option<usize> {
        names.iter().find_map(|name| self.headings.iter().position(|heading| heading == name))
    }
}

/// A heading without signs, spaces and capitals: `Lease Expiration` is `leaseexpiration`.
pub(super) fn folded(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The fields of a line (RFC 4180), a doubled quote within quotes being one.
pub(super) fn split(line: &str, separator: char) -> Vec<Cow<'_, str>> {
    let mut fields = Vec::with_capacity(16);
    let mut rest = line;
    loop {
        let (field, after) = match rest.strip_prefix('"') {
            Some(inner) => quoted(inner, separator),
            None => match at(rest, separator) {
                Some(end) => (Cow::Borrowed(rest[..end].trim()), Some(&rest[end + 1..])),
                None => (Cow::Borrowed(rest.trim()), None),
            },
        };
        fields.push(field);
        match after {
            Some(after) => rest = after,
            None => return fields,
        }
    }
}

/// Where a sign of ASCII stands first. Fields are short: looking at each byte takes less than to set out for a longer search.
fn at(text: &str, sign: char) -> Option<usize> {
    text.bytes().position(|byte| char::from(byte) == sign)
}

/// A field up to its closing quote, and what stands after the next separator.
fn quoted(inner: &str, separator: char) -> (Cow<'_, str>, Option<&str>) {
    let mut doubled = false;
    let mut from = 0;
    while let Some(found) = at(&inner[from..], '"') {
        let end = from + found;
        if inner[end + 1..].starts_with('"') {
            (doubled, from) = (true, end + 2);
            continue;
        }
        let field = if doubled { Cow::Owned(inner[..end].replace("\"\"", "\"")) } else { Cow::Borrowed(&inner[..end]) };
        let rest = &inner[end + 1..];
        return (field, at(rest, separator).map(|next| &rest[next + 1..]));
    }
    // A quote that nobody closed: the field ends with the line.
    (Cow::Borrowed(inner), None)
}
