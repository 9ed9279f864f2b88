//! The life of a call: from a target, a function and a payload to an answer.

use crate::admission::Admission;
use crate::admission::Concurrency;
use crate::auth::Identity;
use crate::error::CallError;
use crate::error::ErrorCode;
use crate::log;
use crate::log::LogEntry;
use crate::log::LogSink;
use crate::log::Source;
use crate::routes::Routes;
use crate::routes::Target;
use crate::worker::application::Ahead;
use crate::worker::application::Application;
use crate::worker::application::LoadError;
use crate::worker::base::Base;
use crate::worker::base::WorkerCommand;
use crate::worker::invocation;
use crate::worker::invocation::Answer;
use crate::worker::invocation::End;
use crate::worker::invocation::Observer;
use crate::worker::invocation::Receipt;
use crate::worker::zygotes::Claim;
use crate::worker::zygotes::Zygotes;
use ketrics_application::SourceMap;
use ketrics_directory::BundleFormat;
use ketrics_directory::DeploymentId;
use ketrics_directory::Directory;
use ketrics_protocol::ApplicationContext;
use ketrics_protocol::Context;
use ketrics_protocol::Limit;
use ketrics_protocol::Limits;
use ketrics_protocol::RequestorContext;
use ketrics_protocol::RuntimeContext;
use ketrics_protocol::TenantContext;
use ketrics_protocol::frame;
use ketrics_protocol::frame::Failure;
use ketrics_protocol::frame::Invoke;
use ketrics_protocol::frame::LoadReport;
use ketrics_protocol::frame::LogLevel;
use ketrics_protocol::frame::LogLine;
use ketrics_services::Caller;
use ketrics_services::Invocation;
use ketrics_services::Services;
use serde_json::json;
use std::collections::HashMap;
use std::io;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;
use std::time::Instant;
use uuid::Uuid;

/// What the host is and allows.
#[derive(Clone, Debug)]
pub struct RuntimeConfig {
    /// How worker processes are started.
    pub worker: WorkerCommand,
    /// Limits of each invocation.
    pub limits: Limits,
    /// Limits of all of them together.
    pub concurrency: Concurrency,
    /// How long a zygote stays that nobody uses.
    pub idle: Duration,
    /// How many processes of an application wait for calls.
    pub ahead: Ahead,
    /// `ketrics.runtime.region`.
    pub region: String,
}

/// A call that is to be run.
#[derive(Clone, Debug)]
pub struct Call {
    /// What it goes to.
    pub target: Arc<Target>,
    /// Name of the export.
    pub function: String,
    /// JSON.
    pub payload: String,
    /// Who calls.
    pub requestor: RequestorContext,
    /// A job's own time limit.
    pub job_timeout: Option<Duration>,
}

/// A call's result and what it took.
#[derive(Debug)]
pub struct Done {
    /// UUID of the invocation.
    pub invocation: Uuid,
    /// The result as JSON.
    pub result: Result<String, CallError>,
    /// From the claim of a process to the answer.
    pub wall: Duration,
    /// CPU time.
    pub cpu: Duration,
    /// Until it had a place among the tenant's and the host's calls.
    pub queued: Duration,
    /// From then until it had a process.
    pub claimed: Duration,
}

/// Runs calls.
pub struct Runtime {
    directory: Directory,
    services: Services,
    zygotes: Zygotes,
    admission: Admission,
    routes: Routes,
    log: Arc<dyn LogSink>,
    config: RuntimeConfig,
    source_maps: Mutex<HashMap<DeploymentId, Option<Arc<SourceMap>>>>,
}

impl std::fmt::Debug for Runtime {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Runtime")
            .field("config", &self.config)
            .finish_non_exhaustive()
    }
}

impl Runtime {
    /// Starts the base zygote.
    ///
    /// # Errors
    /// When it does not come up.
    pub async fn start(
        config: RuntimeConfig,
        directory: Directory,
        services: Services,
        log: Arc<dyn LogSink>,
    ) -> io::Result<Arc<Self>> {
        let base = Base::start(config.worker.clone()).await?;
        Ok(Arc::new(Self {
            zygotes: Zygotes::new(base, config.idle, config.ahead),
            admission: Admission::new(config.concurrency),
            routes: Routes::new(directory.clone()),
            directory,
            services,
            log,
            config,
            source_maps: Mutex::default(),
        }))
    }

