//! What a bundle may load, and how.

use ketrics_tests::AppSpec;
use ketrics_tests::Setup;
use serde_json::json;

const MODULES: [&str; 11] = [
    "buffer",
    "events",
    "util",
    "path",
    "url",
    "querystring",
    "string_decoder",
    "assert",
    "stream",
    "timers",
    "crypto",
];

#[tokio::test]
async fn the_listed_modules_load_with_and_without_their_prefix() {
    let (host, app) = Setup::serve(
        "exports.load = (names) => names.map((name) => require(name) === require('node:' + name) && typeof require(name));",
    )
    .await;
    let loaded = host.call(&app, "load", json!(MODULES)).await.result();
    for (name, kind) in MODULES.iter().zip(loaded.as_array().expect("an array")) {
        assert!(kind == "object" || kind == "function", "{name}: {kind}");
    }
}

#[tokio::test]
async fn other_modules_name_themselves_and_what_to_use_instead() {
    let (host, app) = Setup::serve("exports.load = (name) => require(name);").await;
    for (name, instead) in [
        ("fs", "ketrics.Volume"),
        ("node:fs", "ketrics.Volume"),
        ("http", "ketrics.http"),
        ("child_process", "ketrics.Job"),
        ("left-pad", "esbuild"),
    ] {
        let (_, code, message) = host.call(&app, "load", json!(name)).await.error();
        assert_eq!(code, "RUNTIME_ERROR");
        assert!(
            message.contains(name.trim_start_matches("node:")) && message.contains(instead),
            "{name}: {message}"
        );
    }
}

#[tokio::test]
async fn an_es_module_loads_with_imports_and_top_level_await() {
    let setup = Setup::new().await;
    let app = setup
        .app(AppSpec::module(
            "import { createHash } from 'node:crypto';
             import path from 'path';
             import { FileNotFoundError } from '@ketrics/sdk-backend';
             const salt = await Promise.resolve('salt');
             export const hash = (text) => createHash('sha256').update(salt + text).digest('hex');
             export async function same() { return FileNotFoundError === ketrics.FileNotFoundError && path.join('a', '..', 'b'); }
             export default { hidden: () => 1 };",
        ))
        .await;
    let host = setup.start();
    let hash = host.call(&app, "hash", json!("y")).await.result();
    assert_eq!(hash.as_str().map(str::len), Some(64));
    assert_eq!(host.call(&app, "same", json!(null)).await.result(), "b");
    assert_eq!(host.call(&app, "hidden", json!(null)).await.error().0, 404);
}

#[tokio::test]
async fn a_bundle_as_esbuild_writes_it_loads() {
    let (host, app) = Setup::serve(
        r#""use strict";
var __defProp = Object.defineProperty;
var __export = (target, all) => { for (var name in all) __defProp(target, name, { get: all[name], enumerable: true }); };
var __toCommonJS = (mod) => { var to = {}; for (var key of Object.getOwnPropertyNames(mod)) __defProp(to, key, { get: () => mod[key], enumerable: true }); return __defProp(to, "__esModule", { value: true }); };
var src_exports = {};
__export(src_exports, { hello: () => hello });
module.exports = __toCommonJS(src_exports);
var import_stream = require("stream");
async function hello(name) { const parts = []; for await (const part of import_stream.Readable.from(["a", name])) parts.push(part); return parts.join("-"); }
0 && (module.exports = { hello });
"#,
    )
    .await;
    assert_eq!(host.call(&app, "hello", json!("b")).await.result(), "a-b");
}

#[tokio::test]
async fn the_web_globals_are_there() {
    let (host, app) = Setup::serve(
        "const names = ['console', 'setTimeout', 'setInterval', 'URL', 'URLSearchParams', 'TextEncoder', 'TextDecoder',
           'structuredClone', 'AbortController', 'Event', 'EventTarget', 'Blob', 'ReadableStream', 'WritableStream',
           'TransformStream', 'atob', 'btoa', 'queueMicrotask', 'performance', 'crypto', 'Buffer', 'Intl'];
         exports.missing = () => names.filter((name) => typeof globalThis[name] === 'undefined');
         exports.work = async () => [
           new URL('../b?x=1', 'https://a.example/c/d').href,
           new TextDecoder().decode(new TextEncoder().encode('grüße')),
           structuredClone({ a: new Date(0), b: new Map([[1, 2]]) }).b.get(1),
           btoa('a'), atob('YQ=='), await new Blob(['ab', 'c']).text(),
           Buffer.from('hi').toString('base64url'),
           await new Promise((resolve) => setTimeout(resolve, 1, 'later')),
           new Intl.NumberFormat('en').format(1234.5),
           Buffer.from(await crypto.subtle.digest('SHA-256', Buffer.from('x'))).toString('hex').slice(0, 8),
         ];",
    )
    .await;
    assert_eq!(
        host.call(&app, "missing", json!(null)).await.result(),
        json!([])
    );
    assert_eq!(
        host.call(&app, "work", json!(null)).await.result(),
        json!([
            "https://a.example/b?x=1",
            "grüße",
            2,
            "YQ==",
            "a",
            "abc",
            "aGk",
            "later",
            "1,234.5",
            "2d711642"
        ])
    );
}
