# %% [markdown]
# # Rooks and spheres
#
# **Question.** Can points be placed so that they do not waste each other?
#
# **Afterwards you can**
#
# - draw a Latin hypercube by hand, and say what it promises and what it does not
# - fill a space with spheres until it is proved that no further one fits
# - measure how good a design is, before anything is known of the loss, and say in which sense
#
# **Before.** Notebook 03 (random search); nothing of notebooks 04 to 08 is needed.
#
# **Time.** 65 minutes, of which the three exercises take 20. A good place for a break is before *What is a good
# design?*.

# %% tags=["setup"]
import math
from itertools import permutations

import numpy as np
import pandas as pd
from scipy import stats
from scipy.stats import qmc

from hpo_tutor import check, claim, designs, doctor, figures, hint, predict, problems, quiz, race
from hpo_tutor.course.pictures import nb09 as pictures
from hpo_tutor.designs import measures
from hpo_tutor.designs.spheres import PACKING_FRACTIONS
from hpo_tutor.widgets import Dial, Player

doctor()

# %% [markdown]
# ## A board for rooks
#
# Notebook 03 ended with a wish: points that spread evenly, as a grid does, *and* whose shadows do not merge, as those
# of random points. A **design** is a set of points that is chosen before the first loss is known. Here are two ideas
# for better ones. The first is a game of chess.
#
# A rook takes whatever stands in its column or in its row. Let the columns be levels of the learning rate, a, b, c,
# ..., and the rows levels of a penalty, 1, 2, 3, ... A rook is a trial. Two rooks in one column try the same learning
# rate twice, and if the penalty does not matter, one of them is wasted.

# %%
question = "In how many ways can eight rooks stand on an 8 x 8 board so that none takes another?"
ways = predict(question, ["64", "40,320", "4,426,165,368"])

# %%
pictures.bench("Rooks that may not take each other")

# %% [markdown]
# *How to use it:* click on a square to place a rook, and once more to take it away. At the keyboard, go to the board;
# shift and the arrows move a cross, enter picks. The slider makes the board larger.
#
# *In the picture:* rooks that take each other are red, with a line between them, and the sentence below names them.
# Along two sides lie the shadows: which levels are tried, and which several times.
#
# Two questions to answer with it:
#
# 1. Place five rooks on the 5 x 5 board so that none takes another. What do the two shadows look like?
# 2. Four rooks as a 2 x 2 grid on the 4 x 4 board: how many levels of each are tried? (That is notebook 02.)
#
# *Surprise me:* the button puts the rooks on the diagonal. None takes another. Would you want these trials?

# %%
boards = list(permutations(range(8)))  # the row of the rook in each column
ways.reveal(f"{len(boards):,}")
claim("each column takes one of the rows that are left: 8!", len(boards) == math.factorial(8))

# %% [markdown]
# (The largest of the three numbers counts all ways to choose 8 of 64 squares.)
#
# So with $N$ rooks on an $N \times N$ board, each level of each hyperparameter is tried exactly once. In more
# dimensions the same game is called a **Latin hypercube**: cut each axis into $N$ equal slices, and place $N$ points
# so that each slice of each axis holds exactly one. In formulas: for each axis $j$ draw a **permutation** $\pi_j$
# (the numbers $0, \dots, N - 1$ in random order) and put point $i$ at
#
# $$x_{ij} = \frac{\pi_j(i) + u_{ij}}{N}, \qquad u_{ij} \text{ uniform between 0 and 1.}$$
#
# The permutation says which slice, and $u$ where in the slice.
#
# **Exercise 09.1** (level 2). Draw one. `rng.permutation(n)` and `rng.random(shape)` are what you need of the random
# numbers; `np.column_stack` puts columns side by side.


# %% tags=["exercise"]
def latin_hypercube(n_points, n_dims, rng):
    """A Latin hypercube, shape (n_points, n_dims), in the unit cube; rng is a numpy Generator."""
    raise NotImplementedError


# %% tags=["solution"]
def latin_hypercube(n_points, n_dims, rng):
    """A Latin hypercube, shape (n_points, n_dims), in the unit cube; rng is a numpy Generator."""
    slices = np.column_stack([rng.permutation(n_points) for _ in range(n_dims)])
    return (slices + rng.random((n_points, n_dims))) / n_points


# %%
check("09.1", latin_hypercube)
# Stuck? Run hint("09.1", 1), then 2, then 3.

# %% [markdown]
# ### What rooks do not promise
#
# The shadows of a Latin hypercube are perfect. And the square itself? On the diagonal, a large learning rate always
# comes with a large penalty: the two have a **correlation** of 1, and nobody could ever tell which of them helped.
# (The correlation is 0 if one says nothing about the other, and 1 or -1 if the points lie on a straight line.) With
# few rooks, boards of that kind are not even rare.


