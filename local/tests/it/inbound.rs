//! Deliveries to Hatchet: each source signs in its own way, and none is taken on trust.

use serde_json::{Value, json};

use crate::receiver::{base64_mac_of, hex_mac};
use crate::world::{Answer, World};

/// 2026-11-22T16:00:00Z, where the clock stands.
const NOW: i64 = 1_795_363_200;

fn deliver(world: &World, name: &str, headers: &[(&str, &str)], body: &str) -> Answer {
    let headers: Vec<_> = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    world.send("POST", &world.tenant_path(&format!("/webhooks/{name}")), &headers, Some(body))
}

fn register(world: &World, source: &str, secret: &str, more: Value) {
    let mut auth = json!({"type": "HMAC", "secret": secret});
    auth.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let hook = json!({"name": source.to_lowercase(), "source": source, "auth": auth, "eventKey": "order:{{kind}}"});
    world.control("/inbound", &hook);
}

const BODY: &str = r#"{"kind":"created"}"#;

#[test]
fn stripe_signs_the_time_and_the_body_and_is_believed_for_ten_minutes() {
    let world = World::stepped(1);
    register(&world, "STRIPE", "k", json!({}));
    let signed = |time: i64| format!("t={time},v1={},v0=00", hex_mac("k", &format!("{time}.{BODY}")));
    let status = |signature: &str| deliver(&world, "stripe", &[("stripe-signature", signature)], BODY).status;
    assert_eq!(status(&signed(NOW)), 200);
    assert_eq!(status(&signed(NOW - 599)), 200);
    assert_eq!(status(&signed(NOW - 601)), 403);
    assert_eq!(status(&signed(NOW).replace("t=1", "t=2")), 403);
    assert_eq!(status("t=,v1="), 403);
    assert_eq!(status(""), 403);
}

