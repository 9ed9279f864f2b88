//! What belongs to another tenant is out of reach, whatever an invocation writes into its socket.
//!
//! Two tenants have an application each, with resources of the same codes. One of them is in the
//! hands of an attacker who speaks the protocol: every call that there is, with the same codes,
//! with the other tenant's ids, numbers, tokens and ciphertexts. The other tenant's data must
//! neither show up in a reply nor change.

mod calls;
mod fuzz;
mod sides;

use calls::ALL;
use calls::BESIDE;
use calls::DB;
use calls::DOCS;
use calls::FILES;
use calls::KEY;
use calls::SETTINGS;
use calls::TEAM;
use ketrics_protocol::AiCall;
use ketrics_protocol::ApplicationsCall;
use ketrics_protocol::ChatMessage;
use ketrics_protocol::ChatRole;
use ketrics_protocol::DatabaseCall;
use ketrics_protocol::DocumentDbCall;
use ketrics_protocol::HttpCall;
use ketrics_protocol::JobCall;
use ketrics_protocol::MessagesCall;
use ketrics_protocol::ParameterCall;
use ketrics_protocol::SecretCall;
use ketrics_protocol::ServiceCall;
use ketrics_protocol::UsersCall;
use ketrics_protocol::VolumeCall;
use ketrics_tests::servers;
use sides::Attacker;
use sides::OWN;
use sides::Stage;
use sides::Victim;
use std::collections::BTreeSet;

