//! Stacks of a bundle, told in the files and lines that their author wrote.

use std::fmt::Write;

/// A bundle's source map.
pub struct SourceMap {
    bundle: String,
    map: sourcemap::SourceMap,
}

/// A source map that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("the source map of `{bundle}` cannot be read: {cause}")]
pub struct SourceMapError {
    bundle: String,
    cause: sourcemap::Error,
}

impl SourceMap {
    /// Reads the JSON of a source map. `bundle` is the bundle's name as it appears in stacks, for
    /// example `dist/index.js`; the map's sources are understood relative to it.
    ///
    /// # Errors
    /// [`SourceMapError`] when the JSON is no source map.
    pub fn parse(bundle: &str, json: &str) -> Result<Self, SourceMapError> {
        let failed = |cause| SourceMapError {
            bundle: bundle.to_owned(),
            cause,
        };
        let map = match sourcemap::decode_slice(json.as_bytes()).map_err(failed)? {
            sourcemap::DecodedMap::Regular(map) => map,
            sourcemap::DecodedMap::Index(map) => map.flatten().map_err(failed)?,
            sourcemap::DecodedMap::Hermes(_) => {
                return Err(failed(sourcemap::Error::IncompatibleSourceMap));
            }
        };
        Ok(Self {
            bundle: bundle.to_owned(),
            map,
        })
    }

    /// Rewrites the frames of a V8 stack that lie in the bundle, and leaves the platform's own
    /// frames out. Lines before the first frame are the error's message and stay as they are.
    ///
    /// ```
    /// use ketrics_application::SourceMap;
    /// let json = r#"{"version":3,"sources":["../src/a.ts"],"names":[],"mappings":"AAEI"}"#;
    /// let map = SourceMap::parse("dist/index.js", json).unwrap();
    /// let stack = "Error: no\n    at f (dist/index.js:1:1)";
    /// assert_eq!(map.map_stack(stack), "Error: no\n    at f (src/a.ts:3:5)");
    /// ```
    #[must_use]
    pub fn map_stack(&self, stack: &str) -> String {
        let mut mapped = String::with_capacity(stack.len());
        for line in stack.lines() {
            if is_platform_frame(line) {
                continue;
            }
            if !mapped.is_empty() {
                mapped.push('\n');
            }
            match self.map_frame(line) {
                Some(frame) => mapped.push_str(&frame),
                None => mapped.push_str(line),
            }
        }
        mapped
    }

    /// The original place of a position in the bundle, both counted from 1 as stacks count.
    #[must_use]
    pub fn original(&self, line: u32, column: u32) -> Option<(String, u32, u32)> {
        let (line, column) = (line.checked_sub(1)?, column.checked_sub(1)?);
        let token = self.map.lookup_token(line, column)?;
        // The nearest token before may lie on an earlier line, and then says nothing.
        if token.get_dst_line() != line {
            return None;
        }
        let source = self.relative_to_backend(token.get_source()?);
        Some((source, token.get_src_line() + 1, token.get_src_col() + 1))
    }

    fn map_frame(&self, line: &str) -> Option<String> {
        if !line.trim_start().starts_with("at ") {
            return None;
        }
        let start = line.rfind(&self.bundle)?;
        // `other-index.js:1:1` ends like `index.js:1:1`, but is another file.
        let before = line[..start]
            .trim_end_matches("file:///")
            .trim_end_matches("file://");
        if !before.ends_with([' ', '(']) {
            return None;
        }
        let position = line[start + self.bundle.len()..].strip_prefix(':')?;
        let (row, rest) = number(position)?;
        let (column, rest) = number(rest.strip_prefix(':')?)?;
        let (source, row, column) = self.original(row, column)?;
        let mut frame = before.to_owned();
        write!(frame, "{source}:{row}:{column}{rest}").ok()?;
        Some(frame)
    }

    /// Sources are given relative to the bundle; people think relative to `backend/`.
    fn relative_to_backend(&self, source: &str) -> String {
        if source.starts_with('/') || source.contains(':') {
            return source.to_owned();
        }
        let mut segments: Vec<&str> = self.bundle.split('/').collect();
        segments.pop();
        for segment in source.split('/') {
            match segment {
                "." | "" => {}
                ".." if segments.last().is_some_and(|last| *last != "..") => {
                    segments.pop();
                }
                other => segments.push(other),
            }
        }
        segments.join("/")
    }
}

fn number(text: &str) -> Option<(u32, &str)> {
    let end = text
        .find(|character: char| !character.is_ascii_digit())
        .unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    Some((digits.parse().ok()?, rest))
}

