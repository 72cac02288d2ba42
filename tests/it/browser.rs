//! The report and the live page in a real browser: Chromium, headless, driven through chromedriver (the `WebDriver`
//! protocol). Where they are not installed, these tests say that they are skipped.

use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Lines, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};
use std::{fs, thread};

use serde_json::{Value, json};

/// A browser window.
struct Browser {
    driver: Child,
    /// Kept open, so that what it says has somewhere to go.
    _said: Lines<BufReader<ChildStdout>>,
    port: u16,
    session: String,
    /// Chromium's own files.
    _profile: tempfile::TempDir,
}

impl Browser {
    /// `None`, and says so, where there is no browser.
    fn start() -> Option<Self> {
        let is_there = |program: &str| Command::new(program).arg("--version").output().is_ok();
        if !is_there("chromedriver") || !is_there("chromium") {
            crate::skipped("there is no Chromium with chromedriver");
            return None;
        }
        let mut driver = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver starts");
        let mut said = BufReader::new(driver.stdout.take().expect("piped")).lines();
        let port = said
            .by_ref()
            .map_while(Result::ok)
            .find_map(|line| line.split("successfully on port ").nth(1)?.trim_end_matches('.').parse().ok())
            .expect("chromedriver says its port");
        let profile = tempfile::tempdir().expect("a directory for the browser");
        let arguments = [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--window-size=1400,1000",
            &format!("--user-data-dir={}", profile.path().display()),
        ];
        let wanted = json!({"capabilities": {"alwaysMatch": {
            "browserName": "chrome",
            "goog:chromeOptions": {"args": arguments},
            "goog:loggingPrefs": {"browser": "ALL"},
        }}});
        let mut browser = Self { driver, _said: said, port, session: String::new(), _profile: profile };
        let started = browser.ask("POST", "/session", &wanted);
        browser.session += started["sessionId"].as_str().expect("a session");
        Some(browser)
    }

    fn ask(&self, method: &str, path: &str, body: &Value) -> Value {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).expect("chromedriver listens");
        let answer = http(&mut stream, method, path, &[], &body.to_string());
        let answer: Value = serde_json::from_str(&answer.1).expect("chromedriver answers JSON");
        assert!(answer["value"]["error"].is_null(), "{method} {path}: {answer}");
        answer["value"].clone()
    }

    fn command(&self, what: &str, body: &Value) -> Value {
        self.ask("POST", &format!("/session/{}/{what}", self.session), body)
    }

    fn open(&self, url: &str) {
        self.command("url", &json!({"url": url}));
        self.wait_for("document.documentElement.dataset.ready === 'yes'");
    }

    /// Runs script in the page.
    fn run(&self, script: &str) -> Value {
        self.command("execute/sync", &json!({"script": script, "args": []}))
    }

    fn wait_for(&self, condition: &str) {
        let begun = Instant::now();
        while self.run(&format!("return Boolean({condition})")) != json!(true) {
            assert!(begun.elapsed() < Duration::from_secs(20), "never true: {condition}");
            thread::sleep(Duration::from_millis(50));
        }
    }

    /// Clicks as a person would: with the pointer, where the element is.
    fn click(&self, selector: &str) {
        let found = self.command("element", &json!({"using": "css selector", "value": selector}));
        let element = found.as_object().and_then(|of| of.values().next()).and_then(Value::as_str);
        let element = element.expect("an element").to_owned();
        self.command(&format!("element/{element}/click"), &json!({}));
    }

    /// Presses keys one after the other, wherever the focus is.
    fn press(&self, keys: &[&str]) {
        let strokes: Vec<Value> = keys
            .iter()
            .flat_map(|key| {
                [json!({"type": "keyDown", "value": key}), json!({"type": "keyUp", "value": key})]
            })
            .collect();
        self.command("actions", &json!({"actions": [{"type": "key", "id": "keys", "actions": strokes}]}));
    }

    fn resize(&self, width: u32, height: u32) {
        self.command("window/rect", &json!({"width": width, "height": height}));
    }

    /// Overrides what the page is shown on.
    fn emulate(&self, medium: &str, scheme: &str) {
        let features = json!([{"name": "prefers-color-scheme", "value": scheme}]);
        let params = json!({"media": medium, "features": features});
        self.command("goog/cdp/execute", &json!({"cmd": "Emulation.setEmulatedMedia", "params": params}));
    }

    /// Keeps a picture of the window for people to look at.
    fn keep_screenshot(&self, name: &str) {
        let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("screenshots");
        fs::create_dir_all(&directory).expect("a directory for screenshots");
        let shot = self.ask("GET", &format!("/session/{}/screenshot", self.session), &json!({}));
        let png = base64::Engine::decode(
            &base64::prelude::BASE64_STANDARD,
            shot.as_str().expect("a picture as text"),
        );
        fs::write(directory.join(name), png.expect("base64")).expect("the picture is written");
    }

    /// What the page complained about, refused requests among it.
    fn complaints(&self) -> Vec<String> {
        let log = self.command("se/log", &json!({"type": "browser"}));
        let entries = log.as_array().expect("a list").iter();
        entries.map(|entry| entry["message"].as_str().unwrap_or_default().to_owned()).collect()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        if !thread::panicking() && !self.session.is_empty() {
            self.ask("DELETE", &format!("/session/{}", self.session), &json!({}));
        }
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

/// One request, and its answer: status and body.
fn http(stream: &mut TcpStream, method: &str, path: &str, headers: &[&str], body: &str) -> (u16, String) {
    let mut request =
        format!("{method} {path} HTTP/1.1\r\nContent-Length: {}\r\nConnection: close\r\n", body.len());
    if !headers.iter().any(|header| header.starts_with("Host:")) {
        let port = stream.peer_addr().expect("connected").port();
        let _ = write!(request, "Host: 127.0.0.1:{port}\r\n");
    }
    headers.iter().for_each(|header| {
        let _ = write!(request, "{header}\r\n");
    });
    let _ = write!(request, "\r\n{body}");
    stream.write_all(request.as_bytes()).expect("the request is sent");
    stream.set_read_timeout(Some(Duration::from_secs(60))).expect("a socket can wait");
    let mut answer = BufReader::new(stream);
    let mut line = || {
        let mut line = String::new();
        answer.read_line(&mut line).expect("a line comes");
        line.trim_end().to_owned()
    };
    let status = line().split(' ').nth(1).and_then(|code| code.parse().ok()).expect("a status");
    let head: Vec<String> = std::iter::repeat_with(line).take_while(|line| !line.is_empty()).collect();
    let length = head.iter().find_map(|line| {
        let (name, length) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| length.trim().parse().ok())?
    });
    let mut body = Vec::new();
    match length {
        Some(length) => answer.take(length).read_to_end(&mut body),
        None => answer.read_to_end(&mut body),
    }
    .expect("a body comes");
    (status, String::from_utf8_lossy(&body).into_owned())
}

