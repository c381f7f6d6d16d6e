"""Where do a bracket's configs come from? Hyperband draws them blindly, BOHB from where good ones were dense.

fidelity   the last rung that a trial has reached: the higher, the darker and the larger is its point
star       the optimum of the recorded curves
"""

from collections.abc import Mapping, Sequence
from functools import cache

import numpy as np

from hpo_tutor import problems
from hpo_tutor.course.pictures.nb17.timeline import shades
from hpo_tutor.domains import Float, Integer
from hpo_tutor.early_stopping import Hyperband
from hpo_tutor.problems.landscapes.learning_curves import Curves
from hpo_tutor.samplers import BOHB
from hpo_tutor.scenes.layers import AnyLayer, Points
from hpo_tutor.scenes.looks import GREY, INK, RED
from hpo_tutor.scenes.stage import Axis, Board, Scene, beside
from hpo_tutor.scenes.ticks import number
from hpo_tutor.tournaments.playing import play
from hpo_tutor.tournaments.results import Reported
from hpo_tutor.widgets.dials import Dial
from hpo_tutor.widgets.player import Player

AXES = ("learning_rate", "width")
N_ROUNDS = 2


@cache
def searched(
    seed: int = 0, n_rounds: int = N_ROUNDS, curves: str = "digits-curves"
) -> Mapping[str, tuple[Reported, ...]]:
    """Reports of Hyperband with random configs and of the same brackets with BOHB's.

    Args:
        seed: of the trials and of the samplers.
        n_rounds: how often all brackets are played.
        curves: recorded learning curves.
    """
    recorded = problems.curves(curves)
    samplers = {"Hyperband": None, "BOHB": BOHB(recorded.space, seed=seed)}
    return {
        name: tuple(play(recorded, Hyperband(n_rounds=n_rounds), sampler, seed=seed).reports)
        for name, sampler in samplers.items()
    }


def last_reports(reports: Sequence[Reported], bracket: int) -> list[Reported]:
    """The last report of each trial of a bracket, by trial."""
    found = {report.job.trial: report for report in reports if report.job.bracket == bracket}
    return [found[trial] for trial in sorted(found)]


def proposals(
    found: Mapping[str, Sequence[Reported]], bracket: int, recorded: Curves, axes: tuple[str, str] = AXES
) -> Board:
    """The configs of one bracket, of each search.

    Args:
        found: search -> its reports, all of the same brackets.
        bracket: number of the bracket, from 0.
        recorded: the curves that were searched.
        axes: two hyperparameters.

    Raises:
        ValueError: a search has no such bracket.
    """
    levels = sorted({report.job.stop for reports in found.values() for report in reports})
    scenes, said = [], []
    for name, reports in found.items():
        own = last_reports(reports, bracket)
        if not own:
            raise ValueError(f"{name} has no bracket {bracket}; take one of those that were played")
        scenes.append(_scene(name, own, levels, recorded, axes))
        said.append(f"{name}: {len(own)} configs, median loss there {number(first_median(reports, bracket))}")
    rung = min(report.job.stop for report in next(iter(found.values())) if report.job.bracket == bracket)
    start = f"Bracket {bracket + 1}, first rung after epoch {number(rung)}"
    return beside(*scenes, sentence=f"{start}. {'; '.join(said)} {recorded.loss_unit}.")


def proposals_player(label: str = "Where do configs come from?", seed: int = 0, n_rounds: int = N_ROUNDS) -> Player:
    """Bracket by bracket, the random configs beside BOHB's."""
    found, recorded = searched(seed, n_rounds), problems.curves("digits-curves")
    brackets = sorted({report.job.bracket for report in found["BOHB"]})
    return Player.over(
        lambda bracket: proposals(found, bracket - 1, recorded),
        bracket=Dial("bracket", [bracket + 1 for bracket in brackets]),
        label=label,
        speed=1.0,
    )


def first_median(reports: Sequence[Reported], bracket: int) -> float:
    """The median loss of a bracket at its first rung, over those that did not fail."""
    return float(np.nanmedian([one.loss for one in reports if one.job.bracket == bracket and one.job.rung == 0]))


def _scene(
    name: str, own: Sequence[Reported], levels: Sequence[float], recorded: Curves, axes: tuple[str, str]
) -> Scene:
    layers: list[AnyLayer] = []
    for rank, (level, color) in enumerate(zip(levels, shades(len(levels)), strict=True)):
        here = [report.config for report in own if report.job.stop == level]
        x, y = ([float(config[axis]) for config in here] for axis in axes)
        size = 6.0 + 3.0 * rank
        layers.append(Points(x, y, color, "circle", size, outline=GREY, name=f"reached epoch {number(level)}"))
    best = recorded.optimum_config
    star = Points([float(best[axes[0]])], [float(best[axes[1]])], RED, "star", 16.0, outline=INK, name="optimum")
    across, up = (_axis(axis, recorded.space.domains[axis]) for axis in axes)
    return Scene([*layers, star], across, up, title=name, aspect=0.9)


def _axis(name: str, domain: object) -> Axis:
    """An axis a little longer than the domain."""
    if not isinstance(domain, Float | Integer):
        raise ValueError(f"an axis needs numbers between two ends, {name} is {domain!r}; take another hyperparameter")
    low, high = float(domain.low), float(domain.high)
    if domain.log:
        return Axis(name, low / (high / low) ** 0.04, high * (high / low) ** 0.04, log=True)
    return Axis(name, low - 0.04 * (high - low), high + 0.04 * (high - low))
