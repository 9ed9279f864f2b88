//! Tokens of an issuer whose keys are made here, in a file and behind a real HTTP server.

use super::*;
use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::encoding::Pkcs8V1Der;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::ECDSA_P256_SHA256_FIXED_SIGNING;
use aws_lc_rs::signature::EcdsaKeyPair;
use aws_lc_rs::signature::Ed25519KeyPair;
use aws_lc_rs::signature::KeyPair;
use aws_lc_rs::signature::RsaKeyPair;
use axum::Router;
use axum::http::StatusCode;
use axum::routing::get;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::EncodingKey;
use jsonwebtoken::Header;
use ketrics_directory::Requestor;
use ketrics_directory::TenantId;
use ketrics_directory::UserId;
use serde_json::Value;
use serde_json::json;
use std::io::Write;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::SeqCst;
use tempfile::NamedTempFile;
use tokio::net::TcpListener;

const NAME: &str = "https://id.example";
const AUDIENCE: &str = "ketrics";
const SKEW: Duration = Duration::from_secs(60);

/// What PKCS #8 puts in front of the PKCS #1 key of 2,048 bits.
const PKCS8_HEADER: usize = 26;

/// A key pair of an issuer.
struct Pair {
    algorithm: Algorithm,
    sign: EncodingKey,
    jwk: Value,
}

fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

impl Pair {
    fn rsa(id: &str) -> Self {
        let key = RsaKeyPair::generate(KeySize::Rsa2048).expect("a key");
        let der: Pkcs8V1Der<'_> = key.as_der().expect("DER");
        let public = key.public_key();
        let jwk = json!({
            "kty": "RSA", "kid": id, "use": "sig", "alg": "RS256",
            "n": encode(public.modulus().big_endian_without_leading_zero()),
            "e": encode(public.exponent().big_endian_without_leading_zero()),
        });
        Self::new(
            Algorithm::RS256,
            EncodingKey::from_rsa_der(&der.as_ref()[PKCS8_HEADER..]),
            jwk,
        )
    }

    fn ec(id: &str) -> Self {
        let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
        let der = EcdsaKeyPair::generate_pkcs8(algorithm, &SystemRandom::new()).expect("a key");
        let key = EcdsaKeyPair::from_pkcs8(algorithm, der.as_ref()).expect("a key");
        let point = key.public_key().as_ref();
        let (x, y) = (encode(&point[1..33]), encode(&point[33..]));
        let jwk = json!({ "kty": "EC", "crv": "P-256", "kid": id, "x": x, "y": y });
        Self::new(
            Algorithm::ES256,
            EncodingKey::from_ec_der(der.as_ref()),
            jwk,
        )
    }

    fn ed(id: &str) -> Self {
        let der = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).expect("a key");
        let key = Ed25519KeyPair::from_pkcs8(der.as_ref()).expect("a key");
        let x = encode(key.public_key().as_ref());
        let jwk = json!({ "kty": "OKP", "crv": "Ed25519", "kid": id, "x": x });
        Self::new(
            Algorithm::EdDSA,
            EncodingKey::from_ed_der(der.as_ref()),
            jwk,
        )
    }

    fn secret(id: &str) -> Self {
        let secret = b"a secret of the issuer, 32 bytes";
        let jwk = json!({ "kty": "oct", "kid": id, "k": encode(secret) });
        Self::new(Algorithm::HS256, EncodingKey::from_secret(secret), jwk)
    }

    fn new(algorithm: Algorithm, sign: EncodingKey, jwk: Value) -> Self {
        Self {
            algorithm,
            sign,
            jwk,
        }
    }

    fn header(&self) -> Header {
        Header {
            kid: self.jwk["kid"].as_str().map(str::to_owned),
            ..Header::new(self.algorithm)
        }
    }

    fn sign(&self, claims: &Value) -> String {
        jsonwebtoken::encode(&self.header(), claims, &self.sign).expect("a token")
    }
}

fn identity() -> Identity {
    Identity {
        tenant: TenantId::new(),
        requestor: Requestor::User(UserId::new()),
    }
}

