//! Which two words have a blank between them: all but those here.

use super::super::printer::Op;
use crate::syntax::{Kind, Node};

/// What stands between two children of a node.
pub(super) fn between<'t>(
    parent: Node<'t>,
    left: Option<Node<'t>>,
    right: Node<'t>,
) -> Option<Op<'t>> {
    let left = left?;
    (!is_tight(parent.kind(), left, right)).then_some(Op::Space)
}

fn is_tight(parent: Kind, left: Node<'_>, right: Node<'_>) -> bool {
    let of_parent = match parent {
        Kind::ModulePath
        | Kind::QualifiedType
        | Kind::QualifiedName
        | Kind::UnaryExpression
        | Kind::NegativeLiteral
        | Kind::Attribute
        | Kind::RestPattern
        | Kind::OptionalType => true,
        Kind::Range | Kind::RangePattern => {
            left.kind() != Kind::StepWord && right.kind() != Kind::StepWord
        }
        Kind::RequiresClause | Kind::EnsuresClause => return false,
        Kind::BlockParameters => left.kind() == Kind::Bar || right.kind() == Kind::Bar,
        _ => false,
    };
    let of_right = match right.kind() {
        Kind::Comma | Kind::Colon => true,
        Kind::TupleType => left.kind() == Kind::FnType,
        Kind::TypeParameters
        | Kind::TypeArguments
        | Kind::Parameters
        | Kind::Arguments
        | Kind::IndexArguments
        | Kind::PatternArguments
        | Kind::FieldList => true,
        _ => false,
    };
    of_parent || of_right
}

/// Whether it is `=`, `+=`, or another of them.
pub(super) fn is_assignment(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Assign
            | Kind::PlusEq
            | Kind::MinusEq
            | Kind::StarEq
            | Kind::SlashEq
            | Kind::SlashSlashEq
            | Kind::PercentEq
            | Kind::StarStarEq
            | Kind::AtEq
            | Kind::AndPlusEq
            | Kind::AndMinusEq
            | Kind::AndStarEq
    )
}
