//! A table's devices put into a plan that exists: its comments, its order and all that it says of other things stay as they are.

use std::collections::{HashMap, HashSet};
use std::net::Ipv4Addr;

use toml_edit::{ArrayOfTables, DocumentMut, InlineTable, Item, Table, TableLike, Value};

use crate::fault::Why;
use crate::site::{Fixed, Plan};

/// A plan with a table in it, and what that changed.
#[derive(Debug, Default)]
pub struct Merged {
    /// The plan afterwards.
    pub text: String,
    /// The devices that are new in it.
    pub added: Vec<Why>,
    /// What it now says otherwise, or in addition, of devices that it had.
    pub changed: Vec<Why>,
    /// What the plan and the table say differently, and a person must decide: the plan is as it was there.
    pub conflicts: Vec<Why>,
    /// How many devices of the table the plan already had, word for word.
    pub same: usize,
}

/// What is said of a device, by its key in the plan.
const KEYS: [Key; 4] = [
    Key { name: "name", french: "nom", of: |device| named(device).map(str::to_owned) },
    Key { name: "role", french: "rôle", of: |device| device.role.clone() },
    Key { name: "system", french: "système", of: |device| device.system.clone() },
    Key { name: "mac", french: "mac", of: |device| device.mac.map(|mac| mac.to_string()) },
];

struct Key {
    name: &'static str,
    french: &'static str,
    of: fn(&Fixed) -> Option<String>,
}

/// Puts devices into the text of a plan. A device is known by its address; another name or another card there, or the same name
/// at another address, may be another device: that is a conflict, and the table wins only where `overwrite` says so. A role or a
/// system that differs is changed, what the table leaves empty is left alone. The error says why there would be no plan any more.
pub fn merge(text: &str, devices: &[Fixed], overwrite: bool) -> std::result::Result<Merged, Why> {
    let plan = Plan::parse(text)?;
    let mut merging = Merging {
        document: text.parse().map_err(|error: toml_edit::TomlError| {
            let said = error.message().replace('\n', ", ");
            Why::new(said.clone(), said)
        })?,
        addresses: plan.fixed.iter().zip(0..).map(|(fixed, at)| (fixed.address, at)).collect(),
        names: plan.fixed.iter().zip(0..).map(|(fixed, at)| (fixed.name.to_lowercase(), at)).collect(),
        known: plan.fixed.clone(),
        overwrite,
        merged: Merged::default(),
    };
    let tabled: HashSet<Ipv4Addr> = devices.iter().map(|device| device.address).collect();
    let (there, new): (Vec<&Fixed>, Vec<&Fixed>) = devices.iter().partition(|device| plan.fixed(device.address).is_some());
    // Names first: of two that changed places neither moves.
    for device in there {
        merging.meet(device);
    }
    for device in new {
        if plan.shared(device.address).is_some() {
            let (ip, who) = (device.address, who(device));
            merging.merged.conflicts.push(Why::new(
                format!("{ip} is shared by several devices in the plan and belongs to {who} alone in the table"),
                format!("{ip} est partagée par plusieurs appareils dans le plan et n'appartient qu'à {who} dans le tableau"),
            ));
        } else {
            merging.place(device, &tabled);
        }
    }
    let Merging { document, mut merged, .. } = merging;
    merged.text = document.to_string();
    // The line ends of an editor under Windows, and its mark at the beginning.
    if text.contains("\r\n") {
        merged.text = merged.text.replace("\r\n", "\n").replace('\n', "\r\n");
    }
    if text.starts_with('\u{feff}') && !merged.text.starts_with('\u{feff}') {
        merged.text.insert(0, '\u{feff}');
    }
    if merged.added.is_empty() && merged.changed.is_empty() {
        text.clone_into(&mut merged.text);
    }
    Plan::parse(&merged.text)?;
    Ok(merged)
}

struct Merging {
    document: DocumentMut,
    /// The fixed addresses of the document, in its order.
    known: Vec<Fixed>,
    /// Where each stands there, by its address and by its name in lower case.
    addresses: HashMap<Ipv4Addr, usize>,
    names: HashMap<String, usize>,
    overwrite: bool,
    merged: Merged,
}