# %%
def nearly_diagonal(n):
    """Share of all boards of n rooks with a correlation of at least 0.7, or at most -0.7."""
    rows = np.array(list(permutations(range(n)))) - (n - 1) / 2
    columns = rows[0]  # the first board is the diagonal
    r = rows @ columns / (columns @ columns)
    return np.mean(np.abs(r) > 0.7 - 1e-9)


five, eight = nearly_diagonal(5), nearly_diagonal(8)
claim("five rooks: over a fifth of all boards are nearly a diagonal", five > 0.2, share=five)
claim("eight rooks: one in twenty or so", 0.04 < eight < 0.07, share=eight)
claim("25 rooks: there are more boards than anybody could try", math.factorial(25) > 1e25)

# %% [markdown]
# So a rook takes along lines only, and does not mind a neighbour on the next diagonal. Trials need room in every
# direction. That is the second idea.
#
# ## Throwing darts
#
# Draw a disc of diameter $D$ around every point, in three dimensions a ball. Discs may not overlap. Two of them
# overlap if their centres are nearer than $D$, so this says: no two points are nearer than $D$. Throw darts at the
# square, and keep one if its disc overlaps no disc that is there. What is kept stays. This is **random sequential
# addition** (RSA).
#
# What happens at the sides of the square? Let us first *join* them: who leaves on the right comes in on the left, as
# in some old computer games. Then there is no border, and every place is as good as any other.


# %%
def has_room(place, kept, diameter):
    """Whether a disc around a place (d,) overlaps none around the kept ones; the sides are joined."""
    offsets = np.abs(np.reshape(kept, (-1, len(place))) - place)
    offsets = np.minimum(offsets, 1 - offsets)  # the shorter way round
    return np.all(np.sum(offsets**2, axis=1) >= diameter**2)


def hits(n_darts, diameter, rng):
    """Which of so many darts were kept, on a square."""
    kept, hit = [], np.zeros(n_darts, dtype=bool)
    for i, dart in enumerate(rng.random((n_darts, 2))):
        if has_room(dart, kept, diameter):
            kept.append(dart)
            hit[i] = True
    return hit


# %%
question = "Discs of diameter 0.16. Of 1,000 darts, how many of the last 500 are kept, on average?"
late = predict(question, ["about 50", "about 10", "about 1"])

# %%
darts = pictures.Darts(diameter=0.16, seed=0)
darts.player("Darts that may not land near one another")

# %% [markdown]
# *How to use it:* play throws more darts; home and end go to the first and to the last. The choice joins the sides of
# the square, or builds walls there.
#
# *In the picture:* green discs may not overlap. Grey is where no further centre may lie, everything nearer than $D$
# to a point: a disc twice as wide. Crosses are the latest darts that missed. On the right, the share of the square
# that is still free, and that is the chance of the next dart.
#
# Two questions to answer with it:
#
# 1. After how many darts is less than a tenth of the square free? How many discs lie there then, and how many at the
#    end?
# 2. Build walls. Where do discs lie that had no place before? (They may stick out: only the centre must be inside.)
#
# *Surprise me:* with walls, go from 1,000 darts to 5,000. Over two thousand in a row miss, and then one hits. Would
# you have stopped before?

# %%
counted = np.array([hits(1000, 0.16, np.random.default_rng(seed)) for seed in range(20)])
last = counted[:, 500:].sum(axis=1)
late.reveal(late.options[int(last.mean() < 25) + int(last.mean() < 4)])
early = counted[:, :50].sum() / counted.sum()
claim("the first 50 darts bring six of ten points that are kept", early > 0.6, share=early)
claim("the last 500 together bring about one", 0.3 < last.mean() < 2, mean=last.mean())
misses = np.diff(np.flatnonzero(darts.throws[False].hits)).max() - 1
claim("with walls, over 2,000 darts miss in a row before one hits", misses > 2000, misses=misses)
room = darts.free[False][-1]
claim("and after 5,000 there is still room", room > 0, share=room)

# %% [markdown]
# Darts never prove anything: however many have missed, the next one may hit. And the fewer holes are left, the longer
# one throws. In the student project that this notebook grew out of, the program gave up now and then with fewer
# spheres than it was asked for.
#
# ## Voxels: the proof
#
# Turn it round. Do not look for room where darts happen to fall, but cross out what is certainly taken. Cut the
# square into small squares, **voxels** (in three dimensions, cubes). A voxel in which no further centre can lie is
# thrown away. Then throw darts into the others only. When they hardly hit any more, cut each voxel into four, and
# throw away again. Once no voxel is left, no place is left: the square is **saturated**, and that is *proved*.
#
# All depends on one test: may this voxel be thrown away? Drag one about, and find out.

