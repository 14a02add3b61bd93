//! Fills a line by iperf3, a program of its own: it is ended at its deadline, with this one, and when whoever waits for it does
//! not any more.

use std::io;
use std::net::{IpAddr, Ipv6Addr};
use std::process::Stdio;
use std::time::Duration;

use nix::sys::prctl;
use nix::sys::signal::Signal;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::Command;
use tokio::runtime;
use tokio::time::{Instant, sleep, timeout, timeout_at};

use super::serving::{self, Outcome};
use crate::observe::{Became, ServiceTold};
use crate::service::throughput::{Direction, Flow, Throughput};
use crate::service::{KEPT_TEXT, Measured, Named, Service};
use crate::wire::iperf3::{self, LONGEST, Run, Told};

/// The program.
const PROGRAM: &str = "iperf3";
/// What it takes beyond the seconds of the test: the results of both ends are exchanged.
const EXCHANGE: Duration = Duration::from_secs(5);
/// A server that is busy with somebody else is asked again after so long.
const AGAIN: Duration = Duration::from_millis(500);
/// From one look whether the user has had enough to the next.
const EVERY: Duration = Duration::from_millis(100);
/// Bytes of its complaints that are read: it says how it is used where an option is unknown to it.
const COMPLAINT: usize = 4096;

/// Fills one line, until `stops` says that it is to end.
pub fn fill(service: &Service, interface: &str, mut stops: impl FnMut() -> bool) -> ServiceTold {
    let nothing = |became| {
        let service = service.name.clone();
        ServiceTold { service, address: None, became, took_us: 0, tls: None, measured: None }
    };
    let Ok(runtime) = runtime::Builder::new_current_thread().enable_all().build() else { return nothing(Became::NotSent) };
    let told = runtime.block_on(async {
        let named = Named::default();
        let mut filled = Box::pin(serving::ask(service, &named, interface));
        while !stops() {
            if let Ok(told) = timeout(EVERY, &mut filled).await {
                return told;
            }
        }
        // What runs is ended as it is dropped.
        nothing(Became::Stopped)
    });
    // A name that is still looked up is not waited for.
    runtime.shutdown_background();
    told
}

/// Fills the line in each direction of the plan, one after the other.
pub(super) async fn measure(service: &Service, interface: &str, ip: IpAddr) -> Outcome {
    let mut measured = Throughput::default();
    for direction in service.directions() {
        match run(service, interface, ip, direction).await {
            Ok(run) => match direction {
                Direction::Up => measured.up = Some(Flow::from(run)),
                Direction::Down => measured.down = Some(Flow::from(run)),
            },
            Err((became, said)) => {
                measured.said = said.map(|said| said.trim().chars().take(KEPT_TEXT).collect());
                let anything = measured != Throughput::default();
                return (became, anything.then_some(Measured::Throughput(measured)));
            }
        }
    }
    (Became::Answered, Some(Measured::Throughput(measured)))
}

/// What became of a test that was not made, and what iperf3 said of it.
type Refusal = (Became, Option<String>);

/// One direction; a server that is busy is asked again as long as the plan waits for it.
async fn run(service: &Service, interface: &str, ip: IpAddr, direction: Direction) -> Result<Run, Refusal> {
    let patience = Duration::from_millis(service.timeout_ms().into());
    let patient_until = Instant::now() + patience;
    loop {
        let deadline = Instant::now() + patience + Duration::from_secs(service.seconds().into()) + EXCHANGE;
        let told = match timeout_at(deadline, child(service, interface, ip, direction)).await {
            Err(_) => return Err((Became::Mute, None)),
            Ok(told) => told?,
        };
        let said = match told {
            Told::Ran(run) => return Ok(run),
            Told::Failed(said) => said,
        };
        match became(&said) {
            Became::Busy if Instant::now() + AGAIN < patient_until => sleep(AGAIN).await,
            became => return Err((became, Some(said))),
        }
    }
}

