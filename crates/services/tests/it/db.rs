//! `ketrics.Database`, spoken to as the worker does.

use crate::world::World;
use crate::world::told;
use ketrics_protocol::Cell;
use ketrics_protocol::DatabaseCall;
use ketrics_protocol::DatabaseReply;
use ketrics_protocol::ServiceCall;
use ketrics_protocol::ServiceError;
use ketrics_protocol::ServiceReply;
use ketrics_services::Invocation;
use std::sync::Arc;

pub async fn ask(
    world: &World,
    invocation: &Invocation,
    call: DatabaseCall,
) -> Result<DatabaseReply, ServiceError> {
    match world.call(invocation, ServiceCall::Database(call)).await? {
        ServiceReply::Database(reply) => Ok(reply),
        other => panic!("{other:?}"),
    }
}

pub async fn connect(
    world: &World,
    invocation: &Invocation,
    code: &str,
) -> Result<u32, ServiceError> {
    match ask(
        world,
        invocation,
        DatabaseCall::Connect {
            database: code.into(),
        },
    )
    .await?
    {
        DatabaseReply::Connect { connection, .. } => Ok(connection),
        other => panic!("{other:?}"),
    }
}

/// One connection of one invocation, for short tests.
pub struct Db<'w> {
    pub world: &'w World,
    pub invocation: Arc<Invocation>,
    pub connection: u32,
}

pub struct Rows {
    pub columns: Vec<String>,
    pub cells: Vec<Cell>,
    pub affected: Option<f64>,
}

impl<'w> Db<'w> {
    pub async fn new(world: &'w World) -> Self {
        let invocation = world.invocation();
        let connection = connect(world, &invocation, "main").await.unwrap();
        Self {
            world,
            invocation,
            connection,
        }
    }

    pub async fn query_in(
        &self,
        transaction: Option<u32>,
        sql: &str,
        parameters: &[Cell],
    ) -> Result<Rows, ServiceError> {
        let call = DatabaseCall::Query {
            connection: self.connection,
            transaction,
            sql: sql.into(),
            parameters: parameters.to_vec(),
        };
        match ask(self.world, &self.invocation, call).await? {
            DatabaseReply::Query {
                columns,
                cells,
                affected_rows,
                ..
            } => Ok(Rows {
                columns,
                cells,
                affected: affected_rows,
            }),
            other => panic!("{other:?}"),
        }
    }

    pub async fn query(&self, sql: &str, parameters: &[Cell]) -> Result<Vec<Cell>, ServiceError> {
        self.query_in(None, sql, parameters)
            .await
            .map(|rows| rows.cells)
    }

    pub async fn execute(&self, sql: &str, parameters: &[Cell]) -> (f64, Option<Cell>) {
        let call = DatabaseCall::Execute {
            connection: self.connection,
            transaction: None,
            sql: sql.into(),
            parameters: parameters.to_vec(),
        };
        match ask(self.world, &self.invocation, call).await.unwrap() {
            DatabaseReply::Execute {
                affected_rows,
                insert_id,
            } => (affected_rows, insert_id),
            other => panic!("{other:?}"),
        }
    }

    /// The reason that an error gives.
    pub async fn refused(&self, sql: &str) -> String {
        let error = self
            .query(sql, &[])
            .await
            .err()
            .unwrap_or_else(|| panic!("allowed: {sql}"));
        let (class, arguments) = told(&error);
        assert_eq!(class, "DatabaseQueryError", "{sql}");
        assert_eq!(arguments[0], "main");
        arguments[1].clone()
    }

    pub async fn begin(&self, parent: Option<u32>) -> Result<u32, ServiceError> {
        let call = DatabaseCall::Begin {
            connection: self.connection,
            parent,
        };
        match ask(self.world, &self.invocation, call).await? {
            DatabaseReply::Begin { transaction } => Ok(transaction),
            other => panic!("{other:?}"),
        }
    }

    pub async fn commit(&self, transaction: u32) -> Result<(), ServiceError> {
        let call = DatabaseCall::Commit {
            connection: self.connection,
            transaction,
        };
        ask(self.world, &self.invocation, call).await.map(drop)
    }

    pub async fn rollback(&self, transaction: u32) -> Result<(), ServiceError> {
        let call = DatabaseCall::Rollback {
            connection: self.connection,
            transaction,
        };
        ask(self.world, &self.invocation, call).await.map(drop)
    }

    pub async fn count(&self) -> Cell {
        self.query("SELECT COUNT(*) FROM t", &[])
            .await
            .unwrap()
            .remove(0)
    }
}

pub fn number(value: u32) -> Cell {
    Cell::Number(value.into())
}

pub fn text(value: &str) -> Cell {
    Cell::Text(value.into())
}