# %%
Player.over(
    pictures.voxel,
    x=Dial("x", np.linspace(0.02, 0.82, 21)),
    y=Dial("y", np.linspace(0.1, 0.74, 17)),
    side=Dial("side a", [0.06, 0.1, 0.14]),
    start={"x": 0.38, "y": 0.3, "side": 0.14},
    drag=("x", "y"),
    label="May this voxel be thrown away?",
)

# %% [markdown]
# *How to use it:* drag in the left picture, or use the sliders.
#
# *In the picture:* two points with $D = 0.3$, and a voxel: grey if it is thrown away, orange if it is kept. The
# dashed line leads to its farthest corner. On the right, two tests. The first is exact: even the farthest corner must
# be nearer than $D$. The second looks only at the centre, and takes off half a diagonal, $a\sqrt 2/2$, in case the
# voxel lies with its corner towards you.
#
# Two questions to answer with it:
#
# 1. Find a place where the first test throws the voxel away, and the second does not. Does the opposite happen?
# 2. Straight above a point, and diagonally above it: where may the voxel lie farther off?
#
# *Surprise me:* put the voxel with side 0.14 between the two points, at x 0.46 and y 0.42. There is no room in it,
# and yet it is kept. Why? And what helps?
#
# **Exercise 09.2** (level 2). Write the first test, for voxels in any number of dimensions. The farthest corner of a
# voxel with centre $c$ and side $a$ is on each axis $|c_j - p_j| + a/2$ away from the point $p$.


# %% tags=["exercise"]
def covered(centres, side, point, diameter):
    """Whether each voxel lies wholly nearer than the diameter to the point, shape (v,).

    centres (v, d) are the voxels' centres, side is that of all of them, point has shape (d,).
    """
    raise NotImplementedError


# %% tags=["solution"]
def covered(centres, side, point, diameter):
    """Whether each voxel lies wholly nearer than the diameter to the point, shape (v,).

    centres (v, d) are the voxels' centres, side is that of all of them, point has shape (d,).
    """
    far = np.abs(centres - point) + side / 2
    return np.sum(far**2, axis=1) < diameter**2


# %%
check("09.2", covered)
# Stuck? Run hint("09.2", 1), then 2, then 3.

# %% [markdown]
# With this test the whole algorithm is a loop of three steps: throw darts into the voxels that are left, cut these,
# cross out. (With joined sides the distance is the shorter way round, as above.)


# %%
def saturated(diameter, rng):
    """Points of a saturated square with joined sides; and the number of voxels after each cut."""
    kept, corners, side, left = [], np.zeros((1, 2)), 1.0, []
    while len(corners):
        for low in rng.choice(corners, 100):
            dart = low + side * rng.random(2)
            if has_room(dart, kept, diameter):
                kept.append(dart)
        side /= 2
        corners = np.concatenate([corners + side * np.array(half) for half in np.ndindex(2, 2)])
        offsets = np.abs(corners[:, None] + side / 2 - np.array(kept))
        far = np.minimum(offsets, 1 - offsets) + side / 2
        corners = corners[np.all(np.sum(far**2, axis=2) >= diameter**2, axis=1)]
        left.append(len(corners))
    return np.array(kept), left


# %%
kept, left = saturated(0.16, np.random.default_rng(0))
print("voxels left after each cut:", left)
places = np.random.default_rng(1).random((20_000, 2))
none = not any(has_room(place, kept, 0.16) for place in places)
claim("none of 20,000 further places has room", none, points=len(kept))
ours = [len(saturated(0.16, np.random.default_rng(seed))[0]) for seed in range(20)]
course = [len(designs.saturate(0.16, 2, seed)) for seed in range(20)]
apart = abs(np.mean(ours) - np.mean(course)) / np.hypot(stats.sem(ours), stats.sem(course))
claim("as many points as the course's own, within three errors", apart < 3, errors=apart)

# %% [markdown]
# Now watch it, with smaller discs.

# %%
pictures.proof(diameter=0.09, seed=1, label="Darts and voxels, until nothing is left")

# %% [markdown]
# *How to use it:* step through the stages with the arrow keys.
#
# *In the picture:* orange voxels are what is left. On the right, the framed part of the square, enlarged, where the
# last hole is. Two questions: how many darts did the proof take, and how many points came after the first throw? When
# voxels are cut, does their number always grow?
#
# *Surprise me:* watch the last stages in the frame. How small is the place that was still in doubt?
#
# ## How many fit?
#
# In one dimension the discs are cars. They park along a kerb, each at a random place, until no gap is long enough for
# one more.

