//! Who may run now: so many calls per tenant, so many on the host, and bounded queues.
//!
//! A place is held until its process is gone, which is a little longer than the caller waits. So a
//! tenant over its share waits a moment before it is told; a full host makes calls wait longer.
//! Both queues are first come, first served, and a tenant's queue is its own.

use crate::error::CallError;
use crate::error::ErrorCode;
use ketrics_directory::TenantId;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;
use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::Semaphore;

/// Applications of one tenant that are loaded at once. Module-level code may take its whole limit
/// of CPU time, and a zygote that gave way to others could not take that back.
const LOADS: usize = 2;

/// How much may run at once.
#[derive(Clone, Copy, Debug)]
pub struct Concurrency {
    /// Calls of one tenant; at most half of the host's. As many again may wait.
    pub tenant: usize,
    /// How long a call of a tenant over its share waits.
    pub tenant_wait: Duration,
    /// Bytes that one tenant holds in the gateway, on the way in, to services, and out.
    pub tenant_memory: usize,
    /// Calls on this host.
    pub host: usize,
    /// Calls that wait for the host.
    pub queue: usize,
    /// How long they wait.
    pub wait: Duration,
}

impl Default for Concurrency {
    fn default() -> Self {
        Self {
            tenant: 64,
            tenant_wait: Duration::from_millis(500),
            tenant_memory: 1024 * 1024 * 1024,
            host: 128,
            queue: 512,
            wait: Duration::from_secs(10),
        }
    }
}

/// Gives out places.
#[derive(Debug)]
pub struct Admission {
    limits: Concurrency,
    host: Arc<Semaphore>,
    waiting: AtomicUsize,
    tenants: Tenants,
}

type Tenants = Arc<Mutex<HashMap<TenantId, Share>>>;

/// A tenant's share of the host, there as long as the tenant has calls.
#[derive(Debug)]
struct Share {
    places: Arc<Semaphore>,
    loads: Arc<Semaphore>,
    calls: usize,
}

/// A place; given back when it is dropped.
#[derive(Debug)]
pub struct Place {
    _host: OwnedSemaphorePermit,
    _tenant: OwnedSemaphorePermit,
    loads: Arc<Semaphore>,
    _counted: Counted,
}

impl Place {
    /// Waits until the tenant may load another application, and holds that for as long as what
    /// comes back lives.
    pub async fn load(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.loads).acquire_owned().await.ok()
    }
}

impl Admission {
    /// Nobody is in yet.
    #[must_use]
    pub fn new(mut limits: Concurrency) -> Self {
        limits.tenant = limits.tenant.min(limits.host / 2).max(1);
        Self {
            limits,
            host: Arc::new(Semaphore::new(limits.host)),
            waiting: AtomicUsize::new(0),
            tenants: Tenants::default(),
        }
    }

    /// Waits for a place.
    ///
    /// # Errors
    /// `RATE_LIMITED` over the tenant's share, `OVERLOADED` when the queue is full or too slow.
    pub async fn admit(&self, id: TenantId) -> Result<Place, CallError> {
        let (counted, places, loads) = self.count(id)?;
        let tenant =
            match tokio::time::timeout(self.limits.tenant_wait, places.acquire_owned()).await {
                Ok(Ok(tenant)) => tenant,
                _ => return Err(self.rate_limited()),
            };
        let host = match Arc::clone(&self.host).try_acquire_owned() {
            Ok(host) => host,
            Err(_) => self.wait_for_host().await?,
        };
        Ok(Place {
            _host: host,
            _tenant: tenant,
            loads,
            _counted: counted,
        })
    }

    /// Calls that run, and calls that wait for the host.
    #[must_use]
    pub fn load(&self) -> (usize, usize) {
        (
            self.limits.host - self.host.available_permits(),
            self.waiting.load(Relaxed),
        )
    }

    fn count(&self, id: TenantId) -> Result<(Counted, Arc<Semaphore>, Arc<Semaphore>), CallError> {
        let mut tenants = lock(&self.tenants);
        let share = tenants.entry(id).or_insert_with(|| Share {
            places: Arc::new(Semaphore::new(self.limits.tenant)),
            loads: Arc::new(Semaphore::new(LOADS)),
            calls: 0,
        });
        if share.calls >= 2 * self.limits.tenant {
            return Err(self.rate_limited());
        }
        share.calls += 1;
        Ok((
            Counted {
                id,
                tenants: Arc::clone(&self.tenants),
            },
            Arc::clone(&share.places),
            Arc::clone(&share.loads),
        ))
    }

