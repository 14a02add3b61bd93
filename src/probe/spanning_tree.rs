//! Hears what bridges tell each other, and sends nothing.

use super::{Heard, Probe, Want, What};
use crate::net::Moment;
use crate::observe::{Fact, TreeTold};
use crate::wire::Body;
use crate::wire::stp::Bpdu;

/// Listens for spanning tree.
pub struct SpanningTree;

impl Probe for SpanningTree {
    fn poll(&mut self, _now: Moment) -> Want {
        Want::Done
    }

    fn hear(&mut self, heard: &Heard<'_>) -> Vec<Fact> {
        let What::Received(packet) = heard.what else { return Vec::new() };
        let sender = packet.source;
        match packet.body {
            Body::Stp(Bpdu::Notifies) => vec![Fact::TopologyChangeNotified { mac: sender }],
            Body::Stp(Bpdu::Tells(tree)) => vec![Fact::TreeTold(TreeTold {
                vlan: tree.vlan.or(packet.vlan),
                bridge: tree.bridge,
                port: tree.port,
                root: tree.root,
                cost: tree.cost,
                changing: tree.changing,
                version: tree.version,
                sender,
            })],
            _ => Vec::new(),
        }
    }
}
