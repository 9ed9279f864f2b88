//! Whether a bundle is CommonJS or an ES module.
//!
//! A file's name tells only for `.mjs` and `.cjs`; esbuild writes `index.js` for both. So the text
//! is scanned for what only an ES module may hold: `import` and `export` statements outside every
//! bracket, and `import.meta`. Strings, comments, templates and regular expressions are skipped.
//!
//! The scanner is no parser. What it needs to guess is whether `/` starts a regular expression,
//! and it guesses from the token before, as syntax highlighters do.

/// The two kinds of bundle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ModuleFormat {
    /// Sets `module.exports`; what esbuild writes with `--platform=node`.
    CommonJs,
    /// Has `import` or `export` statements.
    EsModule,
}

impl ModuleFormat {
    /// Tells the format of a bundle from its file name and, where that says nothing, its text.
    ///
    /// ```
    /// use ketrics_application::ModuleFormat;
    /// assert_eq!(ModuleFormat::of("index.js", "export const f = () => 1;"), ModuleFormat::EsModule);
    /// assert_eq!(ModuleFormat::of("index.js", "module.exports = {};"), ModuleFormat::CommonJs);
    /// ```
    #[must_use]
    pub fn of(file_name: &str, source: &str) -> Self {
        let is_module = match file_name.rsplit_once('.') {
            Some((_, "mjs")) => true,
            Some((_, "cjs")) => false,
            _ => Scanner::new(source).finds_module_syntax(),
        };
        if is_module {
            Self::EsModule
        } else {
            Self::CommonJs
        }
    }
}

/// What came before, as far as it decides what comes next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Before {
    /// The start of the text, or the end of a statement or a block: a statement may start here.
    Statement,
    /// An operator, an opening bracket or a comma: an operand must follow.
    Operator,
    /// `=>`: an operand or a block must follow.
    Arrow,
    /// The dot of a member access: whatever word follows is a property.
    Dot,
    /// A name, a literal or the end of an expression: `/` divides here.
    Operand,
    /// A word after which an operand follows (`return`), but no statement.
    Keyword,
    /// `if`, `for`, `while`, `with`: what follows their parentheses is a statement.
    Head,
}

/// An opening bracket, and what is true after its closing one.
struct Open {
    bracket: u8,
    after: Before,
}

struct Scanner<'a> {
    bytes: &'a [u8],
    at: usize,
    before: Before,
    open: Vec<Open>,
}

impl<'a> Scanner<'a> {
    fn new(source: &'a str) -> Self {
        let mut at = 0;
        let bytes = source.as_bytes();
        if bytes.starts_with(b"#!") {
            at = bytes
                .iter()
                .position(|byte| *byte == b'\n')
                .unwrap_or(bytes.len());
        }
        Self {
            bytes,
            at,
            before: Before::Statement,
            open: Vec::new(),
        }
    }

