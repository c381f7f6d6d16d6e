# %% [markdown]
# # Spaces with switches
#
# **Question.** What if a hyperparameter exists only when another one says so?
#
# **Afterwards you can**
#
# - write a search space with conditions, constraints and fixed values, and say which configs it refuses
# - show how a flat list of hyperparameters credits some that do nothing, and how unsure such a credit is
# - choose between a list, a tree and tiles, and say what nine tiles cost before the first of them has learnt anything
#
# **Before.** Notebooks 06 (Bayesian optimisation) and 08 (tree-structured Parzen estimators). Error bars are explained
# in 12.
#
# **Time.** 60 minutes, of which the exercises take 15.

# %% tags=["setup"]
import json
from functools import partial

import numpy as np
import pandas as pd

from hpo_tutor import check, claim, doctor, hint, importances, predict, problems, quiz, race, samplers
from hpo_tutor.course.pictures import nb14 as pictures
from hpo_tutor.figures import switches_won
from hpo_tutor.race.experiments import switch_standings, switches
from hpo_tutor.search_space import SearchSpace

doctor()

# %% [markdown]
# ## Eight numbers for a picture
#
# A detector at a particle collider is cut into cells, and each cell sees small pictures, far more of them than its
# cable can carry away. So a tiny network sits on the detector's chip, the **encoder**. It squeezes a picture into a
# few numbers, the **code**. Outside, where there is room, a second network rebuilds the picture from the code, the
# **decoder**. Both are trained together, as one **auto-encoder**: what comes out should be what went in.
#
# The picture that comes back is never quite the one that went in. The root mean squared error of its pixels is our
# loss. Here the pictures are the handwritten digits of earlier notebooks, 8 x 8 pixels with grey levels from 0 to 16.
# The code has 8 numbers.
#
# How should the encoder be built? From one to three convolutions, then from one to three dense layers. Each convolution
# has a number of **filters**, a **kernel** (the side of its window), a **stride** (how far the window moves) and a
# **pool** (how much the picture is shrunk afterwards). Each dense layer has a number of **units**. With the learning
# rate, and the two numbers of layers, that makes 18.

# %%
objective = problems.landscape("digits-autoencoder")
encoders = objective.space
tried = len(problems.landscapes.recorded("digits-autoencoder").configs)
claim("18 hyperparameters are tuned", encoders.n_dims == 18)
claim("over 3,000 auto-encoders were trained for this notebook", tried > 3000, trained=tried)

# %% [markdown]
# (They were trained once and kept, so that this notebook is quick. `objective` trains nothing. It returns losses of a
# surface, a forest of trees fitted to these trainings; so a regret below is one on that surface. `data/README.md` says
# how good the fit is. A real training takes about a second. Two seeds, one config: the difference is luck.)

# %%
live = problems.live("digits-autoencoder", ["filters_1", "kernel_1", "learning_rate"], n_batches=1)
config = {"filters_1": 8, "kernel_1": 3, "learning_rate": 0.01}
for seed in (0, 1):
    print(f"seed {seed}: {live.evaluate([config], seeds=[seed])[0]:.2f} grey levels")

# %% [markdown]
# ## Dead sliders
#
# Now build one. An encoder with a single convolution has no second one. So what are `filters_2`, `kernel_2`,
# `stride_2` and `pool_2` then? They are **dead**: whatever their values, the network is the same. `n_conv` and
# `n_dense` are **switches**: they bring other hyperparameters to life.

# %%
question = "One convolution, one dense layer: how many of the 18 hyperparameters are dead?"
dead_then = predict(question, ["2", "6", "10", "14"])

# %%
record = switches.load()
told = switch_standings.credited(record).query("sampler == 'flat-random' and n_trials == 90")
wide = told.pivot_table("importance", "seed", "hyperparameter")[list(encoders.names)]
pictures.switchboards(importances.Importance(encoders.names, wide.to_numpy()))

# %% [markdown]
# *How to use it:* click layers on and off.
#
# *In the picture:* above, the encoder. Below, a slider for each hyperparameter; a dead one is grey and dashed. On the
# right, how important a **flat** search would call it, that is, one that takes all 18 as if they always existed: the
# mean over many searches, with the spread between them. (How importance is measured comes below.)
#
# Two questions to answer with it:
#
# 1. Which of the nine settings has no dead slider?
# 2. Do the bars on the right move when you switch a layer off?
#
# *Surprise me:* one convolution, one dense layer. How much importance, taken together, goes to sliders that are not
# connected to anything?

# %%
smallest = encoders.fix(n_conv=1, n_dense=1)
n_dead = encoders.n_dims - 2 - smallest.n_dims
dead_then.reveal(str(n_dead))
claim("ten are dead: four for each convolution, one for each dense layer", n_dead == 2 * 4 + 2)
alive = [encoders.fix(n_conv=i, n_dense=j).n_dims + 2 for i in (1, 2, 3) for j in (1, 2, 3)]
claim("only three and three uses all 18", alive.count(18) == 1 and alive[-1] == 18, alive=alive)

# %% [markdown]
# ## Say it in the space
#
# A space of this course may say when a hyperparameter exists: `when="n_conv >= 2"`. Then a config of one convolution
# has no `filters_2` at all, and nobody can mistake an unused value for evidence. Two more things belong to a space:
#
# - **Fixed values.** A plain value is not tuned, and stands in every config: `epochs=15`.
# - **Constraints.** Some configs make no network. A window of one pixel that moves by two jumps over pixels:
#   `stride_1 <= kernel_1`. And 8 x 8 pixels can be halved three times, not four: the product of all strides and pools
#   must not exceed 8. A constraint that speaks of a layer that is not there does not apply, the whole of it.
#   So say each rule by itself: `SearchSpace(a=Integer(1, 9), b=Integer(1, 9), constraints=["b <= a"])`.

# %%
print(*(rule.text for rule in encoders.constraints), sep="\n")

# %%
question = "All 18 values drawn at random: what share breaks a rule that applies to it?"
refused = predict(question, ["5 %", "20 %", "35 %"])

# %%
free = SearchSpace({**encoders.domains, **encoders.fixed})  # the same without constraints
rng = np.random.default_rng(0)
drawn = [free.sample(rng) for _ in range(4000)]
broken = 1 - np.mean([encoders.satisfies(config) for config in drawn])
refused.reveal(min(refused.options, key=lambda option: abs(float(option.split()[0]) - 100 * broken)))
claim("about a third does", 0.3 < broken < 0.4, share=broken)

# %% [markdown]
# `space.sample` draws again until a config keeps the rules, and so does every sampler of this course. Where a rule is
# broken by nearly everything, narrower domains are better than a constraint.
#
# Fixing a switch makes a smaller space. What can then never live is gone:

# %%
print(*smallest.names, sep=", ")

