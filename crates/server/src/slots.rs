//! How many streams each user and each address has open, so that none of them takes all.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};

use crate::metrics::Metrics;

/// Who has how many streams open.
#[derive(Debug, Default)]
pub(crate) struct Slots {
    users: Mutex<HashMap<String, usize>>,
    addresses: Mutex<HashMap<IpAddr, usize>>,
}

/// Whose limit is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Full {
    User,
    Address,
}

/// One open stream's place. Dropping it gives the place back.
#[must_use = "dropping a slot gives it back"]
pub(crate) struct Slot {
    slots: Arc<Slots>,
    user: Option<String>,
    address: Option<IpAddr>,
    metrics: Arc<Metrics>,
}

impl Slots {
    /// A place for one more stream, if its user and its address may have one more.
    pub(crate) fn take(
        self: &Arc<Self>,
        user: Option<&str>,
        address: Option<IpAddr>,
        per_user: usize,
        per_address: usize,
        metrics: &Arc<Metrics>,
    ) -> Result<Slot, Full> {
        let user = user.map(str::to_owned);
        if user
            .as_ref()
            .is_some_and(|user| !add(&self.users, user, per_user))
        {
            return Err(Full::User);
        }
        if address.is_some_and(|address| !add(&self.addresses, &address, per_address)) {
            if let Some(user) = &user {
                remove(&self.users, user);
            }
            return Err(Full::Address);
        }
        metrics.streams.fetch_add(1, Ordering::Relaxed);
        metrics.streams_opened.fetch_add(1, Ordering::Relaxed);
        Ok(Slot {
            slots: self.clone(),
            user,
            address,
            metrics: metrics.clone(),
        })
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        if let Some(user) = &self.user {
            remove(&self.slots.users, user);
        }
        if let Some(address) = &self.address {
            remove(&self.slots.addresses, address);
        }
        self.metrics.streams.fetch_sub(1, Ordering::Relaxed);
    }
}

fn add<K: Eq + Hash + Clone>(counts: &Mutex<HashMap<K, usize>>, who: &K, max: usize) -> bool {
    let mut counts = counts.lock().unwrap_or_else(PoisonError::into_inner);
    let count = counts.get(who).copied().unwrap_or(0);
    if count >= max {
        return false;
    }
    counts.insert(who.clone(), count + 1);
    true
}

fn remove<K: Eq + Hash>(counts: &Mutex<HashMap<K, usize>>, who: &K) {
    let mut counts = counts.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(count) = counts.get_mut(who) {
        *count -= 1;
        if *count == 0 {
            counts.remove(who);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slot_is_taken_and_given_back() {
        let (slots, metrics) = (Arc::new(Slots::default()), Arc::new(Metrics::default()));
        let here: IpAddr = [127, 0, 0, 1].into();
        let take = |user| slots.take(Some(user), Some(here), 1, 2, &metrics);
        let first = take("a").expect("there is room");
        assert_eq!(take("a").err(), Some(Full::User));
        let second = take("b").expect("there is room");
        assert_eq!(take("c").err(), Some(Full::Address));
        assert_eq!(metrics.streams.load(Ordering::Relaxed), 2);
        drop(first);
        let third = take("c").expect("there is room again");
        drop((second, third));
        assert!(slots.users.lock().expect("no panic").is_empty());
        assert!(slots.addresses.lock().expect("no panic").is_empty());
        assert_eq!(metrics.streams.load(Ordering::Relaxed), 0);
    }
}