    fn peek(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    fn finds_module_syntax(mut self) -> bool {
        while self.at < self.bytes.len() {
            match self.peek(0) {
                b'/' if self.peek(1) == b'/' => self.skip_line(),
                b'/' if self.peek(1) == b'*' => self.skip_block_comment(),
                b'/' if self.before != Before::Operand => self.skip_regular_expression(),
                quote @ (b'"' | b'\'') => self.skip_string(quote),
                b'`' => {
                    self.at += 1;
                    self.skip_template();
                }
                byte if is_word(byte) => {
                    if self.word() {
                        return true;
                    }
                }
                byte => self.punctuation(byte),
            }
        }
        false
    }

    fn skip_line(&mut self) {
        while !matches!(self.peek(0), b'\n') && self.at < self.bytes.len() {
            self.at += 1;
        }
    }

    fn skip_block_comment(&mut self) {
        self.at += 2;
        while self.at < self.bytes.len() && !(self.peek(0) == b'*' && self.peek(1) == b'/') {
            self.at += 1;
        }
        self.at += 2;
    }

    fn skip_regular_expression(&mut self) {
        self.at += 1;
        let mut in_class = false;
        while self.at < self.bytes.len() {
            match self.peek(0) {
                b'\\' => self.at += 1,
                b'[' => in_class = true,
                b']' => in_class = false,
                // A regular expression ends on its line, so a wrong guess costs one line.
                b'\n' => break,
                b'/' if !in_class => break,
                _ => {}
            }
            self.at += 1;
        }
        self.at += 1;
        self.before = Before::Operand;
    }

    fn skip_string(&mut self, quote: u8) {
        self.at += 1;
        while self.at < self.bytes.len() && self.peek(0) != quote && self.peek(0) != b'\n' {
            self.at += 1 + usize::from(self.peek(0) == b'\\');
        }
        self.at += 1;
        self.before = Before::Operand;
    }

    /// From within a template to its end, or to the next `${`.
    fn skip_template(&mut self) {
        while self.at < self.bytes.len() {
            match self.peek(0) {
                b'`' => {
                    self.at += 1;
                    self.before = Before::Operand;
                    return;
                }
                b'$' if self.peek(1) == b'{' => {
                    self.at += 2;
                    self.open.push(Open {
                        bracket: b'`',
                        after: Before::Operand,
                    });
                    self.before = Before::Operator;
                    return;
                }
                b'\\' => self.at += 2,
                _ => self.at += 1,
            }
        }
    }

    fn punctuation(&mut self, byte: u8) {
        self.at += 1;
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' => {}
            b'.' if self.peek(0) == b'.' => {
                self.at += 2;
                self.before = Before::Operator;
            }
            b'.' => self.before = Before::Dot,
            b';' => self.before = Before::Statement,
            b'=' if self.peek(0) == b'>' => {
                self.at += 1;
                self.before = Before::Arrow;
            }
            b'(' | b'[' => {
                let after = if self.before == Before::Head {
                    Before::Statement
                } else {
                    Before::Operand
                };
                self.open(byte, after, Before::Operator);
            }
            b'{' => {
                // After an operand (`)` of a function's head) or an arrow, or where a statement may
                // start, it is a block; after an operator it is an object.
                let is_block = matches!(
                    self.before,
                    Before::Statement | Before::Operand | Before::Arrow
                );
                let after = if is_block {
                    Before::Statement
                } else {
                    Before::Operand
                };
                self.open(byte, after, Before::Statement);
            }
            b')' | b']' | b'}' => {
                let open = self.open.pop();
                self.before = open.as_ref().map_or(Before::Statement, |open| open.after);
                if open.is_some_and(|open| open.bracket == b'`') {
                    self.skip_template();
                }
            }
            b'+' | b'-' if self.peek(0) == byte => {
                // `x++ / 2` divides, `++/x/.lastIndex` does not: the operand's side decides.
                self.at += 1;
            }
            _ => self.before = Before::Operator,
        }
    }

    fn open(&mut self, bracket: u8, after: Before, before: Before) {
        self.open.push(Open { bracket, after });
        self.before = before;
    }

    /// Reads a word and tells whether it makes the text an ES module.
    fn word(&mut self) -> bool {
        let start = self.at;
        while is_word(self.peek(0)) && self.at < self.bytes.len() {
            self.at += 1;
        }
        let word = &self.bytes[start..self.at];
        if self.before == Before::Dot {
            self.before = Before::Operand;
            return false;
        }
        let outside = self.open.is_empty();
        let found = match word {
            b"import" => {
                let next = self.next_significant();
                next == b'.' && self.next_is_import_meta()
                    || outside && !matches!(next, b'(' | b'.' | b':' | b'=' | 0)
            }
            b"export" => outside && self.exports(),
            _ => false,
        };
        self.before = match word {
            b"if" | b"for" | b"while" | b"with" => Before::Head,
            b"else" | b"do" | b"try" | b"finally" => Before::Statement,
            b"await" if self.before == Before::Head => Before::Head,
            b"return" | b"typeof" | b"case" | b"in" | b"of" | b"delete" | b"void" | b"throw"
            | b"new" | b"instanceof" | b"yield" | b"await" | b"default" | b"extends" => {
                Before::Keyword
            }
            _ => Before::Operand,
        };
        found
    }

    /// Where the next character stands that is neither white space nor in a comment.
    fn next_position(&self) -> usize {
        let mut ahead = Self {
            bytes: self.bytes,
            at: self.at,
            before: self.before,
            open: Vec::new(),
        };
        loop {
            match (ahead.peek(0), ahead.peek(1)) {
                (b' ' | b'\t' | b'\r' | b'\n', _) => ahead.at += 1,
                (b'/', b'/') => ahead.skip_line(),
                (b'/', b'*') => ahead.skip_block_comment(),
                _ => return ahead.at,
            }
        }
    }

    fn next_significant(&self) -> u8 {
        self.bytes.get(self.next_position()).copied().unwrap_or(0)
    }

