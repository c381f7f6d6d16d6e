# %% [markdown]
# # A fair race
#
# **Question.** Six designs, three tasks, thousands of searches: which design is better, and when may you say so?
#
# **Afterwards you can**
#
# - plan a comparison of samplers step by step, and say what each step mends
# - judge after how many batches of data a lead is worth a bet
# - enter a sampler of your own into the study, and find it in the ranking
#
# **Before.** Notebook 03 (random search, and its fair comparison). Notebooks 09 and 10 introduce the designs; what is
# needed of them is said again.
#
# **Time.** 65 minutes, of which the two exercises take 20. A good place for a break is before *When would you bet?*. In
# a hurry? *Which inputs, which model* can be left out.

# %% tags=["setup"]
import itertools
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

from hpo_tutor import check, claim, designs, doctor, figures, hint, predict, problems, quiz, race
from hpo_tutor.course.pictures import nb11 as pictures
from hpo_tutor.race import presets, protocol, statistics
from hpo_tutor.samplers import TPE
from hpo_tutor.widgets import Dial, Player

doctor()

# %% [markdown]
# ## A question, and 558,450 models
#
# Five students in Copenhagen wanted to know whether a new way to place trials beats grid and random search. So they did
# what one should: they let the methods race. This notebook repeats their study, with our own data and code; what it
# finds is ours.
#
# A **design** chooses all its trials before the first loss is known. Six of them race:
#
# | design | in one sentence |
# |---|---|
# | *grid* | evenly spaced, the outer points on the edges |
# | *grid-midpoints* | evenly spaced, each point in the middle of its cell (we add this one) |
# | *random* | each point drawn on its own |
# | *lhs* | a Latin hypercube: rooks that may not take each other, so every axis sees N different values |
# | *hypertiling* | corners of a tiling |
# | *rsa* | points at random, none nearer to another than a distance as large as can be |
#
# They race on three **tracks**, a data set and what learns it: *jets* (a network predicts energies), *photographs* (a
# new layer on a network that is frozen), and *houses* (boosted trees predict prices). A **batch** is one part of the
# data, with rows of its own to train and to validate on. A **resolution** $n$ means $n$ levels on each axis, so that
# with $d$ hyperparameters every design gets $N = n^d$ points. And a **cell** is one search: track, $d$, $n$, design
# and batch. The study is a long list of cells.

# %%
n_batches = {"trees": 44, "networks": 10, "photographs": 10}  # of the houses, jets, photographs
models = {
    (track, d): 5 * n_batches[track] * sum(n**d for n in resolutions)
    for track, table in presets.FEASIBLE.items()
    for d, resolutions in table.items()
}
counted = sum(count for (_, d), count in models.items() if d != 5)
claim("five designs, all but d = 5, make the source's number", counted == 558_450, models=counted)
trees = sum(count for (track, d), count in models.items() if track == "trees" and d != 5)
claim("nearly all of them are boosted trees", trees > 0.95 * counted, trees=trees)

# %% [markdown]
# Why so many? Because with one batch, one resolution and one draw, anybody can win. Below, each step of the protocol
# comes with the picture of what it mends.
#
# ## Where to race
#
# ### Many batches: the minimum wanders
#
# A design is a fixed set of points. On *one* surface it is luck whether one of them hits the minimum. On another batch
# of the same data the minimum lies elsewhere. (The students even made their batches of different sizes, so that it
# should move more.)

# %%
options = ["as good as the best there", "a little worse", "over 10 % worse"]
carried = predict("The best configuration of batch 0: how good is it on the other batches?", options)

# %%
Player.over(
    pictures.wandering,
    batch=range(10),
    track=["jets", "photographs", "houses"],
    label="The minimum wanders",
    speed=1.5,
)

# %% [markdown]
# *How to use it:* play, or step through the batches; the choice changes the track.
#
# *In the picture:* on the left the surface of this batch, dark is low, with its minimum (star) and those of nine other
# batches (dots). On the right: take this batch's best configuration to the other batches. How far above their own
# minimum does it end there?
#
# Two questions to answer with it: along which direction do the minima of the jets scatter most? On which track does a
# minimum touch the border?
#
# *Surprise me:* jets, from batch 3 to batch 4. The jets are of the same kind, and the best number of epochs falls
# to a third.

# %%
costs = {track: pictures.above(track)[0, 1:] for track in ("jets", "photographs")}
median = {track: 100 * np.median(cost) for track, cost in costs.items()}
carried.reveal(options[1] if 0.1 < max(median.values()) < 10 else options[2 * (median["jets"] > 10)])
worse = min(median.values()) > 0.1
claim("the best of batch 0 is a little worse on others", worse, per_cent=list(median.values()))
wide = np.ptp([member.config[1] for member in pictures.minima("jets", {})])
claim("the best number of epochs varies by ten or more", wide >= 10, epochs=wide)
seven, two = (int(pictures.minima("jets", {})[batch].config[1]) for batch in (3, 4))
claim("from batch 3 to batch 4 it falls to a third", two < 0.35 * seven, epochs=[seven, two])

# %% [markdown]
# A little: about one per cent. Remember that number, for good designs differ by less.
#
# ### Ranges: no minimum on an edge
#
# If the smallest loss lies on the border of the ranges, then the true minimum may lie beyond; and the grid on the
# edges, which alone puts points exactly there, gets a gift. So the ranges must hold the minima of *all* batches. The
# students found theirs by a **pilot search**: a few coarse searches that count for nothing, before the race. For their
# jets, that gave 35 to 66 epochs and learning rates from 0.001. Would the same ranges do for ours?

# %%
options = ["0 or 1", "2 to 8", "9 or 10"]
borrowed = predict("In these ranges: how many of ten batches have their minimum on an edge?", options)

# %%
Player.over(
    pictures.ranges,
    first=Dial("epochs from", [1, 5, 10, 20, 35]),
    last=Dial("epochs to", [10, 15, 20, 30, 40, 60]),
    lowest=Dial("learning rate from", [1e-4, 5e-4, 1e-3, 2e-3, 4e-3]),
    start={"first": 20, "last": 60, "lowest": 1e-3},
    label="Ranges that hold all minima",
)

# %% [markdown]
# *How to use it:* the dials move the sides of the frame.
#
# *In the picture:* the loss above each batch's minimum, the mean of ten batches; dark is low. In the frame, the minimum
# of each batch as a search in these ranges would find it: blue inside, a red cross on an edge.
#
# Two questions to answer with it: what is the smallest frame that holds all ten? If you allow 35 epochs at least, where
# do the minima go?
#
# *Surprise me:* the students' ranges, 35 to 60 epochs and learning rates from 0.001.

# %%
theirs = pictures.minima("jets", {"epochs": (35, 60), "learning_rate": (1e-3, 1)})
on_edge = sum(one.on_edge for one in theirs)
borrowed.reveal(options[int(on_edge > 1) + int(on_edge > 8)])
claim("in their ranges, nearly all minima of our jets lie on an edge", on_edge >= 9, batches=on_edge)
ours = pictures.minima("jets", {})
claim("in ours none", not any(one.on_edge for one in ours))
edges = protocol.edge_batches("photographs")
claim("of the photographs four of ten do", len(edges) == 4, batches=edges)
photographs = problems.landscape("cifar10")
widths = {photographs.draw(batch).optimum_config["width"] for batch in edges}
largest = photographs.space.domains["width"].high
claim("with the largest width there is", widths == {largest}, width=largest)

# %% [markdown]
# Ranges do not travel: with other networks and other data, 35 epochs are already too many here. A pilot takes a few
# batches and a coarse grid:

# %%
jets = problems.landscape("aleph")
for batch in range(3):
    grid = jets.draw(batch).grid()
    rates, epochs = (np.array(axis.values) for axis in grid.axes)
    coarse = grid.losses[::5, ::10]  # 7 x 6 trainings
    i, j = np.unravel_index(coarse.argmin(), coarse.shape)
    print(f"batch {batch}: learning rate {rates[5 * i]:.2g}, epochs {epochs[10 * j]}")
inside = 0 < i < 6 and 0 < j < 5
claim("in a wide pilot grid the last minimum lies inside", inside)

# %% [markdown]
# And the four batches of photographs? Wider layers still might be better there. One can *drop* batches whose minimum
# lies on an edge, as the students did. But that selects on the outcome: batches on which wide networks do best are
# then missing. Say how many were dropped, and look at the result with and without.
#
# ### Which inputs, which model
#
# A model is fitted hundreds of thousands of times, so it must be quick. The houses came with 118 inputs; the students
# kept 20. They asked a first model: how much does each input contribute to its predictions? **SHAP values** (Lundberg
# and Lee) share a prediction out among the inputs, as a bill among friends: what does the prediction change, on
# average, when this one joins the others? LightGBM computes them for boosted trees. Try it on something that you can
# see, the 64 pixels of the digits.

# %%
from lightgbm import LGBMClassifier
from sklearn.datasets import load_digits
from sklearn.metrics import log_loss

