"""How unequal is the luck of jobs? Some take longer than they should, and some are lost on the way.

The model of Li et al. (2020), "A system for massively parallel hyperparameter tuning", appendix A.1, arXiv:1810.05934:
the time of a job is multiplied by 1 + |z| with z ~ N(0, stragglers^2), and at each unit of time it is lost with
probability ``crashes``. Here a loss may come at any moment, not at whole units only, with the same chance for a job of
a given length: one that takes T units survives with probability (1 - crashes)^T.

A job's luck depends on the seed, its trial and its rung alone: not on who asked when. So two schedules, or two numbers
of workers, are compared under the same luck.
"""

import math

import numpy as np

from hpo_tutor.early_stopping.jobs import Job

BLOCK = 1024  # trials that are drawn together


class Luck:
    """How long jobs really take, and which are lost.

    Args:
        stragglers: standard deviation of z, at least 0; with 1 a job takes 1.8 times as long in the mean.
        crashes: probability that a job is lost in one unit of time, at least 0 and below 1.
        unit: seconds of that unit.
        seed: decides all luck.

    Raises:
        ValueError: a value lies outside.
    """

    def __init__(self, stragglers: float = 0.0, crashes: float = 0.0, *, unit: float = 1.0, seed: int = 0) -> None:
        if not 0 <= stragglers < math.inf:
            raise ValueError(f"stragglers is a standard deviation, at least 0, got {stragglers}; 0 stands for none")
        if not 0 <= crashes < 1:
            raise ValueError(f"crashes is a probability, at least 0 and below 1, got {crashes}; 0 stands for none")
        if not 0 < unit < math.inf:
            raise ValueError(f"the unit of time must be positive, got {unit} s; give seconds of one epoch")
        self._seed = int(seed)
        self._spread = float(stragglers)
        self._patience = -unit / math.log1p(-crashes) if crashes else math.inf  # mean seconds until a job is lost
        self._drawn: dict[tuple[int, int], list[tuple[float, float]]] = {}

    def strike(self, job: Job, seconds: float) -> tuple[float, bool]:
        """What becomes of a job that should take so long: the seconds it keeps its worker busy, and if it is lost."""
        if not self._spread and self._patience == math.inf:
            return seconds, False
        block, place = divmod(job.trial, BLOCK)
        key = (job.rung, block)
        if key not in self._drawn:
            self._drawn[key] = self._draw(*key)
        slower, lasts = self._drawn[key][place]
        taken = seconds * slower
        return (lasts, True) if lasts < taken else (taken, False)

    def _draw(self, rung: int, block: int) -> list[tuple[float, float]]:
        """(how many times as long, seconds until it would be lost) for the jobs of a block of trials at one rung."""
        rng = np.random.default_rng(np.random.SeedSequence(self._seed, spawn_key=(rung, block)))
        slower = 1 + self._spread * np.abs(rng.standard_normal(BLOCK))
        lasts = self._patience * rng.standard_exponential(BLOCK)
        return list(zip(slower.tolist(), lasts.tolist(), strict=True))
