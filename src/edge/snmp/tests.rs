//! The walk against agents of our own on loopback: honest, in a circle, endless, silent.

use std::net::UdpSocket;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use super::*;
use crate::mib::{Oid, Refusals, forwarding};
use crate::secret::Secret;

/// What an agent gives after an OID.
enum Next {
    Row(Vec<u32>, Vec<u8>),
    EndOfView,
    /// No reply at all to the question this stands in.
    Silence,
}

/// An agent on loopback, which goes away with the test.
struct Agent {
    at: SocketAddr,
    over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Agent {
    /// An agent that gives after an OID what `next` says.
    fn new(mut next: impl FnMut(&Oid) -> Next + Send + 'static) -> Agent {
        Agent::by_community(move |_, oid| next(oid))
    }

    /// An agent that tells each community something else.
    fn by_community(mut next: impl FnMut(&[u8], &Oid) -> Next + Send + 'static) -> Agent {
        let socket = UdpSocket::bind("127.0.0.1:0").expect("loopback has a port left");
        socket.set_read_timeout(Some(Duration::from_millis(20))).expect("not zero");
        let (at, over) = (socket.local_addr().expect("bound"), Arc::new(AtomicBool::new(false)));
        let stop = Arc::clone(&over);
        let thread = std::thread::spawn(move || {
            let mut bytes = [0; 1500];
            while !stop.load(Ordering::Relaxed) {
                let Ok((length, from)) = socket.recv_from(&mut bytes) else { continue };
                if let Some(reply) = reply(&bytes[..length], &mut next) {
                    socket.send_to(&reply, from).expect("loopback takes it");
                }
            }
        });
        Agent { at, over, thread: Some(thread) }
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        self.thread.take().map(JoinHandle::join);
    }
}

/// What stands in a BER element, and what follows it.
fn open(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, from) = match *bytes.get(1)? {
        0x81 => (usize::from(*bytes.get(2)?), 3),
        short => (usize::from(short), 2),
    };
    Some((bytes.get(from..from + length)?, &bytes[from + length..]))
}

fn element(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let inner = parts.concat();
    let length = u16::try_from(inner.len()).expect("a datagram").to_be_bytes();
    [&[tag, 0x82][..], &length, &inner].concat()
}

fn arcs(bytes: &[u8]) -> Vec<u32> {
    let mut arcs = vec![u32::from(bytes[0] / 40), u32::from(bytes[0] % 40)];
    let mut arc = 0;
    for byte in &bytes[1..] {
        arc = arc << 7 | u32::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            arcs.push(std::mem::take(&mut arc));
        }
    }
    arcs
}

fn oid_bytes(oid: &Oid) -> Vec<u8> {
    let mut bytes = vec![u8::try_from(oid[0] * 40 + oid[1]).expect("a first arc of 0 or 1")];
    for arc in &oid[2..] {
        let septets = (1..5).rev().map(|at| arc >> (7 * at)).filter(|left| *left != 0);
        bytes.extend(septets.map(|left| u8::try_from(left & 0x7f | 0x80).expect("seven bits")));
        bytes.push(u8::try_from(arc & 0x7f).expect("seven bits"));
    }
    bytes
}

/// A reply to a GETBULK of one column (RFC 3416, 4.2.3), or to a GETNEXT in version 1 (RFC 1157, 4.1.3).
fn reply(request: &[u8], next: &mut impl FnMut(&[u8], &Oid) -> Next) -> Option<Vec<u8>> {
    let (message, _) = open(request)?;
    let (version, after_version) = open(message)?;
    let (community, pdu) = open(after_version)?;
    let (fields, _) = open(pdu)?;
    let (id, rest) = open(fields)?;
    let (_, rest) = open(rest)?;
    let (repetitions, bindings) = open(rest)?;
    let (asked, _) = open(open(open(bindings)?.0)?.0)?;
    let mut oid = arcs(asked);
    let mut rows = Vec::new();
    let (in_version_1, mut status) = (version == [0], 0);
    for _ in 0..if in_version_1 { 1 } else { *repetitions.last()? } {
        match next(community, &oid) {
            Next::Row(following, value) => {
                rows.push(element(0x30, &[&element(6, &[&oid_bytes(&following)]), &value]));
                oid = following;
            }
            // noSuchName(2), and the question again.
            Next::EndOfView if in_version_1 => {
                status = 2;
                rows.push(element(0x30, &[&element(6, &[&oid_bytes(&oid)]), &[5, 0]]));
            }
            Next::EndOfView => {
                rows.push(element(0x30, &[&element(6, &[&oid_bytes(&oid)]), &[0x82, 0]]));
                break;
            }
            Next::Silence => return None,
        }
    }
    let bindings = element(0x30, &[&rows.concat()]);
    let pdu = element(0xa2, &[&element(2, &[id]), &[2, 1, status, 2, 1, u8::from(status != 0)], &bindings]);
    Some(element(0x30, &[&element(2, &[version]), &element(4, &[community]), &pdu]))
}

