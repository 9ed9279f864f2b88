//! The two tenants: one has something to lose, the other has the socket.

use crate::foreign::calls;
use crate::foreign::calls::BESIDE;
use crate::foreign::calls::DB;
use crate::foreign::calls::DOCS;
use crate::foreign::calls::FILES;
use crate::foreign::calls::KEY;
use crate::foreign::calls::SETTINGS;
use crate::foreign::calls::TEAM;
use ketrics_directory::GrantKind;
use ketrics_directory::VolumeSpec;
use ketrics_protocol::DatabaseCall;
use ketrics_protocol::DatabaseReply;
use ketrics_protocol::DocumentDbReply;
use ketrics_protocol::JobCall;
use ketrics_protocol::JobReply;
use ketrics_protocol::SecretReply;
use ketrics_protocol::ServiceCall;
use ketrics_protocol::ServiceError;
use ketrics_protocol::ServiceReply;
use ketrics_protocol::VolumeCall;
use ketrics_protocol::VolumeReply;
use ketrics_tests::App;
use ketrics_tests::AppSpec;
use ketrics_tests::HOLD;
use ketrics_tests::Host;
use ketrics_tests::Seized;
use ketrics_tests::Setup;
use std::fs;
use tempfile::TempDir;

/// Stands in everything that the victim has.
pub const MARK: &str = "only acme's 7f3a";
/// Stands in everything that the attacker has.
pub const OWN: &str = "the rival's own 51c0";

/// Whether a text stands anywhere in what goes over the socket.
pub fn shows(value: &impl serde::Serialize, text: &str) -> bool {
    let bytes = postcard::to_allocvec(value).expect("replies can be encoded");
    bytes
        .windows(text.len())
        .any(|part| part == text.as_bytes())
}

/// A host with both tenants.
pub struct Stage {
    pub host: Host,
    pub acme: App,
    pub rival: App,
    volume: String,
    documents: String,
    _config: TempDir,
}

impl Stage {
    pub async fn set(config: Option<String>) -> Self {
        let folder = TempDir::new().expect("a folder");
        // What is held is stopped, and may be for long on a busy machine.
        let mut setup = Setup::new()
            .await
            .with("--forked-ahead")
            .with("0")
            .set("KETRICS_LIMITS_WALL_CLOCK_SECONDS", "600");
        if let Some(config) = config {
            let path = folder.path().join("ketrics.toml");
            fs::write(&path, config).expect("a file");
            setup = setup.with("--config").with(path.to_str().expect("text"));
        }
        let mut apps = Vec::new();
        let mut ids = Vec::new();
        for (tenant, text) in [("acme", MARK), ("rival", OWN)] {
            let spec = AppSpec {
                tenant,
                ..AppSpec::new(HOLD)
            };
            let app = setup.app(spec).await;
            // Beside it one that shows whose it is.
            let source = format!("exports.show = () => {};", serde_json::json!(text));
            let beside = AppSpec {
                tenant,
                code: BESIDE,
                ..AppSpec::new(&source)
            };
            setup.app(beside).await;
            ids.push(resources(&setup, &app, text).await);
            apps.push(app);
        }
        // What the attacker asks for by this code, only the victim has.
        setup.secret(&apps[0], "only", MARK).await;
        let (volume, documents) = ids.swap_remove(0);
        let rival = apps.pop().expect("two");
        let acme = apps.pop().expect("two");
        Self {
            host: setup.start(),
            acme,
            rival,
            volume,
            documents,
            _config: folder,
        }
    }
}

/// One resource of each kind, and the ids of the volume and of the document database.
async fn resources(setup: &Setup, app: &App, text: &str) -> (String, String) {
    let directory = &setup.directory;
    let tenant = app.tenant.id;
    let volume = directory
        .put_volume(tenant, FILES, &VolumeSpec::default())
        .await
        .expect("a volume");
    setup.grant(app, GrantKind::Volume, FILES, &["*"]).await;
    let documents = directory
        .put_document_database(tenant, DOCS, DOCS)
        .await
        .expect("a document database");
    setup.grant(app, GrantKind::DocumentDb, DOCS, &["*"]).await;
    setup.database(app, DB, &["read", "write", "admin"]).await;
    setup.secret(app, KEY, text).await;
    let json = format!("{{\"text\":\"{text}\"}}");
    directory
        .put_parameter(tenant, SETTINGS, &json)
        .await
        .expect("a parameter");
    setup.grant(app, GrantKind::Parameter, SETTINGS, &[]).await;
    let group = directory
        .ensure_group(tenant, TEAM, TEAM)
        .await
        .expect("a group");
    directory
        .add_group_member(group.id, app.user.id)
        .await
        .expect("a member");
    directory
        .ensure_user(tenant, "shown@example.com", text, text)
        .await
        .expect("a user");
    for permission in ["iam:GetGroupData", "iam:GetMembershipData", "iam:ListUsers"] {
        directory
            .grant_platform_permission(app.application.id, permission)
            .await
            .expect("a permission");
    }
    (volume.id.to_string(), documents.id.to_string())
}