digits, labels = load_digits(return_X_y=True)
trees = {"n_estimators": 20, "num_leaves": 15, "n_jobs": 1, "verbose": -1, "random_state": 0}
first = LGBMClassifier(**trees).fit(digits[:1200], labels[:1200])
parts = first.booster_.predict(digits[:300], pred_contrib=True)  # of 64 pixels and a constant
shares = np.abs(parts.reshape(300, 10, 65)[..., :64]).mean(axis=(0, 1))
shares /= shares.sum()

# %%
options = ["at least doubled", "up by less than half", "the same to 1 %"]
pixels = predict("20 of 64 pixels are kept. What happens to the loss on unseen digits?", options)


# %%
def loss_with(some):
    """Cross-entropy on unseen digits of trees that see some of the pixels."""
    model = LGBMClassifier(**trees).fit(digits[:1200, some], labels[:1200])
    return log_loss(labels[1200:], model.predict_proba(digits[1200:, some]))


order = np.argsort(-shares)
losses = {k: loss_with(order[:k]) for k in (5, 10, 20, 40, 64)}
Player.over(
    lambda k: pictures.kept(k, shares, losses),
    k=Dial("pixels kept", list(losses)),
    start={"k": 20},
    label="Which pixels count?",
    speed=1,
)

# %%
worse = losses[20] / losses[64] - 1
pixels.reveal(options[0] if worse > 1 else options[1 if worse > 0.01 else 2])
claim("with 20 pixels the loss rises by less than half", 0.01 < worse < 0.5, share=worse)
held = shares[order[:20]].sum()
claim("these 20 hold most of the shares", held > 0.7, share=held)
drawn = np.random.default_rng(0).permutation(64)[:20]
by_chance = loss_with(drawn)
claim("20 pixels at random are worse", by_chance > 1.1 * losses[20], loss=by_chance, chosen=losses[20])

# %% [markdown]
# *In the picture:* darker pixels contribute less; the frame holds those that are kept. Two questions: which pixels
# contribute nothing at all, and why? From how many pixels on is hardly anything gained? (The shares were asked of the
# training rows only. Had they been asked of the rows that score, the choice would have seen what it is judged by.)
#
# The model should also *mind* its hyperparameters. If all configurations were about as good, any design would do.

# %%
tracks = {"jets": "aleph", "photographs": "cifar10", "houses": "danish_housing-44"}
above = {name: pictures.random_losses(recorded) for name, recorded in tracks.items()}
question = "On which track is a typical random configuration furthest from the best?"
sensitive = predict(question, list(tracks))

# %%
Player.over(
    lambda share: pictures.sensitivity(share, above),
    share=Dial("configurations", [5, 10, 25, 50, 75, 90], unit="%"),
    start={"share": 50},
    label="How bad is a bad configuration?",
    speed=1,
)

# %%
typical = {name: 100 * np.median(one) for name, one in above.items()}
sensitive.reveal(max(typical, key=typical.get))
rest = max(typical["jets"], typical["houses"])
claim("the jets: half of all lie within 2.5 % of the best", typical["jets"] < 2.5)
claim("photographs, by far", typical["photographs"] > 2.5 * rest, per_cent=list(typical.values()))

# %% [markdown]
# That is why the students liked their **frozen network**: it was trained before, on other pictures, and only the new
# layer on top is trained now. It minds its learning rate, and bad configurations are punished. On the jets half of all
# configurations are about as good as the best. There a design can hardly distinguish itself.
#
# ## What counts
#
# ### Normalise: divide by the batch's best
#
# On one batch of jets the best network errs by less than on another, whatever the design. Such differences have nothing
# to do with designs. So let $m_b$ be the smallest loss that *anybody* reached on batch $b$,
# with any design and resolution, and divide by it:
#
# $$y = \frac{\text{loss of the design's best point}}{m_b} \ge 1.$$
#
# What is averaged over the batches is $y - 1$, the **normalised loss** above the best: 0.02 means 2 % worse than the
# best there is.
#
# **Exercise 11.1** (level 1). Return the mean of $y - 1$ over the batches, for each design and resolution. (With
# `keepdims=True` a minimum keeps all three axes, so that you can divide by it.)


# %% tags=["exercise"]
def normalise(best):
    """Mean of y - 1 over the batches, shape (S, R).

    best (B, S, R): loss of the best point, on each batch, of each design, with each resolution.
    """
    raise NotImplementedError


# %% tags=["solution"]
def normalise(best):
    """Mean of y - 1 over the batches, shape (S, R).

    best (B, S, R): loss of the best point, on each batch, of each design, with each resolution.
    """
    y = best / best.min(axis=(1, 2), keepdims=True)
    return (y - 1).mean(axis=0)


# %%
check("11.1", normalise)
# Stuck? Run hint("11.1", 1), then 2, then 3.

# %% [markdown]
# Here are three designs on the jets, before and after. The package keeps a row for each cell.


# %%
def results(names, seed=0):
    """The rows of some designs on the jets, 2 x 2 to 5 x 5 points, on all ten batches."""
    corners = [(n, name, batch) for n in range(2, 6) for name in names for batch in range(10)]
    cells = [protocol.Cell("networks", 2, *corner) for corner in corners]
    return pd.DataFrame([row for job in protocol.jobs(cells, seed=seed) for row in protocol.run(job)])


three = results(["grid", "random", "lhs"])
tables = {n: protocol.scores(three, track="networks", n_dims=2, resolution=n) for n in range(2, 6)}
minima = three.groupby("batch")["score"].min().to_numpy()  # m_b
Player.over(
    lambda step, n: pictures.before_after(step, n, tables, minima, jets.loss_unit),
    step=list(pictures.STEPS),
    n=Dial("levels n", list(tables)),
    label="Before and after normalising",
    speed=1,
)

# %% [markdown]
# *How to use it:* choose *as measured* or *divided*; the slider changes the resolution.
#
# *In the picture:* on the left a line for each design over the batches, on the right a row for each: its batches as
# symbols, and below them the mean with two standard errors. Two questions: as measured, which differences are larger,
# those between the lines or those along them? After dividing, at which resolution do the three come together?

# %%
raw, divided = tables[2], {name: values / minima for name, values in tables[2].items()}


def apart(of):
    """How far the means lie apart, in spreads of the batches."""
    return np.ptp([v.mean() for v in of.values()]) / np.mean([v.std(ddof=1) for v in of.values()])


claim("the minima of the batches differ by over 5 %", minima.max() > 1.05 * minima.min(), GeV=minima)
before, after = apart(raw), apart(divided)
claim("dividing sets the designs apart", after > 2 * before, before=before, after=after)

# %% [markdown]
# ### The trouble with the pooled minimum
#
# $m_b$ is a **pooled minimum**: it belongs to whoever got lowest. Let one more design enter, and find a lower point
# somewhere. What becomes of the scores of the others?

# %%
options = ["nothing: they ran before", "everybody's y - 1 goes up", "they change places"]
entered = predict("Two more designs enter. What happens to the scores of the three?", options)

# %%
five = pd.concat([three, results(["grid-midpoints", "rsa"])], ignore_index=True)
means = {}
for rule in ("pool", "optimum"):
    for called, table in (("three", three), ("five", five)):
        y = 100 * protocol.normalise(table, by=rule)
        means[rule, called] = y.groupby(table["sampler"]).mean()
shown = pd.DataFrame(means)
shown.style.format("{:.3f}", na_rep="")

# %%
pool, optimum = (shown[rule].loc[["grid", "random", "lhs"]] for rule in ("pool", "optimum"))
entered.reveal(options[1] if np.all(pool["five"] > pool["three"]) else options[0])
claim("by the pool, everybody's y - 1 went up", np.all(pool["five"] > pool["three"]))
claim("by the optimum, nobody's changed", np.allclose(optimum["five"], optimum["three"]))
zeros = np.sum(protocol.normalise(five, by="pool") == 0)
claim("and the pool makes exact zeros: one a batch at least", zeros >= 10, zeros=zeros)

# %% [markdown]
# So by the pool's rule nobody has a score of his own, and the zeros spoil every formula for error bars that knows no
# zeros (notebook 12). On a *recorded* landscape there is a better rule: the loss is known everywhere, so divide by the
# batch's true minimum, its **optimum**. We keep both. Where networks are really trained, only the pool is left.
#
# ### Score without luck
#
# Whose loss is divided? The **incumbent** is the best point so far, and it was chosen because it *looked* best. That is
# partly luck (notebook 03, the winner's curse). If its observed loss counted, a lucky search would seem to do better
# than the optimum. So the search chooses by what it sees, and is scored by what it does not see: by the mean over all
# recorded seeds, or by rows of the data that were held out.

