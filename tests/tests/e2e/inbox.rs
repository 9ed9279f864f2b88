//! Messages from a function into inboxes, and the inbox as a front end reads it.

use ketrics_directory::UserId;
use ketrics_directory::UserStatus;
use ketrics_tests::Answer;
use ketrics_tests::App;
use ketrics_tests::AppSpec;
use ketrics_tests::Host;
use ketrics_tests::Setup;
use ketrics_tests::Terminal;
use ketrics_tests::Token;
use serde_json::Value;
use serde_json::json;

const SENDER: &str = "
exports.send = (message) => ketrics.Messages.send(message);
exports.bulk = (message) => ketrics.Messages.sendBulk(message);
exports.group = (message) => ketrics.Messages.sendToGroup(message);
exports.refused = async ({ how, message }) => {
  try { await ketrics.Messages[how](message); return 'sent'; } catch (error) {
    return [error.name, error.code, error.message, ketrics.Messages.isError(error), error.missingPermissions];
  }
};
";

async fn get(host: &Host, app: &App, query: &str) -> Answer {
    let path = format!("{}/tenants/acme/messages{query}", host.url);
    host.send(host.client().get(path).bearer_auth(&app.token))
        .await
}

async fn read(host: &Host, app: &App, id: &str) -> u16 {
    let path = format!("/tenants/acme/messages/{id}/read");
    host.send(host.post(&path).bearer_auth(&app.token))
        .await
        .status
}

fn message(user: &str, subject: &str) -> Value {
    json!({ "userId": user, "type": "T", "subject": subject, "body": "**text**" })
}

fn subjects(page: &Answer) -> Vec<&str> {
    let messages = page.body["messages"].as_array().expect("messages");
    messages
        .iter()
        .filter_map(|message| message["subject"].as_str())
        .collect()
}

#[tokio::test]
async fn a_user_reads_the_own_inbox_page_by_page_and_marks_messages_as_read() {
    let (host, app) = Setup::serve(SENDER).await;
    let user = app.user.id.to_string();
    for number in 0..5 {
        let mut message = message(&user, &format!("number {number}"));
        if number == 4 {
            message["priority"] = json!("HIGH");
            message["actionUrl"] = json!("/orders/7");
            message["data"] = json!({ "order": 7 });
            message["expiresAt"] = json!("2099-01-01T00:00:00Z");
        }
        let sent = host.call(&app, "send", message).await.result();
        assert_eq!(sent["status"], "sent");
    }
    let first = get(&host, &app, "?limit=3").await;
    assert_eq!(first.status, 200);
    assert_eq!(subjects(&first), ["number 4", "number 3", "number 2"]);
    assert_eq!(first.body["unread"], 5);
    let newest = &first.body["messages"][0];
    assert_eq!(newest["type"], "T");
    assert_eq!(newest["priority"], "HIGH");
    assert_eq!(newest["actionUrl"], "/orders/7");
    assert_eq!(newest["data"], json!({ "order": 7 }));
    assert_eq!(newest["expiresAt"], "2099-01-01T00:00:00.000Z");
    assert_eq!(newest["applicationCode"], "app");
    assert_eq!(newest["readAt"], Value::Null);
    let cursor = first.body["cursor"].as_str().expect("more");
    let second = get(&host, &app, &format!("?limit=3&cursor={cursor}")).await;
    assert_eq!(subjects(&second), ["number 1", "number 0"]);
    assert_eq!(second.body["cursor"], Value::Null);

    let id = newest["messageId"].as_str().expect("an id");
    assert_eq!(read(&host, &app, id).await, 200);
    let unread = get(&host, &app, "?unread=true").await;
    assert_eq!(unread.body["unread"], 4);
    assert_eq!(
        subjects(&unread),
        ["number 3", "number 2", "number 1", "number 0"]
    );
    let read_at = |page: Answer| page.body["messages"][0]["readAt"].clone();
    let at = read_at(get(&host, &app, "").await);
    assert!(at.is_string());
    assert_eq!(read(&host, &app, id).await, 200);
    assert_eq!(read_at(get(&host, &app, "").await), at);
}

