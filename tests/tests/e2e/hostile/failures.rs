//! A part of the host fails under the calls: the disk is full, the directory's database goes away.

use crate::hostile::outside::PATIENCE;
use ketrics_directory::VolumeSpec;
use ketrics_tests::App;
use ketrics_tests::AppSpec;
use ketrics_tests::Disk;
use ketrics_tests::Setup;
use serde_json::json;
use std::fs;
use std::time::Duration;
use std::time::Instant;

const FILES: &str = "
exports.put = async (key) => {
  const files = await ketrics.Volume.connect('files');
  try { await files.put(key, Buffer.alloc(500_000, 7)); return 'kept'; }
  catch (error) { return [error.name, error.message]; }
};
exports.read = async (key) => (await (await ketrics.Volume.connect('files')).get(key)).content.length;
exports.clear = async () => (await (await ketrics.Volume.connect('files')).deleteByPrefix('more')).deletedCount;
exports.echo = (p) => p;
";

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_fails_those_who_write_and_nobody_else() {
    let Some(disk) = Disk::of_megabytes(28) else {
        return;
    };
    // What the operator finds to remove when the disk is full.
    let ballast = disk.path().join("ballast");
    fs::write(&ballast, vec![1; 4 << 20]).expect("a file");
    let setup = Setup::within(disk.path()).await;
    let app = setup.app(AppSpec::new(FILES)).await;
    let neighbour = AppSpec {
        tenant: "neighbour",
        ..AppSpec::new(FILES)
    };
    let neighbour = setup.app(neighbour).await;
    for app in [&app, &neighbour] {
        let volume = VolumeSpec::default();
        setup.volume(app, "files", volume, &["*"]).await;
    }
    let host = setup.start();
    let put = async |app: &App, key: &str| host.call(app, "put", json!(key)).await.result();
    assert_eq!(put(&neighbour, "mine").await, "kept");

    let mut refused = None;
    for number in 0..100 {
        let came = put(&app, &format!("more/{number}")).await;
        if came != "kept" {
            refused = Some(came);
            break;
        }
    }
    let refused = refused.expect("the disk is full at some time").to_string();
    let place = disk.path().to_str().expect("text");
    assert!(!refused.contains(place), "{refused}");

    // Whoever does not write notices nothing, also those whose zygote is made only now.
    for number in 0..20 {
        let answer = host.call(&neighbour, "echo", json!(number)).await;
        assert_eq!(answer.result(), number);
        let answer = host.call(&neighbour, "read", json!("mine")).await;
        assert_eq!(answer.result(), 500_000);
    }
    assert_ne!(put(&app, "more/again").await, "kept");

    // Room again, and all is well; nothing that was kept is damaged. On a disk without any room
    // nothing can be deleted either, because what is deleted is written down first.
    fs::remove_file(&ballast).expect("it is there");
    let cleared = host.call(&app, "clear", json!(null)).await.result();
    assert!(cleared.as_u64() > Some(10), "{cleared}");
    assert_eq!(put(&neighbour, "other").await, "kept");
    assert_eq!(put(&app, "more/0").await, "kept");
    for key in ["mine", "other"] {
        let answer = host.call(&neighbour, "read", json!(key)).await;
        assert_eq!(answer.result(), 500_000);
    }
}

const JOBS: &str = "
exports.queue = (n) => ketrics.Job.runInBackground({ function: '_work', payload: n });
exports._work = async (n) => { await new Promise((r) => setTimeout(r, 300)); return n; };
exports.echo = (p) => p;
";

#[tokio::test(flavor = "multi_thread")]
async fn a_directory_that_goes_away_and_comes_back_loses_nothing() {
    let Some(setup) = Setup::on_postgres().await else {
        return;
    };
    let (setup, proxy) = setup.through_a_proxy().await;
    let setup = setup.set("KETRICS_JOBS_LEASE", "3");
    let app = setup.app(AppSpec::new(JOBS)).await;
    let host = setup.start();
    let mut queued = 0;
    for number in 0..6 {
        host.call(&app, "queue", json!(number)).await.result();
        queued += 1;
    }

    proxy.cut();
    // What the host knows by heart it goes on with for a moment; then it says what is wrong.
    let end = Instant::now() + PATIENCE;
    let mut refused = 0;
    while refused < 2 {
        assert!(Instant::now() < end, "the host never notices");
        let answer = host.call(&app, "echo", json!(1)).await;
        if answer.status == 200 {
            assert_eq!(answer.result(), 1);
            continue;
        }
        let retry = answer.headers.contains_key("retry-after");
        let (status, code, message) = answer.error();
        assert_eq!(
            (status, code.as_str(), retry),
            (503, "OVERLOADED", true),
            "{message}"
        );
        assert!(message.contains("directory does not answer"), "{message}");
        refused += 1;
    }

    proxy.mend();
    let end = Instant::now() + PATIENCE;
    while host.call(&app, "echo", json!(2)).await.status != 200 {
        assert!(Instant::now() < end, "the host never recovers");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    host.call(&app, "queue", json!(7)).await.result();
    queued += 1;
    loop {
        let counts = host.directory.job_counts().await.expect("counts");
        if counts.pending + counts.running == 0 {
            assert_eq!((counts.completed, counts.failed), (queued, 0));
            return;
        }
        assert!(Instant::now() < end, "jobs wait for ever: {counts:?}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
