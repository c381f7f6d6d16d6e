"""How does a space say "only when n_layers >= 2"? With a small, safe expression language.

An expression is one line of Python with names, numbers, quoted strings, arithmetic, comparisons, ``in``, ``and``,
``or`` and ``not``. Nothing can be called and nothing can be looked up inside a value.
"""

import ast
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

_OPERATORS: dict[type[ast.AST], Callable[..., Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.USub: operator.neg,
    ast.Not: operator.not_,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.In: lambda value, values: value in values,
    ast.NotIn: lambda value, values: value not in values,
}


@dataclass(frozen=True)
class Expression:
    """A condition or a constraint, as text that can be read, stored and evaluated.

    Attributes:
        text: for example ``"n_layers >= 2 and optimizer == 'sgd'"``.
        names: the hyperparameters it speaks of.

    Raises:
        ValueError: the text is not an expression of the small language.
    """

    text: str
    names: frozenset[str] = field(init=False, compare=False)
    _body: ast.expr = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        try:
            body = ast.parse(self.text.strip(), mode="eval").body
        except (SyntaxError, AttributeError) as error:
            raise ValueError(
                f'an expression is text such as "n_layers >= 2" or "optimizer == \'sgd\'", got {self.text!r}'
            ) from error
        object.__setattr__(self, "_body", body)
        object.__setattr__(self, "names", frozenset(_names(body, self.text)))

    def __call__(self, values: Mapping[str, Any]) -> bool:
        """Whether it holds for these values.

        Raises:
            ValueError: the values cannot be compared or combined in this way.
        """
        try:
            return bool(_evaluate(self._body, values))
        except (TypeError, ZeroDivisionError) as error:
            used = {name: values[name] for name in sorted(self.names)}
            raise ValueError(f"{self.text!r} cannot be evaluated with {used}: {error}") from error


def _names(node: ast.expr, text: str) -> list[str]:
    """The names in an expression; refuses whatever the language does not have."""
    match node:
        case ast.Name(id=name):
            return [name]
        case ast.Constant():
            return []
        case ast.BoolOp(values=parts) | ast.Tuple(elts=parts) | ast.List(elts=parts):
            return [name for part in parts for name in _names(part, text)]
        case ast.UnaryOp(op=op, operand=operand) if type(op) in _OPERATORS:
            return _names(operand, text)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATORS:
            return _names(left, text) + _names(right, text)
        case ast.Compare(left=left, ops=ops, comparators=others) if all(type(op) in _OPERATORS for op in ops):
            return [name for part in (left, *others) for name in _names(part, text)]
    raise ValueError(
        f"{text!r}: {ast.unparse(node)!r} is not allowed; use names, numbers, quoted strings, + - * / // %, "
        "comparisons, in, and, or, not"
    )


def _evaluate(node: ast.expr, values: Mapping[str, Any]) -> Any:
    match node:
        case ast.Name(id=name):
            return values[name]
        case ast.Constant(value=value):
            return value
        case ast.Tuple(elts=parts) | ast.List(elts=parts):
            return tuple(_evaluate(part, values) for part in parts)
        case ast.BoolOp(op=ast.And(), values=parts):
            return all(_evaluate(part, values) for part in parts)
        case ast.BoolOp(values=parts):
            return any(_evaluate(part, values) for part in parts)
        case ast.UnaryOp(op=op, operand=operand):
            return _OPERATORS[type(op)](_evaluate(operand, values))
        case ast.BinOp(left=left, op=op, right=right):
            return _OPERATORS[type(op)](_evaluate(left, values), _evaluate(right, values))
        case ast.Compare(left=left, ops=ops, comparators=others):
            terms = [_evaluate(part, values) for part in (left, *others)]
            return all(_OPERATORS[type(op)](*pair) for op, pair in zip(ops, pairwise(terms), strict=True))
    raise AssertionError(f"{ast.dump(node)} was let through by _names")
