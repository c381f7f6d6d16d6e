# %% [markdown]
# # Tree-structured Parzen estimators
#
# **Question.** Some trials were good. Where would *you* look next, if you knew only where the good ones lie?
#
# **Afterwards you can**
#
# - estimate a density from a handful of points, and say what the width of the windows does to it
# - explain how TPE picks the next trial from two densities, and why it never looks along the whole axis
# - write a search space with a choice of model in hyperopt's words, and say what TPE cannot see
#
# **Before.** Notebook 03 (random search). Notebook 06 (Bayesian optimisation) helps at one point, where it is said
# again.
#
# **Time.** 65 minutes, of which the four exercises take 25. A good place for a break is before *As you would write
# it*.

# %% tags=["setup"]
from functools import partial

import numpy as np
import pandas as pd
from scipy import stats

from hpo_tutor import check, claim, doctor, figures, hint, predict, problems, quiz, race, samplers
from hpo_tutor.course.pictures import nb08 as pictures
from hpo_tutor.scenes import densities
from hpo_tutor.search_space import Choice, Float, Integer, SearchSpace
from hpo_tutor.trials import Trial
from hpo_tutor.tuning import minimize
from hpo_tutor.widgets import Dial, Player

doctor()

# %% [markdown]
# ## Where do they lie dense?
#
# The Gaussian process of notebooks 04 to 07 asks: *how large is the loss at x?* TPE, the tree-structured Parzen
# estimator, turns the question round: *where do the trials with a low loss lie?* That is a question about a
# **density**: a curve that is high where points crowd, and under which the whole area is 1.
#
# But we have points, not a curve. In 1962 Emanuel Parzen made one of the other: put a small hump over each point, a
# **window**, and add them up. Where points crowd, humps pile up. The result is a **Parzen estimator** (also called a
# kernel density estimate). With $n$ points $x_1, \dots, x_n$ and windows of width $h$,
#
# $$\hat f(x) = \frac{1}{n h} \sum_{i=1}^n K\!\left(\frac{x - x_i}{h}\right), \qquad
#   K(u) = \frac{1}{\sqrt{2\pi}}\, e^{-u^2/2}.$$
#
# $K$ is the normal distribution's hump, of width (standard deviation) 1 and area 1. Dividing the distance by $h$
# makes it $h$ times as wide, dividing the height by $h$ gives it its area back, and dividing by $n$ makes one of $n$
# areas.
#
# **Exercise 08.1** (level 2). Write it.


# %% tags=["exercise"]
def parzen(x, places, h):
    """The density at each x, shape (m,), from windows of width h over the places, shape (n,)."""
    raise NotImplementedError


# %% tags=["solution"]
def parzen(x, places, h):
    """The density at each x, shape (m,), from windows of width h over the places, shape (n,)."""
    u = (x[:, None] - places) / h
    return np.exp(-(u**2) / 2).sum(axis=1) / (len(places) * h * np.sqrt(2 * np.pi))


# %%
check("08.1", parzen)
# Stuck? Run hint("08.1", 1), then 2, then 3.

# %% [markdown]
# How wide should a window be? The points below are drawn from a density with two humps.

# %%
question = "30 points from two humps, windows of width 2: what does the sum look like?"
wide = predict(question, ["two humps", "one hump", "30 needles"])

# %%
places = pictures.drawn(40)
widths = np.geomspace(0.05, 2, 21)
Player.over(
    lambda n, h: pictures.windows(places, n, h),
    n=Dial("points", [1, 2, 3, 5, 10, 20, 30, 40]),
    h=Dial("width h", widths),
    start={"n": 5, "h": widths[11]},
    label="Windows over points",
)

# %% [markdown]
# *How to use it:* play adds the points a few at a time; the second slider, or up and down, makes all windows wider.
#
# *In the picture:* thin, a window over each point; thick, their sum; dashed, the density that the points come from.
# The sentence says how much of the sum's area lies where it should not.
#
# Two questions to answer with it:
#
# 1. With 5 points, which width puts least in the wrong place? And with 40? Which way does the best width move?
# 2. How narrow must the windows be, with 40 points, before the sum has more humps than the truth?
#
# *Surprise me:* 40 points, and the largest width. So many points, and nothing of the two humps is left.

# %%
humps = {h: pictures.n_humps(places[:30], h) for h in (0.05, 2)}
wide.reveal({1: "one hump", 2: "two humps"}.get(humps[2], "30 needles"))
claim("too wide, and both humps become one", humps[2] == 1)
claim("too narrow, and there are many", humps[0.05] > 5, humps=humps[0.05])


def best_width(n, seed):
    """The width with the least area in the wrong place, for n other points of the same density."""
    return min(widths, key=lambda h: pictures.misplaced(pictures.drawn(n, seed), h))


best = {n: np.mean([best_width(n, seed) for seed in range(40)]) for n in (5, 40)}
claim("more points want narrower windows", best[40] < 0.8 * best[5], of_5=best[5], of_40=best[40])

# %% [markdown]
# ## Good and bad
#
# Now let the points be trials. Sort them by their loss, cut, and call those below the cut **good**, the others
# **bad**. The good ones make one density, $l(x)$, the bad ones another, $g(x)$. (*l* for low, *g* for greater.)
#
# How many are good? In the paper of 2011, a share: the best $\gamma$ of all, say 15 %. hyperopt, the library of the
# same authors, does something else: of $n$ trials
#
# $$n_\text{good} = \min\left(\lceil \gamma \sqrt n\, \rceil,\ 25\right), \qquad \gamma = 0.25,$$
#
# where $\lceil \cdot \rceil$ rounds up.

# %% tags=["deck"]
few = predict("Of 200 trials, how many does hyperopt call good?", ["50", "25", "4"])

# %% [markdown]
# **Exercise 08.2** (level 1). Return the numbers (positions, from 0) of the good trials, in any order. A failed trial
# has the loss `nan`, counts as a trial, and is bad.


# %% tags=["exercise"]
def good_trials(losses, gamma):
    """Numbers of the good trials by hyperopt's rule; losses is an array, nan where a trial failed."""
    raise NotImplementedError


