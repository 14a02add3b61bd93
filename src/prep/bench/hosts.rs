//! The list of the PCs: a table in CSV, or TOML. A row is a PC; what is no address, user or port is a variable of the profile.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;

use crate::fault::{Fault, Why};
use crate::sheet;

/// More PCs than this are no bench.
pub const MOST: usize = 1024;
/// Bytes of a list.
pub const LONGEST: u64 = 1 << 20;
/// Letters of a cell.
const LONGEST_CELL: usize = 255;
/// Where sshd listens (RFC 4253, 4.1).
const SSH: u16 = 22;

/// A PC of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// Its address, or its name.
    pub address: String,
    /// The port of its sshd.
    pub port: u16,
    /// The user to log in as; whoever runs the kit is meant where none is told.
    pub user: Option<String>,
    /// Variables of the profile that are its own.
    pub variables: BTreeMap<String, String>,
    /// Where it stands in the list, counted from 1.
    pub line: usize,
}

impl Target {
    /// What it is called where it is spoken of.
    pub fn label(&self) -> String {
        match self.port {
            SSH => self.address.clone(),
            port if self.address.contains(':') => format!("[{}]:{port}", self.address),
            port => format!("{}:{port}", self.address),
        }
    }
}

/// A list in TOML.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Hosts {
    /// The user of every PC that names none.
    user: Option<String>,
    /// The port of every PC that names none.
    port: Option<u16>,
    /// Variables of the profile, for every PC.
    #[serde(default)]
    set: BTreeMap<String, String>,
    /// The PCs.
    #[serde(default)]
    #[schemars(with = "Vec<Row>")]
    pc: Vec<Spanned<Row>>,
}

/// A PC.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Row {
    /// Its address, or its name.
    address: String,
    /// The user to log in as.
    user: Option<String>,
    /// The port of its sshd.
    port: Option<u16>,
    /// Variables of the profile, for it alone.
    #[serde(default)]
    set: BTreeMap<String, String>,
}

/// Why a text is no list of PCs: the line, counted from 1, and what is wrong there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Nothing where it is about no place in it.
    pub line: Option<usize>,
    /// What is wrong.
    pub why: Why,
}

impl Refusal {
    fn new(line: usize, english: impl Into<String>, french: impl Into<String>) -> Refusal {
        Refusal { line: Some(line), why: Why::new(english, french) }
    }

    /// The refusal of the list in a file.
    pub fn of(self, file: &str) -> Fault {
        let at = |word: &str| self.line.map(|line| format!("{word} {line}")).unwrap_or_default();
        let (line, ligne) = (at(", line"), at(", ligne"));
        Fault::because(format!("the list {file} is refused{line}"), format!("liste {file} refusée{ligne}"), self.why).hint(
            "a PC a row: address, user, port, and variables of the profile (trousse schema hosts)",
            "un PC par ligne : address, user, port, et des variables du profil (trousse schema hosts)",
        )
    }
}

/// Reads a list in TOML; `variables` are those of the profile.
pub fn from_toml(text: &str, variables: &BTreeSet<String>) -> Result<Vec<Target>, Refusal> {
    let line = |at: usize| text[..at.min(text.len())].matches('\n').count() + 1;
    let hosts: Hosts = toml::from_str(text).map_err(|error| {
        let said = error.message().replace('\n', ", ");
        Refusal::new(error.span().map_or(1, |span| line(span.start)), said.clone(), said)
    })?;
    let targets = hosts.pc.into_iter().map(|row| {
        let line = line(row.span().start);
        let row = row.into_inner();
        if let Some(name) = hosts.set.keys().chain(row.set.keys()).find(|name| !variables.contains(*name)) {
            return Err(unknown(line, name, variables));
        }
        let mut set = hosts.set.clone();
        set.extend(row.set);
        let (user, port) = (row.user.or_else(|| hosts.user.clone()), row.port.or(hosts.port).unwrap_or(SSH));
        Ok(Target { address: row.address, port, user, variables: set, line })
    });
    sound(targets.collect::<Result<_, _>>()?)
}

