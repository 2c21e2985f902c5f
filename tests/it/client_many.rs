//! Cancelling and replaying many runs: a result for each, and nothing done that was not meant.
use crate::support::{Got, Reply, Server, client, ends, recorded};
use runward::client::{Call, Effected, Many, Named, One, Order, Which};
use runward::error::{Kind, Result};
use runward::policy::Limits;
use runward::system::Filter;
use serde_json::{Value, json};

fn limits() -> Limits {
    Limits { timeout: 60_000.0, deadline: 600_000.0, retries: 0 }
}

fn many(order: Order, which: Which) -> Many {
    Many { order, which, confirm: false, most: Many::MOST }
}

fn named(ids: &[&str]) -> Which {
    Which::Runs(ids.iter().map(|id| Named::Id((*id).to_owned())).collect())
}

async fn asked(server: &Server, many: &Many, call: &Call) -> Result<Vec<One>> {
    ends(client(&server.url, 20.0, limits()).many(many, call)).await
}

fn told(all: &[One]) -> Vec<(&str, Option<bool>)> {
    all.iter().map(|one| (one.id.as_str(), one.effect.as_ref().ok().map(|effect| effect.accepted))).collect()
}

/// Echoes the ids that are to be cancelled, as Hatchet does; refuses a batch with a malformed one.
fn echo(got: &Got) -> Reply {
    let ids = serde_json::from_str::<Value>(&got.body).unwrap()["externalIds"].clone();
    if ids.as_array().unwrap().iter().any(|id| id == "odd") {
        return Reply::json(400, r#"{"message":"invalid UUID length: 3"}"#);
    }
    Reply::json(200, json!({ "ids": ids }).to_string())
}

#[tokio::test]
async fn many_runs_are_cancelled_by_few_requests_and_each_has_its_result() {
    let server = Server::new(echo).await;
    let ids: Vec<String> = (0..250).map(|n| format!("r{n}")).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).chain(["r0"]).collect();
    let all = asked(&server, &many(Order::Cancel, named(&ids)), &Call::default()).await.unwrap();
    assert_eq!((server.got().len(), all.len()), (3, 250), "a run that is named twice is meant once");
    assert!(all.iter().zip(&ids).all(|(one, id)| one.id == *id && one.effect.as_ref().unwrap().accepted));
    assert_eq!(all[0].json(Clone::clone).unwrap(), r#"{"id":"r0","accepted":true,"effect":"unknown"}"#);
}

#[tokio::test]
async fn one_that_is_refused_harms_no_other() {
    let server = Server::new(echo).await;
    let all = asked(&server, &many(Order::Cancel, named(&["a", "odd", "b"])), &Call::default()).await.unwrap();
    assert_eq!(told(&all), [("a", Some(true)), ("odd", None), ("b", Some(true))]);
    assert_eq!(all[1].effect.as_ref().unwrap_err().status, Some(400));
    let json: Value = serde_json::from_str(&all[1].json(Clone::clone).unwrap()).unwrap();
    assert_eq!(
        (&json["accepted"], &json["effect"], &json["error"]["kind"]),
        (&json!(false), &json!("unknown"), &json!("Http"))
    );
}

#[tokio::test]
async fn what_has_ended_is_not_cancelled_again() {
    let server = Server::new(|got: &Got| {
        if got.line().starts_with("GET") { Reply::json(200, recorded("run-standalone-completed")) } else { echo(got) }
    })
    .await;
    let client = client(&server.url, 20.0, limits());
    let read = ends(client.get("a16ccbaf-84c7-4547-bdd9-6f0922c76346", &Call::default())).await.unwrap();
    let runs =
        Which::Runs(vec![Named::Read(Box::new(read.snapshot.run)), Named::Id("a".into()), Named::Id("b".into())]);
    let all = ends(client.many(&many(Order::Cancel, runs.clone()), &Call::default())).await.unwrap();
    assert_eq!(all[0].effect.as_ref().unwrap_err().kind, Kind::Transition);
    assert_eq!(server.got().last().unwrap().body, r#"{"externalIds":["a","b"]}"#);
    let call = Call { force: true, ..Call::default() };
    assert!(ends(client.many(&many(Order::Cancel, runs), &call)).await.unwrap()[0].effect.is_ok());
}

#[tokio::test]
async fn a_filter_means_what_can_be_moved_so_and_asks_for_nothing_else() {
    let server =
        Server::new(
            |got: &Got| {
                if got.line().starts_with("GET") { Reply::json(200, recorded("list-mixed")) } else { echo(got) }
            },
        )
        .await;
    let rows: Value = serde_json::from_str(&recorded("list-mixed")).unwrap();
    let going = |row: &&Value| ["QUEUED", "RUNNING"].contains(&row["status"].as_str().unwrap());
    let going: Vec<&Value> = rows["rows"].as_array().unwrap().iter().filter(going).collect();
    assert!(!going.is_empty());
    let which = Which::Listed(Filter { since: Some(0.0), page_size: Some(500), ..Filter::default() });
    let all = asked(&server, &many(Order::Cancel, which.clone()), &Call::default()).await.unwrap();
    let ids: Vec<&str> = going.iter().map(|row| row["metadata"]["id"].as_str().unwrap()).collect();
    assert_eq!(all.iter().map(|one| one.id.as_str()).collect::<Vec<_>>(), ids);
    let list = server.got()[0].line().to_owned();
    assert!(list.contains("statuses=QUEUED&statuses=RUNNING") && !list.contains("COMPLETED"), "{list}");
    let few = Many { most: going.len() - 1, ..many(Order::Cancel, which) };
    let before = server.count("POST");
    assert_eq!(asked(&server, &few, &Call::default()).await.unwrap_err().code, "too_many_runs");
    let empty = many(Order::Cancel, Which::Listed(Filter { page_size: Some(7), ..Filter::default() }));
    assert_eq!(asked(&server, &empty, &Call::default()).await.unwrap_err().code, "empty_filter");
    assert_eq!(server.count("POST"), before, "nothing was sent");
}

#[tokio::test]
async fn many_runs_are_replayed_one_by_one_because_the_answer_names_tasks() {
    let server = Server::new(|got: &Got| {
        let body: Value = serde_json::from_str(&got.body).unwrap();
        let id = body["externalIds"][0].as_str().unwrap().to_owned();
        assert_eq!(body["externalIds"].as_array().unwrap().len(), 1);
        Reply::json(200, if id == "unknown" { json!({ "ids": [] }) } else { json!({ "ids": ["task"] }) }.to_string())
    })
    .await;
    let all = asked(&server, &many(Order::Replay, named(&["a", "unknown"])), &Call::default()).await.unwrap();
    assert_eq!(told(&all), [("a", Some(true)), ("unknown", Some(false))]);
}

#[tokio::test]
async fn with_confirm_each_effect_is_looked_for() {
    let server = Server::new(|got: &Got| {
        if got.line().starts_with("POST") {
            return echo(got);
        }
        if got.line().contains("/phantom ") {
            return Reply::json(404, recorded("run-unknown"));
        }
        Reply::json(200, recorded("run-standalone-cancelled"))
    })
    .await;
    let confirmed = Many { confirm: true, ..many(Order::Cancel, named(&["real", "phantom"])) };
    let all = asked(&server, &confirmed, &Call::default()).await.unwrap();
    let effects: Vec<Effected> = all.iter().map(|one| one.effect.as_ref().unwrap().effect).collect();
    assert_eq!(effects, [Effected::Effective, Effected::Ineffective]);
    assert_eq!(server.count("POST"), 1);
}