# %% [markdown]
# Now say one yourself. A network has one, two or three blocks (`n_blocks`). Block $i$ has a width, `width_1` to
# `width_3`: whole numbers from 8 to `widest`, on a log scale. A network of three blocks, and only that, has `dropout`
# from 0 to 0.5. The `optimizer` is "sgd" or "adam"; sgd, and only that, has `momentum` from 0.5 to 0.99. And no block
# is wider than the one before it.
#
# **Exercise 14.1** (level 2). Return that space. (The check asks it who lives under which switches, where its values
# lie and which widths it lets pass; it does not read your code.)


# %% tags=["exercise"]
def space(widest):
    """The SearchSpace of the network, widths from 8 to widest; import what you need from hpo_tutor."""
    raise NotImplementedError


# %% tags=["solution"]
def space(widest):
    """The SearchSpace of the network, widths from 8 to widest; import what you need from hpo_tutor."""
    from hpo_tutor import Choice, Float, Integer, SearchSpace

    return SearchSpace(
        n_blocks=Integer(1, 3),
        width_1=Integer(8, widest, log=True),
        width_2=Integer(8, widest, log=True, when="n_blocks >= 2"),
        width_3=Integer(8, widest, log=True, when="n_blocks >= 3"),
        dropout=Float(0, 0.5, when="n_blocks == 3"),
        optimizer=Choice(["sgd", "adam"]),
        momentum=Float(0.5, 0.99, when="optimizer == 'sgd'"),
        constraints=["width_2 <= width_1", "width_3 <= width_2"],
    )


# %%
check("14.1", space)
# Stuck? Run hint("14.1", 1), then 2, then 3.

# %% [markdown]
# ## What a flat list does
#
# Many tools of tuning know no conditions. Then one makes a **flat** list: all 18 hyperparameters, always there. The
# network takes what it needs, and ignores the rest. Nothing crashes. So what is wrong?

# %% [markdown]
# A **flat** search gives every hyperparameter a value in every trial, dead or alive. What do its trials know? Two
# numbers say it. Trials that agree in all that lives are one network, trained again. (A learning rate that varies
# freely lives always, so then hardly two agree; the check has spaces where they do.) And of a hyperparameter only those
# trials tell something in which it lives.
#
# **Exercise 14.2** (level 2). Return both. `space` has its conditions; `space.active(config)` is the set of the names
# that live in a config; it does not look at dead values.


# %% tags=["exercise"]
def evidence(space, configs, name):
    """How many different networks the flat configs are, and in how many of the configs name lives."""
    raise NotImplementedError


# %% tags=["solution"]
def evidence(space, configs, name):
    """How many different networks the flat configs are, and in how many of the configs name lives."""
    networks = set()
    n_telling = 0
    for config in configs:
        living = space.active(config)
        networks.add(tuple((one, config[one]) for one in space.names if one in living))
        n_telling += name in living
    return len(networks), n_telling


# %%
check("14.2", evidence)
# Stuck? Run hint("14.2", 1), then 2, then 3.

# %%
flat = problems.Flat(objective)
draws = [flat.space.sample(rng) for _ in range(90)]
living = [len(encoders.active(config)) for config in draws]
telling = sum("units_3" in encoders.active(config) for config in draws)
claim("of 18 values of a flat config, 5 are dead on average", 4 < 18 - np.mean(living) < 6)
claim("of 90 trials, about 30 tell something of units_3", 20 < telling < 40, telling=telling)

# %% [markdown]
# The other sixty trials gave `units_3` a value too. A surrogate cannot know that these values were never read. It sees
# 90 places in 18 dimensions, and compares losses of trials that differ in dead values as if the difference meant
# something.
#
# How would one notice? By asking **what mattered**. A usual tool is functional analysis of variance, **fANOVA**. It
# fits a forest of decision trees to the trials. Over the whole space, the forest's predictions vary; fANOVA says which
# **share of that variance** each hyperparameter explains on its own. That is what the bars of the switchboard showed.
# What only two or more explain together is left out, so the bars do not add up to 100 per cent; below we divide by
# their sum.
#
# To see what such a bar is worth, take a case where we know the truth. Fix one convolution and one dense layer, and
# keep the flat list. Ten of its sixteen hyperparameters are dead in *every* trial. Their true importance is 0.

# %%
question = "60 trials: what share of the importance do the ten dead ones get, together?"
SHARES = {"none": 0, "a tenth": 0.1, "a third": 1 / 3}
credited = predict(question, list(SHARES))

# %%
one_tile = flat.space.fix(n_conv=1, n_dense=1)
rng = np.random.default_rng(1)
configs = [one_tile.sample(rng) for _ in range(60)]
losses = flat.evaluate(configs, seeds=range(60))
found = importances.of(one_tile, configs, losses, seeds=range(3))
dead = [name not in smallest.names for name in found.names]
shares = found.mean / found.mean.sum()
shown = pd.DataFrame({"share": shares, "dead": dead}, index=found.names)
shown.sort_values("share", ascending=False).round(3)

# %% [markdown]
# *In the table:* one search of 60 random trials. Would you have struck out the right ten? Some dead ones stand above
# some that live. A forest always finds something to split on, and the fewer trials, the more of it is chance.
#
# One search proves nothing, so there are 20 in the record, each with other trials:

# %%
false = switch_standings.false_credit(record).set_index(["sampler", "n_trials"])
false.loc[["one-tile", "flat-random", "flat-gp"]].round(2)

# %% [markdown]
# *In the table:* `one-tile` is the case above. `flat-random` are random trials of the whole flat list; `flat-gp` is a
# Gaussian process that searched it. `n_dead`: how many hyperparameters are dead in the incumbent. `mean`: which share
# of all importance goes to these, with a 95 % interval over the seeds. `above`: in which share of the searches a dead
# one stands above a living one.

# %%
alone = false.loc["one-tile", "mean"]
credited.reveal(min(credited.options, key=lambda option: abs(SHARES[option] - alone[60])))
claim("20 searches of each", (false["n_seeds"] == 20).all())
falls = alone[30] > 1.3 * alone[60] > 3 * alone[120]
claim("the credit of ten dead hyperparameters falls with the trials", falls, shares=list(alone))
above = false.loc["one-tile", "above"]
claim("30 trials: nearly always a dead one stands above a living one", above[30] > 0.8)
claim("120 trials: never", above[120] == 0)
guided, drawn = false.loc["flat-gp", "mean"], false.loc["flat-random", "mean"]
more = (guided - drawn).loc[[45, 90]]
claim("a search with a model credits more to the dead than random trials do", more.min() > 0.03)
known = problems.landscapes.recorded("digits-autoencoder")
kernels = pd.Series([config.get("kernel_2") for config in known.configs], name="kernel_2")
by_kernel = pd.Series(known.losses[0, 0]).groupby(kernels).mean()  # where there is none, it is left out
claim("where it lives, kernel_2 matters", by_kernel[1] > by_kernel[5] + 0.2, rmse=list(by_kernel))

