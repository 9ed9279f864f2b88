//! A process that is killed costs one request at most, and a host that is killed leaves nothing.

use ketrics_tests::Processes;
use ketrics_tests::Setup;
use serde_json::json;
use std::sync::Arc;

const SOURCE: &str = "exports.echo = (p) => p;
  exports.wait = () => { console.log('waiting'); return new Promise((r) => setTimeout(r, 20000)); };";

#[tokio::test]
async fn any_worker_process_may_be_killed() {
    let (host, app) = Setup::serve(SOURCE).await;
    assert_eq!(host.call(&app, "echo", json!(1)).await.result(), 1);
    for round in 0..6 {
        let processes = host.processes();
        assert!(!processes.0.is_empty());
        // From the base zygote to the processes that wait: one of each kind in turn.
        Processes::kill(processes.0[round % processes.0.len()]);
        let mut lost = 0;
        while host.call(&app, "echo", json!(round)).await.status != 200 {
            lost += 1;
            assert!(lost <= 1, "round {round}: more than one request was lost");
        }
        assert_eq!(host.call(&app, "echo", json!(round)).await.result(), round);
    }
}

#[tokio::test]
async fn all_worker_processes_may_be_killed_at_once() {
    let (host, app) = Setup::serve(SOURCE).await;
    assert_eq!(host.call(&app, "echo", json!(1)).await.result(), 1);
    let processes = host.processes();
    processes.0.iter().for_each(|id| Processes::kill(*id));
    let mut lost = 0;
    while host.call(&app, "echo", json!(2)).await.status != 200 {
        lost += 1;
        assert!(lost <= 1, "more than one request was lost");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_whose_process_is_killed_says_so() {
    let (host, app) = Setup::serve(SOURCE).await;
    assert_eq!(host.call(&app, "echo", json!(1)).await.result(), 1);
    let host = Arc::new(host);
    let calling = Arc::clone(&host);
    let waiting = tokio::spawn(async move { calling.call(&app, "wait", json!(null)).await });
    host.log(|line| line["message"].as_str()?.contains("waiting").then_some(()));
    host.processes()
        .0
        .iter()
        .for_each(|id| Processes::kill(*id));
    let answer = waiting.await.expect("an answer");
    let retry = answer.headers.contains_key("retry-after");
    let (status, code, _) = answer.error();
    assert_eq!((status, code.as_str(), retry), (503, "HOST_LOST", true));
}

#[tokio::test]
async fn a_host_that_is_killed_leaves_no_process_behind() {
    let (mut host, app) = Setup::serve(SOURCE).await;
    assert_eq!(host.call(&app, "echo", json!(1)).await.result(), 1);
    // Two zygotes are there, and those that wait for calls are forked meanwhile.
    let processes = loop {
        let processes = host.processes();
        if processes.0.len() >= 4 {
            break processes;
        }
        tokio::task::yield_now().await;
    };
    host.kill();
    // The kernel tells them one by one; the test ends with them, or hangs and so fails.
    while !processes.are_gone() {
        tokio::task::yield_now().await;
    }
}
