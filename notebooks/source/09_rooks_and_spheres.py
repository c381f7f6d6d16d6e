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


# %% tags=["deck"]
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


# %% [markdown] tags=["slide", "title"]
# # Rooks and spheres
#
# Can trials be placed so that they do not waste each other?

# %% [markdown] tags=["notes"]
# **1 min.** A grid, or random points: most searches that are planned beforehand are one of these. Today we plan
# better ones, with a game of chess and with oranges. You need to know what a learning rate is, and nothing else.

# %% tags=["slide"]
from IPython.display import Markdown

from hpo_tutor.course.decks import on_slide
from hpo_tutor.course.pictures.intervals import Row
from hpo_tutor.course.pictures.nb09 import slides
from hpo_tutor.designs.saturation import stages
from hpo_tutor.designs.stacks import QUICK
from hpo_tutor.race.placements import standard_error
from hpo_tutor.scenes.looks import style
from hpo_tutor.scenes.stage import Axis
from hpo_tutor.scenes.ticks import MINUS, number

square = {name: designs.make(name, 25, 2, 0) for name in ("random", "grid", "lhs", "rsa", "rsa-lhs")}
apart = {name: measures.smallest_distance(points) for name, points in square.items()}
called = {"random": "random", "grid": "grid, edges", "grid-midpoints": "grid, middles", "lhs": "rooks"}
called |= {"rsa": "spheres", "rsa-lhs": "both at once", "sobol": "Sobol points"}

# %% [markdown] tags=["slide"]
# ## 25 trainings each. Which one would you give back?

# %% tags=["slide"]
claim("in A two are nearly one", apart["random"] < 0.1 * apart["rsa-lhs"], A=apart["random"], C=apart["rsa-lhs"])
claim("B has five values on each axis", measures.n_distinct(square["grid"]).tolist() == [5, 5])
plans = {"A": square["random"], "B": square["grid"], "C": square["rsa-lhs"]}
on_slide(slides.in_a_row(plans, dict.fromkeys(plans, style("random")), shadows=False))

# %% [markdown] tags=["notes"]
# **3 min.** Three plans. Across is one hyperparameter, upwards another; a dot is a training. One of the 25 must go.
# Which, in each plan?
#
# In A it is easy: two dots nearly coincide. In B you will hear *none, they are all needed*. Ask: suppose the upward
# one does nothing at all? Then twenty can go. In C nobody wants to give one back; let them look for rows. How C was
# made is the talk.

# %% [markdown] tags=["slide", "vote"]
# ## All three hyperparameters matter. Which 27 trials do best?
#
# - A: a grid: three levels of each, in the middles of three parts
# - B: no level of anything tried twice
# - C: far apart from one another
# - D: both at once, B and C

# %% [markdown] tags=["notes"]
# **2 min.** Now three hyperparameters, 27 trials, all chosen before the first is run. The loss is a bowl, tilted and
# stretched at random, its lowest point anywhere in the cube. All three matter. Whose best of 27 is lowest, on average
# over 2,000 bowls? The grid of A has its levels at one sixth, a half and five sixths, in all combinations. Hands up,
# and the counts on the board. Most take D: why not have everything?

# %% [markdown] tags=["slide"]
# ## What one hyperparameter sees: the shadow

# %% tags=["slide"]
n_values = {name: int(measures.n_distinct(square[name])[0]) for name in ("random", "grid")}
titles = {f"{name}: {n} values": name for name, n in n_values.items()}
claim("25 random points have 25 shadows, a grid has five", list(n_values.values()) == [25, 5])
shown = {title: square[name] for title, name in titles.items()}
on_slide(slides.in_a_row(shown, {title: style(name) for title, name in titles.items()}, shadows=True))

# %% [markdown] tags=["notes"]
# **2 min.** Two words. Points that are chosen before any loss is known are a *design*. And what one hyperparameter
# sees of a design is its *shadow*: drop every point on the axis. Random points have 25 shadows, unevenly. A grid of 25
# has five. If only one hyperparameter matters, that is all you tried.

