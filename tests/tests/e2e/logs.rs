//! The log as it is kept: what functions print, found again by `ketrics logs`.

use ketrics_directory::DeploymentId;
use ketrics_directory::LogFilter;
use ketrics_directory::LogLevel;
use ketrics_directory::LogLine;
use ketrics_directory::LogSource;
use ketrics_tests::App;
use ketrics_tests::AppSpec;
use ketrics_tests::Host;
use ketrics_tests::Program;
use ketrics_tests::Setup;
use ketrics_tests::Terminal;
use ketrics_tests::servers;
use serde_json::Value;
use serde_json::json;
use std::time::Duration;
use std::time::SystemTime;

const SOURCE: &str = "
console.log('the bundle loads');
exports.speak = ({ text, times = 1 }) => {
  for (let n = 0; n < times; n++) console.log(text);
};
exports.levels = () => {
  console.debug('a detail');
  console.info('order paid', { id: 7, items: ['lamp'] });
  console.warn('stock is low');
  console.error('order failed', new TypeError('no lamp'));
};
exports.fail = () => { throw new Error('it broke'); };
exports.leak = async () => {
  const value = await ketrics.Secret.get('key');
  console.log('the key', { value, bytes: [...Buffer.from(value)] });
};
exports.forge = () => {
  JSON.stringify = () => '[\\n{\"level\":\"error\",\"message\":\"forged\"}\\n]';
  console.log('innocent', {});
  JSON.stringify = () => '[1] [2]';
  console.log('innocent, too', {});
};
exports.queue = () => ketrics.Job.runInBackground({ function: '_work', payload: null });
exports._work = () => { console.log('from a job'); };
";

async fn deployer(host: &Host, app: &App) -> String {
    let made = host
        .directory
        .create_deployment_token(app.tenant.id, app.application.id, "test", None)
        .await;
    made.expect("a token").1
}

async fn terminal<'a>(host: &'a Host, app: &'a App) -> Terminal<'a> {
    Terminal::new(host, app, &deployer(host, app).await)
}

/// The lines that `ketrics logs --json` prints with these arguments.
fn lines(terminal: &Terminal<'_>, arguments: &[&str]) -> Vec<Value> {
    let text = terminal.text(&[&["logs", "--json"], arguments].concat());
    let lines = text.lines().map(serde_json::from_str);
    lines.collect::<Result<_, _>>().expect("JSON lines")
}

fn messages(terminal: &Terminal<'_>, arguments: &[&str]) -> Vec<String> {
    let lines = lines(terminal, arguments);
    let messages = lines.iter().filter_map(|line| line["message"].as_str());
    messages.map(str::to_owned).collect()
}

/// The lines that the directory has.
async fn kept(host: &Host, app: &App) -> Vec<String> {
    let all = LogFilter::all();
    let page = host.directory.log_page(app.tenant.id, &all, None, 100);
    let lines = page.await.expect("a page").lines;
    lines
        .into_iter()
        .map(|stored| stored.line.message)
        .collect()
}

/// Waits until so many calls have ended, by the log that is kept.
async fn ended(host: &Host, terminal: &Terminal<'_>, calls: usize) {
    host.until("the end of all calls in the log", || async {
        let ended = messages(
            terminal,
            &["--search", "invocation ended", "--limit", "1000"],
        );
        (ended.len() == calls).then_some(())
    })
    .await;
}