#[test]
fn slack_signs_a_version_the_time_and_the_body_and_asks_before_it_delivers() {
    let world = World::stepped(1);
    register(&world, "SLACK", "k", json!({}));
    let status = |time: i64, body: &str, signature: &str| {
        let time = time.to_string();
        let form = ("content-type", "application/x-www-form-urlencoded");
        let headers = [("x-slack-request-timestamp", time.as_str()), ("x-slack-signature", signature), form];
        deliver(&world, "slack", &headers, body).status
    };
    let form = "kind=created&text=hello+there";
    let signed = |time: i64, body: &str| format!("v0={}", hex_mac("k", &format!("v0:{time}:{body}")));
    assert_eq!(status(NOW, form, &signed(NOW, form)), 200);
    assert_eq!(status(NOW, form, &signed(NOW, "kind=other")), 403);
    assert_eq!(status(NOW - 301, form, &signed(NOW - 301, form)), 403);
    assert_eq!(status(NOW + 301, form, &signed(NOW + 301, form)), 403);
    let asked = deliver(&world, "slack", &[], r#"{"type":"url_verification","challenge":"c","token":"t"}"#);
    assert_eq!((asked.status, asked.json()), (200, json!({"challenge": "c"})), "before any proof");
    let event = world.call("GET", &world.tenant_path("/events"), None).json()["rows"][0].clone();
    assert_eq!(event["payload"], json!({"kind": "created", "text": "hello there"}));
}

#[test]
fn svix_signs_an_id_the_time_and_the_body_with_a_key_that_is_decoded() {
    let world = World::stepped(1);
    register(&world, "SVIX", "whsec_c2VjcmV0", json!({}));
    let status = |key: &[u8], time: i64| {
        let seconds = time.to_string();
        let signature = format!("v1,AAAA v1,{}", base64_mac_of(key, &format!("msg_1.{seconds}.{BODY}")));
        let headers = [("svix-id", "msg_1"), ("svix-timestamp", &seconds), ("svix-signature", &signature)];
        deliver(&world, "svix", &headers, BODY).status
    };
    assert_eq!(status(b"secret", NOW), 200);
    assert_eq!(status(b"c2VjcmV0", NOW), 403);
    assert_eq!(status(b"secret", NOW - 301), 403);
    assert_eq!(status(b"secret", NOW + 301), 403);
}

#[test]
fn others_sign_the_body_in_any_hash_and_spelling() {
    let world = World::stepped(1);
    // HMAC of the body under the key `k`, by a program that is none of ours.
    for (algorithm, encoding, signature) in [
        ("SHA1", "HEX", "ab3d6bbdcc721ccda0e346f12677e5dc3dcc3b8f"),
        ("SHA256", "HEX", "994e93b3c7ebf1755a9a69e3cf3e4624d37f16cf8141e573d0f52e22cf2bb5bd"),
        (
            "SHA512",
            "BASE64",
            "lhHBIM7m9ZBWou4qt0xW6tj0w9e6Ou8N2r3OLG2Ftg0+0Cr34jSIIH2cU0GqPCCNFK9D+D5fRCEUg3ly2osPLg==",
        ),
        ("MD5", "HEX", "30173748a349458a092c1d6d8980bc1c"),
        ("SHA256", "BASE64URL", "mU6Ts8fr8XVammnjzz5GJNN_Fs-BQeVz0PUuIs8rtb0"),
    ] {
        register(&world, "GITHUB", "k", json!({"algorithm": algorithm, "encoding": encoding}));
        let status = |signature: &str| deliver(&world, "github", &[("x-hub-signature-256", signature)], BODY).status;
        assert_eq!(status(signature), 200, "{algorithm} {encoding}");
        assert_eq!(status(&format!("{}={signature}", algorithm.to_lowercase())), 200, "with its name before it");
        assert_eq!(status(&signature[1..]), 403);
    }
    register(&world, "LINEAR", "k", json!({}));
    assert_eq!(deliver(&world, "linear", &[("linear-signature", &hex_mac("k", BODY))], BODY).status, 200);
}

#[test]
fn a_webhook_takes_a_hundred_at_once_and_fifty_a_second() {
    let world = World::stepped(1);
    register(&world, "LINEAR", "k", json!({}));
    let signature = hex_mac("k", BODY);
    let status = || deliver(&world, "linear", &[("linear-signature", &signature)], BODY).status;
    assert!((0..100).all(|_| status() == 200));
    assert_eq!(status(), 429);
    world.advance(20.0);
    assert_eq!([status(), status()], [200, 429]);
}

#[test]
fn events_are_found_by_what_they_started() {
    let world = World::stepped(1);
    register(&world, "LINEAR", "k", json!({}));
    for body in [BODY, r#"{"kind":"other"}"#] {
        assert_eq!(deliver(&world, "linear", &[("linear-signature", &hex_mac("k", body))], body).status, 200);
    }
    world.advance(5_000.0);
    let keys = |query: &str| {
        let page = world.call("GET", &world.tenant_path(&format!("/events?{query}")), None).json();
        let keys = page["rows"].as_array().unwrap().iter().map(|row| row["key"].as_str().unwrap().to_owned());
        assert_eq!(page["pagination"]["num_pages"], i64::from(!page["rows"].as_array().unwrap().is_empty()), "{page}");
        keys.collect::<Vec<_>>()
    };
    let workflows =
        world.call("GET", &format!("/api/v1/tenants/{}/workflows?name=on-order", world.tenant), None).json();
    let workflow = workflows["rows"][0]["metadata"]["id"].as_str().unwrap().to_owned();
    assert_eq!(keys(""), ["order:other", "order:created"], "newest first");
    assert_eq!(keys(&format!("workflowIds={workflow}")), ["order:created"]);
    assert_eq!(keys("workflowRunStatuses=COMPLETED"), ["order:created"]);
    assert_eq!(keys("workflowRunStatuses=FAILED"), [""; 0]);
    assert_eq!(keys("keys=order:other"), ["order:other"]);
    assert_eq!(keys("additionalMetadata=a:b"), [""; 0]);
    assert_eq!(keys("since=2026-11-23T00:00:00Z"), [""; 0]);
    let named = world.call("GET", &world.tenant_path("/events/keys"), None).json();
    assert_eq!(named["rows"], json!(["order:created", "order:other"]));
}
