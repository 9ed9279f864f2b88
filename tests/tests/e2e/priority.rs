//! Who has used much gives way to who has not.

use ketrics_tests::AppSpec;
use ketrics_tests::Host;
use ketrics_tests::Processes;
use ketrics_tests::Setup;
use serde_json::json;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use std::time::Instant;

const SOURCE: &str = "exports.loop = () => { for (;;); };
  exports.nap = () => new Promise((resolve) => setTimeout(resolve, 3_000, 'woke'));";

/// How long anything that must happen may take on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

/// How much less than the gateway's the priority of each of its processes is.
fn niceness(host: &Host) -> Vec<i32> {
    let own = Processes::niceness(host.gateway()).expect("the gateway runs");
    let Processes(ids) = host.processes();
    let of = |id: &i32| Processes::niceness(u32::try_from(*id).ok()?);
    ids.iter()
        .filter_map(of)
        .map(|niceness| niceness - own)
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_gives_way_the_more_it_computes_and_one_that_waits_does_not() {
    let setup = Setup::new().await.set("KETRICS_LIMITS_CPU_SECONDS", "3");
    let app = setup.app(AppSpec::new(SOURCE)).await;
    let host = Arc::new(setup.start());
    let naps = tokio::spawn({
        let (host, app) = (Arc::clone(&host), app.clone());
        async move { host.call(&app, "nap", json!(null)).await.result() }
    });
    tokio::time::sleep(Duration::from_secs(1)).await;
    // Where the machine is slow, starting alone may take it over the first step.
    assert!(niceness(&host).iter().all(|niceness| *niceness <= 5));
    assert_eq!(naps.await.expect("no panic"), "woke");
    let loops = tokio::spawn({
        let (host, app) = (Arc::clone(&host), app.clone());
        async move { host.call(&app, "loop", json!(null)).await.error() }
    });
    let (mut seen, start) = (BTreeSet::new(), Instant::now());
    while !seen.contains(&19) {
        seen.extend(niceness(&host));
        assert!(start.elapsed() < PATIENCE, "only {seen:?} was seen");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert!(seen.contains(&10), "not step by step: {seen:?}");
    assert_eq!(loops.await.expect("no panic").1, "CPU_LIMIT");
    // Zygotes, and what waits for the next call, have used nothing.
    host.settle().await;
    assert!(niceness(&host).iter().all(|niceness| *niceness == 0));
}
