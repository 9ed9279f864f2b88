//! What `import` finds: the bundle itself, and the platform's own modules by name.

use deno_core::FastString;
use deno_core::ModuleLoadOptions;
use deno_core::ModuleLoadReferrer;
use deno_core::ModuleLoadResponse;
use deno_core::ModuleLoader;
use deno_core::ModuleSource;
use deno_core::ModuleSourceCode;
use deno_core::ModuleSpecifier;
use deno_core::ModuleType;
use deno_core::ResolutionKind;
use deno_core::error::ModuleLoaderError;
use deno_core::v8;
use deno_error::JsErrorBox;
use std::borrow::Cow;
use std::collections::BTreeSet;

/// URL scheme of the platform's own modules, and the type under which they are evaluated.
const SCHEME: &str = "ketrics";

/// Type of the helper module that carries the values.
const VALUES: &str = "ketrics-values";

/// Resolves imports. Nothing is ever read from a disk or a network.
pub struct Modules {
    names: BTreeSet<String>,
}

impl Modules {
    /// A loader that knows the platform's modules by these names, without `node:`.
    #[must_use]
    pub fn new(names: BTreeSet<String>) -> Self {
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
        let url = if self.names.contains(name) {
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
        _options: ModuleLoadOptions,
    ) -> ModuleLoadResponse {
        if specifier.scheme() != SCHEME {
            return ModuleLoadResponse::Sync(Err(not_found(specifier.path())));
        }
        ModuleLoadResponse::Sync(Ok(ModuleSource::new(
            ModuleType::Other(SCHEME.into()),
            ModuleSourceCode::String(FastString::from_static("")),
            specifier,
            None,
        )))
    }
}

/// The hint after the name is worded where `require` words it: see `runtime-js/src/node`.
fn not_found(specifier: &str) -> ModuleLoaderError {
    JsErrorBox::type_error(format!(
        "Cannot import '{specifier}': there are no files and no packages at run time. \
         Bundle what you import, with esbuild for example"
    ))
}

/// Makes an ES module from what `hooks.modules[name]()` gives, its properties as named exports.
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
    let object = v8::Local::<v8::Object>::try_from(value).map_err(|_| failed())?;
    let mut source = format!(
        "import values from \"{specifier}\" with {{ type: \"{VALUES}\" }};\nexport default values;\n"
    );
    let names = object
        .get_own_property_names(scope, v8::GetPropertyNamesArgs::default())
        .ok_or_else(failed)?;
    for index in 0..names.length() {
        let Some(name) = names.get_index(scope, index) else { continue };
        let name = name.to_rust_string_lossy(scope);
        if is_identifier(&name) && name != "default" {
            source.push_str(&format!("export const {name} = values.{name};\n"));
        }
    }
    Ok(deno_core::CustomModuleEvaluationKind::ComputedAndSynthetic(
        source.into(),
        v8::Global::new(scope, value),
        ModuleType::Other(Cow::Borrowed(VALUES)),
    ))
}

fn is_identifier(name: &str) -> bool {
    let mut characters = name.chars();
    characters.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_' || first == '$')
        && characters.all(|rest| rest.is_ascii_alphanumeric() || rest == '_' || rest == '$')
        && !matches!(name, "delete" | "default" | "in" | "new" | "class" | "function")
}
