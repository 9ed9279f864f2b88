//! Who goes first where processors are short: short calls go before long ones, and tenants that
//! have used little lately go before those that have used much. Where a processor is free, nobody
//! notices any of this.
//!
//! A process can only be told to give way, never to take that back. So it begins like all others,
//! and gives way step by step.

use crate::worker::process::Process;
use ketrics_directory::TenantId;
use std::collections::HashMap;
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::sync::LazyLock;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;
use std::time::Instant;

/// The CPU time after which a process gives way, and the niceness that it has from then on.
const OF_PROCESS: [(Duration, i32); 3] = [
    (Duration::from_millis(10), 5),
    (Duration::from_millis(50), 10),
    (Duration::from_millis(500), 19),
];

/// The share of all processors that a tenant has used lately from which its processes give way, and
/// the niceness that they have then. So many calls at once count like a share, since what they use
/// is not known yet when they come all at once.
const OF_TENANT: [(f64, i32); 3] = [(0.25, 5), (0.5, 10), (0.75, 15)];

/// Calls of one tenant for each processor that count like the use of all processors.
const CROWD: f64 = 16.0;

/// How long ago "lately" is: what was used counts for 37 % after this time, for 14 % after twice as
/// long.
const LATELY: Duration = Duration::from_secs(2);

/// How often a process is looked at: often at first, and then the less the longer it has run.
const LOOKS: RangeInclusive<Duration> = Duration::from_millis(10)..=Duration::from_millis(100);

/// How many processors there are; asking takes the kernel a while.
static PROCESSORS: LazyLock<f64> = LazyLock::new(|| {
    std::thread::available_parallelism().map_or(1.0, |processors| processors.get() as f64)
});

/// What each tenant has used lately.
#[derive(Debug, Default)]
pub struct Priorities {
    tenants: Mutex<HashMap<TenantId, Arc<Spent>>>,
}

impl Priorities {
    /// The priority of one call of this tenant.
    #[must_use]
    pub fn of(&self, tenant: TenantId) -> Priority {
        let mut tenants = self.tenants.lock().unwrap_or_else(PoisonError::into_inner);
        Priority {
            tenant: Arc::clone(tenants.entry(tenant).or_default()),
            counted: Duration::ZERO,
            niceness: 0,
        }
    }

    /// Forgets tenants that have used nothing for long.
    pub fn sweep(&self) {
        let mut tenants = self.tenants.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        tenants.retain(|_, spent| Arc::strong_count(spent) > 1 || spent.share(now) > 0.01);
    }
}

/// The CPU time that a tenant has used lately; older use counts for less and less.
#[derive(Debug)]
struct Spent(Mutex<(f64, Instant)>);

impl Default for Spent {
    fn default() -> Self {
        Self(Mutex::new((0.0, Instant::now())))
    }
}

impl Spent {
    /// Adds what was used just now, and gives the seconds that count.
    fn add(&self, seconds: f64, now: Instant) -> f64 {
        let mut spent = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (before, at) = *spent;
        let ago = now.saturating_duration_since(at).as_secs_f64();
        let counts = before * (-ago / LATELY.as_secs_f64()).exp() + seconds;
        *spent = (counts, now.max(at));
        counts
    }

    /// The share of all processors that was used lately.
    fn share(&self, now: Instant) -> f64 {
        self.add(0.0, now) / LATELY.as_secs_f64() / *PROCESSORS
    }
}

/// The priority of one process.
#[derive(Debug)]
pub struct Priority {
    tenant: Arc<Spent>,
    counted: Duration,
    niceness: i32,
}

impl Priority {
    /// Counts what the process has used by now.
    pub fn count(&mut self, cpu: Duration) {
        let more = cpu.saturating_sub(self.counted);
        self.tenant.add(more.as_secs_f64(), Instant::now());
        self.counted = self.counted.max(cpu);
    }

    /// Has the process give way by what it and its tenant have used.
    pub fn apply(&mut self, process: &Process) {
        // One of those who hold it is the map of all tenants.
        let calls = Arc::strong_count(&self.tenant) - 1;
        let crowd = calls as f64 / CROWD / *PROCESSORS;
        let niceness = niceness(self.counted, self.tenant.share(Instant::now()).max(crowd));
        if niceness > self.niceness {
            self.niceness = niceness;
            process.give_way(niceness);
        }
    }

