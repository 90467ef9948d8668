//! Key material: sealing secrets at rest, the key ring that signs tokens and receipts, digests and random tokens.
//!
//! The server's one secret (32 random bytes in a file outside the database) seals every private key in the database
//! under AES-256-GCM, so a copy of the database alone forges nothing.

use std::{
    path::Path,
    sync::{Arc, PoisonError, RwLock},
};

use ::entity::signing_key::{self, Purpose};
use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, Nonce, RandomizedNonceKey},
    digest, hkdf, hmac, rand,
    signature::{Ed25519KeyPair, KeyPair},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Duration, Utc};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use crate::{
    kernel::ids,
    platform::db::{Db, Failure},
};

/// How long a key signs.
const SIGNS: Duration = Duration::days(90);
/// How long it is honoured after that: longer than any token lives.
const HONOURED: Duration = Duration::days(1);
/// A new key is made this long before the old one stops signing, so that everybody has fetched it.
const AHEAD: Duration = Duration::days(2);

/// A fault in key material.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The secret does not open what the database holds.
    #[error("the secret file does not fit this database")]
    WrongSecret,
    /// The secret file cannot be read or written.
    #[error("secret file {0}: {1}")]
    File(String, String),
    /// The library refused.
    #[error("key material was refused")]
    Refused,
    /// The database.
    #[error(transparent)]
    Database(#[from] Failure),
}

/// SHA-256 over the parts, hexadecimal.
pub fn sha256_hex(parts: &[&[u8]]) -> String {
    let mut context = digest::Context::new(&digest::SHA256);
    for part in parts {
        context.update(part);
    }
    hex(context.finish().as_ref())
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// A random token of 256 bits, URL-safe.
pub fn random_token() -> Result<String, KeyError> {
    let mut bytes = [0_u8; 32];
    rand::fill(&mut bytes).map_err(|_| KeyError::Refused)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// Seals and opens secrets.
#[derive(Clone)]
pub struct Vault {
    key: Arc<RandomizedNonceKey>,
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Vault")
    }
}

impl Vault {
    /// Reads the secret file. Where there is none it is made (mode 0600), unless the database holds keys already: then a
    /// new secret could open none of them.
    pub async fn open(path: &Path, db: &Db) -> Result<Self, KeyError> {
        let sealed = signing_key::Entity::find().one(db.read()).await.map_err(Failure::from)?.is_some();
        Self::read_or_make(path, !sealed)
    }

    fn read_or_make(path: &Path, may_make: bool) -> Result<Self, KeyError> {
        let fault = |e: std::io::Error| KeyError::File(path.display().to_string(), e.to_string());
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if may_make && error.kind() == std::io::ErrorKind::NotFound => {
                let text = random_token()?;
                match write_private(path, &text) {
                    Ok(()) => text,
                    // Another instance was first with the same file.
                    Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
                        std::fs::read_to_string(path).map_err(fault)?
                    }
                    Err(error) => return Err(fault(error)),
                }
            }
            Err(error) => return Err(fault(error)),
        };
        let secret = URL_SAFE_NO_PAD.decode(text.trim()).unwrap_or_default();
        if secret.len() < 32 {
            return Err(KeyError::File(path.display().to_string(), "must hold 32 random bytes in base64url".into()));
        }
        Self::from_secret(&secret)
    }

    /// From the secret itself.
    pub fn from_secret(secret: &[u8]) -> Result<Self, KeyError> {
        let mut key = [0_u8; 32];
        hkdf::Salt::new(hkdf::HKDF_SHA256, b"tamtru")
            .extract(secret)
            .expand(&[b"seal v1"], hkdf::HKDF_SHA256)
            .and_then(|okm| okm.fill(&mut key))
            .map_err(|_| KeyError::Refused)?;
        let key = RandomizedNonceKey::new(&AES_256_GCM, &key).map_err(|_| KeyError::Refused)?;
        Ok(Self { key: Arc::new(key) })
    }

    /// Seals; `context` says for which row, so that sealed values cannot be swapped.
    pub fn seal(&self, context: &str, plain: &[u8]) -> Result<Vec<u8>, KeyError> {
        let mut data = plain.to_vec();
        let nonce = self
            .key
            .seal_in_place_append_tag(Aad::from(context.as_bytes()), &mut data)
            .map_err(|_| KeyError::Refused)?;
        let mut sealed = nonce.as_ref().to_vec();
        sealed.append(&mut data);
        Ok(sealed)
    }

    /// Opens what [`Vault::seal`] made with the same context.
    pub fn unseal(&self, context: &str, sealed: &[u8]) -> Result<Vec<u8>, KeyError> {
        let (nonce, data) = sealed.split_at_checked(12).ok_or(KeyError::WrongSecret)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| KeyError::WrongSecret)?;
        let mut data = data.to_vec();
        let plain = self
            .key
            .open_in_place(nonce, Aad::from(context.as_bytes()), &mut data)
            .map_err(|_| KeyError::WrongSecret)?;
        Ok(plain.to_vec())
    }
}

