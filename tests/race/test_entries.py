"""Who races: names, callables, and what is said to those who do something impossible."""

import numpy as np
import pytest

from hpo_tutor import designs
from hpo_tutor.problems import function
from hpo_tutor.protocols import SearchExhausted
from hpo_tutor.race import entries
from hpo_tutor.samplers import TPE, AdaptiveRandom, BayesianOptimization, Design, SparseGrid
from hpo_tutor.trials import Trial

SPACE = function("branin").space


class Plain:
    """Random points, and not a word more than ask and tell."""

    def __init__(self, space, seed):
        self.space, self.rng, self.heard = space, np.random.default_rng(seed), []

    def ask(self):
        """A random point; it numbers its trials as it likes."""
        return Trial(7, self.space.from_unit(self.rng.random(self.space.n_dims)))

    def tell(self, trial, loss):
        """Note it."""
        self.heard.append((trial.number, loss))


def asks(answer):
    """A sampler whose ask does this."""

    class Asks(Plain):
        def ask(self):
            """What the test wants."""
            return answer(self)

    return Asks


def test_every_name_makes_a_sampler():
    """Designs come by their own names, what learns by a short one for each of the course's samplers."""
    adaptive = {"gp": BayesianOptimization, "tpe": TPE, "sparse-grid": SparseGrid, "adaptive-random": AdaptiveRandom}
    assert entries.names() == (*designs.NAMES, *adaptive)
    kinds = {name: type(entries.made(name, SPACE, 3).sampler) for name in entries.names()}
    assert kinds == dict.fromkeys(designs.NAMES, Design) | adaptive


def test_module_and_name_are_imported_from_the_current_folder(tmp_path, monkeypatch):
    """A file that lies where the command was given is found, and what it lacks is named."""
    (tmp_path / "eleven_samplers.py").write_text("from hpo_tutor.samplers import TPE as Mine\nnothing = 3\n")
    for name, code in {"torn": "def f(:", "loud": "raise OSError('boom')", "quitter": "raise SystemExit(3)"}.items():
        (tmp_path / f"eleven_{name}.py").write_text(code)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.path", ["", *__import__("sys").path])
    assert entries.entry("eleven_samplers:Mine") is TPE
    with pytest.raises(ValueError, match=r"eleven_samplers:Yours: .*is eleven_samplers\.py in the current folder"):
        entries.entry("eleven_samplers:Yours")
    with pytest.raises(ValueError, match="eleven_samplers:nothing must be a class or a function"):
        entries.entry("eleven_samplers:nothing")
    for name, kind in {"torn": "SyntaxError", "loud": "OSError: boom", "quitter": "SystemExit: 3"}.items():
        with pytest.raises(ValueError, match=f"importing eleven_{name} raised {kind}.*mend eleven_{name}.py"):
            entries.entry(f"eleven_{name}:Mine")


def test_ask_and_tell_are_enough():
    """Without start and view, and with numbers of its own, a sampler is told of its trials under these numbers."""
    entrant = entries.made(Plain, SPACE, 0)
    entrant.start(5)
    assert entrant.view() == ()
    trials = [entrant.ask() for _ in range(3)]
    assert [trial.number for trial in trials] == [0, 1, 2]
    for trial in reversed(trials):
        entrant.tell(trial, float(trial.number))
    assert entrant.sampler.heard == [(7, 2.0), (7, 1.0), (7, 0.0)]


def test_what_start_and_view_say_is_heard():
    """A sampler that has them is told the budget and asked for its belief."""
    entrant = entries.made("lhs", SPACE, 0)
    entrant.start(4)
    assert len(entrant.view().points) == 4
    for _ in range(4):
        entrant.ask()
    with pytest.raises(SearchExhausted):
        entrant.ask()


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (lambda self: {"x1": 1.0}, r"ask must return a Trial\(number, config\)"),
        (lambda self: Trial(0, [1.0, 2.0]), r"ask must return a Trial\(number, config\)"),
        (
            lambda self: Trial(0, {"x1": float("nan"), "x2": 1.0}),
            "trial 0 asks for what the space does not have: x1=nan",
        ),
        (lambda self: Trial(0, {"x1": 99.0, "x2": 1.0}), "x1=99.0 is outside its domain .* by space.from_unit"),
        (lambda self: Trial(0, {"x1": 1.0}), "x2 is missing"),
        (lambda self: Trial(0, self.space.from_unit([np.nan, 0.5])), r"ask, for trial 0, raised ValueError.*line \d+"),
        (lambda self: 1 / 0, "ask, for trial 0, raised ZeroDivisionError: division by zero .*mend the sampler"),
    ],
)
def test_what_cannot_be_tried_is_explained(answer, said):
    """The message names the trial, and what the sampler did."""
    with pytest.raises(entries.SamplerError, match=said):
        entries.made(asks(answer), SPACE, 0).ask()


def test_what_cannot_be_made_or_told_is_explained():
    """A class without seed, a sampler without tell, and a tell that raises."""

    class NoTell:
        def __init__(self, space, seed):
            pass

        def ask(self):
            """Nothing."""

    class Raises(Plain):
        def tell(self, trial, loss):
            """Raise."""
            raise KeyError("memory")

    with pytest.raises(entries.SamplerError, match=r"making it by \(space, seed=...\) raised TypeError.*'seed'"):
        entries.made(lambda space: Plain(space, 0), SPACE, 0)
    with pytest.raises(entries.SamplerError, match="NoTell has no tell: write it"):
        entries.made(NoTell, SPACE, 0)

    class Exhausted(Plain):
        def tell(self, trial, loss):
            """Say what only ask may say."""
            raise SearchExhausted

    entrant = entries.made(Exhausted, SPACE, 0)
    with pytest.raises(entries.SamplerError, match="tell, for trial 0, raised SearchExhausted"):
        entrant.tell(entrant.ask(), 1.0)
    entrant = entries.made(Raises, SPACE, 0)
    with pytest.raises(
        entries.SamplerError, match=r"tell, for trial 0, raised KeyError: 'memory' \(line \d+, in tell\)"
    ):
        entrant.tell(entrant.ask(), 1.0)


@pytest.mark.parametrize("item", ["spiral", "spiral:", ":Name", 7, "no_such_module_here:Name"])
def test_what_is_no_sampler_is_refused(item):
    """Neither a name, nor importable, nor callable."""
    with pytest.raises(ValueError, match="sampler"):
        entries.entry(item)


def test_spheres_are_drawn_with_the_limits_that_are_stated():
    """In the study rsa has one restart, and 20,000 darts beyond three dimensions; other designs are as they are."""
    assert entries.options("rsa", 3) == {"n_restarts": 1}
    assert entries.options("rsa", 4) == {"n_restarts": 1, "max_darts": 20_000}
    assert all(entries.options(name, 4) == {} for name in designs.NAMES if name != "rsa")
    quick = designs.make("rsa", 16, 4, 1, n_restarts=1, max_darts=50)
    assert quick.shape == (16, 4)
    assert not np.array_equal(quick, designs.make("rsa", 16, 4, 1, n_restarts=1, max_darts=20_000))
