//! Local accounts: read from their files, changed by the programs of the system, which know all that belongs to an account.

use super::process::Program;
use super::read;
use crate::fault::{Fault, Result};
use crate::prep::look::Account;
use crate::secret::Secret;

/// The shell of an account that is made.
const SHELL: &str = "/bin/bash";

/// A local account: passwd(5), group(5).
pub(super) fn account(login: &str) -> Result<Option<Account>> {
    let passwd = read("/etc/passwd")?;
    let Some(entry) = line(&passwd, login) else { return Ok(None) };
    let field = |at: usize| entry.split(':').nth(at).unwrap_or_default();
    let full_name = field(4).split(',').next().unwrap_or_default().to_owned();
    let own_group = field(3);
    let group = read("/etc/group")?;
    let is_in = |fields: &Vec<&str>| {
        fields.get(3).is_some_and(|members| members.split(',').any(|member| member == login)) || fields.get(2) == Some(&own_group)
    };
    let groups = group.lines().map(|line| line.split(':').collect::<Vec<_>>()).filter(is_in);
    let groups = groups.filter_map(|fields| fields.first().map(|name| (*name).to_owned())).collect();
    Ok(Some(Account { full_name, groups }))
}

/// Whether an account has a password that somebody can log in with: shadow(5).
pub(super) fn has_password(login: &str) -> Result<bool> {
    let shadow = read("/etc/shadow")?;
    Ok(line(&shadow, login).and_then(|line| line.split(':').nth(1)).is_some_and(Account::can_log_in))
}

/// The group of this name, where there is one.
pub(super) fn group(name: &str) -> Result<Option<String>> {
    Ok(line(&read("/etc/group")?, name).map(|_| name.to_owned()))
}

fn line<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    text.lines().find(|line| line.strip_prefix(name).is_some_and(|rest| rest.starts_with(':')))
}

/// Makes an account with a home: useradd(8).
pub(super) fn add(login: &str) -> Result<()> {
    Program::new("useradd", &["--create-home", "--shell", SHELL, "--", login]).outliving().well()
}

/// Changes an account: usermod(8).
pub(super) fn change(login: &str, options: &[&str]) -> Result<()> {
    Program::new("usermod", &[options, &["--", login]].concat()).outliving().well()
}

/// Gives an account a password by chpasswd(8), over its standard input: an argument could be read by everyone. A line of its own in
/// a password would be one for another account.
pub(super) fn set_password(login: &str, password: &Secret) -> Result<()> {
    if password.reveal().contains(char::is_control) {
        return Err(Fault::new(
            format!("the password for {login} holds a line break or another sign that none may"),
            format!("le mot de passe de {login} contient un saut de ligne ou un autre signe interdit"),
        ));
    }
    Program::new("chpasswd", &[]).told(Secret::new(format!("{login}:{}\n", password.reveal()))).outliving().well()
}