fn linchpin(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_linchpin")).args(arguments).output().expect("it runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}

fn write_report(model: &str, to: &Path) -> String {
    linchpin(&["report", model, "--as-of", "2026-11-23", "-o", to.to_str().expect("a path in UTF-8")]);
    format!("file://{}", to.display())
}

fn model_file(directory: &Path, text: &str) -> PathBuf {
    let file = directory.join("linchpin.toml");
    fs::write(&file, text).expect("the model is written");
    file
}

const STOREFRONT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/models/storefront");

/// The capabilities' states as the page shows them: judged while what failed is failed.
const SHOWN: &str = "return Object.fromEntries([...document.querySelectorAll('[data-capability]')]
    .map((row) => [row.querySelector('button').textContent, row.dataset.judged]))";

#[test]
fn a_zone_clicked_on_the_map_takes_down_what_survive_says() {
    let Some(browser) = Browser::start() else { return };
    let directory = tempfile::tempdir().expect("a directory");
    browser.open(&write_report(STOREFRONT, &directory.path().join("report.html")));
    browser.keep_screenshot("report-light.png");
    for zone in ["aws/us-east-1/a", "aws/us-east-1"] {
        browser.click("#mend-all");
        // Boxes lie in boxes: a title belongs to its own box alone.
        browser.click(&format!("#map [data-ref='{zone}'] text"));
        let answer: Value =
            serde_json::from_str(&linchpin(&["survive", STOREFRONT, "--fail", zone, "--format", "json"]))
                .expect("JSON");
        let expected = answer["scenarios"][0]["capabilities"].as_object().expect("an object").iter();
        let expected: serde_json::Map<_, _> =
            expected.map(|(name, of)| (name.clone(), of["state"].clone())).collect();
        assert_eq!(browser.run(SHOWN), Value::Object(expected), "{zone}");
    }
    let address = browser.run("return decodeURIComponent(location.hash)");
    assert!(address.as_str().is_some_and(|hash| hash.contains("fail=aws/us-east-1")), "{address}");
    browser.keep_screenshot("report-failed.png");
    browser.run("location.reload()");
    browser.wait_for("document.querySelectorAll('#failed li').length === 1");

    browser.emulate("screen", "dark");
    browser.keep_screenshot("report-dark.png");
    browser.emulate("print", "light");
    browser.keep_screenshot("report-print.png");
    assert_eq!(browser.run("return performance.getEntriesByType('resource').length"), json!(0));
    assert_eq!(browser.complaints(), Vec::<String>::new());
}

