//! What fails is told; what can be known to be wrong is refused before anything is touched.

use std::io::Write;
use std::process::Stdio;
use std::time::Instant;

use super::kiosk::{RUN, code, deb, kiosk, outcomes, said};
use super::throw_away::{PATIENCE, TROUSSE, ThrowAway};

#[test]
fn what_fails_is_told_and_the_rest_goes_on() {
    let Some(pc) = ThrowAway::new() else { return };
    pc.write(
        "/root/p.toml",
        "title = \"t\"\nversion = \"1\"\n\
         [[step]]\nname = \"liar\"\nkind = \"script\"\nrun = \"exit 0\"\ndone_when = { file = \"/opt/liar\" }\n\
         [[step]]\nname = \"broken\"\nkind = \"script\"\nrun = \"echo why it broke; exit 3\"\ndone_when = { file = \"/opt/broken\" }\nretries = 1\n\
         [[step]]\nname = \"hangs\"\nkind = \"script\"\nrun = \"sleep 4000\"\ndone_when = { file = \"/opt/hangs\" }\ntimeout_s = 1\n\
         [[step]]\nname = \"waits\"\nkind = \"file\"\npath = \"/opt/waits\"\ntext = \"x\"\nneeds = [\"liar\"]\n\
         [[step]]\nname = \"too large\"\nkind = \"file\"\npath = \"/small/file\"\nfrom = \"large\"\n\
         [[step]]\nname = \"fine\"\nkind = \"file\"\npath = \"/opt/fine\"\ntext = \"x\"\n\
         [[step]]\nname = \"link\"\nkind = \"file\"\npath = \"/opt/link\"\ntext = \"x\"\n",
    );
    pc.write("/root/large", vec![7; 300_000]);
    pc.shell("mkdir /small; mount -t tmpfs -o size=64k small /small; mkdir -p /opt; ln -s /etc/passwd /opt/link");
    let began = Instant::now();
    let out = pc.trousse(&["prep", "run", "/root/p.toml", "--format", "json"]);
    assert_eq!(code(&out), 20, "{}", said(&out));
    assert!(began.elapsed() < PATIENCE);
    let came_to = outcomes(&out);
    let word = |name: &str| came_to.get(name).map(String::as_str).unwrap_or_default();
    assert_eq!(
        [word("liar"), word("broken"), word("hangs"), word("waits"), word("too large"), word("fine"), word("link")],
        ["did-not-take", "failed", "failed", "not-tried", "failed", "changed", "failed"]
    );
    let text = said(&out);
    for part in ["why it broke", "took-too-long", "No space left", "no plain file"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert_eq!(pc.shell("ls -A /small"), "", "nothing is left of what did not fit");
    assert_eq!(text.matches("\"is\":\"applying\",\"name\":\"broken\"").count(), 2, "{text}");
    assert_eq!(pc.start_up_command(), None);
    let out = pc.trousse(&["--lang", "fr", "prep", "status"]);
    assert!(said(&out).contains("Pas prêt") && code(&out) == 20, "{}", said(&out));
}

#[test]
fn what_can_be_known_to_be_wrong_is_refused_before_anything_is_touched() {
    let Some(pc) = kiosk() else { return };
    let step = |name: &str, more: &str| format!("[[step]]\nname = \"{name}\"\n{more}\n");
    let file = |name: &str, more: &str| step(name, &format!("kind = \"file\"\npath = \"/opt/{name}\"\ntext = \"x\"\n{more}"));
    let package = |name: &str| step("a", &format!("kind = \"package\"\nfile = \"{name}\""));
    pc.write("/root/cut.deb", &deb("1")[..400]);
    pc.write("/root/pack.deb", vec![b'x'; 2_000]);
    let head = "title = \"t\"\nversion = \"1\"\n";
    let table: Vec<(String, &str)> = vec![
        (format!("{head}colour = 3\n{}", file("a", "")), "line 3: unknown field `colour`"),
        (format!("{head}{}", file("a", "colour = 3")), "line 8: unknown field `colour`"),
        (format!("{head}{}{}", file("a", "needs = [\"b\"]"), file("b", "needs = [\"a\"]")), "a needs b, which needs a"),
        (format!("{head}{}", file("a", "needs = [\"nobody\"]")), "no step is called so"),
        (format!("{head}{}{}", file("a", ""), file("a", "")), "two steps are called \"a\""),
        (format!("{head}{}", step("a", "kind = \"script\"\nrun = \"touch /opt/a\"")), "done_when"),
        (format!("{head}{}", step("a", "kind = \"rename\"\nto = \"no good\"")), "no name for a PC"),
        (format!("{head}{}", step("a", "kind = \"user\"\nlogin = \"Root!\"")), "no name of an account"),
        (
            format!(
                "{head}{}",
                step("a", "kind = \"script\"\nrun = \"if true; then touch /opt/a\"\ndone_when = { file = \"/opt/a\" }")
            ),
            "is refused: ",
        ),
        (
            format!("{head}{}", step("a", "kind = \"script\"\nrun = \"touch /opt/a\"\ndone_when = { command = \"case\" }")),
            "is refused: ",
        ),
        (
            format!(
                "{head}{}",
                step("a", "kind = \"script\"\nfrom = \"cut.deb\"\nshell = \"powershell\"\ndone_when = { file = \"/opt/a\" }")
            ),
            "not for Linux",
        ),
        (
            format!("{head}{}", step("a", "kind = \"registry\"\nkey = 'HKLM\\SOFTWARE\\a'\nvalues = { a = { dword = 1 } }")),
            "a step of the kind `registry` is for Windows",
        ),
        (format!("{head}{}", step("a", "kind = \"service\"\nservice = \"a/b\"\nstate = \"running\"")), "no name of a service"),
        (format!("{head}{}", file("a", "mode = \"rwx\"")), "no mode"),
        (format!("{head}{}", step("a", "kind = \"dance\"")), "no kind of step is called \"dance\""),
        (format!("{head}{}", file("{b}", "")), "no variable is called b"),
        (format!("{head}[variables]\nb = \"\"\n{}", file("{b}", "")), "the variable b has no value"),
        (format!("{head}[for]\nmodels = [\"OptiPlex*\"]\n{}", file("a", "")), "Intel NUC11PAHi5"),
        (format!("{head}[for]\nsystem = \"windows\"\n{}", file("a", "")), "it is Linux, not Windows"),
        (format!("{head}[for]\nbuild = \"99\"\n{}", file("a", "")), "at least 99"),
        (format!("{head}{}", package("missing.deb")), "cannot read \"missing.deb\" beside the profile"),
        (format!("{head}{}", package("cut.deb")), "no whole Debian package"),
        (format!("{head}{}", package("pack.deb")), "no whole Debian package"),
        (format!("{head}{}", package("../cut.deb")), "no file beside the profile"),
        (
            format!("{head}{}", step("a", "kind = \"user\"\nlogin = \"tech\"\npassword_from = \"NOT_GIVEN\"")),
            "the secret NOT_GIVEN is needed",
        ),
        ("title = ".to_owned(), "line 1"),
        (String::new(), "line 1"),
    ];
    let refused = |words: &[&str], part: &str| {
        let out = pc.trousse(words);
        let text = said(&out);
        assert_eq!(code(&out), 30, "{part}: {text}");
        assert!(text.contains(part), "{part}: {text}");
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines.len() <= 2 && lines[0].starts_with("trousse: "), "{text}");
    };
    for (text, part) in &table {
        pc.write("/root/p.toml", text);
        refused(&["prep", "run", "/root/p.toml"], part);
        refused(&["prep", "run", "/root/p.toml", "--reboot"], part);
    }
    pc.write("/root/p.toml", format!("{head}{}", file("a", "")));
    refused(&["prep", "run", "/root/p.toml", "--set", "b"], "no value");
    refused(&["prep", "run", "/root/p.toml", "--set", "b=1"], "no variable is called b");
    refused(&["prep", "run", "/root/none.toml"], "cannot read the profile");
    refused(&["prep", "verify", "/root/p.toml"], "not been prepared");
    refused(&["prep", "status"], "no preparation");
    let out = pc
        .command(&[
            "setpriv",
            "--reuid=65534",
            "--regid=65534",
            "--clear-groups",
            TROUSSE,
            "prep",
            "run",
            "/media/stick/kiosk.toml",
            "--set",
            "number=1",
        ])
        .output();
    let out = out.expect("setpriv is part of every Linux");
    assert_eq!(code(&out), 30, "{}", said(&out));
    assert_eq!(pc.shell("ls /opt/a /opt/b /var/lib/trousse 2>/dev/null"), "", "something was touched");

    // A preparation of this PC is under way.
    let mut holder = pc
        .command(&["flock", "/run/trousse-prep.lock", "sh", "-c", "echo held; cat"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("flock");
    let mut line = String::new();
    std::io::BufRead::read_line(&mut std::io::BufReader::new(holder.stdout.take().expect("a pipe")), &mut line).expect("a line");
    refused(&["prep", "run", "/root/p.toml"], "already being prepared");
    drop(holder.stdin.take().map(|mut stdin| stdin.flush()));
    holder.wait().expect("ended");

    // A preparation that waits for its restart belongs to its profile, its PC, its variables and its files.
    assert_eq!(code(&pc.trousse(RUN)), 10);
    refused(&["prep", "run", "/root/p.toml"], "one of another profile");
    refused(&["prep", "run", "/media/stick/kiosk.toml", "--set", "number=08"], "begun with number=\"07\", not \"08\"");
    pc.write("/media/stick/kioskd.deb", deb("2.11-1"));
    refused(&["prep", "run", "/media/stick/kiosk.toml"], "kioskd.deb is not what it was");
    pc.write("/sys/class/dmi/id/product_serial", "ANOTHER");
    refused(&["prep", "run", "/media/stick/kiosk.toml"], "one of another PC: G6PA1230045K");
}