# %%
seen = protocol.normalise(five, by="optimum", of="observed")
scored = protocol.normalise(five, by="optimum", of="score")
beyond = np.mean(seen < 0)
claim("of the observed losses some lie below the optimum", beyond > 0.03, share=beyond)
claim("of the scores none", np.all(scored >= -1e-12))
flattered = 100 * (scored - seen).mean()
claim("the look flatters by some tenths of a per cent", 0.1 < flattered < 1, mean=flattered)

# %% [markdown]
# ## Harder on purpose
#
# ### An axis that does nothing
#
# Give the search a third hyperparameter that the loss ignores. Random points do not mind, but of a grid's $n^3$ points
# only $n^2$ differ in what counts (notebook 03).

# %%
names = list(presets.DESIGNS)
question = "64 points, the third axis idle: how many trials of a grid differ?"
idle_axis = predict(question, ["4", "16", "64"])

# %%
seen = {name: designs.make(name, 64, 3, seed=0)[:, :2].round(9) for name in names}
different = {name: len(np.unique(points, axis=0)) for name, points in seen.items()}
idle_axis.reveal(str(different["grid"]))
others = min(count for name, count in different.items() if not name.startswith("grid"))
claim("of both grids 16, of all others 64", different["grid-midpoints"] == 16 and others == 64)

# %% [markdown]
# ### More axes, for nothing: mangling
#
# Every further hyperparameter needs new ranges, found by a pilot, without a minimum on the edge. The students found a
# trick that adds as many as one likes. Bend the prices by a polynomial with odd powers and positive coefficients,
#
# $$P(y) = c_0\, y + c_1\, y^3 + c_2\, y^5 + \dots, \qquad c_k > 0,$$
#
# and train on the bent prices. $P$ rises everywhere, so it can be undone. The search does not know the true
# coefficients: its own guesses undo the bend, and a wrong guess brings back wrong prices. So each coefficient is a
# hyperparameter that matters, whose best value we *know* to lie inside its range. They call it **mangling**. With it,
# $d$ goes from 2 to 8: learning rate, depth, and $d - 2$ coefficients.

# %%
options = ["81", "27", "9"]
fits = predict("A grid of 3 levels in d = 4: how many of its 81 points need a training?", options)

# %%
guesses = [round(0.2 * k, 1) for k in range(1, 11)]
Player.over(
    pictures.mangling,
    c0=Dial("your c₀", guesses),
    c1=Dial("your c₁", guesses),
    start={"c0": 1.6, "c1": 0.2},
    label="Bent, and brought back",
)

# %% [markdown]
# *How to use it:* two sliders, your guess.
#
# *In the picture:* on the left the true prices run along the grey line; orange is how they were bent, blue how your
# coefficients bring them back. On the right, what your guess costs.
#
# Two questions to answer with it: where is the error zero? If your $c_0$ is too large, which $c_1$ is best?
#
# *Surprise me:* 1 and 0.4. Both guesses are wrong, and the error is small: the two axes make up for one another. A
# valley at an angle (notebook 03), for nothing.

# %%
grid = designs.make("grid-midpoints", 81, 4)
n_fits = len(np.unique(grid[:, :2], axis=0))  # learning rate and depth; coefficients only unbend
fits.reveal(str(n_fits))
claim("training hangs on the first two only, so a grid needs nine", n_fits == 9)
true = problems.mangling.Polynomial(np.array([0.8, 0.6]))
prices = np.linspace(-1, 1, 81)
claim("P can be undone", np.abs(true.inverse(true(prices)) - prices).max() < 1e-9)

# %% [markdown]
# ## When would you bet?
#
# The race is set up. Now the question that every study must answer: how many batches? Here is one race after another,
# six designs each, and the names are hidden behind letters. Draw batches, one at a time. When you are sure enough, bet
# that the leader is truly the lowest. Then the names and the true means are shown, over all batches and twenty draws of
# each design.

# %%
points = (4, 9, 16, 25)
placed = race.place_on_landscape(names, jets, points, n_draws=20, share=1)
optima = [jets.draw(batch).optimum for batch in range(10)]
fields = {n: pictures.field(placed, n, optima) for n in points}
pictures.betting(fields, "When would you bet?")

# %% [markdown]
# *How to use it:* draw batches by the buttons, bet, take the next race. The slider changes the number of points. (In a
# saved page the buttons rest.)
#
# *In the picture:* small dots are batches, the thick line is the mean with two standard errors either way. After the
# bet a star marks the true mean. On the right, your bets: after how many batches, and whether you were right.
#
# Two questions to answer with it: with 4 points, how many batches do you need to be right four times in five? With 9
# points, does it get better at all?
#
# *Surprise me:* 9 points, draw until 40 batches are there, and bet. Do it five times.

# %%
options = ["under 10 %", "10 to 30 %", "about half", "over 60 %"]
ten = predict("9 points: after ten batches, how often is the leader not truly the lowest?", options)

# %%
shares = {n: pictures.wrong_leaders(field) for n, field in fields.items()}
Player.over(
    lambda n: pictures.wrong_bets(n, fields, shares),
    n=Dial("points", list(points)),
    label="How often is the leader wrong?",
    speed=1,
)

# %% [markdown]
# *In the picture:* on the left, over 2,000 races, how often the leader is wrong after so many batches; on the right
# the true means. Two questions: why do four points need fewer batches than nine? Which gap on the right is as wide as
# its error bars?

# %%
wrong = shares[9][9]
ten.reveal(options[int(wrong > 0.1) + int(wrong > 0.3) + int(wrong > 0.6)])
claim("4 points: after ten batches rarely wrong", shares[4][9] < 0.1, share=shares[4][9])
claim("9 points: after ten, mostly wrong", wrong > 0.6, share=wrong)
claim("and after 40 still about half the time", shares[9][39] > 0.4, share=shares[9][39])
gap = {n: np.diff(np.sort(fields[n].truth)) for n in points}
claim("4 points: the first is ahead by over a fifth of a per cent", gap[4][0] > 0.2, lead=gap[4][0])
close = gap[9][:4].sum()
claim("9 points: five of the six lie within a tenth of a per cent", close < 0.1, per_cent=close)

# %% [markdown]
# There is no number of batches that is always enough. It depends on how far apart the designs are. But look at what a
# wrong bet costs: with 9 points, less than a tenth of a per cent. If you cannot tell two designs apart with forty
# batches, you need hardly care which one you take.
#
# (A batch of this game is one of ten, drawn again and again. What ten batches tell of *all* batches there could be is
# another question, and notebook 12 asks it.)
#
# ## The quick race
#
# Now the real thing, small: three tracks, four resolutions, six designs, and all batches: ten of jets, ten of
# photographs, 44 of houses. There are two hyperparameters; on the houses three as well.

# %%
winner = predict("Jets, 2 x 2 points: which design has the lowest mean?", names)
question = "Each rival against random points, in each setting: how many can be told from them?"
count = predict(question, ["2 or fewer", "3 to 10", "over 10"])

# %%
cells = presets.preset("quick")
store = Path(tempfile.mkdtemp()) / "quick.jsonl"
study = race.campaign.run(cells, store, n_workers=0)
quick = study.table()
claim("every cell was done", len(quick) == len(cells), cells=len(quick))

# %% [markdown]
# Each row is a cell; each cell's random numbers hang on the cell alone, so that it comes out the same on any machine,
# in any order, and whoever else takes part. What is done stands in the file `store`: killed half-way and started
# again, the race goes on where it was.

# %%
columns = ["track", "n_dims", "resolution", "sampler", "batch", "observed", "score", "optimum"]
quick[columns].sample(5, random_state=0)

# %%
pictures.Explorer(quick, names).player("The quick race")

# %% [markdown]
# *How to use it:* choose the track; the sliders are the numbers of levels and of hyperparameters.
#
# *In the picture:* on the left, how $y - 1$ falls with the number of points, both axes logarithmic. On the right the
# ranking at the dotted line, with 95 % intervals (a bootstrap over the batches; notebook 12 takes it apart). Two
# questions: whose line begins highest, and where does it join the others? On the photographs at $n = 3$ two designs
# agree to the last digit. Which point do they share?


# %%
def against(rows, **where):
    """The differences of all samplers to random points in one setting."""
    scores = protocol.scores(rows, of="y", **where)
    return statistics.paired_differences(scores, peer="random").set_index("a")


SETTING = ["track", "variant", "n_dims", "resolution"]


def everywhere(rows):
    """The same in every setting of a table."""
    keys = [dict(zip(SETTING, key, strict=True)) for key, _ in rows.groupby(SETTING)]
    return pd.concat({tuple(key.values()): against(rows, **key) for key in keys}, names=SETTING)


tested = quick.assign(y=100 * protocol.normalise(quick, by="optimum"))
pairs = everywhere(tested).droplevel("variant")
told = pairs[pairs["p_holm"] < 0.05]
told[["mean", "error", "low", "high", "p", "p_holm"]].style.format("{:.4f}")

# %% [markdown]
# *In the table:* the differences to random points, batch by batch, that a test takes for more than luck: their mean in
# per cent, its error, and an interval. `p_holm` is a **P-value** that has been corrected for the number of questions
# asked of each setting. What that is, notebook 12 says; small is clear.