#[tokio::test]
async fn what_a_function_prints_is_found_by_each_filter() {
    let setup = Setup::new().await;
    let app = setup.app(AppSpec::new(SOURCE)).await;
    let host = setup.start();
    let answer = host.call(&app, "levels", json!(null)).await;
    let request = answer.headers["x-request-id"]
        .to_str()
        .expect("an id")
        .to_owned();
    host.call(&app, "speak", json!({ "text": "100% sure_thing" }))
        .await
        .result();
    assert_eq!(host.call(&app, "fail", json!(null)).await.status, 422);
    let terminal = terminal(&host, &app).await;
    ended(&host, &terminal, 3).await;
    host.until("the stack of the error", || async {
        (messages(&terminal, &["--level", "error"]).len() == 2).then_some(())
    })
    .await;

    // In the order of time, with everything that a line can be found by.
    let all = lines(&terminal, &["--function", "levels"]);
    let told: Vec<_> = all
        .iter()
        .map(|line| (&line["level"], &line["message"]))
        .collect();
    assert_eq!(told[0], (&json!("debug"), &json!("a detail")));
    assert_eq!(
        told[1],
        (
            &json!("info"),
            &json!("order paid { id: 7, items: [ 'lamp' ] }")
        )
    );
    assert_eq!(told[2], (&json!("warn"), &json!("stock is low")));
    assert_eq!(told[3].0, "error");
    assert_eq!(all[1]["data"], json!([{ "id": 7, "items": ["lamp"] }]));
    assert_eq!(
        all[3]["data"],
        json!([{ "name": "TypeError", "message": "no lamp" }])
    );
    assert!(all[0].get("data").is_none());
    let receipt = &all[4]["receipt"];
    assert!(receipt["wallMs"].as_f64().is_some(), "{receipt}");
    for line in &all {
        assert_eq!(line["requestId"], json!(request));
        assert_eq!(line["application"], "app");
        assert_eq!(line["applicationId"], json!(app.application.id.to_string()));
        assert_eq!(line["tenantId"], json!(app.tenant.id.to_string()));
        assert_eq!(line["requestorId"], json!(app.user.id.to_string()));
        assert!(line["timestamp"].is_string() && line["deploymentId"].is_string());
    }
    // The same line on standard output, with the tenant's code besides.
    let printed = host.log(|line| (line["message"] == "stock is low").then(|| line.clone()));
    assert_eq!(printed["tenant"], "acme");
    for (name, value) in all[2].as_object().expect("an object") {
        assert_eq!(printed[name], *value, "{name}");
    }

    assert_eq!(
        messages(&terminal, &["--function", "speak", "--level", "info"]),
        ["100% sure_thing"]
    );
    assert_eq!(
        messages(&terminal, &["--search", "0% SURE_"]),
        ["100% sure_thing"]
    );
    assert!(messages(&terminal, &["--search", "sureXthing"]).is_empty());
    assert_eq!(
        messages(&terminal, &["--search", "the bundle"]),
        ["the bundle loads"]
    );
    let errors = messages(&terminal, &["--level", "error"]);
    assert!(
        errors[1].starts_with("Error: it broke\n    at "),
        "{errors:?}"
    );
    assert_eq!(lines(&terminal, &["--request", &request]), all);
    assert_eq!(lines(&terminal, &["--limit", "2"]).len(), 2);
    let everything = lines(&terminal, &[]);
    assert_eq!(lines(&terminal, &["--since", "1h"]), everything);
    assert!(lines(&terminal, &["--until", "1h"]).is_empty());
    let first = everything[1]["timestamp"].as_str().expect("a time");
    let since = lines(&terminal, &["--since", first]);
    let until = lines(&terminal, &["--until", first]);
    assert_eq!([until, since].concat(), everything);

    // For people: the message and, of a call, what it took.
    let text = terminal.text(&["logs", "--function", "speak"]);
    assert!(text.contains(" info  speak 100% sure_thing\n"), "{text}");
    assert!(text.contains(" debug speak ended after "), "{text}");
    let output = terminal.run(&["logs", "--limit", "1"]);
    let hint = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(hint.contains("there are older lines; --limit 10"), "{hint}");
    let output = terminal.run(&["logs", "--search", "nowhere"]);
    let hint = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(hint.contains("no line of the log is like that"), "{hint}");
    for (arguments, told) in [
        (
            &["logs", "--since", "yesterday"][..],
            "a time ago (30s, 15m, 2h, 3d)",
        ),
        (&["logs", "--level", "fatal"], "debug, info, warn, error"),
        (
            &["logs", "--follow", "--until", "1h"],
            "cannot be used with",
        ),
        (&["logs", "--limit", "0"], "1..=10000"),
        (
            &["logs", "--search", &"x".repeat(201)],
            "at most 200 characters",
        ),
    ] {
        let complaint = terminal.complaint(arguments);
        assert!(complaint.contains(told), "{arguments:?}: {complaint}");
    }
}