# %% [markdown]
# So there are two different mistakes in a bar. In `one-tile` the credit is pure chance, and it shrinks as trials come
# in. In the whole flat list a part of it may be earned, but elsewhere: `kernel_2` *does* matter, in the trials with two
# convolutions or more. Its bar stands there also for a network that has no second convolution. And a search that
# gathers its trials where it likes them best, as `flat-gp` does, leaves less to compare with, and its story is the
# worse for it.
#
# What helps, if you must look at importances? Repeat the analysis over several searches, and show the spread. Add a
# hyperparameter that you know to be idle: whatever it is credited with is the noise of the method. Or look at one tile
# at a time, with its own hyperparameters only.
#
# ## A tree
#
# The space with its conditions is a tree: a switch decides which branches a config has.

# %%
draws = [encoders.sample(rng) for _ in range(20)]
pictures.branching(encoders, draws)

# %% [markdown]
# *How to use it:* play draws one config after the other.
#
# *In the picture:* the branches that a config has are solid, those it lacks are dotted. The bars on the right count in
# how many configs so far a branch was there.
#
# Two questions to answer with it:
#
# 1. Which branch is there in every config?
# 2. After 20 draws, how many configs can tell anything about `units_3`?
#
# *Surprise me:* the third convolution has four hyperparameters, and fewer configs to learn them from than the first.
# Where in the tree is knowledge cheap, and where dear?
#
# TPE (notebook 08) is at home in a tree: it learns a density for each hyperparameter from those trials only in which it
# lives. In hyperopt's words a choice holds its branches. You might write three layer counts so (the course's
# `space.to_hyperopt()` does it for you):

# %%
from hyperopt import hp
from hyperopt.pyll.stochastic import sample

filters = {i: hp.choice(f"filters_{i}", [2, 4, 8]) for i in (1, 2, 3)}
options = [{"n_conv": n, **{f"filters_{i}": filters[i] for i in range(1, n + 1)}} for n in (1, 2, 3)]
sample({"encoder": hp.choice("n_conv", options)}, rng=np.random.default_rng(4))

# %% [markdown]
# ## Tiles
#
# A report on such an encoder had a tool without conditions, and helped itself: make a small grid of the two switches,
# three by three, and give each of the nine **tiles** a Bayesian optimisation of its own, with that tile's
# hyperparameters only. In no tile is anything dead.
#
# `samplers.Tiles` does this around any sampler. How shall the budget be shared?
#
# - *even*: every tile gets as many trials as any other
# - *halving*: all tiles get a few trials; the worse half is closed, the others share the next part; and so on
# - *bandit*: the next trial goes to the tile whose best loss so far, less a bonus for having been tried little, is
#   lowest

# %%
question = "72 trials, nine tiles, halving: how many get into the favourite tile?"
options = ["about 8", "about 15", "over 25"]
most_then = predict(question, options)

# %%
rules = ("even", "halving", "bandit")
by = ["n_conv", "n_dense"]
tiles = {rule: samplers.Tiles(encoders, by, allocation=rule, seed=1) for rule in rules}
filled = {rule: pictures.fill(objective, sampler, 72, seed=1) for rule, sampler in tiles.items()}
pictures.tiles_filling(filled, encoders, label="rmse (grey levels)")

# %% [markdown]
# *How to use it:* play spends the budget; choose a rule, and play again.
#
# *In the picture:* a box is a tile; a dot is a trial, its height the loss, on one scale for all. The line is the
# tile's best so far. A closed tile is grey.
#
# Two questions to answer with it:
#
# 1. Halving: which tiles are closed after the first round, and on how many trials does each verdict rest?
# 2. Bandit: does it give up a tile for good?
#
# *Surprise me:* even, to the end. Which share of the budget was spent in tiles that never came near the best?

# %%
views = {rule: sampler.view().tiles for rule, sampler in tiles.items()}
index = pd.MultiIndex.from_tuples([tile.values for tile in views["even"]], names=by)
counts = {rule: [tile.n_trials for tile in view] for rule, view in views.items()}
counts = pd.DataFrame(counts, index=index)
most = counts.max()
most_then.reveal(options[int(most["halving"] >= 12) + int(most["halving"] > 25)])
claim("even: eight each", (counts["even"] == 8).all())
third = most["halving"] > 72 / 3
claim("halving spends over a third of all trials in one tile", third, most=most["halving"])
best = tuple(objective.optimum_config[name] for name in by)
early = counts["halving"][best] < 10 and counts["halving"].idxmax() != best
claim("the tile of the best encoder is another: it was closed early", early, tile=str(best))
counts.T

# %% [markdown]
# Halving closes tiles on thin evidence. How thin, you decide by the rounds:
#
# **Exercise 14.3** (level 2). One round of successive halving over tiles. Each row of `losses` holds what a tile has
# found so far (nan where a trial failed). The better half of the tiles goes on, rounded up, by their best loss; they
# share the next round's `n_trials` evenly, in whole trials, and what does not go round is left over. Return the trials
# of each tile, 0 for those that are closed.


# %% tags=["exercise"]
def budgets(losses, n_trials):
    """Trials of each tile in the next round, shape (t,); losses (t, n) are those of t tiles so far."""
    raise NotImplementedError


# %% tags=["solution"]
def budgets(losses, n_trials):
    """Trials of each tile in the next round, shape (t,); losses (t, n) are those of t tiles so far."""
    best_first = np.argsort(np.nanmin(losses, axis=1))
    n_open = (len(losses) + 1) // 2
    shares = np.zeros(len(losses), dtype=int)
    shares[best_first[:n_open]] = n_trials // n_open
    return shares


# %%
check("14.3", budgets)
# Stuck? Run hint("14.3", 1), then 2, then 3.

# %% [markdown]
# (`samplers.Tiles` rounds the other way, so that nine tiles become 4, 2 and 1.)
#
# ## Who wins?
#
# The recorded auto-encoders, 20 seeds, and the same luck for all. The budgets are 45 trials and 90, that is, 5 or 10
# for each tile. Eight searches:
#
# - *random*: configs drawn from the tree
# - *tpe*: hyperopt's TPE, on the tree
# - *flat-tpe* and *flat-gp*: TPE and a Gaussian process on the flat list
# - *gp*: a Gaussian process on the space with its conditions. It sees a value that is not there as one in the middle.
# - *tiles-gp*, *tiles-gp-halving*, *tiles-gp-bandit*: a Gaussian process in each tile

# %%
question = "45 trials: is the report's remedy, nine tiles with equal shares, better than the flat list?"
remedy = predict(question, ["clearly better", "no clear difference", "clearly worse"])

# %%
contest = ["random", "tpe", "flat-tpe", "flat-gp", "gp"]
contest += ["tiles-gp", "tiles-gp-halving", "tiles-gp-bandit"]
switches_won(record, "regret", samplers=contest)

# %% [markdown]
# *In the picture:* a row for each search, the mean regret of its incumbent with a 95 % interval. **Regret** is the
# incumbent's expected loss minus the smallest that there is. Low is good.

# %%
table = switch_standings.differences(record, "regret", peer="random").set_index(["n_trials", "a"])
table.loc[pd.IndexSlice[:, contest[1:]], ["mean", "low", "high", "p_holm"]].round(3)

