//! The connections of database servers, kept per tenant's database.
//!
//! A database has at most so many connections at once, whoever holds them, and a connection goes
//! back only after the server has forgotten everything that was set on it. A connection that is
//! silent for a while is asked before it is handed out, and one that the server has closed is
//! noticed without asking; so nobody gets a connection that died while it lay there.

use crate::database::engine::ConnectError;
use async_trait::async_trait;
use ketrics_directory::DatabaseId;
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
/// How long a connection that nobody uses is kept.
const IDLE_TIMEOUT: Duration = Duration::from_secs(60);
/// How often those are looked for.
const SWEEP_INTERVAL: Duration = Duration::from_secs(15);
/// How long a server may take to forget what was set on a connection.
const RESET_TIMEOUT: Duration = Duration::from_secs(5);
/// Databases whose connections are kept.
const MOST_POOLS: usize = 256;

/// One connection to a server.
#[async_trait]
pub(crate) trait Link: Send + 'static {
    /// Whether the server still answers, after it was silent for so long.
    async fn answers(&mut self, silent: Duration) -> bool;

    /// Makes the server forget all that was set on this connection. False: it is to be closed.
    async fn reset(&mut self) -> bool;
}

/// Which database, and how it is reached: new settings make a new pool.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct PoolKey {
    pub(crate) database: DatabaseId,
    pub(crate) settings: String,
}

/// The pools of one engine.
pub(crate) struct Pools<L: Link> {
    pools: Arc<Mutex<HashMap<PoolKey, Arc<Pool<L>>>>>,
    sweeper: OnceLock<()>,
}

/// The connections of one database.
pub(crate) struct Pool<L: Link> {
    most: usize,
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
    slot: OwnedSemaphorePermit,
    pool: Arc<Pool<L>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<L: Link> Pools<L> {
    pub(crate) fn new() -> Self {
        Self {
            pools: Arc::default(),
            sweeper: OnceLock::new(),
        }
    }

    /// A connection from the pool, or a new one.
    pub(crate) async fn acquire<F>(
        &self,
        key: PoolKey,
        most: usize,
        open: impl FnOnce() -> F + Send,
    ) -> Result<Lease<L>, ConnectError>
    where
        F: Future<Output = Result<L, ConnectError>> + Send,
    {
        self.sweeper.get_or_init(|| {
            tokio::spawn(sweep(Arc::downgrade(&self.pools)));
        });
        let pool = self.pool(key, most)?;
        let slot = tokio::time::timeout(ACQUIRE_TIMEOUT, pool.slots.clone().acquire_owned())
            .await
            .map_err(|_| {
                ConnectError::Refused(format!(
                    "all {} connections were in use for {} seconds; \
                     is every connection closed and every transaction short?",
                    pool.most,
                    ACQUIRE_TIMEOUT.as_secs()
                ))
            })?
            .map_err(|error| ConnectError::Failed(error.to_string()))?;
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
        Ok(Lease { link, slot, pool })
    }

    fn pool(&self, key: PoolKey, most: usize) -> Result<Arc<Pool<L>>, ConnectError> {
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
                most,
                slots: Arc::new(Semaphore::new(most)),
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

/// Closes connections that nobody has used for a while, until the engine is gone.
async fn sweep<L: Link>(pools: Weak<Mutex<HashMap<PoolKey, Arc<Pool<L>>>>>) {
    loop {
        tokio::time::sleep(SWEEP_INTERVAL).await;
        let Some(pools) = pools.upgrade() else {
            return;
        };
        lock(&pools).retain(|_, pool| {
            let mut state = lock(&pool.state);
            state
                .idle
                .retain(|(since, _)| since.elapsed() < IDLE_TIMEOUT);
            Arc::strong_count(pool) > 1
                || !state.idle.is_empty()
                || state.used.elapsed() < IDLE_TIMEOUT
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
            slot,
            pool,
        } = self;
        let Ok(runtime) = tokio::runtime::Handle::try_current() else {
            return;
        };
        runtime.spawn(async move {
            if let Ok(true) = tokio::time::timeout(RESET_TIMEOUT, link.reset()).await {
                lock(&pool.state).idle.push((Instant::now(), link));
            }
            drop(slot);
        });
    }

    /// Takes the connection out of its pool, for good.
    pub(crate) fn into_link(self) -> L {
        self.link
    }
}