fn volume(seized: &mut Seized, call: VolumeCall) -> VolumeReply {
    match seized.call(ServiceCall::Volume(call)) {
        Ok(ServiceReply::Volume(reply)) => reply,
        other => panic!("{other:?}"),
    }
}

fn database(seized: &mut Seized, call: DatabaseCall) -> DatabaseReply {
    match seized.call(ServiceCall::Database(call)) {
        Ok(ServiceReply::Database(reply)) => reply,
        other => panic!("{other:?}"),
    }
}

/// Opens the database with one row in a table.
fn table(seized: &mut Seized, text: &str) -> u32 {
    let call = DatabaseCall::Connect {
        database: DB.to_owned(),
    };
    let DatabaseReply::Connect { connection, .. } = database(seized, call) else {
        panic!()
    };
    let insert = format!("INSERT INTO t VALUES ('{}')", text.replace('\'', "''"));
    for sql in ["CREATE TABLE t (text TEXT)", &insert] {
        database(seized, calls::execute(connection, None, sql));
    }
    connection
}

/// Puts what both tenants have under the same keys.
fn fill(seized: &mut Seized, text: &str) {
    volume(seized, calls::put("a", text));
    volume(seized, calls::put("b", text));
    for pk in ["P", "Q"] {
        let call = ServiceCall::DocumentDb(calls::put_document(pk, text));
        seized.call(call).expect("a document");
    }
}

/// The tenant that has something to lose, and everything that points to it.
pub struct Victim {
    seized: Seized,
    pub tenant: String,
    pub application: String,
    pub user: String,
    pub volume: String,
    pub documents: String,
    /// A key, and the code of a secret, that the attacker has not.
    pub only: &'static str,
    pub page: String,
    pub cursor: String,
    pub ciphertext: String,
    pub upload: u32,
    pub connection: u32,
    pub transaction: u32,
    pub job: String,
    pub jobs: String,
    url: String,
}

impl Victim {
    pub async fn on(stage: &Stage) -> Self {
        let mut seized = Seized::take(&stage.host, &stage.acme).await;
        let it = &mut seized;
        fill(it, MARK);
        volume(it, calls::put("only", MARK));
        let document = calls::put_document("only", MARK);
        it.call(ServiceCall::DocumentDb(document))
            .expect("a document");
        let VolumeReply::List {
            continuation_token, ..
        } = volume(it, calls::list(None))
        else {
            panic!()
        };
        let cursor = match it.call(ServiceCall::DocumentDb(calls::documents(None))) {
            Ok(ServiceReply::DocumentDb(DocumentDbReply::Query { cursor, .. })) => cursor,
            other => panic!("{other:?}"),
        };
        let ciphertext = match it.call(ServiceCall::Secret(calls::encrypt(MARK))) {
            Ok(ServiceReply::Secret(SecretReply::Encrypt { ciphertext })) => ciphertext,
            other => panic!("{other:?}"),
        };
        let VolumeReply::GenerateDownloadUrl(url) = volume(it, calls::download_url("only")) else {
            panic!()
        };
        let VolumeReply::StartUpload { upload } = volume(it, calls::start_upload("started")) else {
            panic!()
        };
        let content = MARK.into();
        volume(it, VolumeCall::WriteUpload { upload, content });
        let connection = table(it, MARK);
        let parent = None;
        let begin = DatabaseCall::Begin { connection, parent };
        let DatabaseReply::Begin { transaction } = database(it, begin) else {
            panic!()
        };
        let insert = format!("INSERT INTO t VALUES ('{} 2')", MARK.replace('\'', "''"));
        database(it, calls::execute(connection, Some(transaction), &insert));
        let mut job = String::new();
        for key in [None, Some("once")] {
            job = match it.call(ServiceCall::Job(calls::run(None, key))) {
                Ok(ServiceReply::Job(JobReply::RunInBackground { job_id })) => job_id,
                other => panic!("{other:?}"),
            };
        }
        let jobs = match it.call(ServiceCall::Job(calls::jobs(None))) {
            Ok(ServiceReply::Job(JobReply::List { cursor, .. })) => cursor,
            other => panic!("{other:?}"),
        };
        Self {
            tenant: stage.acme.tenant.id.to_string(),
            application: stage.acme.application.id.to_string(),
            user: stage.acme.user.id.to_string(),
            volume: stage.volume.clone(),
            documents: stage.documents.clone(),
            only: "only",
            page: continuation_token.expect("more files"),
            cursor: cursor.expect("more documents"),
            ciphertext,
            upload,
            connection,
            transaction,
            job,
            jobs: jobs.expect("more jobs"),
            url: url.url,
            seized,
        }
    }