impl Merging {
    /// A device at an address of which the plan already says whose it is.
    fn meet(&mut self, device: &Fixed) {
        let Some(&at) = self.addresses.get(&device.address) else { return };
        let known = &self.known[at];
        let otherwise = named(device).is_some_and(|name| !same_name(name, &known.name))
            || device.mac.is_some_and(|mac| known.mac.is_some_and(|known| known != mac));
        if otherwise && !self.overwrite {
            let (ip, one, other) = (device.address, who(known), who(device));
            self.merged.conflicts.push(Why::new(
                format!("{ip} belongs to {one} in the plan and to {other} in the table"),
                format!("{ip} appartient à {one} dans le plan et à {other} dans le tableau"),
            ));
            return;
        }
        let told = self.change(at, device, Vec::new());
        self.told(at, told);
    }

    /// A device at an address of which the plan says nothing; `tabled` are the addresses of the table.
    fn place(&mut self, device: &Fixed, tabled: &HashSet<Ipv4Addr>) {
        let elsewhere = named(device).and_then(|name| self.names.get(&name.to_lowercase()).copied());
        let Some(at) = elsewhere else {
            self.add(device);
            return;
        };
        let (name, ip, old) = (&device.name, device.address, self.known[at].address);
        if !self.overwrite || tabled.contains(&old) {
            self.merged.conflicts.push(Why::new(
                format!("{name:?} is at {old} in the plan and at {ip} in the table"),
                format!("{name:?} est en {old} dans le plan et en {ip} dans le tableau"),
            ));
            return;
        }
        self.set(at, "address", &ip.to_string());
        self.known[at].address = ip;
        let moved = Why::new(format!("address {old} becomes {ip}"), format!("adresse {old} devient {ip}"));
        let told = self.change(at, device, vec![moved]);
        self.told(at, told);
    }

    /// Lets the plan say what the table does of a device, and gives each thing that it said otherwise.
    fn change(&mut self, at: usize, device: &Fixed, mut told: Vec<Why>) -> Vec<Why> {
        let known = self.known[at].clone();
        for key in &KEYS {
            let (Key { name, french, of }, before) = (key, (key.of)(&known));
            let Some(after) = of(device) else { continue };
            // A name in other letters is no other name.
            let same = *name == "name" && same_name(&after, &known.name);
            if same || before.as_ref() == Some(&after) {
                continue;
            }
            self.set(at, name, &after);
            if *name == "name" {
                let before = self.known[at].name.to_lowercase();
                if self.names.get(&before) == Some(&at) {
                    self.names.remove(&before);
                }
                self.names.insert(after.to_lowercase(), at);
                after.clone_into(&mut self.known[at].name);
            }
            told.push(match before {
                Some(before) => {
                    Why::new(format!("{name} {before:?} becomes {after:?}"), format!("{french} {before:?} devient {after:?}"))
                }
                None => Why::new(format!("{name} {after:?} is new"), format!("{french} {after:?} en plus")),
            });
        }
        told
    }

    fn told(&mut self, at: usize, told: Vec<Why>) {
        if told.is_empty() {
            self.merged.same += 1;
            return;
        }
        let Fixed { name, address, .. } = &self.known[at];
        let all = |of: fn(&Why) -> &str| told.iter().map(of).collect::<Vec<_>>().join(", ");
        self.merged.changed.push(Why::new(
            format!("{name}, {address}: {}", all(|why| &why.english)),
            format!("{name}, {address} : {}", all(|why| &why.french)),
        ));
    }

    /// Sets what the document says of the device at this place; a comment behind the value stays.
    fn set(&mut self, at: usize, key: &str, text: &str) {
        let mut value = Value::from(text);
        let entry: Option<&mut dyn TableLike> = match self.document.get_mut("fixed") {
            Some(Item::ArrayOfTables(tables)) => tables.get_mut(at).map(|table| table as &mut dyn TableLike),
            Some(Item::Value(Value::Array(tables))) => {
                let table = tables.get_mut(at).and_then(Value::as_inline_table_mut);
                table.map(|table| {
                    if !table.contains_key(key) {
                        take_end(table.iter_mut().last().map(|(_, last)| last), &mut value);
                    }
                    table as &mut dyn TableLike
                })
            }
            _ => None,
        };
        let Some(entry) = entry else { return };
        match entry.get_mut(key).and_then(Item::as_value_mut) {
            Some(before) => {
                *value.decor_mut() = before.decor().clone();
                *before = value;
            }
            None => drop(entry.insert(key, Item::Value(value))),
        }
    }

