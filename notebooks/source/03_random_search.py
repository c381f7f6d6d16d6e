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
from scipy import stats

from hpo_tutor import check, claim, designs, doctor, figures, hint, predict, problems, quiz, race
from hpo_tutor.course.pictures import importance
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
same = n_values["grid"] == n_values["grid-midpoints"] < 25
claim("of x, both grids try equally many values", same, **n_values)
claim("random search tries a new one in every trial", n_values["random"] == 25)

# %% [markdown]
# A grid of $N$ points in $d$ dimensions has $n$ values on each axis, with
#
# $$N = n^d, \qquad\text{so}\qquad n = N^{1/d}.$$
#
# Each value of an axis is tried $n^{d-1}$ times. If the other axes do not matter, these are repetitions, and you pay
# for all of them. Random search has $N$ different values on each axis, whatever $d$ is.
#
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
turn = predict(
    "The valley turns from 0° to 90°. At which angles does random search beat the midpoint grid?",
    ["at every angle", "only along the axes", "along the axes and at some angles between", "nowhere"],
)

# %%
angles = range(91)
shadows = {name: {a: n_different(pictures.across(points[name], a)) for a in angles} for name in names}
rates = {name: {a: pictures.win_rate(points[name], a) for a in angles} for name in names}
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
# symbol stands at the present angle. Against other random draws random search wins half of the time, of course: that is
# the line near 50 %.
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

# %%
claim("along an axis random search wins clearly", min(at[0], at[90]) > 0.75, rate=at[0])
claim("at most angles the midpoint grid wins", len(wins) < 35, angles_of_91=91 - len(wins))
nine = shadows["grid-midpoints"][45] == 9
claim("at 45° random search wins: 9 shadows are left", nine and at[45] > 0.6, rate=at[45])
y_counts = np.tan(np.radians(8))
claim("at 8° y counts 14 % as much, and the grid is ahead", at[8] < 0.47, rate=at[8], y_counts=y_counts)

# %% [markdown]
# So there is no magic in random numbers. Random search wins where the shadows of the grid merge or clump. The exact
# diagonal is rare, and so is a valley without an end: it is the extreme case, for along it nothing changes at all.
# Hyperparameters that do almost nothing are common: Bergstra and Bengio found that on most of their data sets only a
# few of many mattered, and not the same ones on each.
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
# **Exercise 03.1** (level 1). Solve this for the smallest whole $n$. (Take logarithms of both sides. The logarithm of a
# number below 1 is negative.)


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
# Test the number in 2,000 searches, on a loss with six hyperparameters. The formula has no $d$ in it.

# %%
rng = np.random.default_rng(0)
six_d = problems.function("hartmann6")  # its hyperparameters lie between 0 and 1
good = np.quantile(six_d.values(rng.random((100_000, 6))), 0.05)
n = int(stats.geom(0.05).ppf(0.95))  # in 95 % of searches the first hit comes no later than that
best = six_d.values(rng.random((2000 * n, 6))).reshape(2000, n).min(axis=1)
draws.reveal(str(n))
hit = np.mean(best <= good)
claim(f"in six dimensions, {n} draws hit in about 95 % of searches", abs(hit - 0.95) < 0.02, rate=hit)

# %% [markdown]
# The small print: the promise counts *configurations*. How far the best 5 % lie from the minimum, it does not say.
#
# ## The incumbent
#
# A search is judged by its incumbent after each trial: *if I had stopped here, what would I have?* A trial may fail;
# its loss is then `nan`, not a number, and the incumbent stays what it was.
#
# **Exercise 03.2** (level 2). Return the incumbent's loss after each trial. The first trial never fails here. (Every
# comparison with `nan` is false: `nan < 1`, and `nan >= 1` as well.)


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
# > - *In pairs.* A **lap** is one search by each sampler: the same number of trials, the same *batch* of data (another
# >   sample to train and validate on), the same luck. Compare within a lap, because what is hard there is hard for all.
# > - *Batches, not only seeds.* A **seed** is the number that starts the random numbers of a training: its initial
# >   weights, and the order of the data. Other seeds show how lucky a sampler is on this data, other batches whether
# >   the result holds on other data.
# > - *Ranges drawn anew for each lap:* four fifths of each axis, beginning anywhere. Where ranges begin is an accident,
# >   and on similar surfaces a fixed grid would have the same accident in every lap (notebook 02).
# > - *Judged without luck.* An incumbent is scored by its **expected** loss, the mean over several trainings, not by
# >   the loss that made it win.
# > - *Shown by median and quartiles:* the middle lap, and the laps a quarter from each end. *Judged by differences*
# >   within laps, their mean and its error.
#
# Such a race needs thousands of trainings. They were done once, on a dense grid of configurations, and kept; the race
# looks the losses up, with their noise. First the digits: a small network reads handwritten ones. Its learning rate and
# the strength of its L2 penalty are searched, on ten divisions of the pictures into training and validation. The loss
# is the cross-entropy, in nats: minus the natural logarithm of the probability that the network gave to the right
# digit, averaged over the pictures. Here is one lap.

# %%
digits = problems.landscape("digits")
two = race.compare(names, problems.WithRanges(digits), n_trials=25, seeds=range(100))
race_player(two, digits, seed=0)

