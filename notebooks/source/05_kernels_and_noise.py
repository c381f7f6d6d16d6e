# %% [markdown]
# # Kernels and noise
#
# **Question.** Somebody told the process of notebook 04 its length scale and its noise. Who tells it, if nobody knows?
#
# **Afterwards you can**
#
# - say which functions a kernel expects, and give each hyperparameter a length scale of its own
# - tell what is unknown of the function from the noise of a training, and test whether a band keeps its promise
# - choose the kernel's numbers by marginal likelihood, and say when that choice goes wrong
#
# **Before.** Notebook 04 (from one Gaussian to a function): covariance matrices, the prior and the posterior of a
# Gaussian process, its band. What is needed of them is said again in a sentence.
#
# **Time.** 65 minutes, of which the three exercises take 20. A good place for a break is before *How likely are the
# data?*

# %% tags=["setup"]
import time

import numpy as np

from hpo_tutor import check, claim, doctor, hint, predict, problems, quiz
from hpo_tutor.course.pictures import nb05 as pictures
from hpo_tutor.scenes import Axis
from hpo_tutor.surrogates import GaussianProcess, Kernel
from hpo_tutor.widgets import Dial, Player

doctor()

# %% [markdown]
# ## What a kernel expects
#
# A Gaussian process believes that the values of a function at any places are jointly Gaussian. What it expects of the
# function, before it has seen any of it, stands in the **kernel** $k(x, x')$: the covariance of the values at $x$ and
# $x'$. Near places are alike, far ones are not. How fast does that fade?
#
# Here are four answers. Let $r = |x - x'|/\ell$ be the distance, measured in **length scales** $\ell$.
#
# - *RBF*, known from notebook 04: $\;k = \sigma_f^2\, e^{-r^2/2}$;
# - *Matérn 1/2*: $\;k = \sigma_f^2\, e^{-r}$;
# - *Matérn 3/2*: $\;k = \sigma_f^2\,(1 + \sqrt 3\, r)\, e^{-\sqrt 3\, r}$;
# - *Matérn 5/2*: $\;k = \sigma_f^2\,(1 + \sqrt 5\, r + 5 r^2/3)\, e^{-\sqrt 5\, r}$.
#
# The **amplitude** $\sigma_f$ is the standard deviation of the function's values around the mean: it stretches every
# function upwards. The length scale stretches it sideways. And the four *shapes*?

# %%
wilder = predict(
    "You halve the length scale. What happens to the draws?",
    ["twice as many ups and downs", "ups and downs half as high", "both"],
)
corner = predict(
    "At r = 0 three of the curves are flat, and Matérn 1/2 has a corner. What are its draws like?",
    ["smooth with a few corners", "jagged, however closely you look", "like the others, but shorter"],
)

# %%
Player.over(
    pictures.family,
    shape=Dial("kernel", list(pictures.NAMES), texts=list(pictures.NAMES.values())),
    length_scale=Dial("length scale", [0.02, 0.03, 0.05, 0.07, 0.1, 0.14, 0.2, 0.3, 0.5, 0.7, 1.0]),
    start={"length_scale": 0.1},
    label="Four kernels and what they expect",
    speed=2,
)

# %% [markdown]
# *How to use it:* play, or step with left and right, changes the length scale; up and down change the kernel. The draws
# use the same random numbers all the time, so that you see what the kernel does to them.
#
# *In the picture:* on the left, how alike two values are at a distance; the other three shapes are grey. On the right,
# three draws, and the band that holds 95 % of all values at each place.
#
# Two questions to answer with it:
#
# 1. Compare RBF and Matérn 5/2 at the same length scale. Where do their draws differ, and could you tell from ten
#    points of a draw?
# 2. At which length scale does draw 1 look like a straight line?
#
# *Surprise me:* Matérn 1/2 with length scale 1. Far places are alike, and still nobody could draw a tangent.
#
# Now measure. A draw of the RBF kernel crosses its mean $1/(\pi\ell)$ times on a stretch of length 1, on average. And
# how steep is a draw? Divide the differences of neighbours by their distance, with neighbours 0.01 and 0.001 apart.

# %%
fine = np.linspace(0, 1, 1001)[:, None]


def draws(shape, length_scale, n=300):
    """Functions (n, 1001) drawn from the prior."""
    return GaussianProcess(Kernel(shape, length_scale)).sample(fine, n, np.random.default_rng(0))


def n_crossings(f):
    """How often functions cross their mean, on average."""
    return np.mean(np.sum(f[:, 1:] * f[:, :-1] < 0, axis=1))


def steepness(f, step):
    """The mean slope between places so many steps of 0.001 apart."""
    return np.mean(np.abs(np.diff(f[:, ::step], axis=1))) / (0.001 * step)


# %%
crossings = {ell: n_crossings(draws("rbf", ell)) for ell in (0.2, 0.1, 0.05)}
height = {ell: draws("rbf", ell).std() for ell in crossings}
same_height = max(height.values()) < 1.1 * min(height.values())
doubled = abs(crossings[0.05] / crossings[0.1] - 2) < 0.2 and same_height
wilder.reveal(wilder.options[0] if doubled else wilder.options[2])
expected = all(abs(n * np.pi * ell - 1) < 0.15 for ell, n in crossings.items())
claim("RBF: half the length scale, twice the crossings", expected, crossings=list(crossings.values()))
claim("and they are as high as before", same_height, std=list(height.values()))

# %%
finer = {}
for shape in pictures.NAMES:
    f = draws(shape, 0.1)
    finer[shape] = steepness(f, 1) / steepness(f, 10)
jagged = finer["matern12"] > 2.5
corner.reveal(corner.options[1 if jagged else 0])
claim("Matérn 1/2: ten times as close, three times as steep", jagged, ratio=finer["matern12"])
others = [finer[shape] for shape in ("rbf", "matern52", "matern32")]
claim("the others have a slope", max(others) < 1.2, ratios=others)

# %% [markdown]
# So a draw of Matérn 1/2 has no slope anywhere: the closer you look, the steeper it gets. Matérn 3/2 has a slope, and
# Matérn 5/2 a curvature too; RBF may be differentiated as often as you like. A loss over its hyperparameters is hardly
# ever as smooth as that, and never quite as wild as Matérn 1/2. Therefore Matérn 5/2 is what many programs for
# hyperparameters begin with, and so does the course.
#
# ### One length scale for each hyperparameter
#
# With several hyperparameters, a step along one may matter more than a step along another. So each gets a length scale
# of its own. For the RBF kernel, with $\sigma_f = 1$:
#
# $$k(x, x') = \exp\left(-\frac12 \sum_{j=1}^d \left(\frac{x_j - x'_j}{\ell_j}\right)^2\right).$$
#
# A *long* length scale says: along this axis, nothing happens. This is called **automatic relevance determination**, or
# **ARD**. It is automatic once somebody chooses the length scales, and to that we come.
#
# **Exercise 05.1** (level 1). Write this kernel for all pairs of two lists of configurations.


# %% tags=["exercise"]
def kernel(a, b, length_scales):
    """RBF kernel (n, m) between configurations a (n, d) and b (m, d); length_scales (d,)."""
    raise NotImplementedError


# %% tags=["solution"]
def kernel(a, b, length_scales):
    """RBF kernel (n, m) between configurations a (n, d) and b (m, d); length_scales (d,)."""
    apart = (np.asarray(a)[:, None, :] - np.asarray(b)[None, :, :]) / length_scales
    return np.exp(-0.5 * np.sum(apart**2, axis=2))


# %%
check("05.1", kernel)
# Stuck? Run hint("05.1", 1), then 2, then 3.

# %% [markdown]
# ## The same configuration, twice
#
# Train a network twice with the same hyperparameters, and you get two losses. Other random numbers set the initial
# weights and the order of the data. Here are real trainings: networks that predict the energy of particle jets (the
# task of notebook 03), 16 epochs each, at 31 learning rates, **three trainings at each**. The loss is the rmse on
# validation data, in GeV.

