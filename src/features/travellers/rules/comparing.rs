//! Whether two documents belong to one person, and why we think so.
//!
//! Nothing is joined on likeness alone: two people of one name born on one day live in every large city. A join needs a
//! number that stands on both documents' stays, or an officer who looked at both.

use std::collections::{BTreeMap, BTreeSet};

use ::entity::{stay::Sex, traveller_link::Verdict};
use uuid::Uuid;

use crate::{
    features::travellers::rules::asking::split_words,
    kernel::{
        finding::Finding,
        partial_date::{PartialDate, Precision},
    },
};

/// Shortest visa or card number that tells one person from another; hotels write `MIEN` or `0` where there is none.
const BINDING_LENGTH: usize = 6;
/// Fewest digits in it.
const BINDING_DIGITS: usize = 5;
/// Shortest name, in letters, in which one letter may differ.
const SPELLING_LENGTH: usize = 6;
/// Most small differences between two documents that may still be one person's.
const SMALL: usize = 1;
/// The same where one visa or card number stands on both.
const SMALL_IF_BOUND: usize = 2;

/// Nationality and number.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// ICAO code.
    pub nationality: String,
    /// Letters and digits.
    pub number: String,
}

/// A person as one stay declares him.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Particulars {
    /// Lower case without diacritics.
    pub folded_name: String,
    /// As far as it is known; none where it cannot be read.
    pub birth: Option<PartialDate>,
    /// As declared.
    pub sex: Sex,
}

/// A document with all that was declared of its holder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// Nationality and number.
    pub key: Key,
    /// Each way in which its holder was declared; more than one is a contradiction.
    pub holders: Vec<Particulars>,
    /// Visa and card numbers that tell persons apart.
    pub visas: BTreeSet<String>,
}

/// How sure we are that two documents belong to one person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Identity {
    /// Joined in one line.
    Sure,
    /// Told apart from it.
    Likely,
    /// An officer has said that they are two persons.
    RuledOut,
}

/// What was found, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judgement {
    /// How sure.
    pub identity: Identity,
    /// What agrees, what is missing, what differs.
    pub why: Vec<Finding>,
}

impl Key {
    /// Two keys in their one order, and as the text under which the pair is unique.
    pub fn pair(a: &Self, b: &Self) -> (Self, Self, String) {
        let (first, second) = if a <= b { (a, b) } else { (b, a) };
        let text = format!("{}|{}|{}|{}", first.nationality, first.number, second.nationality, second.number);
        (first.clone(), second.clone(), text)
    }
}

/// A visa or card number as it is compared; none where it tells nobody apart.
pub fn binding_number(text: &str) -> Option<String> {
    let number: String = text.to_uppercase().chars().filter(char::is_ascii_alphanumeric).collect();
    let digits: Vec<u8> = number.bytes().filter(u8::is_ascii_digit).collect();
    let all_alike = digits.windows(2).all(|pair| pair[0] == pair[1]);
    (number.len() >= BINDING_LENGTH && digits.len() >= BINDING_DIGITS && !all_alike).then_some(number)
}

/// What two names, folded, have to do with each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Names {
    Same,
    /// The same words in another order, or written together.
    Order,
    /// One has words that the other lacks.
    Words,
    /// One letter differs.
    Spelling,
    Other,
}

fn compare_names(a: &str, b: &str) -> Names {
    if a == b {
        return Names::Same;
    }
    let words = |name: &str| -> Vec<String> {
        let bare: String = name.chars().filter(|c| !"'.".contains(*c)).collect();
        let mut words: Vec<String> = split_words(&bare).map(ToOwned::to_owned).collect();
        words.sort();
        words
    };
    let (ours, theirs) = (words(a), words(b));
    let letters = |name: &str| -> String { name.chars().filter(|c| c.is_alphabetic()).collect() };
    if ours == theirs || letters(a) == letters(b) {
        return Names::Order;
    }
    let (short, long) = if ours.len() <= theirs.len() { (&ours, &theirs) } else { (&theirs, &ours) };
    if short.len() >= 2 && short.iter().all(|word| long.contains(word)) {
        return Names::Words;
    }
    let (one, other) = (ours.concat(), theirs.concat());
    let long_enough = one.chars().count().min(other.chars().count()) >= SPELLING_LENGTH;
    if long_enough && (strsim::osa_distance(a, b) <= 1 || strsim::osa_distance(&one, &other) <= 1) {
        return Names::Spelling;
    }
    Names::Other
}

