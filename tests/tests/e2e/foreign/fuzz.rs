//! Frames that are wrong: random bytes, and every valid service call with something changed. Each is
//! answered, refused, or ends its own invocation; the gateway goes on, and nothing of another tenant
//! shows up or changes.
//!
//! `KETRICS_FUZZ_FRAMES` says how many frames (2,000), `KETRICS_FUZZ_SEED` which (1).

use crate::foreign::attacks;
use crate::foreign::calls;
use crate::foreign::sides::MARK;
use crate::foreign::sides::Stage;
use crate::foreign::sides::Victim;
use crate::foreign::sides::shows;
use ketrics_protocol::JobCall;
use ketrics_protocol::ServiceCall;
use ketrics_protocol::frame;
use ketrics_protocol::frame::HEADER_BYTES;
use ketrics_protocol::frame::ToGateway;
use ketrics_protocol::frame::ToWorker;
use ketrics_tests::Seized;
use std::env;
use std::time::Duration;

/// Invocations that are held at once; those that are ended are replaced together.
const HELD: usize = 16;
/// Frames that one invocation sends at the most, far below what it may.
const EACH: usize = 200;
/// Frames of one stage: its victim's invocation must not run out of time.
const ROUND: usize = 2_000;
/// After this the gateway waits for the rest of something, or would have answered.
const SILENCE: Duration = Duration::from_millis(500);
/// The number of the call behind each frame, which shows that the gateway still listens.
const PROBE: u32 = 77_000_000;

fn setting(name: &str, otherwise: usize) -> usize {
    let given = env::var(name).ok();
    given.map_or(otherwise, |given| given.parse().expect("a number"))
}

struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 >> 11
    }

    fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % limit.max(1) as u64).expect("below a number of this type")
    }

    fn bytes(&mut self, count: usize) -> Vec<u8> {
        (0..count).map(|_| self.next().to_le_bytes()[0]).collect()
    }
}

/// Puts the right length in front.
fn framed(body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len()).expect("a short frame");
    [&length.to_le_bytes(), body].concat()
}

/// Changes a frame in one of the ways that there are.
fn changed(random: &mut Random, frame: &[u8], other: &[u8]) -> Vec<u8> {
    let mut body = frame[HEADER_BYTES..].to_vec();
    let at = random.below(body.len());
    match random.below(20) {
        // What often still is a frame, with something else in it.
        0..=8 => {
            for _ in 0..=random.below(4) {
                let at = random.below(body.len());
                body[at] ^= 1 << random.below(8);
            }
            framed(&body)
        }
        9 | 10 => {
            body[at] = [0, 0x7f, 0x80, 0xff][random.below(4)];
            framed(&body)
        }
        // The longest number that there is, where a length, a number or a variant may stand.
        11 => {
            body.splice(at..=at, [0xff, 0xff, 0xff, 0xff, 0x0f]);
            framed(&body)
        }
        12 => framed(&body[..at]),
        13 => {
            let more = random.below(40);
            body.extend(random.bytes(more));
            framed(&body)
        }
        14 => {
            let end = at + random.below(body.len() - at);
            let part = body[at..end].to_vec();
            body.splice(at..at, part);
            framed(&body)
        }
        15 => {
            let from = random.below(other.len());
            body.splice(at.., other[from..].iter().copied());
            framed(&body)
        }
        16 => {
            let some = random.below(200);
            framed(&random.bytes(some))
        }
        // From here on the length in front is a lie, or there is none.
        17 => {
            let mut lie = frame.to_vec();
            lie[random.below(HEADER_BYTES)] ^= 1 << random.below(8);
            lie
        }
        18 => frame[..HEADER_BYTES + at].to_vec(),
        _ => {
            let some = 1 + random.below(200);
            random.bytes(some)
        }
    }
}

/// Whether the gateway would wait for more after these bytes.
fn is_unfinished(bytes: &[u8]) -> bool {
    let mut rest = bytes;
    while let Some((header, behind)) = rest.split_first_chunk() {
        match frame::frame_length(*header, frame::MAX_FRAME_TO_GATEWAY) {
            Ok(length) if length > behind.len() => return true,
            Ok(length) => rest = &behind[length..],
            Err(_) => return false,
        }
    }
    !rest.is_empty()
}

/// What came of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Came {
    GoesOn,
    Ended,
}

