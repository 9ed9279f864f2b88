//! Language models as a function asks them, with a host that is set to a server that speaks
//! Bedrock's Converse operation.

use ketrics_directory::AiAllowance;
use ketrics_tests::AppSpec;
use ketrics_tests::Setup;
use serde_json::Value;
use serde_json::json;
use std::io::BufRead;
use std::io::BufReader;
use std::io::Read;
use std::io::Write;
use std::net::TcpListener;
use std::net::TcpStream;

const SOURCE: &str = "
exports.chat = (params) => ketrics.AI.chat(params);
exports.refused = async (params) => {
  try { await ketrics.AI.chat(params); return 'answered'; } catch (error) {
    return { ...error.toJSON(), timestamp: undefined, is: [ketrics.AI.isError(error), error instanceof ketrics.AIError] };
  }
};
exports.models = () => ketrics.AI.Models;
";

/// Answers with what it was asked, or with an error where the first message names one.
fn converse(stream: TcpStream) {
    let mut stream = BufReader::new(stream);
    let (mut length, mut line) = (0, String::new());
    while stream.read_line(&mut line).is_ok_and(|count| count > 2) {
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap_or(0);
        }
        line.clear();
    }
    let mut body = vec![0; length];
    let _ = stream.read_exact(&mut body);
    let asked: Value = serde_json::from_slice(&body).unwrap_or_default();
    let text = asked["messages"][0]["content"][0]["text"].clone();
    let (head, answer) = match text.as_str() {
        Some(error @ ("ThrottlingException" | "ValidationException")) => (
            format!("400 Bad Request\r\nx-amzn-errortype: {error}"),
            json!({ "message": "not like this" }),
        ),
        _ => (
            "200 OK".to_owned(),
            json!({
                "output": { "message": { "role": "assistant", "content": [{ "text": text }] } },
                "stopReason": "max_tokens",
                "usage": { "inputTokens": 3, "outputTokens": 4, "totalTokens": 7 },
                "metrics": { "latencyMs": 1 },
            }),
        ),
    };
    let answer = answer.to_string();
    let _ = write!(
        stream.get_mut(),
        "HTTP/1.1 {head}\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{answer}",
        answer.len()
    );
}

fn bedrock() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            std::thread::spawn(move || converse(stream));
        }
    });
    url
}

/// A host whose models are that server's.
pub fn with_models(setup: Setup) -> Setup {
    setup
        .set("KETRICS_AI_ENGINE", "bedrock")
        .set("KETRICS_AI_ENDPOINT", &bedrock())
        .set("KETRICS_AI_ACCESS_KEY_ID", "test")
        .set("KETRICS_AI_SECRET_ACCESS_KEY", "testtest")
}

fn say(text: &str) -> Value {
    json!({ "messages": [{ "role": "user", "content": text }] })
}

#[tokio::test]
async fn a_function_asks_a_model_within_its_tenants_allowance() {
    let setup = with_models(Setup::new().await);
    let app = setup.app(AppSpec::new(SOURCE)).await;
    let (tenant, application) = (app.tenant.id, app.application.id);
    let host = setup.start();
    let refused = async |params: Value| host.call(&app, "refused", params).await.result();
    let is = json!([true, true]);
    assert_eq!(
        refused(say("hello")).await,
        json!({
            "name": "AIFeatureDisabledError", "operation": "chat", "is": is,
            "message": "AI access is not available on your current plan. Upgrade to Professional or Enterprise to use AI features.",
        })
    );
    let allow = async |tokens_per_month| {
        let allowance = AiAllowance {
            requests_per_minute: 100,
            tokens_per_month,
        };
        let set = host.directory.set_ai_allowance(tenant, Some(allowance));
        set.await.expect("an allowance");
    };
    allow(10_000).await;
    assert_eq!(
        refused(say("hello")).await,
        json!({
            "name": "AIAccessDeniedError", "operation": "chat", "model": "haiku", "is": is,
            "message": "Access denied to AI model 'haiku'. The application does not have the 'ai:InvokeModel' permission for this model.",
        })
    );
    host.directory
        .grant_platform_permission(application, "ai:InvokeModel")
        .await
        .expect("a grant");
    assert_eq!(
        host.call(&app, "chat", say("Grüße")).await.result(),
        json!({
            "content": "Grüße", "usage": { "inputTokens": 3, "outputTokens": 4 },
            "model": "haiku", "stopReason": "max_tokens",
        })
    );
    let mut other = say("x");
    other["model"] = json!("opus");
    assert_eq!(
        host.call(&app, "chat", other).await.result()["model"],
        "opus"
    );
    for (params, class) in [
        (say("ThrottlingException"), "AIRateLimitError"),
        (say("ValidationException"), "AIInvalidRequestError"),
        (say(" "), "AIInvalidRequestError"),
        (json!(null), "AIInvalidRequestError"),
        (json!({ "messages": "x" }), "AIInvalidRequestError"),
        (
            json!({ "messages": [{ "role": "system", "content": "x" }] }),
            "AIInvalidRequestError",
        ),
        (
            json!({ "messages": [{ "role": "user", "content": 7 }] }),
            "AIInvalidRequestError",
        ),
        (
            json!({ "messages": [], "maxTokens": "many" }),
            "AIInvalidRequestError",
        ),
    ] {
        assert_eq!(refused(params.clone()).await["name"], class, "{params}");
    }
    allow(14).await;
    assert_eq!(
        refused(say("hello")).await,
        json!({
            "name": "AIQuotaExceededError", "operation": "chat", "limit": 14, "remaining": 0, "is": is,
            "message": "Monthly AI token quota exceeded. Limit: 14 tokens. Remaining: 0 tokens.",
        })
    );
    assert_eq!(
        host.call(&app, "models", json!(null)).await.result(),
        json!({ "HAIKU": "haiku", "SONNET": "sonnet", "SONNET_4_5": "sonnet-4.5", "OPUS": "opus" })
    );
}
