//! Who may run now: so many calls per tenant, so many on the host, and a bounded queue.
//!
//! A tenant over its own share is told at once (it would only fill the queue for the others); a
//! full host makes calls wait for a while.

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

/// How much may run at once.
#[derive(Clone, Copy, Debug)]
pub struct Concurrency {
    /// Calls of one tenant; at most half of the host's.
    pub tenant: usize,
    /// Calls on this host.
    pub host: usize,
    /// Calls that wait for a place.
    pub queue: usize,
    /// How long they wait.
    pub wait: Duration,
}

impl Default for Concurrency {
    fn default() -> Self {
        Self { tenant: 64, host: 128, queue: 512, wait: Duration::from_secs(10) }
    }
}

/// Gives out places.
#[derive(Debug)]
pub struct Admission {
    limits: Concurrency,
    host: Arc<Semaphore>,
    waiting: AtomicUsize,
    tenants: Arc<Mutex<HashMap<TenantId, usize>>>,
}

/// A place; given back when it is dropped.
#[derive(Debug)]
pub struct Place {
    _tenant: TenantPlace,
    _host: OwnedSemaphorePermit,
}

#[derive(Debug)]
struct TenantPlace {
    id: TenantId,
    counts: Arc<Mutex<HashMap<TenantId, usize>>>,
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
            tenants: Arc::default(),
        }
    }

    /// Waits for a place.
    ///
    /// # Errors
    /// `RATE_LIMITED` over the tenant's share, `OVERLOADED` when the queue is full or too slow.
    pub async fn admit(&self, id: TenantId) -> Result<Place, CallError> {
        let tenant = self.tenant_place(id)?;
        if let Ok(host) = Arc::clone(&self.host).try_acquire_owned() {
            return Ok(Place { _tenant: tenant, _host: host });
        }
        let _waiting = self.queue()?;
        let acquired = tokio::time::timeout(self.limits.wait, Arc::clone(&self.host).acquire_owned());
        match acquired.await {
            Ok(Ok(host)) => Ok(Place { _tenant: tenant, _host: host }),
            _ => Err(overloaded()),
        }
    }

    /// Calls that run or wait now.
    #[must_use]
    pub fn load(&self) -> (usize, usize) {
        (self.limits.host - self.host.available_permits(), self.waiting.load(Relaxed))
    }

    fn tenant_place(&self, id: TenantId) -> Result<TenantPlace, CallError> {
        let mut counts = lock(&self.tenants);
        let count = counts.entry(id).or_default();
        if *count >= self.limits.tenant {
            return Err(CallError::new(
                ErrorCode::RateLimited,
                format!("The tenant has {count} calls running, which is the limit. Try again in a moment"),
            ));
        }
        *count += 1;
        Ok(TenantPlace { id, counts: Arc::clone(&self.tenants) })
    }

    fn queue(&self) -> Result<Waiting<'_>, CallError> {
        if self.waiting.fetch_add(1, Relaxed) >= self.limits.queue {
            self.waiting.fetch_sub(1, Relaxed);
            return Err(overloaded());
        }
        Ok(Waiting(&self.waiting))
    }
}

fn overloaded() -> CallError {
    CallError::new(ErrorCode::Overloaded, "The host has more calls than it can take. Try again in a moment")
}

fn lock(counts: &Mutex<HashMap<TenantId, usize>>) -> MutexGuard<'_, HashMap<TenantId, usize>> {
    counts.lock().unwrap_or_else(PoisonError::into_inner)
}

struct Waiting<'a>(&'a AtomicUsize);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Relaxed);
    }
}

impl Drop for TenantPlace {
    fn drop(&mut self) {
        let mut counts = lock(&self.counts);
        if let Some(count) = counts.get_mut(&self.id) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.id);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admission(tenant: usize, host: usize, queue: usize) -> Admission {
        Admission::new(Concurrency { tenant, host, queue, wait: Duration::from_millis(20) })
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
        let refused = admission.admit(TenantId::new()).await.expect_err("the queue is full");
        assert_eq!(refused.code, ErrorCode::Overloaded);
        drop(places);
        assert!(waits.await.expect("no panic").is_ok());
    }

    #[tokio::test]
    async fn no_tenant_gets_more_than_half_of_the_host() {
        let admission = admission(100, 4, 0);
        let tenant = TenantId::new();
        let _places = [admission.admit(tenant).await, admission.admit(tenant).await];
        assert_eq!(admission.admit(tenant).await.expect_err("half").code, ErrorCode::RateLimited);
    }
}