/// What two dates of birth have to do with each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Births {
    Same,
    /// They agree as far as both are known.
    Partial,
    /// Day and month stand the other way round.
    Swapped,
    Other,
}

fn compare_births(a: Option<PartialDate>, b: Option<PartialDate>) -> Births {
    let (Some(a), Some(b)) = (a, b) else { return Births::Partial };
    if a.precision() == Precision::Day && a == b {
        return Births::Same;
    }
    if a.agrees_with(b) {
        return Births::Partial;
    }
    if swapped(a) == Some(b) { Births::Swapped } else { Births::Other }
}

fn swapped(date: PartialDate) -> Option<PartialDate> {
    use chrono::Datelike;
    let day = (date.precision() == Precision::Day).then(|| date.earliest())?;
    PartialDate::new(day.year(), Some(day.day()), Some(day.month()))
}

/// How two declared persons compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Comparison {
    names: Names,
    births: Births,
    same_sex: bool,
    same_nationality: bool,
}

impl Comparison {
    fn of(a: &Particulars, b: &Particulars, same_nationality: bool) -> Self {
        Self {
            names: compare_names(&a.folded_name, &b.folded_name),
            births: compare_births(a.birth, b.birth),
            same_sex: a.sex == b.sex,
            same_nationality,
        }
    }

    fn differences(&self) -> usize {
        usize::from(self.names != Names::Same)
            + usize::from(self.births != Births::Same)
            + usize::from(!self.same_sex)
            + usize::from(!self.same_nationality)
    }

    fn is_another_person(&self) -> bool {
        self.names == Names::Other || self.births == Births::Other
    }

    fn why(&self) -> Vec<Finding> {
        vec![
            match self.names {
                Names::Same => Finding::info("same_name", "/full_name"),
                Names::Order => Finding::warn("name_order_differs", "/full_name"),
                Names::Words => Finding::warn("name_words_differ", "/full_name"),
                Names::Spelling => Finding::warn("name_spelling_differs", "/full_name"),
                Names::Other => Finding::warn("other_name", "/full_name"),
            },
            match self.births {
                Births::Same => Finding::info("same_birth_date", "/date_of_birth"),
                Births::Partial => Finding::warn("birth_date_incomplete", "/date_of_birth"),
                Births::Swapped => Finding::warn("birth_day_month_swapped", "/date_of_birth"),
                Births::Other => Finding::warn("other_birth_date", "/date_of_birth"),
            },
            if self.same_sex { Finding::info("same_sex", "/sex") } else { Finding::warn("other_sex", "/sex") },
            if self.same_nationality {
                Finding::info("same_nationality", "/nationality")
            } else {
                Finding::warn("other_nationality", "/nationality")
            },
        ]
    }
}

/// Whether two documents belong to one person; none where nothing speaks for it. `verdict` is the standing link.
pub fn judge(a: &Document, b: &Document, verdict: Option<Verdict>) -> Option<Judgement> {
    if verdict == Some(Verdict::Different) {
        return Some(Judgement { identity: Identity::RuledOut, why: vec![Finding::warn("link_denied", "")] });
    }
    let same_nationality = a.key.nationality == b.key.nationality;
    let pairs = a.holders.iter().flat_map(|x| b.holders.iter().map(move |y| (x, y)));
    let best = pairs
        .map(|(x, y)| Comparison::of(x, y, same_nationality))
        .min_by_key(|seen| (seen.is_another_person(), seen.differences(), seen.names, seen.births))?;
    let visa_binds = a.visas.intersection(&b.visas).next().is_some();
    let officer_binds = verdict == Some(Verdict::Same);
    // A document whose holder was declared in two ways agrees with nobody in all.
    let steady = a.holders.len() == 1 && b.holders.len() == 1;
    let sure = steady && best.differences() == 0 && (visa_binds || officer_binds);
    let most = if visa_binds { SMALL_IF_BOUND } else { SMALL };
    let likely = officer_binds || (!best.is_another_person() && best.differences() <= most);
    if !sure && !likely {
        return None;
    }
    let mut why = best.why();
    if !steady {
        why.push(Finding::warn("holder_declared_differently", "/document"));
    }
    if visa_binds {
        why.push(Finding::info("same_visa_number", "/visa/number"));
    }
    if officer_binds {
        why.push(Finding::info("link_confirmed", ""));
    }
    if !visa_binds && !officer_binds {
        why.push(Finding::warn("nothing_binds", ""));
    }
    Some(Judgement { identity: if sure { Identity::Sure } else { Identity::Likely }, why })
}