    /// The services, for what the gateway serves of them itself.
    #[must_use]
    pub fn services(&self) -> &Services {
        &self.services
    }

    /// The directory.
    #[must_use]
    pub fn directory(&self) -> &Directory {
        &self.directory
    }

    /// The limits of an invocation.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.config.limits
    }

    /// What a URL names.
    ///
    /// # Errors
    /// When it names nothing that can be called.
    pub async fn target(&self, tenant: &str, application: &str) -> Result<Arc<Target>, CallError> {
        self.routes.target(tenant, application).await
    }

    /// The caller as the application sees it.
    ///
    /// # Errors
    /// `FORBIDDEN` without a role in the application.
    pub async fn requestor(
        &self,
        identity: &Identity,
        target: &Target,
    ) -> Result<RequestorContext, CallError> {
        let found = self
            .routes
            .requestor(target.tenant.id, identity.requestor, target.application.id)
            .await?;
        found.map(Arc::unwrap_or_clone).ok_or_else(|| {
            CallError::new(
                ErrorCode::Forbidden,
                format!(
                    "The requestor has no role in the application '{}'",
                    target.application.code
                ),
            )
        })
    }

    /// Takes a change of deployments, roles or environments in at once.
    pub fn refresh(&self) {
        self.routes.forget();
    }

    /// Lets zygotes go that nobody needs any more.
    pub fn sweep(&self) {
        self.zygotes.retain(|_| true);
    }

    /// Zygotes, calls that run, calls that wait.
    #[must_use]
    pub fn load(&self) -> (usize, usize, usize) {
        let (running, waiting) = self.admission.load();
        (self.zygotes.count(), running, waiting)
    }

    /// Loads an application before anybody calls it, and says what it exports.
    ///
    /// # Errors
    /// When its bundle does not load.
    pub async fn prepare(&self, target: &Target) -> Result<LoadReport, CallError> {
        let application = self.zygote(target).await?;
        Ok(application.report.clone())
    }

    /// Runs a call.
    pub async fn call(self: &Arc<Self>, call: Call) -> Done {
        let invocation = Uuid::new_v4();
        let arrived = Instant::now();
        let failed = |error| Done {
            invocation,
            result: Err(error),
            wall: Duration::ZERO,
            cpu: Duration::ZERO,
            queued: arrived.elapsed(),
            claimed: Duration::ZERO,
        };
        let place = match self.admission.admit(call.target.tenant.id).await {
            Ok(place) => place,
            Err(error) => return failed(error),
        };
        let queued = arrived.elapsed();
        let claim = match self.claim(&call).await {
            Ok(claim) => claim,
            Err(error) => return failed(error),
        };
        let claimed = arrived.elapsed() - queued;
        let limits = match call.job_timeout {
            Some(timeout) => self.config.limits.clone().for_job(timeout),
            None => self.config.limits.clone(),
        };
        let known = Arc::new(Invocation::new(self.caller(&call, invocation, &limits)));
        let observer = Arc::new(Writer {
            runtime: Arc::clone(self),
            call: call.clone(),
            invocation,
            _place: place,
        });
        let invoke = Invoke {
            id: invocation.to_string(),
            function: call.function.clone(),
            payload: call.payload.clone(),
            context: self.context(&call),
            limits,
        };
        let answered = invocation::start(
            claim,
            invoke,
            known,
            self.services.clone(),
            observer.clone(),
        )
        .await;
        match answered {
            Ok(Answer { result, wall, cpu }) => {
                let result = result.map_err(|end| observer.explain(end));
                Done {
                    invocation,
                    result,
                    wall,
                    cpu,
                    queued,
                    claimed,
                }
            }
            Err(_) => failed(lost()),
        }
    }

    async fn claim(&self, call: &Call) -> Result<Claim, CallError> {
        // A zygote may die between being found and being asked.
        for _ in 0..2 {
            let application = self.zygote(&call.target).await?;
            check_function(&application.report, &call.function)?;
            if let Some(claim) = self.zygotes.claim(application).await {
                return Ok(claim);
            }
        }
        Err(lost())
    }

    async fn zygote(&self, target: &Target) -> Result<Arc<Application>, CallError> {
        let load = || async {
            let bundle = self.directory.bundle(target.deployment.id).await;
            let bundle = bundle.map_err(io::Error::other)?;
            let bundle = bundle.ok_or_else(|| io::Error::other("the deployment has no bundle"))?;
            Ok(frame::Load {
                name: bundle.name,
                source: bundle.source,
                format: match bundle.format {
                    BundleFormat::CommonJs => frame::BundleFormat::CommonJs,
                    BundleFormat::EsModule => frame::BundleFormat::EsModule,
                },
                environment: target.environment.clone(),
                limits: self.config.limits.clone(),
            })
        };
        let log = |line: LogLine| self.write(target, None, None, None, line);
        match self.zygotes.application(target.zygote(), load, log).await {
            Ok(application) => Ok(application),
            Err(error) => Err(self.load_error(target, error).await),
        }
    }

    async fn load_error(&self, target: &Target, error: LoadError) -> CallError {
        match error {
            LoadError::Threw(Failure { message, stack, .. }) => {
                let stack = self.map_stack(target.deployment.id, stack).await;
                let text = stack.unwrap_or_else(|| message.clone());
                let line = format!("The application does not load: {text}");
                self.write(
                    target,
                    None,
                    None,
                    None,
                    LogLine {
                        level: LogLevel::Error,
                        message: line,
                    },
                );
                CallError::new(
                    ErrorCode::RuntimeError,
                    format!("The application does not load: {message}"),
                )
            }
            LoadError::OverLimit(Limit::Memory, measure) => CallError::new(
                ErrorCode::MemoryLimit,
                format!("The application does not load: {measure}"),
            ),
            LoadError::OverLimit(limit, measure) => CallError::new(limit.into(), measure),
            LoadError::Lost(cause) => {
                tracing::error!(%cause, deployment = %target.deployment.id, "a zygote could not be made");
                lost()
            }
        }
    }

    fn caller(&self, call: &Call, invocation: Uuid, limits: &Limits) -> Caller {
        let Target {
            tenant,
            application,
            deployment,
            ..
        } = &*call.target;
        Caller {
            invocation_id: invocation,
            tenant_id: tenant.id,
            tenant_code: tenant.code.clone(),
            application_id: application.id,
            application_code: application.code.clone(),
            deployment_id: deployment.id,
            requestor: call.requestor.clone(),
            deadline: Instant::now() + limits.wall_clock,
        }
    }

    fn context(&self, call: &Call) -> Context {
        let Target {
            tenant,
            application,
            deployment,
            ..
        } = &*call.target;
        Context {
            tenant: TenantContext {
                id: tenant.id.to_string(),
                code: tenant.code.clone(),
                name: tenant.name.clone(),
            },
            application: ApplicationContext {
                id: application.id.to_string(),
                code: application.code.clone(),
                name: application.name.clone(),
                version: Some(deployment.version.clone()),
                deployment_id: deployment.id.to_string(),
            },
            requestor: call.requestor.clone(),
            runtime: RuntimeContext {
                node_version: "24.x".to_owned(),
                runtime: "ecs-fargate".to_owned(),
                region: self.config.region.clone(),
            },
        }
    }

    fn write(
        &self,
        target: &Target,
        function: Option<&str>,
        invocation: Option<Uuid>,
        requestor: Option<&RequestorContext>,
        line: LogLine,
    ) {
        let entry = entry(target, function, invocation, requestor, line);
        self.log.write(&entry);
    }

    /// A stack with the places in the source that was written, where the deployment has a map.
    async fn map_stack(&self, deployment: DeploymentId, stack: Option<String>) -> Option<String> {
        let stack = tenant_frames(&stack?);
        let kept = self.source_maps().get(&deployment).cloned();
        let map = match kept {
            Some(map) => map,
            None => {
                let bundle = self.directory.bundle(deployment).await.ok().flatten();
                let map = bundle.and_then(|bundle| {
                    SourceMap::parse(&bundle.name, &bundle.source_map?)
                        .ok()
                        .map(Arc::new)
                });
                let mut maps = self.source_maps();
                // A handful of deployments fail at a time; the rest can be read again.
                if maps.len() > 64 {
                    maps.clear();
                }
                maps.insert(deployment, map.clone());
                map
            }
        };
        Some(map.map_or_else(|| stack.clone(), |map| map.map_stack(&stack)))
    }

    fn source_maps(
        &self,
    ) -> std::sync::MutexGuard<'_, HashMap<DeploymentId, Option<Arc<SourceMap>>>> {
        self.source_maps
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// A stack without the frames of the platform's own JavaScript, which tell a tenant nothing.
fn tenant_frames(stack: &str) -> String {
    let frames = stack.lines().filter(|line| !line.contains("ext:"));
    frames.collect::<Vec<_>>().join("\n")
}

