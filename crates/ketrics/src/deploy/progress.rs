//! Progress for people: a bar on a terminal, one line elsewhere.

use indicatif::ProgressBar;
use indicatif::ProgressStyle;
use std::io::IsTerminal;

/// The progress of one step.
#[derive(Clone)]
pub struct Progress {
    bar: ProgressBar,
    summary: String,
}

impl Progress {
    /// Progress over files.
    pub fn files(what: &'static str, files: usize) -> Self {
        Self::new(what, files, "{pos}/{len} files", format!("{files} files"))
    }

    /// Progress over bytes.
    pub fn bytes(what: &'static str, bytes: usize) -> Self {
        let summary = format!("{:.1} KB", bytes as f64 / 1_024.0);
        Self::new(what, bytes, "{bytes}/{total_bytes}", summary)
    }

    fn new(what: &'static str, length: usize, measure: &str, summary: String) -> Self {
        let bar = if std::io::stderr().is_terminal() {
            ProgressBar::new(length as u64)
        } else {
            ProgressBar::hidden()
        };
        let template = format!("{what:<10} {{bar:40}} {measure}");
        if let Ok(style) = ProgressStyle::with_template(&template) {
            bar.set_style(style);
        }
        Self {
            bar,
            summary: format!("{what:<10} {summary}"),
        }
    }

    /// So much more is done.
    pub fn advance(&self, by: usize) {
        self.bar.inc(by as u64);
    }

    /// It is done.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
        println!("{}", self.summary);
    }
}
