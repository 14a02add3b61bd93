//! Dates as the cultures of the world write them in digits; which of day and month comes first, the whole file tells.

use std::collections::HashMap;

use jiff::Timestamp;
use jiff::civil::{Date as Day, DateTime};
use jiff::tz::{Offset, TimeZone};

use super::Ends;
use super::table::folded;

/// What a text says of an end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Date {
    /// It can be read in one way only.
    Certain(Ends),
    /// A time by the clock on the server's wall.
    Written(Written),
}

/// A date in digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Written {
    year: i16,
    /// Day and month in the order in which they stand.
    pair: [i8; 2],
    /// Which of them is the day, where the form tells.
    known: Option<First>,
    hour: i8,
    minute: i8,
    second: i8,
}

/// What stands first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum First {
    Day,
    Month,
}

/// What the dates of a file have shown of their order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Order {
    day: bool,
    month: bool,
}

impl Order {
    /// Learns from a date that can be read in one way only.
    pub(super) fn learn(&mut self, written: &Written) {
        match (written.known, written.pair) {
            (Some(_), _) => {}
            (None, [first, _]) if first > 12 => self.day = true,
            (None, [_, second]) if second > 12 => self.month = true,
            _ => {}
        }
    }

    /// The order, unless the file shows none or both.
    fn first(self) -> Option<First> {
        match (self.day, self.month) {
            (true, false) => Some(First::Day),
            (false, true) => Some(First::Month),
            _ => None,
        }
    }
}

/// The clock on the server's wall. A file has a million times of a few days: the zone is asked once a day.
#[derive(Debug)]
pub(super) struct Clock {
    zone: TimeZone,
    /// The offset of a day, unless it changes in it.
    days: HashMap<Day, Option<Offset>>,
}

/// Days whose offset is remembered.
const DAYS: usize = 1 << 12;

impl Clock {
    pub(super) fn new(zone: &TimeZone) -> Clock {
        Clock { zone: zone.clone(), days: HashMap::new() }
    }

    fn time(&mut self, civil: DateTime) -> Option<Timestamp> {
        if self.days.len() == DAYS {
            self.days.clear();
        }
        let zone = &self.zone;
        let offset = *self.days.entry(civil.date()).or_insert_with(|| offset(zone, civil.date()));
        match offset {
            Some(offset) => offset.to_timestamp(civil).ok(),
            None => zone.to_timestamp(civil).ok(),
        }
    }
}

/// The offset of a day that has the same from one midnight to the next.
fn offset(zone: &TimeZone, day: Day) -> Option<Offset> {
    let at_midnight = |day: Day| zone.to_timestamp(day.at(0, 0, 0, 0)).ok().map(|time| zone.to_offset(time));
    let (first, last) = (at_midnight(day)?, at_midnight(day.tomorrow().ok()?)?);
    (first == last).then_some(first)
}

/// Words for a lease that does not end, folded.
const NEVER: [&str; 8] = ["never", "jamais", "infinite", "infini", "unlimited", "illimité", "permanent", "forever"];
/// Digits of a number of seconds since 1970: no date in this century has fewer than 9, none 12.
const EPOCH: std::ops::Range<usize> = 9..12;

impl Date {
    /// Reads `2026-11-21T09:00:00Z`, `21/11/2026 09:00:00`, `11/21/2026 9:00:00 AM`, `21.11.2026 09:00`, seconds since 1970, and
    /// the words for never; `None` for anything else. Nothing at all is an end that is not known.
    pub(super) fn read(text: &str) -> Option<Date> {
        let text = text.trim();
        if text.is_empty() {
            return Some(Date::Certain(Ends::Unknown));
        }
        if EPOCH.contains(&text.len()) && text.bytes().all(|c| c.is_ascii_digit()) {
            return text.parse().ok().map(|seconds| Date::Certain(Ends::At(seconds)));
        }
        if !text.starts_with(|c: char| c.is_ascii_digit()) {
            return NEVER.contains(&folded(text).as_str()).then_some(Date::Certain(Ends::Never));
        }
        if text.contains('T')
            && let Ok(time) = text.parse::<Timestamp>()
        {
            return Some(Date::Certain(Ends::At(time.as_second())));
        }
        Written::read(text).map(Date::Written)
    }
}

impl Written {
    fn read(text: &str) -> Option<Written> {
        let (mut numbers, mut count) = ([(0_i32, 0_usize); 6], 0);
        let (mut word, mut dots) = (String::new(), false);
        let mut inside = false;
        for c in text.chars() {
            match c.to_digit(10) {
                Some(digit) => {
                    if !inside {
                        count += 1;
                    }
                    // Fractions of a second have no place.
                    let (value, digits) = numbers.get_mut(count - 1)?;
                    (*value, *digits) = (value.checked_mul(10)?.checked_add(digit as i32)?, *digits + 1);
                }
                None if c.is_alphabetic() => word.extend(c.to_lowercase()),
                None => dots |= c == '.' && count < 3,
            }
            inside = c.is_ascii_digit();
        }
        let afternoon = match word.as_str() {
            "" | "t" | "h" | "hmin" | "à" => None,
            "am" => Some(false),
            "pm" => Some(true),
            _ => return None,
        };
        let [(a, digits), (b, _), (c, year_digits), (hour, _), (minute, _), (second, _)] = numbers;
        let (year, pair, known) = match (count >= 3, digits, year_digits) {
            (true, 4, 1 | 2) => (a, [b, c], Some(First::Month)),
            // Only languages that put the day first part a date by dots.
            (true, 1 | 2, 4) => (c, [a, b], dots.then_some(First::Day)),
            (true, 1 | 2, 2) => (2000 + c, [a, b], dots.then_some(First::Day)),
            _ => return None,
        };
        let hour = match afternoon {
            Some(_) if !(1..=12).contains(&hour) => return None,
            Some(afternoon) => hour % 12 + if afternoon { 12 } else { 0 },
            None => hour,
        };
        let small = |number: i32| i8::try_from(number).ok();
        let written = Written {
            year: i16::try_from(year).ok()?,
            pair: [small(pair[0])?, small(pair[1])?],
            known,
            hour: small(hour)?,
            minute: small(minute)?,
            second: small(second)?,
        };
        let possible = match known {
            Some(first) => written.civil(first).is_some(),
            None => [First::Day, First::Month].into_iter().any(|first| written.civil(first).is_some()),
        };
        possible.then_some(written)
    }

