//! Passwords: what makes a good one (NIST SP 800-63B: length and a list of bad ones, no rules of composition), and
//! Argon2id at OWASP's parameters.
//!
//! Hashing takes tens of milliseconds and 19 MiB, so two run at a time and a short queue waits; a longer one is told to
//! come back.

use std::sync::LazyLock;

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use tokio::sync::Semaphore;
use unicode_normalization::UnicodeNormalization;

use crate::{
    features::accounts::error::AccountError,
    kernel::{finding::Finding, text::fold},
};

/// Fewest characters of a new password.
pub const MIN_CHARS: usize = 12;
/// Most characters of a new password.
pub const MAX_CHARS: usize = 128;

/// KiB of memory, passes and lanes of Argon2id.
const COST: (u32, u32, u32) = (19_456, 2, 1);
/// Hashes computed at a time.
static SLOTS: Semaphore = Semaphore::const_new(2);
/// Hashes computed or waited for.
static QUEUE: Semaphore = Semaphore::const_new(66);

/// A hash that no known password has, for accounts that do not exist; same cost as a real one.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Words that alone, repeated, or with digits and signs around them are the first to be tried.
const COMMON_WORDS: [&str; 34] = [
    "password",
    "passw",
    "pass",
    "matkhau",
    "qwerty",
    "qwertyuiop",
    "qwertyuiopasdfgh",
    "qwertyuiopasdfghjkl",
    "asdfghjkl",
    "zxcvbnm",
    "admin",
    "administrator",
    "welcome",
    "letmein",
    "iloveyou",
    "changeme",
    "default",
    "secret",
    "login",
    "user",
    "test",
    "guest",
    "hotel",
    "khachsan",
    "congan",
    "xuatnhapcanh",
    "tamtru",
    "tamtrudanang",
    "danang",
    "vietnam",
    "anhyeuem",
    "emyeuanh",
    "abc",
    "abcdefghijkl",
];

/// Why a password is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    /// Fewer than 12 characters.
    TooShort,
    /// More than 128 characters.
    TooLong,
    /// One of the first to be tried.
    Common,
    /// Holds the first part of the e-mail address.
    HoldsEmail,
}

impl Flaw {
    /// The finding at this place of the request.
    pub fn finding(self, pointer: &str) -> Finding {
        match self {
            Self::TooShort => Finding::block("password_too_short", pointer).with("min", MIN_CHARS.to_string()),
            Self::TooLong => Finding::block("password_too_long", pointer).with("max", MAX_CHARS.to_string()),
            Self::Common => Finding::block("password_too_common", pointer),
            Self::HoldsEmail => Finding::block("password_holds_email", pointer),
        }
    }
}

/// Examines a new password.
pub fn examine(password: &str, email: &str) -> Result<(), Flaw> {
    let password: String = password.nfc().collect();
    let chars = password.chars().count();
    if chars < MIN_CHARS {
        return Err(Flaw::TooShort);
    }
    if chars > MAX_CHARS {
        return Err(Flaw::TooLong);
    }
    let folded = fold(&password);
    if is_common(&folded) {
        return Err(Flaw::Common);
    }
    let name = fold(email.split('@').next().unwrap_or_default());
    // Shorter names are parts of ordinary words.
    if name.chars().count() >= 4 && folded.contains(&name) {
        return Err(Flaw::HoldsEmail);
    }
    Ok(())
}

fn is_common(folded: &str) -> bool {
    let mut distinct: Vec<char> = folded.chars().collect();
    distinct.sort_unstable();
    distinct.dedup();
    if distinct.len() < 5 || is_run(folded) {
        return true;
    }
    let letters: String = folded
        .chars()
        .map(|c| match c {
            '0' => 'o',
            '@' => 'a',
            '$' => 's',
            other => other,
        })
        .filter(|c| c.is_alphabetic())
        .collect();
    let plain: String = folded.chars().filter(|c| c.is_alphabetic()).collect();
    [letters, plain].iter().any(|letters| {
        COMMON_WORDS.iter().any(|word| {
            !letters.is_empty() && letters.len().is_multiple_of(word.len()) && letters.replace(word, "").is_empty()
        })
    })
}