# %%
options = ["about half", "about three quarters", "nearly all"]
parked = predict("Which share of the kerb is then in use?", options)

# %% [markdown]
# The share that is filled at saturation is the **packing fraction**: $N$ spheres of volume $V_d (D/2)^d$, where $V_1
# = 2$, $V_2 = \pi$ and $V_3 = 4\pi/3$. With joined sides and small spheres it comes out nearly the same every time,
# because many gaps average out. For the kerb Rényi computed it in 1958.


# %%
def filled(diameter, n_dims, seed):
    """The packing fraction of one saturated cube with joined sides."""
    volume = math.pi ** (n_dims / 2) / math.gamma(n_dims / 2 + 1)  # of the ball of radius 1
    return len(designs.saturate(diameter, n_dims, seed)) * volume * (diameter / 2) ** n_dims


for n_dims, diameter in ((1, 0.0005), (2, 0.02)):
    shares = [filled(diameter, n_dims, seed) for seed in range(20)]
    mean, error, known = np.mean(shares), stats.sem(shares), PACKING_FRACTIONS[n_dims]
    near = abs(mean / known - 1) < 0.01
    claim(f"{n_dims}-D: as published, within 1 %", near, mean=mean, error=error, known=known)
kerb = filled(0.0005, 1, seed=0)
parked.reveal(options[int(kerb > 0.6) + int(kerb > 0.9)])

# %% [markdown]
# Nearly half of the square stays empty, and still no disc finds a place: discs that fell at random waste room between
# them. (Laid out as a honeycomb, they fill $\pi/\sqrt{12}$ of it, nine tenths.)
#
# ### And with walls?
#
# So far the sides were joined. Build walls again, and look at a strip along them that is $D/4$ wide.

# %%
question = "With walls: near a wall, are points denser than elsewhere?"
edge = predict(question, ["less dense", "equally dense", "denser"])


# %%
def density_at_walls(periodic):
    """How many times denser points are within D/4 of a wall, and how many there are; 40 squares."""
    runs = [designs.saturate(0.1, 2, seed, periodic=periodic) for seed in range(40)]
    points = np.concatenate(runs)
    at_wall = np.mean(np.abs(points - 0.5).max(axis=1) > 0.475)
    return at_wall / (1 - 0.95**2), len(points) / len(runs)


(joined, n_joined), (walled, n_walled) = density_at_walls(True), density_at_walls(False)
edge.reveal("denser" if walled > 1.1 else "equally dense" if walled > 0.9 else "less dense")
claim("near walls they are about twice as dense", 1.8 < walled < 2.6, walls=walled)
claim("with joined sides they are not", abs(joined - 1) < 0.1, joined=joined)
claim("and more fit between walls", n_walled > 1.05 * n_joined, walls=n_walled, joined=n_joined)

# %% [markdown]
# Walls attract points: no disc beyond the wall is in the way there. That matters for a search: an edge of the search
# space is where the optimum should *not* lie, and a trial there wastes half of its neighbourhood. So `rsa` joins the
# sides in this course; what that is worth, the races below will show.
#
# ### Exactly N
#
# A saturated square holds as many points as it happens to hold. But you can afford 25 trainings, say. So choose $D$:
# with small discs too many fit, with large ones too few. A first guess comes from the packing fraction $\varphi_d$:
# $N$ spheres fill it if $N V_d (D/2)^d = \varphi_d$, hence
#
# $$D_0 = 2 \left(\frac{\varphi_d}{N V_d}\right)^{1/d}.$$

# %%
inflation = pictures.Inflation(np.linspace(0.1, 0.3, 41), n_wanted=25)
inflation.player("Inflate the discs until just 25 fit")

# %% [markdown]
# *How to use it:* move the slider, or play: the discs are inflated, and each time the square is filled afresh with
# the same random numbers.
#
# *In the picture:* the first 25 points are green, those that came after them grey. On the right, how many fit. Two
# questions: what is the largest $D$ with which at least 25 points come? Is the curve always falling?
#
# *Surprise me:* the largest $D$. How many trials are left of your 25?

# %%
guess = 2 * math.sqrt(PACKING_FRACTIONS[2] / (25 * math.pi))
exact = designs.examine("rsa", 25, 2).found["diameter"]
close = abs(exact / guess - 1) < 0.25
found = {"guess": guess, "by_slider": inflation.largest, "by_rsa": exact}
claim("the guess is not far from what is found", close, **found)

# %% [markdown]
# `designs.make("rsa", N, d)` does that by halving the interval again and again, over several fillings, and keeps the
# largest $D$ that it finds. In three dimensions, 27 balls:

