//! One IPv6 address and the cards that answer for it: when it is asked for again, and which card alone (RFC 4861, 7.2).

use std::time::Duration;

use crate::net::{Mac, Moment};

/// How often an address that somebody spoke from is asked for, until it answers; one that is guessed from a card's only twice.
const HEARD: u8 = 3;
const GUESSED: u8 = 2;
/// An address that answered is asked for once more: its second owner may have missed the first question.
const ANSWERED: u8 = 2;
/// From one question to the next.
const SPACING: Duration = Duration::from_millis(250);
/// How often an address that several claim is asked for again, and from one such question to the next.
const REASKED: u8 = 3;
const REASK_SPACING: Duration = Duration::from_millis(80);
/// How often each of its cards is asked alone, until it answers.
const ALONE: u8 = 2;
/// Cards of one address that are asked alone; more are forged.
const CARDS: usize = 8;

/// What is asked next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Question {
    /// Whoever has the address.
    All,
    /// This card alone.
    Alone(Mac),
}

/// An address that is asked for.
#[derive(Debug)]
pub struct Candidate {
    most: u8,
    asked: u8,
    reasked: u8,
    cards: Vec<Asked>,
}

#[derive(Debug)]
struct Asked {
    mac: Mac,
    alone: u8,
    answered: bool,
}

impl Candidate {
    /// One that somebody spoke from.
    pub fn heard() -> Candidate {
        Candidate { most: HEARD, asked: 0, reasked: 0, cards: Vec::new() }
    }

    /// One that a card would make.
    pub fn guessed() -> Candidate {
        Candidate { most: GUESSED, ..Candidate::heard() }
    }

    /// A card claims it. Whether that makes it contested: it claims beside another, or it takes an address of ours.
    pub fn claimed(&mut self, mac: Mac, alone: bool) -> bool {
        if let Some(card) = self.cards.iter_mut().find(|card| card.mac == mac) {
            card.answered |= alone;
            return false;
        }
        if self.cards.len() < CARDS {
            self.cards.push(Asked { mac, alone: 0, answered: alone });
        }
        self.cards.len() > 1
    }

    /// What is asked now, and when the next turn is; none where nothing is left to ask.
    pub fn step(&mut self, now: Moment, quick: bool) -> Option<(Question, Moment)> {
        if self.cards.len() > 1 {
            if self.reasked < REASKED {
                self.reasked += 1;
                let pause = if self.reasked < REASKED { REASK_SPACING } else { SPACING };
                return Some((Question::All, now + pause));
            }
            let card = self.cards.iter_mut().find(|card| card.alone < ALONE && !card.answered)?;
            card.alone += 1;
            return Some((Question::Alone(card.mac), now + REASK_SPACING));
        }
        let most = match (self.cards.len(), quick) {
            (0, _) => self.most,
            (_, true) => 1,
            (_, false) => ANSWERED,
        };
        (self.asked < most).then(|| {
            self.asked += 1;
            (Question::All, now + SPACING)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: Mac = Mac([2, 0, 0, 0, 0, 0x0a]);
    const B: Mac = Mac([2, 0, 0, 0, 0, 0x0b]);

    fn all(candidate: &mut Candidate) -> Vec<Question> {
        std::iter::from_fn(|| candidate.step(Moment::default(), false).map(|(question, _)| question)).collect()
    }

    #[test]
    fn a_silent_address_is_asked_for_a_few_times_only() {
        assert_eq!(all(&mut Candidate::heard()), [Question::All; 3]);
        assert_eq!(all(&mut Candidate::guessed()), [Question::All; 2]);
    }

    #[test]
    fn one_that_answers_is_asked_for_once_more_unless_there_is_no_time() {
        let mut candidate = Candidate::heard();
        assert!(!candidate.claimed(A, false));
        assert_eq!(all(&mut candidate), [Question::All; 2]);
        let mut quick = Candidate::heard();
        quick.claimed(A, false);
        assert_eq!(std::iter::from_fn(|| quick.step(Moment::default(), true)).count(), 1);
    }

    #[test]
    fn a_contested_address_is_asked_for_three_times_and_then_each_card_alone() {
        let mut candidate = Candidate::heard();
        candidate.claimed(A, false);
        assert!(candidate.claimed(B, false));
        let questions: Vec<_> = std::iter::from_fn(|| {
            let question = candidate.step(Moment::default(), false)?.0;
            // A answers when it is asked alone, B does not.
            if question == Question::Alone(A) {
                candidate.claimed(A, true);
            }
            Some(question)
        })
        .collect();
        let alone = [A, B, B].map(Question::Alone);
        assert_eq!(questions, [&[Question::All; 3][..], &alone].concat());
    }

    #[test]
    fn a_forger_of_cards_is_asked_about_few() {
        let mut candidate = Candidate::heard();
        (0..200).for_each(|last| {
            candidate.claimed(Mac([2, 0, 0, 0, 1, last]), false);
        });
        assert_eq!(all(&mut candidate).len(), usize::from(REASKED) + CARDS * usize::from(ALONE));
    }
}
