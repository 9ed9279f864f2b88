//! Log lines, with two handles on one database as two hosts have them.

use crate::places::Place;
use crate::places::on_both;
use ketrics_directory::Application;
use ketrics_directory::DeploymentId;
use ketrics_directory::Directory;
use ketrics_directory::JobId;
use ketrics_directory::LogFilter;
use ketrics_directory::LogLevel;
use ketrics_directory::LogLine;
use ketrics_directory::LogSource;
use ketrics_directory::Tenant;
use std::time::Duration;

on_both! {
    a_line_comes_back_as_it_was_stored,
    lines_are_found_by_application_function_level_time_text_and_request,
    pages_are_complete_and_in_the_order_of_time_while_others_write,
    a_question_that_finds_nothing_goes_on_where_it_stopped,
    who_follows_misses_nothing_of_hosts_that_write_at_once,
    a_tenants_lines_are_seen_by_no_other,
    old_lines_go_in_batches_and_young_ones_stay,
    a_chore_is_one_hosts_until_its_time_is_over,
}

struct World {
    one: Directory,
    two: Directory,
    acme: (Tenant, Application),
    _place: Place,
}

async fn world(place: Place) -> World {
    let (one, two) = (place.open().await, place.open().await);
    let acme = application(&one, "acme", "app").await;
    World {
        one,
        two,
        acme,
        _place: place,
    }
}

async fn application(directory: &Directory, tenant: &str, code: &str) -> (Tenant, Application) {
    let tenant = directory.ensure_tenant(tenant, tenant).await.unwrap();
    let application = directory.ensure_application(tenant.id, code, code).await;
    (tenant, application.unwrap())
}

fn line((tenant, application): &(Tenant, Application), time: i64, message: &str) -> LogLine {
    LogLine {
        tenant_id: tenant.id,
        application_id: application.id,
        deployment_id: DeploymentId::new(),
        function: None,
        invocation_id: None,
        job_id: None,
        requestor_id: None,
        source: LogSource::Application,
        level: LogLevel::Info,
        time,
        message: message.to_owned(),
        data: None,
    }
}

/// The messages that a filter lets through, newest first, by pages of two.
async fn messages(directory: &Directory, tenant: &Tenant, filter: &LogFilter) -> Vec<String> {
    let mut messages = Vec::new();
    let mut behind = None;
    loop {
        let page = directory.log_page(tenant.id, filter, behind, 2).await;
        let page = page.unwrap();
        messages.extend(page.lines.into_iter().map(|stored| stored.line.message));
        behind = page.behind;
        if behind.is_none() {
            return messages;
        }
    }
}

