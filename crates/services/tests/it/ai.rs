//! `ketrics.AI` on a server that speaks Bedrock's wire format.

use crate::bedrock::Asked;
use crate::bedrock::bedrock;
use crate::servers::access;
use crate::world::Engines;
use crate::world::World;
use crate::world::told;
use crate::world::world_on;
use ketrics_directory::AiAllowance;
use ketrics_protocol::AiCall;
use ketrics_protocol::AiReply;
use ketrics_protocol::ChatMessage;
use ketrics_protocol::ChatRole;
use ketrics_protocol::ServiceCall;
use ketrics_protocol::ServiceError;
use ketrics_protocol::ServiceReply;
use ketrics_services::AiEngine;
use ketrics_services::BedrockConfig;
use ketrics_services::EgressPolicy;
use serde_json::json;

const ALLOWANCE: AiAllowance = AiAllowance {
    requests_per_minute: 1_000,
    tokens_per_month: 1_000_000,
};

/// A world with models, of which the first tenant has an allowance and its application may ask
/// every one.
async fn with_models(allowance: AiAllowance) -> (World, Asked) {
    let (url, asked) = bedrock().await;
    let engines = Engines {
        ai: AiEngine::Bedrock(BedrockConfig {
            models: vec![("house".to_owned(), "our.model-1".to_owned())],
            allowance: None,
            access: access(&url),
        }),
        ..Engines::default()
    };
    let world = world_on(engines, EgressPolicy::default()).await;
    allow(&world, Some(allowance)).await;
    permit(&world, "ai:InvokeModel").await;
    (world, asked)
}

async fn allow(world: &World, allowance: Option<AiAllowance>) {
    world
        .directory
        .set_ai_allowance(world.acme.id, allowance)
        .await
        .unwrap();
}

async fn permit(world: &World, permission: &str) {
    world
        .directory
        .grant_platform_permission(world.orders.id, permission)
        .await
        .unwrap();
}

fn message(role: ChatRole, content: &str) -> ChatMessage {
    ChatMessage {
        role,
        content: content.to_owned(),
    }
}

fn say(text: &str) -> AiCall {
    AiCall::Chat {
        model: None,
        messages: vec![message(ChatRole::User, text)],
        max_tokens: None,
        temperature: None,
        system_prompt: None,
    }
}

fn of_model(alias: &str) -> AiCall {
    let AiCall::Chat { messages, .. } = say("hello");
    AiCall::Chat {
        model: Some(alias.to_owned()),
        messages,
        max_tokens: None,
        temperature: None,
        system_prompt: None,
    }
}

async fn chat(world: &World, call: AiCall) -> Result<AiReply, ServiceError> {
    let invocation = world.invocation();
    match world.call(&invocation, ServiceCall::Ai(call)).await? {
        ServiceReply::Ai(reply) => Ok(reply),
        other => panic!("{other:?}"),
    }
}

async fn refused(world: &World, call: AiCall) -> (String, Vec<String>) {
    let error = chat(world, call).await.unwrap_err();
    let (class, arguments) = told(&error);
    (class.to_owned(), arguments)
}

#[tokio::test]
async fn a_model_is_asked_what_the_application_says_and_its_answer_is_counted() {
    let (world, asked) = with_models(ALLOWANCE).await;
    let call = AiCall::Chat {
        model: Some("sonnet-4.5".to_owned()),
        messages: vec![
            message(ChatRole::User, "Grüße"),
            message(ChatRole::Assistant, "Hallo"),
            message(ChatRole::User, "Und?"),
        ],
        max_tokens: Some(4_096.0),
        temperature: Some(0.0),
        system_prompt: Some("Be brief".to_owned()),
    };
    let AiReply::Chat {
        content,
        input_tokens,
        output_tokens,
        model,
        stop_reason,
    } = chat(&world, call).await.unwrap();
    assert_eq!(content, "You said: Grüße");
    assert_eq!((input_tokens, output_tokens), (11.0, 7.0));
    assert_eq!(
        (model.as_str(), stop_reason.as_str()),
        ("sonnet-4.5", "end_turn")
    );
    let asked = asked.lock().unwrap().pop().unwrap();
    assert_eq!(asked.0, "global.anthropic.claude-sonnet-4-5-20250929-v1:0");
    let text = |text: &str| json!([{ "text": text }]);
    assert_eq!(
        asked.1,
        json!({
            "messages": [
                { "role": "user", "content": text("Grüße") },
                { "role": "assistant", "content": text("Hallo") },
                { "role": "user", "content": text("Und?") },
            ],
            "system": text("Be brief"),
            "inferenceConfig": { "maxTokens": 4096, "temperature": 0.0 },
        })
    );
    assert_eq!(world.directory.ai_tokens(world.acme.id).await.unwrap(), 18);
}

