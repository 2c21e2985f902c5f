//! A page with a row that cannot be read is a page all the same, and the row is told of; nothing else is taken for a page.
use crate::recordings::Recorded;
use crate::support::{Native, Reply, SECRET, Server, client_of, ends};
use runward::client::{Call, Client, Options, Page};
use runward::error::{Error, Kind};
use runward::system::{Filter, System};
use runward::systems::{formance::FORMANCE, hatchet::HATCHET, meshx::MESHX, onfido::ONFIDO};
use serde_json::{Value, json};
use std::rc::Rc;

fn text(path: &str) -> String {
    String::from_utf8(crate::fixture(path)).unwrap()
}

fn recorded(system: &str, name: &str) -> Value {
    serde_json::from_slice(&Recorded::get(system, name).response().body).unwrap()
}

/// Each system with a page of several rows, where these stand, and a member that every row needs.
fn pages() -> Vec<(&'static System, Value, &'static str, &'static str)> {
    let numbered = |number: u32| {
        let mut row: Value = serde_json::from_str(&text("meshx/run-completed.json")).unwrap();
        row["identifier"] = json!(format!("00000000-0000-4000-8000-{number:012}"));
        row
    };
    let mesh = json!({ "orchestrator_workflows": [numbered(0), numbered(1), numbered(2)] });
    vec![
        (&HATCHET, recorded("hatchet", "list-mixed"), "/rows", "status"),
        (&FORMANCE, recorded("formance", "instances-page-1"), "/cursor/data", "id"),
        (&ONFIDO, serde_json::from_str(&text("onfido/page.json")).unwrap(), "", "id"),
        (&MESHX, mesh, "/orchestrator_workflows", "identifier"),
    ]
}

fn client(system: &'static System, url: &str) -> Rc<Client<Native>> {
    let options = Options { base_url: Some(url.into()), tenant: Some("acme".into()), ..Options::default() };
    client_of(system, SECRET, 1.0, options)
}

async fn list(system: &'static System, body: &Value) -> Result<Page, Error> {
    let server = Server::replies([Reply::json(200, body.to_string())]).await;
    ends(client(system, &server.url).list(&Filter::default(), None, &Call::default())).await
}

fn rows<'a>(page: &'a mut Value, place: &str) -> &'a mut Vec<Value> {
    page.pointer_mut(place).unwrap().as_array_mut().unwrap()
}

#[tokio::test]
async fn one_bad_row_spoils_no_page() {
    for (system, whole, place, member) in pages() {
        let good = list(system, &whole).await.unwrap();
        assert!(good.unreadable.is_empty() && good.runs.len() >= 2, "{}", system.name());
        let mut page = whole.clone();
        rows(&mut page, place)[1].as_object_mut().unwrap().remove(member);
        let bad = rows(&mut page, place)[1].clone();
        let read = list(system, &page).await.unwrap();
        assert_eq!(read.runs.len(), good.runs.len() - 1, "{}", system.name());
        assert_eq!(read.next, good.next, "{}", system.name());
        let [row] = read.unreadable.as_slice() else { panic!("{}: {:?}", system.name(), read.unreadable) };
        assert_eq!(row.index, 1);
        assert_eq!(serde_json::from_str::<Value>(row.wire.as_ref().unwrap()).unwrap(), bad);
        assert!(row.findings.iter().any(|finding| finding.pointer == format!("/{member}")), "{:?}", row.findings);
        let json: Value = serde_json::from_str(&read.json().unwrap()).unwrap();
        assert_eq!((&json["unreadable"][0]["index"], &json["unreadable"][0]["wire"]), (&json!(1), &bad));
        let public: Value = serde_json::from_str(&read.public(system).unwrap().json().unwrap()).unwrap();
        assert_eq!(public["unreadable"][0].get("wire"), None, "nobody knows what is in it");
    }
}

#[tokio::test]
async fn a_row_of_any_other_kind_is_told_of_too() {
    for (system, whole, place, _) in pages() {
        for odd in [json!(null), json!(7), json!("x"), json!([]), json!({}), json!([[[]]])] {
            let mut page = whole.clone();
            rows(&mut page, place).insert(0, odd.clone());
            let read = list(system, &page).await.unwrap();
            let told: Vec<_> = read.unreadable.iter().map(|row| (row.index, !row.findings.is_empty())).collect();
            assert_eq!(told, [(0, true)], "{} {odd}", system.name());
            assert!(read.runs.len() >= 2);
        }
    }
}

#[tokio::test]
async fn rows_beyond_any_number_of_findings_are_read() {
    for (system, whole, place, _) in pages() {
        let mut page = whole.clone();
        let good = rows(&mut page, place).pop().unwrap();
        *rows(&mut page, place) = vec![json!({}); 1_500];
        rows(&mut page, place).push(good);
        let read = list(system, &page).await.unwrap();
        assert_eq!((read.runs.len(), read.unreadable.len()), (1, 1_500), "{}", system.name());
    }
}

#[tokio::test]
async fn what_is_no_page_at_all_is_an_error() {
    for (system, mut whole, place, _) in pages() {
        if !place.is_empty() {
            *whole.pointer_mut(place).unwrap() = json!({});
        } else {
            whole = json!({ "rows": whole });
        }
        assert_eq!(list(system, &whole).await.unwrap_err().kind, Kind::Decode, "{}", system.name());
    }
}

#[tokio::test]
async fn what_cannot_be_read_comes_with_the_first_page_where_all_come_at_once() {
    let (system, mut whole, place, _) = pages().pop().unwrap();
    rows(&mut whole, place).push(json!({}));
    let server = Server::replies([Reply::json(200, whole.to_string())]).await;
    let client = client(system, &server.url);
    let filter = Filter { page_size: Some(2), ..Filter::default() };
    let first = ends(client.list(&filter, None, &Call::default())).await.unwrap();
    let second = ends(client.list(&filter, first.next.as_deref(), &Call::default())).await.unwrap();
    assert_eq!((first.runs.len(), first.unreadable.len()), (2, 1));
    assert_eq!((second.runs.len(), second.unreadable.len()), (1, 0));
}
