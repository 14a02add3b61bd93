//! What iperf3 says of a test when it is asked for JSON (`-J`, iperf3(1)): versions 3.0 to 3.20, which add keys and rename none.

use serde::Deserialize;

use super::Malformed;

/// The port of its servers (iperf3(1), `-p`).
pub const PORT: u16 = 5201;
/// The longest text that is read. A test of one stream without intervals is 5 kB.
pub const LONGEST: usize = 1 << 20;
/// More bits a second than any card sends, and the most processors that a share of one can be said of, in percent.
const MOST_BITS_S: f64 = 1e13;
const MOST_PERCENT: f64 = 102_400.0;

/// How a test of one direction ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    /// It was measured.
    Ran(Run),
    /// It was not, in iperf3's own words (`error`).
    Failed(String),
}

/// What was measured in one direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// What arrived at the receiving end, in bits a second.
    pub bits_s: u64,
    /// Segments that TCP sent again; `None` where the sender's system does not count them.
    pub retransmits: Option<u64>,
    /// What iperf3 took of one processor at our end, in percent.
    pub ours_percent: u32,
    /// The same at the server.
    pub theirs_percent: u32,
}

/// The keys that are read, as iperf3 writes them; those of failed tests are empty.
#[derive(Deserialize)]
struct Document {
    end: Option<End>,
    error: Option<String>,
}

#[derive(Deserialize)]
struct End {
    sum_sent: Option<Sum>,
    sum_received: Option<Sum>,
    cpu_utilization_percent: Option<Processors>,
}

#[derive(Deserialize)]
struct Sum {
    seconds: f64,
    bits_per_second: f64,
    retransmits: Option<u64>,
}

#[derive(Deserialize)]
struct Processors {
    host_total: f64,
    remote_total: f64,
}

/// Reads what it wrote. A test that says neither what it measured nor why not is malformed.
pub fn parse(bytes: &[u8]) -> Result<Told, Malformed> {
    let at = |field| Malformed { protocol: "iperf3", field, offset: 0 };
    if bytes.len() > LONGEST {
        return Err(Malformed { offset: LONGEST, ..at("length") });
    }
    let document: Document = serde_json::from_slice(bytes).map_err(|error| {
        let line: usize =
            bytes.split_inclusive(|byte| *byte == b'\n').take(error.line().saturating_sub(1)).map(<[u8]>::len).sum();
        Malformed { offset: (line + error.column()).min(bytes.len()), ..at("JSON") }
    })?;
    if let Some(error) = document.error {
        return Ok(Told::Failed(error));
    }
    let end = document.end.ok_or(at("end"))?;
    let (sent, received) = (end.sum_sent.ok_or(at("sum_sent"))?, end.sum_received.ok_or(at("sum_received"))?);
    let processors = end.cpu_utilization_percent.ok_or(at("cpu_utilization_percent"))?;
    let within = |value: f64, most: f64, field| if (0.0..=most).contains(&value) { Ok(value) } else { Err(at(field)) };
    // A test of no time measures nothing.
    if received.seconds <= 0.0 || !received.seconds.is_finite() {
        return Err(at("seconds"));
    }
    Ok(Told::Ran(Run {
        bits_s: within(received.bits_per_second, MOST_BITS_S, "bits_per_second")? as u64,
        retransmits: sent.retransmits,
        ours_percent: within(processors.host_total, MOST_PERCENT, "host_total")? as u32,
        theirs_percent: within(processors.remote_total, MOST_PERCENT, "remote_total")? as u32,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What iperf3 3.12 wrote of a test of two seconds, and of five that it could not make.
    fn real(name: &str) -> Vec<u8> {
        std::fs::read(format!("tests/frames/iperf3/{name}.json")).expect("a real answer")
    }

    #[test]
    fn a_real_test_is_read_in_either_direction() {
        let up = Run { bits_s: 19_924_197_710, retransmits: Some(1), ours_percent: 45, theirs_percent: 46 };
        assert_eq!(parse(&real("up")), Ok(Told::Ran(up)));
        let down = Run { bits_s: 15_751_531_834, retransmits: Some(23), ours_percent: 48, theirs_percent: 45 };
        assert_eq!(parse(&real("down")), Ok(Told::Ran(down)));
    }

    #[test]
    fn what_could_not_be_measured_is_told_in_the_words_of_iperf3() {
        for (name, said) in [
            ("busy", "the server is busy running a test. try again later"),
            ("refused", "unable to connect to server: Connection refused"),
            ("reset", "control socket has closed unexpectedly"),
            ("interrupted", "interrupt - the client has terminated"),
        ] {
            assert_eq!(parse(&real(name)), Ok(Told::Failed(said.to_owned())), "{name}");
        }
    }

    #[test]
    fn figures_that_cannot_be_are_refused_with_the_name_of_their_key() {
        let text = String::from_utf8(real("up")).expect("text");
        let field = |from: &str, to: &str| {
            assert!(text.contains(from), "{from}");
            parse(text.replace(from, to).as_bytes()).expect_err("a refusal").field
        };
        assert_eq!(field("\"bits_per_second\":\t19924197710.363419", "\"bits_per_second\":\t-1"), "bits_per_second");
        assert_eq!(field("\"bits_per_second\":\t19924197710.363419", "\"bits_per_second\":\t1e300"), "bits_per_second");
        assert_eq!(field("\"seconds\":\t2.001453", "\"seconds\":\t0"), "seconds");
        assert_eq!(field("\"host_total\":\t45.549325332988388", "\"host_total\":\t1e9"), "host_total");
        assert_eq!(field("\"retransmits\":\t1,\n\t\t\t\"sender\"", "\"retransmits\":\t-1,\n\t\t\t\"sender\""), "JSON");
        assert_eq!(field("sum_received", "sum_lost"), "sum_received");
        for (bytes, field) in [(&b""[..], "JSON"), (b"{}", "end"), (b"[]", "JSON"), (b"{\"end\":{}}", "sum_sent")] {
            assert_eq!(parse(bytes).expect_err("a refusal").field, field);
        }
        assert_eq!(parse(&vec![b' '; LONGEST + 1]).map_err(|malformed| malformed.field), Err("length"));
        let deep = [vec![b'['; 100_000], vec![b']'; 100_000]].concat();
        assert_eq!(parse(&deep).map_err(|malformed| malformed.field), Err("JSON"));
    }
}
