"""What does data/README.md say of predictions on a mangled scale? Written from the file, never by hand.

about   what the file says of itself
"""

import re
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hpo_tutor.problems import mangling
from hpo_tutor.problems.mangled_objectives import mangled, tables

N_POINTS = 1000  # of a random search in each data batch
N_VALUES = 9  # of a coefficient over its range

Array = NDArray[np.float64]


def files_in(folder: Path) -> list[tuple[str, Path]]:
    """The tasks whose predictions the folder holds, and the files."""
    places = [(task, folder / f"{name}{tables.SUFFIX}") for task, name in tables.FILES.items()]
    return [(task, path) for task, path in places if path.is_file()]


def page(task: str, path: Path) -> str:
    """The page of one file, as Markdown."""
    about = tables.about(path)
    about["n_rows"] = tables.read(task, 1, path.parent).rows
    low, high = about["searched"]
    families = {n_dims: _Family(task, n_dims, path.parent) for n_dims in mangling.N_DIMS}
    between, versions = about["between"], ", ".join(f"{name} {number}" for name, number in about["versions"].items())
    share = 50 * (1 - about["inner"])
    lines = [
        f"## {_title(path)}",
        "",
        f"`{path.name}`, predictions in place of losses, {path.stat().st_size / 1024:,.0f} KiB. Load with "
        f'`hpo_tutor.problems.mangled("{task}", n_dims=3)`, up to n_dims={mangling.N_DIMS[-1]}, or with numpy.',
        "",
        "Trees learnt P(y) = c0 y + c1 y^3 + c2 y^5 + ..., with 1 to 6 terms; y is the logarithm of the price, centred "
        "and divided by its largest deviation among the training rows. The file holds what they say of rows that no "
        "fit has seen, and those rows' y (no input, no price: the centre is not kept). A search over learning_rate, "
        "max_depth and the coefficients undoes the predictions with its own guess: one fit serves all guesses.",
        "",
        *_axes(path),
        "",
        f"- Coefficients: each searched from {low:g} to {high:g}; the true ones were drawn once for each data batch "
        f"and number of terms, uniformly from the middle (a margin of {share:.0f} % of the range on either side).",
        f"- Loss: {about['loss_name']} of undone predictions, {about['loss_unit']}. `evaluate` says it of the "
        f"validation rows, which a search sees; `expected`, the score, of the test rows. Between grid points both are "
        f"bilinear; from fits really made there they are {between['median']:.2%} off (test losses at "
        f"the true coefficients, median of {between['n']} random points; "
        f"worst {between['worst']:.2%}).",
        f"- {about['learner'][0].upper()}{about['learner'][1:]}.",
        f"- Data: {about['dataset']}, {about['n_batches']} data batches of {_range(about['n_rows'][:, 0])} validation "
        f"and {_range(about['n_rows'][:, 1])} test rows: {about['split']} (shuffle seed {about['shuffle_seed']}).",
        f"- Seed {about['seed']} for every fit: the rows and columns that each tree sees. One term only scales the "
        "target: its fits are those of the target as it is, the first seed of the landscape.",
        f"- {about['n_models']:,} tree ensembles trained in {about['seconds']:,.0f} s on {about['machine']}, with "
        f"{versions}. Predictions are float16.",
        "- The first coefficient matters most, and each further one less. The optimum is the least test loss at the "
        "true coefficients; trees smooth, so that other coefficients may suit their predictions better, and a search "
        "may come out below it.",
        "",
        "| hyperparameters | optimum on the grid's edge | least of 1,000 random points, over the optimum | what a "
        "coefficient can cost: c0, c1, ... |",
        "|---|---|---|---|",
        *(f"| {n_dims} | {one.n_on_edge} of {len(one.members)} | {one.reached} | {one.costs} |"
          for n_dims, one in families.items()),
        "",
        "The third column is a median over the data batches, of test losses: what lies below 1 lies below the optimum. "
        "The last one is the largest rise of the test loss over a coefficient's range above its least, all others "
        "true, at the optimum's learning_rate and max_depth (median over the data batches).",
    ]  # fmt: skip
    return "\n".join(lines)


def row(path: Path) -> str:
    """The file's row in the table of contents."""
    about = tables.about(path)
    cells = [
        f"[{path.stem}](#{anchor(_title(path))})",
        about["dataset"],
        "LightGBM",
        f"learning_rate, max_depth, 1 to {max(about['n_terms'])} coefficients",
        f"{about['n_models']:,} tree ensembles",
        "see there",
    ]
    return f"| {' | '.join(cells)} |"


def anchor(heading: str) -> str:
    """Where a link to a heading of a page leads."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


def _title(path: Path) -> str:
    return f"{path.stem}: learning_rate x max_depth x 1 to {max(tables.about(path)['n_terms'])} coefficients"


class _Family:
    """The numbers of all data batches at one number of hyperparameters."""

    def __init__(self, task: str, n_dims: int, folder: Path) -> None:
        first: Any = mangled(task, n_dims, folder=folder)
        self.members: list[Any] = [first.draw(batch) for batch in range(first.n_batches)]

    @property
    def n_on_edge(self) -> int:
        """How many optima have the first or the last learning rate or depth of the grid."""
        count = 0
        for member in self.members:
            domains, best = member.space.domains, member.optimum_config
            axes = ("learning_rate", "max_depth")
            count += any(best[name] in (domains[name].low, domains[name].high) for name in axes)
        return count

    @property
    def reached(self) -> str:
        """The least test loss of random points over the optimum, median."""
        points = np.random.default_rng(0).random((N_POINTS, self.members[0].space.n_dims))
        return f"{np.median([member.unit_losses(points)[1].min() / member.optimum for member in self.members]):.3f}"

    @property
    def costs(self) -> str:
        """What each coefficient can cost, median, in words."""
        ratios = np.array([_costs(member) for member in self.members])
        return ", ".join(f"{cost:.1%}" for cost in np.median(ratios, axis=0))


def _costs(member: Any) -> Array:
    """The rise of the test loss over each coefficient's range, as a share of its least, shape (n_terms,)."""
    true = member.space.to_unit(member.optimum_config)
    found = []
    for k in range(2, len(true)):
        points = np.tile(true, (N_VALUES, 1))
        points[:, k] = np.linspace(0, 1, N_VALUES)
        losses = member.unit_losses(points)[1]
        found.append(losses.max() / losses.min() - 1)
    return np.array(found)


def _axes(path: Path) -> list[str]:
    with np.load(path, allow_pickle=False) as kept:
        rates, depths = kept["learning_rates"], kept["max_depths"]
    return [
        "| axis | scale | from | to | values | unit |",
        "|---|---|---|---|---|---|",
        f"| learning_rate | log | {rates[0]:g} | {rates[-1]:g} | {len(rates)} | pure number |",
        f"| max_depth | linear (whole numbers) | {depths[0]} | {depths[-1]} | {len(depths)} | splits from root to "
        "leaf |",
    ]


def _range(counts: NDArray[np.int64]) -> str:
    return f"{counts.min()} to {counts.max()}"
