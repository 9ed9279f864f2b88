//! Finds the references in a formula: what stands in quotes, or is part of a word, is none.

use super::formula::End;

/// A part of a formula.
pub(super) enum Token<'f> {
    /// Anything that is no reference.
    Other(&'f str),
    /// A cell or an area, with the sheet as the formula writes it.
    Reference {
        sheet: Option<&'f str>,
        area: &'f str,
    },
}

/// Goes through a formula.
pub(super) struct Scanner<'f> {
    text: &'f str,
    at: usize,
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'$' | b'\\' | b'?' | 0x80..)
}

impl<'f> Scanner<'f> {
    pub(super) fn new(text: &'f str) -> Self {
        Self { text, at: 0 }
    }

    /// Whether this comes next.
    pub(super) fn is_at(&self, byte: u8) -> bool {
        self.byte(self.at) == Some(byte)
    }

    fn byte(&self, at: usize) -> Option<u8> {
        self.text.as_bytes().get(at).copied()
    }

    /// The end of something in quotes, in which a doubled quote stands for one.
    fn quoted(&self, from: usize) -> usize {
        let quote = self.byte(from);
        let mut at = from + 1;
        while let Some(byte) = self.byte(at) {
            if Some(byte) == quote {
                if self.byte(at + 1) != quote {
                    return at + 1;
                }
                at += 1;
            }
            at += 1;
        }
        at.min(self.text.len())
    }

    /// The end of something in brackets, which may nest.
    fn bracketed(&self, from: usize) -> usize {
        let mut depth = 0usize;
        let mut at = from;
        while let Some(byte) = self.byte(at) {
            match byte {
                // In a structured reference it escapes the next character.
                b'\'' if depth > 0 => at += 1,
                b'[' => depth += 1,
                b']' => {
                    depth -= 1;
                    if depth == 0 {
                        return at + 1;
                    }
                }
                _ => {}
            }
            at += 1;
        }
        self.text.len()
    }

    fn word(&self, from: usize) -> usize {
        let mut at = from;
        while self.byte(at).is_some_and(is_word) {
            at += 1;
        }
        at
    }

    /// The end of an area that starts here, if one does.
    fn area(&self, from: usize) -> Option<usize> {
        let end = self.word(from);
        let first = End::parse(&self.text[from..end])?;
        let mut stop = end;
        let mut pair = false;
        if self.byte(end) == Some(b':') {
            let last_end = self.word(end + 1);
            let last = End::parse(&self.text[end + 1..last_end]);
            if last.is_some_and(|last| last.kind() == first.kind())
                && !matches!(self.byte(last_end), Some(b'(' | b'!'))
            {
                stop = last_end;
                pair = true;
            }
        }
        let whole = first.kind() == (true, true);
        let called = matches!(self.byte(stop), Some(b'(' | b'!' | b'['));
        ((whole || pair) && !called).then_some(stop)
    }

    fn other(&mut self, to: usize) -> Token<'f> {
        let mut to = to.clamp(self.at + 1, self.text.len().max(self.at + 1));
        to = to.min(self.text.len());
        while !self.text.is_char_boundary(to) {
            to += 1;
        }
        let token = Token::Other(&self.text[self.at..to]);
        self.at = to;
        token
    }

    /// What follows the name of a sheet that ends here, before the `!`.
    fn after_sheet(&mut self, name_end: usize) -> Token<'f> {
        let sheet = &self.text[self.at..name_end];
        match self.area(name_end + 1) {
            Some(end) => {
                let area = &self.text[name_end + 1..end];
                self.at = end;
                Token::Reference {
                    sheet: Some(sheet),
                    area,
                }
            }
            None => {
                // A name that belongs to the sheet, or `Sheet1!#REF!`: seen as an area that nothing moves.
                let end = self.word(name_end + 1);
                let area = &self.text[name_end + 1..end];
                self.at = end;
                Token::Reference {
                    sheet: Some(sheet),
                    area,
                }
            }
        }
    }

    pub(super) fn next(&mut self) -> Option<Token<'f>> {
        let byte = self.byte(self.at)?;
        match byte {
            b'"' => {
                let end = self.quoted(self.at);
                Some(self.other(end))
            }
            b'\'' => {
                let end = self.quoted(self.at);
                // A reference into another workbook is none of ours.
                if self.byte(end) == Some(b'!') && !self.text[self.at..end].contains('[') {
                    return Some(self.after_sheet(end));
                }
                let end = if self.byte(end) == Some(b'!') {
                    self.area(end + 1).unwrap_or(end + 1)
                } else {
                    end
                };
                Some(self.other(end))
            }
            b'[' => {
                let end = self.bracketed(self.at);
                let word = self.word(end);
                let end = if word > end && self.byte(word) == Some(b'!') {
                    self.area(word + 1).unwrap_or(word + 1)
                } else {
                    end
                };
                Some(self.other(end))
            }
            b'#' => {
                let mut end = self.at + 1;
                while self
                    .byte(end)
                    .is_some_and(|b| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'!' | b'?'))
                {
                    end += 1;
                }
                Some(self.other(end))
            }
            _ if is_word(byte) => {
                let end = self.word(self.at);
                if self.byte(end) == Some(b'!') {
                    return Some(self.after_sheet(end));
                }
                // `Jan:Dec!A1` goes through several sheets.
                if self.byte(end) == Some(b':') {
                    let last = self.word(end + 1);
                    if last > end + 1 && self.byte(last) == Some(b'!') {
                        return Some(self.after_sheet(last));
                    }
                }
                if let Some(stop) = self.area(self.at) {
                    let area = &self.text[self.at..stop];
                    self.at = stop;
                    return Some(Token::Reference { sheet: None, area });
                }
                Some(self.other(end))
            }
            _ => Some(self.other(self.at + 1)),
        }
    }
}
