//! `user`: a local account, its groups, and a password where it has none. No password stands in a profile.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Applied, Scene, Step, given, is_secret_name};
use crate::fault::{Fault, Result, Why};
use crate::prep::change::{Aspect, Change, Sight, State};
use crate::prep::look::{Account, Act, Look, System};

/// Letters of a login: useradd(8).
const LONGEST: usize = 32;
/// Letters of a login on Windows (USER_INFO_1, lmaccess.h).
const LONGEST_ON_WINDOWS: usize = 20;
/// What no group is called (Linux: passwd(5), usermod(8); Windows: LOCALGROUP_INFO_1, lmaccess.h).
const ILLEGAL: &str = "\"/\\[]:;|=,+*?<>@";
/// What the group of administrators is called here, whatever the language of Windows calls it.
const ADMINISTRATORS: &str = "administrators";
/// And that of everybody who may log in.
const USERS: &str = "users";
/// Groups whose members Windows shows on its sign-in screen, or hides on purpose.
const SHOWN: [&str; 4] = [ADMINISTRATORS, USERS, "guests", "power-users"];
/// Letters of a group's name (lmcons.h, GNLEN).
const LONGEST_GROUP: usize = 256;

/// A local account.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct User {
    /// What it logs in as.
    pub login: String,
    /// The name of the person.
    pub full_name: Option<String>,
    /// Groups that it must be in, as in `["sudo"]` for an administrator, on Windows `["administrators"]`; it may be in others too.
    /// The groups of every Windows are called administrators, users, guests, power-users, remote-desktop-users and backup-operators
    /// here, whatever the language of the system calls them. On Windows an account that is in no group at all is put into `users` too,
    /// or nobody would see it on the sign-in screen.
    #[serde(default)]
    pub groups: Vec<String>,
    /// The environment variable that holds the password for an account that has none; without it, it is asked for at the
    /// terminal. A password that is there is left as it is.
    pub password_from: Option<String>,
}

impl User {
    /// Whether the account has a password; nobody asks where the profile does not care.
    fn has_password(&self, pc: &dyn Look, is_there: bool) -> Result<Option<bool>> {
        match &self.password_from {
            Some(_) if is_there => pc.has_password(&self.login).map(Some),
            Some(_) => Ok(Some(false)),
            None => Ok(None),
        }
    }

    /// The group that an account of Windows is put into of which the profile names none that the sign-in screen shows, as
    /// `net user /add` does: in no group at all it would not be there.
    fn users(&self, pc: &dyn Look) -> Result<Option<String>> {
        let shown = self.groups.iter().any(|group| SHOWN.contains(&group.as_str()));
        Ok((!shown && pc.build()?.system == System::Windows).then(|| USERS.to_owned()))
    }
}

/// A group of the profile that the system does not have, or that is written otherwise there.
fn no_group(group: &str, known: Option<String>) -> Fault {
    match known {
        Some(known) => Fault::new(
            format!("the group {group} is called {known} in a profile"),
            format!("le groupe {group} s'appelle {known} dans un profil"),
        )
        .hint(format!("write groups = [{known:?}]"), format!("écrivez groups = [{known:?}]")),
        None => Fault::new(format!("no group is called {group}"), format!("aucun groupe ne s'appelle {group}")).hint(
            "see how it is written, or put the step that makes it before this one (needs)",
            "vérifiez comment il s'écrit, ou placez avant celle-ci l'étape qui le crée (needs)",
        ),
    }
}

impl Step for User {
    fn plan(&self, pc: &dyn Look, _: &Scene<'_>) -> Result<Vec<Change>> {
        let login = &self.login;
        let found = pc.account(login)?;
        let mut changes = Vec::new();
        if found.is_none() {
            changes.push(Change::to_be(login, Aspect::Account));
        }
        let has_password = self.has_password(pc, found.is_some())?;
        let is = found.unwrap_or_default();
        if let Some(name) = self.full_name.as_ref().filter(|name| **name != is.full_name) {
            let before = if is.full_name.is_empty() { State::Absent } else { State::Text(is.full_name.clone()) };
            changes.push(Change::new(login, Aspect::FullName, before, State::Text(name.clone())));
        }
        // Before its groups: nobody is an administrator without a password.
        if has_password == Some(false) {
            changes.push(Change::new(login, Aspect::Password, State::Absent, State::Present));
        }
        // Joined before all others: whoever is in another has been here.
        let users = self.users(pc)?.filter(|_| is.groups.is_empty());
        for group in users.iter().chain(&self.groups).filter(|group| !is.groups.contains(group)) {
            match pc.group(group)? {
                Some(known) if known == *group => {}
                known => return Err(no_group(group, known)),
            }
            changes.push(Change::to_be(login, Aspect::Member(group.clone())));
        }
        Ok(changes)
    }

