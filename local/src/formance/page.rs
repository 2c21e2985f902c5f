//! Pages: an offset, hidden in a cursor that carries its filters.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use serde::{Deserialize, Serialize};

use super::answer::Refusal;

const DEFAULT_SIZE: usize = 15;

/// Where a page lies.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Place<F> {
    /// How many rows lie before it.
    pub offset: usize,
    order: u8,
    /// How many rows it has at most; absent in a cursor made by hand, and then there is no limit.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub page_size: usize,
    /// What the rows have in common.
    pub filters: F,
}

fn is_zero(size: &usize) -> bool {
    *size == 0
}

/// A page.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Page<T> {
    #[serde(skip_serializing_if = "is_zero")]
    page_size: usize,
    has_more: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    previous: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
    data: Vec<T>,
}

/// `{"cursor": …}`
#[derive(Serialize)]
pub struct Envelope<T> {
    cursor: Page<T>,
}

impl<F: Serialize + for<'de> Deserialize<'de>> Place<F> {
    /// From the query; a cursor makes everything else irrelevant.
    pub fn read(cursor: Option<&str>, size: Option<&str>, largest: usize, filters: F) -> Result<Self, Refusal> {
        if let Some(cursor) = cursor.filter(|cursor| !cursor.is_empty()) {
            let bytes = BASE64.decode(cursor).ok();
            let place = bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok());
            return place.ok_or_else(|| Refusal::Validation("invalid 'cursor' query param".into()));
        }
        let size = size.unwrap_or_default();
        let size: usize = match size {
            "" => 0,
            size => size.parse().map_err(|_| Refusal::Validation("invalid 'pageSize' query param".into()))?,
        };
        let page_size = if size == 0 { DEFAULT_SIZE } else { size.min(largest) };
        Ok(Self { offset: 0, order: 0, page_size, filters })
    }

    /// How many rows to look for: one more than are shown. None: all.
    pub fn wanted(&self) -> i64 {
        if self.page_size == 0 { -1 } else { i64::try_from(self.page_size).map_or(-1, |size| size.saturating_add(1)) }
    }

    /// The page of the rows that were found.
    pub fn page<T>(self, mut data: Vec<T>) -> Envelope<T> {
        let size = self.page_size;
        let has_more = size > 0 && data.len() > size;
        if has_more {
            data.truncate(size);
        }
        let offset = self.offset;
        let previous = (offset > 0).then(|| self.at(offset.saturating_sub(size)));
        let next = has_more.then(|| self.at(offset.saturating_add(size)));
        Envelope { cursor: Page { page_size: size, has_more, previous, next, data } }
    }

    fn at(&self, offset: usize) -> String {
        let place = Place { offset, order: 0, page_size: self.page_size, filters: &self.filters };
        BASE64.encode(serde_json::to_string(&place).unwrap_or_default())
    }
}