# %%
ranking = pictures.ranked(quick, "jets", 2, 2)
winner.reveal(ranking[0][0])
count.reveal(count.options[int(len(told) > 2) + int(len(told) > 10)])
few = 3 <= len(told) < 0.15 * len(pairs)
claim("of all comparisons with random, few stand out", few, clear=len(told), of=len(pairs))
grids = told.groupby("a")["mean"].agg(["min", "max"])
claim("all of them are of grids", set(grids.index) == {"grid", "grid-midpoints"})
behind = grids.loc["grid", "min"]
claim("the grid on the edges is behind random", behind > 0.5, least=behind)
ahead = grids.loc["grid-midpoints", "max"]
claim("the midpoint grid is ahead of it", ahead < -0.5, least=ahead)
means = tested.pivot_table("y", ["track", "n_dims", "resolution"], "sampler")
leaders = set(means.idxmin(axis=1))
claim("three designs or more are lowest somewhere", len(leaders) >= 3, leaders=sorted(leaders))

# %% [markdown]
# So these searches tell two things: a coarse grid on the edges is weak, and the same grid with its points in the
# middles is once ahead. Of rooks, tilings and spheres, which were to beat random search, none can be told from it here.
# And yet the *lowest* mean belongs to somebody in every picture. It would be easy to write a paper about him.
#
# ## The whole study
#
# The full race was run once and kept: all cells of the students' table and more of them. Further designs take part
# (*jittered*: a point anywhere in each cell of a grid; *sobol*: a sequence that fills the cube evenly; *rsa-lhs*:
# spheres that are rooks as well). So do two **adaptive** samplers, which choose each trial by the losses of those
# before, where designs never listen: *gp* (notebook 06) and *tpe* (notebook 08). Most cells look their losses up on
# recorded landscapes; some were really trained.

# %%
full = race.load()
table = full.table()
trained = table["live"].astype(bool)
print(f"{len(table):,} cells; {trained.sum():,} were really trained, {full.n_trained:,} models")

# %%
question = "All comparisons with random points, in the whole study: how many stand out?"
share = predict(question, ["under 1 in 10", "1 in 10 to 1 in 2", "over half"])
ahead = predict("Houses, 7 x 7 points: who is lowest?", ["grid-midpoints", "hypertiling", "rsa", "gp"])

# %%
pictures.Explorer(table, names).player("The whole study")

# %% [markdown]
# *How to use it:* the choice is what was raced on, with the houses once more with a third axis that is idle; the
# sliders are the numbers of hyperparameters and of levels. Not every combination was run; the sentence then says which
# were.
#
# *In the picture:* as before, on recorded losses.
#
# Two questions to answer with it: houses with an idle axis: who is hurt, and up to which resolution? And is there a
# setting in which an interval lies clear of all others?
#
# *Surprise me:* houses, eight hyperparameters, two levels. 256 points, and everybody is over 5 % above the best. Why?
# That is the next section's question.

# %%
whole = table[~trained].assign(y=100 * protocol.normalise(table[~trained], by="optimum"))
differ = everywhere(whole)
clear = differ[differ["p_holm"] < 0.05]["mean"]
part = len(clear) / len(differ)
share.reveal(share.options[int(part >= 0.1) + int(part > 0.5)])
claim("few comparisons stand out", part < 0.06, clear=len(clear), of=len(differ))
grid, gp, tiled = (clear.xs(name, level="a") for name in ("grid", "gp", "hypertiling"))
behind = grid[grid > 0]
levels = set(behind.index.get_level_values("resolution"))
often = len(behind) >= 6 and levels == {2, 3}
claim("most often the grid on the edges, behind, with 2 or 3 levels", often, times=len(behind))
later = gp.index.get_level_values("resolution").min()
claim("gp four times, ahead, from 36 trials on", len(gp) == 4 and max(gp) < -0.5 and later == 6)
once = sorted(np.sign(tiled)) == [-1, 1]
claim("the hypertiling once ahead, once behind", once, per_cent=list(tiled))
most = clear.drop(["grid", "gp"], level="a").groupby("a").size().max()
claim("everybody else at most three times", most <= 3, times=most)

# %%
ahead.reveal(pictures.ranked(table, "houses", 2, 7)[0][0])
for n in (7, 8):
    rivals = protocol.scores(whole, track="trees", n_dims=2, resolution=n, of="y")
    of_gp = statistics.paired_differences(rivals, peer="gp")
    every = (of_gp["mean"] > 0.3).all() and (of_gp["p_holm"] < 0.05).all()
    claim(f"houses, {n * n} trials: gp is ahead of all ten others", every, least=of_gp["mean"].min())
settings = differ.index.droplevel("a").nunique()
by_luck = 0.05 * settings
claim("in about three settings somebody would stand out by luck", 2 < by_luck < 4, settings=settings)

# %% [markdown]
# So the whole study repeats the quick one: a coarse grid on the edges is weak. And the winner is no design. Given some
# forty trials, a sampler that listens beats all designs on the houses; with nine trials it had not yet heard enough.
#
# The other hits lie scattered. `p_holm` counts the questions of one setting, and five settings in a hundred err where
# nothing differs; a lone hit proves nothing, for the tilings or against them. But nor does "cannot be told" mean
# "equal". Small gaps need more data. So put all resolutions together: of each design the mean over $n$, batch by batch.


# %%
def pooled(rows):
    """The differences to random points of the six designs' means over all resolutions."""
    wide = rows[rows["sampler"].isin(names)].pivot_table("y", "batch", "sampler")
    scores = {name: wide[name] for name in names}
    return statistics.paired_differences(scores, peer="random").set_index("a")


houses = whole[whole["track"] == "trees"]
even = ["grid-midpoints", "lhs", "hypertiling", "rsa"]
flat, anew, cube = (
    pooled(houses[(houses["variant"] == variant) & (houses["n_dims"] == d)]).loc[even]
    for variant, d in (("", 2), ("ranges", 2), ("", 3))
)
small = flat["mean"].between(-0.45, -0.2).all() and (flat["p_holm"] < 0.04).all()
claim("d = 2: four even designs gain a third of a per cent on random", small, gain=list(flat["mean"]))
most = (anew["p_holm"] < 0.04).sum() >= 3 and max(anew["mean"]) < -0.1
claim("most of them again, in ranges drawn anew", most, gain=list(anew["mean"]))
claim("d = 3: none of them", (cube["p_holm"] > 0.2).all(), per_cent=list(cube["mean"]))

# %% [markdown]
# There it is, the advantage of evenness: on the recorded houses, in two dimensions, a third of a per cent, for rooks,
# tilings, spheres and midpoints alike. In three it is lost in the noise.
#
# ### Many hyperparameters: what was seen, and what was held out
#
# On the mangled houses a search sees about 150 rows of a batch, and its incumbent is scored by as many others. Suppose
# a search with nothing left to find: it knows the true coefficients and tries every depth with seven learning rates.
# It takes the best by the rows it sees; call that the *perfect choice*.

# %%
question = "What does this perfect choice lose on the rows held out?"
loss = predict(question, ["nothing", "about 1 %", "4 to 6 %"])


# %%
def best_choice(d):
    """y - 1 in per cent, on rows held out, of the best choice by the rows seen, (batches,)."""
    track, found = problems.mangled("danish_housing-44", n_dims=d), []
    axes = itertools.product(np.geomspace(0.03, 0.9, 7), range(1, 11))
    grid = [{"learning_rate": rate, "max_depth": depth} for rate, depth in axes]
    for batch in range(44):
        member = track.draw(batch)
        seen, held = member.losses([member.optimum_config | point for point in grid])
        found.append(100 * (held[seen.argmin()] / member.optimum - 1))
    return np.array(found)


chosen = {d: best_choice(d) for d in range(3, 9)}

# %%
mangled = houses[(houses["variant"] == "") & (houses["n_dims"] > 2)]
seen = 100 * protocol.normalise(mangled, of="observed", by="optimum")
mangled = mangled.assign(seen=seen, held=mangled["y"])
means = mangled.groupby(["n_dims", "resolution", "sampler"])[["seen", "held"]].mean()
Player.over(
    lambda n: pictures.two_stories(n, means, chosen, ["grid", "grid-midpoints", "random", "rsa", "gp"]),
    n=Dial("levels n", [2, 3, 4]),
    label="Two stories",
    speed=1,
)

# %% [markdown]
# *How to use it:* the slider changes the resolution; few were run where $d$ is large.
#
# *In the picture:* over $d$, left what the searches saw, right what their incumbents are worth on rows held out; the
# dotted line is the perfect choice. (0 is the smallest held-out loss that there is, so what is seen can lie below. And
# the dotted line is no bound: luck may take a search below it.)
#
# Two questions to answer with it: with two levels, by how much does *random* improve from $d = 3$ to $d = 8$ on the
# left, and by how much on the right? Which sampler leads on the left at $d = 6$, and what is left of its lead?

