//! A small JSON client over HTTP/1.1, for tests and benchmarks that talk to the real binary through a socket.

use std::{fmt, time::Duration};

use http_body_util::{BodyExt as _, Full};
use hyper::{
    HeaderMap, Method, Request, StatusCode,
    body::Bytes,
    header::{AUTHORIZATION, CONTENT_TYPE},
};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use serde_json::{Value, json};

/// After this long without an answer a request counts as unanswered.
const PATIENCE: Duration = Duration::from_secs(30);

/// One caller of the API: where it calls, and as whom. Clones share their connections.
#[derive(Clone)]
pub struct Api {
    client: Client<HttpConnector, Full<Bytes>>,
    base_url: String,
    bearer: Option<String>,
}

/// An answer of the server, whatever its status.
#[derive(Debug)]
pub struct Reply {
    /// The status line's code.
    pub status: StatusCode,
    /// All headers.
    pub headers: HeaderMap,
    /// The body as JSON; a body that is not JSON comes as a string.
    pub body: Value,
}

/// No answer came, or only a part of one: the caller cannot know whether the server did what it was asked.
#[derive(Debug)]
pub struct Unanswered(String);

impl fmt::Display for Unanswered {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl Reply {
    /// Whether the server repeated an answer that it had given before to the same `Idempotency-Key`.
    pub fn is_replay(&self) -> bool {
        let mark = self.headers.get("idempotent-replayed");
        mark.is_some_and(|value| value == "true")
    }
}

impl Api {
    /// A caller without an account. `base_url` has no slash at its end.
    pub fn anonymous(base_url: &str) -> Self {
        Self { client: new_client(), base_url: base_url.to_owned(), bearer: None }
    }

    /// The same caller, signed in with a password.
    ///
    /// # Panics
    ///
    /// When the server refuses or does not answer.
    pub async fn signed_in(mut self, email: &str, password: &str) -> Self {
        let credentials = json!({"email": email, "password": password});
        let reply = self
            .post("/api/v1/auth/login", &[], &credentials)
            .await
            .unwrap_or_else(|error| panic!("sign-in of {email}: {error}"));
        let token = reply.body["access_token"].as_str().unwrap_or_else(|| {
            panic!("sign-in of {email}: {} {}", reply.status, reply.body);
        });
        self.bearer = Some(format!("Bearer {token}"));
        self
    }

    /// The same caller with the same token on connections of its own: clones share theirs.
    pub fn with_own_connections(&self) -> Self {
        Self { client: new_client(), ..self.clone() }
    }

    /// `GET path`.
    ///
    /// # Errors
    ///
    /// When no complete answer came.
    pub async fn get(&self, path: &str) -> Result<Reply, Unanswered> {
        self.send(Method::GET, path, &[], Bytes::new()).await
    }

    /// `POST path` with a JSON body and further headers.
    ///
    /// # Errors
    ///
    /// When no complete answer came.
    pub async fn post(&self, path: &str, headers: &[(&str, &str)], body: &Value) -> Result<Reply, Unanswered> {
        let body = Bytes::from(body.to_string());
        self.send(Method::POST, path, headers, body).await
    }

    /// Any request; a body without a content type of its own is JSON.
    ///
    /// # Errors
    ///
    /// When no complete answer came.
    pub async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Bytes,
    ) -> Result<Reply, Unanswered> {
        let mut request = Request::builder().method(method).uri(format!("{}{path}", self.base_url));
        if !body.is_empty() && !headers.iter().any(|(name, _)| *name == "content-type") {
            request = request.header(CONTENT_TYPE, "application/json");
        }
        if let Some(bearer) = &self.bearer {
            request = request.header(AUTHORIZATION, bearer);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request
            .body(Full::new(body))
            .map_err(|error| Unanswered(format!("{path} cannot be asked for: {error}")))?;

        let exchange = async {
            let response =
                self.client.request(request).await.map_err(|error| Unanswered(format!("{path}: {error}")))?;
            let (head, body) = response.into_parts();
            let bytes = body
                .collect()
                .await
                .map_err(|error| Unanswered(format!("{path}: answer cut off: {error}")))?
                .to_bytes();
            let body = serde_json::from_slice(&bytes).unwrap_or_else(|_| Value::from(String::from_utf8_lossy(&bytes)));
            Ok(Reply { status: head.status, headers: head.headers, body })
        };
        match tokio::time::timeout(PATIENCE, exchange).await {
            Ok(result) => result,
            Err(_) => Err(Unanswered(format!("{path}: no answer in {PATIENCE:?}"))),
        }
    }
}

fn new_client() -> Client<HttpConnector, Full<Bytes>> {
    let mut connector = HttpConnector::new();
    // Small requests that wait for each other's answers must not wait for fuller packets as well.
    connector.set_nodelay(true);
    Client::builder(TokioExecutor::new())
        // Repeating a request is the test's own business.
        .retry_canceled_requests(false)
        .build(connector)
}
