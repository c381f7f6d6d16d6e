# %% [markdown]
# # Random search
#
# **Question.** You can afford 25 trainings. Do you lay them out as a grid, or do you draw them at random?
#
# **Afterwards you can**
#
# - explain when random points beat a grid, and when they do not
# - compute how many random draws reach the best 5 % of a search space
# - compare two samplers fairly: in pairs, over several batches of data, with their spread
#
# **Before.** Python, calculus, and what training a network means. Notebook 02 (grid search) helps; what is needed of
# it is said again here.
#
# **Time.** 75 minutes; a good place for a break is before *A fair comparison*.

# %% tags=["setup"]
import numpy as np

from hpo_tutor import check, claim, designs, doctor, figures, hint, predict, problems, quiz, race
from hpo_tutor.course.pictures import nb03 as pictures

doctor()

# %% [markdown]
# ## The words
#
# A **configuration** is one choice of all hyperparameters. A **trial** is one training with it; what comes out is a
# **loss**, and low is good. A **sampler** decides which configurations are tried. The **incumbent** is the best trial
# so far.
#
# Three samplers meet here. All of them place their 25 trials before the first training starts.
#
# - *grid*: evenly spaced, the outer points on the edges of the space;
# - *grid-midpoints*: evenly spaced, each point in the middle of its cell;
# - *random*: each point is drawn on its own, and every place is equally likely.

# %%
names = ["grid", "grid-midpoints", "random"]
points = {name: designs.make(name, n_points=25, n_dims=2, seed=1) for name in names}
pictures.squares(points)

# %% [markdown]
# *In the picture:* three squares with 25 trials each. Below each square lie the shadows of the trials on the
# horizontal axis. Under both grids, shadows fall on top of each other. Under the random points, each trial has its
# own shadow.
#
# Now suppose that only x matters. Moving a trial up or down changes nothing.

# %%
distinct = predict("If y does not matter, how many of 25 grid trials differ?", ["5", "10", "25"])

# %%
n_shadows = {name: len(np.unique(points[name][:, 0].round(9))) for name in names}
distinct.reveal(str(n_shadows["grid"]))
claim("25 grid trials show 5 values of x", n_shadows["grid"] == n_shadows["grid-midpoints"] == 5)
claim("25 random trials show 25 values of x", n_shadows["random"] == 25)

# %% [markdown]
# ### Why
#
# A grid of $N$ points in $d$ dimensions has $n$ values on each axis, with
#
# $$N = n^d, \qquad\text{so}\qquad n = N^{1/d}.$$
#
# Each value of an axis is tried $n^{d-1}$ times. If the other axes do not matter, these are repetitions, and you pay
# for all of them. Random search has $N$ different values on each axis, whatever $d$ is. Count it in three dimensions,
# of which the third does not matter:

# %%
cube = {name: designs.make(name, n_points=64, n_dims=3, seed=1) for name in names}
different = {name: len(np.unique(cube[name][:, :2].round(9), axis=0)) for name in names}
claim("64 grid points are only 16 different trials", different["grid"] == 16)
claim("64 random points are 64 different trials", different["random"] == 64)

# %% [markdown]
# ## A race on real networks
#
# The task: predict the energy of a particle jet from ten measured quantities. The jets were simulated for the ALEPH
# detector at CERN. Each trial trains a small network, here and now. We search two hyperparameters, both on a
# logarithmic scale: the learning rate, and the strength of the L2 penalty. The 25 networks of a sampler are trained
# side by side, all at once.
#
# (Without the file of the jets, the handwritten digits that come with scikit-learn take their place.)

# %%
task = "aleph" if problems.datasets.available("aleph") else "digits"
live = problems.live(task, hyperparameters=["learning_rate", "l2"])
unit = live.loss_unit
print(f"Each trial trains a network on {task}. Its loss is {live.loss_names[0]} in {unit}.")
first = predict("Which sampler ends with the lowest loss after 25 trainings?", names)