# %%
shown = ["rsa", "grid-midpoints", "random", "lhs", "rsa-lhs"]
pictures.cube_player("27 trials in three dimensions", shown)

# %% [markdown]
# *How to use it:* drag the cube, or press left and right, up and down. The choice changes the design.
#
# *In the picture:* balls around the 27 points, inflated until the nearest two touch. On the right, what each
# hyperparameter sees of them: the shadows of notebook 03. Two questions: which design has the largest balls, and what
# is left of it on the right? Turn the Latin hypercube until you look along an axis: do balls hide behind one another?
#
# *Surprise me:* random. Two of 27 trials are nearly the same.
#
# ## Both at once
#
# RSA keeps its distance and lets shadows fall as they may; rooks have perfect shadows and may stand close. The
# authors of the student project left a question open: can one have both? Place rooks one after another, each in a free
# column and a free row, *and* at least $D$ from all others. If they get stuck, begin again, or with a smaller $D$.
# Then swap the columns of two rooks wherever that lets $D$ grow. In this course it is called `rsa-lhs`, and its rooks
# stand in the middles of their slices. (Nobody knows the largest possible $D$ for many rooks; it is the largest
# found.)
#
# Three more competitors: `jittered`, one random point in each cell of a grid; `sobol`, a famous sequence whose every
# beginning fills the cube evenly (best of all the first 2, 4, 8, 16, ... points; we shall ask for 25 and 27); and
# SciPy's *optimised* Latin hypercube, which swaps, too, but minimises a measure that we come to soon. First 25 points,
# in two dimensions. (As in notebook 03, `grid` has its levels on the edges, `grid-midpoints` in the middles of cells.)

# %%
both = predict(
    "Rooks that keep their distance: how near are the nearest two, compared with RSA?",
    ["much nearer: rooks are in the way", "about as near", "even farther apart"],
)


# %%
def optimised(n_points, n_dims, seed):
    """SciPy's Latin hypercube, optimised for the centred discrepancy."""
    return qmc.LatinHypercube(n_dims, optimization="random-cd", rng=seed).random(n_points)


names = ["grid", "grid-midpoints", "random", "jittered", "sobol", "lhs", "rsa", "rsa-lhs"]
drawn = {name: [designs.make(name, 25, 2, seed) for seed in range(20)] for name in names}
drawn["lhs, optimised"] = [optimised(25, 2, seed) for seed in range(20)]
apart = {name: np.mean([measures.smallest_distance(p) for p in some]) for name, some in drawn.items()}
values = {name: np.mean([measures.n_distinct(p) for p in some]) for name, some in drawn.items()}
pd.DataFrame({"smallest distance": apart, "different values on an axis": values}).round(3)

# %%
ratio = apart["rsa-lhs"] / apart["rsa"]
both.reveal(both.options[int(ratio > 0.8) + int(ratio > 1.05)])
claim("the rooks stand farther apart than the spheres", ratio > 1.05, ratio=ratio)
perfect = values["rsa-lhs"] == values["lhs"] == 25 > values["grid"]
claim("with 25 different values on each axis", perfect, grid=values["grid"])
claim("optimised for evenness, rooks stand closer", apart["lhs, optimised"] < 0.8 * apart["rsa-lhs"])

# %% [markdown]
# ## What is a good design?
#
# Large distances, few holes, good shadows: these are different wishes. Five **measures** put them into numbers, for
# points $p_1, \dots, p_N$:
#
# | measure | formula | better is |
# |---|---|---|
# | smallest distance | $\min_{i \ne j} \lvert p_i - p_j \rvert$ | larger |
# | **covering radius**: the largest hole | $\max_x \min_i \lvert x - p_i \rvert$, over all places $x$ | smaller |
# | **dispersion**: the largest empty box | its volume, sides along the axes | smaller |
# | **centred discrepancy** | see below | smaller |
# | smallest gap of the shadows | $\min_{i \ne k} \lvert p_{ij} - p_{kj} \rvert$, on axis $j$ | larger |
#
# Discrepancy asks for fairness. Take any place $x$ and the box between it and the corner of the square nearest to it.
# If the points are spread evenly, the box with a tenth of the area holds a tenth of the points. The **local
# discrepancy** is the difference of the two shares. The mean of its square over all places $x$, plus the same for the
# shadows on each axis, is $C^2$; its root $C$ is the centred discrepancy.

# %%
question = "N = 25: one design has the best value in how many of the five measures, at most?"
champion = predict(question, ["all five", "three or four", "one or two"])

# %%
pictures.gallery_player("Six designs, five measures")

