//! The secrets of a profile: from the environment, else from a sealed file, else asked for. Whoever holds one leaves no core behind.

use std::collections::BTreeMap;
use std::io::{Read, stdin};
use std::path::Path;

use super::{SealArgs, SecretsArgs};
use crate::cli::{agreement, unseen};
use crate::edge::sealed::{self, Opener, Sealed};
use crate::fault::{Fault, Result};
use crate::language::Language;
use crate::prep::secrets::{self, LONGEST, Secrets};
use crate::secret::Secret;

/// The secrets of these names. After a restart nobody is there to be asked, and the step without its secret fails.
pub(super) fn given(names: &[String], args: &SecretsArgs, resumed: bool, language: Language) -> Result<Secrets> {
    leave_no_core();
    // A file that was named is read whatever is needed of it, so that what is wrong with it is said.
    let mut filed = from_file(args, language)?;
    let mut secrets = Secrets::new();
    for name in names {
        let found = std::env::var(name).ok().filter(|value| !value.is_empty()).map(Secret::new).or_else(|| filed.remove(name));
        let secret = match found {
            Some(secret) => secret,
            None if resumed => continue,
            None if agreement::can_ask() => asked(name, language)?,
            None => return Err(missing(name)),
        };
        if !secrets::is_one_line(&secret) {
            return Err(Fault::new(
                format!("the secret {name} has more than one line"),
                format!("le secret {name} a plus d'une ligne"),
            )
            .hint(
                "programs read it as a line: give one, without the end of the line",
                "les programmes le lisent comme une ligne : donnez-en une, sans saut de ligne",
            ));
        }
        secrets.insert(name.clone(), secret);
    }
    Ok(secrets)
}

fn asked(name: &str, language: Language) -> Result<Secret> {
    let question = language.pick(format!("Secret {name} (it is not shown): "), format!("Secret {name} (il ne s'affiche pas) : "));
    unseen::ask(&question)?.ok_or_else(|| {
        Fault::new(format!("nobody gave the secret {name}"), format!("le secret {name} n'a pas été donné")).hint(
            "give the same command again, and type the secret at the question",
            "relancez la même commande, et tapez le secret à la question",
        )
    })
}

fn missing(name: &str) -> Fault {
    Fault::new(
        format!("the secret {name} is needed, and nobody gave it"),
        format!("le secret {name} est nécessaire, et n'a pas été donné"),
    )
    .hint(
        format!(
            "put it into the environment variable {name} or a file of --secrets, or run it at a terminal, where it is asked for"
        ),
        format!(
            "mettez-le dans la variable d'environnement {name} ou un fichier de --secrets, ou lancez-le dans un terminal, où il est demandé"
        ),
    )
}

fn from_file(args: &SecretsArgs, language: Language) -> Result<Secrets> {
    match args.secrets.as_deref() {
        None => Ok(BTreeMap::new()),
        Some(path) if path == Path::new("-") => from_input(),
        Some(path) => {
            let sealed = Sealed::read(path)?;
            match &args.identity {
                Some(identity) => sealed.open(Opener::Identity(identity)),
                None if sealed.by_passphrase()? => sealed.open(Opener::Passphrase(&passphrase(path, language)?)),
                None => Err(Fault::new(
                    format!("{} is opened by an identity, and none was named", path.display()),
                    format!("{} s'ouvre avec une identité, et aucune n'est indiquée", path.display()),
                )
                .hint("add --identity FILE", "ajoutez --identity FICHIER")),
            }
        }
    }
}

