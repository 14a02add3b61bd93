//! `registry`: values of a key of Windows' registry, or that they are not there.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

use super::{Applied, Scene, Step, only_windows};
use crate::fault::{Fault, Result, Why};
use crate::prep::change::{Aspect, Change, Sight, State};
use crate::prep::look::registry::{Data, Key, is_name};
use crate::prep::look::{Act, Look};

/// Values of a key.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Registry {
    /// The key, as in `'HKLM\SOFTWARE\Policies\Microsoft\Windows\CloudContent'`: of the PC (HKLM) or of an account by its SID (HKU).
    #[serde(deserialize_with = "parsed")]
    #[schemars(with = "String")]
    pub key: Parsed,
    /// What its values hold, by their names; the nameless one is the key's default.
    pub values: BTreeMap<String, Wanted>,
}

/// A key, or why it is none: said when the step is checked, in the reader's language.
type Parsed = std::result::Result<Key, Why>;

fn parsed<'de, D: Deserializer<'de>>(keys: D) -> std::result::Result<Parsed, D::Error> {
    String::deserialize(keys).map(|text| Key::parse(&text))
}

impl Registry {
    fn key(&self) -> Result<&Key> {
        self.key.as_ref().map_err(|why| Fault::new(&why.english, &why.french))
    }
}

/// What a value must hold, and of which type.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Wanted {
    /// A text (`REG_SZ`).
    String(String),
    /// A text in which `%names%` stand for variables of the environment (`REG_EXPAND_SZ`).
    Expand(String),
    /// A number of 32 bits (`REG_DWORD`).
    Dword(u32),
    /// A number of 64 bits (`REG_QWORD`).
    Qword(u64),
    /// Texts (`REG_MULTI_SZ`).
    Multi(Vec<String>),
    /// Bytes in hexadecimal, as in `"00 0a ff"` (`REG_BINARY`).
    Binary(#[schemars(with = "String")] Bytes),
    /// It must not be there.
    Absent,
}

/// Bytes, written in hexadecimal with or without spaces and commas between them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Bytes(pub Vec<u8>);

impl TryFrom<String> for Bytes {
    type Error = String;

    fn try_from(text: String) -> std::result::Result<Bytes, String> {
        let digits: Vec<u8> = text.bytes().filter(|byte| !matches!(byte, b' ' | b',')).collect();
        let digit = |byte: u8| char::from(byte).to_digit(16).map(|digit| digit as u8);
        let byte = |two: &[u8]| Some((digit(two[0])? << 4) | digit(*two.get(1)?)?);
        let bytes: Option<Vec<u8>> = digits.chunks(2).map(byte).collect();
        bytes.map(Bytes).ok_or_else(|| format!("{text:?} are no bytes: two hexadecimal digits each, as in \"00 0a ff\""))
    }
}

impl From<Bytes> for String {
    fn from(bytes: Bytes) -> String {
        crate::prep::look::hexadecimal(&bytes.0)
    }
}

impl Wanted {
    /// What the value must hold; nothing where it must not be there.
    fn data(&self) -> Option<Data> {
        Some(match self {
            Wanted::String(text) => Data::String(text.clone()),
            Wanted::Expand(text) => Data::Expand(text.clone()),
            Wanted::Dword(number) => Data::Dword(*number),
            Wanted::Qword(number) => Data::Qword(*number),
            Wanted::Multi(texts) => Data::Multi(texts.clone()),
            Wanted::Binary(bytes) => Data::Binary(bytes.0.clone()),
            Wanted::Absent => return None,
        })
    }

    /// The texts in it.
    fn texts(&self) -> &[String] {
        match self {
            Wanted::String(text) | Wanted::Expand(text) => std::slice::from_ref(text),
            Wanted::Multi(texts) => texts,
            _ => &[],
        }
    }
}

