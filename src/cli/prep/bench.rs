//! `trousse prep bench`: the same preparation on many PCs at once, from the technician's station.

mod onlooker;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use russh::keys::{PrivateKey, load_secret_key};

use super::BenchArgs;
use super::naming::{Asked, shared_list};
use super::secrets::{given, leave_no_core};
use crate::cli::output::Places;
use crate::cli::{agreement, unseen};
use crate::edge::bench::baggage::{Baggage, Brought, brought};
use crate::edge::bench::machine::Machine;
use crate::edge::bench::ssh::{Access, Hop};
use crate::edge::bench::station::{self, Plan, Planned};
use crate::edge::names::{self, Place};
use crate::edge::pc::payloads::Payloads;
use crate::edge::pc::{folder_of, profile_text};
use crate::edge::stop;
use crate::fault::{Fault, Result, Why};
use crate::language::Language;
use crate::line::one_line;
use crate::prep::bench::attend::Run;
use crate::prep::bench::course::Terms;
use crate::prep::bench::hosts::{self, Target};
use crate::prep::bench::result::Record;
use crate::prep::look::Digest;
use crate::prep::payload;
use crate::prep::profile::Profile;
use crate::report::BENCH_FORMATS;
use crate::secret::Secret;
use onlooker::{Manner, Onlooker};

/// Exit code after Ctrl-C, as a shell has it. The PCs go on by themselves.
const INTERRUPTED: u8 = 130;
/// A run that goes on and tells nothing new is given up after this beside three times its longest step.
const QUIET: Duration = Duration::from_secs(600);
/// Keys that are taken where none is named, in the folder .ssh of the user: ssh(1), FILES.
const USUAL_KEYS: &[&str] = &["id_ed25519", "id_ecdsa", "id_rsa"];

/// Prepares all PCs of a list.
pub(super) fn bench(args: &BenchArgs, language: Language) -> Result<u8> {
    leave_no_core();
    let places = Places::of(BENCH_FORMATS, args.format.as_deref(), &args.output, args.firm.as_deref());
    places.check()?;
    let text = profile_text(&args.profile)?;
    let targets = targets(&args.hosts, &text)?;
    let set = super::given_variables(&args.set)?;
    let user = args.user.clone().map_or_else(own_name, Ok)?;
    if !hosts::is_user(&user) {
        return Err(no_user(&user));
    }
    let profiles = targets.iter().map(|target| read_for(&text, &set, target, args)).collect::<Result<Vec<_>>>()?;
    let Some(profile) = profiles.first() else { return Err(Fault::new("no PC is in the list", "aucun PC dans la liste")) };
    let folder = folder_of(&args.profile);
    let depot = args.depot.clone().or_else(|| profile.depot.as_ref().map(|depot| folder.join(depot)));
    let names = kept_in(profile, args, depot.as_deref())?;
    let files = files(&profiles, &args.profile, depot.as_deref())?;
    let pcs: Vec<Planned> =
        targets.iter().zip(&profiles).map(|(target, profile)| planned(target, profile, &user, &files, args)).collect();
    let secrets = given(&secrets_of(&profiles), &args.secrets, false, language)?;
    let access = access(args, language)?;
    // Last: it is the largest, and all of it is read.
    let programs = programs(&args.program)?;
    let longest = profiles.iter().flat_map(Profile::in_order).map(|stage| stage.timeout_s).max().unwrap_or_default();
    let terms =
        Terms { patience_ms: u64::from(args.patience) * 60_000, quiet_ms: u64::from(longest) * 3_000 + QUIET.as_millis() as u64 };
    let labels: Vec<String> = pcs.iter().map(|pc| pc.label.clone()).collect();
    let lines = args.output.is_empty() && args.format.as_deref() == Some("json");
    let manner = if lines { Manner::Lines } else { Manner::People };
    if let Some(place) = &names {
        tell_new_list(place, language);
    }
    let mut record = Record {
        title: profile.title.clone(),
        version: profile.version.clone(),
        profile: profile.sha256.clone(),
        results: Vec::new(),
        took_ms: 0,
    };
    let mut onlooker = Onlooker::new(manner, labels, &record, language);
    let began = std::time::Instant::now();
    let plan =
        Plan { pcs, baggage: Baggage { programs, files, secrets, language }, names, access, terms, jobs: usize::from(args.jobs) };
    record.results = station::run(plan, &mut |seen| onlooker.saw(&seen))?;
    record.took_ms = began.elapsed().as_millis() as u64;
    onlooker.finish(&record);
    let written = if lines { Ok(()) } else { places.write(language, |format, view| (format.render)(&record, view)) };
    if let Err(fault) = &written {
        eprintln!("trousse: {}", fault.say(language));
    }
    Ok(if stop::pressed() { INTERRUPTED } else { ended(&record, written.is_ok()) })
}

