//! Keyset paging: a page begins after the last id of the page before, so it is stable while rows are added.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use uuid::Uuid;

/// Largest page.
pub const MAX_LIMIT: u64 = 200;
/// Page size if none is asked for.
pub const DEFAULT_LIMIT: u64 = 50;

/// Which page a caller asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageRequest {
    /// Rows on the page, 1 to [`MAX_LIMIT`].
    pub limit: u64,
    /// Position after which the page begins.
    pub after: Option<String>,
}

/// The asked-for page cannot be meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PageError {
    /// Not between 1 and [`MAX_LIMIT`].
    #[error("limit is out of range")]
    Limit,
    /// Not one of our cursors.
    #[error("cursor is not one of ours")]
    Cursor,
}

impl PageRequest {
    /// Reads `limit` and `cursor` as sent.
    pub fn parse(limit: Option<u64>, cursor: Option<&str>) -> Result<Self, PageError> {
        let limit = limit.unwrap_or(DEFAULT_LIMIT);
        if !(1..=MAX_LIMIT).contains(&limit) {
            return Err(PageError::Limit);
        }
        let after = cursor.map(decode).transpose()?;
        Ok(Self { limit, after })
    }

    /// The cursor read as an id.
    pub fn after_id(&self) -> Result<Option<Uuid>, PageError> {
        self.after.as_deref().map(|text| Uuid::parse_str(text).map_err(|_| PageError::Cursor)).transpose()
    }
}

fn decode(cursor: &str) -> Result<String, PageError> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| PageError::Cursor)?;
    String::from_utf8(bytes).map_err(|_| PageError::Cursor)
}

/// The opaque cursor for a position.
pub fn encode(position: &str) -> String {
    URL_SAFE_NO_PAD.encode(position)
}

/// One page of rows and where the next one begins.
#[derive(Clone, Debug)]
pub struct Page<T> {
    /// The rows.
    pub items: Vec<T>,
    /// Cursor of the next page; none on the last.
    pub next_cursor: Option<String>,
}

impl<T> Page<T> {
    /// Makes a page from up to `limit + 1` rows: the surplus row only tells that there is more.
    pub fn from_surplus(mut rows: Vec<T>, limit: u64, position: impl Fn(&T) -> String) -> Self {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next_cursor = if more { rows.last().map(|row| encode(&position(row))) } else { None };
        Self { items: rows, next_cursor }
    }

    /// The same page of other things.
    pub fn map<U>(self, f: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(f).collect(), next_cursor: self.next_cursor }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_and_cursors() {
        assert_eq!(PageRequest::parse(None, None).map(|p| p.limit), Ok(50));
        assert_eq!(PageRequest::parse(Some(0), None), Err(PageError::Limit));
        assert_eq!(PageRequest::parse(Some(201), None), Err(PageError::Limit));
        assert_eq!(PageRequest::parse(None, Some("%%%")), Err(PageError::Cursor));
        let cursor = encode("abc");
        assert_eq!(PageRequest::parse(None, Some(&cursor)).map(|p| p.after), Ok(Some("abc".into())));
    }

    #[test]
    fn surplus_row_makes_a_cursor() {
        let page = Page::from_surplus(vec![1, 2, 3], 2, |n| n.to_string());
        assert_eq!((page.items, page.next_cursor), (vec![1, 2], Some(encode("2"))));
        let last = Page::from_surplus(vec![1, 2], 2, |n| n.to_string());
        assert_eq!(last.next_cursor, None);
    }
}
