//! The strings of a workbook, each of them once. The first ones are those of the file's shared
//! strings, in its order, since worksheets that nobody touches go on naming them by number.

use super::error::ExcelError;
use super::error::Result;
use super::error::broken;
use super::rich;
use super::xml;
use hashbrown::HashTable;
use quick_xml::events::Event;
use std::collections::HashMap;
use std::hash::BuildHasher;
use std::hash::RandomState;

/// The longest text of a cell, in UTF-16 units.
pub(crate) const MAX_TEXT: usize = 32_767;

/// Strings by number.
#[derive(Debug, Default)]
pub(crate) struct Strings {
    text: String,
    ends: Vec<u32>,
    /// Those with formatted runs: the XML inside their `si` element.
    rich: HashMap<u32, Box<str>>,
    by_text: HashTable<u32>,
    hasher: RandomState,
    /// How many came from the file's shared strings.
    from_file: u32,
}

impl Strings {
    /// Reads the shared strings of a file.
    pub fn read(xml_text: &str, part: &str) -> Result<Self> {
        let mut strings = Self::default();
        let mut reader = xml::reader(xml_text);
        loop {
            match xml::next(&mut reader, part)? {
                Event::Start(tag) if tag.local_name().as_ref() == "si" => {
                    let start = xml::position(&reader);
                    let item = rich::read_item(&mut reader, part)?;
                    let number = strings.push(&item.text)?;
                    if item.formatted {
                        let end = xml::position(&reader);
                        let inner = &xml_text[start..end];
                        let inner = inner.rfind("</").map_or(inner, |at| &inner[..at]);
                        strings.rich.insert(number, inner.into());
                    } else {
                        strings.index(number);
                    }
                }
                Event::Empty(tag) if tag.local_name().as_ref() == "si" => {
                    let number = strings.push("")?;
                    strings.index(number);
                }
                Event::Eof => break,
                _ => {}
            }
        }
        strings.from_file = strings.count();
        Ok(strings)
    }

    /// About how many bytes of memory they take.
    pub fn memory(&self) -> usize {
        const OF_ONE: usize = 12;
        self.text.len() + self.ends.len() * OF_ONE
    }

    fn count(&self) -> u32 {
        u32::try_from(self.ends.len()).unwrap_or(u32::MAX)
    }

    fn push(&mut self, text: &str) -> Result<u32> {
        let number = self.count();
        self.text.push_str(text);
        let end = u32::try_from(self.text.len());
        self.ends.push(end.map_err(|_| {
            ExcelError::Limit("the texts of the workbook are larger than 4 GB together".to_owned())
        })?);
        Ok(number)
    }

    fn index(&mut self, number: u32) {
        let hash = self.hasher.hash_one(self.get(number));
        let Self {
            by_text,
            hasher,
            text,
            ends,
            ..
        } = self;
        by_text.insert_unique(hash, number, |&other| {
            hasher.hash_one(slice(text, ends, other))
        });
    }

    /// A string by its number; an unknown number is empty, since reading has checked them.
    pub fn get(&self, number: u32) -> &str {
        slice(&self.text, &self.ends, number)
    }

    /// The number of the file's shared string, if there is one of that number.
    pub fn shared(&self, number: u32) -> Option<u32> {
        (number < self.from_file).then_some(number)
    }

    /// The number of a plain string, which is added if it is new.
    pub fn add(&mut self, text: &str) -> Result<u32> {
        let hash = self.hasher.hash_one(text);
        let Self {
            by_text,
            text: all,
            ends,
            ..
        } = self;
        if let Some(&number) = by_text.find(hash, |&number| slice(all, ends, number) == text) {
            return Ok(number);
        }
        let number = self.push(text)?;
        self.index(number);
        Ok(number)
    }

    /// Adds a string with formatted runs, given as the XML inside an `si` element.
    pub fn add_rich(&mut self, text: &str, inner: &str) -> Result<u32> {
        let number = self.push(text)?;
        self.rich.insert(number, inner.into());
        Ok(number)
    }