/// The exit code. Results that could not be written are no refusal: the PCs are as they are.
fn ended(record: &Record, written: bool) -> u8 {
    /// As a step that failed.
    const UNWRITTEN: u8 = 20;
    record.exit_code().max(if written { 0 } else { UNWRITTEN })
}

/// Where the names are kept that are taken, where a step may give one. A list that is not there is refused before any PC is asked.
fn kept_in(profile: &Profile, args: &BenchArgs, depot: Option<&Path>) -> Result<Option<Place>> {
    let Some(naming) = profile.names.as_ref().filter(|_| profile.may_name()) else {
        return match &args.names {
            Some(names) => Err(named_by_none(names)),
            None => Ok(None),
        };
    };
    let folder = folder_of(&args.profile);
    let asked = Asked { name: None, before: None, file: args.names.as_deref(), depot, folder: &folder };
    let place = asked.kept_in(naming.file.as_deref());
    names::look(&place)?;
    Ok(Some(place))
}

/// Tells on standard error that a list of names is begun where nobody said that one is.
fn tell_new_list(place: &Place, language: Language) {
    if !place.named && !place.path.exists() {
        let file = place.path.display();
        let line = language.pick(format!("names: {file}, a new list"), format!("noms : {file}, une nouvelle liste"));
        eprintln!("{}\n{}", one_line(&line), shared_list(language));
    }
}

fn named_by_none(names: &Path) -> Fault {
    let shown = names.display();
    Fault::new(
        format!("--names {shown}: no step of this profile gives a PC a name by its pattern"),
        format!("--names {shown} : aucune étape de ce profil n'attribue un nom à un PC par son modèle"),
    )
    .hint(
        "leave it out, or add a step of the kind rename without `to`",
        "omettez-le, ou ajoutez une étape du genre rename sans `to`",
    )
}

/// The PCs of the list.
fn targets(path: &Path, profile: &str) -> Result<Vec<Target>> {
    let shown = path.display().to_string();
    let unreadable = |error: std::io::Error| {
        Fault::because(format!("cannot read the list {shown}"), format!("liste {shown} illisible"), &error)
            .hint("name a file in CSV or TOML: a PC a row", "indiquez un fichier CSV ou TOML : un PC par ligne")
    };
    let file = std::fs::File::open(path).map_err(unreadable)?;
    if file.metadata().map_err(unreadable)?.len() > hosts::LONGEST {
        return Err(Fault::new(
            format!("the list {shown} is too long: more than {} bytes", hosts::LONGEST),
            format!("la liste {shown} est trop longue : plus de {} octets", hosts::LONGEST),
        ));
    }
    let variables = Profile::variables_in(profile);
    let toml = path.extension().is_some_and(|end| end.eq_ignore_ascii_case("toml"));
    let read = if toml {
        let mut text = String::new();
        file.take(hosts::LONGEST).read_to_string(&mut text).map_err(unreadable)?;
        hosts::from_toml(&text, &variables)
    } else {
        let text = crate::sheet::text(file.take(hosts::LONGEST)).map_err(unreadable)?;
        hosts::from_csv(&text, &variables)
    };
    read.map_err(|refusal| refusal.of(&shown))
}

/// The profile as it is for one PC: refused here where it would be there.
fn read_for(text: &str, set: &BTreeMap<String, String>, target: &Target, args: &BenchArgs) -> Result<Profile> {
    let mut variables = set.clone();
    variables.extend(target.variables.clone());
    Profile::parse(text, &variables).map_err(|refusal| {
        let (list, line) = (args.hosts.display(), target.line);
        let (english, french) = (refusal.why.english.clone(), refusal.why.french.clone());
        // Where the row has a say in it, it is named.
        match refusal.line {
            Some(_) if target.variables.is_empty() => refusal.of(&args.profile.display().to_string()),
            _ => Fault::because(
                format!("{list}, line {line}: the profile is refused with what stands there"),
                format!("{list}, ligne {line} : profil refusé avec ce qui y figure"),
                Why::new(english, french),
            )
            .hint(refusal.hint.english, refusal.hint.french),
        }
    })
}