# %% tags=["deck"]
jets = problems.landscapes.recorded("aleph")
rates = np.array(jets.axes[0].values)
after = list(jets.axes[1].values).index(16)  # epochs
losses = jets.losses[:, :, :, after].astype(float)  # (divisions of the data, trainings, rates)
x = np.log(rates / rates[0]) / np.log(rates[-1] / rates[0])  # 0 to 1, on a logarithmic scale
three = losses[0, :, np.abs(rates - 0.001).argmin()]
print("learning rate 0.001, three trainings:", three.round(3), "GeV")

# %% [markdown]
# How much do they differ? At each rate the three have a variance. Average it over the 31 rates, and take the root.

# %%
spread = {division: np.sqrt(losses[division].var(axis=0, ddof=1).mean()) for division in range(10)}
valley = {division: losses[division].mean(axis=0).std() for division in range(10)}
ratio = np.array([spread[division] / valley[division] for division in range(10)])
half_of_it = 0.3 < np.median(ratio) < 0.8
claim("luck is about half as large as what the learning rate does", half_of_it, ratios=ratio)
print(f"division 0: one training typically lies {1000 * spread[0]:.0f} MeV from the mean")

# %% [markdown]
# A process that knows no noise believes every observation. If two lie at the same place and differ, it is lost: the
# function would have to have two values there. In the matrix, two rows are then equal, and it has no inverse. A sign of
# that is the **determinant** of a matrix. Of a covariance matrix it tells how much room the Gaussian takes: in two
# dimensions its root is the area of the ellipse, up to a constant factor. Two equal rows: the ellipse is a line, and
# its area 0.

# %%
twice = np.array([0.5, 0.5, 0.8])[:, None]
k = Kernel("matern52", 0.3)(twice)
without, with_noise = np.linalg.det(k), np.linalg.det(k + 0.1**2 * np.eye(3))
claim("without noise the determinant is 0", abs(without) < 1e-12, determinant=without)
claim("with noise it is not", with_noise > 1e-3, determinant=with_noise)

# %% [markdown]
# So each observation is modelled as the function plus independent noise of standard deviation $\sigma_n$. As in
# notebook 04, $\sigma_n^2$ comes onto the diagonal: the observations have the covariance $K + \sigma_n^2 I$, where $K$
# holds the kernel of all pairs.
#
# Now show a process *one* of the three trainings at each rate, drawn at random, and keep the other 62 from it. Its
# length scale stays at 0.25; you set the noise.

# %%
quiet = predict(
    "You set the noise nearly to 0. What does the mean do?",
    ["it runs smoothly through the middle of the dots", "it visits every dot", "it becomes level"],
)

# %%
one, others = pictures.single(losses[0], np.random.default_rng(0))  # (31,), (2, 31)
unseen = np.tile(x, 2), others.ravel()


def process(noise, length_scale=0.25, y=one):
    """The process that knows one training at each rate."""
    kernel = Kernel("matern52", length_scale, y.std(), noise)
    return GaussianProcess(kernel, y.mean()).condition(x[:, None], y)


noises = [0.00001, 0.0001, 0.001, 0.005, 0.01, 0.02, 0.03, 0.04, 0.05, 0.07, 0.1, 0.2]
Player.over(
    lambda noise: pictures.believed(process(noise), rates, unseen, up=(5.4, 5.9)),
    noise=Dial("noise", noises, unit="MeV", texts=[f"{1000 * noise:g}" for noise in noises]),
    start={"noise": 0.1},
    label="How much of it is noise?",
    speed=2,
)

# %% [markdown]
# *How to use it:* step with the arrow keys, or play.
#
# *In the picture:* large dots are the 31 trainings that the process knows, grey diamonds the other 62. The inner band
# is about the *function*, mean ± 2 std. The outer band is about a *new training*, which has noise of its own. The
# sentence below counts the diamonds in it.
#
# Two questions to answer with it:
#
# 1. At which noise does the outer band hold about 95 % of the diamonds?
# 2. Let the noise grow. Which band gets wider all the time, and what does the mean turn into?
#
# *Surprise me:* the least noise, 0.01 MeV. The process goes through every dot, is sure of itself there, and swings in
# between.

# %%
near, far = (np.abs(process(noise).predict(x[:, None])[0] - one).max() for noise in (1e-5, 0.03))
visits = near < 0.1 * far
quiet.reveal(quiet.options[1] if visits else quiet.options[0])
claim("with hardly any noise the mean visits every dot", visits, farthest=near, with_noise=far)

# %% [markdown]
# Two things are unknown of a new training: where the function is (std), and its own luck ($\sigma_n$). Independent
# deviations partly cancel, so not they but their *variances* add up. The band for a new training is
#
# $$\text{mean} \pm 2\sqrt{\text{std}^2 + \sigma_n^2}.$$
#
# A band is a promise: about 95 % of new trainings lie inside. The share that really does is its **coverage**.
#
# **Exercise 05.2** (level 2). Measure it.


# %% tags=["exercise"]
def coverage(mean, std, noise, y):
    """Share of new trainings y within two standard deviations of what is expected of a new training.

    mean, std: (n,) of the function; noise: standard deviation of a training around it; y: (n,).
    """
    raise NotImplementedError


# %% tags=["solution"]
def coverage(mean, std, noise, y):
    """Share of new trainings y within two standard deviations of what is expected of a new training.

    mean, std: (n,) of the function; noise: standard deviation of a training around it; y: (n,).
    """
    of_a_training = np.sqrt(std**2 + noise**2)
    return np.mean(np.abs(y - mean) <= 2 * of_a_training)


# %%
check("05.2", coverage)
# Stuck? Run hint("05.2", 1), then 2, then 3.


# %%
def shares(noise_of):
    """Share of unseen trainings in the band over all divisions, with noise noise_of(division)."""
    found = []
    for division in range(10):
        y, rest = pictures.single(losses[division], np.random.default_rng(division))
        known = process(noise_of(division), y=y)
        found.append(pictures.inside(known, np.tile(x, 2), rest.ravel()).mean())
    return np.mean(found)


# %%
small, recorded, large = shares(lambda _: 0.001), shares(spread.get), shares(lambda _: 0.2)
claim("noise 1 MeV: under a fifth of the new trainings inside", small < 0.2, share=small)
claim("noise as recorded: about 95 %", 0.93 < recorded < 0.98, share=recorded)
claim("noise 200 MeV: all of them, and the band says nothing", large > 0.999, share=large)

# %% [markdown]
# The recorded spread is what you do *not* have: who trains everything three times? The process must find the noise in
# single trainings, and the length scale as well. How?
#
# ## How likely are the data?
#
# Think of the prior as a machine that draws functions. Ask it: *how often would you have drawn just these data?* A
# setting of the machine under which they come often is a good guess; one that hardly ever makes them is a bad one.
#
# Try it with three observations. Around each stands a gate of width 0.4, and the functions run a slalom.

# %%
often = predict(
    "Gates at 1.0, 0.6 and -0.7. With which length scale do most functions pass all three?",
    ["0.03", "0.3", "3"],
)

# %%
places, heights, half = np.array([0.2, 0.35, 0.8]), np.array([1.0, 0.6, -0.7]), 0.2


def share_through(kernel, n_draws=300_000):
    """Share of functions, with noise, that pass all gates."""
    covariance = kernel(places[:, None]) + kernel.noise**2 * np.eye(3)
    values = np.random.default_rng(0).multivariate_normal(np.zeros(3), covariance, n_draws)
    return np.mean(np.all(np.abs(values - heights) < half, axis=1))


