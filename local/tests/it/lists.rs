//! Lists with any filters hold the rows that a plain look at every row would choose, in the same order.

use runward_local::Options;
use runward_local::database::Place;
use serde_json::Value;

use crate::world::{World, agent, send_unchecked};

/// More than what makes a pair of metadata common.
const ROWS: usize = 2_500;

const STATUSES: [&str; 6] = ["COMPLETED", "FAILED", "COMPLETED", "RUNNING", "EVICTED", "CANCELLED"];
const WORKFLOWS: [&str; 2] = ["charge-card", "flaky-sync"];

/// What the row of that number is.
struct Row {
    number: usize,
    status: &'static str,
    workflow: &'static str,
    env: &'static str,
    team: String,
}

fn row(number: usize) -> Row {
    Row {
        number,
        status: STATUSES[number * 7 % 6],
        workflow: WORKFLOWS[usize::from(number.is_multiple_of(5))],
        env: if number.is_multiple_of(11) { "test" } else { "prod" },
        team: format!("t{}", number % 97),
    }
}

fn id(number: usize) -> String {
    format!("{number:08x}-0000-4000-8000-000000000000")
}

/// A world with so many runs; onfido's have the tags `prod` or `test` and the team's.
fn filled(folder: &tempfile::TempDir) -> World {
    let path = folder.path().join("engine.sqlite");
    let options = || Options { place: Place::File(path.clone()), ..Options::default() };
    drop(World::start(options()));
    let mut db = rusqlite::Connection::open(&path).unwrap();
    let transaction = db.transaction().unwrap();
    for number in 1..=ROWS {
        let Row { status, workflow, env, team, .. } = row(number);
        let at = 1_795_363_200_000_000 + i64::try_from(number / 2).unwrap() * 1_000_000;
        let (id, number) = (id(number), i64::try_from(number).unwrap());
        let put = |sql: &str, values: &[&dyn rusqlite::ToSql]| {
            transaction.prepare_cached(sql).unwrap().execute(values).unwrap()
        };
        put(
            "INSERT INTO hatchet_run (ordinal, id, workflow, is_dag, inserted, seen_at, display_name, input, metadata) VALUES \
             (?1, ?2, ?3, 0, ?4, ?4, 'n', '{}', '{}')",
            &[&number, &id, &workflow, &at],
        );
        put(
            "INSERT INTO hatchet_task (id, external_id, run, step, inserted, display_name, input, state, retry, since_replay, \
             last_message, retry_message) VALUES (?1, ?2, ?1, ?3, ?4, 'n', '{}', 'completed', 0, 0, 0, 0)",
            &[&number, &id, &workflow, &at],
        );
        put(
            "INSERT INTO hatchet_read_run (ordinal, id, workflow, inserted, status) VALUES (?, ?, ?, ?, ?)",
            &[&number, &id, &workflow, &at, &status],
        );
        put(
            "INSERT INTO hatchet_read_task (id, run, inserted, status, retry, input, workflow) VALUES (?1, ?1, ?2, ?3, 0, '{}', ?4)",
            &[&number, &at, &status, &workflow],
        );
        for (key, value) in [("env", env), ("team", team.as_str())] {
            put("INSERT INTO hatchet_metadata VALUES (?, ?, ?, 1)", &[&key, &value, &number]);
        }
        let ends = if status == "FAILED" { "declined" } else { "approved" };
        put(
            "INSERT INTO onfido_run (ordinal, id, applicant, workflow, status, customer, tags, link, custom, output, reasons, error, \
             step, created, updated) VALUES (?1, ?2, ?3, ?2, ?4, 'c', '[]', '{}', 'null', 'null', '[]', 'null', 0, ?5, ?5)",
            &[&number, &id, &workflow, &ends, &at],
        );
        for tag in [env, &team] {
            put("INSERT INTO onfido_tag (tag, run) VALUES (?, ?)", &[&tag, &number]);
        }
    }
    transaction.commit().unwrap();
    drop(db);
    World::start(options())
}

