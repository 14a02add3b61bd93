//! A profile: what a delivered PC is, in ordered steps. People write it, in TOML; whatever can be known to be wrong is refused
//! here.

mod condition;
mod order;
mod read;
mod schema;
mod variables;

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::look::{Build, Identity, Look};
use super::names::pattern::Pattern as NamePattern;
use super::step::Kind;
use crate::fault::{Fault, Result, Why};
pub use condition::{Condition, Pattern};
pub use schema::schema;
pub use variables::literal;

/// Seconds that a program of a step may run, where the profile names none: half an hour, which the longest installers stay under.
const USUAL_TIMEOUT_S: u32 = 1800;
/// A day: nobody waits longer for a PC.
const LONGEST_TIMEOUT_S: u32 = 86_400;
/// More than this is no patience but a loop.
const MOST_RETRIES: u8 = 20;

/// A profile, read and found sound.
#[derive(Clone, Debug)]
pub struct Profile {
    /// What it is called.
    pub title: String,
    /// Its version, as its author counts.
    pub version: String,
    /// The PCs that it is for.
    pub target: Condition,
    /// The variables with their values.
    pub variables: BTreeMap<String, String>,
    /// The folder of the depot that has the files that are not beside it.
    pub depot: Option<String>,
    /// How PCs are named that a step gives a name.
    pub names: Option<Naming>,
    /// The steps, as they stand in the profile.
    pub stages: Vec<Stage>,
    /// The SHA-256 of its text.
    pub sha256: String,
    /// The places of the steps in the order in which they come.
    order: Vec<usize>,
}

/// A step, and when and how it is done.
#[derive(Clone, Debug)]
pub struct Stage {
    /// Its name.
    pub name: String,
    /// The PCs that it is for.
    pub when: Condition,
    /// The names of the steps that must be done before.
    pub needs: Vec<String>,
    /// Whether the PC is restarted after it.
    pub reboot: Restart,
    /// How many more times it is tried.
    pub retries: u8,
    /// How long a program of it may run.
    pub timeout_s: u32,
    /// What it does.
    pub kind: Kind,
    /// Where it stands in the text, counted from 1.
    pub line: usize,
}

/// Whether the PC is restarted after a step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Restart {
    /// Where the step or the system says so.
    #[default]
    IfNeeded,
    /// Whenever the step has changed something.
    After,
    /// Not because of this step.
    Never,
}

/// What conditions are about.
#[derive(Clone, Debug, PartialEq)]
pub struct Facts {
    /// The system.
    pub build: Build,
    /// Which PC it is.
    pub identity: Identity,
    /// The variables of the profile.
    pub variables: BTreeMap<String, String>,
}

/// The head of a profile.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Head {
    /// What it is called.
    title: String,
    /// Its version, as its author counts.
    version: String,
    /// The PCs that it is for; every one where it is left out.
    #[serde(default, rename = "for")]
    target: Condition,
    /// What steps may refer to as `{name}`. One whose value is empty must be given by `--set name=value`.
    #[serde(default)]
    variables: BTreeMap<String, String>,
    /// Where the files are that are not beside it.
    depot: Option<DepotKeys>,
    /// How PCs are named that a step `rename` gives a name.
    names: Option<NamesKeys>,
}

/// How PCs are named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Naming {
    /// The names.
    pub pattern: NamePattern,
    /// The file of those that are taken, from the folder of the profile, where it is not that of the depot.
    pub file: Option<String>,
}

/// How PCs are named that a step `rename` gives a name.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Names")]
struct NamesKeys {
    /// As in `{customer}-pc-{nn}`: variables, and a counter with as many digits as it has n; 15 characters at most.
    pattern: String,
    /// The file of the names that are taken, from the folder of the profile [default: names.json in the depot, else beside the
    /// profile].
    file: Option<String>,
}

/// Where the files are that are not beside a profile.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Depot")]
struct DepotKeys {
    /// The folder of the depot, from that of the profile; `--depot` says otherwise.
    path: String,
}

/// What every step has, of whatever kind.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Common {
    /// Its name: each step has its own.
    name: String,
    /// The PCs that it is for; every one where it is left out.
    #[serde(default)]
    when: Condition,
    /// The names of the steps that must be done before it.
    #[serde(default)]
    needs: Vec<String>,
    /// Whether the PC is restarted after it.
    #[serde(default)]
    reboot: Restart,
    /// How many more times it is tried when it did not take.
    #[serde(default)]
    #[schemars(range(max = 20))]
    retries: u8,
    /// How long a program of it may run, in seconds, before it is ended with all that it has started.
    #[serde(default = "usual_timeout")]
    #[schemars(range(min = 1, max = 86_400))]
    timeout_s: u32,
}