/// What an attack must come to.
enum Must {
    /// An error of this class.
    Fail(&'static str),
    /// Any error.
    FailSomehow,
    /// The attacker's own data.
    ShowOwn,
    /// Success, on what is the attacker's own.
    Succeed,
}

use Must::Fail;
use Must::FailSomehow;
use Must::ShowOwn;
use Must::Succeed;

fn in_volumes(victim: &Victim) -> Vec<(VolumeCall, Must)> {
    let volume = || FILES.to_owned();
    let only = || victim.only.to_owned();
    // As the engines name it: no key is ever taken for a path.
    let whole = format!("{}/{}/{}", victim.tenant, victim.volume, victim.only);
    vec![
        (VolumeCall::Connect { volume: volume() }, Succeed),
        (calls::get("a"), ShowOwn),
        (calls::get(victim.only), Fail("FileNotFoundError")),
        (calls::get(&whole), Fail("FileNotFoundError")),
        (
            calls::get(&format!("../../{whole}")),
            Fail("InvalidPathError"),
        ),
        (calls::get(&format!("/{whole}")), Fail("InvalidPathError")),
        (
            VolumeCall::Exists {
                volume: volume(),
                key: only(),
            },
            Succeed,
        ),
        (
            VolumeCall::GetMetadata {
                volume: volume(),
                key: only(),
            },
            Fail("FileNotFoundError"),
        ),
        (calls::put("a", OWN), Succeed),
        (calls::put(victim.only, OWN), Succeed),
        (
            VolumeCall::Delete {
                volume: volume(),
                key: only(),
            },
            Succeed,
        ),
        (
            VolumeCall::DeleteByPrefix {
                volume: volume(),
                prefix: "only".to_owned(),
            },
            Succeed,
        ),
        (calls::list(None), Succeed),
        (calls::list(Some(victim.page.clone())), Fail("Error")),
        (
            VolumeCall::Copy(calls::copy_source(victim.only, "b")),
            Fail("FileNotFoundError"),
        ),
        (
            VolumeCall::Move(calls::copy_source(victim.only, "b")),
            Fail("FileNotFoundError"),
        ),
        (calls::download_url("a"), Succeed),
        (calls::upload_url("a"), Succeed),
        // The victim's numbers, which the attacker has not.
        (
            VolumeCall::WriteUpload {
                upload: victim.upload,
                content: OWN.into(),
            },
            Fail("Error"),
        ),
        (
            VolumeCall::FinishUpload {
                upload: victim.upload,
            },
            Fail("Error"),
        ),
        (
            VolumeCall::AbortUpload {
                upload: victim.upload,
            },
            Succeed,
        ),
        // And with a number of one's own it is one's own upload.
        (calls::start_upload("mine"), Succeed),
    ]
}

fn in_databases(victim: &Victim) -> Vec<(DatabaseCall, Must)> {
    let (connection, transaction) = (victim.connection, victim.transaction);
    let read = "SELECT text FROM t ORDER BY 1";
    vec![
        (calls::query(connection, None, read), FailSomehow),
        (
            calls::query(connection, Some(transaction), read),
            FailSomehow,
        ),
        (
            calls::execute(connection, Some(transaction), "DELETE FROM t"),
            FailSomehow,
        ),
        (
            DatabaseCall::Begin {
                connection,
                parent: Some(transaction),
            },
            FailSomehow,
        ),
        (
            DatabaseCall::Commit {
                connection,
                transaction,
            },
            FailSomehow,
        ),
        (
            DatabaseCall::Rollback {
                connection,
                transaction,
            },
            FailSomehow,
        ),
        // Closing what is not open is no error.
        (DatabaseCall::Close { connection }, Succeed),
        (
            DatabaseCall::Connect {
                database: DB.to_owned(),
            },
            Succeed,
        ),
        // The same number, now the attacker's own.
        (calls::query(connection, None, read), ShowOwn),
        (
            calls::query(connection, Some(transaction), read),
            FailSomehow,
        ),
    ]
}

fn in_secrets_and_parameters(victim: &Victim) -> Vec<(ServiceCall, Must)> {
    let secret = |call| ServiceCall::Secret(call);
    let parameter = SETTINGS.to_owned();
    vec![
        (
            secret(SecretCall::Get {
                secret: KEY.to_owned(),
            }),
            ShowOwn,
        ),
        (
            secret(SecretCall::Exists {
                secret: victim.only.to_owned(),
            }),
            Succeed,
        ),
        (secret(calls::encrypt("x")), Succeed),
        (
            secret(calls::decrypt(&victim.ciphertext)),
            Fail("SecretDecryptionError"),
        ),
        (
            ServiceCall::Parameter(ParameterCall::Get { parameter }),
            ShowOwn,
        ),
    ]
}

fn in_documents(victim: &Victim) -> Vec<(DocumentDbCall, Must)> {
    let database = DOCS.to_owned();
    let whole = format!("{}#{}#only", victim.tenant, victim.documents);
    vec![
        (
            DocumentDbCall::Connect {
                database: database.clone(),
            },
            Succeed,
        ),
        (calls::get_document("P"), ShowOwn),
        (calls::get_document("only"), Succeed),
        (calls::get_document(&whole), Succeed),
        (calls::put_document("only", OWN), Succeed),
        (calls::list_documents("only"), ShowOwn),
        (calls::documents(None), ShowOwn),
        (
            calls::documents(Some(victim.cursor.clone())),
            Fail("DocumentDbValidationError"),
        ),
        (
            DocumentDbCall::Delete {
                database,
                pk: "only".into(),
                sk: "S".into(),
            },
            Succeed,
        ),
    ]
}

fn elsewhere(victim: &Victim, url: &str) -> Vec<(ServiceCall, Must)> {
    let job = |call| ServiceCall::Job(call);
    let messages = |call| ServiceCall::Messages(call);
    let message = || calls::message(OWN);
    let user_id = victim.user.clone();
    let http = HttpCall::Request {
        method: "GET".into(),
        url: url.into(),
        headers: Vec::new(),
        body: None,
        timeout: None,
        max_redirects: None,
    };
    vec![
        (
            job(JobCall::GetStatus {
                job_id: victim.job.clone(),
            }),
            Fail("JobNotFoundError"),
        ),
        (job(calls::run(None, Some("once"))), Succeed),
        (job(calls::jobs(None)), Succeed),
        (job(calls::jobs(Some(victim.jobs.clone()))), Fail("Error")),
        // The delivery says that there is no such user.
        (
            messages(MessagesCall::Send {
                user_id: user_id.clone(),
                message: message(),
            }),
            Succeed,
        ),
        (
            messages(MessagesCall::SendBulk {
                user_ids: vec![user_id],
                message: message(),
            }),
            Succeed,
        ),
        (
            messages(MessagesCall::SendToGroup {
                group_code: TEAM.into(),
                message: message(),
            }),
            Succeed,
        ),
        (ServiceCall::Users(UsersCall::List {}), ShowOwn),
        (
            ServiceCall::Applications(ApplicationsCall::Connect {
                application: BESIDE.into(),
            }),
            Succeed,
        ),
        (
            ServiceCall::Applications(ApplicationsCall::Invoke {
                application: BESIDE.into(),
                function: "show".into(),
                payload: "null".into(),
            }),
            ShowOwn,
        ),
        (
            ServiceCall::Ai(AiCall::Chat {
                model: None,
                messages: vec![ChatMessage {
                    role: ChatRole::User,
                    content: OWN.into(),
                }],
                max_tokens: None,
                temperature: None,
                system_prompt: None,
            }),
            Fail("AIFeatureDisabledError"),
        ),
        // The gateway itself, from inside.
        (ServiceCall::Http(http), Fail("Error")),
    ]
}

fn attacks(victim: &Victim, url: &str) -> Vec<(ServiceCall, Must)> {
    let volumes = in_volumes(victim).into_iter();
    let databases = in_databases(victim).into_iter();
    let documents = in_documents(victim).into_iter();
    volumes
        .map(|(call, must)| (ServiceCall::Volume(call), must))
        .chain(databases.map(|(call, must)| (ServiceCall::Database(call), must)))
        .chain(documents.map(|(call, must)| (ServiceCall::DocumentDb(call), must)))
        .chain(in_secrets_and_parameters(victim))
        .chain(elsewhere(victim, url))
        .collect()
}

/// Ids and spellings that must not lead from one tenant to another where a code is expected.
fn forgeries(victim: &Victim, code: &str) -> Vec<String> {
    let tenant = &victim.tenant;
    let resource = [&victim.volume, &victim.documents];
    let mut forged: Vec<String> = resource.map(Clone::clone).to_vec();
    forged.extend([
        format!("{tenant}/{code}"),
        format!("{tenant}:{code}"),
        format!("{tenant}#{code}"),
        format!("acme/{code}"),
        format!("../{tenant}/{code}"),
        format!("{code}\0"),
        format!("{code}/../{code}"),
        code.to_uppercase(),
        format!("{code} "),
        format!("{code}' OR tenant_id = '{tenant}' --"),
        "%".to_owned(),
        victim.job.clone(),
        victim.application.clone(),
        victim.only.to_owned(),
    ]);
    forged
}

async fn nothing_of_another_tenant_is_read_or_changed(config: Option<String>) {
    let stage = Stage::set(config).await;
    let mut victim = Victim::on(&stage).await;
    let mut attacker = Attacker::on(&stage).await;

    let mut tried = BTreeSet::new();
    for (call, must) in attacks(&victim, &stage.host.url) {
        tried.insert(calls::name(&call));
        let name = format!("{call:?}");
        let reply = attacker.call(call);
        match must {
            Fail(class) => assert_eq!(reply.unwrap_err().class, class, "{name}"),
            FailSomehow => assert!(reply.is_err(), "{name}: {reply:?}"),
            ShowOwn => assert!(sides::shows(&reply.expect(&name), OWN), "{name}"),
            Succeed => assert!(reply.is_ok(), "{name}: {reply:?}"),
        }
    }
    let missing: Vec<_> = ALL.iter().filter(|name| !tried.contains(*name)).collect();
    assert!(missing.is_empty(), "not tried: {missing:?}");

    // Once more, with everything but a code of one's own where a code is expected.
    let mut with_codes: Vec<ServiceCall> = attacks(&victim, &stage.host.url)
        .into_iter()
        .map(|(call, _)| call)
        .collect();
    with_codes.push(ServiceCall::Job(calls::run(Some("app"), None)));
    let mut done = BTreeSet::new();
    for call in with_codes {
        let Some((code, not_found)) =
            calls::code_of(&mut call.clone()).map(|(c, n)| (c.clone(), n))
        else {
            continue;
        };
        if !done.insert(calls::name(&call)) {
            continue;
        }
        for forged in forgeries(&victim, &code) {
            let mut call = call.clone();
            if let Some((code, _)) = calls::code_of(&mut call) {
                *code = forged;
            }
            let name = format!("{call:?}");
            let error = attacker.call(call).expect_err(&name);
            assert_eq!(error.class, not_found, "{name}");
        }
    }
    attacker.check_own(&stage).await;
    victim.check_untouched(&stage).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_another_tenant_is_read_or_changed_on_the_embedded_engines() {
    nothing_of_another_tenant_is_read_or_changed(None).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_another_tenant_is_read_or_changed_on_the_real_ones() {
    if let Some(config) = servers::production().await {
        nothing_of_another_tenant_is_read_or_changed(Some(config)).await;
    }
}
