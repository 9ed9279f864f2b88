//! What a fork must not copy, and what no invocation may see of another or of the platform.

use ketrics_tests::AppSpec;
use ketrics_tests::Setup;
use serde_json::json;

#[tokio::test]
async fn randomness_and_clocks_differ_between_invocations() {
    let (host, app) = Setup::serve(
        "const atLoad = Math.random();
         exports.sample = () => [Math.random(), crypto.randomUUID(), performance.timeOrigin,
           require('crypto').randomBytes(16).toString('hex'), [...crypto.getRandomValues(new Uint8Array(16))].join()];
         exports.atLoad = () => atLoad;",
    )
    .await;
    let mut samples = Vec::new();
    for _ in 0..4 {
        samples.push(host.call(&app, "sample", json!(null)).await.result());
    }
    for field in 0..5 {
        let mut values: Vec<String> = samples
            .iter()
            .map(|sample| sample[field].to_string())
            .collect();
        values.sort();
        values.dedup();
        assert_eq!(values.len(), samples.len(), "field {field}: {samples:?}");
    }
    let first = host.call(&app, "atLoad", json!(null)).await.result();
    assert_eq!(
        host.call(&app, "atLoad", json!(null)).await.result(),
        first,
        "module-level code runs once"
    );
}

#[tokio::test]
async fn nothing_that_a_function_writes_is_seen_by_another() {
    let (host, app) = Setup::serve(
        "let count = 0; const list = [], map = new Map(), bytes = Buffer.alloc(4);
         exports.write = () => {
           count++; list.push(1); map.set('a', 1); bytes[0] = 1; globalThis.left = 1;
           Object.prototype.left = 1; Array.prototype.map = null; JSON.stringify = () => 'stolen';
           exports.write = null; process.env.LEFT = '1'; require('util').format = null;
           return 1;
         };
         exports.read = () => [count, list.length, map.size, bytes[0], typeof globalThis.left, typeof {}.left,
           typeof [].map, typeof require('util').format, process.env.LEFT ?? null];",
    )
    .await;
    let untouched = json!([
        0,
        0,
        0,
        0,
        "undefined",
        "undefined",
        "function",
        "function",
        null
    ]);
    assert_eq!(
        host.call(&app, "read", json!(null)).await.result(),
        untouched
    );
    for _ in 0..3 {
        // The result is written by the platform, whatever the function does to JSON.
        assert_eq!(host.call(&app, "write", json!(null)).await.result(), 1);
        assert_eq!(
            host.call(&app, "read", json!(null)).await.result(),
            untouched
        );
    }
}

#[tokio::test]
async fn nothing_of_the_platform_is_reachable() {
    let (host, app) = Setup::serve(
        "const names = ['Deno', '__bootstrap', '__ketrics', 'SharedArrayBuffer', 'BroadcastChannel', 'fetch', 'WebTransport'];
         const atLoad = names.filter((name) => typeof globalThis[name] !== 'undefined');
         exports.names = () => [...atLoad, ...names.filter((name) => typeof globalThis[name] !== 'undefined')];
         exports.ops = () => Object.getOwnPropertyNames(globalThis).filter((name) => /^(op_|ext:|deno)/i.test(name));
         exports.evaluate = () => { const found = [];
           for (const attempt of [() => eval('1'), () => new Function('return 1')(), () => (0, eval)('1'),
             () => (async () => {}).constructor('return 1')(), () => setTimeout('1', 0)]) {
             try { attempt(); found.push(String(attempt)); } catch {}
           }
           return found; };
         exports.frozen = () => { 'use strict'; const found = [];
           for (const attempt of [() => { ketrics = 1; }, () => { ketrics.Volume = 1; }, () => { ketrics.Volume.connect = 1; },
             () => { ketrics.tenant.id = 'x'; }, () => { ketrics.requestor.applicationPermissions.push('*'); },
             () => { ketrics.environment.A = 'x'; }]) {
             try { attempt(); found.push(String(attempt)); } catch {}
           }
           return found; };
         exports.wait = () => typeof Atomics === 'undefined' ? 'none' : typeof Atomics.wait;",
    )
    .await;
    for function in ["names", "ops", "evaluate", "frozen"] {
        assert_eq!(
            host.call(&app, function, json!(null)).await.result(),
            json!([]),
            "{function}"
        );
    }
    assert_ne!(
        host.call(&app, "wait", json!(null)).await.result(),
        "function"
    );
}

