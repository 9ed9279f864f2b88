//! Every abuse of `tests/hostile`, while a neighbour's calls are watched.

mod failures;
mod outside;
mod urls;

use ketrics_tests::Answer;
use ketrics_tests::hostile::Abuse;
use ketrics_tests::hostile::Arena;
use ketrics_tests::hostile::Watched;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;

/// What came of an attack, in the table's words.
fn outcome(answer: &Answer) -> String {
    if answer.status == 200 {
        let result = &answer.body["result"];
        return result
            .as_str()
            .map_or_else(|| result.to_string(), str::to_owned);
    }
    let code = answer.body["error"]["code"].as_str();
    code.unwrap_or("no answer of the host's").to_owned()
}

/// Runs a group, and says what came to something else than the table has. A group that is over
/// soon is run again, until the neighbour was called often enough to say what it noticed.
async fn run(group: &str) -> (Arena, Vec<String>) {
    let arena = Arena::of(group).await;
    let quiet = arena.quiet().await;
    let watch = arena.watch();
    let mut wrong = Vec::new();
    while wrong.is_empty() && !watch.has_enough() {
        for (abuse, app) in &arena.attackers {
            wrong.extend(strange(abuse, &arena.attack(app).await));
        }
    }
    noticed_nothing(group, &quiet, &watch.end().await);
    (arena, wrong)
}

/// What came of an attack, if the table has something else.
fn strange(abuse: &Abuse, answer: &Answer) -> Option<String> {
    let Abuse { name, expected, .. } = abuse;
    let came = outcome(answer);
    let message = &answer.body["error"]["message"];
    let is_right = expected.is_empty() || expected.contains(&came);
    (!is_right).then(|| format!("{name}: {came}, not {}: {message}", expected.join(" or ")))
}

/// No call of the neighbour's failed; how long they took is for `make hostile`, which has the
/// table's head.
fn noticed_nothing(what: &str, quiet: &Watched, watched: &Watched) {
    let failures = &watched.failures;
    assert!(failures.is_empty(), "the neighbour noticed: {failures:?}");
    println!("\n{}", watched.compared(quiet, what));
}

async fn holds(group: &str) -> Arena {
    let (arena, wrong) = run(group).await;
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    arena
}

#[tokio::test(flavor = "multi_thread")]
async fn time() {
    holds("time").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn memory() {
    holds("memory").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn escape() {
    let arena = holds("escape").await;
    let attacker = |name: &str| {
        let found = arena.attackers.iter().find(|(abuse, _)| abuse.name == name);
        &found.expect("a bundle").1
    };
    // What an earlier call of the same application left is looked for by a later one.
    for _ in 0..3 {
        let answer = arena.attack(attacker("escape/leftovers")).await;
        assert_eq!(outcome(&answer), "held");
    }
    let mut seen = BTreeSet::new();
    for call in 1..=5 {
        let answer = arena.attack(attacker("escape/predicted-randomness")).await;
        let values = answer.result()["differs"]
            .as_array()
            .expect("a list")
            .clone();
        seen.extend(values.iter().map(ToString::to_string));
        assert_eq!(
            seen.len(),
            call * values.len(),
            "a value came twice: {values:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn reach() {
    holds("reach").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn data() {
    holds("data").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn host() {
    let arena = holds("host").await;
    let log = arena.host.log_text();
    // Each line of the log is one JSON object, and none was written by a tenant.
    for line in log.lines() {
        let line: serde_json::Value = serde_json::from_str(line).expect("a line is JSON");
        assert_ne!(line["message"], "forged");
        let flood = line["message"]
            .as_str()
            .is_some_and(|text| text.len() > 64 * 1024);
        assert!(!flood, "a line is longer than it may be");
    }
    assert!(
        !log.contains('\u{1b}'),
        "an escape reached the log as it was"
    );
}

/// Calls of the crowd that run at once.
const CROWD: usize = 16;

#[tokio::test(flavor = "multi_thread")]
async fn crowd() {
    let arena = Arc::new(Arena::of("crowd").await);
    for at in 0..arena.attackers.len() {
        let quiet = arena.quiet().await;
        let watch = arena.watch();
        let over = Arc::new(AtomicBool::new(false));
        let crowd = (0..CROWD).map(|_| {
            let (arena, over) = (Arc::clone(&arena), Arc::clone(&over));
            tokio::spawn(async move {
                let (abuse, app) = &arena.attackers[at];
                while !over.load(Relaxed) {
                    let strange = strange(abuse, &arena.attack(app).await);
                    assert!(strange.is_none(), "{strange:?}");
                }
            })
        });
        let crowd: Vec<_> = crowd.collect();
        watch.enough().await;
        over.store(true, Relaxed);
        for calls in crowd {
            calls.await.expect("what the table has");
        }
        let (abuse, _) = &arena.attackers[at];
        noticed_nothing(&abuse.name, &quiet, &watch.end().await);
    }
}