const FDB_PORT: &Oid = &[1, 3, 6, 1, 2, 1, 17, 4, 3, 1, 2];

/// The forwarding database of a switch with this many cards behind port 7: the next row.
fn cards(oid: &Oid, count: u32) -> Next {
    let number = match oid.strip_prefix(FDB_PORT) {
        Some([.., high, low]) => high * 256 + low + 1,
        Some([]) => 0,
        None if oid < FDB_PORT => 0,
        _ => return Next::EndOfView,
    };
    match number < count {
        true => Next::Row([FDB_PORT, &[2, 0, 0, 0, number / 256, number % 256]].concat(), vec![2, 1, 7]),
        false => Next::EndOfView,
    }
}

fn ask(agent: &Agent) -> Result<Walked, Unanswered> {
    ask_in(agent, Version::V2c)
}

fn ask_in(agent: &Agent, version: Version) -> Result<Walked, Unanswered> {
    let question = Question {
        switch: agent.at,
        snmp: &Snmp { version: Some(version), ..Snmp::community(Secret::new("not-to-be-printed")) },
        vlan: None,
        columns: forwarding::COLUMNS,
        patience: Duration::from_millis(200),
        deadline: Duration::from_secs(2),
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(walk_with_vlans(&question))
}

#[test]
fn a_forwarding_database_of_a_thousand_cards_is_read_whole() {
    let walked = ask(&Agent::new(|oid| cards(oid, 1_000))).expect("it answers");
    assert_eq!(walked.cut, []);
    let table = forwarding::forwarding(&walked.varbinds, &mut Refusals::default());
    assert_eq!(table.learned.len(), 1_000);
    assert!(table.learned.values().flatten().all(|port| port.number == 7));
}

#[test]
fn a_switch_that_goes_round_in_a_circle_is_cut_and_what_it_said_first_is_kept() {
    let walked = ask(&Agent::new(|oid| match cards(oid, 40) {
        Next::EndOfView if oid.starts_with(FDB_PORT) => cards(&[1, 3], 1),
        next => next,
    }));
    let walked = walked.expect("it answers");
    assert_eq!(walked.varbinds.len(), 40);
    let [cut] = &walked.cut[..] else { panic!("one column is cut: {:?}", walked.cut) };
    assert_eq!(cut.column, "dot1dTpFdbPort");
    assert_eq!((&cut.by, cut.rows), (&CutBy::Circle, 40));
}

#[test]
fn version_1_goes_row_by_row_to_the_end_and_out_of_a_circle() {
    let walked = ask_in(&Agent::new(|oid| cards(oid, 40)), Version::V1).expect("it answers");
    assert_eq!((walked.varbinds.len(), walked.cut), (40, vec![]));
    let circle = Agent::new(|oid| match cards(oid, 40) {
        Next::EndOfView if oid.starts_with(FDB_PORT) => cards(&[1, 3], 1),
        next => next,
    });
    let walked = ask_in(&circle, Version::V1).expect("it answers");
    let [cut] = &walked.cut[..] else { panic!("one column is cut: {:?}", walked.cut) };
    assert_eq!((cut.column.as_str(), &cut.by, cut.rows), ("dot1dTpFdbPort", &CutBy::Circle, 40));
}

#[test]
fn a_switch_without_end_is_cut() {
    let walked = ask(&Agent::new(|oid| {
        let last = oid.strip_prefix(FDB_PORT).and_then(|index| index.last()).copied().unwrap_or(0);
        Next::Row([FDB_PORT, &[last + 1]].concat(), vec![2, 1, 7])
    }));
    let walked = walked.expect("it answers");
    assert!(walked.varbinds.len() <= MOST_VARBINDS);
    assert!(walked.cut.iter().any(|cut| cut.column == "dot1dTpFdbPort"), "{:?}", walked.cut);
}

#[test]
fn a_switch_that_falls_silent_keeps_what_it_said() {
    let mut left: u32 = 90;
    let agent = Agent::new(move |oid| {
        left = left.saturating_sub(1);
        if left == 0 { Next::Silence } else { cards(oid, 1_000) }
    });
    let walked = ask(&agent).expect("it answers");
    assert!((1..60).contains(&walked.varbinds.len()), "{}", walked.varbinds.len());
    assert!(walked.cut.iter().any(|cut| cut.column == "dot1dTpFdbPort"), "{:?}", walked.cut);
}

#[test]
fn no_answer_is_told_as_such() {
    let silent = UdpSocket::bind("127.0.0.1:0").expect("loopback has a port left");
    let agent = Agent { at: silent.local_addr().expect("bound"), over: Arc::default(), thread: None };
    assert_eq!(ask(&agent), Err(Unanswered::Silent));
}

/// A Catalyst with VLANs 1, 20, 30 and 40: each has its own table, and 40 is silent.
fn catalyst(community: &[u8], oid: &Oid) -> Next {
    const STATE: &Oid = &[1, 3, 6, 1, 4, 1, 9, 9, 46, 1, 3, 1, 1, 2, 1];
    const BASE_PORT: &Oid = &[1, 3, 6, 1, 2, 1, 17, 1, 4, 1, 2];
    let row = |of: &Oid, index: &Oid, value: u8| ([of, index].concat(), vec![2, 1, value]);
    let learned =
        |last: u32, port: u8| vec![row(BASE_PORT, &[port.into()], 100 + port), row(FDB_PORT, &[2, 0, 0, 0, 0, last], port)];
    let mut rows = match community {
        b"not-to-be-printed" => {
            let states = [(1, 1), (20, 1), (30, 2), (40, 1), (50, 1), (1002, 1)];
            let states = states.map(|(vlan, state)| row(STATE, &[vlan], state));
            [learned(1, 1), states.to_vec()].concat()
        }
        b"not-to-be-printed@20" => learned(20, 7),
        b"not-to-be-printed@30" => panic!("it is suspended"),
        b"not-to-be-printed@40" => return Next::Silence,
        other => panic!("asked as {}", String::from_utf8_lossy(other)),
    };
    rows.sort();
    let next = rows.into_iter().find(|(at, _)| &at[..] > oid);
    next.map_or(Next::EndOfView, |(at, value)| Next::Row(at, value))
}

#[test]
fn a_catalyst_is_asked_for_each_vlan_and_no_more_after_one_that_is_silent() {
    let walked = ask(&Agent::by_community(catalyst)).expect("it answers");
    let table = forwarding::forwarding(&walked.varbinds, &mut Refusals::default());
    let at = |last| table.learned.get(&crate::net::Mac([2, 0, 0, 0, 0, last])).map(|ports| ports.iter().next().copied());
    let port = |number, interface| Some(Some(forwarding::BridgePort { number, interface: Some(interface) }));
    assert_eq!((at(1), at(20), table.learned.len()), (port(1, 101), port(7, 107), 2));
    let [cut] = &walked.cut[..] else { panic!("one VLAN is cut: {:?}", walked.cut) };
    assert_eq!((cut.column.as_str(), &cut.by), ("dot1dTpFdbPort@40", &CutBy::Silence));
}

#[test]
fn a_switch_that_tells_its_vlans_at_once_is_not_asked_one_by_one() {
    const STATE: &Oid = &[1, 3, 6, 1, 4, 1, 9, 9, 46, 1, 3, 1, 1, 2, 1, 20];
    const Q_PORT: &Oid = &[1, 3, 6, 1, 2, 1, 17, 7, 1, 2, 2, 1, 2, 1, 2, 0, 0, 0, 0, 9];
    let told = |oids: &[&Oid]| oids.iter().map(|&oid| Varbind::new(oid, Value::Number(1))).collect::<Vec<_>>();
    assert_eq!(forwarding::vlans_apart(&told(&[STATE, Q_PORT])), []);
    assert_eq!(forwarding::vlans_apart(&told(&[STATE])), [VlanId::new(20).expect("a VLAN")]);
}

#[test]
fn a_user_of_version_3_asks_in_the_context_of_the_vlan() {
    let snmp = Snmp { user: Some("technicien".to_owned()), ..Snmp::default() };
    let Ok(Auth::Usm(config)) = auth(&snmp, VlanId::new(20)) else { panic!("a user") };
    assert_eq!(config.configured_context_name().as_ref(), b"vlan-20");
}
