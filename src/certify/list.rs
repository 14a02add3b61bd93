//! The list of outlets as people keep it in a spreadsheet: rows parted by `;` or `,`, a row of headings, any order of columns.

use std::collections::HashMap;
use std::path::Path;

use crate::fault::{Fault, Result, Why};
use crate::line::one_line;
use crate::net::VlanId;
use crate::sheet::{at, rows, text};
use crate::site::Outlet;

/// Outlets, and characters of a field: no site has more, and none reads as well.
const OUTLETS: usize = 10_000;
const FIELD: usize = 64;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Column {
    Label,
    Panel,
    Switch,
    Port,
    Vlan,
    VoiceVlan,
    Profile,
}

/// How each column may be called: its name first, then as people in France call it.
const HEADINGS: &[(Column, &[&str])] = &[
    (Column::Label, &["label", "prise", "étiquette", "etiquette"]),
    (Column::Panel, &["panel", "panneau", "bandeau"]),
    (Column::Switch, &["switch", "commutateur"]),
    (Column::Port, &["port"]),
    (Column::Vlan, &["vlan"]),
    (Column::VoiceVlan, &["voice_vlan", "vlan_voix", "vlan_téléphonie", "vlan_telephonie"]),
    (Column::Profile, &["profile", "profil"]),
];

/// Reads the list in a file.
pub fn load(path: &Path) -> Result<Vec<Outlet>> {
    let shown = path.display();
    let hint = |fault: Fault| {
        fault.hint(
            "columns: label, panel, switch, port, vlan, voice_vlan, profile; only label is needed",
            "colonnes : label, panel, switch, port, vlan, voice_vlan, profile ; seule label est obligatoire",
        )
    };
    let read = std::fs::File::open(path).and_then(text).map_err(|error| {
        hint(Fault::because(
            format!("cannot read the list of outlets {shown}"),
            format!("liste de prises {shown} illisible"),
            &error,
        ))
    })?;
    parse(&read).map_err(|why| {
        hint(Fault::because(format!("the list of outlets {shown} is refused"), format!("liste de prises {shown} refusée"), why))
    })
}

/// Reads a list; the error is one line with the place in the text.
pub fn parse(text: &str) -> std::result::Result<Vec<Outlet>, Why> {
    let mut columns: Option<Vec<Column>> = None;
    let mut outlets: Vec<Outlet> = Vec::new();
    let mut lines: HashMap<String, u64> = HashMap::new();
    for (line, record) in rows(text)? {
        let Some(columns) = &columns else {
            columns = Some(headed(&record).map_err(|why| at(line, why))?);
            continue;
        };
        let outlet = outlet(columns, &record).map_err(|why| at(line, why))?;
        // As `Outlet::is_called` compares them.
        if let Some(first) = lines.insert(outlet.label.to_ascii_lowercase(), line) {
            let label = &outlet.label;
            let why = Why::new(
                format!("the outlet {label:?} stands already on line {first}"),
                format!("la prise {label:?} figure déjà ligne {first}"),
            );
            return Err(at(line, why));
        }
        if outlets.len() == OUTLETS {
            return Err(at(line, Why::new(format!("more than {OUTLETS} outlets"), format!("plus de {OUTLETS} prises"))));
        }
        outlets.push(outlet);
    }
    if outlets.is_empty() {
        return Err(Why::new("it names no outlet", "elle ne contient aucune prise"));
    }
    Ok(outlets)
}

/// The columns, as the row of headings names them.
fn headed(record: &csv::StringRecord) -> std::result::Result<Vec<Column>, Why> {
    let mut columns = Vec::new();
    for field in record {
        let name = one_line(field).to_lowercase().replace([' ', '-'], "_");
        let known = HEADINGS.iter().find(|(_, names)| names.contains(&name.as_str()));
        let Some((column, _)) = known else {
            let shown: String = one_line(field).chars().take(FIELD).collect();
            return Err(Why::new(format!("unknown column {shown:?}"), format!("colonne inconnue {shown:?}")));
        };
        if columns.contains(column) {
            return Err(Why::new(format!("the column {name:?} stands twice"), format!("la colonne {name:?} figure deux fois")));
        }
        columns.push(*column);
    }
    if columns.contains(&Column::Label) { Ok(columns) } else { Err(Why::new("no column \"label\"", "pas de colonne \"label\"")) }
}

