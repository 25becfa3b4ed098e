//! The command of operators: the state of queues, and dead letters.
#![forbid(unsafe_code)]

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, SystemTime};

use asyncify_nats::{Builder, Nats, Status};
use asyncify_runtime::Error;
use asyncify_runtime::remote::{DeadLetter, RemoteError, TaskId};
use clap::{Args, Parser, Subcommand};
use serde_json::{Value, json};

/// Shows and operates the remote tasks of asyncify in a NATS server.
#[derive(Parser)]
#[command(version)]
struct Command {
    #[command(flatten)]
    connection: Connection,
    /// Prints JSON.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    action: Action,
}

#[derive(Args)]
struct Connection {
    /// The servers: one URL, or several separated by commas.
    #[arg(
        long,
        global = true,
        env = "NATS_URL",
        default_value = "nats://127.0.0.1:4222",
        hide_env_values = true
    )]
    server: String,
    /// The namespace of the tasks.
    #[arg(long, global = true, default_value = "default")]
    namespace: String,
    /// A credentials file, with a JWT and an nkey.
    #[arg(long, global = true, env = "NATS_CREDS")]
    creds: Option<PathBuf>,
    /// A file with the seed of an nkey.
    #[arg(long, global = true, env = "NATS_NKEY")]
    nkey: Option<PathBuf>,
    /// The user; the password is read from the environment variable NATS_PASSWORD.
    #[arg(long, global = true, env = "NATS_USER")]
    user: Option<String>,
    /// A PEM file with the certificates to trust.
    #[arg(long, global = true, env = "NATS_CA")]
    tlsca: Option<PathBuf>,
    /// A PEM file with the certificate of the client.
    #[arg(long, global = true, env = "NATS_CERT", requires = "tlskey")]
    tlscert: Option<PathBuf>,
    /// A PEM file with the key of the client.
    #[arg(long, global = true, env = "NATS_KEY", requires = "tlscert")]
    tlskey: Option<PathBuf>,
}

#[derive(Subcommand)]
enum Action {
    /// Shows queues and workers.
    Status,
    /// Creates the streams, for programs that may not.
    Create {
        /// How many servers of a cluster store each task.
        #[arg(long, default_value_t = 1)]
        replicas: usize,
        /// The bytes that tasks, outcomes and dead letters may each take.
        #[arg(long)]
        max_bytes: Option<u64>,
        /// How many seconds outcomes are kept.
        #[arg(long)]
        result_ttl: Option<u64>,
    },
    /// Shows, replays and deletes tasks that have failed for good.
    #[command(subcommand)]
    Dead(Dead),
}

