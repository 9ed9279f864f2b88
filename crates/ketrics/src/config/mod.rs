//! The configuration of a host: one file, and variables that override what it says.

pub mod authentication;
mod engines;
mod host;
mod settings;

pub use host::FLOOR;

use crate::problem::Problem;
use settings::Kind;
use settings::SETTINGS;
use std::collections::HashMap;
use std::fs;
use std::path::Path;
use toml::Table;
use toml::Value;

/// What the file and the environment say, each value checked to be of its kind.
#[derive(Debug, Default)]
pub struct Config(HashMap<(&'static str, &'static str), Value>);

impl Config {
    /// Reads the file, where there is one, and the variables of `environment`.
    pub fn read(
        file: Option<&Path>,
        environment: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, Problem> {
        let mut config = Self::default();
        if let Some(path) = file {
            let wrong = |error: String| Problem::Usage(format!("{}: {error}", path.display()));
            let text = fs::read_to_string(path).map_err(|error| wrong(error.to_string()))?;
            let table: Table = text.parse().map_err(|error| wrong(format!("{error}")))?;
            config.take("", table).map_err(wrong)?;
        }
        for setting in settings::all() {
            let variable = setting.variable();
            if let Some(text) = environment(&variable).filter(|text| !text.is_empty()) {
                let value = spelled(setting.kind, &text)
                    .ok_or_else(|| Problem::Usage(wanted(&variable, setting.kind, &text)))?;
                config.0.insert((setting.section, setting.name), value);
            }
        }
        config.check_engines()?;
        Ok(config)
    }

    fn take(&mut self, section: &str, table: Table) -> Result<(), String> {
        for (name, value) in table {
            if let Some(setting) = settings::find(section, &name) {
                if !is_of(setting.kind, &value) {
                    return Err(wanted(&setting.path(), setting.kind, &value.to_string()));
                }
                self.0.insert((setting.section, setting.name), value);
                continue;
            }
            let inner = match section {
                "" => name.clone(),
                section => format!("{section}.{name}"),
            };
            let known = settings::all().any(|setting| setting.section == inner);
            match value {
                Value::Table(table) if known => self.take(&inner, table)?,
                _ => {
                    let place = match section {
                        "" => "there is no setting".to_owned(),
                        section => format!("[{section}] has no setting"),
                    };
                    let names = settings::names(section);
                    return Err(format!("{place} named {name}; there are: {names}"));
                }
            }
        }
        Ok(())
    }

    /// Refuses what would have no effect, because its section is set to another engine.
    fn check_engines(&self) -> Result<(), Problem> {
        for setting in SETTINGS {
            let Some(engine) = setting.engine else {
                continue;
            };
            let chosen = self.text(setting.section, "engine");
            if self.0.contains_key(&(setting.section, setting.name))
                && chosen.as_deref() != Some(engine)
                // Engines share names; the setting belongs to the one that is chosen, if it has it.
                && !SETTINGS.iter().any(|other| {
                    other.section == setting.section
                        && other.name == setting.name
                        && other.engine == chosen.as_deref()
                })
            {
                return Err(Problem::Usage(format!(
                    "{} is for {}.engine = \"{engine}\", which is not set",
                    setting.path(),
                    setting.section,
                )));
            }
        }
        Ok(())
    }

    /// A setting that is a text.
    pub fn text(&self, section: &'static str, name: &'static str) -> Option<String> {
        self.0.get(&(section, name))?.as_str().map(str::to_owned)
    }

    /// A setting that is a number.
    pub fn number<N: TryFrom<i64>>(
        &self,
        section: &'static str,
        name: &'static str,
    ) -> Result<Option<N>, Problem> {
        let Some(number) = self.0.get(&(section, name)).and_then(Value::as_integer) else {
            return Ok(None);
        };
        N::try_from(number).map(Some).map_err(|_| {
            let path = settings::find(section, name).map_or(name.to_owned(), |it| it.path());
            Problem::Usage(format!("{path} is out of range: {number}"))
        })
    }

    /// A setting that is true or false; false unless it is set.
    pub fn switch(&self, section: &'static str, name: &'static str) -> bool {
        let value = self.0.get(&(section, name));
        value.and_then(Value::as_bool).unwrap_or_default()
    }

    /// A setting that is a list; empty unless it is set.
    pub fn list(&self, section: &'static str, name: &'static str) -> Vec<String> {
        let values = self.0.get(&(section, name)).and_then(Value::as_array);
        values
            .into_iter()
            .flatten()
            .filter_map(|value| value.as_str().map(str::to_owned))
            .collect()
    }

    /// The names of what is set in a section, in the order in which they are explained.
    fn set_in(&self, section: &str) -> Vec<&'static str> {
        SETTINGS
            .iter()
            .filter(|setting| setting.section == section)
            .filter(|setting| self.0.contains_key(&(setting.section, setting.name)))
            .map(|setting| setting.name)
            .collect()
    }

    /// A text that must be there.
    fn required(&self, section: &'static str, name: &'static str) -> Result<String, Problem> {
        let text = self.text(section, name).filter(|text| !text.is_empty());
        text.ok_or_else(|| {
            let engine = self.text(section, "engine").unwrap_or_default();
            Problem::Usage(format!(
                "{section}.{name} is not set, and {section}.engine = \"{engine}\" needs it"
            ))
        })
    }
}

fn is_of(kind: Kind, value: &Value) -> bool {
    match kind {
        Kind::Text => value.is_str(),
        Kind::Number => value.as_integer().is_some_and(|number| number >= 0),
        Kind::Switch => value.is_bool(),
        Kind::List => value
            .as_array()
            .is_some_and(|values| values.iter().all(Value::is_str)),
        Kind::OneOf(names) => value.as_str().is_some_and(|text| names.contains(&text)),
    }
}

/// The value that a variable's text stands for.
fn spelled(kind: Kind, text: &str) -> Option<Value> {
    let value = match kind {
        Kind::Text | Kind::OneOf(_) => Value::String(text.to_owned()),
        Kind::Number => Value::Integer(text.parse().ok()?),
        Kind::Switch => Value::Boolean(text.parse().ok()?),
        Kind::List => Value::Array(
            text.split(',')
                .map(|item| Value::String(item.trim().to_owned()))
                .collect(),
        ),
    };
    is_of(kind, &value).then_some(value)
}

fn wanted(what: &str, kind: Kind, given: &str) -> String {
    let wanted = match kind {
        Kind::Text => "a text in quotes".to_owned(),
        Kind::Number => "a whole number from 0".to_owned(),
        Kind::Switch => "true or false".to_owned(),
        Kind::List => "a list of texts".to_owned(),
        Kind::OneOf(names) => format!("one of {}", names.join(", ")),
    };
    // A value that is no text may be part of a secret one that was written wrongly.
    if matches!(kind, Kind::Text) {
        return format!("{what} must be {wanted}");
    }
    format!("{what} must be {wanted}, not {given}")
}

#[cfg(test)]
mod tests;
