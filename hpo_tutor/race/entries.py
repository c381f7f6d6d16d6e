"""Who races? Designs and samplers by name, and anything else that asks and tells.

entry   a callable (space, seed=...) that makes a fresh sampler: a class, or a function
item    how somebody names an entry: an entry itself, a built-in name, or "module:Name"
"""

import sys
import traceback
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

from hpo_tutor import designs
from hpo_tutor.protocols import SearchExhausted
from hpo_tutor.samplers.design import Design
from hpo_tutor.search_space import SearchSpace
from hpo_tutor.trials import Trial

Entry = Callable[..., Any]
Item = str | Entry

RSA_DIMS_PROVED = 3
RSA_DARTS_BEYOND = 20_000

_ADAPTIVE = {
    "gp": "hpo_tutor.samplers:BayesianOptimization",
    "tpe": "hpo_tutor.samplers:TPE",
    "sparse-grid": "hpo_tutor.samplers:SparseGrid",
    "adaptive-random": "hpo_tutor.samplers:AdaptiveRandom",
}


class SamplerError(Exception):
    """A sampler did what it must not do; the message says what, and where."""


def names() -> tuple[str, ...]:
    """The designs, and the adaptive samplers "gp", "tpe", "sparse-grid" and "adaptive-random"."""
    return (*designs.NAMES, *_ADAPTIVE)


def is_design(item: Item | None) -> bool:
    """Whether an item is the name of a design."""
    return isinstance(item, str) and item in designs.NAMES


def options(design: str, n_dims: int) -> dict[str, Any]:
    """How a design is drawn in the study where that is not its default.

    ``rsa`` begins once rather than four times, and beyond three dimensions a run has at most 20,000 darts: its spheres
    are not proved to be the largest that leave room, and are some per cent smaller. All its draws with the defaults
    would take longer than everything else in the study.
    """
    if design != "rsa":
        return {}
    return {"n_restarts": 1} | ({"max_darts": RSA_DARTS_BEYOND} if n_dims > RSA_DIMS_PROVED else {})


def entry(item: Item, n_dims: int = 2) -> Entry:
    """What makes the sampler of that name.

    Args:
        item: a name of ``names()``, "module:Name" (looked for in the current folder too), or a callable.
        n_dims: d, on which the ``options`` of designs hang.

    Raises:
        ValueError: there is no such name, module or sampler, or it cannot be called.
    """
    if callable(item):
        return item
    if not isinstance(item, str):
        raise ValueError(f"a sampler is a name, or a callable (space, seed=...); got {item!r}: pass the class itself")
    if item in designs.NAMES:
        return partial(Design, name=item, **options(item, n_dims))
    module, colon, name = _ADAPTIVE.get(item, item).partition(":")
    if not (colon and module and name):
        raise ValueError(f"a sampler's name must be one of {', '.join(names())}, or module:Name; it is {item!r}")
    return _imported(module, name)


def made(item: Item, space: SearchSpace, seed: int) -> "Entrant":
    """A fresh sampler, watched.

    Raises:
        ValueError: as of ``entry``.
        SamplerError: it cannot be made, or has no ask or no tell.
    """
    make = entry(item, space.n_dims)
    sampler = _watched("making it by (space, seed=...)", make, space, seed=seed)
    for method in ("ask", "tell"):
        if not callable(getattr(sampler, method, None)):
            kind = type(sampler).__name__
            raise SamplerError(f"a sampler has ask() and tell(trial, loss), and {kind} has no {method}: write it")
    return Entrant(sampler, space)


class Entrant:
    """A sampler that is watched: what it asks for must be possible, and what it lacks is made up for.

    Args:
        sampler: has ask and tell; start and view if it likes.
        space: what it was asked to search.
    """

    def __init__(self, sampler: Any, space: SearchSpace) -> None:
        self.sampler, self.space = sampler, space
        self._numbers: list[int] = []  # what it calls its trials; the study counts them itself, as luck hangs on that

    def __repr__(self) -> str:
        return type(self.sampler).__name__  # an address, as many a repr has, would be another in each process

    def start(self, n_trials: int) -> None:
        """Tell it the budget, if it wants to hear."""
        if hasattr(self.sampler, "start"):
            _watched("start", self.sampler.start, n_trials)

    def ask(self) -> Trial:
        """Its next trial.

        Raises:
            SamplerError: it raised, it is no trial, or its config does not belong to the space.
            SearchExhausted: the sampler has no more.
        """
        number = len(self._numbers)
        trial = _watched(f"ask, for trial {number},", self.sampler.ask)
        if not (isinstance(trial, Trial) and isinstance(trial.config, Mapping)):
            raise SamplerError(f"ask must return a Trial(number, config), with a dict as config; it returned {trial!r}")
        try:
            self.space.validate(trial.config)
        except ValueError as error:
            raise SamplerError(
                f"trial {number} asks for what the space does not have: {error}; draw points in the unit "
                "cube and turn them into configs by space.from_unit"
            ) from error
        self._numbers.append(trial.number)
        return replace(trial, number=number)

    def tell(self, trial: Trial, loss: Any) -> None:
        """Hand the loss on, with the number by which the sampler knows its trial."""
        own = replace(trial, number=self._numbers[trial.number])
        _watched(f"tell, for trial {trial.number},", self.sampler.tell, own, loss)

    def view(self) -> Any:
        """What it believes, if it says so; else nothing."""
        return self.sampler.view() if hasattr(self.sampler, "view") else ()


def _watched(what: str, call: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """The call's result; what it raises says where, in words that are the same in every process."""
    try:
        return call(*args, **kwargs)
    except SamplerError:
        raise
    except Exception as error:
        if isinstance(error, SearchExhausted) and what.startswith("ask"):
            raise
        frames = traceback.extract_tb(error.__traceback__)[1:2]  # the first is this function's, the next the sampler's
        where = "".join(f" (line {frame.lineno}, in {frame.name})" for frame in frames)
        raise SamplerError(f"{what} raised {type(error).__name__}: {error}{where}; mend the sampler") from error


def _imported(module: str, name: str) -> Entry:
    if (here := str(Path.cwd())) not in sys.path:
        sys.path.insert(0, here)  # as `python -m` does; a command installed elsewhere would not find what lies here
    try:
        found = getattr(import_module(module), name)
    except (ImportError, AttributeError) as error:
        raise ValueError(f"no sampler {module}:{name}: {error}; is {module}.py in the current folder?") from error
    except (Exception, SystemExit) as error:  # whatever the module does when it is imported
        raise ValueError(
            f"no sampler {module}:{name}: importing {module} raised {type(error).__name__}: {error}; mend {module}.py"
        ) from error
    if not callable(found):
        raise ValueError(f"{module}:{name} must be a class or a function (space, seed=...), it is {found!r}")
    return found  # type: ignore[no-any-return]  # callable, as checked above