    /// Adds a device behind the last one, written as that is.
    fn add(&mut self, device: &Fixed) {
        let address = device.address.to_string();
        let said = KEYS.iter().filter_map(|key| Some((key.name, (key.of)(device)?)));
        let mut pairs = vec![("name", device.name.clone()), ("address", address.clone())];
        pairs.extend(said.filter(|(key, _)| *key != "name"));
        match self.document.get_mut("fixed") {
            Some(Item::Value(Value::Array(tables))) => {
                let mut table = Value::InlineTable(InlineTable::from_iter(pairs));
                // On a line of its own where the others are.
                let before = tables.iter().last().and_then(|last| last.decor().prefix()).cloned();
                table.decor_mut().set_prefix(before.unwrap_or_default());
                take_end(tables.iter_mut().last(), &mut table);
                tables.push_formatted(table);
            }
            _ => {
                let entry = self.document.entry("fixed").or_insert_with(|| Item::ArrayOfTables(ArrayOfTables::new()));
                let mut table = Table::from_iter(pairs);
                table.decor_mut().set_prefix("\n");
                entry.as_array_of_tables_mut().into_iter().for_each(|tables| tables.push(table.clone()));
            }
        }
        self.names.insert(device.name.to_lowercase(), self.known.len());
        self.known.push(device.clone());
        let added = match named(device) {
            Some(name) => format!("{name}, {address}"),
            None => address,
        };
        self.merged.added.push(Why::new(added.clone(), added));
    }
}

/// Gives a value the space that stood behind the last one; a comment stays with what it is about.
fn take_end(last: Option<&mut Value>, value: &mut Value) {
    let Some(last) = last else { return };
    let suffix = last.decor().suffix().cloned().unwrap_or_default();
    if suffix.as_str().is_some_and(|text| !text.contains('#')) {
        last.decor_mut().set_suffix("");
        value.decor_mut().set_suffix(suffix);
    }
}

/// What people call the device; a row without a name has the address for one.
fn named(device: &Fixed) -> Option<&str> {
    (device.name != device.address.to_string()).then_some(device.name.as_str())
}

fn same_name(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.to_lowercase()
}

