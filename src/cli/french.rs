//! The help of every command in French. The words in English stand in the code of each command; a test keeps both complete.

mod about;
mod link;
mod network;
mod prep;
mod site;

use clap::builder::Resettable;
use clap::{Arg, ArgAction, Command};

/// The help of a command (`""`) or of one of its arguments, by the name of the command (`""` for the program).
type Words = (&'static str, &'static str, &'static str);

/// All of it, by families of commands.
const WORDS: &[&[Words]] = &[about::WORDS, network::WORDS, link::WORDS, site::WORDS, prep::WORDS];

/// The names of values in French.
const VALUES: &[(&str, &str)] = &[
    ("DIR", "DOSSIER"),
    ("NAME=VALUE", "NOM=VALEUR"),
    ("DIR|FILE", "DOSSIER|FICHIER"),
    ("VISIT", "INTERVENTION"),
    ("VISIT1", "INTERVENTION1"),
    ("VISIT2", "INTERVENTION2"),
    ("FILE", "FICHIER"),
    ("FIRM", "SOCIÉTÉ"),
    ("SHEET", "FICHE"),
    ("SYSTEM", "SYSTÈME"),
    ("PATTERN", "MODÈLE"),
    ("LOGIN", "IDENTIFIANT"),
    ("TARGET", "CIBLE"),
    ("LANG", "LANGUE"),
    ("MAC|VENDOR", "MAC|FABRICANT"),
    ("NAME", "NOM"),
    ("COMMAND", "COMMANDE"),
    ("LIST", "LISTE"),
    ("LETTERS", "LETTRES"),
    ("NUMBER", "NUMÉRO"),
    ("PROFILE", "PROFIL"),
    ("LABEL", "PRISE"),
    ("WHAT", "QUOI"),
    ("CLASS[,CLASS…]", "CLASSE[,CLASSE…]"),
    ("ADDRESS", "ADRESSE"),
    ("TEXT", "TEXTE"),
    ("YES|NO", "OUI|NON"),
];

/// Stands in a text for the value that the code gives where nobody says another.
const DEFAULT: &str = "{default}";

fn words(command: &str, argument: &str) -> Option<&'static str> {
    WORDS.iter().copied().flatten().find(|(of, what, _)| (*of, *what) == (command, argument)).map(|(_, _, text)| *text)
}

/// The program's command line with its help in French.
pub fn translate(command: Command) -> Command {
    let names: Vec<String> = command.get_subcommands().map(|sub| sub.get_name().to_owned()).collect();
    let program = one(command.disable_help_subcommand(true), "");
    let help = || Arg::new("help").short('h').long("help").action(ArgAction::Help).help("Afficher l'aide").global(true);
    let version = Arg::new("version").short('V').long("version").action(ArgAction::Version).help("Afficher la version");
    let program = program
        .subcommand_value_name("COMMANDE")
        .disable_version_flag(true)
        .propagate_version(false)
        .disable_help_flag(true)
        .arg(help())
        .arg(version);
    names.iter().fold(program, |program, name| program.mut_subcommand(name, |sub| subcommand(sub, name)))
}

/// A command with those below it, which are known by both names, as in `site init`.
fn subcommand(command: Command, path: &str) -> Command {
    let names: Vec<String> = command.get_subcommands().map(|sub| sub.get_name().to_owned()).collect();
    let command = one(command, path).disable_help_flag(true);
    if names.is_empty() {
        return command;
    }
    let command = command.disable_help_subcommand(true).subcommand_value_name("COMMANDE");
    names.iter().fold(command, |command, name| command.mut_subcommand(name, |sub| subcommand(sub, &format!("{path} {name}"))))
}

/// What stands around the help of a command. clap's own headings have no space before their colon.
fn frame(command: &Command) -> String {
    let mut frame = "{about}\n\nUtilisation\u{a0}: {usage}\n".to_owned();
    if command.get_positionals().next().is_some() {
        frame += "\nArguments\u{a0}:\n{positionals}\n";
    }
    if command.has_subcommands() {
        frame += "\nCommandes\u{a0}:\n{subcommands}\n";
    }
    frame + "\nOptions\u{a0}:\n{options}"
}