fn write_private(path: &Path, text: &str) -> std::io::Result<()> {
    use std::{io::Write, os::unix::fs::OpenOptionsExt};
    if let Some(parent) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        std::fs::create_dir_all(parent)?;
    }
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

/// A key that signs or verifies access tokens.
#[derive(Clone)]
pub struct TokenKey {
    /// Key id.
    pub kid: String,
    /// PKCS#8 of the private key.
    pub pkcs8: Vec<u8>,
    /// Raw public key, 32 bytes.
    pub public: Vec<u8>,
    signs_until: DateTime<Utc>,
    verifies_until: DateTime<Utc>,
}

impl std::fmt::Debug for TokenKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "TokenKey({})", self.kid)
    }
}

/// All keys in force. Cheap to clone; [`KeyRing::refresh`] rotates and picks up keys that other instances made.
#[derive(Clone, Debug)]
pub struct KeyRing {
    vault: Vault,
    keys: Arc<RwLock<Keys>>,
}

#[derive(Debug, Default)]
struct Keys {
    tokens: Vec<Arc<TokenKey>>,
    receipt: Option<hmac::Key>,
}

impl KeyRing {
    /// Loads the keys, making the first ones on an empty database.
    pub async fn load(db: &Db, vault: Vault, now: DateTime<Utc>) -> Result<Self, KeyError> {
        let ring = Self { vault, keys: Arc::default() };
        ring.refresh(db, now).await?;
        Ok(ring)
    }

    /// Makes a new key where the current one is about to stop signing, and reads all that are honoured.
    pub async fn refresh(&self, db: &Db, now: DateTime<Utc>) -> Result<(), KeyError> {
        let tx = db.begin().await.map_err(Failure::from)?;
        let rows = signing_key::Entity::find()
            .filter(signing_key::Column::VerifiesUntil.gt(now))
            .order_by_asc(signing_key::Column::Id)
            .all(&tx)
            .await
            .map_err(Failure::from)?;
        let mut keys = Keys::default();
        for row in &rows {
            let context = format!("signing_key:{}", row.kid);
            let private = self.vault.unseal(&context, &row.sealed)?;
            match row.purpose {
                Purpose::AccessToken => keys.tokens.push(Arc::new(TokenKey {
                    kid: row.kid.clone(),
                    pkcs8: private,
                    public: row.public_key.clone(),
                    signs_until: row.signs_until,
                    verifies_until: row.verifies_until,
                })),
                Purpose::Receipt => keys.receipt = Some(hmac::Key::new(hmac::HMAC_SHA256, &private)),
            }
        }
        if !keys.tokens.iter().any(|key| key.signs_until > now + AHEAD) {
            let (key, row) = self.make_token_key(now)?;
            signing_key::Entity::insert(row).exec_without_returning(&tx).await.map_err(Failure::from)?;
            keys.tokens.push(Arc::new(key));
        }
        if keys.receipt.is_none() {
            let (key, row) = self.make_receipt_key(now)?;
            signing_key::Entity::insert(row).exec_without_returning(&tx).await.map_err(Failure::from)?;
            keys.receipt = Some(key);
        }
        tx.commit().await.map_err(Failure::from)?;
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = keys;
        Ok(())
    }

    /// The oldest key that still signs: newer ones are published first and used later.
    pub fn signing(&self, now: DateTime<Utc>) -> Option<Arc<TokenKey>> {
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        keys.tokens.iter().find(|key| key.signs_until > now).cloned()
    }

    /// The key with this id, while it is honoured.
    pub fn verifying(&self, kid: &str, now: DateTime<Utc>) -> Option<Arc<TokenKey>> {
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        keys.tokens.iter().find(|key| key.kid == kid && key.verifies_until > now).cloned()
    }

