//! People, and what they and applications may do: exactly what is declared.

use super::Action;
use super::Here;
use super::Walk;
use crate::error::CallError;
use ketrics_application::ApplicationConfig;
use ketrics_application::ApplicationState;
use ketrics_application::ResourceKind;
use ketrics_application::RoleState;
use ketrics_application::TenantState;
use ketrics_directory::ApplicationId;
use ketrics_directory::ApplicationInventory;
use ketrics_directory::Assignee;
use ketrics_directory::GrantKind;
use ketrics_directory::GroupId;
use ketrics_directory::RoleId;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

impl Walk<'_> {
    /// Users, service accounts, and groups with their members.
    pub(super) async fn people(
        &mut self,
        here: &mut Here,
        state: &TenantState,
    ) -> Result<(), CallError> {
        for wanted in &state.users {
            let found = here.inventory.users.get(&wanted.email);
            let same = found.map(|found| {
                found.first_name == wanted.first_name && found.last_name == wanted.last_name
            });
            if self.differs(format!("user {}", wanted.email), same) {
                let (first, last) = (&wanted.first_name, &wanted.last_name);
                let made = self
                    .directory
                    .ensure_user(here.id, &wanted.email, first, last);
                here.users.insert(wanted.email.clone(), made.await?.id);
            }
            self.status(here, wanted).await?;
        }
        for wanted in &state.service_accounts {
            let found = here.inventory.service_accounts.get(&wanted.code);
            let same = found.map(|found| found.name == wanted.name);
            if self.differs(format!("service account {}", wanted.code), same) {
                let made =
                    self.directory
                        .ensure_service_account(here.id, &wanted.code, &wanted.name);
                here.accounts.insert(wanted.code.clone(), made.await?.id);
            }
        }
        for wanted in &state.groups {
            let found = here.inventory.groups.get(&wanted.code);
            let same = found.map(|(found, _)| found.name == wanted.name);
            if self.differs(format!("group {}", wanted.code), same) {
                let made = self
                    .directory
                    .ensure_group(here.id, &wanted.code, &wanted.name);
                here.groups.insert(wanted.code.clone(), made.await?.id);
            }
            let id = here.groups.get(&wanted.code).copied();
            self.members(here, id, &wanted.code, &wanted.members)
                .await?;
        }
        Ok(())
    }

    async fn members(
        &mut self,
        here: &Here,
        group: Option<GroupId>,
        code: &str,
        wanted: &[String],
    ) -> Result<(), CallError> {
        let found = here.inventory.groups.get(code);
        let found: BTreeSet<&String> = here
            .inventory
            .users
            .values()
            .filter(|user| found.is_some_and(|(_, members)| members.contains(&user.id)))
            .map(|user| &user.email)
            .collect();
        let wanted: BTreeSet<&String> = wanted.iter().collect();
        let pair = |email: &String| Some((group?, *here.users.get(email)?));
        for email in wanted.difference(&found) {
            if self.note(Action::Create, format!("group {code}: member {email}"))
                && let Some((group, user)) = pair(email)
            {
                self.directory.add_group_member(group, user).await?;
            }
        }
        for email in found.difference(&wanted) {
            if self.note(Action::Remove, format!("group {code}: member {email}"))
                && let Some((group, user)) = pair(email)
            {
                self.directory.remove_group_member(group, user).await?;
            }
        }
        Ok(())
    }

    /// An application, its values, and all access to it and by it.
    pub(super) async fn application(
        &mut self,
        here: &Here,
        wanted: &ApplicationState,
        place: &str,
    ) -> Result<(), CallError> {
        let code = &wanted.code;
        let found = here.inventory.applications.get(code);
        let same = found.map(|found| found.application.name == wanted.name);
        let mut id = found.map_or_else(ApplicationId::new, |found| found.application.id);
        if self.differs(format!("application {code}"), same) {
            let made = self
                .directory
                .ensure_application(here.id, code, &wanted.name);
            id = made.await?.id;
        }
        for (name, value) in &wanted.environment {
            let same = found
                .and_then(|found| found.environment.get(name))
                .map(|found| found == value);
            if self.differs(format!("application {code}: variable {name}"), same) {
                self.directory.set_environment(id, name, value).await?;
            }
        }
        let config = found.and_then(|found| found.config.as_deref());
        let config = config.and_then(|config| ApplicationConfig::parse(config).ok());
        for (index, role) in wanted.roles.iter().enumerate() {
            let is_declared = config
                .as_ref()
                .is_some_and(|config| config.roles.iter().any(|known| known.code == role.code));
            if is_declared && (role.name.is_some() || role.actions.is_some()) {
                let message = format!(
                    "is about the role {:?}, which the deployment declares: leave out `name` and `actions`",
                    role.code
                );
                self.fault(format!("{place}.roles[{index}]"), message);
            }
            self.role(here, id, wanted, found, role).await?;
        }
        // Whoever has a role that is not named here keeps it no longer.
        for (role, assignees) in found.into_iter().flat_map(|found| found.roles.values()) {
            if wanted.roles.iter().all(|named| named.code != role.code) {
                self.assignees(
                    here,
                    Some(role.id),
                    code,
                    &role.code,
                    assignees,
                    &BTreeSet::new(),
                )
                .await?;
            }
        }
        self.grants(id, wanted, found, config.as_ref()).await?;
        let permitted = found.map(|found| found.platform_permissions.clone());
        let permitted = permitted.unwrap_or_default();
        let permissions: BTreeSet<String> = wanted.platform_permissions.iter().cloned().collect();
        for permission in permissions.difference(&permitted) {
            let subject = format!("application {code}: platform permission {permission}");
            if self.note(Action::Create, subject) {
                self.directory
                    .grant_platform_permission(id, permission)
                    .await?;
            }
        }
        for permission in permitted.difference(&permissions) {
            let subject = format!("application {code}: platform permission {permission}");
            if self.note(Action::Remove, subject) {
                self.directory
                    .revoke_platform_permission(id, permission)
                    .await?;
            }
        }
        Ok(())
    }

    async fn role(
        &mut self,
        here: &Here,
        application: ApplicationId,
        wanted: &ApplicationState,
        found: Option<&ApplicationInventory>,
        state: &RoleState,
    ) -> Result<(), CallError> {
        let found = found.and_then(|found| found.roles.get(&state.code));
        let role = found.map(|(role, _)| role);
        let name = state.name.as_ref().or(role.map(|role| &role.name));
        let name = name.unwrap_or(&state.code);
        let actions = state.actions.as_ref().or(role.map(|role| &role.actions));
        let actions = actions.cloned().unwrap_or_default();
        let same = role.map(|role| role.name == *name && role.actions == actions);
        let mut id = role.map(|role| role.id);
        let subject = format!("application {}: role {}", wanted.code, state.code);
        if self.differs(subject, same) {
            let made = self
                .directory
                .ensure_role(application, &state.code, name, &actions);
            id = Some(made.await?.id);
        }
        let users = state.users.iter().map(|email| format!("user {email}"));
        let groups = state.groups.iter().map(|code| format!("group {code}"));
        let accounts = state.service_accounts.iter();
        let accounts = accounts.map(|code| format!("service account {code}"));
        let wanted_assignees = users.chain(groups).chain(accounts).collect();
        let none = BTreeSet::new();
        let assignees = found.map_or(&none, |(_, assignees)| assignees);
        self.assignees(
            here,
            id,
            &wanted.code,
            &state.code,
            assignees,
            &wanted_assignees,
        )
        .await
    }

    /// Makes exactly these have a role. They are named by kind and code or address.
    async fn assignees(
        &mut self,
        here: &Here,
        role: Option<RoleId>,
        application: &str,
        code: &str,
        found: &BTreeSet<Assignee>,
        wanted: &BTreeSet<String>,
    ) -> Result<(), CallError> {
        let named = here.assignees();
        let found: BTreeSet<&String> = named
            .iter()
            .filter(|(_, assignee)| found.contains(assignee))
            .map(|(name, _)| name)
            .collect();
        let wanted: BTreeSet<&String> = wanted.iter().collect();
        let subject = |name: &String| format!("application {application}: role {code} of {name}");
        for name in wanted.difference(&found) {
            if self.note(Action::Create, subject(name))
                && let (Some(role), Some(assignee)) = (role, named.get(*name))
            {
                self.directory.assign_role(role, *assignee).await?;
            }
        }
        for name in found.difference(&wanted) {
            if self.note(Action::Remove, subject(name))
                && let (Some(role), Some(assignee)) = (role, named.get(*name))
            {
                self.directory.unassign_role(role, *assignee).await?;
            }
        }
        Ok(())
    }

    async fn grants(
        &mut self,
        application: ApplicationId,
        wanted: &ApplicationState,
        found: Option<&ApplicationInventory>,
        config: Option<&ApplicationConfig>,
    ) -> Result<(), CallError> {
        let code = &wanted.code;
        let none = BTreeMap::new();
        let found = found.map_or(&none, |found| &found.grants);
        let mut named = BTreeSet::new();
        for grant in &wanted.grants {
            let Some(kind) = kind(&grant.kind) else {
                continue;
            };
            let key = (kind, grant.code.clone());
            let same = found.get(&key).map(|found| {
                let found: BTreeSet<&String> = found.iter().collect();
                found == grant.permissions.iter().collect()
            });
            let subject = format!("application {code}: grant {}:{}", grant.kind, grant.code);
            if self.differs(subject, same) {
                self.directory
                    .grant(application, kind, &grant.code, &grant.permissions)
                    .await?;
            }
            named.insert(key);
        }
        // What the deployment declares is granted by declaring it.
        for resource in config.into_iter().flat_map(|config| &config.resources) {
            if let Some(kind) = kind(resource.kind.name()) {
                named.insert((kind, resource.code.clone()));
            }
        }
        for (kind, resource) in found.keys().filter(|key| !named.contains(*key)) {
            let subject = format!("application {code}: grant {}:{resource}", kind.name());
            if self.note(Action::Remove, subject) {
                self.directory.revoke(application, *kind, resource).await?;
            }
        }
        Ok(())
    }
}

impl Here {
    /// Everybody who can have a role, as changes name them.
    fn assignees(&self) -> BTreeMap<String, Assignee> {
        let users = self.users.iter();
        let users = users.map(|(email, id)| (format!("user {email}"), Assignee::User(*id)));
        let groups = self.groups.iter();
        let groups = groups.map(|(code, id)| (format!("group {code}"), Assignee::Group(*id)));
        let accounts = self.accounts.iter().map(|(code, id)| {
            let name = format!("service account {code}");
            (name, Assignee::ServiceAccount(*id))
        });
        users.chain(groups).chain(accounts).collect()
    }
}

fn kind(name: &str) -> Option<GrantKind> {
    if name == "database" {
        return Some(GrantKind::Database);
    }
    let kind = ResourceKind::ALL
        .into_iter()
        .find(|kind| kind.name() == name)?;
    Some(match kind {
        ResourceKind::Volume => GrantKind::Volume,
        ResourceKind::DocumentDb => GrantKind::DocumentDb,
        ResourceKind::Secret => GrantKind::Secret,
        ResourceKind::Parameter => GrantKind::Parameter,
    })
}
