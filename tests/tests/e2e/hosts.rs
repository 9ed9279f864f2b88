//! Several hosts on one PostgreSQL are one platform.

use ketrics_directory::GrantKind;
use ketrics_directory::Job;
use ketrics_directory::JobState;
use ketrics_tests::App;
use ketrics_tests::AppSpec;
use ketrics_tests::Host;
use ketrics_tests::Setup;
use serde_json::json;
use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

/// How long anything that must happen may take on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

/// Two hosts, and an application that both know.
async fn two(source: &str) -> Option<(Host, Host, App)> {
    let setup = Setup::on_postgres()
        .await?
        .set("KETRICS_JOBS_AT_ONCE", "2")
        .set("KETRICS_JOBS_LEASE", "3");
    let app = setup.app(AppSpec::new(source)).await;
    let beside = setup.beside();
    Some((setup.start(), beside.start(), app))
}

/// Asks until there is an answer.
async fn until<T, F: Future<Output = Option<T>>>(what: &str, ask: impl Fn() -> F) -> T {
    let asking = async {
        loop {
            if let Some(answer) = ask().await {
                return answer;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let answer = tokio::time::timeout(PATIENCE, asking).await;
    answer.unwrap_or_else(|_| panic!("{what} does not happen"))
}

async fn jobs(host: &Host, app: &App) -> Vec<Job> {
    let (tenant, application) = (app.tenant.id, app.application.id);
    let jobs = host.directory.jobs(tenant, application, None, None, 100);
    jobs.await.expect("jobs")
}

#[tokio::test]
async fn a_deployment_made_on_one_host_runs_on_the_other() {
    let Some((one, two, app)) = two("exports.version = () => 1;").await else {
        return;
    };
    for host in [&one, &two] {
        assert_eq!(host.call(&app, "version", json!(null)).await.result(), 1);
    }
    one.deploy(&app, &AppSpec::new("exports.version = () => 2;"))
        .await;
    for host in [&one, &two] {
        until("the new deployment", || async {
            let answer = host.call(&app, "version", json!(null)).await;
            (answer.result() == 2).then_some(())
        })
        .await;
    }
}

#[tokio::test]
async fn the_jobs_of_a_host_that_is_killed_are_run_by_the_other() {
    let source = "
        exports.queue = async (n) => {
          const jobs = [];
          for (let i = 0; i < n; i++) {
            jobs.push(await ketrics.Job.runInBackground({ function: '_work', payload: { i } }));
          }
          return jobs;
        };
        exports._work = async ({ i }) => {
          console.log('started ' + i);
          while (!(await ketrics.Parameter.exists('gate'))) {
            await new Promise((resolve) => setTimeout(resolve, 100));
          }
          console.log('finished ' + i);
        };";
    let Some((mut one, two, app)) = two(source).await else {
        return;
    };
    let directory = two.directory.clone();
    let (tenant, application) = (app.tenant.id, app.application.id);
    let granted = directory.grant(application, GrantKind::Parameter, "gate", &[]);
    granted.await.expect("a grant");

    // Each host runs two at once, so each has its two before any can end.
    one.call(&app, "queue", json!(6)).await.result();
    for host in [&one, &two] {
        until("a job on each host", || async {
            let started = host.log_text().matches("started").count();
            (started == 2).then_some(())
        })
        .await;
    }
    one.kill();
    // The jobs wait for this parameter. It must not be there before: what was read once is kept.
    let opened = directory.put_parameter(tenant, "gate", "{}");
    opened.await.expect("a parameter");

    let ended = until("the end of all jobs", || async {
        let jobs = jobs(&two, &app).await;
        let ended = jobs.iter().all(|job| job.completed_at.is_some());
        ended.then_some(jobs)
    })
    .await;
    assert_eq!(ended.len(), 6);
    let completed = |job: &&Job| job.state == JobState::Completed;
    assert_eq!(ended.iter().filter(completed).count(), 6);
    // Two were started twice; the others once.
    let mut attempts: Vec<u32> = ended.iter().map(|job| job.attempts).collect();
    attempts.sort_unstable();
    assert_eq!(attempts, [1, 1, 1, 1, 2, 2]);
    assert_eq!(two.log_text().matches("finished").count(), 6);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_calls_with_one_idempotency_key_on_both_hosts_one_queues_the_job() {
    let source = "
        exports.queue = () => ketrics.Job.runInBackground(
          { function: '_work', payload: null, options: { idempotencyKey: 'monthly' } });
        exports._work = () => {};";
    let Some((one, two, app)) = two(source).await else {
        return;
    };
    let (one, two) = (Arc::new(one), Arc::new(two));
    let mut calls = Vec::new();
    for number in 0..16 {
        let host = Arc::clone(if number % 2 == 0 { &one } else { &two });
        let app = app.clone();
        calls.push(tokio::spawn(async move {
            host.call(&app, "queue", json!(null)).await.result()
        }));
    }
    let mut ids = HashSet::new();
    for call in calls {
        ids.insert(call.await.expect("an answer").to_string());
    }
    assert_eq!(ids.len(), 1, "{ids:?}");
    assert_eq!(jobs(&one, &app).await.len(), 1);
}