fn now() -> i64 {
    chrono::Utc::now().timestamp()
}

/// Claims that are good for an hour.
fn claims(identity: &Identity) -> Value {
    let Requestor::User(user) = identity.requestor else {
        panic!("a user");
    };
    json!({
        "iss": NAME, "aud": AUDIENCE, "sub": user, "tenantId": identity.tenant,
        "exp": now() + 3_600,
    })
}

fn config(keys: KeySource) -> IssuerConfig {
    IssuerConfig {
        issuer: NAME.to_owned(),
        audience: vec![AUDIENCE.to_owned(), "other".to_owned()],
        keys,
        clock_skew: SKEW,
        tenant_claim: None,
        subject_claim: None,
    }
}

fn set(pairs: &[&Pair]) -> Value {
    json!({ "keys": pairs.iter().map(|pair| &pair.jwk).collect::<Vec<_>>() })
}

async fn in_a_file(pairs: &[&Pair]) -> Issuer {
    let mut file = NamedTempFile::new().expect("a file");
    write!(file, "{}", set(pairs)).expect("a text");
    let source = KeySource::File(file.path().to_owned());
    Issuer::open(config(source)).await.expect("an issuer")
}

/// A server of keys that can be changed.
struct Server {
    url: String,
    answer: Arc<Mutex<(StatusCode, String)>>,
    requests: Arc<AtomicUsize>,
}

