//! What an application is on disk: its `ketrics.config.json`, its bundle, the bundle's source map,
//! the ZIP that carries all of them to a host, and its test requests.
//!
//! Everything here is bytes in, checked values out; nothing knows the platform. Input comes from
//! people who write applications, so every error says what is wrong, where, and what is allowed.

#![warn(missing_docs)]

mod archive;
mod bundle;
mod config;
mod module_format;
mod platform;
mod source_map;
mod test_request;

pub use archive::ArchiveError;
pub use archive::MAX_ARCHIVE_BYTES;
pub use archive::MAX_ARCHIVE_FILES;
pub use archive::PackError;
pub use archive::Package;
pub use archive::PackedFile;
pub use archive::Unpacked;
pub use bundle::Bundle;
pub use bundle::BundleError;
pub use bundle::MAX_BUNDLE_BYTES;
pub use config::Action;
pub use config::ApplicationConfig;
pub use config::CONFIG_FILE;
pub use config::ConfigError;
pub use config::EnvironmentVariable;
pub use config::Fault;
pub use config::Resource;
pub use config::ResourceKind;
pub use config::Role;
pub use config::variable_for;
pub use module_format::ModuleFormat;
pub use platform::AiState;
pub use platform::ApplicationState;
pub use platform::DatabaseState;
pub use platform::EgressState;
pub use platform::GrantState;
pub use platform::GroupState;
pub use platform::NamedState;
pub use platform::OtherwiseState;
pub use platform::ParameterState;
pub use platform::PlatformError;
pub use platform::PlatformState;
pub use platform::RoleState;
pub use platform::RuleCheck;
pub use platform::SecretState;
pub use platform::StatusState;
pub use platform::TenantState;
pub use platform::Text;
pub use platform::UserState;
pub use platform::VolumeState;
pub use source_map::SourceMap;
pub use source_map::SourceMapError;
pub use test_request::PreparedRequest;
pub use test_request::TestRequest;
pub use test_request::TestRequestError;
pub use test_request::TestRequestValues;