/// Reads a list in CSV, whatever parts its fields.
pub fn from_csv(text: &str, variables: &BTreeSet<String>) -> Result<Vec<Target>, Refusal> {
    let rows = sheet::rows(text).map_err(|why| Refusal { line: None, why })?;
    let mut rows = rows.into_iter().map(|(line, record)| (usize::try_from(line).unwrap_or(usize::MAX), record));
    let Some((first, headings)) = rows.next() else { return sound(Vec::new()) };
    let headings: Vec<String> = headings.iter().map(|heading| heading.trim().to_lowercase()).collect();
    let mut columns = BTreeSet::new();
    for heading in &headings {
        if !columns.insert(heading) {
            return Err(Refusal::new(
                first,
                format!("two columns are called {heading:?}"),
                format!("deux colonnes s'appellent {heading:?}"),
            ));
        }
        if !["address", "user", "port"].contains(&heading.as_str()) && !variables.contains(heading) {
            return Err(unknown(first, heading, variables));
        }
    }
    if !headings.iter().any(|heading| heading == "address") {
        return Err(Refusal::new(first, "no column is called address", "aucune colonne ne s'appelle address"));
    }
    let target = |(line, record): (usize, csv::StringRecord)| {
        if record.len() > headings.len() {
            return Err(Refusal::new(
                line,
                "it has more fields than there are columns",
                "elle a plus de champs qu'il n'y a de colonnes",
            ));
        }
        let mut target = Target { address: String::new(), port: SSH, user: None, variables: BTreeMap::new(), line };
        for (heading, field) in headings.iter().zip(&record) {
            let field = field.trim();
            match heading.as_str() {
                "address" => target.address = field.to_owned(),
                // An empty field tells nothing.
                _ if field.is_empty() => {}
                "user" => target.user = Some(field.to_owned()),
                "port" => {
                    target.port = field.parse().map_err(|_| {
                        Refusal::new(line, format!("{field:?} is no port"), format!("{field:?} n'est pas un port"))
                    })?;
                }
                name => drop(target.variables.insert(name.to_owned(), field.to_owned())),
            }
        }
        Ok(target)
    };
    sound(rows.map(target).collect::<Result<_, _>>()?)
}

fn unknown(line: usize, name: &str, variables: &BTreeSet<String>) -> Refusal {
    let there: Vec<&str> = variables.iter().map(String::as_str).collect();
    let (english, french) = match there.join(", ").as_str() {
        "" => ("it has none".to_owned(), "il n'en a pas".to_owned()),
        names => (format!("it has: {names}"), format!("il a : {names}")),
    };
    Refusal::new(
        line,
        format!("{name:?} is neither address, user or port nor a variable of the profile ({english})"),
        format!("{name:?} n'est ni address, ni user, ni port, ni une variable du profil ({french})"),
    )
}

fn sound(targets: Vec<Target>) -> Result<Vec<Target>, Refusal> {
    if targets.is_empty() {
        return Err(Refusal { line: None, why: Why::new("no PC stands in it", "elle ne contient aucun PC") });
    }
    if targets.len() > MOST {
        return Err(Refusal {
            line: None,
            why: Why::new(format!("more than {MOST} PCs stand in it"), format!("elle contient plus de {MOST} PC")),
        });
    }
    let mut seen: HashMap<(String, u16), usize> = HashMap::new();
    for target in &targets {
        check(target)?;
        if let Some(other) = seen.insert((target.address.to_lowercase(), target.port), target.line) {
            let address = target.label();
            return Err(Refusal::new(
                target.line,
                format!("{address} stands in it twice: in line {other} too"),
                format!("{address} y figure deux fois : ligne {other} aussi"),
            ));
        }
    }
    Ok(targets)
}

fn check(target: &Target) -> Result<(), Refusal> {
    let wrong = |english: String, french: String| Err(Refusal::new(target.line, english, french));
    let address = &target.address;
    if address.is_empty() {
        return wrong("it has no address".into(), "elle n'a pas d'adresse".into());
    }
    if !is_address(address) {
        return wrong(
            format!("{address:?} is neither an IP address nor a name of a PC"),
            format!("{address:?} n'est ni une adresse IP ni un nom de PC"),
        );
    }
    if target.port == 0 {
        return wrong("0 is no port".into(), "0 n'est pas un port".into());
    }
    if let Some(user) = target.user.as_ref().filter(|user| !is_user(user)) {
        return wrong(format!("{user:?} is no name of a user"), format!("{user:?} n'est pas un nom d'utilisateur"));
    }
    let hostile = |value: &&String| value.len() > LONGEST_CELL || value.contains(char::is_control);
    if let Some(value) = target.variables.values().find(hostile) {
        let shown: String = value.chars().take(20).collect();
        return wrong(
            format!("{shown:?} is too long, or more than a line"),
            format!("{shown:?} est trop long, ou de plus d'une ligne"),
        );
    }
    Ok(())
}

/// Whether it may be the name of a user: Windows has names with spaces and signs in them, and no shell is given one.
pub fn is_user(text: &str) -> bool {
    !text.trim().is_empty() && text.len() <= LONGEST_CELL && !text.contains(char::is_control) && !text.starts_with('-')
}