# %% tags=["solution"]
def good_trials(losses, gamma):
    """Numbers of the good trials by hyperopt's rule; losses is an array, nan where a trial failed."""
    n_good = min(int(np.ceil(gamma * np.sqrt(len(losses)))), 25)
    return np.argsort(losses)[:n_good]


# %%
check("08.2", good_trials)
# Stuck? Run hint("08.2", 1), then 2, then 3.

# %% [markdown]
# What does hyperopt itself do? We need not read its code: `samplers.TPE` lets hyperopt decide, and its `view()` tells
# what hyperopt believed when it was asked last.

# %% tags=["deck"]
line = SearchSpace(x=Float(0, 1))
rng = np.random.default_rng(0)


def believed(n):
    """What TPE believes after n random trials of (x - 0.3)^2."""
    sampler = samplers.TPE(line)
    for number, x in enumerate(rng.random(n)):
        sampler.tell(Trial(number, {"x": x}), (x - 0.3) ** 2)
    sampler.ask()
    return sampler.view()


after = {n: believed(n) for n in (20, 50, 100, 200, 1000)}
counts = {n: len(view.good) for n, view in after.items()}
few.reveal(str(counts[200]))
claim("of 200 trials, 4 are good", counts[200] == 4)
narrowest = after[200].hyperparameters[0].l.widths.min()
claim("their windows are at least a sixth of the range wide", narrowest > 0.166, narrowest=narrowest)
pd.DataFrame({"good": counts}).rename_axis("trials").T

# %% [markdown]
# So few! One would expect a narrow $l$ of so few trials. The opposite is true: hyperopt lets no window be narrower than
# the range divided by $n_\text{good} + 2$. (Many windows may be narrower, down to a hundredth.) Four good trials have
# windows of at least a sixth of the range, so TPE stays curious for a long time.
#
# ## Drag a trial across the cut
#
# A point that is dense in good trials may just be dense in trials. So look at both: TPE likes places where $l$ is high
# and $g$ is low, and measures that by the ratio $l/g$. It draws 24 **candidates** from $l$, and tries the one with the
# largest $l/g$.
#
# Each density gets one more window, as wide as the whole range: the **prior**. It says that no place is ruled out.
# And the windows are not all alike: each is as wide as the larger of the gaps to its two neighbours, so they are wide
# where trials are rare. (As a search goes on, its oldest trials fade: only the newest 25 of a density count in full.)

# %%
question = "A bad trial's loss falls until it is good. What happens to its window?"
hops = predict(question, ["it leaves g and joins l", "it fades in g", "it is in both"])

# %%
Player.over(
    pictures.hop,
    place=Dial("place", np.linspace(0.04, 0.96, 24)),
    loss=Dial("loss", np.linspace(0.05, 0.95, 13)),
    n_good=Dial("good trials", [2, 4, 7]),
    start={"place": 0.68, "loss": 0.5, "n_good": 4},
    drag=("place", "loss"),
    label="Drag a trial across the cut",
)

# %% [markdown]
# *How to use it:* drag in the upper picture: the diamond follows. Or use the sliders. The third one moves the cut.
#
# *In the picture:* above, 13 trials and the cut between good (discs) and bad (crosses). Below, $l$ and $g$; the
# shaded window is that of your diamond. Under zero it rains candidates from $l$: the larger the drop, the larger its
# $l/g$. The ringed one is tried next.
#
# Two questions to answer with it:
#
# 1. Push the diamond down through the cut at 0.68. Another trial changes sides at the same moment: which, and why?
# 2. Keep the diamond bad, and move it slowly into the crowd of good trials. What happens to the drops there?
#
# *Surprise me:* 2 good trials, and the diamond at the bottom, far right. The two good ones lie far apart:
# where is the next trial tried?

# %%
sides = [pictures.is_good(0.68, loss, 4) for loss in (0.5, 0.05)]
hops.reveal(hops.options[0] if sides == [False, True] else hops.options[1])
claim("above the cut it is bad, below it is good", sides == [False, True])

# %% [markdown]
# ## Why the ratio?
#
# Bayesian optimisation tries the place with the largest **expected improvement** (EI): how much lower than a
# threshold $y^*$ the loss is expected to come out, where losses above $y^*$ count as no improvement at all (notebook
# 06). Can one compute it from $l$ and $g$ alone? Take the cut for $y^*$. Four steps:
#
# 1. A share $\gamma$ of all trials is good. Pick any trial at random: it lies near $x$ with density
#    $p(x) = \gamma\, l(x) + (1 - \gamma)\, g(x)$.
# 2. Of the trials near $x$, which share is good? The good part of that sum over the whole of it,
#    $\gamma\, l(x) / p(x)$. (This is Bayes' theorem.)
# 3. A bad one improves nothing. A good one improves by some amount; TPE does not ask where, and takes the mean $c$
#    over all good ones.
# 4. So expected improvement is the share of good ones times $c$:
#
# $$\mathrm{EI}(x) = c\,\frac{\gamma\, l(x)}{\gamma\, l(x) + (1-\gamma)\, g(x)}
#    \;\propto\; \left(\gamma + (1-\gamma)\,\frac{g(x)}{l(x)}\right)^{-1}.$$
#
# The larger $l/g$, the larger this is. So whoever ranks places by $l/g$ ranks them by expected improvement. (You may
# read "EI = l/g" on slides. The *order* is the same, the numbers are not: EI can never exceed $c$, and $l/g$ can be
# any size.)

# %%
gamma, ratios = 0.25, np.geomspace(0.01, 100, 9)  # a quarter of the trials is good
improvement = 1 / (gamma + (1 - gamma) / ratios)
claim("the order is the same", np.all(np.diff(improvement) > 0))
at_10, at_100 = improvement[[-3, -1]]
claim("from l/g = 10 to 100, EI grows by 40 % at most", at_100 < 1.4 * at_10, EI=[at_10, at_100])

# %% [markdown]
# **Exercise 08.3** (level 2). Propose the next trial: draw 24 candidates from $l$, and return the one with the largest
# $l/g$. Both estimators have `.draw(n)`, which returns an array, and `.density(x)`.


# %% tags=["exercise"]
def propose(good, bad):
    """The candidate of 24 with the largest l/g; good estimates l, and bad estimates g."""
    raise NotImplementedError


