//! What a tenant owns.

use super::Here;
use super::Walk;
use crate::error::CallError;
use crate::error::ErrorCode;
use ketrics_application::TenantState;
use ketrics_application::Text;
use ketrics_directory::DatabaseSpec;
use ketrics_directory::VolumeSpec;
use serde_json::Value;

impl Walk<'_> {
    pub(super) async fn resources(
        &mut self,
        here: &Here,
        state: &TenantState,
    ) -> Result<(), CallError> {
        self.volumes(here, state).await?;
        self.databases(here, state).await?;
        for wanted in &state.document_databases {
            let found = here.inventory.document_databases.get(&wanted.code);
            let same = found.map(|found| found.name == wanted.name);
            if self.differs(format!("document database {}", wanted.code), same) {
                self.directory
                    .put_document_database(here.id, &wanted.code, &wanted.name)
                    .await?;
            }
        }
        self.secrets(here, state).await?;
        for wanted in &state.parameters {
            let found = here.inventory.parameters.get(&wanted.code);
            let value = Value::Object(wanted.value.clone());
            let same = found.map(|found| serde_json::from_str(&found.json).ok() == Some(value));
            let json = Value::Object(wanted.value.clone()).to_string();
            ketrics_services::check_parameter(&json).map_err(|fault| {
                CallError::new(
                    ErrorCode::InvalidRequest,
                    format!("the parameter {:?} cannot be stored: {fault}", wanted.code),
                )
            })?;
            if self.differs(format!("parameter {}", wanted.code), same) {
                self.directory
                    .put_parameter(here.id, &wanted.code, &json)
                    .await?;
            }
        }
        Ok(())
    }

    async fn volumes(&mut self, here: &Here, state: &TenantState) -> Result<(), CallError> {
        for wanted in &state.volumes {
            let found = here.inventory.volumes.get(&wanted.code);
            let same = found.map(|found| {
                found.name == wanted.name
                    && found.max_object_bytes == wanted.max_object_bytes
                    && found.allowed_content_types == wanted.allowed_content_types
            });
            if self.differs(format!("volume {}", wanted.code), same) {
                let spec = VolumeSpec {
                    name: wanted.name.clone(),
                    max_object_bytes: wanted.max_object_bytes,
                    allowed_content_types: wanted.allowed_content_types.clone(),
                };
                self.directory
                    .put_volume(here.id, &wanted.code, &spec)
                    .await?;
            }
        }
        Ok(())
    }

    async fn databases(&mut self, here: &Here, state: &TenantState) -> Result<(), CallError> {
        for wanted in &state.databases {
            let settings = match &wanted.url {
                Some(url) => plain(url, "database", &wanted.code)?,
                None => "",
            };
            let found = here.inventory.databases.get(&wanted.code);
            let same = found.map(|found| {
                found.name == wanted.name
                    && found.engine == wanted.engine
                    && found.settings == settings
            });
            if self.differs(format!("database {}", wanted.code), same) {
                let spec = DatabaseSpec {
                    name: wanted.name.clone(),
                    engine: wanted.engine.clone(),
                    settings: settings.to_owned(),
                };
                self.directory
                    .put_database(here.id, &wanted.code, &spec)
                    .await?;
            }
        }
        Ok(())
    }

    async fn secrets(&mut self, here: &Here, state: &TenantState) -> Result<(), CallError> {
        for wanted in &state.secrets {
            let value = plain(&wanted.value, "secret", &wanted.code)?;
            let same = match here.inventory.secrets.get(&wanted.code) {
                Some(found) => Some(self.services.secret_is(found, value).await),
                None => None,
            };
            if self.differs(format!("secret {}", wanted.code), same) {
                self.services
                    .seal_secret(here.id, &wanted.code, value)
                    .await
                    .map_err(|error| {
                        let message = format!("the secret {:?}: {error}", wanted.code);
                        CallError::new(ErrorCode::InvalidRequest, message)
                    })?;
            }
        }
        Ok(())
    }
}

/// Variables and files are those of whoever applies, never the host's.
fn plain<'a>(text: &'a Text, kind: &str, code: &str) -> Result<&'a str, CallError> {
    match text {
        Text::Plain(text) => Ok(text),
        Text::Env(_) | Text::File(_) => Err(CallError::new(
            ErrorCode::InvalidRequest,
            format!("the {kind} {code:?} must have its value itself here: {{\"plain\": …}}"),
        )),
    }
}
