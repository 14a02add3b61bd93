//! The time that a command may take, as the user writes it.

use jiff::SignedDuration;

use crate::fault::{Fault, Result};

/// The time in milliseconds: `60s`, `2m`, `1h 30m`, or `90` for seconds.
///
/// There is none by default: every question has a deadline of its own, so a look ends by itself, and one that is cut short tells
/// less.
///
/// # Errors
/// What is no duration, one that is over before anything could be known, and one of more than a day.
pub fn milliseconds(text: &str) -> Result<u32> {
    let time = match text.parse::<u32>() {
        Ok(seconds) => Some(SignedDuration::from_secs(seconds.into())),
        Err(_) => text.parse().ok(),
    };
    let Some(time) = time else {
        return Err(Fault::new(format!("\"{text}\" is not a duration"), format!("« {text} » n'est pas une durée"))
            .hint("as in 60s, 2m, or 90 for seconds", "par exemple 60s, 2m, ou 90 pour des secondes"));
    };
    if time < LEAST {
        return Err(Fault::new(
            format!("\"{text}\" is too short: {} s at least", LEAST.as_secs()),
            format!("« {text} » est trop court : {} s au moins", LEAST.as_secs()),
        )
        .hint(
            "slow DHCP servers alone are waited for 6 s; --quick leaves out what takes long",
            "les serveurs DHCP lents à eux seuls demandent 6 s d'attente ; --quick laisse de côté ce qui est long",
        ));
    }
    u32::try_from(time.as_millis()).ok().filter(|_| time <= MOST).ok_or_else(|| {
        Fault::new(
            format!("\"{text}\" is too long: {} h at most", MOST.as_hours()),
            format!("« {text} » est trop long : {} h au plus", MOST.as_hours()),
        )
        .hint("without --budget a look takes as long as it needs", "sans --budget, l'analyse prend le temps qu'il lui faut")
    })
}

/// Within this the addresses of a small network and its gateways can be asked; less would only ever say "not tested".
const LEAST: SignedDuration = SignedDuration::from_secs(5);
/// Nobody waits longer: it is a slip of the finger.
const MOST: SignedDuration = SignedDuration::from_hours(24);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Language;

    #[test]
    fn a_duration_is_written_as_people_write_it() {
        for (text, ms) in
            [("60s", 60_000), ("2m", 120_000), ("90", 90_000), ("5", 5_000), ("1m 30s", 90_000), ("24h", 86_400_000)]
        {
            assert_eq!(milliseconds(text).expect(text), ms, "{text}");
        }
    }

    #[test]
    fn what_is_none_or_makes_no_sense_is_refused_in_one_line_with_a_way_out() {
        let bad = [
            "",
            " ",
            "x",
            "s",
            "60 parsecs",
            "4999ms",
            "0",
            "-60s",
            "4s",
            "25h",
            "4294967296",
            "99999999999999999999h",
            "NaN",
            "é",
        ];
        for text in bad {
            let fault = milliseconds(text).expect_err(text);
            for language in [Language::En, Language::Fr] {
                let said = fault.say(language);
                assert_eq!(said.lines().count(), 2, "{said}");
            }
        }
    }
}
