//! Tokens are fetched, kept, renewed and never shown.
use crate::recordings::Recorded;
use crate::support::{Got, Native, Reply, SECRET, Server, client_of, ends};
use runward::client::{Call, Client, Credentials, Options, race};
use runward::error::{Error, Kind};
use runward::policy::Limits;
use runward::system::Create;
use runward::systems::{formance::FORMANCE, hatchet::HATCHET, meshx::MESHX, onfido::ONFIDO};
use std::rc::Rc;
use std::time::Duration;

const ID: &str = "e2dd9421-43cd-4361-bb4c-1b158bf9fa38";

fn run() -> String {
    String::from_utf8(Recorded::get("formance", "instance-succeeded").response().body).unwrap()
}

fn options(url: &str, credentials: Credentials) -> Options {
    let limits = Limits { timeout: 60_000.0, deadline: 600_000.0, retries: 1 };
    Options { base_url: Some(url.into()), tenant: Some("acme".into()), credentials, limits, ..Options::default() }
}

fn stack(url: &str, speed: f64) -> Rc<Client<Native>> {
    client_of(&FORMANCE, SECRET, speed, options(url, Credentials::Client { id: "id-1".into() }))
}

fn granted(count: usize, lives: u32) -> Reply {
    Reply::json(200, format!(r#"{{"access_token":"granted-{count}","token_type":"bearer","expires_in":{lives}}}"#))
}

/// Grants tokens that live so many seconds, and takes those that `takes` says.
async fn granting(lives: u32, takes: fn(&str) -> bool) -> Server {
    let mut grants = 0;
    Server::new(move |got: &Got| {
        if got.line().starts_with("POST /api/auth/oauth/token ") {
            grants += 1;
            return granted(grants, lives);
        }
        let shown = got.head.lines().find_map(|line| line.strip_prefix("authorization: Bearer ")).unwrap_or_default();
        if takes(shown) { Reply::json(200, run()) } else { Reply::json(401, "") }
    })
    .await
}

fn keeps_the_secrets(error: &Error) {
    let shown = format!("{error} {error:?} {}", serde_json::to_string(error).unwrap());
    assert!(!shown.contains(SECRET) && !shown.contains("granted-"), "{shown}");
}

#[tokio::test]
async fn one_token_serves_many_calls_and_a_thousand_at_once() {
    let server = granting(3_600, |token| token == "granted-1").await;
    let client = stack(&server.url, 1.0);
    let tasks = tokio::task::LocalSet::new();
    for _ in 0..100 {
        let client = Rc::clone(&client);
        tasks.spawn_local(async move { client.get(ID, &Call::default()).await.unwrap() });
    }
    ends(tasks).await;
    ends(client.get(ID, &Call::default())).await.unwrap();
    assert_eq!((server.count("POST"), server.count("GET /api/orchestration/v2/instances/")), (1, 101));
    let asked = server.got().into_iter().find(|got| got.head.starts_with("POST")).unwrap();
    assert!(asked.body.starts_with("grant_type=client_credentials&client_id=id-1&client_secret=s3cret-token&scope="));
    assert!(!asked.head.contains("authorization"), "{}", asked.head);
}

#[tokio::test]
async fn a_token_is_renewed_shortly_before_its_end() {
    let server = granting(60, |_| true).await;
    let client = stack(&server.url, 20.0);
    for wait in [0, 0, 2_000] {
        tokio::time::sleep(Duration::from_millis(wait)).await;
        ends(client.get(ID, &Call::default())).await.unwrap();
    }
    assert_eq!(server.count("POST"), 2, "of a minute half a one is used, and 40 s went by");
}

#[tokio::test]
async fn a_refused_token_is_renewed_once_for_all_who_hold_it() {
    let server = granting(3_600, |token| token == "granted-2").await;
    let client = stack(&server.url, 1.0);
    let tasks = tokio::task::LocalSet::new();
    for _ in 0..50 {
        let client = Rc::clone(&client);
        tasks.spawn_local(async move { client.get(ID, &Call::default()).await.unwrap() });
    }
    ends(tasks).await;
    // Who looks after the second token came never shows the first.
    assert_eq!((server.count("POST"), (51..=100).contains(&server.count("GET"))), (2, true));
}

#[tokio::test]
async fn a_create_is_sent_again_when_its_token_was_refused_and_then_never() {
    let mut sent = 0;
    let server = Server::new(move |got| {
        if got.line().contains("/oauth/token") {
            return granted(1, 3_600);
        }
        sent += 1;
        if sent == 1 { Reply::json(401, "") } else { Reply::json(500, "{}") }
    })
    .await;
    let create = Create { workflow: "w".into(), ..Create::default() };
    let error = ends(stack(&server.url, 1.0).create(&create, &Call::default())).await.unwrap_err();
    // The same token came again, so nothing else was tried.
    assert_eq!((error.kind, server.count("POST /api/orchestration")), (Kind::Auth, 1));
}

#[tokio::test]
async fn a_token_that_stays_refused_is_an_error_after_one_more_try() {
    let server = granting(3_600, |_| false).await;
    let error = ends(stack(&server.url, 1.0).get(ID, &Call::default())).await.unwrap_err();
    assert_eq!((error.kind, error.code), (Kind::Auth, "unauthorized"));
    assert_eq!((server.count("POST"), server.count("GET")), (2, 2));
    keeps_the_secrets(&error);
}

#[tokio::test]
async fn a_refused_client_is_told_to_all_who_wait_and_asked_once() {
    let said = format!(r#"{{"error":"invalid_client","error_description":"no {SECRET}"}}"#);
    let server = Server::replies([Reply::json(401, said)]).await;
    let client = stack(&server.url, 1.0);
    let tasks = tokio::task::LocalSet::new();
    for _ in 0..50 {
        let client = Rc::clone(&client);
        tasks.spawn_local(async move {
            let error = client.get(ID, &Call::default()).await.unwrap_err();
            assert_eq!((error.kind, error.code), (Kind::Auth, "grant_refused"));
            keeps_the_secrets(&error);
        });
    }
    ends(tasks).await;
    assert_eq!(server.got().len(), 1);
    ends(client.get(ID, &Call::default())).await.unwrap_err();
    assert_eq!(server.got().len(), 2, "a later call asks anew");
}

#[tokio::test]
async fn whoever_fetches_may_go_and_another_goes_on() {
    let mut asked = 0;
    let server = Server::new(move |got| {
        if !got.line().contains("/oauth/token") {
            return Reply::json(200, run());
        }
        asked += 1;
        if asked == 1 { Reply::Stall(vec![]) } else { granted(asked, 3_600) }
    })
    .await;
    let client = stack(&server.url, 1.0);
    let call = Call::default();
    let gone = race(client.get(ID, &call), tokio::time::sleep(Duration::from_millis(200)));
    let (gone, read) = ends(async { tokio::join!(gone, client.get(ID, &call)) }).await;
    assert!(gone.is_none());
    assert_eq!(read.unwrap().snapshot.run.status, "succeeded");
    assert_eq!(server.count("POST"), 2);
}

#[tokio::test]
async fn an_answer_without_a_token_is_a_typed_error() {
    for body in ["{}", "[]", "null", r#"{"access_token":""}"#, r#"{"access_token":"a b"}"#, r#"{"access_token":7}"#] {
        let server = Server::replies([Reply::json(200, body)]).await;
        let error = ends(stack(&server.url, 1.0).get(ID, &Call::default())).await.unwrap_err();
        assert_eq!(error.kind, Kind::Decode, "{body}");
    }
}

#[tokio::test]
async fn onfido_clients_show_their_granted_token_as_a_bearer() {
    let server = Server::new(|got| {
        if got.line() == "POST /v3.6/oauth/token HTTP/1.1" {
            assert_eq!(got.body, "client_id=id-1&client_secret=s3cret-token");
            return granted(1, 3_600);
        }
        assert!(got.head.contains("authorization: Bearer granted-1"), "{}", got.head);
        Reply::json(200, String::from_utf8(crate::fixture("onfido/run-approved.json")).unwrap())
    })
    .await;
    let client = client_of(&ONFIDO, SECRET, 1.0, options(&server.url, Credentials::Client { id: "id-1".into() }));
    let read = ends(client.get("d5b39162-c198-4cc4-89c6-de1db050fcb1", &Call::default())).await.unwrap();
    assert_eq!(read.snapshot.run.status, "approved");
}

#[tokio::test]
async fn a_login_is_refreshed_and_done_anew_when_that_is_over() {
    let token = |count: usize| {
        let text = format!(
            r#"{{"access_token":"granted-{count}","refresh_token":"again-{count}","expires_in":60,"refresh_expires_in":600}}"#
        );
        Reply::json(200, text)
    };
    let (mut logins, mut refreshes) = (0, 0);
    let server = Server::new(move |got| {
        if got.line().starts_with("POST /api/iam/login ") {
            assert_eq!(got.body, r#"{"user":"ana","password":"s3cret-token","remember_me":false}"#);
            logins += 1;
            return token(logins);
        }
        if got.line().starts_with("POST /api/iam/refresh ") {
            refreshes += 1;
            return if refreshes == 1 { token(10) } else { Reply::json(401, r#"{"type":"invalid-authorization"}"#) };
        }
        assert!(got.head.contains("x-org: acme"), "{}", got.head);
        Reply::json(200, String::from_utf8(crate::fixture("meshx/run-completed.json")).unwrap())
    })
    .await;
    let login = Credentials::Login { user: "ana".into(), remember: false };
    let client = client_of(&MESHX, SECRET, 100.0, options(&server.url, login));
    for _ in 0..3 {
        ends(client.get("90ee677b-6e82-4ed7-9e05-3f71829b698e", &Call::default())).await.unwrap();
        tokio::time::sleep(Duration::from_millis(400)).await;
    }
    assert_eq!((server.count("POST /api/iam/login"), server.count("POST /api/iam/refresh")), (2, 2));
    let refresh = server.got().into_iter().find(|got| got.line().contains("refresh")).unwrap();
    assert_eq!(refresh.body, r#"{"refresh_token":"again-1"}"#);
}

#[tokio::test]
async fn a_server_that_asks_for_nothing_is_shown_nothing() {
    let server = Server::replies([Reply::json(200, run())]).await;
    let client = client_of(&FORMANCE, "", 1.0, options(&server.url, Credentials::Nobody));
    ends(client.get(ID, &Call::default())).await.unwrap();
    let got = server.got();
    assert_eq!(got[0].line(), format!("GET /v2/instances/{ID} HTTP/1.1"));
    assert!(!got[0].head.contains("authorization"), "{}", got[0].head);
}

#[tokio::test]
async fn a_way_that_a_system_does_not_know_is_refused_at_once() {
    let login = || Credentials::Login { user: "u".into(), remember: false };
    let refused = |client: runward::error::Result<Client<Native>>| client.err().map(|error| error.code);
    let native = || Native::new(1.0, SECRET);
    let unsupported = Some("unsupported_credentials");
    assert_eq!(refused(Client::new(&FORMANCE, native(), options("http://a", login()))), unsupported);
    assert_eq!(refused(Client::new(&ONFIDO, native(), options("http://a", Credentials::Nobody))), unsupported);
    assert_eq!(
        refused(Client::new(&HATCHET, native(), options("http://a", Credentials::Client { id: "i".into() }))),
        unsupported
    );
    let nowhere = Options { base_url: None, ..options("", Credentials::Nobody) };
    assert_eq!(refused(Client::new(&FORMANCE, native(), nowhere)), Some("missing_base_url"));
    assert_eq!(refused(Client::new(&MESHX, native(), options("http://a", login()))), None);
}
