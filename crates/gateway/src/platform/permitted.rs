//! What a tenant is permitted beyond its own things: exactly what is declared, or what the host
//! says where nothing is.

use super::Action;
use super::Here;
use super::Walk;
use crate::error::CallError;
use ketrics_application::AiState;
use ketrics_application::EgressState;
use ketrics_application::OtherwiseState;
use ketrics_application::StatusState;
use ketrics_application::TenantState;
use ketrics_application::UserState;
use ketrics_directory::AiAllowance;
use ketrics_directory::UserStatus;
use ketrics_services::TenantEgress;
use serde_json::json;

impl Walk<'_> {
    /// Where the tenant's applications may connect to.
    pub(super) async fn egress(
        &mut self,
        here: &Here,
        state: &TenantState,
    ) -> Result<(), CallError> {
        let found = self.directory.egress_rules(here.id).await?;
        let Some(wanted) = &state.egress else {
            if found.is_some() && self.note(Action::Remove, "egress rules".to_owned()) {
                self.directory.set_egress_rules(here.id, None).await?;
            }
            return Ok(());
        };
        let otherwise = match wanted.otherwise {
            OtherwiseState::Public => "public",
            OtherwiseState::Nothing => "nothing",
        };
        let json = json!({ "deny": wanted.deny, "allow": wanted.allow, "otherwise": otherwise });
        let json = json.to_string();
        // Rules mean the same in any spelling that the directory may have.
        let meant = TenantEgress::from_json(&json).ok();
        let same = found.map(|found| TenantEgress::from_json(&found).ok() == meant);
        if self.differs(described(wanted, otherwise), same) {
            self.directory
                .set_egress_rules(here.id, Some(&json))
                .await?;
        }
        Ok(())
    }

    /// What the tenant may ask of language models.
    pub(super) async fn ai(&mut self, here: &Here, state: &TenantState) -> Result<(), CallError> {
        let found = self.directory.ai_allowance(here.id).await?;
        let Some(wanted) = state.ai else {
            if found.is_some() && self.note(Action::Remove, "language models".to_owned()) {
                self.directory.set_ai_allowance(here.id, None).await?;
            }
            return Ok(());
        };
        let AiState {
            enabled,
            requests_per_minute,
            tokens_per_month,
        } = wanted;
        let (allowance, shown) = if enabled {
            let shown = format!(
                "language models: {requests_per_minute} requests a minute, \
                 {tokens_per_month} tokens a month"
            );
            (requests_per_minute, shown)
        } else {
            (0, "language models: off".to_owned())
        };
        let allowance = AiAllowance {
            requests_per_minute: allowance,
            tokens_per_month,
        };
        if self.differs(shown, found.map(|found| found == allowance)) {
            self.directory
                .set_ai_allowance(here.id, Some(allowance))
                .await?;
        }
        Ok(())
    }

    /// Whether a user may do anything. One that is made is active.
    pub(super) async fn status(
        &mut self,
        here: &Here,
        wanted: &UserState,
    ) -> Result<(), CallError> {
        let found = here.inventory.users.get(&wanted.email);
        let found = found.map_or(UserStatus::Active, |found| found.status);
        let status = match wanted.status {
            StatusState::Active => UserStatus::Active,
            StatusState::Inactive => UserStatus::Inactive,
        };
        let subject = || format!("user {}: {}", wanted.email, status.name());
        if found != status
            && self.note(Action::Update, subject())
            && let Some(user) = here.users.get(&wanted.email)
        {
            self.directory
                .set_user_status(here.id, *user, status)
                .await?;
        }
        Ok(())
    }
}

fn described(state: &EgressState, otherwise: &str) -> String {
    let mut parts = Vec::new();
    for (what, rules) in [("deny", &state.deny), ("allow", &state.allow)] {
        if !rules.is_empty() {
            parts.push(format!("{what} {}", rules.join(" ")));
        }
    }
    parts.push(format!("otherwise {otherwise}"));
    format!("egress rules: {}", parts.join(", "))
}
