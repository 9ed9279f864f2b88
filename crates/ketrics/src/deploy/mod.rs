//! `ketrics deploy`, `ketrics deployments` and `ketrics rollback`: an application's way to a host,
//! and back.

mod progress;

use crate::api::Environment;
use crate::build;
use crate::problem::Problem;
use crate::source::Source;
use futures_util::stream;
use ketrics_application::Package;
use ketrics_gateway::deploy::DeployReport;
use ketrics_gateway::deploy::DeploymentSummary;
use progress::Progress;
use reqwest::Body;
use serde::Deserialize;
use serde_json::json;
use std::convert::Infallible;
use std::path::PathBuf;

/// What is sent at once, for the progress to move.
const CHUNK: usize = 64 * 1024;

/// Check an application, pack it and put it in charge on a host
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Builds the bundle when backend/package.json has a build script, packs what `include` and `exclude`
in ketrics.config.json select, and uploads it. The host loads the bundle before anything changes:
a deployment that it refuses never replaces the one that runs.

Exit codes: 0 it is deployed; 1 it was refused or the host could not be reached; 2 the command was
wrong.")]
pub struct Deploy {
    /// Folder of the application: the one with ketrics.config.json
    #[arg(value_name = "FOLDER", default_value = ".")]
    folder: PathBuf,
    #[command(flatten)]
    environment: Environment,
    /// Take the bundle as it is
    #[arg(long)]
    no_build: bool,
}

#[derive(Deserialize)]
struct Deployed {
    deployment: DeployReport,
}

impl Deploy {
    /// Carries the command out.
    pub async fn run(self) -> Result<(), Problem> {
        let settings = self.environment.read()?;
        let application = settings.application()?;
        let api = settings.api()?;
        let folder = self
            .folder
            .canonicalize()
            .map_err(|error| Problem::Usage(format!("{}: {error}", self.folder.display())))?;
        let source = Source::read(&folder)?;
        if !self.no_build {
            build::build(&folder).await?;
        }
        let package = Package::select(&folder, &source.config)
            .map_err(|error| Problem::Failed(error.to_string()))?;
        let packing = Progress::files("packing", package.files.len());
        let zip = package
            .pack(|_| packing.advance(1))
            .map_err(|error| Problem::Failed(error.to_string()))?;
        packing.finish();
        let length = zip.len();
        let uploading = Progress::bytes("uploading", length);
        let bar = uploading.clone();
        let chunks: Vec<Vec<u8>> = zip.chunks(CHUNK).map(<[u8]>::to_vec).collect();
        let body = stream::iter(chunks.into_iter().map(move |chunk| {
            bar.advance(chunk.len());
            Ok::<_, Infallible>(chunk)
        }));
        let mut path = application.to_vec();
        path.push("deployments".to_owned());
        let answer: Deployed = api.upload(&path, Body::wrap_stream(body), length).await?;
        uploading.finish();
        tell("deployed", &answer.deployment);
        if let Some(url) = settings.runtime_url() {
            let path = application.join("/");
            println!(
                "call       {}/{path}/functions/<function>",
                url.trim_end_matches('/')
            );
        }
        Ok(())
    }
}

fn tell(what: &str, report: &DeployReport) {
    let DeployReport {
        id,
        application,
        version,
        ..
    } = report;
    println!("{what:<10} {application} {version} ({id})");
    for (title, names) in [
        ("functions", &report.functions),
        ("roles", &report.roles),
        ("granted", &report.granted),
    ] {
        if !names.is_empty() {
            println!("{title:<10} {}", names.join(", "));
        }
    }
    if !report.undeclared.is_empty() {
        let names = report.undeclared.join(", ");
        println!("note: exported, but not named under `functions`: {names}");
    }
    if !report.needs.is_empty() {
        println!("an administrator still has to see to these variables:");
        for need in &report.needs {
            println!("  {} {}", need.variable, need.message);
        }
    }
}

/// List the last deployments of an application
#[derive(Debug, clap::Args)]
pub struct ListDeployments {
    #[command(flatten)]
    environment: Environment,
}

#[derive(Deserialize)]
struct Listed {
    deployments: Vec<DeploymentSummary>,
}

impl ListDeployments {
    /// Carries the command out.
    pub async fn run(self) -> Result<(), Problem> {
        let settings = self.environment.read()?;
        for deployment in list(&settings).await? {
            let DeploymentSummary {
                id,
                version,
                created_at,
                active,
                ..
            } = deployment;
            let mark = if active { "active" } else { "" };
            println!("{id}  {created_at}  {version:<12} {mark}");
        }
        Ok(())
    }
}

async fn list(settings: &crate::api::Settings) -> Result<Vec<DeploymentSummary>, Problem> {
    let mut path = settings.application()?.to_vec();
    path.push("deployments".to_owned());
    let listed: Listed = settings.api()?.get(&path, &[]).await?;
    Ok(listed.deployments)
}

/// Put an earlier deployment in charge again
#[derive(Debug, clap::Args)]
pub struct Rollback {
    /// Id of the deployment; without it, the one before the active one
    #[arg(value_name = "DEPLOYMENT")]
    deployment: Option<String>,
    #[command(flatten)]
    environment: Environment,
}

impl Rollback {
    /// Carries the command out.
    pub async fn run(self) -> Result<(), Problem> {
        let settings = self.environment.read()?;
        let id = match self.deployment {
            Some(id) => id,
            None => before_the_active(&list(&settings).await?)?,
        };
        let mut path = settings.application()?.to_vec();
        path.extend(["deployments".to_owned(), id, "activate".to_owned()]);
        let answer: Deployed = settings.api()?.post(&path, &json!({})).await?;
        tell("active", &answer.deployment);
        Ok(())
    }
}

/// The newest that is older than the active one.
fn before_the_active(deployments: &[DeploymentSummary]) -> Result<String, Problem> {
    let mut after_the_active = deployments
        .iter()
        .skip_while(|deployment| !deployment.active)
        .skip(1);
    after_the_active
        .next()
        .map(|deployment| deployment.id.clone())
        .ok_or_else(|| Problem::Failed("there is no deployment before the active one".to_owned()))
}
