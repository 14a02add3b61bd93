use super::*;

fn asked(texts: &[&str], format: OuiFormat, language: Language) -> (Result<u8>, String) {
    let asked = texts.iter().map(|text| (*text).to_owned()).collect();
    let mut out = Vec::new();
    let code = run(&OuiArgs { asked, oui_file: None, format }, language, &mut out);
    (code, String::from_utf8(out).expect("UTF-8"))
}

#[test]
fn several_addresses_are_one_aligned_line_each() {
    let macs = ["b8:27:eb:00:00:01", "00:50:c2:7d:50:00", "02:00:00:00:00:0a", "52:54:00:00:00:01"];
    let (code, text) = asked(&macs, OuiFormat::Terminal, Language::En);
    assert_eq!(code, Ok(0));
    let lines = [
        "b8:27:eb:00:00:01  b8:27:eb/24       MA-L           Raspberry Pi Foundation                   single-board computer",
        "00:50:c2:7d:50:00  00:50:c2:7d:5/36  IAB            DEUTA-WERKE GmbH",
        "02:00:00:00:00:0a  -                 -              random or virtual (locally administered)",
        "52:54:00:00:00:01  52:54:00/24       by convention  QEMU/KVM                                  virtual machine",
    ];
    let date = crate::oui::edition().date.as_str();
    assert_eq!(text, format!("{}\nIEEE registry of {date}\n", lines.join("\n")));
}

#[test]
fn the_same_in_french() {
    let (code, text) = asked(&["02:00:00:00:00:0a", "Elitegroup"], OuiFormat::Terminal, Language::Fr);
    assert_eq!(code, Ok(0));
    assert!(
        text.starts_with("02:00:00:00:00:0a  -            -     aléatoire ou virtuelle (administrée localement)\n"),
        "{text}"
    );
    assert!(text.contains("peut-être : mini-PC (NUC)\n"), "{text}");
    assert!(text.lines().last().is_some_and(|line| line.starts_with("registre de l'IEEE du 20")), "{text}");
}

#[test]
fn a_vendor_gives_its_blocks() {
    let (code, text) = asked(&["francotyp"], OuiFormat::Terminal, Language::Fr);
    assert_eq!(code, Ok(0));
    assert!(text.lines().next().is_some_and(|line| line.ends_with("Francotyp-Postalia GmbH  machine à affranchir")), "{text}");
}

#[test]
fn what_nobody_knows_is_code_1() {
    for text in ["fc:ff:ff:ff:ff:fe", "40:d8:55:ff:f0:00", "70:b3:d5", "no vendor has this name"] {
        assert_eq!(asked(&[text], OuiFormat::Terminal, Language::En).0, Ok(1), "{text}");
    }
    assert_eq!(asked(&["b8:27:eb:00:00:01", "fc:ff:ff:ff:ff:fe"], OuiFormat::Json, Language::En).0, Ok(1));
}

#[test]
fn json_is_one_object() {
    let (_, text) = asked(&["B8-27-EB-00-00-01", "02:00:00:00:00:0a"], OuiFormat::Json, Language::Fr);
    let object: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(object["schema"], "trousse/oui/1");
    let first = &object["answers"][0];
    assert_eq!((&first["verdict"], &first["vendor"]), (&"known".into(), &"Raspberry Pi Foundation".into()));
    assert_eq!(first["block"], serde_json::json!({"first": "b8:27:eb:00:00:00", "bits": 24, "registry": "MA-L"}));
    assert_eq!(first["kind"]["kind"], "single-board-computer");
    assert_eq!((&object["answers"][1]["verdict"], &object["answers"][1]["vendor"]), (&"local".into(), &serde_json::Value::Null));
}

#[test]
fn a_text_that_is_neither_is_a_fault_and_nothing_is_written() {
    let (code, text) = asked(&["b8:27:eb:00:00:01", "10.77.0.9"], OuiFormat::Terminal, Language::En);
    assert!(code.is_err_and(|fault| fault.to_string().starts_with("cannot look up '10.77.0.9': ")));
    assert_eq!(text, "");
}