# %% [markdown]
# *In the table:* each search's regret minus that of random search with the same seed; negative is better. `p_holm`: if
# the two were equal, how often would chance give a difference at least so large? It is made stricter because all ten
# searches of the record are compared with random, of which seven are shown (notebook 12).

# %%
flat_list = switch_standings.differences(record, "regret", peer="flat-gp")
flat_list = flat_list.set_index(["n_trials", "a"])
nine = flat_list.xs("tiles-gp", level="a")
worse, better = (nine["low"] > 0).all(), (nine["high"] < 0).all()
remedy.reveal(remedy.options[2] if worse else remedy.options[0] if better else remedy.options[1])
claim("nine equal tiles end above the flat list", nine["low"].min() > 0.05, means=list(nine["mean"]))
chance = table.loc[(45, "tiles-gp"), "p_holm"]
claim("with 45 trials they cannot be told from random search", chance > 0.2, p=chance)
known = flat_list.xs("gp", level="a")
ends = known[["low", "high"]].to_numpy().tolist()
claim("flat or not: a Gaussian process shows no difference", known["p"].min() > 0.05, intervals=ends)

# %% [markdown]
# Read that twice. Among dead sliders the search did *not* fail: with 20 seeds, the flat Gaussian process cannot be told
# from the one that knows the conditions, and both are ahead of random search. The remedy, nine tiles with equal shares,
# cannot be told from random search with 45 trials, and is behind the flat list with both budgets.
#
# Do the two Gaussian processes end in the same place?

# %%
ended = record[(record["n_trials"] == 90) & record["sampler"].isin(["gp", "flat-gp"])]
n_conv = ended["config"].map(lambda text: json.loads(text)["n_conv"]).rename("n_conv")
places = pd.crosstab(ended["sampler"], n_conv)
flat_stays = places.loc["flat-gp", 1] >= 17 and places.loc["gp", 1] <= 12
claim("the flat search ends with one convolution, the other one often with two", flat_stays)
claim("the best encoder of all has two", objective.optimum_config["n_conv"] == 2)
places

# %%
tree = record[record["sampler"].isin(["tpe", "flat-tpe"])]
trees = switch_standings.differences(tree, "regret", peer="tpe")
claim("TPE on the flat list cannot be told from TPE on the tree", trees["p"].min() > 0.2)
shared = record[record["sampler"].isin(["tiles-gp", "tiles-gp-halving", "tiles-gp-bandit"])]
gains = switch_standings.differences(shared, "regret", peer="tiles-gp").query("n_trials == 45")
claim("45 trials: unequal shares mend the tiles", (gains["high"] < -0.05).all())
trained = problems.landscapes.recorded("digits-autoencoder").losses[0]  # a row for each seed
luck = np.median(np.nanstd(trained[:, np.isfinite(trained).all(axis=0)], axis=0, ddof=1))
small = luck < 0.2 * trained[0].std()
claim("a training's luck is small beside what encoders differ by", small, luck=luck)

# %% [markdown]
# Why did it not fail? A Gaussian process has a length scale for each hyperparameter (notebook 05), and the likelihood
# makes that of a dead one long: *moving it changes nothing*. While a search stays among encoders of one or two layers,
# that goes for half of the list. What the flat search pays is a wrong story about what mattered, and
# that it stays with the smallest encoders. Tiles have no dead sliders; but eight of nine trials go
# where the best encoder is not, and no tile learns from another. Halving and the bandit mend the first of these two.
#
# Would it always be so? No. Here the luck of a training moves the loss little, the switches are only two, and good
# encoders have one or two convolutions and one dense layer. Where every branch has hyperparameters of its own and its
# own best values, the flat list has nothing to gain from sharing. So measure, as here, before you believe a remedy.
#
# All this was run once and kept (`hpo-tutor race switches` makes it anew). Is the record true? Search two of it again:

# %%
planned = switches.plan(["random", "tiles-random"], [45], n_seeds=2)
again = pd.DataFrame([row for search in planned for row in switches.outcome(search)])
both = again.merge(record, on=list(switches.FIELDS), suffixes=("", "_kept"))
apart = (both["loss"] - both["loss_kept"]).abs().max()
claim("four searches, run again, end where they ended", len(both) == 4 and apart < 1e-6, apart=apart)

# %% [markdown]
# And does the sharing rule matter by itself? Put random search into the tiles, so that no model helps, and race with
# fresh seeds.

# %%
question = "Random search in nine tiles, 90 trials: which sharing rule ends lowest?"
sharing = predict(question, ["even", "halving", "bandit", "no tiles at all"])

# %%
inner = partial(samplers.Design, name="random")
entries = {rule: partial(samplers.Tiles, inner=inner, allocation=rule) for rule in rules}
fresh = race.compare({"no tiles": "random", **entries}, objective, n_trials=90, seeds=range(20))
fresh.median_regret.round(3)

# %%
ends = fresh.median_regret
best = ends.idxmin()
sharing.reveal(best if best in rules else "no tiles at all")
claim("bandit ends lowest, then halving", list(ends.sort_values().index[:2]) == ["bandit", "halving"])

# %% [markdown]
# ## What nine tiles cost
#
# Each tile's Bayesian optimisation begins with a few trials that no model guides, its **start-up**. One search pays
# for one start-up, nine searches pay for nine.

# %%
pictures.startup_costs()

# %% [markdown]
# *How to use it:* the slider is the whole budget. *At most a quarter*: the start-up that `BayesianOptimization` takes
# when it knows its budget. *All that is wanted*: twice the number of hyperparameters, and two.
#
# *In the picture:* a bar for each way to cut the space into tiles. The hatched part is start-up; the rest is guided by
# a model.
#
# Two questions to answer with it:
#
# 1. All that is wanted, 180 trials: how many trials are left for the models of the nine tiles?
# 2. At most a quarter, 90 trials, nine tiles: on how many trials does the first model of a tile rest? Is that a saving?
#
# *Surprise me:* 27 tiles, by `filters_1` as well. At which budget does a model guide its first trial, by either rule?
#
# And a tile knows nothing of its neighbours. That a high learning rate suits all auto-encoders, each of the nine must
# find out for itself. The tree and the conditional Gaussian process learn it once. Tiles are for few switches and large
# budgets, or for tools that know no conditions.
#
# ## In Ax
#
# The report used Ax, a well-kept library of Bayesian optimisation. When it was written, Ax knew no conditions, and its
# developers advised what the report did: an optimisation for each case. Here are the tiles in the words of its present
# interface. (They are not run here, since Ax brings many and large packages with it.)
#
# ```python
# from ax.api.client import Client
# from ax.api.configs import ChoiceParameterConfig, RangeParameterConfig
#
# def tile(n_conv, n_dense):
#     client = Client()
#     layers = [
#         ChoiceParameterConfig(f"filters_{i}", [2, 4, 8], parameter_type="int", is_ordered=True)
#         for i in range(1, n_conv + 1)
#     ]  # kernels, strides, pools and units likewise
#     rate = RangeParameterConfig("learning_rate", (1e-3, 3e-2), parameter_type="float", scaling="log")
#     client.configure_experiment([*layers, rate])
#     client.configure_optimization("-rmse")  # a minus minimises; "-rmse, -operations" has two goals
#     return client
#
# clients = {(i, j): tile(i, j) for i in (1, 2, 3) for j in (1, 2, 3)}
# for _ in range(10):
#     for tile_of, client in clients.items():
#         for number, config in client.get_next_trials(max_trials=1).items():
#             client.complete_trial(number, raw_data={"rmse": train(tile_of, config)})
# ```
#
# Constraints are texts such as `"stride_1 <= kernel_1"`. They must be linear, and both sides ranges rather than
# choices; so the product of all strides and pools cannot be said, and such a config has to be reported as failed.
# Today's Ax has conditions, too: a choice takes `dependent_parameters`, from each value to the names that live under
# it.
#
# ## Take-aways
#
# - A space says which hyperparameters exist when (conditions), which combinations make no network (constraints), and
#   what is not tuned (fixed values).
# - In a flat list, dead hyperparameters are credited with importance. In one search some of them stood above living
#   ones; only the spread over searches, or a hyperparameter known to be idle, tells what a bar is worth.
# - That a story is wrong need not make the search bad: 20 searches could not tell the flat Gaussian process from the
#   one that knew the conditions.
# - Nine tiles with equal shares spend eight ninths of the budget elsewhere, and no tile learns from a neighbour. With
#   few trials, unequal shares, by halving or a bandit, bring back most of what is lost; but halving may close the best
#   tile early, for good.
#
# ## Quiz

