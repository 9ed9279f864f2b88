//! Secrets as a function uses them, and what is left of them in the log.

use ketrics_directory::GrantKind;
use ketrics_tests::AppSpec;
use ketrics_tests::Setup;
use serde_json::json;

#[tokio::test]
async fn a_secret_is_read_by_its_application_only_and_never_logged() {
    let setup = Setup::new().await;
    let source = "exports.read = async () => { const value = await ketrics.Secret.get('key'); console.log('the key is', value); return value.length; };
         exports.other = async () => [await ketrics.Secret.exists('key'), await ketrics.Secret.exists('hidden'), await ketrics.Secret.exists('nothing')];
         exports.round = async () => { const sealed = await ketrics.Secret.encrypt('text', { encryptionContext: { a: 'b' } });
           let refused = ''; try { await ketrics.Secret.decrypt(sealed); } catch (error) { refused = error.name; }
           return [sealed.startsWith('kms:v1:'), await ketrics.Secret.decrypt(sealed, { encryptionContext: { a: 'b' } }), refused]; };";
    let app = setup.app(AppSpec::new(source)).await;
    setup.secret(&app, "key", "very-secret-value").await;
    setup.secret(&app, "hidden", "another-secret-value").await;
    setup
        .directory
        .revoke(app.application.id, GrantKind::Secret, "hidden")
        .await
        .expect("revoked");
    let host = setup.start();
    assert_eq!(host.call(&app, "read", json!(null)).await.result(), 17);
    host.log(|line| {
        line["message"]
            .as_str()?
            .contains("the key is [secret:key]")
            .then_some(())
    });
    assert!(!host.log_text().contains("very-secret-value"));
    assert_eq!(
        host.call(&app, "other", json!(null)).await.result(),
        json!([true, false, false])
    );
    let round = host.call(&app, "round", json!(null)).await.result();
    assert_eq!(round, json!([true, "text", "SecretDecryptionError"]));
}

/// Every way in which `console` and a thrown error can show a value. One line or more each.
const SHOW: &str = r#"
const forms = (s) => [
  () => console.log(s),
  () => console.log('%s|%j|%o|%O', s, s, s, s),
  () => console.info(`Bearer ${s}`),
  () => console.warn({ key: s, deep: { er: { still: [s] } } }),
  () => console.log([s, new Map([[s, 1]]), new Set([s])]),
  () => console.debug(JSON.stringify({ key: s })),
  () => console.log(JSON.stringify({ body: JSON.stringify({ key: s }) })),
  () => console.error(new Error(`failed with ${s}`)),
  () => console.error(Object.assign(new Error('failed'), { config: { auth: s } })),
  () => console.error(new Error('outer', { cause: new Error(s) })),
  () => console.log(Buffer.from(s)),
  () => console.log({ data: new Uint8Array(Buffer.from(s)) }),
  () => console.log(JSON.stringify(Buffer.from(s))),
  () => console.log([...Buffer.from(s)].join(',')),
  () => console.log(Buffer.from(s).toString('hex'), Buffer.from(s).toString('hex').toUpperCase()),
  () => console.log(Buffer.from(s).toString('base64')),
  () => console.log(Buffer.from(s).toString('base64url')),
  () => console.log(`Basic ${Buffer.from(`user:${s}`).toString('base64')}`),
  () => console.log(`Basic ${Buffer.from(`me:${s}:x`).toString('base64')}`),
  () => console.log(Buffer.from(s, 'utf16le')),
  () => console.log(encodeURIComponent(s), encodeURI(s), encodeURIComponent(encodeURIComponent(s))),
  () => console.log(String(new URLSearchParams({ token: s })), new URLSearchParams({ token: s })),
  () => console.log(new URL(`https://user:${encodeURIComponent(s)}@host.invalid/?q=${encodeURIComponent(s)}#x`)),
  () => console.log(Symbol(s), { [s]: 1 }, class { static key = s; }),
  () => { console.group(s); console.log(s); console.table([{ key: s }]); console.groupEnd(); },
  () => console.dir({ s }),
  () => console.assert(false, s),
  () => { console.time(s); console.timeEnd(s); console.count(s); },
  () => console.trace(s),
  () => console.log('x'.repeat(32768 - 6) + s + 'y'.repeat(100)),
  () => console.log('é'.repeat(16000), s),
];
exports.count = () => forms('').length;
exports.show = async (index) => { forms(await ketrics.Secret.get('key'))[index](); };
exports.fail = async () => { throw new Error(`no: ${await ketrics.Secret.get('key')}`); };
exports.reject = async () => { await Promise.reject({ toString: () => 'x', key: await ketrics.Secret.get('key') }); };
"#;

#[tokio::test]
async fn a_secret_is_in_no_log_line_however_it_is_shown() {
    let secrets = [
        ("short", "hunter2!"),
        ("odd", "a b\"c'd`e\\f/g+h%41i&j=k\u{1}ü日😀"),
        (
            "json",
            "{\n  \"client_email\": \"robot@example.com\",\n  \"private_key\": \"abcdefghijklmnop\"\n}",
        ),
        (
            "long",
            "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKjMzEfYyjiWA4R4ypbWc",
        ),
    ];
    for (name, secret) in secrets {
        let setup = Setup::new().await;
        let app = setup.app(AppSpec::new(SHOW)).await;
        setup.secret(&app, "key", secret).await;
        let host = setup.start();
        let count = host.call(&app, "count", json!(null)).await.result();
        for form in 0..count.as_u64().expect("a number") {
            host.call(&app, "show", json!(form)).await.result();
        }
        let (_, _, message) = host.call(&app, "fail", json!(null)).await.error();
        // The caller is told what the function threw.
        assert_eq!(message, format!("no: {secret}"));
        let _ = host.call(&app, "reject", json!(null)).await.error();
        host.log(|line| {
            line["message"]
                .as_str()?
                .contains("Error: no: [secret:key]")
                .then_some(())
        });
        let lines: Vec<String> = host
            .log_text()
            .lines()
            .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
            .filter(|line| line["receipt"].is_null())
            .filter_map(|line| Some(line["message"].as_str()?.to_owned()))
            .collect();
        for line in &lines {
            // Any six bytes of it in a row, as text, in hex, as numbers and in base64.
            for part in parts(secret) {
                assert!(!line.contains(&part), "{name}: {part:?} in {line}");
            }
        }
        let redacted = lines.iter().filter(|line| line.contains("[secret:key]"));
        assert!(
            redacted.count() as u64 >= count.as_u64().expect("a number"),
            "{name}"
        );
    }
}

/// What no line may hold of a secret.
fn parts(secret: &str) -> Vec<String> {
    let bytes = secret.as_bytes();
    let six = |from: usize| &bytes[from..from + 6];
    let mut parts = Vec::new();
    for from in 0..=bytes.len() - 6 {
        let six = six(from);
        if let Ok(text) = str::from_utf8(six) {
            parts.push(text.to_owned());
        }
        let join = |between: &str, show: fn(&u8) -> String| {
            six.iter().map(show).collect::<Vec<_>>().join(between)
        };
        parts.push(join("", |byte| format!("{byte:02x}")));
        parts.push(join(" ", |byte| format!("{byte:02x}")));
        parts.push(join(", ", u8::to_string));
        parts.push(join(",", u8::to_string));
        parts.push(join("", |byte| format!("%{byte:02X}")));
    }
    parts
}
