//! How much was looked at and what was lost; when, where and by what.

use jiff::tz::TimeZone;

use super::{Block, ipv6, switching};
use crate::language::Language;
use crate::observe::PoolFile;
use crate::probe::Errand;
use crate::report::words::{between, counted, day_and_time, duration, number};
use crate::report::{Covered, LeaseFile, Report};

/// How much was looked at.
pub(super) fn blocks(report: &Report, language: Language) -> Vec<Block> {
    let coverage = &report.coverage;
    let count = |count: u32| number(count, language);
    let none = || language.pick("none", "aucune").to_owned();
    let asked = language.pick(
        format!("{} of {}", count(coverage.asked), count(coverage.planned)),
        format!("{} sur {}", count(coverage.asked), count(coverage.planned)),
    );
    let malformed = coverage.malformed.iter().map(|kind| {
        let first = kind.frame.map(|frame| match kind.count {
            1 => language.pick(format!(", frame {frame}"), format!(", trame {frame}")),
            _ => language.pick(format!(", first in frame {frame}"), format!(", d'abord trame {frame}")),
        });
        format!("{} ({}) × {}{}", kind.protocol, kind.field, count(kind.count), first.unwrap_or_default())
    });
    let vlans = coverage.other_vlans.iter().map(|vlan| {
        let messages = counted(vlan.count, ("message", "message"), ("messages", "messages"), language);
        language
            .pick(format!("VLAN {}: {messages}, not judged", vlan.vlan), format!("VLAN {} : {messages}, hors analyse", vlan.vlan))
    });
    let lost = if coverage.frames_dropped == 0 { none() } else { count(coverage.frames_dropped) };
    let whole = if report.link.is_some_and(|link| !link.carrier) {
        language.pick("none: there is no link", "nulle : pas de lien")
    } else if coverage.complete && coverage.frames_dropped == 0 && !coverage.flooded {
        language.pick("complete", "complète")
    } else {
        language.pick("partial", "partielle")
    };
    let sweep = [
        (language.pick("Addresses asked", "Adresses interrogées"), asked),
        (language.pick("Addresses that answered", "Adresses ayant répondu"), count(coverage.answered)),
        (language.pick("Requests sent", "Requêtes envoyées"), count(coverage.requests)),
        (language.pick("Late owners", "Détenteurs tardifs"), late(report, coverage, language)),
    ];
    let ipv6 = coverage
        .ipv6
        .map(|asked| (language.pick("IPv6 neighbours and routers", "Voisins et routeurs IPv6"), ipv6::asked(&asked, language)));
    let dhcp = &coverage.dhcp;
    let wish = language.pick("DISCOVER for an address", "DISCOVER pour une adresse");
    let servers = [
        (
            language.pick("Questions to DHCP servers", "Questions aux serveurs DHCP"),
            [(dhcp.informs, "INFORM"), (dhcp.discovers, "DISCOVER"), (dhcp.wishes, wish), (dhcp.queries, "DHCPLEASEQUERY")]
                .into_iter()
                .enumerate()
                .filter(|(place, (asked, _))| *place < 2 || *asked > 0)
                .map(|(_, (asked, what))| format!("{} {what}", count(asked)))
                .collect::<Vec<_>>()
                .join(", "),
        ),
        (
            language.pick("Slow servers", "Serveurs lents"),
            match dhcp.listened_ms {
                0 => language.pick("not waited for to the end", "pas attendus jusqu'au bout").to_owned(),
                ms => {
                    let patience = duration(ms.into(), language);
                    language.pick(format!("waited {patience} for them"), format!("attendus pendant {patience}"))
                }
            },
        ),
    ];
    let rest = [
        (language.pick("Frames lost", "Trames perdues"), lost),
        (language.pick("Malformed frames", "Trames malformées"), listed(malformed, none)),
        (language.pick("Other VLANs", "Autres VLAN"), listed(vlans, || language.pick("none", "aucun").to_owned())),
        (language.pick("Coverage", "Couverture"), whole.to_owned()),
    ];
    let only_ipv6 = coverage.planned == 0 && coverage.ipv6.is_some();
    let asked = report.visit.errand != Errand::Dhcp && !only_ipv6 || coverage.planned > 0;
    let swept =
        sweep.into_iter().filter(|_| asked && !matches!(report.visit.errand, Errand::Link | Errand::Locate | Errand::Power));
    let files: Vec<String> = coverage.lease_files.iter().map(|file| lease_file(file, language)).collect();
    let files = (!files.is_empty()).then(|| (language.pick("Lease files", "Fichiers de baux"), files.join(", ")));
    let pools: Vec<String> = coverage.pool_files.iter().map(|file| pool_file(file, language)).collect();
    let pools =
        (!pools.is_empty()).then(|| (language.pick("Server configurations", "Configurations de serveurs"), pools.join(", ")));
    let broadcasts =
        coverage.broadcasts.map(|heard| (language.pick("Broadcasts", "Diffusions"), switching::heard(&heard, language)));
    let facts = swept
        .chain(ipv6)
        .chain(servers.into_iter().filter(|_| dhcp.discovers > 0))
        .chain(broadcasts)
        .chain(rest)
        .chain(files)
        .chain(pools);
    section(language.pick("How much was looked at", "Étendue de l'analyse"), facts)
}

