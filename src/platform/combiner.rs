//! Commits concurrent requests together.
//!
//! While one transaction waits for the disk, requests that come meanwhile queue up; the next transaction takes them all.
//! A lone request is run at once. This is what lets a server acknowledge more filings than its disk can sync one by one.
//! Nothing is kept here that another instance would need.

use std::{
    collections::VecDeque,
    future::Future,
    panic::AssertUnwindSafe,
    sync::{Arc, Mutex, PoisonError},
};

use futures::FutureExt;
use tokio::sync::oneshot;

/// How many transactions are under way at once: while one waits for the disk, the next is made.
const LEADERS: usize = 2;
/// How many requests must wait before a second transaction is worth its statements. Measured with 32 callers on two
/// cores: one leader leaves the processors idle, two without this split the batches and spend them on statements.
const GATHER: usize = 8;
/// Most requests in one transaction.
const MOST: usize = 64;
/// Most weight in one transaction, so that a heavy request does not make light ones wait for each other.
const WEIGHT: usize = 500;

struct Waiting<I, O> {
    item: I,
    weight: usize,
    reply: oneshot::Sender<O>,
}

struct Queue<I, O> {
    waiting: VecDeque<Waiting<I, O>>,
    leaders: usize,
}

/// A place where requests of one sort meet.
pub struct Combiner<I, O> {
    queue: Arc<Mutex<Queue<I, O>>>,
}

impl<I, O> Clone for Combiner<I, O> {
    fn clone(&self) -> Self {
        Self { queue: Arc::clone(&self.queue) }
    }
}

impl<I, O> Default for Combiner<I, O> {
    fn default() -> Self {
        Self { queue: Arc::new(Mutex::new(Queue { waiting: VecDeque::new(), leaders: 0 })) }
    }
}

impl<I, O> std::fmt::Debug for Combiner<I, O> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Combiner")
    }
}

impl<I: Send + 'static, O: Send + 'static> Combiner<I, O> {
    /// Hands in a request and waits for its answer; none if the run that took it failed without one.
    ///
    /// `run` answers a batch, one answer for each item in their order. It goes on when this caller goes away, so that
    /// nobody else's request is torn.
    pub async fn submit<R, F>(&self, item: I, weight: usize, run: R) -> Option<O>
    where
        R: Fn(Vec<I>) -> F + Send + 'static,
        F: Future<Output = Vec<O>> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let lead = {
            let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
            queue.waiting.push_back(Waiting { item, weight, reply });
            let lead = queue.leaders == 0 || (queue.leaders < LEADERS && queue.waiting.len() >= GATHER);
            queue.leaders += usize::from(lead);
            lead
        };
        if lead {
            tokio::spawn(self.clone().lead(run));
        }
        answer.await.ok()
    }

    async fn lead<R, F>(self, run: R)
    where
        R: Fn(Vec<I>) -> F + Send + 'static,
        F: Future<Output = Vec<O>> + Send + 'static,
    {
        while let Some(batch) = self.next_batch() {
            let (items, replies): (Vec<I>, Vec<oneshot::Sender<O>>) =
                batch.into_iter().map(|waiting| (waiting.item, waiting.reply)).unzip();
            metrics::histogram!("combined_requests").record(f64::from(u32::try_from(items.len()).unwrap_or(u32::MAX)));
            // A panic must not take the leader's place with it: the callers see that there is no answer.
            if let Ok(answers) = AssertUnwindSafe(run(items)).catch_unwind().await {
                for (reply, answer) in replies.into_iter().zip(answers) {
                    // Refused only where the caller is gone.
                    let _gone = reply.send(answer);
                }
            }
        }
    }

    /// Takes what waits, or gives the leader's place back; both under one lock, so that nobody is left waiting: the last
    /// leader goes only when the queue is empty.
    fn next_batch(&self) -> Option<Vec<Waiting<I, O>>> {
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        if queue.leaders > 1 && queue.waiting.len() < GATHER {
            queue.leaders -= 1;
            return None;
        }
        let (mut count, mut weight) = (0, 0);
        for waiting in queue.waiting.iter().take(MOST) {
            if count > 0 && weight + waiting.weight > WEIGHT {
                break;
            }
            count += 1;
            weight += waiting.weight;
        }
        if count == 0 {
            queue.leaders -= 1;
            return None;
        }
        Some(queue.waiting.drain(..count).collect())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[tokio::test(flavor = "multi_thread")]
    async fn everybody_gets_his_own_answer() {
        let combiner = Combiner::<usize, usize>::default();
        let runs = Arc::new(AtomicUsize::new(0));
        let answers = futures::future::join_all((0..1_000).map(|n| {
            let runs = Arc::clone(&runs);
            combiner.submit(n, 1, move |items: Vec<usize>| {
                runs.fetch_add(1, Ordering::Relaxed);
                async move {
                    assert!(items.len() <= MOST);
                    tokio::task::yield_now().await;
                    items.into_iter().map(|n| n * 2).collect()
                }
            })
        }))
        .await;
        assert_eq!(answers, (0..1_000).map(|n| Some(n * 2)).collect::<Vec<_>>());
        assert!(runs.load(Ordering::Relaxed) < 1_000, "some ran together");
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_panic_answers_nobody_and_stops_nothing() {
        let combiner = Combiner::<usize, usize>::default();
        let run = |items: Vec<usize>| async move {
            assert!(!items.contains(&7), "unlucky");
            items
        };
        for n in 0..20 {
            assert_eq!(combiner.submit(n, 1, run).await, (n != 7).then_some(n));
        }
    }

    #[tokio::test]
    async fn heavy_requests_go_alone() {
        let combiner = Combiner::<usize, usize>::default();
        let run = |items: Vec<usize>| async move { vec![items.len(); items.len()] };
        let sizes = futures::future::join_all((0..10).map(|n| combiner.submit(n, WEIGHT, run))).await;
        assert!(sizes.iter().all(|size| *size == Some(1)), "{sizes:?}");
    }
}
