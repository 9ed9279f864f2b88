//! What a deployment still needs from an administrator: a variable without a value, or a resource
//! that is not there or not granted. None of it stops a deploy, since values are chosen after the
//! first one; the report says it.

use super::Place;
use ketrics_application::ApplicationConfig;
use ketrics_application::Resource;
use ketrics_application::ResourceKind;
use ketrics_directory::Directory;
use ketrics_directory::DirectoryError;
use ketrics_directory::Lookup;
use serde::Deserialize;
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// Something that an administrator has to do before all functions work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Need {
    /// The environment variable that it is about.
    pub variable: String,
    /// What is to be done.
    pub message: String,
}

/// What is still needed.
pub(super) async fn of(
    directory: &Directory,
    place: &Place,
    config: &ApplicationConfig,
    environment: &BTreeMap<String, String>,
) -> Result<Vec<Need>, DirectoryError> {
    let mut needs = Vec::new();
    for variable in config.variables() {
        let value = environment.get(variable).map_or("", String::as_str);
        let resource = config
            .resources
            .iter()
            .find(|resource| resource.variable == variable);
        let message = match resource {
            _ if value.is_empty() => Some("has no value".to_owned()),
            Some(resource) => missing(directory, place, resource, value).await?,
            None => None,
        };
        if let Some(message) = message {
            needs.push(Need {
                variable: variable.to_owned(),
                message,
            });
        }
    }
    Ok(needs)
}

/// What keeps the application from the resource whose code is a variable's value.
async fn missing(
    directory: &Directory,
    place: &Place,
    resource: &Resource,
    code: &str,
) -> Result<Option<String>, DirectoryError> {
    let (tenant, application) = (place.tenant.id, place.application.id);
    let kind = resource.kind;
    let found = match kind {
        ResourceKind::Volume => state(directory.lookup_volume(tenant, application, code).await?),
        ResourceKind::Secret => state(directory.lookup_secret(tenant, application, code).await?),
        ResourceKind::Parameter => state(
            directory
                .lookup_parameter(tenant, application, code)
                .await?,
        ),
        ResourceKind::DocumentDb => {
            let found = directory.lookup_document_database(tenant, application, code);
            state(found.await?)
        }
    };
    Ok(match found {
        State::NotFound => Some(format!(
            "names the {kind} {code:?}, which does not exist in this tenant"
        )),
        // What is declared is granted with the deployment itself.
        State::NotGranted if code == resource.code => None,
        State::NotGranted => Some(format!(
            "names the {kind} {code:?}, which is not granted to the application"
        )),
        State::Granted => None,
    })
}

enum State {
    NotFound,
    NotGranted,
    Granted,
}

fn state<T>(lookup: Lookup<T>) -> State {
    match lookup {
        Lookup::NotFound => State::NotFound,
        Lookup::AccessDenied => State::NotGranted,
        Lookup::Granted { .. } => State::Granted,
    }
}