# %%
once = race.compare(names, live, n_trials=25, seeds=[1], batch=25)
final = once.table.groupby("sampler")["incumbent"].min().sort_values()
first.reveal(final.index[0])
final

# %% [markdown]
# All 75 networks can be seen from two sides: from the side of the learning rate, and from the side of L2.

# %%
pictures.loss_against(once, live.space.names, seed=1)

# %% [markdown]
# *In the picture:* on the left, the loss over the learning rate has a floor that first falls and then spreads out. On
# the right, over L2, the floor is nearly flat until the penalty becomes strong. The squares and diamonds of the grids
# stand in columns: five values on each side. The circles of random search are spread out.
#
# How much does each hyperparameter matter? Average the midpoint grid over one, and see how far the loss still moves
# along the other.

# %%
grid_trials = once.histories["grid-midpoints", 1].table()
moves = {name: grid_trials.groupby(name)["loss"].mean().std() for name in live.space.names}
claim("the learning rate matters more than L2", moves["learning_rate"] > moves["l2"], **moves)

# %% [markdown]
# ### One race proves nothing
#
# How large is the winner's lead? Compare it with something that has no meaning at all: train the winner's
# configuration again, 20 times, with other random initial weights. Their standard deviation says how far one training
# typically lies from their mean.

# %%
winner = once.histories[final.index[0], 1].incumbent
again = live.draw(1).evaluate([winner.config] * 20, seeds=range(20))
lead, luck = final.iloc[1] - final.iloc[0], again.std(ddof=1)
claim(f"a single training varies by more than the lead ({unit})", luck > lead, lead=lead, varies=luck)
won, mean = winner.loss, again.mean()
claim("and on average they are worse than the one that won", mean > won, won=won, mean=mean)

# %% [markdown]
# So the medal may well have been handed out by chance. Both sentences matter, and we come back to both: *a fair
# comparison* needs many races, and *the best trial looks better than it is*.
#
# ## A valley at an angle
#
# We first ask a cleaner question. Let the loss be a straight valley: it depends only on the distance from a line
# through the square. If the line is parallel to an axis, one hyperparameter does not matter. If we turn it, both do.
# What counts is where the shadows of the trials fall, seen along the valley.

# %%
pictures.valleys(points["grid-midpoints"], angles=(0, 20, 45))

# %% [markdown]
# *In the picture:* the midpoint grid and a valley, the broad line, at three angles. At 0° only x matters. Look along
# the line: at 0° five trials stand behind each other, at 20° each can be seen.


# %%
def across(points, angle):
    """Where the points lie across a valley that is turned by an angle in degrees."""
    return points @ [np.cos(np.radians(angle)), np.sin(np.radians(angle))]


seen_from = [(name, angle) for name in ("grid-midpoints", "random") for angle in (0, 20, 45)]
rows = {f"{name}, {angle}°": across(points[name], angle) for name, angle in seen_from}
pictures.strips(rows)

# %% [markdown]
# *In the picture:* a row of shadows for each sampler and angle. The grid has 5 different shadows at 0°, 25 at
# 20°, and 9 at 45°, on the diagonal. Random search has 25 at every angle.

# %%
n_places = [len(np.unique(places.round(9))) for places in rows.values()]
claim("5, 25 and 9 shadows of the grid, always 25 of random search", n_places == [5, 25, 9, 25, 25, 25])

# %%
turn = predict(
    "The valley turns. Where is random search more often nearer to it than the midpoint grid?",
    ["at every angle", "along an axis", "along an axis and on the diagonal", "nowhere"],
)


# %%
def win_rate(design, angle, n_valleys=2000, n_points=25):
    """Share of valleys, at random places, to which random search comes nearer than a design."""
    rng = np.random.default_rng(0)
    valleys = across(rng.random((n_valleys, 1, 2)), angle)
    drawn = across(rng.random((n_valleys, n_points, 2)), angle)
    fixed = across(designs.make(design, n_points, 2), angle)
    return np.mean(np.abs(drawn - valleys).min(axis=1) < np.abs(fixed - valleys).min(axis=1))


