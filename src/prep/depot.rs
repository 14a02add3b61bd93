//! The depot: a folder or a share with the payloads of profiles, and the list of what is in it. Programs write the list, in JSON.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize, Serializer};

use super::look::Digest;
use super::payload::About;
use crate::fault::Why;

/// The name and version of the list. Fields are added within it, never renamed.
pub const SCHEMA: &str = "trousse/depot/1";
/// The name and version of what a check of a depot prints for programs. Fields are added within it, never renamed.
pub const CHECK: &str = "trousse/depot-check/1";
/// The list, in the folder of the depot.
pub const FILE: &str = "depot.json";
/// Payloads of a depot: no workshop has more.
pub const MOST: usize = 100_000;
/// Digits of the digest that name the folder of a payload.
const FOLDER: usize = 12;

/// What is in a depot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Manifest {
    /// Always [`SCHEMA`].
    pub schema: String,
    /// By name.
    pub payloads: Vec<Payload>,
}

/// A file that steps of profiles use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Payload {
    /// Its name, as profiles call it.
    pub name: String,
    /// What it is known by.
    #[serde(flatten)]
    pub digest: Digest,
    /// What it says of itself.
    #[serde(flatten)]
    pub about: About,
    /// When it was added (RFC 3339).
    pub added: String,
}

impl Payload {
    /// Where it lies in the depot, the folder and the name: what is put there never changes, whatever takes its place in the list.
    pub fn place(&self) -> [&str; 2] {
        [self.digest.sha256.get(..FOLDER).unwrap_or_default(), &self.name]
    }
}

impl Default for Manifest {
    fn default() -> Manifest {
        Manifest { schema: SCHEMA.to_owned(), payloads: Vec::new() }
    }
}

impl Manifest {
    /// The payload of this name. Windows, which depots are shared with, knows no difference between capitals and small letters.
    pub fn find(&self, name: &str) -> Option<&Payload> {
        self.payloads.iter().find(|payload| same_name(&payload.name, name))
    }

    /// Adds a payload in the place of the one that has its name.
    pub fn put(&mut self, payload: Payload) {
        self.payloads.retain(|other| !same_name(&other.name, &payload.name));
        let at = self.payloads.partition_point(|other| other.name < payload.name);
        self.payloads.insert(at, payload);
    }

    /// Refuses a list that leads out of the depot, whoever wrote it.
    pub fn check(&self) -> Result<(), Why> {
        if self.payloads.len() > MOST {
            return Err(Why::new(format!("more than {MOST} payloads"), format!("plus de {MOST} paquets")));
        }
        for Payload { name, digest, .. } in &self.payloads {
            check_name(name)?;
            let sha256 = &digest.sha256;
            let right = sha256.len() == 64 && sha256.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
            if !right {
                return Err(Why::new(
                    format!("{name:?}: {sha256:?} is no SHA-256"),
                    format!("{name:?} : {sha256:?} n'est pas un SHA-256"),
                ));
            }
        }
        Ok(())
    }
}

/// The JSON Schema (draft 2020-12) of the list, for `trousse schema depot`.
pub fn schema() -> serde_json::Value {
    schemars::schema_for!(Manifest).into()
}

/// The JSON Schema (draft 2020-12) of a check, for `trousse schema depot-check`.
pub fn check_schema() -> serde_json::Value {
    schemars::schema_for!(Check).into()
}

fn same_name(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.to_lowercase()
}

/// Refuses a name that some system does not take for a file (Microsoft's "Naming Files, Paths, and Namespaces").
pub fn check_name(name: &str) -> Result<(), Why> {
    /// Characters: what every file system takes in bytes, even of four each.
    const LONGEST: usize = 60;
    const DEVICES: &[&str] = &["con", "prn", "aux", "nul"];
    let stem = name.split('.').next().unwrap_or_default().to_lowercase();
    let numbered =
        |device: &str| stem.strip_prefix(device).is_some_and(|rest| rest.len() == 1 && rest.as_bytes()[0].is_ascii_digit());
    let device = DEVICES.contains(&stem.as_str()) || numbered("com") || numbered("lpt");
    let hidden = name.starts_with('.') || name.ends_with('.') || name != name.trim() || name.is_empty();
    let strange = |c: char| c.is_control() || crate::line::is_invisible(c) || "<>:\"/\\|?*".contains(c);
    if !device && !hidden && !name.contains(strange) && name.chars().count() <= LONGEST {
        return Ok(());
    }
    Err(Why::new(
        format!(
            "{name:?} is no name that every system takes: {LONGEST} characters at most, no < > : \" / \\ | ? *, no dot at either end"
        ),
        format!(
            "{name:?} n'est pas un nom que tout système accepte : {LONGEST} caractères au plus, ni < > : \" / \\ | ? *, ni point au début ou à la fin"
        ),
    ))
}

/// How a payload was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(tag = "condition", rename_all = "kebab-case")]
pub enum Condition {
    /// As it was put there.
    Intact,
    /// Other bytes stand there.
    Changed,
    /// Only this many bytes are there.
    Truncated {
        /// Bytes that are there.
        left: u64,
    },
    /// It is not there.
    Missing,
    /// It cannot be read: nobody knows.
    Unreadable {
        /// What the system says.
        #[serde(serialize_with = "in_english")]
        #[schemars(with = "String")]
        why: Why,
    },
    /// It is there, and not in the list.
    Unknown,
}