fn lost() -> CallError {
    CallError::new(
        ErrorCode::HostLost,
        "The process that ran the function was lost. Try again",
    )
}

fn check_function(report: &LoadReport, function: &str) -> Result<(), CallError> {
    if report.functions.iter().any(|name| name == function) {
        return Ok(());
    }
    let message = if report.other_exports.iter().any(|name| name == function) {
        format!("'{function}' is exported by the application but is not a function")
    } else {
        format!("The application exports no function '{function}'")
    };
    Err(CallError::new(ErrorCode::FunctionNotFound, message))
}

fn entry(
    target: &Target,
    function: Option<&str>,
    invocation: Option<Uuid>,
    requestor: Option<&RequestorContext>,
    line: LogLine,
) -> LogEntry {
    let requestor = requestor.and_then(|requestor| {
        requestor
            .user_id
            .clone()
            .or_else(|| requestor.service_account_id.clone())
    });
    LogEntry {
        time: log::now(),
        level: log::level_name(line.level),
        source: Source::Application,
        tenant: target.tenant.code.clone(),
        application: target.application.code.clone(),
        deployment: target.deployment.id.to_string(),
        function: function.map(str::to_owned),
        requestor,
        invocation: invocation.map(|id| id.to_string()),
        message: line.message,
        receipt: None,
    }
}

