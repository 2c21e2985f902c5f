//! The description made ready for walking: names as tokens, objects and enums by number. Built once, by plain code.
use crate::describe::{Column, Enum, Envelope, Field, Kind, Members, Note, Object, Presence, Value};
use crate::finding::{Evidence, Level};
use crate::lex::Token;

/// What to do at a place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Op {
    String,
    Bounded,
    Uuid,
    Slug,
    DateTime,
    NaiveDateTime,
    Integer,
    Number,
    Boolean,
    Enum,
    Object,
    Array,
    Rows,
    Map,
    AnyObject,
    Any,
    Null,
    Union,
}

/// A place: what to do there, and with what.
#[derive(Clone, Copy)]
pub struct Step {
    pub op: Op,
    pub column: Column,
    pub mark: Mark,
    pub nullable: bool,
    /// The number of the enum, of the object, of the union, of the envelope, or of the step of the items.
    pub number: u16,
    /// The number of this step itself.
    pub id: u16,
    /// The shortest string.
    pub min: u32,
    /// The longest string, or the largest number of items.
    pub max: u32,
}

/// A [`Note`] in one byte.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Mark {
    None,
    ZeroTime,
    SentinelDuration,
    Wrapped,
}

pub struct FieldPlan {
    pub key: Token,
    pub step: Step,
}

pub struct ObjectPlan {
    pub object: &'static Object,
    pub fields: Vec<FieldPlan>,
    /// One bit for each field that must be there.
    pub required: u64,
}

/// What findings need to know of a step.
pub struct Expectation {
    pub value: Value,
    /// The name of the member; `""` for what is no member.
    pub name: &'static str,
    pub evidence: Evidence,
    pub phantom: bool,
}

pub struct Plan {
    pub level: Level,
    pub root: Step,
    pub objects: Vec<ObjectPlan>,
    pub enums: Vec<Vec<Token>>,
    pub items: Vec<Step>,
    pub unions: Vec<Vec<(Value, Step)>>,
    pub envelopes: Vec<&'static Envelope>,
    /// By the numbers of the steps.
    pub expectations: Vec<Expectation>,
}

impl ObjectPlan {
    pub fn is_choice(&self) -> bool {
        self.object.members == Members::ExactlyOne
    }
}

impl Plan {
    pub fn new(body: &Value, level: Level) -> Plan {
        let nowhere = Step {
            op: Op::Any,
            column: Column::None,
            mark: Mark::None,
            nullable: false,
            number: 0,
            id: 0,
            min: 0,
            max: u32::MAX,
        };
        let mut plan = Plan {
            level,
            root: nowhere,
            objects: vec![],
            enums: vec![],
            items: vec![],
            unions: vec![],
            envelopes: vec![],
            expectations: vec![],
        };
        plan.root = plan.step(body);
        plan
    }

    /// The step of a value that is no member.
    fn step(&mut self, value: &Value) -> Step {
        let plain = Expectation { value: *value, name: "", evidence: Evidence::Documented, phantom: false };
        self.step_of(plain, Column::None, Note::None)
    }

    fn step_of(&mut self, expectation: Expectation, column: Column, note: Note) -> Step {
        let value = expectation.value;
        let id = self.expectations.len() as u16;
        self.expectations.push(expectation);
        let (op, number, min, max) = match value.kind {
            Kind::String { min: 0, max: u32::MAX } => (Op::String, 0, 0, u32::MAX),
            Kind::String { min, max } => (Op::Bounded, 0, min, max),
            Kind::Uuid => (Op::Uuid, 0, 0, 0),
            Kind::Slug => (Op::Slug, 0, 0, 0),
            Kind::DateTime => (Op::DateTime, 0, 0, 0),
            Kind::NaiveDateTime => (Op::NaiveDateTime, 0, 0, 0),
            Kind::Integer => (Op::Integer, 0, 0, 0),
            Kind::Number => (Op::Number, 0, 0, 0),
            Kind::Boolean => (Op::Boolean, 0, 0, 0),
            Kind::Enum(of) => (Op::Enum, self.strings(of), 0, 0),
            Kind::Object(of) => (Op::Object, self.object(of()), 0, 0),
            Kind::Array { items, max } => (Op::Array, self.items(items), 0, max),
            Kind::Rows(items) => (Op::Rows, self.items(items), 0, u32::MAX),
            Kind::Map(items) => (Op::Map, self.items(items), 0, u32::MAX),
            Kind::AnyObject => (Op::AnyObject, 0, 0, 0),
            Kind::Any => (Op::Any, 0, 0, 0),
            Kind::Null => (Op::Null, 0, 0, 0),
            Kind::Union(of) => (Op::Union, self.kinds(of.kinds), 0, 0),
        };
        let (mark, number) = match note {
            Note::None | Note::Secret => (Mark::None, number),
            Note::ZeroTime => (Mark::ZeroTime, number),
            Note::SentinelDuration => (Mark::SentinelDuration, number),
            Note::Wrapped(envelope) => {
                self.envelopes.push(envelope);
                (Mark::Wrapped, self.envelopes.len() as u16 - 1)
            }
        };
        Step { op, column, mark, nullable: value.nullable, number, id, min, max }
    }

    fn strings(&mut self, of: &Enum) -> u16 {
        self.enums.push(of.values.iter().map(|text| Token::string(text)).collect());
        self.enums.len() as u16 - 1
    }

    fn items(&mut self, items: &Value) -> u16 {
        let step = self.step(items);
        self.items.push(step);
        self.items.len() as u16 - 1
    }

    fn kinds(&mut self, kinds: &[Value]) -> u16 {
        let steps = kinds.iter().map(|kind| (*kind, self.step(kind))).collect();
        self.unions.push(steps);
        self.unions.len() as u16 - 1
    }

    /// The number of an object; a new one is numbered before its fields, which may hold it again.
    fn object(&mut self, object: &'static Object) -> u16 {
        if let Some(known) = self.objects.iter().position(|plan| core::ptr::eq(plan.object, object)) {
            return known as u16;
        }
        let number = self.objects.len();
        self.objects.push(ObjectPlan { object, fields: vec![], required: required(object, self.level) });
        let fields = object.fields.iter().map(|field| self.field(field)).collect();
        if let Some(plan) = self.objects.get_mut(number) {
            plan.fields = fields;
        }
        number as u16
    }

    fn field(&mut self, field: &Field) -> FieldPlan {
        let on_wire = self.level == Level::Wire;
        let evidence = field.contract.filter(|_| on_wire).map_or(Evidence::Documented, |contract| contract.evidence);
        let phantom = !on_wire && field.is_phantom();
        let expectation = Expectation { value: field.at(self.level), name: field.name, evidence, phantom };
        FieldPlan { key: Token::key(field.name), step: self.step_of(expectation, field.column, field.note) }
    }
}

fn required(object: &Object, level: Level) -> u64 {
    let bit = |(i, field): (usize, &Field)| u64::from(field.at(level).presence == Presence::Required) << i;
    object.fields.iter().enumerate().map(bit).sum()
}
