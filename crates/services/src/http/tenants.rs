//! The rules of each tenant, and the clients that keep to them.

use crate::failure::opaque;
use crate::http::EgressPolicy;
use crate::http::Otherwise;
use crate::http::TenantEgress;
use crate::http::egress::Clients;
use crate::http::policy::Egress;
use crate::http::rule::EgressRule;
use ketrics_directory::Directory;
use ketrics_directory::TenantId;
use ketrics_protocol::ServiceError;
use serde::Deserialize;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Instant;

/// Tenants whose clients are kept; their connections are, too.
const MOST: usize = 64;

/// What is wrong with the rules of a tenant.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct InvalidEgress(String);

/// Rules as they are stored: JSON.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    #[serde(default)]
    deny: Vec<String>,
    #[serde(default)]
    allow: Vec<String>,
    #[serde(default)]
    otherwise: StoredOtherwise,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum StoredOtherwise {
    #[default]
    Public,
    Nothing,
}

impl TenantEgress {
    /// Reads rules as the directory keeps them.
    ///
    /// ```
    /// use ketrics_services::TenantEgress;
    /// let rules = r#"{ "deny": ["*.tracker.example"], "otherwise": "public" }"#;
    /// assert!(TenantEgress::from_json(rules).is_ok());
    /// let fault = TenantEgress::from_json(r#"{ "allow": ["10.0.0.0/40"] }"#).unwrap_err();
    /// assert!(fault.to_string().starts_with("the egress rule \"10.0.0.0/40\" cannot be read"));
    /// ```
    ///
    /// # Errors
    /// When the text is not JSON of this form, or a rule cannot be read.
    pub fn from_json(json: &str) -> Result<Self, InvalidEgress> {
        let stored: Stored =
            serde_json::from_str(json).map_err(|error| InvalidEgress(error.to_string()))?;
        let read = |rules: Vec<String>| {
            rules
                .iter()
                .map(|rule| rule.parse::<EgressRule>())
                .collect::<Result<Vec<_>, _>>()
                .map_err(|error| InvalidEgress(error.to_string()))
        };
        Ok(Self {
            deny: read(stored.deny)?,
            allow: read(stored.allow)?,
            otherwise: match stored.otherwise {
                StoredOtherwise::Public => Otherwise::Public,
                StoredOtherwise::Nothing => Otherwise::Nothing,
            },
        })
    }
}

/// The clients of all tenants.
pub(crate) struct TenantClients {
    host: EgressPolicy,
    directory: Directory,
    kept: Mutex<HashMap<TenantId, Kept>>,
}

struct Kept {
    /// What the rules said when the clients were made.
    rules: Option<String>,
    clients: Arc<Clients>,
    used: Instant,
}

impl TenantClients {
    pub(crate) fn new(host: EgressPolicy, directory: Directory) -> Self {
        Self {
            host,
            directory,
            kept: Mutex::default(),
        }
    }

    /// The tenant's clients, as its rules are now.
    pub(crate) async fn of(&self, tenant: TenantId) -> Result<Arc<Clients>, ServiceError> {
        let rules = self
            .directory
            .egress_rules(tenant)
            .await
            .map_err(|error| opaque("ask the directory about egress", error))?;
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = kept.get_mut(&tenant)
            && known.rules == rules
        {
            known.used = Instant::now();
            return Ok(Arc::clone(&known.clients));
        }
        // Rules that cannot be read allow nothing.
        let tenants = rules
            .as_deref()
            .map(TenantEgress::from_json)
            .transpose()
            .map_err(|error| opaque("read a tenant's egress rules", error))?;
        let egress = Egress {
            host: self.host.clone(),
            tenant: tenants.unwrap_or_default(),
        };
        let clients = Clients::new(egress).map_err(|error| opaque("make a client", error))?;
        let clients = Arc::new(clients);
        if kept.len() >= MOST
            && let Some(oldest) = kept
                .iter()
                .min_by_key(|(_, known)| known.used)
                .map(|(tenant, _)| *tenant)
        {
            kept.remove(&oldest);
        }
        let known = Kept {
            rules,
            clients: Arc::clone(&clients),
            used: Instant::now(),
        };
        kept.insert(tenant, known);
        Ok(clients)
    }
}
