//! `trousse prep new`: asked at a terminal, and with options alone; what it writes is a profile that runs.

use super::kiosk::{code, deb, said, until_ready};
use super::throw_away::{TROUSSE, ThrowAway};

/// What a terminal shows of the program when these keys are typed, and its exit code as `COMMAND_EXIT_CODE="…"`.
fn typed(pc: &ThrowAway, words: &str, keys: &str) -> String {
    pc.shell(&format!(
        "cd /root/stick && printf '{keys}' | script -qefc '{TROUSSE} {words}' /root/shown > /dev/null; cat /root/shown"
    ))
}

fn stick() -> Option<ThrowAway> {
    let pc = ThrowAway::new()?;
    pc.write("/root/stick/kioskd.deb", deb("2.10-1"));
    pc.write("/root/stick/notes.txt", "no package");
    Some(pc)
}

#[test]
fn a_profile_is_written_from_answers_and_prepares_a_pc() {
    let Some(pc) = stick() else { return };
    // The empty answers are the usual ones; what is neither yes nor no is asked again.
    let shown =
        typed(&pc, "--lang fr prep new -o accueil.toml", "PC d\\047accueil\\n\\naccueil-{numero}\\n\\n.\\nhein\\no\\nnon\\n\\n");
    for part in [
        "À quoi sert le profil ? [PC de bureau]",
        "Système des PC, linux ou windows [linux]",
        "[technicien]",
        "COMMAND_EXIT_CODE=\"0\"",
    ] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    assert_eq!(shown.matches("Reste-t-il éveillé sur secteur").count(), 2, "{shown}");
    let text = pc.read("/root/stick/accueil.toml").expect("a profile");
    for part in [
        "title = \"PC d'accueil\"",
        "system = \"linux\"",
        "numero = \"\"",
        "to = \"accueil-{numero}\"",
        "file = \"kioskd.deb\"",
        "TECHNICIEN_PASSWORD",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(!text.contains("notes.txt") && !text.contains("20auto-upgrades"), "{text}");

    let path = "/root/stick/accueil.toml";
    let out = pc.trousse(&["prep", "plan", path, "--set", "numero=01"]);
    assert!(code(&out) == 1 && said(&out).contains("imaged → accueil-01"), "{}", said(&out));
    let words = [TROUSSE, "prep", "run", path, "--set", "numero=01", "--reboot", "--format", "json"];
    let out = pc.command(&words).env("TECHNICIEN_PASSWORD", "x").output().expect("the program");
    until_ready(&pc, out);

    // What a person may have worked on is not written over.
    let again = typed(&pc, "--lang fr prep new -o accueil.toml --defaults", "");
    assert!(again.contains("existe déjà") && again.contains("COMMAND_EXIT_CODE=\"30\""), "{again}");
    assert_eq!(pc.read(path).as_ref(), Some(&text));
    let over = typed(&pc, "--lang fr prep new -o accueil.toml --defaults --overwrite", "");
    assert!(over.contains("COMMAND_EXIT_CODE=\"0\""), "{over}");
    assert!(pc.read(path).is_some_and(|now| now != text && now.contains("title = \"PC de bureau\"")));
}

#[test]
fn where_nobody_can_be_asked_options_and_what_is_usual_make_the_profile() {
    let Some(pc) = stick() else { return };
    let out = pc.trousse(&[
        "prep",
        "new",
        "--title",
        "Till",
        "--name",
        "till-{nn}",
        "--packages",
        "/root/stick",
        "-o",
        "/root/stick/till.toml",
    ]);
    assert!(code(&out) == 0 && said(&out).is_empty(), "{}", said(&out));
    let text = pc.read("/root/stick/till.toml").expect("a profile");
    assert!(text.contains("pattern = \"till-{nn}\"") && text.contains("name = \"kioskd\""), "{text}");
    let out = pc.trousse(&["prep", "new", "--system", "windows", "--awake", "no", "--administrator", "-"]);
    let text = said(&out);
    assert!(code(&out) == 0 && text.contains("kind = \"windows-update\"") && !text.contains("kind = \"power\""), "{text}");
    assert!(!text.contains("kind = \"user\""), "{text}");

    pc.write("/root/broken/half.deb", &deb("1")[..300]);
    pc.write("/root/empty/notes.txt", "x");
    pc.shell("mkdir /root/latin; cp /root/stick/kioskd.deb \"$(printf '/root/latin/caf\\351.deb')\"");
    let table: [(&[&str], &str); 8] = [
        (&["--packages", "/root/broken", "-o", "/root/x.toml"], "half.deb"),
        (&["--packages", "/root/empty", "-o", "/root/x.toml"], "holds 0 packages"),
        (&["--packages", "/root/stick", "-o", "/opt/x.toml"], "is not beside the profile"),
        (&["--packages", "/root/none", "-o", "/root/x.toml"], "cannot read the folder /root/none: No such file"),
        (&["--packages", "/root/stick", "-o", "/root/none/x.toml"], "cannot write /root/none/x.toml: No such file"),
        (&["--packages", "/root/latin", "-o", "/root/x.toml"], "its name is no text in UTF-8"),
        (&["--name", "no good", "-o", "/root/x.toml"], "no name for a PC"),
        (&["--administrator", "Root!", "-o", "/root/x.toml"], "no name of an account"),
    ];
    for (words, part) in table {
        let out = pc.trousse(&[&["prep", "new"], words].concat());
        assert!(code(&out) == 30 && said(&out).contains(part), "{part}: {}", said(&out));
        assert_eq!(pc.shell("ls /root/x.toml /opt/x.toml 2>/dev/null"), "", "{part}");
    }
    // A folder may be told from that of the profile, from wherever.
    let out = pc.trousse(&["prep", "new", "--packages", "stick", "-o", "/root/x.toml"]);
    assert!(code(&out) == 0, "{}", said(&out));
    assert!(pc.read("/root/x.toml").is_some_and(|text| text.contains("file = \"stick/kioskd.deb\"")));
    // A disk that is full keeps no half of it.
    pc.shell("mkdir /mnt/full; mount -t tmpfs -o size=16k full /mnt/full; dd if=/dev/zero of=/mnt/full/other 2>/dev/null");
    for _ in 0..2 {
        let out = pc.trousse(&["prep", "new", "-o", "/mnt/full/x.toml"]);
        assert!(code(&out) == 30 && said(&out).contains("No space left") && said(&out).contains("make room"), "{}", said(&out));
        assert_eq!(pc.shell("ls -A /mnt/full"), "other\n");
    }
    // Who goes away in the middle has asked for nothing.
    let left = typed(&pc, "--lang en prep new -o left.toml", "Till\\n\\004");
    assert!(left.contains("nothing was answered") && pc.read("/root/stick/left.toml").is_none(), "{left}");
}