/// `123456789012`, `abcdefghijklm`, or either backwards.
fn is_run(text: &str) -> bool {
    let codes: Vec<i64> = text.chars().map(|c| i64::from(u32::from(c))).collect();
    let steps = |by: i64| codes.windows(2).filter(|pair| pair[1] - pair[0] == by).count() + 4 >= codes.len();
    steps(1) || steps(-1)
}

/// Examines and hashes a new password; the answer is a PHC string.
pub async fn hash_new(password: &str, email: &str) -> Result<String, AccountError> {
    examine(password, email).map_err(AccountError::WeakPassword)?;
    let password: String = password.nfc().collect();
    let hashed = blocking(move || hasher().hash_password(password.as_bytes()).map(|hash| hash.to_string())).await?;
    hashed.map_err(|error| {
        tracing::error!(%error, "a password could not be hashed");
        AccountError::Busy
    })
}

/// Whether the password is the one behind the PHC string. Without one it takes as long and answers no.
pub async fn verify(hash: Option<&str>, password: &str) -> Result<bool, AccountError> {
    let known = hash.is_some();
    let hash = hash.unwrap_or(NOBODY).to_owned();
    let password: String = password.nfc().collect();
    let fits = blocking(move || {
        PasswordHash::new(&hash).is_ok_and(|hash| hasher().verify_password(password.as_bytes(), &hash).is_ok())
    })
    .await?;
    Ok(known && fits)
}

fn hasher() -> Argon2<'static> {
    static PARAMS: LazyLock<Params> =
        LazyLock::new(|| Params::new(COST.0, COST.1, COST.2, None).unwrap_or(Params::DEFAULT));
    Argon2::new(Algorithm::Argon2id, Version::V0x13, PARAMS.clone())
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, AccountError> {
    let _place = QUEUE.try_acquire().map_err(|_| AccountError::Busy)?;
    let slot = SLOTS.acquire().await.map_err(|_| AccountError::Busy)?;
    // The slot goes along: a caller who hangs up must not let more than two run.
    let run = tokio::task::spawn_blocking(move || {
        let _slot = slot;
        work()
    });
    run.await.map_err(|_| AccountError::Busy)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn examination_table() {
        let cases = [
            ("ngắn quá", Err(Flaw::TooShort)),
            ("x".repeat(129).leak(), Err(Flaw::TooLong)),
            ("aaaaaaaaaaaaaa", Err(Flaw::Common)),
            ("ababababababab", Err(Flaw::Common)),
            ("123456789012345", Err(Flaw::Common)),
            ("Password123456", Err(Flaw::Common)),
            ("P@ssw0rd123456!", Err(Flaw::Common)),
            ("passwordpassword", Err(Flaw::Common)),
            ("MậtKhẩu12345678", Err(Flaw::Common)),
            ("Qwertyuiop1234", Err(Flaw::Common)),
            ("tiep.tan rất giỏi 77", Err(Flaw::HoldsEmail)),
            ("TIEP.TAN2026xyz", Err(Flaw::HoldsEmail)),
            ("cá chuồn bay qua cầu", Ok(())),
            ("correct horse battery", Ok(())),
            ("3xR!-muop-dang-77", Ok(())),
        ];
        for (password, expected) in cases {
            assert_eq!(examine(password, "tiep.tan@song-xanh.example"), expected, "{password}");
        }
        assert_eq!(examine("an com chua vay 5", "an@song-xanh.example"), Ok(()), "short names are parts of words");
    }

    #[tokio::test]
    async fn hash_is_argon2id_at_the_promised_cost_and_spelling_does_not_matter() {
        let hash = hash_new("cá chuồn bay qua cầu", "a@b.example").await.expect("good password");
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        let decomposed: String = "cá chuồn bay qua cầu".nfd().collect();
        assert!(verify(Some(&hash), &decomposed).await.expect("free slot"));
        assert!(!verify(Some(&hash), "cá chuồn bay qua cẩu").await.expect("free slot"));
        assert!(!verify(None, "cá chuồn bay qua cầu").await.expect("free slot"));
        assert!(PasswordHash::new(NOBODY).is_ok(), "the stand-in must cost as much as a real hash");
    }
}
