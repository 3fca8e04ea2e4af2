//! Values known before the module runs. Without imported globals they follow from constants alone.

use wasmparser::{ConstExpr, Operator};

use crate::{codes, profile, refusal::Finding};

/// Computes a constant expression; a 64-bit value keeps its bits.
///
/// Instructions other than constants, additions, subtractions and multiplications are refused here:
/// validation would do so later, with less to say. Types are left to validation.
pub(crate) fn const_value(expression: &ConstExpr<'_>) -> Result<u64, Finding> {
    let mut reader = expression.get_operators_reader();
    let mut stack: Vec<u64> = Vec::new();
    for step in 0.. {
        let offset = reader.original_position();
        let operator = reader.read()?;
        if step == profile::CONST_OPERATORS && !matches!(operator, Operator::End) {
            let message = "a constant expression is longer than 8 instructions";
            return Err(Finding::new(codes::CONST_EXPRESSION, message).at(offset));
        }
        match operator {
            Operator::I32Const { value } => stack.push(u64::from(value.cast_unsigned())),
            Operator::I64Const { value } => stack.push(value.cast_unsigned()),
            Operator::I32Add | Operator::I64Add => combine(&mut stack, u64::wrapping_add),
            Operator::I32Sub | Operator::I64Sub => combine(&mut stack, u64::wrapping_sub),
            Operator::I32Mul | Operator::I64Mul => combine(&mut stack, u64::wrapping_mul),
            Operator::End => break,
            _ => {
                let message = "a constant expression computes with more than i32 and i64";
                return Err(Finding::new(codes::CONST_EXPRESSION, message).at(offset));
            }
        }
    }
    Ok(stack.pop().unwrap_or(0))
}

/// Validation refuses an expression that takes more than it has.
fn combine(stack: &mut Vec<u64>, operation: fn(u64, u64) -> u64) {
    let (right, left) = (stack.pop(), stack.pop());
    stack.push(operation(left.unwrap_or(0), right.unwrap_or(0)));
}

/// A segment's offset: addition, subtraction and multiplication modulo 2^64 agree with those modulo
/// 2^32 in the low half.
pub(crate) fn offset(expression: &ConstExpr<'_>) -> Result<u64, Finding> {
    Ok(const_value(expression)? & u64::from(u32::MAX))
}