/// The outlet of a row.
fn outlet(columns: &[Column], record: &csv::StringRecord) -> std::result::Result<Outlet, Why> {
    if record.len() > columns.len() && record.iter().skip(columns.len()).any(|field| !field.trim().is_empty()) {
        let (fields, expected) = (record.len(), columns.len());
        return Err(Why::new(
            format!("{fields} fields, and {expected} columns: put a field that holds a separator in quotes"),
            format!("{fields} champs pour {expected} colonnes : mettez entre guillemets un champ qui contient un séparateur"),
        ));
    }
    let mut outlet = Outlet::default();
    for (column, field) in columns.iter().zip(record) {
        let text = one_line(field);
        if text.chars().count() > FIELD {
            let shown: String = text.chars().take(FIELD / 4).collect();
            return Err(Why::new(
                format!("\"{shown}…\" has more than {FIELD} characters"),
                format!("\"{shown}…\" dépasse {FIELD} caractères"),
            ));
        }
        let text = (!text.is_empty()).then_some(text);
        match column {
            Column::Label => outlet.label = text.unwrap_or_default(),
            Column::Panel => outlet.panel = text,
            Column::Switch => outlet.switch = text,
            Column::Port => outlet.port = text,
            Column::Vlan => outlet.vlan = text.as_deref().map(vlan).transpose()?,
            Column::VoiceVlan => outlet.voice_vlan = text.as_deref().map(vlan).transpose()?,
            Column::Profile => outlet.profile = text,
        }
    }
    if outlet.label.is_empty() {
        return Err(Why::new("an outlet without a label", "une prise sans étiquette"));
    }
    Ok(outlet)
}

fn vlan(text: &str) -> std::result::Result<VlanId, Why> {
    text.parse()
        .ok()
        .and_then(VlanId::new)
        .ok_or_else(|| Why::new(format!("{text:?} is not a VLAN (1 to 4094)"), format!("{text:?} n'est pas un VLAN (1 à 4094)")))
}

