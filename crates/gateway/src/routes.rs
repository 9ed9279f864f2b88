//! From what a URL names to what will run: tenant, application, active deployment, environment.
//! The answers are kept for a moment, since every request asks.

use crate::error::CallError;
use crate::error::ErrorCode;
use crate::worker::zygotes::ZygoteKey;
use ketrics_directory::Application;
use ketrics_directory::ApplicationId;
use ketrics_directory::Deployment;
use ketrics_directory::Directory;
use ketrics_directory::Requestor;
use ketrics_directory::Tenant;
use ketrics_directory::TenantId;
use ketrics_protocol::LimitError;
use ketrics_protocol::LimitPolicy;
use ketrics_protocol::Limits;
use ketrics_protocol::RequestorContext;
use ketrics_protocol::RequestorKind;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::collections::HashMap;
use std::hash::DefaultHasher;
use std::hash::Hash;
use std::hash::Hasher;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;
use std::time::Instant;

/// How long an answer is good: a change on another host is seen after this time at the latest.
const FRESH: Duration = Duration::from_secs(1);

/// Answers that are kept at once.
const MOST: usize = 10_000;

/// Everything that a call needs to know of its target.
#[derive(Clone, Debug)]
pub struct Target {
    /// The tenant.
    pub tenant: Tenant,
    /// The application.
    pub application: Application,
    /// Its active deployment.
    pub deployment: Deployment,
    /// Its environment.
    pub environment: BTreeMap<String, String>,
    /// What its invocations may use.
    pub limits: Limits,
}

impl Target {
    /// What its zygote is made for.
    #[must_use]
    pub fn zygote(&self) -> ZygoteKey {
        let mut hasher = DefaultHasher::new();
        self.environment.hash(&mut hasher);
        ZygoteKey {
            application: self.application.id,
            deployment: self.deployment.id,
            environment: hasher.finish(),
        }
    }
}

/// What this crate reads of `ketrics.config.json`.
#[derive(Default, Deserialize)]
struct Config {
    #[serde(default)]
    limits: serde_json::Map<String, serde_json::Value>,
}

/// Looks targets and requestors up.
#[derive(Debug)]
pub struct Routes {
    directory: Directory,
    policy: LimitPolicy,
    targets: Kept<(String, String), Arc<Target>>,
    requestors: Kept<(Requestor, ApplicationId), Option<Arc<RequestorContext>>>,
}

impl Routes {
    /// Asks this directory, and gives applications the limits that this policy allows.
    #[must_use]
    pub fn new(directory: Directory, policy: LimitPolicy) -> Self {
        Self {
            directory,
            policy,
            targets: Kept::default(),
            requestors: Kept::default(),
        }
    }

    /// What a tenant's and an application's id or code lead to.
    ///
    /// # Errors
    /// `APPLICATION_NOT_FOUND`, `APPLICATION_NOT_DEPLOYED`.
    pub async fn target(&self, tenant: &str, application: &str) -> Result<Arc<Target>, CallError> {
        let key = (tenant.to_owned(), application.to_owned());
        if let Some(target) = self.targets.get(&key) {
            return Ok(target);
        }
        let since = self.targets.changes();
        let target = Arc::new(self.find(tenant, application).await?);
        self.targets.put(key, Arc::clone(&target), since);
        Ok(target)
    }

    async fn find(&self, tenant: &str, application: &str) -> Result<Target, CallError> {
        let not_found = || {
            CallError::new(
                ErrorCode::ApplicationNotFound,
                format!("There is no application '{application}' in this tenant"),
            )
        };
        let directory = &self.directory;
        let tenant = directory.find_tenant(tenant).await?.ok_or_else(not_found)?;
        let application = directory
            .find_application(tenant.id, application)
            .await?
            .ok_or_else(not_found)?;
        let deployment = directory
            .active_deployment(application.id)
            .await?
            .ok_or_else(|| {
                CallError::new(
                    ErrorCode::ApplicationNotDeployed,
                    format!(
                        "The application '{}' has no active deployment",
                        application.code
                    ),
                )
            })?;
        let environment = directory.environment(application.id).await?;
        let limits = self.limits(&application, &deployment);
        Ok(Target {
            tenant,
            application,
            deployment,
            environment,
            limits,
        })
    }