#[tokio::test]
async fn an_alias_stands_for_the_model_that_the_host_names() {
    let (world, asked) = with_models(ALLOWANCE).await;
    chat(&world, say("hello")).await.unwrap();
    chat(&world, of_model("house")).await.unwrap();
    let asked = asked.lock().unwrap().clone();
    assert_eq!(
        asked[0].0,
        "global.anthropic.claude-haiku-4-5-20251001-v1:0"
    );
    assert_eq!(asked[0].1["inferenceConfig"]["maxTokens"], 1024);
    let temperature = asked[0].1["inferenceConfig"]["temperature"].as_f64();
    assert!((temperature.unwrap() - 0.7).abs() < 1e-6);
    assert_eq!(asked[1].0, "our.model-1");
    let (class, arguments) = refused(&world, of_model("gpt")).await;
    assert_eq!(class, "AIInvalidRequestError");
    assert_eq!(
        arguments,
        ["model must be one of haiku, house, opus, sonnet, sonnet-4.5, not 'gpt'"]
    );
}

#[tokio::test]
async fn a_tenant_without_an_allowance_and_a_host_without_models_have_no_ai() {
    let (world, asked) = with_models(ALLOWANCE).await;
    allow(&world, None).await;
    assert_eq!(
        refused(&world, say("hello")).await.0,
        "AIFeatureDisabledError"
    );
    let call = ServiceCall::Ai(say("hello"));
    let stranger = world.call(&world.of_stranger(), call).await.unwrap_err();
    assert_eq!(stranger.class, "AIFeatureDisabledError");
    assert!(asked.lock().unwrap().is_empty());
    let world = crate::world::world().await;
    allow(&world, Some(ALLOWANCE)).await;
    permit(&world, "ai:InvokeModel").await;
    assert_eq!(
        refused(&world, say("hello")).await.0,
        "AIFeatureDisabledError"
    );
}

#[tokio::test]
async fn an_application_asks_only_models_that_it_was_given_and_a_tenant_may_have_the_hosts_allowance()
 {
    let (url, _) = bedrock().await;
    let engines = Engines {
        ai: AiEngine::Bedrock(BedrockConfig {
            models: Vec::new(),
            allowance: Some(ALLOWANCE),
            access: access(&url),
        }),
        ..Engines::default()
    };
    let world = world_on(engines, EgressPolicy::default()).await;
    let denied = |alias: &str| ("AIAccessDeniedError".to_owned(), vec![alias.to_owned()]);
    assert_eq!(refused(&world, say("hello")).await, denied("haiku"));
    permit(&world, "ai:InvokeModel:opus").await;
    assert!(chat(&world, of_model("opus")).await.is_ok());
    assert_eq!(refused(&world, of_model("sonnet")).await, denied("sonnet"));
    // The host's allowance counts for a tenant without one, and not for one that has nothing.
    let nothing = AiAllowance {
        requests_per_minute: 0,
        ..ALLOWANCE
    };
    allow(&world, Some(nothing)).await;
    let off = refused(&world, of_model("opus")).await;
    assert_eq!(off.0, "AIFeatureDisabledError");
}

#[tokio::test]
async fn requests_over_the_minutes_limit_are_told_when_to_try_again() {
    let (world, asked) = with_models(AiAllowance {
        requests_per_minute: 2,
        ..ALLOWANCE
    })
    .await;
    // Of five, at least one is over, also when a new minute begins between them.
    let mut over = Vec::new();
    for _ in 0..5 {
        if let Err(error) = chat(&world, say("hello")).await {
            over.push(error);
        }
    }
    assert!(!over.is_empty());
    assert_eq!(asked.lock().unwrap().len() + over.len(), 5);
    let (class, arguments) = told(&over[0]);
    assert_eq!(class, "AIRateLimitError");
    let seconds: u32 = arguments[1].parse().unwrap();
    assert!((1..=60).contains(&seconds), "{arguments:?}");
}

