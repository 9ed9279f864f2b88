//! Tables, when the rows below them go.

use super::address::Range;
use super::address::RowShift;
use super::error::Result;
use super::formula::Edit;
use super::relationships;
use super::relationships::Relationship;
use super::sheet::Sheet;
use super::table_headers;
use super::workbook::Workbook;
use super::xml;
use super::xml::Action;
use super::xml::Empty;
use super::xml::Node;
use quick_xml::events::Event;

/// What becomes of a table.
#[derive(Debug, PartialEq, Eq)]
enum Fate {
    /// It stays, on fewer or more rows.
    Stays,
    /// It stays without its row of totals.
    LosesTotals,
    /// Excel takes no table without its header, or without a row beside it.
    Goes,
}

/// What becomes of the table in a part when rows move.
fn fate(text: &str, part: &str, shift: RowShift) -> Result<Fate> {
    let mut reader = xml::reader(text);
    let tag = loop {
        match xml::next(&mut reader, part)? {
            Event::Start(tag) | Event::Empty(tag) => break tag,
            Event::Eof => return Ok(Fate::Stays),
            _ => {}
        }
    };
    let count = |name: &str| -> Option<u32> { xml::attribute(&tag, name)?.parse().ok() };
    let Some(range) = xml::attribute(&tag, "ref").and_then(|range| Range::parse(&range)) else {
        return Ok(Fate::Stays);
    };
    let headers = count("headerRowCount").unwrap_or(1);
    let totals = count("totalsRowCount").unwrap_or(0);
    let Some(moved) = range.shifted(shift) else {
        return Ok(Fate::Goes);
    };
    let loses_totals = totals > 0 && shift.row(range.bottom).is_none();
    let others = headers + if loses_totals { 0 } else { totals };
    let rows = moved.bottom - moved.top + 1;
    Ok(
        if headers > 0 && shift.row(range.top).is_none() || rows <= others {
            Fate::Goes
        } else if loses_totals {
            Fate::LosesTotals
        } else {
            Fate::Stays
        },
    )
}

impl Workbook {
    /// Before rows of a worksheet move: takes a table out that would not be one any more. Its cells
    /// stay as they are, and formulas that name it get `#REF!`. Says whether the table stays.
    pub(crate) fn keeps_table(
        &mut self,
        sheet: usize,
        table: &Relationship,
        shift: RowShift,
    ) -> Result<bool> {
        let Ok(Some(text)) = self.package.text(&table.target) else {
            return Ok(true);
        };
        match fate(&text, &table.target, shift)? {
            Fate::Stays => Ok(true),
            Fate::LosesTotals => {
                let change = [("totalsRowCount", None)];
                let without = xml::rewrite(&text, &table.target, |path, node| match node {
                    Node::Start(tag) if path.len() == 1 => {
                        Action::Write(xml::with_attributes(tag, &change, Empty::No))
                    }
                    _ => Action::Keep,
                })?;
                self.package.replace(&table.target, without.into_bytes());
                Ok(true)
            }
            Fate::Goes => {
                let sheet = self.sheet(sheet)?;
                sheet.forget_table(&table.id)?;
                let part = sheet.part.clone();
                relationships::remove(&mut self.package, &part, &table.id)?;
                relationships::remove_part(&mut self.package, &table.target)?;
                if let Some(name) = table_headers::name(&text, &table.target) {
                    self.edit_references(Edit::RemoveTable(&name), &[])?;
                }
                Ok(false)
            }
        }
    }
}

impl Sheet {
    fn forget_table(&mut self, id: &str) -> Result<()> {
        let mut elements = self.after.iter_mut();
        let Some(tables) = elements.find(|element| element.name.as_ref() == "tableParts") else {
            return Ok(());
        };
        let mut left = 0;
        let without = xml::rewrite(&tables.xml, &self.part, |path, node| match node {
            Node::Start(tag) | Node::Empty(tag) if path.len() == 2 => {
                if xml::attribute_local(tag, "id").as_deref() == Some(id) {
                    return Action::Drop;
                }
                left += 1;
                Action::Keep
            }
            _ => Action::Keep,
        })?;
        let count = [("count", Some(left.to_string()))];
        tables.xml = if left == 0 {
            String::new()
        } else {
            xml::rewrite(&without, &self.part, |path, node| match node {
                Node::Start(tag) if path.len() == 1 => {
                    Action::Write(xml::with_attributes(tag, &count, Empty::No))
                }
                _ => Action::Keep,
            })?
        };
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_stays_while_it_has_its_header_and_a_row() {
        let table = "<table ref=\"A3:B6\" totalsRowCount=\"1\"><tableColumns/></table>";
        let removed = |at, removed| RowShift {
            at,
            removed,
            inserted: 0,
        };
        let fate = |shift| fate(table, "table1.xml", shift).expect("a table");
        assert_eq!(fate(removed(1, 2)), Fate::Stays);
        assert_eq!(fate(removed(4, 1)), Fate::Stays);
        assert_eq!(fate(removed(6, 1)), Fate::LosesTotals);
        assert_eq!(fate(removed(5, 2)), Fate::LosesTotals);
        assert_eq!(fate(removed(4, 2)), Fate::Goes);
        assert_eq!(fate(removed(3, 1)), Fate::Goes);
        assert_eq!(fate(removed(1, 10)), Fate::Goes);
    }
}