gates = (places, heights, half)
kernels = {ell: Kernel("rbf", ell, noise=0.2) for ell in (0.03, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0, 3.0)}
through = {ell: share_through(kernel) for ell, kernel in kernels.items()}
Player.over(
    lambda length_scale: pictures.slalom(kernels[length_scale], gates, through[length_scale]),
    length_scale=Dial("length scale", list(kernels)),
    label="A slalom",
    speed=1,
)

# %% [markdown]
# *How to use it:* step through the length scales. *In the picture:* forty draws in grey; in orange those that pass, out
# of 4,000. (A draw is shown as the function; its noise is added when it passes a gate.)
#
# Two questions: with a short length scale, the functions can go anywhere. Why do so few pass? With a long one they can
# hardly turn. Which two gates are then the trouble?
#
# *Surprise me:* length scale 3. None of 4,000 passes. To such a process these data are a miracle.

# %%
often.reveal(max(often.options, key=lambda text: through[float(text)]))
best = max(through, key=through.get)
lead = through[best] / max(through[0.03], through[1.0])
claim("a middle length scale passes most", 0.1 < best < 1 and lead > 1.5, best=best, times=lead)
claim("length scale 3: of 300,000 draws hardly one", through[3.0] < 1e-4, share=through[3.0])

# %% [markdown]
# A short length scale allows everything, and so gives little to each. A long one gives much, but elsewhere. In between
# lies what the data ask for: no more freedom than they need.
#
# Make the gates narrower and narrower. The share that passes becomes a density times the width of each gate. This
# density is the **marginal likelihood** $p(y)$, and for a Gaussian it has a formula. With $C = K + \sigma_n^2 I$, $n$
# observations $y$ and the prior mean $m$:
#
# $$\ln p(y) = \underbrace{-\tfrac12 (y - m)^\top C^{-1} (y - m)}_{\text{fit}}
# \;\underbrace{-\,\tfrac12 \ln \det C}_{\text{complexity}} \;-\; \tfrac n2 \ln 2\pi .$$
#
# - **Fit**: how far the data lie from the prior mean, measured in the spread that is expected. Never above 0, and
#   the nearer to 0 the better.
# - **Complexity**: the more room the Gaussian takes (its determinant), the thinner it is spread, and the lower this
#   term.
# - The last term is the same for all kernels.
#
# It is called *marginal* because the function itself does not appear: all functions were averaged over.
# Logarithms are in **nats**: one nat more is 2.7 times as likely.

# %%
for ell in (0.1, 0.3, 1.0):
    gp = GaussianProcess(kernels[ell]).condition(places[:, None], heights)
    density, counted = np.exp(gp.log_marginal_likelihood()), through[ell] / (2 * half) ** 3
    alike = abs(counted / density - 1) < 0.2
    claim(f"length scale {ell}: formula and slalom agree", alike, density=density, counted=counted)

# %% [markdown]
# **Exercise 05.3** (level 3). Return $\ln p(y)$. The prior mean is taken off already. (You met `np.linalg.solve` in
# notebook 04. The determinant of many observations is too small for a computer, but `np.linalg.slogdet` gives its sign
# and its *logarithm*.)


# %% tags=["exercise"]
def log_likelihood(prior, y, noise):
    """Log marginal likelihood of observations y (n,) with mean 0.

    prior: (n, n) covariance of the function's values, without noise; noise: standard deviation.
    """
    raise NotImplementedError


# %% tags=["solution"]
def log_likelihood(prior, y, noise):
    """Log marginal likelihood of observations y (n,) with mean 0.

    prior: (n, n) covariance of the function's values, without noise; noise: standard deviation.
    """
    c = prior + noise**2 * np.eye(len(y))
    _, log_determinant = np.linalg.slogdet(c)
    return -0.5 * y @ np.linalg.solve(c, y) - 0.5 * log_determinant - len(y) / 2 * np.log(2 * np.pi)


# %%
check("05.3", log_likelihood)
# Stuck? Run hint("05.3", 1), then 2, then 3.

# %% [markdown]
# ## The two terms
#
# Back to the jets: one training at each of 31 rates. The noise stands at what was recorded, and the length scale is to
# be chosen. Why not take the one whose mean lies nearest to the data?

# %%
options = ["0.02", "0.2", "2"]
nearest = predict("At which length scale does the mean come nearest to the 31 trainings?", options)
elsewhere = predict("And to the 62 others?", options)

# %%
scales = np.geomspace(0.02, 2, 41)
terms = pictures.Terms(process(spread[0]), scales, unseen)
Player.over(
    lambda length_scale: pictures.two_terms(terms, rates, length_scale),
    length_scale=Dial("length scale", scales),
    start={"length_scale": scales[20]},
    label="Fit, complexity, and two errors",
    speed=6,
)

# %% [markdown]
# *How to use it:* drag the slider, or play.
#
# *In the picture:* above, what the process believes. Below on the left the two terms and their sum; the constant is
# counted with the complexity. Below on the right, how far the mean lies from the trainings it knows, and from others.
#
# Two questions to answer with it:
#
# 1. Which term falls towards the left, and which towards the right?
# 2. Where is the sum largest, and where is the error at others smallest?
#
# *Surprise me:* the shortest length scale. It remembers best of all, and is far from the best elsewhere.

# %%
ends = {"0.02": 0, "0.2": 20, "2": 40}  # places on the slider
nearest.reveal(min(ends, key=lambda text: terms.training_error[ends[text]]))
elsewhere.reveal(min(ends, key=lambda text: terms.held_out_error[ends[text]]))

# %% [markdown]
# One division may be luck. Here are all ten, with one training drawn at each rate. For each: the error elsewhere at the
# length scale that the likelihood chooses, at the one with the smallest training error, and at the best one, which
# nobody knows.

# %%
by_training, by_likelihood, shortest = [], [], []
for division in range(10):
    y, rest = pictures.single(losses[division], np.random.default_rng(division))
    known = process(spread[division], y=y)
    found = pictures.Terms(known, scales, (np.tile(x, 2), rest.ravel()))
    off = found.held_out_error / found.held_out_error.min()
    by_training.append(off[found.training_error.argmin()])
    by_likelihood.append(off[found.likelihood.argmax()])
    shortest.append(scales[found.training_error.argmin()])
memory, foresight = np.mean(by_training), np.mean(by_likelihood)
claim("the training error chooses a very short length scale", max(shortest) < 0.05, scales=shortest)
claim("chosen by training error: over 15 % above the best", memory > 1.15, times=memory)
claim("chosen by likelihood: within 10 %", foresight < 1.1, times=foresight)
fewer = np.all(np.array(by_likelihood) < by_training)
claim("and in every division it is ahead of the training error", fewer)

# %% [markdown]
# The training error asks how well the process *remembers*. A short length scale lets the mean follow each dot, with all
# its luck, and so it wins. The marginal likelihood asks how well the data were *foreseen*. Therefore it needs no second
# set of trainings.
#
# ## The landscape
#
# Noise and length scale must be chosen together. So draw $-\ln p(y)$ over both, call it **surprise**, and let a ball
# roll down. The data: 16 of the rates, one training at each.

# %%
rng = np.random.default_rng(30)
few = np.sort(rng.choice(31, 16, replace=False))
y_few = losses[0, rng.integers(0, 3, 16), few]
grid = np.geomspace(0.02, 1, 41), np.geomspace(0.003, 0.15, 41)  # length scales, noises in GeV
sixteen = pictures.Hills(x[few, None], y_few, *grid)
all_93 = pictures.Hills(np.tile(x, 3)[:, None], losses[0].ravel(), *grid)
options = ["at the same place", "at two places"]
fits = predict("The ball rolls from the middle, then from the lower left. Where does it end?", options)

# %%
maps = {"16 trainings": sixteen, "all 93": all_93}
astray = {"data": "16 trainings", "length_scale": 0.04, "noise": 8}
pictures.hill_bench(maps, rates, surprise_me=astray)

