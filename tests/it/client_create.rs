//! A run is created once, whatever becomes of the answer.
use crate::support::{Native, Reply, SECRET, Server, client, client_of, ends, recorded};
use runward::client::{Call, Client, Options};
use runward::error::{Error, Kind};
use runward::policy::Limits;
use runward::system::{Create, System};
use runward::systems::{formance::FORMANCE, hatchet::HATCHET, meshx::MESHX, onfido::ONFIDO};

const TRIGGER: &str = "POST /api/v1/stable/tenants/707d0855-80ab-4e1f-a156-f1c4546cbf52/workflow-runs/trigger";
const LIST: &str = "GET /api/v1/stable/tenants/707d0855-80ab-4e1f-a156-f1c4546cbf52/workflow-runs?";
const EMPTY: &str = r#"{"pagination":{"current_page":1,"next_page":2,"num_pages":0},"rows":[]}"#;

/// A deadline that leaves room for every look-up.
fn patient() -> Limits {
    Limits { timeout: 60_000.0, deadline: 600_000.0, retries: 2 }
}

fn with_key(key: Option<&str>) -> Create {
    Create { workflow: "charge-card".into(), key: key.map(str::to_owned), ..Create::default() }
}

/// The recorded list, its row with the key of these tests.
fn keyed(name: &str) -> String {
    let mut list: serde_json::Value = serde_json::from_str(&recorded(name)).unwrap();
    list["rows"][0]["additionalMetadata"]["runwardKey"] = "F-1".into();
    list.to_string()
}

/// Fails the first triggers, and shows the run in the list from this look on.
async fn lossy(failures: usize, seen_from: usize) -> Server {
    let (mut posts, mut looks) = (0, 0);
    Server::new(move |got| {
        if got.line().starts_with(TRIGGER) {
            posts += 1;
            let lost = posts <= failures;
            return if lost { Reply::json(500, "null") } else { Reply::json(200, recorded("trigger-only-id")) };
        }
        if got.line().starts_with(LIST) {
            looks += 1;
            let seen = looks >= seen_from;
            return Reply::json(200, if seen { keyed("list-after-false-500") } else { EMPTY.into() });
        }
        let id = got.line().split(['/', ' ']).rev().nth(2).unwrap_or_default().to_owned();
        Reply::json(200, recorded("run-standalone-completed").replace("a16ccbaf-84c7-4547-bdd9-6f0922c76346", &id))
    })
    .await
}

#[tokio::test]
async fn a_create_tells_the_new_id() {
    let server = lossy(0, 0).await;
    let run = ends(client(&server.url, 1.0, patient()).create(&with_key(None), &Call::default())).await.unwrap();
    assert_eq!(run.snapshot.run.id, "a16ccbaf-84c7-4547-bdd9-6f0922c76346");
    let got = server.got();
    assert_eq!(got.len(), 1);
    let body: serde_json::Value = serde_json::from_str(&got[0].body).unwrap();
    assert_eq!(body, serde_json::json!({ "workflowName": "charge-card", "input": {}, "return_only_id": true }));
}

#[tokio::test]
async fn a_false_500_without_a_key_leaves_the_outcome_open() {
    let server = lossy(1, 1).await;
    let error = ends(client(&server.url, 50.0, patient()).create(&with_key(None), &Call::default())).await.unwrap_err();
    assert_eq!((error.kind, error.status, error.retryable), (Kind::UnknownOutcome, Some(500), false));
    assert_eq!(server.got().len(), 1);
}

#[tokio::test]
async fn a_false_500_with_a_key_finds_the_run_once_the_read_store_shows_it() {
    let server = lossy(1, 4).await;
    let run =
        ends(client(&server.url, 50.0, patient()).create(&with_key(Some("F-1")), &Call::default())).await.unwrap();
    let row: serde_json::Value = serde_json::from_str(&recorded("list-after-false-500")).unwrap();
    assert_eq!(row["rows"][0]["metadata"]["id"], run.snapshot.run.id);
    assert_eq!((server.count(TRIGGER), server.count(LIST)), (1, 4));
    let look = server.got().into_iter().find(|got| got.line().starts_with(LIST)).unwrap();
    assert!(look.line().contains("additional_metadata=runwardKey%3AF-1"), "{}", look.line());
}

#[tokio::test]
async fn a_lost_create_with_a_key_is_sent_again_only_after_the_read_store_had_its_time() {
    let server = lossy(1, usize::MAX).await;
    let run =
        ends(client(&server.url, 50.0, patient()).create(&with_key(Some("F-1")), &Call::default())).await.unwrap();
    assert_eq!(run.snapshot.run.id, "a16ccbaf-84c7-4547-bdd9-6f0922c76346");
    assert_eq!(server.count(TRIGGER), 2);
    assert!(server.count(LIST) > 10, "{}", server.count(LIST));
}

#[tokio::test]
async fn a_create_with_a_key_that_is_lost_again_leaves_the_outcome_open() {
    let server = lossy(9, usize::MAX).await;
    let error = ends(client(&server.url, 100.0, patient()).create(&with_key(Some("F-1")), &Call::default())).await;
    assert_eq!(error.unwrap_err().kind, Kind::UnknownOutcome);
    assert_eq!(server.count(TRIGGER), 2);
}

