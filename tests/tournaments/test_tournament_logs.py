"""A tournament that is killed goes on where its log ends."""

import json
import os
import re
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from hpo_tutor import problems
from hpo_tutor.early_stopping import AsynchronousHalving, Hyperband, SuccessiveHalving
from hpo_tutor.samplers import TPE, Design
from hpo_tutor.search_space import Choice, Float
from hpo_tutor.tournaments import play

QUICK = {"learning_rate": Float(1e-4, 3e-2, log=True), "width": 8}
# a tournament long enough to be killed in the middle
LONG = """
import sys
from hpo_tutor import problems
from hpo_tutor.early_stopping import SuccessiveHalving
from hpo_tutor.search_space import Choice, Float
from hpo_tutor.tournaments import play
objective = problems.live("digits", {"learning_rate": Float(1e-4, 3e-2, log=True), "width": 8})
play(objective, SuccessiveHalving(9, 2700, 300), seed=6, log=sys.argv[1])
"""


def digits():
    """Small networks."""
    return problems.live("digits", QUICK)


def outcomes(result):
    """What was reported, without the order in which it came."""
    return {(r.trial, r.job.rung): (r.job, dict(r.config), r.seed) for r in result.reports}


def losses(result):
    """Losses in the order of trials and rungs."""
    return [loss for _, loss in sorted(((r.trial, r.job.rung), r.loss) for r in result.reports)]


def test_each_report_is_a_line(tmp_path):
    """The first line says which tournament it is; each report stands as it was made."""
    path = tmp_path / "logs" / "halving.jsonl"
    result = play(digits(), SuccessiveHalving(9, 9), seed=1, log=path)
    header, *lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert header["format"] == "hpo_tutor tournament log 1"
    assert header["seed"] == 1
    assert [(line["trial"], line["job"], line["seed"], line["loss"], line["config"]) for line in lines] == [
        (r.trial, list(r.job), r.seed, r.loss, dict(r.config)) for r in result.reports
    ]
    assert [line["asked"] for line in lines] == [9] * 9 + [12] * 3 + [13]


@pytest.mark.parametrize(
    "make",
    [
        lambda: SuccessiveHalving(9, 9),
        lambda: Hyperband(9),
        lambda: Hyperband(9, side_by_side=True),
        lambda: AsynchronousHalving(9, 9, form="promotion"),
    ],
    ids=["halving", "brackets in turn", "brackets side by side", "asynchronous"],
)
@pytest.mark.parametrize("torn", [False, True], ids=["whole", "torn"])
def test_a_log_that_ends_after_any_line_leads_to_the_same_tournament(tmp_path, make, torn):
    """Cut anywhere, also within a line: the same reports with the same losses, and a log as long as the first."""
    path = tmp_path / "log.jsonl"
    expected = play(digits(), make(), seed=1, log=path)
    lines = path.read_bytes().splitlines(keepends=True)
    for n in sorted({0, 1, 5, 9, len(lines) - 3, len(lines) - 1}):
        path.write_bytes(b"".join(lines[: n + 1]) + (lines[n + 1][:-5] if torn and n + 1 < len(lines) else b""))
        result = play(digits(), make(), seed=1, log=path)
        assert outcomes(result) == outcomes(expected)
        np.testing.assert_allclose(losses(result), losses(expected), rtol=2e-4)
        assert len(path.read_bytes().splitlines()) == len(lines)
        assert result.incumbent.number == expected.incumbent.number


def test_only_what_was_still_in_training_is_trained_again(tmp_path):
    """After two of three rungs, one network is left: its nine epochs are trained, and nothing else."""
    path = tmp_path / "log.jsonl"
    expected = play(digits(), SuccessiveHalving(9, 9), log=path)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:-1]))
    result = play(digits(), SuccessiveHalving(9, 9), log=path)
    assert list(result.curves) == [expected.incumbent.number]
    np.testing.assert_allclose(result.curves[expected.incumbent.number], expected.curves[expected.incumbent.number],
                               rtol=2e-4)  # fmt: skip
    assert result.n_epochs == 9 * 1 + 3 * 2 + 9
    done = play(digits(), SuccessiveHalving(9, 9), log=path)  # once more: nothing is left to train
    assert not done.curves
    assert done.history.trials == result.history.trials


def test_failures_come_back_as_failures(tmp_path):
    """A loss that is no number is null in the file, and the trial has failed after a resume as well."""
    path = tmp_path / "log.jsonl"
    space = {"learning_rate": Choice((1e-2, 1e30)), "width": 8}
    with pytest.warns(RuntimeWarning, match="trials failed"):
        first = play(problems.live("digits", space), SuccessiveHalving(9, 3), log=path)
    assert b'"loss": null' in path.read_bytes()
    with pytest.warns(RuntimeWarning, match="trials failed"):
        again = play(problems.live("digits", space), SuccessiveHalving(9, 3), log=path)
    assert again.history.trials == first.history.trials


