//! A client of the Language Server Protocol: requests, their answers, and what the server asks.

use std::io::{self, BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// Longer than any answer takes.
const PATIENCE: Duration = Duration::from_secs(100);

/// `ContentModified`: the answer belongs to a text that is gone; ask again.
const CONTENT_MODIFIED: i64 = -32801;

/// A server process and the conversation with it.
pub(crate) struct Client {
    process: Child,
    input: ChildStdin,
    output: Receiver<Value>,
    last_id: u64,
    /// What the server is told when it asks for its settings.
    settings: Value,
    /// The last `experimental/serverStatus`.
    status: Value,
}

impl Client {
    /// Starts the server, and tells it where the project is and what we understand.
    pub(crate) fn start(mut command: Command, root: &str, settings: Value) -> io::Result<Self> {
        let mut process =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
        let input = process.stdin.take().expect("the input is piped");
        let mut output = BufReader::new(process.stdout.take().expect("the output is piped"));
        let (sender, receiver) = mpsc::channel();
        thread::spawn(move || {
            while let Ok(message) = read_message(&mut output) {
                if sender.send(message).is_err() {
                    break;
                }
            }
        });
        let status = json!({ "quiescent": false });
        let mut client = Self { process, input, output: receiver, last_id: 0, settings, status };
        client.request(
            "initialize",
            &json!({
                "processId": std::process::id(),
                "rootUri": root,
                "workspaceFolders": [{ "uri": root, "name": "scratch" }],
                "initializationOptions": client.settings.clone(),
                "capabilities": {
                    "workspace": { "configuration": true, "workspaceFolders": true },
                    "textDocument": {
                        "codeAction": { "codeActionLiteralSupport": {
                            "codeActionKind": { "valueSet": ["quickfix"] },
                        } },
                        "diagnostic": {},
                        "hover": { "contentFormat": ["markdown"] },
                        "inlayHint": {},
                        "rename": {},
                    },
                    "experimental": { "serverStatusNotification": true },
                },
            }),
        );
        client.notify("initialized", &json!({}));
        Ok(client)
    }

    /// Sends a request and gives its result; asks again when the server was too busy to say.
    pub(crate) fn request(&mut self, method: &str, params: &Value) -> Value {
        let deadline = Instant::now() + PATIENCE;
        loop {
            self.last_id += 1;
            let id = self.last_id;
            self.send(&json!({ "id": id, "method": method, "params": params }));
            let answer = loop {
                let message = self.receive(deadline);
                if message["method"].is_null() && message["id"] == id {
                    break message;
                }
            };
            match answer.get("error") {
                None => return answer["result"].clone(),
                Some(error) if error["code"] == CONTENT_MODIFIED => {}
                // A refusal is an answer too, as of a rename where nothing can be renamed.
                Some(error) => return json!({ "refused": error["message"] }),
            }
        }
    }

    /// Sends what needs no answer.
    pub(crate) fn notify(&mut self, method: &str, params: &Value) {
        self.send(&json!({ "method": method, "params": params }));
    }

    /// Waits until the server has loaded the project and its macros.
    pub(crate) fn wait_until_ready(&mut self, patience: Duration) {
        if self.status["quiescent"] != true {
            self.wait_for(patience, |message| message["params"]["quiescent"] == true);
        }
        assert_eq!(self.status["health"], "ok", "{}", self.status["message"]);
    }

    /// Waits for a message of the server.
    pub(crate) fn wait_for(
        &mut self,
        patience: Duration,
        expected: impl Fn(&Value) -> bool,
    ) -> Value {
        let deadline = Instant::now() + patience;
        loop {
            let message = self.receive(deadline);
            if expected(&message) {
                return message;
            }
        }
    }

    /// The next message, after what it asks of us was done.
    fn receive(&mut self, deadline: Instant) -> Value {
        let left = deadline.saturating_duration_since(Instant::now());
        let Ok(message) = self.output.recv_timeout(left) else {
            panic!("rust-analyzer is silent, or gone; its last status was {}", self.status);
        };
        if message["method"] == "experimental/serverStatus" {
            self.status = message["params"].clone();
        }
        if message["method"].is_string() && !message["id"].is_null() {
            let result = match message["method"].as_str() {
                Some("workspace/configuration") => {
                    let items = message["params"]["items"].as_array().map_or(0, Vec::len);
                    json!(vec![&self.settings; items])
                }
                _ => Value::Null,
            };
            self.send(&json!({ "id": message["id"], "result": result }));
        }
        message
    }

    fn send(&mut self, message: &Value) {
        let mut message = message.clone();
        message["jsonrpc"] = json!("2.0");
        let text = message.to_string();
        let sent = write!(self.input, "Content-Length: {}\r\n\r\n{text}", text.len());
        sent.and_then(|()| self.input.flush()).expect("rust-analyzer listens");
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        // It holds nothing that a polite end would save.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Reads one message behind its header.
fn read_message(input: &mut impl BufRead) -> io::Result<Value> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if input.read_line(&mut line)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        match line.trim_end().split_once(": ") {
            Some(("Content-Length", value)) => {
                length = value.parse().map_err(io::Error::other)?;
            }
            Some(_) => {}
            None => break,
        }
    }
    let mut text = vec![0; length];
    input.read_exact(&mut text)?;
    Ok(serde_json::from_slice(&text)?)
}
