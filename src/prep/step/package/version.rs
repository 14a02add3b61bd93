//! Versions in the order in which Debian puts them (Debian Policy, 5.6.12), which is also that of plain dotted numbers.

use std::cmp::Ordering;

/// Which of two versions is the later one.
pub fn compare(one: &str, two: &str) -> Ordering {
    let (one, two) = (parts(one), parts(two));
    one.0.cmp(&two.0).then_with(|| part(one.1, two.1)).then_with(|| part(one.2, two.2))
}

/// The first thing in a text that is a version: a number with what hangs on it.
pub fn found_in(text: &str) -> Option<&str> {
    let begins = |word: &&str| word.starts_with(|c: char| c.is_ascii_digit());
    let fits = |c: char| c.is_ascii_alphanumeric() || ".+~:-".contains(c);
    text.split(|c: char| !fits(c)).map(|word| word.strip_prefix('v').unwrap_or(word).trim_end_matches(['.', ':', '-'])).find(begins)
}

/// Epoch, upstream version, revision.
fn parts(version: &str) -> (u64, &str, &str) {
    let (epoch, rest) = match version.split_once(':') {
        Some((epoch, rest)) => (epoch.parse().unwrap_or(0), rest),
        None => (0, version),
    };
    let (upstream, revision) = rest.rsplit_once('-').unwrap_or((rest, ""));
    (epoch, upstream, revision)
}

/// Texts and numbers in turn: texts by letters, `~` before the end, letters before all else; numbers by their value.
fn part<'a>(mut one: &'a str, mut two: &'a str) -> Ordering {
    loop {
        let [(text, after), (other, other_after)] =
            [one, two].map(|rest| rest.split_at(rest.find(|c: char| c.is_ascii_digit()).unwrap_or(rest.len())));
        let [(number, rest), (other_number, other_rest)] =
            [after, other_after].map(|rest| rest.split_at(rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len())));
        let order = texts(text, other).then_with(|| numbers(number, other_number));
        if order.is_ne() || (rest.is_empty() && other_rest.is_empty()) {
            return order;
        }
        (one, two) = (rest, other_rest);
    }
}

fn texts(one: &str, two: &str) -> Ordering {
    let weight = |c: char| match c {
        '~' => -1,
        c if c.is_ascii_alphabetic() => i64::from(u32::from(c)),
        c => 256 + i64::from(u32::from(c)),
    };
    // The end stands between `~` and everything else.
    let weights = |text: &str| text.chars().map(weight).chain([0]).collect::<Vec<_>>();
    weights(one).cmp(&weights(two))
}

fn numbers(one: &str, two: &str) -> Ordering {
    let [one, two] = [one, two].map(|digits| digits.trim_start_matches('0'));
    one.len().cmp(&two.len()).then_with(|| one.cmp(two))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn versions_stand_in_debians_order() {
        let order = ["1.0~rc1", "1.0", "1.0-1", "1.0-1+deb12u1", "1.0a", "1.0+b", "1.0.1", "1.2", "1.10", "2", "10", "1:0.1"];
        for pair in order.windows(2) {
            assert_eq!(compare(pair[0], pair[1]), Ordering::Less, "{pair:?}");
        }
        assert_eq!(compare("1.02", "1.2"), Ordering::Equal);
    }

    #[test]
    fn a_version_is_found_in_what_a_program_says_of_itself() {
        assert_eq!(found_in("kioskd v2.10.3-rc1 (built 2024)\n"), Some("2.10.3-rc1"));
        assert_eq!(found_in("Python 3.11.2"), Some("3.11.2"));
        assert_eq!(found_in("version 12."), Some("12"));
        assert_eq!(found_in("no number here"), None);
    }

    proptest! {
        #[test]
        fn the_order_is_one(one in "([0-9]:)?[0-9][0-9a-z.+~]{0,6}(-[0-9~a]{1,3})?", two in "[0-9][0-9a-z.+~]{0,6}", three in "[0-9][0-9.~]{0,4}") {
            prop_assert_eq!(compare(&one, &one), Ordering::Equal);
            prop_assert_eq!(compare(&one, &two), compare(&two, &one).reverse());
            if compare(&one, &two).is_le() && compare(&two, &three).is_le() {
                prop_assert!(compare(&one, &three).is_le());
            }
        }
    }
}