# %% [markdown]
# *How to use it:* move the sliders, or click into the landscape to put the ball there (at the keyboard: shift and the
# arrow keys move a cross, enter picks). *Fit* lets the ball roll, always to the lowest place nearby.
#
# *In the picture:* on the left the landscape; dark is low: there the data surprise least. (Shades go by the root, so
# that half a nat shows beside nine. Surprise falls below 0 where the density is above 1; only differences count.) On
# the right, what the process believes at these settings, with an RBF kernel. Its amplitude is held at the standard
# deviation of the trainings.
#
# Two questions to answer with it:
#
# 1. Fit from the middle, then from the lower left. Two valleys, two stories: what does each of them call noise?
# 2. Which of them is deeper? Which one do you believe? Then choose *all 93* and fit again.
#
# *Surprise me* puts the ball near the valley of short length scales. Fit, and look at the band.

# %%
valleys = sixteen.bottoms()
ends = [sixteen.roll(start)[-1] for start in ((20, 20), (0, 0))]
fits.reveal(fits.options[int(ends[0] != ends[1])])
claim("16 trainings: two valleys", len(valleys) == 2)
signal, luck = sorted(valleys, key=lambda place: sixteen.settings(place)["noise"])
for story, place in (("all is signal", signal), ("much is noise", luck)):
    found = {**sixteen.settings(place), "surprise": sixteen.surprise[place]}
    claim(f"{story}: a ball comes to rest here", place in ends, **found)
claim("all 93: one valley is left", len(all_93.bottoms()) == 1, **all_93.settings(all_93.bottoms()[0]))

# %% [markdown]
# *All is signal*: the function wriggles through the dots, and there is little noise. *Much is noise*: the function is
# smooth, and the dots lie around it by luck. Sixteen dots allow both. Who is right? We kept trainings back, and know.

# %%
rest = np.setdiff1d(np.arange(31), few)
truth = losses[0][:, rest].mean(axis=0)
error = {}
for story, place in (("signal", signal), ("noise", luck)):
    mean, _ = sixteen.process(place).predict(x[rest, None])
    error[story] = np.sqrt(np.mean((mean - truth) ** 2))
deeper = valleys[0] == signal
claim("the deeper valley is the wrong one", deeper and error["signal"] > 1.5 * error["noise"], **error)
close = sixteen.surprise[luck] - sixteen.surprise[signal]
claim("but not by much: less than half a nat", close < 0.5, nats=close)

# %% [markdown]
# These sixteen were looked for, of course. How common is it? Draw sixteen of the trainings at random, 200 times, and
# count the valleys (at least 0.3 nats deep, so that tiny dents do not count).

# %%
rng, two = np.random.default_rng(0), []
for _ in range(200):
    chosen, division = np.sort(rng.choice(31, 16, replace=False)), rng.integers(10)
    drawn = losses[division, rng.integers(0, 3, 16), chosen]
    noise_grid = np.geomspace(0.05, 2, 31) * drawn.std()
    two.append(len(pictures.Hills(x[chosen, None], drawn, grid[0][::2], noise_grid).bottoms()) > 1)
claim("two stories are not rare: more than one set in twenty", np.mean(two) > 0.05, share=np.mean(two))

# %% [markdown]
# So a fit may end in the wrong valley, and programs start it from several places; so does `fitted()` of the course's
# process. Against a deeper valley that is wrong, more data help, or something that is known of the noise beforehand.
#
# Now put the question from above: does the likelihood find the noise without seeing any configuration twice?

# %%
without_repeats = predict(
    "One training at each rate: the noise that the likelihood finds, against the recorded spread?",
    ["less than a third of it", "about as large", "more than three times"],
)

# %%
found = []
for division in range(10):
    y, _ = pictures.single(losses[division], np.random.default_rng(division))
    found.append(process(0.02, y=y).fitted().kernel.noise / spread[division])
options = without_repeats.options
without_repeats.reveal(options[int(np.median(found) > 1 / 3) + int(np.median(found) > 3)])
near = np.sum((np.array(found) > 0.5) & (np.array(found) < 2))
claim("within a factor of two, in nine divisions or all", near >= 9, ratios=found)
claim("on average somewhat too small", 0.6 < np.mean(found) < 0.95, ratio=np.mean(found))
y, _ = pictures.single(losses[2], np.random.default_rng(2002))  # one that was looked for
stray = process(0.02, y=y).fitted().kernel.noise / spread[2]
claim("another drawing: hardly any noise is found", stray < 0.01, ratio=stray)

# %% [markdown]
# The data are rougher from one rate to the next than a smooth function would be, and the process calls that noise.
# Part of the luck it seems to take for signal, for its estimate is low. And the danger from above remains: with other
# trainings, a fit may still land in the valley where all is signal.
#
# ### A hyperparameter that does nothing
#
# Back to ARD. Search the learning rate, the epochs, and a third hyperparameter that is **idle**: it changes nothing.
# The process gets 60 random trials, and chooses three length scales by marginal likelihood.

# %%
options = ["the shortest", "one like the others", "the longest"]
idle = predict("Which length scale does the idle one get?", options)

# %%
names, ard, gains = ["learning_rate", "epochs", "idle_1"], [], []
for division in range(10):
    surface = problems.WithIdle(problems.landscape("aleph", batch=division), n_idle=1)
    rng = np.random.default_rng(division)
    trials, judges = rng.random((60, 3)), rng.random((300, 3))
    seeds = rng.integers(0, 3, 60).tolist()
    y = surface.evaluate([surface.space.from_unit(u) for u in trials], seeds=seeds)
    true = np.array([surface.expected(surface.space.from_unit(u)) for u in judges])
    errors = []
    for ell in ((0.3, 0.3, 0.3), 0.3):  # one each, or one for all
        start = Kernel("matern52", ell, y.std(), 0.1 * y.std())
        gp = GaussianProcess(start, y.mean()).condition(trials, y).fitted(n_restarts=2)
        errors.append(np.sqrt(np.mean((gp.predict(judges)[0] - true) ** 2)))
        ard += [gp.kernel.length_scales] if len(errors) == 1 else []
    gains.append(errors[1] / errors[0])
ard = dict(zip(names, np.transpose(ard), strict=True))

# %%
pictures.strips(
    {"60 trials each": ard},
    "length scale (share of the axis)",
    "The length scales that the likelihood chooses",
    "a dot for each division of the data, the line is their median",
)

# %%
order = np.sort([np.median(ard[name]) for name in names])
idle.reveal(options[int(np.searchsorted(order, np.median(ard["idle_1"])))])
ratio = np.array(ard["idle_1"]) / np.maximum(ard["learning_rate"], ard["epochs"])
claim("the idle one gets the longest in nine divisions or all", np.sum(ratio > 1.1) >= 9)
claim("typically over five times as long as the others", np.median(ratio) > 5, ratios=ratio)
worse = np.sum(np.array(gains) > 1)
claim("one length scale for all: a larger error in nine or all", worse >= 9, times=gains)

# %% [markdown]
# Nobody told the process which hyperparameter is idle. (The fit tries no length scale above 10, where several dots
# lie.) A length scale of several axes means: a step along it changes hardly anything, so all trials count nearly
# as if they lay side by side in the plane of the other two. A grid cannot learn that.
#
# ## Where it breaks: large n
#
# Each new length scale needs a new matrix, and its Cholesky factor. Count the work.


# %%
def cholesky(matrix):
    """The factor L (n, n), and how many multiplications, divisions and roots it took."""
    n, low, work = len(matrix), np.zeros_like(matrix), 0
    for j in range(n):
        for i in range(j, n):
            rest = matrix[i, j] - low[i, :j] @ low[j, :j]
            low[i, j] = np.sqrt(rest) if i == j else rest / low[j, j]
            work += j + 1
    return low, work


