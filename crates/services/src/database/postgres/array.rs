//! Arrays as PostgreSQL writes them: `{1,NULL,"a \"b\"",{2}}`.

use serde_json::Value;

/// An array that was read: what stands in it, or arrays of that.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Item {
    Null,
    Text(String),
    List(Vec<Self>),
}

/// Reads an array; nothing for what is none.
pub(crate) fn read(text: &str) -> Option<Item> {
    // Bounds that do not begin at 1 stand before it: [0:2]={…}
    let text = if text.starts_with('[') {
        text.split_once('=')?.1
    } else {
        text
    };
    let mut rest = text.strip_prefix('{')?;
    let items = list(&mut rest)?;
    rest.is_empty().then_some(Item::List(items))
}

fn list(rest: &mut &str) -> Option<Vec<Item>> {
    let mut items = Vec::new();
    if let Some(behind) = rest.strip_prefix('}') {
        *rest = behind;
        return Some(items);
    }
    loop {
        items.push(item(rest)?);
        let mut characters = rest.chars();
        match characters.next()? {
            ',' => *rest = characters.as_str(),
            '}' => {
                *rest = characters.as_str();
                return Some(items);
            }
            _ => return None,
        }
    }
}

fn item(rest: &mut &str) -> Option<Item> {
    if let Some(behind) = rest.strip_prefix('{') {
        *rest = behind;
        return list(rest).map(Item::List);
    }
    if let Some(behind) = rest.strip_prefix('"') {
        let mut text = String::new();
        let mut characters = behind.chars();
        loop {
            match characters.next()? {
                '"' => break,
                '\\' => text.push(characters.next()?),
                character => text.push(character),
            }
        }
        *rest = characters.as_str();
        return Some(Item::Text(text));
    }
    let end = rest.find([',', '}'])?;
    let (text, behind) = rest.split_at(end);
    *rest = behind;
    Some(if text == "NULL" {
        Item::Null
    } else {
        Item::Text(text.to_owned())
    })
}

/// Whether the elements of an array are JSON themselves.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Elements {
    Json,
    Plain,
}

/// Writes an array.
pub(crate) fn write(values: &[Value], elements: Elements, out: &mut String) {
    out.push('{');
    for (index, value) in values.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        match value {
            Value::Null => out.push_str("NULL"),
            Value::Array(values) if elements == Elements::Plain => write(values, elements, out),
            Value::String(text) if elements == Elements::Plain => quote(text, out),
            value => quote(&value.to_string(), out),
        }
    }
    out.push('}');
}

fn quote(text: &str, out: &mut String) {
    out.push('"');
    for character in text.chars() {
        if matches!(character, '"' | '\\') {
            out.push('\\');
        }
        out.push(character);
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Item {
        Item::Text(text.to_owned())
    }

    #[test]
    fn arrays_are_read_as_they_are_written() {
        for (written, items) in [
            ("{}", vec![]),
            (
                "{1,NULL,\"NULL\"}",
                vec![text("1"), Item::Null, text("NULL")],
            ),
            ("{\"a \\\"b\\\\\",\"\"}", vec![text("a \"b\\"), text("")]),
            (
                "{{1,2},{}}",
                vec![Item::List(vec![text("1"), text("2")]), Item::List(vec![])],
            ),
            ("[0:1]={a,é}", vec![text("a"), text("é")]),
        ] {
            assert_eq!(read(written), Some(Item::List(items)), "{written}");
        }
        for damaged in ["", "{", "{a", "{\"a}", "{a}b", "a", "{a\"b}\""] {
            assert_eq!(read(damaged), None, "{damaged}");
        }
    }

    #[test]
    fn arrays_are_written_so_that_nothing_in_them_is_syntax() {
        let values = serde_json::json!([1, null, "NULL", "a,\"}\\", [true]]);
        let mut out = String::new();
        write(values.as_array().unwrap(), Elements::Plain, &mut out);
        assert_eq!(out, r#"{"1",NULL,"NULL","a,\"}\\",{"true"}}"#);
        out.clear();
        write(
            serde_json::json!([[1], "a"]).as_array().unwrap(),
            Elements::Json,
            &mut out,
        );
        assert_eq!(out, r#"{"[1]","\"a\""}"#);
    }
}