# %% [markdown] tags=["slide"]
# ## A board for rooks

# %% tags=["slide"]
standing = [
    ((1, 1), (1, 3)),
    ((1, 1), (1, 3), (3, 1), (3, 3)),
    ((0, 2), (1, 4), (2, 1), (3, 3), (4, 0)),
    tuple((k, k) for k in range(5)),
]
boards = Player([slides.rooks(5, some) for some in standing], name="board", label="Rooks that may not take each other")
on_slide(boards, stops=[0, 1, 2, 3], freeze=True)

# %% [markdown] tags=["notes"]
# **4 min.** Columns are levels of the learning rate, rows levels of a penalty. A rook is a trial.
#
# **Stop 1.** Held. A rook takes what stands in its column or row. *Ask:* suppose the penalty does nothing. What do we
# learn from the second rook? Nothing: the same learning rate twice.
#
# **Stop 2, four rooks.** Before: make it a grid of two by two; how many levels of each do we try? *Four* is the usual
# answer. After: two, each twice. A grid is all rooks taking each other.
#
# **Stop 3, five rooks.** Before: five rooks, none takes another; what will the shadows be? After: perfect, every level
# of both once. In more dimensions this is called a *Latin hypercube*.
#
# **Stop 4.** Before: is every such board a good plan? After: none takes another. Would you want these trials? Low rate
# with low penalty, high with high: you could never say which of the two it was.

# %% [markdown] tags=["slide", "build"]
# ## A Latin hypercube, in one line
#
# $$x_{ij} \;=\; \frac{\color{#0072B2}{\pi_j(i)} + \color{#D55E00}{u_{ij}}}{\color{#009E73}{N}}$$
#
# - Green: cut each axis into as many slices as there are trials.
# - Blue: which slice. A shuffled deck of cards for each axis, so **no slice comes twice**.
# - Orange: where in the slice, at random.

# %% [markdown] tags=["notes"]
# **3 min.** $x_{ij}$ is where trial $i$ stands on axis $j$. Press four times: the formula, green, blue, orange. Green:
# 25 trials, 25 slices. Blue: $\pi_j$ is a permutation, the numbers from 0 to 24 shuffled. Deal them to the trials:
# everybody gets one, nobody the same. And orange moves the rook within its square.
#
# *Ask:* what goes wrong if all axes use the same shuffled deck? The diagonal! Somebody will say *nothing*.

# %% [markdown] tags=["slide"]
# ## What rooks do not promise

# %% tags=["slide"]
share = slides.sloping(5)[1].mean()
claim("over a fifth of all boards are nearly a diagonal", share > 0.2, share=share)
on_slide(slides.all_boards())

# %% [markdown] tags=["notes"]
# **2 min.** Here are all boards of five rooks, five times four times three times two of them. The orange ones, squares,
# are nearly a diagonal, a correlation of 0.7 or more either way. Over a fifth! With 25 rooks it gets rare, but rooks
# still mind lines only: two of them may stand corner to corner. Trials need room in every direction. That is the
# oranges' turn.

# %% [markdown] tags=["slide"]
# ## Throwing darts

# %% tags=["slide", "show-code"]
rng = np.random.default_rng(0)
kept = []
for dart in rng.random((1000, 2)):
    if has_room(dart, kept, diameter=0.16):
        kept.append(dart)

# %% tags=["slide"]
thrown = np.array([hits(1000, 0.16, np.random.default_rng(seed)) for seed in range(20)])
early, late = thrown[:, :50].sum() / thrown.sum(), thrown[:, 500:].sum(axis=1).mean()
claim("the first 50 darts bring six of ten", early > 0.6, share=early)
claim("the last 500 bring about one", 0.3 < late < 2, mean=late)
Markdown(f"The first 50 darts bring **{early:.0%}** of all that is kept. The last 500 bring **{late:.1f}**.")