/// Whether it is an IP address, or a name (RFC 1123, 2.1).
pub fn is_address(text: &str) -> bool {
    if text.parse::<std::net::IpAddr>().is_ok() {
        return true;
    }
    // fe80::1%eth0, as getaddrinfo(3) takes it.
    if let Some((ip, scope)) = text.split_once('%') {
        return ip.parse::<std::net::Ipv6Addr>().is_ok()
            && !scope.is_empty()
            && scope.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '.' || c == '_');
    }
    let label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
    };
    // What looks like an IPv4 address and is none is a slip of the finger.
    let numbers = text.chars().all(|c| c.is_ascii_digit() || c == '.');
    text.len() <= 253 && !numbers && text.trim_end_matches('.').split('.').all(label)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::language::Language;

    fn variables() -> BTreeSet<String> {
        ["name", "site"].map(str::to_owned).into()
    }

    fn csv(text: &str) -> Result<Vec<Target>, String> {
        from_csv(text, &variables()).map_err(|refusal| refusal.of("pcs.csv").say(Language::En))
    }

    fn toml(text: &str) -> Result<Vec<Target>, String> {
        from_toml(text, &variables()).map_err(|refusal| refusal.of("pcs.toml").say(Language::En))
    }

    #[test]
    fn a_row_is_a_pc_with_its_variables() {
        let targets = csv("address;user;port;name\n10.0.0.1;tech;;till-01\n\nfe80::1%lan0;;2222;\n").expect("two PCs");
        assert_eq!(targets.iter().map(Target::label).collect::<Vec<_>>(), ["10.0.0.1", "[fe80::1%lan0]:2222"]);
        assert_eq!(
            (targets[0].user.as_deref(), targets[0].variables["name"].as_str(), targets[0].line),
            (Some("tech"), "till-01", 2)
        );
        assert!(targets[1].user.is_none() && targets[1].variables.is_empty() && targets[1].line == 4);
        let text = "user = \"tech\"\n[set]\nsite = \"lyon\"\n[[pc]]\naddress = \"a.lan\"\nset = { name = \"x\" }\n[[pc]]\naddress = \"b.lan\"\nuser = \"root\"\nset = { site = \"paris\" }\n";
        let targets = toml(text).expect("two PCs");
        assert_eq!(targets[0].variables, BTreeMap::from([("name".into(), "x".into()), ("site".into(), "lyon".into())]));
        assert_eq!((targets[1].user.as_deref(), targets[1].variables["site"].as_str()), (Some("root"), "paris"));
        assert_eq!(targets[1].line, 7);
    }

    #[test]
    fn users_of_windows_have_names_of_all_kinds() {
        for user in ["Jean Dupont", r"SHOP\Jean Dupont", "D'Arc & fils #2", "tech@shop.lan", "élodie"] {
            let targets = csv(&format!("address;user\n10.0.0.1;{user}\n")).expect(user);
            assert_eq!(targets[0].user.as_deref(), Some(user));
        }
        for user in ["", " ", "-x", "a\u{1b}b", "a\nb", &"x".repeat(256)] {
            assert!(!is_user(user), "{user:?}");
        }
    }

    #[test]
    fn nonsense_is_told_in_one_line_with_its_place() {
        for (text, part) in [
            ("", "no PC stands in it"),
            ("address\n", "no PC stands in it"),
            (
                "address,colour\n10.0.0.1,red\n",
                "line 1: \"colour\" is neither address, user or port nor a variable of the profile (it has: name, site)",
            ),
            ("user\nroot\n", "no column is called address"),
            ("address,address\n", "two columns are called \"address\""),
            ("address\n10.0.0.1\n10.0.0.2\n10.0.0.1\n", "line 4: 10.0.0.1 stands in it twice: in line 2 too"),
            ("address,port\n10.0.0.1,ssh\n", "line 2: \"ssh\" is no port"),
            ("address,port\n10.0.0.1,0\n", "line 2: 0 is no port"),
            ("address,user\n,root\n", "line 2: it has no address"),
            ("address\n10.0.0.300\n", "line 2: \"10.0.0.300\" is neither an IP address nor a name"),
            ("address\n-oProxyCommand=x\n", "neither an IP address"),
            ("address,user\n10.0.0.1,-x\n", "\"-x\" is no name of a user"),
            ("address,user\n10.0.0.1,root,x\n", "line 2: it has more fields"),
            ("address,name\n10.0.0.1,\"a\nb\"\n", "more than a line"),
        ] {
            let said = csv(text).expect_err(text);
            assert!(said.contains(part) && said.lines().count() == 2, "{part}: {said}");
        }
        for (text, part) in [
            ("", "no PC stands in it"),
            ("colour = 1\n[[pc]]\naddress = \"a\"\n", "line 1: unknown field `colour`"),
            ("[[pc]]\naddress = \"a\"\ncolour = 1\n", "line 3: unknown field `colour`"),
            ("[[pc]]\n", "missing field `address`"),
            ("[[pc]]\naddress = \"a\"\n[[pc]]\naddress = \"A\"\n", "line 3: A stands in it twice: in line 1 too"),
            ("[[pc]]\naddress = \"a\"\nport = 70000\n", "line 3"),
            ("[[pc]]\naddress = \"a\"\nset = { colour = \"x\" }\n", "line 1: \"colour\" is neither"),
        ] {
            let said = toml(text).expect_err(text);
            assert!(said.contains(part) && said.lines().count() == 2, "{part}: {said}");
        }
        let many: String = (0..=MOST).map(|n| format!("pc-{n}\n")).collect();
        assert!(csv(&format!("address\n{many}")).expect_err("too many").contains("more than 1024 PCs"));
    }

    proptest! {
        #[test]
        fn any_text_is_a_list_or_is_refused(text in "[ -~\n\t;é\"]{0,200}") {
            drop(from_csv(&text, &variables()));
            drop(from_toml(&text, &variables()));
        }
    }
}
