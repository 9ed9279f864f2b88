//! Which deployment has a zygote. One is made when the first call comes, and goes when its
//! deployment is replaced or nobody has called for a while.

use crate::worker::application::Ahead;
use crate::worker::application::Application;
use crate::worker::application::LoadError;
use crate::worker::application::Ready;
use crate::worker::application::Running;
use crate::worker::base::Base;
use ketrics_directory::ApplicationId;
use ketrics_directory::DeploymentId;
use ketrics_protocol::frame::Load;
use ketrics_protocol::frame::LogLine;
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;
use std::time::Instant;

/// How long a zygote stays that was replaced: a call may still be on its way to it.
const REPLACED: Duration = Duration::from_secs(5);

/// What a zygote is made for: a deployment with an environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ZygoteKey {
    /// The application.
    pub application: ApplicationId,
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
struct Slot(tokio::sync::Mutex<State>);

#[derive(Debug, Default)]
enum State {
    #[default]
    Empty,
    Ready(Arc<Application>),
    /// Calls that waited for the same bundle get the same answer.
    Failed(Instant, LoadError),
}

/// How long a bundle that did not load is not tried again.
const FAILED: Duration = Duration::from_secs(1);

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

    /// The zygote for this key, made from what `load` gives when there is none; the other thing
    /// that it gives is held until the zygote is there.
    ///
    /// # Errors
    /// See [`LoadError`].
    pub async fn application<Held, F: Future<Output = Result<(Load, Held), LoadError>>>(
        &self,
        key: ZygoteKey,
        load: impl FnOnce() -> F,
        log: impl Fn(LogLine),
    ) -> Result<Arc<Application>, LoadError> {
        let slot = Arc::clone(self.slots().entry(key).or_default());
        let mut state = slot.0.lock().await;
        match &*state {
            State::Ready(application) if application.is_alive() => {
                return Ok(Arc::clone(application));
            }
            State::Failed(at, error) if at.elapsed() < FAILED => return Err(error.clone()),
            _ => {}
        }
        let (load, _held) = load().await?;
        match Application::load(&self.base, load, self.ahead, log).await {
            Ok(application) => {
                application.refill();
                *state = State::Ready(Arc::clone(&application));
                Ok(application)
            }
            Err(error) => {
                // A process that was lost says nothing about the bundle.
                if !matches!(error, LoadError::Lost(_)) {
                    *state = State::Failed(Instant::now(), error.clone());
                }
                Err(error)
            }
        }
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

    /// Lets zygotes go that nobody has used for long, and sooner those whose deployment or
    /// environment was replaced. Calls that run in their processes go on.
    pub fn sweep(&self) {
        self.base.sweep();
        let mut slots = self.slots();
        let mut newest = HashMap::new();
        for (key, slot) in &*slots {
            if let Ok(state) = slot.0.try_lock()
                && let State::Ready(application) = &*state
            {
                let made = newest.entry(key.application).or_insert(application.made);
                *made = application.made.max(*made);
            }
        }
        slots.retain(|key, slot| {
            let Ok(state) = slot.0.try_lock() else {
                return true;
            };
            match &*state {
                State::Ready(application) => {
                    let is_replaced = newest.get(&key.application) > Some(&application.made);
                    let longest = if is_replaced { REPLACED } else { self.idle };
                    application.idle() <= longest && application.is_alive()
                }
                State::Failed(at, _) => at.elapsed() < FAILED,
                State::Empty => false,
            }
        });
    }

    /// Lets a zygote go. Calls that run in its processes go on.
    pub fn discard(&self, key: &ZygoteKey) {
        self.slots().remove(key);
    }

    /// Ends the zygote that leads this group. `false` when there is none.
    pub fn end(&self, group: i32, why: &str) -> bool {
        let slots = self.slots();
        let found = slots
            .values()
            .find_map(|slot| match &*slot.0.try_lock().ok()? {
                State::Ready(application) if application.group() == group => {
                    Some(Arc::clone(application))
                }
                _ => None,
            });
        let Some(application) = found else {
            return false;
        };
        application.end(why);
        true
    }

    /// Where the kernel lists all worker processes.
    #[must_use]
    pub fn children(&self) -> PathBuf {
        self.base.children()
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
