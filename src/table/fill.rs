//! From walked documents to rows.
//!
//! What the walker kept is taken as it is wherever the status alone says how a run stands. Where it does not, because the
//! system has no such member, or because two states share a word, the run is read once as any view reads it.
use super::Origin;
use super::columns::{Columns, Row};
use crate::describe::{Column, Document, Enum, Kind, Value, ZERO_TIME};
use crate::error::{Error, Kind as ErrorKind, Result};
use crate::read::{NO_STATUS, Padded, SENTINEL};
use crate::run::{Phase, Run};
use crate::system::Documents;
use crate::systems;
use crate::validate::Found;
use std::ops::Range;

/// A table that is being filled from a text.
pub struct Fill<'a> {
    system: &'static Documents,
    text: &'a Padded,
    number: usize,
    origins: &'a mut Vec<Origin>,
    columns: &'a mut Columns,
    /// What the words of the documents that were met say.
    readings: Vec<(&'static Document, Vec<Reading>)>,
    /// The number of the origin of runs that stand alone.
    alone: Option<usize>,
}

/// What one of a description's words says.
#[derive(Clone, Copy)]
struct Reading {
    word: u16,
    /// `None` when the word alone does not tell.
    phase: Option<Phase>,
}

/// What the walker kept of a run.
struct Kept {
    id: f64,
    status: u8,
    created: f64,
    started: f64,
    finished: f64,
    duration: f64,
    span: Range<usize>,
}

impl<'a> Fill<'a> {
    pub fn new(
        system: &'static Documents,
        text: &'a Padded,
        number: usize,
        origins: &'a mut Vec<Origin>,
        columns: &'a mut Columns,
    ) -> Fill<'a> {
        Fill { system, text, number, origins, columns, readings: vec![], alone: None }
    }

    /// Takes the valid runs of a document.
    pub fn take(&mut self, found: &Found) {
        let rows = found.walker.table();
        if rows.rows() > 0 {
            self.page(found);
        } else if found.document.run.is_some() && found.walker.errors().is_empty() {
            self.alone(found);
        }
    }

    fn alone(&mut self, found: &Found) {
        let origin = *self.alone.get_or_insert_with(|| {
            self.origins.push(Origin::Alone { text: self.number });
            self.origins.len() - 1
        });
        let column = |column| found.walker.column(column);
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // a place in an enum, or NO_STATUS
        let status = column(Column::Status) as u8;
        let kept = Kept {
            id: column(Column::Id),
            status,
            created: column(Column::Created),
            started: column(Column::Started),
            finished: column(Column::Finished),
            duration: column(Column::Duration),
            span: found.start..found.end,
        };
        self.row(found.document, origin, kept);
    }

    /// A row that is wrong is left out; a page that is wrong around its rows cannot be read again with any of them.
    fn page(&mut self, found: &Found) {
        let table = found.walker.table();
        let (Some(first), Some(last)) = (table.starts().first(), table.ends().last()) else { return };
        let mut wrong: Vec<u32> = found.walker.errors().iter().map(|record| record.at).collect();
        wrong.sort_unstable();
        let within = |from: u32, to: u32| wrong.partition_point(|at| *at < to) - wrong.partition_point(|at| *at < from);
        let spans = || table.starts().iter().copied().zip(table.ends().iter().copied());
        if spans().map(|(start, end)| within(start, end)).sum::<usize>() < wrong.len() {
            return;
        }
        let (head, tail) = (found.start..*first as usize, *last as usize..found.end);
        self.origins.push(Origin::Page { text: self.number, head, tail });
        let number = |column, row: usize| table.column(column).get(row).copied().unwrap_or(f64::NAN);
        for (row, (start, end)) in spans().enumerate().filter(|(_, (start, end))| within(*start, *end) == 0) {
            let kept = Kept {
                id: number(Column::Id, row),
                status: table.statuses().get(row).copied().unwrap_or(NO_STATUS),
                created: number(Column::Created, row),
                started: number(Column::Started, row),
                finished: number(Column::Finished, row),
                duration: number(Column::Duration, row),
                span: start as usize..end as usize,
            };
            self.row(found.document, self.origins.len() - 1, kept);
        }
    }

    fn row(&mut self, document: &'static Document, origin: usize, kept: Kept) {
        let reading = self.reading(document, kept.status);
        let row = match reading {
            Some(Reading { word, phase: Some(phase) }) => Some(of_kept(word, phase, origin, kept)),
            _ => self.viewed(origin, kept),
        };
        if let Some(row) = row {
            self.columns.push(row);
        }
    }

    fn viewed(&mut self, origin: usize, kept: Kept) -> Option<Row> {
        let around = self.origins.get(origin)?;
        let run = runs(self.system, self.text.text(), around, kept.span.clone()).ok()?.pop()?;
        let status = self.columns.word(&run.status);
        Some(Row {
            status,
            phase: run.phase,
            created: run.created_at.unwrap_or(f64::NAN),
            started: run.started_at.unwrap_or(f64::NAN),
            finished: run.finished_at.unwrap_or(f64::NAN),
            duration: run.duration.unwrap_or(f64::NAN),
            id: kept.id,
            span: kept.span,
            origin,
        })
    }

    fn reading(&mut self, document: &'static Document, status: u8) -> Option<Reading> {
        let known = self.readings.iter().position(|(of, _)| std::ptr::eq(*of, document));
        let place = known.unwrap_or_else(|| {
            let readings = self.readings_of(document);
            self.readings.push((document, readings));
            self.readings.len() - 1
        });
        self.readings.get(place)?.1.get(usize::from(status)).copied()
    }

    fn readings_of(&mut self, document: &Document) -> Vec<Reading> {
        let runs = &systems::rules(self.system.name()).runs;
        let words = statuses(&document.row(), 0).map_or(&[][..], |of| of.values);
        let phase = |word: &str| {
            let state = runs.state(word, Phase::Unknown)?;
            let hides_another = runs.states.iter().any(|state| state.wire == Some(word));
            (!hides_another).then_some(state.phase)
        };
        words.iter().map(|word| Reading { word: self.columns.word(word), phase: phase(word) }).collect()
    }
}

