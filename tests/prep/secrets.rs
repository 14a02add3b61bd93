//! Secrets from a file that age has sealed, opened by an identity or by a passphrase that is asked for.

use std::io::{Read, Write};
use std::process::{Command, Output, Stdio};

use super::kiosk::{code, said};
use super::throw_away::{SECRET, TROUSSE, ThrowAway};

/// A program, fed with this.
fn fed(command: &mut Command, input: &str) -> Output {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program");
    // One that reads nothing of it says so by how it ends.
    let _ = child.stdin.take().expect("a pipe").write_all(input.as_bytes());
    child.wait_with_output().expect("it ends")
}

#[test]
fn secrets_come_from_a_file_that_age_has_sealed_and_are_written_nowhere() {
    let Some(pc) = ThrowAway::new() else { return };
    let key = match Command::new("age-keygen").output() {
        Ok(out) if out.status.success() => String::from_utf8_lossy(&out.stdout).into_owned(),
        _ => {
            println!("not run: needs age");
            assert!(std::env::var("TROUSSE_REQUIRE_LABS").is_err(), "required, and not run");
            return;
        }
    };
    let public = key.lines().find_map(|line| line.strip_prefix("# public key: ")).expect("a key");
    let sealed = |text: &str, armour: &[&str]| {
        let out = fed(Command::new("age").args(armour).args(["-r", public]), text);
        assert!(out.status.success(), "{}", said(&out));
        out.stdout
    };
    let user = |name: &str| {
        format!(
            "[[step]]\nname = \"{name}\"\nkind = \"user\"\nlogin = \"{name}\"\npassword_from = \"PW_OF_{}\"\n",
            name.to_uppercase()
        )
    };
    let profile = |users: &[&str]| {
        let steps: String = users.iter().map(|name| user(name)).collect();
        pc.write("/root/p.toml", format!("title = \"t\"\nversion = \"1\"\n{steps}"));
    };
    pc.write("/root/key", &key);
    let lines = format!("PW_OF_ONE = \"{SECRET}\"\nPW_OF_TWO = \"{SECRET}\"\n");
    let whole = sealed(&lines, &[]);
    pc.write("/root/secrets.age", &whole);
    let with = ["prep", "run", "/root/p.toml", "--secrets", "/root/secrets.age", "--identity", "/root/key", "--format", "json"];

    // What is wrong with the file is refused before anything is touched, in one line that tells nothing of it.
    profile(&["one"]);
    let other = Command::new("age-keygen").output().expect("age");
    for (file, bytes, part) in [
        ("/root/secrets.age", whole[..whole.len() - 3].to_vec(), "damaged or cut short"),
        ("/root/secrets.age", vec![b'a'; 5_000_000], "too large"),
        ("/root/secrets.age", lines.clone().into_bytes(), "no file of age"),
        ("/root/secrets.age", sealed("PW_OF_ONE = secret-without-quotes", &[]), "line 1"),
        ("/root/secrets.age", sealed(&format!("A = \"{}\"\n", "x".repeat(70_000)), &["-a"]), "too long"),
        ("/root/key", other.stdout, "not sealed for this identity"),
        ("/root/key", b"AGE-SECRET-KEY-1NOTONE".to_vec(), "no AGE-SECRET-KEY"),
    ] {
        pc.write("/root/secrets.age", &whole);
        pc.write("/root/key", &key);
        pc.write(file, &bytes);
        let out = pc.trousse(&with);
        let text = said(&out);
        assert_eq!(code(&out), 30, "{part}: {text}");
        assert!(text.contains(part) && text.lines().count() <= 2 && !text.contains("without-quotes"), "{part}: {text}");
    }
    assert_eq!(pc.read("/var/lib/trousse/prep/journal.jsonl"), None, "nothing was touched");

    // The environment comes first, then the file; what it does not hold is missing.
    pc.write("/root/secrets.age", sealed(&lines, &["-a"]));
    pc.write("/root/key", &key);
    profile(&["one", "three"]);
    let out = pc.trousse(&with);
    assert!(code(&out) == 30 && said(&out).contains("the secret PW_OF_THREE is needed"), "{}", said(&out));
    profile(&["one", "two"]);
    let out = pc.command(&[&[TROUSSE], &with[..]].concat()).env("PW_OF_TWO", "another").output().expect("the program");
    assert_eq!(code(&out), 0, "{}", said(&out));
    let right = |login: &str, password: &str| {
        let field = pc.shell(&format!("getent shadow {login} | cut -d: -f2"));
        let field = field.trim();
        let same = format!("perl -e 'print crypt($ARGV[0], $ARGV[1]) eq $ARGV[1] ? 1 : 0' '{password}' '{field}'");
        field.starts_with('$') && pc.shell(&same) == "1"
    };
    assert!(right("one", SECRET), "from the file");
    assert!(right("two", "another") && !right("two", SECRET), "from the environment");

    // As it is, from a program that has it.
    let users: String = ["one", "two", "four"].map(user).concat();
    let keyed = "[[step]]\nname = \"keyed\"\nkind = \"script\"\nsecrets = [\"VPN_KEY\"]\n\
        run = 'read -r key; echo \"it was handed $key.\"; printf %s \"$key\" | sha256sum > /etc/keyed'\n\
        done_when = { file = \"/etc/keyed\" }\n";
    pc.write("/root/p.toml", format!("title = \"t\"\nversion = \"1\"\n{users}{keyed}"));
    pc.shell("userdel one; rm -rf /var/lib/trousse/prep");
    let plain = ["PW_OF_ONE", "PW_OF_FOUR", "VPN_KEY"].map(|name| format!("{name} = \"{SECRET}\"\n")).concat();
    let words = [TROUSSE, "prep", "run", "/root/p.toml", "--secrets", "-", "--format", "json"];
    let out = fed(&mut pc.command(&words), &plain);
    assert_eq!(code(&out), 0, "{}", said(&out));
    assert!(right("four", SECRET) && right("one", SECRET));
    assert_eq!(pc.shell("cat /etc/keyed"), pc.shell(&format!("printf %s '{SECRET}' | sha256sum")));
    assert_eq!(pc.shell("grep -c 'it was handed •••\\.' /var/lib/trousse/prep/journal.jsonl").trim(), "1");
    pc.shell("rm -f /root/secrets.age /root/key");
    assert_eq!(pc.shell(&format!("grep -rlF '{SECRET}' /var/lib/trousse /var/log /etc /opt /tmp /run /home")), "");
}

