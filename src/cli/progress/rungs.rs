//! The rungs of the ladder while a look goes on: which is worked on, and how far it is, by what its probes themselves say.

use std::collections::{BTreeMap, HashMap};

use crate::finding::Layer;
use crate::language::Language;
use crate::observe::{Fact, Part};
use crate::probe::listen::{Listener, State};
use crate::service::Kind;
use crate::site::Plan;

/// The rungs and what is asked for each. The services of a plan are on two: what is a port is L4.
const RUNGS: [(Layer, &[Part]); 5] = [
    (Layer::Link, &[Part::Wire, Part::Power]),
    (Layer::Switching, &[Part::Wire, Part::Switches]),
    (Layer::Addressing, &[Part::Addresses, Part::Ipv6, Part::Dhcp, Part::WayOut, Part::Names]),
    (Layer::Transport, &[Part::PathMtu, Part::Services]),
    (Layer::Services, &[Part::Services]),
];

/// How many there are.
pub(super) const COUNT: usize = RUNGS.len();

/// What was told so far that the probes do not count: the link, and the services of the plan on each of their rungs.
pub(super) struct Told {
    up: bool,
    /// Of each that has not told: the rung.
    services_left: HashMap<String, Layer>,
    barriers_left: HashMap<String, Layer>,
    all: BTreeMap<Layer, u32>,
}

impl Told {
    /// Nothing but the link, which is up.
    pub(super) fn of(plan: &Plan) -> Told {
        let rung = |kind| if matches!(kind, Kind::Tcp | Kind::Ping) { Layer::Transport } else { Layer::Services };
        // A line is filled when everything else was asked.
        let asked = plan.services.iter().filter(|service| !service.fills());
        let services_left: HashMap<_, _> = asked.map(|service| (service.name.clone(), rung(service.kind))).collect();
        let barriers_left: HashMap<_, _> = plan.barriers.iter().map(|barrier| (barrier.name.clone(), Layer::Transport)).collect();
        let mut all = BTreeMap::new();
        services_left.values().chain(barriers_left.values()).for_each(|&layer| *all.entry(layer).or_default() += 1);
        Told { up: true, services_left, barriers_left, all }
    }

    /// A fact may be one of these.
    pub(super) fn learn(&mut self, fact: &Fact) {
        match fact {
            Fact::LinkChanged { up } => self.up = *up,
            Fact::ServiceTold(told) => drop(self.services_left.remove(&told.service)),
            Fact::BarrierTried(tried) => drop(self.barriers_left.remove(&tried.barrier)),
            _ => {}
        }
    }

    /// How many services and barriers of a rung have told, and how many there are.
    fn extent(&self, layer: Layer) -> Option<(u32, u32)> {
        let all = *self.all.get(&layer)?;
        let left = self.services_left.values().chain(self.barriers_left.values()).filter(|of| **of == layer).count();
        Some((all.saturating_sub(left as u32), all))
    }
}

/// A part's name, short enough for all of a rung to stand on one line.
fn short(part: Part, language: Language) -> &'static str {
    match part {
        Part::Power => "PoE",
        Part::Dhcp => "DHCP",
        Part::WayOut => language.pick("gateways, DNS", "passerelles, DNS"),
        part => part.word(language),
    }
}

/// A part, how far it is, and how many of its questions are done with, of how many.
type Standing = (Part, State, Option<(u32, u32)>);

/// One line for each rung, from the cable up.
pub(super) fn lines(listener: &Listener, told: &Told, language: Language) -> Vec<String> {
    RUNGS.iter().map(|(layer, parts)| line(*layer, parts, listener, told, language)).collect()
}

