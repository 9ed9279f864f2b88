//! What `import` finds: the bundle itself, and the platform's own modules by name.

use deno_core::ModuleLoadOptions;
use deno_core::ModuleLoadReferrer;
use deno_core::ModuleLoadResponse;
use deno_core::ModuleLoader;
use deno_core::ModuleSource;
use deno_core::ModuleSourceCode;
use deno_core::ModuleSpecifier;
use deno_core::ModuleType;
use deno_core::RequestedModuleType;
use deno_core::ResolutionKind;
use deno_core::error::ModuleLoaderError;
use deno_core::v8;
use deno_error::JsErrorBox;
use std::collections::BTreeMap;
use std::fmt::Write;

/// URL scheme of the platform's own modules.
const SCHEME: &str = "ketrics";

/// Type of the helper module that carries the values.
const VALUES: &str = "ketrics-values";

/// The platform's modules by name, without `node:`, and the names that each exports.
pub type ModuleNames = BTreeMap<String, Vec<String>>;

/// Resolves imports. Nothing is ever read from a disk or a network.
pub struct Modules {
    names: ModuleNames,
}

impl Modules {
    /// A loader that knows these modules.
    #[must_use]
    pub fn new(names: ModuleNames) -> Self {
        Self { names }
    }
}

impl ModuleLoader for Modules {
    fn resolve(
        &self,
        specifier: &str,
        _referrer: &str,
        _kind: ResolutionKind,
    ) -> Result<ModuleSpecifier, ModuleLoaderError> {
        let name = specifier.strip_prefix("node:").unwrap_or(specifier);
        let url = if self.names.contains_key(name) {
            format!("{SCHEME}:{name}")
        } else {
            // The bundle itself, or the helper module that a platform module imports.
            specifier.to_owned()
        };
        ModuleSpecifier::parse(&url)
            .ok()
            .filter(|url| matches!(url.scheme(), SCHEME | "file"))
            .ok_or_else(|| not_found(specifier))
    }

    fn load(
        &self,
        specifier: &ModuleSpecifier,
        _referrer: Option<&ModuleLoadReferrer>,
        options: ModuleLoadOptions,
    ) -> ModuleLoadResponse {
        let exports = match specifier.scheme() {
            SCHEME => self.names.get(specifier.path()),
            _ => None,
        };
        let Some(exports) = exports else {
            return ModuleLoadResponse::Sync(Err(not_found(specifier.path())));
        };
        let (kind, source) = match options.requested_module_type {
            RequestedModuleType::Other(kind) if kind == VALUES => {
                (ModuleType::Other(VALUES.into()), String::new())
            }
            _ => (ModuleType::JavaScript, facade(specifier, exports)),
        };
        let source = ModuleSourceCode::String(source.into());
        ModuleLoadResponse::Sync(Ok(ModuleSource::new(kind, source, specifier, None)))
    }
}

/// An ES module whose exports are the properties of what the helper module carries. An import
/// without attributes finds JavaScript only, so the values come by a second import with one.
fn facade(specifier: &ModuleSpecifier, exports: &[String]) -> String {
    let mut source = format!(
        "import values from \"{specifier}\" with {{ type: \"{VALUES}\" }};\nexport default values;\n"
    );
    for name in exports.iter().filter(|name| is_identifier(name)) {
        let _ = writeln!(source, "export const {name} = values.{name};");
    }
    source
}

/// The hint after the name is worded where `require` words it: see `runtime-js/src/node`.
fn not_found(specifier: &str) -> ModuleLoaderError {
    JsErrorBox::type_error(format!(
        "Cannot import '{specifier}': there are no files and no packages at run time. \
         Bundle what you import, with esbuild for example"
    ))
}

/// The values of a helper module: what `hooks.modules[name]()` gives.
///
/// # Errors
/// When the object cannot be made.
pub fn evaluate(
    scope: &mut v8::PinScope<'_, '_>,
    hooks: &v8::Global<v8::Object>,
    specifier: &str,
) -> Result<deno_core::CustomModuleEvaluationKind, JsErrorBox> {
    let name = specifier.strip_prefix("ketrics:").unwrap_or(specifier);
    let failed = || JsErrorBox::generic(format!("The module '{name}' cannot be loaded"));
    let hooks = v8::Local::new(scope, hooks);
    let key = v8::String::new(scope, name).ok_or_else(failed)?;
    let make = hooks.get(scope, key.into()).ok_or_else(failed)?;
    let make = v8::Local::<v8::Function>::try_from(make).map_err(|_| failed())?;
    let this = v8::undefined(scope).into();
    let value = make.call(scope, this, &[]).ok_or_else(failed)?;
    Ok(deno_core::CustomModuleEvaluationKind::Synthetic(
        v8::Global::new(scope, value),
    ))
}

fn is_identifier(name: &str) -> bool {
    let mut characters = name.chars();
    characters
        .next()
        .is_some_and(|first| first.is_ascii_alphabetic() || first == '_' || first == '$')
        && characters.all(|rest| rest.is_ascii_alphanumeric() || rest == '_' || rest == '$')
        && !matches!(
            name,
            "delete" | "default" | "in" | "new" | "class" | "function"
        )
}
