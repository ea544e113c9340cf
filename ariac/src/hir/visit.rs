//! The children of expressions, in the order of evaluation.

use super::{Block, Closure, ExprId, ExprKind, Hir, StrPart};

/// Calls `visit` with each direct child of an expression, guards, and statements of blocks and closures included. The
/// literals in patterns are no children.
pub fn for_each_child(hir: &Hir, expr: ExprId, mut visit: impl FnMut(ExprId)) {
    let block = |block: &Block, visit: &mut dyn FnMut(ExprId)| {
        for &stmt in &block.stmts {
            visit(stmt);
        }
    };
    let closure = |closure: &Option<Closure>, visit: &mut dyn FnMut(ExprId)| {
        if let Some(closure) = closure {
            for &stmt in &closure.body.stmts {
                visit(stmt);
            }
        }
    };
    match &hir.exprs[expr].kind {
        ExprKind::Int { .. }
        | ExprKind::Float { .. }
        | ExprKind::Bool(_)
        | ExprKind::Nil
        | ExprKind::Symbol(_)
        | ExprKind::Name(_)
        | ExprKind::Type(_)
        | ExprKind::Continue { .. }
        | ExprKind::Error => {}
        ExprKind::Str(parts) => {
            for part in parts {
                if let StrPart::Value(value) = part {
                    visit(*value);
                }
            }
        }
        ExprKind::Tuple(items) | ExprKind::Array(items) => items.iter().copied().for_each(visit),
        ExprKind::Unary { operand, .. } => visit(*operand),
        ExprKind::Binary { left, right, .. } | ExprKind::Logical { left, right, .. } => {
            visit(*left);
            visit(*right);
        }
        ExprKind::Compare { first, rest } => {
            visit(*first);
            rest.iter().for_each(|(_, e)| visit(*e));
        }
        ExprKind::Range { lo, hi, step, .. } => {
            [lo, hi, step].into_iter().flatten().for_each(|e| visit(*e));
        }
        ExprKind::Call {
            callee,
            args,
            block,
        } => {
            visit(*callee);
            args.iter().for_each(|a| visit(a.value));
            closure(block, &mut visit);
        }
        ExprKind::MethodCall {
            receiver,
            args,
            block,
            ..
        } => {
            visit(*receiver);
            args.iter().for_each(|a| visit(a.value));
            closure(block, &mut visit);
        }
        ExprKind::Index { base, indices } => {
            visit(*base);
            indices.iter().copied().for_each(visit);
        }
        ExprKind::If {
            condition,
            then,
            otherwise,
        } => {
            visit(*condition);
            block(then, &mut visit);
            if let Some(otherwise) = otherwise {
                block(otherwise, &mut visit);
            }
        }
        ExprKind::Match { value, arms } => {
            visit(*value);
            for arm in arms {
                arm.guard.into_iter().for_each(&mut visit);
                block(&arm.body, &mut visit);
            }
        }
        ExprKind::Loop { body, .. } => block(body, &mut visit),
        ExprKind::Begin {
            body,
            rescues,
            otherwise,
            ensure,
        } => {
            block(body, &mut visit);
            rescues.iter().for_each(|r| block(&r.body, &mut visit));
            for body in [otherwise, ensure].into_iter().flatten() {
                block(body, &mut visit);
            }
        }
        ExprKind::Try(value) | ExprKind::Propagate(value) | ExprKind::Await(value) => visit(*value),
        ExprKind::Closure(closure) => block(&closure.body, &mut visit),
        ExprKind::Map(pairs) => {
            for (key, value) in pairs {
                visit(*key);
                visit(*value);
            }
        }
        ExprKind::While {
            condition, body, ..
        } => {
            visit(*condition);
            block(body, &mut visit);
        }
        ExprKind::For { iterable, body, .. } => {
            visit(*iterable);
            block(body, &mut visit);
        }
        ExprKind::Break { value, .. } | ExprKind::Return(value) => {
            value.iter().copied().for_each(visit);
        }
        ExprKind::Reraise => {}
        ExprKind::Raise { value, from } => {
            visit(*value);
            from.iter().for_each(|from| visit(*from));
        }
        ExprKind::Let { value, .. } => visit(*value),
        ExprKind::Assign { target, value, .. } | ExprKind::CompoundAssign { target, value, .. } => {
            visit(*value);
            visit(*target);
        }
    }
}