def test_a_killed_process_is_resumed(tmp_path):
    """SIGKILL in the middle of the second rung: the reports of the first are kept, and the rest is played."""
    path = tmp_path / "log.jsonl"
    process = subprocess.Popen([sys.executable, "-c", LONG, str(path)])
    try:
        end = time.monotonic() + 120
        while (not path.exists() or path.read_bytes().count(b"\n") < 10) and time.monotonic() < end:
            assert process.poll() is None, "the tournament ended before it could be killed"
            time.sleep(0.05)
    finally:
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    kept = path.read_bytes()
    assert kept.count(b"\n") >= 10
    with path.open("ab") as file:
        file.write(b'{"trial": 3, "conf')
    objective, scheduler = digits(), SuccessiveHalving(9, 2700, 300)
    with pytest.MonkeyPatch.context() as patch:
        # what is left of 2,700 epochs is not waited for
        patch.setattr("hpo_tutor.tournaments.waves.Networks.ends", interrupt)
        result = play(objective, scheduler, seed=6, log=path)
    assert path.read_bytes() == kept
    assert len(result.reports) == kept.count(b"\n") - 1
    assert result.interrupted


def interrupt(*_):
    """Ctrl-C."""
    raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"seed": 2}, "belongs to another tournament: seed is 1 there and 2 here"),
        ({"objective": problems.live("digits", QUICK, batch=3)}, "belongs to another tournament: objective"),
        ({"scheduler": SuccessiveHalving(10, 9)}, "belongs to another tournament: scheduler.plans is "),
    ],
    ids=["seed", "objective", "scheduler"],
)
def test_another_tournaments_log_is_refused(tmp_path, change, message):
    """The message names what differs; the file stays as it is."""
    path = tmp_path / "log.jsonl"
    play(digits(), SuccessiveHalving(9, 9), seed=1, log=path)
    before = path.read_bytes()
    settings = {"objective": digits(), "scheduler": SuccessiveHalving(9, 9), "seed": 1, **change}
    with pytest.raises(ValueError, match=re.escape(message)):
        play(settings.pop("objective"), settings.pop("scheduler"), log=path, **settings)
    assert path.read_bytes() == before


def test_a_changed_config_and_a_damaged_line_are_refused(tmp_path):
    """A log cannot be continued by other trials; what is no log is left alone."""
    path = tmp_path / "log.jsonl"
    play(digits(), SuccessiveHalving(9, 9), log=path)
    lines = path.read_text().splitlines()
    record = json.loads(lines[3])
    record["config"]["learning_rate"] *= 2
    path.write_text("\n".join([*lines[:3], json.dumps(record), *lines[4:]]) + "\n")
    with pytest.raises(ValueError, match=r"but trial 2 in .*log.jsonl is .* and the sampler asks for .*make scheduler"):
        play(digits(), SuccessiveHalving(9, 9), log=path)
    path.write_text("\n".join([*lines[:3], lines[5], *lines[4:]]) + "\n")
    with pytest.raises(ValueError, match=r"reports Job\(trial=4.*does not run now"):
        play(digits(), SuccessiveHalving(9, 9), log=path)
    path.write_text("\n".join([*lines[:3], "{}", *lines[4:]]) + "\n")
    with pytest.raises(ValueError, match=r"line 4 of .* is damaged or no part of a tournament log"):
        play(digits(), SuccessiveHalving(9, 9), log=path)
    for content in ("my notes", "my notes\n", '{"format": "another"}\n'):
        path.write_text(content)
        with pytest.raises(ValueError, match="tournament log"):
            play(digits(), SuccessiveHalving(9, 9), log=path)
        assert path.read_text() == content


def test_two_tournaments_do_not_share_a_log(tmp_path):
    """A line that another program writes in between is noticed at the next report."""
    path = tmp_path / "log.jsonl"

    class Meddling:
        """Writes to the log while it evaluates."""

        space, loss_names = digits().space, ("loss",)

        def __repr__(self):
            return "Meddling()"

        def evaluate(self, configs, *, seeds, fidelity=None):
            """Ones, (K,)."""
            with path.open("a") as file:
                file.write("{}\n")
            return np.ones(len(configs))

        def __call__(self, config):
            return 1.0

    with pytest.raises(RuntimeError, match="only one tournament may write to a log"):
        play(Meddling(), SuccessiveHalving(9, 9), log=path)


def test_a_sampler_that_has_run_dry_resumes(tmp_path):
    """Nine configs for 27 trials: the tournament ends, and its own log is one of the same tournament."""
    objective, log = problems.curves("digits-curves"), tmp_path / "dry.jsonl"

    def again():
        return play(objective, SuccessiveHalving(27, 9, 1), Design(objective.space, "random", n_points=9), log=log)

    assert outcomes(again()) == outcomes(again())


def test_a_log_is_of_one_arithmetic(tmp_path):
    """Losses in another precision, or of another sampler, are another tournament."""
    log = tmp_path / "single.jsonl"
    play(digits(), SuccessiveHalving(4, 2, 1, 2), log=log)
    double = problems.live("digits", QUICK, dtype="float64")
    with pytest.raises(ValueError, match="another"):
        play(double, SuccessiveHalving(4, 2, 1, 2), log=log)
    with pytest.raises(ValueError, match="another"):
        play(digits(), SuccessiveHalving(4, 2, 1, 2), TPE(digits().space), log=log)
