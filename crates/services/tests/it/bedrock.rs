//! A stub server that speaks the wire format of Bedrock's Converse operation: it answers with what
//! it was asked, and with errors where the first message asks for one.

use axum::Json;
use axum::Router;
use axum::extract::Path;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::response::Response;
use axum::routing::post;
use serde_json::Value;
use serde_json::json;
use std::sync::Arc;
use std::sync::Mutex;
use tokio::net::TcpListener;

/// What was asked: the model and the body, in order.
pub type Asked = Arc<Mutex<Vec<(String, Value)>>>;

/// Where it is, and what it is asked.
pub async fn bedrock() -> (String, Asked) {
    let asked = Asked::default();
    let router = Router::new()
        .route("/model/{model}/converse", post(converse))
        .with_state(Arc::clone(&asked));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    (url, asked)
}

async fn converse(
    State(asked): State<Asked>,
    Path(model): Path<String>,
    Json(body): Json<Value>,
) -> Response {
    asked.lock().unwrap().push((model, body.clone()));
    let text = body["messages"][0]["content"][0]["text"]
        .as_str()
        .unwrap()
        .to_owned();
    if let Some((status, error)) = text
        .strip_prefix("fail ")
        .and_then(|rest| rest.split_once(' '))
    {
        let (name, message) = error.split_once(' ').unwrap_or((error, "no"));
        return (
            StatusCode::from_bytes(status.as_bytes()).unwrap(),
            [("x-amzn-errortype", name.to_owned())],
            Json(json!({ "message": message })),
        )
            .into_response();
    }
    let most = body["inferenceConfig"]["maxTokens"].as_u64().unwrap();
    let content = json!([{ "text": "You said: " }, { "text": text }]);
    Json(json!({
        "output": { "message": { "role": "assistant", "content": content } },
        "stopReason": "end_turn",
        "usage": { "inputTokens": 11, "outputTokens": most.min(7), "totalTokens": 18 },
        "metrics": { "latencyMs": 1 }
    }))
    .into_response()
}