    /// The XML of a string with formatted runs.
    pub fn rich(&self, number: u32) -> Option<&str> {
        self.rich.get(&number).map(AsRef::as_ref)
    }
}

fn slice<'t>(text: &'t str, ends: &[u32], number: u32) -> &'t str {
    let number = number as usize;
    let start = number.checked_sub(1).map_or(Some(&0), |at| ends.get(at));
    match (start, ends.get(number)) {
        (Some(&start), Some(&end)) => &text[start as usize..end as usize],
        _ => "",
    }
}

/// The shared strings of the file that is written: those that were read, then those of the rest that
/// its worksheets ask for.
pub(crate) struct Shared<'s> {
    strings: &'s Strings,
    /// Numbers in the file of the strings that came later, and those in their order.
    numbers: Vec<u32>,
    added: Vec<u32>,
}

impl<'s> Shared<'s> {
    /// None asked for yet.
    pub fn new(strings: &'s Strings) -> Self {
        let later = strings.count() - strings.from_file;
        Self {
            strings,
            numbers: vec![u32::MAX; later as usize],
            added: Vec::new(),
        }
    }

    /// The number of a string in the file.
    pub fn number(&mut self, string: u32) -> u32 {
        let from_file = self.strings.from_file;
        let Some(slot) = string
            .checked_sub(from_file)
            .and_then(|later| self.numbers.get_mut(later as usize))
        else {
            return string;
        };
        if *slot == u32::MAX {
            *slot = from_file + u32::try_from(self.added.len()).unwrap_or(u32::MAX);
            self.added.push(string);
        }
        *slot
    }

    /// The characters of a string.
    pub fn text(&self, string: u32) -> &'s str {
        self.strings.get(string)
    }

    /// Whether the part must be written.
    pub fn changed(&self) -> bool {
        !self.added.is_empty()
    }

    /// The part, from what it was.
    pub fn write(&self, before: Option<&str>, part: &str) -> Result<String> {
        let mut prefix = String::new();
        let mut head = String::new();
        let mut tail = String::from("</sst>");
        let count = self.strings.from_file as usize + self.added.len();
        let counts = [("count", None), ("uniqueCount", Some(count.to_string()))];
        match before {
            None => head.push_str(&format!(
                "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<sst xmlns=\"{MAIN}\" uniqueCount=\"{count}\">"
            )),
            Some(before) => {
                let mut reader = xml::reader(before);
                loop {
                    let start = xml::position(&reader);
                    let (tag, empty) = match xml::next(&mut reader, part)? {
                        Event::Start(tag) => (tag, false),
                        Event::Empty(tag) => (tag, true),
                        Event::Eof => return Err(broken(format!("{part} is empty"))),
                        _ => continue,
                    };
                    let name = tag.name().as_ref().to_owned();
                    if let Some((before_colon, _)) = name.split_once(':') {
                        prefix = format!("{before_colon}:");
                    }
                    head.push_str(&before[..start]);
                    head.push_str(&xml::with_attributes(&tag, &counts, xml::Empty::No));
                    let content = &before[xml::position(&reader)..];
                    let end = if empty {
                        None
                    } else {
                        xml::without_misc(content).rfind("</")
                    };
                    tail = format!("</{name}>");
                    head.push_str(end.map_or("", |at| &content[..at]));
                    break;
                }
            }
        }
        let mut out = head;
        for &number in &self.added {
            let text = self.strings.get(number);
            if let Some(inner) = self.strings.rich(number) {
                out.push_str(&format!("<{prefix}si>{inner}</{prefix}si>"));
                continue;
            }
            out.push('<');
            out.push_str(&prefix);
            out.push_str("si><");
            out.push_str(&prefix);
            out.push('t');
            rich::push_text(text, &mut out);
            out.push_str("</");
            out.push_str(&prefix);
            out.push_str("t></");
            out.push_str(&prefix);
            out.push_str("si>");
        }
        out.push_str(&tail);
        Ok(out)
    }
}

/// The namespace of everything in a workbook.
pub(crate) const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
