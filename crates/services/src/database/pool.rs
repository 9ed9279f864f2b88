//! The connections of database servers, kept per tenant's database.
//!
//! A database has at most so many connections in use at once, whoever holds them, and a tenant so
//! many over all its databases, on whichever engine. A connection goes back only after the server has forgotten everything that was set on it. A connection that is
//! silent for a while is asked before it is handed out, and one that the server has closed is
//! noticed without asking; so nobody gets a connection that died while it lay there.

use crate::database::engine::ConnectError;
use async_trait::async_trait;
use ketrics_directory::DatabaseId;
use ketrics_directory::TenantId;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::OnceLock;
use std::sync::PoisonError;
use std::sync::Weak;
use std::time::Duration;
use std::time::Instant;
use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::Semaphore;

/// How long a call waits for a connection, and for a server to answer.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);
/// How often connections that nobody has used for long are looked for.
const SWEEP_INTERVAL: Duration = Duration::from_secs(1);
/// How long a server may take to forget what was set on a connection.
const RESET_TIMEOUT: Duration = Duration::from_secs(5);
/// Databases whose connections are kept.
const MOST_POOLS: usize = 256;
/// Connections that one tenant uses at once, over all its databases.
const MOST_OF_A_TENANT: usize = 50;
/// Tenants that are remembered; beyond these, those that use nothing are forgotten.
const MOST_TENANTS: usize = 1024;

/// How a connection stands between calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Nothing is open on it.
    Idle,
    /// A transaction is open on it.
    Open,
    /// It is broken, or was left in the middle of a request.
    Ended,
    /// The server works for a call that was given up.
    Busy,
}

impl Standing {
    /// Whether the server waits for a request.
    pub(crate) fn is_quiet(self) -> bool {
        matches!(self, Self::Idle | Self::Open)
    }
}

/// One connection to a server.
#[async_trait]
pub(crate) trait Link: Send + 'static {
    fn standing(&self) -> Standing;

    /// Stops what the server does for this connection, which is closed then. Closing alone would
    /// do, but a server notices that later.
    async fn stop(self);

    /// Whether the server still answers, after it was silent for so long.
    async fn answers(&mut self, silent: Duration) -> bool;

    /// Makes the server forget all that was set on this connection. False: it is to be closed.
    async fn reset(&mut self) -> bool;
}

/// Which database, and how it is reached: new settings make a new pool.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct PoolKey {
    pub(crate) tenant: TenantId,
    pub(crate) database: DatabaseId,
    pub(crate) settings: String,
}

/// How many connections a database has, and how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Bounds {
    /// In use at once.
    pub(crate) most: usize,
    /// How long a connection that nobody uses is kept.
    pub(crate) idle: Duration,
}

/// What each tenant may use at once, over all engines.
pub(crate) struct Tenants {
    most: usize,
    slots: Mutex<HashMap<TenantId, Arc<Semaphore>>>,
}

impl Tenants {
    pub(crate) fn new() -> Self {
        Self::with(MOST_OF_A_TENANT)
    }

    fn with(most: usize) -> Self {
        Self {
            most,
            slots: Mutex::default(),
        }
    }

    fn slots(&self, tenant: TenantId) -> Arc<Semaphore> {
        let mut slots = lock(&self.slots);
        if slots.len() >= MOST_TENANTS {
            slots.retain(|_, slots| Arc::strong_count(slots) > 1);
        }
        slots
            .entry(tenant)
            .or_insert_with(|| Arc::new(Semaphore::new(self.most)))
            .clone()
    }
}

/// The pools of one engine.
pub(crate) struct Pools<L: Link> {
    tenants: Arc<Tenants>,
    pools: Arc<Mutex<HashMap<PoolKey, Arc<Pool<L>>>>>,
    sweeper: OnceLock<()>,
}

/// The connections of one database.
pub(crate) struct Pool<L: Link> {
    bounds: Bounds,
    slots: Arc<Semaphore>,
    state: Mutex<State<L>>,
}

struct State<L> {
    used: Instant,
    idle: Vec<(Instant, L)>,
}