# %% tags=["solution"]
def propose(good, bad):
    """The candidate of 24 with the largest l/g; good estimates l, and bad estimates g."""
    candidates = good.draw(24)
    return candidates[np.argmax(good.density(candidates) / bad.density(candidates))]


# %%
check("08.3", propose)
# Stuck? Run hint("08.3", 1), then 2, then 3.

# %% [markdown]
# Why draw at all? One could compute $l/g$ on the whole axis and take the largest. Try it: 20 searches of 100 trials
# each, TPE choosing all but the first 20, for the minimum of $(x - 0.3)^2$.

# %%
question = "How often is the largest l/g of the axis over 0.2 away from the minimum?"
whole = predict(question, ["none", "a few", "most"])


# %% tags=["deck"]
def search(seed):
    """TPE's belief after 100 trials of its own."""
    sampler = samplers.TPE(line, seed=seed)
    for _ in range(100):
        trial = sampler.ask()
        sampler.tell(trial, (trial.config["x"] - 0.3) ** 2)
    sampler.ask()
    return sampler.view()


views = [search(seed) for seed in range(20)]
ones = [view.hyperparameters[0] for view in views]
on_axis = np.array([one.grid[np.argmax(one.l_density / one.g_density)] for one in ones])
peaks = np.array([one.grid[np.argmax(one.l_density)] for one in ones])
proposed = np.array([one.candidates[one.chosen] for one in ones])
boards = [densities(view, line) for view in views]
Player(boards, name="search", start=6, label="100 trials of one hyperparameter")

# %% [markdown]
# *How to use it:* step through the 20 searches with the arrow keys.
#
# *In the picture:* above, $l$ and $g$ with the ticks of their trials, and the rain. Below, $l/g$ over the axis with
# the same candidates on it. Two questions: where is $l/g$ largest when nobody restricts it? How tall are $l$ and $g$
# there?
#
# *Surprise me:* step until $l/g$ is largest at an end of the axis. Is there a single good trial near it?

# %%
by_rule = {"axis": on_axis, "proposal": proposed, "peak_of_l": peaks}
far = {name: int(np.sum(np.abs(some - 0.3) > 0.2)) for name, some in by_rule.items()}
whole.reveal("most" if far["axis"] > 10 else "a few" if far["axis"] else "none")
claim("the largest l/g of the axis misleads in most searches", far["axis"] > 10, of_20=far["axis"])
furthest = np.abs(peaks - 0.3).max()
claim("l itself always peaks at the minimum", furthest < 0.05, furthest=furthest)
off_axis, off = np.abs(on_axis - 0.3).mean(), np.abs(proposed - 0.3).mean()
claim("the candidates keep nearer to it", off < 0.75 * off_axis, axis=off_axis, candidates=off)
claim("yet many proposals are far off", far["proposal"] >= 5, of_20=far["proposal"])
largest = np.median([np.max(one.l_density / one.g_density) for one in ones])
claim("and the largest l/g is no large number", largest < 3, median=largest)
compared = pictures.search_view(on_axis, peaks, proposed, 0.3)
Player([compared], label="Where three rules would go next")

# %% [markdown]
# *In the picture:* a column for each search, with the places of three rules. Crosses at 0 and 1 are ends of the axis.
#
# TPE has tried so often near 0.3 that $g$ is high there as well: most of those trials missed the best three. So $l/g$
# is nowhere much above 1, and it is largest where $g$ happens to have a dent: between two bad trials, or beyond the
# last one. (The broad $l$ has no dents.) Candidates that rain from $l$ fall far out less often. But $l$ *is* broad, and
# so TPE still proposes far places after 100 trials. That is how it explores; nobody planned it.
#
# ## Each hyperparameter on its own
#
# With several hyperparameters, TPE does all this for each of them **separately**: its own $l$, its own $g$, its own 24
# candidates, its own winner. Here it searches learning rate and L2 penalty of the digits network (notebook 03).

# %%
digits = problems.landscape("digits")
sampler = samplers.TPE(digits.space, seed=3)
boards = []
for number in range(60):
    trial = sampler.ask()
    if number >= 20:
        boards.append(densities(sampler.view(), digits.space))
    sampler.tell(trial, digits(trial.config))
Player(boards, name="ask", label="Forty asks of TPE, after twenty random trials")

# %% [markdown]
# *How to use it:* play, or step with the arrow keys.
#
# *In the picture:* a column for each hyperparameter. Good trials are the few thick ticks. Two questions: how many good
# trials are there at the first ask, and at the last? And why does neither $l$ become narrow in forty asks?
#
# *Surprise me:* write another seed and run the cell again. Does $l$ of the L2 penalty settle at the same place?

# %%
last = sampler.view()
narrowest = {one.name: one.l.widths.min() / (one.high - one.low) for one in last.hyperparameters}
claim("at the last ask two trials are good", len(last.good) == 2)
claim("so no window is narrower than a quarter", min(narrowest.values()) > 0.249, **narrowest)

# %% [markdown]
# And if two hyperparameters belong together? Let the loss be a narrow straight valley that falls gently towards its
# lowest point. Upright, only x matters much.

# %%
options = ["grows", "stays", "vanishes"]
turned = predict("Turn the valley by 45 degrees. TPE's lead over random search ...", options)


# %% tags=["deck"]
def at_an_angle(angle):
    """One search, and what TPE believed at its end."""
    valley = pictures.TurnedValley(angle, member=1)
    sampler = samplers.TPE(valley.space, seed=1)
    history = minimize(valley, sampler, n_trials=60, progress=False)
    sampler.ask()
    return pictures.cross(valley, history, sampler.view())


angles = Dial("angle of the valley", range(0, 91, 15), unit="degrees")
Player.over(at_an_angle, angle=angles, label="What TPE makes of a valley", speed=1)

# %% [markdown]
# *How to use it:* play turns the valley; each angle is a search of its own.
#
# *In the picture:* on the left the valley, the trials, and the good ones large. On the right what TPE makes of them,
# $l/g$ of x times $l/g$ of y: dark is promising. One axis at a time can only weave plaid, never a slanted stripe. Two
# questions: at which angles could plaid look like the valley? And what do the crossings of two dark stripes promise
# that nobody has tried?
#
# *Surprise me:* 45°. Look for a dark crossing far from the floor.