/// A device by its name and its card, as far as they are said.
fn who(device: &Fixed) -> String {
    match (named(device), device.mac) {
        (Some(name), Some(mac)) => format!("{name:?} ({mac})"),
        (None, Some(mac)) => mac.to_string(),
        (_, None) => format!("{:?}", device.name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAN: &str = r#"# The mairie, by Zoé.
site = "Mairie"   # as on the invoice

[[fixed]] # the annex
name = "ad-1"
role = "annuaire" # since 2019
address = '10.0.0.2'
mac = "02-00-00-00-00-02"
# a word at the end

[[network]]
prefix = "10.0.0.0/24"
gateways = [ "10.0.0.1",
  # the spare one
  "10.0.0.254" ]

[[fixed]]
address = "10.0.0.9"
name = "till"
# bye
"#;

    fn table(rows: &str) -> Vec<Fixed> {
        crate::draft::import::read(format!("name;role;system;address;mac\n{rows}").into_bytes()).expect("a table").devices
    }

    fn said(told: &[Why]) -> Vec<&str> {
        told.iter().map(|why| why.english.as_str()).collect()
    }

    #[test]
    fn what_a_plan_holds_stays_and_a_second_import_changes_nothing() {
        let rows = "AD-1;directory;Debian 12;10.0.0.2;02:00:00:00:00:02\nprinter;;;10.0.0.20;\n;;;10.0.0.21;02:00:00:00:00:21\n";
        let merged = merge(PLAN, &table(rows), false).expect("a plan");
        assert_eq!(said(&merged.added), ["printer, 10.0.0.20", "10.0.0.21"]);
        let told = "ad-1, 10.0.0.2: role \"annuaire\" becomes \"directory\", system \"Debian 12\" is new";
        assert_eq!(said(&merged.changed), [told]);
        assert_eq!((said(&merged.conflicts), merged.same), (vec![], 0));
        let after = PLAN
            .replace("role = \"annuaire\"", "role = \"directory\"")
            .replace("02-00-00-00-00-02\"\n", "02-00-00-00-00-02\"\nsystem = \"Debian 12\"\n");
        let (fixed, end) = after.split_at(after.find("# bye").expect("its end"));
        let new = "\n[[fixed]]\nname = \"printer\"\naddress = \"10.0.0.20\"\n\n[[fixed]]\nname = \"10.0.0.21\"\naddress = \"10.0.0.21\"\nmac = \"02:00:00:00:00:21\"\n";
        assert_eq!(merged.text, format!("{fixed}{new}{end}"));
        let again = merge(&merged.text, &table(rows), false).expect("a plan");
        assert_eq!((again.text.as_str(), again.same), (merged.text.as_str(), 3));
        assert!(again.added.is_empty() && again.changed.is_empty() && again.conflicts.is_empty());
    }

    #[test]
    fn another_name_or_another_card_at_an_address_is_a_conflict_until_the_table_is_told_to_win() {
        let rows = "ad-1;;;10.0.0.2;02:00:00:00:00:99\nbar;x;;10.0.0.9;\n";
        let merged = merge(PLAN, &table(rows), false).expect("a plan");
        let expected = [
            "10.0.0.2 belongs to \"ad-1\" (02:00:00:00:00:02) in the plan and to \"ad-1\" (02:00:00:00:00:99) in the table",
            "10.0.0.9 belongs to \"till\" in the plan and to \"bar\" in the table",
        ];
        assert_eq!(said(&merged.conflicts), expected);
        assert_eq!(merged.text, PLAN);
        let won = merge(PLAN, &table(rows), true).expect("a plan");
        assert!(won.conflicts.is_empty());
        assert_eq!(won.text.matches("[[fixed]]").count(), 2);
        assert!(won.text.contains("mac = \"02:00:00:00:00:99\"\n") && won.text.contains("name = \"bar\"\n"), "{}", won.text);
        assert!(won.text.contains("# since 2019"), "{}", won.text);
    }

    #[test]
    fn a_device_that_moved_is_a_conflict_and_two_that_changed_places_change_names() {
        let merged = merge(PLAN, &table("Till;;;10.0.0.10;\n"), false).expect("a plan");
        assert_eq!(said(&merged.conflicts), ["\"Till\" is at 10.0.0.9 in the plan and at 10.0.0.10 in the table"]);
        let moved = merge(PLAN, &table("till;;;10.0.0.10;\n"), true).expect("a plan");
        assert_eq!(said(&moved.changed), ["till, 10.0.0.10: address 10.0.0.9 becomes 10.0.0.10"]);
        assert_eq!(moved.text, PLAN.replace("10.0.0.9", "10.0.0.10"));
        let places = merge(PLAN, &table("till;;;10.0.0.2;\nad-1;;;10.0.0.9;\n"), true).expect("a plan");
        let names = |text: &str| Plan::parse(text).map(|plan| plan.fixed.into_iter().map(|fixed| fixed.name).collect::<Vec<_>>());
        assert_eq!(names(&places.text), Ok(vec!["till".to_owned(), "ad-1".to_owned()]));
    }

    #[test]
    fn a_shared_address_stays_shared() {
        let plan = "[[shared]]\naddress = \"10.0.0.1\"\n";
        let merged = merge(plan, &table("box;;;10.0.0.1;\n"), true).expect("a plan");
        assert_eq!((merged.conflicts.len(), merged.text.as_str()), (1, plan));
    }

    #[test]
    fn a_plan_written_otherwise_stays_written_so() {
        let inline = "fixed = [\n  { name = \"a\", address = \"10.0.0.2\" },\n  { name = \"b\", address = \"10.0.0.3\" }\n]\n";
        let merged = merge(inline, &table("a;boss;;10.0.0.2;\nc;;;10.0.0.4;\n"), false).expect("a plan");
        assert_eq!(
            merged.text,
            "fixed = [\n  { name = \"a\", address = \"10.0.0.2\", role = \"boss\" },\n  { name = \"b\", address = \"10.0.0.3\" },\n  { name = \"c\", address = \"10.0.0.4\" }\n]\n"
        );
        let windows = PLAN.replace('\n', "\r\n");
        let merged = merge(&windows, &table("c;;;10.0.0.4;\n"), false).expect("a plan");
        assert!(!merged.text.replace("\r\n", "").contains(['\r', '\n']), "{:?}", merged.text);
        assert!(merged.text.starts_with(&windows[..windows.find("# bye").expect("its end")]), "{:?}", merged.text);
        let empty = merge("", &table("c;;;10.0.0.4;\n"), false).expect("a plan");
        assert_eq!(Plan::parse(&empty.text).map(|plan| plan.fixed.len()), Ok(1));
    }
}
