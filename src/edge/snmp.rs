//! A switch asked over SNMP (versions 1, 2c and 3): tables walked with GETBULK, or GETNEXT in version 1, within a deadline and
//! within bounds.

pub mod cable_test;

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use async_snmp::v3::UsmConfig;
use async_snmp::{Auth, AuthProtocol, Client, Error, PrivProtocol, Retry, WalkOptions};
use tokio::time::{Instant, timeout_at};

use crate::mib::{Column, Refusals, Tables, Value, Varbind, forwarding};
use crate::net::VlanId;
use crate::observe::{CutBy, SwitchTold, Unanswered, WalkCut};
use crate::site::{Authentication, Privacy, Snmp, Version};

/// Varbinds that are kept of one switch. A switch of 52 ports with 8,000 cards tells some 20,000 for all tables here.
pub const MOST_VARBINDS: usize = 100_000;

/// Octets that are kept of one value: no text of the tables here is longer (SnmpAdminString, RFC 3411: 255).
const MOST_OCTETS: usize = 255;

/// Rows asked for at once. A reply of 25 rows with their OIDs stays below an Ethernet frame for most tables.
const REPETITIONS: u32 = 25;

/// Characters that are kept of an error.
const MOST_OF_AN_ERROR: usize = 200;

/// How long one reply may take. After it the question is put once more, once.
const PATIENCE: Duration = Duration::from_secs(1);

/// How long a question may take in all: a slow switch with 8,000 cards needs some 10 s.
pub const DEADLINE: Duration = Duration::from_secs(20);

/// What is asked of which switch.
#[derive(Clone)]
pub struct Question<'a> {
    /// The switch.
    pub switch: SocketAddr,
    /// How it is asked.
    pub snmp: &'a Snmp,
    /// The VLAN whose tables are asked for, of a switch that keeps them apart.
    pub vlan: Option<VlanId>,
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
    /// The columns that were not read to their end. What was read of them stands in `varbinds`.
    pub cut: Vec<WalkCut>,
}

/// Asks a switch for a set of tables.
pub async fn ask(switch: IpAddr, tables: Tables, snmp: Option<&Snmp>) -> SwitchTold {
    let Some(snmp) = snmp else { return SwitchTold::unanswered(switch, tables, Unanswered::NoCredentials) };
    let switch_port = SocketAddr::new(switch, snmp.port());
    let columns = tables.columns();
    let question = Question { switch: switch_port, snmp, vlan: None, columns, patience: PATIENCE, deadline: DEADLINE };
    match walk_with_vlans(&question).await {
        Ok(walked) => {
            let mut refused = Refusals::default();
            let said = tables.read(&walked.varbinds, &mut refused);
            SwitchTold::answered(switch, tables, said, &refused, walked.cut)
        }
        Err(why) => SwitchTold::unanswered(switch, tables, why),
    }
}

/// Walks the columns, and those of each VLAN where the switch keeps them apart, all within the one deadline and the one bound.
///
/// # Errors
/// As of [`walk`]. A VLAN that is not told is no error: it is a column that was cut.
pub async fn walk_with_vlans(question: &Question<'_>) -> Result<Walked, Unanswered> {
    let until = Instant::now() + question.deadline;
    let mut walked = walk(question).await?;
    if !question.columns.iter().any(|column| column.oid == forwarding::COLUMNS_OF_A_VLAN[1].oid) {
        return Ok(walked);
    }
    for (index, vlan) in forwarding::vlans_apart(&walked.varbinds).into_iter().enumerate() {
        if index == forwarding::MOST_VLANS {
            walked.cut.push(WalkCut { column: format!("dot1dTpFdbPort@{vlan}"), rows: 0, by: CutBy::Rows });
            break;
        }
        let deadline = until.saturating_duration_since(Instant::now());
        let of_vlan = Question { vlan: Some(vlan), columns: forwarding::COLUMNS_OF_A_VLAN, deadline, ..question.clone() };
        let by = match walk(&of_vlan).await {
            Ok(told) if walked.varbinds.len() + told.varbinds.len() > MOST_VARBINDS => Some(CutBy::Rows),
            Ok(told) => {
                walked.varbinds.extend(told.varbinds);
                let named = |cut: WalkCut| WalkCut { column: format!("{}@{vlan}", cut.column), ..cut };
                walked.cut.extend(told.cut.into_iter().map(named));
                None
            }
            Err(_) if deadline.is_zero() => Some(CutBy::Deadline),
            Err(Unanswered::Silent) => Some(CutBy::Silence),
            Err(Unanswered::Failed(why)) => Some(CutBy::Error(why)),
            Err(Unanswered::Denied | Unanswered::NoCredentials) => Some(CutBy::Error("access denied".to_owned())),
        };
        // Who is silent to one VLAN is to the others, and each would cost as long.
        if let Some(by) = by {
            walked.cut.push(WalkCut { column: format!("dot1dTpFdbPort@{vlan}"), rows: 0, by });
            break;
        }
    }
    Ok(walked)
}

