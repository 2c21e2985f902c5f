//! Pictures of the tables: the same rows as Mermaid, Graphviz or SVG, and a page that says them all.
mod arrows;
mod dot;
mod mermaid;
mod page;
mod svg;

use super::table::Lifecycle;
pub use page::page;

/// How a picture is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Format {
    /// Mermaid's state diagram.
    Mermaid,
    /// Graphviz.
    Dot,
    /// A picture in the colour of the text around it: a column for each state, a line for each step.
    Svg,
}

impl Format {
    /// The format of that name: `mermaid`, `dot` or `svg`.
    pub fn parse(name: &str) -> Option<Format> {
        match name {
            "mermaid" => Some(Format::Mermaid),
            "dot" => Some(Format::Dot),
            "svg" => Some(Format::Svg),
            _ => None,
        }
    }
}

/// Draws a table. `title` names it in words, such as `Runs of Hatchet`.
///
/// A full line stands for what is documented or was observed, a dashed one for what was read in a source or inferred, a
/// dotted one for our choice; `↻` for a new attempt.
pub fn diagram(table: &Lifecycle, title: &str, format: Format) -> String {
    let arrows = arrows::arrows(table);
    match format {
        Format::Mermaid => mermaid::draw(table, &arrows),
        Format::Dot => dot::draw(table, title, &arrows),
        Format::Svg => svg::draw(table, title, &arrows),
    }
}