    fn next_is_import_meta(&self) -> bool {
        let rest = self.bytes.get(self.next_position()..).unwrap_or_default();
        let rest = rest.strip_prefix(b".").unwrap_or_default();
        let rest = rest.trim_ascii_start();
        rest.starts_with(b"meta") && !rest.get(4).copied().is_some_and(is_word)
    }

    fn exports(&self) -> bool {
        let rest = self.bytes.get(self.next_position()..).unwrap_or_default();
        let words: [&[u8]; 7] = [
            b"default",
            b"const",
            b"let",
            b"var",
            b"function",
            b"class",
            b"async",
        ];
        matches!(rest.first(), Some(b'{' | b'*'))
            || words.iter().any(|word| {
                rest.starts_with(word) && !rest.get(word.len()).copied().is_some_and(is_word)
            })
    }
}

/// Bytes of identifiers, keywords and numbers; everything beyond ASCII counts as a letter.
fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$' | b'#' | b'@') || byte >= 0x80
}

#[cfg(test)]
mod tests {
    use super::ModuleFormat;

    fn format(source: &str) -> ModuleFormat {
        ModuleFormat::of("index.js", source)
    }

    #[test]
    fn the_extension_decides_where_it_says_something() {
        assert_eq!(
            ModuleFormat::of("a.mjs", "module.exports = 1"),
            ModuleFormat::EsModule
        );
        assert_eq!(
            ModuleFormat::of("a.cjs", "export {}"),
            ModuleFormat::CommonJs
        );
    }

    #[test]
    fn import_and_export_statements_make_an_es_module() {
        for source in [
            "export {};",
            "export{a as b};",
            "export * from 'x';",
            "export default function () {}",
            "export const a = 1;",
            "export async function f() {}",
            "export class A {}",
            "import 'x';",
            "import{a}from'x';",
            "import * as x from 'x';",
            "import x from 'x';",
            "import /* why */ x from 'x';",
            "'use strict';\nimport x from 'x';",
            "var a = 1\nexport { a }",
            "var a=1;var f=()=>{};export{a};",
            "function f() { return { a: 1 } }\nexport { f };",
            "const u = import.meta.url;",
            "function f() { return import.meta.url; }",
            "const a = b / c; export { a }; // /",
            "const a = `x ${ { y: `z` }.y } export`; export { a };",
            "const r = /[/'\"]/; export { r };",
            "if (a) /'/.test(b); export { r };",
            "x = a++ / 2; y = '/'; export { x };",
            "const a = (1 + 2) / 3, s = '/'; export { a };",
            "const a = [1][0] / 2, s = '/'; export { a };",
            "const f = () => { return 1 }\n/'/.test(f); export { f };",
            "#!/usr/bin/env node\nexport {};",
            "const s = 'it\\'s'; export { s };",
            "export\n// why\n{ a };",
        ] {
            assert_eq!(format(source), ModuleFormat::EsModule, "{source}");
        }
    }

    #[test]
    fn everything_else_is_common_js() {
        for source in [
            "",
            "module.exports = { a: 1 };",
            "exports.f = () => import('x');",
            "const m = await_ => import ( 'x' );",
            "// export {}",
            "/* export {} */",
            "const s = 'export {}';",
            "const s = \"\\\"; export {}\";",
            "const s = `\nexport {}\n`;",
            "const s = `${a}\nexport {}\n`;",
            "const s = `${ `${ a } export {}` } export {}`;",
            "const r = /export {}/;",
            "const r = x.replace(/[`'\"]/g, '`'); // export",
            "a.export\n{ }",
            "const o = { export: 1, import: 2 };",
            "function f() {\n  const o = { x };\n  o.import = 1;\n}",
            "exports.export = exported; exporter {}",
            "var __export = (target, all) => { for (var name in all) {} };\n__export(src_exports, { f: () => f });\nmodule.exports = __toCommonJS(src_exports);",
            "const important = 1; important\n",
        ] {
            assert_eq!(format(source), ModuleFormat::CommonJs, "{source}");
        }
    }

    #[test]
    fn text_that_ends_in_the_middle_of_something_is_no_trouble() {
        for source in [
            "'", "`", "`${", "/", "/*", "/[", "import", "export", "a.", "}", "import.", "\\", "#!",
        ] {
            assert_eq!(format(source), ModuleFormat::CommonJs, "{source}");
        }
    }
}
