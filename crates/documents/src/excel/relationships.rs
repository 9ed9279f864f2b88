//! The relationships of a part: which other parts it uses, and what for.

use super::error::Result;
use super::error::broken;
use super::package::Package;
use super::xml;
use super::xml::Action;
use super::xml::Node;
use quick_xml::events::Event;
use std::collections::HashSet;

const EMPTY: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"></Relationships>";

/// The start of the types that this crate writes.
pub(crate) const TYPES: &str =
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships/";

/// One relationship.
#[derive(Debug, Clone)]
pub(crate) struct Relationship {
    /// By which the part's XML names it.
    pub id: String,
    /// The last word of its type, as `worksheet`.
    pub kind: String,
    /// The part's name, or the address outside.
    pub target: String,
    /// Whether it leads outside the package.
    pub external: bool,
}

/// The part that holds the relationships of another.
pub(crate) fn part_of(part: &str) -> String {
    let (folder, name) = part.rsplit_once('/').unwrap_or(("", part));
    if folder.is_empty() {
        format!("_rels/{name}.rels")
    } else {
        format!("{folder}/_rels/{name}.rels")
    }
}

/// The relationships of a part; an empty name means those of the package.
pub(crate) fn read(package: &mut Package, part: &str) -> Result<Vec<Relationship>> {
    let Some(name) = package.find(&part_of(part)) else {
        return Ok(Vec::new());
    };
    let Some(text) = package.text(&name)? else {
        return Ok(Vec::new());
    };
    let mut found = Vec::new();
    let mut ids = HashSet::new();
    let mut reader = xml::reader(&text);
    loop {
        match xml::next(&mut reader, &name)? {
            Event::Start(tag) | Event::Empty(tag)
                if tag.local_name().as_ref() == "Relationship" =>
            {
                let get = |name: &str| xml::attribute(&tag, name).unwrap_or_default();
                let id = get("Id");
                if !ids.insert(id.clone()) {
                    return Err(broken(format!("{name} has two relationships '{id}'")));
                }
                let external = get("TargetMode").eq_ignore_ascii_case("external");
                let kind = get("Type");
                let target = get("Target");
                found.push(Relationship {
                    id,
                    kind: kind.rsplit('/').next().unwrap_or_default().to_owned(),
                    target: if external {
                        target
                    } else {
                        resolve(part, &target)
                    },
                    external,
                });
            }
            Event::Eof => return Ok(found),
            _ => {}
        }
    }
}

/// A target as the name of a part.
fn resolve(part: &str, target: &str) -> String {
    if let Some(absolute) = target.strip_prefix('/') {
        return absolute.to_owned();
    }
    let mut folders: Vec<&str> = part.split('/').collect();
    folders.pop();
    for step in target.split('/') {
        match step {
            "." | "" => {}
            ".." => {
                folders.pop();
            }
            name => folders.push(name),
        }
    }
    folders.join("/")
}

/// Adds a relationship to another part and gives its id.
pub(crate) fn add(
    package: &mut Package,
    (part, text): (&str, &str),
    kind: &str,
    target: &str,
) -> Result<String> {
    let mut ids = add_all(package, (part, &[text]), kind, &[target], false)?;
    Ok(ids.pop().unwrap_or_default())
}

/// Adds relationships of one kind and gives their ids: all at once, since a worksheet may have tens
/// of thousands of links. A damaged part's text may name relationships that it doesn't have; they
/// don't come to be by chance.
pub(crate) fn add_all(
    package: &mut Package,
    (part, texts): (&str, &[&str]),
    kind: &str,
    targets: &[&str],
    external: bool,
) -> Result<Vec<String>> {
    let named = texts.iter().flat_map(|text| text.split(['"', '\'']));
    let mut known: HashSet<String> = named
        .filter(|value| value.starts_with("rId"))
        .map(str::to_owned)
        .collect();
    let there = read(package, part)?.into_iter();
    known.extend(there.map(|relationship| relationship.id));
    let mode = if external {
        " TargetMode=\"External\""
    } else {
        ""
    };
    let free = (1..)
        .map(|number| format!("rId{number}"))
        .filter(|id| !known.contains(id));
    let ids: Vec<String> = free.take(targets.len()).collect();
    let entries: Vec<String> = targets
        .iter()
        .zip(&ids)
        .map(|(target, id)| {
            format!(
                "<Relationship Id=\"{id}\" Type=\"{TYPES}{kind}\" Target=\"{}\"{mode}/>",
                xml::escape(target)
            )
        })
        .collect();
    let name = package
        .find(&part_of(part))
        .unwrap_or_else(|| part_of(part));
    let text = package.text(&name)?.unwrap_or_else(|| EMPTY.to_owned());
    let changed = append(&text, &entries);
    package.replace(&name, changed.into_bytes());
    Ok(ids)
}

