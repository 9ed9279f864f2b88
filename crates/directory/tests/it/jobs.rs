//! Jobs, with two handles on one database as two hosts have them.

use crate::places::Place;
use crate::places::on_both;
use ketrics_directory::Application;
use ketrics_directory::Directory;
use ketrics_directory::Enqueued;
use ketrics_directory::JobFailure;
use ketrics_directory::JobState;
use ketrics_directory::NewJob;
use ketrics_directory::Tenant;
use std::collections::HashSet;
use std::time::Duration;

on_both! {
    racing_calls_with_one_key_queue_one_job,
    racing_hosts_never_claim_the_same_job,
    a_tenant_with_many_jobs_does_not_hold_up_another,
    a_tenants_jobs_are_claimed_oldest_first,
    a_lost_host_costs_a_start_and_the_third_is_the_last,
    a_host_that_comes_back_late_cannot_finish_a_job_that_started_again,
    a_released_job_waits_again_and_its_start_does_not_count,
    pages_of_jobs_are_complete_while_others_queue,
    a_job_is_seen_by_the_application_that_queued_it_and_the_one_that_runs_it,
}

const MINUTE: Duration = Duration::from_secs(60);
const GONE: Duration = Duration::ZERO;

struct World {
    one: Directory,
    two: Directory,
    acme: (Tenant, Application),
    other: (Tenant, Application),
    _place: Place,
}

async fn world(place: Place) -> World {
    let (one, two) = (place.open().await, place.open().await);
    let mut made = Vec::new();
    for code in ["acme", "other"] {
        let tenant = one.ensure_tenant(code, code).await.unwrap();
        let application = one
            .ensure_application(tenant.id, "app", "App")
            .await
            .unwrap();
        made.push((tenant, application));
    }
    let other = made.pop().unwrap();
    let acme = made.pop().unwrap();
    World {
        one,
        two,
        acme,
        other,
        _place: place,
    }
}

fn job((tenant, application): &(Tenant, Application), key: Option<&str>) -> NewJob {
    NewJob {
        tenant_id: tenant.id,
        application_id: application.id,
        queued_by_application_id: application.id,
        function: "_work".into(),
        payload: "{\"n\":1}".into(),
        timeout: Duration::from_millis(300_000),
        requestor: "{}".into(),
        idempotency_key: key.map(str::to_owned),
    }
}

async fn racing_calls_with_one_key_queue_one_job(place: Place) {
    let world = world(place).await;
    let mut calls = Vec::new();
    for number in 0..16 {
        let host = if number % 2 == 0 {
            world.one.clone()
        } else {
            world.two.clone()
        };
        let job = job(&world.acme, Some("monthly"));
        calls.push(tokio::spawn(
            async move { host.enqueue_job(job).await.unwrap() },
        ));
    }
    let mut ids = HashSet::new();
    let mut new = 0;
    for call in calls {
        let enqueued = call.await.unwrap();
        ids.insert(enqueued.id());
        new += usize::from(matches!(enqueued, Enqueued::New(_)));
    }
    assert_eq!((ids.len(), new), (1, 1));
    // The same key of another tenant is another job.
    let elsewhere = world
        .one
        .enqueue_job(job(&world.other, Some("monthly")))
        .await
        .unwrap();
    assert!(matches!(elsewhere, Enqueued::New(_)));
    assert_eq!(world.one.job_counts().await.unwrap().pending, 2);
}

async fn racing_hosts_never_claim_the_same_job(place: Place) {
    let world = world(place).await;
    for _ in 0..12 {
        world.one.enqueue_job(job(&world.acme, None)).await.unwrap();
    }
    let mut claims = Vec::new();
    for number in 0..16 {
        let (host, name) = if number % 2 == 0 {
            (world.one.clone(), "a")
        } else {
            (world.two.clone(), "b")
        };
        claims.push(tokio::spawn(async move {
            host.claim_job(name, MINUTE).await.unwrap()
        }));
    }
    let mut ids = Vec::new();
    for claim in claims {
        ids.extend(claim.await.unwrap().map(|claimed| claimed.job.id));
    }
    assert_eq!(ids.len(), 12);
    assert_eq!(ids.iter().collect::<HashSet<_>>().len(), 12);
}

