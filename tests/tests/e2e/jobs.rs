//! Jobs under load: none is lost whatever is killed, and no tenant waits for another's queue.

use ketrics_directory::Job;
use ketrics_directory::JobState;
use ketrics_directory::NewJob;
use ketrics_tests::App;
use ketrics_tests::AppSpec;
use ketrics_tests::Host;
use ketrics_tests::Processes;
use ketrics_tests::Setup;
use ketrics_tests::Terminal;
use serde_json::Value;
use serde_json::json;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::time::Duration;

const MANY: usize = 1_000;
/// How long all of them may take on a busy machine.
const PATIENCE: Duration = Duration::from_mins(4);

const SOURCE: &str = "
exports.queue = async ({ from, count }) => {
  const ids = [];
  for (let n = from; n < from + count; n++) {
    ids.push(ketrics.Job.runInBackground({ function: '_work', payload: { n } }));
  }
  return Promise.all(ids);
};
exports._work = async ({ n }) => {
  await new Promise((resolve) => setTimeout(resolve, 30));
  const runs = await ketrics.DocumentDb.connect('runs');
  await runs.put('run', String(n), { n });
};
exports.ran = async () => {
  const runs = await ketrics.DocumentDb.connect('runs');
  const all = [];
  let cursor;
  do {
    const page = await runs.list('run', { limit: 1000, cursor });
    all.push(...page.items.map((item) => item.n));
    cursor = page.cursor;
  } while (cursor !== undefined);
  return all;
};
exports._short = () => new Promise((resolve) => setTimeout(resolve, 20));
exports.one = () => ketrics.Job.runInBackground({ function: '_short' });
exports.echo = (x) => x;
";

async fn all_jobs(host: &Host, app: &App) -> Vec<Job> {
    let mut jobs: Vec<Job> = Vec::new();
    loop {
        let behind = jobs.last().map(Job::position);
        let (tenant, application) = (app.tenant.id, app.application.id);
        let page = host
            .directory
            .jobs(tenant, application, None, behind, 500)
            .await
            .expect("jobs");
        if page.is_empty() {
            return jobs;
        }
        jobs.extend(page);
    }
}

