//! Pictures of the tables.
use super::judge::Rules;
use super::table::Lifecycle;

/// How a picture is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Format {
    /// Mermaid's state diagram.
    Mermaid,
    /// Graphviz.
    Dot,
    /// A picture in the colour of the text around it.
    Svg,
}

/// Draws a table.
pub fn diagram(_table: &Lifecycle, _format: Format) -> String {
    String::new()
}

/// A page.
pub fn page(_rules: &Rules) -> String {
    String::new()
}
