//! Landlock: no path, no port, no abstract socket, no signal to a process outside.

use landlock::ABI;
use landlock::Access;
use landlock::AccessFs;
use landlock::AccessNet;
use landlock::CompatLevel;
use landlock::Compatible;
use landlock::Ruleset;
use landlock::RulesetAttr;
use landlock::RulesetError;
use landlock::RulesetStatus;
use landlock::Scope;

/// The newest rights that are taken away; an older kernel takes those that it knows.
const NEWEST: ABI = ABI::V6;

/// Takes every right that Landlock knows from this process and all that it will fork. Says whether
/// the kernel now keeps it from opening a path, which is tried.
pub fn take_everything() -> bool {
    match restrict() {
        Ok(RulesetStatus::NotEnforced) | Err(_) => false,
        Ok(_) => std::fs::File::open("/").is_err(),
    }
}

fn restrict() -> Result<RulesetStatus, RulesetError> {
    let status = Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(NEWEST))?
        .handle_access(AccessNet::from_all(NEWEST))?
        .scope(Scope::from_all(NEWEST))?
        .create()?
        .restrict_self()?;
    Ok(status.ruleset)
}
