//! The services behind the stages, as a small stub: which activities a stage needs, and what becomes of each attempt.
//!
//! The name of an account decides: `invalid:…` is refused for good, `broke:…` lacks funds, `later:…` lacks funds three
//! times, `slow:…` takes six seconds, `empty:…` is refused with an empty message. So did the stub beside the recorded
//! server; its words are not those of a real ledger, nor are the answers of its wallets and payments.

use serde_json::{Value, json};

use super::config::Stage;
use super::time;
use crate::clock::Micros;

/// The one wallet that has a name.
const WALLET: (&str, &str) = ("alice", "a1a1a1a1-0000-4000-8000-000000000001");

/// What follows in a stage.
#[derive(Debug)]
pub enum Step {
    /// An activity with this name and input.
    Activity(&'static str, Value),
    /// The stage refuses itself, with these words.
    Refuse(&'static str),
    /// Nothing: the stage is done.
    Done,
}

/// What follows after the activities whose outputs these are.
pub fn next(stage: &Stage, outputs: &[Option<Value>]) -> Step {
    match (stage.kind.as_str(), outputs) {
        ("update", []) => {
            let account = stage.input.get("account").cloned().unwrap_or_default();
            let part = |key| account.get(key).cloned().unwrap_or_default();
            let input = json!({"account": part("id"), "ledger": part("ledger"), "metadata": part("metadata")});
            Step::Activity("AddAccountMetadata", input)
        }
        ("send", outputs) => send(&stage.input, outputs),
        _ => Step::Done,
    }
}

fn send(input: &Value, outputs: &[Option<Value>]) -> Step {
    let part = |pointer: &str| input.pointer(pointer).cloned();
    let Some(amount) = part("/amount") else { return Step::Refuse("amount must be specified") };
    match (part("/source/account"), part("/source/wallet"), part("/destination/account"), part("/destination/wallet")) {
        (Some(source), None, Some(destination), None) => between_accounts(&amount, &source, &destination, outputs),
        (None, Some(wallet), to_account, to_wallet) => {
            let destination = match (to_account, to_wallet) {
                (Some(account), _) => json!({"identifier": account.get("id"), "type": "ACCOUNT"}),
                (None, wallet) => {
                    let wallet = wallet.unwrap_or_default();
                    json!({"balance": wallet.get("balance"), "identifier": wallet.get("id"), "type": "WALLET"})
                }
            };
            with_wallet(&wallet, outputs, |id| {
                let balances = [wallet.get("balance")];
                let data =
                    json!({"amount": amount, "balances": balances, "destination": destination, "metadata": null});
                ("DebitWallet", json!({"data": data, "id": id}))
            })
        }
        (Some(source), None, None, Some(wallet)) => with_wallet(&wallet, outputs, |id| {
            let source = json!({"identifier": source.get("id"), "type": "ACCOUNT"});
            let data = json!({
                "amount": amount, "balance": wallet.get("balance"), "metadata": null, "sources": [source],
            });
            ("CreditWallet", json!({"data": data, "id": id}))
        }),
        (None, None, Some(destination), None) => match outputs {
            [] => Step::Activity("GetPayment", json!({"id": part("/source/payment/id")})),
            [_, rest @ ..] => {
                let source = json!({"id": "world", "ledger": destination.get("ledger")});
                between_accounts(&amount, &source, &destination, rest)
            }
        },
        (Some(source), None, None, None) => match outputs {
            [] => Step::Activity("GetAccount", json!({"id": source.get("id"), "ledger": source.get("ledger")})),
            [_] => {
                let transfer = json!({
                    "amount": amount.get("amount"), "asset": amount.get("asset"),
                    "provider": part("/destination/payment/psp"), "type": part("/destination/payment/type"),
                    "waitingValidation": part("/destination/payment/waitingValidation"),
                });
                Step::Activity("CreateTransferInitiation", transfer)
            }
            [_, _, rest @ ..] => {
                let world = json!({"id": "world", "ledger": source.get("ledger")});
                between_accounts(&amount, &source, &world, rest)
            }
        },
        _ => Step::Refuse("unsupported send"),
    }
}

/// One transaction in one ledger, or two by way of `throughAccount`.
fn between_accounts(amount: &Value, source: &Value, destination: &Value, outputs: &[Option<Value>]) -> Step {
    let posting = |ledger: Option<&Value>, from: Option<&Value>, to: Option<&Value>| {
        let posting = json!({
            "amount": amount.get("amount"), "asset": amount.get("asset"), "destination": to, "source": from,
        });
        Step::Activity("CreateTransaction", json!({"Data": {"postings": [posting]}, "Ledger": ledger}))
    };
    let (from, to) = (source.get("ledger"), destination.get("ledger"));
    match outputs {
        [] if from == to => posting(from, source.get("id"), destination.get("id")),
        [] => posting(from, source.get("id"), source.get("throughAccount")),
        [_] if from != to => posting(to, destination.get("throughAccount"), destination.get("id")),
        _ => Step::Done,
    }
}

/// A wallet is looked up by its name or its id first.
fn with_wallet(wallet: &Value, outputs: &[Option<Value>], then: impl FnOnce(Value) -> (&'static str, Value)) -> Step {
    let text = |key: &str| wallet.get(key).and_then(Value::as_str).unwrap_or_default();
    match outputs {
        [] if text("id").is_empty() => Step::Activity("ListWallets", json!({"name": text("name")})),
        [] => Step::Activity("GetWallet", json!({"id": text("id")})),
        [found] => {
            let found = found.clone().unwrap_or_default();
            if text("id").is_empty() && found.pointer("/cursor/data/0").is_none() {
                return Step::Refuse("wallet not found");
            }
            // A wallet that is not found by its id is no error here: its id is empty in what follows.
            let id = found.pointer("/cursor/data/0/id").or_else(|| found.pointer("/id"));
            let (name, input) = then(id.cloned().unwrap_or_else(|| "".into()));
            Step::Activity(name, input)
        }
        _ => Step::Done,
    }
}

/// What becomes of an attempt.
#[derive(Debug)]
pub enum Outcome {
    /// It succeeds, with or without an output.
    Success(Option<Value>),
    /// It is tried again.
    Retry(String),
    /// It fails for good.
    Failure(String),
}

/// How long an attempt takes beyond the ordinary.
pub fn extra_time(input: &Value) -> Micros {
    if account(input).starts_with("slow:") { 6_000_000 } else { 0 }
}

/// What becomes of the attempt that is over now; `serial` numbers the ledger's transactions.
pub fn outcome(name: &str, input: &Value, attempt: i64, serial: i64, now: Micros) -> Outcome {
    let account = account(input);
    let lacks_funds = account.starts_with("broke:") || (account.starts_with("later:") && attempt <= 3);
    let id = input.get("id").and_then(Value::as_str).unwrap_or_default();
    match name {
        "CreateTransaction" if account.starts_with("invalid:") => {
            Outcome::Failure(format!("account {account} is not allowed here"))
        }
        "CreateTransaction" if account.starts_with("empty:") => Outcome::Failure(String::new()),
        "CreateTransaction" if lacks_funds => Outcome::Retry(format!("account {account} has insufficient funds")),
        "CreateTransaction" => Outcome::Success(Some(transaction(input, serial, now))),
        "ListWallets" => Outcome::Success(Some(wallets(input))),
        "GetWallet" => Outcome::Success((id == WALLET.1).then(wallet)),
        "DebitWallet" | "CreditWallet" if id.is_empty() => Outcome::Retry("wallet not found".into()),
        "GetAccount" => {
            let address = input.get("id").cloned().unwrap_or_default();
            Outcome::Success(Some(json!({"address": address, "balances": {}, "metadata": {}})))
        }
        "GetPayment" => Outcome::Success(Some(json!({"id": id, "status": "SUCCEEDED", "type": "PAY-IN"}))),
        _ => Outcome::Success(None),
    }
}

/// The account that money leaves.
fn account(input: &Value) -> &str {
    input.pointer("/Data/postings/0/source").and_then(Value::as_str).unwrap_or_default()
}

/// In the old ledger's shape, as the service rewrites it.
fn transaction(input: &Value, serial: i64, now: Micros) -> Value {
    let postings = input.pointer("/Data/postings").cloned().unwrap_or_default();
    let timestamp = time::micros(now / 1000 * 1000);
    let transaction = json!({
        "id": serial, "metadata": {}, "postings": postings, "reverted": false, "timestamp": timestamp, "txid": serial,
    });
    json!({"data": [transaction]})
}

fn wallet() -> Value {
    json!({
        "createdAt": "2026-11-01T08:00:00Z", "id": WALLET.1, "ledger": "shop", "metadata": {}, "name": WALLET.0,
    })
}

fn wallets(input: &Value) -> Value {
    let is_known = input.get("name").and_then(Value::as_str) == Some(WALLET.0);
    let data: Vec<Value> = is_known.then(wallet).into_iter().collect();
    json!({"cursor": {"data": data, "hasMore": false, "pageSize": 15}})
}