# %%
options = ["twice", "four times", "eight times"]
longer = predict("You double the number of trials. How much more work?", options)

# %%
work = []
for n in (40, 80, 160):
    matrix = Kernel("matern52", 0.3)(np.random.default_rng(0).random((n, 1))) + 0.01 * np.eye(n)
    low, count = cholesky(matrix)
    claim(f"{n} trials: the factor is right", np.allclose(low @ low.T, matrix), operations=count)
    work.append(count)
factor = work[2] / work[1]
longer.reveal(longer.options[int(factor > 3) + int(factor > 6)])
claim("doubling n makes nearly eight times the work", 7 < factor < 8, factor=factor)
claim("160 trials: it is n³/6 to within 5 %", abs(work[2] / (160**3 / 6) - 1) < 0.05)

# %% [markdown]
# The work grows with $n^3/6$, and memory with $n^2$. Here is the time of one process on your machine, now. (A fit
# computes it anew for each setting that it tries. With small matrices, the growth hardly shows.)

# %%
for n in (250, 500, 1000, 2000):
    rng = np.random.default_rng(0)
    trials = rng.random((n, 2))
    start = time.perf_counter()
    GaussianProcess(Kernel(noise=0.1)).condition(trials, np.sin(5 * trials[:, 0])).predict(trials[:5])
    print(f"n = {n:5,}: {1000 * (time.perf_counter() - start):7.0f} ms")

# %% [markdown]
# That is no trouble for searches of a few hundred trials, where each training takes minutes. It is for 100,000 points.
#
# ## Where it breaks: the wrong kernel
#
# The likelihood chooses the best setting *within* a kernel. What if no setting is right? Two functions that our
# kernels do not expect:
#
# - a **jump**: beyond some learning rate, training diverges;
# - a **loss that spans decades**: digits, learning rates from 0.0001 to 0.1, typically from 2 down to 0.1 nats.
#
# Each returns what the process may see, and new observations to judge it: near the jump; and where the expected loss
# is below 0.3, since a search will look there.


# %% tags=["deck"]
def jump(rng):
    """24 observations of a smooth function with a jump; new ones within 0.1 of it."""
    at, phase = rng.uniform(0.3, 0.7), rng.uniform(0, 6)
    x = np.concatenate([rng.random(24), at + rng.uniform(-0.1, 0.1, 200)])
    y = 0.5 * np.sin(3 * x + phase) + 1.5 * (x > at) + 0.05 * rng.normal(size=224)
    return x[:24], y[:24], x[24:], y[24:]


# losses by division, training, rate and L2 penalty
digits = problems.landscapes.recorded("digits").losses.astype(float)


def decades(rng):
    """Trainings at 13 of 25 learning rates; new ones at others with a low loss."""
    recorded = digits[rng.integers(10), :, :, rng.integers(16)]
    y = recorded[rng.integers(0, 3, 25), np.arange(25)]
    order, x = rng.permutation(25), np.linspace(0, 1, 25)  # on the logarithmic axis
    seen, new = order[:13], order[13:]
    new = new[recorded[:, new].mean(axis=0) < 0.3]
    return x[seen], y[seen], x[new], y[new]


# %% [markdown]
# Two models for each, and all their numbers are fitted. `plain` takes axis and losses as they are. Near the jump RBF
# meets Matérn 1/2, which expects a rough function. For the decades the loss meets its logarithm, which is undone for
# the band.


# %%
def in_logarithms(x, y, at):
    """Mean and band of new observations at places (k,), by Matérn 5/2 for ln(loss)."""
    return tuple(np.exp(one) for one in pictures.plain("matern52")(x, np.log(y), at))


x_axis, y_axis = Axis("x", -0.02, 1.02), Axis("f(x)", -1.5, 3)
rate_axis, loss_axis = pictures.rate_axis(np.array([1e-4, 0.1])), Axis("loss (nats)", -0.5, 2.5)
for_jumps = {"RBF": pictures.plain("rbf"), "Matérn 1/2": pictures.plain("matern12")}
for_decades = {"loss": pictures.plain("matern52"), "ln(loss)": in_logarithms}
contests = {
    "a jump": (jump, for_jumps, (x_axis, y_axis)),
    "decades": (decades, for_decades, (rate_axis, loss_axis)),
}
frames = {}
for title, (problem, models, axes) in contests.items():
    for name, model in models.items():
        floor = 0 if problem is decades else None
        words = f"{title}, {name}"
        frames[words] = [pictures.guess(problem, model, k, *axes, words, floor) for k in range(8)]

# %%
options = ["about 95 %", "about 60 %"]
sure = predict("Near a jump, how many new observations does RBF's 95 % band hold?", options)
options = ["it stays above 0", "it often reaches below 0"]
below = predict("A loss is never below 0. Is the band?", options)

# %%
Player(frames, name="draw", label="Kernels that expect something else", speed=1)

# %% [markdown]
# *How to use it:* choose function and model; step through eight draws.
#
# *In the picture:* large dots were seen. Of the new observations, those in the band are grey, those outside are red
# crosses. The dashed line is 0.
#
# Two questions: what does RBF do right and left of a jump? And how wide is the band for the decades where losses are
# low, before and after the logarithm?
#
# *Surprise me:* the loss as it is, draw by draw. Look for a band that promises a loss below 0.

# %%
table = {}
for title, (problem, models, _) in contests.items():
    table[title] = pictures.compare(models, problem, seeds=range(30))
pictures.strips(
    {title: {name: one["error"] for name, one in both.items()} for title, both in table.items()},
    "error at new observations (rmse)",
    "The expected kernel, and one that knows more",
    "a dot for each of 30 draws, the line is their median",
)

# %%
rbf, rough = table["a jump"].values()
held, of_rough = rbf["inside"].mean(), rough["inside"].mean()
share = np.mean(rough["error"] < rbf["error"])
sure.reveal(sure.options[int(held < 0.8)])
claim("near a jump RBF's band holds about 60 %", 0.4 < held < 0.7, share=held)
claim("Matérn 1/2 holds more, and not 95 %", held + 0.08 < of_rough < 0.85, share=of_rough)
claim("and its error is smaller in most draws", share > 0.65, won=share)

# %%
loss, logs = table["decades"].values()
negative, share = loss["below 0"].mean(), np.mean(logs["error"] < loss["error"])
below.reveal(below.options[int(negative > 0.1)])
claim("as it is, the band reaches below 0 at many new places", negative > 0.2, share=negative)
claim("ln(loss): the smaller error in most draws", share > 0.6, won=share)
widths = np.median(loss["width"]), np.median(logs["width"])
claim("and a much narrower band", widths[1] < 0.7 * widths[0], loss=widths[0], logarithm=widths[1])
held, of_logs = loss["inside"].mean(), logs["inside"].mean()
claim("but it is too narrow: it holds fewer than 95 %", of_logs < 0.9, loss=held, logarithm=of_logs)
luck = np.log(digits).std(axis=1, ddof=1).mean(axis=(0, 2))  # at each rate
low, high = luck[:8].mean(), luck[-8:].mean()
claim("the luck in ln(loss) grows with the rate", high > 3 * low, low=low, high=high)
mean = digits.mean(axis=1)
highest, lowest = np.median(mean.max(axis=1)), np.median(mean.min(axis=1))
decade = 1.7 < highest < 2.4 and 0.08 < lowest < 0.15
claim("typically from 2 down to 0.1 nats", decade, high=highest, low=lowest)

