"""How long does it take to find out which design wins? Printed and recorded; a clock is never asserted."""

import statistics
import time
import zlib
from collections.abc import Callable
from itertools import count

import pytest
from benchmarks.results_page import record, table

from hpo_tutor import designs, problems
from hpo_tutor.designs.stacks import QUICK
from hpo_tutor.problems import quadratics
from hpo_tutor.race import place_on_landscape, place_on_quadratics
from tests.problems.test_quadratics import PATTERNS, PUBLISHED

N_ROUNDS = 3
N_PROBLEMS, N_POINTS, N_DIMS, N_PATTERNS = 10_000, 27, 3, 20
AIM = "3 s"
LANDSCAPES = (("king_county", (9, 16, 25, 64)), ("aleph", (9, 16, 25, 64)), ("mnist", (27, 64)))


def processor_seconds(work: Callable[[], object]) -> float:
    """What a computation on one core takes where nothing else runs; the median of some rounds."""
    taken = []
    for _ in range(N_ROUNDS):
        begin = time.process_time()
        work()
        taken.append(time.process_time() - begin)
    return statistics.median(taken)


def losses_of(name: str, stack: object) -> object:
    """The losses of a stack that was drawn beforehand."""
    scored = quadratics.best_losses if name in QUICK else quadratics.pattern_losses
    return scored(stack, N_PROBLEMS)


def on_bowls() -> list[list[str]]:
    """A row for each design, and one for all: drawing, trying, and what came out."""
    result = place_on_quadratics(designs.NAMES, N_POINTS, N_DIMS, N_PROBLEMS, N_PATTERNS)
    means = result.table()
    rows, drawing, trying = [], 0.0, 0.0
    for name in designs.NAMES:
        n_draws = N_PROBLEMS if name in QUICK else N_PATTERNS
        stack = designs.make_many(name, N_POINTS, N_DIMS, n_draws)
        one = processor_seconds(lambda name=name, n=n_draws: designs.make_many(name, N_POINTS, N_DIMS, n))
        two = processor_seconds(lambda name=name, stack=stack: losses_of(name, stack))
        drawing, trying = drawing + one, trying + two
        mean, error, spread = means.loc[(N_POINTS, name), ["mean", "error", "spread"]]
        said = "" if name in QUICK else f"{spread:.2f}"
        rows.append([name, f"{n_draws:,}", f"{one:.3f} s", f"{two:.3f} s", f"{mean:.2f} ± {error:.2f}", said])
    bowls = processor_seconds(lambda: problems.functions.quadratic_members(range(N_PROBLEMS), N_DIMS))
    rows.append(["the bowls themselves", f"{N_PROBLEMS:,}", f"{bowls:.3f} s", "", "", ""])
    return [*rows, ["all", "", f"{drawing + bowls:.2f} s", f"{trying:.2f} s", "", ""]]


def beside_published() -> list[list[str]]:
    """A row for each mean of the source: what it says, and what many draws give."""
    rows = []
    for (name, n_dims, n_points), (published, error) in PUBLISHED.items():
        options = {name: {"levels": "edges"}} if name == "lhs" else {}
        result = place_on_quadratics(name, n_points, n_dims, N_PROBLEMS, options=options)
        called = "lhs, levels on the edges" if options else name
        rows.append(
            [
                called,
                str(n_points),
                f"{published:.1f} ± {error:.1f}",
                "{:.1f} ± {:.1f}".format(*result.mean(name, n_points)),
                "",
            ]
        )
    for name, options, n_points, published in PATTERNS:
        result = place_on_quadratics(name, n_points, 3, N_PROBLEMS, 2 * N_PATTERNS, options={name: options})
        called = name if not options else f"{name}, {'periodic' if options['periodic'] else 'hard walls'}"
        ours = "{:.1f} ± {:.1f}".format(*result.mean(name, n_points))
        rows.append(
            [called, str(n_points), f"{published:.1f}, one pattern", ours, f"{result.spread(name, n_points):.1f}"]
        )
    return rows


def landscape_row(name: str, counts: tuple[int, ...]) -> list[str]:
    """Seconds for all designs on all data batches: with patterns that nobody has drawn yet, and with those again."""
    landscape = problems.landscape(name)
    place_on_landscape("random", landscape, 9)  # the first look-up may compile
    seeds = count(zlib.crc32(name.encode()))
    fresh = processor_seconds(lambda: place_on_landscape(designs.NAMES, landscape, counts, seed=next(seeds)))
    again = processor_seconds(lambda: place_on_landscape(designs.NAMES, landscape, counts, seed=0))
    return [name, ", ".join(map(str, counts)), f"{fresh:.1f} s", f"{again:.1f} s"]


def test_placements(capsys: pytest.CaptureFixture[str]) -> None:
    """All designs on ten thousand random quadratics, and on recorded landscapes with twenty draws on each batch."""
    heads = ["design", "draws", "drawing them", "trying them", "mean of the best loss", "spread of patterns"]
    lines = [
        f"{N_PROBLEMS:,} random quadratics, d = {N_DIMS}, N = {N_POINTS}, one core, processor time. Designs that take",
        f"long to draw meet all bowls with {N_PATTERNS} patterns each. Drawn and tried: at most {AIM} (aim).",
        "",
        *table(heads, on_bowls()),
        "",
        "The same in 3-D beside the published study. It kept one pattern of spheres and one quasi-crystal; of ours,",
        f"{2 * N_PATTERNS} were tried, and single ones differ by the spread, so one pattern may be far from the mean.",
        "",
        *table(["design", "N", "published", "ours", "spread of patterns"], beside_published()),
        "",
        "All designs on recorded landscapes, ten data batches, twenty draws on each. Patterns that take long are",
        "kept: the next landscape of as many dimensions has them.",
        "",
        *table(
            ["landscape", "N", "patterns drawn within", "patterns kept"], [landscape_row(*row) for row in LANDSCAPES]
        ),
    ]
    record("placements", lines, capsys.disabled())
