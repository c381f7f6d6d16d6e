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
# **Time.** 60 minutes, of which the three exercises take 20. A good place for a break is before *A fair comparison*.

# %% tags=["setup"]
import numpy as np

from hpo_tutor import check, claim, designs, doctor, figures, hint, predict, problems, quiz, race
from hpo_tutor.course.pictures import nb03 as pictures
from hpo_tutor.widgets import Dial, Player, race_player

doctor()

# %% [markdown]
# ## Three ways to place 25 trials
#
# A **configuration** is one choice of all hyperparameters. A **trial** is one training with it; what comes out is a
# **loss**, and low is good. A **sampler** decides which configurations are tried, and the **incumbent** is the best
# trial so far. Three samplers meet here:
#
# - *grid*: evenly spaced, the outer points on the edges of the space;
# - *grid-midpoints*: evenly spaced, each point in the middle of its cell;
# - *random*: each point is drawn on its own, and every place is equally likely.

# %%
names = ["grid", "grid-midpoints", "random"]
points = {name: designs.make(name, n_points=25, n_dims=2, seed=1) for name in names}
pictures.squares(points)

# %% [markdown]
# *In the picture:* below each square lie the shadows of its trials on the horizontal axis. Under both grids, shadows
# fall on top of each other.
#
# Now suppose that only x matters. Moving a trial up or down changes nothing.

# %%
distinct = predict("If y does not matter, how many of 25 grid trials differ?", ["5", "10", "25"])


# %%
def n_different(places):
    """How many of these places (N,) differ."""
    return len(np.unique(places.round(9)))


n_values = {name: n_different(points[name][:, 0]) for name in names}
distinct.reveal(str(n_values["grid"]))
claim("25 grid trials try 5 values of x", n_values["grid"] == n_values["grid-midpoints"] == 5)
claim("25 random trials try 25", n_values["random"] == 25)

# %% [markdown]
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
# ## A valley at an angle
#
# So far y did nothing at all. Now let it matter a little, and then more. Let the loss be a straight valley: it
# depends only on the distance from a line. If the line is upright, only x matters. If it is turned by an angle
# $\varphi$, both do. Across the valley, a trial at $(x, y)$ lies at
#
# $$s = x \cos\varphi + y \sin\varphi.$$
#
# Think of a lamp that shines along the valley: $s$ is where the shadow of the trial falls. Of trials with the same
# shadow, all but one are wasted. To see what that costs, we lay 4,000 valleys at random places. For each we ask whose
# nearest point lies nearer to it: that of the grid, or that of 25 fresh random draws.


# %%
def across(points, angle):
    """Where the shadows of points (N, 2) fall if the valley is turned by an angle in degrees."""
    return points @ [np.cos(np.radians(angle)), np.sin(np.radians(angle))]


def win_rate(points, angle, n_valleys=4000):
    """Share of valleys, at random places, to which as many random draws come nearer than the points."""
    rng = np.random.default_rng(0)
    valleys = across(rng.random((n_valleys, 1, 2)), angle)
    drawn = across(rng.random((n_valleys, len(points), 2)), angle)
    fixed = across(points, angle)
    return np.mean(np.abs(drawn - valleys).min(axis=1) < np.abs(fixed - valleys).min(axis=1))


turn = predict(
    "The valley turns from 0° to 90°. At which angles does random search beat the midpoint grid?",
    ["at every angle", "only along the axes", "along the axes and at some angles between", "nowhere"],
)

# %%
angles = range(91)
shadows = {name: {a: n_different(across(points[name], a)) for a in angles} for name in names}
rates = {name: {a: win_rate(points[name], a) for a in angles} for name in names}
Player.over(
    lambda angle, design: pictures.ridge(points, shadows, rates, angle, design),
    angle=Dial("angle of the valley", angles, unit="degrees"),
    design=["grid-midpoints", "grid", "random"],
    label="A valley at an angle",
    speed=12,
)

