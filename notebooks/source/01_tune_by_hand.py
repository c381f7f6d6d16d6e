# %% [markdown]
# # Tune by hand
#
# **Question.** You may train 12 networks. Do you find better hyperparameters than somebody who draws them blindly?
#
# **Afterwards you can**
#
# - tune a network by hand: a baseline first, then one hyperparameter at a time, on logarithmic scales
# - tell skill from luck in a search, with random walkers as the measure
# - choose by validation, report by test, and say what goes wrong otherwise
#
# **Before.** Python, calculus, and what training a network means. Notebook 00 says what a hyperparameter is.
#
# **Time.** 60 minutes; a good place for a break is before *Validate, then test*.

# %% tags=["setup"]
from functools import partial

import numpy as np

from hpo_tutor import check, claim, doctor, figures, hint, minimize, predict, problems, quiz, race
from hpo_tutor.course import games
from hpo_tutor.course.pictures import nb01 as pictures
from hpo_tutor.search_space import Float
from hpo_tutor.widgets import Player

doctor()

# %% [markdown]
# ## The task
#
# A network reads handwritten digits, pictures of 8 x 8 pixels. It has one hidden layer and trains for 20 epochs, that
# is 20 passes over 1,198 pictures. Three of its hyperparameters are yours:
#
# - the **learning rate**: how large a step each update takes;
# - the **width**: how many units the hidden layer has;
# - **L2**: how strongly large weights are punished.
#
# For each picture the network gives each digit a probability. The **loss** is the *cross-entropy*: take the
# probability $p$ that was given to the right digit, and average $-\ln p$ over the 599 *validation* pictures, which
# took no part in the training. Its unit is the *nat*. Whoever knows nothing gives each digit 1/10 and pays
# $\ln 10 \approx 2.3$ nats. Low is good.
#
# A **trial** is one training with one choice of all hyperparameters (a **configuration**). The best trial so far is
# the **incumbent**.
#
# ## First of all: what is there to beat?
#
# Before you tune anything, measure what is cheap. Three candidates, on the same pictures:
#
# - *class frequencies*: never looks at the picture, and gives each digit the share it had in training;
# - *logistic regression*: a linear model, as scikit-learn has it, without any tuning;
# - *a small network*: width 8, learning rate 0.001 (the usual first choice), next to no L2.

# %%
names = ["class frequencies", "logistic regression", "a small network"]
cheap = predict("Which of the three has the lowest loss?", names)

# %%
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss


def loss_of(model, rows):
    """Cross-entropy of a scikit-learn model on the validation rows, in nats."""
    model.fit(rows.train_inputs, rows.train_targets)
    return log_loss(rows.validation_targets, model.predict_proba(rows.validation_inputs))


# %% [markdown]
# One division of the pictures into training and validation is a matter of chance, so we take ten. For each of them,
# the losses of thousands of networks were recorded; `games.Ground` looks them up. Its *expected* loss is a mean over
# several trainings that differ in their random numbers alone.

# %%
grounds = [games.Ground(division) for division in range(10)]
frequencies = np.array([loss_of(DummyClassifier(), ground.rows) for ground in grounds])
logistic = np.array([loss_of(LogisticRegression(max_iter=1000), ground.rows) for ground in grounds])
small = np.array([ground.expected(games.BASELINE) for ground in grounds])

# %%
cheap.reveal(names[np.argmin([frequencies.mean(), logistic.mean(), small.mean()])])
claim("frequencies cost as much as knowing nothing", abs(frequencies.mean() - np.log(10)) < 0.05)
claim("the small network has learnt something", np.all(small < frequencies), nats=small.mean())
claim("logistic regression is far ahead, each time", np.all(logistic < small / 3), nats=logistic.mean())

# %% [markdown]
# So a network is not good because it is a network. An untuned one loses to a linear model. This is why one begins with
# a **baseline**: without it, the small network's loss would look like progress. The game is now: *beat logistic
# regression*.
#
# ## Scales
#
# How do you search a learning rate between 0.0001 and 0.1? Push a slider from one end to the other, once on a linear
# scale and once on a logarithmic one.

# %%
half = predict(
    "Where is a linear slider from 0.0001 to 0.1 after a tenth of its way?",
    ["at 0.0002", "at 0.001", "at 0.01"],
)

# %%
domain = Float(1e-4, 1e-1, log=True)
half.reveal("at 0.01")
Player(pictures.two_sliders(domain), name="place", label="Two scales", speed=8)

# %% [markdown]
# *In the picture:* press play, or drag. The dashed line is the linear slider: it leaps over the small values at once.
# The solid line is the logarithmic slider: each tenth of the way multiplies by the same factor. Two questions: where
# do both stand at the same value? How far must you push each to come from 0.0001 to 0.001?

# %%
way_above = (domain.high - 0.01) / (domain.high - domain.low)
way_below = (0.001 - domain.low) / (domain.high - domain.low)
claim("a linear slider spends 90 % of its way above 0.01", abs(way_above - 0.9) < 0.01, share=way_above)
claim("and less than 1 % below 0.001", way_below < 0.01, share=way_below)

# %% [markdown]
# For a learning rate, factors count: from 0.001 to 0.002 matters about as much as from 0.01 to 0.02. Then equal steps
# should be equal factors: from 0.0001 to 0.1 there are three *decades*, three factors of ten. In formulas: the exponent
# moves evenly, not $x$,
#
# $$\log x = \log(\text{low}) + u \, \bigl(\log(\text{high}) - \log(\text{low})\bigr), \qquad 0 \le u < 1.$$
#
# **Exercise 01.1** (level 1). Turn uniform random numbers $u$ into values that are uniform on a logarithmic scale. The
# numbers $u$ come in; draw none of your own.


# %% tags=["exercise"]
def log_uniform(u, low, high):
    """Values between low and high, one for each number in the array u; u = 0 gives low."""
    raise NotImplementedError


# %% tags=["solution"]
def log_uniform(u, low, high):
    """Values between low and high, one for each number in the array u; u = 0 gives low."""
    return low * (high / low) ** u