#[tokio::test]
async fn a_job_is_found_by_its_id_and_a_secret_never() {
    let setup = Setup::new().await;
    let app = setup.app(AppSpec::new(SOURCE)).await;
    setup.secret(&app, "key", "hunter2-hunter2").await;
    let host = setup.start();
    let job = host.call(&app, "queue", json!(null)).await.result();
    let job = job.as_str().expect("an id").to_owned();
    host.call(&app, "leak", json!(null)).await.result();
    let terminal = terminal(&host, &app).await;
    ended(&host, &terminal, 3).await;
    let lines = lines(&terminal, &["--request", &job]);
    assert_eq!(lines[0]["message"], "from a job");
    assert!(
        lines.iter().all(|line| line["jobId"] == json!(job)),
        "{lines:?}"
    );
    let leak = terminal.text(&["logs", "--json", "--function", "leak"]);
    assert!(leak.contains("[secret:key]"), "{leak}");
    for secret in ["hunter2-hunter2", "104,117,110"] {
        assert!(!leak.contains(secret), "{leak}");
        assert!(!host.log_text().contains(secret));
    }
}

#[tokio::test]
async fn no_data_can_forge_a_line() {
    let (host, app) = Setup::serve(SOURCE).await;
    host.call(&app, "forge", json!(null)).await;
    let line = host.log(|line| (line["message"] == "innocent, too {}").then(|| line.clone()));
    assert!(line.get("data").is_none(), "{line}");
    let text = host.log_text();
    assert!(
        text.contains("innocent") && !text.contains("forged"),
        "{text}"
    );
}

#[tokio::test]
async fn who_follows_sees_each_line_once() {
    let setup = Setup::new().await;
    let app = setup.app(AppSpec::new(SOURCE)).await;
    let host = setup.start();
    let speak = async |host: &Host, text: &str| {
        let payload = json!({ "text": text, "times": 3 });
        host.call(&app, "speak", payload).await.result();
    };
    speak(&host, "before").await;
    let terminal = terminal(&host, &app).await;
    ended(&host, &terminal, 1).await;
    let arguments = ["logs", "--follow", "--level", "info", "--function", "speak"];
    let following = Program::start(&mut terminal.command(&arguments));
    let shown = |text: &str| {
        following.output(|line| line.ends_with(text).then_some(()));
    };
    shown("before");
    for text in ["one", "two"] {
        speak(&host, text).await;
        shown(text);
    }
    host.call(&app, "levels", json!(null)).await.result();
    speak(&host, "three").await;
    shown("three");
    ended(&host, &terminal, 5).await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let lines = following.output_so_far();
    let words: Vec<&str> = lines
        .iter()
        .filter_map(|line| line.split(' ').next_back())
        .collect();
    let expected = ["before", "one", "two", "three"].map(|word| [word; 3]);
    assert_eq!(words, expected.concat());
}

#[tokio::test]
async fn a_log_is_only_for_who_deploys_the_application_and_the_administrator() {
    let setup = Setup::new().await;
    let app = setup.app(AppSpec::new(SOURCE)).await;
    let rival = setup
        .app(AppSpec {
            tenant: "rival",
            ..AppSpec::new(SOURCE)
        })
        .await;
    setup.closed_app(&app, "neighbour", SOURCE).await;
    let host = setup.start();
    host.call(&app, "speak", json!({ "text": "ours" }))
        .await
        .result();
    host.call(&rival, "speak", json!({ "text": "theirs" }))
        .await
        .result();
    let ours = terminal(&host, &app).await;
    let theirs = terminal(&host, &rival).await;
    ended(&host, &ours, 1).await;
    ended(&host, &theirs, 1).await;
    assert_eq!(
        messages(&ours, &["--function", "speak", "--level", "info"]),
        ["ours"]
    );
    assert_eq!(
        messages(&theirs, &["--function", "speak", "--level", "info"]),
        ["theirs"]
    );

    // To another's token this application is not there, and a user's token is none for this.
    let get = async |path: String, token: &str| {
        let request = host.client().get(format!("{}{path}", host.url));
        host.send(request.bearer_auth(token)).await
    };
    let token = deployer(&host, &rival).await;
    for tenant in [app.tenant.code.clone(), app.tenant.id.to_string()] {
        for application in [app.application.code.clone(), app.application.id.to_string()] {
            let path = format!("/tenants/{tenant}/applications/{application}/logs");
            let (status, code, _) = get(path, &token).await.error();
            assert_eq!((status, code.as_str()), (404, "APPLICATION_NOT_FOUND"));
        }
    }
    let token = deployer(&host, &app).await;
    let path = "/tenants/acme/applications/neighbour/logs".to_owned();
    assert_eq!(get(path, &token).await.error().0, 404);
    let own = "/tenants/acme/applications/app/logs";
    assert_eq!(get(own.to_owned(), &app.token).await.error().0, 401);
    for token in [&token, &app.token] {
        assert_eq!(
            get("/tenants/acme/logs".to_owned(), token).await.error().0,
            401
        );
    }

    // The administrator sees a tenant whole, and no other within it.
    let all = get(
        "/tenants/acme/logs?limit=1000".to_owned(),
        &host.administrator(),
    )
    .await;
    let text = all.body.to_string();
    assert!(text.contains("ours") && !text.contains("theirs"), "{text}");
    for query in [
        "limit=0",
        "limit=1001",
        "level=fatal",
        "since=today",
        "until=1",
        "cursor=x",
        "after=x",
        "who=ana",
        "after=1&cursor=1.1",
    ] {
        let (status, code, _) = get(format!("{own}?{query}"), &token).await.error();
        assert_eq!((status, code.as_str()), (400, "INVALID_REQUEST"), "{query}");
    }
}