# %% [markdown]
# *How to use it:* play turns the valley, and the lamp with it; the arrow keys turn it by one degree.
#
# *In the picture:* on the left, 25 trials, a valley (dark is low), and the shadows on a ring. The valley is drawn
# through the middle of the square. On the right, over valleys at any place: how often random search comes nearer. The
# symbol stands at the present angle.
#
# Two questions to answer with it:
#
# 1. Where is the midpoint grid far ahead, say at 11°? How do its shadows lie there?
# 2. At 27° all 25 shadows differ, and random search is ahead all the same. Look closely at the ring: why?
#
# *Surprise me:* 45°. Both hyperparameters matter equally, and most of the grid is wasted again.

# %%
at = rates["grid-midpoints"]
everywhere, axes, between, nowhere = turn.options
wins = [angle for angle in angles if at[angle] > 0.5]
outcome = between if any(10 <= angle <= 80 for angle in wins) else axes
turn.reveal({91: everywhere, 0: nowhere}.get(len(wins), outcome))
claim("along an axis random search wins clearly", min(at[0], at[90]) > 0.75, rate=at[0])
claim("at most angles the midpoint grid wins", len(wins) < 35, angles_of_91=91 - len(wins))

# %%
gaps = {angle: np.diff(np.sort(across(points["grid-midpoints"], angle))) for angle in (11, 27)}
even, n_clumps = gaps[11].max() / gaps[11].min(), 1 + np.sum(gaps[27] > 0.01)
claim("11°: the shadows stand at nearly equal steps", even < 1.3 and at[11] < 0.45, rate=at[11])
claim("27°: the 25 shadows stand in 13 places", n_clumps == 13 and at[27] > 0.52, rate=at[27])
claim("45°: 9 shadows are left", shadows["grid-midpoints"][45] == 9 and at[45] > 0.6, rate=at[45])
y_counts = np.tan(np.radians(8))  # in units of what x counts
claim("8°: y need not count much to separate the shadows", at[8] < 0.47, rate=at[8], y_counts=y_counts)

# %% [markdown]
# So there is no magic in random numbers. Random search wins where the shadows of the grid merge. The exact diagonal is
# rare. Hyperparameters that do almost nothing are common: Bergstra and Bengio found that on most of their data sets
# only a few of many mattered, and not the same ones on each.
#
# ## A race on real networks
#
# The task: predict the energy of a particle jet from ten measured quantities. The jets were simulated for the ALEPH
# detector at CERN. Each trial trains a small network, here and now. We search the learning rate and the strength of
# the L2 penalty, both on a logarithmic scale. (Without the file of the jets, the handwritten digits that come with
# scikit-learn take their place.)

# %%
task = "aleph" if problems.datasets.available("aleph") else "digits"
live = problems.live(task, hyperparameters=["learning_rate", "l2"])
unit = live.loss_unit
print(f"Each trial trains a network on {task}. Its loss is {live.loss_names[0]} in {unit}.")
first = predict("Which sampler ends with the lowest loss after 25 trainings?", names)

# %%
once = race.compare(names, live, n_trials=25, seeds=[3], batch=25)
final = once.table.groupby("sampler")["incumbent"].min().sort_values()
first.reveal(final.index[0])
print(final.to_string())
pictures.loss_against(once, live.space.names, seed=3)

# %% [markdown]
# *In the picture:* the same 75 networks from two sides. The grids stand in columns, the circles of random search are
# spread out. How much does each hyperparameter matter? Average the midpoint grid over one, and see how far the loss
# still moves along the other:

# %%
grid_trials = once.histories["grid-midpoints", 3].table()
moves = {name: grid_trials.groupby(name)["loss"].mean().std() for name in live.space.names}
claim("the learning rate matters more than L2", moves["learning_rate"] > moves["l2"], **moves)

# %% [markdown]
# How large is the winner's lead? Compare it with pure luck: train the winner's configuration again, 20 times, with
# other random initial weights. Their standard deviation says how far one training typically lies from their mean.

# %%
winner = once.histories[final.index[0], 3].incumbent
again = live.draw(3).evaluate([winner.config] * 20, seeds=range(20))
lead, luck = final.iloc[1] - final.iloc[0], again.std(ddof=1)
claim(f"a single training varies by more than the lead ({unit})", luck > lead, lead=lead, varies=luck)
won, mean = winner.loss, again.mean()
claim("and on average they are worse than the one that won", mean > won, won=won, mean=mean)

