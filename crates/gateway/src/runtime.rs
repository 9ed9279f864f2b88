//! Runs calls: a place among the others, a process of the right zygote, and the answer.

use crate::admission::Admission;
use crate::admission::Concurrency;
use crate::admission::Place;
use crate::auth::Identity;
use crate::call::Call;
use crate::call::Done;
use crate::call::Origin;
use crate::call_log::CallLog;
use crate::call_log::lost;
use crate::error::CallError;
use crate::error::ErrorCode;
use crate::log::LogEntry;
use crate::log::LogSink;
use crate::peers::OtherApplications;
use crate::routes::Routes;
use crate::routes::Target;
use crate::stacks::Stacks;
use crate::telemetry;
use crate::worker::application::Ahead;
use crate::worker::application::Application;
use crate::worker::application::LoadError;
use crate::worker::base::Base;
use crate::worker::base::WorkerCommand;
use crate::worker::invocation;
use crate::worker::invocation::Answer;
use crate::worker::invocation::Receipt;
use crate::worker::priority::Priorities;
use crate::worker::process;
use crate::worker::process::Strangers;
use crate::worker::zygotes::Claim;
use crate::worker::zygotes::Zygotes;
use ketrics_directory::Bundle;
use ketrics_directory::BundleFormat;
use ketrics_directory::Directory;
use ketrics_directory::Requestor;
use ketrics_protocol::ApplicationContext;
use ketrics_protocol::Context;
use ketrics_protocol::Limit;
use ketrics_protocol::LimitError;
use ketrics_protocol::LimitPolicy;
use ketrics_protocol::Limits;
use ketrics_protocol::RequestorContext;
use ketrics_protocol::RuntimeContext;
use ketrics_protocol::SandboxLevel;
use ketrics_protocol::TenantContext;
use ketrics_protocol::frame;
use ketrics_protocol::frame::Failure;
use ketrics_protocol::frame::Invoke;
use ketrics_protocol::frame::LoadReport;
use ketrics_protocol::frame::LogLevel;
use ketrics_protocol::frame::LogLine;
use ketrics_services::Caller;
use ketrics_services::Invocation;
use ketrics_services::Memories;
use ketrics_services::Services;
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
    /// What applications may use.
    pub limits: LimitPolicy,
    /// Limits of all of them together.
    pub concurrency: Concurrency,
    /// How long a zygote stays that nobody uses.
    pub idle: Duration,
    /// How many processes of an application wait for calls.
    pub ahead: Ahead,
    /// `ketrics.runtime.region`.
    pub region: String,
}

