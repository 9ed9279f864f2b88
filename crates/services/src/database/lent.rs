//! A session's connection to a server: lent from its pool, and dropped to where its state says.

use crate::database::engine::ConnectError;
use crate::database::engine::StatementError;
use crate::database::pool::Lease;
use crate::database::pool::Link;
use crate::database::pool::PoolKey;
use crate::database::pool::Pools;
use crate::database::pool::Standing;
use crate::database::settings::Kind;
use crate::database::settings::Settings;
use ketrics_directory::Database;
use std::sync::Arc;

/// A connection that goes where its state says when it is dropped: by its session, or by a call
/// that is given up, which then has taken it along.
pub(crate) struct Lent<L: Link>(Option<Lease<L>>);

impl<L: Link> Lent<L> {
    /// One from the pool of a database whose server is of this kind, or one that is opened.
    pub(crate) async fn from_pool<F>(
        pools: &Pools<L>,
        database: &Database,
        kind: &Kind,
        connect: impl FnOnce(Arc<Settings>) -> F + Send,
    ) -> Result<Self, ConnectError>
    where
        F: Future<Output = Result<L, ConnectError>> + Send,
    {
        let settings = Arc::new(Settings::read(&database.settings, kind)?);
        let key = PoolKey {
            tenant: database.tenant_id,
            database: database.id,
            settings: database.settings.clone(),
        };
        let bounds = settings.bounds;
        let lease = pools.acquire(key, bounds, || connect(settings)).await?;
        Ok(Self(Some(lease)))
    }

    /// None; nothing can be done with it.
    pub(crate) fn none() -> Self {
        Self(None)
    }

    /// Works with the connection, if it stands so that it may be.
    pub(crate) async fn with<R>(
        &mut self,
        may_be: impl FnOnce(Standing) -> bool,
        work: impl AsyncFnOnce(&mut L) -> Result<R, StatementError>,
    ) -> Result<R, StatementError> {
        let mut lent = std::mem::replace(self, Self::none());
        let link = lent.0.as_mut().ok_or(StatementError::Lost)?.link();
        if !may_be(link.standing()) {
            return Err(StatementError::Lost);
        }
        let result = work(link).await;
        *self = lent;
        result
    }
}

impl<L: Link> Drop for Lent<L> {
    fn drop(&mut self) {
        let Some(mut lease) = self.0.take() else {
            return;
        };
        match lease.link().standing() {
            Standing::Idle => lease.give_back(),
            // The server undoes what is open when the connection closes.
            Standing::Open | Standing::Ended => drop(lease),
            Standing::Busy => lease.stop(),
        }
    }
}
