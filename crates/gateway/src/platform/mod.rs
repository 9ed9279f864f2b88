//! Brings the directory to a declared state.
//!
//! One walk over the state finds what differs; it writes only when it is told to. A plan and its
//! execution can so never disagree about what a change is. What the state names is created or
//! changed; access (members of groups, who has which role, grants, destinations outside) is exactly
//! what it says, so that leaving a line out takes the access away. Nothing that holds data is ever
//! deleted.

mod access;
mod permitted;
mod resources;

use crate::error::CallError;
use crate::error::ErrorCode;
use crate::runtime::Runtime;
use ketrics_application::Fault;
use ketrics_application::PlatformError;
use ketrics_application::PlatformState;
use ketrics_application::TenantState;
use ketrics_directory::Directory;
use ketrics_directory::GroupId;
use ketrics_directory::Inventory;
use ketrics_directory::ServiceAccountId;
use ketrics_directory::TenantId;
use ketrics_directory::UserId;
use ketrics_services::Services;
use serde::Deserialize;
use serde::Serialize;
use std::collections::BTreeMap;
use std::hash::DefaultHasher;
use std::hash::Hash;
use std::hash::Hasher;
use std::sync::Arc;
use tokio::sync::Mutex;
use utoipa::ToSchema;

/// What is done to something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum Action {
    /// It is made.
    Create,
    /// It is changed.
    Update,
    /// It is taken away.
    Remove,
}

/// One difference between what is declared and what there is. It never holds a value of a secret.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
pub struct Change {
    /// What is done.
    pub action: Action,
    /// Code of the tenant.
    pub tenant: String,
    /// To what, for example `group finance: member ana@acme.example`.
    pub subject: String,
}

/// The differences, and what tells them from others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Plan {
    /// In the order in which they are made.
    pub changes: Vec<Change>,
    /// To be sent back when these and no other changes are to be made.
    pub fingerprint: String,
}

/// Plans and applies declared states, one at a time.
#[derive(Debug)]
pub struct Platform {
    runtime: Arc<Runtime>,
    turn: Mutex<()>,
}

impl Platform {
    /// Works on the directory of this runtime.
    #[must_use]
    pub fn new(runtime: Arc<Runtime>) -> Self {
        Self {
            runtime,
            turn: Mutex::default(),
        }
    }

    /// What applying the state would do.
    ///
    /// # Errors
    /// When the state does not fit what applications have deployed.
    pub async fn plan(&self, state: &PlatformState) -> Result<Plan, CallError> {
        self.walk(state, Mode::Plan).await
    }

    /// Applies the state, if that does what `fingerprint` stands for. What fails in the middle is
    /// finished by the next time.
    ///
    /// # Errors
    /// `CONFLICT` when it would do something else; see [`Platform::plan`].
    pub async fn apply(
        &self,
        state: &PlatformState,
        fingerprint: Option<&str>,
    ) -> Result<Plan, CallError> {
        let _turn = self.turn.lock().await;
        let planned = self.walk(state, Mode::Plan).await?;
        if fingerprint.is_some_and(|expected| expected != planned.fingerprint) {
            return Err(CallError::new(
                ErrorCode::Conflict,
                "The platform was changed meanwhile; look at the changes again",
            ));
        }
        let done = self.walk(state, Mode::Apply).await;
        self.runtime.refresh();
        done
    }

    async fn walk(&self, state: &PlatformState, mode: Mode) -> Result<Plan, CallError> {
        let mut walk = Walk {
            directory: self.runtime.directory(),
            services: self.runtime.services(),
            mode,
            tenant: String::new(),
            changes: Vec::new(),
            faults: Vec::new(),
        };
        for (index, tenant) in state.tenants.iter().enumerate() {
            walk.tenant(tenant, &format!("tenants[{index}]")).await?;
        }
        if !walk.faults.is_empty() {
            let error = PlatformError {
                faults: walk.faults,
            };
            return Err(CallError::new(ErrorCode::InvalidRequest, error.to_string()));
        }
        let mut hasher = DefaultHasher::new();
        walk.changes.hash(&mut hasher);
        Ok(Plan {
            fingerprint: format!("{:016x}", hasher.finish()),
            changes: walk.changes,
        })
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    Plan,
    Apply,
}

/// A walk over a state.
struct Walk<'a> {
    directory: &'a Directory,
    services: &'a Services,
    mode: Mode,
    tenant: String,
    changes: Vec<Change>,
    faults: Vec<Fault>,
}

/// The tenant that the walk is in. Ids of what is only planned stand for nothing.
struct Here {
    id: TenantId,
    inventory: Inventory,
    users: BTreeMap<String, UserId>,
    groups: BTreeMap<String, GroupId>,
    accounts: BTreeMap<String, ServiceAccountId>,
}

impl Walk<'_> {
    /// Notes a change of something that is there and the same, there and different, or not there.
    /// Gives whether it is to be made.
    fn differs(&mut self, subject: String, same: Option<bool>) -> bool {
        match same {
            Some(true) => false,
            Some(false) => self.note(Action::Update, subject),
            None => self.note(Action::Create, subject),
        }
    }

    fn note(&mut self, action: Action, subject: String) -> bool {
        self.changes.push(Change {
            action,
            tenant: self.tenant.clone(),
            subject,
        });
        self.mode == Mode::Apply
    }

    fn fault(&mut self, place: String, message: String) {
        self.faults.push(Fault {
            place,
            line: None,
            message,
        });
    }

    async fn tenant(&mut self, state: &TenantState, place: &str) -> Result<(), CallError> {
        self.tenant.clone_from(&state.code);
        let found = self.directory.find_tenant(&state.code).await?;
        let found = found.filter(|tenant| tenant.code == state.code);
        let inventory = match &found {
            Some(tenant) => self.directory.inventory(tenant.id).await?,
            None => Inventory::default(),
        };
        let mut id = found
            .as_ref()
            .map_or_else(TenantId::new, |tenant| tenant.id);
        let same = found.map(|tenant| tenant.name == state.name);
        if self.differs(format!("tenant {}", state.code), same) {
            let tenant = self.directory.ensure_tenant(&state.code, &state.name);
            id = tenant.await?.id;
        }
        let mut here = Here {
            id,
            users: ids(&inventory.users, |user| user.id),
            groups: ids(&inventory.groups, |(group, _)| group.id),
            accounts: ids(&inventory.service_accounts, |account| account.id),
            inventory,
        };
        self.egress(&here, state).await?;
        self.ai(&here, state).await?;
        self.people(&mut here, state).await?;
        self.resources(&here, state).await?;
        for (index, application) in state.applications.iter().enumerate() {
            let place = format!("{place}.applications[{index}]");
            self.application(&here, application, &place).await?;
        }
        Ok(())
    }
}

fn ids<T, I>(things: &BTreeMap<String, T>, id: impl Fn(&T) -> I) -> BTreeMap<String, I> {
    things
        .iter()
        .map(|(name, thing)| (name.clone(), id(thing)))
        .collect()
}