/// Walks the columns.
///
/// # Errors
/// No socket; or no answer at all, which is what a wrong community looks like too.
pub async fn walk(question: &Question<'_>) -> Result<Walked, Unanswered> {
    let until = Instant::now() + question.deadline;
    let mut walked = Walked::default();
    let retry = Retry::fixed(1, Duration::ZERO).map_err(|error| Unanswered::Failed(error.to_string()))?;
    let connecting = Client::builder(question.switch, auth(question.snmp, question.vlan)?)
        .request_timeout(question.patience)
        .retry(retry)
        .walk_options(WalkOptions { max_repetitions: REPETITIONS, ..WalkOptions::default() })
        .connect();
    let client = connecting.await.map_err(|error| unanswered(&error))?;
    let mut answered = false;
    for column in question.columns {
        let mut rows = client.walk(async_snmp::Oid::from_slice(column.oid)).map_err(|error| unanswered(&error))?;
        let before = walked.varbinds.len();
        let by = loop {
            if walked.varbinds.len() >= MOST_VARBINDS {
                break Some(CutBy::Rows);
            }
            match timeout_at(until, rows.next()).await {
                Ok(Some(Ok(row))) => walked.varbinds.push(varbind(row)),
                Ok(Some(Err(error))) if !answered && !refuses_the_column(&error) => return Err(unanswered(&error)),
                Ok(Some(Err(error))) => break Some(cut_by(&error)),
                Ok(None) => break None,
                Err(_) if !answered => return Err(Unanswered::Silent),
                Err(_) => break Some(CutBy::Deadline),
            }
            answered = true;
        };
        answered = true;
        if let Some(by) = by {
            let rows = u32::try_from(walked.varbinds.len() - before).unwrap_or(u32::MAX);
            walked.cut.push(WalkCut { column: column.name.to_owned(), rows, by });
        }
    }
    Ok(walked)
}

/// What the switch is to believe us by; the tables of one VLAN of a Catalyst are those of `community@20`, or of the context
/// `vlan-20`.
fn auth(snmp: &Snmp, vlan: Option<VlanId>) -> Result<Auth, Unanswered> {
    let octets = |text: &str| text.as_bytes().to_vec();
    let of_vlan = vlan.map(|vlan| format!("@{vlan}")).unwrap_or_default();
    let community = snmp.community.as_ref().map(|community| octets(&format!("{}{of_vlan}", community.reveal())));
    match (snmp.version(), community, &snmp.user) {
        (Version::V1, Some(community), _) => Ok(Auth::v1(community)),
        (Version::V2c, Some(community), _) => Ok(Auth::v2c(community)),
        (Version::V3, _, Some(user)) => {
            let config = UsmConfig::new(octets(user));
            let config = match vlan {
                Some(vlan) => config.context_name(format!("vlan-{vlan}")),
                None => config,
            };
            let config = match (snmp.auth.zip(snmp.auth_password.as_ref()), snmp.privacy.zip(snmp.privacy_password.as_ref())) {
                (Some((auth, password)), None) => config.auth(authentication(auth), password.reveal()),
                (Some((auth, password)), Some((privacy, secret))) => {
                    config.auth_priv(authentication(auth), password.reveal(), cipher(privacy), secret.reveal())
                }
                (None, _) => Ok(config),
            };
            config.map(Auth::from).map_err(|error| Unanswered::Failed(error.to_string()))
        }
        _ => Err(Unanswered::NoCredentials),
    }
}

fn authentication(auth: Authentication) -> AuthProtocol {
    match auth {
        Authentication::Md5 => AuthProtocol::Md5,
        Authentication::Sha1 => AuthProtocol::Sha1,
        Authentication::Sha224 => AuthProtocol::Sha224,
        Authentication::Sha256 => AuthProtocol::Sha256,
        Authentication::Sha384 => AuthProtocol::Sha384,
        Authentication::Sha512 => AuthProtocol::Sha512,
    }
}

fn cipher(privacy: Privacy) -> PrivProtocol {
    match privacy {
        Privacy::Des => PrivProtocol::Des,
        Privacy::Aes128 => PrivProtocol::Aes128,
        Privacy::Aes192 => PrivProtocol::Aes192Reeder,
        Privacy::Aes256 => PrivProtocol::Aes256Reeder,
    }
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

/// The switch answered, and not to this column: another may do.
fn refuses_the_column(error: &Error) -> bool {
    matches!(
        within(error),
        Error::WalkAborted { .. }
            | Error::ResponseShape { .. }
            | Error::Snmp { .. }
            | Error::Decode(_)
            | Error::MalformedResponse { .. }
    )
}

fn unanswered(error: &Error) -> Unanswered {
    match within(error) {
        Error::Timeout { .. } => Unanswered::Silent,
        Error::Auth { .. } | Error::Report { .. } => Unanswered::Denied,
        Error::Network { source, .. } => Unanswered::Failed(source.to_string()),
        error => Unanswered::Failed(in_short(error)),
    }
}

/// An error in words, and not in more than a line or two: some quote what the switch sent.
fn in_short(error: &Error) -> String {
    error.to_string().chars().take(MOST_OF_AN_ERROR).collect()
}

fn cut_by(error: &Error) -> CutBy {
    match within(error) {
        // GETNEXT says so by the shape of the answer, GETBULK by the end of the walk.
        Error::WalkAborted { .. } | Error::ResponseShape { .. } => CutBy::Circle,
        Error::Timeout { .. } => CutBy::Silence,
        error => CutBy::Error(in_short(error)),
    }
}

#[cfg(test)]
mod tests;