# %%
check("01.1", log_uniform)
# Stuck? Run hint("01.1", 1), then 2, then 3.

# %% [markdown]
# The package draws in the same way. How many of 3,000 draws fall into each decade?

# %%
draws = [domain.from_unit(u) for u in np.random.default_rng(0).random(3000)]
per_decade = np.histogram(draws, [1e-4, 1e-3, 1e-2, 1e-1])[0]
claim("each decade gets a third of the draws", np.all(abs(per_decade - 1000) < 100), draws=per_decade)

# %% [markdown]
# ## The walk in fog
#
# Now play. Five panels, one for each width; the learning rate runs across, L2 upwards, both logarithmic. All is fog.
# Each training lights a disc: the darker, the better. You have 12 trainings, and what is spent is spent.
#
# *How to:* move the three sliders, or click in the fog, then press *Train*. A training takes a moment; it is a real
# one. If you do not know how to go about it, here is what many people do:
#
# 1. begin small, with the baseline;
# 2. change one thing at a time, by a factor of ten (or to the next width);
# 3. keep what helps and go on in that direction; if it does not help, try the other one, then the next hyperparameter.
#
# While you walk: which of the three moves the loss most? Which hardly at all? And if you have a training to spare, be
# surprised by the largest width with the largest learning rate and the smallest L2.

# %%
walk = games.walk_in_fog(to_beat=logistic[0])
walk

# %% [markdown]
# You may also walk in code, in a new cell below: `walk.train(learning_rate=1e-2, width=16, l2=1e-4)`. Running the cell
# above again loses nothing. `walk.start_again()` does. Spend your trainings before you go on.
#
# The three points above, taken as a strict rule, are a *sampler*: something that proposes the next configuration. It is
# called `HandTuning`; when no move helps any more, it halves its steps. Let it walk as well:

# %%
rule = games.HandTuning(walk.objective.space, start=games.BASELINE)
walk_of_rule = minimize(walk.objective, rule, n_trials=12, progress=False)

# %% [markdown]
# What it did stays hidden for a while. If you have trained at least once, the next cells show your walk. If not, they
# show the rule's.

# %%
played = len(walk.history) > 0
path, whose = (walk.history, "your walk") if played else (walk_of_rule, "the rule's walk")
print(f"What follows shows {whose}: {len(path)} trainings, best loss {path.incumbent.loss:.3f} nats.")
print(f"Logistic regression has {logistic[0]:.3f} nats on the same pictures.")

# %% [markdown]
# ## Skill or luck?
#
# A random walker spends 12 trainings too, but draws each configuration blindly, uniform on the scales above. Let 100
# of them walk on the same ground. (Their trainings are looked up in the recording; yours were live, with the same
# networks.) All are judged by the *expected* loss of their best training. That takes the luck out of the judgement, not
# out of the search.

# %%
buckets = ["fewer than 25", "25 to 49", "50 to 74", "75 or more"]
guess = predict("How many of 100 random walkers does this walk beat?", buckets)

# %%
ground = games.Ground()
Player(games.lifting(path, ground, to_beat=logistic[0]), name="step", label="The fog lifts", speed=2)

# %% [markdown]
# *In the picture:* press play. First the walk again, training by training; the numbers say which. Then the fog lifts.
# What lies below was recorded: networks for 21 learning rates, 16 values of L2, five widths, ten divisions, three times
# each. Dark is low, the star is the lowest expected loss of all. Find the cliff: where does one step to the right of a
# good place cost most?

# %%
rates, penalties = (axis.values for axis in ground.landscape.grid().axes[:2])
n_networks = len(rates) * len(penalties) * len(games.WIDTHS) * len(grounds) * ground.landscape.n_seeds
claim("that makes 50,400 networks", n_networks == ground.landscape.about["n_models"] == 50_400)
at_low_l2 = ground.surface(64)[:6].mean(axis=0)  # a loss for each learning rate
cliff = at_low_l2[-1] / at_low_l2.min()
claim("at width 64 the largest rate costs many times the loss of the best", cliff > 3, factor=cliff)

# %% [markdown]
# And now the walkers, one after the other.

# %%
walkers = race.compare(["random"], ground, n_trials=12, seeds=range(100))
frames = games.arrivals(walkers, ground, path, whose)
Player(frames, name="walker", label="100 random walkers arrive", speed=10)

# %% [markdown]
# *In the picture:* press play, or go to the end. Above, where each walker's best training lies; the ring is the walk's.
# Below, a dot for each walker at its expected loss; the line is the walk. Walkers to the right of the line are beaten.
# (If you have spent fewer than 12 trainings, the walkers are stopped after as many.)