    fn seen(&self, pc: &dyn Look, _: &Scene<'_>) -> Result<Vec<Sight>> {
        let login = &self.login;
        let found = pc.account(login)?;
        let there = Sight::whether(login, Aspect::Account, found.is_some());
        let has_password = self.has_password(pc, found.is_some())?;
        let is = found.unwrap_or_default();
        let name = if is.full_name.is_empty() { State::Absent } else { State::Text(is.full_name) };
        let name = self.full_name.as_ref().map(|_| Sight::new(login, Aspect::FullName, name));
        let member = |group: &String| Sight::whether(login, Aspect::Member(group.clone()), is.groups.contains(group));
        let password = has_password.map(|has| Sight::whether(login, Aspect::Password, has));
        let groups = self.users(pc)?.into_iter().chain(self.groups.iter().cloned());
        Ok([there].into_iter().chain(name).chain(password).chain(groups.map(|group| member(&group))).collect())
    }

    fn detection(&self) -> Why {
        Why::new("the system's list of accounts", "liste des comptes du système")
    }

    fn apply(&self, change: &Change, pc: &mut dyn Act, _: &Scene<'_>) -> Result<Applied> {
        let login = &self.login;
        match &change.aspect {
            Aspect::FullName => pc.set_full_name(login, self.full_name.as_deref().unwrap_or_default())?,
            Aspect::Member(group) => {
                let is_there = pc.account(login)?.is_some();
                if self.has_password(pc, is_there)? == Some(false) {
                    return Err(Fault::new(
                        format!("{login} has no password yet: it joins no group before"),
                        format!("{login} n'a pas encore de mot de passe : il n'entre dans aucun groupe avant"),
                    ));
                }
                pc.join_group(login, group)?;
            }
            Aspect::Password => {
                let name = self.password_from.as_deref().unwrap_or_default();
                let password = given(name, pc)?;
                pc.set_password(login, &password)?;
            }
            _ => pc.add_account(login)?,
        }
        Ok(Applied::default())
    }

    fn check(&self) -> std::result::Result<(), Why> {
        let named = |name: &str| {
            let first = name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_');
            let all = name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '-');
            first && all && name.len() <= LONGEST
        };
        if !named(&self.login) {
            let wrong = &self.login;
            return Err(Why::new(
                format!("{wrong:?} is no name of an account: a letter, then letters, digits, - or _, {LONGEST} at most"),
                format!("{wrong:?} n'est pas un nom de compte : une lettre puis lettres, chiffres, - ou _, {LONGEST} au plus"),
            ));
        }
        let group = |name: &str| {
            let legal = !name.contains(|c: char| ILLEGAL.contains(c) || c.is_control()) && !name.starts_with(['-', ' ']);
            legal && !name.is_empty() && !name.ends_with([' ', '.']) && name.chars().count() <= LONGEST_GROUP
        };
        if let Some(wrong) = self.groups.iter().find(|name| !group(name)) {
            return Err(Why::new(format!("{wrong:?} is no name of a group"), format!("{wrong:?} n'est pas un nom de groupe")));
        }
        // A field of /etc/passwd, and a part of one (passwd(5), GECOS).
        if let Some(name) = self.full_name.as_ref().filter(|name| name.contains([':', ',', '=']) || name.contains(char::is_control)) {
            return Err(Why::new(
                format!("full_name: {name:?} holds what no name of a person may"),
                format!("full_name : {name:?} contient un caractère interdit"),
            ));
        }
        if let Some(name) = self.password_from.as_ref().filter(|name| !is_secret_name(name)) {
            return Err(Why::new(
                format!("password_from: {name:?} is no name of an environment variable"),
                format!("password_from : {name:?} n'est pas un nom de variable d'environnement"),
            ));
        }
        Ok(())
    }

    fn secrets(&self) -> Vec<&str> {
        self.password_from.as_deref().into_iter().collect()
    }

    fn inspect(&self, pc: &dyn Look) -> Result<()> {
        let login = &self.login;
        if pc.build()?.system != System::Windows {
            return Ok(());
        }
        if login.len() > LONGEST_ON_WINDOWS {
            return Err(Fault::new(
                format!("{login:?} is no account on Windows: {LONGEST_ON_WINDOWS} letters at most"),
                format!("{login:?} n'est pas un compte Windows : {LONGEST_ON_WINDOWS} caractères au plus"),
            )
            .hint("give it a shorter one", "donnez-lui un nom plus court"));
        }
        // Linux locks an account without a password; Windows lets anybody log in with it.
        if self.password_from.is_none() && self.groups.iter().any(|group| group == ADMINISTRATORS) {
            return Err(Fault::new(
                format!("{login} would be an administrator without a password"),
                format!("{login} serait administrateur sans mot de passe"),
            )
            .hint("say where its password comes from: password_from", "dites d'où vient son mot de passe : password_from"));
        }
        Ok(())
    }

    fn needs_secrets(&self, change: &Change) -> Vec<&str> {
        self.password_from.as_deref().filter(|_| change.aspect == Aspect::Password).into_iter().collect()
    }
}