    async fn wait_for_host(&self) -> Result<OwnedSemaphorePermit, CallError> {
        if self.waiting.fetch_add(1, Relaxed) >= self.limits.queue {
            self.waiting.fetch_sub(1, Relaxed);
            return Err(overloaded());
        }
        let _waiting = Waiting(&self.waiting);
        let acquired =
            tokio::time::timeout(self.limits.wait, Arc::clone(&self.host).acquire_owned());
        match acquired.await {
            Ok(Ok(host)) => Ok(host),
            _ => Err(overloaded()),
        }
    }

    fn rate_limited(&self) -> CallError {
        CallError::new(
            ErrorCode::RateLimited,
            format!(
                "The tenant has {} calls running, which is the limit. Try again in a moment",
                self.limits.tenant
            ),
        )
    }
}

fn overloaded() -> CallError {
    CallError::new(
        ErrorCode::Overloaded,
        "The host has more calls than it can take. Try again in a moment",
    )
}

fn lock(tenants: &Tenants) -> MutexGuard<'_, HashMap<TenantId, Share>> {
    tenants.lock().unwrap_or_else(PoisonError::into_inner)
}

struct Waiting<'a>(&'a AtomicUsize);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Relaxed);
    }
}

/// A call that counts towards its tenant's share, whether it runs or waits.
#[derive(Debug)]
struct Counted {
    id: TenantId,
    tenants: Tenants,
}

impl Drop for Counted {
    fn drop(&mut self) {
        let mut tenants = lock(&self.tenants);
        if let Some(share) = tenants.get_mut(&self.id) {
            share.calls -= 1;
            if share.calls == 0 {
                tenants.remove(&self.id);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admission(tenant: usize, host: usize, queue: usize) -> Admission {
        let wait = Duration::from_millis(20);
        Admission::new(Concurrency {
            tenant,
            tenant_wait: wait,
            tenant_memory: 0,
            host,
            queue,
            wait,
        })
    }

    #[tokio::test]
    async fn a_tenant_over_its_share_is_told_and_another_is_not() {
        let admission = admission(1, 4, 4);
        let (one, other) = (TenantId::new(), TenantId::new());
        let first = admission.admit(one).await.expect("there is room");
        let refused = admission.admit(one).await.expect_err("its share is used");
        assert_eq!(refused.code, ErrorCode::RateLimited);
        assert!(admission.admit(other).await.is_ok());
        drop(first);
        assert!(admission.admit(one).await.is_ok());
    }

    #[tokio::test]
    async fn a_call_over_the_share_runs_when_a_place_becomes_free_in_time() {
        let admission = Admission::new(Concurrency {
            tenant: 1,
            ..Concurrency::default()
        });
        let tenant = TenantId::new();
        let first = admission.admit(tenant).await.expect("there is room");
        let (second, ()) = tokio::join!(admission.admit(tenant), async { drop(first) });
        assert!(second.is_ok());
    }

    #[tokio::test]
    async fn a_full_host_makes_calls_wait_and_a_full_queue_refuses() {
        let admission = Arc::new(admission(1, 2, 1));
        let places = [
            admission.admit(TenantId::new()).await.expect("room"),
            admission.admit(TenantId::new()).await.expect("room"),
        ];
        let waits = tokio::spawn({
            let admission = Arc::clone(&admission);
            async move { admission.admit(TenantId::new()).await }
        });
        while admission.load().1 == 0 {
            tokio::task::yield_now().await;
        }
        let refused = admission
            .admit(TenantId::new())
            .await
            .expect_err("the queue is full");
        assert_eq!(refused.code, ErrorCode::Overloaded);
        drop(places);
        assert!(waits.await.expect("no panic").is_ok());
    }

    #[tokio::test]
    async fn a_tenant_loads_only_so_many_applications_at_once_and_another_does_not_wait_for_it() {
        let admission = admission(4, 8, 0);
        let tenant = TenantId::new();
        let mut places = Vec::new();
        for _ in 0..=LOADS {
            places.push(admission.admit(tenant).await.expect("there is room"));
        }
        let mut loading = Vec::new();
        for place in &places[..LOADS] {
            loading.push(place.load().await);
        }
        let moment = Duration::from_millis(20);
        let waits = tokio::time::timeout(moment, places[LOADS].load()).await;
        assert!(waits.is_err(), "one more than may be loads");
        let other = admission.admit(TenantId::new()).await.expect("room");
        assert!(other.load().await.is_some());
        loading.pop();
        assert!(places[LOADS].load().await.is_some());
    }

    #[tokio::test]
    async fn no_tenant_gets_more_than_half_of_the_host() {
        let admission = admission(100, 4, 0);
        let tenant = TenantId::new();
        let _places = [admission.admit(tenant).await, admission.admit(tenant).await];
        assert_eq!(
            admission.admit(tenant).await.expect_err("half").code,
            ErrorCode::RateLimited
        );
    }
}
