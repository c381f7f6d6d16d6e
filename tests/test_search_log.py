"""A search that is killed loses nothing."""

import json
import multiprocessing
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hpo_tutor.samplers import Design
from hpo_tutor.search_log import SearchLog, read_history
from hpo_tutor.search_space import Float, SearchSpace
from hpo_tutor.tuning import minimize

SPACE = SearchSpace(rate=Float(1e-4, 1e-1, log=True), momentum=Float(0, 1))
N_TRIALS = 12


class Noisy:
    """Noise from each trial's seed; every fifth trial fails, so that failures are replayed too."""

    space = SPACE
    loss_names = ("loss",)

    def __call__(self, config):
        """Not used: minimize evaluates."""
        raise NotImplementedError("only evaluate is used here")

    def evaluate(self, configs, *, seeds, fidelity=None):
        """Losses, shape (K,); nan for every fifth seed or so."""
        return [
            float("nan") if seed % 5 == 0 else config["rate"] + seed / 2**32
            for config, seed in zip(configs, seeds, strict=True)
        ]


class Learner(Design):
    """A sampler whose next config depends on every loss it was told, in order: replay must be exact."""

    def __init__(self, seed=0):
        super().__init__(SPACE, "random", n_points=1000, seed=seed)
        self.memory = 0.0

    def ask(self):
        """A trial whose momentum encodes what was told."""
        trial = super().ask()
        trial.config["momentum"] = abs(self.memory) % 1
        return trial

    def tell(self, trial, loss):
        """Mix number and loss."""
        super().tell(trial, loss)
        self.memory = self.memory * 0.5 + (trial.number + 1) * (7.0 if loss != loss else loss)


def search(log=None, batch=1, n_trials=N_TRIALS, seed=1):
    """The search of this file, without progress bar."""
    return minimize(Noisy(), Learner(), n_trials, batch, seed, log=log, progress=False)


pytestmark = pytest.mark.filterwarnings("ignore:.* trials failed:RuntimeWarning")


def recorded(path):
    """What a log holds, without its first line, in order of numbers."""
    return read_history(path).trials


@pytest.mark.parametrize("batch", [1, 4, 5])
def test_a_log_holds_the_search_and_replays_to_the_same_trials(tmp_path, batch):
    """Run again on a finished log: nothing is evaluated, nothing is written, the history is the same."""
    path = tmp_path / "folder" / "search.jsonl"
    first = search(path, batch)
    content = path.read_bytes()
    assert search(path, batch).trials == first.trials == search(None, batch).trials == recorded(path)
    assert path.read_bytes() == content
    assert len(content.splitlines()) == N_TRIALS + 1


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.floats(0, 1), st.sampled_from([1, 4, 5]))
def test_a_search_torn_at_any_byte_resumes_to_the_same_trials(tmp_path, share, batch):
    """SIGKILL in mid-write leaves a file cut anywhere; the resumed search equals one never killed."""
    whole, torn = tmp_path / f"whole{batch}.jsonl", tmp_path / "torn.jsonl"
    if not whole.exists():
        search(whole, batch)
    content = whole.read_bytes()
    torn.write_bytes(content[: round(share * len(content))])
    assert search(torn, batch).trials == recorded(whole)
    assert sorted(torn.read_bytes().splitlines()) == sorted(content.splitlines())


def test_a_longer_search_continues_a_shorter_one(tmp_path):
    """n_trials is the total: 7, then 12, are 12; the log's batches are asked for as they were."""
    path = tmp_path / "search.jsonl"
    first = search(path, batch=4, n_trials=7)
    longer = search(path, batch=4, n_trials=12)
    assert longer.trials[:7] == first.trials
    assert len(longer) == 12
    assert longer.trials == search(path, batch=3, n_trials=12).trials
    with pytest.raises(ValueError, match="already holds 12 trials, got n_trials=5"):
        search(path, n_trials=5)