# %%
two, gains = {"random": "random", "TPE": samplers.TPE}, {}
for angle in (0, 45):
    laps = race.compare(two, pictures.TurnedValley(angle), n_trials=50, seeds=range(20))
    final = {name: np.log(curve[:, -1]) for name, curve in laps.curves("regret").items()}
    gains[angle] = final["TPE"] - final["random"]
means = {angle: gain.mean() for angle, gain in gains.items()}
errors = {angle: stats.sem(gain) for angle, gain in gains.items()}
turned.reveal("vanishes" if means[45] > -2 * errors[45] else "stays")
upright = means[0] < -2 * errors[0]
claim("upright: ln(regret) is clearly lower than random's", upright, mean=means[0], error=errors[0])
lost = abs(means[45]) < 2 * errors[45]
claim("turned: no clear lead is left", lost, mean=means[45], error=errors[45])

# %% [markdown]
# Clearly lower means again: by more than two standard errors of the mean over laps (notebook 03). Along a turned valley
# there are good places at every x, and at every y. What tells them from bad ones is x and y *together*, and there
# hyperopt's TPE does not look. (Optuna's can: its newer versions make one density of all hyperparameters at once, with
# windows in several dimensions. It calls that *multivariate*.)
#
# ## As you would write it
#
# In hyperopt, a search is one call. Here is an example that is often shown, $x^2 - x + 1$ between -5 and 5. (It is
# often shown with a plot at whole numbers, too. They miss the minimum.)

# %%
from hyperopt import Trials, fmin, hp, tpe


def parabola(x):
    return x**2 - x + 1


line_of_x = hp.uniform("x", -5, 5)
same_luck = {"rstate": np.random.default_rng(0), "show_progressbar": False}
best = fmin(parabola, line_of_x, algo=tpe.suggest, max_evals=300, **same_luck)
print(best)

# %%
near = abs(best["x"] - 0.5) < 0.05
claim("300 trials end near 1/2, where the slope 2x - 1 is zero", near, x=best["x"])
whole_numbers = min(parabola(x) for x in range(-5, 5))
missed = whole_numbers > parabola(0.5) + 0.2
claim("whole numbers miss the minimum", missed, at_best=whole_numbers, minimum=parabola(0.5))

# %% [markdown]
# (Calculus would have been faster. And on a smooth bowl of one hyperparameter, so would many another method.)
#
# TPE is called *tree-structured* because of what comes now: a **conditional space**. Which model classifies the digits
# best, logistic regression, a support vector machine (svm), or the nearest neighbours? Each has hyperparameters of its
# own, and those of the others do not exist for it:
#
# | model | its hyperparameters |
# |---|---|
# | `logistic` | `C` from 0.001 to 1,000, log scale |
# | `svm` | `C` the same, and `gamma` from 0.0001 to 10, log scale |
# | `neighbours` | `k`, a whole number from 1 to `most` |
#
# The words of hyperopt: `hp.choice(label, options)` picks an option, and an option may hold further choices;
# `hp.uniform(label, low, high)`; `hp.loguniform(label, low, high)`, whose bounds are the *natural logarithms* of
# yours; `hp.uniformint(label, low, high)`. Each needs a label of its own.
#
# **Exercise 08.4** (level 3). Say this space in hyperopt's words, so that a draw from it looks like
# `{"model": "svm", "C": 0.3, "gamma": 0.01}`. (The check draws from your space; it does not read your code.)


# %% tags=["exercise"]
def space(most):
    """The space of the three models for hyperopt, with up to so many neighbours; hp is imported."""
    raise NotImplementedError


# %% tags=["solution"]
def space(most):
    """The space of the three models for hyperopt, with up to so many neighbours; hp is imported."""
    from hyperopt import hp

    strength = hp.loguniform("C", np.log(0.001), np.log(1000))  # one C for both, learnt together
    logistic = {"model": "logistic", "C": strength}
    svm = {"model": "svm", "C": strength, "gamma": hp.loguniform("gamma", np.log(1e-4), np.log(10))}
    neighbours = {"model": "neighbours", "k": hp.uniformint("k", 1, most)}
    return hp.choice("model", [logistic, svm, neighbours])


# %%
check("08.4", space)
# Stuck? Run hint("08.4", 1), then 2, then 3.

# %% [markdown]
# In this course's words the same space needs no nesting: a condition says when a hyperparameter exists, and
# `to_hyperopt` translates. Now the search, really trained: 300 digits to learn from, 700 to choose by.

# %%
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.svm import SVC

models = SearchSpace(
    model=Choice(["logistic", "svm", "neighbours"]),
    C=Float(0.001, 1000, log=True, when="model != 'neighbours'"),
    gamma=Float(0.0001, 10, log=True, when="model == 'svm'"),
    k=Integer(1, 30, when="model == 'neighbours'"),
)
images, labels = load_digits(return_X_y=True)
images, order = images / 16, np.random.default_rng(0).permutation(len(labels))
learn, choose, unseen = order[:300], order[300:1000], order[1000:]


# %%
def classifier(config):
    """The model of a config, trained on 300 digits."""
    if config["model"] == "logistic":
        model = LogisticRegression(C=config["C"], max_iter=500)
    elif config["model"] == "svm":
        model = SVC(C=config["C"], gamma=config["gamma"])
    else:
        model = KNeighborsClassifier(config["k"])
    return model.fit(images[learn], labels[learn])


def error(config):
    """Share of the 700 digits that are read wrongly."""
    return 1 - classifier(config).score(images[choose], labels[choose])


# %%
question = "60 trials: which model does TPE try most, once the 20 random ones are over?"
most_tried = predict(question, ["logistic", "svm", "neighbours"])

# %%
configs = []


def objective(values):
    """What hyperopt minimises; in its values, a hyperparameter that does not exist is None."""
    configs.append(models.from_hyperopt(values))
    return error(configs[-1])


kept = Trials()
same_luck = {"rstate": np.random.default_rng(0), "show_progressbar": False}
fmin(objective, models.to_hyperopt(), algo=tpe.suggest, max_evals=60, trials=kept, **same_luck)
tried = pd.DataFrame(configs).assign(error=kept.losses())
tried.groupby("model")["error"].agg(["count", "min", "median", "max"]).round(3)

