"""How many trials of a search were tried before?

configs   [n]   configurations in the order of the trials, each a tuple of its values
"""

from collections import Counter
from collections.abc import Sequence
from itertools import combinations, pairwise
from typing import Any

from hpo_tutor.course.exercises import Exercise, Variant

Config = tuple[Any, ...]


def n_repeats(configs: Sequence[Config]) -> int:
    """How many trials have the configuration of an earlier one."""
    return len(configs) - len(set(configs))


EXERCISE = Exercise(
    id="07.1",
    title="trials that were tried before",
    level=1,
    truth=n_repeats,
    cases=(
        ([("a", 0.1), ("b", 0.1), ("a", 0.1), ("c", 0.2), ("a", 0.1)],),
        ([("a", 0.1), ("a", 0.1), ("a", 0.1), ("a", 0.1), ("b", 0.1), ("b", 0.1)],),
        ([("a", 0.1), ("a", 0.2), ("b", 0.1), ("b", 0.2)],),
        ([("c", 0.5), ("a", 0.1), ("c", 0.5), ("c", 0.5), ("b", 0.1), ("b", 0.1), ("a", 0.2)],),
        ([("a", 0.1)],),
    ),
    mistakes=(
        Variant(
            "that is how many different configurations there are. The repeats are all the other trials.",
            (lambda configs: len(set(configs)),),
        ),
        Variant(
            "the first trial of a configuration was counted with its repeats. The first time is no repeat.",
            (lambda configs: sum(configs.count(config) > 1 for config in configs),),
        ),
        Variant(
            "that is how many configurations were tried more than once. Each of them may have been repeated several "
            "times: count the trials.",
            (lambda configs: sum(times > 1 for times in Counter(configs).values()),),
        ),
        Variant(
            "each trial was compared with the one before it only. A search may come back later: compare with all "
            "earlier ones.",
            (lambda configs: sum(a == b for a, b in pairwise(configs)),),
        ),
        Variant(
            "the pairs of equal trials were counted. A configuration that was tried four times has six pairs, but "
            "three repeats.",
            (
                lambda configs: sum(a == b for a, b in combinations(configs, 2)),
                lambda configs: sum(a == b for a in configs for b in configs),
                lambda configs: 2 * sum(a == b for a, b in combinations(configs, 2)),
            ),
        ),
        Variant(
            "that is the share of repeats. Asked for is their number.",
            (lambda configs: n_repeats(configs) / len(configs),),
        ),
        Variant(
            "only the first hyperparameter was compared. Two trials are the same if all their values are.",
            (lambda configs: len(configs) - len({config[0] for config in configs}),),
        ),
    ),
    hints=(
        "If every configuration were new, how many different ones would there be among n trials?",
        "A set holds each configuration once, however often it was tried.",
        "Return len(configs) - len(set(configs)).",
    ),
)