# %% [markdown]
# Two ways to be wrong. At the jump the process is *sure and wrong*: one length scale must serve the smooth parts and
# the cliff. For losses that span decades, the high ones set the scale, and where it matters little is told apart. The
# logarithm mends that, and it costs one word. It does not mend everything: the luck of the digits grows with the
# learning rate, even in ln(loss), and a single $\sigma_n$ cannot say so.
#
# ## Take-aways
#
# - The kernel says what is expected: its shape how smooth, its length scales how far, its amplitude how high. An idle
#   hyperparameter gets a long length scale.
# - The band of the function is not the band of a new training: add the variances.
# - Marginal likelihood asks how well the data were foreseen, and weighs fit against complexity. The training error is
#   no guide.
# - The likelihood may have several maxima, and with few trials the highest may be wrong. Start from several places.
# - The likelihood chooses within a kernel. Jumps and decades break it: check the coverage on new trainings,
#   take logarithms of losses. The work grows with $n^3$.
#
# ## Quiz

# %%
quiz("05")

# %% [markdown]
# ## References
#
# - C. E. Rasmussen and C. K. I. Williams (2006), *Gaussian Processes for Machine Learning*, MIT Press. Kernels in
#   chapter 4, marginal likelihood and its several maxima in chapter 5.
# - D. J. C. MacKay (1992), Bayesian interpolation, *Neural Computation* 4, 415-447. Why the likelihood prefers the
#   simpler story.
# - R. M. Neal (1996), *Bayesian Learning for Neural Networks*, Springer. Automatic relevance determination.
# - S. O. Rice (1944), Mathematical analysis of random noise, *Bell System Technical Journal* 23, 282-332. How often a
#   random function crosses its mean.
# - J. Snoek, H. Larochelle and R. P. Adams (2012), Practical Bayesian optimization of machine learning algorithms,
#   *Advances in Neural Information Processing Systems* 25. Matérn 5/2 with ARD for hyperparameters.
#
# ## What is next
#
# The process now chooses its own numbers. Notebook 06 lets it choose the next trial: Bayesian optimisation. What you
# saw break here comes back in notebook 07, with categories, dimensions and remedies.

# %% [markdown] tags=["slide", "title"]
# # Kernels and noise
#
# Sixteen trainings, two stories. Which one is true?

# %% tags=["slide"]
from dataclasses import replace

from IPython.display import Markdown
from scipy import stats

from hpo_tutor.course.decks import on_slide
from hpo_tutor.course.pictures.intervals import Row, intervals
from hpo_tutor.course.pictures.nb05 import slides
from hpo_tutor.scenes import beside
from hpo_tutor.scenes.looks import GREEN, RED, Style

rng = np.random.default_rng(30)
few = np.sort(rng.choice(31, 16, replace=False))
y_few = losses[0, rng.integers(0, 3, 16), few]
grid = np.geomspace(0.02, 1, 41), np.geomspace(0.003, 0.15, 41)  # length scales, noises in GeV
sixteen = pictures.Hills(x[few, None], y_few, *grid)
all_93 = pictures.Hills(np.tile(x, 3)[:, None], losses[0].ravel(), *grid)
bottoms = sorted(sixteen.bottoms(), key=lambda place: sixteen.settings(place)["noise"])
claim("two stories, and one with all trainings", len(bottoms) == 2 and len(all_93.bottoms()) == 1)
signal, luck = bottoms
spread = {division: np.sqrt(losses[division].var(axis=0, ddof=1).mean()) for division in range(10)}

# %% [markdown] tags=["notes"]
# **1 min.** A Gaussian process has two dials: how far a value reaches, and how much of what it sees is noise. In the
# last talk somebody had set them by peeping at the answer. Today nobody peeps. Who sets the dials?

# %% [markdown] tags=["slide"]
# ## The same sixteen trainings, two stories

# %% tags=["slide"]
told = [
    pictures.believed(sixteen.process(place), rates, up=(5.35, 5.85), title=title, aspect=0.85)
    for place, title in ((signal, "Story 1"), (luck, "Story 2"))
]
on_slide(beside(*told))

# %% [markdown] tags=["notes"]
# **3 min.** A network predicts the energy of particle jets. Along the bottom the learning rate, upwards the error on
# validation data. The dots are the same left and right: sixteen real trainings, one at each of sixteen rates.
#
# Story 1: the loss wriggles, and the dots are right. Story 2: the loss is smooth, and the dots are lucky or unlucky.
# Which is true? Let neighbours argue for a minute, then take one reason from each camp. You will hear "nature is
# smooth", and "you cannot ignore the data". Both are prejudices, and both are sometimes right. Do not resolve it.

# %% [markdown] tags=["slide", "vote"]
# ## Signal or luck: who decides?
#
# - A: Nobody can, without training twice at one rate
# - B: The story whose curve comes nearest to the dots
# - C: The story that would make such dots most often

# %% [markdown] tags=["notes"]
# **2 min.** Three ways to decide. A says the data cannot tell: there is one dot at each rate, so noise is invisible. B
# is what everybody does at first: the smaller the error, the better. C needs a moment: take each story as a machine
# that draws functions and adds noise, and ask which machine would produce these sixteen dots more often.
#
# Hands, counts on the board. A is popular with the careful, B with the busy.

# %% [markdown] tags=["slide"]
# ## First dial: how far a value reaches

# %% tags=["slide"]
on_slide(slides.two_machines(0.05, 0.3))

# %% [markdown] tags=["notes"]
# **2 min.** These are draws from the prior, before any training. The length scale stretches them sideways, and does
# nothing else: find the first hill of draw 1 on the left, and again on the right. Short: neighbours soon forget each
# other. Long: one value commits its whole neighbourhood.

# %% [markdown] tags=["slide"]
# ## Second dial: the same network, twice

# %% tags=["slide"]
ratio = np.median([spread[k] / losses[k].mean(axis=0).std() for k in range(10)])
claim("luck is about half as large as what the learning rate does", 0.3 < ratio < 0.8, ratio=ratio)
on_slide(slides.repeats(rates, losses[0]))

# %% [markdown] tags=["notes"]
# **2 min.** Three trainings at each rate, with other initial weights. They differ: luck is about half as large as
# everything the learning rate does. That is the second dial, the noise.
#
# Here it can be read off, because everything was trained three times. "Who of you trains everything three times?"
# Nobody. So the question stands: sixteen single dots.

# %% [markdown] tags=["slide"]
# ## A slalom: which machine gets through?

# %% tags=["slide"]
places, heights, half = np.array([0.2, 0.35, 0.8]), np.array([1.0, 0.6, -0.7]), 0.2
machines = {ell: Kernel("rbf", ell, noise=0.2) for ell in (0.03, 0.3, 3.0)}


def share_through(kernel):
    """Share of 100,000 functions, with noise, that pass all gates."""
    covariance = kernel(places[:, None]) + kernel.noise**2 * np.eye(3)
    values = np.random.default_rng(0).multivariate_normal(np.zeros(3), covariance, 100_000)
    return np.mean(np.all(np.abs(values - heights) < half, axis=1))


through = {ell: share_through(kernel) for ell, kernel in machines.items()}
claim("the middle one passes most, the long one hardly ever", through[0.3] > 1.5 * through[0.03] > 100 * through[3.0])
runs = [pictures.slalom(machines[ell], (places, heights, half), through[ell]) for ell in machines]
runs = [replace(run, aspect=0.65) for run in runs]  # higher, for a slide
on_slide(Player(runs, name="machine"), stops=[0, 1, 2], freeze=True)

# %% [markdown] tags=["notes"]
# **4 min.** Make idea C into a game. Three gates stand where three dots were observed. A machine with a length scale
# throws functions, and we count how many pass all three.
#
# *Stop 1, length scale 0.03 (frozen).* Grey: forty functions. Orange: those that pass. "It can go anywhere, so why do
# so few get through?" Because it can go anywhere: its luck is spread over everything. "What will ten times as long a
# length scale do?" Hands for more, hands for fewer.
#
# *Stop 2, 0.3.* More. It is less free, and gives more to each of the few things it can do. "And another ten times?"
#
# *Stop 3, 3.* None of four thousand. It can hardly turn; to this machine, the three dots are a miracle.
#
# Say the sentence: *no more freedom than the data ask for.* "Is that not just the middle value?" It is the middle
# because of these gates; move them, and another machine wins.

