//! Which deployment has a zygote. One is made when the first call comes, and goes when its
//! deployment is replaced or nobody has called for a while.

use crate::worker::application::Ahead;
use crate::worker::application::Application;
use crate::worker::application::LoadError;
use crate::worker::application::Ready;
use crate::worker::application::Running;
use crate::worker::base::Base;
use ketrics_directory::DeploymentId;
use ketrics_protocol::frame::Load;
use ketrics_protocol::frame::LogLine;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;

/// What a zygote is made for: a deployment with an environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ZygoteKey {
    /// The deployment.
    pub deployment: DeploymentId,
    /// A hash of the environment's values: module-level code may have read them.
    pub environment: u64,
}

/// The zygotes of this host.
#[derive(Debug)]
pub struct Zygotes {
    base: Base,
    slots: Mutex<HashMap<ZygoteKey, Arc<Slot>>>,
    idle: Duration,
    ahead: Ahead,
}

/// The place of one zygote. Its lock is held while the zygote is made, so that it is made once.
#[derive(Debug, Default)]
struct Slot(tokio::sync::Mutex<Option<Arc<Application>>>);

/// A process for one call, and the application that it belongs to.
#[derive(Debug)]
pub struct Claim {
    /// The process.
    pub ready: Ready,
    /// The zygote that it was forked from.
    pub application: Arc<Application>,
    /// Counts the call.
    pub running: Running,
}

impl Zygotes {
    /// No zygotes yet but the base.
    #[must_use]
    pub fn new(base: Base, idle: Duration, ahead: Ahead) -> Self {
        Self {
            base,
            slots: Mutex::default(),
            idle,
            ahead,
        }
    }

    /// The zygote for this key, made from what `load` gives when there is none.
    ///
    /// # Errors
    /// See [`LoadError`].
    pub async fn application<F: Future<Output = Result<Load, LoadError>>>(
        &self,
        key: ZygoteKey,
        load: impl FnOnce() -> F,
        log: impl Fn(LogLine),
    ) -> Result<Arc<Application>, LoadError> {
        let slot = Arc::clone(self.slots().entry(key).or_default());
        let mut place = slot.0.lock().await;
        if let Some(application) = place.as_ref().filter(|application| application.is_alive()) {
            return Ok(Arc::clone(application));
        }
        let application = Application::load(&self.base, load().await?, self.ahead, log).await?;
        application.refill();
        *place = Some(Arc::clone(&application));
        Ok(application)
    }

    /// A process of this application. `None` when its zygote has just died.
    pub async fn claim(&self, application: Arc<Application>) -> Option<Claim> {
        let running = application.running();
        let ready = application.claim().await.ok()?;
        Some(Claim {
            ready,
            application,
            running,
        })
    }

    /// Lets every zygote go that `keep` does not want, and those that nobody has used for long.
    /// Calls that run in their processes go on.
    pub fn retain(&self, keep: impl Fn(&ZygoteKey) -> bool) {
        self.slots().retain(|key, slot| {
            let Ok(place) = slot.0.try_lock() else {
                return true;
            };
            let idle = place
                .as_ref()
                .is_none_or(|application| application.idle() > self.idle);
            keep(key) && !idle
        });
    }

    /// How many zygotes there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.slots().len()
    }

    fn slots(&self) -> std::sync::MutexGuard<'_, HashMap<ZygoteKey, Arc<Slot>>> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