/// Sends a frame and sees what comes of it. Nothing of the victim's may be in a reply.
fn send(seized: &mut Seized, bytes: &[u8]) -> Came {
    let job_id = "probe".to_owned();
    let call = ServiceCall::Job(JobCall::GetStatus { job_id });
    let probe = frame::encode(&ToGateway::Call { id: PROBE, call });
    if seized.send(bytes) {
        if is_unfinished(bytes) {
            seized.fall_silent();
        } else {
            seized.send(&probe);
        }
    }
    loop {
        // Content that a changed frame announces does not come either.
        if !seized.hears(SILENCE) {
            seized.fall_silent();
        }
        match seized.receive() {
            Some(ToWorker::Reply { id: PROBE, .. }) => return Came::GoesOn,
            Some(reply) => assert!(!shows(&reply, MARK), "{bytes:?}: {reply:?}"),
            None => return Came::Ended,
        }
    }
}

/// Every service call, encoded; and the other things that an invocation says.
fn valid(victim: &Victim, url: &str) -> Vec<Vec<u8>> {
    let mut frames: Vec<Vec<u8>> = Vec::new();
    // Of its own connection, which each invocation opens first.
    let sql = "SELECT text, '{\"a\":1}' FROM t WHERE text <> 'x' ORDER BY 1 LIMIT 5";
    let own = [
        calls::query(1, None, sql),
        calls::execute(1, None, "UPDATE t SET text = text"),
    ];
    let own = own.into_iter().map(ServiceCall::Database);
    let all = attacks(victim, url).into_iter().map(|(call, _)| call);
    for (id, call) in (1..).zip(all.chain(own)) {
        let (frame, content) = ToGateway::call(id, call);
        frames.push([frame::encode(&frame), content].concat());
    }
    frames.push(frame::encode(&ToGateway::Log(frame::LogLine {
        level: frame::LogLevel::Info,
        message: "a line".to_owned(),
        cut_from: Some(9),
        data: Some("[{}]".to_owned()),
    })));
    let json = "{\"a\":[1,2]}".to_owned();
    frames.push(frame::encode(&ToGateway::Done(frame::Outcome::Returned(
        json,
    ))));
    frames
}

/// One stage, and so many frames on it. Counts the invocations that were ended.
async fn round(random: &mut Random, count: usize) -> usize {
    let stage = Stage::set(None).await;
    // What is changed in a URL must not lead to the world outside.
    let directory = &stage.host.directory;
    let nothing = r#"{"otherwise":"nothing"}"#;
    let tenant = stage.rival.tenant.id;
    directory
        .set_egress_rules(tenant, Some(nothing))
        .await
        .expect("rules");
    let mut victim = Victim::on(&stage).await;
    let frames = valid(&victim, &stage.host.url);
    let (mut held, mut ended, mut sent) = (Vec::new(), 0, 0);
    while sent < count {
        if held.is_empty() {
            let taken = Seized::take_many(&stage.host, &stage.rival, HELD).await;
            held = taken.into_iter().map(|seized| (seized, 0)).collect();
            for (seized, _) in &mut held {
                let database = calls::DB.to_owned();
                let connect = ketrics_protocol::DatabaseCall::Connect { database };
                let _ = seized.call(ServiceCall::Database(connect));
            }
        }
        let (frame, other) = (random.below(frames.len()), random.below(frames.len()));
        let bytes = changed(random, &frames[frame], &frames[other]);
        let (seized, frames_of_it) = held.last_mut().expect("it was just filled");
        sent += 1;
        *frames_of_it += 1;
        let came = send(seized, &bytes);
        let is_used_up = *frames_of_it >= EACH;
        if came == Came::Ended {
            assert!(seized.is_ended(), "the process goes on after {bytes:?}");
            ended += 1;
        }
        if came == Came::Ended || is_used_up {
            held.pop();
        }
    }
    drop(held);
    victim.check_untouched(&stage).await;
    let answer = stage
        .host
        .call(&stage.acme, "warm", serde_json::json!(null))
        .await;
    assert_eq!(answer.result(), "warm");
    let panics = stage
        .host
        .errors()
        .into_iter()
        .filter(|line| line.contains("panicked"));
    assert_eq!(panics.collect::<Vec<_>>(), Vec::<String>::new());
    ended
}

#[tokio::test(flavor = "multi_thread")]
async fn a_frame_that_is_wrong_harms_nobody_but_its_own_invocation() {
    let (count, seed) = (
        setting("KETRICS_FUZZ_FRAMES", 2_000),
        setting("KETRICS_FUZZ_SEED", 1),
    );
    let mut random = Random((seed as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let mut left = count;
    let mut ended = 0;
    while left > 0 {
        let now = left.min(ROUND);
        ended += round(&mut random, now).await;
        left -= now;
    }
    println!("{count} frames of seed {seed}: {ended} invocations were ended");
    assert!(ended > 0, "nothing that was sent was wrong");
}