impl Account {
    /// Whether the password field of shadow(5) is one that somebody can log in with.
    pub fn can_log_in(field: &str) -> bool {
        !field.is_empty() && !field.starts_with(['!', '*'])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Language;
    use crate::prep::fake::{Fake, done, planned, refused, step};
    use crate::secret::Secret;

    const TECH: &str = "kind = \"user\"\nlogin = \"tech\"\nfull_name = \"Site technician\"\ngroups = [\"sudo\"]\npassword_from = \"PW\"";

    #[test]
    fn an_account_is_made_with_all_that_belongs_to_it() {
        let mut pc = Fake::default();
        pc.groups.push("sudo".into());
        pc.secrets.insert("PW".into(), Secret::new("s3cret"));
        assert_eq!(planned(&step(TECH), &pc).len(), 4);
        done(&step(TECH), &mut pc);
        let tech = &pc.accounts["tech"];
        assert_eq!((tech.full_name.as_str(), tech.groups.as_slice()), ("Site technician", &["sudo".into()][..]));
        assert!(pc.passwords.contains("tech"));
    }

    #[test]
    fn nobody_is_an_administrator_without_the_password_that_was_asked_for() {
        let mut pc = Fake::default();
        pc.groups.push("sudo".into());
        let step = step(TECH);
        for change in planned(&step, &pc) {
            let blocked = matches!(change.aspect, Aspect::Password | Aspect::Member(_));
            assert_eq!(pc.apply(&step, &change).is_err(), blocked, "{change:?}");
        }
        assert_eq!(pc.accounts["tech"].groups, Vec::<String>::new());
    }

    #[test]
    fn a_password_that_is_there_is_left_alone_and_other_groups_too() {
        let mut pc = Fake::default();
        let groups = vec!["sudo".into(), "audio".into()];
        pc.accounts.insert("tech".into(), Account { full_name: "Site technician".into(), groups });
        pc.passwords.insert("tech".into());
        assert_eq!(planned(&step(TECH), &pc), []);
    }

    #[test]
    fn nobody_asks_for_a_password_that_the_profile_does_not_care_for() {
        let mut pc = Fake::default();
        pc.accounts.insert("tech".into(), Account::default());
        let plain = step("kind = \"user\"\nlogin = \"tech\"");
        assert_eq!(planned(&plain, &pc), []);
        assert_eq!(pc.asked_for_password.get(), 0, "an account is locked after some wrong passwords");
        assert_eq!(planned(&step("kind = \"user\"\nlogin = \"tech\"\npassword_from = \"PW\""), &pc).len(), 1);
        assert_eq!(pc.asked_for_password.get(), 1);
    }

    #[test]
    fn a_group_that_is_not_there_is_a_failure_before_anything_is_made() {
        let pc = Fake::default();
        let fault = pc.plan(&step(TECH)).expect_err("no such group");
        let said = "no group is called sudo\nhint: see how it is written, or put the step that makes it before this one (needs)";
        assert_eq!(fault.to_string(), said);
    }

    #[test]
    fn a_group_that_windows_calls_otherwise_is_told_as_profiles_write_it() {
        let groups = vec!["administrators".to_owned(), "users".to_owned(), "Counter staff".to_owned()];
        let pc = Fake { system: System::Windows, groups, ..Fake::default() };
        for (written, known) in [("Administrateurs", "administrators"), ("counter STAFF", "Counter staff")] {
            let of = step(&format!("kind = \"user\"\nlogin = \"tech\"\ngroups = [{written:?}]"));
            let fault = pc.plan(&of).expect_err("it is called otherwise");
            let said = format!("the group {written} is called {known} in a profile\nhint: write groups = [{known:?}]");
            assert_eq!(fault.to_string(), said);
            assert!(fault.say(Language::Fr).ends_with(&format!("conseil : écrivez groups = [{known:?}]")), "{fault:?}");
        }
    }

    #[test]
    fn an_account_of_windows_is_one_that_the_sign_in_screen_shows() {
        let groups = ["administrators", "users", "guests", "Counter staff"].map(str::to_owned).to_vec();
        let mut pc = Fake { system: System::Windows, groups, ..Fake::default() };
        let of = |groups: &str| step(&format!("kind = \"user\"\nlogin = \"accueil\"\ngroups = [{groups}]"));
        let joins = |groups: &str, pc: &Fake| {
            let changes = planned(&of(groups), pc);
            changes.into_iter().filter_map(|change| if let Aspect::Member(group) = change.aspect { Some(group) } else { None }).collect::<Vec<_>>()
        };
        assert_eq!(joins("", &pc), ["users"]);
        assert_eq!(joins("\"Counter staff\"", &pc), ["users", "Counter staff"]);
        assert_eq!(joins("\"guests\"", &pc), ["guests"]);
        assert_eq!(joins("\"administrators\"", &pc), ["administrators"]);
        done(&of("\"Counter staff\""), &mut pc);
        assert_eq!(pc.accounts["accueil"].groups, ["users", "Counter staff"]);
        // Somebody has put it where it is.
        pc.accounts.insert("accueil".into(), Account { groups: vec!["Counter staff".into()], ..Account::default() });
        assert_eq!(joins("", &pc), [""; 0]);
    }

    #[test]
    fn names_that_no_system_takes_are_refused() {
        for login in ["Tech", "", "a b", "-x", "root:0", &"x".repeat(33)] {
            refused(&format!("kind = \"user\"\nlogin = \"{login}\""));
        }
        for group in ["", "a,b", "-x", "a\\\\b", "x "] {
            refused(&format!("kind = \"user\"\nlogin = \"tech\"\ngroups = [\"{group}\"]"));
        }
        step("kind = \"user\"\nlogin = \"tech\"\ngroups = [\"Utilisateurs du Bureau à distance\"]");
        let windows = Fake { system: System::Windows, ..Fake::default() };
        let long = step(&format!("kind = \"user\"\nlogin = \"{}\"", "x".repeat(21)));
        assert!(long.step().inspect(&windows).is_err() && long.step().inspect(&Fake::default()).is_ok());
        let keyless = step("kind = \"user\"\nlogin = \"tech\"\ngroups = [\"administrators\"]");
        let fault = keyless.step().inspect(&windows).expect_err("refused");
        assert!(fault.to_string().contains("password_from"), "{fault}");
        refused("kind = \"user\"\nlogin = \"tech\"\nfull_name = \"a:b\"");
        refused("kind = \"user\"\nlogin = \"tech\"\npassword_from = \"a b\"");
        assert!(refused("kind = \"user\"\nlogin = \"tech\"\npassword = \"secret\"").contains("unknown field `password`"));
    }

    #[test]
    fn a_locked_password_is_none() {
        assert_eq!(["", "!", "*", "!!", "!$y$x", "$y$j9T$abc"].map(Account::can_log_in), [false, false, false, false, false, true]);
    }
}