angles = range(0, 91, 5)
rates = {design: [win_rate(design, angle) for angle in angles] for design in names[:2]}
pictures.win_rates(angles, rates)

# %% [markdown]
# *In the picture:* both lines lie far above 50 % at 0° and at 90°, where the valley is parallel to an axis. They come
# up once more at 45°. From 10° to 40° and from 50° to 80° the midpoint grid is ahead.

# %%
at = dict(zip(angles, rates["grid-midpoints"], strict=True))
everywhere, axis, both, nowhere = turn.options
wins = tuple(angle for angle in (0, 20, 45) if at[angle] > 0.5)
turn.reveal({(0, 20, 45): everywhere, (0,): axis, (0, 45): both}.get(wins, nowhere))
claim("along an axis random search wins clearly", min(at[0], at[90]) > 0.75, rate=at[0])
claim("on the diagonal it wins as well", at[45] > 0.6, rate=at[45])
tilted = max(at[angle] for angle in angles if 10 <= angle <= 40 or 50 <= angle <= 80)
claim("from 10 to 40 and from 50 to 80 degrees it loses", tilted < 0.5, largest_rate=tilted)
y_counts = np.tan(np.radians(5))  # in units of what x counts
claim("a tilt of 5 degrees takes the advantage away", at[5] < 0.55, rate=at[5], y_counts=y_counts)

# %% [markdown]
# So there is no magic in random numbers. Random search wins where the shadows of the grid merge, and they must really
# merge: at 5° y counts less than a tenth of what x counts, and that is enough to tell the shadows apart. The exact
# diagonal is rare. Hyperparameters that do almost nothing are common. Bergstra and Bengio found that on most of their
# data sets only a few of many hyperparameters mattered, and not the same ones on each.
#
# ## How many draws?
#
# Call a configuration good if it lies among the best 5 % of the search space. You draw $n$ configurations at random.

# %%
draws = predict(
    "How many draws do you need to hold at least one good configuration, with probability 95 %?",
    ["20", "59", "several hundred, more with each dimension"],
)

# %% [markdown]
# One draw misses the best share $p$ with probability $1 - p$. Independent draws all miss with the product of these
# probabilities. With confidence $c$ at least one of them hits, if
#
# $$(1 - p)^n \le 1 - c.$$
#
# **Exercise 03.1** (level 1). Solve this for the smallest whole $n$.


# %% tags=["exercise"]
def n_draws(share, confidence):
    """Fewest random draws that hold one of the best share with this confidence; 0 < both < 1."""
    raise NotImplementedError


# %% tags=["solution"]
def n_draws(share, confidence):
    """Fewest random draws that hold one of the best share with this confidence; 0 < both < 1."""
    return int(np.ceil(np.log(1 - confidence) / np.log(1 - share)))


# %%
check("03.1", n_draws)
# Stuck? Run hint("03.1", 1), then 2, then 3.

# %% [markdown]
# Test the number in 2,000 searches each, on a loss with two hyperparameters and on one with six. The formula has no
# $d$ in it: the dimensions should make no difference.


# %%
def random_losses(function, shape):
    """Losses at random places of a test function; an array of this shape."""
    low, high = np.array([(domain.low, domain.high) for domain in function.space.domains.values()]).T
    places = low + (high - low) * rng.random((np.prod(shape), function.space.n_dims))
    return function.values(places).reshape(shape)


rng = np.random.default_rng(0)
two_d, six_d = problems.function("branin"), problems.function("hartmann6")
good = {f: np.quantile(random_losses(f, (100_000,)), 0.05) for f in (two_d, six_d)}
best = {(f, n): random_losses(f, (2000, n)).min(axis=1) for f in good for n in (20, 59)}

# %%
rate = {(f.space.n_dims, n): np.mean(losses <= good[f]) for (f, n), losses in best.items()}
draws.reveal(str(next(n for n in range(1, 1000) if 0.95**n <= 1 - 0.95)))
for d in (2, 6):
    many, few = rate[d, 59], rate[d, 20]
    claim(f"in {d}-D, 59 draws hit in about 95 % of searches", abs(many - 0.95) < 0.02, rate=many)
    claim(f"in {d}-D, 20 draws hit in only about two thirds", 0.58 < few < 0.70, rate=few)

