//! `ketrics dev` on folders, the example application included.

use ketrics_tests::Program;
use ketrics_tests::ketrics;
use serde_json::Value;
use serde_json::json;
use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use tempfile::TempDir;

/// A folder that `ketrics dev` serves.
struct Dev {
    folder: TempDir,
    program: Program,
}

impl Dev {
    fn start(folder: TempDir) -> Self {
        let mut command = Command::new(ketrics());
        let program = Program::start(
            command
                .arg("dev")
                .arg(folder.path())
                .args(["--listen", "127.0.0.1:0"]),
        );
        program.error(|line| line.contains("Stop with Ctrl-C").then_some(()));
        Self { folder, program }
    }

    /// Runs `ketrics invoke`: exit code, output as JSON, errors as text.
    fn invoke(&self, arguments: &[&str]) -> (Option<i32>, Value, String) {
        let mut command = Command::new(ketrics());
        // As from a terminal below the folder.
        command
            .arg("invoke")
            .args(arguments)
            .current_dir(self.folder.path().join("tests"));
        for name in [
            "KETRICS_RUNTIME_URL",
            "KETRICS_TENANT_ID",
            "KETRICS_APPLICATION_ID",
            "KETRICS_TOKEN",
        ] {
            command.env_remove(name);
        }
        let output = command.output().expect("it runs");
        let result = serde_json::from_slice(&output.stdout).unwrap_or_default();
        (
            output.status.code(),
            result,
            String::from_utf8_lossy(&output.stderr).into_owned(),
        )
    }

    fn call(&self, function: &str, payload: &Value) -> Value {
        let (code, result, errors) = self.invoke(&[function, "--payload", &payload.to_string()]);
        assert_eq!(code, Some(0), "{function}: {errors}");
        result
    }
}

fn small_application(bundle: &str) -> TempDir {
    let folder = TempDir::new().expect("a folder");
    let config = json!({
        "name": "small", "version": "0.1.0", "runtime": "nodejs18", "actions": ["read"], "entry": "index.js",
        "resources": { "volume": [{ "code": "files" }] },
    });
    fs::create_dir_all(folder.path().join("backend")).expect("a folder");
    fs::create_dir_all(folder.path().join("tests")).expect("a folder");
    fs::write(
        folder.path().join("ketrics.config.json"),
        config.to_string(),
    )
    .expect("a file");
    fs::write(folder.path().join("backend/index.js"), bundle).expect("a file");
    folder
}

#[test]
fn an_application_is_served_with_what_it_declares() {
    let dev = Dev::start(small_application(
        "exports.f = async (payload) => { const volume = await ketrics.Volume.connect(ketrics.environment.FILES_VOLUME);
           await volume.put('a', 'b'); console.log('wrote a file'); return [payload, ketrics.requestor.applicationPermissions]; };
         exports.fail = () => { throw new Error('no luck'); };",
    ));
    assert_eq!(
        dev.call("f", &json!({ "x": 1 })),
        json!([{ "x": 1 }, ["read"]])
    );
    dev.program
        .output(|line| line.contains("wrote a file").then_some(()));
    let (code, _, errors) = dev.invoke(&["fail"]);
    assert_eq!(
        (code, errors.trim()),
        (Some(1), "ketrics: RUNTIME_ERROR (status 422): no luck")
    );
}

#[test]
fn a_change_is_deployed_and_one_that_does_not_load_is_not() {
    let dev = Dev::start(small_application("exports.version = () => 1;"));
    let bundle = dev.folder.path().join("backend/index.js");
    assert_eq!(dev.call("version", &json!(null)), 1);
    fs::write(&bundle, "throw new Error('half-written');").expect("a file");
    dev.program
        .error(|line| line.contains("half-written").then_some(()));
    dev.program.error(|line| {
        line.contains("the deployment before goes on running")
            .then_some(())
    });
    assert_eq!(dev.call("version", &json!(null)), 1);
    fs::write(
        &bundle,
        "exports.version = () => 22; exports.more = () => 1;",
    )
    .expect("a file");
    dev.program
        .error(|line| line.contains("deployed: version, more").then_some(()));
    assert_eq!(dev.call("version", &json!(null)), 22);
}

#[test]
fn a_bad_config_is_told_fault_by_fault() {
    let folder = small_application("");
    fs::write(
        folder.path().join("ketrics.config.json"),
        r#"{ "name": "X", "environmentVariables": [] }"#,
    )
    .expect("a file");
    let output = Command::new(ketrics())
        .arg("dev")
        .arg(folder.path())
        .output()
        .expect("it runs");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{errors}");
    for expected in [
        "6 faults",
        "`version` is missing",
        "rename it to `environment`",
    ] {
        assert!(errors.contains(expected), "{errors}");
    }
}