# %% [markdown]
# *How to use it:* the slider changes the number of points, the choice the measure.
#
# *In the picture:* below each design stands its value, and in it is drawn what the measure looks at: the nearest
# pair, the largest hole, the largest empty box, the most uneven box (and how many points it holds, and how many are
# its due), or the shadows. The sentence says which is best.
#
# Two questions to answer with it:
#
# 1. The midpoint grid with 25 points: which measures praise it, and which damn it?
# 2. Which design is never the worst, whatever you look at?
#
# *Surprise me:* 4 points, largest empty box. With so few, can you tell the designs apart at all?
#
# Now check the words about discrepancy against SciPy, which returns $C^2$. (If you believe them, skip the code.)


# %%
def local_discrepancies(points, n=200):
    """Share of the points minus volume, for boxes from n^d even places to their nearest corners."""
    d = points.shape[1]
    x = (np.indices((n,) * d).reshape(d, -1).T + 0.5) / n
    corner = np.round(x)
    inside = (np.minimum(x, corner)[:, None] <= points) & (points <= np.maximum(x, corner)[:, None])
    return inside.all(axis=2).mean(axis=1) - np.abs(x - corner).prod(axis=1)


points = drawn["lhs"][0]
square, *axes = (np.mean(local_discrepancies(p) ** 2) for p in (points, points[:, :1], points[:, 1:]))
by_hand, scipys = square + sum(axes), qmc.discrepancy(points)
claim("the same within 2 %", abs(by_hand / scipys - 1) < 0.02, by_hand=by_hand, scipy=scipys)

# %% [markdown]
# **Exercise 09.3** (level 1). Several designs have the same number of points. Return the number of the most even one,
# by the centred discrepancy $C$ (the first design has number 0), and how many times larger the $C$ of the least even
# one is. `qmc.discrepancy(points)` returns $C^2$.


# %% tags=["exercise"]
def most_even(designs):
    """(number of the most even design, largest C / smallest C); designs is a list of arrays (N, d)."""
    raise NotImplementedError


# %% tags=["solution"]
def most_even(designs):
    """(number of the most even design, largest C / smallest C); designs is a list of arrays (N, d)."""
    from scipy.stats.qmc import discrepancy

    c = np.array([discrepancy(points) for points in designs]) ** 0.5
    return c.argmin(), c.max() / c.min()


# %%
check("09.3", most_even)
# Stuck? Run hint("09.3", 1), then 2, then 3.


# %%
def all_measures(points):
    """The five measures of one design."""
    q = designs.quality(points)
    return [q.smallest_distance, q.covering_radius, q.dispersion, q.discrepancy**0.5, q.gaps.min()]


columns = ["smallest distance", "covering radius", "dispersion", "discrepancy C", "gap of shadows"]
means = {name: np.mean([all_measures(p) for p in some], axis=0) for name, some in drawn.items()}
table = pd.DataFrame(means, index=columns).T
table.round(4)

# %%
larger = ["smallest distance", "gap of shadows"]
winners = {c: table[c].idxmax() if c in larger else table[c].idxmin() for c in columns}
most = max(list(winners.values()).count(name) for name in names)
champion.reveal(champion.options[int(most < 5) + int(most < 3)])
print(winners)
claim("no design is best in all five", most < 5, most=most)
three = list(winners.values()).count("rsa-lhs")
claim("rooks that keep their distance are best in three of them", three == 3)
uneven = winners["smallest distance"] == table["discrepancy C"].idxmax() == "grid"
claim("the grid on the edges has the largest distance, and is least even", uneven)
holes = set(table["covering radius"].nlargest(2).index)
claim("random points and plain rooks leave the largest holes", holes == {"random", "lhs"})

# %% [markdown]
# Be wary of a single measure. The grid on the edges wins the smallest distance, because it drives its points into the
# walls, and is the least even of all. The midpoint grid has the smallest hole, and of 25 trials it sees five values.
# Plain rooks have good shadows, and holes like random points.
#
# ## A fair comparison
#
# A measure is a wish, not a result. So let them race. The losses are random bowls, $f(x) = \lVert ((x - p) A) * w
# \rVert^2$: the matrix $A$ tilts and stretches the bowl, the weights $w$, one for each axis, stretch it once more,
# and its lowest point $p$ lies anywhere in the cube. All designs meet the same 4,000 bowls. Those that are quickly
# drawn are drawn anew for each bowl; of the others forty meet all of them (in three dimensions twenty), and the
# error counts the luck of these few, too.

# %%
question = "Bowls of two hyperparameters, 25 points: whose best loss is lowest on average?"
first = predict(question, ["grid", "grid-midpoints", "random", "sobol", "lhs", "rsa", "rsa-lhs"])

# %%
flat = race.place_on_quadratics(names, 25, 2, n_problems=4000, n_draws=40)
solid = race.place_on_quadratics(names, 27, 3, n_problems=4000)
lowest = min(names, key=lambda name: flat.mean(name, 25)[0])
first.reveal(lowest)
figures.placements(flat)

