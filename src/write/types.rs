//! The named types that can be reached from some values.
use crate::describe::{Enum, Kind, Object, Union, Value};
use crate::finding::Level;
use std::collections::BTreeMap;

/// The named types, in order of name.
#[derive(Default)]
pub struct Types {
    pub objects: BTreeMap<&'static str, &'static Object>,
    pub enums: BTreeMap<&'static str, &'static Enum>,
    pub unions: BTreeMap<&'static str, &'static Union>,
}

impl Types {
    /// All that can be reached at this level.
    pub fn of(roots: &[Value], level: Level) -> Types {
        let mut types = Types::default();
        roots.iter().for_each(|root| types.add(root, level));
        types
    }

    fn add(&mut self, value: &Value, level: Level) {
        match value.kind {
            Kind::Enum(of) => drop(self.enums.insert(of.name, of)),
            Kind::Array { items, .. } | Kind::Rows(items) | Kind::Map(items) => self.add(items, level),
            Kind::Object(of) if self.objects.insert(of().name, of()).is_none() => {
                of().fields.iter().for_each(|field| self.add(&field.at(level), level));
            }
            Kind::Union(of) if self.unions.insert(of.name, of).is_none() => {
                of.kinds.iter().for_each(|kind| self.add(kind, level));
            }
            _ => {}
        }
    }
}