# %%
quiz("14")

# %% [markdown]
# ## References
#
# - Q. Bock (2023), ECON-T auto-encoder optimization, a report, Fermi National Laboratory. The tiles.
# - F. Hutter, H. Hoos and K. Leyton-Brown (2014), An efficient approach for assessing hyperparameter importance,
#   *ICML*, PMLR 32, 754-762. fANOVA.
# - J. Bergstra, R. Bardenet, Y. Bengio and B. Kégl (2011), Algorithms for hyper-parameter optimization, *NeurIPS*. The
#   tree.
# - A. R. Balef, C. Vernade and K. Eggensperger (2025), Put CASH on bandits, *NeurIPS*, arXiv 2505.05226. The bandit's
#   rule.
# - L. Li, K. Jamieson, G. DeSalvo, A. Rostamizadeh and A. Talwalkar (2018), Hyperband, *JMLR* 18 (185). Halving.
# - K. Swersky, D. Duvenaud, J. Snoek, F. Hutter and M. Osborne (2014), Raiders of the lost architecture, arXiv
#   1409.4011. A kernel for hyperparameters that exist only sometimes.
# - Ax: the interface `ax.api`, and the developers on conditions in issues 140 and 327 of its repository.
#
# ## What is next
#
# The best of these encoders was good. Was it small? Notebook 15, two goals, asks for both at once.

# %% [markdown] tags=["slide", "title"]
# # Spaces with switches
#
# Some hyperparameters exist only when another one says so. What does a search make of the dead ones?

# %% [markdown] tags=["notes"]
# **1 min.** A network with one layer has no width of its second layer. Every tuner meets that, and most lists of
# hyperparameters pretend otherwise. Today: does it harm the search, and does it harm what we say afterwards? Those are
# two questions, and they have two answers. You need to know what Bayesian optimisation is (notebook 06).

# %% tags=["slide"]
from hpo_tutor import Choice, Float, Integer
from hpo_tutor.course.decks import on_slide
from hpo_tutor.course.pictures.nb14 import slides
from hpo_tutor.problems.tasks import reconstructions
from hpo_tutor.race import statistics
from hpo_tutor.widgets import Dial, Player

objective = problems.landscape("digits-autoencoder")
space = objective.space
record = switches.load()
bars = switch_standings.credited(record)
searched = record[~record["live"]].pivot_table("regret", "seed", ["n_trials", "sampler"])


