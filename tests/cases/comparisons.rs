//! Pairs of visits, compared.

use trousse::observe::{Claim, Fact, NameSource};
use trousse::report::{Comparison, Report};
use trousse::site::Plan;

use super::{Seen, called, dhcp, estate, hostile, leases, mac, own_address, vineyard, visit};

/// A name, and what makes its comparison.
type Case = (&'static str, fn() -> Comparison);

/// Every case by its name.
pub(crate) const CASES: [Case; 4] =
    [("diff-closed", closed), ("diff-mixed", mixed), ("diff-dhcp", servers), ("diff-hostile", hostile_pair)];

fn later(seen: Seen, plan: &str) -> Report {
    let mut visit = visit();
    visit.started = "2026-11-21T10:30:00Z".to_owned();
    visit.finished = "2026-11-21T10:30:04.4Z".to_owned();
    seen.report(visit, &Plan::parse(plan).expect("a plan"))
}

fn compared(before: &Report, after: &Report) -> Comparison {
    Comparison::of(before, after).unwrap_or_else(|fault| panic!("{fault}"))
}

/// The franking machine was restarted: it has an address of today's range; the server's file was read again. The fixed address in
/// the range was moved, and a phone came.
fn closed() -> Comparison {
    let mut seen = Seen::by_laptop();
    seen.host(2, "00:0c:42:11:22:33", 320);
    seen.named(2, None, "box.tilleuls.lan", NameSource::Dns);
    seen.host(7, "b8:27:eb:00:00:01", 410);
    seen.named(7, Some("b8:27:eb:00:00:01"), "pressoir.local", NameSource::Mdns);
    seen.host(12, "30:05:5c:12:34:56", 1_790);
    seen.named(12, Some("30:05:5c:12:34:56"), "BRN30055C123456", NameSource::NetBios);
    seen.host(9, "94:c6:91:ab:cd:01", 500);
    seen.named(9, Some("94:c6:91:ab:cd:01"), "PC-COMPTA", NameSource::NetBios);
    seen.host(21, "00:1b:00:5a:00:10", 2_300);
    seen.named(21, Some("00:1b:00:5a:00:10"), "AFFRANCHISSEUSE", NameSource::NetBios);
    seen.host(140, "da:a1:19:44:55:66", 48_000);
    seen.host(141, "5c:e9:1e:00:01:41", 9_000);
    seen.add(Fact::LeasesRead { file: "dnsmasq.leases".to_owned(), entries: 1, unread: 0 });
    seen.swept(254, 3_000);
    compared(&leases(), &later(seen, "[[dhcp]]\nserver = \"10.77.0.2\"\nranges = [\"10.77.0.20-10.77.0.60\"]\n"))
}

/// One duplicate is still there, one is new, the laptop was given another address, and what the first visit knew from a lease
/// file nobody looked at again.
fn mixed() -> Comparison {
    let mut seen = estate();
    vineyard(&mut seen);
    seen.claims(30, "94:c6:91:ab:cd:30", Claim::Reply, Some(400));
    seen.claims(30, "00:0c:29:00:00:30", Claim::Reply, Some(420));
    seen.swept(254, 3_000);
    let after = later(seen, "");
    let mut before = own_address();
    let with_leases = leases();
    before.findings.extend(with_leases.findings.into_iter().filter(|finding| finding.problem.code().contains("lease")));
    before.coverage.lease_files = with_leases.coverage.lease_files;
    compared(&before, &after)
}

/// The stranger and the boot server are gone, and the box does not answer either.
fn servers() -> Comparison {
    compared(&dhcp::rogue(), &dhcp::silent())
}

fn hostile_pair() -> Comparison {
    let mut after = called(&["\u{1b}[31mred", "<b>bold</b>"]);
    after.visit.started = "2026-11-21T10:30:00Z".to_owned();
    after.hosts.retain(|host| host.mac != mac("94:c6:91:ab:cd:01"));
    compared(&hostile(), &after)
}