/// The outlets of a prefix: `A1`, `A2` … A number with zeros before it keeps its width: `A01`.
pub fn numbered(prefix: &str, from: &str, to: &str) -> Result<Vec<Outlet>> {
    let number = |text: &str| text.parse::<usize>().ok().filter(|&number| number <= OUTLETS);
    let wrong = || {
        Fault::new(
            format!("outlets {prefix}{from} to {prefix}{to}: no such numbers"),
            format!("prises {prefix}{from} à {prefix}{to} : numéros impossibles"),
        )
        .hint("as in: --prefix A --from 1 --to 48", "par exemple : --prefix A --from 1 --to 48")
    };
    let (Some(first), Some(last)) = (number(from), number(to)) else { return Err(wrong()) };
    let prefix = one_line(prefix);
    if first > last || last - first >= OUTLETS || prefix.chars().count() > FIELD / 2 {
        return Err(wrong());
    }
    let width = if from.starts_with('0') { from.len().min(FIELD / 2) } else { 0 };
    Ok((first..=last).map(|number| Outlet { label: format!("{prefix}{number:0width$}"), ..Outlet::default() }).collect())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::sheet;

    fn labels(text: &str) -> Vec<String> {
        parse(text).expect("a list").into_iter().map(|outlet| outlet.label).collect()
    }

    fn refused(text: &str) -> String {
        parse(text).expect_err("a refusal").english
    }

    #[test]
    fn columns_may_stand_in_any_order_and_be_parted_by_any_of_the_usual_signs() {
        let whole = Outlet {
            label: "A12".into(),
            panel: Some("P1-12".into()),
            switch: Some("sw-1".into()),
            port: Some("Gi1/0/12".into()),
            vlan: VlanId::new(20),
            voice_vlan: VlanId::new(30),
            profile: Some("telephone".into()),
            power_class: None,
        };
        let rows = [
            "label,panel,switch,port,vlan,voice_vlan,profile\nA12,P1-12,sw-1,Gi1/0/12,20,30,telephone\n",
            "sep=;\nProfile;Voice VLAN;VLAN;Port;Switch;Panel;Label\ntelephone;30;20;Gi1/0/12;sw-1;P1-12;A12\n",
            "Prise;Panneau;Commutateur;Port;VLAN;VLAN voix;Profil\n\"A12\";P1-12;sw-1;Gi1/0/12;20;30;telephone",
            "label\tpanel\tswitch\tport\tvlan\tvoice-vlan\tprofile\n A12 \tP1-12\tsw-1\tGi1/0/12\t20\t30\ttelephone\n",
        ];
        for text in rows {
            assert_eq!(parse(text), Ok(vec![whole.clone()]), "{text}");
        }
    }

    #[test]
    fn a_spreadsheet_may_write_it_in_any_of_its_encodings() {
        let text = "étiquette;panneau\r\nA1;Rez-de-chaussée\r\n;\r\nA2;\r\n";
        let latin: Vec<u8> = text.chars().map(|c| c as u8).collect();
        let wide: Vec<u8> = std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
        for bytes in [text.as_bytes().to_vec(), [b"\xef\xbb\xbf", text.as_bytes()].concat(), latin, wide] {
            let outlets = parse(&sheet::text(bytes.as_slice()).expect("memory can be read")).expect("a list");
            assert_eq!(outlets[0].panel.as_deref(), Some("Rez-de-chaussée"));
            assert_eq!(outlets.len(), 2);
        }
    }

    #[test]
    fn what_cannot_be_read_is_told_with_its_line() {
        assert_eq!(refused("label;vlan\nA1;20\n\nA2;VLAN20\n"), "line 4: \"VLAN20\" is not a VLAN (1 to 4094)");
        assert_eq!(refused("label;vlan\nA1;4095\n"), "line 2: \"4095\" is not a VLAN (1 to 4094)");
        assert_eq!(refused("label;panel\nA1;\"two\nlines\"\nB;x\n a1 ;\n"), "line 5: the outlet \"a1\" stands already on line 2");
        assert_eq!(refused("sep=,\nlabel,colour\n"), "line 2: unknown column \"colour\"");
        assert_eq!(refused("label;label\n"), "line 1: the column \"label\" stands twice");
        assert_eq!(refused("panel;port\n1;2\n"), "line 1: no column \"label\"");
        assert_eq!(refused("label;panel\n;P1\n"), "line 2: an outlet without a label");
        assert!(refused("label;panel\nA1;b;c\n").starts_with("line 2: 3 fields, and 2 columns"));
        assert!(refused(&format!("label\n{}\n", "x".repeat(65))).starts_with("line 2: \"xxx"));
        for nothing in ["", "\n\n", "label;panel\n", "label;panel\n;\n;\n"] {
            assert_eq!(refused(nothing), "it names no outlet");
        }
        let many: String = std::iter::once("label\n".to_owned()).chain((0..=OUTLETS).map(|n| format!("A{n}\n"))).collect();
        assert_eq!(refused(&many), "line 10002: more than 10000 outlets");
    }

    #[test]
    fn a_label_that_would_command_a_terminal_is_cleaned() {
        assert_eq!(labels("label\n\"A\u{1b}[2J\u{202e}1\"\n"), ["A [2J1"]);
    }

    #[test]
    fn a_prefix_numbers_its_outlets() {
        let named = |from, to| numbered("A", from, to).map(|all| all.into_iter().map(|outlet| outlet.label).collect::<Vec<_>>());
        assert_eq!(named("9", "11").expect("three"), ["A9", "A10", "A11"]);
        assert_eq!(named("08", "10").expect("three"), ["A08", "A09", "A10"]);
        for (from, to) in [("3", "1"), ("-1", "2"), ("1", "999999"), ("", "2"), ("1", "10001")] {
            assert!(named(from, to).is_err(), "{from} {to}");
        }
    }

    proptest! {
        #[test]
        fn whatever_a_list_holds_it_is_read_or_refused_in_one_line(text in "(label|vlan|;|,|\t|\"|\n|\r|A[0-9]|\\PC){0,60}") {
            if let Err(why) = parse(&text) {
                prop_assert!(!Fault::because("x", "x", why).say(crate::language::Language::En).contains('\n'));
            }
        }
    }
}