async fn a_tenant_with_many_jobs_does_not_hold_up_another(place: Place) {
    let world = world(place).await;
    for _ in 0..4 {
        world.one.enqueue_job(job(&world.acme, None)).await.unwrap();
    }
    world
        .one
        .enqueue_job(job(&world.other, None))
        .await
        .unwrap();
    world
        .one
        .enqueue_job(job(&world.other, None))
        .await
        .unwrap();
    let mut served = Vec::new();
    // Every job finishes at once, so that only the turns decide.
    while let Some(claimed) = world.one.claim_job("a", MINUTE).await.unwrap() {
        assert!(world.one.finish_job(&claimed.lease, Ok(())).await.unwrap());
        served.push(claimed.job.tenant_id);
    }
    assert_eq!(served.len(), 6);
    assert_ne!(served[0], served[1]);
    assert_ne!(served[2], served[3]);

    // With jobs running, the tenant with fewer of them is next.
    for _ in 0..3 {
        world.one.enqueue_job(job(&world.acme, None)).await.unwrap();
    }
    for _ in 0..2 {
        world.one.claim_job("a", MINUTE).await.unwrap().unwrap();
    }
    world
        .one
        .enqueue_job(job(&world.other, None))
        .await
        .unwrap();
    let next = world.one.claim_job("a", MINUTE).await.unwrap().unwrap();
    assert_eq!(next.job.tenant_id, world.other.0.id);
}

