//! Bad input: a report or a typed error for each, never a panic.
use runward::error::Kind;
use runward::finding::{CATALOGUE, Level, Report, Severity, What};
use runward::systems;
use runward::systems::hatchet::{HATCHET, model};
use runward::validate::{Options, parse_page, parse_run, validate_run};
use runward_fuzz::fixtures::{bodies, documents};
use serde_json::{Value as Json, json};
use std::collections::BTreeSet;
use std::fs;

fn body(wanted: &str) -> String {
    bodies().into_iter().find(|(name, _, _)| name == wanted).unwrap_or_else(|| panic!("no recording {wanted}")).2
}

fn validate(text: &[u8]) -> Report {
    validate_run(&HATCHET, text, &Options::default()).unwrap()
}

fn with(options: Options, text: &[u8]) -> Report {
    validate_run(&HATCHET, text, &options).unwrap()
}

/// The errors and warnings, as code and pointer.
fn wrong(report: &Report) -> Vec<(&str, &str)> {
    let found = report.findings.iter().filter(|finding| finding.severity != Severity::Info);
    found.map(|finding| (finding.code, finding.pointer.as_str())).collect()
}

fn all(report: &Report) -> Vec<(&str, &str)> {
    report.findings.iter().map(|finding| (finding.code, finding.pointer.as_str())).collect()
}

