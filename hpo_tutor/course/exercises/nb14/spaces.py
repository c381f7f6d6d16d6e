"""How is a network with switches said as a space? Judged is what the space does, not how it is written.

The network has one to three blocks, whose widths do not grow; dropout belongs to the deepest, momentum to sgd.

switches   the six pairs of n_blocks and optimizer; for each, who lives is looked up by ``active``
spread     where a domain puts five places of the unit interval: its bounds, its scale, and whether it is whole
widths     for each number of blocks, which widths the constraints let pass; only those that live are spoken of
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from itertools import chain, combinations, product
from typing import Any

from hpo_tutor.course.exercises import Exercise, Variant
from hpo_tutor.search_space import Choice, Domain, Float, Integer, SearchSpace

NAMES = ("n_blocks", "width_1", "width_2", "width_3", "dropout", "optimizer", "momentum")
WHEN = {
    "width_2": "n_blocks >= 2",
    "width_3": "n_blocks >= 3",
    "dropout": "n_blocks == 3",
    "momentum": "optimizer == 'sgd'",
}
FUNNEL = ("width_2 <= width_1", "width_3 <= width_2")
LOW = 8
_SWITCHES = tuple(product((1, 2, 3), ("sgd", "adam")))
_PLACES = (0.0, 0.23, 0.5, 0.77, 1.0)  # at quarters, whole and real numbers may agree
_TRIED = (9, 12, 16)  # widths that every right space has
_ABSENT = (-1.0,) * len(_PLACES)


class Judged(tuple[float, ...]):
    """What is compared of a space; and ``lines``, the same in words."""

    lines: tuple[str, ...]


def judged(answer: Any) -> Any:
    """A space as what is compared of it; what has been judged stays as it is.

    Raises:
        TypeError: the answer is neither a space nor a mapping.
    """
    if isinstance(answer, tuple):
        return answer
    if isinstance(answer, Mapping):  # a likely slip, told from a space by the first number
        bare = Judged((1.0,))
        bare.lines = ("a dictionary",)
        return bare
    if not isinstance(answer, SearchSpace):
        raise TypeError(f"a space was asked for, got {type(answer).__name__}")
    living = {name: _living(answer, name) for name in NAMES}
    kept = [_kept(answer, n_blocks, widths) for n_blocks, widths in _widths()]
    found = Judged(
        (
            0.0,
            float(len({*answer.names, *answer.fixed} - set(NAMES))),
            *(float(one) for name in NAMES for one in living[name]),
            *(number for name in NAMES for number in _spread(answer.domains.get(name))),
            *map(float, kept),
        )
    )
    shown = [f"{name} {_in_words(answer.domains[name])}{_when(living[name])}" for name in answer.names if name in NAMES]
    found.lines = (*shown, f"{sum(kept)} of {len(kept)} tried widths allowed")
    return found


@cache
def space(widest: int) -> Any:
    """The space of the network, with widths from 8 to ``widest``."""
    return judged(_space(widest))


def _space(
    widest: int, when: Mapping[str, str | None] = WHEN, constraints: tuple[str, ...] = FUNNEL, **changes: Domain
) -> SearchSpace:
    """The space with some of its parts said in another way; a change keeps its hyperparameter's condition."""
    given: dict[str, Domain] = {
        "n_blocks": Integer(1, 3),
        **{name: Integer(LOW, widest, log=True) for name in NAMES[1:4]},
        "dropout": Float(0, 0.5),
        "optimizer": Choice(["sgd", "adam"]),
        "momentum": Float(0.5, 0.99),
        **changes,
    }
    conditional = {name: _under(domain, when.get(name)) for name, domain in given.items()}
    return SearchSpace(conditional, constraints=constraints)


def _under(domain: Domain, when: str | None) -> Domain:
    return replace(domain, when=when)


def _living(answer: SearchSpace, name: str) -> list[bool]:
    """For each pair of switches, whether the hyperparameter exists."""
    middle = {one: domain.from_unit(0.5) for one, domain in answer.domains.items()}
    return [
        name in answer.active({**middle, "n_blocks": n_blocks, "optimizer": optimizer})
        for n_blocks, optimizer in _SWITCHES
    ]


def _spread(domain: Domain | None) -> tuple[float, ...]:
    """Five values of a domain, from its lowest to its highest; of words, only whether they are the two wanted."""
    if domain is None:
        return _ABSENT
    if isinstance(domain, Choice):
        if any(isinstance(option, str) for option in domain.options):
            return (float(set(domain.options) == {"sgd", "adam"}),) * len(_PLACES)
        domain = Choice(sorted(domain.options))
    return tuple(float(domain.from_unit(u)) for u in _PLACES)


