//! Numbers, times and spaces as each language writes them.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::language::Language;
pub(super) use crate::language::{duration, travel};
use crate::net::Moment;

/// A count with its thousands parted.
pub(super) fn number(count: impl Into<u64>, language: Language) -> String {
    let digits = count.into().to_string();
    let mut parted = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            parted.push(language.pick(',', ' '));
        }
        parted.push(digit);
    }
    parted
}

/// A count and what is counted, in the singular or the plural: French counts none in the singular.
pub(super) fn counted(count: u32, one: (&str, &str), many: (&str, &str), language: Language) -> String {
    let single = language.pick(count == 1, count < 2);
    let (english, french) = if single { one } else { many };
    format!("{} {}", number(count, language), language.pick(english, french))
}

/// A number of bytes as people tell it, in the decimal units of disks: `1.2 GB`, `1,2 Go`.
pub(super) fn size(bytes: u64, language: Language) -> String {
    let units = language.pick(["B", "kB", "MB", "GB", "TB"], ["o", "ko", "Mo", "Go", "To"]);
    let mut unit = 0;
    let mut thousandths = bytes.saturating_mul(1000);
    // What would be rounded to a thousand is one of the next.
    while thousandths >= 999_950 && unit + 1 < units.len() {
        (thousandths, unit) = (thousandths / 1000, unit + 1);
    }
    let tenths = (thousandths + 50) / 100;
    match unit {
        0 => format!("{bytes} {}", units[0]),
        _ => format!("{}{}{} {}", number(tenths / 10, language), point(language), tenths % 10, units[unit]),
    }
}

/// Seconds since the start, to the millisecond: `1.043 s`.
pub(super) fn since_start(moment: Moment, language: Language) -> String {
    let ms = moment.ms();
    format!("{}{}{:03} s", number(ms / 1000, language), point(language), ms % 1000)
}

/// The day and the minute, by the clock on the wall; what is no time (RFC 3339) as it stands.
pub(super) fn day_and_time(rfc3339: &str, zone: &TimeZone, language: Language) -> String {
    let form = language.pick("%Y-%m-%d %H:%M", "%d/%m/%Y à %H:%M");
    match rfc3339.parse::<Timestamp>() {
        Ok(time) => time.to_zoned(zone.clone()).strftime(form).to_string(),
        Err(_) => rfc3339.to_owned(),
    }
}

/// Milliseconds from one time to another; `None` where one of them is no time, or the second is earlier.
pub(super) fn between(started: &str, finished: &str) -> Option<u64> {
    let (started, finished) = (started.parse::<Timestamp>().ok()?, finished.parse::<Timestamp>().ok()?);
    u64::try_from(finished.as_millisecond() - started.as_millisecond()).ok()
}

/// The text with the spaces that may not break: between a number and its unit, and in French before `: ; ! ? »`, after `«`
/// and between thousands.
pub(super) fn typeset(text: &str, language: Language) -> String {
    let mut set = String::with_capacity(text.len() + 8);
    for (at, c) in text.char_indices() {
        let (before, after) = (&text[..at], &text[at + c.len_utf8()..]);
        set.push(match c {
            ' ' if holds(before, after, language) => '\u{202f}',
            c => c,
        });
    }
    set
}

fn holds(before: &str, after: &str, language: Language) -> bool {
    let after_digit = before.ends_with(|c: char| c.is_ascii_digit());
    let word = after.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    let day = language.pick("d", "j");
    let unit = after_digit
        && (word == day || matches!(word, "ms" | "s" | "min" | "h" | "m" | "W" | "V" | "Mb" | "Gb" | "Mbit" | "Gbit"));
    let french = || {
        let rest = after.strip_prefix([':', ';', '!', '?', '»']);
        let sign = rest.is_some_and(|rest| !rest.starts_with(char::is_alphanumeric));
        let thousands = after_digit && word.len() == 3 && word.bytes().all(|c| c.is_ascii_digit());
        sign || thousands || before.ends_with('«')
    };
    let percent = after_digit && after.starts_with('%');
    unit || percent || (language == Language::Fr && french())
}

fn point(language: Language) -> &'static str {
    language.pick(".", ",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_told_in_the_unit_that_fits() {
        let english = [0, 999, 1_000, 999_949, 999_950, 1_234_567_890, u64::MAX].map(|bytes| size(bytes, Language::En));
        assert_eq!(english[..6], ["0 B", "999 B", "1.0 kB", "999.9 kB", "1.0 MB", "1.2 GB"]);
        assert_eq!(size(1_500_000, Language::Fr), "1,5 Mo");
    }

    #[test]
    fn numbers_follow_the_language() {
        assert_eq!(number(65_536_u32, Language::En), "65,536");
        assert_eq!(number(65_536_u32, Language::Fr), "65 536");
        assert_eq!(number(254_u32, Language::Fr), "254");
        assert_eq!(counted(0, ("host", "hôte"), ("hosts", "hôtes"), Language::En), "0 hosts");
        assert_eq!(counted(0, ("host", "hôte"), ("hosts", "hôtes"), Language::Fr), "0 hôte");
    }

    #[test]
    fn times_follow_the_language() {
        assert_eq!(since_start(Moment::from_ms(1_043), Language::En), "1.043 s");
        assert_eq!(since_start(Moment::from_ms(7), Language::Fr), "0,007 s");
        assert_eq!(day_and_time("2026-11-21T09:00:00Z", &TimeZone::UTC, Language::Fr), "21/11/2026 à 09:00");
        assert_eq!(day_and_time("2026-11-21T09:00:00.5+01:00", &TimeZone::UTC, Language::En), "2026-11-21 08:00");
        assert_eq!(day_and_time("yesterday", &TimeZone::UTC, Language::En), "yesterday");
        assert_eq!(between("2026-11-21T09:00:00Z", "2026-11-21T09:00:04.25Z"), Some(4_250));
        assert_eq!(between("2026-11-21T09:00:00Z", "2026-11-21T08:00:00Z"), None);
    }

    #[test]
    fn french_spaces_do_not_break() {
        assert_eq!(
            typeset("« vigne » : 65 536 en 12 ms ;", Language::Fr),
            "«\u{202f}vigne\u{202f}»\u{202f}: 65\u{202f}536 en 12\u{202f}ms\u{202f};"
        );
        assert_eq!(typeset("15,4 W, 88 %", Language::Fr), "15,4\u{202f}W, 88\u{202f}%");
        assert_eq!(typeset("10 s later : 3 hosts", Language::En), "10\u{202f}s later : 3 hosts");
    }
}