# %% [markdown]
# *How to use it:* play the lap, or step through it with the arrow keys. The trials of a grid come in random order here,
# because all 25 are meant to be run.
#
# *In the picture:* the same surface three times; dark is low, the star marks the optimum. Each sampler searches the
# ranges of this lap only. Below, the best loss seen so far.
#
# *Surprise me:* write another number up to 99 for `seed` and run the cell again. How soon does another sampler win?
#
# So the winner of one lap may be chance. One race shows next to nothing: a fair comparison needs many.
#
# Now 100 laps on another task: a network predicts the energy of a particle jet from ten measured quantities. (The jets
# were simulated for the ALEPH detector at CERN.) Learning rate and number of **epochs** are searched; an epoch is one
# pass through the training data. The loss is the root of the mean squared error (rmse), in GeV. The **regret** of a
# search is its incumbent's expected loss minus the smallest expected loss of the whole surface: what is still to be
# gained.
#
# Is a difference large? Compare it with luck. With other seeds the same configuration gets another loss: how far one
# training typically lies from their mean, as a standard deviation, is how much it *varies*.

# %%
jets = problems.landscape("aleph")
nobody = "they differ by less than one training varies"
options = ["random ahead", "a grid ahead", nobody]
fair = predict("100 laps, two hyperparameters: how do the three end?", options)

# %%
laps = race.compare(names, problems.WithRanges(jets), n_trials=25, seeds=range(100))
figures.regret(laps)

# %% [markdown]
# *In the picture:* lines are medians over 100 laps (the figure calls a lap a seed); a band holds the middle half of
# them. The bands overlap, but that does not mean that there is no difference: the laps are pairs. So take the
# difference in each lap, and ask how well its mean is known.
#
# The differences $\delta_1, \dots, \delta_L$ of $L$ laps have a mean $\bar\delta$ and a standard deviation $s$, which
# says how far a single lap lies from the mean. The mean of $L$ laps is steadier, by $\sqrt L$. Its **standard error**
# is
#
# $$\frac{s}{\sqrt L}, \qquad s^2 = \frac{1}{L-1} \sum_{i=1}^L (\delta_i - \bar\delta)^2.$$
#
# With other laps the mean would move by about that much. A mean of 3 with an error of 2 may well be chance; a mean of 3
# with an error of 1 hardly. Where the line is drawn, at two errors, is a convention.
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
leads = [laps.differences("random", other).mean() for other in names[:2]]
ahead = "random ahead" if sum(leads) < 0 else "a grid ahead"
fair.reveal(nobody if max(np.abs(leads)) < pictures.one_training(jets) / 2 else ahead)

# %% [markdown]
# From here on `scipy.stats.sem` computes the standard error. Here are both tasks. `varies` is how much one training
# varies, among the configurations where searches end.

# %%
for raced, surface in ((laps, jets), (two, digits)):
    varies = pictures.one_training(surface)
    for other in names[:2]:
        d = raced.differences("random", other)
        mean, error = d.mean(), stats.sem(d)
        said = f"{surface.name}, random minus {other}: below half of what one training varies"
        claim(said, abs(mean) < varies / 2, mean=mean, error=error, varies=varies)

# %% [markdown]
# With two hyperparameters there is next to nothing between the three, and what there is depends on the task.
#
# What did the pairs buy us? Without them, the errors of both samplers' means add up (`np.hypot`: the root of the sum of
# their squares), and those contain the differences between the batches.

# %%
a, b = (laps.curves("score")[name][:, -1] for name in ("random", "grid-midpoints"))
paired, unpaired = stats.sem(a - b), np.hypot(stats.sem(a), stats.sem(b))
larger = unpaired > 5 * paired
claim("without pairs the error is over five times as large", larger, paired=paired, unpaired=unpaired)

# %% [markdown]
# An error shrinks with $\sqrt L$: without pairs you would need over $5^2 = 25$ times as many laps.
#
# ## Hyperparameters that do nothing
#
# Now add to the digits three hyperparameters that do nothing at all. The budget is 243 trials, $3^5$: a grid of three
# values on each of five axes.

# %%
third = predict("Digits, three idle hyperparameters more, 243 trials: which one is lowest then?", names)

# %%
idle = problems.WithIdle(problems.WithRanges(digits), n_idle=3)
five = race.compare(names, idle, n_trials=243, seeds=range(100))
third.reveal(five.median_regret.idxmin())
tried = {name: five.histories[name, 0].table()["learning_rate"].nunique() for name in names}
claim("243 trials try 3 or 243 learning rates", list(tried.values()) == [3, 3, 243], **tried)

# %% [markdown]
# **Seeds against batches.** How sure is that lead? 100 laps on ten divisions: each division came ten times. The laps
# tell about *these* divisions. For *others* the divisions are the evidence, and there are only ten. So first average
# over the laps of a division, then take the standard error of the ten numbers.


# %%
def over_divisions(laps, other):
    """Mean of random minus other, and its standard error with the ten divisions as the evidence."""
    of_laps = laps.differences("random", other)
    of_each = of_laps.reshape(-1, 10).mean(axis=0)  # laps 7, 17, ... met division 7
    return of_each.mean(), stats.sem(of_each)


for other in names[:2]:
    mean, error = over_divisions(five, other)
    ahead = mean < -2 * error
    claim(f"random minus {other}: below zero by over two errors", ahead, mean=mean, error=error)
of_laps = stats.sem(five.differences("random", other))
claim("over divisions the error is larger", error > 1.3 * of_laps, laps=of_laps, divisions=error)

