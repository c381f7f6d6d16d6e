"""Shares beside the options trained alone: every seed's picture says what the numbers say."""

import numpy as np
import pandas as pd
import pytest

from hpo_tutor.course.pictures.nb18 import gates as pictures
from hpo_tutor.scenes.layers import Line, Points, Text
from hpo_tutor.scenes.stage import legend
from hpo_tutor.training.online.gates import Gated
from hpo_tutor.widgets.player import Player

OPTIONS = ("relu", "tanh", "identity", "sine")
N_SEEDS, N_EPOCHS = 6, 30


def made(options: tuple[str, ...] = OPTIONS, seed: int = 0) -> tuple[Gated, pd.DataFrame]:
    """Random paths of shares and random losses, put together by hand."""
    rng = np.random.default_rng(seed)
    walks = np.cumsum(rng.normal(0, 0.2, (N_SEEDS, N_EPOCHS + 1, len(options))), axis=1)
    shares = np.exp(walks) / np.exp(walks).sum(2, keepdims=True)
    losses = rng.uniform(0.07, 0.2, (N_SEEDS, len(options)))
    names, models = np.array(options), np.arange(N_SEEDS)
    largest = shares[:, -1].argmax(1)
    columns = {
        "named": names[largest],
        "share": shares[models, -1, largest],
        "chosen": names[rng.integers(len(options), size=N_SEEDS)],
        "best": names[losses.argmin(1)],
        "retrained": losses[models, largest],
    }
    columns |= {f"alone: {option}": losses[:, o] for o, option in enumerate(options)}
    found = Gated(options, shares, np.zeros((N_SEEDS, N_EPOCHS)), np.zeros((N_SEEDS, 9, len(options))))
    return found, pd.DataFrame(columns)


@pytest.mark.parametrize("options", [OPTIONS, ("relu", "tanh", "sine")])
@pytest.mark.parametrize("seed", range(N_SEEDS))
def test_the_picture_says_what_the_numbers_say(options: tuple[str, ...], seed: int) -> None:
    """Lines, their names and the sentence agree with shares and losses; each option has a row of its own."""
    found, verdict = made(options)
    board = pictures.gates_board(found, verdict, seed)
    left, right = board.scenes()
    lines = [layer for layer in left.layers if isinstance(layer, Line)]
    np.testing.assert_allclose([line.y for line in lines[1:]], found.shares[seed].T, rtol=1e-6)
    assert set(legend([board])) == {"equal shares"}
    texts = next(layer for layer in left.layers if isinstance(layer, Text))
    heights = np.asarray(texts.y)
    assert np.diff(np.sort(heights)).min() >= pictures.GAP - 1e-6
    assert [texts.text[o] for o in np.argsort(heights)] == [
        options[o] for o in np.argsort(found.shares[seed, -1], kind="stable")
    ]
    assert [text for _, text in right.y.ticks or ()] == [*reversed(options)]
    large = [layer for layer in right.layers if isinstance(layer, Points) and layer.size == 14]
    drawn = {options[len(options) - 1 - round(float(point.y[0]))]: float(point.x[0]) for point in large}
    assert drawn == pytest.approx({o: verdict.loc[seed, f"alone: {o}"] for o in options}, rel=1e-6)
    best = min(drawn, key=drawn.__getitem__)
    largest = options[int(found.shares[seed, -1].argmax())]
    assert board.sentence.startswith(f"Seed {seed}: {largest} ends with the largest share")
    assert f"The best alone is {best} with" in board.sentence
    n_right = sum(verdict["named"][s] == verdict["best"][s] for s in range(N_SEEDS))
    assert f"names the best option for {n_right} of {N_SEEDS} seeds" in board.sentence


@pytest.mark.parametrize("ends", [[0.25, 0.25, 0.25, 0.25], [0.0, 0.0, 0.0, 1.0], [0.9, 0.05, 0.03, 0.02], [1.0]])
def test_names_at_the_ends_keep_apart(ends: list[float]) -> None:
    """They stay in order, on the axis, a line of letters apart, and none wanders further than the crowd forces it."""
    heights = pictures.spread(np.array(ends))
    order = np.argsort(ends, kind="stable")
    assert np.all(np.diff(heights[order]) >= pictures.GAP - 1e-12)
    assert heights.min() >= 0
    assert heights.max() <= 1.0
    assert np.abs(heights - ends).max() <= len(ends) * pictures.GAP


def test_a_player_steps_through_seeds_and_menus(monkeypatch: pytest.MonkeyPatch) -> None:
    """It has a dial for the menu and one for the seed, and asks for each menu's numbers."""
    menus = {pictures.ALL: made(), pictures.FEWER: made(("relu", "tanh", "sine"), 1)}
    asked = []

    def gated(way: str, n_seeds: int) -> tuple[Gated, pd.DataFrame]:
        asked.append((way, n_seeds))
        return menus[way]

    monkeypatch.setattr(pictures, "gated", gated)
    assert isinstance(pictures.gates_player(n_seeds=N_SEEDS), Player)
    assert set(asked) == {(pictures.ALL, N_SEEDS), (pictures.FEWER, N_SEEDS)}


def test_an_unknown_menu_is_refused() -> None:
    """The message lists those that there are."""
    with pytest.raises(ValueError, match="a way is one of all four, without identity"):
        pictures.gated("some")
