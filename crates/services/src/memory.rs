//! What one tenant holds in the host's own memory: payloads and results of its calls, what its
//! functions send to services, what is on its way back, and uploads. It is bounded for each tenant,
//! so that no tenant can take the memory that all live on.

use ketrics_directory::TenantId;
use ketrics_protocol::ServiceError;
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::Relaxed;

/// From so many on, tenants without a call are forgotten.
const MANY: usize = 1024;

/// The accounts of all tenants.
#[derive(Debug)]
pub struct Memories {
    most: usize,
    tenants: Mutex<HashMap<TenantId, Memory>>,
}

impl Memories {
    /// Accounts of which each has so many bytes.
    #[must_use]
    pub fn new(most: usize) -> Self {
        Self {
            most,
            tenants: Mutex::default(),
        }
    }

    /// The account of a tenant.
    #[must_use]
    pub fn of(&self, tenant: TenantId) -> Memory {
        let mut tenants = self.tenants.lock().unwrap_or_else(PoisonError::into_inner);
        if tenants.len() >= MANY {
            tenants.retain(|_, memory| Arc::strong_count(&memory.0) > 1);
        }
        let memory = tenants.entry(tenant);
        memory.or_insert_with(|| Memory::new(self.most)).clone()
    }
}

/// The account of one tenant.
#[derive(Clone, Debug)]
pub struct Memory(Arc<Account>);

#[derive(Debug)]
struct Account {
    most: usize,
    used: AtomicUsize,
}

impl Memory {
    /// An account of so many bytes.
    #[must_use]
    pub fn new(most: usize) -> Self {
        Self(Arc::new(Account {
            most,
            used: AtomicUsize::new(0),
        }))
    }

    /// Holds nothing yet.
    #[must_use]
    pub fn nothing(&self) -> Held {
        Held {
            memory: self.clone(),
            bytes: 0,
        }
    }

    /// Holds bytes for as long as what comes back lives.
    ///
    /// # Errors
    /// When the account has not so many left.
    pub fn hold(&self, bytes: usize) -> Result<Held, Full> {
        let mut held = self.nothing();
        held.more(bytes)?;
        Ok(held)
    }
}

/// Bytes of an account that somebody holds.
#[derive(Debug)]
pub struct Held {
    memory: Memory,
    bytes: usize,
}

impl Held {
    /// Holds more.
    ///
    /// # Errors
    /// When the account has not so many left; what is held already stays held.
    pub fn more(&mut self, bytes: usize) -> Result<(), Full> {
        let account = &self.memory.0;
        // What finds no room is never counted, not even for a moment: others would be refused for it.
        let fits = |used: usize| used.checked_add(bytes).filter(|used| *used <= account.most);
        account
            .used
            .fetch_update(Relaxed, Relaxed, fits)
            .map_err(|_| Full { most: account.most })?;
        self.bytes += bytes;
        Ok(())
    }

    /// Holds so many from now on.
    ///
    /// # Errors
    /// When that is more, and the account has not so many left; what is held already stays held.
    pub fn set(&mut self, bytes: usize) -> Result<(), Full> {
        if let Some(more) = bytes.checked_sub(self.bytes) {
            return self.more(more);
        }
        self.memory.0.used.fetch_sub(self.bytes - bytes, Relaxed);
        self.bytes = bytes;
        Ok(())
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.memory.0.used.fetch_sub(self.bytes, Relaxed);
    }
}

/// The account is full.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Full {
    most: usize,
}

impl fmt::Display for Full {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let most = self.most / (1024 * 1024);
        write!(
            formatter,
            "all that the tenant's calls send and receive would take more than {most} MB of the host's memory; ask for less at once, or try again in a moment"
        )
    }
}

impl std::error::Error for Full {}

impl From<Full> for ServiceError {
    fn from(full: Full) -> Self {
        Self::plain(full.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::Memories;
    use super::Memory;
    use ketrics_directory::TenantId;

    #[test]
    fn what_is_held_is_free_again_when_it_is_dropped() {
        let memory = Memory::new(10);
        let mut first = memory.hold(4).expect("room");
        let second = memory.hold(4).expect("room");
        assert!(memory.hold(3).is_err());
        assert!(first.more(3).is_err());
        first.more(2).expect("room");
        assert!(memory.hold(1).is_err());
        drop(second);
        drop(memory.hold(4).expect("room"));
        first.set(2).expect("less");
        assert!(first.set(11).is_err());
        assert!(memory.hold(9).is_err());
        let rest = memory.hold(8).expect("room");
        assert!(first.set(3).is_err());
        drop(rest);
        first.set(10).expect("room");
        assert!(memory.hold(1).is_err());
        drop(first);
        assert!(memory.hold(10).is_ok());
        assert!(memory.hold(11).is_err());
    }

    #[test]
    fn every_tenant_has_an_account_of_its_own() {
        let memories = Memories::new(10);
        let (one, other) = (TenantId::new(), TenantId::new());
        let held = memories.of(one).hold(10).expect("room");
        assert!(memories.of(one).hold(1).is_err());
        assert!(memories.of(other).hold(10).is_ok());
        drop(held);
        assert!(memories.of(one).hold(10).is_ok());
    }
}