#[test]
fn what_is_no_json_is_told_where_it_breaks() {
    for (text, expected) in [
        ("", ("empty_input", "")),
        (" \n\t ", ("empty_input", "")),
        ("nope", ("bad_json", "")),
        ("{", ("bad_json", "")),
        (r#"{"run":{"status":tru}}"#, ("bad_json", "/run/status")),
        (r#"{"run":{"status":"\x"}}"#, ("bad_json", "/run/status")),
        (r#"{"rows":[{},]}"#, ("bad_json", "/rows/1")),
        ("[{}", ("bad_json", "")),
    ] {
        let report = validate(text.as_bytes());
        assert_eq!((report.valid, wrong(&report).last()), (false, Some(&expected)), "{text}");
    }
}

#[test]
fn text_behind_the_document_is_no_json() {
    let text = format!("{} x", body("run-replayed").trim());
    assert_eq!(wrong(&validate(text.as_bytes())), [("bad_json", "")]);
}

#[test]
fn a_byte_order_mark_is_skipped_with_a_word() {
    let text = format!("\u{FEFF}{}", body("trigger-only-id"));
    let report = validate(text.as_bytes());
    assert_eq!(all(&report), [("byte_order_mark", ""), ("only_id", "")]);
    assert!(parse_run(&HATCHET, text.as_bytes(), &Options::default()).is_ok());
}

#[test]
fn what_is_no_utf8_is_told_where() {
    let text = body("run-replayed").replacen("charge-card", "charge@card", 1).replace('@', "\u{1}");
    let bytes: Vec<u8> = text.bytes().map(|byte| if byte == 1 { 0xFF } else { byte }).collect();
    assert_eq!(wrong(&validate(&bytes)), [("bad_utf8", "/run/displayName")]);
}

#[test]
fn depth_is_limited_and_the_limit_is_an_option() {
    let nested = |depth: usize| {
        let deep = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        body("run-replayed").replacen(r#""output":{"#, &format!(r#""output":{{"deep":{deep},"#), 1)
    };
    assert!(validate(nested(120).as_bytes()).valid);
    assert_eq!(wrong(&validate(nested(130).as_bytes())).last().unwrap().0, "too_deep");
    let deep = Options { max_depth: 512, ..Options::default() };
    assert!(with(deep, nested(500).as_bytes()).valid);
    assert!(parse_run(&HATCHET, nested(500).as_bytes(), &deep).is_ok());
    assert_eq!(wrong(&with(deep, nested(100_000).as_bytes())).last().unwrap().0, "too_deep");
    assert_eq!(wrong(&validate("[".repeat(100_000).as_bytes())).last().unwrap().0, "too_deep");
}

#[test]
fn rows_within_rows_end_at_the_limit_too() {
    let page = body("list-dag-row");
    let row = serde_json::from_str::<Json>(&page).unwrap()["rows"][0].clone();
    let mut nested = row.to_string();
    for _ in 0..300 {
        let mut outer = row.clone();
        outer["children"] = json!(["@"]);
        nested = outer.to_string().replace("\"@\"", &nested);
    }
    let text = format!(r#"{{"pagination":{{}},"rows":[{nested}]}}"#);
    assert_eq!(wrong(&validate(text.as_bytes())).last().unwrap().0, "too_deep");
    // a megabyte is what WebAssembly has; unoptimised frames are many times as large
    let stack = if cfg!(debug_assertions) { 64 << 20 } else { 1 << 20 };
    let deep = move || with(Options { max_depth: 512, ..Options::default() }, text.as_bytes());
    let report = std::thread::Builder::new().stack_size(stack).spawn(deep).unwrap().join().unwrap();
    assert_eq!(wrong(&report).last().unwrap().0, "too_deep");
}

#[test]
fn options_out_of_range_are_argument_errors() {
    let usual = Options::default();
    for options in [
        Options { max_depth: 513, ..usual },
        Options { max_depth: 0, ..usual },
        Options { max_findings: 0, ..usual },
        Options { level: Level::Lifecycle, ..usual },
    ] {
        assert_eq!(validate_run(&HATCHET, b"{}", &options).unwrap_err().kind, Kind::Argument);
    }
}

#[test]
fn a_text_that_is_too_large_is_not_read() {
    let report = with(Options { max_bytes: 10, ..Options::default() }, body("run-replayed").as_bytes());
    assert_eq!(all(&report), [("too_large", "")]);
}

#[test]
fn eight_mebibytes_of_nothing_but_errors_are_cut_off_at_the_limit() {
    let text = format!(r#"{{"pagination":{{}},"rows":[{}null]}}"#, "null,".repeat(1_600_000));
    let report = validate(text.as_bytes());
    assert_eq!(report.findings.len(), 1000);
    assert_eq!(report.findings[998].pointer, "/rows/998");
    assert_eq!((report.findings[999].code, report.findings[999].severity), ("too_many_findings", Severity::Error));
    let every = with(Options { max_findings: 2_000_000, ..Options::default() }, text.as_bytes());
    assert_eq!((every.findings.len(), every.findings[1_600_000].pointer.as_str()), (1_600_001, "/rows/1600000"));
}

#[test]
fn many_notes_do_not_hide_an_error_and_do_not_end_the_reading() {
    let run = serde_json::from_str::<Json>(&body("list-meta-one")).unwrap()["rows"][0].clone();
    let odd = run.to_string().replace("FAILED", "PAUSED");
    let bad = run.to_string().replace("\"taskId\":135", "\"taskId\":true");
    let page = format!(r#"{{"pagination":{{}},"rows":[{odd},{odd},{odd},{odd},{bad},{odd}]}}"#);
    let report = with(Options { max_findings: 3, ..Options::default() }, page.as_bytes());
    assert_eq!((report.valid, report.runs), (false, 6));
    assert_eq!(wrong(&report), [("unknown_status", "/rows/0/status"), ("type_mismatch", "/rows/4/taskId")]);
    assert_eq!(report.findings[2].code, "too_many_findings");
    assert_eq!(report.findings[2].severity, Severity::Info);
}

#[test]
fn names_that_stand_twice_are_found_in_described_objects() {
    let run = body("run-replayed");
    let known = run.replacen(r#""run":{"#, r#""run":{"status":"QUEUED","#, 1);
    assert_eq!(wrong(&validate(known.as_bytes())), [("duplicate_key", "/run/status")]);
    let stranger = run.replacen(r#""run":{"#, r#""run":{"n":1,"\u006e":2,"m":{"x":1},"#, 1);
    assert_eq!(wrong(&validate(stranger.as_bytes())), [("duplicate_key", "/run/n")]);
}

#[test]
fn a_name_that_javascript_minds_is_a_name_like_any_other() {
    let text = body("run-replayed").replacen(r#""input":{"#, r#""__proto__":{"a":1},"input":{"__proto__":{"b":1},"#, 1);
    assert!(validate(text.as_bytes()).valid);
    let again = serde_json::from_str::<model::V1WorkflowRunDetails>(&text).unwrap();
    assert!(again.run.unknown.get("__proto__").is_some());
}

#[test]
fn half_a_surrogate_pair_is_found_wherever_it_stands() {
    for half in [r"\ud83d", r"\ude80", r"\ud83d\n", r"\ud83d\u0041", r"\ude80\ud83d"] {
        let text = body("run-replayed").replacen("charge-card-", &format!("{half}-"), 1);
        assert!(wrong(&validate(text.as_bytes())).contains(&("lone_surrogate", "/run/displayName")), "{half}");
        let text = body("run-replayed").replacen(r#""output":{"#, &format!(r#""output":{{"x":["{half}"],"#), 1);
        assert!(wrong(&validate(text.as_bytes())).contains(&("lone_surrogate", "/run/output/x/0")), "{half}");
    }
    let whole = body("run-replayed").replacen("charge-card-", r"\ud83d\ude80-", 1);
    assert!(validate(whole.as_bytes()).valid);
}

#[test]
fn numbers_that_javascript_cannot_hold_are_told_with_their_digits() {
    for (number, code) in [
        ("9007199254740993", Some("number_beyond_2_53")),
        ("-9007199254740993", Some("number_beyond_2_53")),
        ("123456789012345678901234567890", Some("number_beyond_2_53")),
        ("9007199254740992", None),
        ("1e400", Some("number_beyond_double")),
        ("-0.001e500", Some("number_beyond_double")),
        ("1.7976931348623157e308", None),
        ("1.7976931348623159e308", Some("number_beyond_double")),
        ("0e999999999999999999999", None),
        ("1e-999999999999999999999", None),
        ("1e999999999999999999999", Some("number_beyond_double")),
        ("0.12345678901234567890", None),
        ("12.50", None),
    ] {
        let text = body("run-replayed").replacen(r#""output":{"#, &format!(r#""output":{{"n":[{number}],"#), 1);
        let report = validate(text.as_bytes());
        let found = report.findings.iter().find(|finding| finding.pointer == "/run/output/n/0");
        assert_eq!(found.map(|finding| finding.code), code, "{number}");
        assert!(report.valid);
        if code == Some("number_beyond_2_53") {
            assert!(found.unwrap().message.contains(number));
        }
        // nothing is lost on the way
        let run = parse_run(&HATCHET, text.as_bytes(), &Options::default()).unwrap().snapshot.run;
        assert!(run.output.unwrap().as_str().contains(number));
    }
    let text = body("run-replayed").replacen(r#""taskId":"#, r#""taskId":9223372036854775"#, 1);
    let codes: Vec<&str> = validate(text.as_bytes()).findings.iter().map(|finding| finding.code).collect();
    assert!(codes.contains(&"number_beyond_2_53"), "{codes:?}");
}

#[test]
fn lines_and_columns_count_from_one_and_in_characters() {
    let pretty = "{\n  \"näme\": \"ü\", \"run\": {\n    \"status\": 7\n} }";
    let report = with(Options { positions: true, what: Some(What::Run), ..Options::default() }, pretty.as_bytes());
    let status = report.findings.iter().find(|finding| finding.pointer == "/run/status").unwrap();
    assert_eq!((status.line, status.column), (Some(3), Some(15)));
    let missing = report.findings.iter().find(|finding| finding.pointer == "/run/tenantId").unwrap();
    assert_eq!((missing.line, missing.column), (Some(2), Some(23)));
}

#[test]
fn each_of_many_runs_is_validated_and_named() {
    let (one, two) = (body("run-replayed"), body("run-dag-running"));
    let broken = two.replacen(r#""status":"RUNNING""#, r#""status":null"#, 1);
    let array = format!("[{one},{broken},{}]", body("trigger-only-id"));
    let report = validate(array.as_bytes());
    assert_eq!((report.what, report.runs), (What::Page, 3));
    assert_eq!(wrong(&report), [("null_not_allowed", "/1/run/status")]);
    let lines = format!("{}\n{}\n\n{}", one.trim(), broken.trim(), body("trigger-only-id"));
    let of_lines = validate(lines.as_bytes());
    assert_eq!(all(&of_lines), all(&report));
    assert_eq!((of_lines.what, of_lines.runs), (What::Page, 3));
    let rows: Json = serde_json::from_str(&body("list-mixed")).unwrap();
    let of_rows = validate(rows["rows"].to_string().as_bytes());
    assert_eq!((of_rows.valid, of_rows.what, of_rows.runs), (true, What::Page, 6));
    let history = with(Options { what: Some(What::History), ..Options::default() }, array.as_bytes());
    assert_eq!((history.what, history.runs), (What::History, 3));
}

#[test]
fn an_empty_array_is_a_page_without_runs() {
    let report = validate(b"[]");
    assert_eq!((report.valid, report.what, report.runs), (true, What::Page, 0));
}

#[test]
fn a_page_may_be_a_bare_array_of_runs_or_lines_of_them() {
    let (details, only_id) = (body("run-replayed"), body("trigger-only-id"));
    let page = |text: &str| parse_page(&HATCHET, text.as_bytes(), &Options::default());
    assert_eq!(page("[]").unwrap().runs, []);
    let parsed = page(&format!("[{details},{only_id}]")).unwrap();
    assert_eq!((parsed.runs.len(), parsed.wires.len()), (2, 2));
    let alone = parse_run(&HATCHET, details.as_bytes(), &Options::default()).unwrap();
    assert_eq!(parsed.runs[0], alone.snapshot.run);
    let rows = |text: &str| serde_json::from_str::<Json>(text).unwrap()["rows"].to_string();
    assert_eq!(page(&rows(&body("list-mixed"))).unwrap().runs, page(&body("list-mixed")).unwrap().runs);
    assert_eq!(page(&format!("{}\n{}", details.trim(), only_id.trim())).unwrap().runs, parsed.runs);
    let instance =
        runward_fuzz::fixtures::of_formance().into_iter().find(|body| body.name == "instance-failed").unwrap().text;
    let formance = parse_page(&systems::formance::FORMANCE, format!("[{instance}]").as_bytes(), &Options::default());
    assert_eq!(formance.unwrap().runs.len(), 1);
}

#[test]
fn what_is_no_document_of_the_system_is_one_finding() {
    for text in ["7", "\"RUNNING\"", "null", "true", "{}", r#"{"message":"not found"}"#, r#"{"errors":[]}"#] {
        assert_eq!(wrong(&validate(text.as_bytes())), [("unrecognised", "")], "{text}");
    }
    for text in ["[7]", "[[]]"] {
        assert_eq!(wrong(&validate(text.as_bytes())), [("unrecognised", "/0")], "{text}");
    }
}

#[test]
fn an_array_where_an_object_belongs_is_told() {
    let text = body("run-replayed").replacen(r#""metadata":{"#, r#""metadata":[],"was":{"#, 1);
    assert!(wrong(&validate(text.as_bytes())).iter().all(|(_, pointer)| pointer.starts_with("/run/metadata")));
}

#[test]
fn a_document_of_another_kind_than_was_asked_for_is_invalid() {
    let options = Options { what: Some(What::Task), ..Options::default() };
    assert!(!with(options, body("list-mixed").as_bytes()).valid);
    let events = Options { what: Some(What::Event), ..Options::default() };
    assert!(with(events, body("task-events-run-standalone").as_bytes()).valid);
}

#[test]
fn the_catalogue_names_each_code_once_with_a_sentence() {
    let codes: BTreeSet<&str> = CATALOGUE.iter().map(|rule| rule.code).collect();
    assert_eq!(codes.len(), CATALOGUE.len());
    for rule in CATALOGUE {
        assert!(rule.doc.trim().ends_with('.') && rule.doc.len() > 20, "{}: {:?}", rule.code, rule.doc);
        assert!(rule.code.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_'), "{}", rule.code);
        assert_eq!(rule.kind.as_str(), rule.code);
    }
}

#[test]
fn every_field_of_each_seed_document_is_in_its_model() {
    let seeds = [
        ("hatchet", "002_941e49299d15bfea.txt", "| ", " |", 15),
        ("formance", "001_71d25fba4831c729.txt", "| `", "`", 8),
        ("onfido", "003_ae5cc05526575092.txt", "**", "**", 15),
        ("meshx", "000_c0330b986d3befe2.txt", "| `", "`", 12),
    ];
    let mut read = vec![];
    for system in systems::ALL {
        let (name, file, before, behind, count) =
            seeds.into_iter().find(|(name, ..)| *name == system.name().as_str()).unwrap();
        let path = format!("{}/tests/fixtures/seeds/{file}", env!("CARGO_MANIFEST_DIR"));
        let text = fs::read_to_string(path).unwrap();
        let field = |line: &str| Some(line.strip_prefix(before)?.split_once(behind)?.0.trim().to_owned());
        let fields: Vec<String> = text.lines().filter_map(field).filter(|name| name != "Name").collect();
        assert_eq!(fields.len(), count, "{name}: {fields:?}");
        let runs = system.documents().iter().filter(|document| document.what == What::Run).filter_map(|d| d.run);
        let names: BTreeSet<&str> = runs.flat_map(|run| run().fields).map(|field| field.name).collect();
        let lost: Vec<&String> = fields.iter().filter(|field| !names.contains(field.as_str())).collect();
        assert!(lost.is_empty(), "{name} has no {lost:?}");
        read.push(name);
    }
    assert!(read.contains(&"hatchet"));
}

#[test]
fn every_system_of_the_list_is_found_by_its_name() {
    for listed in systems::ALL {
        assert_eq!(systems::documents(listed.name()).unwrap().name(), listed.name());
        assert!(listed.documents().iter().any(|document| document.what == What::Run));
        assert!(listed.documents().iter().any(|document| document.what == What::Page));
    }
}

#[test]
fn unknown_members_and_the_spelling_of_numbers_survive() {
    let text = body("run-replayed").replacen(
        r#""run":{"#,
        r#""run":{"brand_new":{"x":[1,null,12.50,1E+2,9007199254740993]},"also_new":0,"#,
        1,
    );
    let again = serde_json::to_string(&serde_json::from_str::<model::V1WorkflowRunDetails>(&text).unwrap()).unwrap();
    assert!(again.contains(r#""brand_new":{"x":[1,null,12.50,1E+2,9007199254740993]},"also_new":0"#));
    assert!(documents().len() > 50);
}

#[test]
fn the_rows_of_a_page_are_told_once_to_stand_in_envelopes() {
    let told = |name: &str| {
        let report = validate(body(name).as_bytes());
        report
            .findings
            .into_iter()
            .filter(|finding| finding.code == "wrapped_input")
            .map(|f| f.pointer)
            .collect::<Vec<_>>()
    };
    assert_eq!(told("list-mixed"), ["/rows/0/input"]);
    assert_eq!(told("run-dag-running"), ["/tasks/0/input", "/tasks/1/input", "/tasks/2/input"]);
}

runward::object! {
    /// A run of a system that is not Hatchet.
    #[snake_case]
    pub struct Foreign {
        pub id: runward::describe::Uuid,
        pub applicant_id: runward::describe::Uuid,
    }
}

static ELSEWHERE: runward::system::Documents = {
    use runward::describe::{Document, Wire};
    runward::system::Documents {
        system: runward::error::SystemName::Onfido,
        all: &[Document { what: What::Run, value: Foreign::VALUE, run: Some(Foreign::object), place: "" }],
        snapshot: |_| unreachable!("nothing is parsed"),
        page: |_| unreachable!("nothing is parsed"),
        has_secrets: false,
    }
};

#[test]
fn a_run_of_another_system_is_one_finding_that_names_it() {
    for name in ["run-replayed", "list-mixed", "trigger-only-id"] {
        let report = validate_run(&ELSEWHERE, body(name).as_bytes(), &Options::default()).unwrap();
        assert_eq!(all(&report), [("other_system", "")], "{name}");
        assert!(report.findings[0].message.contains("looks like one of hatchet"), "{}", report.findings[0].message);
    }
    let lines = format!("{}\n{}", body("run-replayed").trim(), body("trigger-only-id").trim());
    let report = validate_run(&ELSEWHERE, lines.as_bytes(), &Options::default()).unwrap();
    assert_eq!(all(&report), [("other_system", "/0"), ("other_system", "/1")]);
}

#[test]
fn an_unknown_word_is_named_unless_it_might_be_a_secret() {
    let message = |word: &str| {
        let id = "d19692d6-730a-4730-9005-82185a5ec595";
        let run = format!(r#"{{"id":"{id}","applicant_id":"{id}","workflow_id":"{id}","status":"{word}"}}"#);
        let report = validate_run(&runward::systems::onfido::ONFIDO, run.as_bytes(), &Options::default()).unwrap();
        report.findings.into_iter().map(|finding| finding.message).collect::<String>()
    };
    assert!(message("procesing").starts_with("\"procesing\" is new to us"));
    for odd in ["api_live.3b1d9c", "a long sentence", "x".repeat(25).as_str()] {
        assert!(message(odd).starts_with("this word is new to us"), "{odd}");
    }
}
