//! A browser that does as it is told, over the DevTools protocol by a pipe (`--remote-debugging-pipe`: messages end with a zero
//! byte).

use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

/// What a page must not do: it is told of as soon as the page begins.
const WATCH: &str = "window.violations = []; document.addEventListener('securitypolicyviolation', event => \
                     window.violations.push(event.violatedDirective + ' ' + event.sample))";

/// How long a browser may be silent when it is asked something: one that hangs does not hang the tests.
const PATIENCE: Duration = Duration::from_secs(120);

/// A browser with one page.
pub(crate) struct Driven {
    child: Child,
    to: ChildStdin,
    from: Receiver<Vec<u8>>,
    session: Option<String>,
    number: u64,
    events: Vec<Value>,
    /// Its settings, gone at the end.
    _folder: tempfile::TempDir,
}

impl Driven {
    pub(crate) fn new() -> Driven {
        let folder = tempfile::tempdir().expect("a folder");
        // The protocol is spoken on the descriptors 3 and 4.
        let line = "exec chromium --headless --no-sandbox --disable-gpu --no-first-run --disable-background-networking \
                    --disable-component-update --disable-sync --remote-debugging-pipe --user-data-dir=\"$0\" 3<&0 4>&1 1>/dev/null";
        let mut command = Command::new("sh");
        command.args(["-c", line]).arg(folder.path()).process_group(0);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().expect("a browser");
        let (to, mut said) = (child.stdin.take().expect("piped"), BufReader::new(child.stdout.take().expect("piped")));
        let (hears, from) = channel();
        // It ends with the browser, or with whoever would have heard.
        thread::spawn(move || {
            let mut bytes = Vec::new();
            while said.read_until(0, &mut bytes).is_ok_and(|read| read > 0) && hears.send(std::mem::take(&mut bytes)).is_ok() {}
        });
        let mut driven = Driven { child, to, from, session: None, number: 0, events: Vec::new(), _folder: folder };
        let target = driven.call("Target.createTarget", json!({"url": "about:blank"}))["targetId"].clone();
        let attached = driven.call("Target.attachToTarget", json!({"targetId": target, "flatten": true}));
        driven.session = attached["sessionId"].as_str().map(str::to_owned);
        for domain in ["Page", "Runtime", "Log", "Network"] {
            driven.call(&format!("{domain}.enable"), json!({}));
        }
        driven.call("Page.addScriptToEvaluateOnNewDocument", json!({"source": WATCH}));
        driven
    }

    /// Asks, and reads until the answer comes; events on the way are kept.
    pub(crate) fn call(&mut self, method: &str, params: Value) -> Value {
        self.number += 1;
        let mut message = json!({"id": self.number, "method": method, "params": params});
        if let Some(session) = &self.session {
            message["sessionId"] = json!(session);
        }
        let mut bytes = message.to_string().into_bytes();
        bytes.push(0);
        self.to.write_all(&bytes).expect("the browser listens");
        loop {
            let heard = self.hear();
            if heard["id"] == self.number {
                assert!(heard["error"].is_null(), "{method}: {}", heard["error"]);
                return heard["result"].clone();
            }
            self.events.push(heard);
        }
    }

    fn hear(&mut self) -> Value {
        let mut bytes = self.from.recv_timeout(PATIENCE).expect("the browser lives, and speaks in time");
        bytes.pop();
        serde_json::from_slice(&bytes).expect("the browser speaks JSON")
    }

    /// Shows a file in a window of that width, once it is all there.
    pub(crate) fn show(&mut self, page: &Path, width: u32) {
        self.events.clear();
        let size = json!({"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600});
        self.call("Emulation.setDeviceMetricsOverride", size);
        self.call("Page.navigate", json!({"url": format!("file://{}", page.display())}));
        let loaded = |event: &Value| event["method"] == "Page.loadEventFired";
        while !self.events.iter().any(loaded) {
            let heard = self.hear();
            self.events.push(heard);
        }
    }

    /// What a line of script comes to, in the page.
    pub(crate) fn ask(&mut self, script: &str) -> Value {
        let answer = self.call("Runtime.evaluate", json!({"expression": script, "returnByValue": true, "awaitPromise": true}));
        assert!(answer["exceptionDetails"].is_null(), "{script}: {answer}");
        answer["result"]["value"].clone()
    }

    /// Errors of scripts, what the console was told of, what the policy forbade, and what was fetched beside the page itself.
    pub(crate) fn complaints(&mut self) -> Vec<String> {
        let violations = self.ask("window.violations");
        let mut complaints: Vec<String> =
            violations.as_array().into_iter().flatten().map(|violation| format!("policy: {violation}")).collect();
        for event in &self.events {
            let params = &event["params"];
            let is_bad = match event["method"].as_str().unwrap_or_default() {
                "Runtime.exceptionThrown" => true,
                "Runtime.consoleAPICalled" => params["type"] == "error" || params["type"] == "warning",
                "Log.entryAdded" => params["entry"]["level"] == "error" || params["entry"]["level"] == "warning",
                "Network.requestWillBeSent" => {
                    let url = params["request"]["url"].as_str().unwrap_or_default();
                    !url.starts_with("file:") && !url.starts_with("data:")
                        || params["type"] != "Document" && !url.starts_with("data:")
                }
                _ => false,
            };
            if is_bad {
                complaints.push(event.to_string());
            }
        }
        complaints
    }
}

impl Drop for Driven {
    fn drop(&mut self) {
        let group = nix::unistd::Pid::from_raw(self.child.id() as i32);
        let _ = nix::sys::signal::killpg(group, nix::sys::signal::Signal::SIGKILL);
        drop(self.child.wait());
    }
}