/// As they are on standard input, from a program that has them.
fn from_input() -> Result<Secrets> {
    let failed = |why: crate::fault::Why| {
        Fault::because("cannot take the secrets from standard input", "secrets illisibles sur l'entrée standard", why)
            .hint("what comes is NAME = \"value\", a line each", "on y attend NOM = \"valeur\", une ligne par secret")
    };
    let mut text = Secret::new(String::with_capacity(LONGEST as usize + 1));
    text.read_from(stdin().lock().take(LONGEST + 1)).map_err(|error| failed((&error).into()))?;
    if text.reveal().len() as u64 > LONGEST {
        return Err(failed(crate::fault::Why::new(format!("more than {LONGEST} bytes"), format!("plus de {LONGEST} octets"))));
    }
    secrets::parse(text.reveal()).map_err(|refusal| {
        let line = refusal.line;
        let why = refusal.why;
        failed(crate::fault::Why::new(format!("line {line}: {}", why.english), format!("ligne {line} : {}", why.french)))
    })
}

fn passphrase(path: &Path, language: Language) -> Result<Secret> {
    let shown = path.display();
    let nobody = || Fault::new(format!("no passphrase for {shown} was given"), format!("aucune phrase secrète pour {shown}"));
    if !agreement::can_ask() {
        return Err(nobody().hint(
            "run it at a terminal, where it is asked for, or seal the file for an identity (age -r) and name that: --identity FILE",
            "lancez-le dans un terminal, où elle est demandée, ou scellez le fichier pour une identité (age -r) et indiquez-la : --identity FICHIER",
        ));
    }
    let question = language.pick(
        format!("Passphrase of {shown} (it is not shown): "),
        format!("Phrase secrète de {shown} (elle ne s'affiche pas) : "),
    );
    unseen::ask(&question)?.ok_or_else(|| {
        nobody().hint(
            "give the same command again, and type it at the question",
            "relancez la même commande, et tapez-la à la question",
        )
    })
}

/// Seals secrets in a new file.
pub(super) fn seal(args: &SealArgs, language: Language) -> Result<u8> {
    if let Some(wrong) = args.names.iter().find(|name| !secrets::is_name(name)) {
        return Err(Fault::new(format!("{wrong:?} is no name of a secret"), format!("{wrong:?} n'est pas un nom de secret"))
            .hint("letters, digits and _, as in ADMIN_PASSWORD", "lettres, chiffres et _, par exemple ADMIN_PASSWORD"));
    }
    let is_again = |(at, name): &(usize, &String)| args.names[..*at].contains(name);
    if let Some((_, name)) = args.names.iter().enumerate().find(is_again) {
        return Err(Fault::new(format!("the secret {name} is named twice"), format!("le secret {name} est nommé deux fois"))
            .hint("name each once", "nommez chacun une seule fois"));
    }
    if std::fs::symlink_metadata(&args.file).is_ok() {
        let shown = args.file.display();
        return Err(Fault::new(format!("{shown} is there already"), format!("{shown} existe déjà"))
            .hint("name a new file", "indiquez un nouveau fichier"));
    }
    if !agreement::can_ask() {
        return Err(Fault::new("nobody is there to be asked", "il n'y a personne à qui demander").hint(
            "run it at a terminal; in a script: age -p, or age -r KEY, of lines NAME = \"value\"",
            "lancez-le dans un terminal ; dans un script : age -p, ou age -r CLÉ, sur des lignes NOM = \"valeur\"",
        ));
    }
    leave_no_core();
    let mut secrets = Secrets::new();
    for name in &args.names {
        secrets.insert(name.clone(), asked(name, language)?);
        sealed::check(&args.file, &secrets)?;
    }
    let first = passphrase(&args.file, language)?;
    let again = language.pick("The same again: ", "Encore une fois : ");
    if unseen::ask(again)?.as_ref() != Some(&first) {
        return Err(Fault::new("the two are not the same; nothing was written", "les deux diffèrent ; rien n'a été écrit").hint(
            "give the same command again, and type the passphrase twice",
            "relancez la même commande, et tapez deux fois la phrase secrète",
        ));
    }
    sealed::seal(&args.file, &secrets, &first).map(|()| 0)
}

/// Whatever happens, no file is made of the memory, and no other program of the user reads it.
pub(super) fn leave_no_core() {
    // A system that does not know this has other ways to look into a program.
    #[cfg(target_os = "linux")]
    let _ = nix::sys::prctl::set_dumpable(false);
}
