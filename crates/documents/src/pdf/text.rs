//! How a text becomes lines, as pdf-lib 1.17 does it: a document that was laid out with pdf-lib
//! keeps its layout.

/// Tabs and the separators of Unicode become four blanks; backspaces go.
fn clean(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\t' | '\u{85}' | '\u{2028}' | '\u{2029}' => clean.push_str("    "),
            '\u{8}' | '\u{b}' => {}
            _ => clean.push(character),
        }
    }
    clean
}

fn ends_line(character: char) -> bool {
    matches!(character, '\n' | '\u{c}' | '\r')
}

/// The lines of a text that has all the room it needs.
pub(super) fn lines(text: &str) -> Vec<String> {
    clean(text).split(ends_line).map(str::to_owned).collect()
}

/// The lines of a text that is broken after blanks, so that none is wider than `most` unless a
/// single word is. As in pdf-lib, an empty line takes no room.
pub(super) fn wrapped<E>(
    text: &str,
    most: f64,
    mut width: impl FnMut(&str) -> Result<f64, E>,
) -> Result<Vec<String>, E> {
    let mut lines = Vec::new();
    for paragraph in clean(text).split(ends_line) {
        let (mut line, mut taken) = (String::new(), 0.0);
        for word in paragraph.split_inclusive(' ') {
            let wide = width(word)?;
            if taken + wide > most && !line.is_empty() {
                lines.push(std::mem::take(&mut line));
                taken = 0.0;
            }
            line.push_str(word);
            taken += wide;
        }
        if !line.is_empty() {
            lines.push(line);
        }
    }
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fixed(word: &str) -> Result<f64, ()> {
        Ok(f64::from(u32::try_from(word.chars().count()).unwrap()))
    }

    #[test]
    fn a_text_breaks_after_blanks_and_where_it_says_so() {
        let broken = wrapped("one two three\nfour", 8.0, fixed).unwrap();
        assert_eq!(broken, ["one two ", "three", "four"]);
    }

    #[test]
    fn a_word_too_wide_has_a_line_of_its_own() {
        let broken = wrapped("a incomprehensible b", 5.0, fixed).unwrap();
        assert_eq!(broken, ["a ", "incomprehensible ", "b"]);
    }

    #[test]
    fn empty_lines_stay_unless_the_text_is_wrapped() {
        assert_eq!(lines("a\n\nb\t"), ["a", "", "b    "]);
        assert_eq!(wrapped("a\n\nb", 10.0, fixed).unwrap(), ["a", "b"]);
    }
}