# %% [markdown]
# ### Nine that are real
#
# Those three were made up. Here are nine real ones, of a convolutional network that reads the same digits: epochs,
# batch size and learning rate; the numbers of convolutional and of dense layers (`conv_layers`, `dense_layers`); how
# many pixels wide a convolution looks (`kernel`); whether pooling follows it, which keeps one pixel of four (`pool`: 2
# yes, 1 no); the units of a dense layer (`neurons`), and the share of them that is switched off at each step of the
# training (`dropout`). 300 configurations were drawn at random and really trained, on ten divisions, three seeds each.

# %%
recorded = problems.landscapes.recorded("digits-cnn-9")
names_of_nine = recorded.space.names
y = np.log(recorded.losses.mean(axis=1))  # ln(mean loss of three seeds), (divisions, configurations)
claim("that makes 9,000 networks", recorded.losses.size == 9000 and y.shape == (10, 300))

# %% [markdown]
# All nine varied at once. How much does one of them move the loss? Put the 300 in the order of that one, and cut them
# into six slices. Within a slice it is nearly the same, and the other eight are mixed. If the slices differ in their
# means, it moves the loss. The losses span more than a decade, so take $y = \ln(\text{loss})$. With the means $\bar
# y_1, \dots, \bar y_6$ of the slices,
#
# $$S = \frac{\operatorname{Var}(\bar y_1, \dots, \bar y_6)}{\operatorname{Var}(y)}$$
#
# is the share of the variance that this hyperparameter explains *alone*. By chance even an idle one gets a share above
# zero. How large? Give 1,000 idle ones a number at random for each configuration.


# %%
def slice_means(places):
    """Means of y in six slices of configurations, in the order of their places; (slices, divisions)."""
    slices = np.array_split(np.argsort(places, kind="stable"), 6)
    return np.array([y[:, configs].mean(axis=1) for configs in slices])


def explained(places):
    """The share of the variance of y that these places explain alone, the mean over the divisions."""
    return np.mean(slice_means(places).var(axis=0) / y.var(axis=1))


# %%
options = ["1 or 2", "3 to 6", "7 to 9"]
many = predict("How many of the nine explain more than 99 % of idle ones do?", options)

# %%
rng = np.random.default_rng(0)
columns = dict(zip(names_of_nine, recorded.points.T, strict=True))
shares = {name: explained(places) for name, places in columns.items()}
by_chance = np.quantile([explained(rng.random(300)) for _ in range(1000)], 0.99)
levels = {name: slice_means(places)[:, 0] for name, places in columns.items()}  # of division 0
losses, label = recorded.losses[0].mean(axis=0), "cross-entropy (nats)"
alone = importance.alone(recorded.space, recorded.points, losses, levels, shares, by_chance, label)
Player(alone, name="hyperparameter", label="What does each of them do alone?", speed=1)

# %% [markdown]
# *How to use it:* step through the nine with the arrow keys; the one that explains most comes first.
#
# *In the picture:* on the left, the 300 configurations on one division, and the means of the slices as steps. (Where
# there are few values, the dots of each are spread sideways.) The dashed lines are the two values that a midpoint grid
# would try. On the right, the shares; 99 % of idle hyperparameters stay left of the dotted line. Two questions: for
# which hyperparameter do the lowest dots lie *between* the dashed lines? Whose steps are nearly level?

# %%
clear = [name for name, share in shares.items() if share > by_chance]
many.reveal(options[int(len(clear) > 2) + int(len(clear) > 6)])
claim("five stand out from idle ones", len(clear) == 5, by_chance=by_chance, five=clear)
together = sum(shares[name] for name in clear)
claim("together they explain half of the variance", together > 0.5, share=together)
claim("and none alone a fifth", max(shares.values()) < 0.2, most=max(shares.values()))

# %% [markdown]
# So of nine real ones four may be idle, and none rules alone. (What is missing from 1 is luck, and what they do
# together.) Does random search still win?
#
# A race needs a loss everywhere, also between the 300. There it is *fitted*, by boosted trees: each asks for one
# hyperparameter after another ("learning rate below 0.003?") until it arrives at a number, which mends what the trees
# before it left wrong. Their sum is the surface. It is not the real thing. How much of the variance of ln(loss) does
# such a fit explain where it was not fitted?

# %%
nine = problems.landscape("digits-cnn-9")
quality = np.array(nine.about["fitted"]["r2"])  # the share explained, in each division
rough = quality.min() > 0.65 and quality.max() < 0.8
claim("the fit explains 70 to 80 %: a rough map", rough, low=quality.min(), high=quality.max())

# %%
used = predict("80 trials, nine hyperparameters: how many does a grid use?", ["80", "64", "1"])
options = ["ahead of both grids", "ahead of the grid on the edges only", "ahead of neither"]
at_512 = predict("With 512 trials, where is random search by more than two errors?", options)

# %%
in_ranges = problems.WithRanges(nine)
few = race.compare(names, in_ranges, n_trials=80, seeds=range(20))
full = race.compare(names, in_ranges, n_trials=512, seeds=range(30))
used.reveal(str(len(few.histories["grid", 0])))
leads = {name: over_divisions(full, name) for name in names[:2]}
ahead = [mean < -2 * error for mean, error in leads.values()]
at_512.reveal(options[0] if all(ahead) else options[1] if ahead[0] else options[2])
figures.regret(full)

# %% [markdown]
# *In the picture:* medians and middle halves of 30 laps, up to 512 trials. Which one comes to rest above the others?