# %%
later = tried["model"][20:].value_counts()
most_tried.reveal(later.idxmax())
lowest = tried.loc[tried["error"].idxmin()]
claim("the lowest error is a support vector machine's", lowest["model"] == "svm", error=lowest["error"])
first_svms = tried["error"][:20][tried["model"][:20] == "svm"]
useless = int(np.sum(first_svms > 0.5))
claim("though many of the first ones were useless", useless >= 2, errors=list(first_svms))
claim("and they are what TPE tries most", later.idxmax() == "svm", of_40=int(later["svm"]))

# %% [markdown]
# What has TPE learnt? We tell the trials to `samplers.TPE`, and look.

# %%
sampler = samplers.TPE(models)
for number, (config, loss) in enumerate(zip(configs, kept.losses(), strict=True)):
    sampler.tell(Trial(number, config), loss)
sampler.ask()
Player([densities(sampler.view(), models)], label="After 60 trials")

# %% [markdown]
# *In the picture:* the model's two densities are bars, a count for each option and one more for the prior. `gamma`
# knows only of the trials that had one; `k` only of the neighbours. A hyperparameter that does not exist in the
# proposal has no rain. That is the tree: a branch is chosen first, and nothing is asked of the others.
#
# One question: svm won, so its green bar is high. Why is its red one nearly as high?

# %%
model = sampler.view().hyperparameters[0]
svm = model.l_density[1] / model.g_density[1]
claim("for the svm, l/g is near 1", 0.8 < svm < 1.25, l_over_g=svm)

# %% [markdown]
# Most trials were svms, so most *bad* ones were, too. The more often TPE tries an option, the more it fills its $g$,
# and the others get their turn again.

# %%
winner = classifier(lowest.dropna().to_dict())
fresh = 1 - winner.score(images[unseen], labels[unseen])
print(f"seen in the search {lowest['error']:.1%}, on digits that played no part {fresh:.1%}")

# %% [markdown]
# The last number is the honest one. (The winner's curse: notebook 03.)
#
# ## TPE against a Gaussian process
#
# Slides say that TPE *fixes the disadvantages* of Gaussian processes: categories, many hyperparameters, noise. Does
# it? Three samplers, 20 laps. Left to itself, hyperopt begins with 20 random trials. Our budgets are small, so here
# it may begin to learn after ten; our Bayesian optimisation begins after a quarter of the budget. (Unfair? Try five.)
#
# First, categories, where it should be TPE's day: four choices of six options each, without an order. Each option adds
# something to the loss, drawn anew for each lap. No neighbours, nothing smooth.

# %%
three = {
    "random": "random",
    "TPE": partial(samplers.TPE, n_startup=10),
    "BayesianOptimization": samplers.BayesianOptimization,
}
names = list(three)
menus = predict("Four choices of six options: who ends lowest?", names)

# %%
categories = race.compare(three, pictures.Menus(), n_trials=24, seeds=range(20))
figures.regret(categories)

# %% [markdown]
# *In the picture:* medians and middle halves. Up to trial 10 TPE *is* random search.


# %%
def lead(laps, name, other, n_batches=20):
    """Mean of name minus other, and its standard error with the batches as the evidence."""
    of_each = laps.differences(name, other).reshape(-1, n_batches).mean(axis=0)
    return of_each.mean(), stats.sem(of_each)


menus.reveal(categories.median_regret.idxmin())
mean, error_of = lead(categories, "TPE", "random")
claim("categories: TPE is clearly ahead of random", mean < -2 * error_of, mean=mean, error=error_of)
mean, error_of = lead(categories, "BayesianOptimization", "TPE")
claim("and the Gaussian process clearly ahead of TPE", mean < -2 * error_of, mean=mean, error=error_of)

# %% [markdown]
# Second, a real network: the convolutional one of notebook 06, with five hyperparameters and recorded on ten divisions.
# The Gaussian process was clearly ahead of random search there, after 24 trials. Is TPE?

# %%
two["TPE"] = three["TPE"]  # begins after ten, too
network = problems.WithRanges(problems.landscape("digits-cnn-5"))
five = race.compare(two, network, n_trials=25, seeds=range(20))
mean, error_of = lead(five, "TPE", "random", 10)
claim("25 trials do not settle it", abs(mean) < 3 * error_of, mean=mean, error=error_of)

# %% [markdown]
# So nothing was fixed here: where trials are few, the Gaussian process gets more out of each. What is TPE good for?
#
# **It takes a space as it comes.** For the Gaussian process somebody had to choose a kernel that only asks *same option
# or not?* (notebook 07), and to decide where a hyperparameter stands that does not exist (ours: in the middle of its
# range). TPE counts options, and lets a branch learn from its own trials. Three models, made up, each with two
# hyperparameters of its own; where each is at its best is drawn anew for each lap:

# %%
branches = race.compare(two, pictures.Branches(), n_trials=30, seeds=range(20))
mean, error_of = lead(branches, "TPE", "random")
claim("branches: TPE is clearly ahead of random", mean < -2 * error_of, mean=mean, error=error_of)
figures.regret(branches)

# %% [markdown]
# Nobody had to think. (Is the Gaussian process, with its rule, ahead here as well? Write `three` for `two` and wait ten
# seconds or twenty.)
#
# **Its proposals stay cheap.** For each hyperparameter, each of 24 candidates asks each window once. A Gaussian process
# solves $n$ equations with $n$ unknowns, some $n^3/3$ multiplications (notebook 05), and again for each kernel that its
# fit tries. Count it for four hyperparameters and 200 trials, then take the time:

# %%
from time import perf_counter

n, wide = 200, SearchSpace({f"x{i}": Float(0, 1) for i in range(4)})
asked, multiplied = 4 * 24 * (n + 2), n**3 / 3  # two of the windows are priors
claim("over 100 multiplications a window", multiplied > 100 * asked, counts=[multiplied, asked])
for name in names[1:]:
    sampler, rng = three[name](wide, seed=0), np.random.default_rng(0)
    for number in range(n):
        sampler.tell(Trial(number, wide.sample(rng)), rng.random())
    began = perf_counter()
    sampler.ask()
    print(f"{name}: {1000 * (perf_counter() - began):.0f} ms for a proposal")

