//! `If-Match` (RFC 9110 section 13.1.1): nobody overwrites what he has not seen.

use axum::{extract::FromRequestParts, http::request::Parts};

use crate::platform::http::{Problem, ProblemKind};

/// The versions that the caller has seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IfMatch {
    /// `*`: whichever it is.
    Any,
    /// One of these.
    Versions(Vec<i32>),
}

impl IfMatch {
    /// Reads the field; a weak or foreign tag matches nothing.
    pub fn parse(field: &str) -> Self {
        if field.trim() == "*" {
            return Self::Any;
        }
        let version = |tag: &str| tag.trim().strip_prefix('"')?.strip_suffix('"')?.parse().ok();
        Self::Versions(field.split(',').filter_map(version).collect())
    }

    /// Whether this version is one of those seen.
    pub fn matches(&self, version: i32) -> bool {
        match self {
            Self::Any => true,
            Self::Versions(seen) => seen.contains(&version),
        }
    }

    /// Refuses a version that the caller has not seen.
    pub fn check(&self, version: i32) -> Result<(), Problem> {
        if self.matches(version) { Ok(()) } else { Err(Problem::new(ProblemKind::StaleVersion)) }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        let field = parts.headers.get("if-match").ok_or_else(|| Problem::new(ProblemKind::PreconditionRequired))?;
        Ok(Self::parse(field.to_str().unwrap_or_default()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table() {
        for (field, version, matches) in [
            ("*", 7, true),
            ("\"3\"", 3, true),
            ("\"3\"", 4, false),
            ("\"1\", \"4\"", 4, true),
            ("W/\"3\"", 3, false),
            ("3", 3, false),
            ("", 0, false),
        ] {
            assert_eq!(IfMatch::parse(field).matches(version), matches, "{field}");
        }
    }
}
