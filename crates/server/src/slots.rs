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
    /// How many streams were opened before.
    number: u64,
    metrics: Arc<Metrics>,
}

impl Slot {
    /// This stream's place among all, from 0 to less than 1: however many there are, they are spread evenly.
    pub(crate) fn place(&self) -> f64 {
        // Multiples of the golden ratio leave no large gaps (Knuth, The Art of Computer Programming 3, 6.4).
        const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;
        (self.number.wrapping_mul(GOLDEN) >> 11) as f64 / (1_u64 << 53) as f64
    }
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
        let number = metrics.streams_opened.fetch_add(1, Ordering::Relaxed);
        Ok(Slot {
            slots: self.clone(),
            user,
            address,
            number,
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

    #[test]
    fn places_are_spread_evenly_from_the_first_streams_on() {
        let (slots, metrics) = (Arc::new(Slots::default()), Arc::new(Metrics::default()));
        let take = |_| {
            slots
                .take(None, None, 1, 1, &metrics)
                .expect("nobody is limited")
        };
        let streams: Vec<_> = (0..1000).map(take).collect();
        for some in [&streams[..10], &streams[500..600], &streams[..]] {
            let mut tenths = [0; 10];
            for stream in some {
                tenths[(stream.place() * 10.0) as usize] += 1;
            }
            let (fewest, most) = (tenths.iter().min(), tenths.iter().max());
            assert!(fewest >= Some(&(some.len() / 20)), "{tenths:?}");
            assert!(most <= Some(&(some.len() / 5)), "{tenths:?}");
        }
    }
}