# %%
costs = {d: values.mean() for d, values in chosen.items()}
loss.reveal(loss.options[int(min(costs.values()) > 0.3) + int(min(costs.values()) > 2)])
claim(
    "the perfect choice costs 3 to 7 %, in any d",
    all(3 < cost < 7 for cost in costs.values()),
    per_cent=list(costs.values()),
)
points = means.xs(2, level="resolution").xs("random", level="sampler")
falls = points.loc[3] - points.loc[8]
much = falls.seen > 5 > 3 > falls.held
claim("d = 3 to 8, random: seen, over 5 better, held out, less than 3", much, **falls)
eight = protocol.scores(mangled, track="trees", n_dims=8, resolution=2, of="held")["random"]
mean, error = statistics.mean_and_error(eight - chosen[8])
as_good = abs(mean) < 2 * error
claim("256 random points are as good as the perfect choice", as_good, mean=mean, error=error)
claim("d = 8: everybody is over 5 % above the best", means.loc[8]["held"].min() > 5)

# %%
many = mangled[mangled["n_dims"] > 3]
many = many[many["n_dims"] < 7]
stories = {of: pooled(many.assign(y=many[of])).loc["grid"] for of in ("seen", "held")}
gaps = {of: row["mean"] for of, row in stories.items()}
further = gaps["seen"] > 1.5 * gaps["held"]
claim("d = 4 to 6: by what was seen, the grid is further behind", further, **gaps)
claim("and only by that clearly", stories["seen"]["p_holm"] < 0.01 and stories["held"]["p_holm"] > 0.05)

# %% [markdown]
# Choosing by 150 rows costs four to six per cent, even for whom nothing is left to find. What a search saw in eight
# dimensions looked best of all; held-out rows tell that, with 256 trials, it mostly had more chances to be lucky.
# There, do not place your trials better: keep more rows to choose by.
#
# ### Recorded, and really trained
#
# A recorded landscape is a shortcut. Does it lie? The same cells were run again with models that were really trained:
# two hyperparameters, jets and houses, and each incumbent trained three times afresh for its score. No optimum is
# known there, so both are divided by the pool's minimum.

# %%
question = "Really trained: is the coarse grid's gap seen again, or that of a third of a per cent?"
same = predict(question, ["both", "the grid's only", "neither"])

# %%
both = pictures.twice(table)
Player.over(
    lambda place, n: pictures.both_ways(place, n, both),
    place=["houses", "jets"],
    n=Dial("levels n", range(2, 11)),
    label="Recorded, and really trained",
    speed=1,
)

# %%
ways = {live: both[(both["track"] == "trees") & (both["live"] == live)] for live in (False, True)}
coarse = [pooled(rows[rows["resolution"] < 4]).loc["grid"] for rows in ways.values()]
gap = [row["mean"] for row in coarse]
again = min(gap) > 3 and max(row["p_holm"] for row in coarse) < 0.01
claim("houses, 2 and 3 levels: the edge grid is behind, both ways", again, per_cent=gap)
lives = pooled(ways[True]).loc[even]
lost = (lives["p_holm"] > 0.2).all()
claim("the even designs' third of a per cent is not seen", lost, per_cent=list(lives["mean"]))
wide = (lives["high"] - lives["low"]).min()
claim("each interval is wider than the gain", wide > 0.4, narrowest=wide)
of_jets = both[both["track"] == "networks"].pivot_table("y", ["live", "resolution"], "sampler")
lead = of_jets["grid"] - of_jets.drop(columns="grid").max(axis=1)
last = lead[lead.index.get_level_values("resolution") < 4].min()
claim("jets, 2 and 3 levels: the edge grid is last, both ways", last > 0.2, behind_the_next=last)
same.reveal(same.options[0 if again and not lost else 1 if again else 2])

# %% [markdown]
# *In the picture:* the same cells twice, rows in the order of the recorded means. Two questions: for the houses, up to
# how many levels is the grid last both ways? On which side are the intervals wider, and why?
#
# The large gap is real, and about as large as recorded. The small one is not seen again: each real training brings luck
# of its own, and the intervals have become wider than the gain. So take it for what it is, a gap on recorded
# landscapes that nobody would notice at work.
#
# ## A sampler of your own
#
# Whatever can *ask* and *tell* may enter. `ask()` returns a `Trial` with a number and a configuration; `tell(trial,
# loss)` brings the loss, or `nan` if the training failed. A point of the unit cube becomes a configuration by
# `space.from_unit(point)`, and back by `space.to_unit(config)`, each axis on its own scale.
#
# **Exercise 11.2** (level 3). Write a sampler that draws its first five trials anywhere, and then searches around the
# best one so far: from there at most 0.1 further on each axis of the unit cube (`np.clip(point, 0, 1)` keeps it
# inside). A trial that failed must not upset it.


# %% tags=["exercise"]
from hpo_tutor.trials import Trial


class Mine:
    """Five trials anywhere; then near the best so far, at most 0.1 away on each axis."""

    def __init__(self, space, seed=0):
        self.space, self.rng = space, np.random.default_rng(seed)
        self.n_asked, self.best, self.best_loss = 0, None, np.inf
        raise NotImplementedError  # take this line away when ask and tell are written

    def ask(self):
        point = ...  # self.space.n_dims numbers between 0 and 1
        self.n_asked += 1
        return Trial(self.n_asked - 1, self.space.from_unit(point))

    def tell(self, trial, loss):
        pass  # self.space.to_unit(trial.config) is its point; loss is nan where it failed


# %% tags=["solution"]
from hpo_tutor.trials import Trial


class Mine:
    """Five trials anywhere; then near the best so far, at most 0.1 away on each axis."""

    def __init__(self, space, seed=0):
        self.space, self.rng = space, np.random.default_rng(seed)
        self.n_asked, self.best, self.best_loss = 0, None, np.inf

    def ask(self):
        point = self.rng.random(self.space.n_dims)
        if self.n_asked >= 5 and self.best is not None:
            point = np.clip(self.best + self.rng.uniform(-0.1, 0.1, len(point)), 0, 1)
        self.n_asked += 1
        return Trial(self.n_asked - 1, self.space.from_unit(point))

    def tell(self, trial, loss):
        if loss < self.best_loss:  # false for nan
            self.best, self.best_loss = self.space.to_unit(trial.config), loss


# %%
check("11.2", Mine)
# Stuck? Run hint("11.2", 1), then 2, then 3.

# %% [markdown]
# Now it enters. One line names it; the cells of the others are not run again, for they stand in the file already.

# %%
question = "Jets, 5 x 5 points: where will your sampler come in, among seven?"
place = predict(question, ["1 or 2", "3 to 5", "6 or 7", "nowhere: it is not written yet"])

# %%
more = protocol.enter(cells, ["mine"])
copy = store.with_name("with_mine.jsonl")  # fresh each time: a sampler that you changed is run again
copy.write_bytes(store.read_bytes())
entered = race.campaign.run(more, copy, samplers={"mine": Mine}, n_workers=0)
table = entered.table()
if len(entered.failures()):  # as long as the exercise waits for you
    print(entered.failures()["message"].iloc[0] or "the sampler is not written yet")
pictures.Explorer(table, [*names, "mine"]).player("With your sampler")

# %%
last = [name for name, _ in pictures.ranked(table, "jets", 2, 5)]
rank = last.index("mine") + 1 if "mine" in last else 99
place.reveal(place.options[int(rank > 2) + int(rank > 5) + int(rank > 7)])


def of_others(table):
    """The scores of everybody else, by cell."""
    others = table[table["sampler"] != "mine"]
    return others.set_index(["track", "n_dims", "resolution", "sampler", "batch"])["score"].sort_index()


claim("nobody else's cells changed", of_others(quick).equals(of_others(table)), cells=len(quick))

# %% [markdown]
# *In the picture:* your sampler is the tall diamond. Two questions: where is it ahead of random points, if
# anywhere? And where should a sampler that searches near its best trial be at its worst?
#
# One good place in the ranking proves little, as you know by now. Before you write to anybody, run it on more batches
# and in ranges that are drawn anew (notebook 03), and count how many ideas you tried before this one. Here is a
# sampler that has been thought about longer, **TPE** (notebook 08), which learns from its trials, against random points
# at the same budget.

# %%
options = ["TPE ahead", "random ahead", "cannot be told apart"]
learning = predict("Jets, 25 trials, 30 laps: TPE or random?", options)

# %%
in_ranges = problems.WithRanges(jets)
laps = race.compare({"random": "random", "TPE": TPE}, in_ranges, n_trials=25, seeds=range(30))
lead = laps.differences("TPE", "random")
difference = lead.reshape(3, 10).mean(axis=0)  # laps 7, 17, ... met batch 7
mean, error = statistics.mean_and_error(difference)
learning.reveal(options[2] if abs(mean) < 2 * error else options[int(mean > 0)])
figures.regret(laps)