# %%
mean, error = over_divisions(few, "grid")
claim("80 trials: random search is far ahead", mean < -5 * error, mean=mean, error=error)
mean, error = leads["grid"]
claim("512: clearly ahead of the grid on the edges", mean < -2 * error, mean=mean, error=error)
mean, error = leads["grid-midpoints"]
claim("512: level with the midpoints", abs(mean) < 2 * error, mean=mean, error=error)

# %% [markdown]
# Two values on each axis are $2^9 = 512$ trials. With 80, the grid has one value on each, and that is a single trial.
# (To use 64, you would have to know three hyperparameters that may be left alone.)
#
# With 512, one grid loses, and the other does not. Why? Let random search draw from the whole space, but tie *one*
# hyperparameter to the grid's two values. How much higher does it end?

# %%
worst = predict("Two values of which hyperparameter cost most, on the edges?", names_of_nine)

# %%
cube = np.random.default_rng(0).random((2048, 9))
members = [nine.draw(k) for k in range(10)]


def lowest(points):
    """The lowest expected loss among 512 draws, the mean of four searches; one number a division."""
    configs = [nine.space.from_unit(point) for point in points]
    found = np.array([[member.expected(config) for config in configs] for member in members])
    return found.reshape(10, 4, 512).min(axis=2).mean(axis=1)


# %%
free, costs = lowest(cube), {}
for design, (low, high) in importance.TWO.items():
    costs[design] = {}
    for i, name in enumerate(names_of_nine):
        tied = cube.copy()
        tied[:, i] = np.where(cube[:, i] < 0.5, low, high)
        costs[design][name] = lowest(tied) - free
worst.reveal(max(names_of_nine, key=lambda name: costs["grid"][name].mean()))
importance.two_values(costs, nine.loss_unit)

# %% [markdown]
# *In the picture:* how much higher the search ends if one hyperparameter is tied, striped to the values on the edges,
# plain to the midpoints. The whiskers are standard errors over the divisions. (Left of zero, being tied helps a little:
# half of the draws then have a good value.)

# %%
edges, middles = costs.values()
cost, error = edges["learning_rate"].mean(), stats.sem(edges["learning_rate"])
others = max(edges[name].mean() for name in names_of_nine if name != "learning_rate")
far = cost > max(2 * error, 5 * others)
claim("edges: the learning rate costs most by far", far, cost=cost, others_at_most=others)
claim("two values of pool cost nothing at all", not edges["pool"].any() and not middles["pool"].any())
small = max(mean_of.mean() for mean_of in middles.values())
claim("midpoints: nothing costs much", small < 0.2 * cost, most=small)
best = [member.optimum_config["learning_rate"] for member in members]
rate = nine.space.domains["learning_rate"]
midpoints = [rate.from_unit(place) for place in importance.TWO["grid-midpoints"]]
inside = min(best) > 1e-3 and max(best) < 0.05
claim("the best rates lie between the edges", inside, best=best, midpoints=midpoints)

# %% [markdown]
# On the edges, the learning rate is 0.0001 or 0.1, and the best networks lie between. One of the midpoints, 0.018, is
# near enough. `pool`, `neurons` and `dropout` move the loss much too, yet two values of them cost next to nothing: good
# ones are among the two. So a grid does badly not on what moves the loss, but on what has its good values *between* the
# grid's. Which hyperparameter that is, nobody tells you in advance. Random search need not know.

# %% [markdown]
# ## The winner's curse
#
# The incumbent won because its observed loss was low. Part of that is skill, part is luck, and the luck does not come
# again. Each lap knows both: the loss that was seen, and the expected loss of the same configuration. Back to the jets.

# %%
options = ["half of the time", "nearly always"]
curse = predict("25 trials: how often is the winner worse than it looked?", options)

# %%
# a row for each lap, a column for each trial
flattery = laps.curves("score")["random"] - laps.curves("incumbent")["random"]
share = np.mean(flattery > 0, axis=0)  # after each trial
curse.reveal(options[int(share[-1] > 0.8)])
pictures.flattery(laps, "random", after=[1, 5, 25])

# %% [markdown]
# *In the picture:* a point for each search. Above zero the incumbent is worse than it looked. After one trial nothing
# has been chosen yet: luck is as often good as bad. Then the search keeps what came out low, and with it the luck.

# %%
claim("after one trial, about half are worse", abs(share[0] - 0.5) < 0.15, share=share[0])
claim("after 25 trials, nearly all", share[-1] > 0.8, share=share[-1])
flattered, lead = flattery[:, -1].mean(), abs(np.mean(a - b))
claim("and by more than the samplers differ", flattered > 2 * lead, flattered=flattered, differ=lead)

# %% [markdown]
# (The expected loss is a mean of three trainings, and the lucky one is among them. So the true flattery is larger.)
#
# The remedy: train the winner again with new seeds, or score it on data that played no part in the search. Report
# that number, not the one that made it win.
#
# ## Where random search loses
#
# Random points clump and leave holes; evenly spaced points do not. That costs something where the loss is smooth and
# every direction counts. A test on 200 bowls of random shapes and places:

# %%
bowls = problems.function("random-quadratic", n_dims=2)
bowl_laps = race.compare(names, bowls, n_trials=25, seeds=range(200))
won = np.mean(bowl_laps.differences("random", "grid-midpoints") < 0)
claim("random search loses more duels with midpoints than it wins", won < 0.46, won=won)

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
# The scores are shares of right answers, so high is good. The second one is honest, because those digits played no part
# in the choice.
#
# ## Take-aways
#
# - Random search tries a new value of every hyperparameter in every trial. A grid repeats values, and pays for it
#   where a hyperparameter does almost nothing.
# - 59 random draws hold one of the best 5 % of configurations, with 95 % confidence, in any number of dimensions.
# - With two hyperparameters there was next to nothing between grid and random search, on both tasks. With three more
#   that do nothing, random search was clearly ahead of both. With nine real ones it was ahead of a grid on the edges,
#   level with midpoints, and alone with a budget that no grid can spend.
# - Compare samplers in pairs, over batches of data and drawn ranges; show median and quartiles. A single race is luck.
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
# - I. M. Sobol' (2001), Global sensitivity indices for nonlinear mathematical models and their Monte Carlo estimates,
#   *Mathematics and Computers in Simulation* 55, 271-280. The share $S$.
# - J. H. Friedman (2001), Greedy function approximation: a gradient boosting machine, *Annals of Statistics* 29,
#   1189-1232. Boosted trees.
# - The jets: simulated for the ALEPH experiment; data of the course Applied Machine Learning, T. C. Petersen, Niels
#   Bohr Institute, Copenhagen.
#
# ## What is next
#
# Grid and random search choose all points in advance and learn nothing on the way. The next notebooks build a sampler
# that does: from one Gaussian to a function (04), kernels and noise (05), Bayesian optimisation (06). If you would
# rather place points well without learning, go on with notebook 09, rooks and spheres.

# %% [markdown] tags=["slide", "title"]
# # Random search
#
# You can afford 25 trainings. A grid, or dice?

# %% tags=["slide"]
from dataclasses import replace

from IPython.display import Markdown, display

from hpo_tutor import scenes
from hpo_tutor.course.decks import on_slide
from hpo_tutor.course.pictures import nb03_slides as slides
from hpo_tutor.course.pictures.intervals import Row, intervals
from hpo_tutor.scenes import Axis
from hpo_tutor.scenes.ticks import MINUS

names = ["grid", "grid-midpoints", "random"]
points = {name: designs.make(name, n_points=25, n_dims=2, seed=1) for name in names}
half = {name: points[name] for name in names[1:]}

# %% [markdown] tags=["notes"]
# **1 min.** Somebody gives you a network and an evening. Twenty-five trainings fit into it. Two settings are yours to
# choose, say the learning rate and a penalty. That is all the talk is about: where do the twenty-five go?

# %% [markdown] tags=["slide"]
# ## Three plans, one price
#
# Which one would you pay for, and why?

# %% tags=["slide"]
on_slide(slides.plans(points))

# %% [markdown] tags=["notes"]
# **3 min.** Say the names aloud: *grid*, with its outer points on the edges; *grid-midpoints*, each point in the
# middle of its cell; *random*, each point drawn on its own. Every dot is a training, and each of the three plans costs
# the same.
#
# Let neighbours argue for one minute, then collect reasons without judging. You will hear: "the grid is even", "dice
# leave holes", "the grid misses the edges", "dice are lazy". All true. None of them is the reason we are here.
#
# *Short of time:* ask for one reason for each plan, and go on.

# %% [markdown] tags=["slide", "vote"]
# ## Nine hyperparameters, 512 trainings: who ends lowest?
#
# - A: Random search, clearly
# - B: The grid with points on the edges
# - C: The grid of midpoints
# - D: Random search and midpoints, level

# %% [markdown] tags=["notes"]
# **2 min.** Now a bigger one, with real networks: epochs, batch size, learning rate, layers, and so on, nine in all.
# 512 is two to the power of nine, so both grids try two values on each axis. Lowest means: the lowest loss.
#
# Everybody raises a hand once. Write the counts on the board, we vote again at the end. Do not comment. Those who have
# heard of Bergstra and Bengio will choose A; ask one of them to say why, in a sentence.
#
# *Before you go on, ask:* "Suppose only one of two hyperparameters matters. The grid of midpoints buys 25 trainings:
# how many different ones? And the dice?"

# %% [markdown] tags=["slide"]
# ## Suppose only x matters
#
# From above, 25 trainings each. From the side: how many?

# %% tags=["slide"]
side = slides.plans(half, shadows=True)
n_values = {name: len(np.unique(trials[:, 0].round(9))) for name, trials in half.items()}
claim("5 values of x on the grid, 25 by dice", list(n_values.values()) == [5, 25])
on_slide(side)

# %% [markdown] tags=["notes"]
# **2 min.** Suppose y does nothing. Then a training is as good as its x, and nothing else. Let everything fall down to
# the axis: that is its *shadow*. Two trials with the same shadow are one trial, paid for twice.
#
# So the grid bought five different trainings, the dice twenty-five. Somebody says "but five are spread evenly, and the
# twenty-five are not": right, keep that thought. It is the rest of the talk.

# %% [markdown] tags=["slide"]
# ## Now turn the valley

# %% tags=["slide"]
angles = range(0, 91, 3)
grid = points["grid-midpoints"]
shadows = {a: len(np.unique(pictures.across(grid, a).round(9))) for a in angles}
at = {a: pictures.win_rate(grid, a) for a in angles}


def turned(angle):
    """The valley at an angle, and how often dice came nearer at the angles up to it."""
    so_far = {a: at[a] for a in angles if a <= angle}
    name = "grid-midpoints"
    board = pictures.ridge({name: grid}, {name: shadows}, {name: so_far}, angle, name)
    return slides.without_legend(board)