#[tokio::test]
async fn replaced_builtins_see_no_op_go_by() {
    let (host, app) = Setup::serve(
        "exports.f = async () => {
           const seen = [];
           const note = (value) => {
             if (typeof value === 'function' && /^(async_)?op_/.test(value.name)) seen.push(value.name);
           };
           for (const [owner, names] of [[Function.prototype, ['call', 'apply', 'bind']],
             [Promise.prototype, ['then', 'catch', 'finally']], [Array.prototype, ['push', 'map', 'slice']],
             [Reflect, ['apply', 'construct']], [Object, ['assign', 'freeze', 'keys']], [JSON, ['stringify', 'parse']]]) {
             for (const name of names) {
               const original = owner[name];
               const { apply } = Reflect;
               Object.defineProperty(owner, name, { configurable: true, writable: true, value: function (...given) {
                 note(this); for (const value of given) note(value);
                 return apply(original, this, given);
               } });
             }
           }
           Object.defineProperty(Object.prototype, 'Err', { configurable: true, get() { note(this); return undefined; } });
           await ketrics.Volume.connect('none').catch(() => undefined);
           await ketrics.Job.list().catch(() => undefined);
           console.log('x'); setTimeout(() => {}, 0); crypto.randomUUID(); Buffer.from('aGk=', 'base64').toString('base64');
           delete Object.prototype.Err;
           return seen;
         };",
    )
    .await;
    let seen = host.call(&app, "f", json!(null)).await.result();
    assert_eq!(seen, json!([]));
}

#[tokio::test]
async fn heavy_allocation_and_compilation_work_after_the_fork() {
    let (host, app) = Setup::serve(
        "exports.allocate = () => { let kept = []; for (let i = 0; i < 300000; i++) { kept.push({ i, s: 'x' + i });
             if (kept.length > 50000) kept = kept.slice(25000); } return kept.length > 0; };
         exports.compute = () => { const f = (n) => n < 2 ? n : f(n - 1) + f(n - 2); return f(27); };
         exports.wasm = async () => { const bytes = new Uint8Array([0,97,115,109,1,0,0,0,1,5,1,96,0,1,127,3,2,1,0,7,5,1,1,102,0,0,10,6,1,4,0,65,42,11]);
           const { instance } = await WebAssembly.instantiate(bytes); return instance.exports.f(); };
         exports.regex = () => /(a+)+b/.test('a'.repeat(20) + 'b');",
    )
    .await;
    for (function, expected) in [
        ("allocate", json!(true)),
        ("compute", json!(196_418)),
        ("wasm", json!(42)),
        ("regex", json!(true)),
    ] {
        for _ in 0..3 {
            assert_eq!(
                host.call(&app, function, json!(null)).await.result(),
                expected,
                "{function}"
            );
        }
    }
}

#[tokio::test]
async fn applications_and_tenants_do_not_see_each_other() {
    let setup = Setup::new().await;
    let source = "globalThis.owner ??= ketrics.environment.OWNER; exports.who = () => [owner, ketrics.tenant.code, ketrics.environment.OWNER];";
    let first = setup
        .app(AppSpec {
            environment: &[("OWNER", "one")],
            ..AppSpec::new(source)
        })
        .await;
    let spec = AppSpec {
        tenant: "rival",
        environment: &[("OWNER", "two")],
        ..AppSpec::new(source)
    };
    let second = setup.app(spec).await;
    let host = setup.start();
    for _ in 0..2 {
        assert_eq!(
            host.call(&first, "who", json!(null)).await.result(),
            json!(["one", "acme", "one"])
        );
        assert_eq!(
            host.call(&second, "who", json!(null)).await.result(),
            json!(["two", "rival", "two"])
        );
    }
}

#[tokio::test]
async fn module_level_code_reads_the_environment_and_nothing_else() {
    let (host, app) = Setup::serve(
        "const outcomes = [];
         for (const name of ['requestor', 'tenant', 'application']) {
           try { void ketrics[name].id; outcomes.push('read'); } catch (error) { outcomes.push(error.message); }
         }
         exports.outcomes = () => outcomes;
         exports.tenant = () => ketrics.tenant.code;",
    )
    .await;
    let outcomes = host.call(&app, "outcomes", json!(null)).await.result();
    for outcome in outcomes.as_array().expect("an array") {
        assert!(
            outcome
                .as_str()
                .is_some_and(|text| text.contains("module-level code")),
            "{outcomes}"
        );
    }
    assert_eq!(
        host.call(&app, "tenant", json!(null)).await.result(),
        "acme"
    );
}
