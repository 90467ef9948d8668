//! The OpenAPI 3.1 document: what the router serves, so it cannot drift from it.

use utoipa::{
    Modify, OpenApi,
    openapi::security::{ClientCredentials, Flow, HttpAuthScheme, HttpBuilder, OAuth2, Scopes, SecurityScheme},
};

use crate::platform::http::problem::{FindingOut, ProblemOut};

/// The document without its paths; the router adds them.
#[derive(Debug, OpenApi)]
#[openapi(
    info(
        title = "tamtru",
        description = "Declares foreigners' temporary stays to the Vietnamese police and lets the police answer.\n\n\
            Errors are problems (RFC 9457) with findings that point into the request. Send `Idempotency-Key` with every \
            creating or deciding POST and repeat it freely. Send `If-Match` with every change. \
            Vietnamese or English by `Accept-Language`."
    ),
    components(schemas(ProblemOut, FindingOut)),
    modifiers(&Security)
)]
pub struct Document;

struct Security;

impl Modify for Security {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let components = document.components.get_or_insert_default();
        let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build();
        components.add_security_scheme("bearer", SecurityScheme::Http(bearer));
        let scopes = Scopes::from_iter([
            ("declarations:read", "read stays of the own organization"),
            ("declarations:write", "file stays of the own organization"),
        ]);
        let flow = Flow::ClientCredentials(ClientCredentials::new("/oauth/token", scopes));
        components.add_security_scheme("oauth2", SecurityScheme::OAuth2(OAuth2::new([flow])));
    }
}