# %% [markdown]
# *In the picture:* the mean of the best loss, with two standard errors; low is good. (The lowest point of a bowl has
# the loss 0, so the best loss is the regret.)


# %%
def claim_ahead(bowls, n, design, other):
    """That a design is ahead of another by more than two standard errors, on the same bowls."""
    mean, error = bowls.difference(design, other, n)
    claim(f"{n} points: {design} ahead of {other}", mean < -2 * error, mean=mean, error=error)


for bowls, n in ((flat, 25), (solid, 27)):
    for design, other in (("grid-midpoints", "rsa-lhs"), ("rsa-lhs", "rsa"), ("rsa", "lhs")):
        claim_ahead(bowls, n, design, other)
claim_ahead(flat, 25, "grid", "random")
claim_ahead(flat, 25, "lhs", "random")
claim_ahead(solid, 27, "random", "grid")
also = min(names, key=lambda name: solid.mean(name, 27)[0])
claim("the midpoint grid is lowest of all, with 25 and with 27", lowest == also == "grid-midpoints")

# %%
means = []
for joined in (True, False):
    patterns = designs.make_many("rsa", 27, 3, 20, seed=3, periodic=joined)
    means.append(problems.quadratics.pattern_losses(patterns, 2000).mean(axis=0))
cost, error = means[1].mean() - means[0].mean(), np.hypot(*map(stats.sem, means))
claim("27 points: walls cost the spheres something", cost > 2 * error, cost=cost, error=error)

# %% [markdown]
# After all this, a plain grid wins! Only not the one that everybody writes. Near its lowest point a bowl rises with
# the *square* of the distance. So what counts is how far, in the mean square, a random place is from the nearest
# point. Say a point's **cell** is everything that is nearer to it than to the others. On the edges, half of a point's
# cell lies outside the square, at a corner three quarters: that is wasted. Midpoints have equal cells, all inside.

# %%
places = np.random.default_rng(0).random((20_000, 2))


def mean_square(points):
    """Mean squared distance of random places from the nearest of the points."""
    return np.mean(np.min(np.sum((places[:, None] - points) ** 2, axis=2), axis=1))


far = [np.mean([mean_square(p) for p in drawn[name][:4]]) for name in names]
loss = [flat.mean(name, 25)[0] for name in names]
agree = stats.spearmanr(far, loss).statistic  # the correlation of the ranks
claim("the mean square puts the designs into almost the same order", agree > 0.9, correlation=agree)
edges, midpoints = (mean_square(drawn[name][0]) for name in names[:2])
claim("on the edges it is over 1.4 times as large", edges > 1.4 * midpoints, ratio=edges / midpoints)

# %% [markdown]
# ### One hyperparameter that does nothing
#
# So is the question settled? Remember the unimportant parameter of notebook 03. Take the designs with 27 points in
# three dimensions, and let the loss ignore the third axis, or the second and the third.

# %%
question = "The third axis does nothing. Where does the midpoint grid come in, among eight?"
fall = predict(question, ["still first", "in the middle", "last but one"])

# %%
stacks = {name: designs.make_many(name, 27, 3, 20, seed=1) for name in names}
idle = {}
for busy in (3, 2, 1):
    seen = {name: some[:, :, :busy] for name, some in stacks.items()}
    best = {name: problems.quadratics.pattern_losses(some, 4000) for name, some in seen.items()}
    idle[f"{3 - busy} idle"] = {name: losses.mean() for name, losses in best.items()}
ranks = pd.DataFrame(idle)
place = ranks["1 idle"].rank()["grid-midpoints"]
fall.reveal(fall.options[int(place > 1) + int(place == 7)])
ranks.round(2)

# %%
one, two = ranks["1 idle"], ranks["2 idle"]
grids, rooks, sobol = min(one["grid"], one["grid-midpoints"]), one["rsa-lhs"], one["sobol"]
claim("one idle: both grids lose even to random", grids > 1.2 * one["random"])
claim("rooks at a distance are far ahead of both", rooks < 0.6 * grids, rooks=rooks, midpoints=grids)
claim("Sobol points are about as good", abs(sobol / rooks - 1) < 0.15, sobol=sobol)
claim("two idle: even a plain Latin hypercube is far ahead of random", two["lhs"] < 0.5 * two["random"])
claim("and rooks at a distance are best", two.idxmin() == "rsa-lhs", loss=two.min(), lhs=two["lhs"])
claim("spheres have fallen behind any rooks", two["rsa"] > 1.5 * two["lhs"], rsa=two["rsa"])