impl Step for Registry {
    fn plan(&self, pc: &dyn Look, _: &Scene<'_>) -> Result<Vec<Change>> {
        let (mut changes, key) = (Vec::new(), self.key()?);
        for (name, wanted) in &self.values {
            let (seen, wanted) = (pc.registry_value(key, name)?, wanted.data());
            if seen != wanted {
                let [before, after] = [seen, wanted].map(|data| data.map_or(State::Absent, |data| State::Text(data.to_string())));
                changes.push(Change::new(key.to_string(), Aspect::Value(name.clone()), before, after));
            }
        }
        Ok(changes)
    }

    fn seen(&self, pc: &dyn Look, _: &Scene<'_>) -> Result<Vec<Sight>> {
        let key = self.key()?;
        let see = |name: &String| {
            let is = pc.registry_value(key, name)?.map_or(State::Absent, |data| State::Text(data.to_string()));
            Ok(Sight::new(key.to_string(), Aspect::Value(name.clone()), is))
        };
        self.values.keys().map(see).collect()
    }

    fn detection(&self) -> Why {
        Why::new("the registry", "registre")
    }

    fn apply(&self, change: &Change, pc: &mut dyn Act, _: &Scene<'_>) -> Result<Applied> {
        if let Aspect::Value(name) = &change.aspect
            && let Some(wanted) = self.values.get(name)
        {
            match wanted.data() {
                Some(data) => pc.set_registry_value(self.key()?, name, &data)?,
                None => pc.remove_registry_value(self.key()?, name)?,
            }
        }
        Ok(Applied::default())
    }

    fn check(&self) -> std::result::Result<(), Why> {
        if let Err(why) = &self.key {
            return Err(why.clone());
        }
        if self.values.is_empty() {
            return Err(Why::new("`values` is empty", "`values` est vide"));
        }
        let mut folded: Vec<String> = Vec::new();
        for (name, wanted) in &self.values {
            if !is_name(name) {
                return Err(Why::new(
                    format!("{name:?} is no name of a value"),
                    format!("{name:?} n'est pas un nom de valeur"),
                ));
            }
            if folded.contains(&name.to_lowercase()) {
                return Err(Why::new(
                    format!("the value {name:?} stands in it twice: upper and lower case are the same"),
                    format!("la valeur {name:?} y figure deux fois : majuscules et minuscules sont équivalentes"),
                ));
            }
            folded.push(name.to_lowercase());
            // A zero ends a text, and an empty text ends a list of them.
            let in_list = matches!(wanted, Wanted::Multi(_));
            if wanted.texts().iter().any(|text| text.contains('\0') || (in_list && text.is_empty())) {
                return Err(Why::new(
                    format!("the value {name:?} holds a text that the registry cannot keep"),
                    format!("la valeur {name:?} contient un texte que le registre ne peut pas garder"),
                ));
            }
        }
        Ok(())
    }