# %% [markdown] tags=["notes"]
# **2 min.** Draw a disc around each point. Discs may not overlap: no two trials nearer than the diameter. Throw darts;
# keep one if its disc has room. (Who leaves the square on the right comes in on the left.) Twenty runs: the beginning
# is quick, and then it drags on. *Ask:* five hundred misses in a row: may we stop?

# %% [markdown] tags=["slide"]
# ## Is there room for one more disc?

# %% tags=["slide"]
found = list(stages(0.16, 2, seed=1))
n_last = [len(stage.points) for stage in found][-2:]
claim("there is, for exactly one", n_last == [26, 27], points=n_last)
on_slide(slides.full(found[-2].points, 0.16))

# %% [markdown] tags=["notes"]
# **2 min.** Look well. 26 discs lie there; many darts in a row have just missed. May one more be placed, without
# overlap? Sides are joined: what sticks out on the right comes in on the left. Let somebody point. Who says yes, who
# says no? How would you *prove* a no? Do not answer; the next two slides do.

# %% [markdown] tags=["slide"]
# ## May this voxel be thrown away?

# %% tags=["slide"]
frames = [slides.voxel(*at) for at in ((0.38, 0.3, 0.14), (0.5, 0.24, 0.14), (0.46, 0.42, 0.14), (0.46, 0.42, 0.07))]
on_slide(Player(frames, name="voxel", label="May this voxel be thrown away?"), stops=[0, 1, 2, 3])

# %% [markdown] tags=["notes"]
# **2 min.** Do not look where darts happen to fall; cross out what is certainly taken. Cut the square into little ones,
# *voxels*. If even the farthest corner of a voxel is nearer than the diameter to one point, no centre can lie in it.
#
# 1. The farthest corner is nearer: throw it away. *Before you press:* and if that corner sticks out? 2. Keep it.
#    *Before:* now between two points, which leave no room in it; is it thrown away? 3. No, kept: no single point covers
#    it. *Before:* what helps? Cut it. 4. A smaller voxel is covered.
#
# Short of time: press on to the third.

# %% [markdown] tags=["slide"]
# ## Orange: perhaps room for a centre

# %% tags=["slide"]
claim("the first darts fill most of it", len(found[1].points) > 20, points=len(found[1].points))
claim("in the end no voxel is left", found[-1].saturated)
proof = slides.proof(found, 0.16)
on_slide(
    Player(proof, name="stage", label="Until nothing is left", speed=1),
    stops=[1, 2, 6, len(found) - 2, len(found) - 1],
    freeze=True,
)

# %% [markdown] tags=["notes"]
# **5 min.** Green discs, and grey around them, where no further centre may lie. Orange: voxels that are left. On the
# right the framed piece, enlarged.
#
# **Stop 1.** Held: the first darts have been thrown, and orange is left. *Ask:* where do you throw now? Into the orange
# only. That is the first trick.
#
# **Stop 2, cut in four.** Before: will there be more voxels, or fewer? Most say four times as many. After: fewer; most
# of the small ones are covered.
#
# **Stop 3.** Throw, cut, throw, cut. Little is left.
#
# **Stop 4.** This is the square that you looked at. Before: point again. After: look at the frame. There is orange: it
# is still in doubt.
#
# **Stop 5.** One more disc! And now no voxel is left: nothing fits any more, and that is *proved*. Who had said yes?

# %% [markdown] tags=["slide"]
# ## Inflate, until just 25 fit

# %% tags=["slide"]
inflation = pictures.Inflation([0.1, 0.12, 0.14, 0.15, 0.16, 0.17, 0.18, 0.2, 0.25, 0.3], n_wanted=25)
claim("with the smallest there are over twice too many", inflation.counts[0] > 50, points=inflation.counts[0])
claim("with the largest fewer than ten", inflation.counts[-1] < 10, points=inflation.counts[-1])
balloon = Player.over(
    lambda diameter: slides.inflated(inflation, diameter),
    label="Inflate the discs until just 25 fit",
    diameter=Dial("diameter D", inflation.diameters),
)
on_slide(balloon, stops=[{"diameter": 0.1}, {"diameter": inflation.largest}, {"diameter": 0.3}])