# %%
level = abs(mean) < 2 * error
claim("with 25 trials TPE cannot be told from random points", level, mean=mean, error=error)

# %% [markdown]
# ## Take-aways
#
# - One batch proves nothing: the minimum wanders, and the best of one is a little worse on the next, by about as much
#   as designs differ. Race on many batches, in ranges that hold the minima of all of them.
# - Divide by the batch's best before you average. The pooled minimum changes with who takes part; a known optimum does
#   not.
# - Score an incumbent by what the search did not see. What it saw flatters.
# - How many batches are enough depends on the gap. Ten were plenty for a coarse grid on the edges, and forty too few
#   for designs that differ by hundredths of a per cent, where nobody need care. A sampler that listens beats all
#   designs on the houses, once it has enough trials.
# - Where few rows decide, choosing by what was seen costs more than the placing of trials can gain.
#
# ## Quiz

# %%
quiz("11")

# %% [markdown]
# ## References
#
# - C. L. H. Rasmussen, J. B. Frederiksen, J. O. Melcher, R. A. Nielsen and S. Halkjær, Hyperparameter optimization:
#   beating grid- and randomsearch with alternative methods; a project in the course Applied Machine Learning, Niels
#   Bohr Institute, Copenhagen. The study, its protocol, and mangling.
# - S. M. Lundberg and S.-I. Lee (2017), A unified approach to interpreting model predictions, *Advances in Neural
#   Information Processing Systems* 30. SHAP values.
# - G. Ke and others (2017), LightGBM: a highly efficient gradient boosting decision tree, *Advances in Neural
#   Information Processing Systems* 30.
# - X. Bouthillier and others (2021), Accounting for variance in machine learning benchmarks, *Proceedings of Machine
#   Learning and Systems* 3.
# - S. Holm (1979), A simple sequentially rejective multiple test procedure, *Scandinavian Journal of Statistics* 6,
#   65-70.
# - J. Bergstra, R. Bardenet, Y. Bengio and B. Kégl (2011), Algorithms for hyper-parameter optimization, *Advances in
#   Neural Information Processing Systems* 24. TPE.
#
# ## What is next
#
# Intervals stood in every picture, and we believed them. How often do they keep their promise, with ten batches and
# tails that are far from a bell curve? That is notebook 12, reading error bars.

# %% [markdown] tags=["slide", "title"]
# # A fair race
#
# Six ways to place your trials. Which is better, and when may you say so?

# %% [markdown] tags=["notes"]
# **1 min.** Most papers on hyperparameters end in a table with one number in bold. Five students in Copenhagen wanted
# such a number, and trained half a million models for it. We run their race again today, and watch how the bold number
# is made. You need to know what a learning rate is, and what a mean is.

# %% tags=["slide"]
from dataclasses import replace

from IPython.display import Markdown

from hpo_tutor import scenes
from hpo_tutor.course.decks import on_slide
from hpo_tutor.course.pictures.intervals import Row, intervals
from hpo_tutor.course.pictures.nb11 import bets, explored, slides
from hpo_tutor.scenes.looks import style
from hpo_tutor.scenes.stage import Axis
from hpo_tutor.scenes.ticks import MINUS

jets, names = problems.landscape("aleph"), list(presets.DESIGNS)
placed = race.place_on_landscape(names, jets, (4, 9), n_draws=20, share=1)
optima = [jets.draw(batch).optimum for batch in range(10)]
fields = {n: pictures.field(placed, n, optima) for n in (9, 4)}

# %% [markdown] tags=["slide"]
# ## Two papers, one question. Whom do you believe?

# %% tags=["slide"]
five = names[1:]  # without the grid on the edges
many = fields[9].drawn(5, seed=5, n_races=400)[:, 1:]  # 200 pairs of papers with five batches each
place = many.mean(axis=2).argsort(axis=1).argsort(axis=1)  # of each design, 0 is the lowest
winners = place.argmin(axis=1)
pairs = np.arange(0, 400, 2)
swapped = place[pairs, winners[pairs + 1]] + place[pairs + 1, winners[pairs]]
most = int(pairs[swapped.argmax()])
fallen = [int(place[most + 1, winners[most]]), int(place[most, winners[most + 1]])]
claim("the winner of each paper is the last of five in the other", fallen == [4, 4], places=fallen)
differ = np.mean(winners[pairs] != winners[pairs + 1])
claim("most pairs of papers name different winners", differ > 0.65, share=differ)
found = {"Paper 1": many[most], "Paper 2": many[most + 1]}
on_slide(slides.papers(found, five))

# %% [markdown] tags=["notes"]
# **3 min.** Two groups compared the same five designs. (A design places all its trials before the first is trained.)
# Same network, same budget, five data sets each; a symbol is the mean loss above the best there is, the bar two
# standard errors. Look who is on top. Then look where the winner of one is in the other: last.
#
# Whom do you believe? You will hear: *one of them made a mistake* (no, both programs are ours and tested); *their data
# differ in kind* (no: five parts of the same data); *the bars overlap, so neither says anything*. Ask that
# person: how many data sets would do? Leave it open.
#
# Own up: I made 200 such pairs and chose this one. But in three pairs of four the papers name different winners.

# %% [markdown] tags=["slide", "vote"]
# ## After ten batches, how often is the leader not truly the lowest?
#
# - A: under 10 %
# - B: 10 to 30 %
# - C: about half
# - D: over 60 %

# %% [markdown] tags=["notes"]
# **2 min.** A batch is one part of the data, with rows of its own to train and to validate on. Six designs, nine
# points each, ten batches; the leader has the lowest mean. *Truly* lowest: with all batches and many draws. Hands up,
# and write the counts on the board. Those who know statistics take B. Remind them that blind guessing among six errs
# in 83 %.

# %% [markdown] tags=["slide"]
# ## Six ways to place nine trials

# %% tags=["slide"]
on_slide(slides.placed(names, 9))

# %% [markdown] tags=["notes"]
# **2 min.** Two axes, two hyperparameters. *grid*: the outer points on the edges. *grid-midpoints*: the middles of the
# cells. *random*: dice. *lhs*, the Latin hypercube: rooks that may not take each other. *hypertiling*: the corners of a
# tiling that never repeats. *rsa*: dice that keep a distance. Ask: which would you buy? The last three were invented
# to beat dice, so let us see whether they do.

# %% [markdown] tags=["slide"]
# ## The minimum wanders

# %% tags=["slide"]
costs = 100 * pictures.above("jets")
per_cent = np.median(costs[~np.eye(10, dtype=bool)])
claim("the best of one batch is one per cent or so worse on others", 0.5 < per_cent < 2, median=per_cent)
before, after = (int(pictures.minima("jets", {})[batch].config[1]) for batch in (3, 4))
claim("from batch 3 to 4 the best number of epochs falls to a third", after < 0.35 * before, epochs=[before, after])
wanders = [pictures.wandering(batch, "jets") for batch in range(10)]
on_slide(Player(wanders, name="batch", label="Jets of particles", speed=1.5), stops=[3, 4])

# %% [markdown] tags=["notes"]
# **3 min.** Why do two papers differ? Left: the loss of a network that measures jets of particles, over learning rate
# and epochs, on one batch; dark is low. The star is this batch's best, the dots those of the other nine. *Ask:* the
# next batch holds jets of the same kind. How far will the star jump? Press.
#
# From batch 3 to batch 4 the best number of epochs falls to a third. Right: take this star to the other batches. It
# costs one per cent or a little more. Remember that: one per cent. Good designs differ by less. If time is short, press
# on at once.

# %% [markdown] tags=["slide"]
# ## Somebody else's ranges

# %% tags=["slide"]
theirs = pictures.minima("jets", {"epochs": (35, 60), "learning_rate": (1e-3, 1)})
n_edge = sum(one.on_edge for one in theirs)
claim("in their ranges, nearly all minima lie on an edge", n_edge >= 9, batches=n_edge)
claim("in ours none", not any(one.on_edge for one in pictures.minima("jets", {})))
on_slide(replace(pictures.ranges(35, 60, 1e-3), title="", aspect=0.45))

# %% [markdown] tags=["notes"]
# **2 min.** How to spoil a race before it begins. The frame holds the ranges that suited the students' network: 35
# epochs and more. On our jets nearly every batch then has its minimum on the frame, an orange cross. Ask: who gets a
# gift? The grid, which alone puts points exactly on the edges. So search your own ranges first, coarsely, and let that
# pilot count for nothing.

# %% [markdown] tags=["slide", "build"]
# ## What counts
#
# $$\color{#009E73}{\frac{1}{B} \sum_{b=1}^{B}}\left(\frac{\color{#D55E00}{\text{loss of the design's best point}}}
# {\color{#0072B2}{m_b}} - 1\right)$$
#
# - Orange: chosen by what the search saw, **scored by what it did not see**.
# - Blue: the smallest loss there is on this batch.
# - Green: the mean over batches. **They are the evidence.**

