//! A zygote that does what no zygote does is ended with all that it forked, and only its own
//! application notices: the next call makes another.

use ketrics_protocol::SandboxLevel;
use ketrics_protocol::frame;
use ketrics_protocol::frame::ToGateway;
use ketrics_tests::App;
use ketrics_tests::AppSpec;
use ketrics_tests::HOLD;
use ketrics_tests::Host;
use ketrics_tests::Seized;
use ketrics_tests::SeizedZygote;
use ketrics_tests::Setup;
use ketrics_tests::say_as;
use rustix::fd::AsFd;
use rustix::fd::BorrowedFd;
use rustix::fd::OwnedFd;
use serde_json::json;
use std::fs;
use std::fs::File;
use std::sync::Arc;
use std::time::Duration;
use std::time::Instant;

/// How long anything that must happen may take on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

/// A host with an application whose zygote is taken over, and one of another tenant.
struct Stage {
    host: Arc<Host>,
    app: App,
    neighbour: App,
    neighbours_zygote: i32,
    zygote: SeizedZygote,
}

impl Stage {
    async fn set() -> Self {
        let setup = Setup::new().await.with("--forked-ahead").with("0");
        let app = setup.app(AppSpec::new(HOLD)).await;
        let neighbour = AppSpec {
            tenant: "neighbour",
            ..AppSpec::new("exports.warm = (p) => p ?? 'warm';")
        };
        let neighbour = setup.app(neighbour).await;
        let host = setup.start();
        // Only to learn which process it is; a stopped one would serve nobody.
        let before = host.processes().0;
        host.call(&neighbour, "warm", json!(0)).await.result();
        let after = host.processes().0;
        let neighbours_zygote = after.into_iter().find(|id| !before.contains(id));
        host.settle().await;
        let zygote = SeizedZygote::take(&host, &app).await;
        Self {
            neighbours_zygote: neighbours_zygote.expect("the first call makes a zygote"),
            host: Arc::new(host),
            app,
            neighbour,
            zygote,
        }
    }

    /// Calls the application, and has the zygote answer what the gateway then asks of it.
    async fn answer(&self, how: impl FnOnce(OwnedFd)) {
        let (host, app) = (Arc::clone(&self.host), self.app.clone());
        let call = tokio::spawn(async move { host.call(&app, "warm", json!(null)).await });
        let asked = tokio::task::block_in_place(|| self.zygote.asked());
        let said = || self.host.errors().join("\n");
        how(asked.unwrap_or_else(|| panic!("the zygote was let go:\n{}", said())));
        // The gateway does not give up over one zygote.
        let answer = call.await.expect("an answer").result();
        assert_eq!(answer, "warm");
    }

    /// The zygote is gone for this reason, and both applications go on.
    async fn check_ended(&self, reason: &str) {
        self.host.error(|line| {
            let is_it = line.contains("a zygote misbehaved and was ended") && line.contains(reason);
            is_it.then_some(())
        });
        assert!(self.zygote.is_ended(), "{reason}: the zygote goes on");
        let answer = self.host.call(&self.neighbour, "warm", json!(1)).await;
        assert_eq!(answer.result(), 1);
        let answer = self.host.call(&self.app, "warm", json!(null)).await;
        assert_eq!(answer.result(), "warm");
        let processes = self.host.processes().0;
        assert!(processes.contains(&self.neighbours_zygote), "{processes:?}");
    }
}

/// The descriptors that the gateway has open, which root may list.
fn open(host: &Host) -> usize {
    let folder = format!("/proc/{}/fd", host.gateway());
    fs::read_dir(folder).expect("the tests run as root").count()
}

fn hello() -> Vec<u8> {
    let level = SandboxLevel::Full;
    frame::encode(&ToGateway::Hello { level })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_zygote_that_speaks_on_its_control_socket() {
    for what in [b"F".as_slice(), &[0xff; 60_000], &hello()] {
        let stage = Stage::set().await;
        stage.zygote.say(what, &[]);
        stage.check_ended("it spoke on its control socket").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_word_that_is_none() {
    let violation = frame::encode(&ToGateway::Violation { call: 41 });
    for word in [vec![0xff; 16], vec![0], vec![7; 100_000], violation] {
        let stage = Stage::set().await;
        let own = stage.zygote.id();
        stage.answer(|socket| say_as(own, &socket, &word)).await;
        stage.check_ended("a process did not say hello").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_word_that_does_not_come() {
    let stage = Stage::set().await;
    let mut kept = None;
    stage.answer(|socket| kept = Some(socket)).await;
    stage.check_ended("a process did not come up").await;
    drop(kept);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_word_in_the_name_of_a_process_that_is_known() {
    let names: [fn(&Stage) -> i32; 2] =
        [|stage| stage.neighbours_zygote, |stage| stage.zygote.id()];
    for name in names {
        let stage = Stage::set().await;
        let process = name(&stage);
        stage
            .answer(|socket| say_as(process, &socket, &hello()))
            .await;
        stage.check_ended("this process is known already").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn processes_that_nobody_asked_for() {
    let stage = Stage::set().await;
    let heard = tokio::task::block_in_place(|| stage.zygote.fork(&stage.host, 200));
    stage.check_ended("it forked without being told to").await;
    drop(heard);
    // The gateway reaps what nobody holds every few seconds. The base zygote stays, and one for
    // each application; and for a moment who served the last calls.
    let end = Instant::now() + PATIENCE;
    while stage.host.processes().0.len() > 3 {
        let left = stage.host.processes();
        assert!(Instant::now() < end, "they are never gone: {left:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn descriptors_that_are_passed_to_the_gateway_are_closed() {
    let stage = Stage::set().await;
    let file = File::open("/dev/null").expect("it is there");
    let many: Vec<BorrowedFd<'_>> = (0..200).map(|_| file.as_fd()).collect();

    // On the control socket, and beside the first word.
    let before = open(&stage.host);
    stage.zygote.say(b"F", &many);
    stage.check_ended("it spoke on its control socket").await;
    let mut held = Seized::take(&stage.host, &stage.app).await;
    // Beside frames, whole and in parts.
    let line = frame::encode(&ToGateway::Log(frame::LogLine {
        level: frame::LogLevel::Info,
        message: "with descriptors".to_owned(),
        cut_from: None,
        data: None,
    }));
    let (head, rest) = line.split_at(3);
    for _ in 0..50 {
        assert!(held.pass(head, &many) && held.pass(rest, &many[..1]));
    }
    // A read ends where descriptors came, and the runtime takes a short one for the last: what is
    // behind it may wait until more comes.
    for _ in 0..100 {
        if stage.host.log_text().contains("with descriptors") {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
        assert!(held.pass(&line, &many[..1]));
    }
    stage
        .host
        .log(|line| (line["message"] == "with descriptors").then_some(()));
    drop(held);
    stage.host.settle().await;
    closed(&stage.host, before + 10).await;
}

/// Waits until the gateway has no more descriptors than that open.
async fn closed(host: &Host, most: usize) {
    for _ in 0..200 {
        if open(host) <= most {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!(
        "{} descriptors are open, and at most {most} should be",
        open(host)
    );
}