# %%
third = problems.WithIdle(problems.function("random-quadratic", n_dims=2), 1)
laps = race.compare(["grid-midpoints", "sobol"], third, n_trials=27, seeds=range(100))
d = laps.differences("sobol", "grid-midpoints")
ahead = d.mean() < -2 * stats.sem(d)
claim("Sobol points are ahead of midpoints in searches, too", ahead, mean=d.mean(), error=stats.sem(d))

# %% [markdown]
# The grid's 27 trials are now nine, and then three. Spheres still have 27 shadows, but these clump; those of rooks
# are even. So it depends on what you know. If every hyperparameter matters, and the optimum lies inside, nothing here
# beat midpoints, as long as you can afford $n^d$ of them. If some may do nothing, as in notebook 03, take a design
# with good shadows: rooks, better still at a distance, or Sobol points.
#
# ## As you would write it
#
# SciPy has Latin hypercubes and Sobol points in `scipy.stats.qmc`. Its engines give points of the unit cube; you put
# them on the scales of your hyperparameters. (Optuna's `QMCSampler` tries Sobol points one after another.)

# %%
engine = qmc.LatinHypercube(d=2, optimization="random-cd", rng=0)
exponents = qmc.scale(engine.random(8), l_bounds=[-4, -6], u_bounds=[-1, -2])  # powers of ten
for rate, penalty in 10**exponents:
    print(f"learning rate {rate:.2g}, penalty {penalty:.2g}")

# %% [markdown]
# One trap: SciPy's `PoissonDisk` keeps points at a distance as well, but it is not random sequential addition. It
# grows new points beside those that are there, and packs less densely, so that holes remain.

# %%
with_walls = len(designs.saturate(0.05, 2, periodic=False))
grown = qmc.PoissonDisk(2, radius=0.05, rng=0).fill_space()  # its radius is our diameter
fewer = len(grown) < 0.9 * with_walls
claim("a tenth fewer points, at least", fewer, PoissonDisk=len(grown), saturated=with_walls)
hole = measures.covering_radius(grown)
claim("its largest hole has room for one more", hole > 0.05, covering_radius=hole)

# %% [markdown]
# ## Take-aways
#
# - A Latin hypercube is a board of rooks that may not take each other: of every hyperparameter, N trials try N
#   values. It promises nothing about the square itself: its points may stand in a row, or close together.
# - Spheres that fall at random keep a distance. Darts never prove that no more fits; voxels that are crossed out do.
# - Walls attract points, and levels on the edges waste their cells. Join the sides, or keep to the middles.
# - Measures of a design disagree: ask for the one you need. Discrepancy, dispersion and covering radius should be
#   small, distances and gaps large.
# - If every hyperparameter matters, a midpoint grid is hard to beat. If one does nothing, it collapses: take good
#   shadows, of rooks that keep their distance or of Sobol points.
#
# ## Quiz

# %%
quiz("09")

# %% [markdown]
# ## References
#
# - M. D. McKay, R. J. Beckman and W. J. Conover (1979), A comparison of three methods for selecting values of input
#   variables in the analysis of output from a computer code, *Technometrics* 21, 239-245. Latin hypercubes.
# - A. Rényi (1958), On a one-dimensional problem concerning random space filling, *Publications of the Mathematical
#   Institute of the Hungarian Academy of Sciences* 3, 109-127. The parked cars.
# - G. Zhang and S. Torquato (2013), Precise algorithm to generate random sequential addition of hard hyperspheres at
#   saturation, *Physical Review E* 88, 053312. Voxels, and the packing fractions.
# - M. E. Johnson, L. M. Moore and D. Ylvisaker (1990), Minimax and maximin distance designs, *Journal of Statistical
#   Planning and Inference* 26, 131-148. Smallest distance and covering radius.
# - F. J. Hickernell (1998), A generalized discrepancy and quadrature error bound, *Mathematics of Computation* 67,
#   299-322. The centred discrepancy.
# - I. M. Sobol' (1967), On the distribution of points in a cube and the approximate evaluation of integrals, *USSR
#   Computational Mathematics and Mathematical Physics* 7, 86-112.
# - C. L. H. Rasmussen, J. B. Frederiksen, J. O. Melcher, R. A. Nielsen and S. Halkjær, *Hyperparameter optimization:
#   beating grid and random search with alternative methods*, project in the course Applied Machine Learning, Niels
#   Bohr Institute, Copenhagen. Rooks, spheres, and the wish to combine them.
#
# ## What is next
#
# There is a third idea: tilings that never repeat, and yet have order everywhere. Notebook 10, hypertilings, builds
# them and sets them beside all designs of this one, also on losses of real networks. If you would rather know how
# such comparisons are made fair, go on with notebook 11.