#[tokio::test]
async fn the_months_tokens_are_never_exceeded_not_even_by_requests_at_once() {
    let (world, asked) = with_models(AiAllowance {
        tokens_per_month: 3_000,
        ..ALLOWANCE
    })
    .await;
    let call = || AiCall::Chat {
        model: None,
        messages: vec![message(ChatRole::User, "hello")],
        max_tokens: Some(2_000.0),
        temperature: None,
        system_prompt: None,
    };
    // Each sets 2,000 of 3,000 tokens aside while it runs.
    let results = futures_util::future::join_all((0..8).map(|_| chat(&world, call()))).await;
    let answered = results.iter().filter(|result| result.is_ok()).count();
    assert!(answered >= 1);
    assert_eq!(asked.lock().unwrap().len(), answered);
    for error in results.into_iter().filter_map(Result::err) {
        let (class, arguments) = told(&error);
        assert_eq!(class, "AIQuotaExceededError");
        assert_eq!(arguments[0], "3000");
    }
    let used = world.directory.ai_tokens(world.acme.id).await.unwrap();
    assert_eq!(used, 18 * answered as u64);
    allow(
        &world,
        Some(AiAllowance {
            tokens_per_month: used + 100,
            ..ALLOWANCE
        }),
    )
    .await;
    let (class, arguments) = refused(&world, say("hello")).await;
    assert_eq!(class, "AIQuotaExceededError");
    assert_eq!(arguments, [(used + 100).to_string(), "100".to_owned()]);
}

#[tokio::test]
async fn a_failed_request_costs_no_tokens_and_is_told_by_its_class() {
    let (world, _) = with_models(ALLOWANCE).await;
    let arn = "fail 400 ValidationException arn:aws:bedrock:eu-west-1:123456789012:x is wrong";
    for (text, class, tells) in [
        (
            "fail 429 ThrottlingException slow",
            "AIRateLimitError",
            "Try again later",
        ),
        (
            "fail 400 ValidationException too many images",
            "AIInvalidRequestError",
            "too many images",
        ),
        (arn, "AIModelError", "reference"),
        (
            "fail 424 ModelErrorException inner",
            "AIModelError",
            "the model failed while it answered",
        ),
        (
            "fail 408 ModelTimeoutException slow",
            "AIModelError",
            "took too long",
        ),
        (
            "fail 403 AccessDeniedException arn:aws:iam::123456789012:user/x may not",
            "AIModelError",
            "reference",
        ),
        (
            "fail 404 ResourceNotFoundException gone",
            "AIModelError",
            "reference",
        ),
    ] {
        let (told, arguments) = refused(&world, say(text)).await;
        assert_eq!(told, class, "{text}");
        let arguments = arguments.join(" ");
        assert!(arguments.contains(tells), "{text}: {arguments}");
        assert!(!arguments.contains("123456789012"), "{text}: {arguments}");
    }
    assert_eq!(world.directory.ai_tokens(world.acme.id).await.unwrap(), 0);
}

#[tokio::test]
async fn a_request_that_no_model_takes_is_refused_before_it_is_asked() {
    let (world, asked) = with_models(ALLOWANCE).await;
    let with = |messages: Vec<ChatMessage>, max: f64, temperature: f64| AiCall::Chat {
        model: None,
        messages,
        max_tokens: Some(max),
        temperature: Some(temperature),
        system_prompt: None,
    };
    let user = || message(ChatRole::User, "hello");
    let assistant = || message(ChatRole::Assistant, "hello");
    for (call, tells) in [
        (with(vec![], 1.0, 0.0), "1 to 1000 messages, not 0"),
        (with(vec![assistant()], 1.0, 0.0), "messages[0] does not"),
        (with(vec![user(), user()], 1.0, 0.0), "messages[1] does not"),
        (
            with(vec![message(ChatRole::User, " \n")], 1.0, 0.0),
            "messages[0].content is blank",
        ),
        (with(vec![user()], 0.0, 0.0), "1 to 4096, not 0"),
        (with(vec![user()], 4_097.0, 0.0), "1 to 4096, not 4097"),
        (with(vec![user()], 1.5, 0.0), "a whole number"),
        (with(vec![user()], f64::NAN, 0.0), "1 to 4096, not NaN"),
        (with(vec![user()], 1.0, 1.1), "0 to 1, not 1.1"),
        (with(vec![user()], 1.0, f64::NAN), "0 to 1, not NaN"),
        (
            with(
                vec![message(ChatRole::User, &"x".repeat(1_048_577))],
                1.0,
                0.0,
            ),
            "at most 1048576",
        ),
    ] {
        let (class, arguments) = refused(&world, call).await;
        assert_eq!(class, "AIInvalidRequestError");
        assert!(arguments[0].contains(tells), "{}", arguments[0]);
    }
    assert!(asked.lock().unwrap().is_empty());
}