# %% [markdown]
# So the medal may well have been handed out by chance. We come back to both sentences: *a fair comparison* needs many
# races, and *the best trial looks better than it is*.
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
# $d$ in it.


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
# Now the small print. The promise counts *configurations*; it does not say that the loss is near the minimum.

# %%
typical, reached = np.median(random_losses(six_d, (100_000,))), np.median(best[six_d, 59])
left = (reached - six_d.optimum) / (typical - six_d.optimum)
claim("6-D, 59 draws: nearly half of the way to the minimum is left", 0.4 < left < 0.5, left=left)

# %% [markdown]
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
# > - *The same tasks, in pairs.* A lap of the race is one search by each sampler, on the same *batch* of data (another
# >   sample to train and validate on), with the same luck. Compare lap by lap: what is hard about a batch is hard for
# >   all.
# > - *Batches, not only seeds.* Other seeds show how lucky a sampler is on this data, other batches whether the result
# >   holds on other data.
# > - *Judged without luck.* An incumbent is scored by its **expected** loss, the mean over several trainings, not by
# >   the loss that made it win.
# > - *Shown by median and quartiles,* the laps at one half, one quarter and three quarters of the sorted row: a few bad
# >   searches do not pull them up. *Judged by differences* within laps, their mean and its error.
#
# Such a race needs thousands of trainings. They were done once and kept: on ten batches of the jets, for a dense grid
# of learning rates and numbers of epochs, three times each. The race looks the losses up, with their noise.
#
# The **regret** of a search is its incumbent's expected loss minus the smallest expected loss of the batch: what is
# still to be gained.

# %%
jets = problems.landscape("aleph")
fair = predict("100 laps on the jets: which sampler has the lowest median regret?", names)

# %%
laps = race.compare(names, jets, n_trials=25, seeds=range(100))
fair.reveal(laps.median_regret.idxmin())
figures.regret(laps)

# %% [markdown]
# *In the picture:* lines are medians over 100 laps; a band holds the middle half of the laps. The bands overlap, but
# that does not mean that there is no difference: the laps are pairs. So take the difference in each lap, and ask how
# well its mean is known.
#
# The differences $\delta_1, \dots, \delta_L$ of $L$ laps have a mean $\bar\delta$ and a standard deviation $s$, which
# says how far a single lap lies from the mean. The mean of $L$ laps is steadier, by $\sqrt L$. Its **standard error**
# is
#
# $$\frac{s}{\sqrt L}, \qquad s^2 = \frac{1}{L-1} \sum_{i=1}^L (\delta_i - \bar\delta)^2.$$
#
# With other laps the mean would move by about that much. Less than two standard errors may well be chance.
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

# %%
figures.differences(laps, "random", "grid-midpoints")

# %% [markdown]
# *In the picture:* each point is a lap, and its height means nothing. Left of zero, random search was better. The
# large grey diamond is the median of all laps; in 95 of 100 such races its interval would hold the true one.
#
# What did the pairs buy us? Without them we would take the error of each sampler's mean, add the squares of both and
# take the root (`np.hypot`). Those errors hold the differences between the batches.


# %%
def mean_and_error(values):
    """Mean and its standard error: exercise 03.3, once the differences are taken."""
    return np.mean(values), np.std(values, ddof=1) / np.sqrt(np.size(values))


duel = laps.differences("random", "grid-midpoints")
mean, error = mean_and_error(duel)
claim("the midpoint grid ends lower, by over two errors", mean > 2 * error, mean=mean, error=error)
a, b = (laps.curves("score")[name][:, -1] for name in ("random", "grid-midpoints"))
unpaired = np.hypot(mean_and_error(a)[1], mean_and_error(b)[1])
claim("without pairs the error is several times as large", unpaired > 3 * error, unpaired=unpaired)
claim("and the difference would drown in it", mean < unpaired)

# %% [markdown]
# ### Seeds against batches
#
# 100 laps on ten batches: each batch was used ten times. The laps tell us about *these* batches. For *other* jets the
# batches are the evidence, and there are only ten. So first average over the laps of a batch, then take the standard
# error of the ten numbers.