#[derive(Subcommand)]
enum Dead {
    /// Lists dead letters, the oldest first.
    List {
        /// How many at most.
        #[arg(long, default_value_t = 100)]
        limit: usize,
    },
    /// Shows one.
    Show {
        /// The id of the task.
        id: TaskId,
    },
    /// Queues one again.
    Replay {
        /// The id of the task.
        id: TaskId,
    },
    /// Deletes one, or all.
    Purge {
        /// The id of the task.
        #[arg(required_unless_present = "all")]
        id: Option<TaskId>,
        /// All dead letters.
        #[arg(long, conflicts_with = "id")]
        all: bool,
    },
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run(Command::parse()).await {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// The exit code is 1 if there is no such dead letter.
async fn run(command: Command) -> Result<ExitCode, Error> {
    let Command { connection, json, action } = command;
    let mut builder = connection.builder()?;
    if let Action::Create { replicas, max_bytes, result_ttl } = &action {
        builder = builder.replicas(*replicas);
        if let Some(bytes) = *max_bytes {
            builder = builder.max_bytes(bytes);
        }
        if let Some(seconds) = *result_ttl {
            builder = builder.result_ttl(Duration::from_secs(seconds));
        }
    } else {
        builder = builder.existing_only();
    }
    let nats = builder.connect().await?;
    let (text, value) = match action {
        Action::Create { .. } => ("the streams exist\n".to_owned(), json!({ "exist": true })),
        Action::Status => {
            let status = nats.status().await?;
            (describe(&status), json!(status))
        }
        Action::Dead(dead) => match about_dead(&nats, dead).await? {
            Some(output) => output,
            None => {
                eprintln!("error: there is no dead letter with this id");
                return Ok(ExitCode::FAILURE);
            }
        },
    };
    if json {
        println!("{value}");
    } else {
        print!("{text}");
    }
    Ok(ExitCode::SUCCESS)
}

impl Connection {
    fn builder(self) -> Result<Builder, Error> {
        let mut builder = Nats::builder(self.server).namespace(self.namespace);
        if let Some(path) = self.creds {
            builder = builder.credentials_file(path);
        }
        if let Some(path) = self.nkey {
            let seed = std::fs::read_to_string(path).map_err(|error| {
                RemoteError::denied(format_args!("the file of the nkey cannot be read: {error}"))
            })?;
            builder = builder.nkey(seed.trim());
        }
        if let Some(user) = self.user {
            builder = builder.user(user, std::env::var("NATS_PASSWORD").unwrap_or_default());
        }
        if let Some(path) = self.tlsca {
            builder = builder.root_certificates(path);
        }
        if let (Some(certificate), Some(key)) = (self.tlscert, self.tlskey) {
            builder = builder.client_certificate(certificate, key);
        }
        Ok(builder)
    }
}

/// The output, or `None` if there is no such dead letter.
async fn about_dead(nats: &Nats, dead: Dead) -> Result<Option<(String, Value)>, Error> {
    Ok(match dead {
        Dead::List { limit } => {
            let letters = nats.dead_letters(limit).await?;
            let text = letters.iter().map(line).collect();
            Some((text, letters.iter().map(value).collect()))
        }
        Dead::Show { id } => nats.dead_letter(&id).await?.map(|letter| {
            let text = format!(
                "{}arguments\t{} bytes\n",
                line(&letter).replacen('\t', "\n\t", 4).replace('\t', "  "),
                letter.envelope.arguments.len()
            );
            (text, value(&letter))
        }),
        Dead::Replay { id } => {
            let found = nats.replay(&id).await?;
            found.then(|| (format!("{id} is queued again\n"), json!({ "replayed": id.as_str() })))
        }
        Dead::Purge { id, .. } => {
            let purged = nats.purge_dead_letters(id.as_ref()).await?;
            let output = (format!("{purged} deleted\n"), json!({ "purged": purged }));
            (id.is_none() || purged > 0).then_some(output)
        }
    })
}

fn describe(status: &Status) -> String {
    let mut text = String::from("queue\twaiting\trunning\toldest\tworkers\n");
    for (name, queue) in &status.queues {
        let oldest = queue.oldest_seconds.map_or("-".to_owned(), |age| format!("{age:.0} s"));
        let (waiting, running, workers) = (queue.waiting, queue.running, queue.workers);
        text += &format!("{name}\t{waiting}\t{running}\t{oldest}\t{workers}\n");
    }
    if status.without_queue > 0 {
        text += &format!("in queues without a worker: {}\n", status.without_queue);
    }
    for worker in &status.workers {
        let (name, queues) = (&worker.worker, worker.queues.join(", "));
        let (running, concurrency) = (worker.running, worker.concurrency);
        text += &format!("worker {name}: {running} of {concurrency} busy, queues {queues}\n");
    }
    text + &format!("outcomes: {}\ndead letters: {}\n", status.outcomes, status.dead)
}

fn line(letter: &DeadLetter) -> String {
    let DeadLetter { envelope, error, attempts, at, .. } = letter;
    let ago = at.elapsed().unwrap_or_default().as_secs();
    let (id, task, queue) = (&envelope.id, &envelope.task, &envelope.queue);
    format!("{id}\t{task}\t{queue}\t{attempts} attempts, {ago} s ago\t{error}\n")
}

fn value(letter: &DeadLetter) -> Value {
    let at = letter.at.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    json!({
        "id": letter.envelope.id.as_str(),
        "task": letter.envelope.task.as_str(),
        "queue": letter.envelope.queue.as_str(),
        "attempts": letter.attempts,
        "failed_at": at.as_secs(),
        "error": letter.error.to_string(),
        "argument_bytes": letter.envelope.arguments.len(),
    })
}