/// Writes what happens in one invocation to the log. It also holds the invocation's place, which
/// is free when the process is gone, not when the answer is there.
struct Writer {
    runtime: Arc<Runtime>,
    call: Call,
    invocation: Uuid,
    _place: crate::admission::Place,
}

impl Writer {
    fn entry(&self, line: LogLine) -> LogEntry {
        let Call {
            target,
            function,
            requestor,
            ..
        } = &self.call;
        entry(
            target,
            Some(function),
            Some(self.invocation),
            Some(requestor),
            line,
        )
    }

    /// What the caller is told; the stack goes to the log.
    fn explain(self: &Arc<Self>, end: End) -> CallError {
        let (error, stack) = match end {
            End::Failed(failure) => (
                CallError::new(failure.code.into(), failure.message),
                failure.stack,
            ),
            End::OverLimit(limit, measure) => (CallError::new(limit.into(), measure), None),
            End::Lost => (lost(), None),
        };
        let this = Arc::clone(self);
        let message = error.message.clone();
        tokio::spawn(async move {
            let deployment = this.call.target.deployment.id;
            let stack = this.runtime.map_stack(deployment, stack).await;
            let line = LogLine {
                level: LogLevel::Error,
                message: stack.unwrap_or(message),
            };
            this.runtime.log.write(&LogEntry {
                source: Source::Platform,
                ..this.entry(line)
            });
        });
        error
    }
}

impl Observer for Writer {
    fn log(&self, line: LogLine) {
        self.runtime.log.write(&self.entry(line));
    }

    fn ended(&self, receipt: &Receipt) {
        let line = LogLine {
            level: LogLevel::Debug,
            message: "invocation ended".to_owned(),
        };
        let milliseconds = |duration: Duration| duration.as_micros() as f64 / 1_000.0;
        let receipt = json!({
            "wallMs": milliseconds(receipt.wall),
            "cpuMs": milliseconds(receipt.cpu),
            "peakMemoryBytes": receipt.peak_memory,
            "pageFaults": receipt.page_faults,
            "serviceCalls": receipt.service_calls,
            "bytesFromProcess": receipt.bytes_out,
        });
        let entry = LogEntry {
            source: Source::Platform,
            receipt: Some(receipt),
            ..self.entry(line)
        };
        self.runtime.log.write(&entry);
    }
}
