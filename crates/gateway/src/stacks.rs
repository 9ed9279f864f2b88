//! Stacks as the author of an application reads them: their own frames, at the places in the
//! source that they wrote.

use ketrics_application::SourceMap;
use ketrics_directory::Bundle;
use ketrics_directory::DeploymentId;
use ketrics_directory::Directory;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;

/// Source maps that are kept; a handful of deployments fail at a time.
const MOST: usize = 64;

type Kept = HashMap<DeploymentId, Option<Arc<SourceMap>>>;

/// Maps stacks by the source maps of the deployments.
pub struct Stacks {
    directory: Directory,
    kept: Mutex<Kept>,
}

impl Stacks {
    /// Reads the source maps from this directory.
    #[must_use]
    pub fn new(directory: Directory) -> Self {
        Self {
            directory,
            kept: Mutex::default(),
        }
    }

    /// The stack with the places in the source, where the deployment has a map.
    pub async fn map(&self, deployment: DeploymentId, stack: &str) -> String {
        // The platform's own frames tell a tenant nothing.
        let frames: Vec<&str> = stack
            .lines()
            .filter(|line| !line.contains("ext:"))
            .collect();
        let stack = frames.join("\n");
        match self.source_map(deployment).await {
            Some(map) => map.map_stack(&stack),
            None => stack,
        }
    }

    async fn source_map(&self, deployment: DeploymentId) -> Option<Arc<SourceMap>> {
        let kept = self.kept().get(&deployment).cloned();
        if let Some(kept) = kept {
            return kept;
        }
        let bundle = self.directory.bundle(deployment).await.ok().flatten();
        self.remember(deployment, bundle.as_ref())
    }

    /// Takes the source map of a deployment that is not in the directory yet.
    pub fn keep(&self, deployment: DeploymentId, bundle: &Bundle) {
        self.remember(deployment, Some(bundle));
    }

    fn remember(
        &self,
        deployment: DeploymentId,
        bundle: Option<&Bundle>,
    ) -> Option<Arc<SourceMap>> {
        let map = bundle.and_then(|bundle| {
            SourceMap::parse(&bundle.name, bundle.source_map.as_deref()?)
                .ok()
                .map(Arc::new)
        });
        let mut kept = self.kept();
        if kept.len() >= MOST {
            kept.clear();
        }
        kept.insert(deployment, map.clone());
        map
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