#[test]
fn a_passphrase_is_asked_for_at_the_terminal_alone_and_opens_what_age_sealed_and_what_we_sealed() {
    let Some(pc) = ThrowAway::new() else { return };
    pc.write(
        "/root/p.toml",
        "title = \"t\"\nversion = \"1\"\n[[step]]\nname = \"one\"\nkind = \"user\"\nlogin = \"one\"\npassword_from = \"PW\"\n",
    );
    // script(1) is a terminal with somebody at it, who answers one question after another.
    let typed = |command: &str, answers: &[&str]| {
        let words = ["script", "--quiet", "--return", "--echo", "never", "--command", command, "/dev/null"];
        let mut child = pc.command(&words).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("script");
        let (mut keys, mut screen) = (child.stdin.take().expect("a pipe"), child.stdout.take().expect("a pipe"));
        let mut answers = answers.iter();
        let mut text = String::new();
        let mut byte = [0];
        while screen.read(&mut byte).expect("it can be read") > 0 {
            text.push(char::from(byte[0]));
            if text.ends_with(": ") && !text.ends_with("trousse: ") {
                let answer = answers.next().map(|answer| format!("{answer}\r")).unwrap_or_default();
                keys.write_all(answer.as_bytes()).expect("it is read");
            }
        }
        (child.wait().expect("it ends").code().unwrap_or(-1), text)
    };
    let (code, text) = typed(&format!("{TROUSSE} prep secrets /root/secrets.age PW"), &[SECRET, "pass phrase", "pass phrase"]);
    assert_eq!(code, 0, "{text}");
    assert!(!text.contains(SECRET) && !text.contains("pass phrase"), "{text}");
    assert!(!pc.read("/root/secrets.age").expect("it is written").contains(SECRET));
    assert!(pc.shell("stat -c %a /root/secrets.age").trim().ends_with('0'), "nobody else reads it");
    let run = format!("{TROUSSE} prep run /root/p.toml --secrets /root/secrets.age");
    let (code, text) = typed(&run, &["wrong"]);
    assert!(code == 30 && text.contains("the passphrase is wrong"), "{text}");
    let out = pc.trousse(&["prep", "run", "/root/p.toml", "--secrets", "/root/secrets.age"]);
    assert!(super::kiosk::code(&out) == 30 && said(&out).contains("no passphrase"), "{}", said(&out));
    let (code, text) = typed(&run, &["pass phrase"]);
    assert_eq!(code, 0, "{text}");
    assert!(pc.shell("getent shadow one").starts_with("one:$"));
    assert!(!text.contains(SECRET) && !text.contains("pass phrase"), "{text}");

    // The peer's own.
    pc.write("/root/plain", format!("PW = \"{SECRET}\"\n"));
    let (code, text) = typed("age -p -o /root/theirs.age /root/plain", &["pass phrase", "pass phrase"]);
    assert_eq!(code, 0, "{text}");
    pc.shell("rm /root/plain; userdel one; rm -rf /var/lib/trousse/prep");
    let (code, text) = typed(&run.replace("secrets.age", "theirs.age"), &["pass phrase"]);
    assert_eq!(code, 0, "{text}");
    assert!(pc.shell("getent shadow one").starts_with("one:$"));
}
