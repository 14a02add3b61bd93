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
fn reply(request: &[u8], next: &mut impl FnMut(&Oid) -> Next) -> Option<Vec<u8>> {
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
        match next(&oid) {
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
        columns: forwarding::COLUMNS,
        patience: Duration::from_millis(200),
        deadline: Duration::from_secs(2),
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(walk(&question))
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
