//! How much one caller may ask for, per process.

use std::num::NonZeroU32;

use governor::{DefaultKeyedRateLimiter, Quota, clock::Clock as _};

use crate::platform::http::{Problem, ProblemKind};

/// Limits told to callers by `GET /api/v1/limits`.
#[derive(Debug)]
pub struct RateLimits {
    signed_in: Option<Limiter>,
    anonymous: Option<Limiter>,
}

#[derive(Debug)]
struct Limiter {
    per_second: NonZeroU32,
    inner: DefaultKeyedRateLimiter<String>,
}

impl Limiter {
    fn new(per_second: u32) -> Option<Self> {
        let per_second = NonZeroU32::new(per_second)?;
        let burst = per_second.saturating_mul(NonZeroU32::new(4)?);
        let inner = DefaultKeyedRateLimiter::keyed(Quota::per_second(per_second).allow_burst(burst));
        Some(Self { per_second, inner })
    }

    fn check(&self, caller: &str) -> Result<(), Problem> {
        let Err(not_until) = self.inner.check_key(&caller.to_owned()) else { return Ok(()) };
        let wait = not_until.wait_time_from(self.inner.clock().now()).as_secs().max(1);
        let name = axum::http::HeaderName::from_static;
        Err(Problem::new(ProblemKind::TooManyRequests)
            .retry_after(wait)
            .header(name("ratelimit-limit"), &self.per_second.to_string())
            .header(name("ratelimit-remaining"), "0")
            .header(name("ratelimit-reset"), &wait.to_string()))
    }
}

impl RateLimits {
    /// Requests per second for a signed-in caller and for an address that has not signed in; 0 sets no limit.
    /// Bursts of four seconds' worth are let through.
    pub fn new(signed_in: u32, anonymous: u32) -> Self {
        Self { signed_in: Limiter::new(signed_in), anonymous: Limiter::new(anonymous) }
    }

    /// Counts a request of a signed-in caller.
    pub fn check_signed_in(&self, caller: &str) -> Result<(), Problem> {
        self.signed_in.as_ref().map_or(Ok(()), |limiter| limiter.check(caller))
    }

    /// Counts a request of an address.
    pub fn check_anonymous(&self, address: &str) -> Result<(), Problem> {
        self.anonymous.as_ref().map_or(Ok(()), |limiter| limiter.check(address))
    }

    /// Forgets callers that have been quiet, so that memory stays bounded.
    pub fn tidy(&self) {
        for limiter in [&self.signed_in, &self.anonymous].into_iter().flatten() {
            limiter.inner.retain_recent();
            limiter.inner.shrink_to_fit();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_caller_does_not_use_up_anothers_share() {
        let limits = RateLimits::new(1, 0);
        assert_eq!((0..20).filter(|_| limits.check_signed_in("a").is_ok()).count(), 4);
        assert!(limits.check_signed_in("b").is_ok());
        assert!((0..1000).all(|_| limits.check_anonymous("127.0.0.1").is_ok()));
    }
}