# %% [markdown] tags=["notes"]
# **2 min.** You can afford 25 trainings, not *as many as happen to fit*. Small discs: far too many fit. Press: the
# largest diameter of these with which 25 still come. Press: too large, and trials are left over that you cannot place.
# So one looks for the largest diameter that holds 25. Short of time: skip.

# %% [markdown] tags=["slide"]
# ## Where spheres fail: walls attract points

# %% tags=["slide"]
runs = {
    title: [designs.saturate(0.1, 2, seed, periodic=joined) for seed in range(600)]
    for title, joined in (("sides joined", True), ("walls", False))
}
crowds = {title: np.concatenate(some) for title, some in runs.items()}
denser = {name: np.mean(np.abs(p - 0.5).max(axis=1) > 0.475) / (1 - 0.95**2) for name, p in crowds.items()}
claim("along walls about twice as many", 1.8 < denser["walls"] < 2.6, times=denser["walls"])
claim("with joined sides not", abs(denser["sides joined"] - 1) < 0.05, times=denser["sides joined"])
on_slide(slides.crowd(runs))

# %% [markdown] tags=["notes"]
# **2 min.** All points of 600 filled squares, laid on one another; light is many. Left, sides joined: even. Right, real
# walls: *why is the rim so bright?* No disc beyond the wall is in the way there. About twice as many points lie along
# it, and the edge of your ranges is where the optimum should not be. So we keep the sides joined.
#
# Before you go on, ask: take rooks that must also keep a distance. Will their nearest two stand as far apart as those
# of the spheres? *Nearer, rooks are in the way* is the usual guess.

# %% [markdown] tags=["slide"]
# ## How near are the nearest two?

# %% tags=["slide"]
claim("rooks alone stand close", apart["lhs"] < 0.6 * apart["rsa"], lhs=apart["lhs"], rsa=apart["rsa"])
claim("both at once: farther apart than spheres", apart["rsa-lhs"] > 1.05 * apart["rsa"], distance=apart["rsa-lhs"])
titles = {f"{said}: {apart[name]:.2f}": name for name, said in called.items() if name in ("lhs", "rsa", "rsa-lhs")}
shown = {title: square[name] for title, name in titles.items()}
looks = {title: style(name) for title, name in titles.items()}
on_slide(slides.in_a_row(shown, looks, shadows=True, discs=True))

# %% [markdown] tags=["notes"]
# **2 min.** Left, rooks: look at the shadows along the sides, perfectly even; and two points nearly touch. Middle,
# spheres: room for everybody, and the shadows clump. And your guess?
#
# On the right, both at once: *farther*. Spheres fell at random and stayed; these rooks were moved until it was as good
# as could be found. Distance and shadows are no enemies.

# %% [markdown] tags=["slide"]
# ## The race: all three matter

# %% tags=["slide"]
stacks = {name: designs.make_many(name, 27, 3, 2000 if name in QUICK else 20, seed=1) for name in called}


def losses_of(busy):
    """The best loss of each design on 2,000 bowls that look at the first axes only."""
    seen = {name: some[:, :, :busy] for name, some in stacks.items()}
    each, few = problems.quadratics.best_losses, problems.quadratics.pattern_losses
    return {name: each(some, 2000)[:, None] if name in QUICK else few(some, 2000) for name, some in seen.items()}


def against(losses, name, peer="random"):
    """By how many per cent of its peer's mean a design has more loss, with the error."""
    error = standard_error(losses[name] - losses[peer], not {name, peer} <= set(QUICK))
    scale = 100 / losses[peer].mean()
    return Row(called[name], scale * (losses[name].mean() - losses[peer].mean()), scale * error, style(name))