# %% [markdown]
# | | TPE | Gaussian process |
# |---|---|---|
# | few trials | begins late, learns slowly | gets more out of each |
# | many trials | each proposal stays cheap | the cost grows with $n^3$ |
# | two hyperparameters that belong together | does not see it | sees it |
# | categories, whole numbers | counts them | needs a kernel made for them |
# | conditional spaces | takes them as they come | must be told what inactive means |
# | failures | bad trials, and done | need a made-up loss |
# | losses over many decades | only their order counts | must be squeezed |
#
# Measured here are the first two rows, and TPE's half of the third; the others follow from how the two are made. The
# two met in one race, on TPE's own ground, and the Gaussian process won it. Where a training takes an hour, a proposal
# may take a second, and the first row decides. Where there are thousands of trials, the second does.
#
# ## Take-aways
#
# - A Parzen estimator puts a window over each point and adds them up. Narrow windows make needles, wide ones hide
#   humps, and more points want narrower ones.
# - TPE makes one density of the good trials, $l$, and one of the bad, $g$. Ranking places by $l/g$ is ranking them by
#   expected improvement, but $l/g$ is not expected improvement.
# - hyperopt calls very few trials good, 4 of 200, draws 24 candidates from $l$ and keeps the best. The largest $l/g$
#   of the whole axis lies mostly in some dent of $g$, far from the minimum.
# - TPE treats each hyperparameter on its own. A valley that is turned by 45° cost it its lead over random search.
# - With 24 trials, our Gaussian process was clearly ahead of TPE, on categories of all things. TPE is cheap, and takes
#   any space as it comes, without a thought.
#
# ## Quiz

# %%
quiz("08")

# %% [markdown]
# ## References
#
# - E. Parzen (1962), On estimation of a probability density function and mode, *Annals of Mathematical Statistics* 33,
#   1065-1076.
# - J. Bergstra, R. Bardenet, Y. Bengio and B. Kégl (2011), Algorithms for hyper-parameter optimization, *Advances in
#   Neural Information Processing Systems* 24. TPE.
# - J. Bergstra, D. Yamins and D. D. Cox (2013), Making a science of model search: hyperparameter optimization in
#   hundreds of dimensions for vision architectures, *International Conference on Machine Learning* 30. hyperopt.
# - S. Watanabe (2023), Tree-structured Parzen estimator: understanding its algorithm components and their roles for
#   better empirical performance, arXiv 2304.11127.
# - The digits: E. Alpaydin and C. Kaynak, Optical recognition of handwritten digits, UCI Machine Learning Repository.
#
# ## What is next
#
# That ends the line of samplers that learn from losses. Random points clump, and grids repeat: notebook 09, rooks and
# spheres, places points well before anything is known.

# %% [markdown] tags=["slide", "title"]
# # Good or bad
#
# Tree-structured Parzen estimators: a search that never asks *how* good

# %% tags=["slide"]
from IPython.display import Markdown

from hpo_tutor.course.decks import on_slide
from hpo_tutor.course.pictures.intervals import Row, intervals
from hpo_tutor.course.pictures.nb08 import slides as shown
from hpo_tutor.scenes import Axis, style
from hpo_tutor.surrogates import ParzenEstimator

places, good = shown.trials()

# %% [markdown] tags=["notes"]
# **1 min.** Most of you have used this method, if only because it is what hyperopt does, and Optuna for many years. It
# throws nearly everything away that a training tells. Today's question: how far does one get with the rest?
#
# Nothing is needed but the idea of a random search.

# %% [markdown] tags=["slide"]
# ## Four of thirteen were good. Where next?

# %% tags=["slide"]
on_slide(shown.told(places, good))

# %% [markdown] tags=["notes"]
# **3 min.** Thirteen trainings, one hyperparameter. Green discs were good, orange crosses bad. How good, you are not
# told. Where would you train the fourteenth?
#
# Let three people point. Somebody will go into the middle of the four: ask what they would do if three of the four were
# an accident. Somebody will say that they need the losses. Answer: would you do better with them? How much better?
# Keep that; it is the question of the hour.

# %% [markdown] tags=["slide", "vote"]
# ## Told only good or bad: how far does a search get?
#
# - A: No further than random search
# - B: Further than random, not as far as with the losses
# - C: As far as with the losses
# - D: Further: it is not misled by them

# %% [markdown] tags=["notes"]
# **3 min.** The opponents: random search, and a Gaussian process that is told every loss. The ground: four choices of
# six options each, no order, 24 trials. That is said to be the home ground of this method. Hands up, counts on the
# board.
#
# D is not silly: a disaster of a loss can spoil a model, and cannot spoil a list of good and bad.

# %% [markdown] tags=["slide"]
# ## A hump over each good trial

# %% tags=["slide"]
on_slide(shown.humps(places, good, both=False))

# %% [markdown] tags=["notes"]
# **2 min.** How do four points become a curve? Put a small hump over each, a *window*, and add them up. Where points
# crowd, humps pile up. That is Parzen's idea, of 1962. One more window is as wide as the whole axis: it says that no
# place is ruled out.
#
# Call the sum $l$, for low. Ask: what happens if the windows are very narrow? Four needles. Very wide? One hill.

# %% [markdown] tags=["slide"]
# ## And over each bad one

# %% tags=["slide"]
on_slide(shown.humps(places, good, both=True))

# %% [markdown] tags=["notes"]
# **2 min.** The same with the bad trials: $g$, for greater. Now ask again where to go. Most will say: where green is
# highest. Ask: and if everybody had trained just there? Then good *and* bad ones crowd there. So compare the two: go
# where green is high and the dashed orange is low. The ratio $l/g$ decides.

# %% [markdown] tags=["slide"]
# ## One trial crosses the cut

# %% tags=["slide"]
falls = [(0.68, loss) for loss in (0.5, 0.44, 0.36, 0.28, 0.2, 0.12, 0.05)]
moves = [(place, 0.05) for place in (0.74, 0.8, 0.86, 0.92)]
crossing = Player([shown.across_the_cut(*at) for at in falls + moves], name="step", speed=1)
on_slide(crossing, stops=[0, 2, 3, 6, 10], freeze=True)