#[tokio::test]
async fn an_inbox_is_only_for_its_user() {
    let setup = Setup::new().await;
    let app = setup.app(AppSpec::new(SENDER)).await;
    let rival = setup
        .app(AppSpec {
            tenant: "rival",
            ..AppSpec::new(SENDER)
        })
        .await;
    let directory = &setup.directory;
    let eve = directory
        .ensure_user(app.tenant.id, "eve@acme.example", "Eve", "X")
        .await
        .expect("a user");
    let account = directory
        .ensure_service_account(app.tenant.id, "robot", "Robot")
        .await
        .expect("an account");
    let host = setup.start();
    let user = app.user.id.to_string();
    let sent = host.call(&app, "send", message(&user, "private")).await;
    let id = sent.result()["messageId"]
        .as_str()
        .expect("an id")
        .to_owned();
    let with = |token: String| App {
        token,
        ..app.clone()
    };
    let as_eve = with(host.sign(&Token::user(&app.tenant.id, &eve.id)));
    assert_eq!(get(&host, &as_eve, "").await.body["messages"], json!([]));
    assert_eq!(read(&host, &as_eve, &id).await, 404);
    assert_eq!(read(&host, &app, "nonsense").await, 404);
    for (token, status) in [
        (rival.token.clone(), 401),
        ("nonsense".to_owned(), 401),
        (
            host.sign(&Token {
                kind: "SERVICE_ACCOUNT",
                ..Token::user(&app.tenant.id, &account.id)
            }),
            403,
        ),
    ] {
        let someone = with(token);
        assert_eq!(get(&host, &someone, "").await.status, status);
        assert_eq!(read(&host, &someone, &id).await, status);
    }
    for query in [
        "?limit=0",
        "?limit=101",
        "?limit=x",
        "?cursor=1",
        "?who=eve",
    ] {
        let (status, code, _) = get(&host, &app, query).await.error();
        assert_eq!((status, code.as_str()), (400, "INVALID_REQUEST"), "{query}");
    }
    assert_eq!(get(&host, &app, "").await.body["unread"], 1);
}

#[tokio::test]
async fn bulk_and_group_messages_say_what_became_of_each() {
    let setup = Setup::new().await;
    let app = setup.app(AppSpec::new(SENDER)).await;
    let directory = &setup.directory;
    let group = directory
        .ensure_group(app.tenant.id, "team", "Team")
        .await
        .expect("a group");
    directory
        .add_group_member(group.id, app.user.id)
        .await
        .expect("a member");
    let host = setup.start();
    let user = app.user.id.to_string();
    let fields = json!({ "type": "T", "subject": "s", "body": "b" });
    let with = |name: &str, value: Value| {
        let mut message = fields.clone();
        message[name] = value;
        message
    };
    let bulk = with("userIds", json!([user, "nobody"]));
    let answer = host.call(&app, "bulk", bulk).await.result();
    assert_eq!(
        (&answer["total"], &answer["sent"], &answer["failed"]),
        (&json!(2), &json!(1), &json!(1))
    );
    assert_eq!(
        answer["results"][1],
        json!({
            "messageId": "", "userId": "nobody", "status": "failed", "error": "There is no such user",
        })
    );
    let refused = async |how: &str, message: Value| {
        let payload = json!({ "how": how, "message": message });
        host.call(&app, "refused", payload).await.result()
    };
    let denied = refused("sendToGroup", with("groupCode", json!("team"))).await;
    assert_eq!(denied[0], "TenantGrantPermissionDeniedError");
    assert_eq!(denied[1], "PERMISSION_DENIED");
    for permission in ["iam:GetGroupData", "iam:GetMembershipData"] {
        host.directory
            .grant_platform_permission(app.application.id, permission)
            .await
            .expect("a grant");
    }
    let sent = host
        .call(&app, "group", with("groupCode", json!("team")))
        .await
        .result();
    assert_eq!((&sent["total"], &sent["sent"]), (&json!(1), &json!(1)));
    let missing = refused("sendToGroup", with("groupCode", json!("nothing"))).await;
    assert_eq!(
        missing,
        json!([
            "GroupNotFoundError",
            "GROUP_NOT_FOUND",
            "Group not found: nothing",
            true,
            null
        ])
    );
    for (field, value) in [
        ("subject", json!("")),
        ("subject", json!("x".repeat(201))),
        ("body", json!("x".repeat(10_001))),
        ("type", json!(7)),
        ("priority", json!("URGENT")),
        ("actionUrl", json!("javascript:alert(1)")),
        ("expiresAt", json!("2001-01-01T00:00:00Z")),
        ("data", json!("text")),
    ] {
        let mut message = message(&user, "s");
        message[field] = value;
        let error = refused("send", message).await;
        assert_eq!(
            (&error[0], &error[1]),
            (&json!("MessageValidationError"), &json!("VALIDATION_ERROR")),
            "{field}"
        );
        assert!(
            error[2].as_str().expect("a message").contains(field),
            "{error}"
        );
    }
}

