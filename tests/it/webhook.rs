//! Signed deliveries: the vendors' own vectors, and everything that may be wrong with one.
use crate::fixture;
use runward::error::{Kind, SystemName};
use runward::systems::{self, formance, hatchet, onfido};
use runward::webhook::{Delivery, TOLERANCE_SECONDS, Webhook};
use serde_json::Value;

const FORMANCE_SECRET: &str = "V0bivxRWveaoz08afqjU6Ko/jwO0Cb+3";
const FORMANCE_BODY: &[u8] = br#"{"data":"test"}"#;
const FORMANCE_NOW: f64 = 1_700_000_000_000.0;

fn formance_headers(signature: &str) -> Vec<(String, String)> {
    headers(&[
        ("Formance-Webhook-Id", "5b1a6f0c-0000-4000-8000-000000000001"),
        ("formance-webhook-timestamp", "1700000000"),
        ("formance-webhook-test", "true"),
        ("formance-webhook-signature", signature),
    ])
}

fn headers(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect()
}

/// The code of the error that refuses the delivery.
fn refusal(webhook: &Webhook, body: &[u8], headers: &[(String, String)], secrets: &[&str], now: f64) -> &'static str {
    let error = webhook.receive(&Delivery { body, headers }, secrets, now, TOLERANCE_SECONDS).unwrap_err();
    let shown = format!("{error} {error:?} {}", serde_json::to_string(&error).unwrap());
    assert!(secrets.iter().all(|secret| secret.is_empty() || !shown.contains(secret)), "a secret is shown: {shown}");
    error.code
}

#[test]
fn onfido_vectors_verify_and_their_twins_do_not() {
    let vectors: Value = serde_json::from_slice(&fixture("onfido/webhooks/vectors.json")).unwrap();
    let vectors = vectors["vectors"].as_array().unwrap();
    assert_eq!(vectors.len(), 6);
    for vector in vectors {
        let text = |name: &str| vector[name].as_str().unwrap();
        let body = fixture(&format!("onfido/webhooks/{}", text("body_file")));
        let headers = headers(&[("X-SHA2-Signature", text("signature"))]);
        let delivery = Delivery { body: &body, headers: &headers };
        let answer = onfido::webhook::WEBHOOK.receive(&delivery, &[text("token")], 0.0, 0.0);
        assert_eq!(answer.is_ok(), vector["valid"].as_bool().unwrap(), "{}", text("name"));
    }
}

#[test]
fn onfido_tells_the_run_and_the_stage() {
    let event = |file: &str, token: &str, signature: &str| {
        let (body, headers) = (fixture(file), headers(&[("x-sha2-signature", signature)]));
        onfido::webhook::WEBHOOK
            .receive(&Delivery { body: &body, headers: &headers }, &["old", token], 0.0, 0.0)
            .unwrap()
    };
    let run = event(
        "onfido/webhooks/webhook_workflow_run_completed.body.json",
        "sgx0lCZimfQBJHnuiKJaNUF76yQZfD94",
        "DE43E2A218C589D6BB750D9D7014744D378660CD106886F722F72A9C0EEF3027",
    );
    assert_eq!(run.run_id.as_deref(), Some("d19692d6-730a-4730-9005-82185a5ec595"));
    assert_eq!((run.kind.as_str(), run.status.as_deref()), ("workflow_run.completed", Some("approved")));
    let task = event(
        "onfido/webhooks/webhook_workflow_task_started.body.json",
        "YKOC6mkBxi6yK2zlUIrLMvsJMFEZObP5",
        "c95a5b785484f6fa1bc25f381b5595d66bf85cb442eefb06aa007802ee6a4dfa",
    );
    assert_eq!(task.run_id.as_deref(), Some("bc77c6e5-753a-4580-96a6-aaed3e5a8d19"));
    assert_eq!(task.stage_id.as_deref(), Some("profile_1eb92"));
    assert_eq!(
        task.key,
        "workflow_task.started:bc77c6e5-753a-4580-96a6-aaed3e5a8d19:profile_1eb92:2024-07-10T12:49:09Z"
    );
}

