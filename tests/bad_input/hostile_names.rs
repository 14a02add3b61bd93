//! Names that hold escape sequences, right-to-left marks, HTML, commas and formulas reach no format as they are.

use std::net::{IpAddr, Ipv4Addr};

use hickory_proto::op::{Message, MessageType, OpCode};
use hickory_proto::rr::rdata::PTR;
use hickory_proto::rr::{Name, RData, Record};
use trousse::net::Mac;
use trousse::probe::Errand;
use trousse::wire::arp::{self, Arp, Operation};
use trousse::wire::ipv4::{Receiver, udp_frame};
use trousse::wire::{Sender, dns, ethernet};

use crate::Folder;
use crate::hostile::{NAMES, OURS, is_harmless, record};

/// Every name is told by one of two owners of an address, so that findings tell it too.
fn frames() -> Vec<Vec<u8>> {
    let mut frames = Vec::new();
    for (number, name) in (10..).zip(NAMES) {
        let ip = Ipv4Addr::new(10, 0, 0, number);
        for card in [1, 2] {
            let mac = Mac([2, 0, 0, 0, card, number]);
            let reply =
                Arp { operation: Operation::Reply, sender_mac: mac, sender_ip: ip, target_mac: OURS.mac, target_ip: OURS.ip };
            frames.push(ethernet::emit(mac, OURS.mac, ethernet::ARP, &arp::emit(&reply)));
            let us = Receiver { mac: OURS.mac, ip: OURS.ip };
            frames.push(udp_frame(Sender { mac, ip }, dns::MDNS_PORT, us, 40_000, &answer(ip, name)));
        }
    }
    frames
}

/// An mDNS answer with one label as it is.
fn answer(ip: Ipv4Addr, name: &str) -> Vec<u8> {
    let mut message = Message::new(7, MessageType::Response, OpCode::Query);
    let told = Name::from_labels([name.as_bytes(), b"local"]).expect("two labels");
    message.add_answer(Record::from_rdata(Name::from(IpAddr::V4(ip)), 120, RData::PTR(PTR(told))));
    message.to_vec().expect("it fits")
}

#[test]
fn no_format_lets_a_hostile_name_through() {
    let folder = Folder::new();
    record(folder.path(), Errand::Scan, frames());
    is_harmless(
        &folder,
        1,
        |_| "10.0.0.17".to_owned(),
        |report| {
            let names: Vec<&str> = report.hosts.iter().flat_map(|host| &host.names).map(|name| name.name.as_str()).collect();
            assert!(NAMES.iter().all(|name| names.contains(&format!("{name}.local").as_str())), "{names:?}");
        },
    );
}