#[tokio::test]
async fn pages_follow_one_another_while_lines_come() {
    let (host, app) = Setup::serve(SOURCE).await;
    let payload = json!({ "text": "early", "times": 25 });
    host.call(&app, "speak", payload).await.result();
    let terminal = terminal(&host, &app).await;
    ended(&host, &terminal, 1).await;
    let token = deployer(&host, &app).await;
    let page = async |query: String| {
        let url = format!("{}/tenants/acme/applications/app/logs?{query}", host.url);
        let answer = host.send(host.client().get(url).bearer_auth(&token)).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.body
    };
    let mut seen = Vec::new();
    let mut cursor = String::new();
    let mut latest = Value::Null;
    loop {
        let body = page(format!("limit=10&search=early{cursor}")).await;
        if latest.is_null() {
            latest = body["latest"].clone();
        }
        let lines = body["lines"].as_array().expect("lines").clone();
        seen.extend(lines.iter().map(|line| line["timestamp"].to_string()));
        host.call(&app, "speak", json!({ "text": "early, too" }))
            .await
            .result();
        match body["cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(seen.len(), 25);
    assert!(seen.is_sorted_by(|one, other| one >= other), "{seen:?}");
    // What came meanwhile is what `latest` leads to.
    ended(&host, &terminal, 4).await;
    let news = page(format!("after={latest}&search=early")).await;
    assert_eq!(news["lines"].as_array().expect("lines").len(), 3);
}

#[tokio::test]
async fn old_lines_go_and_young_ones_stay() {
    let setup = Setup::new().await.set("KETRICS_LOGS_RETENTION_DAYS", "2");
    let app = setup.app(AppSpec::new(SOURCE)).await;
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let now = i64::try_from(now.expect("a time").as_millis()).expect("a time");
    let line = |hours: i64, message: &str| LogLine {
        tenant_id: app.tenant.id,
        application_id: app.application.id,
        deployment_id: DeploymentId::new(),
        function: None,
        invocation_id: None,
        job_id: None,
        requestor_id: None,
        source: LogSource::Application,
        level: LogLevel::Info,
        time: now - hours * 3_600_000,
        message: message.to_owned(),
        data: None,
    };
    let mut lines: Vec<LogLine> = (0..2_500).map(|_| line(49, "old")).collect();
    lines.push(line(47, "young"));
    setup.directory.store_log(&lines).await.expect("lines");
    let host = setup.start();
    let terminal = terminal(&host, &app).await;
    host.until("the end of old lines", || async {
        (kept(&host, &app).await.len() == 1).then_some(())
    })
    .await;
    assert_eq!(messages(&terminal, &[]), ["young"]);
}

#[tokio::test]
async fn a_host_that_ends_keeps_what_was_logged_and_one_that_keeps_nothing_says_nothing() {
    let (mut host, app) = Setup::serve(SOURCE).await;
    host.call(&app, "speak", json!({ "text": "the last words" }))
        .await
        .result();
    host.terminate();
    let lines = kept(&host, &app).await;
    assert!(lines.contains(&"the last words".to_owned()), "{lines:?}");

    let setup = Setup::new().await.set("KETRICS_LOGS_RETENTION_DAYS", "0");
    let app = setup.app(AppSpec::new(SOURCE)).await;
    let mut host = setup.start();
    host.call(&app, "speak", json!({ "text": "once" }))
        .await
        .result();
    host.log(|line| (line["message"] == "once").then_some(()));
    host.terminate();
    assert!(kept(&host, &app).await.is_empty());
}

/// PostgreSQL, whose log table is held by somebody else.
#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_slow_holds_no_call_up_and_what_it_costs_is_told() {
    let Some(setup) = Setup::on_postgres().await else {
        return;
    };
    let app = setup.app(AppSpec::new(SOURCE)).await;
    let host = setup.start();
    let long = "x".repeat(30_000);
    let speak = || host.call(&app, "speak", json!({ "text": long, "times": 100 }));
    speak().await.result();
    let terminal = terminal(&host, &app).await;
    ended(&host, &terminal, 1).await;

    let mut other = host.postgres().await;
    sqlx::raw_sql("BEGIN; LOCK TABLE log_lines IN ACCESS EXCLUSIVE MODE")
        .execute(&mut other)
        .await
        .expect("a lock");
    // 8 MB of one application wait, no more.
    for _ in 0..5 {
        assert_eq!(speak().await.status, 200);
    }
    let waiting = host
        .call(&app, "speak", json!({ "text": "while it waits" }))
        .await;
    assert_eq!(waiting.status, 200);
    let figures = host.client().get(format!("{}/metrics", host.url));
    let figures = figures
        .send()
        .await
        .expect("figures")
        .text()
        .await
        .expect("a text");
    let dropped: usize = figures
        .lines()
        .find_map(|line| {
            line.strip_prefix("ketrics_log_lines_dropped_total{destination=\"directory\"} ")
        })
        .expect("lines were dropped")
        .parse()
        .expect("a number");
    assert!((100..500).contains(&dropped), "{dropped}");
    drop(other);
    // Each of 600 long lines is kept or counted, as are the few others that came meanwhile. What
    // was dropped may be told by several lines, one with each batch.
    host.until("all lines, kept or counted", || async {
        let kept = lines(&terminal, &["--search", "xxx", "--limit", "1000"]).len();
        let told: usize = messages(&terminal, &["--search", "log lines were dropped"])
            .iter()
            .map(|told| told.split(' ').next().and_then(|n| n.parse::<usize>().ok()))
            .map(|number| number.expect("a number"))
            .sum();
        (told >= dropped && (600..=610).contains(&(kept + told))).then_some(())
    })
    .await;
}

#[tokio::test]
async fn cloudwatch_has_each_line_in_the_order_of_time() {
    let Some(endpoint) = servers::find("KETRICS_TEST_AWS") else {
        return;
    };
    let group = servers::log_group(&endpoint).await;
    let setup = Setup::new()
        .await
        .set("KETRICS_LOGS_ENGINE", "cloudwatch")
        .set("KETRICS_LOGS_GROUP", &group)
        .set("KETRICS_LOGS_STREAM", "host-1")
        .set("KETRICS_LOGS_ENDPOINT", &endpoint)
        .set("KETRICS_LOGS_ACCESS_KEY_ID", servers::KEY)
        .set("KETRICS_LOGS_SECRET_ACCESS_KEY", servers::SECRET);
    let app = setup.app(AppSpec::new(SOURCE)).await;
    let host = setup.start();
    host.call(&app, "levels", json!(null)).await.result();
    let events = host
        .until("the end of the call in CloudWatch", || async {
            let events = servers::log_events(&endpoint, &group, "host-1").await;
            let ended = events
                .iter()
                .any(|(_, line)| line["message"] == "invocation ended");
            ended.then_some(events)
        })
        .await;
    assert!(events.is_sorted_by_key(|(time, _)| *time));
    let line = events
        .iter()
        .find(|(_, line)| line["message"] == "stock is low");
    let (_, line) = line.expect("the line");
    assert_eq!(line["tenant"], "acme");
    assert_eq!(line["tenantId"], json!(app.tenant.id.to_string()));
    assert_eq!(line["application"], "app");
    assert_eq!(line["applicationId"], json!(app.application.id.to_string()));
    assert_eq!(line["function"], "levels");
    assert_eq!(line["level"], "warn");
    assert!(line["timestamp"].is_string() && line["requestId"].is_string());
}
