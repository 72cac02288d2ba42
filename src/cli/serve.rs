//! The live page: a small server for this machine alone.
//!
//! One thread builds pages, one answers requests, and each browser that waits for news has one of its own. What they
//! share is [`Shared`]: the last page that was right, and what is wrong since.

use std::collections::HashMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::json;
use tiny_http::{Header, Method, Request, Response, Server};

/// A browser waits so long for news, then asks again.
const PATIENCE: Duration = Duration::from_secs(25);

/// More browsers than this are told to come back later.
const MOST_WAITING: usize = 64;

/// What there is to show.
#[derive(Debug, Default)]
struct Shown {
    /// The last page that was right.
    page: Option<String>,
    /// How many pages there have been.
    pages: u64,
    /// How often anything changed.
    changes: u64,
    /// What is wrong with the model now; empty if nothing is.
    problems: String,
    waiting: usize,
    is_over: bool,
}

impl Shown {
    fn tag(&self) -> String {
        format!("{}.{}", self.pages, self.changes)
    }
}

/// What the threads share.
#[derive(Debug, Default)]
pub(super) struct Shared {
    shown: Mutex<Shown>,
    changed: Condvar,
}

impl Shared {
    /// A thread that panicked while it held the lock has changed nothing by halves: the fields are set one by one.
    fn lock(&self) -> MutexGuard<'_, Shown> {
        self.shown.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Shows another page, or what is wrong.
    pub(super) fn show(&self, page: Result<String, String>) {
        let mut shown = self.lock();
        match page {
            Ok(page) => {
                shown.problems.clear();
                if shown.page.as_ref() != Some(&page) {
                    shown.page = Some(page);
                    shown.pages += 1;
                }
            }
            Err(problems) => shown.problems = problems,
        }
        shown.changes += 1;
        self.changed.notify_all();
    }

    /// Lets everybody go.
    pub(super) fn end(&self) {
        self.lock().is_over = true;
        self.changed.notify_all();
    }

    /// What is new since a tag, as soon as anything is.
    fn news(&self, after: &str) -> String {
        let shown = self.lock();
        let nothing_new = |shown: &mut Shown| shown.tag() == after && !shown.is_over;
        let (shown, _) = self
            .changed
            .wait_timeout_while(shown, PATIENCE, nothing_new)
            .unwrap_or_else(PoisonError::into_inner);
        json!({"page": shown.pages, "tag": shown.tag(), "problems": shown.problems}).to_string()
    }
}

/// A server on this machine.
pub(super) struct Site {
    server: Server,
    shared: Arc<Shared>,
    port: u16,
}

impl Site {
    /// Listens on a port of the loopback address; 0 takes a free one.
    pub(super) fn open(port: u16, shared: Arc<Shared>) -> Result<Self, String> {
        let server = Server::http(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))
            .map_err(|error| format!("cannot listen on 127.0.0.1:{port}: {error}"))?;
        let port = server.server_addr().to_ip().map_or(port, |address| address.port());
        Ok(Self { server, shared, port })
    }

    /// Where it is to be found.
    pub(super) fn address(&self) -> String {
        format!("http://127.0.0.1:{}/", self.port)
    }

    /// Answers until `is_over` says so.
    pub(super) fn run(&self, is_over: impl Fn() -> bool) {
        while !is_over() {
            // A connection that broke is its browser's affair.
            if let Ok(Some(request)) = self.server.recv_timeout(Duration::from_millis(100)) {
                self.answer(request);
            }
        }
        self.shared.end();
    }

    fn answer(&self, request: Request) {
        let url = request.url().to_owned();
        let (path, query) = url.split_once('?').unwrap_or((&url, ""));
        if !self.is_ours(&request) {
            return respond(request, 403, "text/plain", "linchpin answers its own page only\n");
        }
        if !matches!(request.method(), Method::Get | Method::Head) {
            return respond(request, 405, "text/plain", "only GET is answered\n");
        }
        match path {
            "/" => self.answer_page(request),
            "/news" => self.answer_news(request, query),
            _ => respond(request, 404, "text/plain", "there is only /\n"),
        }
    }

    /// Another site must not read the model through the user's browser: the request has to be for this host, and where
    /// it says which page it comes from, from this one.
    fn is_ours(&self, request: &Request) -> bool {
        let header = |name: &'static str| {
            let of_name = request.headers().iter().filter(|header| header.field.equiv(name));
            of_name.map(|header| header.value.as_str()).collect::<Vec<_>>()
        };
        let hosts = [format!("127.0.0.1:{}", self.port), format!("localhost:{}", self.port)];
        let is_host = |host: &&str| hosts.iter().any(|known| known == host);
        let is_origin = |origin: &&str| origin.strip_prefix("http://").is_some_and(|host| is_host(&host));
        let (named, origins) = (header("Host"), header("Origin"));
        named.len() == 1 && named.iter().all(is_host) && origins.iter().all(is_origin)
    }

    fn answer_page(&self, request: Request) {
        let shown = self.shared.lock();
        let page = match &shown.page {
            Some(page) => page.replacen("<html ", &format!("<html data-page=\"{}\" ", shown.pages), 1),
            None => crate::page::broken(&shown.problems),
        };
        drop(shown);
        respond(request, 200, "text/html; charset=utf-8", &page);
    }

    fn answer_news(&self, request: Request, query: &str) {
        let asked: HashMap<&str, &str> = query.split('&').filter_map(|pair| pair.split_once('=')).collect();
        let after = asked.get("after").copied().unwrap_or_default().to_owned();
        let mut shown = self.shared.lock();
        if shown.waiting >= MOST_WAITING {
            drop(shown);
            return respond(request, 503, "text/plain", "too many pages are waiting for news\n");
        }
        shown.waiting += 1;
        drop(shown);
        let shared = Arc::clone(&self.shared);
        std::thread::spawn(move || {
            let news = shared.news(&after);
            shared.lock().waiting -= 1;
            respond(request, 200, "application/json", &news);
        });
    }
}

fn respond(request: Request, status: u16, kind: &str, body: &str) {
    let headers = [
        ("Content-Type", kind),
        ("Cache-Control", "no-store"),
        ("X-Content-Type-Options", "nosniff"),
        ("X-Frame-Options", "DENY"),
        ("Referrer-Policy", "no-referrer"),
    ];
    let mut response = Response::from_string(body).with_status_code(status);
    for (name, value) in headers {
        if let Ok(header) = Header::from_bytes(name, value) {
            response.add_header(header);
        }
    }
    // A browser that has gone away wants no answer.
    let _ = request.respond(response);
}
