//! Every known forgery is refused (RFC 8725).

use ::entity::account::Role;
use axum::http::{Method, StatusCode};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::Duration;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};

use crate::features::accounts::tests::{App, unauthenticated, worlds};

/// Header and claims of a good token, and how to sign them again.
struct Forge {
    header: Value,
    claims: Value,
    pkcs8: Vec<u8>,
    public: Vec<u8>,
}

impl Forge {
    fn of(app: &App, token: &str) -> Self {
        let part = |at: usize| {
            let text = token.split('.').nth(at).unwrap_or_default();
            serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).expect("base64")).expect("json")
        };
        let key = app.state.keys.signing(app.state.clock.now()).expect("key");
        Self { header: part(0), claims: part(1), pkcs8: key.pkcs8.clone(), public: key.public.clone() }
    }

    /// Signed with our own key: only the content is wrong.
    fn with(&self, header: Value, claims: Value) -> String {
        let merge = |base: &Value, over: Value| {
            let mut merged = base.clone();
            for (name, value) in over.as_object().expect("object") {
                if value == "absent" {
                    merged.as_object_mut().expect("object").remove(name);
                } else {
                    merged[name] = value.clone();
                }
            }
            URL_SAFE_NO_PAD.encode(merged.to_string())
        };
        let message = format!("{}.{}", merge(&self.header, header), merge(&self.claims, claims));
        let pair = aws_lc_rs::signature::Ed25519KeyPair::from_pkcs8(&self.pkcs8).expect("pair");
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(pair.sign(message.as_bytes())))
    }
}

#[tokio::test]
async fn forged_tokens_are_refused() {
    let (_dir, worlds) = worlds("forged").await;
    for app in worlds {
        app.organization("chu@song-xanh.example").await;
        let good = app.token("chu@song-xanh.example").await;
        let forge = Forge::of(&app, &good);
        let now = app.state.clock.now().timestamp();
        assert_eq!(app.get("/api/v1/me", &forge.with(json!({}), json!({}))).await.status, StatusCode::OK);
        assert_eq!(forge.header["typ"], "at+jwt");
        let mut names: Vec<&str> = forge.claims.as_object().expect("object").keys().map(String::as_str).collect();
        names.sort_unstable();
        assert_eq!(
            names,
            ["aud", "client_id", "exp", "iat", "iss", "jti", "nbf", "org", "role", "scope", "sid", "sub"],
            "no personal data"
        );
        assert_eq!(forge.claims["exp"].as_i64(), forge.claims["iat"].as_i64().map(|at| at + 900));

        let hs256 = {
            let mut header = Header::new(Algorithm::HS256);
            header.typ = Some("at+jwt".to_owned());
            header.kid = forge.header["kid"].as_str().map(str::to_owned);
            encode(&header, &forge.claims, &EncodingKey::from_secret(&forge.public)).expect("signed")
        };
        let none = {
            let header = json!({"alg": "none", "typ": "at+jwt", "kid": forge.header["kid"]});
            let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
            format!("{}.{}.", part(&header), part(&forge.claims))
        };
        let foreign = {
            let pair = aws_lc_rs::signature::Ed25519KeyPair::generate().expect("pair");
            let pkcs8 = pair.to_pkcs8v1().expect("pkcs8").as_ref().to_vec();
            let jwk = json!({"kty": "OKP", "crv": "Ed25519", "x": URL_SAFE_NO_PAD.encode(&forge.public)});
            Forge { header: forge.header.clone(), claims: forge.claims.clone(), pkcs8, public: Vec::new() }.with(
                json!({"jwk": jwk, "jku": "https://evil.example/jwks", "x5u": "https://evil.example/x"}),
                json!({}),
            )
        };
        let parts: Vec<&str> = good.split('.').collect();
        let same_signature = forge.with(json!({}), json!({"role": "admin"}));
        let body = same_signature.split('.').nth(1).expect("claims");
        let nothing = json!({});
        let cases = [
            ("none", none),
            ("HS256 with the public key", hs256),
            ("another key", foreign),
            ("tampered claims", format!("{}.{body}.{}", parts[0], parts[2])),
            ("no signature", format!("{}.{}.", parts[0], parts[1])),
            ("two parts", format!("{}.{}", parts[0], parts[1])),
            ("four parts", format!("{good}.x")),
            ("empty", String::new()),
            ("long", "a".repeat(100_000)),
            ("typ JWT", forge.with(json!({"typ": "JWT"}), nothing.clone())),
            ("typ absent", forge.with(json!({"typ": "absent"}), nothing.clone())),
            ("kid unknown", forge.with(json!({"kid": "../../etc/passwd"}), nothing.clone())),
            ("kid absent", forge.with(json!({"kid": "absent"}), nothing.clone())),
            ("crit", forge.with(json!({"crit": ["b64"], "b64": false}), nothing.clone())),
            ("crit empty", forge.with(json!({"crit": []}), nothing.clone())),
            ("alg ES256", forge.with(json!({"alg": "ES256"}), nothing.clone())),
            ("aud other", forge.with(json!({}), json!({"aud": "other-api"}))),
            ("aud list", forge.with(json!({}), json!({"aud": ["tamtru-api", "other-api"]}))),
            ("aud absent", forge.with(json!({}), json!({"aud": "absent"}))),
            ("iss other", forge.with(json!({}), json!({"iss": "https://evil.example"}))),
            ("iss absent", forge.with(json!({}), json!({"iss": "absent"}))),
            ("sub absent", forge.with(json!({}), json!({"sub": "absent"}))),
            ("sub of another", forge.with(json!({}), json!({"sub": uuid::Uuid::from_u128(5)}))),
            ("session of nobody", forge.with(json!({}), json!({"sid": uuid::Uuid::from_u128(5)}))),
            ("client of nobody", forge.with(json!({}), json!({"sid": "absent"}))),
            ("expired", forge.with(json!({}), json!({"exp": now - 60, "iat": now - 900}))),
            ("exp absent", forge.with(json!({}), json!({"exp": "absent"}))),
            ("exp text", forge.with(json!({}), json!({"exp": "tomorrow"}))),
            ("nbf in the future", forge.with(json!({}), json!({"nbf": now + 120}))),
            ("nbf absent", forge.with(json!({}), json!({"nbf": "absent"}))),
            ("iat in the future", forge.with(json!({}), json!({"iat": now + 120, "exp": now + 300}))),
            ("a year long", forge.with(json!({}), json!({"exp": now + 31_536_000}))),
        ];
        for (name, token) in cases {
            let reply = app.get("/api/v1/me", &token).await;
            assert!(unauthenticated(&reply), "{name}: {} {}", reply.status, reply.body);
        }

        // The token elsewhere than in the header, twice, or under another scheme.
        let bearer = format!("Bearer {good}");
        let cookie = format!("access_token={good}");
        for (path, headers) in [
            (format!("/api/v1/me?access_token={good}"), vec![]),
            ("/api/v1/me".to_owned(), vec![("cookie", cookie.as_str())]),
            ("/api/v1/me".to_owned(), vec![("authorization", good.as_str())]),
            ("/api/v1/me".to_owned(), vec![("authorization", bearer.as_str()), ("authorization", bearer.as_str())]),
        ] {
            let reply = app.send(Method::GET, &path, &headers, String::new()).await;
            assert!(unauthenticated(&reply), "{path} {headers:?}");
        }

        // Our clock decides, not the system's.
        assert_eq!(app.get("/api/v1/me", &good).await.status, StatusCode::OK);
        app.state.clock.advance(Duration::minutes(16));
        assert!(unauthenticated(&app.get("/api/v1/me", &good).await));
    }
}

