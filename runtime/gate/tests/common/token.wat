;; A small token as a compiler would write it: methods, helpers, a dispatch table, text, a shadow
;; stack, and most kinds of instructions.
(module
  (type $none (func))
  (type $compute (func (param i64 i64) (result i64)))
  (import "weal" "args" (func $args (param i32 i32) (result i32)))
  (import "weal" "get" (func $get (param i32 i32 i32 i32) (result i32)))
  (import "weal" "put" (func $put (param i32 i32 i32 i32)))
  (import "weal" "ret" (func $ret (param i32 i32)))
  (import "weal" "revert" (func $revert (param i32 i32 i32)))
  (import "weal" "gas_left" (func $gas_left (result i64)))
  (table 4 4 funcref)
  (memory (export "memory") 2 16)
  (global $stack (mut i32) (i32.const 65536))
  (global $supply i64 (i64.mul (i64.const 1000000) (i64.const 100)))

  (func $add (type $compute) (i64.add (local.get 0) (local.get 1)))
  (func $subtract (type $compute)
    (if (i64.lt_u (local.get 0) (local.get 1))
      (then (call $fail (i32.const 1)) (unreachable)))
    (return (i64.sub (local.get 0) (local.get 1))))
  (func $share (type $compute)
    (if (result i64) (i64.eqz (local.get 1))
      (then (i64.const 0))
      (else (i64.div_u (local.get 0) (local.get 1)))))
  (func $fail (param $code i32)
    (call $revert (local.get $code) (i32.const 65536) (i32.const 9)))

  (func $balance (param $account i32) (result i64) (local $at i32)
    (global.set $stack (local.tee $at (i32.sub (global.get $stack) (i32.const 16))))
    (memory.fill (local.get $at) (i32.const 0) (i32.const 16))
    (block $known
      (br_if $known
        (i32.eq (call $get (local.get $account) (i32.const 32) (local.get $at) (i32.const 16))
          (i32.const 16)))
      (global.set $stack (i32.add (local.get $at) (i32.const 16)))
      (return (i64.const 0)))
    (i64.load offset=0 align=8 (local.get $at))
    (global.set $stack (i32.add (local.get $at) (i32.const 16))))

  (func $store (param $account i32) (param $amount i64)
    (i64.store (i32.const 1024) (local.get $amount))
    (memory.copy (i32.const 1040) (i32.const 1024) (i32.const 8))
    (call $put (local.get $account) (i32.const 32) (i32.const 1040) (i32.const 8)))

  (func $apply (param $operation i32) (param $account i32) (param $amount i64)
    (call $store (local.get $account)
      (call_indirect (type $compute)
        (call $balance (local.get $account)) (local.get $amount) (local.get $operation))))

  (func (export "weal.mint") (local $length i32)
    (local.set $length (call $args (i32.const 2048) (i32.const 64)))
    (if (i32.lt_u (local.get $length) (i32.const 40)) (then (call $fail (i32.const 2)) (return)))
    (call $apply (i32.const 1) (i32.const 2048) (i64.load (i32.const 2080))))
  (func (export "weal.burn")
    (drop (call $args (i32.const 2048) (i32.const 64)))
    (call $apply (i32.const 2) (i32.const 2048) (i64.load (i32.const 2080))))
  (func (export "weal.supply") (local $rounds i32)
    (local.set $rounds (i32.const 8))
    (loop $again
      (br_if $again
        (i32.and
          (local.tee $rounds (i32.sub (local.get $rounds) (i32.const 1)))
          (i64.gt_u (call $gas_left) (i64.const 1000)))))
    (i64.store (i32.const 1024) (global.get $supply))
    (call $ret (i32.const 1024) (i32.const 8)))
  (func (export "weal.kind")
    (drop (call $args (i32.const 2048) (i32.const 1)))
    (block $c (block $b (block $a
      (br_table $a $b $c (i32.load8_u (i32.const 2048))))
      (i32.store8 (i32.const 1024) (i32.extend8_s (i32.const 200))) (br $c))
      (i32.store16 (i32.const 1024) (select (i32.const 7) (i32.const 9) (memory.size))))
    (call $ret (i32.const 1024) (i32.const 2)))

  (elem (i32.const 1) $add $subtract $share)
  (data (i32.const 65536) "too little")
  (data (i32.const 65600) "kind\00\01\02\03"))