    fn inspect(&self, pc: &dyn Look) -> Result<()> {
        only_windows(pc, "registry")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prep::fake::{Fake, done, planned, refused, step};
    use crate::prep::look::System;

    const KEY: &str = "kind = \"registry\"\nkey = 'HKLM\\SOFTWARE\\Policies\\Kiosk'\n";

    fn values(values: &str) -> String {
        format!("{KEY}values = {{ {values} }}")
    }

    fn pc() -> Fake {
        Fake { system: System::Windows, ..Fake::default() }
    }

    #[test]
    fn values_of_every_type_are_set_and_then_nothing_is_left_to_do() {
        let mut pc = pc();
        let kiosk = step(&values(
            "a = { string = \"x\" }, b = { expand = \"%TEMP%\\\\x\" }, c = { dword = 0xffffffff }, d = { qword = 5 }, \
             e = { multi = [\"one\", \"two\"] }, f = { binary = \"00 0a,ff\" }, \"\" = { string = \"\" }, h = \"absent\"",
        ));
        assert_eq!(planned(&kiosk, &pc).len(), 7, "what is not there need not go");
        done(&kiosk, &mut pc);
        let key = Key::machine("SOFTWARE\\Policies\\Kiosk");
        assert_eq!(pc.registry_value(&key, "C").expect("a value"), Some(Data::Dword(u32::MAX)));
        assert_eq!(pc.registry_value(&key, "f").expect("a value"), Some(Data::Binary(vec![0, 10, 255])));
    }

    #[test]
    fn a_value_of_another_type_is_another_value() {
        let mut pc = pc();
        let key = Key::machine("software\\policies\\KIOSK");
        pc.set_registry_value(&key, "A", &Data::String("1".into())).expect("set");
        pc.set_registry_value(&key, "old", &Data::Dword(1)).expect("set");
        let kiosk = step(&values("a = { dword = 1 }, Old = \"absent\""));
        let said: Vec<String> =
            planned(&kiosk, &pc).iter().map(|change| change.say(crate::language::Language::En)).collect();
        assert_eq!(
            said,
            ["HKLM\\SOFTWARE\\Policies\\Kiosk: Old: dword 1 → none", "HKLM\\SOFTWARE\\Policies\\Kiosk: a: \"1\" → dword 1"]
        );
        done(&kiosk, &mut pc);
        assert_eq!(pc.registry_value(&key, "old").expect("a look"), None);
    }

    #[test]
    fn long_values_are_told_apart_by_their_ends_and_shown_by_their_beginnings() {
        let mut pc = pc();
        let key = Key::machine("SOFTWARE\\Policies\\Kiosk");
        let long = |end: &str| format!("{}{end}", "x".repeat(200));
        pc.set_registry_value(&key, "a", &Data::String(long("1"))).expect("set");
        let change = planned(&step(&values(&format!("a = {{ string = \"{}\" }}", long("2")))), &pc).remove(0);
        assert_ne!(change.before, change.after);
        assert!(change.say(crate::language::Language::Fr).chars().count() < 200);
    }

    #[test]
    fn what_no_registry_can_keep_is_refused() {
        for (keys, part) in [
            (values(""), "empty"),
            (values("a = { dword = 1 }, A = { dword = 2 }"), "twice"),
            (values("a = { multi = [\"\"] }"), "cannot keep"),
            (values("a = { string = \"x\\u0000\" }"), "cannot keep"),
            (values("a = { binary = \"0\" }"), "no bytes"),
            (values("a = { binary = \"gg\" }"), "no bytes"),
            (values("a = { dword = 4294967296 }"), "u32"),
            (values("a = { colour = 1 }"), "unknown variant"),
            (values("a = 1"), "wanted"),
            (KEY.to_owned(), "values"),
            ("kind = \"registry\"\nkey = 'HKCU\\Software'\nvalues = { a = \"absent\" }".to_owned(), "never to the customer's"),
        ] {
            let said = refused(&keys);
            assert!(said.contains(part), "{part}: {said}");
        }
    }

    #[test]
    fn a_system_without_a_registry_refuses_it_before_anything_is_touched() {
        let linux = Fake::default();
        let fault = step(&values("a = { dword = 1 }")).step().inspect(&linux).expect_err("refused");
        assert!(fault.to_string().contains("when = { system = \"windows\" }"), "{fault}");
    }

    #[test]
    fn a_key_of_whoever_runs_the_kit_is_refused_in_the_readers_language() {
        let text = "title = \"t\"\nversion = \"1\"\n[[step]]\nname = \"s\"\nkind = \"registry\"\nkey = 'HKCU\\Software'\nvalues = { a = \"absent\" }\n";
        let fault = crate::prep::profile::tests::parse(text).expect_err("refused").of("p.toml");
        let [english, french] = crate::language::Language::ALL.map(|language| fault.say(language));
        assert!(english.contains("belongs to the account that runs the kit") && english.contains("below HKLM"), "{english}");
        assert!(french.contains("jamais à celui du client") && french.contains("sous HKLM"), "{french}");
        assert_eq!((english.lines().count(), french.lines().count()), (2, 2), "one line and a hint");
    }
}