/// A connection on loan. One that is dropped is closed.
pub(crate) struct Lease<L: Link> {
    link: L,
    /// The database's and the tenant's.
    slots: [OwnedSemaphorePermit; 2],
    pool: Arc<Pool<L>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<L: Link> Pools<L> {
    pub(crate) fn new(tenants: Arc<Tenants>) -> Self {
        Self {
            tenants,
            pools: Arc::default(),
            sweeper: OnceLock::new(),
        }
    }

    /// A connection from the pool, or a new one.
    pub(crate) async fn acquire<F>(
        &self,
        key: PoolKey,
        bounds: Bounds,
        open: impl FnOnce() -> F + Send,
    ) -> Result<Lease<L>, ConnectError>
    where
        F: Future<Output = Result<L, ConnectError>> + Send,
    {
        self.sweeper.get_or_init(|| {
            tokio::spawn(sweep(Arc::downgrade(&self.pools)));
        });
        let tenant = self.tenants.slots(key.tenant);
        let pool = self.pool(key, bounds)?;
        let until = tokio::time::Instant::now() + ACQUIRE_TIMEOUT;
        // The database's first, so that whoever waits for a busy one takes nothing from the others.
        let of_database = slot(&pool.slots, until, || {
            format!("all {} connections", pool.bounds.most)
        })
        .await?;
        let of_tenant = slot(&tenant, until, || {
            let most = self.tenants.most;
            format!("all {most} connections that a tenant may use, over all its databases,")
        })
        .await?;
        let opening = async {
            while let Some((since, mut link)) = pool.take() {
                if link.answers(since.elapsed()).await {
                    return Ok(link);
                }
            }
            open().await
        };
        let link = tokio::time::timeout(ACQUIRE_TIMEOUT, opening)
            .await
            .map_err(|_| {
                ConnectError::Refused(format!(
                    "the server did not answer within {} seconds",
                    ACQUIRE_TIMEOUT.as_secs()
                ))
            })??;
        Ok(Lease {
            link,
            slots: [of_database, of_tenant],
            pool,
        })
    }

    fn pool(&self, key: PoolKey, bounds: Bounds) -> Result<Arc<Pool<L>>, ConnectError> {
        let mut pools = lock(&self.pools);
        if !pools.contains_key(&key) && pools.len() >= MOST_POOLS {
            let oldest = pools
                .iter()
                .filter(|(_, pool)| Arc::strong_count(pool) == 1)
                .min_by_key(|(_, pool)| lock(&pool.state).used)
                .map(|(key, _)| key.clone());
            let Some(oldest) = oldest else {
                return Err(ConnectError::Refused(format!(
                    "this host has {MOST_POOLS} databases in use already; try again later"
                )));
            };
            pools.remove(&oldest);
        }
        let pool = pools.entry(key).or_insert_with(|| {
            Arc::new(Pool {
                bounds,
                slots: Arc::new(Semaphore::new(bounds.most)),
                state: Mutex::new(State {
                    used: Instant::now(),
                    idle: Vec::new(),
                }),
            })
        });
        lock(&pool.state).used = Instant::now();
        Ok(pool.clone())
    }
}

/// Waits for a place.
async fn slot(
    slots: &Arc<Semaphore>,
    until: tokio::time::Instant,
    what: impl FnOnce() -> String,
) -> Result<OwnedSemaphorePermit, ConnectError> {
    tokio::time::timeout_at(until, slots.clone().acquire_owned())
        .await
        .map_err(|_| {
            ConnectError::Refused(format!(
                "{} were in use for {} seconds; \
                 is every connection closed and every transaction short?",
                what(),
                ACQUIRE_TIMEOUT.as_secs()
            ))
        })?
        .map_err(|error| ConnectError::Failed(error.to_string()))
}

/// Closes connections that nobody has used for a while, until the engine is gone.
async fn sweep<L: Link>(pools: Weak<Mutex<HashMap<PoolKey, Arc<Pool<L>>>>>) {
    loop {
        tokio::time::sleep(SWEEP_INTERVAL).await;
        let Some(pools) = pools.upgrade() else {
            return;
        };
        lock(&pools).retain(|_, pool| {
            let mut state = lock(&pool.state);
            let most = pool.bounds.idle;
            state.idle.retain(|(since, _)| since.elapsed() < most);
            Arc::strong_count(pool) > 1 || !state.idle.is_empty() || state.used.elapsed() < most
        });
    }
}

impl<L: Link> Pool<L> {
    /// The connection that was used last, so that those beyond what is needed grow old.
    fn take(&self) -> Option<(Instant, L)> {
        lock(&self.state).idle.pop()
    }
}

impl<L: Link> Lease<L> {
    pub(crate) fn link(&mut self) -> &mut L {
        &mut self.link
    }

    /// Gives a connection back on which nothing is open. Its place is free once it is clean.
    pub(crate) fn give_back(self) {
        let Self {
            mut link,
            slots,
            pool,
        } = self;
        let Ok(runtime) = tokio::runtime::Handle::try_current() else {
            return;
        };
        runtime.spawn(async move {
            if let Ok(true) = tokio::time::timeout(RESET_TIMEOUT, link.reset()).await {
                lock(&pool.state).idle.push((Instant::now(), link));
            }
            drop(slots);
        });
    }

    /// Stops what the server does for a call that was given up, and closes the connection. Its place
    /// is free then.
    pub(crate) fn stop(self) {
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move {
                self.link.stop().await;
                drop(self.slots);
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A connection that cannot break.
    struct Sound;

    #[async_trait]
    impl Link for Sound {
        fn standing(&self) -> Standing {
            Standing::Idle
        }

        async fn stop(self) {}

        async fn answers(&mut self, _: Duration) -> bool {
            true
        }

        async fn reset(&mut self) -> bool {
            true
        }
    }

    async fn take(pools: &Pools<Sound>, tenant: TenantId) -> Result<Lease<Sound>, String> {
        let key = PoolKey {
            tenant,
            database: DatabaseId::new(),
            settings: String::new(),
        };
        let bounds = Bounds {
            most: 2,
            idle: Duration::from_secs(60),
        };
        pools
            .acquire(key, bounds, async || Ok(Sound))
            .await
            .map_err(|error| error.to_string())
    }

    #[tokio::test]
    async fn a_tenant_uses_so_many_connections_over_all_its_databases_and_engines() {
        let tenants = Arc::new(Tenants::with(3));
        let (one, two) = (Pools::new(tenants.clone()), Pools::new(tenants));
        let (tenant, other) = (TenantId::new(), TenantId::new());
        let first = take(&one, tenant).await.unwrap();
        let _second = take(&one, tenant).await.unwrap();
        let _third = take(&two, tenant).await.unwrap();
        let error = take(&two, tenant).await.err().unwrap();
        assert!(
            error.contains("all 3 connections that a tenant may use"),
            "{error}"
        );
        assert!(take(&two, other).await.is_ok());
        first.give_back();
        assert!(take(&two, tenant).await.is_ok());
    }
}
