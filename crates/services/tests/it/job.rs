//! `ketrics.Job` over the directory.

use crate::world::World;
use crate::world::told;
use crate::world::world;
use ketrics_directory::JobFailure;
use ketrics_protocol::JobCall;
use ketrics_protocol::JobReply;
use ketrics_protocol::JobState;
use ketrics_protocol::JobStatus;
use ketrics_protocol::RequestorContext;
use ketrics_protocol::ServiceCall;
use ketrics_protocol::ServiceError;
use ketrics_protocol::ServiceReply;
use ketrics_services::Invocation;
use std::collections::HashSet;
use std::time::Duration;

async fn ask(
    world: &World,
    invocation: &Invocation,
    call: JobCall,
) -> Result<JobReply, ServiceError> {
    match world.call(invocation, ServiceCall::Job(call)).await? {
        ServiceReply::Job(reply) => Ok(reply),
        other => panic!("{other:?}"),
    }
}

struct New {
    application: Option<&'static str>,
    function: &'static str,
    payload: &'static str,
    timeout: Option<f64>,
    key: Option<&'static str>,
}

const PLAIN: New = New {
    application: None,
    function: "_work",
    payload: "{}",
    timeout: None,
    key: None,
};

async fn queue(world: &World, invocation: &Invocation, new: New) -> Result<String, ServiceError> {
    let call = JobCall::RunInBackground {
        application: new.application.map(str::to_owned),
        function: new.function.into(),
        payload: new.payload.into(),
        timeout: new.timeout,
        idempotency_key: new.key.map(str::to_owned),
    };
    match ask(world, invocation, call).await? {
        JobReply::RunInBackground { job_id } => Ok(job_id),
        other => panic!("{other:?}"),
    }
}

async fn status(
    world: &World,
    invocation: &Invocation,
    id: &str,
) -> Result<JobStatus, ServiceError> {
    match ask(world, invocation, JobCall::GetStatus { job_id: id.into() }).await? {
        JobReply::GetStatus { job } => Ok(job),
        other => panic!("{other:?}"),
    }
}

