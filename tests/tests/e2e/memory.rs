//! What the calls of a tenant hold in the host's own memory.

use ketrics_directory::VolumeSpec;
use ketrics_tests::AppSpec;
use ketrics_tests::Setup;
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::Arc;

#[tokio::test(flavor = "multi_thread")]
async fn what_the_calls_of_a_tenant_hold_is_bounded_and_no_concern_of_its_neighbour() {
    let setup = Setup::new()
        .await
        .set("KETRICS_CONCURRENCY_TENANT_MEMORY_MB", "256");
    let source = "exports.store = async () => {
          const files = await ketrics.Volume.connect('files');
          await files.put('large.bin', Buffer.alloc(60 * 1024 * 1024)); };
        exports.hoard = async () => {
          const files = await ketrics.Volume.connect('files');
          const reading = files.get('large.bin').then(() => 'read', (error) => error.message);
          // Nobody takes what comes.
          await new Promise((resolve) => setTimeout(resolve, 10));
          for (const end = Date.now() + 2000; Date.now() < end;);
          return reading; };";
    let app = setup.app(AppSpec::new(source)).await;
    let neighbour = AppSpec {
        tenant: "neighbour",
        ..AppSpec::new(source)
    };
    let neighbour = setup.app(neighbour).await;
    for app in [&app, &neighbour] {
        let volume = VolumeSpec::default();
        setup.volume(app, "files", volume, &["*"]).await;
    }
    let host = Arc::new(setup.start());
    for app in [&app, &neighbour] {
        host.call(app, "store", json!(null)).await.result();
    }
    let hoards: Vec<_> = (0..10)
        .map(|_| {
            let (host, app) = (Arc::clone(&host), app.clone());
            tokio::spawn(async move { host.call(&app, "hoard", json!(null)).await.result() })
        })
        .collect();
    assert_eq!(
        host.call(&neighbour, "hoard", json!(null)).await.result(),
        "read"
    );
    let mut outcomes = BTreeMap::new();
    for hoard in hoards {
        let outcome = hoard.await.expect("no panic").as_str().map(str::to_owned);
        *outcomes.entry(outcome.expect("a text")).or_insert(0) += 1;
    }
    let refused = "all calls of the tenant together have more than 256 MB on the way to services \
        and back; ask for less at once, or try again in a moment";
    let is_refused = |outcome: &&String| outcome.contains(refused);
    assert!(
        outcomes.keys().any(|outcome| is_refused(&outcome)),
        "{outcomes:?}"
    );
    assert!(outcomes.contains_key("read"), "{outcomes:?}");
    assert!(outcomes.len() <= 2, "{outcomes:?}");
    // What was held is free again.
    assert_eq!(host.call(&app, "hoard", json!(null)).await.result(), "read");
}