# %% tags=["slide"]
sides = [pictures.is_good(*at, 4) for at in falls]
claim("it is bad until the third step, and good from the fourth", sides == [False] * 3 + [True] * 4)
claim("the trial at 0.22 is good only while the diamond is bad", shown.trials()[1][2] and shown.LOSSES[2] > 0.28)

# %% [markdown] tags=["notes"]
# **6 min.** On the left the losses, which the method looks at for one thing only: above or below the cut. On the right
# $l$ and $g$; shaded, the window of the diamond. Below zero it rains: 24 candidates are drawn from $l$, and the one
# with a black rim has the largest $l/g$. Frozen: what will happen to the shaded window when the diamond falls? Then
# press four times.
#
# 1. It is bad; its window is orange.
# 2. It has fallen, and is still above the cut. *What has changed on the right?* Nothing at all! How bad, does not
#    matter.
# 3. One step below the cut: the window hops from $g$ to $l$. *Which other trial changed sides?* The worst of the good
#    ones: four are good, no more. Before you press: it falls to the bottom. *What will change?*
# 4. The best of all, and again nothing has changed. This is what the method throws away.
# 5. And now sideways. The window goes with it, and the rain.
#
# The usual wrong guess at 4: the hump grows. It does not; a good one is a good one.

# %% [markdown] tags=["slide", "build"]
# ## Why the ratio?
#
# $$\mathrm{EI}(x) \;\propto\; \frac{\color{#009E73}{\gamma\, l(x)}}
# {\color{#009E73}{\gamma\, l(x)} + \color{#D55E00}{(1-\gamma)\, g(x)}}$$
#
# <span class="green">Green: good trials near x.</span>
#
# <span class="orange">Orange: bad trials near x.</span>
#
# So: of all trials near x, the share of good ones.
#
# <span class="blue">It grows with l/g, and with nothing else.</span>

# %% [markdown] tags=["notes"]
# **4 min.** A share $\gamma$ of all trials is good. Near a place $x$ there are so many good ones, so many bad ones;
# divide. That is all of Bayes' theorem we need. Press five times: the formula, green, orange, the share, and the last
# line. If each good trial improves by the same amount, the expected improvement is this share, times that amount.
#
# Before the fifth press, ask: is it equal to $l/g$? You may read so on slides. No: a share is at most one, $l/g$ can be
# any size. The *order* of the places is the same, and only the order is used. Ask: which assumption was bold? That all
# good ones are equally good.

# %% [markdown] tags=["slide"]
# ## Draw 24, keep the best

# %% tags=["slide", "show-code"]
l_good = ParzenEstimator.with_prior(places[good], 0, 1)
g_bad = ParzenEstimator.with_prior(places[~good], 0, 1)
candidates = l_good.draw(24, np.random.default_rng(0))
ratio = l_good.density(candidates) / g_bad.density(candidates)
proposal = candidates[np.argmax(ratio)]

# %% tags=["slide"]
between = places[good].min() - 0.1 < proposal < places[good].max() + 0.1
claim("the proposal lies among the good trials", between, proposal=proposal)
Markdown(f"The next trial: **{proposal:.2f}**, where $l/g$ is {ratio.max():.1f}.")

# %% [markdown] tags=["notes"]
# **2 min.** The whole method, in five lines. Two densities, 24 draws from the good one, the ratio, the largest.
#
# Somebody will ask: why draw at all? Compute $l/g$ on the whole axis and take the largest! Do not answer; turn the
# page.

# %% [markdown] tags=["slide"]
# ## Why not the largest ratio of the whole axis?

# %% tags=["slide"]
on_slide(pictures.search_view(on_axis, peaks, proposed, 0.3))

# %% tags=["slide"]
far = {name: np.sum(np.abs(some - 0.3) > 0.2) for name, some in (("axis", on_axis), ("drawn", proposed))}
claim("the largest l/g of the axis is far off in most searches", far["axis"] > 12, of_20=far["axis"])
claim("the best of the draws less often, yet in many", 5 <= far["drawn"] < far["axis"] - 3, of_20=far["drawn"])

# %% [markdown] tags=["notes"]
# **3 min.** Twenty searches of a parabola with its minimum at 0.3, the dashed line; a column each, after 100 trials.
# Orange crosses: where $l/g$ is largest on the whole axis. Nearly all are far off, many at the ends! Ask why. TPE tried
# so often near the minimum that $g$ is high there, too. So the ratio is largest where $g$ has a dent: where nobody
# went.
#
# Sky-blue circles: the best of 24 draws from $l$. They stay nearer, because $l$ itself peaks at the minimum, the green
# diamonds. And still many of them are far out: that is how this method explores. Nobody planned it.

# %% [markdown] tags=["slide", "build"]
# ## Of 200 trials, how many are called good?

# %% tags=["slide"]
claim("of 200 trials 4 are good", len(after[200].good) == 4)
widest = 1 / after[200].hyperparameters[0].l.widths.min()
claim("no window is narrower than a sixth of the axis", 5.9 < widest < 6.1, parts=widest)
Markdown(
    f"hyperopt: **{len(after[200].good)}** of 200, **{len(after[1000].good)}** of 1,000.\n\n"
    f"Few good ones, wide windows: of 200, none is narrower than 1/{widest:.0f} of the axis."
)

# %% [markdown] tags=["notes"]
# **3 min.** Only the heading is there. Ask, then press twice; you will hear fifty, or twenty. The paper says a share,
# hyperopt takes a quarter of the *square root*. So few! And since they are few, their windows are kept wide. That is
# why the search stays curious for so long, and why it is slow to settle.
#
# Short of time: one sentence.

# %% [markdown] tags=["slide"]
# ## Each hyperparameter on its own

# %% tags=["slide"]
valleys = [shown.quiet(at_an_angle(angle), f"The valley is turned by {angle}°.") for angle in (0, 15, 30, 45)]
on_slide(Player(valleys, name="angle", speed=1), stops=[0, 1, 3], freeze=True)