/// Programs read English, whatever language people are told in.
fn in_english<S: Serializer>(why: &Why, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&why.english)
}

/// A file of the depot, and how it was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Checked {
    /// Its name; of one that is not in the list, its path in the depot.
    pub name: String,
    /// Its size, as the list has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
    /// How it was found.
    #[serde(flatten)]
    pub condition: Condition,
}

/// What a check of a depot prints for programs.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Check {
    /// Always [`CHECK`].
    pub schema: String,
    /// Its folder.
    pub depot: String,
    /// Every payload of its list, then what lies there and is not in it.
    pub files: Vec<Checked>,
}

impl Condition {
    /// What the bytes that were found come to, beside those that were put there.
    pub fn of(expected: &Digest, found: &Digest) -> Condition {
        match found {
            found if found == expected => Condition::Intact,
            found if found.size < expected.size => Condition::Truncated { left: found.size },
            _ => Condition::Changed,
        }
    }

    /// The condition in what is said of a payload that a profile needs.
    pub fn why(&self, size: u64) -> Why {
        match self {
            Condition::Intact => Why::new("is intact", "est intact"),
            Condition::Changed => Why::new("is not what was put there", "n'est plus ce qui y a été déposé"),
            Condition::Truncated { left } => {
                Why::new(format!("is cut off: {left} of {size} bytes"), format!("est tronqué : {left} octets sur {size}"))
            }
            Condition::Missing => Why::new("is missing", "a disparu"),
            Condition::Unreadable { why } => {
                Why::new(format!("cannot be read: {}", why.english), format!("est illisible : {}", why.french))
            }
            Condition::Unknown => Why::new("is not in its list", "n'est pas dans sa liste"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prep::payload::Form;

    fn payload(name: &str, bytes: &[u8]) -> Payload {
        let about =
            About { form: Form::Other, product: None, version: None, publisher: None, product_code: None, upgrade_code: None };
        Payload { name: name.into(), digest: Digest::of(bytes), about, added: "2026-11-21T18:00:00Z".into() }
    }

    #[test]
    fn a_payload_takes_the_place_of_the_one_with_its_name_and_keeps_its_own_on_the_disk() {
        let mut manifest = Manifest::default();
        for (name, bytes) in [("b.msi", b"1"), ("a.deb", b"2"), ("B.MSI", b"3")] {
            manifest.put(payload(name, bytes));
        }
        let names: Vec<&str> = manifest.payloads.iter().map(|payload| payload.name.as_str()).collect();
        assert_eq!(names, ["B.MSI", "a.deb"]);
        assert_ne!(payload("b.msi", b"1").place(), manifest.find("b.msi").expect("there").place());
        let text = serde_json::to_string(&manifest).expect("JSON");
        assert_eq!(serde_json::from_str::<Manifest>(&text).expect("a list"), manifest);
        assert!(text.contains("\"sha256\":") && text.contains("\"form\":\"other\""), "{text}");
    }

    #[test]
    fn a_list_that_leads_out_of_the_depot_is_refused() {
        for name in
            ["../x", "/etc/passwd", "a\\b", "", ".", "..", ".x", "x.", "con.txt", "COM1", "a\nb", " a", "a:b", &"x".repeat(61)]
        {
            let mut manifest = Manifest::default();
            manifest.payloads.push(payload(name, b""));
            assert!(manifest.check().is_err(), "{name:?}");
        }
        let mut wrong = payload("a.deb", b"");
        wrong.digest.sha256 = "../../etc".into();
        assert!(Manifest { payloads: vec![wrong], ..Manifest::default() }.check().is_err());
        assert!(Manifest { payloads: vec![payload("Été 7z (x64).msi", b"")], ..Manifest::default() }.check().is_ok());
    }

    #[test]
    fn the_schema_of_a_check_says_all_that_one_prints() {
        let told = |condition| Checked { name: "a".into(), size: Some(1), condition };
        let all = [Condition::Intact, Condition::Truncated { left: 1 }, Condition::Unreadable { why: Why::new("x", "y") }];
        let check = Check { schema: CHECK.into(), depot: "/srv".into(), files: all.map(told).into() };
        let schema = check_schema().to_string();
        let printed = serde_json::to_value(check).expect("JSON");
        let mut keys: Vec<&String> = printed.as_object().expect("fields").keys().collect();
        keys.extend(printed["files"].as_array().expect("files").iter().flat_map(|file| file.as_object().expect("fields").keys()));
        keys.iter().for_each(|key| assert!(schema.contains(&format!("\"{key}\"")), "{key}: {schema}"));
        assert!(["intact", "truncated", "unreadable", "missing"].iter().all(|word| schema.contains(word)), "{schema}");
    }

    #[test]
    fn what_is_shorter_is_cut_off_and_what_is_otherwise_is_changed() {
        let condition = |found: &[u8]| Condition::of(&Digest::of(b"hello"), &Digest::of(found));
        assert_eq!(
            [condition(b"hello"), condition(b"hell"), condition(b"hellO"), condition(b"hello!")],
            [Condition::Intact, Condition::Truncated { left: 4 }, Condition::Changed, Condition::Changed]
        );
    }
}