fn is_platform_frame(line: &str) -> bool {
    let line = line.trim_start();
    if !line.starts_with("at ") {
        return false;
    }
    let place = line
        .rsplit_once(['(', ' '])
        .map_or(line, |(_, place)| place);
    ["ext:", "node:", "deno:", "internal:"]
        .iter()
        .any(|scheme| place.starts_with(scheme))
}

#[cfg(test)]
mod tests {
    use super::SourceMap;
    use sourcemap::SourceMapBuilder;

    /// A map in which (line, column) of the bundle lead to (source, line, column), all from 0.
    fn map(bundle: &str, tokens: &[(u32, u32, &str, u32, u32)]) -> SourceMap {
        let mut builder = SourceMapBuilder::new(None);
        for (line, column, source, source_line, source_column) in tokens {
            builder.add(
                *line,
                *column,
                *source_line,
                *source_column,
                Some(*source),
                None,
                false,
            );
        }
        let mut json = Vec::new();
        builder
            .into_sourcemap()
            .to_writer(&mut json)
            .expect("a map can be written");
        SourceMap::parse(bundle, std::str::from_utf8(&json).expect("JSON is text")).expect("a map")
    }

    fn orders() -> SourceMap {
        map(
            "dist/index.js",
            &[
                (9, 0, "../src/orders.ts", 2, 4),
                (9, 10, "../src/orders.ts", 3, 6),
                (20, 2, "../node_modules/left/index.js", 0, 0),
            ],
        )
    }

    #[test]
    fn every_form_of_frame_is_mapped() {
        let map = orders();
        for (frame, expected) in [
            (
                "    at ship (dist/index.js:10:11)",
                "    at ship (src/orders.ts:4:7)",
            ),
            (
                "    at async ship (dist/index.js:10:15)",
                "    at async ship (src/orders.ts:4:7)",
            ),
            ("    at dist/index.js:10:3", "    at src/orders.ts:3:5"),
            (
                "    at async dist/index.js:10:3",
                "    at async src/orders.ts:3:5",
            ),
            (
                "    at new Order (file:///dist/index.js:10:1)",
                "    at new Order (src/orders.ts:3:5)",
            ),
            (
                "    at left (dist/index.js:21:3)",
                "    at left (node_modules/left/index.js:1:1)",
            ),
        ] {
            assert_eq!(map.map_stack(frame), expected);
        }
    }

    #[test]
    fn positions_without_a_mapping_and_other_files_stay() {
        let map = orders();
        for frame in [
            "    at f (dist/index.js:12:1)",
            "    at f (dist/index.js:21:1)",
            "    at f (other/dist/index.js:10:1)",
            "    at f (dist/index.js:0:0)",
            "    at f (dist/index.js:10)",
            "    at f (dist/index.js:99999999999:1)",
            "    at Array.map (<anonymous>)",
            "    at native",
        ] {
            assert_eq!(map.map_stack(frame), frame);
        }
    }

    #[test]
    fn the_message_stays_even_when_it_looks_like_a_place() {
        let stack =
            "Error: in dist/index.js:10:1\nsecond line ext:core\n    at f (dist/index.js:10:1)";
        let expected =
            "Error: in dist/index.js:10:1\nsecond line ext:core\n    at f (src/orders.ts:3:5)";
        assert_eq!(orders().map_stack(stack), expected);
    }

    #[test]
    fn frames_of_the_platform_are_left_out() {
        let stack = "Error: x\n    at f (dist/index.js:10:1)\n    at async op (ext:ketrics/main.js:4:5)\n    at ext:core/00.js:1:2\n    at node:internal/x:3:4";
        assert_eq!(
            orders().map_stack(stack),
            "Error: x\n    at f (src/orders.ts:3:5)"
        );
    }

    #[test]
    fn sources_that_leave_the_folder_keep_their_steps_up() {
        let map = map("index.js", &[(0, 0, "../shared/a.ts", 0, 0)]);
        assert_eq!(
            map.map_stack("    at f (index.js:1:1)"),
            "    at f (../shared/a.ts:1:1)"
        );
    }

    #[test]
    fn what_is_no_source_map_is_an_error_that_names_the_bundle() {
        let error = SourceMap::parse("dist/index.js", "{}")
            .err()
            .map(|error| error.to_string());
        assert!(error.is_none_or(|message| message.contains("`dist/index.js`")));
        assert!(SourceMap::parse("dist/index.js", "[").is_err());
    }
}
