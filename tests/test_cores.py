"""How many cores a process may use, and how it is told to take fewer."""

import os

import pytest

from hpo_tutor import cores


@pytest.fixture
def four_are_granted(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine that grants four cores."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: {0, 1, 2, 3}, raising=False)


@pytest.mark.parametrize(
    ("share", "n_cores"), [(None, 4), ("", 4), ("2", 2), ("0", 1), ("64", 4), ("many", 4), ("-1", 4)]
)
@pytest.mark.usefixtures("four_are_granted")
def test_a_share_lowers_the_number_and_never_raises_it(monkeypatch, share, n_cores):
    """HPO_TUTOR_CORES counts between 1 and what is granted; what is no number is not heard."""
    monkeypatch.delenv(cores.VARIABLE, raising=False)
    if share is not None:
        monkeypatch.setenv(cores.VARIABLE, share)
    assert cores.n_cores() == n_cores


def test_where_nothing_says_what_is_granted_all_cores_are(monkeypatch):
    """On systems without affinity the machine's number counts, and at least one."""
    monkeypatch.delenv(cores.VARIABLE, raising=False)
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert cores.n_cores() == 1