/// Kills worker processes and, now and then, the whole host, until no job waits or runs.
async fn disturb(mut host: Host) -> Host {
    let mut restart_at = vec![MANY as u64 * 3 / 4, MANY as u64 / 2, MANY as u64 / 4];
    for round in 0.. {
        tokio::time::sleep(Duration::from_millis(150)).await;
        let counts = host.directory.job_counts().await.expect("counts");
        if counts.pending + counts.running == 0 {
            break;
        }
        let done = counts.completed + counts.failed;
        if restart_at.last().is_some_and(|&due| done >= due) {
            restart_at.pop();
            host = host.crashed();
            continue;
        }
        let processes = host.processes().0;
        if !processes.is_empty() {
            Processes::kill(processes[round % processes.len()]);
        }
    }
    assert!(restart_at.is_empty(), "the host was killed three times");
    host
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_thousand_jobs_none_is_lost_whatever_is_killed() {
    let setup = Setup::new().await.set("KETRICS_JOBS_LEASE", "3");
    let app = setup.app(AppSpec::new(SOURCE)).await;
    setup
        .directory
        .put_document_database(app.tenant.id, "runs", "runs")
        .await
        .expect("a document database");
    setup
        .grant(
            &app,
            ketrics_directory::GrantKind::DocumentDb,
            "runs",
            &["*"],
        )
        .await;
    let host = setup.start();
    let mut queued = BTreeSet::new();
    for from in (0..MANY).step_by(250) {
        let payload = json!({ "from": from, "count": 250 });
        let Value::Array(ids) = host.call(&app, "queue", payload).await.result() else {
            panic!("no list")
        };
        queued.extend(ids.iter().filter_map(Value::as_str).map(str::to_owned));
    }
    assert_eq!(queued.len(), MANY);
    let host = tokio::time::timeout(PATIENCE, disturb(host))
        .await
        .expect("every job ends");

    // The host that is left answers, and knows what ran.
    let mut ran = BTreeSet::new();
    for _ in 0..3 {
        let answer = host.call(&app, "ran", json!(null)).await;
        if answer.status == 200 {
            let Value::Array(numbers) = answer.result() else {
                panic!("no list")
            };
            ran.extend(numbers.iter().filter_map(Value::as_u64));
            break;
        }
    }
    let jobs = all_jobs(&host, &app).await;
    let known: BTreeSet<String> = jobs.iter().map(|job| job.id.to_string()).collect();
    assert_eq!(known, queued);
    let mut starts = BTreeMap::new();
    for job in &jobs {
        let payload: Value = serde_json::from_str(&job.payload).expect("JSON");
        let number = payload["n"].as_u64().expect("a number");
        match job.state {
            JobState::Completed => assert!(ran.contains(&number), "{job:?} left no trace"),
            JobState::Failed => {
                let failure = job.failure.as_ref().expect("a reason");
                assert_eq!(failure.code, "HOST_LOST", "{job:?}");
                assert_eq!(job.attempts, 3, "{job:?}");
            }
            JobState::Pending | JobState::Running => panic!("{job:?}"),
        }
        *starts
            .entry((format!("{:?}", job.state), job.attempts))
            .or_insert(0) += 1;
    }
    // Something was killed while it ran, or this proves nothing.
    let again: i32 = starts
        .iter()
        .filter(|((_, attempts), _)| *attempts > 1)
        .map(|(_, count)| count)
        .sum();
    assert!(again > 0, "{starts:?}");
    eprintln!("jobs by outcome and starts: {starts:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tenant_with_ten_thousand_jobs_delays_anothers_by_one_at_most() {
    let setup = Setup::new().await.set("KETRICS_JOBS_AT_ONCE", "1");
    let busy = setup
        .app(AppSpec {
            tenant: "busy",
            ..AppSpec::new(SOURCE)
        })
        .await;
    let quiet = setup.app(AppSpec::new(SOURCE)).await;
    let requestor = json!({
        "type": "USER", "userId": busy.user.id.to_string(), "name": "Ada",
        "applicationPermissions": [],
    });
    let queue = (0..10_000).map(|_| {
        setup.directory.enqueue_job(NewJob {
            tenant_id: busy.tenant.id,
            application_id: busy.application.id,
            queued_by_application_id: busy.application.id,
            function: "_short".to_owned(),
            payload: "null".to_owned(),
            timeout: Duration::from_secs(60),
            requestor: requestor.to_string(),
            idempotency_key: None,
        })
    });
    for job in queue {
        job.await.expect("a job");
    }
    let host = setup.start();
    host.call(&quiet, "echo", json!(1)).await.result();
    let mut delays = Vec::new();
    for _ in 0..5 {
        let id = host.call(&quiet, "one", json!(null)).await.result();
        let id = id.as_str().expect("an id").parse().expect("a UUID");
        let find = async {
            loop {
                let (tenant, application) = (quiet.tenant.id, quiet.application.id);
                let found = host.directory.find_job(tenant, application, id).await;
                let job = found.expect("the directory answers").expect("the job");
                if job.state == JobState::Completed {
                    return job;
                }
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        let job = tokio::time::timeout(PATIENCE, find).await.expect("it runs");
        let started = job.started_at.expect("it started");
        let counts = host.directory.job_counts().await.expect("counts");
        assert!(counts.pending > 1_000, "the other tenant still waits");
        let between = all_jobs(&host, &busy)
            .await
            .into_iter()
            .filter_map(|other| other.started_at)
            .filter(|&other| other > job.created_at && other < started)
            .count();
        delays.push(between);
    }
    // The one that runs when the job is queued is finished first; then it is this one's turn.
    assert!(delays.iter().all(|&delay| delay <= 1), "{delays:?}");
}

#[tokio::test]
async fn a_job_whose_lease_is_lost_is_stopped_and_what_came_of_it_is_not_recorded() {
    const LONG: &str = "
    exports.queue = () => ketrics.Job.runInBackground({ function: '_work' });
    exports._work = async () => {
      console.log('started');
      await new Promise((resolve) => setTimeout(resolve, 60_000));
      console.log('finished');
    };";
    let Some(setup) = Setup::on_postgres().await else {
        return;
    };
    let setup = setup.set("KETRICS_JOBS_LEASE", "3");
    let app = setup.app(AppSpec::new(LONG)).await;
    let host = setup.start();
    let id = host.call(&app, "queue", json!(null)).await.result();
    host.log(|line| (line["message"] == "started").then_some(()));
    // As if this host had been away, and another one had taken the job over.
    sqlx::raw_sql("UPDATE jobs SET lease_owner = 'another host', attempts = attempts + 1")
        .execute(&mut host.postgres().await)
        .await
        .expect("a change");
    let ended = host.log(|line| {
        let is_job = line["jobId"] == id && line["message"] == "invocation ended";
        is_job.then(|| line["receipt"]["wallMs"].as_f64())
    });
    assert!(ended.is_some_and(|wall| wall < 59_000.0), "{ended:?}");
    assert!(!host.log_text().contains("finished"));
    host.error(|line| line.contains("its lease was lost").then_some(()));
    let jobs = all_jobs(&host, &app).await;
    assert_eq!(jobs[0].state, JobState::Running);
    assert_eq!((jobs[0].attempts, &jobs[0].failure), (2, &None));
}

#[tokio::test]
async fn the_command_line_lists_jobs_and_shows_one() {
    const TWO: &str = "
    exports.queue = (name) => ketrics.Job.runInBackground({ function: name });
    exports._good = () => {};
    exports._bad = () => { throw new Error('no paper'); };";
    let setup = Setup::new().await;
    let app = setup.app(AppSpec::new(TWO)).await;
    let rival = setup
        .app(AppSpec {
            tenant: "rival",
            ..AppSpec::new(TWO)
        })
        .await;
    let host = setup.start();
    let mut ids = Vec::new();
    for name in ["_good", "_bad"] {
        let id = host.call(&app, "queue", json!(name)).await.result();
        ids.push(id.as_str().expect("an id").to_owned());
    }
    host.until("the end of both", || async {
        let jobs = all_jobs(&host, &app).await;
        jobs.iter()
            .all(|job| job.completed_at.is_some())
            .then_some(())
    })
    .await;
    let terminal = Terminal::new(&host, &app, &host.administrator());
    let listed = terminal.text(&["jobs", "list"]);
    let lines: Vec<&str> = listed.lines().collect();
    assert_eq!(lines.len(), 2, "{listed}");
    assert!(lines[0].starts_with(&ids[1]), "{listed}");
    assert!(
        lines[0].ends_with("failed     _bad  RUNTIME_ERROR: no paper"),
        "{listed}"
    );
    assert!(lines[1].starts_with(&ids[0]), "{listed}");
    assert!(lines[1].ends_with("completed  _good"), "{listed}");
    let failed = terminal.text(&["jobs", "list", "--state", "failed"]);
    assert_eq!(failed.trim_end(), lines[0]);
    assert_eq!(
        terminal.text(&["jobs", "list", "--limit", "1"]).trim_end(),
        lines[0]
    );
    let shown: Value =
        serde_json::from_str(&terminal.text(&["jobs", "show", &ids[1]])).expect("JSON");
    assert_eq!(shown["state"], "failed");
    assert_eq!(
        shown["error"],
        json!({ "code": "RUNTIME_ERROR", "message": "no paper" })
    );

    for (arguments, told) in [
        (
            &["jobs", "list", "--state", "lost"][..],
            "pending, running, completed, failed",
        ),
        (&["jobs", "list", "--limit", "101"], "1..=100"),
        (
            &["jobs", "show", "7"],
            "NOT_FOUND (status 404): There is no such job",
        ),
    ] {
        let complaint = terminal.complaint(arguments);
        assert!(complaint.contains(told), "{complaint}");
    }
    // Another tenant's application has no such job, and a user's token lists none.
    let theirs = Terminal::new(&host, &rival, &host.administrator());
    assert_eq!(theirs.text(&["jobs", "list"]), "");
    assert!(
        theirs
            .complaint(&["jobs", "show", &ids[0]])
            .contains("NOT_FOUND")
    );
    let user = Terminal::new(&host, &app, &app.token);
    assert!(
        user.complaint(&["jobs", "list"])
            .contains("UNAUTHENTICATED")
    );
}
