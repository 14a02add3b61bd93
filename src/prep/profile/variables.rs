//! Variables: `{name}` in a text of a step stands for a value; `{{name}}` is `{name}` itself. Other braces are left as they are.

use std::collections::BTreeMap;

use toml::Spanned;
use toml::de::DeValue;

use super::{Condition, Refusal};
use crate::fault::Why;

/// Keys that are not touched: a shell has braces and variables of its own.
const VERBATIM: &[&str] = &["run", "command"];

/// Whether a variable may be called so: it is an environment variable too.
pub(super) fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

/// The variables with the values that were given in place of the profile's own.
///
/// # Errors
/// A value for a variable that the profile does not have, or a variable without a value.
pub(super) fn settled(
    own: BTreeMap<String, String>,
    given: &BTreeMap<String, String>,
    line: impl Fn(&str) -> usize,
) -> Result<BTreeMap<String, String>, Refusal> {
    let names = names(&own);
    if let Some(name) = given.keys().find(|name| !own.contains_key(*name)) {
        let refusal = Refusal { line: None, ..Refusal::new(1, no_variable(name)) };
        return Err(match names.as_str() {
            "" => {
                refusal.hint("this profile has no variables: leave --set out", "ce profil n'a pas de variables : omettez --set")
            }
            names => refusal.hint(format!("its variables: {names}"), format!("ses variables : {names}")),
        });
    }
    let mut settled = own;
    settled.extend(given.iter().map(|(name, value)| (name.clone(), value.clone())));
    if let Some((name, _)) = settled.iter().find(|(name, _)| !is_name(name)) {
        let why = Why::new(
            format!("{name:?} is no name of a variable: a letter, then letters, digits and _, in lower case"),
            format!("{name:?} n'est pas un nom de variable : une lettre puis lettres, chiffres et _, en minuscules"),
        );
        return Err(Refusal::new(line(name), why));
    }
    if let Some((name, _)) = settled.iter().find(|(_, value)| value.is_empty()) {
        let why = Why::new(format!("the variable {name} has no value"), format!("la variable {name} n'a pas de valeur"));
        return Err(
            Refusal::new(line(name), why).hint(format!("give it one: --set {name}=…"), format!("donnez-la : --set {name}=…"))
        );
    }
    Ok(settled)
}

/// Puts the values of variables into every text of a step.
pub(super) fn fill(
    value: &mut Spanned<DeValue<'_>>,
    variables: &BTreeMap<String, String>,
    line: &impl Fn(usize) -> usize,
) -> Result<(), Refusal> {
    let start = value.span().start;
    match value.get_mut() {
        DeValue::String(text) => {
            let filled = filled(text, variables).map_err(|name| unknown(&name, line(start), variables))?;
            *text = filled.into();
        }
        DeValue::Array(values) => {
            for value in values.iter_mut() {
                fill(value, variables, line)?;
            }
        }
        DeValue::Table(table) => {
            for (key, value) in table.iter_mut() {
                if !VERBATIM.contains(&key.get_ref().as_ref()) {
                    fill(value, variables, line)?;
                }
            }
        }
        _ => {}
    }
    Ok(())
}

/// Refuses a condition about a variable that the profile does not have: it would never hold.
pub(super) fn known(condition: &Condition, variables: &BTreeMap<String, String>, line: usize) -> Result<(), Refusal> {
    let Some(name) = condition.variables.keys().find(|name| !variables.contains_key(*name)) else { return Ok(()) };
    let names = names(variables);
    Err(Refusal::new(line, no_variable(name)).hint(
        format!("put it under [variables] (there: {names})"),
        format!("ajoutez-la sous [variables] (qui contient : {names})"),
    ))
}

fn no_variable(name: &str) -> Why {
    Why::new(format!("no variable is called {name}"), format!("aucune variable ne s'appelle {name}"))
}

fn names(variables: &BTreeMap<String, String>) -> String {
    variables.keys().map(String::as_str).collect::<Vec<_>>().join(", ")
}

fn unknown(name: &str, line: usize, variables: &BTreeMap<String, String>) -> Refusal {
    let names = names(variables);
    Refusal::new(line, no_variable(name)).hint(
        format!("write {{{{{name}}}}} for these very letters, or put it under [variables] (there: {names})"),
        format!("écrivez {{{{{name}}}}} pour ces lettres mêmes, ou ajoutez-la sous [variables] (qui contient : {names})"),
    )
}

/// A text that means these very letters, as a step of a profile writes it.
pub fn literal(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(open) = rest.find('{') {
        out.push_str(&rest[..open]);
        let after = &rest[open + 1..];
        let name = after.find('}').map(|end| &after[..end]).filter(|name| is_name(name) && !out.ends_with('$'));
        match name {
            Some(name) => {
                out.push_str(&format!("{{{{{name}}}}}"));
                rest = &after[name.len() + 1..];
            }
            None => {
                out.push('{');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

/// The text with the values in it; the name of a variable that is unknown.
fn filled(text: &str, variables: &BTreeMap<String, String>) -> Result<String, String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(open) = rest.find('{') {
        out.push_str(&rest[..open]);
        let after = &rest[open + 1..];
        let named = |inside: &str| inside.find('}').map(|end| inside[..end].to_owned()).filter(|name| is_name(name));
        // `${name}` belongs to whoever reads the text later.
        let foreign = out.ends_with('$');
        if let Some(name) = after.strip_prefix('{').and_then(named).filter(|name| after[1 + name.len()..].starts_with("}}")) {
            out.push_str(&format!("{{{name}}}"));
            rest = &after[name.len() + 3..];
        } else if let Some(name) = named(after).filter(|_| !foreign) {
            out.push_str(variables.get(&name).ok_or_else(|| name.clone())?);
            rest = &after[name.len() + 1..];
        } else {
            out.push('{');
            rest = after;
        }
    }
    out.push_str(rest);
    Ok(out)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_name_in_braces_is_its_value_and_other_braces_stay() {
        let variables = BTreeMap::from([("site".to_owned(), "lyon".to_owned())]);
        let filled = |text: &str| super::filled(text, &variables);
        for (text, wanted) in [
            ("{site}", "lyon"),
            ("a{site}b{site}", "alyonblyon"),
            ("{{site}}", "{site}"),
            ("{{unknown}}", "{unknown}"),
            ("${site} ${{site}}", "${site} ${site}"),
            ("{ \"json\": {} }", "{ \"json\": {} }"),
            ("{Site} {a b} {", "{Site} {a b} {"),
            ("{{site}", "{lyon"),
        ] {
            assert_eq!(filled(text).as_deref(), Ok(wanted), "{text}");
        }
        assert_eq!(filled("{other}"), Err("other".to_owned()));
    }

    proptest! {
        #[test]
        fn a_text_that_is_written_as_it_is_comes_back_as_it_is(text in "[{}$a1 ]{0,12}") {
            prop_assert_eq!(filled(&literal(&text), &BTreeMap::new()), Ok(text));
        }
    }
}