#[tokio::test]
async fn a_new_run_may_be_unknown_for_a_while_and_others_may_not() {
    let mut reads = 0;
    let server = Server::new(move |got| {
        if got.line().starts_with("POST") {
            return Reply::json(200, recorded("trigger-only-id"));
        }
        reads += 1;
        if reads < 4 {
            Reply::json(404, recorded("run-unknown"))
        } else {
            Reply::json(200, recorded("run-standalone-completed"))
        }
    })
    .await;
    let client = client(&server.url, 20.0, patient());
    let unknown = ends(client.get("11111111-2222-4333-8444-555555555555", &Call::default())).await.unwrap_err();
    assert_eq!(unknown.kind, Kind::NotFound);
    let run = ends(client.create(&with_key(None), &Call::default())).await.unwrap();
    let read = ends(client.get(&run.snapshot.run.id, &Call::default())).await.unwrap();
    assert_eq!(read.snapshot.run.status, "COMPLETED");
    assert_eq!(server.count("GET"), 4);
}

#[tokio::test]
async fn a_phantom_is_not_waited_for_without_end() {
    let server = Server::replies([Reply::json(404, recorded("run-phantom"))]).await;
    let client = client(&server.url, 50.0, patient());
    let error = ends(client.wait("23d0006a-0618-47c7-b80e-47b73bd80797", Default::default(), Call::default())).await;
    assert_eq!(error.unwrap_err().kind, Kind::NotFound);
}

const CLAIMED: &str = "cb52c9dc-4072-447d-8188-9760ea8521e8";

fn claiming(key: Option<&str>) -> Create {
    let idempotency_key = Some("I-77".into());
    Create { workflow: "send-invoice".into(), key: key.map(str::to_owned), idempotency_key, ..Create::default() }
}

/// A server whose workflow claims `I-77`: `trigger` answers the triggers, and the claim was made so long ago, in milliseconds.
async fn claimed(trigger: Reply, ago: i64, workflow: &'static str) -> Server {
    Server::new(move |got| {
        if got.line().starts_with(TRIGGER) {
            return trigger.clone();
        }
        if got.line().starts_with(LIST) {
            let mut list: serde_json::Value = serde_json::from_str(&recorded("list-idempotent-row")).unwrap();
            // By the clock of the tests' clients.
            let at = chrono::DateTime::from_timestamp_millis(1_795_363_935_000 - ago).unwrap();
            let at = at.to_rfc3339_opts(chrono::SecondsFormat::Micros, true);
            list["rows"][0]["workflowName"] = workflow.into();
            list["rows"][0]["metadata"]["createdAt"] = at.into();
            return Reply::json(
                200,
                if got.line().contains("idempotency_keys=I-77") { list.to_string() } else { EMPTY.into() },
            );
        }
        Reply::json(200, recorded("run-standalone-completed").replace("a16ccbaf-84c7-4547-bdd9-6f0922c76346", CLAIMED))
    })
    .await
}

const DAY: i64 = 24 * 3_600_000;

#[tokio::test]
async fn a_claim_that_is_taken_gives_the_run_that_holds_it_however_old() {
    let server = claimed(Reply::json(500, recorded("idempotent-second")), 90 * DAY, "send-invoice").await;
    let client = client(&server.url, 1.0, patient());
    for key in [None, Some("F-1")] {
        let run = ends(client.create(&claiming(key), &Call::default())).await.unwrap();
        assert_eq!(run.snapshot.run.id, CLAIMED);
    }
    assert_eq!(server.count(TRIGGER), 2, "each is sent once: the first look finds the run");
    assert_eq!(server.count(LIST), 3, "by the claim, and where there is a key, by that before");
}

#[tokio::test]
async fn a_lost_create_finds_the_claim_that_it_made_itself_and_no_older_one() {
    let server = claimed(Reply::Reset, 1_000, "send-invoice").await;
    let run = ends(client(&server.url, 1.0, patient()).create(&claiming(None), &Call::default())).await.unwrap();
    assert_eq!((run.snapshot.run.id.as_str(), server.count(TRIGGER)), (CLAIMED, 1));
    let server = claimed(Reply::Reset, DAY, "send-invoice").await;
    let error = ends(client(&server.url, 50.0, patient()).create(&claiming(None), &Call::default())).await.unwrap_err();
    assert_eq!((error.kind, server.count(TRIGGER)), (Kind::UnknownOutcome, 2), "the claim may be over");
}

#[tokio::test]
async fn a_claim_of_another_workflow_is_none() {
    let server = claimed(Reply::json(500, recorded("idempotent-second")), 1_000, "charge-card").await;
    let error = ends(client(&server.url, 50.0, patient()).create(&claiming(None), &Call::default())).await.unwrap_err();
    assert_eq!(error.kind, Kind::UnknownOutcome);
}

