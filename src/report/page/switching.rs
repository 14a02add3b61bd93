//! Facts about broadcasts and spanning tree, each as a line of evidence; the tree that was heard as a section of its own.

use super::Block;
use crate::language::Language;
use crate::observe::{BroadcastsHeard, OwnReturned, TreeTold};
use crate::oui::Vendors;
use crate::report::Report;
use crate::report::words::{counted, number};
use crate::wire::stp::BridgeId;

/// How many were heard.
pub(super) fn heard(heard: &BroadcastsHeard, language: Language) -> String {
    let (all, most) = (number(heard.frames, language), number(heard.busiest.frames, language));
    match heard.busiest.repeats {
        0 => language.pick(
            format!("{all} heard, at most {most} in one second"),
            format!("{all} entendues, au plus {most} en une seconde"),
        ),
        repeats => {
            let (repeats, copies) = (number(repeats, language), number(heard.busiest.copies, language));
            language.pick(
                format!("{all} heard, at most {most} in one second, {repeats} of these repeats (one frame {copies} times)"),
                format!("{all} entendues, au plus {most} en une seconde, dont {repeats} répétitions (une trame {copies} fois)"),
            )
        }
    }
}

/// How many of ours came back.
pub(super) fn own(own: &OwnReturned, language: Language) -> String {
    let clip = |count: u64| u32::try_from(count).unwrap_or(u32::MAX);
    let sent = counted(clip(own.sent), ("broadcast", "diffusion"), ("broadcasts", "diffusions"), language);
    let (returned, copies) = (number(own.returned, language), number(own.copies, language));
    language.pick(
        format!("of {sent} sent by us, copies came back {returned} times, at most {copies} for each time one was sent"),
        format!("sur {sent} émises par nous, des copies sont revenues {returned} fois, au plus {copies} par envoi"),
    )
}

/// What bridges told of their tree; none where none did.
pub(super) fn blocks(report: &Report, language: Language) -> Vec<Block> {
    if report.spanning_tree.is_empty() {
        return Vec::new();
    }
    let rows = report.spanning_tree.iter().map(|told| {
        let label = match told.vlan {
            Some(vlan) => format!("VLAN {vlan}"),
            None => language.pick("Tree", "Arbre").to_owned(),
        };
        (label, tree(told, language))
    });
    let heading = language.pick("Spanning tree heard", "Spanning tree entendu").to_owned();
    let hint = language.pick(
        "A switch that speaks of spanning tree is mostly a managed one: it can be asked about this port.",
        "Un commutateur qui parle de spanning tree est le plus souvent administrable : on peut l'interroger sur ce port.",
    );
    vec![Block::Heading(heading), Block::Facts(rows.collect()), Block::Text(hint.to_owned())]
}

fn tree(told: &TreeTold, language: Language) -> String {
    let (version, port, root, cost) = (told.version.label(), told.port_number(), told.root, number(told.cost, language));
    let bridge = named(told.bridge);
    let change = match told.changing {
        true => language.pick(", a change of topology under way", ", un changement de topologie en cours"),
        false => "",
    };
    if told.bridge == told.root {
        return language.pick(
            format!("{version}: port {port} of switch {bridge}, which is the root{change}"),
            format!("{version} : port {port} du commutateur {bridge}, qui est la racine{change}"),
        );
    }
    let root = named(root);
    language.pick(
        format!("{version}: port {port} of switch {bridge}; root {root} at cost {cost}{change}"),
        format!("{version} : port {port} du commutateur {bridge} ; racine {root} au coût {cost}{change}"),
    )
}

/// A bridge with the maker of its card, where that is known.
fn named(bridge: BridgeId) -> String {
    match Vendors::builtin().lookup(bridge.mac).name() {
        Some(vendor) => format!("{bridge} ({vendor})"),
        None => bridge.to_string(),
    }
}

/// One thing that a bridge told, as a line of evidence.
pub(super) fn told(told: &TreeTold, language: Language) -> String {
    let (sender, tree) = (told.sender, tree(told, language));
    let vlan = told.vlan.map(|vlan| format!("VLAN {vlan}, ")).unwrap_or_default();
    language.pick(format!("{sender} told: {vlan}{tree}"), format!("{sender} a annoncé : {vlan}{tree}"))
}