    fn civil(&self, first: First) -> Option<DateTime> {
        let [a, b] = self.pair;
        let (day, month) = if first == First::Day { (a, b) } else { (b, a) };
        DateTime::new(self.year, month, day, self.hour, self.minute, self.second, 0).ok()
    }

    /// When that is by the clock of the zone; `None` as long as the order is open and matters.
    pub(super) fn ends(&self, order: &Order, clock: &mut Clock) -> Option<Ends> {
        let [a, b] = self.pair;
        let alone = if a > 12 { Some(First::Day) } else { (b > 12 || a == b).then_some(First::Month) };
        let first = self.known.or(alone).or(order.first())?;
        let time = self.civil(first).and_then(|civil| clock.time(civil));
        Some(time.map_or(Ends::Unknown, |time| Ends::At(time.as_second())))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read_all(texts: &[&str]) -> Vec<Option<String>> {
        let mut order = Order::default();
        let dates: Vec<Option<Date>> = texts.iter().map(|text| Date::read(text)).collect();
        dates.iter().flatten().for_each(|date| {
            if let Date::Written(written) = date {
                order.learn(written);
            }
        });
        let said = |date: Option<Date>| match date? {
            Date::Certain(ends) => Some(ends.into()),
            Date::Written(written) => {
                Some(written.ends(&order, &mut Clock::new(&TimeZone::UTC)).map_or("either".to_owned(), String::from))
            }
        };
        dates.into_iter().map(said).collect()
    }

    #[test]
    fn each_culture_writes_the_same_minute() {
        for text in [
            "2026-11-21T09:00:00Z",
            "2026-11-21T10:00:00+01:00",
            "2026-11-21 09:00",
            "2026/11/21 09:00:00",
            "21/11/2026 09:00:00",
            "11/21/2026 9:00:00 AM",
            "11/21/2026 9:00:00\u{202f}AM",
            "21.11.2026 09:00:00",
            "21-11-26 9:00",
            "1795251600",
        ] {
            assert_eq!(read_all(&[text]), [Some("2026-11-21T09:00:00Z".to_owned())], "{text}");
        }
    }

    #[test]
    fn one_sure_date_tells_the_order_of_all_and_two_that_differ_tell_nothing() {
        assert_eq!(read_all(&["03/04/2026 09:00:00"]), [Some("either".to_owned())]);
        let day_first = read_all(&["03/04/2026 09:00:00", "21/11/2026 09:00:00"]);
        assert_eq!(day_first[0].as_deref(), Some("2026-04-03T09:00:00Z"));
        let month_first = read_all(&["03/04/2026 9:00:00 PM", "11/21/2026 9:00:00 AM"]);
        assert_eq!(month_first[0].as_deref(), Some("2026-03-04T21:00:00Z"));
        assert_eq!(read_all(&["03/04/2026", "21/11/2026", "11/21/2026"])[0].as_deref(), Some("either"));
        assert_eq!(read_all(&["04/04/2026"])[0].as_deref(), Some("2026-04-04T00:00:00Z"));
    }

    #[test]
    fn what_is_no_date_is_none() {
        for text in ["tomorrow", "31/31/2026", "2026-13-01", "1/2", "11/21/2026 13:00 PM", "99999999999999999999", "12:00"] {
            assert_eq!(read_all(&[text]), [None], "{text}");
        }
        assert_eq!(read_all(&["Jamais", ""]), [Some("never".to_owned()), Some("unknown".to_owned())]);
    }

    proptest! {
        #[test]
        fn a_date_reads_back_from_every_form(seconds in 946_684_800_i64..4_102_444_800) {
            let time = Timestamp::from_second(seconds).expect("a time");
            let zoned = time.to_zoned(TimeZone::UTC);
            for form in ["%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d %H:%M:%S", "%d.%m.%Y %H:%M:%S"] {
                prop_assert_eq!(read_all(&[&zoned.strftime(form).to_string()]), [Some(time.to_string())]);
            }
            for (form, sure) in [("%d/%m/%Y %H:%M:%S", "21/11/2026"), ("%m/%d/%Y %I:%M:%S %p", "11/21/2026")] {
                let read = read_all(&[&zoned.strftime(form).to_string(), sure]);
                prop_assert_eq!(read[0].clone(), Some(time.to_string()));
            }
        }

        #[test]
        fn the_clock_tells_what_the_zone_tells(seconds in 946_684_800_i64..4_102_444_800, name in prop::sample::select(vec!["CET-1CEST,M3.5.0,M10.5.0/3", "EST5EDT,M3.2.0,M11.1.0", "<+0330>-3:30"])) {
            let zone = TimeZone::posix(name).expect("a zone");
            let civil = Timestamp::from_second(seconds).expect("a time").to_zoned(zone.clone()).datetime();
            prop_assert_eq!(Clock::new(&zone).time(civil), zone.to_timestamp(civil).ok());
        }

        #[test]
        fn no_text_panics(text in r"[0-9/:.\- TAPMamp]{0,30}|\PC{0,30}") {
            read_all(&[&text]);
        }
    }
}