# %% [markdown] tags=["slide", "build"]
# ## How often, in one line
#
# $$\color{#0072B2}{\underbrace{C = K_\ell + \sigma_n^2 I}_{\text{what the two dials expect}}}$$
#
# $$\ln p(y) = \color{#D55E00}{\underbrace{-\tfrac12\, r^\top C^{-1} r}_{\text{how far off}}}
# \;\color{#009E73}{\underbrace{-\,\tfrac12 \ln \det C}_{\text{how much room}}} + c, \qquad r = y - m$$
#
# Orange dislikes **long** length scales, green **short** ones.

# %% [markdown] tags=["notes"]
# **4 min.** Make the gates narrower and narrower: the share becomes a density, and for Gaussians there is a formula.
# *Press:* blue are the dials. The kernel with its length scale fills the matrix, the noise sits on its diagonal.
#
# *Press:* the line. Do not read it; point. Orange is the fit: r is how far the data lie from the mean, measured in the
# spread that was expected. Green is the room: the determinant is the volume of everything that was possible; who allows
# much, gives little to each. The constant is the same for all. Ask which machine of the slalom lost by which colour.
# *Press:* the last line.
#
# "Why is it called *marginal* likelihood?" Because no function appears in it: all functions were averaged over.
#
# *Before you go on, ask:* "As the length scale runs from short to long, where is the error at the dots smallest? And at
# trainings it never saw?"

# %% [markdown] tags=["slide"]
# ## Two terms pull, two errors disagree

# %% tags=["slide"]
one, others = pictures.single(losses[0], np.random.default_rng(0))
unseen = np.tile(x, 2), others.ravel()


def with_noise(y, noise, length_scale=0.25):
    """The process that knows one training at each rate."""
    return GaussianProcess(Kernel("matern52", length_scale, y.std(), noise), y.mean()).condition(x[:, None], y)


scales = np.geomspace(0.02, 2, 41)
terms = pictures.Terms(with_noise(one, spread[0]), scales, unseen)
chosen = scales[terms.likelihood.argmax()]
claim("training error falls to the left end", terms.training_error.argmin() <= 2)
worse = terms.held_out_error[0] / terms.held_out_error[terms.likelihood.argmax()]
claim("and there the error at others is larger", worse > 1.05, times=worse)
both = pictures.two_terms(terms, rates, chosen)
on_slide(beside(*list(both.scenes())[1:], sentence=both.sentence))

# %% [markdown] tags=["notes"]
# **3 min.** All 31 rates, the noise as recorded, and the length scale runs along the bottom. Left: orange and green
# pull in opposite directions, and their sum, pink, has a top. Right: two errors. The one at the dots, dashed, is
# smallest at the far left, always: a short length scale follows each dot with all its luck.
#
# That is answer B, and it dies here: the blue curve, the error at trainings it never saw, is not smallest there. The
# training error asks how well you *remember*, the likelihood how well you *foresaw*.

# %% [markdown] tags=["slide"]
# ## Where does the ball come to rest?

# %% tags=["slide"]
rolls = [(sixteen, (20, 20)), (sixteen, (0, 0)), (all_93, (0, 0))]
frames, stops = slides.rolling(rolls, rates)
rests = [sixteen.roll(start)[-1] for _, start in rolls[:2]]
claim("from the middle: much is noise; from the corner: all is signal", rests == [luck, signal])
on_slide(Player(frames, name="roll", speed=2), stops=stops, freeze=True)

# %% [markdown] tags=["notes"]
# **9 min.** The picture of this talk. Left: both dials at once, length scale to the right, noise upwards. The shade is
# the *surprise*, minus the logarithm of the likelihood: dark is low, there the sixteen dots surprise least. Right:
# what the process believes at the ball. So rolling downhill is *fitting*.
#
# *Stop 1, in the middle (frozen).* "Where will it roll?" Let somebody point. Next.
#
# *Stop 2.* It rests at a longer length scale and a noise near 40 MeV. Look right: smooth, and a wide outer band. Which
# story is that? Story 2.
#
# *Stop 3, the lower left corner.* Hardly any noise, hardly any reach: the band is a row of knots. "Same data, same
# landscape, other start. Where will it end?" Most say: at the same place.
#
# *Stop 4.* Another valley. It wriggles through the dots: story 1. A pause here. Two valleys, two stories, and a fit
# from a single start finds one of them and never tells of the other. Ask: "Which valley is deeper?" Read both titles.
# The depths are within half a nat of each other.
#
# *Stop 5, the corner again, but now with all 93 trainings.* "How many valleys now?"
#
# *Stop 6.* One. More data, and the second story is gone.
#
# *If there is time,* press P and play a roll. *Short of time:* leave out stops 5 and 6, and say it.
#
# *Before you go on, ask:* "We kept back the trainings at the other rates. Which story will they take?" Hands for 1,
# hands for 2.

# %% [markdown] tags=["slide"]
# ## Now uncover what was kept back

# %% tags=["slide"]
rest = np.setdiff1d(np.arange(31), few)
kept_back = np.tile(x[rest], 3), losses[0][:, rest].ravel()
off = []
for place in (signal, luck):
    mean, _ = sixteen.process(place).predict(x[rest, None])
    off.append(np.sqrt(np.mean((mean - losses[0][:, rest].mean(axis=0)) ** 2)))
close = sixteen.surprise[luck] - sixteen.surprise[signal]
claim("the deeper valley is the wrong one, by less than half a nat", 0 < close < 0.5 and off[0] > 1.5 * off[1])
uncovered = [
    pictures.believed(sixteen.process(place), rates, kept_back, up=(5.35, 5.85), title=title, aspect=0.85)
    for place, title in ((signal, "Story 1: the deeper valley"), (luck, "Story 2"))
]
on_slide(beside(*uncovered))

# %% [markdown] tags=["notes"]
# **2 min.** The diamonds are trainings at the other rates, kept back until now. Story 2 is right: its error there is
# well below that of story 1. And which valley was deeper? That of story 1, by a little.
#
# So the method was *wrong* here. Say it plainly. "How often is that?" Next slide. "What helps?" More data, as you saw;
# several starts, so that one at least knows of both; something known of the noise beforehand.

# %% [markdown] tags=["slide"]
# ## How rare are two stories?

# %% tags=["slide"]
rng, two = np.random.default_rng(0), []
for _ in range(100):
    some, division = np.sort(rng.choice(31, 16, replace=False)), rng.integers(10)
    drawn = losses[division, rng.integers(0, 3, 16), some]
    noise_grid = np.geomspace(0.05, 2, 31) * drawn.std()
    two.append(len(pictures.Hills(x[some, None], drawn, grid[0][::2], noise_grid).bottoms()) > 1)
claim("two stories are not rare, and not the rule", 0.05 < np.mean(two) < 0.3, share=np.mean(two))
Markdown(
    f"Of 100 sets of sixteen trainings, **{sum(two)}** had two valleys.\n\nMy sixteen were chosen.\n\n"
    "Programs therefore start the fit from **several places**."
)

# %% [markdown] tags=["notes"]
# **1 min.** Own up: I looked for those sixteen dots. But one does not have to look long. Tiny dents were not counted;
# a valley is 0.3 nats deep or more.
#
# *Before you go on, ask:* "Let the likelihood choose the length scale, from eight trainings. Is it ahead of somebody
# who takes the nearest curve? And of somebody who knows a good one?"

# %% [markdown] tags=["slide"]
# ## The race: who sets the length scale?

