//! The walk from outlet to outlet: what is done next, told by the link that goes and comes and by the keys that are pressed.

use std::collections::VecDeque;

/// A link that is lost so often while it is measured does not hold: that is measured, not a hand at the plug.
pub const MOST_LOST: u32 = 3;

/// A key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// `s`: this outlet is left out.
    Skip,
    /// `n`: the cable is in, and no link comes.
    NoLink,
    /// `m`: the link that is there is this outlet's.
    Measure,
    /// `r`: the outlet before is measured again.
    Again,
    /// `q`: the walk ends here.
    Quit,
}

impl Key {
    /// The key of a letter.
    pub fn of(letter: u8) -> Option<Key> {
        match letter.to_ascii_lowercase() {
            b's' => Some(Key::Skip),
            b'n' => Some(Key::NoLink),
            b'm' => Some(Key::Measure),
            b'r' => Some(Key::Again),
            b'q' => Some(Key::Quit),
            _ => None,
        }
    }
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// The link came (true) or went.
    Link(bool),
    /// A key was pressed.
    Key(Key),
    /// The outlet was measured; the link is still there, or not.
    Measured {
        /// There is a link.
        link: bool,
    },
    /// The link went while it was measured; it may be there again.
    Lost {
        /// There is a link.
        link: bool,
    },
}

/// What to do next. Outlets are told by their place in the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Wait: the outlet that is next, and whether the cable must come out of another one first.
    Wait {
        /// Which.
        outlet: usize,
        /// A link is there that is not this outlet's.
        unplug: bool,
    },
    /// Measure it.
    Measure {
        /// Which.
        outlet: usize,
        /// How often the link was lost while it was measured before.
        lost: u32,
    },
    /// It is left out.
    Skip {
        /// Which.
        outlet: usize,
    },
    /// There is no more to do.
    Done,
}

/// The walk.
#[derive(Clone, Debug)]
pub struct Walk {
    left: VecDeque<usize>,
    last: Option<usize>,
    link: bool,
    /// The link that is there belongs to no outlet of this walk that is still to be measured.
    stale: bool,
    lost: u32,
}

impl Walk {
    /// A walk to these outlets. A link that is there from the start may be anybody's.
    pub fn new(left: impl IntoIterator<Item = usize>, link: bool) -> Walk {
        Walk { left: left.into_iter().collect(), last: None, link, stale: link, lost: 0 }
    }

    /// What to do before anything has happened.
    pub fn first(&self) -> Next {
        self.wait()
    }

    /// Whether the outlet that is measured has a link, as far as the walk knows.
    pub fn has_link(&self) -> bool {
        self.link
    }

    /// How many are left.
    pub fn left(&self) -> usize {
        self.left.len()
    }

    fn wait(&self) -> Next {
        self.left.front().map_or(Next::Done, |&outlet| Next::Wait { outlet, unplug: self.stale })
    }

    fn measure(&self) -> Next {
        self.left.front().map_or(Next::Done, |&outlet| Next::Measure { outlet, lost: self.lost })
    }