# %% [markdown]
# Now the small print. The promise counts *configurations*. It does not say that the loss is near the minimum.

# %%
typical, reached = np.median(random_losses(six_d, (100_000,))), np.median(best[six_d, 59])
ahead = (reached - six_d.optimum) / (typical - six_d.optimum)
print(f"in 6-D: minimum {six_d.optimum:.3g}, typical {typical:.3g}, best of 59 draws {reached:.3g}")
print(f"a cube that holds 5 % of six dimensions has sides of {0.05 ** (1 / 6):.2f}")
claim("from typical to minimal, nearly half of the way is left", 0.4 < ahead < 0.5, left=ahead)

# %% [markdown]
# In six dimensions 5 % of the space is a large place: look at the sides of that cube.
#
# ## The incumbent
#
# A search is judged by its incumbent after each trial: *if I had stopped here, what would I have?* A trial may fail;
# its loss is then `nan`, not a number, and the incumbent stays what it was.
#
# **Exercise 03.2** (level 2). Return the incumbent's loss after each trial. The first trial never fails here.


# %% tags=["exercise"]
def incumbent(losses):
    """Lowest loss so far after each trial; losses is an array, nan where a trial failed."""
    raise NotImplementedError


# %% tags=["solution"]
def incumbent(losses):
    """Lowest loss so far after each trial; losses is an array, nan where a trial failed."""
    return np.fmin.accumulate(losses)


# %%
check("03.2", incumbent)
# Stuck? Run hint("03.2", 1), then 2, then 3.

# %% [markdown]
# ## A fair comparison
#
# > **What makes it fair**
# >
# > - *The same budget.* Each sampler gets 25 trials.
# > - *The same tasks, in pairs.* One lap of the race is one search by each sampler. In a lap all of them meet the
# >   same *batch* of data (another sample of jets to train and validate on) and the same luck of the trials. Compare
# >   them lap by lap: what made the batch hard, it made hard for all. A lap is numbered by its seed.
# > - *Batches, not only seeds.* Other seeds show how lucky a sampler is on this data. Other batches show whether the
# >   result holds on other data.
# > - *Judged without luck.* An incumbent is scored by its **expected** loss, the mean over several trainings, not by
# >   the loss that made it win.
# > - *Shown by median and quartiles, judged by differences.* Sort the laps: the median stands in the middle, the
# >   quartiles at one quarter and three quarters. They are shown because a few bad searches pull a mean up. Verdicts
# >   rest on the differences within laps, their mean and its error.
#
# Such a race needs thousands of trainings. They were done once and kept: on ten batches of the jets, for a dense grid
# of learning rates and numbers of epochs, three times each. The race looks the losses up, with their noise, and
# interpolates in between. The search space is another one than before: learning rate and epochs.
#
# The **regret** of a search is its incumbent's expected loss minus the smallest expected loss of the batch: what is
# still to be gained.

# %%
jets = problems.landscape("aleph")
print(jets)
fair = predict("100 laps on the jets: which sampler has the lowest median regret?", names)

# %%
laps = race.compare(names, jets, n_trials=25, seeds=range(100))
fair.reveal(laps.median_regret.idxmin())
figures.regret(laps)

# %% [markdown]
# *In the picture:* the regret, on a logarithmic axis. Lines are medians over 100 laps; a band holds the middle half
# of the laps. The three bands overlap all the way.
#
# Overlapping bands do not mean that there is no difference: the laps are pairs. So take the difference in each lap,
# and ask how well its mean is known.
#
# The differences $\delta_1, \dots, \delta_L$ of $L$ laps have a mean $\bar\delta$ and a standard deviation $s$, which
# says how far a single lap lies from the mean. The mean of $L$ laps is steadier than a single one, by $\sqrt L$. Its
# **standard error** is
#
# $$\frac{s}{\sqrt L}, \qquad s^2 = \frac{1}{L-1} \sum_{i=1}^L (\delta_i - \bar\delta)^2.$$
#
# If you raced again with other laps, the mean would move by about that much. A difference of less than two standard
# errors may well be chance.
#
# **Exercise 03.3** (level 2). Return the mean difference `a - b` and its standard error.


