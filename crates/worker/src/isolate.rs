//! One V8 isolate with the SDK in it, and the few things that the host does to it.

use crate::event_loop;
use crate::memory;
use crate::modules;
use crate::modules::ModuleNames;
use crate::modules::Modules;
use crate::ops::Process;
use crate::snapshot;
use deno_core::JsRuntime;
use deno_core::PollEventLoopOptions;
use deno_core::RuntimeOptions;
use deno_core::error::CoreError;
use deno_core::error::CoreErrorKind;
use deno_core::error::JsError;
use deno_core::v8;
use ketrics_protocol::Limits;
use ketrics_protocol::frame::Failure;
use ketrics_protocol::frame::FailureCode;
use ketrics_protocol::frame::LoadReport;
use ketrics_protocol::frame::LogLevel;
use std::cell::RefCell;
use std::rc::Rc;
use std::task::Context;
use std::task::Poll;
use std::time::Instant;
use tokio::runtime::Runtime as Tokio;

/// Flags on top of those that `deno_core` sets.
const FLAGS: &[&str] = &[
    // There are no other threads: a fork would not copy them.
    "--single-threaded",
    // What was compiled before the fork stays compiled.
    "--no-flush-bytecode",
];

/// The isolate could not be made; there is nothing to be done but to end the process.
#[derive(Debug, thiserror::Error)]
#[error("the isolate cannot be made: {0}")]
pub struct BrokenIsolate(String);

/// The JavaScript functions that the host calls. The SDK's entry (`runtime-js/src/main.ts`) says
/// what each does.
struct Hooks {
    before_load: v8::Global<v8::Function>,
    load_common_js: v8::Global<v8::Function>,
    load_es_module: v8::Global<v8::Function>,
    report: v8::Global<v8::Function>,
    warm: v8::Global<v8::Function>,
    forget: v8::Global<v8::Function>,
    invoke: v8::Global<v8::Function>,
    run_timers: v8::Global<v8::Function>,
    has_timers: v8::Global<v8::Function>,
    has_work: v8::Global<v8::Function>,
}

/// The isolate. It is made once, in the base zygote; every fork has its own copy.
pub struct Isolate {
    runtime: JsRuntime,
    hooks: Hooks,
    /// The first exception that nothing caught while the bundle loads. Later they go to the log.
    uncaught: Option<Failure>,
    is_loading: bool,
    /// An ES module runs, and may await.
    is_evaluating: bool,
}

/// Sets V8 up for this process.
///
/// # Errors
/// When V8 does not know one of our flags: it would otherwise run with a default of its own.
pub fn initialize_v8() -> Result<(), BrokenIsolate> {
    let flags = std::iter::once(String::new()).chain(FLAGS.iter().map(|&flag| flag.to_owned()));
    let unknown = deno_core::v8_set_flags(flags.collect());
    if unknown.len() > 1 {
        return Err(BrokenIsolate(format!(
            "V8 does not know {}",
            unknown[1..].join(" ")
        )));
    }
    let platform = v8::new_single_threaded_default_platform(false).make_shared();
    JsRuntime::init_platform(Some(platform));
    memory::watch_fatal_errors();
    Ok(())
}