impl Server {
    async fn start(keys: &Value) -> Self {
        let answer = Arc::new(Mutex::new((StatusCode::OK, keys.to_string())));
        let requests = Arc::new(AtomicUsize::new(0));
        let (answering, counting) = (Arc::clone(&answer), Arc::clone(&requests));
        let route = get(move || async move {
            counting.fetch_add(1, SeqCst);
            answering.lock().expect("no panic").clone()
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}/keys", listener.local_addr().expect("an address"));
        let router = Router::new().route("/keys", route);
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self {
            url,
            answer,
            requests,
        }
    }

    fn set(&self, status: StatusCode, body: &Value) {
        *self.answer.lock().expect("no panic") = (status, body.to_string());
    }

    fn requests(&self) -> usize {
        self.requests.load(SeqCst)
    }

    async fn issuer(&self, pace: Pace) -> Issuer {
        let source = KeySource::Url(self.url.clone());
        Issuer::at_pace(config(source), pace)
            .await
            .expect("an issuer")
    }
}

const LONG: Duration = Duration::from_hours(1);

#[tokio::test]
async fn each_algorithm_is_verified() {
    let pairs = [
        Pair::rsa("r"),
        Pair::ec("c"),
        Pair::ed("d"),
        Pair::secret("s"),
    ];
    let issuer = in_a_file(&pairs.iter().collect::<Vec<_>>()).await;
    for pair in &pairs {
        let identity = identity();
        let token = pair.sign(&claims(&identity));
        assert_eq!(
            issuer.verify(&token).await,
            Ok(identity),
            "{:?}",
            pair.algorithm
        );
        let (signed, signature) = token.rsplit_once('.').expect("three parts");
        let mut signature = URL_SAFE_NO_PAD.decode(signature).expect("base64");
        signature[9] ^= 1;
        let changed = format!("{signed}.{}", encode(&signature));
        assert_eq!(issuer.verify(&changed).await, Err(TokenError::Invalid));
        let unsigned = format!("{signed}.");
        assert_eq!(issuer.verify(&unsigned).await, Err(TokenError::Invalid));
    }
}

#[tokio::test]
async fn a_token_cannot_choose_another_algorithm_for_a_key() {
    let (rsa, ec, ed) = (Pair::rsa("r"), Pair::ec("c"), Pair::ed("d"));
    let issuer = in_a_file(&[&rsa, &ec, &ed]).await;
    let claims = claims(&identity());
    // What everybody knows of a key, taken as a secret for HS256.
    for pair in [&rsa, &ec, &ed] {
        for name in ["n", "x"] {
            let Some(public) = pair.jwk[name].as_str() else {
                continue;
            };
            for secret in [
                public.as_bytes().to_vec(),
                URL_SAFE_NO_PAD.decode(public).expect("base64"),
            ] {
                let mut header = pair.header();
                header.alg = Algorithm::HS256;
                let key = EncodingKey::from_secret(&secret);
                let token = jsonwebtoken::encode(&header, &claims, &key).expect("a token");
                assert_eq!(issuer.verify(&token).await, Err(TokenError::Invalid));
            }
        }
    }
    // A good signature with the name of another key, of the same kind and of another.
    let mut header = rsa.header();
    header.kid = Some("c".to_owned());
    let token = jsonwebtoken::encode(&header, &claims, &rsa.sign).expect("a token");
    assert_eq!(issuer.verify(&token).await, Err(TokenError::Invalid));
    let mut header = rsa.header();
    header.alg = Algorithm::RS512;
    let token = jsonwebtoken::encode(&header, &claims, &rsa.sign).expect("a token");
    assert_eq!(issuer.verify(&token).await, Err(TokenError::Invalid));
    let stranger = Pair::ec("c").sign(&claims);
    assert_eq!(issuer.verify(&stranger).await, Err(TokenError::Invalid));
    for header in [
        json!({ "alg": "none", "kid": "r" }),
        json!({ "alg": "RS256", "kid": "r", "crit": ["x"] }),
    ] {
        let header = encode(header.to_string().as_bytes());
        let body = encode(claims.to_string().as_bytes());
        let token = format!("{header}.{body}.");
        assert_eq!(issuer.verify(&token).await, Err(TokenError::Invalid));
    }
}

#[tokio::test]
async fn issuer_audience_and_times_are_checked() {
    let pair = Pair::ec("c");
    let issuer = in_a_file(&[&pair]).await;
    let good = claims(&identity());
    let with = |name: &str, value: Value| {
        let mut claims = good.clone();
        claims[name] = value;
        pair.sign(&claims)
    };
    let without = |name: &str| {
        let mut claims = good.clone();
        claims.as_object_mut().expect("an object").remove(name);
        pair.sign(&claims)
    };
    for name in ["iss", "aud", "exp", "sub", "tenantId"] {
        assert_eq!(
            issuer.verify(&without(name)).await,
            Err(TokenError::Invalid),
            "{name}"
        );
    }
    for (name, value, expected) in [
        (
            "iss",
            json!("https://id.example/"),
            Err(TokenError::Invalid),
        ),
        ("aud", json!("somebody"), Err(TokenError::Invalid)),
        ("aud", json!(["somebody", "other"]), Ok(())),
        ("exp", json!(now() - 600), Err(TokenError::Expired)),
        ("exp", json!(now() - 20), Ok(())),
        ("nbf", json!(now() + 600), Err(TokenError::NotYet)),
        ("nbf", json!(now() + 20), Ok(())),
        ("tenantId", json!("acme"), Err(TokenError::Invalid)),
    ] {
        let verified = issuer.verify(&with(name, value.clone())).await.map(drop);
        assert_eq!(verified, expected, "{name} {value}");
    }
}

#[tokio::test]
async fn other_claims_may_name_tenant_and_user() {
    let pair = Pair::ed("d");
    let mut file = NamedTempFile::new().expect("a file");
    write!(file, "{}", set(&[&pair])).expect("a text");
    let source = KeySource::File(file.path().to_owned());
    let issuer = Issuer::open(IssuerConfig {
        tenant_claim: Some("custom:tenant".to_owned()),
        subject_claim: Some("custom:user".to_owned()),
        ..config(source)
    });
    let issuer = issuer.await.expect("an issuer");
    let identity = identity();
    let mut claims = claims(&identity);
    claims["custom:tenant"] = claims["tenantId"].take();
    claims["custom:user"] = claims["sub"].take();
    claims["sub"] = json!("ada");
    assert_eq!(issuer.verify(&pair.sign(&claims)).await, Ok(identity));
}

#[tokio::test]
async fn keys_behind_a_url_are_kept() {
    let pair = Pair::rsa("r");
    let server = Server::start(&set(&[&pair])).await;
    let issuer = server.issuer(Pace::default()).await;
    let identity = identity();
    for _ in 0..5 {
        let token = pair.sign(&claims(&identity));
        assert_eq!(issuer.verify(&token).await, Ok(identity));
    }
    assert_eq!(server.requests(), 1);
}

#[tokio::test]
async fn after_a_rotation_the_new_key_is_fetched_and_the_old_one_is_good_no_longer() {
    let (old, new) = (Pair::ec("old"), Pair::ec("new"));
    let server = Server::start(&set(&[&old])).await;
    let pace = Pace {
        pause: Duration::ZERO,
        ..Pace::default()
    };
    let issuer = server.issuer(pace).await;
    let identity = identity();
    let (old, new) = (
        old.sign(&claims(&identity)),
        (new.sign(&claims(&identity)), new),
    );
    assert_eq!(issuer.verify(&new.0).await, Err(TokenError::Invalid));
    server.set(StatusCode::OK, &set(&[&new.1]));
    assert_eq!(issuer.verify(&old).await, Ok(identity));
    assert_eq!(issuer.verify(&new.0).await, Ok(identity));
    assert_eq!(issuer.verify(&old).await, Err(TokenError::Invalid));
}

#[tokio::test(flavor = "multi_thread")]
async fn made_up_key_ids_cause_no_more_than_one_request_in_a_while() {
    let (known, made_up) = (Pair::ec("c"), Pair::ec("x"));
    let server = Server::start(&set(&[&known])).await;
    let pace = Pace {
        pause: LONG,
        ..Pace::default()
    };
    let issuer = Arc::new(server.issuer(pace).await);
    let mut calls = Vec::new();
    for number in 0..32 {
        let mut header = made_up.header();
        header.kid = Some(number.to_string());
        let claims = claims(&identity());
        let token = jsonwebtoken::encode(&header, &claims, &made_up.sign).expect("a token");
        let issuer = Arc::clone(&issuer);
        calls.push(tokio::spawn(async move { issuer.verify(&token).await }));
    }
    for call in calls {
        assert_eq!(call.await.expect("no panic"), Err(TokenError::Invalid));
    }
    assert_eq!(server.requests(), 1);
}

#[tokio::test]
async fn a_server_that_fails_leaves_the_known_keys_good_for_a_while_only() {
    let pair = Pair::ec("c");
    let server = Server::start(&set(&[&pair])).await;
    let identity = identity();
    let token = pair.sign(&claims(&identity));
    let stale = Pace {
        fresh: Duration::ZERO,
        kept: LONG,
        pause: Duration::ZERO,
    };
    let issuer = server.issuer(stale).await;
    let too_old = server
        .issuer(Pace {
            kept: Duration::ZERO,
            ..stale
        })
        .await;
    for (status, body) in [
        (StatusCode::INTERNAL_SERVER_ERROR, set(&[&pair])),
        (StatusCode::OK, json!({ "keys": [] })),
        (StatusCode::OK, json!("no set")),
    ] {
        server.set(status, &body);
        assert_eq!(issuer.verify(&token).await, Ok(identity));
        assert_eq!(too_old.verify(&token).await, Err(TokenError::Unavailable));
    }
    assert!(server.requests() >= 8);
}

#[tokio::test]
async fn a_host_says_what_is_wrong_with_the_url() {
    let server = Server::start(&json!({ "keys": [Pair::secret("s").jwk] })).await;
    let source = KeySource::Url(server.url.clone());
    let wrong = Issuer::open(config(source)).await.expect_err("no keys");
    assert!(
        wrong.contains("holds no key that verifies RS256"),
        "{wrong}"
    );
    server.set(StatusCode::NOT_FOUND, &json!({}));
    let source = KeySource::Url(server.url.clone());
    let wrong = Issuer::open(config(source)).await.expect_err("no keys");
    assert!(wrong.contains("404"), "{wrong}");
    let source = KeySource::File("/nowhere/keys.json".into());
    let wrong = Issuer::open(config(source)).await.expect_err("no file");
    assert!(wrong.contains("cannot be read"), "{wrong}");
}