def _widths() -> list[tuple[int, tuple[int, ...]]]:
    return [(n, widths) for n in (1, 2, 3) for widths in product(_TRIED, repeat=n)]


def _kept(answer: SearchSpace, n_blocks: int, widths: tuple[int, ...]) -> bool:
    living: dict[str, Any] = {"n_blocks": n_blocks, "optimizer": "sgd", "momentum": 0.9}
    living |= {f"width_{i}": width for i, width in enumerate(widths, start=1)}
    return answer.satisfies(living | ({"dropout": 0.1} if n_blocks == 3 else {}))


def _in_words(domain: Domain) -> str:
    if isinstance(domain, Choice):
        return f"one of {', '.join(map(str, domain.options))}"
    whole = "whole" if isinstance(domain, Integer) else "real"
    return f"{whole} {domain.low:g} to {domain.high:g}{' log' if domain.log else ''}"


def _when(living: list[bool]) -> str:
    """Under which switches a hyperparameter lives, in words; nothing where it always does."""
    pairs = [pair for pair, alive in zip(_SWITCHES, living, strict=True) if alive]
    blocks = sorted({n_blocks for n_blocks, _ in pairs})
    optimizers = sorted({optimizer for _, optimizer in pairs})
    if len(pairs) == len(_SWITCHES):
        return ""
    if len(pairs) < len(blocks) * len(optimizers):
        return f" with {' '.join(f'{n_blocks}/{optimizer}' for n_blocks, optimizer in pairs)}"
    said = f"n_blocks {', '.join(map(str, blocks))}" if len(blocks) < 3 else f"{', '.join(optimizers)}"
    return f" with {said}" + (f" and {optimizers[0]}" if len(blocks) < 3 and len(optimizers) == 1 else "")


def _shown(answer: Any) -> Any:
    return judged(answer).lines


def _ways(*ways: Callable[[int], Any]) -> tuple[Callable[[int], Any], ...]:
    """Spaces as what is compared of them, each made once."""
    return tuple(cache(lambda widest, way=way: judged(way(widest))) for way in ways)


def _where(*changes: Mapping[str, str | None]) -> tuple[Callable[[int], Any], ...]:
    """Spaces with other conditions; what is not named keeps its own."""
    return _ways(*(lambda widest, one=one: _space(widest, {**WHEN, **one}) for one in changes))


def _kept_by(*constraints: tuple[str, ...]) -> tuple[Callable[[int], Any], ...]:
    return _ways(*(lambda widest, one=one: _space(widest, constraints=one) for one in constraints))


def _of_width(domain: Callable[[int], Domain]) -> tuple[Callable[[int], Any], ...]:
    """Another domain for all three widths."""
    return _ways(lambda widest: _space(widest, width_1=domain(widest), width_2=domain(widest), width_3=domain(widest)))


_ONE_KIND = ({"width_2"}, {"width_3"}, {"width_2", "width_3"}, {"dropout"}, {"momentum"})
_SEVERAL = [
    dict.fromkeys(some)
    for some in chain.from_iterable(combinations(WHEN, n) for n in (2, 3, 4))
    if set(some) not in _ONE_KIND
]