#[test]
fn hatchets_lists_choose_what_a_look_at_every_row_would() {
    let folder = tempfile::tempdir().unwrap();
    let world = filled(&folder);
    let ids = WORKFLOWS.map(|name| {
        let path = format!("/api/v1/tenants/{}/workflows?name={name}", world.tenant);
        let rows = world.call("GET", &path, None).json()["rows"].as_array().unwrap().clone();
        rows.iter().find(|row| row["name"] == name).unwrap()["metadata"]["id"].as_str().unwrap().to_owned()
    });
    let statuses: [&[&str]; 6] =
        [&[], &["FAILED"], &["RUNNING"], &["FAILED", "COMPLETED"], &["nonsense"], &["FAILED", "FAILED"]];
    let workflows: [&[usize]; 4] = [&[], &[0], &[1], &[0, 1, 0]];
    let metadata: [(&[&str], bool); 7] = [
        (&[], false),
        (&["env:prod"], false),
        (&["team:t5"], false),
        (&["env:test", "team:t5"], false),
        (&["env:prod", "team:t5"], true),
        (&["env:prod", "team:t5"], false),
        (&["nothing"], false),
    ];
    let mut asked = 0;
    let mut all_asked = Vec::new();
    for chosen in statuses {
        for of in workflows {
            all_asked.extend(metadata.map(|(pairs, all)| (chosen, of, pairs, all)));
        }
    }
    for (chosen, of, pairs, all) in all_asked {
        let running = ["", "EVICTED", "ON_WORKER"][asked % 3];
        let (limit, offset) = [(5, 0), (7, 3), (50, 0), (3, 400)][asked % 4];
        let only_tasks = asked % 2 == 1;
        asked += 1;
        let mut query = format!("since=2026-11-22T16:00:00Z&limit={limit}&offset={offset}&only_tasks={only_tasks}");
        chosen.iter().for_each(|status| query += &format!("&statuses={status}"));
        of.iter().for_each(|at| query += &format!("&workflow_ids={}", ids[*at]));
        pairs.iter().for_each(|pair| query += &format!("&additional_metadata={pair}"));
        query += if all { "&additional_metadata_operator=AND" } else { "" };
        query += &if running.is_empty() { String::new() } else { format!("&running_filter={running}") };
        let known: Vec<&str> = chosen.iter().copied().filter(|status| *status != "nonsense").collect();
        let fits = |row: &Row| {
            let is_wanted = match row.status {
                "EVICTED" => {
                    running == "EVICTED" && (known.is_empty() || known.contains(&"RUNNING"))
                        || running.is_empty() && known.contains(&"RUNNING")
                }
                "RUNNING" if running == "EVICTED" => false,
                status => known.is_empty() || known.contains(&status),
            };
            let of_workflow = of.is_empty() || of.iter().any(|at| WORKFLOWS[*at] == row.workflow);
            let mut hold = pairs.iter().filter_map(|pair| pair.split_once(':')).map(|(key, value)| match key {
                "env" => row.env == value,
                _ => row.team == value,
            });
            let is_open = !pairs.iter().any(|pair| pair.contains(':'));
            is_wanted && of_workflow && (is_open || if all { hold.all(|one| one) } else { hold.any(|one| one) })
        };
        // Newest first; of one moment a run that came later comes first, a task that came later last.
        let mut rows: Vec<Row> = (1..=ROWS).map(row).filter(fits).collect();
        let moment = |row: &Row| row.number / 2;
        match only_tasks {
            true => rows.sort_by_key(|row| (std::cmp::Reverse(moment(row)), row.number)),
            false => rows.sort_by_key(|row| std::cmp::Reverse(row.number)),
        }
        let page = world.call("GET", &world.tenant_path(&format!("/workflow-runs?{query}")), None).json();
        let found: Vec<&str> =
            page["rows"].as_array().unwrap().iter().map(|row| row["metadata"]["id"].as_str().unwrap()).collect();
        let wanted: Vec<String> = rows.iter().skip(offset).take(limit).map(|row| id(row.number)).collect();
        assert_eq!(found, wanted, "{query}");
        assert_eq!(page["pagination"]["num_pages"], rows.len().div_ceil(limit), "{query}");
    }
    assert_eq!(asked, 168);
}

#[test]
fn onfidos_lists_choose_what_a_look_at_every_row_would() {
    let folder = tempfile::tempdir().unwrap();
    let world = filled(&folder);
    let access = &world.systems.onfido;
    let headers = [("authorization".to_owned(), format!("Token token={}", access.token))];
    let (mut asked, mut uncounted) = (0, 0);
    for statuses in ["", "declined", "approved,declined", "review"] {
        for applicant in ["", "charge-card", "nobody"] {
            for tags in ["", "prod", "t5", "prod,t5", "t5,test", "prod,test"] {
                asked += 1;
                let (ascending, page) = (asked % 2 == 0, 1 + asked % 3);
                let sort = if ascending { "asc" } else { "desc" };
                let query = format!("status={statuses}&applicant_id={applicant}&tags={tags}&sort={sort}&page={page}");
                let query = query.replace("applicant_id=&", "");
                let fits = |row: &Row| {
                    let ends = if row.status == "FAILED" { "declined" } else { "approved" };
                    (statuses.is_empty() || statuses.split(',').any(|status| status == ends))
                        && (applicant.is_empty() || applicant == row.workflow)
                        && tags.split(',').filter(|tag| !tag.is_empty()).all(|tag| tag == row.env || tag == row.team)
                };
                let mut rows: Vec<Row> = (1..=ROWS).map(row).filter(fits).collect();
                if !ascending {
                    rows.reverse();
                }
                let url = format!("{}/workflow_runs?{query}", access.url);
                let answer = send_unchecked(&agent(), "GET", &url, &headers, None).unwrap();
                assert_eq!(answer.status, 200, "{query}: {}", answer.body);
                let found: Vec<Value> = serde_json::from_str(&answer.body).unwrap();
                let found: Vec<&str> = found.iter().map(|run| run["id"].as_str().unwrap()).collect();
                let wanted: Vec<String> =
                    rows.iter().skip((page - 1) * 20).take(20).map(|row| id(row.number)).collect();
                assert_eq!(found, wanted, "{query}");
                match answer.header("x-total-count") {
                    Some(total) => assert_eq!(total, rows.len().to_string(), "{query}"),
                    None => uncounted += 1,
                }
            }
        }
    }
    assert_eq!((asked, uncounted), (72, 0));
}
