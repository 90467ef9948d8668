//! Places that few may hold at once: connections of an address, uploads of a caller.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

/// A number of places in all, and for each holder.
#[derive(Clone, Debug)]
pub struct Slots {
    taken: Arc<Mutex<HashMap<String, usize>>>,
    in_all: usize,
    each: usize,
}

/// A place; given back on drop.
#[derive(Debug)]
pub struct Slot {
    taken: Arc<Mutex<HashMap<String, usize>>>,
    holder: String,
}

impl Slots {
    /// So many places in all, and so many for each holder.
    pub fn new(in_all: usize, each: usize) -> Self {
        Self { taken: Arc::default(), in_all, each }
    }

    /// Takes a place; none if there is none left.
    pub fn take(&self, holder: &str) -> Option<Slot> {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let (all, own) = (taken.values().sum::<usize>(), taken.get(holder).copied().unwrap_or(0));
        if all >= self.in_all || own >= self.each {
            return None;
        }
        taken.insert(holder.to_owned(), own + 1);
        Some(Slot { taken: Arc::clone(&self.taken), holder: holder.to_owned() })
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = taken.get_mut(&self.holder) {
            *count -= 1;
            if *count == 0 {
                taken.remove(&self.holder);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_bounded_and_come_back() {
        let slots = Slots::new(3, 2);
        let (a, b) = (slots.take("a"), slots.take("a"));
        assert!(a.is_some() && b.is_some() && slots.take("a").is_none(), "each");
        let c = slots.take("b");
        assert!(c.is_some() && slots.take("c").is_none(), "in all");
        drop(a);
        assert!(slots.take("c").is_some());
    }
}
