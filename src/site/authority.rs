//! The private authorities of a site: who signed the certificates of its services.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use super::Plan;
use crate::fault::{Fault, Result, Why};
use crate::service::certificate::Certificate;

/// Bytes of a file of certificates: a bundle of every public authority takes a quarter of it.
const LONGEST: u64 = 1 << 20;

/// Reads the files of the authorities that the plan does not hold yet.
pub(super) fn find(plan: &mut Plan, folder: &Path) -> Result<()> {
    let Plan { services, authorities, .. } = plan;
    for service in services {
        let Some(named) = service.authority.as_ref().filter(|named| !authorities.contains_key(*named)) else { continue };
        let file = folder.join(named);
        let (name, shown) = (&service.name, file.display());
        let refused = |fault: Fault| {
            fault.hint(
                "name the certificate of the authority (PEM), by its way from the plan",
                "indiquez le certificat de l'autorité (PEM), par son chemin depuis le plan",
            )
        };
        let text = read(&file).map_err(|error| {
            refused(Fault::because(
                format!("the service {name:?}: cannot read the authority {shown}"),
                format!("le service {name:?} : autorité {shown} illisible"),
                &error,
            ))
        })?;
        let certificates = certificates(&text).ok_or_else(|| {
            refused(Fault::new(
                format!("the service {name:?}: the authority {shown} holds no certificate"),
                format!("le service {name:?} : l'autorité {shown} ne contient aucun certificat"),
            ))
        })?;
        authorities.insert(named.clone(), certificates);
    }
    Ok(())
}

/// What the plan itself holds are certificates.
pub(super) fn check(plan: &Plan) -> std::result::Result<(), Why> {
    match plan.authorities.iter().find(|(_, text)| certificates(text).is_none()) {
        None => Ok(()),
        Some((name, _)) => Err(Why::new(
            format!("the authority {name:?} holds no certificate (PEM)"),
            format!("l'autorité {name:?} ne contient aucun certificat (PEM)"),
        )),
    }
}

fn read(file: &Path) -> io::Result<String> {
    // A pipe would be waited for.
    if !std::fs::metadata(file)?.is_file() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    let mut text = Vec::new();
    File::open(file)?.take(LONGEST).read_to_end(&mut text)?;
    // Around the certificates there may be anything, in any encoding.
    Ok(String::from_utf8_lossy(&text).into_owned())
}

/// The certificates of a text, each between its two lines (RFC 7468, 5.1), without what else stands there: a private key must not
/// get into a record. `None` where none of them can be read.
fn certificates(text: &str) -> Option<String> {
    const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
    const END: &str = "-----END CERTIFICATE-----";
    let (mut kept, mut rest) = (String::new(), text);
    while let Some((before, after)) = rest.split_once(END) {
        rest = after;
        let Some((_, body)) = before.rsplit_once(BEGIN) else { continue };
        let one = format!("{BEGIN}\n{}\n{END}\n", body.trim());
        if Certificate::read_pem(&one).is_some() {
            kept.push_str(&one);
        }
    }
    (!kept.is_empty()).then_some(kept)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Made by openssl: CN=authority, from 2026 to 2126.
    const AUTHORITY: &str = include_str!("authority/authority.pem");

    fn plan(authority: &str) -> Plan {
        let text = format!("[[service]]\nname = \"portal\"\nhost = \"10.0.0.7\"\nkind = \"tls\"\nauthority = {authority:?}");
        Plan::parse(&text).expect("a plan")
    }

    #[test]
    fn what_the_file_holds_is_kept_without_what_else_stands_there() {
        let folder = tempfile::tempdir().expect("a folder");
        let key = "-----BEGIN PRIVATE KEY-----\nMIGHAgEA\n-----END PRIVATE KEY-----\n";
        std::fs::write(folder.path().join("ours.pem"), format!("Autorit\u{e9}\n{key}{AUTHORITY}")).expect("written");
        let mut plan = plan("ours.pem");
        plan.find_authorities(folder.path()).expect("found");
        assert_eq!(plan.authorities.get("ours.pem").map(String::as_str), Some(AUTHORITY));
        // Once it is there, no file is needed.
        plan.find_authorities(Path::new("/nowhere")).expect("held");
    }

    #[test]
    fn a_file_that_is_not_there_or_holds_no_certificate_is_refused_in_one_line() {
        let folder = tempfile::tempdir().expect("a folder");
        let said = |authority: &str| {
            plan(authority).find_authorities(folder.path()).expect_err("a refusal").say(crate::language::Language::En)
        };
        std::fs::write(folder.path().join("empty.pem"), "").expect("written");
        std::fs::write(folder.path().join("bad.pem"), AUTHORITY.replace("MII", "AAA")).expect("written");
        assert!(said("none.pem").contains("none.pem: ") && said("none.pem").contains("\nhint: "), "{}", said("none.pem"));
        for file in ["empty.pem", "bad.pem"] {
            assert!(said(file).contains(&format!("{file} holds no certificate\nhint: ")), "{}", said(file));
        }
        assert!(said(".").contains("cannot read the authority"), "{}", said("."));
    }

    #[test]
    fn a_plan_may_hold_the_certificates_itself() {
        let table = |text: &str| Plan::parse(&format!("[authorities]\nours = '''\n{text}'''"));
        assert_eq!(table(AUTHORITY).map(|plan| plan.authorities.len()), Ok(1));
        let said = table("x").expect_err("a refusal").english;
        assert_eq!(said, "the authority \"ours\" holds no certificate (PEM)");
    }
}