turning = Player.over(turned, angle=Dial("angle of the valley", angles, unit="degrees"), speed=6)
stops = [angles.index(angle) for angle in (0, 12, 27, 45, 90)]
on_slide(turning, stops=stops, freeze=True)

# %% tags=["slide"]
claim("0 and 90 degrees: dice win clearly", min(at[0], at[90]) > 0.75, rate=at[0])
claim("12 degrees: the grid is far ahead", at[12] < 0.43, rate=at[12])
claim("27 degrees: 25 shadows, dice ahead", shadows[27] == 25 and at[27] > 0.51, rate=at[27])
claim("45 degrees: 9 shadows, dice ahead", shadows[45] == 9 and at[45] > 0.6, rate=at[45])

# %% [markdown] tags=["notes"]
# **8 min.** The picture first. Left: the loss is a straight valley, dark is low. It does not end, so only the distance
# *across* it counts. The lamp shines along it, and the shadows fall on the ring. Right: four thousand valleys at this
# angle, anywhere in the square; how often do 25 fresh dice come nearer to the bottom than the grid does? The curve is
# drawn as we go.
#
# *Stop 1, upright (frozen).* This is what we just saw: five shadows. Ask: "I turn the valley a little, by twelve
# degrees. Who is ahead then?" Hands for grid, hands for dice. Next.
#
# *Stop 2, 12 degrees.* The grid, by far. Why? Look at the ring: 25 shadows, and evenly spread. A row that leans a
# little is a ruler. Here y counts a fifth as much as x, and that is enough.
#
# *Stop 3, 27 degrees.* Ask before: "25 different shadows again, so the grid wins again?" Most say yes. It does not.
# Let them find it on the ring: the shadows come in clumps, with gaps between.
#
# *Stop 4, 45 degrees.* Ask for the number of shadows before you press. Nine. The dice are well ahead.
#
# *Stop 5, 90 degrees.* Now only y matters, and it is the first picture again. Ask: "So are dice better?" Then go on.
#
# *If it is doubted:* press P and play the whole turn. *Short of time:* leave out stop 3.

# %% [markdown] tags=["slide"]
# ## No magic in dice

# %% tags=["slide"]
ahead = sum(at[angle] < 0.5 for angle in angles)
claim("the grid of midpoints is ahead at over half of the angles", ahead > 0.55 * len(angles), angles=ahead)
Markdown(
    f"The midpoint grid was ahead at **{ahead} of {len(angles)}** angles.\n\nDice win where the grid's shadows "
    "**merge or clump**.\n\nAnd hyperparameters that do almost nothing are common."
)

# %% [markdown] tags=["notes"]
# **2 min.** Say it slowly: random numbers have no power of their own. They do one thing: no two trials share a shadow,
# from whatever side you look. A grid may have better shadows than that, or far worse.
#
# "But the exact axis is a special case!" Yes, among valleys. Among hyperparameters it is not: Bergstra and Bengio
# found that only a few of many mattered on most of their data sets, and not the same few. An axis that does nothing is
# exactly the upright valley.

# %% [markdown] tags=["slide", "build"]
# ## What a grid pays for
#
# $$\color{#0072B2}{N} = \color{#D55E00}{n}^{\color{#009E73}{d}}$$
#
# $\color{#0072B2}{N}$ trainings, $\color{#D55E00}{n}$ values on each axis, $\color{#009E73}{d}$ axes.
#
# $$\color{#D55E00}{n} = \color{#0072B2}{N}^{1/\color{#009E73}{d}} \qquad\text{by dice:}\qquad
# \color{#D55E00}{n} = \color{#0072B2}{N}$$
#
# A value is paid for $\color{#0072B2}{N} / \color{#D55E00}{n}$ times.

# %% [markdown] tags=["notes"]
# **3 min.** *First press:* five values on each of two axes are five times five. Blue is what you pay, orange is what
# you get to know of one axis, green is how many axes there are.
#
# *Second press:* read the three words. Then ask: "81 trainings, four hyperparameters: how many learning rates does a
# grid try? And dice?" Wait.
#
# *Third press:* the formula, turned round. Three, and eighty-one. People divide, and say twenty: a grid multiplies its
# axes.
#
# *Fourth press:* each of the three learning rates is trained twenty-seven times. If the other axes matter, that is
# information. If they do not, it is the same training twenty-seven times.
#
# *Before you go on, ask:* "Call a setting good if it is among the best five in a hundred. How many draws, so that you
# nearly always hold a good one? Does it take more in six dimensions than in two?"

# %% [markdown] tags=["slide"]
# ## What can dice promise?
#
# One of the best 5 %, among six hyperparameters:

# %% tags=["slide"]
rng = np.random.default_rng(0)
six = problems.function("hartmann6")
good = np.quantile(six.values(rng.random((100_000, 6))), 0.05)

# %% tags=["slide", "show-code"]
for n in (25, 59):
    best = six.values(rng.random((2000 * n, 6)))
    best = best.reshape(2000, n).min(axis=1)
    hit = np.mean(best <= good)
    print(f"{n} draws: {hit:.0%} of 2,000 searches")

# %% tags=["slide"]
claim("59 draws hit in about 95 % of searches", abs(hit - 0.95) < 0.02, rate=hit)

