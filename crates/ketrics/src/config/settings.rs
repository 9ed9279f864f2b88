//! Every setting of a host, once: what the file may hold, what the environment may override, and
//! what `docs/configuration.md` must explain.

use ketrics_protocol::LIMITS;

/// One setting.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// The table of the file that it stands in; empty for the top of the file.
    pub section: &'static str,
    /// Its name there.
    pub name: &'static str,
    /// What it takes.
    pub kind: Kind,
    /// The engine that it belongs to, where not every engine of its section has it.
    pub engine: Option<&'static str>,
}

/// What a setting takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Any text.
    Text,
    /// A whole number from 0.
    Number,
    /// True or false.
    Switch,
    /// Several texts; in the environment with commas between them.
    List,
    /// One of these.
    OneOf(&'static [&'static str]),
}

impl Setting {
    /// What an error calls it.
    pub fn path(&self) -> String {
        if self.section.is_empty() {
            self.name.to_owned()
        } else {
            format!("{}.{}", self.section, self.name)
        }
    }

    /// The variable that overrides it.
    pub fn variable(&self) -> String {
        format!("KETRICS_{}", self.path().replace('.', "_").to_uppercase())
    }
}

const fn any(section: &'static str, name: &'static str, kind: Kind) -> Setting {
    Setting {
        section,
        name,
        kind,
        engine: None,
    }
}

const fn of(
    section: &'static str,
    engine: &'static str,
    name: &'static str,
    kind: Kind,
) -> Setting {
    Setting {
        section,
        name,
        kind,
        engine: Some(engine),
    }
}

/// All of them, in the order in which they are explained.
pub const SETTINGS: &[Setting] = &[
    any("", "data", Kind::Text),
    any("", "listen", Kind::Text),
    any("", "public_url", Kind::Text),
    any("", "cors_origins", Kind::List),
    any("", "allow_egress", Kind::List),
    any("", "forked_ahead", Kind::Number),
    any("", "region", Kind::Text),
    any("authentication", "issuer", Kind::Text),
    any("authentication", "audience", Kind::List),
    any("authentication", "jwks_url", Kind::Text),
    any("authentication", "jwks_file", Kind::Text),
    any("authentication", "clock_skew", Kind::Number),
    any("authentication", "tenant_claim", Kind::Text),
    any("authentication", "subject_claim", Kind::Text),
    any("directory", "engine", Kind::OneOf(&["sqlite", "postgres"])),
    of("directory", "postgres", "url", Kind::Text),
    of("directory", "postgres", "max_connections", Kind::Number),
    any("jobs", "at_once", Kind::Number),
    any("jobs", "lease", Kind::Number),
    any(
        "sandbox",
        "minimum",
        Kind::OneOf(&["process", "filtered", "full"]),
    ),
    any("concurrency", "host", Kind::Number),
    any("concurrency", "tenant", Kind::Number),
    any("concurrency", "tenant_wait_ms", Kind::Number),
    any("concurrency", "tenant_memory_mb", Kind::Number),
    any("concurrency", "queue", Kind::Number),
    any("concurrency", "queue_wait_ms", Kind::Number),
    any("http", "connections", Kind::Number),
    any("http", "headers_ms", Kind::Number),
    any("http", "stall_ms", Kind::Number),
    any("volumes", "engine", Kind::OneOf(&["folder", "s3"])),
    of("volumes", "s3", "bucket", Kind::Text),
    of("volumes", "s3", "prefix", Kind::Text),
    of("volumes", "s3", "force_path_style", Kind::Switch),
    of("volumes", "s3", "region", Kind::Text),
    of("volumes", "s3", "endpoint", Kind::Text),
    of("volumes", "s3", "access_key_id", Kind::Text),
    of("volumes", "s3", "secret_access_key", Kind::Text),
    any("secrets", "engine", Kind::OneOf(&["local", "kms"])),
    of("secrets", "kms", "kms_key_id", Kind::Text),
    of("secrets", "kms", "region", Kind::Text),
    of("secrets", "kms", "endpoint", Kind::Text),
    of("secrets", "kms", "access_key_id", Kind::Text),
    of("secrets", "kms", "secret_access_key", Kind::Text),
    any(
        "documents",
        "engine",
        Kind::OneOf(&["sqlite", "postgres", "dynamodb"]),
    ),
    of("documents", "postgres", "url", Kind::Text),
    of("documents", "postgres", "max_connections", Kind::Number),
    of("documents", "dynamodb", "table", Kind::Text),
    of("documents", "dynamodb", "index", Kind::Text),
    of("documents", "dynamodb", "ttl_attribute", Kind::Text),
    of("documents", "dynamodb", "region", Kind::Text),
    of("documents", "dynamodb", "endpoint", Kind::Text),
    of("documents", "dynamodb", "access_key_id", Kind::Text),
    of("documents", "dynamodb", "secret_access_key", Kind::Text),
    any("ai", "engine", Kind::OneOf(&["none", "bedrock"])),
    of("ai", "bedrock", "models", Kind::List),
    of("ai", "bedrock", "requests_per_minute", Kind::Number),
    of("ai", "bedrock", "tokens_per_month", Kind::Number),
    of("ai", "bedrock", "region", Kind::Text),
    of("ai", "bedrock", "endpoint", Kind::Text),
    of("ai", "bedrock", "access_key_id", Kind::Text),
    of("ai", "bedrock", "secret_access_key", Kind::Text),
    any("logs", "retention_days", Kind::Number),
    any("logs", "engine", Kind::OneOf(&["none", "cloudwatch"])),
    of("logs", "cloudwatch", "group", Kind::Text),
    of("logs", "cloudwatch", "stream", Kind::Text),
    of("logs", "cloudwatch", "region", Kind::Text),
    of("logs", "cloudwatch", "endpoint", Kind::Text),
    of("logs", "cloudwatch", "access_key_id", Kind::Text),
    of("logs", "cloudwatch", "secret_access_key", Kind::Text),
    any("push", "engine", Kind::OneOf(&["none", "webhook", "sns"])),
    any("push", "attempts", Kind::Number),
    any("push", "first_wait_seconds", Kind::Number),
    of("push", "webhook", "url", Kind::Text),
    of("push", "webhook", "secret", Kind::Text),
    of("push", "sns", "topic_arn", Kind::Text),
    of("push", "sns", "region", Kind::Text),
    of("push", "sns", "endpoint", Kind::Text),
    of("push", "sns", "access_key_id", Kind::Text),
    of("push", "sns", "secret_access_key", Kind::Text),
];

/// Those above, and two for every limit: what applications have, and the most that they may ask
/// for. `docs/limits.md` explains the limits.
pub fn all() -> impl Iterator<Item = Setting> {
    let limits = ["limits", "limits.maximum"]
        .into_iter()
        .flat_map(|section| {
            LIMITS
                .iter()
                .map(move |row| any(section, row.name, Kind::Number))
        });
    SETTINGS.iter().copied().chain(limits)
}

/// The setting with this name.
pub fn find(section: &str, name: &str) -> Option<Setting> {
    all().find(|setting| setting.section == section && setting.name == name)
}

/// The names that a section has, for an error.
pub fn names(section: &str) -> String {
    let here = all().filter(|setting| setting.section == section);
    let mut names: Vec<&str> = here.map(|setting| setting.name).collect();
    if section.is_empty() {
        let sections = all().map(|setting| setting.section);
        names.extend(sections.filter(|section| !section.is_empty()));
        names.dedup();
    }
    names.join(", ")
}
