"""Where do the figures of benchmarks go? They are printed, and kept in data/benchmarks.md where that is wanted.

With HPO_TUTOR_BENCHMARKS=1 each benchmark replaces its own part of the page, between two marks; what did not run stays.
"""

import os
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from importlib.metadata import version
from pathlib import Path

from hpo_tutor.training import machine

PAGE = Path(__file__).parents[2] / "data" / "benchmarks.md"
ROUNDS = 5
# every part of the page, in its order, and what stands there until it was measured
PARTS = {
    "peers": "Against plain torch and scikit-learn",
    "cnn": "A convolutional network against plain torch",
    "mixed": "Populations of many widths and batch sizes",
    "compaction": "Models that end early",
    "halving": "Stopping the losers early",
    "simulation": "A tournament on a virtual clock",
    "replay": "The virtual clock against real workers",
    "growth": "Ten times, a hundred times as many models",
    "noise": "What noise and dropout cost",
    "online": "What tuning while training costs",
    "limits": "Where the time goes, and what limits it",
    "boosting": "Boosted trees against a plain loop",
    "landscapes": "Recorded landscapes: loading them, and looking losses up",
    "sampler-quality": "How near samplers come to the optimum",
    "sampler-speed": "One suggestion of Bayesian optimisation",
    "goals": "Searching with two goals",
    "refinement": "Refining a sparse grid",
    "budgets": "Who wins at which budget",
    "finishers": "Where optimisers of a sparse grid's surrogate end",
    "saturation": "Spheres until no more fit",
    "hypertiling": "Points from a multigrid",
    "rooks": "Rooks that keep their distance",
    "placements": "Which design wins, ten thousand times",
    "race": "A study of samplers, from the first cell to the last",
    "coverage": "Which interval keeps its promise",
    "students": "What one student's kernel needs",
    "gpu": "On a GPU",
}
INTRODUCTION = """\
# How fast is it, and how near do searches come?

Figures of `make benchmark`, as they were seen; `HPO_TUTOR_BENCHMARKS=1 make benchmark` writes this page. A ratio
compares times of one run, taken in turn, so that another load on the machine meets both; times are medians. Every peer
has the number of threads that suits it best. No test asserts on a clock.

- **loop**: one network after another in plain torch, as its tutorials write it.
- **stack**: the weights of many networks in one tensor, trained by batched operations of torch.
- **compiled**: one network after another in machine code (numba); all of it stays in the processor's cache.
- Unless a table says otherwise: MLP 10-32-32-1, ReLU, Adam, float32, batch size 128, 4,000 training rows, and 1,000
  validation rows that are scored after every epoch (scikit-learn: once, at the end). A time is that of the whole
  training, initial weights included, for each model and epoch.
"""
MISSING = "Not measured yet."
NO_GPU = f"{MISSING} It needs a machine with a GPU: `HPO_TUTOR_BENCHMARKS=1 make benchmark` writes the figures here."


def seconds(work: Callable[[], object]) -> float:
    """Wall-clock seconds of one call."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def medians(works: Mapping[str, Callable[[], object]], n_rounds: int = ROUNDS) -> dict[str, float]:
    """Median seconds of each, called in turn; a first call of each is not counted."""
    for work in works.values():
        work()
    taken: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(n_rounds):
        for name, work in works.items():
            taken[name].append(seconds(work))
    return {name: statistics.median(values) for name, values in taken.items()}


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Lines of a Markdown table."""
    return ["| " + " | ".join(cells) + " |" for cells in (heads, ["---"] * len(heads), *rows)]


def record(part: str, lines: Sequence[str], screen: AbstractContextManager[None]) -> None:
    """Print a part of the page, and keep it where HPO_TUTOR_BENCHMARKS is set.

    Args:
        part: a name of ``PARTS``.
        lines: what was seen, as Markdown.
        screen: within it, what is printed is seen (pytest's ``capsys.disabled()``).
    """
    libraries = {**machine.versions(), "numba": version("numba")}
    versions = ", ".join(f"{name} {number}" for name, number in libraries.items())
    text = "\n".join([f"Seen on {machine.describe()}; {versions}.", "", *lines])
    with screen:
        print(f"\n\n## {PARTS[part]}\n\n{text}")
    if os.environ.get("HPO_TUTOR_BENCHMARKS"):
        before = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
        kept = {name: _between(before, name) for name in PARTS}
        PAGE.write_text(_page({**kept, part: text}), encoding="utf-8")


def _page(parts: Mapping[str, str]) -> str:
    body = []
    for name, text in parts.items():
        missing = NO_GPU if name == "gpu" else MISSING
        body.append(f"## {PARTS[name]}\n\n{_mark(name, 'begins')}\n\n{text or missing}\n\n{_mark(name, 'ends')}\n")
    return "\n".join([INTRODUCTION, *body])


def _mark(name: str, what: str) -> str:
    return f"<!-- {name} {what}; written by make benchmark -->"


def _between(text: str, name: str) -> str:
    _, _, rest = text.partition(_mark(name, "begins"))
    found = rest.partition(_mark(name, "ends"))[0].strip()
    return "" if found.startswith(MISSING) else found