    /// What to do now that this happened. After `Skip`, [`Walk::first`] says what is next.
    pub fn then(&mut self, event: Event) -> Next {
        match event {
            Event::Link(up) => {
                let came = up && !self.link;
                self.link = up;
                if !up {
                    self.stale = false;
                }
                if came && !self.stale { self.measure() } else { self.wait() }
            }
            Event::Measured { link } => {
                self.last = self.left.pop_front();
                self.lost = 0;
                (self.link, self.stale) = (link, link);
                self.wait()
            }
            Event::Lost { link } => {
                self.lost += 1;
                (self.link, self.stale) = (link, false);
                if link { self.measure() } else { self.wait() }
            }
            Event::Key(Key::Skip) => {
                (self.lost, self.stale) = (0, self.link);
                self.left.pop_front().map_or(Next::Done, |outlet| Next::Skip { outlet })
            }
            Event::Key(Key::NoLink) if !self.link => self.measure(),
            Event::Key(Key::Measure) if self.link => self.measure(),
            Event::Key(Key::Again) => {
                let Some(last) = self.last.take() else { return self.wait() };
                self.left.push_front(last);
                self.lost = 0;
                // Still in the outlet before: no unplugging. Else the cable goes back there first.
                if self.link && self.stale { self.measure() } else { self.wait() }
            }
            Event::Key(Key::NoLink | Key::Measure) => self.wait(),
            Event::Key(Key::Quit) => Next::Done,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MEASURED: Event = Event::Measured { link: true };

    fn walked(mut walk: Walk, events: &[Event]) -> Vec<Next> {
        events.iter().map(|&event| walk.then(event)).collect()
    }

    fn wait(outlet: usize, unplug: bool) -> Next {
        Next::Wait { outlet, unplug }
    }

    fn measure(outlet: usize) -> Next {
        Next::Measure { outlet, lost: 0 }
    }

    #[test]
    fn one_only_unplugs_and_plugs() {
        let walk = Walk::new([0, 1], false);
        assert_eq!(walk.first(), wait(0, false));
        let events = [Event::Link(true), MEASURED, Event::Link(true), Event::Link(false), Event::Link(true), MEASURED];
        let nexts = [measure(0), wait(1, true), wait(1, true), wait(1, false), measure(1), Next::Done];
        assert_eq!(walked(walk, &events), nexts);
    }

    #[test]
    fn a_link_that_was_there_before_is_taken_for_an_outlet_only_where_somebody_says_so() {
        let walk = Walk::new([0], true);
        assert_eq!(walk.first(), wait(0, true));
        assert_eq!(walked(walk.clone(), &[Event::Link(true), Event::Key(Key::Measure)]), [wait(0, true), measure(0)]);
        assert_eq!(walked(walk, &[Event::Link(false), Event::Key(Key::Measure), Event::Link(true)])[2], measure(0));
    }

    #[test]
    fn the_outlet_before_is_measured_again_in_place_or_after_going_back() {
        let walk = Walk::new([0, 1], false);
        let again = Event::Key(Key::Again);
        assert_eq!(walked(walk.clone(), &[again]), [wait(0, false)], "there is none before");
        let here = walked(walk.clone(), &[Event::Link(true), MEASURED, again, MEASURED, Event::Link(false), Event::Link(true)]);
        assert_eq!(here[2..], [measure(0), wait(1, true), wait(1, false), measure(1)]);
        let back = walked(walk, &[Event::Link(true), MEASURED, Event::Link(false), again, Event::Link(true)]);
        assert_eq!(back[3..], [wait(0, false), measure(0)]);
    }

    #[test]
    fn a_cable_pulled_in_the_middle_is_waited_for_and_measured_again() {
        let walk = Walk::new([0], false);
        let pulled = walked(walk.clone(), &[Event::Link(true), Event::Lost { link: false }, Event::Link(true)]);
        assert_eq!(pulled[1..], [wait(0, false), Next::Measure { outlet: 0, lost: 1 }]);
        let flapping = walked(walk, &[Event::Link(true), Event::Lost { link: true }, Event::Lost { link: true }]);
        assert_eq!(flapping[2], Next::Measure { outlet: 0, lost: 2 });
    }

    #[test]
    fn an_outlet_is_left_out_or_has_no_link_where_somebody_says_so() {
        let mut walk = Walk::new([0, 1], false);
        assert_eq!(walk.then(Event::Key(Key::Skip)), Next::Skip { outlet: 0 });
        assert_eq!((walk.first(), walk.left()), (wait(1, false), 1));
        assert_eq!(walk.then(Event::Key(Key::NoLink)), measure(1));
        assert_eq!(walk.then(Event::Measured { link: false }), Next::Done);
        assert_eq!(Walk::new([], false).first(), Next::Done);
        assert_eq!(walked(Walk::new([0], true), &[Event::Key(Key::NoLink), Event::Key(Key::Quit)]), [wait(0, true), Next::Done]);
    }
}