# %% [markdown] tags=["notes"]
# **3 min.** Press four times: the formula, orange, blue, green. Orange: the search picks the point that *looked* best,
# and that is partly luck, so ask rows that it did not choose by. Likely question: why not the validation loss itself?
# Because then a lucky search beats the best there is. Blue: some batches are harder for everybody; dividing takes that
# out. Minus one: 0.02 is two per cent above the best. Green: many trials on one batch are still one batch.

# %% [markdown] tags=["slide"]
# ## Divide first, average later

# %% tags=["slide"]
table = race.load().table()
recorded = table[~table["live"]]
recorded = recorded.assign(variant=recorded["variant"].fillna(""))
of_jets = recorded[(recorded["track"] == "networks") & (recorded["n_dims"] == 2) & (recorded["resolution"] < 6)]
three = of_jets[of_jets["sampler"].isin(["grid", "random", "lhs"])]
losses = protocol.scores(three, track="networks", n_dims=2, resolution=3)
minima = three.groupby("batch")["score"].min().to_numpy()
apart = [
    np.ptp([v.mean() for v in of]) / np.mean([v.std(ddof=1) for v in of])
    for of in (losses.values(), [values / minima for values in losses.values()])
]
claim("dividing sets the designs apart", apart[1] > 2 * apart[0], before=apart[0], after=apart[1])
steps = [pictures.before_after(step, 3, {3: losses}, minima, jets.loss_unit) for step in pictures.STEPS]
steps = [replace(board, rows=[[replace(one, aspect=0.62) for one in board.rows[0]]]) for board in steps]
on_slide(Player(steps, name="step", label="As measured, then divided", speed=1), stops=[0, 1])

# %% [markdown] tags=["notes"]
# **2 min.** Three designs, ten batches, the same numbers twice. As measured the lines run up and down together: a hard
# batch is hard for everybody. *Ask:* is the grid worse? Nobody can say. Press: divided by the batch's best. Now the
# grid stands apart, and the bars are short. Nothing was trained anew.
#
# Before you go on, ask: where the true minimum is unknown, one divides by the lowest loss that *anybody* reached. Three
# designs have raced; then two more enter. What happens to the scores of those who have finished? Most say *nothing*.

# %% [markdown] tags=["slide"]
# ## Two rivals enter. What becomes of your score?

# %% tags=["slide"]
pool = {}
for called, who in {
    "three": ["grid", "random", "lhs"],
    "five": ["grid", "random", "lhs", "grid-midpoints", "rsa"],
}.items():
    rows = of_jets[of_jets["sampler"].isin(who)]
    means = (100 * protocol.normalise(rows, by="pool")).groupby(rows["sampler"]).mean()
    pool[called] = {name: float(means[name]) for name in ("grid", "random", "lhs")}
grown = min(pool["five"][name] - pool["three"][name] for name in pool["three"])
claim("everybody's score went up", grown > 0.03, least=grown)
on_slide(slides.moved(pool["three"], pool["five"], ("three designs in the pool", "five")))

# %% [markdown] tags=["notes"]
# **2 min.** A failure of the method. Here the blue $m_b$ of the formula was the lowest loss in the pool. Grey, the
# scores with three designs; in colour, with five. All three went up: the newcomers found lower points. So such a score
# is no property of a design, and scores from two papers must not be compared. On recorded losses we divide by the true
# minimum instead.

# %% [markdown] tags=["slide"]
# ## When would you bet?

# %% tags=["slide"]
RACE = 18
values, order = bets.race_of(fields[9], RACE)
leads = {k: names[order[values[:, :k].mean(axis=1).argmin()]] for k in (2, 5, 10, 20, 40)}
claim("in this race three designs lead, one after another", len(set(leads.values())) == 3, leaders=list(leads.values()))
truly = names[fields[9].truth.argmin()]
claim("after forty batches another one leads than the truly lowest", leads[40] != truly, leads=leads[40], truly=truly)
claim("it changes from 2 to 5 and from 10 to 40", leads[2] != leads[5] and leads[10] != leads[40] == leads[2])
values, order = bets.race_of(fields[4], RACE)
right = order[values[:, :10].mean(axis=1).argmin()] == fields[4].truth.argmin()
claim("with 4 points, the leader after ten is the truly lowest", right)
shown = [(9, 2, False), (9, 5, False), (9, 10, False), (9, 40, False), (9, 40, True), (4, 10, False), (4, 10, True)]
moments = [slides.race(fields[points], points, RACE, drawn, named) for points, drawn, named in shown]
betting = Player(moments, label="When would you bet?", speed=1)
on_slide(betting, stops=[0, 1, 2, 3, 4, 6], freeze=True)

# %% [markdown] tags=["notes"]
# **8 min.** Six designs, nine points each; letters hide the names. Small dots are batches, the thick bar is the mean
# with two standard errors. Everybody stands up. Whoever would bet a week's pay on the leader sits down.
#
# **Stop 1, two batches.** Held. *Ask:* who is ahead? Who would bet? Some will.
#
# **Stop 2, five.** Before: will the same letter lead? After: no. Those who sat down smile a little less.
#
# **Stop 3, ten.** As many as most studies have. Before: who bets now? Ask a standing one what it would take. Good
# answers speak of the gap *and* of the bars.
#
# **Stop 4, forty.** Before: are the bars half as long, or a quarter? (Half: the square root of four.) After: the
# first letter is back. Last bets.
#
# **Stop 5, the names.** Stars are the true means. The leader after forty batches is not the lowest. Look how close the
# stars are: that is why.
#
# **Stop 6, four points, ten batches.** Before: will it be harder with fewer points? Most say yes. It is easy: here the
# designs differ. If time is short, press through stop 2 at once.

# %% [markdown] tags=["slide"]
# ## Two thousand such races

# %% tags=["slide", "show-code"]
races = fields[9].drawn(10, seed=0, n_races=2000)
# (races, designs, batches)
leader = races.mean(axis=2).argmin(axis=1)
lowest = fields[9].truth.argmin()
wrong = np.mean(leader != lowest)

# %% [markdown] tags=["notes"]
# **1 min.** One race proves nothing, and this one was chosen. So run two thousand. Draw ten batches, with a draw of
# each design; who leads; is it the truly lowest? Four lines. Do not say the number yet; let them shout theirs.

# %% [markdown] tags=["slide"]
# ## How often is the leader wrong?

# %% tags=["slide"]
shares = {n: pictures.wrong_leaders(field) for n, field in fields.items()}
claim("9 points, ten batches: wrong in over 60 %", wrong > 0.62, share=wrong)
claim("9 points, forty: still in over 40 %", shares[9][39] > 0.4, share=shares[9][39])
claim("4 points, ten: in under 10 %", shares[4][9] < 0.1, share=shares[4][9])
board = pictures.wrong_bets(9, fields, shares)
left, _ = board.scenes()
at_ten = [100 * shares[n][9] for n in (9, 4)]
lines = [replace(line, width=4.0, opacity=1.0) for line in left.layers]
marked = [
    scenes.Points([10, 10], at_ten, "ink", "circle", 16),
    scenes.Text(
        [10.5, 10.5], [value + 5 for value in at_ten], [f"{value:.0f} %" for value in at_ten], "ink", "start", 20
    ),
]
on_slide(replace(left, layers=[*lines, *marked], title="", aspect=0.45), alt=board.sentence)

# %% [markdown] tags=["notes"]
# **3 min.** Read it from the left. With two batches the leader is hardly better than a die. Find ten on the axis. Nine
# points: the leader is wrong in seven races of ten. Forty batches: still about every second time. And the other curve:
# with four points each, ten batches are plenty.
#
# *Ask:* same batches, same designs, why so different? Wait for it. Not the number of batches alone decides, but how
# far apart the designs are.

# %% [markdown] tags=["slide"]
# ## What a wrong bet costs

# %% tags=["slide"]
gaps = np.diff(np.sort(fields[9].truth))
claim("five of six lie within a tenth of a per cent", gaps[:4].sum() < 0.1, per_cent=gaps[:4].sum())
claim("another batch costs ten times as much", per_cent > 10 * gaps[:4].sum())
errors = fields[9].values.mean(axis=2).std(axis=1, ddof=1) / np.sqrt(10)
true = dict(zip(names, zip(fields[9].truth, errors, strict=True), strict=True))
on_slide(slides.listed(true, 1.75))

# %% [markdown] tags=["notes"]
# **2 min.** The true means, with nine points. Five of the six lie within a tenth of a per cent of each other. So the
# wrong bet costs a tenth of a per cent, and the way from batch to batch costs ten times as much. If forty batches
# cannot tell two designs apart, you need hardly care which one you take. The sixth is the grid on the edges. There you
# should care, and there few batches do.

# %% [markdown] tags=["slide"]
# ## The race: 44 batches of houses