impl Isolate {
    /// Restores the SDK's snapshot. Needs a Tokio context, which may end afterwards.
    ///
    /// # Errors
    /// When the snapshot does not hold what the host needs.
    pub fn restore(snapshot: &'static [u8]) -> Result<Self, BrokenIsolate> {
        let values = Rc::new(RefCell::new(None::<v8::Global<v8::Object>>));
        let for_imports = Rc::clone(&values);
        let mut runtime = JsRuntime::try_new(RuntimeOptions {
            startup_snapshot: Some(snapshot),
            extensions: snapshot::extensions(),
            create_params: Some(memory::create_params()),
            custom_module_evaluation_cb: Some(Box::new(move |scope, _, specifier, _| {
                match &*for_imports.borrow() {
                    Some(hooks) => modules::evaluate(scope, hooks, specifier.as_str()),
                    None => Err(deno_error::JsErrorBox::generic("The platform is not ready")),
                }
            })),
            // The names are known once the snapshot is there.
            module_loader: Some(Rc::new(Modules::new(snapshot::module_names()))),
            ..RuntimeOptions::default()
        })
        .map_err(|error| BrokenIsolate(error.to_string()))?;
        memory::watch(runtime.v8_isolate());
        let (hooks, module_values) = take_hooks(&mut runtime)?;
        *values.borrow_mut() = Some(module_values);
        Ok(Self {
            runtime,
            hooks,
            uncaught: None,
            is_loading: true,
            is_evaluating: false,
        })
    }

    /// What the ops know about this process, to be read or replaced.
    pub fn process<T>(&mut self, with: impl FnOnce(&mut Process) -> T) -> T {
        with(self.runtime.op_state().borrow_mut().borrow_mut::<Process>())
    }

    /// Takes the limits of the application that this process serves from now on.
    pub fn set_limits(&mut self, limits: &Limits) {
        memory::set_limits(self.runtime.v8_isolate(), limits);
    }

    /// Runs the paths that every invocation takes, so that none pays for their first time.
    pub fn warm(&mut self) -> Result<(), Failure> {
        let hook = self.hooks.warm.clone();
        self.call(&hook, |_| Vec::new()).map(drop)
    }

    /// Makes the SDK what it was before the rehearsal's bundle.
    pub fn forget_rehearsal(&mut self) -> Result<(), Failure> {
        self.is_loading = true;
        let hook = self.hooks.forget.clone();
        self.call(&hook, |_| Vec::new()).map(drop)
    }

    /// Gives the SDK the environment that module-level code may read.
    pub fn before_load(&mut self, environment: &impl serde::Serialize) -> Result<(), Failure> {
        let hook = self.hooks.before_load.clone();
        let environment = serde_json::to_string(environment).unwrap_or_else(|_| "{}".to_owned());
        self.call(&hook, |scope| vec![parse(scope, &environment)])
            .map(drop)
    }

    /// Compiles a CommonJS bundle and runs it.
    pub fn load_common_js(&mut self, name: &str, source: &str) -> Result<(), Failure> {
        let wrapper = self.compile(name, source)?;
        let hook = self.hooks.load_common_js.clone();
        self.call(&hook, |scope| {
            let name = v8::String::new(scope, name).unwrap_or_else(|| v8::String::empty(scope));
            vec![v8::Local::new(scope, wrapper).into(), name.into()]
        })
        .map(drop)
    }

    fn compile(&mut self, name: &str, source: &str) -> Result<v8::Global<v8::Function>, Failure> {
        deno_core::scope!(scope, self.runtime);
        v8::tc_scope!(let scope, scope);
        let too_long = || failure("The bundle is longer than V8 takes");
        let code = v8::String::new(scope, source).ok_or_else(too_long)?;
        let name = v8::String::new(scope, name).ok_or_else(too_long)?;
        let origin = v8::ScriptOrigin::new(
            scope,
            name.into(),
            0,
            0,
            false,
            0,
            None,
            false,
            false,
            false,
            None,
        );
        let mut code = v8::script_compiler::Source::new(code, Some(&origin));
        let parameters = ["exports", "require", "module", "__filename", "__dirname"];
        let mut arguments = Vec::with_capacity(parameters.len());
        for parameter in parameters {
            arguments.push(v8::String::new(scope, parameter).ok_or_else(too_long)?);
        }
        let wrapper = v8::script_compiler::compile_function(
            scope,
            &mut code,
            &arguments,
            &[],
            // Whatever were left for later would be compiled again by every invocation.
            v8::script_compiler::CompileOptions::EagerCompile,
            v8::script_compiler::NoCacheReason::NoReason,
        );
        match wrapper {
            Some(wrapper) => Ok(v8::Global::new(scope, wrapper)),
            None => Err(caught(scope)),
        }
    }