const ENTER: &str = "\u{e007}";
const RIGHT: &str = "\u{e014}";
const TAB: &str = "\u{e004}";

#[test]
fn the_page_can_be_used_from_the_keyboard_and_read_aloud() {
    let Some(browser) = Browser::start() else { return };
    let directory = tempfile::tempdir().expect("a directory");
    browser.open(&write_report(STOREFRONT, &directory.path().join("report.html")));
    assert_eq!(
        browser
            .run("return document.querySelectorAll('#map .down[data-ref], #map .failed[data-ref]').length"),
        json!(0)
    );
    let nameless = "return [...document.querySelectorAll('button, input, select, [role=button], [role=img]')]
        .filter((node) => node.getClientRects().length > 0)
        .filter((node) => !(node.getAttribute('aria-label') || node.textContent.trim())).length";
    assert_eq!(browser.run(nameless), json!(0), "everything that can be acted on has a name");
    let broken = "return [...document.querySelectorAll('nav a')]
        .map((link) => link.getAttribute('href').slice(1)).filter((id) => !document.getElementById(id))";
    assert_eq!(browser.run(broken), json!([]), "the navigation leads somewhere");

    // Two failures at once: one from the map, one by its name.
    browser.run("document.querySelector(\"#map [data-ref='aws/us-east-1/a']\").focus()");
    browser.press(&[ENTER]);
    browser.run("document.getElementById('search').focus()");
    browser.press(&["e", "d", "g", "e", "n", "e", "t", ENTER]);
    let failed = "return [...document.querySelectorAll('#failed li > span')].map((node) => node.textContent)";
    assert_eq!(browser.run(failed), json!(["aws/us-east-1/a", "edgenet"]));
    let said = browser.run("return document.getElementById('announce').textContent");
    assert!(said.as_str().is_some_and(|said| said.contains("of 6 capabilities down")), "{said}");

    // The moment is chosen with the arrows, and the chain is walked with the tabulator.
    let last =
        browser.run("document.getElementById('time').focus(); return document.getElementById('time').max");
    let presses: usize = last.as_str().and_then(|last| last.parse().ok()).expect("a number of moments");
    browser.press(&vec![RIGHT; presses]);
    let shown = browser.run("return document.getElementById('time').value");
    assert_eq!(shown, last);
    browser.run("document.querySelector('#capabilities button').focus()");
    browser.press(&[ENTER, TAB]);
    assert_eq!(browser.run("return document.getElementById('detail').hidden"), json!(false));
    assert_ne!(browser.run("return document.activeElement.tagName"), json!("BODY"));

    // An outage that really happened is failed for as long as it lasted.
    browser.run("document.querySelector(\"[data-fail*='=']\").click()");
    let length = browser.run("return document.querySelector('#failed select').value");
    assert!(length.as_str().is_some_and(|length| length.parse::<u64>().is_ok()), "{length}");
    assert_eq!(browser.complaints(), Vec::<String>::new());
}

#[test]
fn the_page_fits_a_phone() {
    let Some(browser) = Browser::start() else { return };
    let directory = tempfile::tempdir().expect("a directory");
    let url = write_report(STOREFRONT, &directory.path().join("report.html"));
    browser.resize(500, 900);
    browser.open(&url);
    let wider = browser.run("return document.documentElement.scrollWidth - window.innerWidth");
    assert!(wider.as_i64().is_some_and(|wider| wider <= 0), "the page scrolls sideways by {wider}");
    browser.keep_screenshot("report-phone.png");
}