#[test]
fn formance_vector_verifies_among_other_versions() {
    let signature = "v0,AAAA v1,DYJIMfmyLXWmwxX7DkAAs4OzachFUgKwsxzXwDRuEKY= v2,whatever";
    let headers = formance_headers(signature);
    let delivery = Delivery { body: FORMANCE_BODY, headers: &headers };
    let event =
        formance::webhook::WEBHOOK.receive(&delivery, &[FORMANCE_SECRET], FORMANCE_NOW, TOLERANCE_SECONDS).unwrap();
    assert!(event.test);
    assert_eq!(event.kind, "test");
}

#[test]
fn formance_refuses_what_is_stale_forged_or_unreadable() {
    let good = formance_headers("v1,DYJIMfmyLXWmwxX7DkAAs4OzachFUgKwsxzXwDRuEKY=");
    let code = |body: &[u8], headers: &[(String, String)], secrets: &[&str], now: f64| {
        refusal(&formance::webhook::WEBHOOK, body, headers, secrets, now)
    };
    assert_eq!(code(FORMANCE_BODY, &good, &[FORMANCE_SECRET], FORMANCE_NOW + 301_000.0), "stale_timestamp");
    assert_eq!(code(FORMANCE_BODY, &good, &[FORMANCE_SECRET], FORMANCE_NOW - 301_000.0), "stale_timestamp");
    assert_eq!(code(FORMANCE_BODY, &good, &[FORMANCE_SECRET], f64::NAN), "stale_timestamp");
    assert_eq!(code(b"{\"data\":\"Test\"}", &good, &[FORMANCE_SECRET], FORMANCE_NOW), "signature_mismatch");
    assert_eq!(code(FORMANCE_BODY, &good, &["another secret"], FORMANCE_NOW), "signature_mismatch");
    assert_eq!(code(FORMANCE_BODY, &good, &[], FORMANCE_NOW), "no_secret");
    assert_eq!(code(FORMANCE_BODY, &good, &[FORMANCE_SECRET, ""], FORMANCE_NOW), "no_secret");
    assert_eq!(code(FORMANCE_BODY, &good[..3], &[FORMANCE_SECRET], FORMANCE_NOW), "missing_header");
    for unreadable in ["v1,", "v1,????", "DYJIMfmyLXWmwxX7DkAAs4OzachFUgKwsxzXwDRuEKY="] {
        let code = code(FORMANCE_BODY, &formance_headers(unreadable), &[FORMANCE_SECRET], FORMANCE_NOW);
        assert!(["malformed_signature", "signature_mismatch"].contains(&code), "{unreadable}: {code}");
    }
}

#[test]
fn hatchet_operator_vector_is_signed_but_no_body() {
    let signature = "734cc62f32841568f45715aeb9f4d7891324e6d948e4c6c60c0621cdac48623a";
    let headers = headers(&[("X-Hatchet-Signature", signature)]);
    let delivery = Delivery { body: b"hello world", headers: &headers };
    assert_eq!(hatchet::webhook::WEBHOOK.scheme.verify(&delivery, &["secret"], 0.0, 0.0), Ok(()));
    let error = hatchet::webhook::WEBHOOK.receive(&delivery, &["secret"], 0.0, 0.0).unwrap_err();
    assert_eq!((error.kind, error.code, error.system), (Kind::Decode, "bad_webhook_body", Some(SystemName::Hatchet)));
}

#[test]
fn signatures_that_are_no_hex_or_too_short_are_typed_errors() {
    for signature in ["", "zz", "abc", "734cc6", "ö"] {
        let headers = headers(&[("x-hatchet-signature", signature)]);
        let code = refusal(&hatchet::webhook::WEBHOOK, b"{}", &headers, &["hunter2"], 0.0);
        assert!(["missing_header", "malformed_signature", "signature_mismatch"].contains(&code), "{signature}: {code}");
    }
}

#[test]
fn every_scheme_of_the_list_is_that_of_its_system() {
    let named = |name: SystemName| systems::webhook(name).map(|webhook| webhook.scheme.system);
    let known: Vec<SystemName> = SystemName::ALL.into_iter().filter_map(named).collect();
    assert_eq!(known, [SystemName::Hatchet, SystemName::Formance, SystemName::Onfido]);
    assert!(known.iter().all(|name| named(*name) == Some(*name)));
}