# %% tags=["slide"]
rows, tried = [], np.geomspace(0.02, 2, 21)
known = np.abs(tried - 0.25).argmin()
for n in (8, 16, 31):
    gains = []
    for lap in range(30):  # lap k looks at division k % 10
        rng = np.random.default_rng(lap)
        y, rest_of_them = pictures.single(losses[lap % 10], rng)
        at = np.sort(rng.choice(31, n, replace=False))
        kernel = Kernel("matern52", 0.25, y[at].std(), spread[lap % 10])
        start = GaussianProcess(kernel, y[at].mean()).condition(x[at, None], y[at])
        found = pictures.Terms(start, tried, (np.tile(x, 2), rest_of_them.ravel()))
        errors = found.held_out_error
        likely = errors[found.likelihood.argmax()]
        gains.append(np.log([likely / errors[found.training_error.argmin()], likely / errors[known]]))
    of_divisions = np.reshape(gains, (3, 10, 2)).mean(axis=0)
    rivals = ("nearest curve", RED, "square"), ("somebody who knows", GREEN, "triangle-up")
    for (rival, color, symbol), values in zip(rivals, of_divisions.T, strict=True):
        look = Style(color, "solid", symbol)
        rows.append(Row(f"{n} trainings, against {rival}", values.mean(), stats.sem(values), look))

# %% tags=["slide"]
verdicts = [row.verdict() for row in rows]
claim("ahead of the nearest curve at 8, 16 and 31", verdicts[::2] == [-1, -1, -1], verdicts=verdicts)
claim("not ahead of one who knows, and behind at 8", verdicts[1] == 1 and -1 not in verdicts[1::2], verdicts=verdicts)
ticks = [(np.log1p(k / 100), f"{k:+d} %".replace("-", "\N{MINUS SIGN}") if k else "equal") for k in (-20, -10, 0, 10)]
across = Axis("error at unseen trainings, compared with the rival's", np.log(0.6), np.log(1.24), ticks=ticks)
on_slide(intervals(rows, across, ("likelihood", "rival")))

# %% [markdown] tags=["notes"]
# **4 min.** Thirty laps on ten divisions of the data; the noise is given, the length scale is chosen by likelihood.
# Two rivals. One takes the curve nearest to the dots. The other *knows* a good length scale, 0.25, from earlier work.
# Left of the line the likelihood errs less.
#
# Against the nearest curve it wins every time, by a fifth or so. Against the one who knows it never wins, and with
# eight trainings it loses: eight dots are few to learn a length scale from. With sixteen and more it costs next to
# nothing not to know.
#
# That is the honest advert: nearly as good as knowing, if there are enough trainings.

# %% [markdown] tags=["slide"]
# ## Does it find the noise without a repeat?

# %% tags=["slide"]
estimates = []
for division in range(10):
    y, _ = pictures.single(losses[division], np.random.default_rng(division))
    estimates.append(with_noise(y, 0.02).fitted().kernel.noise / spread[division])
near = np.sum((np.array(estimates) > 0.5) & (np.array(estimates) < 2))
claim("within a factor of two, in nine divisions or all", near >= 9, ratios=estimates)
claim("on average somewhat too small", 0.6 < np.mean(estimates) < 0.95, mean=np.mean(estimates))
over = [(value, text) for value, text in ((0.5, "half"), (1, "equal"), (2, "twice"))]
of_noise = Axis("noise found, compared with three trainings at each rate", 0.4, 2.5, log=True, ticks=over)
on_slide(slides.ratios(estimates, of_noise, "a division of the data"))

# %% [markdown] tags=["notes"]
# **2 min.** This is answer A's turn. One training at each of 31 rates, no repeat anywhere; the likelihood sets both
# dials. A dot is one division of the data. Right would be the solid line at "equal", which it has never seen; the
# dashed one is their median.
#
# Nearly all lie within a factor of two. How can it? Neighbouring rates serve as repeats, because the function is
# smooth. On average it finds too little: some of the luck it takes for signal. So A is too careful, but not silly.

# %% [markdown] tags=["slide"]
# ## No setting is right: a loss below zero?

# %% tags=["slide"]


def in_logarithms(x, y, at):
    """Mean and band of new observations at places (k,), by Matérn 5/2 for ln(loss)."""
    return tuple(np.exp(one) for one in pictures.plain("matern52")(x, np.log(y), at))


of_rates, of_losses = pictures.rate_axis(np.array([1e-4, 0.1])), Axis("loss (nats)", -0.5, 2.5)
models = {"loss": pictures.plain("matern52"), "ln(loss)": in_logarithms}
judged = pictures.compare(models, decades, seeds=range(10))
claim("as it is, the band reaches below 0", judged["loss"]["below 0"].mean() > 0.1, share=judged["loss"]["below 0"])
claim("but its band holds fewer than 95 %", judged["ln(loss)"]["inside"].mean() < 0.95)
claim("ln(loss): a much narrower band", np.median(judged["ln(loss)"]["width"] / judged["loss"]["width"]) < 0.75)
guesses = [pictures.guess(decades, model, 7, of_rates, of_losses, name, 0) for name, model in models.items()]
on_slide(slides.squarer(guesses, list(models)))

# %% [markdown] tags=["notes"]
# **2 min.** The likelihood chooses the best setting *within* a kernel. Digits, losses from two down to a tenth. Left,
# the loss as it is, everything fitted: look at the right half, where the search will go. The band promises losses
# below zero. Right, the same dots, the logarithm taken before and undone afterwards: much narrower where it matters,
# now even a little too narrow, for some crosses lie outside.
#
# "Which dial would have mended it?" None. One word did: log. Checking the band on new trainings is yours to do.

# %% [markdown] tags=["slide"]
# ## As you would write it

# %% tags=["slide"]
y = np.log(one)

# %% tags=["slide", "show-code"]
k = Kernel("matern52", 0.3, y.std(), 0.1 * y.std())
gp = GaussianProcess(k, y.mean())
gp = gp.condition(x[:, None], y).fitted(n_restarts=5)
reach, noise = gp.kernel.length_scales, gp.kernel.noise
print(f"length scale {reach:.2f}, noise {noise:.4f}")

# %% [markdown] tags=["notes"]
# **1 min.** Matérn 5/2, a little rougher than the kernel of the pictures, and what most programs begin with. The
# logarithm of the loss, several starts. In scikit-learn it is a `WhiteKernel` for the noise and
# `n_restarts_optimizer`.

# %% [markdown] tags=["slide", "vote"]
# ## Signal or luck: who decides?
#
# - A: Nobody can, without training twice at one rate
# - B: The story whose curve comes nearest to the dots
# - C: The story that would make such dots most often

# %% [markdown] tags=["notes"]
# **1 min.** Hands again, and the counts beside the first ones. Who still holds A? Ask what would convince them.

# %% [markdown] tags=["slide", "build"]
# ## The story that makes such dots most often
#
# - Not the nearest curve: it **remembers,** luck and all
# - Fit against freedom: **foreseen,** not fitted
# - Few trainings: two valleys, the deeper perhaps **wrong**
# - Wrong kernel: **no setting** is right; check the band

# %% [markdown] tags=["notes"]
# **2 min.** C, with two warnings. Four presses. *First press:* the two errors. *Second:* the slalom, orange and green.
# *Third:* the ball, and the diamonds. *Fourth:* the loss below zero.
#
# If they take one thing home: a model that sets its own dials still needs somebody to look at the band.
#
# *Too early:* ask "When would you rather set a dial yourself than let the likelihood do it?"

# %% [markdown] tags=["slide"]
# ## Where to practise
#
# Notebook 05, *Kernels and noise*: click the ball into the landscape, and let it roll.
#
# - 05.1: a kernel with a length scale for each axis
# - 05.2: does the band keep its promise?
# - 05.3: the likelihood

# %% [markdown] tags=["notes"]
# **1 min.** 05.2 is the most useful one: four lines that tell whether a model is honest. 05.3 is the formula of today.
# The notebook also shows what a kernel does with a hyperparameter that is idle, and where it gets slow: work grows
# with the cube of the number of trainings.