#[test]
fn hostile_text_stays_text() {
    let Some(browser) = Browser::start() else { return };
    let directory = tempfile::tempdir().expect("a directory");
    let hostile =
        r#"</script><script>window.hit = 1</script><img src=x onerror='window.hit=2'>"'& \u202e \u0007"#;
    let long = "x".repeat(5_000);
    let text = format!(
        "[model]\nname = '''{}'''\n[provider.p]\n[capability.c]\nneeds = ['p']\nowner = \"{}\"\n\
         [[policy]]\nname = \"{}\"\n[[waiver]]\npolicy = \"{}\"\nuntil = 2030-01-01\nreason = \"{long}\"\n",
        hostile.replace("'''", ""),
        hostile.replace('"', "\\\""),
        hostile.replace('"', "\\\""),
        hostile.replace('"', "\\\""),
    );
    let model = model_file(directory.path(), &text);
    browser.open(&write_report(model.to_str().expect("UTF-8"), &directory.path().join("report.html")));
    assert_eq!(browser.run("return window.hit ?? null"), Value::Null);
    let title = browser.run("return document.querySelector('h1').textContent");
    assert!(title.as_str().is_some_and(|title| title.contains("</script><script>window.hit")), "{title}");
    let body = browser.run("return document.body.textContent");
    assert!(!body.as_str().is_some_and(|body| body.contains('\u{202e}')));
    assert_eq!(browser.complaints(), Vec::<String>::new());
}

/// A server, ended with the test.
struct Served(Child, u16);

impl Served {
    fn start(model: &Path) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_linchpin"))
            .args(["serve", model.to_str().expect("UTF-8"), "--port", "0"])
            .stderr(Stdio::piped())
            .spawn()
            .expect("it runs");
        let said = BufReader::new(child.stderr.take().expect("piped"));
        let port = said
            .lines()
            .map_while(Result::ok)
            .find_map(|line| line.split("127.0.0.1:").nth(1)?.split('/').next()?.parse().ok())
            .expect("it says where it is");
        Self(child, port)
    }

    fn ask(&self, method: &str, path: &str, headers: &[&str]) -> (u16, String) {
        http(&mut TcpStream::connect(("127.0.0.1", self.1)).expect("it listens"), method, path, headers, "")
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

const SMALL: &str = "[provider.p]\n[service.web]\nplaced = ['p']\n[capability.shop]\nneeds = ['web']\n";

#[test]
fn the_live_page_follows_the_model() {
    let Some(browser) = Browser::start() else { return };
    let directory = tempfile::tempdir().expect("a directory");
    let model = model_file(directory.path(), SMALL);
    let served = Served::start(&model);
    browser.open(&format!("http://127.0.0.1:{}/#fail=web", served.1));
    let shown = |name: &str| {
        format!(
            "[...document.querySelectorAll('[data-capability] button')].some((b) => b.textContent === '{name}')"
        )
    };
    browser.wait_for(&shown("shop"));

    model_file(directory.path(), &SMALL.replace("capability.shop", "capability.market"));
    browser.wait_for(&shown("market"));
    assert_eq!(browser.run("return location.hash"), json!("#fail=web"), "what is looked at is kept");

    model_file(directory.path(), &SMALL.replace("needs", "neds"));
    browser.wait_for("document.getElementById('problems').textContent.includes('unknown-key')");
    assert_eq!(browser.run(&format!("return {}", shown("market"))), json!(true), "the last good page stays");

    model_file(directory.path(), SMALL);
    browser.wait_for(&shown("shop"));
    browser.wait_for("document.getElementById('problems').hidden");
    assert_eq!(browser.complaints(), Vec::<String>::new());
}

#[test]
fn the_live_page_is_for_its_own_reader_only() {
    let directory = tempfile::tempdir().expect("a directory");
    let served = Served::start(&model_file(directory.path(), SMALL));
    let own = format!("Origin: http://127.0.0.1:{}", served.1);
    assert_eq!(served.ask("GET", "/", &[]).0, 200);
    assert_eq!(served.ask("GET", "/", &[&own]).0, 200);
    assert_eq!(served.ask("GET", "/", &["Host: evil.example"]).0, 403);
    assert_eq!(served.ask("GET", "/news", &["Origin: http://evil.example"]).0, 403);
    assert_eq!(served.ask("POST", "/", &[]).0, 405);
    assert_eq!(served.ask("GET", "/etc/passwd", &[]).0, 404);
}

#[cfg(unix)]
#[test]
fn the_live_page_ends_cleanly_when_interrupted() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut served = Served::start(&model_file(directory.path(), SMALL));
    let killed = Command::new("kill").args(["-INT", &served.0.id().to_string()]).status();
    assert!(killed.is_ok_and(|status| status.success()));
    assert_eq!(served.0.wait().expect("it ends").code(), Some(0));
}