# %%
of_batches = duel.reshape(10, 10).mean(axis=0)  # laps 7, 17, 27, ... ran on batch 7
batch_mean, batch_error = mean_and_error(of_batches)
claim("over batches the error is larger", batch_error > 1.2 * error, laps=error, batches=batch_error)
ratio = batch_mean / batch_error
claim("for other jets it is a borderline case: about two errors", 1.6 < ratio < 2.4, errors=ratio)

# %% [markdown]
# ## Hyperparameters that do nothing
#
# Random search is said to shine where a hyperparameter hardly matters. Try it on the handwritten digits, with the
# learning rate and L2. Ten divisions of the pictures into training and validation were recorded.

# %%
digits = problems.landscape("digits")
second = predict("Digits, 25 trials, 100 laps: which sampler has the lowest median regret?", names)

# %%
two = race.compare(names, digits, n_trials=25, seeds=range(100))
race_player(two, digits, seed=44)

# %% [markdown]
# *How to use it:* this is lap 44. Play it, or step through it with the arrow keys.
#
# *In the picture:* three times the same surface: dark is low, the star marks the optimum. From left to right the
# shade changes a lot, from bottom to top only little until L2 becomes very strong. Below, the best loss so far.
#
# Two questions to answer with it:
#
# 1. How many of the midpoint grid's 25 trials have a chance to become its incumbent?
# 2. Which sampler would you praise after 19 trials, and which after 20?
#
# *Surprise me:* write `seed=33` and run the cell again. Random search wins near the right edge, where the surface is
# rugged. Would you trust its winner?

# %%
surface = digits.grid().losses  # a row for each learning rate, a column for each L2
moves = {"learning_rate": surface.mean(axis=1).std(), "l2": surface.mean(axis=0).std()}
claim("the learning rate decides", moves["learning_rate"] > 5 * moves["l2"], **moves)
columns = [two.histories["grid-midpoints", lap].incumbent.config["learning_rate"] for lap in two.seeds]
share = max(columns.count(rate) for rate in columns) / len(columns)
claim("only one of its columns has a chance, 5 of 25 trials", share > 0.9, share_of_laps=share)
seen = {name: curve[44] for name, curve in two.curves("incumbent").items()}
ahead = seen["grid-midpoints"] - seen["random"]
claim("random search overtakes at trial 20", ahead[18] < 0 < ahead[19], lead=ahead[[18, 19]])

# %% [markdown]
# One lap, one story. Here are all 100. This time the batches are the evidence from the start.

# %%
second.reveal(two.median_regret.idxmin())
mean, error = mean_and_error(two.differences("random", "grid-midpoints").reshape(10, 10).mean(axis=0))
claim("the midpoint grid is ahead of random search", mean > 2 * error, mean=mean, error=error)
figures.regret(two)

# %% [markdown]
# Now add three hyperparameters that do nothing at all. (In practice nobody tells you which those are.) The budget is
# 243 trials, $3^5$: a grid of three values on each of five axes.

# %%
third = predict("Digits, three idle hyperparameters more, 243 trials: which one is lowest then?", names)

# %%
five = race.compare(names, problems.WithIdle(digits, n_idle=3), n_trials=243, seeds=range(50))
third.reveal(five.median_regret.idxmin())
for other in ("grid", "grid-midpoints"):
    mean, error = mean_and_error(five.differences("random", other).reshape(5, 10).mean(axis=0))
    claim(f"random search is now ahead of {other}", mean < -2 * error, mean=mean, error=error)
tried = {name: five.histories[name, 0].table()["learning_rate"].nunique() for name in names}
claim("243 trials try 3 or 243 learning rates", list(tried.values()) == [3, 3, 243], **tried)
figures.regret(five)

# %% [markdown]
# Why? With 25 trials in two dimensions, the midpoint grid tries five learning rates, and here five were enough. With
# 243 trials in five dimensions, it tries three. Random search tries 243.
#
# ## The winner's curse
#
# The incumbent won because its observed loss was low. Part of that is skill, part is luck, and the luck does not come
# again. Each lap knows both: the loss that was seen, and the expected loss of the same configuration. First the two
# laps of the player, which random search seemed to win:

# %%
seen, worth = (two.curves(kind) for kind in ("incumbent", "score"))
for lap in (44, 33):
    looked, is_worth = ({name: curves[name][lap, -1] for name in names[1:]} for curves in (seen, worth))
    claim(f"lap {lap}: random looked better", looked["random"] < looked["grid-midpoints"], **looked)
    claim("and was worse", is_worth["random"] > 1.05 * is_worth["grid-midpoints"], **is_worth)

# %%
curse = predict("How often is the winner worse than it looked?", ["half of the time", "nearly always"])

# %%
# a row for each lap, a column for each trial
flattery = laps.curves("score")["random"] - laps.curves("incumbent")["random"]
share, after_5, after_25 = np.mean(flattery[:, -1] > 0), flattery[:, 4].mean(), flattery[:, 24].mean()
curse.reveal("nearly always" if share > 0.8 else "half of the time")
claim("nearly every winner is worse than it looked", share > 0.8, share=share)
claim("more trials, more chances to be lucky", after_25 > after_5, after_5=after_5, after_25=after_25)
claim("the flattery exceeds the difference between the samplers", after_25 > duel.mean())
pictures.luck(laps)

# %% [markdown]
# *In the picture:* a point for each search. On the line, the winner would be as good as it looked; above it, it is
# worse. The clumps are the batches: some are harder than others.
#
# The remedy: train the winner again with new seeds, or score it on data that played no part in the search. Report
# that number, not the one that made it win.
#
# ## Where random search loses
#
# You have seen it twice: on the jets, and on the digits with two hyperparameters. Random points clump and leave
# holes; evenly spaced points do not. But ask *which* grid: the one on the edges spends most of its points on the
# border of the space, where there is seldom a minimum. A test on 200 bowls of random shapes and places:

# %%
bowls = problems.function("random-quadratic", n_dims=2)
bowl_laps = race.compare(names, bowls, n_trials=25, seeds=range(200))
won = {name: np.mean(bowl_laps.differences("random", name) < 0) for name in names[:2]}
claim("random search loses more duels with midpoints than it wins", won["grid-midpoints"] < 0.46, **won)
claim("and about half of those with the other grid", abs(won["grid"] - 0.5) < 0.07)
on_border = np.mean(np.isin(points["grid"], [0, 1]).any(axis=1))
claim("16 of its 25 points lie on the border", on_border == 16 / 25)

# %% [markdown]
# Can one have both, points that spread evenly *and* shadows that do not merge? Yes: Latin hypercubes and Sobol points
# are made for that. They come in notebook 09, and races over many surfaces in notebook 11.
#
# ## As you would write it
#
# In scikit-learn, random search is one class. It takes distributions to draw from, and scores by cross-validation.

# %%
from scipy.stats import loguniform
from sklearn.datasets import load_digits
from sklearn.linear_model import SGDClassifier
from sklearn.model_selection import RandomizedSearchCV

images, labels = load_digits(return_X_y=True)
search = RandomizedSearchCV(
    SGDClassifier(loss="log_loss", learning_rate="constant", random_state=0),
    {"eta0": loguniform(1e-4, 1), "alpha": loguniform(1e-6, 1e-1)},  # learning rate, L2; log scale
    n_iter=20,
    cv=3,
    random_state=0,
)
search.fit(images[:1200] / 16, labels[:1200])
print({name: f"{value:.2g}" for name, value in search.best_params_.items()})
unseen = search.score(images[1200:] / 16, labels[1200:])
print(f"right in cross-validation {search.best_score_:.1%}, on unseen digits {unseen:.1%}")

# %% [markdown]
# The score is the share of right answers, so high is good: scikit-learn maximises where we minimise. The second
# number is the honest one, for the unseen digits played no part in the choice.
#
# ## Take-aways
#
# - Random search tries a new value of every hyperparameter in every trial. A grid repeats values, and pays for it
#   where a hyperparameter does almost nothing.
# - 59 random draws hold one of the best 5 % of configurations, with 95 % confidence, in any number of dimensions.
# - It is no miracle: on real networks with two hyperparameters the midpoint grid was as good or better. The advantage
#   comes with hyperparameters that do nothing.
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
