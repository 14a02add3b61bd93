//! `dhcpd.conf` of ISC: `range` in subnets and pools, and the hosts (dhcpd.conf(5)).

use std::net::Ipv4Addr;

use jiff::tz::TimeZone;

use super::{Configuration, Server, numbered};
use crate::lease::isc::{self, Statements};
use crate::lease::sheet::{Leases, Line};

pub(super) fn recognises(lines: &[String]) -> bool {
    let (mut statements, mut known) = (Statements::default(), false);
    for line in lines {
        statements.line(line, |statement, sign| {
            let words: Vec<&str> = statement.split_whitespace().take(4).collect();
            known |= matches!(
                (&words[..], sign),
                (["subnet", _, "netmask", _] | ["shared-network" | "host", _, ..] | ["pool"], '{')
                    | (["range", ..] | ["authoritative"] | ["default-lease-time" | "max-lease-time", _], ';')
            );
        });
    }
    known
}

pub(super) fn read(lines: &[String], configuration: &mut Configuration) {
    // Hosts stand in this file as they do in that of the leases.
    let (mut hosts, mut reserved) = (isc::reader(&TimeZone::UTC), Leases::default());
    let (mut statements, mut last) = (Statements::default(), 0);
    for (number, text) in numbered(lines) {
        last = number;
        hosts.line(Line { number, text }, &mut reserved);
        statements.line(text, |statement, sign| {
            let mut words = statement.split_whitespace();
            match (words.next(), sign) {
                (Some("range"), ';') => range(words, statement, number, configuration),
                (Some("include"), ';') => {
                    let file = statement.trim_start_matches("include").trim().trim_matches('"');
                    configuration.elsewhere(number, "include", file);
                }
                _ => {}
            }
        });
    }
    hosts.end(last, &mut reserved);
    reserved
        .leases
        .into_iter()
        .filter(|lease| lease.state == crate::lease::State::Reserved)
        .for_each(|lease| configuration.reserve(lease));
    reserved.complaints.into_iter().for_each(|bad| configuration.bad(bad.line, bad.why));
    configuration.more = configuration.more.saturating_add(reserved.more);
}

/// `[dynamic-bootp] low [high]`.
fn range<'a>(words: impl Iterator<Item = &'a str>, statement: &str, line: u32, configuration: &mut Configuration) {
    let ends: Option<Vec<Ipv4Addr>> = words.filter(|word| *word != "dynamic-bootp").map(|word| word.parse().ok()).collect();
    match ends.as_deref() {
        Some(&[only]) => configuration.pool(Server::Isc, only, only, line),
        Some(&[low, high]) => configuration.pool(Server::Isc, low, high, line),
        _ => configuration.bad_field(line, "range", statement),
    }
}