    /// When a process that has run for so long should be looked at again. `None` when it cannot give
    /// way further.
    #[must_use]
    pub fn next_look(&self, waited: Duration) -> Option<Duration> {
        let next = OF_PROCESS.iter().find(|(after, _)| *after > self.counted)?;
        let needs = next.0 - self.counted;
        Some(needs.max(waited / 4).clamp(*LOOKS.start(), *LOOKS.end()))
    }
}

/// The niceness of a process that has used so much, of a tenant that has used so much.
fn niceness(of_process: Duration, of_tenant: f64) -> i32 {
    let process = OF_PROCESS.iter().rfind(|(after, _)| of_process >= *after);
    let tenant = OF_TENANT.iter().rfind(|(from, _)| of_tenant >= *from);
    let process = process.map_or(0, |(_, niceness)| *niceness);
    process.max(tenant.map_or(0, |(_, niceness)| *niceness))
}

#[cfg(test)]
mod tests {
    use super::LATELY;
    use super::Priorities;
    use super::Priority;
    use super::Spent;
    use super::niceness;
    use ketrics_directory::TenantId;
    use std::time::Duration;
    use std::time::Instant;

    #[test]
    fn a_process_gives_way_the_more_it_has_used_and_no_less_than_its_tenant_must() {
        let of = |milliseconds, tenant| niceness(Duration::from_millis(milliseconds), tenant);
        assert_eq!([of(0, 0.0), of(9, 0.0), of(10, 0.0)], [0, 0, 5]);
        assert_eq!([of(50, 0.0), of(499, 0.0), of(500, 0.0)], [10, 10, 19]);
        assert_eq!([of(0, 0.2), of(0, 0.3), of(0, 0.9)], [0, 5, 15]);
        assert_eq!([of(60, 0.3), of(600, 0.9)], [10, 19]);
    }

    #[test]
    fn what_a_tenant_used_counts_less_and_less() {
        let (spent, now) = (Spent::default(), Instant::now());
        spent.add(1.0, now);
        let later = spent.add(0.0, now + LATELY);
        assert!((later - (-1.0_f64).exp()).abs() < 1e-3, "{later}");
        // Two processes may tell their times in another order than they took them.
        assert!(spent.add(1.0, now) > 1.3, "nothing is lost");
    }

    #[test]
    fn a_tenant_s_calls_count_together_and_each_second_once() {
        let (priorities, tenant) = (Priorities::default(), TenantId::new());
        let mut calls = [priorities.of(tenant), priorities.of(tenant)];
        for call in &mut calls {
            call.count(Duration::from_secs(20));
            call.count(Duration::from_secs(20));
        }
        let spent = calls[0].tenant.add(0.0, Instant::now());
        assert!((30.0..=40.0).contains(&spent), "{spent}");
        let other = priorities.of(TenantId::new());
        assert!(other.tenant.share(Instant::now()) < 0.01);
    }

    #[test]
    fn a_process_is_looked_at_less_often_the_longer_it_runs_and_at_last_no_more() {
        let mut priority = Priorities::default().of(TenantId::new());
        let after = |priority: &Priority, waited| {
            let look = priority.next_look(Duration::from_millis(waited));
            look.map(|look| look.as_millis())
        };
        assert_eq!(after(&priority, 0), Some(10));
        assert_eq!(after(&priority, 200), Some(50));
        assert_eq!(after(&priority, 60_000), Some(100));
        priority.count(Duration::from_millis(20));
        assert_eq!(after(&priority, 25), Some(30));
        priority.count(Duration::from_millis(500));
        assert_eq!(after(&priority, 500), None);
    }

    #[test]
    fn tenants_are_forgotten_when_they_have_used_nothing_for_long() {
        let priorities = Priorities::default();
        let mut busy = priorities.of(TenantId::new());
        busy.count(Duration::from_secs(20));
        drop((busy, priorities.of(TenantId::new())));
        let _runs = priorities.of(TenantId::new());
        priorities.sweep();
        assert_eq!(priorities.tenants.lock().expect("a lock").len(), 2);
    }
}