async fn a_tenants_jobs_are_claimed_oldest_first(place: Place) {
    let world = world(place).await;
    let mut queued = Vec::new();
    for _ in 0..3 {
        queued.push(
            world
                .one
                .enqueue_job(job(&world.acme, None))
                .await
                .unwrap()
                .id(),
        );
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    for id in queued {
        assert_eq!(
            world
                .two
                .claim_job("b", MINUTE)
                .await
                .unwrap()
                .unwrap()
                .job
                .id,
            id
        );
    }
    assert!(world.two.claim_job("b", MINUTE).await.unwrap().is_none());
}

async fn a_lost_host_costs_a_start_and_the_third_is_the_last(place: Place) {
    let world = world(place).await;
    let (tenant, application) = &world.acme;
    let id = world
        .one
        .enqueue_job(job(&world.acme, None))
        .await
        .unwrap()
        .id();
    let mut leases = Vec::new();
    for start in 1..=3 {
        let claimed = world.one.claim_job("a", GONE).await.unwrap().unwrap();
        assert_eq!(claimed.job.attempts, start);
        leases.push(claimed.lease);
        tokio::time::sleep(Duration::from_millis(2)).await;
        let expired = world.two.expire_job_leases().await.unwrap();
        assert_eq!(
            (expired.requeued, expired.failed),
            if start < 3 { (1, 0) } else { (0, 1) }
        );
    }
    let found = world
        .one
        .find_job(tenant.id, application.id, id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(found.state, JobState::Failed);
    assert_eq!(found.failure.unwrap().code, "HOST_LOST");
    for lease in &leases {
        assert!(!world.one.finish_job(lease, Ok(())).await.unwrap());
    }
}

async fn a_host_that_comes_back_late_cannot_finish_a_job_that_started_again(place: Place) {
    let world = world(place).await;
    let (tenant, application) = &world.acme;
    let id = world
        .one
        .enqueue_job(job(&world.acme, None))
        .await
        .unwrap()
        .id();
    let late = world.one.claim_job("a", GONE).await.unwrap().unwrap();
    tokio::time::sleep(Duration::from_millis(2)).await;
    world.two.expire_job_leases().await.unwrap();
    // The same host by name, so that only the number of the start tells the two apart.
    let current = world.one.claim_job("a", MINUTE).await.unwrap().unwrap();
    assert_eq!(current.job.id, id);
    assert!(!world.one.heartbeat_job(&late.lease, MINUTE).await.unwrap());
    assert!(!world.one.finish_job(&late.lease, Ok(())).await.unwrap());
    assert!(
        world
            .one
            .heartbeat_job(&current.lease, MINUTE)
            .await
            .unwrap()
    );
    assert_eq!(world.two.expire_job_leases().await.unwrap().requeued, 0);
    let failure = JobFailure {
        code: "RUNTIME_ERROR".into(),
        message: "no".into(),
    };
    assert!(
        world
            .one
            .finish_job(&current.lease, Err(failure.clone()))
            .await
            .unwrap()
    );
    let found = world
        .one
        .find_job(tenant.id, application.id, id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (found.state, found.failure),
        (JobState::Failed, Some(failure))
    );
    assert!(found.completed_at.is_some());
}

async fn a_released_job_waits_again_and_its_start_does_not_count(place: Place) {
    let world = world(place).await;
    world.one.enqueue_job(job(&world.acme, None)).await.unwrap();
    let claimed = world.one.claim_job("a", MINUTE).await.unwrap().unwrap();
    assert!(world.one.release_job(&claimed.lease).await.unwrap());
    assert!(!world.one.finish_job(&claimed.lease, Ok(())).await.unwrap());
    assert_eq!(
        world
            .two
            .claim_job("b", MINUTE)
            .await
            .unwrap()
            .unwrap()
            .job
            .attempts,
        1
    );
}

async fn pages_of_jobs_are_complete_while_others_queue(place: Place) {
    let world = world(place).await;
    let (tenant, application) = &world.acme;
    let mut queued = HashSet::new();
    for _ in 0..7 {
        queued.insert(
            world
                .one
                .enqueue_job(job(&world.acme, None))
                .await
                .unwrap()
                .id(),
        );
    }
    world
        .one
        .enqueue_job(job(&world.other, None))
        .await
        .unwrap();
    let mut seen = Vec::new();
    let mut behind = None;
    loop {
        let page = world
            .one
            .jobs(tenant.id, application.id, None, behind, 3)
            .await
            .unwrap();
        let Some(last) = page.last() else { break };
        behind = Some(last.position());
        seen.extend(page.iter().map(|job| (job.created_at, job.id)));
        tokio::time::sleep(Duration::from_millis(2)).await;
        world.two.enqueue_job(job(&world.acme, None)).await.unwrap();
    }
    assert!(seen.is_sorted_by(|one, two| one > two));
    assert_eq!(
        seen.into_iter().map(|(_, id)| id).collect::<HashSet<_>>(),
        queued
    );
    let state = Some(JobState::Running);
    assert!(
        world
            .one
            .jobs(tenant.id, application.id, state, None, 3)
            .await
            .unwrap()
            .is_empty()
    );
}

async fn a_job_is_seen_by_the_application_that_queued_it_and_the_one_that_runs_it(place: Place) {
    let world = world(place).await;
    let (tenant, runs) = &world.acme;
    let queues = world
        .one
        .ensure_application(tenant.id, "caller", "Caller")
        .await
        .unwrap();
    let third = world
        .one
        .ensure_application(tenant.id, "third", "Third")
        .await
        .unwrap();
    let mut new = job(&world.acme, None);
    new.queued_by_application_id = queues.id;
    let id = world.one.enqueue_job(new).await.unwrap().id();
    for application in [queues.id, runs.id] {
        let found = world
            .one
            .find_job(tenant.id, application, id)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(found.application_code, "app");
    }
    assert!(
        world
            .one
            .find_job(tenant.id, third.id, id)
            .await
            .unwrap()
            .is_none()
    );
    let (other, other_application) = &world.other;
    assert!(
        world
            .one
            .find_job(other.id, other_application.id, id)
            .await
            .unwrap()
            .is_none()
    );
    assert!(
        world
            .one
            .find_job(other.id, runs.id, id)
            .await
            .unwrap()
            .is_none()
    );
}
