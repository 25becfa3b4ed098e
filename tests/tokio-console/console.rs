//! The subscriber and the server of tokio's console, and a client.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use asyncify_tests::FOREVER;
use console_api::field::{Name, Value};
use console_api::instrument::InstrumentRequest;
use console_api::instrument::instrument_client::InstrumentClient;
use console_api::tasks::TaskUpdate;
use console_subscriber::{ConsoleLayer, Server, ServerParts};
use tokio::sync::oneshot;
use tonic::transport::server::TcpIncoming;
use tracing::Dispatch;
use tracing_subscriber::layer::SubscriberExt;

/// What the console shows of a task.
#[derive(Clone, Debug)]
pub struct Task {
    fields: BTreeMap<String, String>,
    pub location: Option<(String, u32)>,
    pub state: State,
    pub polls: u64,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum State {
    Waiting,
    Running,
    Ended,
}

impl Task {
    pub fn field(&self, name: &str) -> Option<&str> {
        self.fields.get(name).map(String::as_str)
    }

    pub fn is_named(&self, name: &str) -> bool {
        self.field("task.name") == Some(name)
    }

    /// Whether its source is a test.
    pub fn is_here(&self) -> bool {
        self.location.as_ref().is_some_and(|(file, _)| file == "main.rs")
    }
}

type Tasks = Arc<(Mutex<BTreeMap<u64, Task>>, Condvar)>;

/// A console with a client, on a thread of their own.
pub struct Console {
    dispatch: Dispatch,
    tasks: Tasks,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Console {
    /// Starts the server on a free port, and returns when the client has connected.
    pub fn start() -> Self {
        let builder = ConsoleLayer::builder().publish_interval(Duration::from_millis(20));
        let (layer, server) = builder.build();
        let dispatch = asyncify_tests::dispatch(tracing_subscriber::registry().with(layer));
        let tasks = Tasks::default();
        let (stop, stopped) = oneshot::channel();
        let (connected, is_connected) = std::sync::mpsc::channel();
        let thread = thread::spawn({
            let tasks = tasks.clone();
            move || {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
                runtime.unwrap().block_on(async {
                    let address = serve(server);
                    tokio::spawn(watch(address, tasks, connected));
                    let _ = stopped.await;
                });
            }
        });
        is_connected.recv_timeout(FOREVER).expect("the client connects");
        Self { dispatch, tasks, stop: Some(stop), thread: Some(thread) }
    }

    /// Runs `f` with the console's subscriber.
    pub fn observe<R>(&self, f: impl FnOnce() -> R) -> R {
        tracing::dispatcher::with_default(&self.dispatch, f)
    }

    /// Returns the tasks as soon as they are as expected.
    pub fn wait_until(&self, done: impl Fn(&[Task]) -> bool) -> Vec<Task> {
        let (tasks, changed) = &*self.tasks;
        let all = |tasks: &BTreeMap<u64, Task>| tasks.values().cloned().collect::<Vec<_>>();
        let waiting = tasks.lock().unwrap();
        let (tasks, timeout) =
            changed.wait_timeout_while(waiting, FOREVER, |tasks| !done(&all(tasks))).unwrap();
        let tasks = all(&tasks);
        assert!(!timeout.timed_out(), "the console shows something else: {tasks:#?}");
        tasks
    }
}

impl Drop for Console {
    fn drop(&mut self) {
        drop(self.stop.take());
        let ended = self.thread.take().unwrap().join();
        assert!(ended.is_ok() || thread::panicking(), "the console has panicked");
    }
}

fn serve(server: Server) -> SocketAddr {
    let ServerParts { instrument_server, aggregator, .. } = server.into_parts();
    let incoming = TcpIncoming::bind((Ipv4Addr::LOCALHOST, 0).into()).unwrap();
    let address = incoming.local_addr().unwrap();
    tokio::spawn(aggregator.run());
    let server = tonic::transport::Server::builder().add_service(instrument_server);
    tokio::spawn(server.serve_with_incoming(incoming));
    address
}

/// Follows the console as `tokio-console` does.
async fn watch(address: SocketAddr, tasks: Tasks, connected: std::sync::mpsc::Sender<()>) {
    let mut client = InstrumentClient::connect(format!("http://{address}")).await.unwrap();
    let mut updates = client.watch_updates(InstrumentRequest {}).await.unwrap().into_inner();
    let _ = connected.send(());
    while let Some(update) = updates.message().await.unwrap() {
        let Some(update) = update.task_update else { continue };
        add(&mut tasks.0.lock().unwrap(), update);
        tasks.1.notify_all();
    }
}

fn add(tasks: &mut BTreeMap<u64, Task>, update: TaskUpdate) {
    assert_eq!(update.dropped_events, 0);
    for task in update.new_tasks {
        let text = |value| match value {
            Value::StrVal(text) | Value::DebugVal(text) => text,
            other => format!("{other:?}"),
        };
        let fields = task.fields.into_iter().filter_map(|field| match field.name? {
            Name::StrName(name) => Some((name, text(field.value?))),
            Name::NameIdx(_) => None,
        });
        let location = task.location.and_then(|place| Some((place.file?, place.line?)));
        let fields = fields.collect();
        let task_of = Task { fields, location, state: State::Waiting, polls: 0 };
        tasks.insert(task.id.unwrap().id, task_of);
    }
    for (id, stats) in update.stats_update {
        let task = tasks.get_mut(&id).expect("a task comes before its statistics");
        let polls = stats.poll_stats.unwrap();
        task.polls = polls.polls;
        let [started, ended] = [polls.last_poll_started, polls.last_poll_ended]
            .map(|time| time.map(|time| (time.seconds, time.nanos)));
        task.state = match stats.dropped_at {
            Some(_) => State::Ended,
            None if started > ended => State::Running,
            None => State::Waiting,
        };
    }
}
