//! The JSON Schema of a profile, for `trousse schema profile`: the head, and for each kind of step its keys beside those of every
//! step.

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema};
use serde_json::{Map, Value, json};

use super::{Common, Head};
use crate::prep::step::Kind;

/// The JSON Schema (draft 2020-12).
pub fn schema() -> Value {
    let mut generator = SchemaSettings::draft2020_12().into_generator();
    let mut root: Map<String, Value> = object(Head::json_schema(&mut generator));
    let common = object(Common::json_schema(&mut generator));
    let kinds: Vec<Value> = Kind::schemas(&mut generator)
        .into_iter()
        .map(|(word, schema)| Value::Object(merged(word, &common, object(schema))))
        .collect();
    let definitions = generator.take_definitions(true);
    root.insert("$schema".into(), json!("https://json-schema.org/draft/2020-12/schema"));
    root.insert("title".into(), json!("Profile"));
    let steps = json!({"type": "array", "minItems": 1, "items": {"oneOf": kinds}, "description": "The steps, in order."});
    child(&mut root, "properties").insert("step".into(), steps);
    if let Some(Value::Array(required)) = root.get_mut("required") {
        required.push(json!("step"));
    }
    root.insert("$defs".into(), Value::Object(definitions));
    Value::Object(root)
}

fn object(schema: Schema) -> Map<String, Value> {
    match schema.to_value() {
        Value::Object(object) => object,
        // A schema that says nothing but yes or no.
        _ => Map::new(),
    }
}

fn child<'a>(object: &'a mut Map<String, Value>, key: &str) -> &'a mut Map<String, Value> {
    let child = object.entry(key).or_insert_with(|| json!({}));
    if !child.is_object() {
        *child = json!({});
    }
    child.as_object_mut().expect("it was made one just now")
}

/// The keys of a kind with those of every step.
fn merged(word: &str, common: &Map<String, Value>, mut own: Map<String, Value>) -> Map<String, Value> {
    let empty = Map::new();
    let mut properties = common.get("properties").and_then(Value::as_object).unwrap_or(&empty).clone();
    properties.insert("kind".into(), json!({"const": word}));
    properties.extend(std::mem::take(child(&mut own, "properties")));
    let required = |of: &Map<String, Value>| of.get("required").and_then(Value::as_array).cloned().unwrap_or_default();
    let mut needed = required(common);
    needed.push(json!("kind"));
    needed.extend(required(&own));
    own.insert("title".into(), json!(word));
    own.insert("type".into(), json!("object"));
    own.insert("properties".into(), Value::Object(properties));
    own.insert("required".into(), Value::Array(needed));
    own.insert("additionalProperties".into(), json!(false));
    own
}