/// Runs calls.
pub struct Runtime {
    directory: Directory,
    services: Services,
    zygotes: Zygotes,
    admission: Admission,
    priorities: Priorities,
    memories: Memories,
    routes: Routes,
    log: Arc<dyn LogSink>,
    config: RuntimeConfig,
    stacks: Arc<Stacks>,
    level: SandboxLevel,
    strangers: Mutex<Strangers>,
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
        let (base, level) = Base::start(config.worker.clone()).await?;
        tracing::info!(%level, minimum = %config.worker.floor, "the sandbox of worker processes");
        if level < SandboxLevel::Full {
            tracing::warn!(%level, "this host does not have every wall; docs/sandbox.md says what is missing");
        }
        Ok(Arc::new(Self {
            zygotes: Zygotes::new(base, config.idle, config.ahead),
            admission: Admission::new(config.concurrency),
            priorities: Priorities::default(),
            memories: Memories::new(config.concurrency.tenant_memory),
            routes: Routes::new(directory.clone(), config.limits.clone()),
            level,
            strangers: Mutex::default(),
            stacks: Arc::new(Stacks::new(directory.clone())),
            directory,
            services,
            log,
            config,
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

    /// What a `ketrics.config.json` asks for, as far as the host allows.
    ///
    /// # Errors
    /// When it asks for a limit that there is not.
    pub fn limits_in(&self, config: &str) -> Result<Limits, LimitError> {
        self.routes.limits_in(config)
    }

    /// The walls around worker processes, and the least that the host's configuration asks for.
    #[must_use]
    pub fn sandbox(&self) -> (SandboxLevel, SandboxLevel) {
        (self.level, self.config.worker.floor)
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
        let found = self.find_requestor(identity.requestor, target).await?;
        found.ok_or_else(|| {
            CallError::new(
                ErrorCode::Forbidden,
                format!(
                    "The requestor has no role in the application '{}'",
                    target.application.code
                ),
            )
        })
    }

    /// The same, where `None` is no role.
    ///
    /// # Errors
    /// When the directory does not answer.
    pub(crate) async fn find_requestor(
        &self,
        requestor: Requestor,
        target: &Target,
    ) -> Result<Option<RequestorContext>, CallError> {
        let found = self
            .routes
            .requestor(target.tenant.id, requestor, target.application.id)
            .await?;
        Ok(found.map(Arc::unwrap_or_clone))
    }

    /// Takes a change of deployments, roles or environments in at once.
    pub fn refresh(&self) {
        self.routes.forget();
    }

    /// Lets zygotes go that nobody needs any more, and ends those that have processes which nobody
    /// asked for.
    pub fn sweep(&self) {
        self.zygotes.sweep();
        self.priorities.sweep();
        let children = self.zygotes.children();
        let groups = self
            .strangers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .look(&children);
        for group in groups {
            if !self.zygotes.end(group, "it forked without being told to") {
                // Its zygote is gone already.
                process::kill_group(group);
            }
        }
    }

    /// Zygotes, calls that run, calls that wait.
    #[must_use]
    pub fn load(&self) -> (usize, usize, usize) {
        let (running, waiting) = self.admission.load();
        (self.zygotes.count(), running, waiting)
    }

    /// What tenants hold in the host's memory.
    #[must_use]
    pub fn memories(&self) -> &Memories {
        &self.memories
    }

    /// Loads a deployment before anybody calls it, and says what it exports.
    ///
    /// # Errors
    /// When its bundle does not load; the message has the stack.
    pub async fn prepare(&self, target: &Target, bundle: &Bundle) -> Result<LoadReport, CallError> {
        // It may not be in the directory yet.
        self.stacks.keep(target.deployment.id, bundle);
        let load = || async { Ok((self.load_frame(target, bundle.clone()), ())) };
        let log = |line: LogLine| self.log.write(&Arc::new(LogEntry::of(target, line)));
        match self.zygotes.application(target.zygote(), load, log).await {
            Ok(application) => Ok(application.report.clone()),
            Err(error) => {
                let stack = match &error {
                    LoadError::Threw(failure) => failure.stack.clone(),
                    _ => None,
                };
                let mut error = self.load_error(target, error).await;
                if let Some(stack) = stack {
                    let stack = self.stacks.map(target.deployment.id, &stack).await;
                    error.message = format!("The application does not load: {stack}");
                }
                Err(error)
            }
        }
    }

    /// Lets the zygote of a deployment go that was prepared for nothing.
    pub fn discard(&self, target: &Target) {
        self.zygotes.discard(&target.zygote());
    }

    /// Runs a call.
    pub async fn call(self: &Arc<Self>, call: Call) -> Done {
        let kind = call.origin.name();
        let done = self.run(call).await;
        telemetry::figures().count(kind, &done);
        done
    }

    async fn run(self: &Arc<Self>, mut call: Call) -> Done {
        let invocation = Uuid::new_v4();
        let arrived = Instant::now();
        let failed = |error| Done {
            invocation,
            result: Err(error),
            used: Receipt::default(),
            queued: arrived.elapsed(),
            claimed: Duration::ZERO,
        };
        let place = match self.admission.admit(call.target.tenant.id).await {
            Ok(place) => place,
            Err(error) => return failed(error),
        };
        let queued = arrived.elapsed();
        let claim = match self.claim(&call, &place).await {
            Ok(claim) => claim,
            Err(error) => return failed(error),
        };
        let claimed = arrived.elapsed() - queued;
        let limits = call.origin.limits(&call.target.limits);
        let known = Arc::new(Invocation::new(
            self.caller(&call, invocation, &limits),
            Arc::new(OtherApplications(Arc::clone(self))),
            self.memories.of(call.target.tenant.id),
        ));
        let invoke = Invoke {
            id: invocation.to_string(),
            function: call.function.clone(),
            // Megabytes perhaps, and of no use to the log.
            payload: std::mem::take(&mut call.payload),
            context: self.context(&call),
            limits,
        };
        let priority = self.priorities.of(call.target.tenant.id);
        let stop = call.origin.stop();
        let observer = Arc::new(CallLog {
            sink: Arc::clone(&self.log),
            stacks: Arc::clone(&self.stacks),
            call,
            invocation,
            queued,
            _place: place,
        });
        let answered = invocation::start(
            claim,
            invoke,
            known,
            self.services.clone(),
            observer.clone(),
            priority,
            stop,
        )
        .await;
        match answered {
            Ok(Answer { result, used }) => {
                let result = result.map_err(|end| observer.explain(end));
                Done {
                    invocation,
                    result,
                    used,
                    queued,
                    claimed,
                }
            }
            Err(_) => failed(lost()),
        }
    }

    async fn claim(&self, call: &Call, place: &Place) -> Result<Claim, CallError> {
        // A zygote may die between being found and being asked.
        for _ in 0..2 {
            let application = self.zygote(&call.target, place).await?;
            check_function(&application.report, &call.function)?;
            if let Some(claim) = self.zygotes.claim(application).await {
                return Ok(claim);
            }
        }
        Err(lost())
    }

    async fn zygote(&self, target: &Target, place: &Place) -> Result<Arc<Application>, CallError> {
        let load = || async {
            let turn = place.load().await;
            let bundle = self.directory.bundle(target.deployment.id).await;
            let bundle = bundle.map_err(io::Error::other)?;
            let bundle = bundle.ok_or_else(|| io::Error::other("the deployment has no bundle"))?;
            Ok((self.load_frame(target, bundle), turn))
        };
        let log = |line: LogLine| self.log.write(&Arc::new(LogEntry::of(target, line)));
        match self.zygotes.application(target.zygote(), load, log).await {
            Ok(application) => Ok(application),
            Err(error) => Err(self.load_error(target, error).await),
        }
    }

    fn load_frame(&self, target: &Target, bundle: Bundle) -> frame::Load {
        frame::Load {
            name: bundle.name,
            source: bundle.source,
            format: match bundle.format {
                BundleFormat::CommonJs => frame::BundleFormat::CommonJs,
                BundleFormat::EsModule => frame::BundleFormat::EsModule,
            },
            environment: target.environment.clone(),
            limits: target.limits.clone(),
        }
    }

    async fn load_error(&self, target: &Target, error: LoadError) -> CallError {
        match error {
            LoadError::Threw(Failure { message, stack, .. }) => {
                let text = match stack {
                    Some(stack) => self.stacks.map(target.deployment.id, &stack).await,
                    None => message.clone(),
                };
                let message_for_log = format!("The application does not load: {text}");
                let line = LogLine {
                    level: LogLevel::Error,
                    message: message_for_log,
                    cut_from: None,
                    data: None,
                };
                self.log.write(&Arc::new(LogEntry::of(target, line)));
                CallError::new(
                    ErrorCode::RuntimeError,
                    format!("The application does not load: {message}"),
                )
            }
            LoadError::OverLimit(Limit::Memory | Limit::Heap | Limit::Buffers, measure) => {
                CallError::new(
                    ErrorCode::MemoryLimit,
                    format!("The application does not load: {measure}"),
                )
            }
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
            path: match &call.origin {
                Origin::Application { path, .. } => path.clone(),
                Origin::Http | Origin::Job { .. } => Vec::new(),
            },
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