/// Removes a relationship.
pub(crate) fn remove(package: &mut Package, part: &str, id: &str) -> Result<()> {
    let Some(name) = package.find(&part_of(part)) else {
        return Ok(());
    };
    let Some(text) = package.text(&name)? else {
        return Ok(());
    };
    let changed = xml::rewrite(&text, &name, |_, node| match node {
        Node::Start(tag) | Node::Empty(tag) if xml::attribute(tag, "Id").as_deref() == Some(id) => {
            Action::Drop
        }
        _ => Action::Keep,
    })?;
    package.replace(&name, changed.into_bytes());
    Ok(())
}

/// Adds elements without prefix at the end of the root element, which may have been empty.
pub(crate) fn append(text: &str, entries: &[String]) -> String {
    let root = xml::without_misc(text);
    // Where `</name>` stands, or `<name …/>`.
    let Some(last) = root.rfind('<') else {
        return text.to_owned();
    };
    let name = root[last + 1..].trim_start_matches('/');
    let name = name.split(['/', '>', ' ', '\t', '\r', '\n']).next();
    let name = name.unwrap_or_default();
    let prefix = name.find(':').map_or("", |colon| &name[..=colon]);
    let (mut out, end) = match root.strip_suffix("/>") {
        Some(start) => (format!("{start}>"), format!("</{name}>")),
        None => (root[..last].to_owned(), root[last..].to_owned()),
    };
    for entry in entries {
        out.push('<');
        out.push_str(prefix);
        out.push_str(entry.strip_prefix('<').unwrap_or(entry));
    }
    out.push_str(&end);
    out.push_str(&text[root.len()..]);
    out
}

/// The list of what kind each part is.
pub(crate) const CONTENT_TYPES: &str = "[Content_Types].xml";

/// Says what kind a new part is.
pub(crate) fn add_content_type(package: &mut Package, part: &str, kind: &str) -> Result<()> {
    let Some(text) = package.text(CONTENT_TYPES)? else {
        return Ok(());
    };
    let entry = format!("<Override PartName=\"/{part}\" ContentType=\"{kind}\"/>");
    let changed = append(&text, &[entry]);
    package.replace(CONTENT_TYPES, changed.into_bytes());
    Ok(())
}

/// Removes a part, its relationships and its content type.
pub(crate) fn remove_part(package: &mut Package, part: &str) -> Result<()> {
    package.remove(part);
    if let Some(name) = package.find(&part_of(part)) {
        package.remove(&name);
    }
    let Some(text) = package.text(CONTENT_TYPES)? else {
        return Ok(());
    };
    let full = format!("/{part}");
    let changed = xml::rewrite(&text, CONTENT_TYPES, |_, node| match node {
        Node::Start(tag) | Node::Empty(tag)
            if xml::attribute(tag, "PartName")
                .is_some_and(|name| name.eq_ignore_ascii_case(&full)) =>
        {
            Action::Drop
        }
        _ => Action::Keep,
    });
    // A list that is damaged says nothing of the part.
    if let Ok(changed) = changed {
        package.replace(CONTENT_TYPES, changed.into_bytes());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_are_added_to_any_root() {
        let added = |text| append(text, &["<b/>".to_owned()]);
        assert_eq!(added("<a><b/></a>"), "<a><b/><b/></a>");
        assert_eq!(added("<a c=\"/\" />\n"), "<a c=\"/\" ><b/></a>\n");
        assert_eq!(added("<x:a></x:a >"), "<x:a><x:b/></x:a >");
        assert_eq!(added("<x:a\n/>"), "<x:a\n><x:b/></x:a>");
        let behind = "<!-- </a> --> <?p </a> ?>";
        assert_eq!(
            added(&format!("<a></a>{behind}")),
            format!("<a><b/></a>{behind}")
        );
    }
}