EXERCISE = Exercise(
    id="14.1",
    title="a space with two switches",
    level=2,
    truth=space,
    cases=((64,), (24,)),
    mistakes=(
        Variant(
            "hyperparameters of different layers always exist, whatever the switches say: dead values. Give width_2, "
            "width_3, dropout and momentum a condition each, when=...",
            _where(*_SEVERAL),
        ),
        Variant(
            "a width exists where its block does not: a dead value, from which a sampler would learn noise. width_2 "
            "needs n_blocks >= 2, width_3 needs n_blocks >= 3.",
            _where({"width_2": None, "width_3": None}, {"width_2": None}, {"width_3": None}),
        ),
        Variant(
            'the dropout always exists. It belongs to networks of three blocks: when="n_blocks == 3".',
            _where({"dropout": None}),
        ),
        Variant(
            "the momentum always exists, for adam too, which does not use it. when=\"optimizer == 'sgd'\".",
            _where({"momentum": None}),
        ),
        Variant(
            "the blocks were counted from 0: a width exists one block too early. width_2 belongs to the second block, "
            "n_blocks >= 2.",
            _where(
                {"width_2": "n_blocks >= 1", "width_3": "n_blocks >= 2"},
                {"width_3": "n_blocks >= 2"},
            ),
        ),
        Variant(
            "width_2 exists one block too late, with three blocks only. Two blocks have it as well: >= 2 in place of "
            "> 2.",
            _where({"width_2": "n_blocks > 2"}),
        ),
        Variant(
            "width_2 exists with exactly two blocks and is gone with three. A network of three blocks has a second one "
            "too: >= in place of ==.",
            _where({"width_2": "n_blocks == 2"}),
        ),
        Variant(
            "a condition is turned round: a width exists where its block does not, and is gone where the block is. "
            "when= says when a hyperparameter exists.",
            _where(
                {"width_2": "n_blocks <= 2", "width_3": None},
                {"width_2": "n_blocks < 2", "width_3": "n_blocks < 3"},
                {"width_2": "n_blocks <= 2"},
                {"width_2": "n_blocks < 2"},
                {"width_3": "n_blocks < 3"},
                {"width_2": "n_blocks <= 1", "width_3": "n_blocks <= 2", "dropout": "n_blocks < 3"},
            ),
        ),
        Variant(
            "the dropout exists with two blocks too. It belongs to three: n_blocks == 3.",
            _where({"dropout": "n_blocks >= 2"}),
        ),
        Variant(
            "the dropout's condition is turned round: it exists with one or two blocks, and is gone with three.",
            _where({"dropout": "n_blocks != 3"}),
        ),
        Variant(
            "the momentum's condition is turned round: it exists with adam, and is gone with sgd.",
            _where({"momentum": "optimizer != 'sgd'"}),
        ),
        Variant(
            "the widths are on a plain scale, so that most draws are wide. Write log=True: then 8 to 16 is as far as "
            "16 to 32.",
            _of_width(lambda widest: Integer(LOW, widest)),
        ),
        Variant(
            "the widths are real numbers, and half a unit cannot be built. Take Integer, with log=True.",
            (
                *_of_width(lambda widest: Float(LOW, widest, log=True)),
                *_of_width(lambda widest: Float(LOW, widest)),
            ),
        ),
        Variant(
            "the widths end before widest. Here both bounds are included.",
            (
                *_of_width(lambda widest: Integer(LOW, widest - 1, log=True)),
                *_of_width(lambda widest: Integer(LOW, widest - 1)),
                *_of_width(lambda widest: Choice(range(LOW, widest), ordered=True)),
            ),
        ),
        Variant(
            "the widths end at 64 whatever widest is. Use the argument.",
            _ways(lambda widest: _space(64)),
        ),
        Variant(
            "the widths may grow from block to block: there is no constraint. constraints=[...] takes a list of texts.",
            _kept_by(()),
        ),
        Variant(
            "the constraint is turned round: the widths may not shrink. They may not grow: width_2 <= width_1.",
            _kept_by(("width_2 >= width_1", "width_3 >= width_2"), ("width_2 > width_1", "width_3 > width_2")),
        ),
        Variant(
            "equal widths are refused. Not wider than the one before is <=.",
            _kept_by(("width_2 < width_1", "width_3 < width_2"), ("width_2 < width_1", "width_3 <= width_2")),
        ),
        Variant(
            "one constraint speaks of all three widths. Where width_3 does not exist, the whole of it does not apply, "
            "and two blocks may grow. Write one constraint for each pair of blocks.",
            _kept_by(("width_3 <= width_2 <= width_1",)),
        ),
        Variant(
            "only one pair of blocks has its constraint. The second may not be wider than the first, nor the third "
            "wider than the second.",
            _kept_by(("width_2 <= width_1",), ("width_3 <= width_2",), ("width_2 <= width_1", "width_3 <= width_1")),
        ),
        Variant(
            "that is a dictionary of hyperparameters. Put it into SearchSpace(...): it checks the conditions, and a "
            "sampler can search it.",
            _ways(lambda widest: {}),
        ),
    ),
    hints=(
        "Write all seven names first, as if they always existed. Then ask of each: is there a network that has no use "
        "for it? That one gets a condition.",
        'A condition is a text, behind the bounds: Integer(8, widest, log=True, when="n_blocks >= 2"). An option is '
        "quoted within it: when=\"optimizer == 'sgd'\".",
        'The widths do not grow: constraints=["width_2 <= width_1", "width_3 <= width_2"]. Two texts, since a '
        'constraint that speaks of a width that does not exist does not apply. dropout has when="n_blocks == 3".',
    ),
    comparable=judged,
    shown=_shown,
)