/// One command: what it is, its arguments, the frame around them.
fn one(command: Command, name: &str) -> Command {
    let about = words(name, "").unwrap_or_default();
    let command = command.about(about).long_about(Resettable::Reset);
    let frame = frame(&command);
    let command = command.help_template(frame);
    command.mut_args(|argument| {
        let text = words(name, argument.get_id().as_str()).unwrap_or_default();
        let value = argument.get_value_names().and_then(|names| names.first()).map(ToString::to_string);
        let value = value.unwrap_or_else(|| argument.get_id().as_str().to_uppercase());
        let shown = VALUES.iter().find(|(english, _)| *english == value).map(|(_, french)| *french);
        let choices: Vec<String> = argument.get_possible_values().iter().map(|choice| choice.get_name().to_owned()).collect();
        let takes_value = argument.get_action().takes_values();
        // What is another on each system stands in no text.
        let default = argument.get_default_values().first().map(|value| value.to_string_lossy().into_owned());
        let text = text.replace(DEFAULT, &default.unwrap_or_default());
        let text = match choices.as_slice() {
            choices if takes_value && !choices.is_empty() => format!("{text} [au choix : {}]", choices.join(", ")),
            _ => text,
        };
        let argument = argument.help(text).long_help(Resettable::Reset);
        if !takes_value {
            return argument;
        }
        let argument = argument.hide_possible_values(true).hide_default_value(true);
        match shown {
            Some(shown) => argument.value_name(shown),
            None => argument,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn every_command_and_argument_has_its_words_in_french_and_no_others_do() {
        let program = crate::cli::Cli::command();
        let mut expected: Vec<(String, String)> = vec![(String::new(), String::new()), (String::new(), "lang".into())];
        let path = |above: &str, sub: &Command| format!("{above} {}", sub.get_name()).trim_start().to_owned();
        let mut below: Vec<(String, &Command)> = program.get_subcommands().map(|sub| (path("", sub), sub)).collect();
        while let Some((name, command)) = below.pop() {
            below.extend(command.get_subcommands().map(|sub| (path(&name, sub), sub)));
            expected.push((name.clone(), String::new()));
            expected.extend(command.get_arguments().map(|argument| (name.clone(), argument.get_id().to_string())));
        }
        let mut written: Vec<(String, String)> = WORDS
            .iter()
            .copied()
            .flatten()
            .map(|(command, argument, _)| ((*command).to_owned(), (*argument).to_owned()))
            .collect();
        expected.sort();
        written.sort();
        assert_eq!(written, expected);
    }

    #[test]
    fn the_command_line_is_sound_in_both_languages() {
        crate::cli::Cli::command().debug_assert();
        translate(crate::cli::Cli::command()).debug_assert();
    }

    #[test]
    fn a_default_that_is_another_on_each_system_is_that_of_this_one() {
        let program = translate(crate::cli::Cli::command());
        let prep = program.find_subcommand("prep").expect("prep");
        let folder = crate::edge::pc::state_folder().display().to_string();
        for name in ["plan", "run", "verify", "status", "sheet"] {
            let command = prep.find_subcommand(name).expect(name);
            let state = command.get_arguments().find(|argument| argument.get_id() == "state").and_then(Arg::get_help);
            let help = state.expect("its help").to_string();
            assert!(help.contains(&format!("[par défaut : {folder}]")), "{name}: {help}");
        }
    }

    #[test]
    fn no_english_is_left_in_the_help() {
        let mut program = translate(crate::cli::Cli::command());
        program.build();
        for sub in program.get_subcommands_mut() {
            let help = sub.render_long_help().to_string();
            for english in
                ["Usage:", "Options:", "Arguments:", "Commandes:", "Print", "possible values", "default:", "Write", "The "]
            {
                assert!(!help.contains(english), "{}: {english}\n{help}", sub.get_name());
            }
        }
    }
}
