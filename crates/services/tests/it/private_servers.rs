//! Database servers of a test's own, with a password and TLS, which it may stop and start again.

use std::net::TcpListener;
use std::net::TcpStream;
use std::path::Path;
use std::process::Child;
use std::process::Stdio;
use std::time::Duration;
use tempfile::TempDir;

/// Makes the folder of a server: a certificate for 127.0.0.1, data, and the user `owner` with a
/// password. Neither server runs as root, so each has a user of the system there.
const POSTGRES: &str = r#"
    bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1)
    [ -x "$bin/initdb" ] || exit 3
    certificate
    echo 'pass:w@rd' > "$1/password"
    own postgres
    as postgres "$bin/initdb" -A scram-sha-256 --pwfile="$1/password" -N -U owner -D "$1/data" >/dev/null
"#;
const START_POSTGRES: &str = r#"
    bin=$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -1)
    as postgres "$bin/postgres" -D "$1/data" -p "$2" -k "$1" -c listen_addresses=127.0.0.1 -c fsync=off \
        -c ssl=on -c ssl_cert_file="$1/certificate.pem" -c ssl_key_file="$1/key.pem"
"#;
const MARIADB: &str = r#"
    command -v mariadbd >/dev/null && command -v mariadb-install-db >/dev/null || exit 3
    certificate
    own mysql
    as mysql mariadb-install-db --no-defaults --datadir="$1/data" --skip-test-db \
        --auth-root-authentication-method=normal >/dev/null
    cat > "$1/init.sql" <<-SQL
        CREATE DATABASE IF NOT EXISTS shop;
        CREATE USER IF NOT EXISTS 'owner'@'%' IDENTIFIED BY 'pass:w@rd';
        GRANT ALL ON shop.* TO 'owner'@'%';
SQL
"#;
const START_MARIADB: &str = r#"
    as mysql mariadbd --no-defaults --datadir="$1/data" --port="$2" --socket="$1/socket" --bind-address=127.0.0.1 \
        --pid-file="$1/pid" --skip-name-resolve --innodb-flush-log-at-trx-commit=0 --init-file="$1/init.sql" \
        --ssl-cert="$1/certificate.pem" --ssl-key="$1/key.pem"
"#;
const COMMON: &str = r#"
    set -e
    as() {
        local user=$1; shift
        if [ "$(id -u)" = 0 ]; then
            exec_or_run setpriv --reuid "$user" --regid "$user" --init-groups "$@"
        else
            exec_or_run "$@"
        fi
    }
    own() { if [ "$(id -u)" = 0 ]; then chown -R "$1" "$folder"; fi; }
    certificate() {
        openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=test \
            -addext subjectAltName=IP:127.0.0.1 -addext basicConstraints=critical,CA:FALSE \
            -keyout "$folder/key.pem" -out "$folder/certificate.pem" 2>/dev/null
        chmod 600 "$folder/key.pem"
    }
    folder=$1
"#;

/// Which server.
#[derive(Clone, Copy)]
pub enum Kind {
    Postgres,
    MariaDb,
}

/// A server that runs.
pub struct Private {
    kind: Kind,
    folder: TempDir,
    port: u16,
    server: Option<Child>,
}

#[expect(
    clippy::disallowed_types,
    reason = "the server is started beside the tests"
)]
fn script(how: &str, body: &str, folder: &Path, port: u16) -> std::process::Command {
    let mut command = std::process::Command::new("bash");
    let text = format!("exec_or_run() {{ {how} \"$@\"; }}\n{COMMON}\n{body}");
    command.args(["-c", &text, "bash"]);
    command.arg(folder).arg(port.to_string());
    command.stdin(Stdio::null()).stdout(Stdio::null());
    command
}

impl Private {
    /// Starts a server, where its programs are installed.
    pub async fn start(kind: Kind) -> Option<Self> {
        let folder = TempDir::new().unwrap();
        let path = folder.path();
        let mut permissions = std::fs::metadata(path).unwrap().permissions();
        std::os::unix::fs::PermissionsExt::set_mode(&mut permissions, 0o755);
        std::fs::set_permissions(path, permissions).unwrap();
        let make = match kind {
            Kind::Postgres => POSTGRES,
            Kind::MariaDb => MARIADB,
        };
        let made = script("", make, path, 0).status().unwrap();
        if made.code() == Some(3) {
            let missing = "PostgreSQL's or MariaDB's server is not installed; `scripts/test-servers` installs both";
            #[expect(clippy::disallowed_methods, reason = "CI has all the servers")]
            let is_ci = std::env::var("CI").is_ok();
            assert!(!is_ci, "{missing}");
            eprintln!("not tested: {missing}");
            return None;
        }
        assert!(made.success(), "the server's data cannot be made");
        let free = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = free.local_addr().unwrap().port();
        drop(free);
        let mut private = Self {
            kind,
            folder,
            port,
            server: None,
        };
        private.run().await;
        Some(private)
    }

    /// Starts it again.
    pub async fn run(&mut self) {
        let start = match self.kind {
            Kind::Postgres => START_POSTGRES,
            Kind::MariaDb => START_MARIADB,
        };
        let mut command = script("exec", start, self.folder.path(), self.port);
        let log = std::fs::File::create(self.folder.path().join("log")).unwrap();
        self.server = Some(command.stderr(log).spawn().unwrap());
        for _ in 0..300 {
            if TcpStream::connect(("127.0.0.1", self.port)).is_ok() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        let log = std::fs::read_to_string(self.folder.path().join("log"));
        panic!("the server does not listen: {log:?}");
    }

    /// Stops it at once, as a crash does.
    #[expect(
        clippy::disallowed_types,
        reason = "the standard library sends no other signal than KILL"
    )]
    pub fn stop(&mut self) {
        let Some(mut server) = self.server.take() else {
            return;
        };
        let signal = match self.kind {
            // Its processes end with it.
            Kind::Postgres => "-QUIT",
            Kind::MariaDb => "-KILL",
        };
        let process = server.id().to_string();
        let _ = std::process::Command::new("kill")
            .args([signal, &process])
            .status();
        let _ = server.wait();
    }

    /// The URL of its database, up to the parameters.
    pub fn url(&self, password: &str) -> String {
        let (scheme, database) = match self.kind {
            Kind::Postgres => ("postgres", "postgres"),
            Kind::MariaDb => ("mariadb", "shop"),
        };
        format!(
            "{scheme}://owner:{password}@127.0.0.1:{}/{database}",
            self.port
        )
    }

    /// The parameters that let its certificate be trusted.
    pub fn trusted(&self) -> String {
        let file = self.folder.path().join("certificate.pem");
        format!("?sslmode=verify-full&sslrootcert={}", file.display())
    }
}

impl Drop for Private {
    fn drop(&mut self) {
        self.stop();
    }
}