lost = {busy: losses_of(busy) for busy in (3, 2, 1)}
rows = {busy: {name: against(losses, name) for name in called if name != "random"} for busy, losses in lost.items()}
for other in ("rsa-lhs", "rsa", "sobol"):
    one = against(lost[3], "grid-midpoints", other)
    claim(f"all matter: midpoints ahead of {other}", one.mean < -2 * one.error, mean=one.mean, error=one.error)
one = against(lost[3], "rsa-lhs", "lhs")
claim("both at once is ahead of plain rooks", one.mean < -2 * one.error, mean=one.mean, error=one.error)
claim("the grid on the edges is not ahead of random", rows[3]["grid"].mean > 0, mean=rows[3]["grid"].mean)
reach = Axis("best loss, compared with random points (%)", -55, 30, ticks=[(k, number(k)) for k in (-40, -20, 0, 20)])
on_slide(slides.standings(slides.best_first(rows[3].values()), reach, "random points"))

# %% [markdown] tags=["notes"]
# **3 min.** 2,000 bowls, 27 trials each, against random points. Left is better; bars are two standard errors. Read from
# the bottom: the grid that everybody writes, with levels on the edges, is no better than chance. Rooks are a little
# better, Sobol points and spheres more, both at once more still. (Sobol points are a famous sequence that fills evenly;
# good, and in every library.)
#
# Let them see the top by themselves. A plain grid wins! With its levels in the middles. Look at the board: how many
# had A? *It must be a trick of the bowls*, somebody will say. Good: next slide.

# %% [markdown] tags=["slide"]
# ## Why middles win: no cell is wasted

# %% tags=["slide"]
waste = slides.outside(5, edges=True)
claim("a third of the cells of a grid on the edges lies outside", waste > 0.33, share=waste)
on_slide(slides.cells())

# %% [markdown] tags=["notes"]
# **2 min.** A trial speaks for its *cell*, everything that is nearer to it than to others. Levels on the edges: half of
# a cell hangs over the wall, at the corners three quarters. Grey is wasted. Midpoints have equal cells, all inside. For
# a bowl that is just what counts. So the lesson is not "grids are bad"; it is "edges are bad".
#
# Before you go on, ask: the same designs, but the loss ignores the third hyperparameter. Where does the champion come
# in now? *Still first*, or *in the middle*.

# %% [markdown] tags=["slide"]
# ## The race again: one of three does nothing

# %% tags=["slide"]
idle = rows[2]
worse = min(idle["grid"].mean - 2 * idle["grid"].error, idle["grid-midpoints"].mean - 2 * idle["grid-midpoints"].error)
claim("both grids are behind random points", worse > 20, at_least=worse)
better = idle["rsa-lhs"].mean + 2 * idle["rsa-lhs"].error
claim("both at once is ahead of them", better < -10, at_most=better)
two_idle = lost[1]["grid-midpoints"].mean() / lost[1]["random"].mean()
claim("two idle: midpoints lose more than eight times what random points do", two_idle > 8, times=two_idle)
reach = Axis(reach.label, -60, 290, ticks=[(k, number(k)) for k in (0, 100, 200)])
on_slide(slides.standings(slides.best_first(idle.values()), reach, "random points"))

# %% [markdown] tags=["notes"]
# **3 min.** The same designs. Only, the loss ignores the third hyperparameter; and who knows beforehand which one it
# will be?
#
# Last but one, far behind random points. Its 27 trials have become nine, each made three times. Rooks, Sobol points and
# both at once still have 27 shadows. With two idle it is over eight times the loss of random points.

# %% [markdown] tags=["slide"]
# ## And 27 trainings of a real network?