# %% tags=["slide"]
houses = recorded[(recorded["track"] == "trees") & (recorded["n_dims"] == 2)]
cells = explored.scores(houses, "trees", "")
rivals = [*names, "gp"]


def ranked(n):
    """The ranking with n levels an axis."""
    cell = {name: cells[2, n][name] for name in rivals}
    best = sorted(cell, key=lambda name: cell[name].mean)
    scene = explored.ranking(cell, best, "", aspect=slides.FLAT)
    return replace(scene, sentence=f"{n * n} trials each. Lowest: {best[0]}. Last: {best[-1]}.")


last = [max(rivals, key=lambda name: cells[2, n][name].mean) for n in (2, 3)]
claim("with 2 and 3 levels the edge grid is last", last == ["grid", "grid"])
clear = [cells[2, n]["gp"].high < min(cells[2, n][name].low for name in names) for n in (7, 8)]
heap = [cells[2, 5][name] for name in rivals]
claim("with 5 levels all intervals overlap", max(one.low for one in heap) < min(one.high for one in heap))
claim("with 7 and 8 levels gp's interval lies below all others", all(clear))
place = sorted(rivals, key=lambda name: cells[2, 2][name].mean).index("gp")
claim("with 2 levels gp is last but one", place == 5)
ladder = Player.over(ranked, n=Dial("levels n", range(2, 9)), label="Who is ahead?", speed=1)
on_slide(ladder, stops=[{"n": n} for n in (2, 3, 5, 7)])

# %% [markdown] tags=["notes"]
# **3 min.** Now the real thing, from the kept study: prices of houses, boosted trees, 44 batches, 95 % intervals. One
# more takes part: *gp*, Bayesian optimisation, which listens to its losses. *Ask* before each of the three presses who
# will be last, and who first.
#
# Four trials: the edge grid, by far; gp is last but one, for it has heard next to nothing. Nine: the grid again. 25:
# all in one heap. 49: gp, with its interval clear of all designs. The winner of this race of designs is no design.

# %% [markdown] tags=["slide"]
# ## Every comparison with random points

# %% tags=["slide"]
whole = recorded.assign(y=100 * protocol.normalise(recorded, by="optimum"))
setting = ["track", "variant", "n_dims", "resolution"]
tests = []
for key, _ in whole.groupby(setting):
    scores = protocol.scores(whole, of="y", **dict(zip(setting, key, strict=True)))
    tests.append(statistics.paired_differences(scores, peer="random"))
tests = pd.concat(tests)
stars, corrected = int((tests["p"] < 0.05).sum()), int((tests["p_holm"] < 0.05).sum())
claim("few stand out when questions are counted", corrected < 0.06 * len(tests), clear=corrected, of=len(tests))
claim("two in three stars go", corrected < 0.45 * stars, stars=stars, left=corrected)
by_luck = 0.05 * len(tests)
claim("luck alone would make nearly half of the stars", 0.3 < by_luck / stars < 0.6, by_luck=by_luck)
Markdown(
    f"**{len(tests)}** comparisons in {whole.groupby(setting).ngroups} settings.\n\n"
    f"**{stars}** with $P < 0.05$; luck alone makes {by_luck:.0f}.\n\n"
    f"**{corrected}** when the questions of a setting are counted."
)

# %% [markdown] tags=["notes"]
# **2 min.** The whole study: three tracks, two to eight hyperparameters, eleven samplers. In each setting everybody is
# compared with dice. A star comes to one comparison in twenty where nothing differs, so of this many stars nearly half
# would come by luck. Count the questions (Holm's correction), and about one star in three is left, mostly that of the
# coarse grid on the edges, which is behind. *Does that mean that the others are equal?* No. It means: cannot be told,
# here.
#
# Too early: ask for a table with a bold number that they know. How many questions did it ask, and of how many batches?

# %% [markdown] tags=["slide"]
# ## All budgets together: a third of a per cent

# %% tags=["slide"]
even = ["grid-midpoints", "lhs", "hypertiling", "rsa"]
both = pictures.twice(table)
both = both[both["track"] == "trees"]


def pooled(rows):
    """The differences to random points of the designs' means over all resolutions."""
    wide = rows[rows["sampler"].isin(names)].pivot_table("y", "batch", "sampler")
    return statistics.paired_differences({name: wide[name] for name in names}, peer="random").set_index("a")


def of_rows(found):
    """A row for each even design."""
    return [Row(name, found.loc[name, "mean"], found.loc[name, "error"], style(name)) for name in even]


looked_up, trained = (pooled(both[both["live"] == live]) for live in (False, True))
gains = looked_up.loc[even, "mean"]
stand = gains.between(-0.45, -0.2).all() and (looked_up.loc[even, "p_holm"] < 0.04).all()
claim("four even designs gain about a third of a per cent", stand, gains=list(gains))
across = Axis(f"y {MINUS} 1, against random points (%)", -0.72, 0.6)
ahead = ("this design", "random")
on_slide(intervals(of_rows(looked_up), across, ahead))

# %% [markdown] tags=["notes"]
# **2 min.** Small gaps need more data. So take the houses, two hyperparameters, and average each design over all
# budgets, batch by batch. There it is: rooks, tilings, spheres and midpoints are all ahead of dice, by a third of a per
# cent. It does not matter *how* you are even. Now you could write the paper. *Ask:* would you?

# %% [markdown] tags=["slide"]
# ## The same, really trained

# %% tags=["slide"]
lost = (trained.loc[even, "p_holm"] > 0.15).all()
claim("really trained, none of the four can be told from random", lost, p=list(trained.loc[even, "p_holm"]))
wide = (4 * trained.loc[even, "error"]).min()
claim("each interval is wider than the gain", wide > 0.4, narrowest=wide)
on_slide(intervals(of_rows(trained), across, ahead))

# %% [markdown] tags=["notes"]
# **2 min.** Until now losses were looked up on recorded landscapes. The same cells were run again with trees that were
# really trained, and the same sum was done. Same axis. The gain is gone: every training brings luck of its own, and the
# bars have become wider than the gap. Not refuted, mind: not *seen*. A gap that nobody would notice at work.

# %% [markdown] tags=["slide"]
# ## The gap that came again

# %% tags=["slide"]
coarse = [pooled(both[(both["live"] == live) & (both["resolution"] < 4)]).loc["grid"] for live in (False, True)]
claim("the coarse edge grid is over 3 % behind, both ways", min(row["mean"] for row in coarse) > 3)
rows = [
    Row(said, row["mean"], row["error"], style("grid"))
    for said, row in zip(("recorded", "really trained"), coarse, strict=True)
]
axis = Axis(f"grid with 2 or 3 levels, against random points: y {MINUS} 1 (%)", -3, 7)
on_slide(intervals(rows, axis, ("the grid", "random"), aspect=0.35))

# %% [markdown] tags=["notes"]
# **1 min.** And this one came again, as large as before: a coarse grid with its points on the edges is several per
# cent behind dice. No need for a test. A good rule: believe the gaps that you would have bet on early.

# %% [markdown] tags=["slide", "vote"]
# ## After ten batches, how often is the leader not truly the lowest?
#
# - A: under 10 %
# - B: 10 to 30 %
# - C: about half
# - D: over 60 %

# %% [markdown] tags=["notes"]
# **1 min.** Nine points each, once more. Put the new counts beside the old ones. Ask somebody who changed: what made
# you?

# %% [markdown] tags=["slide"]
# ## Seven races of ten, and it hardly matters

# %% tags=["slide"]
claim("about seven of ten", 0.66 < shares[9][9] < 0.74, share=shares[9][9])
Markdown(
    f"Ten batches, nine points: wrong in **{100 * shares[9][9]:.0f} %**.\n\n"
    f"Forty batches: **{100 * shares[9][39]:.0f} %**. Four points, ten batches: **{100 * shares[4][9]:.0f} %**.\n\n"
    f"A wrong bet costs less than **0.1 %**."
)

# %% [markdown] tags=["notes"]
# **1 min.** D. And the two papers? Both were right about their numbers, and wrong to print one of them in bold. The
# number of batches that you need depends on the gap that you care for. So say first which gap you care for.

# %% [markdown] tags=["slide", "build"]
# ## Before your next comparison
#
# - Many batches, ranges from a pilot of your own.
# - Divide by the batch's best, then average.
# - Score by what the search did not see.
# - Not told apart? Say so, and take the easier one.

# %% [markdown] tags=["notes"]
# **1 min.** One press each. The last is the hardest: a table without a bold number. It is an honest result.

# %% [markdown] tags=["slide"]
# ## Where to practise
#
# Notebook 11, an hour.
#
# - 11.1 normalise a table, 11.2 a sampler of your own: enter it in the study.
# - Bet on ten races with four points: be right in eight, with as few batches as you can.

# %% [markdown] tags=["notes"]
# **1 min.** `hpo-tutor start 11`. In the second exercise whatever can ask and tell may enter, and you find it in the
# ranking. We believed the bars today. Whether they deserve it is the next talk, reading error bars.
