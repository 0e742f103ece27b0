;; Puts a module together again that was taken apart for compressors: scripts/pack.mjs says how, and why. In JavaScript, which is
;; interpreted at first, it would take longer than what is saved takes to download.
;;
;; In memory: from 0 on, where each list is read next; from 256 on, where each form begins in the list of forms; from 4096 on, the
;; lists as text, each ended by "!"; behind them, the module.
(module
  (memory (export "memory") 4)

  (func $digit (param $list i32) (result i32)
    (local $at i32) (local $code i32)
    (local.set $at (i32.load (local.get $list)))
    (i32.store (local.get $list) (i32.add (local.get $at) (i32.const 1)))
    (local.set $code (i32.load8_u (local.get $at)))
    (select (i32.const 57) (i32.sub (local.get $code) (i32.const 35)) (i32.eq (local.get $code) (i32.const 32))))

  ;; The next number of a list. In the first four lists most numbers are low, and more of them are one digit.
  (func $next (param $list i32) (result i32)
    (local $first i32) (local $short i32)
    (local.set $short (select (i32.const 90) (i32.const 76) (i32.lt_u (local.get $list) (i32.const 16))))
    (if (i32.lt_u (local.tee $first (call $digit (local.get $list))) (local.get $short)) (then
      (return (local.get $first))))
    (if (i32.eq (local.get $first) (i32.const 91)) (then
      (return (i32.add (i32.mul (call $next (local.get $list)) (i32.const 92)) (call $digit (local.get $list))))))
    (i32.add
      (i32.add (i32.mul (i32.sub (local.get $first) (local.get $short)) (i32.const 92)) (local.get $short))
      (call $digit (local.get $list))))

  (func $has_more (param $list i32) (result i32)
    (i32.ne (i32.load8_u (i32.load (local.get $list))) (i32.const 33)))

  ;; Reads so many numbers of the list of forms. Lists are named by their places in memory.
  (func $skip (param $bytes i32)
    (loop $again
      (if (local.get $bytes) (then
        (drop (call $next (i32.const 8)))
        (local.set $bytes (i32.sub (local.get $bytes) (i32.const 1)))
        (br $again)))))

  ;; Where the module ends, which begins where the text ends.
  (func (export "unpack") (param $text_end i32) (result i32)
    (local $at i32) (local $cell i32) (local $end i32) (local $start i32) (local $form i32) (local $left i32) (local $size i32)
    (local $rest i32) (local $more i32) (local $byte i32)

    (i32.store (i32.const 0) (local.tee $at (i32.const 4096)))
    (loop $again
      (if (i32.eq (i32.load8_u (local.get $at)) (i32.const 33)) (then
        (i32.store
          (local.tee $cell (i32.add (local.get $cell) (i32.const 4)))
          (i32.add (local.get $at) (i32.const 1)))))
      (br_if $again (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 1))) (local.get $text_end))))

    (local.set $cell (i32.const 256))
    (loop $again
      (i32.store (local.get $cell) (i32.load (i32.const 8)))
      (local.set $cell (i32.add (local.get $cell) (i32.const 4)))
      (call $skip (call $next (i32.const 8)))
      (call $skip (call $next (i32.const 8)))
      (br_if $again (call $has_more (i32.const 8))))

    (local.set $end (local.get $text_end))
    (loop $again
      (i32.store8 (local.get $end) (call $next (i32.const 0)))
      (local.set $end (i32.add (local.get $end) (i32.const 1)))
      (br_if $again (call $has_more (i32.const 0))))

    (local.set $start (local.get $end))
    (loop $again
      (i32.store (i32.const 8) (i32.load offset=256 (i32.shl (local.tee $form (call $next (i32.const 12))) (i32.const 2))))
      (local.set $left (call $next (i32.const 8)))
      (loop $bytes
        (if (local.get $left) (then
          (i32.store8 (local.get $end) (call $next (i32.const 8)))
          (local.set $end (i32.add (local.get $end) (i32.const 1)))
          (local.set $left (i32.sub (local.get $left) (i32.const 1)))
          (br $bytes))))
      (local.set $left (call $next (i32.const 8)))
      (loop $numbers
        (if (local.get $left) (then
          (local.set $cell (i32.shl (call $next (i32.const 8)) (i32.const 2)))
          (local.set $rest (call $next (local.get $cell)))
          (loop $number
            (local.set $more (i32.gt_u (local.get $rest) (i32.const 127)))
            (i32.store8 (local.get $end) (i32.or (i32.and (local.get $rest) (i32.const 127)) (i32.shl (local.get $more) (i32.const 7))))
            (local.set $end (i32.add (local.get $end) (i32.const 1)))
            (local.set $rest (i32.sub (i32.shr_u (local.get $rest) (i32.const 7)) (i32.const 1)))
            (br_if $number (local.get $more)))
          (local.set $left (i32.sub (local.get $left) (i32.const 1)))
          (br $numbers))))
      ;; The form 0 ends a function, whose size comes first.
      (if (i32.eqz (local.get $form)) (then
        (local.set $size (i32.sub (local.get $end) (local.get $start)))
        (local.set $left (i32.add (i32.const 1) (i32.add
          (i32.gt_u (local.get $size) (i32.const 0x7f))
          (i32.gt_u (local.get $size) (i32.const 0x3fff)))))
        (memory.copy (i32.add (local.get $start) (local.get $left)) (local.get $start) (local.get $size))
        (local.set $end (i32.add (local.get $end) (local.get $left)))
        (loop $digits
          (i32.store8 (local.get $start) (i32.or
            (i32.and (local.get $size) (i32.const 127))
            (i32.shl (i32.gt_u (local.get $size) (i32.const 127)) (i32.const 7))))
          (local.set $start (i32.add (local.get $start) (i32.const 1)))
          (br_if $digits (local.tee $size (i32.shr_u (local.get $size) (i32.const 7)))))
        (local.set $start (local.get $end))))
      (br_if $again (call $has_more (i32.const 12))))

    ;; Behind the functions is much text, which is embedded as itself: compressors know words.
    (loop $again
      (local.set $byte (call $next (i32.const 4)))
      (i32.store8 (local.get $end) (select (i32.const 32)
        (select (i32.const 92) (i32.add (local.get $byte) (i32.const 35)) (i32.eq (local.get $byte) (i32.const 253)))
        (i32.eq (local.get $byte) (i32.const 57))))
      (local.set $end (i32.add (local.get $end) (i32.const 1)))
      (br_if $again (call $has_more (i32.const 4))))
    (local.get $end)))