    /// Loads an ES module and runs it, top-level `await` included.
    pub fn load_es_module(
        &mut self,
        tokio: &Tokio,
        name: &str,
        source: String,
    ) -> Result<(), Failure> {
        let url = deno_core::ModuleSpecifier::parse(&format!("file:///{name}"))
            .map_err(|_| failure("The bundle's name is no file name"))?;
        let id = tokio
            .block_on(self.runtime.load_main_es_module_from_code(&url, source))
            .map_err(from_core)?;
        let evaluated = self.runtime.mod_evaluate(id);
        let mut evaluated = std::pin::pin!(evaluated);
        self.is_evaluating = true;
        // The module's own promise decides; whatever else it started is only kept going.
        event_loop::run(tokio, self, None, |_, turn, context| {
            match evaluated.as_mut().poll(context) {
                Poll::Ready(result) => Poll::Ready(result.map_err(from_core)),
                Poll::Pending if turn == Turn::Idle => Poll::Ready(Err(failure(
                    "The module's top-level await never ends: nothing is left that it could wait for",
                ))),
                Poll::Pending => Poll::Pending,
            }
        })?;
        self.is_evaluating = false;
        let namespace = self.runtime.get_module_namespace(id).map_err(from_core)?;
        let hook = self.hooks.load_es_module.clone();
        self.call(&hook, |scope| vec![v8::Local::new(scope, namespace).into()])
            .map(drop)
    }

    /// What the bundle exports.
    pub fn report(&mut self) -> Result<LoadReport, Failure> {
        let hook = self.hooks.report.clone();
        let report = self.call(&hook, |_| Vec::new())?;
        deno_core::scope!(scope, self.runtime);
        let report = v8::Local::new(scope, report);
        deno_core::serde_v8::from_v8(scope, report)
            .map_err(|error| failure(format!("The bundle's exports cannot be listed: {error}")))
    }

    /// Starts the invocation; the outcome comes through the ops.
    ///
    /// # Errors
    /// When the SDK itself fails.
    pub fn invoke(&mut self, function: &str, payload: &str, context: &str) -> Result<(), Failure> {
        self.is_loading = false;
        let hook = self.hooks.invoke.clone();
        self.call(&hook, |scope| {
            let function = text(scope, function);
            let payload = text(scope, payload);
            vec![function, payload, parse(scope, context)]
        })
        .map(drop)
    }

    /// Whether a one-shot timer is pending that work may wait for.
    pub fn has_work(&mut self) -> bool {
        let hook = self.hooks.has_work.clone();
        self.ask(&hook)
    }

    /// Whether a timer is pending that keeps an event loop going.
    pub fn has_timers(&mut self) -> bool {
        let hook = self.hooks.has_timers.clone();
        self.ask(&hook)
    }

    fn ask(&mut self, hook: &v8::Global<v8::Function>) -> bool {
        let Ok(answer) = self.call(hook, |_| Vec::new()) else {
            return false;
        };
        deno_core::scope!(scope, self.runtime);
        v8::Local::new(scope, answer).is_true()
    }

    /// Turns the event loop once: due timers, settled ops, microtasks.
    pub fn turn(&mut self, context: &mut Context<'_>) -> Turn {
        loop {
            let polled = self.poll(context);
            if let Poll::Ready(Err(error)) = polled {
                self.unhandled(from_core(error));
                // It fails the load; to go on could bring the same error for ever.
                if self.is_loading {
                    return Turn::Idle;
                }
                continue;
            }
            let next = self.next_timer();
            if next.is_some_and(|next| next <= Instant::now()) {
                self.process(Process::clear_timer);
                let hook = self.hooks.run_timers.clone();
                if let Err(failure) = self.call(&hook, |_| Vec::new()) {
                    self.unhandled(failure);
                }
                continue;
            }
            return match polled {
                Poll::Pending => Turn::Waiting,
                Poll::Ready(_) if next.is_some() => Turn::Timers,
                Poll::Ready(_) => Turn::Idle,
            };
        }
    }