# %% tags=["slide"]
entered = ["random", "grid", "grid-midpoints", "lhs", "rsa-lhs"]
real = race.place_on_landscape(entered, problems.landscape("mnist"), 27, n_draws=20)
scale, ends = 100 / real.mean("random", 27)[0], {name: real.difference(name, "random", 27) for name in entered[1:]}
rows_real = [Row(called[name], scale * mean, scale * error, style(name)) for name, (mean, error) in ends.items()]
errors = {name: mean / error for name, (mean, error) in ends.items()}
edges = errors.pop("grid")
claim("the grid on the edges is clearly behind random points", edges > 3.2, errors=edges)
claim("nobody else can be told from them", max(map(abs, errors.values())) < 3.2, **errors)
reach = Axis("regret, compared with random points (%)", -35, 65, ticks=[(k, number(k)) for k in (-20, 0, 20, 40, 60)])
on_slide(slides.standings(slides.best_first(rows_real), reach, "random points", aspect=0.4))

# %% [markdown] tags=["notes"]
# **2 min.** Bowls are clean. Here are recorded trainings on handwritten digits, learning rate, penalty and noise, ten
# batches of data, and the winner is picked by one noisy training. Edges lose, clearly. And the rest? Nobody can be told
# from chance. Be honest about that: where the loss is noisy, a fine placement is drowned. It never hurt, either.
#
# Too early: ask who has a grid with levels on the edges in a script of their own, and what they would write in its
# place.

# %% [markdown] tags=["slide", "vote"]
# ## All three hyperparameters matter. Which 27 trials do best?
#
# - A: a grid: three levels of each, in the middles of three parts
# - B: no level of anything tried twice
# - C: far apart from one another
# - D: both at once, B and C

# %% [markdown] tags=["notes"]
# **1 min.** Vote again; put the counts beside the first ones. Then ask: and if you were *not* told that all three
# matter? Vote a third time.

# %% [markdown] tags=["slide", "build"]
# ## A, if you know. D, if you do not

# %% tags=["slide"]
said = {name: [f"{rows[busy][name].mean:+.0f}%".replace("-", MINUS) for busy in (3, 2)] for name in rows[3]}
grid, rooks = said["grid-midpoints"], said["rsa-lhs"]
Markdown(
    "Loss, compared with random points:\n\n"
    f"- grid, middles: **{grid[0]}** if all matter, **{grid[1]}** with one idle;\n"
    f"- rooks that keep their distance: **{rooks[0]}** and **{rooks[1]}**."
)

# %% [markdown] tags=["notes"]
# **1 min.** Press three times. So, can trials be placed so that they do not waste each other? Yes; but *waste* has two
# meanings. Two trials in one place waste each other in the square, two rooks in a line waste each other in the shadow.
# If you know that everything matters, mind the square. If you do not know, and who does, mind both.

# %% [markdown] tags=["slide"]
# ## As you would write it

# %% tags=["slide", "show-code"]
engine = qmc.LatinHypercube(d=3, optimization="random-cd", rng=0)
rooks = engine.random(27)
powers = qmc.scale(rooks, [-4, -6, -3], [-1, -2, 0])
configs = 10**powers

at_a_distance = designs.make("rsa-lhs", 27, 3, seed=0)

# %% [markdown] tags=["notes"]
# **1 min.** SciPy has rooks that are moved until they are even, and Sobol points: `scipy.stats.qmc`. The last line is
# this course's rooks that keep their distance. Both give points of the unit cube; you put them on your scales, here
# powers of ten.

# %% [markdown] tags=["slide"]
# ## Where to practise
#
# Notebook 09, an hour.
#
# - 09.1 draw a Latin hypercube, 09.2 throw voxels away, 09.3 find the most even design.
# - Place the rooks yourself. Drag a voxel about.

# %% [markdown] tags=["notes"]
# **1 min.** `hpo-tutor start 09`. The picture to try first is the board of rooks, then *Six designs, five measures*:
# find a design that is best in all five. The next talk asks whether a tiling that never repeats can do better.
