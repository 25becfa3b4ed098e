//! Findings in an editor, by a real rust-analyzer that runs the command as its check.

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

use crate::client::Client;
use crate::fix::project_of;

/// The columns of the protocol are UTF-16 units: one for `ä`, two for `𝄞`.
const SOURCE: &str = "pub async fn load() -> Option<Vec<u8>> {
    let _ = \"ä𝄞\"; std::fs::read(\"a\").ok()
}
";
const CALL: &str = "std::fs::read(\"a\")";

/// How long the server may take to load the project, and the command to check it.
const PATIENCE: Duration = Duration::from_mins(5);

#[test]
fn rust_analyzer_shows_findings_and_offers_their_edits() {
    let version = Command::new("rust-analyzer").arg("--version").stderr(Stdio::null()).output();
    if !version.is_ok_and(|output| output.status.success()) {
        // Past the capture of the test harness.
        let line = "skipped: no rust-analyzer (`rustup component add rust-analyzer`)";
        writeln!(std::io::stderr(), "{line}").unwrap();
        return;
    }
    let project = project_of(SOURCE);
    let root = format!("file://{}", project.path().display());
    let document = json!({ "uri": format!("{root}/src/lib.rs") });
    let binary = env!("CARGO_BIN_EXE_cargo-asyncify");
    let settings = json!({
        "cachePriming": { "enable": false },
        "cargo": { "buildScripts": { "enable": false }, "sysroot": null },
        "check": { "overrideCommand":
            [binary, "asyncify", "check", "--workspace", "--message-format", "json", "--quiet"] },
        "checkOnSave": true,
        "procMacro": { "enable": false },
    });
    let mut command = Command::new("rust-analyzer");
    command.current_dir(project.path());
    let mut client = Client::start(command, &root, settings).unwrap();
    client.wait_until_ready(PATIENCE);
    // The server checks once when it has loaded the project.
    let message = client.wait_for(PATIENCE, |message| {
        message["method"] == "textDocument/publishDiagnostics"
            && message["params"]["uri"] == document["uri"]
            && !findings(message).is_empty()
    });
    let diagnostics = findings(&message);
    assert_eq!(diagnostics.len(), 1, "{message}");
    let diagnostic = &diagnostics[0];
    assert_eq!(diagnostic["code"], "fs");
    let text = diagnostic["message"].as_str().unwrap();
    assert!(text.starts_with("`std::fs::read` blocks the thread of the event loop"), "{text}");
    let start = SOURCE.find(CALL).unwrap();
    assert_eq!(offset(&diagnostic["range"]["start"]), start);
    assert_eq!(offset(&diagnostic["range"]["end"]), start + CALL.len());

    let actions = client.request(
        "textDocument/codeAction",
        &json!({
            "textDocument": document,
            "range": diagnostic["range"],
            "context": { "diagnostics": [diagnostic] },
        }),
    );
    let title = "run it on another thread with `blocking::unblock`";
    let action = actions
        .as_array()
        .and_then(|all| all.iter().find(|one| one["title"].to_string().contains(title)));
    let action = action.unwrap_or_else(|| panic!("{actions}"));
    assert_eq!(action["kind"], "quickfix");
    let edits = action["edit"]["changes"][document["uri"].as_str().unwrap()].as_array().unwrap();
    assert_eq!(edits.len(), 1, "{action}");
    let (start, end) = (&edits[0]["range"]["start"], &edits[0]["range"]["end"]);
    let mut fixed = SOURCE.to_owned();
    fixed.replace_range(offset(start)..offset(end), edits[0]["newText"].as_str().unwrap());
    let expected = SOURCE.replace(CALL, &format!("blocking::unblock(move || {CALL}).await"));
    assert_eq!(fixed, expected);
}

/// The diagnostics that are the command's, without the hints that rust-analyzer makes of notes.
fn findings(message: &Value) -> Vec<Value> {
    let diagnostics = message["params"]["diagnostics"].as_array().unwrap();
    let own = diagnostics
        .iter()
        .filter(|diagnostic| diagnostic["source"] == "asyncify" && diagnostic["severity"] != 4);
    own.cloned().collect()
}

/// The offset in the source of a position of the protocol.
fn offset(position: &Value) -> usize {
    let number = |key: &str| usize::try_from(position[key].as_u64().unwrap()).unwrap();
    let start: usize = SOURCE.lines().take(number("line")).map(|line| line.len() + 1).sum();
    let mut column = number("character");
    for (index, character) in SOURCE[start..].char_indices() {
        if column == 0 {
            return start + index;
        }
        column -= character.len_utf16();
    }
    SOURCE.len()
}