    /// Lets `deno_core` have its turn. It takes a top-level `await` for stuck when it knows of
    /// nothing that could end it, and it does not know of our timers: a pending one is an op of
    /// which it only knows that it is there.
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Result<(), CoreError>> {
        let options = PollEventLoopOptions::default();
        if !self.is_evaluating || self.next_timer().is_none() {
            return self.runtime.poll_event_loop(context, options);
        }
        let state = self.runtime.op_state();
        let timers = state.borrow().external_ops_tracker.clone();
        timers.ref_op();
        let polled = self.runtime.poll_event_loop(context, options);
        timers.unref_op();
        polled
    }

    /// When the next timer is due.
    pub fn next_timer(&mut self) -> Option<Instant> {
        self.process(|process| process.next_timer())
    }

    /// An exception that nothing caught: it fails the load, as it ends a Node process. A function
    /// that already runs goes on, and the log says what it missed.
    fn unhandled(&mut self, failure: Failure) {
        if self.is_loading {
            self.uncaught.get_or_insert(failure);
            return;
        }
        let text = failure.stack.unwrap_or(failure.message);
        let line = format!("Unhandled promise rejection: {text}");
        self.process(|process| process.log(LogLevel::Error, line, None));
    }

    /// What nothing caught while the bundle loaded.
    pub fn take_uncaught(&mut self) -> Option<Failure> {
        self.uncaught.take()
    }

    fn call(
        &mut self,
        hook: &v8::Global<v8::Function>,
        arguments: impl for<'s> FnOnce(&mut v8::PinScope<'s, '_>) -> Vec<v8::Local<'s, v8::Value>>,
    ) -> Result<v8::Global<v8::Value>, Failure> {
        deno_core::scope!(scope, self.runtime);
        v8::tc_scope!(let scope, scope);
        let hook = v8::Local::new(scope, hook);
        let arguments = arguments(scope);
        let this = v8::undefined(scope).into();
        match hook.call(scope, this, &arguments) {
            Some(value) => Ok(v8::Global::new(scope, value)),
            None => Err(caught(scope)),
        }
    }
}

/// What a turn of the event loop leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// Nothing is pending: no op, no timer.
    Idle,
    /// Nothing but a timer is pending.
    Timers,
    /// An op is pending.
    Waiting,
}

fn take_hooks(runtime: &mut JsRuntime) -> Result<(Hooks, v8::Global<v8::Object>), BrokenIsolate> {
    let broken = |what: &str| BrokenIsolate(format!("the snapshot lacks {what}"));
    deno_core::scope!(scope, runtime);
    let context = scope.get_current_context();
    // Code from strings is refused: no `eval`, no `new Function`.
    context.set_allow_generation_from_strings(false);
    let global = context.global(scope);
    let take = |name: &str| {
        let key = v8::String::new(scope, name)?;
        let value = global.get(scope, key.into())?;
        global.delete(scope, key.into());
        v8::Local::<v8::Object>::try_from(value)
            .ok()
            .map(|object| v8::Global::new(scope, object))
    };
    let hooks = take("__ketrics").ok_or_else(|| broken("__ketrics"))?;
    // Whatever leads to the ops goes before any tenant code comes.
    take("Deno");
    take("__bootstrap");
    let hooks = v8::Local::new(scope, hooks);
    let function = |name: &str| {
        let value = v8::String::new(scope, name).and_then(|key| hooks.get(scope, key.into()));
        value
            .and_then(|value| v8::Local::<v8::Function>::try_from(value).ok())
            .map(|function| v8::Global::new(scope, function))
            .ok_or_else(|| broken(name))
    };
    let functions = Hooks {
        before_load: function("beforeLoad")?,
        load_common_js: function("loadCommonJs")?,
        load_es_module: function("loadEsModule")?,
        report: function("report")?,
        warm: function("warm")?,
        forget: function("forget")?,
        invoke: function("invoke")?,
        run_timers: function("runTimers")?,
        has_timers: function("hasTimers")?,
        has_work: function("hasWork")?,
    };
    let modules = v8::String::new(scope, "modules")
        .and_then(|key| hooks.get(scope, key.into()))
        .and_then(|value| v8::Local::<v8::Object>::try_from(value).ok())
        .map(|object| v8::Global::new(scope, object))
        .ok_or_else(|| broken("modules"))?;
    Ok((functions, modules))
}

