// The design that was not taken: wasm decides which handlers there are, and in which order; JS keeps the functions.
//
// Here it is as small, and so as fast, as can be: handlers in blocks of fixed size, nothing ever grows or is checked, only one
// name at a time, no listening. Still each function and context needs a number, which only a WeakMap can give without keeping
// it alive. What a full one would need beside this (freeing what belongs to collected emitters) would make it slower.

import binaryen from 'binaryen'

/** A list is a block: its length, then pairs of numbers, callback and context; at most 255 of them. Free lists are linked. */
const source = `
(module
  (memory (export "memory") 16)
  (global $end (mut i32) (i32.const 2048))
  (global $free (mut i32) (i32.const 0))

  ;; A new list.
  (func (export "open") (result i32)
    (local $list i32)
    (if (global.get $free)
      (then
        (local.set $list (global.get $free))
        (global.set $free (i32.load (local.get $list)))
        (i32.store (local.get $list) (i32.const 0)))
      (else
        (local.set $list (global.get $end))
        (global.set $end (i32.add (local.get $list) (i32.const 2048)))))
    (local.get $list))

  (func (export "close") (param $list i32)
    (i32.store (local.get $list) (global.get $free))
    (global.set $free (local.get $list)))

  (func (export "add") (param $list i32) (param $callback i32) (param $context i32)
    (local $count i32) (local $at i32)
    (local.set $count (i32.load (local.get $list)))
    (local.set $at (i32.add (local.get $list) (i32.shl (local.get $count) (i32.const 3))))
    (i32.store offset=8 (local.get $at) (local.get $callback))
    (i32.store offset=12 (local.get $at) (local.get $context))
    (i32.store (local.get $list) (i32.add (local.get $count) (i32.const 1))))

  ;; Removes the first that matches (0 matches all) and says where it was, or -1.
  (func (export "remove") (param $list i32) (param $callback i32) (param $context i32) (result i32)
    (local $count i32) (local $i i32) (local $at i32)
    (local.set $count (i32.load (local.get $list)))
    (local.set $at (i32.add (local.get $list) (i32.const 8)))
    (block $none
      (loop $next
        (br_if $none (i32.ge_u (local.get $i) (local.get $count)))
        (if (i32.and
              (i32.or (i32.eqz (local.get $callback)) (i32.eq (local.get $callback) (i32.load (local.get $at))))
              (i32.or (i32.eqz (local.get $context)) (i32.eq (local.get $context) (i32.load offset=4 (local.get $at)))))
          (then
            (local.set $count (i32.sub (local.get $count) (i32.const 1)))
            (i32.store (local.get $list) (local.get $count))
            (memory.copy (local.get $at) (i32.add (local.get $at) (i32.const 8))
              (i32.shl (i32.sub (local.get $count) (local.get $i)) (i32.const 3)))
            (return (local.get $i))))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (local.set $at (i32.add (local.get $at) (i32.const 8)))
        (br $next)))
    (i32.const -1)))
`

/** The module's bytes. */
export function compile() {
  const module = binaryen.parseText(source)
  module.setFeatures(binaryen.Features.All)
  if (!module.validate()) throw new Error('the module is not valid')
  return module.emitBinary()
}
