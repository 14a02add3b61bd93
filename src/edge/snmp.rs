//! A switch asked over SNMP (v2c): tables walked with GETBULK, within a deadline and within bounds.

use std::net::SocketAddr;
use std::time::Duration;

use async_snmp::{Auth, Client, Error, Retry, WalkOptions};
use tokio::time::{Instant, timeout_at};

use crate::fault::{Fault, Result, Why};
use crate::mib::{Column, Value, Varbind};

/// Varbinds that are kept of one switch. A switch of 52 ports with 8,000 cards tells some 20,000 for all tables here.
pub const MOST_VARBINDS: usize = 100_000;

/// Octets that are kept of one value: no text of the tables here is longer (SnmpAdminString, RFC 3411: 255).
const MOST_OCTETS: usize = 255;

/// Rows asked for at once. A reply of 25 rows with their OIDs stays below an Ethernet frame for most tables.
const REPETITIONS: u32 = 25;

/// What is asked of which switch.
#[derive(Clone)]
pub struct Question<'a> {
    /// The switch; its port is 161 where nothing else is said.
    pub switch: SocketAddr,
    /// The community. It is neither printed nor recorded.
    pub community: &'a str,
    /// The columns to walk, in order.
    pub columns: &'a [Column],
    /// How long one reply may take. After it the question is put once more, once.
    pub patience: Duration,
    /// How long all of it may take.
    pub deadline: Duration,
}

/// What the switch answered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Walked {
    /// What was read, by column.
    pub varbinds: Vec<Varbind>,
    /// The columns that were not read to their end, and why. What was read of them stands in `varbinds`.
    pub cut: Vec<Cut>,
}

/// A column that was not read to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cut {
    /// The column, by its name in the MIB.
    pub column: &'static str,
    /// Why.
    pub why: Why,
}

/// Walks the columns.
///
/// # Errors
/// No socket; or no answer at all, which is what a wrong community looks like too.
pub fn walk(question: &Question<'_>) -> Result<Walked> {
    let could_not = |why: Why| {
        Fault::because(
            format!("asking the switch {} over SNMP", question.switch),
            format!("interrogation du commutateur {} en SNMP", question.switch),
            why,
        )
    };
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| could_not(Why::from(&error)))?;
    runtime.block_on(walk_columns(question)).map_err(could_not)?.ok_or_else(|| {
        could_not(Why::new("no answer", "pas de réponse")).hint(
            "a wrong community gets no answer either; check it, the address, and that SNMP is allowed from here",
            "une communauté erronée reste aussi sans réponse ; vérifiez-la, ainsi que l'adresse et que SNMP est autorisé depuis ce poste",
        )
    })
}

/// The columns, or none where the switch said nothing.
async fn walk_columns(question: &Question<'_>) -> std::result::Result<Option<Walked>, Why> {
    let until = Instant::now() + question.deadline;
    let mut walked = Walked::default();
    let said = |error: Box<Error>| Why::new(error.to_string(), error.to_string());
    let retry = Retry::fixed(1, Duration::ZERO).map_err(|error| Why::new(error.to_string(), error.to_string()))?;
    let client = Client::builder(question.switch, Auth::v2c(question.community))
        .request_timeout(question.patience)
        .retry(retry)
        .walk_options(WalkOptions { max_repetitions: REPETITIONS, ..WalkOptions::default() })
        .connect()
        .await
        .map_err(said)?;
    let mut answered = false;
    for column in question.columns {
        let mut rows = client.walk(async_snmp::Oid::from_slice(column.oid)).map_err(said)?;
        let before = walked.varbinds.len();
        let why = loop {
            if walked.varbinds.len() >= MOST_VARBINDS {
                break Some(too_many());
            }
            match timeout_at(until, rows.next()).await {
                Ok(Some(Ok(row))) => walked.varbinds.push(varbind(row)),
                Ok(Some(Err(error))) if silent(&error) && !answered => return Ok(None),
                Ok(Some(Err(error))) => break Some(why(&error)),
                Ok(None) => break None,
                Err(_) if !answered => return Ok(None),
                Err(_) => break Some(out_of_time(question.deadline)),
            }
            answered = true;
        };
        answered = true;
        if let Some(why) = why {
            let read = walked.varbinds.len() - before;
            let why = Why::new(
                format!("{}; {read} rows of it were read", why.english),
                format!("{} ; {read} lignes en ont été lues", why.french),
            );
            walked.cut.push(Cut { column: column.name, why });
        }
    }
    Ok(Some(walked))
}

/// A varbind as the tables take it.
fn varbind(row: async_snmp::VarBind) -> Varbind {
    use async_snmp::Value as Snmp;
    let value = match row.value {
        Snmp::Integer(number) => Value::Number(number.into()),
        Snmp::Counter32(number) | Snmp::Gauge32(number) | Snmp::UInteger32(number) | Snmp::TimeTicks(number) => {
            Value::Number(number.into())
        }
        Snmp::Counter64(number) => Value::Number(number.into()),
        Snmp::OctetString(octets) => Value::Octets(octets[..octets.len().min(MOST_OCTETS)].into()),
        Snmp::ObjectIdentifier(oid) => Value::Object(oid.arcs().into()),
        _ => Value::Other,
    };
    Varbind::new(row.oid.arcs(), value)
}

/// The error within the error.
fn within(error: &Error) -> &Error {
    match error {
        Error::Exchange { source, .. } => within(source),
        Error::SharedOperation { source } => within(source),
        error => error,
    }
}

fn silent(error: &Error) -> bool {
    matches!(within(error), Error::Timeout { .. })
}

fn why(error: &Error) -> Why {
    match within(error) {
        Error::WalkAborted { .. } => Why::new(
            "the switch went round in a circle: what it gave as next is not after what it gave before",
            "le commutateur a tourné en rond : ce qu'il donne comme suivant ne vient pas après le précédent",
        ),
        Error::Timeout { .. } => Why::new("the switch fell silent", "le commutateur n'a plus répondu"),
        error => Why::new(error.to_string(), error.to_string()),
    }
}

fn out_of_time(deadline: Duration) -> Why {
    let seconds = deadline.as_secs_f32();
    Why::new(
        format!("not read to its end within {seconds} s"),
        format!("pas lue jusqu'au bout en {} s", seconds.to_string().replace('.', ",")),
    )
}

fn too_many() -> Why {
    Why::new(
        format!("the switch told more than {MOST_VARBINDS} rows"),
        format!("le commutateur a donné plus de {MOST_VARBINDS} lignes"),
    )
}

#[cfg(test)]
mod tests;