/// The modules that the snapshot offers and what they export, read from a runtime that holds it.
pub fn module_names(runtime: &mut JsRuntime) -> Option<ModuleNames> {
    deno_core::scope!(scope, runtime);
    let global = scope.get_current_context().global(scope);
    let key = v8::String::new(scope, "__ketrics")?;
    let hooks = v8::Local::<v8::Object>::try_from(global.get(scope, key.into())?).ok()?;
    let key = v8::String::new(scope, "modules")?;
    let modules = v8::Local::<v8::Object>::try_from(hooks.get(scope, key.into())?).ok()?;
    let names = own_names(scope, modules)?;
    names
        .into_iter()
        .map(|name| {
            let key = v8::String::new(scope, &name)?;
            let make = v8::Local::<v8::Function>::try_from(modules.get(scope, key.into())?).ok()?;
            let this = v8::undefined(scope).into();
            let values = v8::Local::<v8::Object>::try_from(make.call(scope, this, &[])?).ok()?;
            Some((name, own_names(scope, values)?))
        })
        .collect()
}

fn own_names(
    scope: &mut v8::PinScope<'_, '_>,
    object: v8::Local<'_, v8::Object>,
) -> Option<Vec<String>> {
    let names = object.get_own_property_names(scope, v8::GetPropertyNamesArgs::default())?;
    (0..names.length())
        .map(|index| Some(names.get_index(scope, index)?.to_rust_string_lossy(scope)))
        .collect()
}

fn text<'s>(scope: &mut v8::PinScope<'s, '_>, value: &str) -> v8::Local<'s, v8::Value> {
    match v8::String::new(scope, value) {
        Some(text) => text.into(),
        None => v8::undefined(scope).into(),
    }
}

fn parse<'s>(scope: &mut v8::PinScope<'s, '_>, json: &str) -> v8::Local<'s, v8::Value> {
    let value = v8::String::new(scope, json).and_then(|json| v8::json::parse(scope, json));
    value.unwrap_or_else(|| v8::undefined(scope).into())
}

/// A failure that is not JavaScript's.
pub fn failure(message: impl Into<String>) -> Failure {
    Failure {
        code: FailureCode::Runtime,
        message: message.into(),
        stack: None,
    }
}

fn caught(scope: &mut v8::PinnedRef<'_, v8::TryCatch<v8::HandleScope<'_>>>) -> Failure {
    match scope.exception() {
        Some(exception) => {
            let error = JsError::from_v8_exception(scope, exception);
            from_js(*error)
        }
        None => failure("Execution was ended"),
    }
}

fn from_js(error: JsError) -> Failure {
    let message = match (&error.name, &error.message) {
        (Some(name), Some(message)) => format!("{name}: {message}"),
        _ => error
            .exception_message
            .trim_start_matches("Uncaught ")
            .to_owned(),
    };
    Failure {
        code: FailureCode::Runtime,
        message,
        stack: error.stack,
    }
}

fn from_core(error: CoreError) -> Failure {
    match error.into_kind() {
        CoreErrorKind::Js(error) => from_js(*error),
        other => failure(other.to_string()),
    }
}