# %% tags=["exercise"]
def paired_difference(a, b):
    """Mean of a - b and its standard error; a[i] and b[i] are losses of the same lap (arrays)."""
    raise NotImplementedError


# %% tags=["solution"]
def paired_difference(a, b):
    """Mean of a - b and its standard error; a[i] and b[i] are losses of the same lap (arrays)."""
    d = np.asarray(a) - np.asarray(b)
    return d.mean(), d.std(ddof=1) / np.sqrt(len(d))


# %%
check("03.3", paired_difference)
# Stuck? Run hint("03.3", 1), then 2, then 3.

# %% [markdown]
# Here are the differences between random search and the midpoint grid, lap by lap:

# %%
figures.differences(laps, "random", "grid-midpoints")

# %% [markdown]
# *In the picture:* each point is a lap, and its height means nothing. Left of zero, random search was better. There
# are points on both sides, but more on the right. The large grey diamond is their median; in 95 of 100 such races its
# interval would hold the true one. It does not reach zero.


# %%
def mean_and_error(values):
    """Mean and its standard error: exercise 03.3, once the differences are taken."""
    return np.mean(values), np.std(values, ddof=1) / np.sqrt(np.size(values))


duel = laps.differences("random", "grid-midpoints")
mean, error = mean_and_error(duel)
claim("the midpoint grid ends lower, by over two errors", mean > 2 * error, mean=mean, error=error)

# %% [markdown]
# What did the pairs buy us? Without them we would take the error of each sampler's mean, add the squares of both and
# take the root (`np.hypot`). Those errors hold the differences between the batches.

# %%
a, b = (laps.curves("score")[name][:, -1] for name in ("random", "grid-midpoints"))
unpaired = np.hypot(mean_and_error(a)[1], mean_and_error(b)[1])
ratio = unpaired / error
claim("without pairs the error is several times as large", ratio > 3, unpaired=unpaired, paired=error)
claim("and the difference would drown in it", mean < unpaired, mean=mean, unpaired=unpaired)

# %% [markdown]
# ### Seeds against batches
#
# 100 laps on ten batches: each batch was used ten times. The laps tell us about *these* batches. If the question is
# whether the result holds on *other* jets, the batches are the evidence, and there are only ten of them. So first
# average over the laps of a batch, then take the standard error of the ten numbers.

# %%
of_batches = duel.reshape(10, 10).mean(axis=0)  # laps 7, 17, 27, ... ran on batch 7
batch_mean, batch_error = mean_and_error(of_batches)
claim("over batches the error is larger", batch_error > error, laps=error, batches=batch_error)
open_still = batch_mean < 2 * batch_error
claim("for other jets it is open, if only just", open_still, mean=batch_mean, error=batch_error)

# %% [markdown]
# ## Hyperparameters that do nothing
#
# Random search is said to shine where a hyperparameter hardly matters. Try it on the handwritten digits, with the
# learning rate and L2. The networks were trained on ten divisions of the pictures into training and validation. First
# look at the surface.

# %%
digits = problems.landscape("digits")
figures.landscape(digits)

# %% [markdown]
# *In the picture:* dark is low, the star marks the optimum, and thin lines join places of equal loss. From left to
# right the shade changes a lot: the learning rate decides. From bottom to top it changes little, until L2 becomes
# very strong. There is a darkest spot, but most of what can be gained is gained by the right learning rate.

# %%
surface = digits.grid().losses  # a row for each learning rate, a column for each L2
moves = {"learning_rate": surface.mean(axis=1).std(), "l2": surface.mean(axis=0).std()}
claim("the learning rate decides", moves["learning_rate"] > 5 * moves["l2"], **moves)