def usual(sampler, n_trials):
    """The search with the middle credit for all dead: hyperparameter -> share, and which of them are dead."""
    own = bars[bars["sampler"].eq(sampler) & bars["n_trials"].eq(n_trials)]
    table = own.pivot_table("importance", "seed", "hyperparameter")
    dead = set(own.loc[own["dead"], "hyperparameter"])
    together = (table[list(dead)].sum(axis=1) / table.sum(axis=1)).sort_values()
    return table.loc[together.index[len(together) // 2]].to_dict(), dead


# %% [markdown] tags=["slide"]
# ## Sixteen sliders, ten do nothing. Which?

# %% tags=["slide"]
shares, dead = usual("one-tile", 30)
claim("ten of sixteen are dead", len(shares) == 16 and len(dead) == 10)
on_slide(slides.credited(shares))

# %% [markdown] tags=["notes"]
# **3 min.** Somebody tuned a network with sixteen sliders, thirty trials, and then asked a tool what mattered. The bars
# are its answer: per cent of the variance of the loss, the names covered. Ten of the sixteen were connected to nothing;
# not *weak*, but never read by any network. *Ask:* which ten would you strike out? Let two people write their numbers
# on the board.
#
# You will hear: *the ten lowest*. Then ask: how sure are you of the sixth? And: how long may a bar be that means
# nothing? Leave it open; we come back to this picture.

# %% [markdown] tags=["slide"]
# ## A picture in, eight numbers, a picture out

# %% tags=["slide"]
good = {"n_conv": 1, "n_dense": 1, "filters_1": 8, "kernel_1": 5, "stride_1": 1, "pool_1": 1}
good |= {"units_1": 64, "learning_rate": 0.013}
made = reconstructions.rebuild("digits-autoencoder", [good], range(7))
claim("the rmse is below 2.5 grey levels", made.losses[0] < 2.5, rmse=made.losses[0])
on_slide(slides.rebuilt(made, pictures.settings(1)["a"] | good))

# %% [markdown] tags=["notes"]
# **2 min.** An *auto-encoder*. The upper digits go in, 8 by 8 pixels. The encoder squeezes each into eight numbers, the
# decoder rebuilds it from these: the lower row. The loss is the rmse of the pixels, in grey levels from 0 to 16. At a
# particle collider the encoder sits on the detector's chip. This one was trained while the slide was made.
#
# What is to be chosen: one to three convolutions, one to three dense layers, and for each layer its own knobs. With the
# learning rate, eighteen. *Ask:* one convolution; what is `filters_2` then?

# %% [markdown] tags=["slide", "vote"]
# ## Eighteen sliders, 45 trainings: whose encoder is best?
#
# - A: **a flat list**, all eighteen always there, one Gaussian process
# - B: **a tree**, each only where it exists, TPE
# - C: **nine tiles**, three by three layers, a Gaussian process each
# - D: random search

# %% [markdown] tags=["notes"]
# **2 min.** Explain the four. A pretends that all eighteen always exist; the network ignores what it does not need. B
# learns each slider from those trials only in which it lives. C fixes the numbers of layers, three by three, and has
# nine small searches with nothing dead in any; a report on such an encoder did that. D throws dice on the tree.
#
# Hands up, counts on the board. Expect B and C, for they are *clean*; A gets few hands.

# %% [markdown] tags=["slide"]
# ## Switch layers off: who is credited?

# %% tags=["slide"]
flat_random = bars[bars["sampler"].eq("flat-random") & bars["n_trials"].eq(45)]
values = flat_random.pivot_table("importance", "seed", "hyperparameter")[list(space.names)]
importance = importances.Importance(space.names, values.to_numpy())
living = space.fix(n_conv=1, n_dense=1).names
first, *others = pictures.settings(8).values()
moved = [{**other, **{name: first[name] for name in living}} for other in others]
moved = next(one for one in moved if space.satisfies({**one, "n_conv": 3, "n_dense": 3}))
both = {"first": first, "dead ones moved": moved}
pair = [{**{name: one[name] for name in living}, "n_conv": 1, "n_dense": 1} for one in both.values()]
same = objective.expected(pair[0]) == objective.expected(pair[1])
counts = [pictures.switched(importance, one, 1, 1).n_operations for one in both.values()]
claim("moving the dead ones changes neither the loss nor the multiplications", same and counts[0] == counts[1])
longest = importance.mean.argsort()[::-1]
claim("the switch n_conv has the longest bar", importance.names[longest[0]] == "n_conv")
n_moved = sum(first[name] != moved[name] for name in space.names)
claim("over half of the ten were moved", n_moved > 5, moved=n_moved)
found = {n: pictures.switched(importance, first, *n) for n in ((3, 3), (3, 2), (2, 2), (1, 1))}
claim("0, 1, 5 and 10 are dead", [len(one.dead) for one in found.values()] == [0, 1, 5, 10])
claim("at one and one, the dead ten are credited over 4 %", found[1, 1].credited > 0.04, share=found[1, 1].credited)
switchboard = Player.over(
    lambda n_conv, n_dense, setting: slides.board(importance, both[setting], n_conv, n_dense),
    n_conv=Dial("convolutions", (1, 2, 3)),
    n_dense=Dial("dense layers", (1, 2, 3)),
    setting=Dial("sliders", list(both)),
    label="Who is credited?",
    speed=1.0,
)
stops = [{"n_conv": i, "n_dense": j, "setting": "first"} for i, j in found]
on_slide(switchboard, stops=[*stops, {"n_conv": 1, "n_dense": 1, "setting": "dead ones moved"}], freeze=True)

# %% [markdown] tags=["notes"]
# **7 min.** Above, the encoder; below, its eighteen sliders; on the right what fANOVA credits to each after 45 random
# trials of the flat list, mean over the searches of the record with their spread. Each time *ask first*, then press.
#
# **Stop 1, three and three.** Held. All live. *Ask:* which bar is longest, and why? `n_conv`, the switch itself: it
# decides over all the others. And `units_3` is not nothing.
#
# **Stop 2, two dense layers.** Before: which slider dies, and does its bar shrink? `units_3` dies; the bar stays. The
# bars know one space, the flat one, and not the network that you are about to build.
#
# **Stop 3, two and two.** Before: how many more die? Four: a convolution has four knobs.
#
# **Stop 4, one and one.** Before: how many are dead now, and what have they together? Read the sentence out.
#
# **Stop 5, the dead ones moved.** Before: I move most of the ten dead sliders. What does the loss do? Nothing, and the
# multiplications stay, too; the program checked both. If time is short, leave out stop 3.

# %% [markdown] tags=["slide"]
# ## Say it in the space


# %% tags=["slide", "show-code"]
said = SearchSpace(
    n_conv=Integer(1, 3),
    filters_1=Choice([2, 4, 8], ordered=True),
    filters_2=Choice([2, 4, 8], ordered=True, when="n_conv >= 2"),
    filters_3=Choice([2, 4, 8], ordered=True, when="n_conv >= 3"),
    learning_rate=Float(1e-3, 3e-2, log=True),
)

# %% tags=["slide"]
claim("this is a part of the space", all(space.domains[name] == domain for name, domain in said.domains.items()))
claim("with one convolution two are left to tune", said.fix(n_conv=1).n_dims == 2)

# %% [markdown] tags=["notes"]
# **2 min.** One word is new, `when`. A config of one convolution has no `filters_2` at all, so nobody can take a value
# that was never read for evidence. *Ask:* with one convolution, how many are left to tune? Two. Strides and
# windows must fit as well; such rules are *constraints*, and they speak only of layers that are there.

# %% [markdown] tags=["slide"]
# ## A space with switches is a tree

# %% tags=["slide"]
rng = np.random.default_rng(14)
drawn = [space.sample(rng) for _ in range(20)]
counted = pictures.seen(space, drawn)
deep = counted["n_conv >= 3"], counted["n_dense >= 3"]
claim("of twenty configs at most half have a third layer", max(deep) <= 10, configs=deep)
branches = Player.over(
    lambda step: slides.lit(space, drawn, step), step=Dial("config", range(1, 21)), label="A tree", speed=2
)
on_slide(branches, stops=[{"step": step} for step in (1, 2, 3, 20)])

# %% [markdown] tags=["notes"]
# **3 min.** The same space, drawn as a tree: from the left the two switches, their branches, and the sliders that hang
# on them. Solid is what this config has. Press: another config. Press: a third.
#
# *Ask:* after twenty configs, how many can tell anything about a third convolution? About a third of them. Press: the
# bars on the right count. What is deep in the tree is dear to learn. TPE sits in this tree: for each slider it looks at
# those trials only in which it lives.

# %% [markdown] tags=["slide", "build"]
# ## Where does a dead bar come from?
#
# $$\text{credit}_i = \frac{\color{#0072B2}{\operatorname{Var}_{x_i}} \left[
# \color{#009E73}{\operatorname{mean}_{\text{others}}} \; \color{#D55E00}{\hat f(x)} \right]}
# {\operatorname{Var} \; \color{#D55E00}{\hat f(x)}}$$
#
# - Orange: a **forest's guess** of the loss. Mind the hat.
# - Green: averaged over **all other sliders**.
# - Blue: how much it **still moves** with slider $i$.

# %% [markdown] tags=["notes"]
# **3 min.** Functional analysis of variance, fANOVA; Hutter, Hoos and Leyton-Brown, 2014. Press four times: the
# formula, orange, green, blue. The denominator makes it a share: of all that moves, how much moves with slider $i$
# alone?
#
# *Ask:* slider $i$ is dead. What is its share for the true loss? Zero, exactly. And for the forest? Likely answer: zero
# as well. But a tree of the forest splits where it finds a difference, and among thirty trials there is always one. The
# hat is the whole trouble. Green is the other one: it averages over networks in which the slider lives, too.

# %% [markdown] tags=["slide"]
# ## The ten were these

# %% tags=["slide"]
alive = set(shares) - dead
lowest = sorted(shares, key=shares.get)[:10]
caught = len(dead & set(lowest))
claim("striking out the ten lowest misses at least one dead", caught < 10, struck=caught)
claim("a dead one stands above a living one", max(shares[one] for one in dead) > min(shares[one] for one in alive))
claim("the longest bar is alive", max(shares, key=shares.get) in alive)
on_slide(slides.credited(shares, dead))

# %% [markdown] tags=["notes"]
# **3 min.** The first picture, uncovered. One convolution and one dense layer; whatever belongs to a second or third
# layer was dead in every trial. Compare with the numbers on the board: how many of the ten did you catch? The ten
# lowest are not the ten. The longest bar is right, as so often, and the middle is luck.
#
# *Ask:* how could you have known? Likely answer: a threshold. Which? Better: add a slider of which you *know* that it
# does nothing, and trust no bar that is shorter than its.

# %% [markdown] tags=["slide"]
# ## Is that one unlucky search?

# %% tags=["slide"]
false = switch_standings.false_credit(record).set_index(["sampler", "n_trials"])
rows = {f"one network, {n} trials": tuple(false.loc[("one-tile", n), ["mean", "low", "high"]]) for n in (30, 60, 120)}
rows["flat list, random, 45"] = tuple(false.loc[("flat-random", 45), ["mean", "low", "high"]])
rows["flat list, searched, 45"] = tuple(false.loc[("flat-gp", 45), ["mean", "low", "high"]])
means = [mean for mean, _, _ in rows.values()]
claim("30 trials of one network: over an eighth; 120: below 5 %", means[0] > 0.125 and means[2] < 0.05, means=means[:3])
above = false["above"]
claim("30 trials: in nine of ten searches a dead one above a living one", above["one-tile", 30] >= 0.9)
claim("120 trials: in one of ten at most", above["one-tile", 120] <= 0.1)
searching = false["low"]["flat-gp", 45] > false["high"]["one-tile", 60]
claim("a Gaussian process on the flat list: more than 60 trials of the one network", searching, share=means[4])
claim("there, a fifth of all credit or more, the most of all rows", means[4] > max(0.2, *means[:4]), share=means[4])
on_slide(slides.shares(rows, "of all credit goes to the dead"))

# %% [markdown] tags=["notes"]
# **2 min.** Twenty searches for each row. Above, that network, ten dead of sixteen. Thirty trials: in nearly every
# search a dead slider stands above a living one. It was no bad luck, then; it is what thirty trials are worth. With 120
# trials the chance is gone.
#
# Below, the whole flat list after 45 trials; dead is what the best network does not have. The last row is a
# Gaussian process that has gathered its trials around its best network. *Ask:* why has it most? It has looked at the
# dead sliders' values in a corner only, and the forest is asked about the whole space.
#
# So what we *say* about the hyperparameters suffers. Does the search?

# %% [markdown] tags=["slide"]
# ## Nine tiles: in none is anything dead

# %% tags=["slide"]
rules = ("even", "halving", "bandit")
tiles = {rule: samplers.Tiles(space, ["n_conv", "n_dense"], allocation=rule, seed=1) for rule in rules}
searches = {rule: pictures.fill(objective, sampler, 45, seed=1) for rule, sampler in tiles.items()}
n_in = {rule: [tile.n_trials for tile in sampler.view().tiles] for rule, sampler in tiles.items()}
claim("even: five each", set(n_in["even"]) == {5})
claim("halving: a third of all trials or more in one tile", max(n_in["halving"]) >= 15, trials=n_in["halving"])
closed_on = np.sort(n_in["halving"])[:5]
claim("five tiles are closed on one or two trials", closed_on.max() <= 2, trials=closed_on)
claim("the bandit tries every tile more than once", min(n_in["bandit"]) > 1, trials=n_in["bandit"])
claim("it gives over a quarter of all to one tile", max(n_in["bandit"]) > 45 / 4)
fillings = pictures.Fillings(searches, space, label="rmse (grey levels)")
filling = Player.over(
    slides.filled(fillings), rule=list(rules), n=Dial("trials", range(1, 46)), play="n", label="Nine tiles", speed=6
)
told = [("even", 9), ("even", 45), ("halving", 11), ("halving", 12), ("halving", 45), ("bandit", 45)]
on_slide(filling, stops=[{"rule": rule, "n": n} for rule, n in told])

# %% [markdown] tags=["notes"]
# **5 min.** A box is a tile: columns are convolutions, rows are dense layers. A dot is a trial, low is good; the line
# is the tile's best so far. *Even*, after nine: one each. Press: 45, five each. *Ask:* which share of these trainings
# was spent on tiles that never came near?
#
# Press: *halving*, eleven trials. Press: the twelfth is asked for, and five tiles are closed. *Ask:* on how many trials
# does each verdict rest? One or two. Is that fair? Press: the end.
#
# Press: *bandit*. Each trial goes to the best loss so far, plus a bonus for tiles that were tried less. It has no
# rounds, closes nothing, and comes back now and then; but it has fallen in love early, too.
# (`samplers.Tiles` has all three, around any sampler.)

# %% [markdown] tags=["slide"]
# ## Nine searches start nine times

# %% tags=["slide"]
wanted = {n: pictures.costs_of(space, ("n_conv", "n_dense"), n, capped=False) for n in pictures.BUDGETS}
left = {n: int(cost.n_guided.sum()) for n, cost in wanted.items()}
claim("45 and 180 trials: no model guides a single one, or hardly", left[45] == 0 and left[180] < 18, guided=left)
first_model = set(pictures.costs_of(space, ("n_conv", "n_dense"), 45).n_startup.tolist())
claim("at most a quarter: the first model of a tile rests on two trials", first_model == {2})
claim("one search of 45 has some left", pictures.costs_of(space, (), 45, capped=False).n_guided.sum() > 0)
starts = Player.over(
    lambda n_trials: slides.started(n_trials, space),
    n_trials=Dial("budget", pictures.BUDGETS, "trials"),
    label="What is spent before a model speaks?",
    speed=1,
)
on_slide(starts, stops=[{"n_trials": n} for n in (45, 180, 400)], freeze=True)

# %% [markdown] tags=["notes"]
# **3 min.** A Gaussian process wants some trials without any model first, say twice the number of sliders, and two. The
# hatched part is that. Held at 45: one search has a few trials left. *Ask:* and nine? None at all. Press: 180.
# Press: 400.
#
# *Likely remedy from the room:* start with fewer. The program does: at most a quarter of what a tile gets. But then a
# tile's first model rests on two trials. And no tile tells another that high learning rates are good.

# %% [markdown] tags=["slide"]
# ## A race: 90 trials, against random search

# %% tags=["slide"]
MANY = {
    "flat list, Gaussian process": ("flat-gp", "gp"),
    "tree, TPE": ("tpe", "tpe"),
    "nine tiles, even": ("tiles-gp", "Tiles"),
    "nine tiles, halving": ("tiles-gp-halving", "Tiles"),
    "nine tiles, bandit": ("tiles-gp-bandit", "Tiles"),
}


def gap(n_trials, one, other):
    """Mean and standard error of the difference of two regrets, seed by seed."""
    return statistics.mean_and_error((searched[n_trials][one] - searched[n_trials][other]).to_numpy())


def is_ahead(n_trials, one, other):
    """Whether the first is ahead by more than two standard errors."""
    mean, error = gap(n_trials, one, other)
    return mean + 2 * error < 0


for name, _ in MANY.values():
    claim(f"90 trials: {name} is ahead of random", is_ahead(90, name, "random"), gap=gap(90, name, "random"))
for name in ("tiles-gp", "tpe"):
    claim(f"the flat list is ahead of {name}", is_ahead(90, "flat-gp", name), gap=gap(90, "flat-gp", name))
halved = searched[90]["tiles-gp-halving"]
claim("halving: at least a search beyond 1, the median below 0.25", halved.max() > 1 and halved.median() < 0.25)
wide = gap(90, "tiles-gp-halving", "random")[1] > gap(90, "flat-gp", "random")[1]
claim("its bar is longer than that of the flat list", wide)
cell, behind = searched[90], {}
for words, (name, look) in MANY.items():
    behind[words] = (cell[name].to_numpy(), cell["random"].to_numpy(), look)
on_slide(slides.ahead(behind, (-0.8, 0.3), ("it", "random"), "random"))

# %% [markdown] tags=["notes"]
# **3 min.** Ninety trials, ten for each tile, on a surface fitted to 4,050 trainings; twenty seeds, and all meet the
# same luck. A row: how much more regret than random search, in grey levels; the bar is two standard errors, left is
# good. *Ask* for each row before you read it: who is ahead, and how surely?
#
# All five are ahead of dice. But the even tiles have gained less than the flat list: most of their ninety went to tiles
# that never came near. TPE has, too; it learns each slider on its own, and ninety trials are few for that.
# *Ask:* halving has a longer bar than the flat list; why? Most of its searches end below 0.25, and one beyond 1: it had
# closed the good tiles early, and halving never comes back.
#
# Before you go on: what will 45 trials do to each of them?

# %% [markdown] tags=["slide", "vote"]
# ## Eighteen sliders, 45 trainings: whose encoder is best?
#
# - A: **a flat list**, all eighteen always there, one Gaussian process
# - B: **a tree**, each only where it exists, TPE
# - C: **nine tiles**, three by three layers, a Gaussian process each
# - D: random search

# %% [markdown] tags=["notes"]
# **1 min.** Vote again, with new counts beside the old ones. The tiles share evenly, as the report's did, and 45 trials
# are five for each. One hint: five trials, and six to sixteen sliders in a tile. Ask one who changed: why?

# %% [markdown] tags=["slide"]
# ## The flat list. Even tiles are dice

# %% tags=["slide"]
NAMED = {
    "A, flat list, GP": ("flat-gp", "gp"),
    "B, tree, TPE": ("tpe", "tpe"),
    "C, nine tiles, GP": ("tiles-gp", "Tiles"),
    "D, random": ("random", "random"),
}
scores = {words: searched[45][name].to_numpy() for words, (name, _) in NAMED.items()}
for name in ("tpe", "tiles-gp", "random"):
    claim(f"the flat list is ahead of {name}", is_ahead(45, "flat-gp", name), gap=gap(45, "flat-gp", name))
mean, error = gap(45, "tiles-gp", "random")
claim("the even tiles cannot be told from random", abs(mean) < 2 * error and abs(mean) < 0.15, mean=mean)
rest = searched[45][["tpe", "tiles-gp", "random"]].mean()
claim("B, C and D lie within 0.2", rest.max() - rest.min() < 0.2, means=list(rest))
claim("tiles with halving are ahead of even ones", is_ahead(45, "tiles-gp-halving", "tiles-gp"))
even, halved = gap(45, "tiles-gp", "flat-gp")[0], gap(45, "tiles-gp-halving", "flat-gp")[0]
claim("and win back over half of what even ones lose to the flat list", halved < 0.5 * even, gaps=[even, halved])
on_slide(slides.ended(scores, {words: look for words, (_, look) in NAMED.items()}))

# %% [markdown] tags=["notes"]
# **3 min.** A. A dot is a search, the bar the mean with two standard errors; regret is how far above the best encoder
# of the surface. The flat list is ahead of all three, and B, C and D lie close together.
#
# *Ask:* why, of all, the unclean one? One process learns from all 45 trials. That eight filters beat two, it learns
# once; nine tiles learn it nine times, from five trials each, of which two are dice. Is the report's remedy bad, then?
# *Likely answer:* yes. Better: its sharing is. With halving, the same tiles win back over half of what they lost.
#
# And do not conclude that conditions do harm. A and B differ in two things at once. In which? The list, and the
# sampler. So:

# %% [markdown] tags=["slide"]
# ## The same search, with and without conditions

# %% tags=["slide"]
pairs = {}
for words, flat_one, other in (("Gaussian process", "flat-gp", "gp"), ("TPE", "flat-tpe", "tpe")):
    for n in (45, 90):
        pairs[f"{words}, {n} trials"] = (searched[n][flat_one].to_numpy(), searched[n][other].to_numpy(), other)
for flat_one, other in (("flat-gp", "gp"), ("flat-tpe", "tpe")):
    means = [gap(n, flat_one, other)[0] for n in (45, 90)]
    claim(f"{flat_one} and {other} differ by less than 0.2", max(map(abs, means)) < 0.2, means=means)
    mean, error = gap(90, flat_one, other)
    claim("at 90 trials they cannot be told apart", abs(mean) < 2 * error, mean=mean, error=error)
on_slide(slides.ahead(pairs, (-0.6, 0.6), ("flat list", "tree"), "the tree"))

# %% [markdown] tags=["notes"]
# **2 min.** The same sampler, once with conditions and once without. *Ask:* which row convinces you? With ninety trials
# none: the search hardly minds the dead sliders. Why not? Along a dead slider nothing happens, and a Gaussian process
# learns that soon: its length scale there grows. With 45 trials it may pay a little for that lesson.
#
# This is one task, with two switches. In a space with hundreds of them nobody should count on it.
#
# So what is `when` for? For the sentence afterwards: *filters_2 matters*. Go back to the ten, if there is time.

# %% [markdown] tags=["slide", "build"]
# ## What to take home
#
# - Dead sliders harm what you **say** more than what you **find**.
# - Few trials: every bar is credited. Add one that is idle.
# - Nine tiles share nothing, and start nine times. Halve them.
# - A tree costs one word: `when`.

# %% [markdown] tags=["notes"]
# **1 min.** One press each. *What does a search make of the dead ones?* A Gaussian process makes little of them. The
# analysis afterwards makes stories.

# %% [markdown] tags=["slide"]
# ## Where to practise
#
# Notebook 14, 60 minutes.
#
# - 14.1 write a space, 14.2 what a flat list knows, 14.3 a round of halving.
# - Surprise: 27 tiles. When does the first model speak?

# %% [markdown] tags=["notes"]
# **1 min.** `hpo-tutor start 14`. There you switch the layers yourself, and see the tiles in the words of Ax. Next: the
# best encoder was good; was it small? Notebook 15, two goals.
