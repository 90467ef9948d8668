//! Making papers and files where it holds up nobody.

use std::error::Error;

use crate::platform::http::{Problem, ProblemKind};

/// Makes a paper or a file on a thread that nobody else waits for. A fault is logged with what was to be made, never with
/// what would have stood in it.
pub(super) async fn make_apart<E: Error + Send + 'static>(
    what: &'static str,
    make: impl FnOnce() -> Result<Vec<u8>, E> + Send + 'static,
) -> Result<Vec<u8>, Problem> {
    match tokio::task::spawn_blocking(make).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(error)) => {
            tracing::error!(%error, what, "a paper or a file could not be made");
            Err(Problem::new(ProblemKind::Internal))
        }
        Err(_stopped) => Err(Problem::new(ProblemKind::Internal)),
    }
}