# %% [markdown] tags=["notes"]
# **3 min.** Now the output may be read. The usual guess is twenty, because one in twenty is good. Or hundreds, because
# of the six.
#
# Fifty-nine, and no dimension in it: each draw misses with probability 0.95, and fifty-nine misses in a row happen
# once in twenty times. The small print: it counts *settings*. It does not say how low the loss is there.
#
# *Short of time:* skip this slide and the question before it; nothing later needs them.

# %% [markdown] tags=["slide", "still"]
# ## One lap, really trained: who is better?

# %% tags=["slide"]
digits = problems.landscape("digits")
two = race.compare(names, problems.WithRanges(digits), n_trials=25, seeds=range(50))
final = two.curves("score")
lap = next(k for k in range(50) if final["random"][k, -1] == min(final[name][k, -1] for name in names))
(*_, one_map), (curves,) = scenes.race(two, digits, seed=lap)[-1].rows
named = [replace(layer, name=names[k // 2]) if k % 2 == 0 else layer for k, layer in enumerate(curves.layers)]
told = "One lap: where random search trained, on the surface of losses, and each sampler's best loss, trial by trial."
on_slide(scenes.beside(one_map, replace(curves, layers=named, aspect=1)), alt=told)

# %% [markdown] tags=["notes"]
# **2 min.** Handwritten digits, a small network, learning rate and penalty. All trainings were done beforehand, on a
# fine net of settings, and a search looks its losses up. Left, the dice on this lap's surface, dark is low; right, the
# best loss each has seen so far.
#
# Ask: "Who is better?" They will say: random, it is lowest at the end. Then: "I chose this lap, because random won
# it." Enjoy the silence. One lap is an anecdote.

# %% [markdown] tags=["slide", "build"]
# ## What makes a race fair
#
# - **Pairs:** same data, same luck, compare within the lap
# - **Other data** in every lap, not only seeds
# - **Ranges** drawn anew, so that no grid stays lucky
# - **Expected loss** of the winner, not its lucky one

# %% [markdown] tags=["notes"]
# **2 min.** Four presses, one for each line. *Pairs:* a hard lap is hard for all, so only differences count. *Other
# data:* ten divisions of the data; other seeds tell how lucky you are on these data, other divisions whether it holds
# elsewhere. *Ranges:* where an axis begins is an accident, and a fixed grid would have the same accident in every lap.
# *Expected:* the best of 25 noisy numbers is partly luck, and that luck does not come again.
#
# *Somebody asks for the error bar:* two standard errors of the mean, over the ten divisions.
#
# *Before you go on, ask:* "Two hyperparameters, 25 trainings, fifty laps: who is ahead?"

# %% [markdown] tags=["slide"]
# ## 25 trainings, two hyperparameters


# %% tags=["slide"]
def rows_of(laps, words):
    """Random search against both grids: ln of the ratio of their losses, the divisions as the evidence."""
    final, rows = laps.curves("score"), []
    for name in names[:2]:
        of_laps = np.log(final["random"][:, -1] / final[name][:, -1])
        of_each = of_laps.reshape(-1, 10).mean(axis=0)  # laps 7, 17, ... met division 7
        against = f"{words}: {'edges' if name == 'grid' else 'midpoints'}"
        rows.append(Row(against, of_each.mean(), stats.sem(of_each), figures.style(name)))
    return rows


ticks = [(np.log1p(k / 100), f"{k:+d} %".replace("-", MINUS) if k else "equal") for k in (-60, -40, -20, 0, 20)]
of_loss = Axis("loss of random search, compared with the grid's", np.log(0.33), np.log(1.35), ticks=ticks)
rows = rows_of(two, "2 real")
claim("two hyperparameters: too close to call, or nearly", all(abs(row.mean) < 0.05 for row in rows))
on_slide(intervals(rows, of_loss, ("random", "grid")))

# %% [markdown] tags=["notes"]
# **2 min.** Fifty laps. A dot is the mean, the bar is two standard errors to either side; left of the line random
# search ends lower.
#
# There is next to nothing between them: a few per cent of the loss at most. All the quarrel about grids and dice, and
# in two dimensions it hardly matters. Say so. "Then why are we here?" Because two is the smallest case there is.
#
# *Before you go on, ask:* "Now two more hyperparameters, which change nothing at all. Who has most to fear from them?"

# %% [markdown] tags=["slide"]
# ## Add two that do nothing: 81 trainings

# %% tags=["slide"]
idle = problems.WithIdle(problems.WithRanges(digits), n_idle=2)
four = race.compare(names, idle, n_trials=81, seeds=range(50))
rows += rows_of(four, "2 real, 2 idle")
claim("two idle ones: ahead of both grids", all(row.verdict() == -1 for row in rows[2:]))
on_slide(intervals(rows, of_loss, ("random", "grid")))

# %% [markdown] tags=["notes"]
# **2 min.** The same digits, and two hyperparameters more that change nothing at all; more trainings too, 81, three to
# the power of four.
#
# Now dice are ahead of both grids, and no bar touches zero. The formula said it: three learning rates against
# eighty-one. Ask why the grid on the edges suffers more: of its three values, two are extremes.

# %% [markdown] tags=["slide"]
# ## Where dice lose: they leave holes

# %% tags=["slide"]
bowls = problems.function("random-quadratic", n_dims=2)
duels = race.compare(names[1:], bowls, n_trials=25, seeds=range(200)).differences("random", "grid-midpoints")
lost = np.mean(duels > 0)
claim("on smooth bowls dice lose more duels than they win", lost > 0.54, lost=lost)
hole = {name: slides.hole(trials)[1] for name, trials in half.items()}
claim("the dice leave a hole more than half as wide again", hole["random"] > 1.5 * hole["grid-midpoints"], **hole)
display(Markdown(f"On 200 smooth bowls, midpoints win **{100 * lost:.0f} %** of the duels."))
on_slide(slides.holes(half))

# %% [markdown] tags=["notes"]
# **3 min.** Be fair to the grid. The grey disc is the largest one that fits between the trials: with dice it is more
# than half as wide again. If the optimum is in there, you have missed it.
#
# On smooth bowls where both directions count, the grid of midpoints wins more than half of 200 duels. So: holes are
# the price, shadows are the gain. "Can one have both?" Yes, that is what Latin hypercubes and Sobol points are for,
# notebook 09.

# %% [markdown] tags=["slide", "build"]
# ## 80 trainings, nine hyperparameters
#
# How many of the 80 can a grid use?
#
# $$\color{#D55E00}{n} = \color{#0072B2}{80}^{1/\color{#009E73}{9}} = 1.6\ldots$$
#
# One value on each axis. **One training.**

# %% tags=["slide"]
claim("80 to the power 1/9 is 1.6", int(80 ** (1 / 9) * 10) == 16)

# %% [markdown] tags=["notes"]
# **2 min.** Three presses. *First press:* the question. Let them guess: eighty? sixty-four? *Second:* the root is 1.6,
# and there is no 1.6th value. *Third:* one value on each axis makes one training. Two on each make 512, nothing lies
# between.
#
# "You could put two values on six axes and leave three alone": yes, 64 trainings, if you know which three. Dice can
# stop after any number, and need not know.

# %% [markdown] tags=["slide", "vote"]
# ## Nine hyperparameters, 512 trainings: who ends lowest?
#
# - A: Random search, clearly
# - B: The grid with points on the edges
# - C: The grid of midpoints
# - D: Random search and midpoints, level

# %% [markdown] tags=["notes"]
# **2 min.** The same question. The grids have two values on each axis now, dice have 512. Two minutes with your
# neighbour: who is convinced, who moved? Then hands, and write the counts beside the first ones.
#
# Ask one who moved *towards* A, and one who moved *away* from it, for the reason.

# %% [markdown] tags=["slide"]
# ## 512 trainings: the race of the nine

# %% tags=["slide"]
nine = problems.landscape("digits-cnn-9")
full = race.compare(names, problems.WithRanges(nine), n_trials=512, seeds=range(20))
rows += rows_of(full, "9 real")
claim("nine: clearly ahead of the edges", rows[4].verdict() == -1, mean=rows[4].mean, error=rows[4].error)
claim("nine: level with the midpoints", rows[5].verdict() == 0, mean=rows[5].mean, error=rows[5].error)
on_slide(intervals(rows, of_loss, ("random", "grid")))

# %% [markdown] tags=["notes"]
# **3 min.** D. Far ahead of the grid on its edges, and level with the midpoints: the last bar lies across zero. Say
# how sure we are: twenty laps, ten divisions, a surface that was fitted to 300 settings really trained, and that
# explains seventy to eighty per cent of what they do. A rough map.
#
# Who voted A was right about one grid, and wrong about the other. Ask: "Two values on each axis. How can two be
# enough?"

# %% [markdown] tags=["slide"]
# ## Two learning rates, and where the good ones are

# %% tags=["slide"]
rate = nine.space.domains["learning_rate"]
best = [nine.draw(k).optimum_config["learning_rate"] for k in range(10)]
tried = {name: [rate.from_unit(u) for u in two_of] for name, two_of in importance.TWO.items()}
claim("the best rates lie between the edges", min(best) > 1e-3 and max(best) < 0.05, best=best)
on_slide(slides.two_values(best, tried, Axis("learning rate", 6e-5, 0.17, log=True)))

# %% [markdown] tags=["notes"]
# **2 min.** Stars: the best learning rate on each of ten divisions. The edges try the two extremes, far from every
# star. One of the midpoints happens to be near enough. With two values of the other eight one can live; the notebook
# ties them one by one.
#
# So a grid does badly not on what moves the loss, but on what has its good values *between* the grid's. Which
# hyperparameter that is, nobody tells you beforehand. Dice need not know.

# %% [markdown] tags=["slide", "build"]
# ## So: grid or dice?
#
# - Two hyperparameters: take what you like
# - An idle one: **dice**
# - A budget that is no $n^d$: **dice**
# - Smooth, and all matter: **an even plan**
# - Whoever tells you of one race: ask for the other 49

# %% [markdown] tags=["notes"]
# **2 min.** Five presses, one for each line. Read them with the picture that belongs to it: the bars at zero; the
# upright valley; one training out of eighty; the grey disc; the lap I chose. If they remember one word, it is *shadow*.
#
# *Too early:* ask "Which of your own hyperparameters do you believe to be idle? How do you know?"

# %% [markdown] tags=["slide"]
# ## Where to practise
#
# Notebook 03, *Random search*: turn the valley yourself.
#
# - 03.1: how many draws for the top 5 %
# - 03.2: the incumbent, when trainings fail
# - 03.3: differences in pairs

# %% [markdown] tags=["notes"]
# **1 min.** 03.1 is five minutes and a logarithm. 03.3 is the one that pays for a lifetime: without pairs the error is
# over five times as large, and you would need more than twenty-five times as many laps. In the notebook, change the
# seed of the lap and see how soon another sampler wins.
