"""A search that is killed loses nothing."""

import json
import multiprocessing
import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hpo_tutor import problems
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


@pytest.mark.parametrize("content", [b'{"my": "results", "runs": [1, 2, 3]}', b"a text without an end", b"\x00\x01"])
def test_a_file_without_a_last_newline_is_not_taken_for_a_torn_log(tmp_path, content):
    """Only what begins as a log begins is cut off; anything else is somebody's work and stays."""
    path = tmp_path / "results.json"
    path.write_bytes(content)
    with pytest.raises(ValueError, match="is not a search log; choose another file"):
        search(path)
    assert path.read_bytes() == content


def test_a_log_of_another_objective_is_refused(tmp_path):
    """One log for two data batches would return the first one's losses for the second."""
    path, digits = tmp_path / "search.jsonl", problems.landscape("digits")
    for batch in (0, 0):
        member = digits.draw(batch)
        minimize(member, Design(member.space, "random"), 3, log=path, progress=False)
    with pytest.raises(ValueError, match=r"belongs to another search: objective is '<Landscape digits: .*batch 0 of"):
        minimize(digits.draw(1), Design(digits.space, "random"), 3, log=path, progress=False)


def test_options_that_json_does_not_know_resume_in_another_process(tmp_path):
    """A function among the options is written without its address, which differs from process to process."""
    code = (
        "import sys, math\nfrom hpo_tutor import Choice, SearchSpace, minimize, samplers\n"
        "def relu(x): return x\n"
        "class Tanh: pass\n"
        "space = SearchSpace(act=Choice([relu, math.tanh, Tanh()]), data=Tanh(), names=['a', 'b'])\n"
        "sampler = samplers.Design(space, 'random')\n"
        "h = minimize(lambda c: len(repr(c['act'])), sampler, 4, log=sys.argv[1], progress=False)\n"
        "print([t.state for t in h])"
    )
    run = [sys.executable, "-c", code, str(tmp_path / "search.jsonl")]
    first, second = (subprocess.run(run, capture_output=True, text=True, check=True).stdout for _ in range(2))
    assert first == second == "['complete', 'complete', 'complete', 'complete']\n"
    assert "0x" not in (tmp_path / "search.jsonl").read_text()


def test_a_numpy_seed_is_a_seed(tmp_path):
    """Seeds from np.arange are as good as any."""
    path = tmp_path / "search.jsonl"
    assert search(path, seed=np.int64(1)).trials == search(path, seed=1).trials


def test_an_interrupt_while_a_batch_is_written_loses_none_of_it(tmp_path, monkeypatch):
    """Eight networks were trained together; Ctrl-C during the third line keeps all eight, in history and log."""
    path, calls = tmp_path / "search.jsonl", iter(range(1000))
    sync = os.fsync

    def interrupted(file):
        sync(file)
        if next(calls) == 3:
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(os, "fsync", interrupted)
    history = search(path, batch=8, n_trials=16)
    assert history.interrupted
    assert len(history) == len(recorded(path)) == 8
    assert history.trials == search(None, batch=8, n_trials=8).trials
    assert search(path, batch=8, n_trials=16).trials == search(None, batch=8, n_trials=16).trials


def test_a_used_sampler_cannot_begin_a_log(tmp_path):
    """Nobody could resume from the middle of a sampler's questions."""
    sampler = Learner()
    minimize(Noisy(), sampler, 3, progress=False)
    with pytest.raises(ValueError, match=r"a search with a log needs a fresh sampler, and .* has been asked 3 times"):
        minimize(Noisy(), sampler, 6, log=tmp_path / "search.jsonl", progress=False)


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
