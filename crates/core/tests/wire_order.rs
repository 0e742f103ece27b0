//! Keys are in one total order, and push ids ascend in it.

use std::cmp::Ordering;

use proptest::prelude::*;
use remote_refresh_core::time::Millis;
use remote_refresh_core::wire::{Key, PushIds};

/// Keys of every kind the order tells apart: integers, nearly integers, texts with characters of every UTF-16 length.
fn key() -> impl Strategy<Value = Key> {
    let text = prop_oneof![
        "-?[0-9]{1,3}",
        "-?0{0,12}[0-9]{0,11}",
        "[-0-9A-Za-z_]{1,4}",
        "[a😀\u{e000}\u{ffff}é]{1,3}",
    ];
    text.prop_filter_map("a key is not empty", |text| Key::new(&text).ok())
}

proptest! {
    #[test]
    fn the_order_is_total(a in key(), b in key(), c in key()) {
        prop_assert_eq!(a.cmp(&b), b.cmp(&a).reverse());
        prop_assert_eq!(a.cmp(&b) == Ordering::Equal, a == b);
        if a <= b && b <= c {
            prop_assert!(a <= c);
        }
    }

    #[test]
    fn integers_precede_texts(number in any::<i32>(), text in "[a-z]{1,5}") {
        let number = Key::new(&number.to_string()).expect("digits are a key");
        prop_assert!(number < Key::new(&text).expect("letters are a key"));
    }

    #[test]
    fn integers_are_ordered_by_number(a in any::<i32>(), b in any::<i32>()) {
        let key = |number: i32| Key::new(&number.to_string()).expect("digits are a key");
        prop_assert_eq!(key(a).cmp(&key(b)), a.cmp(&b));
    }

    #[test]
    fn push_ids_ascend_whatever_the_clock_does(steps in proptest::collection::vec((0_u64..1 << 48, any::<[u8; 9]>()), 2..20)) {
        let mut ids = PushIds::new();
        let made: Vec<Key> = steps
            .iter()
            .map(|&(now, random)| Key::new(&ids.next(Millis(now), random)).expect("a push id is a key"))
            .collect();
        for pair in made.windows(2) {
            prop_assert!(pair[0] < pair[1]);
            prop_assert_eq!(pair[0].as_str().len(), 20);
        }
    }
}