# %% [markdown]
# We race on it twice. Once as it is, with 25 trials. Once with 243 trials and three more hyperparameters, which do
# nothing at all. (In practice nobody tells you which those are.) This time the batches are the evidence from the
# start.

# %%
second = predict("Digits, two hyperparameters, 25 trials: which sampler is lowest in the end?", names)
third = predict("Digits, three idle ones more, 243 trials: which one is lowest then?", names)

# %%
two = race.compare(names, digits, n_trials=25, seeds=range(100))
second.reveal(two.median_regret.idxmin())
mean, error = mean_and_error(two.differences("random", "grid-midpoints").reshape(10, 10).mean(axis=0))
claim("the midpoint grid is ahead here as well", mean > 2 * error, mean=mean, error=error)
figures.regret(two)

# %%
five = race.compare(names, problems.WithIdle(digits, n_idle=3), n_trials=243, seeds=range(100))
third.reveal(five.median_regret.idxmin())
for other in ("grid", "grid-midpoints"):
    mean, error = mean_and_error(five.differences("random", other).reshape(10, 10).mean(axis=0))
    claim(f"random search is now ahead of {other}", mean < -2 * error, mean=mean, error=error)
figures.regret(five)

# %% [markdown]
# *In the two pictures:* at the end of the first, the diamonds of the midpoint grid are lowest. At the end of the
# second, the circles of random search are, and the squares of the other grid stay far above both.
#
# Why? With 25 trials in two dimensions, the midpoint grid tries five learning rates, and here five were enough. With
# 243 trials in five dimensions, it tries three. Random search tries 243.
#
# Two races are an illustration and no survey: other budgets and other surfaces give other gaps. Change `n_trials` or
# `n_idle` and see. Surveys come in notebook 11.

# %%
rates_of = {name: five.histories[name, 0].table()["learning_rate"] for name in names}
n_rates = {name: rates.nunique() for name, rates in rates_of.items()}
claim("243 trials of the midpoint grid share three learning rates", n_rates["grid-midpoints"] == 3)
claim("243 random trials have 243", n_rates["random"] == 243)

# %% [markdown]
# ## The winner's curse
#
# The incumbent won because its observed loss was low. Part of that is skill, part is luck, and the luck does not come
# again. Each lap knows both: the loss that was seen, and the expected loss of the same configuration.

# %%
curse = predict("How often is the winner worse than it looked?", ["half of the time", "nearly always"])

# %%
# a row for each lap, a column for each trial
flattery = laps.curves("score")["random"] - laps.curves("incumbent")["random"]
share = np.mean(flattery[:, -1] > 0)
curse.reveal("nearly always" if share > 0.8 else "half of the time")
claim("nearly every winner is worse than it looked", share > 0.8, share=share)
pictures.luck(laps)

# %% [markdown]
# *In the picture:* a point for each search. On the line, the winner would be as good as it looked. Nearly all points
# lie above it: they are worse. The clumps are the batches: some are harder than others. (The expected loss here is
# the mean of three trainings, and the lucky one is among them. So the true flattery is larger still.)

# %%
after_5, after_25 = flattery[:, 4].mean(), flattery[:, 24].mean()
claim(
    "more trials make it worse, for there are more chances to be lucky",
    after_25 > after_5,
    after_5=after_5,
    after_25=after_25,
)
claim(
    "the flattery is larger than the difference between the samplers",
    after_25 > duel.mean(),
    flattery=after_25,
    difference=duel.mean(),
)

# %% [markdown]
# The remedy: train the winner again with new seeds, or score it on data that played no part in the search. Report
# that number, not the one that made it win.
#
# ## Where random search loses
#
# You have seen it twice: on the jets, and on the digits with two hyperparameters. Random points clump and leave
# holes; evenly spaced points do not. A test without any data: 200 bowls with random shapes and places, in two
# dimensions.