# %% [markdown] tags=["notes"]
# **4 min.** Here it fails. Left, a narrow valley, the trials of a search, the good ones large. Right, what the method
# believes: $l/g$ of x, times $l/g$ of y. Dark is promising.
#
# Frozen: upright. One stripe, and it is the valley. Ask: I turn the valley; what will the right-hand picture look like?
# Most say: a slanted stripe.
#
# Press twice. Plaid! Two densities, one for each axis, can weave plaid and nothing else. Look for a dark crossing far
# from the floor: promised, and worthless. Along a turned valley good trials are at every x, and at every y; what tells
# them from bad ones is x and y *together*.
#
# (Optuna's newer versions can look at all at once: *multivariate*.)

# %% [markdown] tags=["slide"]
# ## Upright, it leads. Turned, it does not

# %% tags=["slide"]
pair, rows = {"random": "random", "TPE": samplers.TPE}, []
for words, angle in (("upright", 0), ("turned by 45°", 45)):
    laps = race.compare(pair, pictures.TurnedValley(angle), n_trials=50, seeds=range(20))
    ends = {name: np.log2(curve[:, -1]) for name, curve in laps.curves("regret").items()}
    lead = ends["TPE"] - ends["random"]
    rows.append(Row(words, lead.mean(), stats.sem(lead), style("TPE")))
upright, turned = rows
claim("upright, it is ahead of random search", upright.mean < -2.2 * upright.error, mean=upright.mean)
claim("turned, it is too close to call", abs(turned.mean) < turned.error, mean=turned.mean, error=turned.error)
halvings = [(-1, "half"), (0, "the same"), (1, "twice")]
reach = Axis("regret, compared with that of random search", -2, 2, ticks=halvings)
on_slide(intervals(rows, reach, ("TPE", "random search"), aspect=0.36))

# %% [markdown] tags=["notes"]
# **3 min.** Twenty valleys, 50 trials each, against random search. A dot is the mean, the bar two standard errors.
# Regrets are compared as ratios: one step to the left is half.
#
# Upright: clear of zero. Turned: on zero. The lead is gone, and nothing has changed but the angle. Ask: do your own
# hyperparameters stand upright? Learning rate and batch size, for instance? They hardly ever do.
#
# Too early: let neighbours name two hyperparameters of their own that turn a valley, and say how they would turn it
# back.

# %% [markdown] tags=["slide"]
# ## What it is good for: trees

# %% tags=["slide", "show-code"]
tree = SearchSpace(
    model=Choice(["logistic", "svm", "knn"]),
    C=Float(0.001, 1000, log=True, when="model != 'knn'"),
    gamma=Float(0.0001, 10, log=True, when="model == 'svm'"),
    k=Integer(1, 30, when="model == 'knn'"),
)

# %% [markdown] tags=["notes"]
# **2 min.** Now the other side. The first letter of TPE: *tree*. Choose a model first; each has hyperparameters that do
# not exist for the others. Ask: what is the distance between a support vector machine and a neighbour? A Gaussian
# process needs an answer. This method does not: it counts options, and each branch learns from its own trials.

# %% [markdown] tags=["slide"]
# ## And it is cheap

# %% tags=["slide"]
n = 200
looks, multiplications = 4 * 24 * (n + 2), n**3 / 3
claim("over a hundred times as much", multiplications > 100 * looks, times=multiplications / looks)
Markdown(
    "200 trials, four hyperparameters:\n\n"
    f"- TPE looks at **{looks:,}** windows,\n"
    f"- a Gaussian process multiplies **{multiplications / 1e6:.1f} million** times, for each kernel that it tries."
)

# %% [markdown] tags=["notes"]
# **2 min.** Each of 24 candidates asks each window once, for each hyperparameter. The Gaussian process solves 200
# equations with 200 unknowns, and again for each kernel.
#
# Where a training takes an hour, nobody cares. With thousands of trials of seconds each, it decides.
#
# Short of time: skip.

# %% [markdown] tags=["slide", "vote"]
# ## Told only good or bad: how far does a search get?
#
# - A: No further than random search
# - B: Further than random, not as far as with the losses
# - C: As far as with the losses
# - D: Further: it is not misled by them

# %% [markdown] tags=["notes"]
# **2 min.** Vote again: four choices of six options, 24 trials. Compare with the board. Ask somebody who changed sides,
# and somebody who did not.

# %% [markdown] tags=["slide"]
# ## Further than random, not as far as the losses

# %% tags=["slide"]
three = {
    "random": "random",
    "TPE": partial(samplers.TPE, n_startup=10),
    "BayesianOptimization": samplers.BayesianOptimization,
}
categories = race.compare(three, pictures.Menus(), n_trials=24, seeds=range(20))
rows = []
for words, rival in (("TPE less random search", "random"), ("TPE less a Gaussian process", "BayesianOptimization")):
    lead = categories.differences("TPE", rival)
    rows.append(Row(words, lead.mean(), stats.sem(lead), style("TPE")))
behind_random, behind_process = rows
claim("TPE is ahead of random search", behind_random.mean < -2 * behind_random.error, mean=behind_random.mean)
claim("and behind the Gaussian process", behind_process.mean > 2 * behind_process.error, mean=behind_process.mean)
reach = Axis("difference in regret, 24 trials, 20 laps", -0.5, 0.5)
on_slide(intervals(rows, reach, ("TPE", "the other"), aspect=0.36))

# %% [markdown] tags=["notes"]
# **3 min.** B. On its own ground it is ahead of random search, and behind the model that hears the losses; both
# intervals keep clear of zero, the first by little. (Hyperopt would begin with 20 random trials; here it may begin
# after ten, or there would be nothing to see.)
#
# What is thrown away is worth something when trials are few. When they are many, or the space is a tree, or losses are
# wild, good or bad is a bargain. You may be asked about five real hyperparameters: 25 trials do not settle it; the
# notebook shows that race.

# %% [markdown] tags=["slide"]
# ## Where to practise
#
# - `hpo-tutor start 08`: drag a trial across the cut yourself
# - Exercise 08.1: a Parzen estimator; 08.3: the proposal
# - 08.4: a tree in hyperopt's words

# %% [markdown] tags=["notes"]
# **1 min.** Notebook 08. With an hour, do 08.1 and 08.3: then you have written TPE. Those who use hyperopt should do
# 08.4, and look at what it makes of three real models of the digits.
