//! What can be known to be wrong is refused before any PC is asked.

use std::fs;
use std::process::{Command, Stdio};

#[test]
fn what_can_be_known_to_be_wrong_is_refused_before_any_pc_is_asked() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).display().to_string();
    let step = "[[step]]\nname = \"a\"\nkind = \"file\"\npath = \"/opt/a\"\ntext = \"{name}\"\n";
    fs::write(path("p.toml"), format!("title = \"t\"\nversion = \"1\"\n[variables]\nname = \"\"\n{step}")).expect("written");
    let secret = "[[step]]\nname = \"b\"\nkind = \"user\"\nlogin = \"b\"\npassword_from = \"NOT_GIVEN\"\n";
    fs::write(path("secret.toml"), format!("title = \"t\"\nversion = \"1\"\n{secret}")).expect("written");
    let payload = "[[step]]\nname = \"b\"\nkind = \"package\"\nfile = \"none.deb\"\n";
    fs::write(path("payload.toml"), format!("title = \"t\"\nversion = \"1\"\n{payload}")).expect("written");
    let named = "[names]\npattern = \"pc-{nn}\"\n[[step]]\nname = \"b\"\nkind = \"rename\"\n";
    fs::write(path("named.toml"), format!("title = \"t\"\nversion = \"1\"\n{named}")).expect("written");
    fs::write(path("encrypted"), "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n")
        .expect("written");
    let one = "address,name\n10.66.0.2,x\n";
    let list = |text: &str| {
        fs::write(path("pcs.csv"), text).expect("written");
        path("pcs.csv")
    };
    let refused = |profile: &str, hosts: &str, more: &[&str], code: i32, part: &str| {
        let out = Command::new("unshare")
            .args(["--net", env!("CARGO_BIN_EXE_trousse"), "--lang", "en", "prep", "bench", &path(profile), "--hosts", hosts])
            .args(more)
            .env_clear()
            .env("HOME", folder.path())
            .stdin(Stdio::null())
            .output()
            .expect("the program");
        let text = String::from_utf8_lossy(&out.stdout).into_owned() + &String::from_utf8_lossy(&out.stderr);
        if text.starts_with("unshare:") {
            println!("not run: needs root");
            assert!(std::env::var("TROUSSE_REQUIRE_LABS").is_err(), "required, and not run: {text}");
            return;
        }
        assert_eq!(out.status.code(), Some(code), "{part}: {text}");
        let lines: Vec<&str> = text.lines().collect();
        assert!(text.contains(part) && lines.len() <= 2 && lines[0].starts_with("trousse: "), "{part}: {text}");
    };
    refused("p.toml", &path("none.csv"), &[], 30, "cannot read the list");
    refused("p.toml", &list(""), &[], 30, "no PC stands in it");
    refused("p.toml", &list("address,colour\n10.66.0.2,x\n"), &[], 30, "line 1: \"colour\" is neither");
    refused("p.toml", &list("address,name\n10.66.0.2,x\n10.66.0.2,y\n"), &[], 30, "stands in it twice");
    refused("p.toml", &list("address\n10.66.0.2\n"), &[], 30, "the variable name has no value");
    refused("p.toml", &list(one), &["--set", "x"], 30, "no value");
    refused("p.toml", &list(one), &["--key", &path("none")], 30, "cannot use the key");
    refused("p.toml", &list(one), &["--key", &path("encrypted")], 30, "cannot use the key");
    refused("p.toml", &list(one), &["--program", &path("none")], 30, "cannot read the program");
    refused("p.toml", &list(one), &["--jump", "nobody@"], 30, "is no PC");
    refused("p.toml", &list(one), &["--user", "a\u{1b}b"], 30, "is no name of a user");
    refused("p.toml", &list(one), &["--ask-password"], 30, "no password was given");
    refused("p.toml", &list(one), &["-o", &path("no/such/folder.html")], 30, "cannot write");
    refused("p.toml", &list(one), &["-j", "0"], 2, "jobs");
    refused("p.toml", &list(one), &["--identity", "x"], 2, "--secrets");
    refused("none.toml", &list(one), &[], 30, "cannot read the profile");
    refused("payload.toml", &list("address\n10.66.0.2\n"), &[], 30, "cannot read \"none.deb\" beside the profile");
    let no_list = path("share/names.json");
    refused("named.toml", &list("address\n10.66.0.2\n"), &["--names", &no_list], 30, "no names are kept in");
    refused("p.toml", &list(one), &["--names", &no_list], 30, "no step of this profile gives a PC a name");
    refused("payload.toml", &list("address\n10.66.0.2\n"), &["--depot", &path("share")], 30, "there is no depot in");
    refused("secret.toml", &list("address\n10.66.0.2\n"), &[], 30, "the secret NOT_GIVEN is needed");
    // Whatever the rows make of the profile, each of them counts.
    let of_row = "[[step]]\nname = \"b\"\nkind = \"user\"\nlogin = \"b\"\npassword_from = \"{name}\"\n";
    fs::write(path("row.toml"), format!("title = \"t\"\nversion = \"1\"\n[variables]\nname = \"\"\n{of_row}")).expect("written");
    let rows = list("address,name\n10.66.0.2,OF_THE_FIRST\n10.66.0.3,OF_THE_LAST\n");
    refused("row.toml", &rows, &[], 30, "the secret OF_THE_FIRST is needed");
    refused("secret.toml", &list("address\n10.66.0.2\n"), &["--secrets", &path("none.age")], 30, "cannot read the secrets");
    fs::write(path("pcs.csv"), vec![b'a'; 2 << 20]).expect("written");
    refused("p.toml", &path("pcs.csv"), &[], 30, "too long");
}