fn usual_timeout() -> u32 {
    USUAL_TIMEOUT_S
}

/// The keys of [`Common`].
const COMMON: &[&str] = &["name", "when", "needs", "reboot", "retries", "timeout_s"];

/// Why a text is no profile: the line, what is wrong there, and the way out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Counted from 1; nothing where it is about no place in it.
    pub line: Option<usize>,
    /// What is wrong.
    pub why: Why,
    /// The way out.
    pub hint: Why,
}

impl Refusal {
    fn new(line: usize, why: Why) -> Refusal {
        Refusal { line: Some(line), why, hint: usual_hint() }
    }

    fn hint(self, english: impl Into<String>, french: impl Into<String>) -> Refusal {
        Refusal { hint: Why::new(english, french), ..self }
    }

    /// The refusal of the profile in a file.
    pub fn of(self, file: &str) -> Fault {
        let at = |word: &str| self.line.map(|line| format!("{word} {line}")).unwrap_or_default();
        let (line, ligne) = (at(", line"), at(", ligne"));
        let (english, french) = (&self.why.english, &self.why.french);
        Fault::new(format!("the profile {file} is refused{line}: {english}"), format!("profil {file} refusé{ligne} : {french}"))
            .hint(self.hint.english, self.hint.french)
    }
}

fn usual_hint() -> Why {
    Why::new(
        "trousse schema profile prints what a profile may hold",
        "trousse schema profile affiche ce qu'un profil peut contenir",
    )
}

impl Profile {
    /// The steps in the order in which they come: as they stand in the profile, each after those that it needs.
    pub fn in_order(&self) -> impl Iterator<Item = &Stage> {
        self.order.iter().map(|&place| &self.stages[place])
    }

    /// The files beside the profile that its steps need.
    pub fn payloads(&self) -> impl Iterator<Item = &str> {
        self.stages.iter().flat_map(|stage| stage.kind.step().payloads())
    }

    /// The names of the variables of a profile, whatever their values; none where it is no profile.
    pub fn variables_in(text: &str) -> BTreeSet<String> {
        read::variables_in(text).into_iter().collect()
    }

    /// The names of the secrets that its steps may need.
    pub fn secrets(&self) -> Vec<String> {
        let mut names: Vec<String> =
            self.stages.iter().flat_map(|stage| stage.kind.step().secrets()).map(str::to_owned).collect();
        names.sort();
        names.dedup();
        names
    }

    /// Whether a step gives this PC a name by the pattern of the profile, and then how.
    pub fn naming(&self, facts: &Facts) -> Option<&Naming> {
        let wants = self.stages.iter().any(|stage| stage.when.holds(facts) && stage.kind.step().wants_name());
        self.names.as_ref().filter(|_| wants)
    }

    /// Whether a step gives some PC a name by the pattern of the profile.
    pub fn may_name(&self) -> bool {
        self.stages.iter().any(|stage| stage.kind.step().wants_name())
    }

    /// What a PC is, for the conditions of this profile.
    pub fn facts(&self, pc: &dyn Look) -> Result<Facts> {
        Ok(Facts { build: pc.build()?, identity: pc.identity()?, variables: self.variables.clone() })
    }

