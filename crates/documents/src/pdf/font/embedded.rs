//! TrueType and OpenType fonts: shaped by `harfrust`, cut down to the glyphs in use by
//! `subsetter`, and embedded as composite fonts (ISO 32000-1, 9.7) with the way back from glyphs
//! to text.

use super::super::error::PdfError;
use super::super::error::Result;
use super::super::error::invalid;
use super::super::number;
use super::super::objects::Objects;
use super::super::write::compressed;
use harfrust::Buffer;
use harfrust::BufferFlags;
use harfrust::ClusterLevel;
use harfrust::ShapeOptions;
use harfrust::ShaperFont;
use lopdf::Dictionary;
use lopdf::Object;
use lopdf::ObjectId;
use lopdf::Stream;
use lopdf::dictionary;
use read_fonts::FontRef;
use read_fonts::TableProvider;
use read_fonts::types::GlyphId;
use read_fonts::types::NameId;
use read_fonts::types::Tag;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::hash::DefaultHasher;
use std::hash::Hash;
use std::hash::Hasher;
use std::sync::Arc;
use subsetter::GlyphRemapper;

/// A glyph that a text became, and the part of the text that it stands for.
struct Shaped<'a> {
    glyph: u16,
    text: &'a str,
}

/// A font that came as a file.
pub(super) struct EmbeddedFont {
    bytes: Arc<[u8]>,
    font: harfrust::Font,
    name: String,
    advances: Vec<u16>,
    description: Description,
    /// Every glyph in use, by the number that it has in the subset.
    subset: GlyphRemapper,
    /// What the glyphs in use stand for, by that number.
    texts: BTreeMap<u16, String>,
    /// Font program, descriptor, descendant and map to Unicode, once they have their numbers.
    objects: Option<[ObjectId; 4]>,
}

/// What a font descriptor needs (ISO 32000-1, 9.8), in thousandths of the font's size.
struct Description {
    scale: f64,
    ascent: f64,
    descent: f64,
    cap_height: f64,
    italic_angle: f64,
    corners: [f64; 4],
    is_fixed: bool,
    is_cff: bool,
}

fn unusable<T>(reason: &str) -> Result<T> {
    invalid(format!(
        "the font cannot be embedded: {reason}. TrueType (.ttf) and OpenType (.otf) fonts can"
    ))
}

