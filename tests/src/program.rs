//! The binary under test, as a child process whose output is kept.

use rustix::process::Pid;
use rustix::process::Signal;
use std::env;
use std::io::BufRead;
use std::io::BufReader;
use std::io::Read;
use std::path::PathBuf;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::Condvar;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;
use std::time::Instant;

/// How long anything that must happen may take on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

/// The binary, which stands beside the folder of the test's own binary.
///
/// # Panics
/// When it was not built.
#[must_use]
pub fn ketrics() -> PathBuf {
    let test = env::current_exe().expect("a test has a path");
    let folder = test
        .parent()
        .and_then(|deps| deps.parent())
        .expect("target/release/deps");
    let program = folder.join("ketrics");
    assert!(
        program.exists(),
        "{} is not there: run the tests by `make test`",
        program.display()
    );
    program
}

/// A running program; it is killed when this is dropped.
#[derive(Debug)]
pub struct Program {
    child: Child,
    output: Arc<Lines>,
    errors: Arc<Lines>,
}

#[derive(Debug, Default)]
struct Lines {
    lines: Mutex<Vec<String>>,
    more: Condvar,
}

impl Program {
    /// Starts it.
    ///
    /// # Panics
    /// When it cannot be started.
    #[must_use]
    pub fn start(command: &mut Command) -> Self {
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().expect("the program starts");
        let output = Lines::collect(child.stdout.take().expect("a pipe"));
        let errors = Lines::collect(child.stderr.take().expect("a pipe"));
        Self {
            child,
            output,
            errors,
        }
    }

    /// Its process id.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits for a line on standard output that `wanted` takes, and gives what it makes of it.
    ///
    /// # Panics
    /// When none comes.
    pub fn output<T>(&self, wanted: impl Fn(&str) -> Option<T>) -> T {
        self.output.find(wanted).unwrap_or_else(|| self.give_up())
    }

    /// The same for standard error.
    ///
    /// # Panics
    /// When none comes.
    pub fn error<T>(&self, wanted: impl Fn(&str) -> Option<T>) -> T {
        self.errors.find(wanted).unwrap_or_else(|| self.give_up())
    }

    /// All lines on standard output up to now.
    #[must_use]
    pub fn output_so_far(&self) -> Vec<String> {
        self.output.all()
    }

    /// All lines on standard error up to now.
    #[must_use]
    pub fn errors_so_far(&self) -> Vec<String> {
        self.errors.all()
    }

    fn give_up(&self) -> ! {
        let (output, errors) = (self.output.all().join("\n"), self.errors.all().join("\n"));
        panic!("the awaited line did not come\n--- output\n{output}\n--- errors\n{errors}");
    }

    /// Asks it to end, and waits until it has.
    ///
    /// # Panics
    /// When it does not.
    pub fn terminate(&mut self) {
        let id = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw);
        rustix::process::kill_process(id.expect("an id"), Signal::TERM).expect("it can be asked");
        let deadline = Instant::now() + PATIENCE;
        while self.child.try_wait().expect("a state").is_none() {
            assert!(Instant::now() < deadline, "it does not end");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Kills it at once, as a crash of the host would.
    ///
    /// # Panics
    /// When it cannot be killed.
    pub fn kill(&mut self) {
        self.child.kill().expect("it can be killed");
        self.child.wait().expect("it ends");
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Lines {
    fn collect(from: impl Read + Send + 'static) -> Arc<Self> {
        let lines = Arc::new(Self::default());
        let collected = Arc::clone(&lines);
        std::thread::spawn(move || {
            for line in BufReader::new(from).lines().map_while(Result::ok) {
                collected
                    .lines
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .push(line);
                collected.more.notify_all();
            }
        });
        lines
    }

    fn all(&self) -> Vec<String> {
        self.lines
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn find<T>(&self, wanted: impl Fn(&str) -> Option<T>) -> Option<T> {
        let deadline = Instant::now() + PATIENCE;
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        let mut seen = 0;
        loop {
            if let Some(found) = lines[seen..].iter().find_map(|line| wanted(line)) {
                return Some(found);
            }
            seen = lines.len();
            let left = deadline.checked_duration_since(Instant::now())?;
            lines = self
                .more
                .wait_timeout(lines, left)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
    }
}
