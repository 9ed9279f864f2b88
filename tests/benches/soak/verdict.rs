//! What must be so when the run is over.

use crate::faults;
use crate::faults::Killed;
use crate::faults::Kind;
use crate::samples::Sample;
use crate::stage;
use crate::stage::Stage;
use sqlx::Connection;
use sqlx::PgConnection;

/// After this part of the invocations everything is warm.
const WARM_UP: f64 = 0.2;
/// What is compared are the medians of this part at the beginning, after the warm-up, and the same
/// at the end.
const WINDOW: f64 = 0.2;

/// What a figure may grow by from the first window to the last.
struct Bound {
    part: f64,
    least: f64,
}

/// A figure, what it may grow by, and where it stands.
type Column = (&'static str, Bound, fn(&Sample) -> f64);

/// The gateway's memory moves with what runs at the moment: 5 %, or 8 MB where that is more.
const GATEWAY: Bound = Bound {
    part: 0.05,
    least: 8_192.0,
};
/// A zygote does nothing but fork: 2 %, or 0.5 MB.
const ZYGOTE: Bound = Bound {
    part: 0.02,
    least: 512.0,
};
/// Descriptors and threads come and go with the calls that run.
const HANDLES: Bound = Bound {
    part: 0.1,
    least: 10.0,
};
/// Processes that may wait ahead for each of the three applications.
const AHEAD: usize = 3 * 8;
/// Names that the bundle's files have, in both applications together.
const NAMES: usize = 400;

/// Prints the figures, and gives what is wrong.
pub async fn of(stage: &Stage, samples: &[Sample], left: &Sample, killed: &Killed) -> Vec<String> {
    let mut wrong = Vec::new();
    println!("\n| figure | after warm-up | at the end |\n|---|---|---|");
    let columns: [Column; 4] = [
        ("gateway, kB", GATEWAY, |sample| sample.gateway as f64),
        ("zygote, kB", ZYGOTE, |sample| sample.zygote as f64),
        ("descriptors", HANDLES, |sample| sample.descriptors as f64),
        ("threads", HANDLES, |sample| sample.threads as f64),
    ];
    for (name, bound, value) in columns {
        let Some((first, last)) = windows(samples, value) else {
            wrong.push("the run was too short to tell whether memory is flat".to_owned());
            break;
        };
        println!("| {name} | {first:.0} | {last:.0} |");
        let most = first + bound.least.max(first * bound.part);
        if last > most {
            wrong.push(format!(
                "{name}: from {first:.0} to {last:.0}, at most {most:.0}"
            ));
        }
    }
    println!("\nwhen all is quiet: {left:?}");
    wrong.extend(left_over(stage, left));
    wrong.extend(answers(stage, killed));
    wrong.extend(bank(stage).await);
    wrong.extend(jobs(stage).await);
    wrong
}

/// The medians of the first window and of the last.
fn windows(samples: &[Sample], value: impl Fn(&Sample) -> f64) -> Option<(f64, f64)> {
    let all = samples.last()?.invocations as f64;
    let median = |from: f64, to: f64| {
        let inside = samples.iter().filter(|sample| {
            let part = sample.invocations as f64 / all;
            part >= from && part <= to
        });
        let mut values: Vec<f64> = inside.map(&value).collect();
        values.sort_by(f64::total_cmp);
        values.get(values.len() / 2).copied()
    };
    Some((
        median(WARM_UP, WARM_UP + WINDOW)?,
        median(1.0 - WINDOW, 1.0)?,
    ))
}

fn left_over(stage: &Stage, left: &Sample) -> Vec<String> {
    let of = |kind| faults::all(&stage.host, kind).len();
    let allowed = [
        ("zombies", left.zombies, 0),
        (
            "transactions that nobody ended",
            left.idle_in_transaction,
            0,
        ),
        ("temporary files", left.temporary, 0),
        ("files of volumes", left.kept, NAMES),
        ("base zygotes", of(Kind::Base), 1),
        ("zygotes", of(Kind::Zygote), 3),
        ("processes that wait", of(Kind::Invocation), AHEAD),
    ];
    let over = allowed.into_iter().filter(|(_, count, most)| count > most);
    over.map(|(what, count, most)| format!("{count} {what} are left, at most {most}"))
        .collect()
}

/// Only calls whose process was killed may be lost: one for an invocation, as many as there were
/// clients for a zygote.
fn answers(stage: &Stage, killed: &Killed) -> Option<String> {
    let outcomes = stage.outcomes();
    println!("\n| function | outcome | invocations |\n|---|---|---|");
    for ((kind, came), count) in &outcomes {
        println!("| {kind} | {came} | {count} |");
    }
    let lost = stage.count(|_, came| came == "HOST_LOST");
    let most = killed.invocations + (killed.zygotes + killed.bases) * stage.clients;
    println!("\nkilled: {killed:?}; calls lost: {lost}");
    (lost > most).then(|| format!("{lost} calls were lost, at most {most}"))
}

/// Every transaction is there wholly or not at all, and none that was answered is missing.
async fn bank(stage: &Stage) -> Vec<String> {
    let url = stage::bank_url(&stage.bank);
    let mut server = PgConnection::connect(&url).await.expect("the server");
    let (amount, moves): (i64, i64) =
        sqlx::query_as("SELECT sum(amount)::bigint, sum(moves)::bigint FROM account")
            .fetch_one(&mut server)
            .await
            .expect("the accounts");
    let answered = stage.count(|kind, came| kind == "transfer" && came == "ok");
    let lost = stage.count(|kind, came| kind == "transfer" && came != "ok");
    let made = usize::try_from(moves).unwrap_or(0) / 2;
    let mut wrong = Vec::new();
    if amount != 0 {
        wrong.push(format!("a part of a transaction was kept: {amount}"));
    }
    if made < answered || made > answered + lost {
        wrong.push(format!("{answered} transfers were answered, {made} made"));
    }
    wrong
}

/// No job is lost: each is over.
async fn jobs(stage: &Stage) -> Option<String> {
    let queued = stage.count(|kind, came| kind == "later" && came == "ok") as u64;
    let counts = stage.host.directory.job_counts().await.expect("counts");
    println!(
        "jobs: {} completed, {} failed",
        counts.completed, counts.failed
    );
    let over = counts.completed + counts.failed;
    (over < queued || counts.pending + counts.running > 0)
        .then(|| format!("{queued} jobs were queued, {over} are over"))
}