/// A time of the year 1 and an end of a run that goes on are read as absent, as the views read them.
fn of_kept(status: u16, phase: Phase, origin: usize, kept: Kept) -> Row {
    let time = |ms: f64| if ms == ZERO_TIME { f64::NAN } else { ms };
    let ended = |value: f64| if phase == Phase::Finished { value } else { f64::NAN };
    let (started, finished) = (time(kept.started), ended(time(kept.finished)));
    let is_told = kept.duration.abs() < SENTINEL && !started.is_nan() && !finished.is_nan();
    Row {
        status,
        phase,
        created: time(kept.created),
        started,
        finished,
        duration: if is_told { kept.duration.max(0.0) } else { f64::NAN },
        id: kept.id,
        span: kept.span,
        origin,
    }
}

/// The words of the member that fills the column of statuses, outside any list.
fn statuses(value: &Value, depth: u32) -> Option<&'static Enum> {
    let Kind::Object(of) = value.kind else { return None };
    of().fields.iter().filter(|_| depth < 4).find_map(|field| match field.value.kind {
        Kind::Enum(of) if field.column == Column::Status => Some(of),
        _ => statuses(&field.value, depth + 1),
    })
}

/// The runs that stand at a span of a text, read as what stands around them says.
pub fn runs(system: &Documents, text: &[u8], origin: &Origin, span: Range<usize>) -> Result<Vec<Run>> {
    let part = |range: &Range<usize>| text.get(range.clone()).unwrap_or_default();
    match origin {
        Origin::Alone { .. } => Ok(vec![system.snapshot(utf8(part(&span))?)?.run]),
        Origin::Page { head, tail, .. } => system.page(utf8(&[part(head), part(&span), part(tail)].concat())?),
    }
}

fn utf8(bytes: &[u8]) -> Result<&str> {
    let broken = |_| Error::new(ErrorKind::Decode, "bad_utf8", "the text is not UTF-8");
    std::str::from_utf8(bytes).map_err(broken)
}
