//! YAML as values with places: what is written, and on which line.

use crate::Fault;
use crate::config::Positions;
use crate::config::element;
use crate::config::member;
use saphyr::LoadableYamlNode;
use saphyr::MarkedYaml;
use saphyr::Scalar;
use saphyr::YamlData;
use serde_json::Map;
use serde_json::Number;
use serde_json::Value;

/// Longer than any file that people write.
const MAX_BYTES: usize = 4 * 1024 * 1024;

fn fault(line: Option<usize>, message: impl Into<String>) -> Fault {
    Fault {
        place: String::new(),
        line,
        message: message.into(),
    }
}

/// Reads one document. Keys that stand twice are refused by the parser.
pub(super) fn read(text: &str) -> Result<(Value, Positions), Fault> {
    if text.len() > MAX_BYTES {
        return Err(fault(
            None,
            format!("the file is longer than {MAX_BYTES} bytes"),
        ));
    }
    let documents = MarkedYaml::load_from_str(text).map_err(|error| {
        fault(
            Some(error.marker().line()),
            format!("the file is not valid YAML: {}", error.info()),
        )
    })?;
    let [document] = documents.as_slice() else {
        return Err(fault(
            None,
            format!(
                "the file must hold one YAML document, not {}",
                documents.len()
            ),
        ));
    };
    let mut positions = Positions::none();
    let value = value(document, "", &mut positions)?;
    Ok((value, positions))
}

fn value(node: &MarkedYaml<'_>, place: &str, positions: &mut Positions) -> Result<Value, Fault> {
    let line = node.span.start.line();
    positions.note(place, line);
    let refused = |what: &str| Fault {
        place: place.to_owned(),
        line: Some(line),
        message: what.to_owned(),
    };
    Ok(match &node.data {
        YamlData::Value(scalar) => match scalar {
            Scalar::Null => Value::Null,
            Scalar::Boolean(value) => Value::Bool(*value),
            Scalar::Integer(value) => Value::Number((*value).into()),
            Scalar::FloatingPoint(value) => Number::from_f64(value.into_inner())
                .map(Value::Number)
                .ok_or_else(|| refused("must be a finite number"))?,
            Scalar::String(text) => Value::String(text.clone().into_owned()),
        },
        YamlData::Sequence(items) => {
            let items = items.iter().enumerate();
            let items = items.map(|(index, item)| value(item, &element(place, index), positions));
            Value::Array(items.collect::<Result<_, _>>()?)
        }
        YamlData::Mapping(members) => {
            let mut object = Map::new();
            for (key, item) in members {
                let YamlData::Value(Scalar::String(name)) = &key.data else {
                    return Err(refused("has a key that is no text; put it in quotes"));
                };
                let place = member(place, name);
                let item = value(item, &place, positions)?;
                // A value on the next line belongs to its key.
                positions.note(&place, key.span.start.line());
                object.insert(name.clone().into_owned(), item);
            }
            Value::Object(object)
        }
        YamlData::Representation(..)
        | YamlData::Tagged(..)
        | YamlData::Alias(_)
        | YamlData::BadValue => return Err(refused("uses a tag or an alias; write it out")),
    })
}

#[cfg(test)]
mod tests {
    use super::read;
    use serde_json::json;

    #[test]
    fn values_keep_their_lines() {
        let (value, positions) =
            read("a: 1\nb:\n  - x: true\n  - 'y'\nc:\n  d: 1.5\n").expect("YAML");
        assert_eq!(
            value,
            json!({ "a": 1, "b": [{ "x": true }, "y"], "c": { "d": 1.5 } })
        );
        assert_eq!(positions.line("a"), Some(1));
        assert_eq!(positions.line("b[0].x"), Some(3));
        assert_eq!(positions.line("b[1]"), Some(4));
        assert_eq!(positions.line("c"), Some(5));
        assert_eq!(positions.line("c.gone"), Some(5));
    }

    #[test]
    fn what_is_no_yaml_is_told_with_its_line() {
        for (text, line) in [
            ("a: 1\na: 2\n", Some(2)),
            ("a: [1\nb: 2", Some(2)),
            ("1: a", Some(1)),
            ("a: 1\n---\nb: 2", None),
        ] {
            let fault = read(text).expect_err("a fault");
            assert_eq!(fault.line, line, "{text:?}: {fault}");
        }
    }

    #[test]
    fn aliases_do_not_grow_a_small_file() {
        let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
        for level in 1..12 {
            let before = level - 1;
            let many = vec![format!("*a{before}"); 9].join(", ");
            text.push_str(&format!("a{level}: &a{level} [{many}]\n"));
        }
        assert!(read(&text).is_err());
    }
}
