//! The bounds inside a function, and what instrumentation needs to know of it.

use std::ops::Range;

use wasmparser::{BlockType, FuncValidator, FunctionBody, Operator, ValType, ValidatorResources};

use crate::{
    codes,
    flow::Flow,
    inspect::{Survey, integer},
    naming, profile,
    refusal::{Finding, at_most},
    work::{self, Estimate},
};

/// A function that passed.
pub(crate) struct Function {
    /// Declarations of locals and instructions.
    pub(crate) body: Range<usize>,
    /// Where its instructions begin.
    pub(crate) code: usize,
    pub(crate) result: Option<ValType>,
    /// Units of stack that its frame costs.
    pub(crate) cost: u32,
    pub(crate) branch_targets: u32,
    pub(crate) work: Estimate,
    pub(crate) returns: Vec<Return>,
}

/// A `return` instruction.
pub(crate) struct Return {
    /// Where it is.
    pub(crate) offset: u32,
    /// How many blocks it leaves, not counting the function.
    pub(crate) depth: u32,
}

/// What has been counted in a function so far.
#[derive(Default)]
struct Counts {
    branch_targets: u64,
    call_indirect: u32,
    operators: u64,
    operands: u32,
    /// Values that the compiler may keep in the frame although the operand stack does not hold
    /// them.
    computed: u32,
    returns: Vec<Return>,
}

/// Applies every rule for functions to `body`.
pub(crate) fn check(
    validator: &mut FuncValidator<ValidatorResources>,
    body: &FunctionBody<'_>,
    survey: &Survey<'_>,
    flow: &mut Flow,
) -> Result<Function, Finding> {
    flow.clear();
    let range = body.range();
    at_most(codes::BODY_BYTES, "bytes of one function", range.len(), profile::BODY_BYTES)
        .map_err(|finding| finding.at(range.start))?;
    let signature = survey.signature(validator.index());
    let params = signature.map_or(0, |signature| signature.params().len() as u64);
    let locals = declare_locals(validator, body, params)?;

    let mut reader = body.get_operators_reader()?;
    let code = reader.original_position();
    let mut counts = Counts::default();
    while !reader.eof() {
        let offset = reader.original_position();
        let operator = reader.read()?;
        counts.take(&operator, offset, validator).map_err(|finding| finding.at(offset))?;
        validator.op(offset, &operator).map_err(|error| invalid(&error, &operator, offset))?;
        counts.bound(validator).map_err(|finding| finding.at(offset))?;
        flow.record(&operator, validator.operand_stack_height())?;
    }
    reader.finish()?;
    Ok(Function {
        body: range,
        code,
        result: signature.and_then(|signature| signature.results().first().copied()),
        // At most 256 + 256 + 2 · 64 Ki + 16.
        cost: locals as u32 + counts.operands + counts.computed + profile::FRAME_UNITS,
        branch_targets: counts.branch_targets as u32,
        work: work::function(counts.operators, u64::from(counts.computed / 2), &flow.pressure()),
        returns: counts.returns,
    })
}

/// Returns the number of parameters and locals.
fn declare_locals(
    validator: &mut FuncValidator<ValidatorResources>,
    body: &FunctionBody<'_>,
    params: u64,
) -> Result<u64, Finding> {
    let mut reader = body.get_locals_reader()?;
    let mut locals = params;
    for _ in 0..reader.get_count() {
        let offset = reader.original_position();
        let (count, kind) = reader.read()?;
        locals += u64::from(count);
        at_most(codes::LOCALS, "parameters and locals", locals, profile::LOCALS)
            .and_then(|()| integer("a local", kind))
            .map_err(|finding| finding.at(offset))?;
        validator.define_locals(offset, count, kind)?;
    }
    Ok(locals)
}