fn line(layer: Layer, parts: &[Part], listener: &Listener, told: &Told, language: Language) -> String {
    let asked = parts.iter().filter(|part| **part != Part::Wire);
    let standing: Vec<Standing> = asked
        .filter_map(|&part| match part {
            Part::Services => {
                let (answered, all) = told.extent(layer)?;
                let state = if answered == all { State::Done } else { listener.state(part)? };
                Some((part, state, Some((answered, all))))
            }
            part => Some((part, listener.state(part)?, listener.extent(part))),
        })
        .filter(|(_, state, _)| *state != State::Idle)
        .collect();
    let watched = parts.contains(&Part::Wire);
    let state = standing.iter().map(|(_, state, _)| *state).max();
    let (mark, word) = match state {
        Some(State::Working) => ("…", language.pick("working", "en cours")),
        _ if watched => ("…", language.pick("watching", "surveillé")),
        Some(State::Waiting) => ("·", language.pick("waiting", "en attente")),
        Some(State::Done) => ("✓", language.pick("done", "terminé")),
        Some(State::Idle) | None => ("–", language.pick("nothing to ask", "rien à demander")),
    };
    let mut details: Vec<String> = Vec::new();
    match layer {
        Layer::Link if told.up => details.push(language.pick("the link is up", "le lien est établi").to_owned()),
        Layer::Link => details.push(language.pick("the link is down", "le lien est tombé").to_owned()),
        Layer::Switching => {
            details.push(language.pick("loops, spanning tree, neighbour", "boucles, spanning tree, voisin").to_owned())
        }
        _ => {}
    }
    details.extend(standing.into_iter().filter_map(|(part, state, extent)| {
        let word = short(part, language);
        match extent {
            Some((done, all)) => Some(format!("{word} {done}/{all}")),
            None => (state != State::Done).then(|| word.to_owned()),
        }
    }));
    format!("{mark} {:<14}  {word:<10}  {}", layer.word(language), details.join(", ")).trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::Moment;
    use crate::observe::{Became, ServiceTold};
    use crate::probe::listen::Direction;
    use crate::probe::{Errand, Survey, Want};

    const PLAN: &str = "[[service]]\nname = \"nas\"\nhost = \"10.0.0.7\"\nkind = \"tcp\"\nport = 445\n\
                        [[service]]\nname = \"wiki\"\nhost = \"10.0.0.8\"\nkind = \"http\"";

    fn listener() -> (Listener, Told) {
        let plan = Plan::parse(PLAN).expect("a plan");
        let mut survey =
            Survey { errand: Errand::Diagnose, targets: "10.0.0.0/30".parse().expect("targets"), ..Survey::of_capture() };
        survey.identity.addresses = vec!["10.0.0.1/30".parse().expect("a prefix")];
        survey.surroundings.services.services = 2;
        survey.surroundings.services.until_ms = 9_000;
        (Listener::new(&survey), Told::of(&plan))
    }

    /// Every probe has its turn, and hears what it sent, as often as any of them can want.
    fn polled(listener: &mut Listener, now: Moment) {
        for place in 0..listener.probes() {
            for _ in 0..64 {
                match listener.poll(place, now) {
                    Want::Send(frame) => drop(listener.frame(now, Direction::Sent, &frame, || None)),
                    Want::Wait(_) | Want::Done => break,
                    Want::Ask(..) | Want::Sound(_) => {}
                }
            }
        }
    }

    fn told(service: &str) -> Fact {
        let (service, became) = (service.to_owned(), Became::Answered);
        Fact::ServiceTold(Box::new(ServiceTold { service, address: None, became, took_us: 9, tls: None, measured: None }))
    }

    #[test]
    fn each_rung_says_how_far_its_own_probes_are() {
        let (mut listener, mut so_far) = listener();
        assert!(lines(&listener, &so_far, Language::En)[2].starts_with("· L3 addressing   waiting"));
        polled(&mut listener, Moment::default());
        let said = lines(&listener, &so_far, Language::En);
        assert_eq!(said[0], "… L1 link         watching    the link is up");
        assert_eq!(said[1], "… L2 switching    watching    loops, spanning tree, neighbour");
        assert!(said[2].starts_with("… L3 addressing   working     addresses 1/2, DHCP"), "{}", said[2]);
        assert_eq!(said[3..], ["… L4 transport    working     services 0/1", "… L7 services     working     services 0/1"]);
        for fact in [told("nas"), Fact::LinkChanged { up: false }] {
            so_far.learn(&fact);
            listener.fact(Moment::from_ms(5), fact);
        }
        let said = lines(&listener, &so_far, Language::Fr);
        assert_eq!(said[0], "… L1 liaison      surveillé   le lien est tombé");
        assert_eq!(said[3..], ["✓ L4 transport    terminé     services 1/1", "… L7 services     en cours    services 0/1"]);
        so_far.learn(&told("wiki"));
        listener.fact(Moment::from_ms(6), told("wiki"));
        // What was given up is done too, and the count says that not all have answered.
        polled(&mut listener, Moment::from_ms(60_000));
        assert_eq!(lines(&listener, &so_far, Language::En)[4], "✓ L7 services     done        services 1/1");
    }

    #[test]
    fn where_a_plan_names_no_service_nothing_is_asked_there() {
        let (mut listener, _) = listener();
        polled(&mut listener, Moment::default());
        let none = Told::of(&Plan::default());
        assert_eq!(lines(&listener, &none, Language::Fr)[4], "– L7 services     rien à demander");
    }
}
