//! A picture of our own: a column for each state, a line for each step from one column to another. Nothing overlaps,
//! whatever the table, and the colour is that of the text around it.
use super::arrows::{Arrow, Group};
use crate::lifecycle::table::Lifecycle;
use std::fmt::Write;

const LINE: usize = 30;
const HEAD: usize = 64;
const LETTER: usize = 8;
const GAP: usize = 28;
const EDGE: usize = 44;

/// In a document of its own the picture chooses a colour; inside a page it takes the page's.
const STYLE: &str = "<style>svg:root{color:#24292f}@media(prefers-color-scheme:dark){svg:root{color:#d0d7de}}</style>";

struct Column {
    state: &'static str,
    left: usize,
    width: usize,
}

impl Column {
    fn middle(&self) -> usize {
        self.left + self.width / 2
    }
}

pub(super) fn draw(table: &Lifecycle, title: &str, arrows: &[Arrow]) -> String {
    let columns = columns(table);
    let width = columns.last().map_or(0, |last| last.left + last.width) + EDGE * 2;
    let bottom = HEAD + LINE * arrows.len();
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {}\" role=\"img\" aria-label=\"{title}\" \
         font-family=\"system-ui,sans-serif\" font-size=\"13\" fill=\"none\" stroke=\"currentColor\">\n<title>{title}</title>\n{STYLE}\n",
        bottom + LINE
    );
    for (state, column) in table.states.iter().zip(&columns) {
        write_column(&mut text, column, state.is_end(), bottom);
    }
    for (index, arrow) in arrows.iter().enumerate() {
        write_arrow(&mut text, arrow, &columns, HEAD + LINE * index + LINE);
    }
    text.push_str("</svg>\n");
    text
}

fn columns(table: &Lifecycle) -> Vec<Column> {
    let mut left = EDGE;
    let mut column = |state: &'static str| {
        let width = (state.len() * LETTER + 16).max(92);
        let column = Column { state, left, width };
        left += width + GAP;
        column
    };
    table.states.iter().map(|state| column(state.status)).collect()
}

fn write_column(text: &mut String, column: &Column, is_end: bool, bottom: usize) {
    let Column { state, left, width } = column;
    let (middle, weight) = (column.middle(), if is_end { 3 } else { 1 });
    let frame =
        format!("<rect x=\"{left}\" y=\"12\" width=\"{width}\" height=\"30\" rx=\"6\" stroke-width=\"{weight}\"/>");
    let word = format!(
        "<text x=\"{middle}\" y=\"32\" text-anchor=\"middle\" fill=\"currentColor\" stroke=\"none\">{state}</text>"
    );
    let line = format!("<path d=\"M{middle} 42V{}\" opacity=\".25\"/>", bottom + 12);
    let _ = writeln!(text, "<g class=\"state\" data-state=\"{state}\">{frame}{word}{line}</g>");
}

/// Where a group stands: the middles of its first and last columns.
fn span(group: &Group, columns: &[Column]) -> (usize, usize) {
    let middles = || columns.iter().filter(|column| group.states.contains(&column.state)).map(Column::middle);
    (middles().min().unwrap_or(0), middles().max().unwrap_or(0))
}

fn write_arrow(text: &mut String, arrow: &Arrow, columns: &[Column], y: usize) {
    let dash = ["", " stroke-dasharray=\"7 4\"", " stroke-dasharray=\"2 4\""].get(arrow.line).copied().unwrap_or("");
    let to = span(&arrow.to, columns);
    let from = arrow.from.as_ref().map_or((14, 14), |from| span(from, columns));
    let bars: String = [from, to].into_iter().filter(|(low, high)| low < high).map(|span| bar(span, y)).collect();
    let start = if arrow.from.is_none() {
        format!("<circle cx=\"14\" cy=\"{y}\" r=\"4\" fill=\"currentColor\"/>")
    } else {
        String::new()
    };
    let Route { line, tip, at, anchor } = route(arrow.is_within() || from == to, from, to, y);
    let label = escape(&arrow.label());
    let words = format!(
        "<text x=\"{at}\" y=\"{}\" text-anchor=\"{anchor}\" fill=\"currentColor\" stroke=\"none\" font-size=\"12\">{label}</text>",
        y - 5
    );
    let _ = writeln!(text, "<g class=\"step\">{start}{bars}<path d=\"{line}\"{dash}/><path d=\"{tip}\"/>{words}</g>");
}

/// The line, its tip, and where its words stand.
struct Route {
    line: String,
    tip: String,
    at: usize,
    anchor: &'static str,
}

fn bar((low, high): (usize, usize), y: usize) -> String {
    format!("<path d=\"M{low} {y}H{high}\" stroke-width=\"4\" opacity=\".45\"/>")
}

/// From the near edge of one side to the near edge of the other, or a loop.
fn route(is_loop: bool, from: (usize, usize), to: (usize, usize), y: usize) -> Route {
    if is_loop {
        let x = from.1;
        let line = format!("M{x} {}h12v10h-12", y - 5);
        return Route { line, tip: format!("M{} {}l-5 4l5 4", x + 5, y + 1), at: x + 16, anchor: "start" };
    }
    if from.1 < to.0 {
        let (start, end) = (from.1, to.0);
        let tip = format!("M{} {}l6 4l-6 4", end - 6, y - 4);
        return Route { line: format!("M{start} {y}H{end}"), tip, at: start + 6, anchor: "start" };
    }
    let (start, end) = (from.0, to.1);
    let tip = format!("M{} {}l-6 4l6 4", end + 6, y - 4);
    Route { line: format!("M{start} {y}H{end}"), tip, at: start.saturating_sub(6), anchor: "end" }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}