#[tokio::test]
async fn a_user_who_is_switched_off_reads_no_inbox_until_switched_on_again() {
    let (host, app) = Setup::serve(SENDER).await;
    let user = app.user.id.to_string();
    let sent = host
        .call(&app, "send", message(&user, "hello"))
        .await
        .result();
    let id = sent["messageId"].as_str().expect("an id").to_owned();
    let switch = async |status| {
        let (tenant, user) = (app.tenant.id, app.user.id);
        let done = host.directory.set_user_status(tenant, user, status).await;
        assert!(done.expect("an answer"));
    };
    switch(UserStatus::Inactive).await;
    let (status, code, message) = get(&host, &app, "").await.error();
    assert_eq!((status, code.as_str()), (403, "FORBIDDEN"));
    assert_eq!(message, "The user is switched off");
    assert_eq!(read(&host, &app, &id).await, 403);
    let terminal = Terminal::new(&host, &app, &app.token);
    assert!(
        terminal
            .complaint(&["inbox"])
            .contains("The user is switched off")
    );
    switch(UserStatus::Active).await;
    assert_eq!(get(&host, &app, "").await.body["unread"], 1);
    assert_eq!(read(&host, &app, &id).await, 200);
    // Nor does one who is not there at all.
    let nobody = App {
        token: host.sign(&Token::user(&app.tenant.id, &UserId::new())),
        ..app.clone()
    };
    assert_eq!(get(&host, &nobody, "").await.status, 403);
}

#[tokio::test]
async fn the_command_line_shows_the_inbox_of_the_user_whose_token_it_is() {
    let (host, app) = Setup::serve(SENDER).await;
    let user = app.user.id.to_string();
    let terminal = Terminal::new(&host, &app, &app.token);
    assert_eq!(terminal.text(&["inbox"]), "0 unread\n");
    for subject in ["first", "second"] {
        host.call(&app, "send", message(&user, subject))
            .await
            .result();
    }
    let newest = get(&host, &app, "?limit=1").await.body["messages"][0]["messageId"].clone();
    let newest = newest.as_str().expect("an id").to_owned();
    assert_eq!(read(&host, &app, &newest).await, 200);
    let text = terminal.text(&["inbox"]);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!((lines.len(), lines[0]), (5, "1 unread"), "{text}");
    assert!(lines[1].starts_with(&format!("  {newest}  ")), "{text}");
    assert!(lines[1].ends_with("  MEDIUM  app  second"), "{text}");
    assert_eq!(lines[2], "    **text**");
    assert!(
        lines[3].starts_with("* ") && lines[3].ends_with("app  first"),
        "{text}"
    );
    let unread = terminal.text(&["inbox", "--unread"]);
    assert!(
        unread.contains("first") && !unread.contains("second"),
        "{unread}"
    );
    assert_eq!(terminal.text(&["inbox", "--limit", "1"]).lines().count(), 3);
    let administrator = Terminal::new(&host, &app, &host.administrator());
    assert!(
        administrator
            .complaint(&["inbox"])
            .contains("UNAUTHENTICATED")
    );
}