fn planned(target: &Target, profile: &Profile, user: &str, files: &[Brought], args: &BenchArgs) -> Planned {
    let user = target.user.clone().unwrap_or_else(|| user.to_owned());
    let name = args.profile.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let told = serde_json::to_string(&profile.variables).unwrap_or_default();
    let id = Digest::of(format!("{}\n{told}", profile.sha256).as_bytes()).sha256;
    let payloads: BTreeSet<&str> = profile.payloads().collect();
    let own = files.iter().enumerate().filter(|(place, file)| *place == 0 || payloads.contains(file.name.as_str()));
    Planned {
        label: target.label(),
        hop: Hop { address: target.address.clone(), port: target.port, user },
        run: Run { profile: name, variables: profile.variables.clone(), id },
        pattern: profile.names.as_ref().map(|naming| naming.pattern.clone()),
        files: own.map(|(place, _)| place).collect(),
        secrets: profile.secrets(),
    }
}

/// The secrets that any of the PCs may need: a row of the list may name another than the others.
fn secrets_of(profiles: &[Profile]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for name in profiles.iter().flat_map(Profile::secrets) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// The profile first, and the files that it has for any of the PCs: they lie beside it, or in the depot as they were put there.
fn files(profiles: &[Profile], path: &Path, depot: Option<&Path>) -> Result<Vec<Brought>> {
    let own = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let shown = path.display();
    let profile = brought(&own, path).map_err(|error| {
        Fault::because(format!("cannot read the profile {shown}"), format!("profil {shown} illisible"), &error)
    })?;
    let payloads = Payloads::of(profiles.iter().flat_map(Profile::payloads), &folder_of(path), depot)?;
    let others = payloads.iter().filter(|(name, _)| **name != own).map(|(name, payload)| Brought {
        name: name.clone(),
        path: payload.path.clone(),
        digest: payload.digest.clone(),
        machine: Machine::Other,
    });
    Ok(std::iter::once(profile).chain(others).collect())
}

/// The programs that are put there: those that are named, and this one where none of them is for a PC.
fn programs(named: &[PathBuf]) -> Result<Vec<Brought>> {
    let hint = |fault: Fault| fault.hint("name the one for the PCs: --program FILE", "indiquez celui des PC : --program FICHIER");
    let unreadable = |error: std::io::Error| hint(Fault::because("cannot read the program", "programme illisible", &error));
    let mut programs = Vec::new();
    for path in named {
        let program = brought("trousse", path).map_err(unreadable)?;
        if program.machine == Machine::Windows {
            let mut file = std::fs::File::open(path).map_err(unreadable)?;
            payload::read("trousse.exe", &mut file)
                .map_err(|why| hint(Fault::because("the program is refused", "le programme est refusé", why)))?;
        }
        programs.push(program);
    }
    match std::env::current_exe().and_then(|own| brought("trousse", &own)) {
        Ok(own) => programs.push(own),
        Err(error) if programs.is_empty() => return Err(unreadable(error)),
        Err(_) => {}
    }
    Ok(programs)
}

fn access(args: &BenchArgs, language: Language) -> Result<Access> {
    let home = std::env::home_dir().unwrap_or_default();
    let known_hosts = match &args.known_hosts {
        Some(path) => vec![path.clone()],
        None => vec![home.join(".ssh/known_hosts"), PathBuf::from("/etc/ssh/ssh_known_hosts")],
    };
    let keys = match args.key.is_empty() {
        false => args.key.iter().map(|path| named_key(path, language)).collect::<Result<Vec<_>>>()?,
        // One that is there and asks for a passphrase is the agent's.
        true => {
            USUAL_KEYS.iter().filter_map(|name| load_secret_key(home.join(".ssh").join(name), None).ok()).map(Arc::new).collect()
        }
    };
    let password = if args.ask_password { Some(password(language)?) } else { None };
    let jump = args.jump.as_deref().map(jump).transpose()?;
    // Keys that were named are meant, and no others.
    Ok(Access { agent: args.key.is_empty(), keys, password, known_hosts, accept_new: args.accept_new_keys, jump })
}

fn named_key(path: &Path, language: Language) -> Result<Arc<PrivateKey>> {
    let shown = path.display();
    let failed = |why: Why| {
        Fault::because(format!("cannot use the key {shown}"), format!("clé {shown} inutilisable"), why)
            .hint("name a private key of ssh-keygen", "indiquez une clé privée de ssh-keygen")
    };
    // What the crate says of it may quote the file.
    let damaged = || {
        failed(Why::new(
            "it is no private key, or another passphrase opens it",
            "ce n'est pas une clé privée, ou sa phrase secrète est autre",
        ))
    };
    match load_secret_key(path, None) {
        Ok(key) => Ok(Arc::new(key)),
        Err(russh::keys::Error::IO(error)) => Err(failed((&error).into())),
        Err(russh::keys::Error::KeyIsEncrypted) if agreement::can_ask() => {
            let question = language.pick(
                format!("Passphrase of the key {shown} (it is not shown): "),
                format!("Phrase secrète de la clé {shown} (elle ne s'affiche pas) : "),
            );
            let passphrase = unseen::ask(&question)?.ok_or_else(damaged)?;
            load_secret_key(path, Some(passphrase.reveal())).map(Arc::new).map_err(|_| damaged())
        }
        Err(russh::keys::Error::KeyIsEncrypted) => {
            Err(failed(Why::new("it asks for a passphrase", "elle demande une phrase secrète"))
                .hint("put it into the agent: ssh-add", "confiez-la à l'agent : ssh-add"))
        }
        Err(_) => Err(damaged()),
    }
}

/// From the environment, else asked for.
fn password(language: Language) -> Result<Secret> {
    const NAME: &str = "TROUSSE_SSH_PASSWORD";
    let nobody = || {
        Fault::new("no password was given", "aucun mot de passe n'a été donné").hint(
            format!("run it at a terminal, where it is asked for, or put it into {NAME}"),
            format!("lancez-le dans un terminal, où il est demandé, ou mettez-le dans {NAME}"),
        )
    };
    if let Some(password) = std::env::var(NAME).ok().filter(|password| !password.is_empty()) {
        return Ok(Secret::new(password));
    }
    if !agreement::can_ask() {
        return Err(nobody());
    }
    let question = language.pick(
        "Password of the user on the PCs, for logging in and for sudo (it is not shown): ",
        "Mot de passe de l'utilisateur sur les PC, pour la connexion et pour sudo (il ne s'affiche pas) : ",
    );
    unseen::ask(question)?.ok_or_else(nobody)
}

/// `[USER@]HOST[:PORT]`, an IPv6 address with a port in brackets.
fn jump(text: &str) -> Result<Hop> {
    let wrong = || {
        Fault::new(format!("--jump {text:?} is no PC"), format!("--jump {text:?} n'est pas un PC"))
            .hint("as in technician@10.0.0.1:22", "par exemple technicien@10.0.0.1:22")
    };
    let (user, place) = match text.rsplit_once('@') {
        Some((user, place)) => (user.to_owned(), place),
        None => (own_name()?, text),
    };
    let (address, port) = match place.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, rest)) => (address, rest.strip_prefix(':')),
        None if place.matches(':').count() == 1 => {
            place.split_once(':').map_or((place, None), |(address, port)| (address, Some(port)))
        }
        None => (place, None),
    };
    let port = port.map_or(Ok(22), str::parse).map_err(|_| wrong())?;
    if !hosts::is_user(&user) || !hosts::is_address(address) || port == 0 {
        return Err(wrong());
    }
    Ok(Hop { address: address.to_owned(), port, user })
}