impl Counts {
    /// Counts an instruction before it is validated.
    fn take(
        &mut self,
        operator: &Operator<'_>,
        offset: usize,
        validator: &FuncValidator<ValidatorResources>,
    ) -> Result<(), Finding> {
        self.operators += 1;
        self.computed += computed(operator);
        match operator {
            Operator::Block { blockty } | Operator::Loop { blockty } | Operator::If { blockty } => {
                match blockty {
                    BlockType::Empty => {}
                    BlockType::Type(kind) => integer("a block", *kind)?,
                    BlockType::FuncType(_) => {
                        let message = "a block has a signature (multi-value)";
                        return Err(Finding::new(codes::TYPE, message));
                    }
                }
            }
            Operator::BrTable { targets } => {
                self.branch_targets += u64::from(targets.len()) + 1;
                let allowed = profile::BRANCH_TARGETS;
                at_most(codes::BRANCH_TARGETS, "br_table targets", self.branch_targets, allowed)?;
            }
            Operator::CallIndirect { .. } => {
                self.call_indirect += 1;
                let allowed = profile::CALL_INDIRECT;
                at_most(codes::CALL_INDIRECT, "call_indirect", self.call_indirect, allowed)?;
            }
            Operator::Return => {
                // The function itself is on the control stack: it becomes the block that is
                // branched to.
                let depth = validator.control_stack_height().saturating_sub(1);
                self.returns.push(Return { offset: offset as u32, depth });
            }
            operator if takes_float(operator) => return Err(outside(operator)),
            _ => {}
        }
        Ok(())
    }

    /// Looks at the stacks after an instruction was validated.
    fn bound(&mut self, validator: &FuncValidator<ValidatorResources>) -> Result<(), Finding> {
        self.operands = self.operands.max(validator.operand_stack_height());
        at_most(codes::OPERANDS, "operands", self.operands, profile::OPERANDS)?;
        let nesting = validator.control_stack_height().saturating_sub(1);
        at_most(codes::NESTING, "nesting", nesting, profile::NESTING)
    }
}

/// How many values an instruction makes that a compiler may keep for later, in the frame.
///
/// What has been computed once need not be computed again: a thousand products before a call and
/// the same products after it live in the frame across the call, 8 bytes each, while the operand
/// stack holds one.
fn computed(operator: &Operator<'_>) -> u32 {
    use Operator as Op;
    match operator {
        // Another name for a value, one that is made again where it is needed, or none.
        Op::LocalGet { .. } | Op::LocalSet { .. } | Op::LocalTee { .. } => 0,
        Op::I32Const { .. } | Op::I64Const { .. } | Op::Drop | Op::Nop | Op::Unreachable => 0,
        Op::Block { .. } | Op::Loop { .. } | Op::If { .. } | Op::Else | Op::End => 0,
        Op::Br { .. } | Op::BrIf { .. } | Op::BrTable { .. } | Op::Return => 0,
        // The value, and an address or another step on the way to it.
        _ => 2,
    }
}

/// Whether an instruction takes a float and makes none. Validation lets these pass in dead code,
/// where a value of any type may be taken.
fn takes_float(operator: &Operator<'_>) -> bool {
    use Operator as Op;
    matches!(
        operator,
        Op::I32TruncF32S
            | Op::I32TruncF32U
            | Op::I32TruncF64S
            | Op::I32TruncF64U
            | Op::I64TruncF32S
            | Op::I64TruncF32U
            | Op::I64TruncF64S
            | Op::I64TruncF64U
            | Op::I32ReinterpretF32
            | Op::I64ReinterpretF64
    )
}

fn outside(operator: &Operator<'_>) -> Finding {
    let name = naming::outside_profile(operator).unwrap_or_default();
    Finding::new(codes::INSTRUCTION, format!("wasm uses {name}"))
}

fn invalid(error: &wasmparser::Error, operator: &Operator<'_>, offset: usize) -> Finding {
    match naming::outside_profile(operator) {
        Some(name) => Finding::new(codes::INSTRUCTION, format!("wasm uses {name}")).at(offset),
        None => Finding::invalid(error),
    }
}