# %%
bowls = problems.function("random-quadratic", n_dims=2)
bowl_laps = race.compare(names, bowls, n_trials=25, seeds=range(200))
won = np.mean(bowl_laps.differences("random", "grid-midpoints") < 0)
bad = bowl_laps.quartiles()["upper quartile"]
claim("random search wins less than half of its duels with midpoints", won < 0.5, share=won)
claim(
    "and its worst quarter is worse",
    bad["random"] > bad["grid-midpoints"],
    random=bad["random"],
    midpoints=bad["grid-midpoints"],
)

# %% [markdown]
# Note *which* grid that was. The other one puts most of its points on the border of the space, where there is seldom
# a minimum, and gives the advantage away:

# %%
on_border = np.mean(np.isin(points["grid"], [0, 1]).any(axis=1))
claim("64 % of the 25 points of a grid lie on the border", on_border == 0.64, share=on_border)
against = np.mean(bowl_laps.differences("random", "grid") < 0)
claim("random search wins half of its duels with it", abs(against - 0.5) < 0.07, share=against)

# %% [markdown]
# When you read that something beats grid search, ask which grid.
#
# Can one have both, points that spread evenly *and* shadows that do not merge? Yes: Latin hypercubes and Sobol points
# are made for that. They come in notebook 09.
#
# ## As you would write it
#
# In scikit-learn, random search is one class. It takes distributions to draw from, and scores by cross-validation.
# `loguniform` is the logarithmic scale.

# %%
from scipy.stats import loguniform
from sklearn.datasets import load_digits
from sklearn.linear_model import SGDClassifier
from sklearn.model_selection import RandomizedSearchCV

images, labels = load_digits(return_X_y=True)
search = RandomizedSearchCV(
    SGDClassifier(loss="log_loss", learning_rate="constant", random_state=0),
    {"eta0": loguniform(1e-4, 1), "alpha": loguniform(1e-6, 1e-1)},  # learning rate and L2
    n_iter=20,
    cv=3,
    random_state=0,
)
search.fit(images[:1200] / 16, labels[:1200])
print(search.best_params_)
unseen = search.score(images[1200:] / 16, labels[1200:])
print(f"right in cross-validation {search.best_score_:.1%}, on unseen digits {unseen:.1%}")

# %% [markdown]
# The score is the share of right answers, so high is good: scikit-learn maximises where we minimise. The second
# number is the honest one, for the unseen digits played no part in the choice. (A part of the gap is no flattery: the
# unseen digits are other digits.)
#
# ## Take-aways
#
# - Random search tries a new value of every hyperparameter in every trial. A grid repeats values, and pays for it
#   where a hyperparameter does almost nothing.
# - 59 random draws hold one of the best 5 % of configurations, with 95 % confidence, in any number of dimensions.
# - It is no miracle: with two hyperparameters a midpoint grid is as good or better. The advantage grows with each
#   hyperparameter that does nothing.
# - Compare samplers in pairs, over batches of data; show median and quartiles. A single race is luck.
# - The best of many noisy trials looks better than it is. Score the winner again.
#
# ## Quiz

# %%
quiz("03")

# %% [markdown]
# ## References
#
# - J. Bergstra and Y. Bengio (2012), Random search for hyper-parameter optimization, *Journal of Machine Learning
#   Research* 13, 281-305.
# - G. C. Cawley and N. L. C. Talbot (2010), On over-fitting in model selection and subsequent selection bias in
#   performance evaluation, *Journal of Machine Learning Research* 11, 2079-2107.
# - X. Bouthillier and others (2021), Accounting for variance in machine learning benchmarks, *Proceedings of Machine
#   Learning and Systems* 3.
# - The jets: simulated for the ALEPH experiment; data of the course Applied Machine Learning, T. C. Petersen, Niels
#   Bohr Institute, Copenhagen.
#
# ## What is next
#
# Grid and random search choose all points in advance and learn nothing on the way. The next notebooks build a sampler
# that does: from one Gaussian to a function (04), kernels and noise (05), Bayesian optimisation (06). If you would
# rather place points well without learning, go on with notebook 09, rooks and spheres.