fn no_user(user: &str) -> Fault {
    Fault::new(format!("--user {user:?} is no name of a user"), format!("--user {user:?} n'est pas un nom d'utilisateur"))
        .hint("name the one on the PCs: --user NAME", "indiquez celui des PC : --user NOM")
}

/// Whoever runs the kit.
fn own_name() -> Result<String> {
    let user = nix::unistd::User::from_uid(nix::unistd::getuid()).ok().flatten();
    user.map(|user| user.name).ok_or_else(|| {
        Fault::new("nobody knows the name of this user", "le nom de cet utilisateur est inconnu")
            .hint("name the one on the PCs: --user NAME", "indiquez celui des PC : --user NOM")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_that_cannot_be_written_do_not_make_the_pcs_refused() {
        let record = |end| {
            let result =
                serde_json::json!({"pc": "a", "end": end, "changed": 0, "already": 0, "restarts": 0, "losses": 0, "took_ms": 0});
            let results = vec![serde_json::from_value(result).expect("a result")];
            Record { title: String::new(), version: String::new(), profile: String::new(), results, took_ms: 0 }
        };
        assert_eq!([true, false].map(|written| ended(&record("ready"), written)), [0, 20]);
        assert_eq!([true, false].map(|written| ended(&record("refused"), written)), [30, 30]);
    }

    #[test]
    fn a_jump_host_has_a_user_and_a_port() {
        let hop = |text: &str| jump(text).map(|hop| (hop.user, hop.address, hop.port)).ok();
        assert_eq!(hop("tech@10.0.0.1:2222"), Some(("tech".into(), "10.0.0.1".into(), 2222)));
        assert_eq!(hop("tech@fe80::1").map(|hop| hop.1), Some("fe80::1".to_owned()));
        assert_eq!(hop("tech@[fe80::1]:23"), Some(("tech".into(), "fe80::1".into(), 23)));
        for wrong in ["", "@host", "a\u{1b}b@host", "-x@host", "tech@", "tech@host:0", "tech@host:ssh", "tech@-o"] {
            assert_eq!(hop(wrong), None, "{wrong}");
        }
    }
}
