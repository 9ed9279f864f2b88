//! An application as it stands on disk.

use crate::problem::Problem;
use ketrics_application::ApplicationConfig;
use ketrics_application::Bundle;
use ketrics_application::CONFIG_FILE;
use std::fs;
use std::path::Path;

/// An application as it stands on disk.
pub struct Source {
    /// `ketrics.config.json`, checked.
    pub config: ApplicationConfig,
    /// The same as text.
    pub config_text: String,
}

impl Source {
    /// Reads and checks the configuration of an application's folder.
    pub fn read(folder: &Path) -> Result<Self, Problem> {
        let path = folder.join(CONFIG_FILE);
        let config_text = fs::read_to_string(&path).map_err(|error| {
            Problem::Failed(format!(
                "{} cannot be read ({error}); name the folder of an application",
                path.display()
            ))
        })?;
        let config = ApplicationConfig::parse(&config_text)
            .map_err(|error| Problem::Failed(error.to_string()))?;
        Ok(Self {
            config,
            config_text,
        })
    }

    /// Reads the bundle.
    pub fn bundle(&self, folder: &Path) -> Result<Bundle, Problem> {
        Bundle::read(folder, &self.config).map_err(|error| Problem::Failed(error.to_string()))
    }
}