/// A copy of the example with its bundle as it was built, and its shipping service on a free port.
fn orders() -> TempDir {
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/orders");
    assert!(
        example.join("backend/dist/index.js").exists(),
        "run the tests by `make test`, which builds the example"
    );
    let copy = TempDir::new().expect("a folder");
    for name in [
        "ketrics.config.json",
        "dev.json",
        "seed",
        "shipping-service",
        "tests",
        "backend/dist",
    ] {
        copy_all(&example.join(name), &copy.path().join(name));
    }
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener
        .local_addr()
        .expect("an address")
        .port()
        .to_string();
    let settings = fs::read_to_string(example.join("dev.json")).expect("a file");
    fs::write(
        copy.path().join("dev.json"),
        settings.replace("8787", &port),
    )
    .expect("a file");
    copy
}

fn copy_all(from: &Path, to: &Path) {
    if !from.is_dir() {
        fs::create_dir_all(to.parent().expect("a parent")).expect("a folder");
        fs::copy(from, to).expect("a copy");
        return;
    }
    let entries: Vec<PathBuf> = fs::read_dir(from)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    for path in entries {
        copy_all(&path, &to.join(path.file_name().expect("a name")));
    }
}

/// Asks until the job is done.
fn job_is_done(dev: &Dev, id: &Value) -> Value {
    loop {
        let job = dev.call("getJob", &json!({ "jobId": id }));
        if job["status"] != "pending" && job["status"] != "running" {
            return job;
        }
    }
}

#[test]
fn the_example_takes_ships_and_reports_orders() {
    let dev = Dev::start(orders());
    dev.program
        .error(|line| line.contains("[shipping] shipping: http").then_some(()));
    assert_eq!(
        dev.call("echo", &json!({ "a": 1 }))["payload"],
        json!({ "a": 1 })
    );

    let created = dev.call(
        "createOrder",
        &json!({ "customer": "Mia", "address": "Lund", "amountCents": 2500 }),
    );
    let order = created["orderId"].clone();
    let listed = dev.call("listOrders", &json!({ "status": "paid" }));
    assert_eq!(listed["count"], 4);

    let shipped = dev.call("processOrder", &json!({ "orderId": order }));
    assert_eq!(shipped["messageStatus"], "sent", "{shipped}");
    let job = job_is_done(&dev, &shipped["jobId"]);
    assert_eq!(job["status"], "completed", "{job}");
    let stored = dev.call("getOrder", &json!({ "orderId": order }));
    assert_eq!(stored["order"]["status"], "shipped");
    assert_eq!(stored["order"]["shipment_id"], shipped["shipmentId"]);
    let events: Vec<_> = stored["events"]
        .as_array()
        .expect("events")
        .iter()
        .map(|event| event["event"].clone())
        .collect();
    assert_eq!(events, ["created", "shipped", "notified"]);
    let (code, _, errors) = dev.invoke(&[
        "processOrder",
        "--payload",
        &json!({ "orderId": order }).to_string(),
    ]);
    assert_eq!(code, Some(1));
    assert!(errors.contains("was shipped already"), "{errors}");

    let link = dev.call("getLabelUrl", &json!({ "orderId": order }));
    assert!(fetch(&link["url"]).starts_with(b"%PDF-1.4"));

    let (code, invoice, errors) = dev.invoke(&["--file", "test.createInvoice.json"]);
    assert_eq!(code, Some(0), "{errors}");
    assert_eq!(invoice["key"], "invoices/R-1001.pdf");
    let pdf = fetch(&invoice["url"]);
    assert!(pdf.starts_with(b"%PDF-1.7"));
    assert_eq!(json!(pdf.len()), invoice["bytes"]);

    let (code, report, errors) = dev.invoke(&["--file", "test.generateMonthlyReport.json"]);
    assert_eq!(code, Some(0), "{errors}");
    assert_eq!(
        (&report["count"], &report["total"], &report["told"]),
        (&json!(3), &json!(163.4), &json!(1))
    );
    let (code, export, errors) = dev.invoke(&["--file", "test.exportTransactions.json"]);
    assert_eq!(code, Some(0), "{errors}");
    assert_eq!(
        (&export["count"], &export["total"]),
        (&json!(3), &json!(163.4))
    );
    assert!(fetch(&export["url"]).starts_with(b"PK"));
    let csv = String::from_utf8(fetch(&report["url"])).expect("text");
    assert!(
        csv.starts_with("Date,Amount,Category,Note\r\n2026-10-02,49.90,sales,\r\n"),
        "{csv}"
    );
    assert!(
        csv.contains("-15.50,shipping,\"carrier's \"\"express\"\" surcharge\"\r\n"),
        "{csv}"
    );
}

fn fetch(url: &Value) -> Vec<u8> {
    let url = url.as_str().expect("a URL").to_owned();
    tokio::runtime::Runtime::new()
        .expect("a runtime")
        .block_on(async {
            let client = reqwest::Client::builder()
                .no_proxy()
                .build()
                .expect("a client");
            let response = client.get(url).send().await.expect("an answer");
            assert!(response.status().is_success(), "{}", response.status());
            response.bytes().await.expect("a body").to_vec()
        })
}
