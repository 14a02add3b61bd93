use proptest::prelude::*;

use super::*;

fn mac(text: &str) -> Mac {
    text.parse().expect("a MAC")
}

fn name(text: &str) -> Option<&'static str> {
    Vendors::builtin().lookup(mac(text)).name()
}

fn said(text: &str) -> String {
    let (first, bits) = start(text).expect("a start");
    match Vendors::builtin().lookup_prefix(first, bits) {
        Vendor::Known { name, block } => format!("{name}, {block} {}", block.registry.name()),
        other => format!("{other:?}"),
    }
}

#[test]
fn every_registry_answers_with_the_longest_prefix() {
    assert_eq!(said("b8:27:eb:00:00:01"), "Raspberry Pi Foundation, b8:27:eb/24 MA-L");
    assert_eq!(said("00:55:da:01:00:00"), "Shinko Technos co.,ltd., 00:55:da:0/28 MA-M");
    assert_eq!(said("00:50:c2:7d:50:00"), "DEUTA-WERKE GmbH, 00:50:c2:7d:5/36 IAB");
    assert!(said("70:b3:d5:e7:40:00").ends_with(", 70:b3:d5:e7:4/36 MA-S"), "{}", said("70:b3:d5:e7:40:00"));
}

#[test]
fn the_registry_is_never_the_vendor() {
    assert!(Vendors::builtin().search("ieee registration authority").is_empty());
    assert!(matches!(Vendors::builtin().lookup(mac("40:d8:55:ff:f0:00")), Vendor::Unassigned(block) if block.bits == 24));
}

#[test]
fn a_start_that_is_too_short_says_how_many_blocks_it_has() {
    assert_eq!(said("b8:27:eb"), "Raspberry Pi Foundation, b8:27:eb/24 MA-L");
    assert!(matches!(Vendors::builtin().lookup_prefix(mac("70:b3:d5:00:00:00"), 24), Vendor::Shared { parts } if parts > 4000));
    assert_eq!(said("00:50:c2:7d"), "Shared { parts: 16 }");
}

#[test]
fn random_virtual_and_group_addresses_have_no_vendor() {
    assert_eq!(Vendors::builtin().lookup(mac("02:00:00:00:00:0a")), Vendor::Local);
    assert_eq!(Vendors::builtin().lookup(mac("da:a1:19:12:34:56")).name(), None);
    assert_eq!(Vendors::builtin().lookup(Mac::BROADCAST), Vendor::Group);
    assert_eq!(Vendors::builtin().lookup(mac("01:00:5e:00:00:fb")), Vendor::Group);
    assert_eq!(Vendors::builtin().lookup(mac("fc:ff:ff:ff:ff:fe")), Vendor::Unknown);
}

#[test]
fn conventions_name_what_the_registry_cannot() {
    assert_eq!(name("52:54:00:12:34:56"), Some("QEMU/KVM"));
    assert_eq!(name("02:42:ac:11:00:02"), Some("Docker"));
    assert_eq!(name("0a:00:27:00:00:00"), Some("Oracle VirtualBox (host)"));
    assert_eq!(name("08:00:27:12:34:56"), Some("Oracle VirtualBox"));
    assert_eq!(name("00:00:5e:00:01:0a"), Some("VRRP/CARP (IPv4)"));
    assert_eq!(name("00:00:0c:9f:f0:01"), Some("HSRPv2"));
    assert_eq!(name("00:00:0c:01:02:03"), Some("Cisco Systems, Inc"));
    assert_eq!(said("00:07:b4:03:01:01"), "GLBP, 00:07:b4:03/32 convention");
}

#[test]
fn a_vendor_is_found_by_part_of_its_name_without_case_or_accents() {
    let found = Vendors::builtin().search("raspberry");
    assert!(
        found.iter().any(|holding| holding.name == "Raspberry Pi Foundation" && holding.blocks[0].to_string() == "b8:27:eb/24")
    );
    assert_eq!(Vendors::builtin().search(" PITNEY  bowes")[0].name, "Pitney Bowes, Inc");
    assert_eq!(Vendors::builtin().search("virtualbox").len(), 2);
    assert!(Vendors::builtin().search(" ").is_empty());
}

#[test]
fn names_are_clean() {
    for name in Vendors::builtin().names.lines() {
        assert_eq!(name, name::clean(name));
    }
}

#[test]
fn every_row_of_the_registry_is_in_the_tables() {
    let rows = include_str!("../../oui-data/registry.csv").lines().count() - 1;
    assert_eq!(Vendors::builtin().tables.iter().map(|table| table.rows.len()).sum::<usize>(), rows);
}

/// The blocks of a small registry, crowded into few addresses so that they nest.
fn crowded() -> impl Strategy<Value = Vec<pack::Assignment>> {
    let block = (0..4u64, 0..16u64, 0..256u64, prop::sample::select(vec![24u8, 28, 36, 40]));
    prop::collection::vec(block, 0..60).prop_map(|blocks| {
        let of = |(index, (large, medium, small, bits)): (usize, (u64, u64, u64, u8))| {
            ((large << 26 | medium << 20 | small << 12) & table::mask(bits), bits, format!("holder {index}"))
        };
        blocks.into_iter().enumerate().map(of).collect()
    })
}

proptest! {
    #[test]
    fn the_longest_prefix_wins_as_in_a_search_one_by_one(
        blocks in crowded(),
        (large, medium, rest) in (0..4u64, 0..16u64, 0..1u64 << 20),
    ) {
        let packed = pack::pack(&blocks).expect("few names");
        let tables = packed.tables.into_iter().map(|(bits, rows)| Table { bits, rows: Cow::Owned(rows) });
        let vendors = Vendors { names: Cow::Owned(packed.names), tables: tables.collect(), date: || None };
        let address = large << 26 | medium << 20 | rest;
        let [_, _, bytes @ ..] = address.to_be_bytes();

        // The conventions belong to every registry, and HSRPv2 has a block among these addresses: of equal lengths the first
        // wins.
        let conventions = CONVENTIONS.iter().map(|known| (known.block.first.to_bits(), known.block.bits, known.name.as_str()));
        let registered = blocks.iter().map(|(first, bits, holder)| (*first, *bits, holder.as_str()));
        let mut naive: Option<(u8, &str)> = None;
        for (first, bits, holder) in conventions.chain(registered) {
            let holds = (first ^ address) >> (48 - bits) == 0;
            if holds && naive.is_none_or(|(longest, _)| bits > longest) {
                naive = Some((bits, holder));
            }
        }
        prop_assert_eq!(vendors.lookup(Mac(bytes)).name(), naive.map(|(_, holder)| holder));
    }
}
