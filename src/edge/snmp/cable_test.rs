//! Carries out a switch's cable test, step by step, over a link that the test takes down.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use async_snmp::UdpHandle;
use async_snmp::{Client, Error, ErrorStatus, Retry};

use super::{PATIENCE, auth, varbind, within};
use crate::edge::Clock;
use crate::mib::Oid;
use crate::net::Moment;
use crate::observe::{Silence, SwitchTested};
use crate::probe::switch_test::{OurPort, Reply, Step, SwitchTest};
use crate::site::Snmp;

/// The longest sleep: a user who presses Ctrl-C does not wait longer.
const GLANCE: Duration = Duration::from_millis(50);

/// Lets the switch test the cable at that port. `stops` is asked again and again whether to wait no longer.
pub fn test_cable(port: &OurPort, snmp: Option<&Snmp>, clock: &dyn Clock, mut stops: impl FnMut() -> bool) -> SwitchTested {
    let tested = tested(port.switch, port.number, snmp, clock, &mut stops)
        .unwrap_or_else(|| SwitchTested::without_result(Silence::SwitchSilent));
    SwitchTested { port: Some((port.switch, port.name.clone())), ..tested }
}

/// `None` where the switch could not even be asked.
fn tested(
    switch: IpAddr,
    port: u32,
    snmp: Option<&Snmp>,
    clock: &dyn Clock,
    stops: &mut dyn FnMut() -> bool,
) -> Option<SwitchTested> {
    let snmp = snmp?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().ok()?;
    runtime.block_on(async {
        let retry = Retry::fixed(1, Duration::ZERO).ok()?;
        let connecting = Client::builder(SocketAddr::new(switch, snmp.port()), auth(snmp, None).ok()?)
            .request_timeout(PATIENCE)
            .retry(retry)
            .connect();
        let client = connecting.await.ok()?;
        let mut test = SwitchTest::new(port);
        while !stops() {
            let reply = match test.poll(clock.now()) {
                Step::Over(tested) => return Some(tested),
                Step::Wait(until) => {
                    tokio::time::sleep(left(until, clock).min(GLANCE)).await;
                    continue;
                }
                Step::Get(objects) => unless_stopped(got(&client, &objects), stops).await,
                Step::Set(object, number) => unless_stopped(set(&client, &object, number), stops).await,
            };
            let Some(reply) = reply else { break };
            test.answered(clock.now(), &reply);
        }
        Some(SwitchTested::without_result(Silence::NoAnswer))
    })
}

/// What an answer says; `None` where it is waited for no longer.
async fn unless_stopped(asking: impl Future<Output = Reply>, stops: &mut dyn FnMut() -> bool) -> Option<Reply> {
    let mut asking = std::pin::pin!(asking);
    loop {
        match tokio::time::timeout(GLANCE, &mut asking).await {
            Ok(reply) => return Some(reply),
            Err(_) if stops() => return None,
            Err(_) => {}
        }
    }
}

fn left(until: Moment, clock: &dyn Clock) -> Duration {
    until.since(clock.now())
}

async fn got(client: &Client<UdpHandle>, objects: &[Box<Oid>]) -> Reply {
    let objects: Vec<async_snmp::Oid> = objects.iter().map(|object| async_snmp::Oid::from_slice(object)).collect();
    match client.get_many(&objects).await {
        Ok(response) => Reply::Told(response.varbinds.into_iter().map(varbind).collect()),
        Err(error) => refusal(&error),
    }
}

async fn set(client: &Client<UdpHandle>, object: &Oid, number: i32) -> Reply {
    match client.set(&async_snmp::Oid::from_slice(object), async_snmp::Value::Integer(number)).await {
        Ok(_) => Reply::Told(Vec::new()),
        Err(error) => refusal(&error),
    }
}

/// Nobody answered, or somebody refused.
fn refusal(error: &Error) -> Reply {
    use ErrorStatus::{AuthorizationError, NoAccess, NoSuchName, NotWritable, ReadOnly};
    match within(error) {
        Error::Snmp { status: AuthorizationError | NoAccess | NoSuchName | NotWritable | ReadOnly, .. } => Reply::Denied,
        Error::Auth { .. } | Error::Report { .. } => Reply::Denied,
        // With the link down the kernel may say at once that there is no way.
        Error::Timeout { .. } | Error::Network { .. } => Reply::Silent,
        _ => Reply::Failed,
    }
}
