"""Experiments that train small networks on digits, in place of MNIST."""

import pytest

from hpo_tutor.problems import online_tuning
from hpo_tutor.race.experiments.online import grounds

EPOCHS = 8


@pytest.fixture
def digits(monkeypatch):
    """Every ground is digits for a few epochs; the fixture's value says what was asked for."""
    asked = []

    def small(size="shallow", batch=0, n_tuning=None, full=False):
        asked.append((size, batch, n_tuning, full))
        return online_tuning("digits", batch=batch, n_tuning=min(n_tuning or 300, 300), epochs=EPOCHS)

    monkeypatch.setattr(grounds, "ground", small)
    return asked