async fn a_line_comes_back_as_it_was_stored(place: Place) {
    let world = world(place).await;
    let full = LogLine {
        function: Some("bill".into()),
        invocation_id: Some("an invocation".into()),
        job_id: Some(JobId::new()),
        requestor_id: Some("somebody".into()),
        source: LogSource::Platform,
        level: LogLevel::Error,
        data: Some(r#"[{"order":7}]"#.into()),
        ..line(&world.acme, 1_700_000_000_123, "näh")
    };
    let empty = line(&world.acme, 1_700_000_000_124, "");
    let lines = [full.clone(), empty.clone()];
    world.one.store_log(&lines).await.unwrap();
    let all = LogFilter::all();
    let page = world.two.log_page(world.acme.0.id, &all, None, 10).await;
    let page = page.unwrap();
    let stored: Vec<LogLine> = page.lines.iter().map(|line| line.line.clone()).collect();
    assert_eq!(stored, [empty, full]);
    assert_eq!(page.lines[0].application_code, "app");
    assert_eq!((page.last, page.behind), (2, None));
    // What only one of the databases cannot hold is replaced.
    let nul = line(&world.acme, 1_700_000_000_125, "a\0b");
    world.one.store_log(&[nul]).await.unwrap();
    let messages = messages(&world.one, &world.acme.0, &all).await;
    assert_eq!(messages, ["a\u{fffd}b", "", "näh"]);
}

async fn lines_are_found_by_application_function_level_time_text_and_request(place: Place) {
    let world = world(place).await;
    let other = application(&world.one, "acme", "other").await;
    let job = JobId::new();
    let lines = [
        LogLine {
            level: LogLevel::Debug,
            function: Some("bill".into()),
            ..line(&world.acme, 10, "Order 7: 100% paid")
        },
        LogLine {
            level: LogLevel::Warn,
            invocation_id: Some("call".into()),
            ..line(&world.acme, 20, "order_8")
        },
        LogLine {
            level: LogLevel::Error,
            job_id: Some(job),
            ..line(&other, 30, "orderX8 !")
        },
    ];
    world.one.store_log(&lines).await.unwrap();
    let all = LogFilter::all;
    let text = |text: &str| LogFilter {
        text: Some(text.to_owned()),
        ..all()
    };
    let (first, second, third) = ("Order 7: 100% paid", "order_8", "orderX8 !");
    for (filter, expected) in [
        (all(), vec![third, second, first]),
        (
            LogFilter {
                application: Some(world.acme.1.id),
                ..all()
            },
            vec![second, first],
        ),
        (
            LogFilter {
                function: Some("bill".into()),
                ..all()
            },
            vec![first],
        ),
        (
            LogFilter {
                level: LogLevel::Warn,
                ..all()
            },
            vec![third, second],
        ),
        (
            LogFilter {
                since: Some(20),
                ..all()
            },
            vec![third, second],
        ),
        (
            LogFilter {
                until: Some(20),
                ..all()
            },
            vec![first],
        ),
        (
            LogFilter {
                since: Some(11),
                until: Some(30),
                ..all()
            },
            vec![second],
        ),
        (text("ORDER"), vec![third, second, first]),
        (text("r_8"), vec![second]),
        (text("0%"), vec![first]),
        (text("!"), vec![third]),
        (text("nowhere"), vec![]),
        (
            LogFilter {
                request: Some("call".into()),
                ..all()
            },
            vec![second],
        ),
        (
            LogFilter {
                request: Some(job.to_string()),
                ..all()
            },
            vec![third],
        ),
    ] {
        let found = messages(&world.one, &world.acme.0, &filter).await;
        assert_eq!(found, expected, "{filter:?}");
        let news = world.one.log_news(world.acme.0.id, &filter, 0, 10).await;
        let news: Vec<String> = news
            .unwrap()
            .lines
            .into_iter()
            .rev()
            .map(|stored| stored.line.message)
            .collect();
        assert_eq!(news, expected, "news: {filter:?}");
    }
}

async fn pages_are_complete_and_in_the_order_of_time_while_others_write(place: Place) {
    let world = world(place).await;
    // Out of order, as hosts store them, and several in one millisecond.
    for time in [5, 3, 4, 3, 1, 3, 2] {
        let line = line(&world.acme, time, &time.to_string());
        world.one.store_log(&[line]).await.unwrap();
    }
    let all = LogFilter::all();
    let mut seen = Vec::new();
    let mut behind = None;
    let mut last = None;
    loop {
        let page = world.two.log_page(world.acme.0.id, &all, behind, 2).await;
        let page = page.unwrap();
        last = last.or(Some(page.last));
        seen.extend(page.lines.iter().map(|line| (line.line.time, line.number)));
        behind = page.behind;
        if behind.is_none() {
            break;
        }
        // Newer than all, and seen by who follows.
        let newer = line(&world.acme, 9, "newer");
        world.one.store_log(&[newer]).await.unwrap();
    }
    assert_eq!(
        seen,
        [(5, 1), (4, 3), (3, 6), (3, 4), (3, 2), (2, 7), (1, 5)]
    );
    let news = world.two.log_news(world.acme.0.id, &all, last.unwrap(), 10);
    let news = news.await.unwrap();
    assert_eq!(news.lines.len(), 3);
    assert_eq!(news.last, 10);
}

async fn a_question_that_finds_nothing_goes_on_where_it_stopped(place: Place) {
    let world = world(place).await;
    let lines: Vec<LogLine> = (0..20_500)
        .map(|time| line(&world.acme, time, if time == 7 { "needle" } else { "hay" }))
        .collect();
    for lines in lines.chunks(2_500) {
        world.one.store_log(lines).await.unwrap();
    }
    let filter = LogFilter {
        text: Some("needle".into()),
        ..LogFilter::all()
    };
    let tenant = world.acme.0.id;
    let first = world.one.log_page(tenant, &filter, None, 10).await.unwrap();
    assert!(first.lines.is_empty());
    let behind = first.behind.expect("there is more to look through");
    assert_eq!(behind.time, 500);
    let second = world.one.log_page(tenant, &filter, Some(behind), 10).await;
    let second = second.unwrap();
    assert_eq!((second.lines.len(), second.behind), (1, None));
    // The same for news, from the other end.
    let first = world.one.log_news(tenant, &filter, 8, 10).await.unwrap();
    assert_eq!((first.lines.len(), first.last), (0, 20_008));
    let second = world.one.log_news(tenant, &filter, first.last, 10).await;
    assert_eq!(second.unwrap().last, 20_500);
}

async fn who_follows_misses_nothing_of_hosts_that_write_at_once(place: Place) {
    let world = world(place).await;
    let tenant = world.acme.0.id;
    let mut writers = Vec::new();
    for (name, host) in [("one", &world.one), ("two", &world.two)] {
        let (host, acme) = (host.clone(), world.acme.clone());
        writers.push(tokio::spawn(async move {
            for batch in 0..20_i64 {
                let lines: Vec<LogLine> = (0..7)
                    .map(|number| line(&acme, batch * 7 + number, name))
                    .collect();
                host.store_log(&lines).await.unwrap();
            }
        }));
    }
    let mut seen = Vec::new();
    let mut after = 0;
    while seen.len() < 280 {
        let news = world
            .two
            .log_news(tenant, &LogFilter::all(), after, 50)
            .await;
        let news = news.unwrap();
        assert!(news.last >= after);
        after = news.last;
        seen.extend(news.lines.iter().map(|line| line.number));
    }
    for writer in writers {
        writer.await.unwrap();
    }
    assert_eq!(seen, (1..=280).collect::<Vec<i64>>());
}

async fn a_tenants_lines_are_seen_by_no_other(place: Place) {
    let world = world(place).await;
    let rival = application(&world.one, "rival", "app").await;
    let lines = [line(&world.acme, 1, "ours"), line(&rival, 2, "theirs")];
    world.one.store_log(&lines).await.unwrap();
    let all = LogFilter::all();
    assert_eq!(messages(&world.one, &world.acme.0, &all).await, ["ours"]);
    assert_eq!(messages(&world.one, &rival.0, &all).await, ["theirs"]);
    let filter = LogFilter {
        application: Some(world.acme.1.id),
        ..all
    };
    assert!(messages(&world.one, &rival.0, &filter).await.is_empty());
    let news = world.one.log_news(rival.0.id, &filter, 0, 10).await;
    assert!(news.unwrap().lines.is_empty());
}

async fn old_lines_go_in_batches_and_young_ones_stay(place: Place) {
    let world = world(place).await;
    let rival = application(&world.one, "rival", "app").await;
    let mut lines: Vec<LogLine> = (0..10).map(|time| line(&world.acme, time, "old")).collect();
    lines.push(line(&rival, 5, "old, too"));
    lines.push(line(&world.acme, 100, "young"));
    world.one.store_log(&lines).await.unwrap();
    // Four of each tenant at once.
    for gone in [5, 4, 2, 0] {
        assert_eq!(world.two.forget_log(99, 4).await.unwrap(), gone);
    }
    let all = LogFilter::all();
    assert_eq!(messages(&world.one, &world.acme.0, &all).await, ["young"]);
    assert!(messages(&world.one, &rival.0, &all).await.is_empty());
    // Numbers are not given twice.
    let line = line(&world.acme, 101, "next");
    world.one.store_log(&[line]).await.unwrap();
    let page = world.one.log_page(world.acme.0.id, &all, None, 1).await;
    assert_eq!(page.unwrap().lines[0].number, 12);
}

async fn a_chore_is_one_hosts_until_its_time_is_over(place: Place) {
    let world = world(place).await;
    let minute = Duration::from_secs(60);
    assert!(world.one.take_chore("sweep", minute).await.unwrap());
    assert!(!world.two.take_chore("sweep", minute).await.unwrap());
    assert!(world.two.take_chore("other", Duration::ZERO).await.unwrap());
    assert!(world.one.take_chore("other", minute).await.unwrap());
}