def test_an_interrupted_batch_resumes(tmp_path):
    """Stopped in the second batch, one by one: its finished trials are kept, the others evaluated on resume."""
    path, calls = tmp_path / "search.jsonl", iter(range(100))

    def stops(config):
        if next(calls) == 5:
            raise KeyboardInterrupt
        return config["rate"]

    first = minimize(stops, Learner(), 8, batch=4, log=path, progress=False)
    assert [trial.state for trial in first] == ["complete"] * 5 + ["failed"]
    resumed = minimize(stops, Learner(), 8, batch=4, log=path, progress=False)
    assert resumed.trials[:6] == first.trials
    assert [trial.state for trial in resumed[6:]] == ["complete"] * 2


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda path: minimize(Noisy(), Learner(), 12, seed=2, log=path),
            "belongs to another search: seed is 1 there and 2 here",
        ),
        (lambda path: minimize(Noisy(), Learner(seed=5), 12, seed=1, log=path), "make the sampler as before"),
        (lambda path: minimize(Noisy(), Design(SPACE, "grid"), 12, seed=1, log=path), "make the sampler as before"),
        (
            lambda path: minimize(Noisy(), Design(SearchSpace(rate=Float(0, 1)), "grid"), 12, seed=1, log=path),
            "belongs to another search: space.hyperparameters is",
        ),
    ],
)
def test_a_log_of_another_search_is_refused_and_left_alone(tmp_path, change, message):
    """A wrong resume says what differs and does not touch the file."""
    path = tmp_path / "search.jsonl"
    search(path, n_trials=5)
    content = path.read_bytes()
    with pytest.raises(ValueError, match=message):
        change(path)
    assert path.read_bytes() == content


def test_another_file_is_never_overwritten(tmp_path):
    """A CSV given as log= is refused and stays as it is."""
    path = tmp_path / "results.csv"
    path.write_text("rate,loss\n0.1,0.5\n")
    with pytest.raises(ValueError, match=r"line 1 of .* is damaged"):
        search(path)
    with pytest.raises(ValueError, match="damaged"):
        read_history(path)
    assert path.read_text() == "rate,loss\n0.1,0.5\n"
    (tmp_path / "other.jsonl").write_text('{"a": 1}\n')
    with pytest.raises(ValueError, match="is not a search log; choose another file"):
        search(tmp_path / "other.jsonl")
    with pytest.raises(ValueError, match="there is no search log"):
        read_history(tmp_path / "missing.jsonl")


def test_damage_in_the_middle_is_noticed(tmp_path):
    """Only the last line can be torn by a kill; a broken line before it is reported with its number."""
    path = tmp_path / "search.jsonl"
    search(path)
    lines = path.read_bytes().splitlines(keepends=True)
    lines[3] = lines[3][:20] + b"\n"
    path.write_bytes(b"".join(lines))
    with pytest.raises(ValueError, match=r"line 4 of .* is damaged"):
        search(path)


def test_two_searches_do_not_share_a_log(tmp_path):
    """The second writer is noticed before a line is lost."""
    path = tmp_path / "search.jsonl"
    with SearchLog(path, {"seed": 0}) as one, SearchLog(path, {"seed": 0}) as other:
        trial = search(n_trials=1)[0]
        one.append(trial, (0, 1))
        with pytest.raises(RuntimeError, match="only one search may write to a log"):
            other.append(trial, (0, 1))
    assert len(path.read_bytes().splitlines()) == 2


def test_two_hundred_kills_at_random_moments_change_nothing(tmp_path):
    """SIGKILL a running search 200 times; the log in the end holds the trials of a search never killed, each once."""
    done = subprocess.run(
        [sys.executable, __file__, str(tmp_path)],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[1],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])},
        timeout=300,  # a search that waits for the lock of a killed one would wait for ever
        check=False,
    )
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["kills"] == 200
    assert report["kills_that_left_a_search_unfinished"] >= 100, report
    assert report["longest"] > report["shortest"], "the kills came at different moments"
    assert report["wrong"] == []


def _kill_again_and_again(folder: Path) -> dict:
    """Kill searches until 200 kills are done; a search that finishes is compared and a new one begun."""
    fork = multiprocessing.get_context("fork")  # quick; this process holds no threads but its own
    rng = random.Random(0)
    expected = {batch: search(None, batch, 60).trials for batch in (1, 4)}
    kills, unfinished, wrong, lengths, begun = 0, 0, [], [], 0
    while kills < 200:
        begun += 1
        batch = 4 if begun % 2 else 1
        path = folder / f"{begun}.jsonl"
        finished = False
        while not finished:
            child = fork.Process(target=search, args=(path, batch, 60))
            child.start()
            child.join(rng.uniform(0, 0.03) if kills < 200 else None)
            if child.exitcode is None:
                child.kill()
                child.join()
                kills += 1
                lines = path.read_bytes().count(b"\n") if path.exists() else 0
                lengths.append(lines)
                unfinished += lines < 61
            finished = child.exitcode == 0
        if recorded(path) != expected[batch] or search(path, batch, 60).trials != expected[batch]:
            wrong.append(path.name)
    return {
        "kills": kills,
        "kills_that_left_a_search_unfinished": unfinished,
        "shortest": min(lengths),
        "longest": max(lengths),
        "wrong": wrong,
    }


if __name__ == "__main__":
    import warnings

    warnings.simplefilter("ignore", RuntimeWarning)
    print(json.dumps(_kill_again_and_again(Path(sys.argv[1]))))