fn lease_file(file: &LeaseFile, language: Language) -> String {
    let name = &file.file;
    let addresses = counted(file.entries, ("address", "adresse"), ("addresses", "adresses"), language);
    match file.unread {
        0 => format!("{name} ({addresses})"),
        unread => {
            let (one, many) = (("line not read", "ligne non lue"), ("lines not read", "lignes non lues"));
            format!("{name} ({addresses}, {})", counted(unread, one, many, language))
        }
    }
}

fn pool_file(file: &PoolFile, language: Language) -> String {
    let ranges = counted(file.ranges, ("range", "plage"), ("ranges", "plages"), language);
    let mut told = vec![ranges];
    if file.reserved > 0 {
        told.push(counted(file.reserved, ("reservation", "réservation"), ("reservations", "réservations"), language));
    }
    if file.unread > 0 {
        let unread = counted(file.unread, ("line not read", "ligne non lue"), ("lines not read", "lignes non lues"), language);
        told.push(unread);
    }
    format!("{} ({})", file.file, told.join(", "))
}

fn late(report: &Report, coverage: &Covered, language: Language) -> String {
    let listened = duration(coverage.listened_ms.into(), language);
    match (coverage.requests, report.visit.quick) {
        (0, _) => language.pick("nothing was asked", "rien n'a été demandé").to_owned(),
        (_, true) => {
            let patience = if coverage.listened_ms == 0 { duration(200, language) } else { listened };
            language.pick(
                format!("--quick: owners that answer later than {patience} were not listened for"),
                format!("--quick : les détenteurs qui répondent après {patience} n'ont pas été attendus"),
            )
        }
        (_, false) if coverage.listened_ms == 0 => language.pick("not waited for", "non attendus").to_owned(),
        (_, false) => language.pick(format!("waited {listened} for them"), format!("attendus pendant {listened}")),
    }
}

/// When, where and by what.
pub(super) fn visit(report: &Report, language: Language, zone: &TimeZone) -> Vec<Block> {
    let visit = &report.visit;
    let mut finished = day_and_time(&visit.finished, zone, language);
    if let Some(ms) = between(&visit.started, &visit.finished) {
        let took = duration(ms, language);
        finished += &language.pick(format!(" (after {took})"), format!(" (durée : {took})"));
    }
    let card = visit.mac.map(|mac| format!(" ({mac})")).unwrap_or_default();
    let facts = [
        (language.pick("Site", "Site"), visit.site.clone()),
        (language.pick("Interface", "Interface"), visit.interface.as_ref().map(|name| format!("{name}{card}"))),
        (language.pick("Capture", "Capture"), visit.capture.clone()),
        (language.pick("Own addresses", "Adresses du portable"), some(&visit.addresses)),
        (language.pick("Targets", "Cibles"), some(&visit.targets)),
        (language.pick("Started", "Début"), Some(day_and_time(&visit.started, zone, language))),
        (language.pick("Finished", "Fin"), Some(finished)),
        (language.pick("Tool", "Outil"), Some(format!("{} {}", report.tool.name, report.tool.version))),
    ];
    let known = facts.into_iter().filter_map(|(label, fact)| Some((label, fact?)));
    section(language.pick("The visit", "L'intervention"), known)
}

fn section<'a>(heading: &str, facts: impl IntoIterator<Item = (&'a str, String)>) -> Vec<Block> {
    let facts = facts.into_iter().map(|(label, fact)| (label.to_owned(), fact)).collect();
    vec![Block::Heading(heading.to_owned()), Block::Facts(facts)]
}

fn some(texts: &[String]) -> Option<String> {
    (!texts.is_empty()).then(|| texts.join(", "))
}

fn listed(texts: impl Iterator<Item = String>, none: impl Fn() -> String) -> String {
    some(&texts.collect::<Vec<_>>()).unwrap_or_else(none)
}