async fn list(
    world: &World,
    invocation: &Invocation,
    status: Option<JobState>,
    limit: Option<u32>,
    cursor: Option<String>,
) -> Result<(Vec<String>, Option<String>), ServiceError> {
    match ask(
        world,
        invocation,
        JobCall::List {
            status,
            limit,
            cursor,
        },
    )
    .await?
    {
        JobReply::List { jobs, cursor } => {
            Ok((jobs.into_iter().map(|job| job.job_id).collect(), cursor))
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_job_is_queued_for_whoever_asked_and_tells_the_runner() {
    let world = world().await;
    let one = world.invocation();
    let id = queue(&world, &one, PLAIN).await.unwrap();
    tokio::time::timeout(
        Duration::from_secs(5),
        world.services.job_queued().notified(),
    )
    .await
    .unwrap();
    let job = status(&world, &one, &id).await.unwrap();
    assert_eq!(
        (job.status, job.function_name.as_str()),
        (JobState::Pending, "_work")
    );
    assert_eq!(job.application_code, "orders");
    assert!(job.created_at.ends_with('Z') && job.started_at.is_none());

    let claimed = world
        .directory
        .claim_job("host", Duration::from_secs(60))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(claimed.job.timeout, Duration::from_secs(300));
    let requestor: RequestorContext = serde_json::from_str(&claimed.job.requestor).unwrap();
    assert_eq!(requestor.user_id, one.caller().requestor.user_id);
    assert_eq!(requestor.is_cross_app, None);
    let failure = JobFailure {
        code: "TIMEOUT".into(),
        message: "too long".into(),
    };
    world
        .directory
        .finish_job(&claimed.lease, Err(failure))
        .await
        .unwrap();
    let job = status(&world, &one, &id).await.unwrap();
    assert_eq!(job.status, JobState::Failed);
    assert_eq!(job.error.unwrap().code, "TIMEOUT");
    assert!(job.completed_at.is_some());
}

#[tokio::test]
async fn only_the_applications_own_jobs_are_seen() {
    let world = world().await;
    let id = queue(&world, &world.invocation(), PLAIN).await.unwrap();
    for invocation in [world.of_second(), world.of_stranger()] {
        let error = status(&world, &invocation, &id).await.unwrap_err();
        assert_eq!(told(&error), ("JobNotFoundError", vec![id.clone()]));
        assert!(
            list(&world, &invocation, None, None, None)
                .await
                .unwrap()
                .0
                .is_empty()
        );
    }
    let error = status(&world, &world.invocation(), "x").await.unwrap_err();
    assert_eq!(told(&error), ("JobNotFoundError", vec!["x".into()]));
}

#[tokio::test]
async fn the_same_key_is_the_same_job_within_the_application() {
    let world = world().await;
    let keyed = || New {
        key: Some("monthly"),
        ..PLAIN
    };
    let first = queue(&world, &world.invocation(), keyed()).await.unwrap();
    assert_eq!(
        queue(&world, &world.invocation(), keyed()).await.unwrap(),
        first
    );
    assert_ne!(
        queue(&world, &world.of_second(), keyed()).await.unwrap(),
        first
    );
    assert_ne!(
        queue(&world, &world.of_stranger(), keyed()).await.unwrap(),
        first
    );
}

#[tokio::test]
async fn what_cannot_be_a_job_is_refused() {
    let world = world().await;
    let one = world.invocation();
    for function in ["", "  "] {
        let error = queue(&world, &one, New { function, ..PLAIN })
            .await
            .unwrap_err();
        assert_eq!(
            told(&error),
            ("InvalidFunctionError", vec![function.into()])
        );
    }
    for timeout in [0.0, -1.0, 900_001.0, f64::NAN] {
        let new = New {
            timeout: Some(timeout),
            ..PLAIN
        };
        let error = queue(&world, &one, new).await.unwrap_err();
        assert!(told(&error).1[0].contains("timeout"), "{error:?}");
    }
    queue(
        &world,
        &one,
        New {
            timeout: Some(900_000.0),
            ..PLAIN
        },
    )
    .await
    .unwrap();
    let error = queue(
        &world,
        &one,
        New {
            payload: "{no",
            ..PLAIN
        },
    )
    .await
    .unwrap_err();
    assert!(told(&error).1[0].contains("JSON"), "{error:?}");
    let error = list(&world, &one, None, Some(101), None).await.unwrap_err();
    assert!(told(&error).1[0].contains("limit"), "{error:?}");
    assert!(list(&world, &one, None, Some(0), None).await.is_err());
}

#[tokio::test]
async fn another_applications_function_needs_the_permission_for_it() {
    let world = world().await;
    let one = world.invocation();
    let cross = |application| New {
        application: Some(application),
        ..PLAIN
    };
    for target in ["second", "nothing"] {
        let error = queue(&world, &one, cross(target)).await.unwrap_err();
        let arguments = vec!["orders".to_owned(), target.to_owned()];
        assert_eq!(told(&error), ("CrossAppPermissionError", arguments));
    }
    world
        .directory
        .grant_platform_permission(world.orders.id, "job:second")
        .await
        .unwrap();
    let id = queue(&world, &one, cross("second")).await.unwrap();
    let job = status(&world, &one, &id).await.unwrap();
    assert_eq!(job.application_code, "second");
    assert_eq!(
        status(&world, &world.of_second(), &id)
            .await
            .unwrap()
            .job_id,
        id
    );
    let claimed = world
        .directory
        .claim_job("host", Duration::from_secs(60))
        .await
        .unwrap()
        .unwrap();
    let requestor: RequestorContext = serde_json::from_str(&claimed.job.requestor).unwrap();
    assert_eq!(requestor.is_cross_app, Some(true));
    assert_eq!(requestor.source_application_code.as_deref(), Some("orders"));
    // Its own code is no other application.
    queue(&world, &one, cross("orders")).await.unwrap();
}

#[tokio::test]
async fn pages_follow_their_cursor_and_no_other() {
    let world = world().await;
    let one = world.invocation();
    let mut queued = HashSet::new();
    for _ in 0..5 {
        queued.insert(queue(&world, &one, PLAIN).await.unwrap());
    }
    let (first, cursor) = list(&world, &one, None, Some(3), None).await.unwrap();
    let cursor = cursor.unwrap();
    for (invocation, status, cursor) in [
        (&one, Some(JobState::Pending), cursor.clone()),
        (&world.of_second(), None, cursor.clone()),
        (&one, None, format!("{cursor}A")),
        (&one, None, "x".to_owned()),
    ] {
        let error = list(&world, invocation, status, Some(3), Some(cursor))
            .await
            .unwrap_err();
        assert!(told(&error).1[0].starts_with("cursor"), "{error:?}");
    }
    let (second, end) = list(&world, &one, None, Some(3), Some(cursor))
        .await
        .unwrap();
    assert_eq!((first.len(), second.len(), end), (3, 2, None));
    assert_eq!(
        first.into_iter().chain(second).collect::<HashSet<_>>(),
        queued
    );
    let running = list(&world, &one, Some(JobState::Running), None, None)
        .await
        .unwrap();
    assert!(running.0.is_empty());
}