    /// What a `ketrics.config.json` asks for, as far as the host allows.
    ///
    /// # Errors
    /// When it asks for a limit that there is not.
    pub fn limits_in(&self, config: &str) -> Result<Limits, LimitError> {
        let config: Config = serde_json::from_str(config).unwrap_or_default();
        self.policy.for_application(&config.limits)
    }

    /// The same for a deployment. A limit that there is not keeps no call from being answered.
    fn limits(&self, application: &Application, deployment: &Deployment) -> Limits {
        self.limits_in(&deployment.config).unwrap_or_else(|error| {
            tracing::warn!(%error, application = application.code, "limits in ketrics.config.json");
            self.policy.defaults()
        })
    }

    /// A requestor as the application sees it; `None` when it has no role there.
    ///
    /// # Errors
    /// When the directory does not answer.
    pub async fn requestor(
        &self,
        tenant: TenantId,
        requestor: Requestor,
        application: ApplicationId,
    ) -> Result<Option<Arc<RequestorContext>>, CallError> {
        let key = (requestor, application);
        if let Some(context) = self.requestors.get(&key) {
            return Ok(context);
        }
        let since = self.requestors.changes();
        let context = self
            .find_requestor(tenant, requestor, application)
            .await?
            .map(Arc::new);
        self.requestors.put(key, context.clone(), since);
        Ok(context)
    }

    async fn find_requestor(
        &self,
        tenant: TenantId,
        requestor: Requestor,
        application: ApplicationId,
    ) -> Result<Option<RequestorContext>, CallError> {
        let Some(permissions) = self
            .directory
            .permissions_of(requestor, application)
            .await?
        else {
            return Ok(None);
        };
        let nobody = RequestorContext {
            kind: RequestorKind::User,
            user_id: None,
            service_account_id: None,
            service_account_code: None,
            name: String::new(),
            email: None,
            application_permissions: permissions,
            is_cross_app: None,
            source_application_code: None,
        };
        Ok(match requestor {
            Requestor::User(id) => {
                self.directory
                    .find_user(tenant, id)
                    .await?
                    .map(|user| RequestorContext {
                        user_id: Some(user.id.to_string()),
                        name: format!("{} {}", user.first_name, user.last_name)
                            .trim()
                            .to_owned(),
                        email: Some(user.email),
                        ..nobody
                    })
            }
            Requestor::ServiceAccount(id) => {
                let account = self.directory.find_service_account(tenant, id).await?;
                account.map(|account| RequestorContext {
                    kind: RequestorKind::ServiceAccount,
                    service_account_id: Some(account.id.to_string()),
                    service_account_code: Some(account.code),
                    name: account.name,
                    ..nobody
                })
            }
        })
    }

    /// Forgets everything, after a change made through this host.
    pub fn forget(&self) {
        self.targets.clear();
        self.requestors.clear();
    }
}

/// Answers with the time at which they were given.
#[derive(Debug)]
struct Kept<K, V> {
    answers: Mutex<HashMap<K, (Instant, V)>>,
    changes: AtomicU64,
}

impl<K, V> Default for Kept<K, V> {
    fn default() -> Self {
        Self {
            answers: Mutex::default(),
            changes: AtomicU64::new(0),
        }
    }
}

impl<K: Eq + Hash, V: Clone> Kept<K, V> {
    fn get(&self, key: &K) -> Option<V> {
        self.answers()
            .get(key)
            .filter(|(at, _)| at.elapsed() < FRESH)
            .map(|(_, value)| value.clone())
    }

    /// How often everything was forgotten, for [`Kept::put`].
    fn changes(&self) -> u64 {
        self.changes.load(Relaxed)
    }

    /// Keeps an answer to a question that was asked `since` so many changes. One that was asked
    /// before the last change may be about what was there before it.
    fn put(&self, key: K, value: V, since: u64) {
        let mut kept = self.answers();
        if self.changes() != since {
            return;
        }
        if kept.len() >= MOST {
            kept.retain(|_, (at, _)| at.elapsed() < FRESH);
        }
        if kept.len() < MOST {
            kept.insert(key, (Instant::now(), value));
        }
    }

    fn clear(&self) {
        let mut kept = self.answers();
        self.changes.fetch_add(1, Relaxed);
        kept.clear();
    }

    fn answers(&self) -> MutexGuard<'_, HashMap<K, (Instant, V)>> {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