# %%
n_beaten = games.n_beaten(walkers, ground, path)
guess.reveal(buckets[min(n_beaten // 25, 3)])
print(f"{whose.capitalize()} beats {n_beaten} of 100 random walkers.")

# %% [markdown]
# And this is what the rule did:

# %%
print(f"The rule beats {games.n_beaten(walkers, ground, walk_of_rule)} of 100 random walkers.")
walk_of_rule.table()[["learning_rate", "width", "l2", "loss"]]

# %% [markdown]
# Was the network worth the trouble? Take the lowest expected loss of each width, in all ten divisions.

# %%
lowest = np.array([[ground.surface(width).min() for width in games.WIDTHS] for ground in grounds])
wins = dict(zip(games.WIDTHS, np.sum(lowest < logistic[:, None], axis=0).tolist(), strict=True))
told = "the network beats logistic regression in all ten divisions from width 16 on, never below"
claim(told, wins == {4: 0, 8: 0, 16: 10, 32: 10, 64: 10}, wins=wins)
at_edge = np.sum(lowest.argmin(axis=1) == 4)
claim("in nine of ten divisions the optimum is at width 64", at_edge == 9, divisions=at_edge)

# %% [markdown]
# So yes, from width 16 on. (To be fair to the linear model: it was not tuned at all, and the network was, by the very
# loss that is compared here. *Validate, then test* says what that hides.) And note where the optimum lies: at the
# *edge* of what you were allowed to choose. That is a question, not an answer. In earnest you would now allow 128.
#
# ### The same walk again
#
# Does your number say how good you are? Ask the rule, which always does the same. 100 times it starts at the baseline,
# on one ground: division 4. Only the random numbers of the trainings differ.

# %%
outcomes = ["always about as many", "sometimes fewer than 40, sometimes all"]
spread = predict("The rule beats how many of 100 walkers?", outcomes)

# %%
other = games.Ground(4)
from_baseline = {"by hand": partial(games.HandTuning, start=games.BASELINE), "random": "random"}
repeats = race.compare(from_baseline, other, n_trials=12, seeds=range(100))
ends = {name: curves[:, -1] for name, curves in repeats.curves("score").items()}
counts = np.array([np.sum(ends["random"] > end) for end in ends["by hand"]])
spread.reveal(outcomes[int(np.ptp(counts) > 30)])
pictures.beaten(counts)

# %% [markdown]
# *In the picture:* the same rule from the same start. What differs between the bars is luck alone. (The recording holds
# three trainings of each network; live, the luck is larger still.)

# %%
claim("some walks beat fewer than 40, others all", counts.min() < 40 and counts.max() == 100)
walks = [repeats.histories["by hand", seed] for seed in range(100)]
beginnings = [{str([trial.config for trial in walk[:n]]) for walk in walks} for n in (5, 8)]
same, differ = map(len, beginnings)  # how many different walks there are up to trainings 5 and 8
claim("all begin with the same five configurations, and soon part", same == 1 < differ, after_8=differ)
low, high = ends["by hand"].min(), ends["by hand"].max()
claim("their losses lie less than a factor of 2 apart", high < 2 * low, lowest=low, highest=high)

# %% [markdown]
# One lucky loss, at the sixth training or soon after, sends the walk another way. Not all divisions are like this one:
# put 0 or 7 in place of the 4 and run the two cells again. And the number of beaten walkers makes much of little, for
# the losses lie close together. Still, one walk cannot tell skill from luck, neither yours nor the rule's.
#
# ### A fair race
#
# Many walks can. Let the rule start at a *random* place, so that it owes nothing to a good beginning, and race it
# against random search: 100 laps, ten in each of the ten divisions. In each lap both meet the same division.

# %%
fair = predict("Which ends lower?", ["by hand", "random", "neither, on average"])

# %%
samplers = {"by hand": games.HandTuning, "random": "random"}
laps = race.compare(samplers, games.Grounds(), n_trials=12, seeds=range(100))


def divisions_won(laps, name="by hand"):
    """In how many of the ten divisions it is ahead of random search on average."""
    of_laps = laps.differences(name, "random")
    return int(np.sum(of_laps.reshape(-1, 10).mean(axis=0) < 0))  # laps 7, 17, 27, ... met division 7


# %%
won = divisions_won(laps)
fair.reveal("by hand" if won > 7 else "random" if won < 3 else "neither, on average")
share = np.mean(laps.differences("by hand", "random") < 0)
claim("the rule is ahead in all ten divisions", won == 10, divisions=won)
claim("but it loses more than one lap in five", 0.2 < 1 - share < 0.35, share_of_laps_won=share)
figures.regret(laps)

# %% [markdown]
# *In the picture:* the **regret**, how far the best so far is above the lowest expected loss; lines are medians over
# 100 laps, bands hold the middle half. Up to about six trainings the two are level. Then the triangles pull ahead.
#
# So there is skill, and it has a name: *the rule looks at what came out*. A random walker does not. All the samplers
# from notebook 06 on use this.

# %% [markdown]
# ### Does it hold elsewhere?
#
# The digits are one task. Here are two more, recorded in the same way:
#
# - *jets*: a network with two hidden layers predicts the energy of a particle jet. Learning rate, width, epochs vary.
# - *houses*: boosted trees predict what a house costs in King County, around Seattle. Trees are added one by one, each
#   to mend what those before it left wrong, until rows that were set aside say stop. The learning rate is the share of
#   each tree that is added, the **depth** how many questions in a row a tree may ask.
#
# Both losses are roots of mean squared errors. That of the houses is one of ln(price): 0.2 means that prices are wrong
# by about 20 %. Of either task there are ten divisions too, and here each has rows of its own.
#
# Where would you begin? Perhaps at the **defaults**, what a library takes if nobody says otherwise. For the networks we
# take the learning rate 0.001 and L2 0.0001 of scikit-learn, with 64 units and 20 epochs; for the trees the learning
# rate 0.1 of LightGBM and no limit on the depth. (LightGBM limits the leaves instead, to 31. Here a tree may have 255,
# so that the depth matters.)

# %%
surfaces = {
    "digits": games.Grounds(),
    "jets": problems.landscape("aleph-width"),
    "houses": problems.landscape("king_county"),
}
defaults = {
    "digits": {"learning_rate": 1e-3, "width": 64, "l2": 1e-4},
    "jets": {"learning_rate": 1e-3, "width": 64, "epochs": 20},
    "houses": {"learning_rate": 0.1, "max_depth": 22},
}
nearest = predict("On which task is the default nearest to the lowest loss?", list(surfaces))

# %%
above, drawn = {}, {}  # the default (10,) and blind draws (10, 200), in per cent above the lowest loss
rng = np.random.default_rng(0)
for name, surface in surfaces.items():
    members = [surface.draw(division) for division in range(10)]
    lowest = np.array([member.optimum for member in members])
    at_default = np.array([member.expected(defaults[name]) for member in members])
    blind = [[member.expected(surface.space.sample(rng)) for _ in range(200)] for member in members]
    above[name] = 100 * (at_default / lowest - 1)
    drawn[name] = 100 * (np.array(blind) / lowest[:, None] - 1)
better = {name: np.mean(drawn[name] < above[name][:, None]) for name in surfaces}
nearest.reveal(min(above, key=lambda name: above[name].mean()))
pictures.above_optimum(above, better)

# %% [markdown]
# *In the picture:* a dot a division, a bar their mean; mind the logarithmic scale. What tuning is worth depends on the
# task: on the digits factors, on the other two a few per cent. And a default is no more than one trial: on the jets few
# blind draws are better, on the houses about half.

# %%
digits, jets, houses = above.values()
claim("digits: the default has over twice the lowest loss", digits.min() > 100, above_by=digits.min())
claim("jets: it is within 1.5 % of the lowest", jets.max() < 1.5, above_by=jets.max())
claim("houses: it is some per cent above", houses.min() > 3 and houses.max() < 10, above_by=houses)
few, half = better["jets"] < 0.2, 0.4 < better["houses"] < 0.65
claim("few draws are better on the jets, about half on the houses", few and half, **better)
varies = pictures.one_training(surfaces["houses"]) / surfaces["houses"].optimum * 100
claim("houses: that is more than one training varies by", houses.min() > 2 * varies, varies_by=varies)

# %% [markdown]
# Race the rule on all three, from two starts: a random place, and the default.

# %%
options = ["at the default, on both", "at the default, on one of them", "it never does"]
start = predict("Jets and houses: where must the rule begin to beat random search?", options)

# %%
elsewhere, won = {}, {}
for name, surface in surfaces.items():
    from_default = partial(games.HandTuning, start=defaults[name])
    three = {"from the default": from_default, **samplers}
    elsewhere[name] = race.compare(three, surface, n_trials=12, seeds=range(100))
    won[name] = [divisions_won(elsewhere[name], rule) for rule in ("from the default", "by hand")]
n_tasks = sum(won[name][0] > 7 for name in ("jets", "houses"))
start.reveal(options[2 - n_tasks])
figures.regret(elsewhere["houses"])

# %% [markdown]
# *In the picture:* the race on the houses. Follow the rule from the default: how many trainings does it take to leave?

# %%
jets, houses = won["jets"], won["houses"]  # divisions won: from the default, and from a random place
claim("digits: the rule is ahead from either", min(won["digits"]) > 8, divisions=won["digits"])
ahead, behind = jets[0] > 8, houses[0] < 2
claim("jets: ahead from the default, and only from there", ahead and 2 < jets[1] < 8, divisions=jets)
claim("houses: behind from there, else about level", behind and 2 < houses[1] < 8, divisions=houses)

# %% [markdown]
# Why does the skill of the digits not carry over? On these tasks good places are many: blind draws soon find one, while
# the rule walks slowly away from where it began. And on the houses its steps are too coarse. From the default, a factor
# of ten leads right across the valley.

# %%
near = {name: np.mean(drawn[name] < 10) for name in surfaces}
many = min(near["jets"], near["houses"]) > 0.5
claim("within 10 %: few draws on the digits, most elsewhere", near["digits"] < 0.05 and many, **near)
best = [surfaces["houses"].draw(k).optimum_config["learning_rate"] for k in range(10)]
inside = min(best) > 0.015 and max(best) < 0.07
claim("houses: the best learning rates lie between 0.01 and 0.1", inside, rates=best)
scores = elsewhere["houses"].curves("score")["from the default"]
gained = 100 * np.mean(1 - scores[:, 4] / scores[:, 0])
claim("from the default, the first five trainings gain nothing", abs(gained) < 0.5, percent=gained)

# %% [markdown]
# Begin at the default, for it may be nearly good enough. But if one step in each direction brings nothing, begin
# somewhere else.
#
# ### Where tuning by hand loses
#
# **When all must start at once.** Twelve machines are free, and nobody can wait for results. The rule then makes a
# small star around its start.

# %%
at_once = race.compare(samplers, games.Grounds(), n_trials=12, seeds=range(100), batch=12)
won = divisions_won(at_once)
claim("with twelve trainings at once it is behind in every division", won == 0, divisions=won)

# %% [markdown]
# **Where the nearest valley tells nothing about the best one.** This happens on surfaces that no network gave: the
# *eggholder* function has many valleys, and the good ones lie anywhere. The rule goes down into one near its start.

# %%
valleys = race.compare(samplers, problems.function("eggholder"), n_trials=60, seeds=range(80))
lost = np.mean(valleys.differences("by hand", "random") > 0)
claim("on the eggholder the rule loses most laps", lost > 0.6, share=lost)

# %% [markdown]
# And a person gets tired, which no rule does. Write each training down; otherwise you will not know what you spent.
#
# ## Validate, then test
#
# You have picked the best of 12 losses. How good is that network on digits it has never met? Three sets of rows:
#
# - the **training** rows fit the weights;
# - the **validation** rows choose the hyperparameters;
# - the **test** rows are looked at once, at the very end.
#
# Why not choose by the test rows directly? Try it. From 600 pictures, 60 % train, 20 % validate and 20 % test. The
# other 1,197 pictures play the future. Do so 40 times, with another division each time, and train 20 networks with
# random learning rates and L2 in each. All 20 are scored on all three sets.

# %%
losses = np.array([games.scores_of(division) for division in range(40)])
print("(divisions, sets, networks):", losses.shape)
validation, test, future = losses.transpose(1, 0, 2)
pictures.chosen(validation[0], test[0])

# %% [markdown]
# *In the picture:* the 20 networks of one division, each with its loss on the validation rows and on the test rows.
# What is good on one set is mostly good on the other, but the lowest point need not be the leftmost.
#
# **Exercise 01.2** (level 2). Given the losses of all trials on both sets, which trial do you report, and with which
# loss? Failed trials have `nan` in both, and must be passed over.


# %% tags=["exercise"]
def winner(validation, test):
    """The index of the trial to report, and the loss to report for it.

    Both arguments are arrays of losses; nan where a trial failed. min and argmin do not skip nan.
    """
    raise NotImplementedError


# %% tags=["solution"]
def winner(validation, test):
    """The index of the trial to report, and the loss to report for it; both are arrays of losses."""
    best = np.nanargmin(validation)
    return best, test[best]


# %%
check("01.2", winner)
# Stuck? Run hint("01.2", 1), then 2, then 3.

# %% [markdown]
# Now choose in both ways, in each of the 40 divisions. On the test rows, the network that was chosen by them is ahead:
# it cannot be otherwise.

# %%
rests = ["next to nothing", "about half", "all of it"]
lead = predict("How much of that lead is left on future pictures?", rests)

# %%
division = np.arange(40)
by_validation, by_test = validation.argmin(axis=1), test.argmin(axis=1)
ahead_on_test = np.mean(test[division, by_validation] - test[division, by_test])
ahead_in_future = np.mean(future[division, by_validation] - future[division, by_test])
left = ahead_in_future / ahead_on_test
lead.reveal(rests[int(left > 0.33) + int(left > 0.67)])
lead_is = {"on_test": ahead_on_test, "in_future": ahead_in_future}
claim("less than a third is left", left < 0.33, **lead_is)

# %% [markdown]
# It had to be so: validation and test are both 120 random pictures, so choosing by one is as good as choosing by the
# other. The test rows do not choose a better network. But what do you report?

# %%
flattery = test[division, by_test] - future[division, by_test]
error = flattery.std(ddof=1) / np.sqrt(40)  # of the mean
mean = flattery.mean()
claim("the test loss flatters its own choice", mean < -2 * error, difference=mean, error=error)

# %% [markdown]
# The loss that made a network win is too low on average: part of it was luck with these 120 pictures, and that luck
# does not come again. So choosing by the test rows gains nothing, and it spoils the number that you report.
#
# ## What makes training stable
#
# Part of tuning by hand is to change the network so that it needs less tuning. Two parts are said to "make training
# stable":
#
# - **Batch normalisation** shifts and scales what each unit receives, so that over a batch (the rows of one step) its
#   mean is 0 and its standard deviation 1. Then two learnt numbers for each unit shift and scale it again.
# - **Dropout** switches each unit off with a probability, here 0.2, anew at each step, while the network trains.
#
# At how many learning rates does a network of four hidden layers train well? Plain gradient descent, six learning
# rates from 0.03 to 10, 25 epochs, the mean of two trainings.

# %%
import torch
from torch import nn

torch.set_num_threads(1)  # networks as small as these lose time when threads share them
rows = ground.rows
train_x, valid_x = map(torch.FloatTensor, (rows.train_inputs, rows.validation_inputs))
train_y, valid_y = map(torch.LongTensor, (rows.train_targets, rows.validation_targets))


def deep(norm, dropout):
    """A network with four hidden layers; ReLU: a unit is 0 where its sum is negative."""
    parts = []
    for n_in in (64, 32, 32, 32):
        parts += [nn.Linear(n_in, 32), *([nn.BatchNorm1d(32)] if norm else []), nn.ReLU()]
        parts += [nn.Dropout(dropout)]
    return nn.Sequential(*parts, nn.Linear(32, 10))


# %%
def loss_after(network, rate, n_epochs=25):
    """Validation loss after training at this learning rate, in nats."""
    optimiser = torch.optim.SGD(network.parameters(), rate)
    for _ in range(n_epochs):
        network.train()
        for some in torch.randperm(len(train_x)).split(128):
            optimiser.zero_grad()
            nn.functional.cross_entropy(network(train_x[some]), train_y[some]).backward()
            optimiser.step()
    network.eval()  # from here on dropout is off, and norm uses what it has averaged
    with torch.no_grad():
        return nn.functional.cross_entropy(network(valid_x), valid_y).item()


# %%
kinds = {"plain": (False, 0.0), "batch norm": (True, 0.0), "dropout 0.2": (False, 0.2)}
most = predict("With which do most learning rates train well?", list(kinds))

# %%
steps, over_rates = np.geomspace(0.03, 10, 6), {}
for name, options in kinds.items():
    torch.manual_seed(0)
    twice = [[loss_after(deep(*options), rate) for rate in steps] for _ in range(2)]
    over_rates[name] = np.mean(twice, axis=0)
pictures.over_rates(steps, over_rates, good=0.4)

# %% [markdown]
# *In the picture:* the lines of the plain network and of dropout are valleys: on the left, hardly anything is learnt in
# 25 epochs; on the right, training breaks down. (Where a line ends, a loss was no longer a number.) Batch normalisation
# has a broad floor.

# %%
plain, norm, dropout = (int(np.sum(over_rates[name] < 0.4)) for name in kinds)
most.reveal(max(kinds, key=lambda name: np.sum(over_rates[name] < 0.4)))
claim("batch norm makes more learning rates work", norm > plain, plain=plain, batch_norm=norm)
claim("dropout does not come near that", norm > dropout, batch_norm=norm, dropout=dropout)

# %% [markdown]
# So batch normalisation leaves less to tune. Dropout is not meant for that: it is meant against learning the training
# rows by heart (Srivastava and others). Whether that pays has to be tried each time, with fewer rows or more, and its
# probability is one more hyperparameter.
#
# ## Take-aways
#
# - Begin with baselines: an untuned network may lose to a linear model. The default is one of them. It may be nearly
#   good enough, or worse than half of all blind draws.
# - Search rates and penalties on logarithmic scales: equal steps are equal factors.
# - Tuning by hand, one thing at a time, beats blind drawing where good places are rare, lie near each other, and there
#   is time to wait for each result. Where they were many, it gained nothing from a random start. It loses with many
#   machines at once, and where the nearest valley tells nothing about the best one.
# - One search proves little: the same rule from the same start beat sometimes few walkers, sometimes all.
# - Choose by validation, report by test, and look at the test rows once. The loss that chose is too low on average.
#
# ## Quiz

# %%
quiz("01")

# %% [markdown]
# ## References
#
# - T. G. Kolda, R. M. Lewis and V. Torczon (2003), Optimization by direct search, *SIAM Review* 45, 385-482. Changing
#   one coordinate at a time has a long history.
# - S. Ioffe and C. Szegedy (2015), Batch normalization, *International Conference on Machine Learning*.
# - N. Srivastava and others (2014), Dropout, *Journal of Machine Learning Research* 15, 1929-1958.
# - G. C. Cawley and N. L. C. Talbot (2010), On over-fitting in model selection and subsequent selection bias in
#   performance evaluation, *Journal of Machine Learning Research* 11, 2079-2107.
# - The digits: E. Alpaydin and C. Kaynak (1998), Optical Recognition of Handwritten Digits, UCI repository.
#
# ## What is next
#
# You walked by hand; a machine could walk a lattice instead, and try every combination. Notebook 02, grid search, asks
# what that costs. Notebook 03 returns to the random walkers.

# %% [markdown] tags=["slide", "title"]
# # Tune by hand
#
# Twelve trainings. Is it skill, or luck?

# %% [markdown] tags=["notes"]
# **1 min.** Everybody tunes by hand. Somebody is always said to be good at it. Today: how could you tell? You need to
# know what training a network means, and what a learning rate is.

# %% tags=["slide"]
from dataclasses import replace

from IPython.display import Markdown
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss

from hpo_tutor.course.decks import on_slide
from hpo_tutor.course.pictures.intervals import Row, intervals
from hpo_tutor.scenes.looks import style
from hpo_tutor.scenes.stage import Axis, Board

ground = games.Ground(4)
walkers = race.compare(["random"], ground, n_trials=12, seeds=range(100))
walk = minimize(ground, games.HandTuning(ground.space, start=games.BASELINE), n_trials=12, progress=False)
arrived = [
    replace(board.rows[1][0], aspect=0.42, sentence=board.sentence)
    for board in games.arrivals(walkers, ground, walk, "the walk")
]

# %% [markdown] tags=["slide"]
# ## Better than 100 of 100. Would you hire this one?

# %% tags=["slide"]
claim("this walk beats all 100 random walkers", games.n_beaten(walkers, ground, walk) == 100)
on_slide(arrived[-1])

# %% [markdown] tags=["notes"]
# **3 min.** A hundred people tune a network with 12 trainings each, and draw all settings blindly. Each dot is one of
# them, at the loss of the best network; low is good, so left is good. The line is somebody who did not draw blindly.
# All hundred are behind. Would you hire this one? Talk to your neighbour for a minute.
#
# You will hear: *yes, this cannot be chance, one in a hundred!*; *it depends on how it was done*; *do it again*. The
# last one is the talk.

# %% [markdown] tags=["slide", "vote"]
# ## The same walk, other random numbers: how many of 100 now?
#
# - A: all 100 again
# - B: between 90 and 100
# - C: often fewer than 40

# %% [markdown] tags=["notes"]
# **2 min.** It is in fact a rule: it has no moods, and always does the same with the same losses. It starts at the
# same place, on the same pictures. Only the random numbers of the trainings differ: first weights, order of pictures.
# How many of the hundred does it beat? Hands up, numbers on the board. B wins nearly always.

# %% [markdown] tags=["slide"]
# ## Three knobs, twelve trainings
#
# - **Learning rate:** how large a step is.
# - **Width:** how many units the hidden layer has.
# - **L2:** how strongly large weights are punished.
#
# One **trial** is one training. Low is good.

# %% [markdown] tags=["notes"]
# **1 min.** A small network reads handwritten digits. The loss is what it pays on pictures it did not learn from: 0
# for sure and right, 2.3 nats for a guess. Twelve trainings, and what is spent is spent. (All trainings were recorded
# beforehand, 50,400 networks, so that we may walk a thousand times today.)
#
# *Before you go on, ask:* a small network, not tuned, against a linear model, not tuned either. Who wins?

# %% [markdown] tags=["slide"]
# ## First: what is there to beat?

# %% tags=["slide"]
rows = ground.rows
linear = LogisticRegression(max_iter=1000).fit(rows.train_inputs, rows.train_targets)
logistic = log_loss(rows.validation_targets, linear.predict_proba(rows.validation_inputs))
small = ground.expected(games.BASELINE)
claim("logistic regression is far ahead of the small network", logistic < small / 3, logistic=logistic, small=small)
claim("the walk ends ahead of it", ground.expected(walk.incumbent.config) < logistic)
claim("50,400 networks", ground.landscape.about["n_models"] == 50_400)
Markdown(
    "| untuned | loss (nats) |\n|---|---|\n"
    f"| guessing | {np.log(10):.2f} |\n| a small network | {small:.2f} |\n"
    f"| **logistic regression** | **{logistic:.2f}** |"
)

# %% [markdown] tags=["notes"]
# **2 min.** Before you tune, measure what is cheap. The untuned network loses clearly. Without this line its loss would
# look like progress. So the walk has a goal: beat logistic regression.

# %% [markdown] tags=["slide"]
# ## A walk in fog

# %% tags=["slide"]
lifting = games.lifting(walk, ground, to_beat=logistic)
fog = [Board((board.rows[0][1:],), board.sentence) for board in lifting]  # nobody walks at width 4
rates = [trial.config["learning_rate"] for trial in walk]
widths = [trial.config["width"] for trial in walk]
claim("the second training helps, the third does not", walk[1].loss < walk[0].loss / 3 < walk[2].loss)
claim("trainings 4 to 6 are wider and wider", widths[3:6] == [16, 32, 64], widths=widths)
claim("nobody walks at width 4", min(widths) > 4)
claim("the optimum has width 64", ground.optimum_config["width"] == 64)
on_slide(Player(fog, name="training", label="A walk in fog"), stops=[0, 2, 6, 12, len(fog) - 1], freeze=True)

# %% [markdown] tags=["notes"]
# **9 min.** Four panels, one for each width from 8 to 64. Learning rate across, L2 upwards, both logarithmic. A disc
# is a training, the darker the better.
#
# **Stop 1, fog (held).** *Ask:* you have twelve. Where do you begin, and what do you change first? Let three people
# say. *Everything at once* and *in the middle* come up; ask the first one what they would learn from it.
#
# **Stop 2, two trainings.** Before: the rule begins small and careful, and then makes the learning rate ten times as
# large; better? After: yes, by far. It changes one thing at a time, by a factor of ten.
#
# **Stop 3, six trainings.** Before: ten times more helped; what will it try next? After: one step too far in the
# third, so it went back, and on to the width: 16, 32, 64, each better.
#
# **Stop 4, all twelve.** Before: what is left to try? After: L2, and then again the learning rate to both sides. The
# ring is its best.
#
# **Stop 5, the fog lifts.** Before: point to where you think it is darkest. After: the star is the lowest of all. The
# walk ended near it. Note the cliff at the right. If time is short, skip stop 2.

# %% [markdown] tags=["slide"]
# ## A walk, and a hundred walkers

# %% tags=["slide", "show-code"]
rule = games.HandTuning(ground.space, start=games.BASELINE)
walk = minimize(ground, rule, n_trials=12, progress=False)
chance, laps = ["random"], range(100)
blind = race.compare(chance, ground, n_trials=12, seeds=laps)
games.n_beaten(blind, ground, walk)

# %% [markdown] tags=["notes"]
# **2 min.** One thing at a time, keep what helps, else turn round, else the next thing; when nothing helps, halve the
# step. That rule is called `HandTuning`. Below: the hundred who draw blindly, and the count. Here it is again, our
# hundred.

# %% [markdown] tags=["slide", "build"]
# ## How to draw blindly, and fairly
#
# $$x \;=\; \color{#D55E00}{\mathrm{low}}\,\left(\frac{\color{#D55E00}{\mathrm{high}}}{
# \color{#D55E00}{\mathrm{low}}}\right)^{\color{#0072B2}{u}}$$
#
# - Blue: a random number from 0 to 1, each as likely.
# - Orange: the ends of the range.
# - Equal steps of $u$ are equal **factors** of $x$.

# %% [markdown] tags=["notes"]
# **3 min.** The walkers deserve a fair chance. Before the first of four presses, ask: if they drew the learning rate
# evenly between 0.0001 and 0.1, where would most draws fall? Nine of ten above 0.01: that is a stupid opponent. *First
# press:* so the exponent is drawn evenly. *Second:* blue. *Third:* orange. *Fourth:* the steps. Say $u$ is one half:
# ask for $x$. *0.05* is the usual answer; it is the geometric middle, 0.003. Then every power of ten gets a third.

# %% [markdown] tags=["slide"]
# ## One gesture, two scales

# %% tags=["slide"]
domain = Float(1e-4, 1e-1, log=True)
claim("nine tenths of the plain scale lie above 0.01", abs((0.1 - 0.01) / (0.1 - 0.0001) - 0.9) < 0.01)
claim("one half is 0.003", abs(domain.from_unit([0.5][0]) - 0.00316) < 1e-4)
tenth = pictures.two_sliders(domain)[4]
on_slide(replace(tenth, y=replace(tenth.y, label=""), title="learning rate"))

# %% [markdown] tags=["notes"]
# **1 min.** Push a slider a tenth of its way. The dashed one, on a plain scale, has leapt over two of the three
# powers of ten already. The solid one multiplies by the same factor with each step. Skip it where the last slide was
# clear.

# %% [markdown] tags=["slide"]
# ## A hundred arrive, blindly

# %% tags=["slide"]
on_slide(Player(arrived[4::5], name="walkers, five at a time", label="100 random walkers", speed=4), stops=[0, 9, 19])

# %% [markdown] tags=["notes"]
# **2 min.** **Stop 1.** Five have arrived. **Stop 2.** Fifty. **Stop 3.** All hundred. (Or press P and let it play.)
# Each dot is one walker's best network. We judge by the mean of several trainings, so that no one wins by a lucky last
# throw. The line is our rule. Ask: where is the crowd, and how far is it from the line? Look at the numbers on the
# axis, too.
#
# *Before you go on, ask:* the same rule once more, with other luck: where will its line stand?

# %% [markdown] tags=["slide"]
# ## The same rule, the same start, 100 times

# %% tags=["slide"]
from_baseline = {"by hand": partial(games.HandTuning, start=games.BASELINE), "random": "random"}
repeats = race.compare(from_baseline, ground, n_trials=12, seeds=range(100))
ends = {name: curves[:, -1] for name, curves in repeats.curves("score").items()}
counts = np.array([np.sum(ends["random"] > end) for end in ends["by hand"]])
often = int(np.sum(counts < 40))
claim("over a third of the walks beat fewer than 40, others all", often > 35 and counts.max() == 100, below_40=often)
on_slide(pictures.beaten(counts).update_layout(title=None).update_xaxes(range=[-1, 106]))

# %% [markdown] tags=["notes"]
# **3 min.** Here is the same rule a hundred times. A bar says how many of its walks beat so many walkers. Some beat
# all; many beat a third, or fewer. Same skill in every bar. Let it be quiet for a moment.
#
# Our first walk was one of those at the right end. We would have hired it. Somebody says: *but then the test is bad!*
# Yes. The test was one walk.

# %% [markdown] tags=["slide"]
# ## One lucky loss sends it another way

# %% tags=["slide"]
walks = [repeats.histories["by hand", seed] for seed in range(100)]
n_paths = [len({str([trial.config for trial in one[:n]]) for one in walks}) for n in (5, 12)]
claim("all begin with the same five configurations", n_paths[0] == 1)
low, high = ends["by hand"].min(), ends["by hand"].max()
claim("their losses lie less than a factor of 2 apart", high < 2 * low, lowest=low, highest=high)
Markdown(
    f"The first five configurations: **{n_paths[0]}** path. After twelve: **{n_paths[1]}** paths.\n\n"
    f"Final losses: **{low:.2f} to {high:.2f}** nats."
)

# %% [markdown] tags=["notes"]
# **2 min.** All walks agree for five trainings. Then a loss that should be a little higher comes out a little lower,
# the rule believes it, and turns. From there on it is another walk.
#
# And look at the losses: they lie close together. Counting beaten people makes much of little. Ranks always do.

# %% [markdown] tags=["slide"]
# ## A fair race: many walks, any start

# %% tags=["slide"]
samplers = {"by hand": games.HandTuning, "random": "random"}
laps = race.compare(samplers, games.Grounds(), n_trials=12, seeds=range(100))


def won(result, rule="by hand"):
    """How many percentage points of its laps more than half a rule wins against chance; one number a division."""
    ahead = (1 - np.sign(result.differences(rule, "random"))) / 2
    return 100 * (ahead.reshape(-1, 10).mean(axis=0) - 0.5)


divisions = laps.differences("by hand", "random").reshape(-1, 10).mean(axis=0)
claim("the rule is ahead in all ten divisions", (divisions < 0).all(), divisions=divisions)
claim("but loses more than one lap in five", 0.2 < 0.5 - won(laps).mean() / 100 < 0.35, won=won(laps).mean())
on_slide(figures.regret(laps).update_layout(title=None))

# %% [markdown] tags=["notes"]
# **3 min.** So we need many walks. A hundred, ten in each of ten divisions of the pictures, each from a *random*
# start, so that the rule owes nothing to a good beginning. Lines are medians, bands the middle half; down is good.
# For about six trainings the two are level. Then the triangles, by hand, pull ahead: in all ten divisions.
#
# So there is skill, and it has a name: *it looks at what came out.* Even so it loses more than one lap in five.
#
# *Before you go on, ask:* on another task, will the rule be ahead as it is on the digits?

# %% [markdown] tags=["slide"]
# ## Does the skill travel?

# %% tags=["slide"]
surfaces = {"jets": problems.landscape("aleph-width"), "houses": problems.landscape("king_county")}
defaults = {
    "jets": {"learning_rate": 1e-3, "width": 64, "epochs": 20},
    "houses": {"learning_rate": 0.1, "max_depth": 22},
}
shares, elsewhere = {"digits, random start": won(laps)}, {}
for name, surface in surfaces.items():
    three = {"from the default": partial(games.HandTuning, start=defaults[name]), **samplers}
    elsewhere[name] = race.compare(three, surface, n_trials=12, seeds=range(100))
    shares[f"{name}, random start"] = won(elsewhere[name])
    shares[f"{name}, from the default"] = won(elsewhere[name], "from the default")


def row(said, percent):
    """One comparison: its mean over the ten divisions, with the standard error."""
    return Row(said, float(percent.mean()), float(percent.std(ddof=1)) / 10**0.5, style("by hand"))


table = {said: row(said, percent) for said, percent in shares.items()}
verdicts = {said: one.verdict() for said, one in table.items()}
claim("digits: the rule wins more laps", verdicts["digits, random start"] == 1)
claim("jets: from the default", verdicts["jets, from the default"] == 1)
claim("houses: it loses from the default", verdicts["houses, from the default"] == -1)
claim("from a random start, neither elsewhere", max(abs(table[f"{k}, random start"].mean) for k in surfaces) < 10)
axis = Axis("laps won by the rule, beyond half of them (percentage points)", -50, 50)
on_slide(intervals(list(table.values()), axis, ("chance", "the rule"), aspect=0.5))

# %% [markdown] tags=["notes"]
# **3 min.** Two more tasks: a network that measures jets of particles, and boosted trees that price houses. Zero
# means half of the laps; bars are two standard errors over ten divisions. The *default* is what the library takes if
# nobody says otherwise.
#
# Is it as on the digits? On the jets it is ahead from the default, and only from there. On the houses it is *behind*
# from the default. Why? Good places are many there: blind draws soon find one, while the rule walks slowly. And a
# factor of ten leaps right across the valley.

# %% [markdown] tags=["slide"]
# ## Where it fails: twelve at once

# %% tags=["slide"]
at_once = race.compare(samplers, games.Grounds(), n_trials=12, seeds=range(100), batch=12)
behind = at_once.differences("by hand", "random").reshape(-1, 10).mean(axis=0)
claim("with twelve at once the rule is behind in all divisions", (behind > 0).all(), divisions=behind)
at_start = at_once.histories["by hand", 4]
claim("this star uses the three largest widths", {trial.config["width"] for trial in at_start} == {16, 32, 64})
star = games.lifting(at_start, ground)[-1]
on_slide(Board((star.rows[0][2:],), f"Twelve trainings that could not wait for each other. {star.sentence}"))

# %% [markdown] tags=["notes"]
# **2 min.** You have twelve machines, and all must start at once. The rule cannot look at what came out, for nothing
# has come out yet. It makes a little star around its start and stays there, while twelve blind draws cover the map.
# It is behind in every division. *Skill was looking.* No looking, no skill.

# %% [markdown] tags=["slide", "vote"]
# ## The same walk, other random numbers: how many of 100 now?
#
# - A: all 100 again
# - B: between 90 and 100
# - C: often fewer than 40

# %% [markdown] tags=["notes"]
# **1 min.** Vote again. Then ask for a second show of hands: who would still hire the walker of the first picture, on
# that picture alone?

# %% [markdown] tags=["slide"]
# ## One walk cannot tell. Many can.

# %% tags=["slide"]
Markdown(
    f"**{often} of 100** walks of the same rule beat fewer than 40 walkers; others beat all.\n\n"
    f"Over many walks, on the digits: **{50 + won(laps).mean():.0f} %** of laps won."
)

# %% [markdown] tags=["notes"]
# **2 min.** C. So: skill or luck? Both, and one walk does not say which. There is skill on the digits, for the rule
# looks at its losses; it shows over a hundred laps. It does not travel everywhere. When somebody tells you of a
# method that won once, ask how it does on the second throw.
#
# *Too early:* ask which method in their own field is trusted because of one walk, and what a second throw would cost.

# %% [markdown] tags=["slide", "build"]
# ## When you tune by hand
#
# - A baseline first. The default is one.
# - One thing at a time, by factors.
# - No step helps? Begin somewhere else.
# - Write each training down.

# %% [markdown] tags=["notes"]
# **1 min.** Four presses, one for each line. The default may be nearly good enough, or worse than half of all blind
# draws: you know only when you have tried something else. And write down what you spent, failures too; a person gets
# tired, and forgets.

# %% [markdown] tags=["slide"]
# ## Where to practise
#
# Notebook 01, an hour.
#
# - Walk yourself: twelve live trainings, in fog.
# - 01.1 a draw on a logarithmic scale, 01.2 which trial to report.
# - Put division 0 or 7 in place of 4.

# %% [markdown] tags=["notes"]
# **1 min.** `hpo-tutor start 01`. Walk before you read on; then see how many walkers you beat, and do not be too
# proud. The second half, which we left out, asks what number you may report in the end: choose by validation, report
# by test.
