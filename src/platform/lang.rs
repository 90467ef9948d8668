//! Languages of the people who read us: Vietnamese first, English beside it.

use std::{collections::BTreeMap, convert::Infallible};

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, header::ACCEPT_LANGUAGE, request::Parts},
};
use serde::{Deserialize, Serialize};

use crate::kernel::finding::Finding;

/// A language that we speak.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lang {
    /// Vietnamese, the default.
    #[default]
    Vi,
    /// English.
    En,
}

impl Lang {
    /// BCP 47 tag, also the name of the locale file.
    pub fn tag(self) -> &'static str {
        match self {
            Self::Vi => "vi",
            Self::En => "en",
        }
    }

    /// The best of ours for an `Accept-Language` field (RFC 9110 section 12.5.4).
    pub fn negotiate(headers: &HeaderMap) -> Self {
        let Some(field) = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()) else {
            return Self::default();
        };
        let weight = |wanted: Self| {
            field
                .split(',')
                .take(20)
                .filter_map(|part| {
                    let mut pieces = part.trim().split(';');
                    let tag = pieces.next()?.trim().to_ascii_lowercase();
                    let quality = pieces
                        .find_map(|piece| piece.trim().strip_prefix("q="))
                        .map_or(1.0, |q| q.parse::<f32>().unwrap_or(0.0));
                    let matches = tag == wanted.tag() || tag.starts_with(&format!("{}-", wanted.tag()));
                    matches.then_some(quality)
                })
                .fold(0.0_f32, f32::max)
        };
        if weight(Self::En) > weight(Self::Vi) { Self::En } else { Self::Vi }
    }

    /// The text under a key, its `%{name}` places filled.
    ///
    /// A value that is itself in words comes once in each language: `name_vi` and `name_en` fill `%{name}`. A place without
    /// a value (a rule shown without a case, a finding stored before its sentence grew) shows an ellipsis.
    pub fn text(self, key: &str, params: &BTreeMap<String, String>) -> String {
        let mut text = crate::translate(self.tag(), key);
        for (name, value) in params {
            let name = name.strip_suffix(&format!("_{}", self.tag())).unwrap_or(name);
            text = text.replace(&format!("%{{{name}}}"), value);
        }
        while let Some(start) = text.find("%{")
            && let Some(length) = text[start..].find('}')
        {
            text.replace_range(start..=start + length, "…");
        }
        text
    }

    /// The plain text under a key.
    pub fn plain(self, key: &str) -> String {
        crate::translate(self.tag(), key)
    }

    /// The sentence of a finding and how to mend it.
    pub fn finding(self, finding: &Finding) -> (String, Option<String>) {
        let message = self.text(&format!("finding.{}.message", finding.rule), &finding.params);
        let key = format!("finding.{}.fix", finding.rule);
        let fix = self.text(&key, &finding.params);
        (message, (fix != key && !fix.is_empty()).then_some(fix))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Lang {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        Ok(Self::negotiate(&parts.headers))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_fill_the_places_of_their_language() {
        let finding = Finding::warn("declared_late", "")
            .with("due_at", "08:00 22/11/2026")
            .with("legal_basis_vi", "Điều 33")
            .with("legal_basis_en", "Art. 33");
        for (lang, own, other) in [(Lang::Vi, "Điều 33", "Art. 33"), (Lang::En, "Art. 33", "Điều 33")] {
            let (message, _) = lang.finding(&finding);
            assert!(message.contains(own) && !message.contains(other), "{message}");
            assert!(message.contains("08:00 22/11/2026"), "{message}");
            assert!(message.contains('…') && !message.contains("%{"), "{message}");
        }
    }

    #[test]
    fn negotiation_table() {
        for (field, expected) in [
            ("", Lang::Vi),
            ("en", Lang::En),
            ("en-GB,en;q=0.9", Lang::En),
            ("vi,en;q=0.9", Lang::Vi),
            ("en;q=0.5, vi;q=0.8", Lang::Vi),
            ("fr, en;q=0.3", Lang::En),
            ("fr", Lang::Vi),
            ("en;q=0", Lang::Vi),
            ("*", Lang::Vi),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT_LANGUAGE, field.parse().expect("header value"));
            assert_eq!(Lang::negotiate(&headers), expected, "{field}");
        }
    }
}