    /// Everything is as it was, and what was open still is.
    pub async fn check_untouched(&mut self, stage: &Stage) {
        let it = &mut self.seized;
        for key in ["a", "b", "only"] {
            let VolumeReply::Get { content, .. } = volume(it, calls::get(key)) else {
                panic!()
            };
            assert_eq!(content, MARK.as_bytes(), "{key}");
        }
        volume(
            it,
            VolumeCall::FinishUpload {
                upload: self.upload,
            },
        );
        let whole = VolumeCall::List {
            volume: FILES.to_owned(),
            prefix: None,
            max_results: None,
            continuation_token: None,
            delimiter: None,
        };
        let VolumeReply::List { files, .. } = volume(it, whole) else {
            panic!()
        };
        let keys: Vec<_> = files.into_iter().map(|file| file.key).collect();
        assert_eq!(keys, ["a", "b", "only", "started"]);
        let answer = stage.host.client().get(&self.url).send().await;
        let text = answer.expect("an answer").text().await.expect("a body");
        assert_eq!(text, MARK);
        for pk in ["P", "Q", "only"] {
            let reply = it.call(ServiceCall::DocumentDb(calls::get_document(pk)));
            assert!(shows(&reply.expect("a document"), MARK), "{pk}");
        }
        let (connection, transaction) = (self.connection, self.transaction);
        database(
            it,
            DatabaseCall::Commit {
                connection,
                transaction,
            },
        );
        let rows = database(it, calls::query(connection, None, "SELECT text FROM t"));
        let DatabaseReply::Query { row_count, .. } = rows else {
            panic!()
        };
        assert_eq!(row_count, 2);
        let job_id = self.job.clone();
        it.call(ServiceCall::Job(JobCall::GetStatus { job_id }))
            .expect("its own job");
        let (tenant, user) = (stage.acme.tenant.id, stage.acme.user.id);
        let inbox = stage.host.directory.inbox(tenant, user, 10).await;
        assert!(inbox.expect("an inbox").is_empty());
    }
}

/// The tenant whose socket is in the wrong hands.
pub struct Attacker(Seized);

impl Attacker {
    pub async fn on(stage: &Stage) -> Self {
        // The rows come from an invocation before, so that this one has opened nothing.
        let mut before = Seized::take(&stage.host, &stage.rival).await;
        fill(&mut before, OWN);
        table(&mut before, OWN);
        drop(before);
        Self(Seized::take(&stage.host, &stage.rival).await)
    }

    /// Makes a call. Whatever comes of it, nothing of the victim's is in it.
    pub fn call(&mut self, call: ServiceCall) -> Result<ServiceReply, ServiceError> {
        let name = format!("{call:?}");
        let reply = self.0.call(call);
        assert!(!shows(&reply, MARK), "{name}: {reply:?}");
        reply
    }

    /// What was asked for by a code of one's own was done to one's own.
    pub async fn check_own(&mut self, stage: &Stage) {
        let VolumeReply::Get { content, .. } = volume(&mut self.0, calls::get("a")) else {
            panic!()
        };
        assert_eq!(content, OWN.as_bytes());
        let (tenant, user) = (stage.rival.tenant.id, stage.rival.user.id);
        let inbox = stage.host.directory.inbox(tenant, user, 10).await;
        // The one to the group, and none of those to the other tenant's user.
        assert_eq!(inbox.expect("an inbox").len(), 1);
    }
}
