//! Repeats requests that the library does not repeat by itself: where an answer breaks off in its
//! middle, or where the library cannot know that a second request does no harm. Here it does none:
//! whoever puts under a condition looks whether it was the first one that met it.

use std::time::Duration;

use object_store::Error;

/// How long it is waited before each. The library has tried for a while before, where it tries.
pub const PAUSES: [Duration; 3] = [
    Duration::from_millis(100),
    Duration::from_millis(1_000),
    Duration::from_millis(5_000),
];

/// Asks until there is an answer that says something.
pub async fn again<T>(request: impl AsyncFn() -> Result<T, Error>) -> Result<T, Error> {
    for pause in PAUSES {
        match request().await {
            Err(Error::Generic { .. }) => tokio::time::sleep(pause).await,
            answer => return answer,
        }
    }
    request().await
}