impl EmbeddedFont {
    pub(super) fn read(bytes: &[u8]) -> Result<Self> {
        match bytes.get(..4) {
            Some(b"ttcf") => return unusable("it is a collection of several fonts"),
            Some(b"wOFF" | b"wOF2") => return unusable("it is compressed for the web (WOFF)"),
            _ => {}
        }
        let Ok(tables) = FontRef::new(bytes) else {
            return unusable("it is no font file, or it is damaged");
        };
        let is_cff = tables.table_data(Tag::new(b"CFF ")).is_some();
        if !is_cff && tables.table_data(Tag::new(b"glyf")).is_none() {
            return unusable("it has no outlines of a kind that PDF knows");
        }
        let (Ok(head), Ok(hhea), Ok(hmtx), Ok(maxp), Ok(_)) = (
            tables.head(),
            tables.hhea(),
            tables.hmtx(),
            tables.maxp(),
            tables.cmap(),
        ) else {
            return unusable("a table that every font has is missing or damaged");
        };
        let units = head.units_per_em();
        if units == 0 {
            return unusable("its em square has no size");
        }
        let scale = 1000.0 / f64::from(units);
        let scaled = |value: i16| f64::from(value) * scale;
        // Where the header gives no height, the box of all glyphs does.
        let or = |value: i16, instead: i16| scaled(if value == 0 { instead } else { value });
        let ascent = or(hhea.ascender().to_i16(), head.y_max());
        let capitals = tables.os2().ok().and_then(|os2| os2.s_cap_height());
        let post = tables.post().ok();
        let description = Description {
            scale,
            ascent,
            descent: or(hhea.descender().to_i16(), head.y_min()),
            cap_height: capitals.map_or(ascent, scaled),
            italic_angle: post
                .as_ref()
                .map_or(0.0, |post| post.italic_angle().to_f64()),
            corners: [head.x_min(), head.y_min(), head.x_max(), head.y_max()].map(scaled),
            is_fixed: post.is_some_and(|post| post.is_fixed_pitch() != 0),
            is_cff,
        };
        let advances = (0..maxp.num_glyphs())
            .map(|glyph| hmtx.advance(GlyphId::from(glyph)).unwrap_or(0))
            .collect();
        let name = postscript_name(&tables).unwrap_or_else(|| "Font".to_owned());
        let bytes: Arc<[u8]> = bytes.into();
        let blob: Arc<dyn AsRef<[u8]> + Send + Sync> = Arc::new(Arc::clone(&bytes));
        let Some(font) = harfrust::Font::new(blob, 0) else {
            return unusable("it is no font file, or it is damaged");
        };
        Ok(Self {
            bytes,
            font,
            name,
            advances,
            description,
            subset: GlyphRemapper::new(),
            texts: BTreeMap::new(),
            objects: None,
        })
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn height(&self) -> f64 {
        self.description.ascent - self.description.descent
    }

    fn advance(&self, glyph: u16) -> f64 {
        let advance = self.advances.get(usize::from(glyph)).copied();
        f64::from(advance.unwrap_or(0)) * self.description.scale
    }

    pub(super) fn width(&self, text: &str) -> Result<f64> {
        let shaped = self.shape(text)?;
        Ok(shaped.iter().map(|shaped| self.advance(shaped.glyph)).sum())
    }

    /// The glyphs of a line of text, in the order in which they are drawn.
    fn shape<'a>(&self, text: &'a str) -> Result<Vec<Shaped<'a>>> {
        let mut buffer = Buffer::new();
        buffer.set_cluster_level(ClusterLevel::MonotoneCharacters);
        // What leaves no mark leaves no glyph either.
        buffer.set_flags(BufferFlags::REMOVE_DEFAULT_IGNORABLES);
        buffer.push_str(text);
        if buffer.is_empty() {
            return Ok(Vec::new());
        }
        buffer.guess_segment_properties();
        let font = ShaperFont::new(&self.font);
        if harfrust::shape(&font, &mut buffer, ShapeOptions::new()).is_err() {
            return invalid(format!("the font {} cannot shape this text", self.name));
        }
        let glyphs = buffer.glyph_infos();
        let mut starts: Vec<usize> = glyphs.iter().map(|glyph| glyph.cluster as usize).collect();
        starts.sort_unstable();
        starts.dedup();
        // Glyph 0 stands for what the font lacks.
        if let Some(missing) = glyphs.iter().find(|glyph| glyph.glyph_id == 0) {
            return self.lacks(text.get(missing.cluster as usize..).unwrap_or(text));
        }
        let mut last = None;
        let shaped = glyphs.iter().map(|glyph| {
            let start = glyph.cluster as usize;
            // Of several glyphs for one part of the text, the first stands for it.
            let is_first = last.replace(start) != Some(start);
            let next = starts.partition_point(|other| *other <= start);
            let end = starts.get(next).copied().unwrap_or(text.len());
            Shaped {
                glyph: u16::try_from(glyph.glyph_id).unwrap_or(0),
                text: text.get(start..end).filter(|_| is_first).unwrap_or(""),
            }
        });
        Ok(shaped.collect())
    }

    /// The error that names the first character of a text that the font has no glyph for.
    fn lacks<T>(&self, text: &str) -> Result<T> {
        let characters = self.font.charmap();
        let mut all = text.chars();
        let missing = all
            .find(|character| characters.map_unicode(*character).is_none())
            .or_else(|| text.chars().next())
            .unwrap_or_default();
        invalid(format!(
            "the font {} has no \"{missing}\" (0x{:04x})",
            self.name,
            u32::from(missing),
        ))
    }

    pub(super) fn encode(&mut self, text: &str) -> Result<Vec<u16>> {
        let shaped = self.shape(text)?;
        let mut glyphs = Vec::with_capacity(shaped.len());
        for Shaped { glyph, text } in shaped {
            let number = self.subset.remap(glyph);
            self.texts.entry(number).or_insert_with(|| text.to_owned());
            glyphs.push(number);
        }
        Ok(glyphs)
    }

    /// Puts the font into a file, as large as it needs to be.
    pub(super) fn settle(&mut self, file: &mut Objects, object: ObjectId) -> Result<()> {
        let [program_id, descriptor_id, descendant_id, map_id] = match self.objects {
            Some(objects) => objects,
            None => *self.objects.insert(file.new_ids()?),
        };
        let name = format!("{}+{}", self.tag(), self.name);
        let glyphs: Vec<u16> = self.subset.remapped_gids().collect();
        let program = self.program()?;
        let length = i64::try_from(program.len()).unwrap_or(i64::MAX);
        let description = &self.description;
        let (key, subtype, mut program_dictionary) = if description.is_cff {
            let dictionary = dictionary! { "Subtype" => "CIDFontType0C" };
            ("FontFile3", "CIDFontType0", dictionary)
        } else {
            (
                "FontFile2",
                "CIDFontType2",
                dictionary! { "Length1" => length },
            )
        };
        let widths: Vec<Object> = glyphs
            .iter()
            .map(|glyph| number::object(self.advance(*glyph)))
            .collect();
        let mut flags = 1 << 2; // Symbolic: its glyphs have no standard names.
        flags |= i64::from(description.is_fixed);
        flags |= i64::from(description.italic_angle != 0.0) << 6;
        let corners: Vec<Object> = description
            .corners
            .into_iter()
            .map(number::object)
            .collect();
        let mut descriptor = dictionary! {
            "Type" => "FontDescriptor",
            "FontName" => name.as_str(),
            "Flags" => flags,
            "FontBBox" => corners,
            "ItalicAngle" => number::object(description.italic_angle),
            "Ascent" => number::object(description.ascent),
            "Descent" => number::object(description.descent),
            "CapHeight" => number::object(description.cap_height),
            "StemV" => 80,
        };
        descriptor.set(key, program_id);
        let mut descendant = dictionary! {
            "Type" => "Font",
            "Subtype" => subtype,
            "BaseFont" => name.as_str(),
            "CIDSystemInfo" => dictionary! {
                "Registry" => Object::string_literal("Adobe"),
                "Ordering" => Object::string_literal("Identity"),
                "Supplement" => 0,
            },
            "FontDescriptor" => descriptor_id,
            "DW" => 0,
            "W" => vec![Object::Integer(0), Object::Array(widths)],
        };
        if !description.is_cff {
            descendant.set("CIDToGIDMap", "Identity");
        }
        let font = dictionary! {
            "Type" => "Font",
            "Subtype" => "Type0",
            "BaseFont" => name.as_str(),
            "Encoding" => "Identity-H",
            "DescendantFonts" => vec![Object::Reference(descendant_id)],
            "ToUnicode" => map_id,
        };
        program_dictionary.set("Filter", "FlateDecode");
        file.set(
            program_id,
            Stream::new(program_dictionary, compressed(&program)),
        );
        file.set(descriptor_id, descriptor);
        file.set(descendant_id, descendant);
        file.set(map_id, self.map_to_unicode());
        file.set(object, font);
        Ok(())
    }

    /// Six letters that differ where the glyphs differ (ISO 32000-1, 9.6.4).
    fn tag(&self) -> String {
        let mut hasher = DefaultHasher::new();
        self.subset.hash(&mut hasher);
        let mut hash = hasher.finish();
        let mut tag = String::new();
        for _ in 0..6 {
            tag.push(char::from(b'A' + u8::try_from(hash % 26).unwrap_or(0)));
            hash /= 26;
        }
        tag
    }

    /// The font file with the glyphs in use; for PostScript outlines, its `CFF` table alone.
    fn program(&self) -> Result<Vec<u8>> {
        let failed = |_| PdfError::Write(format!("the font {} cannot be cut down", self.name));
        let subset = subsetter::subset(&self.bytes, 0, &self.subset).map_err(failed)?;
        if !self.description.is_cff {
            return Ok(subset);
        }
        let tables = FontRef::new(&subset).ok();
        let outlines = tables.and_then(|tables| tables.table_data(Tag::new(b"CFF ")));
        match outlines {
            Some(outlines) => Ok(outlines.as_bytes().to_vec()),
            None => Ok(subset),
        }
    }

    /// What the glyphs mean (ISO 32000-1, 9.10.3), so that text can be copied and searched.
    fn map_to_unicode(&self) -> Stream {
        let mut map = String::from(
            "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n\
             /CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n\
             /CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n\
             1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n",
        );
        let known: Vec<(&u16, &String)> = self
            .texts
            .iter()
            .filter(|(_, text)| !text.is_empty())
            .collect();
        for part in known.chunks(100) {
            let _ = writeln!(map, "{} beginbfchar", part.len());
            for (glyph, text) in part {
                let _ = write!(map, "<{glyph:04X}> <");
                for unit in text.encode_utf16() {
                    let _ = write!(map, "{unit:04X}");
                }
                map.push_str(">\n");
            }
            map.push_str("endbfchar\n");
        }
        map.push_str("endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n");
        let mut dictionary = Dictionary::new();
        dictionary.set("Filter", "FlateDecode");
        Stream::new(dictionary, compressed(map.as_bytes()))
    }
}

fn postscript_name(tables: &FontRef) -> Option<String> {
    let names = tables.name().ok()?;
    let mut records = names.name_record().iter();
    let record = records.find(|record| record.name_id() == NameId::POSTSCRIPT_NAME)?;
    let name = record.string(names.string_data()).ok()?;
    // The name goes into a file, so it keeps to what may stand there.
    let name: String = name
        .chars()
        .filter(char::is_ascii_graphic)
        .take(63)
        .collect();
    (!name.is_empty()).then_some(name)
}