    /// All keys that are honoured, for the JWKS.
    pub fn published(&self, now: DateTime<Utc>) -> Vec<Arc<TokenKey>> {
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        keys.tokens.iter().filter(|key| key.verifies_until > now).cloned().collect()
    }

    /// Short signature of a receipt's code: 80 bits of HMAC-SHA256, enough against guessing over the network.
    pub fn sign_receipt(&self, reference_code: &str) -> String {
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        keys.receipt.as_ref().map_or_else(String::new, |key| {
            URL_SAFE_NO_PAD.encode(&hmac::sign(key, reference_code.as_bytes()).as_ref()[..10])
        })
    }

    /// Whether a receipt's short signature is ours; compared in constant time.
    pub fn verify_receipt(&self, reference_code: &str, signature: &str) -> bool {
        let expected = self.sign_receipt(reference_code);
        !expected.is_empty()
            && aws_lc_rs::constant_time::verify_slices_are_equal(expected.as_bytes(), signature.as_bytes()).is_ok()
    }

    /// Fingerprint of a request, HMAC-SHA256 in hexadecimal: bodies hold passwords and passports, which must not be
    /// guessed from what is kept of them.
    pub fn fingerprint(&self, parts: &[&[u8]]) -> String {
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        let Some(key) = &keys.receipt else { return String::new() };
        let mut context = hmac::Context::with_key(key);
        context.update(b"request\n");
        for part in parts {
            context.update(part);
        }
        hex(context.sign().as_ref())
    }

    /// The vault, for other secrets at rest.
    pub fn vault(&self) -> &Vault {
        &self.vault
    }

    fn make_token_key(&self, now: DateTime<Utc>) -> Result<(TokenKey, signing_key::ActiveModel), KeyError> {
        let pair = Ed25519KeyPair::generate().map_err(|_| KeyError::Refused)?;
        let pkcs8 = pair.to_pkcs8v1().map_err(|_| KeyError::Refused)?.as_ref().to_vec();
        let public = pair.public_key().as_ref().to_vec();
        let kid = sha256_hex(&[&public])[..16].to_owned();
        let (signs_until, verifies_until) = (now + SIGNS, now + SIGNS + HONOURED);
        let row = signing_key::ActiveModel {
            id: Set(ids::fresh(now)),
            kid: Set(kid.clone()),
            purpose: Set(Purpose::AccessToken),
            sealed: Set(self.vault.seal(&format!("signing_key:{kid}"), &pkcs8)?),
            public_key: Set(public.clone()),
            created_at: Set(now),
            signs_until: Set(signs_until),
            verifies_until: Set(verifies_until),
        };
        Ok((TokenKey { kid, pkcs8, public, signs_until, verifies_until }, row))
    }

    /// Receipts are checked for years, so their key has no end of its own.
    fn make_receipt_key(&self, now: DateTime<Utc>) -> Result<(hmac::Key, signing_key::ActiveModel), KeyError> {
        let mut bytes = [0_u8; 32];
        rand::fill(&mut bytes).map_err(|_| KeyError::Refused)?;
        let end = now + Duration::days(36_500);
        let row = signing_key::ActiveModel {
            id: Set(ids::fresh(now)),
            kid: Set("receipt-1".to_owned()),
            purpose: Set(Purpose::Receipt),
            sealed: Set(self.vault.seal("signing_key:receipt-1", &bytes)?),
            public_key: Set(Vec::new()),
            created_at: Set(now),
            signs_until: Set(end),
            verifies_until: Set(end),
        };
        Ok((hmac::Key::new(hmac::HMAC_SHA256, &bytes), row))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sealed_values_open_only_with_secret_and_context() {
        let vault = Vault::from_secret(&[1; 32]).expect("vault");
        let sealed = vault.seal("a:1", b"secret").expect("sealed");
        assert_eq!(vault.unseal("a:1", &sealed).expect("opened"), b"secret");
        assert!(vault.unseal("a:2", &sealed).is_err());
        assert!(Vault::from_secret(&[2; 32]).expect("vault").unseal("a:1", &sealed).is_err());
        assert!(vault.unseal("a:1", &sealed[..5]).is_err());
        assert_ne!(sealed, vault.seal("a:1", b"secret").expect("sealed"), "nonces differ");
    }
}
