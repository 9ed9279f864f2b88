//! `ketrics openapi`: the document that `docs/openapi.json` is a copy of.

use crate::problem::Problem;

/// Print the OpenAPI document of the HTTP API
#[derive(Debug, clap::Args)]
pub struct OpenApi {}

impl OpenApi {
    /// Carries the command out.
    pub fn run(self) -> Result<(), Problem> {
        print!("{}", ketrics_gateway::http::openapi());
        Ok(())
    }
}