    /// Refuses a PC that the profile is not for.
    pub fn fits(&self, facts: &Facts) -> Result<()> {
        let Some(why) = self.target.objection(facts) else { return Ok(()) };
        let title = &self.title;
        Err(Fault::because(
            format!("the profile {title:?} is not for this PC"),
            format!("le profil {title:?} n'est pas pour ce PC"),
            why,
        )
        .hint(
            "take the profile of this model, or mend the table [for] of this one",
            "prenez le profil de ce modèle, ou corrigez la table [for] de celui-ci",
        ))
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::language::Language;

    pub(crate) fn parse(text: &str) -> std::result::Result<Profile, Refusal> {
        Profile::parse(text, &BTreeMap::new())
    }

    const HEAD: &str = "title = \"Kiosk\"\nversion = \"1\"\n";

    fn refused(more: &str) -> Fault {
        parse(&format!("{HEAD}{more}")).expect_err(more).of("kiosk.toml")
    }

    fn file(name: &str, more: &str) -> String {
        format!("[[step]]\nname = \"{name}\"\nkind = \"file\"\npath = \"/etc/{name}\"\ntext = \"x\"\n{more}\n")
    }

    #[test]
    fn a_profile_says_what_a_pc_is() {
        let text = format!(
            "{HEAD}[for]\nsystem = \"linux\"\nmodels = [\"NUC*\"]\n[variables]\nsite = \"lyon\"\n{}{}",
            file("a", "needs = [\"b\"]\nretries = 2\nreboot = \"after\""),
            file("b", "when = { variables = { site = \"lyon\" } }")
        );
        let profile = parse(&text).expect("a profile");
        let order: Vec<&str> = profile.in_order().map(|stage| stage.name.as_str()).collect();
        assert_eq!(order, ["b", "a"]);
        assert_eq!((profile.stages[0].retries, profile.stages[0].reboot), (2, Restart::After));
        assert_eq!(profile.stages[0].line, 8);
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line_and_a_way_out() {
        let said = |more: &str, language| {
            let fault = refused(more).say(language);
            assert!(fault.contains('\n'), "no way out: {fault}");
            fault
        };
        let en = |more: &str| said(more, Language::En);
        assert!(en("colour = 3").contains("line 3: unknown field `colour`"));
        assert!(
            en("[[step]]\nname = \"a\"\nkind = \"file\"\npath = \"/a\"\ncolour = 3\n").contains("line 7: unknown field `colour`")
        );
        assert!(en("[[step]]\nname = \"a\"\n").contains("line 3: missing field `kind`"));
        assert!(en("[[step]]\nkind = \"reboot\"\n").contains("line 3: missing field `name`"));
        assert!(en("[[step]]\nname = \"a\"\nkind = \"dance\"\n").contains("line 5: no kind of step is called \"dance\""));
        assert!(en(&format!("{}{}", file("a", ""), file("a", ""))).contains("line 9: two steps are called \"a\""));
        assert!(en(&file("a", "needs = [\"b\"]")).contains("line 3: \"a\" needs \"b\", and no step is called so"));
        let cycle = en(&format!("{}{}", file("a", "needs = [\"b\"]"), file("b", "needs = [\"a\"]")));
        assert!(cycle.contains("a needs b, which needs a"), "{cycle}");
        let french = said(&format!("{}{}", file("a", "needs = [\"b\"]"), file("b", "needs = [\"a\"]")), Language::Fr);
        assert!(french.contains("a dépend de b, qui dépend de a"), "{french}");
        assert!(en(&file("a", "needs = [\"a\"]")).contains("a needs a"));
        assert!(said("[[step]]\nname = \"a\"\n", Language::Fr).contains("ligne 3 : il manque `kind`"));
        let script = |keys: &str| en(&format!("[[step]]\nname = \"a\"\nkind = \"script\"\nrun = \"x\"\n{keys}"));
        let undetected = script("");
        assert!(
            undetected.contains("line 3: missing field `done_when`") && undetected.contains("has done its work"),
            "{undetected}"
        );
        let mistyped = script("done_when = { file = \"/a\" }\nexitcodes = {}\n");
        assert!(mistyped.contains("line 8: unknown field `exitcodes`") && !mistyped.contains("has done its work"), "{mistyped}");
        assert!(
            en("[[step]]\nname = \"a\"\nkind = \"rename\"\nto = \"a b\"\n").contains("line 3: step \"a\": \"a b\" is no name")
        );
        assert!(en(&file("a", "mode = \"rw\"")).contains("line 8: \"rw\" is no mode"));
        assert!(en(&file("a", "retries = 21")).contains("line 3: step \"a\": retries"));
        assert!(en(&file("a", "timeout_s = 0")).contains("timeout_s"));
        assert!(en(&file("", "")).contains("a step without a name"));
        assert!(en("step = 3\n").contains("[[step]]"));
        assert!(en("").contains("no step"));
        assert!(en("[[step]]\nname = \"a\"\nkind = \"reboot\"\nreboot = \"never\"\n").contains("never"));
        assert!(en("[for]\nbuild = \"new\"\n").contains("line 4"));
        assert!(said("x = [\n", Language::Fr).contains("ligne "));
    }

    #[test]
    fn a_pattern_for_names_is_refused_where_it_makes_none() {
        let rename = "[[step]]\nname = \"a\"\nkind = \"rename\"\n";
        let said = |names: &str| refused(&format!("[variables]\ncustomer = \"acme\"\n{names}{rename}")).to_string();
        assert!(
            said("").contains("line 5: step \"a\": it gives the PC a name, and no pattern stands under [names]"),
            "{}",
            said("")
        );
        let long = said("[names]\npattern = \"{customer}-comptabilite-{nn}\"\n");
        assert!(long.contains("line 5: [names]: \"acme-comptabilite-01\" has 20 characters"), "{long}");
        assert!(said("[names]\npattern = \"{client}-{nn}\"\n").contains("no variable is called \"client\""));
        assert!(said("[names]\n").contains("missing field `pattern`"));
        let counter = refused(&format!("[variables]\nnn = \"x\"\n[names]\npattern = \"pc-{{nn}}\"\n{rename}")).to_string();
        assert!(counter.contains("\"nn\" is the counter"), "{counter}");
        let profile =
            parse(&format!("{HEAD}[variables]\ncustomer = \"acme\"\n[names]\npattern = \"{{customer}}-{{nn}}\"\n{rename}"));
        assert_eq!(profile.expect("a profile").names.expect("a pattern").pattern.name(3), "acme-03");
    }

    #[test]
    fn a_variable_stands_for_its_value_and_an_unknown_one_is_refused() {
        let text = format!(
            "{HEAD}[variables]\nsite = \"\"\n{}",
            file("{site}", "").replace("\"x\"", "\"at {site}, {{site}}, ${{X}} {{\"")
        );
        let refused = parse(&text).expect_err("no value").of("k.toml").to_string();
        assert!(refused.contains("the variable site has no value") && refused.contains("--set site="), "{refused}");
        let given = BTreeMap::from([("site".to_owned(), "lyon".to_owned())]);
        let profile = Profile::parse(&text, &given).expect("a profile");
        let Kind::File(file) = &profile.stages[0].kind else { panic!("a file") };
        assert_eq!((file.path.as_str(), file.text.as_deref()), ("/etc/lyon", Some("at lyon, {site}, ${{X}} {{")));
        let unknown = parse(&format!("{HEAD}{}", self::file("{there}", ""))).expect_err("unknown").of("k.toml").to_string();
        assert!(unknown.contains("line 4: no variable is called there"), "{unknown}");
        let stray =
            Profile::parse(&format!("{HEAD}{}", self::file("a", "")), &given).expect_err("stray").of("k.toml").to_string();
        assert!(stray.contains("no variable is called site"), "{stray}");
    }

    #[test]
    fn a_condition_about_a_variable_that_is_not_there_is_refused() {
        let with = |target: &str, when: &str| {
            parse(&format!("{HEAD}[variables]\nsite = \"lyon\"\n{target}{}{}", file("a", ""), file("b", when))).map(drop)
        };
        let right = "variables = { site = \"lyon\" }";
        assert_eq!(with(&format!("[for]\n{right}\n"), &format!("when = {{ {right} }}")), Ok(()));
        let wrong = right.replace("site", "sit");
        let refusal = with("", &format!("when = {{ {wrong} }}")).expect_err("it would never hold");
        let said = refusal.clone().of("k.toml").to_string();
        assert!(
            refusal.line == Some(11) && said.contains("no variable is called sit\nhint: put it under [variables] (there: site)"),
            "{said}"
        );
        let refusal = with(&format!("[for]\n{wrong}\n"), "").expect_err("it would never hold");
        assert_eq!((refusal.line, refusal.why.french.as_str()), (Some(5), "aucune variable ne s'appelle sit"));
    }

    #[test]
    fn a_profile_for_another_model_or_system_is_refused() {
        let facts = |product: &str, version: &str| Facts {
            build: Build {
                system: crate::prep::look::System::Linux,
                name: "Debian GNU/Linux 12".into(),
                distributions: vec!["debian".into()],
                version: Some(version.to_owned()),
            },
            identity: Identity { maker: Some("Intel".into()), product: Some(product.to_owned()), ..Identity::default() },
            variables: BTreeMap::new(),
        };
        let with = |target: &str| parse(&format!("{HEAD}[for]\n{target}\n{}", file("a", ""))).expect("a profile");
        assert!(with("models = [\"nuc11*\"]").fits(&facts("NUC11PAHi5", "12")).is_ok());
        assert!(with("models = [\"Intel NUC*\"]").fits(&facts("NUC11PAHi5", "12")).is_ok());
        let said = with("models = [\"OptiPlex*\"]").fits(&facts("NUC11PAHi5", "12")).expect_err("another model").to_string();
        assert!(said.contains("Intel NUC11PAHi5") && said.contains("OptiPlex*"), "{said}");
        assert!(with("system = \"windows\"").fits(&facts("x", "12")).is_err());
        assert!(with("build = \"12\"").fits(&facts("x", "12.4")).is_ok());
        assert!(with("build = \"13\"").fits(&facts("x", "12.4")).is_err());
        assert!(with("distributions = [\"ubuntu\"]").fits(&facts("x", "12")).is_err());
    }

    #[test]
    fn the_schema_knows_every_kind_and_takes_the_shipped_profiles_keys() {
        let schema = schema();
        let steps = schema["properties"]["step"]["items"]["oneOf"].as_array().expect("kinds");
        assert_eq!(steps.len(), crate::prep::step::KINDS.len());
        for step in steps {
            for key in COMMON {
                assert!(step["properties"].get(*key).is_some(), "{key} in {step}");
            }
            assert_eq!(step["additionalProperties"], false);
            assert!(step["required"].as_array().expect("required").contains(&"kind".into()));
        }
        let text = schema.to_string();
        assert!(text.contains("done_when") && text.contains("\"Detection\""));
    }
}
