//! What an examination finds: which rule, where, how grave, and with which values.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// How grave a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Worth knowing; nothing to mend.
    Info,
    /// Filed all the same; an officer will look at it.
    Warn,
    /// Not filed until it is mended.
    Block,
}

/// For whom a finding is meant, where it is not for everybody who may see the stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    /// The police alone: it says what other organizations have declared.
    Police,
}

/// One finding. The sentence that a person reads is made from `rule` and `params` in the reader's language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Stable id of the rule, such as `invalid_date`.
    pub rule: String,
    /// RFC 6901 pointer into the request, such as `/stays/0/date_of_birth`.
    pub pointer: String,
    /// How grave.
    pub severity: Severity,
    /// Values that the sentence names; never more than its reader has typed.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub params: BTreeMap<String, String>,
    /// For whom; none for everybody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audience: Option<Audience>,
}

impl Finding {
    /// A finding that blocks.
    pub fn block(rule: &str, pointer: impl Into<String>) -> Self {
        Self::new(rule, pointer, Severity::Block)
    }

    /// A finding that warns.
    pub fn warn(rule: &str, pointer: impl Into<String>) -> Self {
        Self::new(rule, pointer, Severity::Warn)
    }

    /// A finding that informs.
    pub fn info(rule: &str, pointer: impl Into<String>) -> Self {
        Self::new(rule, pointer, Severity::Info)
    }

    fn new(rule: &str, pointer: impl Into<String>, severity: Severity) -> Self {
        Self { rule: rule.to_owned(), pointer: pointer.into(), severity, params: BTreeMap::new(), audience: None }
    }

    /// The same finding with a value for its sentence.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.params.insert(name.to_owned(), value.into());
        self
    }

    /// The same finding for the police alone.
    #[must_use]
    pub fn for_police(mut self) -> Self {
        self.audience = Some(Audience::Police);
        self
    }

    /// Findings as rows keep them.
    pub fn to_store(findings: &[Self]) -> Value {
        serde_json::to_value(findings).unwrap_or_default()
    }

    /// Findings that a row keeps. What another release wrote and this one cannot read is not shown.
    pub fn stored(kept: &Value) -> Vec<Self> {
        Vec::deserialize(kept).unwrap_or_default()
    }

    /// Whether it keeps a stay from being filed.
    pub fn blocks(&self) -> bool {
        self.severity == Severity::Block
    }
}