#[tokio::test]
async fn runs_are_listed_by_their_key() {
    let server = lossy(0, 1).await;
    let filter = |key: &str| runward::system::Filter { key: Some(key.into()), ..Default::default() };
    let client = client(&server.url, 1.0, patient());
    let page = ends(client.list(&filter("F-1"), None, &Call::default())).await.unwrap();
    assert_eq!(page.runs.len(), 1);
    let page = ends(client.list(&filter("F-2"), None, &Call::default())).await.unwrap();
    assert!(page.runs.is_empty(), "whatever a server lists");
}

/// A server of these workflows.
async fn cataloguing(names: &'static [&'static str]) -> Server {
    Server::new(move |got| {
        if got.line().starts_with(TRIGGER) {
            return Reply::json(200, recorded("trigger-only-id"));
        }
        let number = |name: &str| {
            got.line().split(&format!("{name}=")[..]).nth(1)?.split(['&', ' ']).next()?.parse::<usize>().ok()
        };
        let part = got.line().split("name=").nth(1).and_then(|rest| rest.split(['&', ' ']).next()).unwrap_or("");
        let (offset, limit) = (number("offset").unwrap_or(0), number("limit").unwrap());
        let fit = names.iter().filter(|name| name.contains(part)).skip(offset).take(limit);
        let rows: Vec<_> = fit.map(|name| serde_json::json!({ "name": name })).collect();
        Reply::json(200, serde_json::json!({ "pagination": {}, "rows": rows }).to_string())
    })
    .await
}

const LOOK: &str = "GET /api/v1/tenants/707d0855-80ab-4e1f-a156-f1c4546cbf52/workflows?";

fn checking(server: &Server) -> std::rc::Rc<Client<Native>> {
    let (base_url, tenant) = (Some(server.url.clone()), Some(crate::support::TENANT.into()));
    let options = Options { base_url, tenant, limits: patient(), check_workflow: true, ..Options::default() };
    client_of(&HATCHET, SECRET, 50.0, options)
}

async fn created(client: &Client<Native>, workflow: &str) -> Result<(), Error> {
    let create = Create { workflow: workflow.into(), ..Create::default() };
    ends(client.create(&create, &Call::default())).await.map(drop)
}

#[tokio::test]
async fn a_workflow_is_looked_for_once_and_not_for_each_create() {
    let server = cataloguing(&["charge-card", "charge-card-again", "ship-parcel"]).await;
    let client = checking(&server);
    let (one, other) = tokio::join!(created(&client, "charge-card"), created(&client, "charge-card"));
    assert_eq!((one, other), (Ok(()), Ok(())));
    for _ in 0..5 {
        created(&client, "charge-card").await.unwrap();
    }
    assert_eq!((server.count(TRIGGER), server.count(LOOK)), (7, 1));
    assert!(server.got()[0].line().contains("name=charge-card "), "{}", server.got()[0].line());
}

#[tokio::test]
async fn an_unknown_workflow_is_refused_with_the_nearest_name_and_looked_for_again_after_a_while() {
    let server = cataloguing(&["charge-card", "ship-parcel", "two-steps"]).await;
    let client = checking(&server);
    for (name, told) in [
        ("chrge-card", "has no workflow called \"chrge-card\": is \"charge-card\" meant?"),
        ("Charge-Card", "is \"charge-card\" meant?"),
        ("nightly", "there are charge-card, ship-parcel, two-steps"),
    ] {
        let error = created(&client, name).await.unwrap_err();
        assert_eq!((error.kind, error.code), (Kind::Argument, "unknown_workflow"));
        assert!(error.message.contains(told), "{}", error.message);
    }
    let looks = server.count(LOOK);
    assert_eq!(created(&client, "nightly").await.unwrap_err().code, "unknown_workflow");
    assert_eq!(
        (server.count(LOOK), server.count(TRIGGER)),
        (looks, 0),
        "a name that is missing is not looked for each time"
    );
    tokio::time::sleep(std::time::Duration::from_millis(250)).await;
    assert_eq!(created(&client, "nightly").await.unwrap_err().code, "unknown_workflow");
    assert!(server.count(LOOK) > looks, "a worker may have come");
    let empty = cataloguing(&[]).await;
    let error = created(&checking(&empty), "nightly").await.unwrap_err();
    assert!(error.message.contains("there are none: is a worker connected?"), "{}", error.message);
}

#[tokio::test]
async fn a_workflow_is_found_on_a_later_page() {
    static NAMES: std::sync::LazyLock<Vec<&str>> = std::sync::LazyLock::new(|| {
        let others = (0..120).map(|index| &*format!("nightly-{index}").leak());
        others.chain(["nightly"]).collect()
    });
    let server = cataloguing(&NAMES).await;
    created(&checking(&server), "nightly").await.unwrap();
    assert_eq!(server.count(LOOK), 3);
}

#[tokio::test]
async fn where_there_is_no_list_of_names_none_is_checked() {
    let options =
        || Options { base_url: Some("http://127.0.0.1:9".into()), check_workflow: true, ..Options::default() };
    for system in [&ONFIDO as &'static System, &FORMANCE, &MESHX] {
        let error = Client::new(system, Native::new(1.0, SECRET), options()).err().unwrap();
        assert_eq!((error.kind, error.code), (Kind::Unsupported, "unsupported_option"));
    }
}