#[tokio::test]
async fn keys_are_published_and_rotate_by_two_live_keys() {
    let (_dir, worlds) = worlds("jwks").await;
    for app in worlds {
        app.staff("quan.tri@he-thong.example", Role::Admin).await;
        let jwks = app.get("/.well-known/jwks.json", "").await;
        assert_eq!((jwks.status, jwks.header("cache-control")), (StatusCode::OK, "public, max-age=300"));
        let key = &jwks.body["keys"][0];
        assert_eq!(
            (&key["kty"], &key["crv"], &key["alg"], &key["use"]),
            (&json!("OKP"), &json!("Ed25519"), &json!("EdDSA"), &json!("sig"))
        );

        // Verified as another service would: from the published key alone.
        let token = app.token("quan.tri@he-thong.example").await;
        let jwk: jsonwebtoken::jwk::Jwk = serde_json::from_value(key.clone()).expect("a JWK");
        let verifying = jsonwebtoken::DecodingKey::from_jwk(&jwk).expect("a key");
        let mut validation = jsonwebtoken::Validation::new(Algorithm::EdDSA);
        validation.set_audience(&["tamtru-api"]);
        validation.validate_exp = false;
        jsonwebtoken::decode::<Value>(&token, &verifying, &validation).expect("verified");

        // Two days before its end a second key is published; tokens of the first one stay good.
        app.state.clock.advance(Duration::days(89));
        app.state.keys.refresh(&app.state.db, app.state.clock.now()).await.expect("refreshed");
        let jwks = app.get("/.well-known/jwks.json", "").await;
        assert_eq!(jwks.body["keys"].as_array().map(Vec::len), Some(2));
        let old = app.token("quan.tri@he-thong.example").await;
        app.state.clock.advance(Duration::hours(24) + Duration::minutes(1));
        let new = app.token("quan.tri@he-thong.example").await;
        let kid = |token: &str| Forge::of(&app, token).header["kid"].clone();
        assert_ne!(kid(&old), kid(&new));
        assert_eq!(app.get("/api/v1/me", &new).await.status, StatusCode::OK);
    }
}