/// Judges all candidates against a document and against those that were joined to it: a card number may stand on the
/// second and third document only. Links are found by [`Key::pair`].
pub fn judge_all(
    subject: &Document,
    candidates: &[Document],
    links: &BTreeMap<String, Verdict>,
) -> Vec<(usize, Judgement)> {
    let verdict = |a: &Document, b: &Document| links.get(&Key::pair(&a.key, &b.key).2).copied();
    let mut open: Vec<usize> = (0..candidates.len()).collect();
    let mut found: Vec<(usize, Judgement)> = Vec::new();
    let mut line = vec![subject];
    loop {
        let joins = |index: &usize| {
            let candidate = &candidates[*index];
            let denied = line.iter().any(|member| verdict(member, candidate) == Some(Verdict::Different));
            let sure = line
                .iter()
                .filter_map(|member| judge(member, candidate, verdict(member, candidate)))
                .find(|judgement| judgement.identity == Identity::Sure);
            if denied { None } else { sure.map(|judgement| (*index, judgement)) }
        };
        let Some((index, judgement)) = open.iter().find_map(joins) else { break };
        open.retain(|other| *other != index);
        line.push(&candidates[index]);
        found.push((index, judgement));
    }
    for index in open {
        let candidate = &candidates[index];
        let mut seen = judge(subject, candidate, verdict(subject, candidate));
        if let Some(judgement) = seen.as_mut().filter(|judgement| judgement.identity == Identity::Sure) {
            // Bound to this document, and told to be another person than one that is joined to it.
            judgement.identity = Identity::Likely;
            judgement.why.push(Finding::warn("link_denied", ""));
        }
        found.extend(seen.map(|judgement| (index, judgement)));
    }
    found.sort_by_key(|(index, _)| *index);
    found
}

/// A way in which the stays of one document contradict each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contradiction {
    /// What contradicts.
    pub finding: Finding,
    /// The first stay of each way of declaring.
    pub stays: Vec<Uuid>,
}

/// Contradictions between stays of one document, each told once.
pub fn contradictions(stays: &[(Uuid, Particulars)]) -> Vec<Contradiction> {
    type Agree = fn(&Particulars, &Particulars) -> bool;
    let name: Agree = |a, b| a.folded_name == b.folded_name;
    let birth: Agree = |a, b| a.birth.zip(b.birth).is_none_or(|(a, b)| a.agrees_with(b));
    let sex: Agree = |a, b| a.sex == b.sex;
    let checks = [
        (name, Finding::warn("document_two_names", "/full_name")),
        (birth, Finding::warn("document_two_birth_dates", "/date_of_birth")),
        (sex, Finding::warn("document_two_sexes", "/sex")),
    ];
    let told = checks.into_iter().filter_map(|(agree, finding)| {
        let mut ways: Vec<&(Uuid, Particulars)> = Vec::new();
        for stay in stays {
            if !ways.iter().any(|way| agree(&way.1, &stay.1)) {
                ways.push(stay);
            }
        }
        (ways.len() > 1).then(|| Contradiction { finding, stays: ways.iter().map(|way| way.0).collect() })
    });
    told.collect()
}

#[cfg(test)]
mod tests;