/// Runs iperf3 once. What it says counts, whatever its exit code: before 3.17 that is 0 for failures, too, where JSON is asked
/// for.
#[allow(unsafe_code)]
async fn child(service: &Service, interface: &str, ip: IpAddr, direction: Direction) -> Result<Told, Refusal> {
    let mut command = Command::new(PROGRAM);
    command.args(arguments(service, interface, ip, direction));
    command.env("LC_ALL", "C").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    // Ctrl-C is for us to hear: the terminal would give it to a child of our group too, which would tell of a failure.
    command.process_group(0);
    // SAFETY: prctl is a system call and nothing else; it neither allocates nor takes a lock.
    unsafe { command.pre_exec(|| prctl::set_pdeathsig(Signal::SIGKILL).map_err(io::Error::from)) };
    let mut child = command.spawn().map_err(|error| (Became::NoProgram, Some(error.to_string())))?;
    let (Some(stdout), Some(stderr)) = (child.stdout.take(), child.stderr.take()) else { return Err((Became::NoProgram, None)) };
    let complaint = tokio::spawn(read(stderr, COMPLAINT));
    let text = read(stdout, LONGEST + 1).await;
    // More than it ever says: it is not waited for.
    if text.len() > LONGEST {
        return Err((Became::Garbled, None));
    }
    let _ = child.wait().await;
    let complaint = complaint.await.unwrap_or_default();
    iperf3::parse(&text).map_err(|malformed| {
        let complaint = String::from_utf8_lossy(&complaint);
        let said = complaint.lines().find(|line| !line.trim().is_empty()).map_or(malformed.to_string(), str::to_owned);
        (Became::Garbled, Some(said))
    })
}

/// So many bytes at most. What breaks off is what there is.
async fn read(from: impl AsyncRead + Unpin, most: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    let _ = from.take(most as u64).read_to_end(&mut bytes).await;
    bytes
}

/// What iperf3 is told. The host is an address, which is no option of it, whatever the plan says.
fn arguments(service: &Service, interface: &str, ip: IpAddr, direction: Direction) -> Vec<String> {
    let host = match ip {
        IpAddr::V6(ip) if Ipv6Addr::is_unicast_link_local(&ip) => format!("{ip}%{interface}"),
        ip => ip.to_string(),
    };
    let port = service.port().unwrap_or(iperf3::PORT).to_string();
    let (seconds, patience) = (service.seconds().to_string(), service.timeout_ms().to_string());
    // Without intervals: what each second brought is not read.
    let mut arguments =
        ["--json", "--interval", "0", "--client", &host, "--port", &port, "--time", &seconds].map(str::to_owned).to_vec();
    arguments.extend(["--connect-timeout".to_owned(), patience]);
    if !ip.is_loopback() {
        arguments.extend(["--bind-dev".to_owned(), interface.to_owned()]);
    }
    arguments.extend((direction == Direction::Down).then(|| "--reverse".to_owned()));
    arguments
}

/// What iperf3's own words mean (iperf_error.c, 3.0 to 3.20: the words after a colon are those of the C library).
fn became(said: &str) -> Became {
    let unconnected = said.starts_with("unable to connect to server");
    let one_of = |words: &[&str]| words.iter().any(|word| said.contains(word));
    match said {
        _ if said.starts_with("the server is busy") => Became::Busy,
        _ if unconnected && one_of(&["Connection refused"]) => Became::Refused,
        _ if unconnected && one_of(&["Network is unreachable", "Operation not permitted", "Permission denied"]) => {
            Became::NotSent
        }
        _ if unconnected => Became::Silent,
        _ if one_of(&["has closed unexpectedly", "Connection reset", "Broken pipe", "the server has terminated"]) => {
            Became::Reset
        }
        _ => Became::Garbled,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service::testing::service;

    #[test]
    fn what_iperf3_is_told_is_of_the_plan_and_no_word_of_the_plan_is_an_option() {
        let told = |keys: &str, ip: &str, direction| {
            arguments(&service(keys), "lan0", ip.parse().expect("an address"), direction).join(" ")
        };
        assert_eq!(
            told("kind = \"throughput\"\nseconds = 9\nport = 5202", "10.0.0.7", Direction::Down),
            "--json --interval 0 --client 10.0.0.7 --port 5202 --time 9 --connect-timeout 3000 --bind-dev lan0 --reverse"
        );
        let near = told("kind = \"throughput\"", "fe80::7", Direction::Up);
        assert!(near.contains("--client fe80::7%lan0 --port 5201") && !near.contains("reverse"), "{near}");
        assert!(!told("kind = \"throughput\"", "127.0.0.1", Direction::Up).contains("bind-dev"));
    }

    #[test]
    fn the_words_of_iperf3_are_understood() {
        for (said, means) in [
            ("the server is busy running a test. try again later", Became::Busy),
            ("unable to connect to server: Connection refused", Became::Refused),
            (
                "unable to connect to server - server may have stopped running or use a different port, firewall issue, etc.: Connection refused",
                Became::Refused,
            ),
            ("unable to connect to server: No route to host", Became::Silent),
            ("unable to connect to server: Connection timed out", Became::Silent),
            ("unable to connect to server: Network is unreachable", Became::NotSent),
            ("control socket has closed unexpectedly", Became::Reset),
            ("test authorization failed", Became::Garbled),
        ] {
            assert_eq!(became(said), means, "{said}");
        }
    }
}
