# %% [markdown]
# # Hypertilings
#
# **Question.** Does a tiling place points better than a grid, or than chance?
#
# **Afterwards you can**
#
# - turn lines that cross into a tiling without holes, crossing by crossing
# - take exactly N points out of a tiling, whatever N is, in the plane and in space
# - say against which opponent a tiling wins, and against which it only seems to
#
# **Before.** Notebook 03 (random search). Notebook 09 (rooks and spheres) helps; what is needed of it is said again.
#
# **Time.** 65 minutes, of which the three exercises take 20. A good place for a break is before *Exactly N points*.

# %% tags=["setup"]
from itertools import combinations, product

import numpy as np
import pandas as pd
from scipy import stats
from scipy.spatial import cKDTree

from hpo_tutor import check, claim, designs, doctor, figures, hint, predict, problems, quiz, race
from hpo_tutor.course.pictures import nb10 as pictures
from hpo_tutor.designs.multigrid import Multigrid, star
from hpo_tutor.samplers import Design
from hpo_tutor.widgets import Dial, Player

doctor()

# %% [markdown]
# ## From lines to tiles
#
# Which N configurations do you try, if you must choose all of them before the first is trained? Such a choice is called
# a **design**. A grid stands in rows, and where a hyperparameter does nothing, rows are repetitions. Random points
# clump and leave holes. Students in Copenhagen proposed a third way: points of a **Penrose tiling**. It covers the
# plane with two kinds of tiles, evenly, and yet it never repeats. Its corners might do for trials.
#
# How does one make such a thing? Not by laying tiles until they fit. In 1981 N. G. de Bruijn found that straight lines
# are enough.
#
# Begin with what you know: squared paper, two **families** of parallel lines, all at distance 1. It can be read in two
# ways. Either the small squares are the tiles, and the crossings are their corners. Or the other way round: make a
# *tile of each crossing*, and a *corner of each region* between the lines (a **vertex** of the tiling). This exchange
# of roles is called **duality**. A tile's sides stand at right angles to the two lines that cross; their length is one.
# For squared paper nothing is gained: out come squares. But nobody said *two* families.

# %%
question = "Two families. You push all upright lines to the right. What do the squares do?"
pushed = predict(question, ["they move along", "they are stretched", "nothing"])

# %%
ways = np.linspace(-0.4, 0.4, 17)
Player.over(
    pictures.duality,
    x=Dial("to the right", ways),
    y=Dial("upwards", ways),
    families=Dial("families of lines", ["2", "3", "5"]),
    drag=("x", "y"),
    start={"x": 0.1, "y": 0.1, "families": "3"},
    label="Drag a line, and rhombs flip",
)

# %% [markdown]
# *How to use it:* drag in the left picture. The crossing of the two thick lines follows, and with it all lines of their
# two families. Or use the sliders. The choice sets the number of families.
#
# *In the picture:* each crossing on the left is a tile on the right, in the same colour. The crossing that you drag is
# the framed tile. A thick line on the left is a row of tiles on the right: on the way along it, you meet the same
# tiles in the same order. The grey triangle is a region between three lines; regions become corners, so it is the grey
# dot, where three rhombs meet.
#
# Two questions to answer with it:
#
# 1. Three families. Drag until the grey triangle closes and opens again on the other side. What do the three rhombs
#    at the grey dot do?
# 2. Five families. One step to the right: which tiles change, and which stay?
#
# *Surprise me:* three families, 0.1 to the right and 0.4 upwards. There is no triangle left: three lines meet in one
# point. Which tile belongs to it?

# %%
before, after = (pictures.window(2, x, 0.1).corners() for x in (0.1, 0.4))
same = before.shape == after.shape and np.allclose(before, after)
pushed.reveal("nothing" if same else "they move along")
claim("two families, pushed by 0.3: no square has moved", same)

# %% [markdown]
# A tile knows only *which* lines cross, and in which order other lines are met; not where. As long as no line passes
# a crossing of others, nothing happens. When one does, a triangle closes and another opens: the three rhombs around a
# corner fill a hexagon, and now they fill the same hexagon the other way round. (With three families, all hexagons turn
# over at once. Where three lines meet in one point, nothing says which way round the hexagon is filled. The picture
# pushes lines apart by a hair, to one side, and so decides.)
#
# ## In numbers
#
# The families are $j = 1, \dots, t$. Each has a **star vector** $x_j$, of length 1 and perpendicular to its lines, and
# a **shift** $\gamma_j$. Its line number $m$ holds the places $p$ with
#
# $$x_j \cdot p + \gamma_j = m, \qquad m \text{ a whole number.}$$
#
# (The products of the coordinates, summed: $x_j \cdot p$ is how far one gets in the direction of $x_j$ on the way from
# the origin to $p$.) All lines together are a **multigrid**. A region between them is told by $t$ whole numbers: for
# each family, the number of the next line that one meets in the direction of $x_j$. With $\lceil\cdot\rceil$ for
# rounding up,
#
# $$K_j = \lceil x_j \cdot p + \gamma_j \rceil,$$
#
# wherever $p$ lies in the region. The corner that the region becomes is the place
#
# $$K_1 x_1 + K_2 x_2 + \dots + K_t x_t.$$
#
# Step over a line of family $i$: only $K_i$ changes, by one, and the corner moves by $x_i$. That is why tiles have
# sides of length 1. Around a crossing of line $m_i$ of family $i$ and line $m_j$ of family $j$ lie four regions. In
# them $K_i$ is $m_i$ or $m_i + 1$, and $K_j$ is $m_j$ or $m_j + 1$; all others are the same in the four. So their four
# corners make a rhomb with the sides $x_i$ and $x_j$.
#
# **Exercise 10.1** (level 2). Return the four corners of a rhomb as whole numbers: a table of 4 rows (in any order) and
# $t$ columns. Find the crossing $p$ first: it solves two equations, which `np.linalg.solve` does.


# %% tags=["exercise"]
def rhomb(star, shifts, i, j, m_i, m_j):
    """K of the four corners where line m_i of family i crosses line m_j of family j, shape (4, t).

    star has shape (t, 2), a star vector in each row; shifts (t,); i and j count from 0.
    """
    raise NotImplementedError


# %% tags=["solution"]
def rhomb(star, shifts, i, j, m_i, m_j):
    """K of the four corners where line m_i of family i crosses line m_j of family j, shape (4, t).

    star has shape (t, 2), a star vector in each row; shifts (t,); i and j count from 0.
    """
    p = np.linalg.solve(star[[i, j]], [m_i - shifts[i], m_j - shifts[j]])
    corners = np.tile(np.ceil(star @ p + shifts), (4, 1))
    corners[:, i] = [m_i, m_i, m_i + 1, m_i + 1]
    corners[:, j] = [m_j, m_j + 1, m_j, m_j + 1]
    return corners


# %%
check("10.1", rhomb)
# Stuck? Run hint("10.1", 1), then 2, then 3.

# %% [markdown]
# That is the whole algorithm. For many lines at once it takes ten lines of code:


# %% tags=["deck"]
def tiling(vectors, shifts, n):
    """A rhomb for each crossing of lines -n to n: its two families (m, 2), and its lowest K (m, t)."""
    lines = np.array(list(product(range(-n, n + 1), repeat=2)))
    families, lowest = [], []
    for pair in map(list, combinations(range(len(vectors)), 2)):
        places = np.linalg.solve(vectors[pair], (lines - shifts[pair]).T).T
        integers = np.ceil(places @ vectors.T + shifts).astype(int)
        integers[:, pair] = lines  # rounding would put them on either side
        families.append(np.tile(pair, (len(lines), 1)))
        lowest.append(integers)
    return np.concatenate(families), np.concatenate(lowest)


# %% [markdown]
# Nobody checked that the rhombs fit together. Do they leave holes, or lie upon each other? Take five families with any
# shifts, and throw 500 places into the middle of the patch.

# %%
holes = predict("Of 500 places, how many lie in no rhomb, or in two?", ["none", "a few", "many"])

# %%
rng = np.random.default_rng(0)
five, shifts = star(5, 2), rng.uniform(-0.5, 0.5, 5)
families, lowest = tiling(five, shifts, 8)
middle = (shifts + 0.5) @ five  # the corner that belongs to p = 0 lies near it
places = middle + rng.uniform(-8, 8, (500, 2))
n_wrong = np.sum(pictures.tiles_over(places, five, families, lowest) != 1)
holes.reveal("none" if n_wrong == 0 else "a few" if n_wrong < 20 else "many")
claim("each of 500 places lies in exactly one rhomb", n_wrong == 0, rhombs=len(lowest))

# %% [markdown]
# It is always so, for any star and any shifts. (Along a line, rhombs share a side with the next one; around a region,
# they share its corner, and their angles there add up to a full turn, since the sides of the region turn once around
# it.)
#
# ## Penrose's tiling
#
# Five families, at angles of 72°, with shifts that add up to zero: that is the tiling of Roger Penrose. Watch it grow,
# from the crossings in the middle outwards.

# %%
wall = pictures.penrose()
frames = pictures.growth(wall, 650)
Player(frames, name="frame", start=20, speed=5, label="A Penrose tiling grows")

# %% [markdown]
# *How to use it:* play, or step with the arrow keys.
#
# *In the picture:* on the left the lines, and the crossings that have become tiles so far, those in the circle. On the
# right the tiles. There are two shapes, thick (blue) and thin (orange); the five directions of each have shades of
# their own. Two questions: find five thick tiles around one corner: is there another such star, and does it point the
# same way? How do the numbers of thick and of thin tiles grow?

# %%
options = ["1", "1.5", "1.618", "2"]
ratio = predict("In a large wall, how many thick tiles are there for each thin one?", options)

# %%
half = 60  # of the side of a large patch, in sides of a tile
tiles, points = wall.tiles(np.zeros(2), half), wall.vertices(np.zeros(2), half)
thin, thick = np.bincount(tiles.kinds)
golden = (1 + np.sqrt(5)) / 2
ratio.reveal(min(options, key=lambda option: abs(float(option) - thick / thin)))
near = abs(thick / thin / golden - 1) < 0.01
claim("the golden ratio, (1 + sqrt 5) / 2, to 1 %", near, thick=thick, thin=thin, ratio=thick / thin)
nearest = cKDTree(points).query(points, k=2)[0][:, 1].min()
inverse = abs(nearest * golden - 1) < 1e-6
claim("no two corners are nearer than 1 / golden ratio", inverse, nearest=nearest)

# %% [markdown]
# Here is why nothing repeats. In a pattern that does, each copy of its smallest piece has the same whole numbers of
# thick and of thin tiles, so their ratio is one of whole numbers. The golden ratio is not.

# %% [markdown]
# Other numbers of families make other walls. With $t$ families, an odd number at angles of $360°/t$, an even number at
# angles of $180°/t$. Penrose's is $t = 5$; the study in Copenhagen ran $t = 6$.

# %%
Player.over(
    pictures.poster,
    families=Dial("families of lines", range(3, 9)),
    draw=Dial("draw", range(1, 5)),
    points=Dial("shown", [False, True], texts=["tiles", "tiles and corners"]),
    start={"families": 5},
    label="Walls of tiles",
    speed=1,
)

# %% [markdown]
# *How to use it:* the first slider, or left and right, changes the number of families; the second draws other shifts.
#
# *In the picture:* a colour for each shape, the thinnest in orange. Two questions: which walls have squares? With
# which number of families do you see cubes, from above and from below?
#
# *Surprise me:* three families, with the corners shown. Look at the corners alone. What has become of the tiling that
# never repeats?

# %%
three = Multigrid.draw(3, 2, np.random.default_rng(0)).vertices(np.zeros(2), 20)
tree = cKDTree(three)
deep = np.all(np.abs(three) < 18, axis=1)
apart = tree.query(three[deep], k=8)[0][:, 1:]  # the seven nearest of each
six = np.allclose(apart[:, :6], 1) and apart[:, 6].min() > 1.7
claim("t = 3: each corner has six neighbours, all at distance 1", six, next_nearest=apart[:, 6].min())

# %% [markdown]
# Three families make a lattice of equal triangles: periodic, and the densest way to lay coins on a table. (Their star
# vectors add up to zero, so the third is never needed: every corner is a whole number of steps along the first two.)
# So among the tilings is one that is as regular as can be. Is it worse for it? We shall see.
#
# ## Exactly N points
#
# The corners shall be trials. First collect them. Neighbours share corners, so each comes up about four times, and it
# must be kept once. (Four, because there are as many corners as tiles, and a tile has four: the angles of a rhomb add
# up to one full turn, and so do the angles around a corner.)
#
# **Exercise 10.2** (level 2). Return the places of all corners of a patch, each once. Beware: the same place, computed
# along two ways, may differ in the last digit, as `0.1 + 0.2` and `0.3` do.


# %% tags=["exercise"]
def vertices(star, families, lowest):
    """Places of the corners of m rhombs, each once, shape (n, 2), in any order.

    star (t, 2); families (m, 2): which two vectors are the sides of a rhomb; lowest (m, t): K of the
    corner from which both sides go out. All three are arrays.
    """
    raise NotImplementedError


# %% tags=["solution"]
def vertices(star, families, lowest):
    """Places of the corners of m rhombs, each once, shape (n, 2), in any order.

    star (t, 2); families (m, 2): which two vectors are the sides of a rhomb; lowest (m, t): K of the
    corner from which both sides go out. All three are arrays.
    """
    corners = lowest
    for side in (0, 1):
        moved = corners.copy()
        moved[np.arange(len(moved)), np.resize(families[:, side], len(moved))] += 1
        corners = np.concatenate([corners, moved])
    return np.unique(corners, axis=0) @ star


# %%
check("10.2", vertices)
# Stuck? Run hint("10.2", 1), then 2, then 3.

# %% [markdown]
# Now cut out N of them. A grid has $n^d$ points and nothing between: 25 or 36, never 31. A tiling does not care: let a
# square grow around some place of it until it holds exactly N corners, and stretch it to the unit square.
#
# **Exercise 10.3** (level 1). Do that. Half the side of the square that just reaches a corner at $(x, y)$ from the
# centre $(c_1, c_2)$ is $r = \max(|x - c_1|, |y - c_2|)$. Put the walls in the middle between the $N$-th smallest $r$
# and the next.


# %% tags=["exercise"]
def pick(places, centre, n_points):
    """The n_points corners in a square around the centre, rescaled to the unit square, shape (N, 2).

    places (n, 2), more than are needed; centre (2,). Both are arrays. In any order.
    """
    raise NotImplementedError


# %% tags=["solution"]
def pick(places, centre, n_points):
    """The n_points corners in a square around the centre, rescaled to the unit square, shape (N, 2).

    places (n, 2), more than are needed; centre (2,). Both are arrays. In any order.
    """
    r = np.abs(places - centre).max(axis=1)
    half_side = np.sort(r)[n_points - 1 : n_points + 1].mean()
    return (places[r < half_side] - centre) / (2 * half_side) + 0.5


# %%
check("10.3", pick)
# Stuck? Run hint("10.3", 1), then 2, then 3.

# %%
Player.over(
    pictures.picked,
    n=Dial("points", range(1, 65)),
    families=Dial("families of lines", [3, 4, 5, 6]),
    start={"n": 25, "families": 5},
    label="A square that holds exactly N",
    speed=6,
)

# %% [markdown]
# *How to use it:* play lets the square grow, corner by corner; the second slider changes the tiling.
#
# *In the picture:* on the left the square on the tiling, which was turned by a random angle; on the right the trials.
# Two questions: how many trials lie in each quarter of the unit square, at N = 31? Step from 25 to 26: why do
# all points on the right move?
#
# *Surprise me:* N = 2, with each number of families. Would you have placed two trials like that? Near the walls nobody
# has seen to it that the points are well placed: the square cuts the tiling wherever it comes.
#
# Corners of a tiling, cut out like this, are the design **hypertiling**: `designs.make("hypertiling", N, d)`, in up to
# six dimensions. In the plane it takes three families, the lattice of triangles, and $d + 1$ in $d$ dimensions,
# unless you ask for others: `symmetry=5` is Penrose's. How well are they placed? Measures that notebook 09 explains:
#
# - *smallest distance* of two points: larger is better, no trial repeats another;
# - *covering radius*, from the worst place to its nearest point: smaller is better;
# - *discrepancy*, how unevenly boxes are filled: smaller is better;
# - *largest empty box*, its volume: smaller is better.
#
# All nine designs of this course, at any N. Besides the two grids, random, Latin hypercubes (*lhs*: every point has a
# value of its own on each axis) and Sobol's points, there are spheres that were added at random until none fits
# (*rsa*), their mixture with Latin hypercubes (*rsa-lhs*), and *jittered*, a random point in each cell of a grid.

# %%
furthest = predict("25 points: which design keeps the two nearest furthest apart?", list(designs.NAMES))

# %%
Player.over(
    pictures.side_by_side,
    n=Dial("points", [4, 5, 7, 9, 12, 16, 20, 25, 30, 36, 49, 64]),
    measure=list(pictures.MEASURES),
    start={"n": 25},
    label="Nine designs, side by side",
    speed=1.5,
)

# %% [markdown]
# *How to use it:* the slider changes N, the choice the measure. The best has a frame and a star.
#
# *In the picture:* one draw of each design; the number is its measure. Two questions: at N = 30, which designs have
# fewer points than were asked for? Which design is best by the smallest distance at 25, and what does it pay for
# that by the covering radius?
#
# *Surprise me:* N = 5, covering radius. Who is hardly better than random points? With so few, a wall is everywhere.
#
# One draw is luck, so take the mean of ten.


# %%
def on_average(name, measure):
    """Mean of a measure over ten draws of a design, with 25 points in the plane."""
    return np.mean([pictures.measured(name, 25, measure, seed=seed) for seed in range(10)])


rows = {one: {name: on_average(name, one) for name in designs.NAMES} for one in pictures.MEASURES}
table = pd.DataFrame(rows)
distance = table["smallest distance"]
furthest.reveal(distance.idxmax())
table.style.format("{:.4f}")

# %%
tiled, chance = table.loc["hypertiling"], table.loc["random"]
better = tiled["smallest distance"] > 2 * chance["smallest distance"]
better &= np.all(tiled.drop("smallest distance") < 0.8 * chance.drop("smallest distance"))
claim("by all four measures a hypertiling beats random points", better)
covers = table["covering radius"]
ratio = covers["grid-midpoints"] / covers.drop("grid-midpoints").min()
claim("midpoints leave smaller holes than all others", ratio < 0.9, ratio=ratio)

# %% [markdown]
# ## Three dimensions, and more
#
# Nothing in the formulas said *two*. In space, a family is one of parallel planes, three planes cross in a point, and
# the crossing becomes a **rhombohedron**, a box that leans. In $d$ dimensions, $d$ of the $t$ families cross, and $2^d$
# regions meet there: hence the name *hyper*tiling. The star vectors are spread as evenly as they can be; six of them in
# space are the axes of an icosahedron.

# %%
question = "Six planes nearly meet in one point. How many tiles do their crossings make?"
count = predict(question, ["6", "15", "20"])

# %%
Player.over(
    pictures.rhombohedra,
    azimuth=Dial("turn", range(-60, 61, 10), unit="degrees"),
    tilt=Dial("tilt", range(-40, 41, 10), unit="degrees"),
    planes=Dial("planes", [3, 4, 5, 6]),
    drag=("azimuth", "tilt"),
    start={"planes": 6, "azimuth": 20, "tilt": -30},
    label="Tiles of space",
)

# %% [markdown]
# *How to use it:* drag in the picture to turn it; at the keyboard, left and right turn it, up and down tilt it. The
# last slider adds planes.
#
# *In the picture:* the tiles of all crossings, pulled apart a little: pointed ones blue, flat ones orange. Two
# questions: which tiles does the fourth plane add to the one of the first three? Do you find the six directions of
# edges, and no seventh?

# %%
flat, pointed = np.bincount(pictures.body(6).kinds)
count.reveal(str(flat + pointed))
ways = len(list(combinations(range(6), 3)))
claim("a tile for each three of six planes", flat + pointed == ways, flat=flat, pointed=pointed)

# %% [markdown]
# The corners become trials as before: a cube grows until it holds N. Here are 27 trials, of three designs.

# %%
Player.over(
    pictures.in_the_cube,
    azimuth=Dial("turn", range(-45, 46, 5), unit="degrees"),
    tilt=Dial("tilt", range(-40, 41, 5), unit="degrees"),
    design=["hypertiling", "grid-midpoints", "random"],
    drag=("azimuth", "tilt"),
    start={"azimuth": 25, "tilt": -20},
    label="27 trials in the cube",
)

# %% [markdown]
# *How to use it:* drag to turn the cube, or use the arrow keys: left and right turn, up and down tilt.
#
# *In the picture:* nearer trials are larger. Two questions: from where do you see fewest of the 27 in the midpoint
# grid, and how many are hidden? Is there a place from which the hypertiling hides any?
#
# To look along an axis is to ignore that hyperparameter. From the front you see the trials as they are if y does
# nothing.
#
# ## Seen from one side
#
# Now ignore all hyperparameters but one. How many different values of it does each design try?

# %%
question = "81 trials, four hyperparameters: how many values of one does a grid try?"
values = predict(question, ["3", "9", "81"])

# %%
counts = {2: 25, 3: 27, 4: 81}
Player.over(
    lambda n_dims, draw: pictures.shadows(counts[n_dims], n_dims, seed=draw),
    n_dims=Dial("hyperparameters", list(counts)),
    draw=Dial("draw", [0, 7], texts=["first", "second"]),
    label="If only one hyperparameter matters",
    speed=1,
)

# %% [markdown]
# *How to use it:* one slider adds hyperparameters that do nothing, and trials; the other draws all designs again.
#
# *In the picture:* a tick for each value that is tried, a row for each design. Two questions: what happens to the rows
# of the two grids with each hyperparameter more? In the plane, which rows change most from the first draw to the
# second?


# %%
def filled(name, seed):
    """Share of 25 equal slices of the first axis in which there is a point, of 25 in the plane."""
    return len(set(np.floor(25 * designs.make(name, 25, 2, seed)[:, 0]))) / 25


tried = ["grid", "grid-midpoints", "random", "hypertiling"]
n_values = [designs.quality(designs.make(name, 81, 4)).n_distinct[0] for name in tried]
values.reveal(str(n_values[0]))
claim("both grids try 3 values, random and hypertiling 81", n_values == [3, 3, 81, 81])
shares = {name: [filled(name, seed) for seed in range(20)] for name in ("random", "lhs", "hypertiling")}
claim("a Latin hypercube fills every slice", min(shares["lhs"]) == 1)
low, high, mean = (of(shares["hypertiling"]) for of in (min, max, np.mean))
claim("a hypertiling from under 40 % to over 90 %", low < 0.4 and high > 0.9, low=low, high=high)
close = abs(mean - np.mean(shares["random"])) < 0.1
claim("and on average no more than random", close, mean=mean, random=np.mean(shares["random"]))

# %% [markdown]
# A tiling is turned by a random angle, so its rows lie askew, and no two points share a value. (Unturned it would have
# rows like a grid.) But how even the ticks are is the luck of that angle. If you want every slice filled, Latin
# hypercubes are for that.
#
# ## Which one wins?
#
# Now let them search. First on bowls, as in notebook 09: squared distances from a lowest point that lies anywhere in
# the cube, stretched at random along random directions. A design is scored by the lowest value that one of its points
# finds. The same 2,000 bowls for all. (The hypertiling is the one with $d + 1$ families. Tilings take longer to
# draw, so 20 draws meet all bowls, and the intervals count the luck of the 20, too.)

# %%
names = ["grid", "grid-midpoints", "random", "lhs", "hypertiling"]
slow = ["rsa", "rsa-lhs"]  # spheres, and rooks that keep their distance: drawing them takes longer
question = "25 points in the plane: who ends lowest, on average over 2,000 bowls?"
bowl_race = predict(question, names + slow)

# %%
bowls = race.place_on_quadratics(names + slow, [9, 16, 25, 64], n_dims=2, n_problems=2000)
means = {name: bowls.mean(name, 25)[0] for name in bowls.names}
bowl_race.reveal(min(means, key=means.get))
figures.placements(bowls, "random")

# %% [markdown]
# *In the picture:* how much lower than random points a design ends, in per cent; below zero it is ahead. The intervals
# are two standard errors either way. Hide a design by a click on its name.


# %%
def errors_ahead(placed, name, other, n_points):
    """By how many standard errors name is lower than other; negative where it is higher."""
    difference, error = placed.difference(name, other, n_points)
    return -difference / error


for other in ("random", "lhs", "grid"):
    ahead = [errors_ahead(bowls, "hypertiling", other, n) for n in bowls.n_points]
    claim(f"a hypertiling is ahead of {other} at each N", min(ahead) > 2, errors=ahead)
ahead = [errors_ahead(bowls, "grid-midpoints", "hypertiling", n) for n in bowls.n_points]
claim("but midpoints are ahead of the hypertiling at each N", min(ahead) > 2, errors=ahead)
lowest = {min(bowls.names, key=lambda name: bowls.mean(name, n)[0]) for n in bowls.n_points}
claim("and lowest of all seven at each N", lowest == {"grid-midpoints"})

# %% [markdown]
# So do tilings beat grid and random search, as the title of the study promises? Yes, if *grid* means the one with
# levels on the edges, which is the one that the study raced. The midpoint grid beats the hypertiling. In more
# dimensions, too?

# %%
lead = {}
for n_dims, counts in ((3, [27, 64]), (4, [16, 81])):
    placed = race.place_on_quadratics(names, counts, n_dims, n_problems=2000)
    for n in counts:
        lead[f"{n_dims}-D, {n} points"] = {name: placed.mean(name, n)[0] for name in names}
table = pd.DataFrame(lead).T
table.style.format("{:.1f}")

# %%
ratio = table["grid-midpoints"] / table["hypertiling"]
claim("midpoints lead in 3-D and 4-D as well", ratio.max() < 0.92, ratios=list(ratio))
four = table[2:]["grid"] / table[2:]["random"]
claim("in 4-D the grid on the edges is behind even random", four.min() > 1.1, ratios=list(four))

# %% [markdown]
# Is a tiling no good, then? Or does it lose somewhere in particular? A bowl's lowest point lies at some place of the
# square, and what counts is how far the nearest trial is: the mean squared distance. Take it for places in the middle
# of the square, and for places near the walls, separately. Two tilings: three families, the lattice of triangles; and
# five, Penrose's.

# %%
place = np.random.default_rng(0).random((5000, 2))
in_middle = np.all(np.abs(place - 0.5) < 0.3, axis=1)


def squared_distances(name, **options):
    """Mean squared distance to the nearest of 25 points, from the middle and from near the walls."""
    found = []
    for seed in range(100):
        drawn = designs.make(name, 25, 2, seed, **options)
        square = cKDTree(drawn).query(place)[0] ** 2
        found.append([square[in_middle].mean(), square[~in_middle].mean()])
    return np.mean(found, axis=0)


where = {"midpoints": squared_distances("grid-midpoints")}
for t, called in ((3, "triangles"), (5, "Penrose")):
    where[called] = squared_distances("hypertiling", symmetry=t)
pd.DataFrame(where, index=["middle", "near the walls"]).T.style.format("{:.5f}")

# %%
inner, outer = zip(*where.values(), strict=True)
nearer, further = inner[1] / inner[0], min(outer[1:]) / outer[0]
claim("in the middle, triangles are nearer than midpoints", nearer < 0.98, ratio=nearer)
claim("near the walls, both tilings are further, by 20 % or more", further > 1.2, ratio=further)
behind = inner[2] > 1.02 * inner[1] and outer[2] > 1.02 * outer[1]
claim("and Penrose's is behind the triangles in both", behind)

# %% [markdown]
# There it is. In the middle, a lattice of triangles is the better carpet. But a design has walls, and with 25 points in
# the plane most places are near one. The midpoint grid keeps half a step from every wall, as if it had been made for
# the square; a tiling is cut wherever the wall comes.
#
# And what is it worth that a tiling never repeats? Let tilings of two, three, five and six families search the same
# bowls, 160 draws of each. (Two make a square lattice, turned.)

# %%
options = ["2 or 3, the lattices", "5, Penrose's", "6, the study's"]
which = predict("25 points: which number of families does best?", options)

# %%
by_families = {}
for t in (2, 3, 5, 6):
    how = {"n_problems": 1000, "n_draws": 160, "options": {"hypertiling": {"symmetry": t}}}
    placed = race.place_on_quadratics("hypertiling", 25, 2, **how)
    mean, spread = placed.mean("hypertiling", 25)[0], placed.spread("hypertiling", 25)
    by_families[t] = {"mean": mean, "error": spread / np.sqrt(160)}
table = pd.DataFrame(by_families).T.rename_axis("families")
which.reveal(options[max(int(table["mean"].idxmin()) - 4, 0)])
table.style.format("{:.2f}")

# %%
gaps = [table["mean"][t] - table["mean"][3] for t in (5, 6)]
errors = [np.hypot(table["error"][t], table["error"][3]) for t in (5, 6)]
behind = np.divide(gaps, errors)
claim("Penrose's and the study's are behind the triangles", min(behind) > 2, errors=behind)

# %% [markdown]
# Nothing, then. Here the most regular tilings, which are lattices, do best; but it is a matter of a few per cent.
#
# ### Real surfaces
#
# Three recorded ones, each on ten batches of data. The energies of jets (notebook 03; learning rate and epochs); the
# prices of houses in King County (boosted trees; learning rate and depth); and the digits of MNIST, with three
# hyperparameters (learning rate, L2 penalty, and noise that is added to the pictures). The ranges are drawn anew for
# each search, as in notebook 03, an incumbent is scored by its expected loss, and the batches are the evidence.
#
# Ten batches, and four designs to compare with random points: how far must one be ahead? By luck alone, a difference
# passes two errors once in 13 times, so among four it happens often. Let us ask for 3.2 errors. Between equals, one of
# four passes that once in 20 times.

# %%
passes = 2 * stats.t(9).sf([2, 3.2])  # of a mean of ten, over its standard error
once = passes[0] > 1 / 14 and 4 * passes[1] < 1 / 20
claim("2 errors once in 13 times, 3.2 errors by one of four once in 20", once, passes=passes)
options = ["all but the grid on the edges", "the hypertiling only", "none"]
jets_race = predict("Jets, 64 points: which designs are clearly ahead of random points?", options)

# %%
task = problems.landscape("aleph")
jets = race.place_on_landscape(names, task, [9, 16, 25, 64], n_draws=100)
others = [name for name in names if name != "random"]
ahead = {name for name in others if errors_ahead(jets, name, "random", 64) > 3.2}
jets_race.reveal("none" if not ahead else options[int(ahead == {"hypertiling"})])
figures.placements(jets, "random")

# %%
claim("jets, 64 points: no design is clearly ahead of random", not ahead)
middles = [errors_ahead(jets, "grid-midpoints", "random", n) for n in (9, 16)]
claim("9 and 16 points: the midpoint grid is", min(middles) > 3.2, errors=middles)
few, *more = [errors_ahead(jets, "hypertiling", "random", n) for n in jets.n_points]
claim("the hypertiling only with 9", few > 3.2 > max(more), errors=[few, *more])
quiet = race.place_on_landscape("random", task, 64, 100, choose_by="expected").mean("random", 64)[0]
noisy = jets.mean("random", 64)[0]
third = quiet < 0.7 * noisy
claim("without noise random's regret would be a third lower", third, noisy=noisy, quiet=quiet)

# %% [markdown]
# Why does it not pay to place 64 points well? Because the loss is noisy, and the winner is the luckiest of 64 (notebook
# 03, the winner's curse). The last line is a search that sees the expected losses, without noise: no design can save
# what the noise costs. Now the houses.

# %%
question = "King County, 16 points: is the hypertiling clearly ahead of random? And of midpoints?"
king_race = predict(question, ["of both", "of random only", "of neither"])

# %%
king_county = problems.landscape("king_county")
houses = race.place_on_landscape(names, king_county, [9, 16, 25, 64], n_draws=100)
over = [errors_ahead(houses, "hypertiling", name, 16) > 3.2 for name in ("random", "grid-midpoints")]
king_race.reveal("of both" if all(over) else "of random only" if over[0] else "of neither")
figures.placements(houses, "random")

# %%
two = "hypertiling", "grid-midpoints"
tiled = [errors_ahead(houses, "hypertiling", "random", n) for n in houses.n_points]
claim("the hypertiling is clearly ahead of random at each N", min(tiled) > 3.2, errors=tiled)
middles = [errors_ahead(houses, "grid-midpoints", "random", n) for n in (9, 16, 25)]
claim("so are midpoints with 9, 16 and 25 points", min(middles) > 3.2, errors=middles)
between = [errors_ahead(houses, *two, n) for n in houses.n_points]
claim("between these two nothing is decided", np.abs(between).max() < 3.2, errors=between)

# %% [markdown]
# And in three dimensions?

# %%
digits = race.place_on_landscape(names, problems.landscape("mnist"), [27, 64], n_draws=60)
figures.placements(digits, "random")

# %%
edges = [errors_ahead(digits, "random", "grid", n) for n in (27, 64)]
claim("the grid on the edges is clearly behind random", min(edges) > 3.2, errors=edges)
middles = errors_ahead(digits, *two, 64)
claim("64 points: the hypertiling is clearly ahead of midpoints", middles > 3.2, errors=middles)
tiled = [errors_ahead(digits, "hypertiling", "random", n) for n in (27, 64)]
claim("but not of random", max(tiled) < 3.2, errors=tiled)
tiled += [errors_ahead(one, two[0], "random", n) for one in (jets, houses) for n in jets.n_points]
claim("on none of the three it is clearly behind random", min(tiled) > -3.2, least=min(tiled))

# %% [markdown]
# Spheres and rooks that keep their distance have not been asked yet. Here is by how many errors they are ahead of
# random points, with 20 draws of each.

# %%
surfaces = {"jets": (task, [9, 16, 25, 64]), "houses": (king_county, [9, 16, 25, 64])}
surfaces["digits"] = (problems.landscape("mnist"), [27, 64])
found = {}
for called, (surface, counts) in surfaces.items():
    placed = race.place_on_landscape(["random", *slow], surface, counts, n_draws=20)
    for n in counts:
        found[called, n] = {name: errors_ahead(placed, name, "random", n) for name in slow}
errors = pd.DataFrame(found).T
errors.style.format("{:.1f}")

# %%
claim("on the houses with 16 points both are clearly ahead", errors.loc["houses", 16].min() > 3.2)
claim("nowhere is one of them clearly behind", errors.min().min() > -3.2, least=errors.min().min())

# %% [markdown]
# What stopped the midpoints? With 64 points they try four values of each hyperparameter, and whether these suit is an
# accident (notebook 02). The extreme is a hyperparameter that does nothing. Add two such to King County: four
# dimensions, of which two count.

# %%
question = "Two of four hyperparameters idle, 81 points: who is clearly ahead of random?"
idle_race = predict(question, ["the midpoint grid", "the hypertiling", "neither"])

# %%
idle = race.place_on_landscape(names, problems.WithIdle(king_county, n_idle=2), [16, 81], n_draws=60)
tiled, midpoints = (errors_ahead(idle, name, "random", 81) for name in two)
idle_race.reveal(idle_race.options[0 if midpoints > 3.2 else 1 if tiled > 3.2 else 2])
figures.placements(idle, "random")

# %%
claim("with 81 points midpoints are clearly behind random", midpoints < -3.2, errors=midpoints)
claim("and the hypertiling cannot be told from it", abs(tiled) < 3.2, errors=tiled)
ahead = [errors_ahead(bowls, "rsa-lhs", "hypertiling", n) for n in (9, 25)]
claim("on the bowls, rsa-lhs is ahead of the hypertiling", min(ahead) > 2, errors=ahead)

# %% [markdown]
# So this is where a tiling earns its place beside the midpoint grid: where some hyperparameters do nothing, the grid
# falls behind random points, and the tiling does not. But a Latin hypercube that keeps its distance (*rsa-lhs*,
# notebook 09) has a value of each hyperparameter for every trial as well, and the last line says how it did on the
# bowls.
#
# ### All or nothing
#
# On the houses a hypertiling of 16 points was ahead of random ones, at the end. And on the way? Its points are tried in
# random order. Here are 200 laps, 20 on each batch, trial by trial.

# %%
options = ["from the first trials on", "only later"]
lead_from = predict("When is the hypertiling ahead of random points by two errors?", options)

# %%
ranged = problems.WithRanges(problems.landscape("king_county"))
laps = race.compare(["random", "hypertiling"], ranged, n_trials=16, seeds=range(200))
curves = laps.curves("regret")
lead = (curves["random"] - curves["hypertiling"]).reshape(20, 10, 16)  # laps 7, 17, ... met batch 7
lead = lead.mean(axis=0)
errors = lead.mean(axis=0) / stats.sem(lead, axis=0)
lead_from.reveal(options[int(np.all(errors[:4] < 2))])
claim("not in the first four trials", np.all(errors[:4] < 2), errors=errors[:4])
claim("but after the last", errors[-1] > 2, errors=errors[-1])
figures.regret(laps)

# %% [markdown]
# A design is good as a whole: its first points, in random order, are hardly better than chance. So decide first how
# many trials you can afford, and then ask for exactly as many:

# %%
search = Design(ranged.space, "hypertiling", n_points=31, seed=0)
[search.ask().config for _ in range(3)]  # and so on, 31 times

# %% [markdown]
# ## Take-aways
#
# - A multigrid turns into a tiling: each crossing of lines becomes a tile, each region a corner. It never has holes,
#   in any number of dimensions. Whole numbers tell corners apart; rounded places may not.
# - Five families make Penrose's tiling, two shapes in the golden ratio, which never repeats. For placing trials that is
#   worth nothing: the plain lattice of triangles, three families, does a little better.
# - A tiling gives exactly N points for any N, and every point has its own value of each hyperparameter. Use them all:
#   the first few are hardly better than chance.
# - On bowls that lattice beat random points, plain Latin hypercubes and the grid on the edges. The midpoint grid beat
#   it, and so did Latin hypercubes that keep their distance. Its weakness is the walls.
# - On real surfaces it was clearly ahead of random search on the houses, on jets only with 9 points, on digits not, and
#   nowhere behind. When a new design is said to *beat grid search*, ask: which grid, and how noisy was the loss?
#
# ## Quiz

# %%
quiz("10")

# %% [markdown]
# ## References
#
# - N. G. de Bruijn (1981), Algebraic theory of Penrose's non-periodic tilings of the plane, *Indagationes
#   Mathematicae* 43, 39-66. Lines and duality.
# - R. Penrose (1974), The rôle of aesthetics in pure and applied mathematical research, *Bulletin of the Institute of
#   Mathematics and its Applications* 10, 266-271.
# - F. Gähler and J. Rhyner (1986), Equivalence of the generalised grid and projection methods for the construction of
#   quasiperiodic tilings, *Journal of Physics A* 19, 267-277. Any number of dimensions.
# - C. L. H. Rasmussen, J. B. Frederiksen, J. O. Melcher, R. A. Nielsen and S. Halkjær, Hyperparameter optimization:
#   beating grid- and randomsearch with alternative methods; a project in the course Applied Machine Learning, Niels
#   Bohr Institute, Copenhagen. The study.
# - The jets: simulated for the ALEPH experiment; data of the same course. The houses of King County: data set 42092 of
#   OpenML.
#
# ## What is next
#
# Differences of three errors, four at a time: when may one say that a method is better? That is notebook 11, a fair
# race. If you have not met samplers that learn from their trials yet, go on with notebook 04.


# %% [markdown] tags=["slide", "title"]
# # Hypertilings
#
# Does a pattern that never repeats place trials better?

# %% [markdown] tags=["notes"]
# **1 min.** Some students in Copenhagen had an idea: to tune a network with a pattern of tiles. Their study promises to
# beat grid and random search. Today we build the tiling, from straight lines only, and then we let it race.

# %% tags=["slide"]
from IPython.display import Markdown

from hpo_tutor.course.decks import on_slide
from hpo_tutor.course.pictures.intervals import Row
from hpo_tutor.course.pictures.nb09.slides import best_first, in_a_row, standings
from hpo_tutor.course.pictures.nb10 import slides
from hpo_tutor.scenes.looks import style
from hpo_tutor.scenes.stage import Axis
from hpo_tutor.scenes.ticks import number

PINK = style("hypertiling")

# %% [markdown] tags=["slide"]
# ## Where does it repeat?

# %% tags=["slide"]
on_slide(pictures.poster(5, 1))

# %% [markdown] tags=["notes"]
# **3 min.** A wall with two kinds of tiles, thick blue ones and thin orange ones. Find the piece that one would print
# on wallpaper, again and again. Give them a minute, let somebody come to the front and point.
#
# They will find stars, and more stars. *Ask:* is the surrounding of this star the same as of that one? Somebody will
# say that the piece must be larger than the picture. How large would it be? It does not exist, and we shall see why.

# %% [markdown] tags=["slide", "vote"]
# ## 25 trials on the corners of a tiling: whom do they beat?
#
# - A: random points
# - B: random points, and a grid with levels on the edges
# - C: those, and a grid with levels in the middles
# - D: nobody

# %% [markdown] tags=["notes"]
# **2 min.** Two hyperparameters, 25 trials, chosen before the first is run. The losses are 2,000 bowls, tilted and
# stretched, with the lowest point anywhere. *Beat* means: a lower mean, by more than two standard errors. Hands up, and
# the counts on the board.
#
# A grid with levels on the edges is what everybody writes, `linspace`; one in the middles has half a step between
# its levels and the walls.

# %% [markdown] tags=["slide"]
# ## Rows, clumps, or corners of tiles

# %% tags=["slide"]
named = {"grid": "grid-midpoints", "random": "random", "tiling": "hypertiling"}
some = {
    title: designs.make(name, 25, 2, 1, **({"symmetry": 5} if title == "tiling" else {}))
    for title, name in named.items()
}
on_slide(in_a_row(some, {title: style(name) for title, name in named.items()}, shadows=True))

# %% [markdown] tags=["notes"]
# **2 min.** Such a choice is a *design*. Along the sides are the *shadows*: what one hyperparameter sees. A grid stands
# evenly, and shows five shadows of 25 trials. Random points have 25, and leave holes. The hope: corners of a tiling
# stand evenly *and* have shadows of their own. *Ask:* which of the three would you run?

# %% [markdown] tags=["slide"]
# ## A tile for each crossing

# %% tags=["slide"]
path = Player(slides.pushed(), name="step", label="Push the upright lines to the right", speed=2)
first, last = (pictures.window(2, x, slides.HEIGHT).corners() for x in (slides.TWO[0], slides.TWO[-1]))
claim("two families, pushed: no square has moved", first.shape == last.shape and np.allclose(first, last))
n_two = len(slides.TWO)
on_slide(path, stops=[0, n_two - 1, n_two, n_two + 4, len(slides.THREE) + n_two - 1], freeze=True)

# %% [markdown] tags=["notes"]
# **7 min.** Left, squared paper: two *families* of lines. Make a tile of each crossing, its sides at right angles to
# the two lines. The big dot is the framed tile. A thick line is a row of tiles.
#
# **Stop 1.** Held. *Ask:* I push all upright lines to the right. What do the squares do? *Move along* is the usual
# answer.
#
# **Stop 2.** After: nothing at all! A tile knows only *which* lines cross, not where.
#
# **Stop 3, three families.** Before: add slanted lines; what tiles will there be? After: rhombs. The grey triangle is a
# region between three lines, and regions become corners: the grey dot, where three rhombs meet.
#
# **Stop 4.** Before: I push, and the triangle shrinks; what will the rhombs do? *Shrink, too.* After: nothing, again.
#
# **Stop 5.** Before: and when the line has passed? After: the triangle opens on the other side, and the three rhombs
# have turned over within their hexagon. That is all that can ever happen: lines pass a crossing, and rhombs flip.

# %% [markdown] tags=["slide", "build"]
# ## From a region to a corner
#
# $$\color{#009E73}{K_j} = \lceil\, \color{#0072B2}{x_j} \cdot p + \color{#D55E00}{\gamma_j} \,\rceil
# \qquad \text{corner} = \sum_j \color{#009E73}{K_j}\, \color{#0072B2}{x_j}$$
#
# - Blue: a family's direction, an arrow of length 1.
# - Orange: its shift, where the lines lie.
# - Green: a count, the number of the next line.
# - Cross a line: **the corner moves by one arrow**.

# %% [markdown] tags=["notes"]
# **4 min.** $p$ is any place between the lines. Blue: a star of arrows, one for each family. Orange: push the lines.
# Green: rounded up, so everywhere in a region it is the same. Then walk: so many steps along each arrow. Press five
# times: the formula, and each line.
#
# The last line is the whole trick: one count grows by one, so neighbours are one arrow apart, and all sides have length
# one. *Ask:* around a crossing of two lines lie four regions; what do their corners make? A rhomb. And where is the
# formula for *not leaving holes*? Nowhere.
#
# Before you go on, ask: of 500 places thrown at the middle of a tiling, how many fall into a hole, or into two rhombs?

# %% [markdown] tags=["slide"]
# ## Nobody checked that they fit

# %% tags=["slide", "show-code"]
rng = np.random.default_rng(0)
arrows, shifts = star(5, 2), rng.uniform(-0.5, 0.5, 5)
p = rng.uniform(-3, 3, 2)
K = np.ceil(arrows @ p + shifts)
corner = K @ arrows

# %% tags=["slide"]
families, lowest = tiling(arrows, shifts, 8)
places = (shifts + 0.5) @ arrows + rng.uniform(-8, 8, (500, 2))
n_wrong = int(np.sum(pictures.tiles_over(places, arrows, families, lowest) != 1))
claim("each of 500 places lies in exactly one rhomb", n_wrong == 0, rhombs=len(lowest))
Markdown(f"500 places, {len(lowest):,} rhombs. In a hole, or in two rhombs: **{n_wrong}** places.")

# %% [markdown] tags=["notes"]
# **2 min.** The formula as code: five arrows, any shifts, a place, its corner. Do the rhombs of all crossings fit
# together? None of the 500 places fell into a hole; that comes free. Walk once around a region: its sides turn by a
# full turn, and so do the angles of the tiles at its corner.

# %% [markdown] tags=["slide"]
# ## Five families: Penrose's tiling

# %% tags=["slide"]
frames = slides.grown(200)
on_slide(Player(frames, name="frame", label="A Penrose tiling grows", speed=5), stops=[0, 3, 9, len(frames) - 1])

# %% [markdown] tags=["notes"]
# **3 min.** Five families, 72° apart, with shifts that sum to zero. Two crossings, two tiles. Press: five. Press: more;
# *find five thick tiles around one corner*. Press: the last. It is the wall of the beginning. And it was
# made of straight lines. Roger Penrose laid it by hand in 1974; the lines are de Bruijn's, of 1981.

# %% [markdown] tags=["slide"]
# ## Why it never repeats

# %% tags=["slide"]
thin, thick = np.bincount(pictures.penrose().tiles(np.zeros(2), 100).kinds)
golden = (1 + 5**0.5) / 2
claim("the ratio is golden, to 1 %", abs(thick / thin / golden - 1) < 0.01, ratio=thick / thin)
Markdown(
    f"{thick:,} thick tiles, {thin:,} thin: **{thick / thin:.3f}**.\n\n"
    rf"The golden ratio: $(1 + \sqrt 5)/2 = {golden:.3f}\ldots$, no ratio of whole numbers."
)

# %% [markdown] tags=["notes"]
# **2 min.** Suppose there were a piece that one could print again and again. It would hold so many thick tiles and so
# many thin ones, whole numbers, and the whole wall would have their ratio. Count a large wall: the golden ratio. It is
# no ratio of whole numbers. So there is no such piece. Back to the first picture: you searched for nothing.

# %% [markdown] tags=["slide"]
# ## Exactly N: a square that grows

# %% tags=["slide"]
sizes = [9, 16, 24, 25, 26, 31, 40, 64]
squares = Player([slides.picked_bare(n) for n in sizes], name="square", label="A square that holds exactly N", speed=1)
on_slide(squares, stops=[sizes.index(n) for n in (9, 25, 31, 64)])

# %% [markdown] tags=["notes"]
# **2 min.** Corners become trials: turn the tiling, let a square grow until it holds as many corners as you can pay
# for, and stretch it. Nine; press: 25. *Before the next press:* a grid of 31 trials? There is none; 25 or 36. Press: a
# tiling does not care. Press: 64. Look at the walls of the square: who has seen to it that trials lie well there?
# Nobody. Remember that.

# %% [markdown] tags=["slide"]
# ## Seen by one of three hyperparameters

# %% tags=["slide"]
n_values = {name: int(designs.quality(designs.make(name, 27, 3)).n_distinct[0]) for name in ("grid", "hypertiling")}
claim("of 27 trials a grid tries 3 values, a tiling 27", list(n_values.values()) == [3, 27], **n_values)
on_slide(slides.shadowed(27, 3))

# %% [markdown] tags=["notes"]
# **2 min.** 27 trials in three dimensions, and only one hyperparameter matters. A tick is a value that is tried. Both
# grids: three. A tiling: 27, for it was turned by a random angle. How *even* they are is luck; a Latin hypercube,
# `lhs`, is for evenness. Short of time: one sentence.

# %% [markdown] tags=["slide"]
# ## Three dimensions: planes for lines

# %% tags=["slide"]
bodies = slides.space()
on_slide(Player(bodies, name="picture", label="Tiles of space", speed=2), stops=[0, 1, 3, len(bodies) - 1])

# %% [markdown] tags=["notes"]
# **2 min.** Nothing in the formula said *two*. In space three planes cross, and the crossing becomes a box that leans.
# One tile. Press: four planes, four tiles. *Before the next press:* six planes, how many tiles? Press: each three of
# six cross, 20. Press: all of it turned. Hence the *hyper*. Short of time: skip.

# %% [markdown] tags=["slide"]
# ## The race: 2,000 bowls, 25 trials

# %% tags=["slide"]
called = {"grid": "grid, edges", "grid-midpoints": "grid, middles", "lhs": "Latin hypercube", "hypertiling": "tiling"}
bowls = race.place_on_quadratics(["random", *called], 25, 2, n_problems=2000)


def row(placed, name, peer, n, words):
    """A design against its peer, in per cent of the peer's mean, as a row of the picture."""
    scale = 100 / placed.mean(peer, n)[0]
    difference, error = placed.difference(name, peer, n)
    return Row(words, scale * difference, scale * error, style(name))


for name, peer in (("hypertiling", "random"), ("hypertiling", "grid"), ("grid-midpoints", "hypertiling")):
    one = row(bowls, name, peer, 25, "")
    claim(f"{name} is ahead of {peer}", one.mean < -2 * one.error, mean=one.mean, error=one.error)
rows = best_first(row(bowls, name, "random", 25, words) for name, words in called.items())
reach = Axis("best loss, compared with random points (%)", -65, 25, ticks=[(k, number(k)) for k in (-60, -40, -20, 0)])
on_slide(standings(rows, reach, "random points", aspect=0.42))

# %% [markdown] tags=["notes"]
# **3 min.** Left is better; bars are two standard errors. The tiling is far ahead of random points, and ahead of the
# grid on the edges, which is the grid that the study raced. So its title is true!
#
# And look at the top. *Ask:* what have I done with the grid? Moved its levels from the edges into the middles of their
# cells, nothing more. When somebody beats grid search, ask *which grid*.

# %% [markdown] tags=["slide"]
# ## Where a tiling loses: near the walls

# %% tags=["slide"]
draws = [designs.make("hypertiling", 25, 2, seed, symmetry=3) for seed in range(150)]
found = {"grid, middles": slides.far([designs.make("grid-midpoints", 25, 2)]), "tiling": slides.far(draws)}
(inner_grid, outer_grid), (inner, outer) = map(slides.inner_and_outer, found.values())
claim("in the middle a tiling is nearer", inner < 0.99 * inner_grid, ratio=inner / inner_grid)
claim("near the walls it is further, by over 15 %", outer > 1.15 * outer_grid, ratio=outer / outer_grid)
on_slide(slides.far_places(found))

# %% [markdown] tags=["notes"]
# **2 min.** How far is a place from the nearest trial? Light is far. Left, the grid: 25 dark spots. Right, the mean of
# 150 draws of a tiling of triangles: no spots, for it is turned each time, and a rim of light. In the middle it is even
# a little nearer than the grid. But with 25 trials most places are near a wall, and the walls cut a tiling wherever
# they come.

# %% [markdown] tags=["slide"]
# ## What is it worth that it never repeats?

# %% tags=["slide"]
walls = {3: "triangles", 5: "5, Penrose's", 6: "6, the study's"}
how = {"n_problems": 1000, "n_draws": 80}
by = {t: race.place_on_quadratics("hypertiling", 25, 2, options={"hypertiling": {"symmetry": t}}, **how) for t in walls}
means = {t: one.mean("hypertiling", 25)[0] for t, one in by.items()}
errors = {t: one.spread("hypertiling", 25) / 80**0.5 for t, one in by.items()}  # all met the same bowls
rows = []
for t in (5, 6):
    more, error = means[t] - means[3], np.hypot(errors[t], errors[3])
    claim(f"{t} families are behind three", more > 2 * error, more=more, error=error)
    rows.append(Row(walls[t], 100 * more / means[3], 100 * error / means[3], PINK))
reach = Axis("best loss, compared with three families (%)", -4, 8, ticks=[(k, number(k)) for k in (-2, 0, 2, 4, 6)])
on_slide(standings(rows, reach, "3, triangles, which repeat", aspect=0.35))

# %% [markdown] tags=["notes"]
# **2 min.** The most beautiful part, and what is it good for? Three families make a plain lattice of triangles: it
# repeats at every step. Here are Penrose's tiling and the study's, compared with it. Not ahead: a few per cent behind.
# For placing trials, never repeating is worth nothing. *Ask:* would you have published that?
#
# Too early: let them discuss what a study has to show before it may praise its pattern. A rival that repeats, for one.

# %% [markdown] tags=["slide"]
# ## Recorded trainings: against random points

# %% tags=["slide"]
surfaces = {"jets": ("aleph", [9, 64]), "houses": ("king_county", [16, 64]), "digits": ("mnist", [27, 64])}
entered = ["random", "grid-midpoints", "hypertiling"]
met = {
    said: race.place_on_landscape(entered, problems.landscape(name), counts, 60)
    for said, (name, counts) in surfaces.items()
}
cases = {f"{said}, {n} trials": (placed, n) for said, placed in met.items() for n in placed.n_points}
rows = [row(placed, "hypertiling", "random", n, words) for words, (placed, n) in cases.items()]
ahead = {one.words: one.mean / one.error for one in rows}
claim("on the houses with 16 it is clearly ahead", ahead["houses, 16 trials"] < -3.2, errors=ahead["houses, 16 trials"])
unclear = [ahead[words] for words in ("jets, 64 trials", "digits, 27 trials", "digits, 64 trials")]
claim("on jets with 64 and on digits it is not", min(unclear) > -3.2, errors=unclear)
claim("nowhere clearly behind", max(ahead.values()) < 3.2, most=max(ahead.values()))
reach = Axis("regret of the tiling (%)", -45, 35, ticks=[(k, number(k)) for k in (-40, -20, 0, 20)])
on_slide(standings(rows, reach, "random points"))

# %% [markdown] tags=["notes"]
# **3 min.** Enough of bowls. Energies of jets, prices of houses, handwritten digits; ten batches of data each, 60
# draws, the winner picked by one noisy training. Left of the line the tiling is ahead.
#
# Houses with 16: clearly. The bars of jets and digits hold the line, or end beside it. By luck alone one bar in 13
# misses it, and here are six; so we ask for 3.2 errors, not 2, before we say *clearly*. *Ask:* why does it not pay to
# place 64 trials well? The loss is noisy; the winner is the luckiest of 64.

# %% [markdown] tags=["slide"]
# ## Against the grid in the middles

# %% tags=["slide"]
rows = [row(placed, "hypertiling", "grid-midpoints", n, words) for words, (placed, n) in cases.items()]
task = problems.WithIdle(problems.landscape("king_county"), n_idle=2)
idle = race.place_on_landscape([*entered, "grid"], task, 81, n_draws=30)
edges = row(idle, "hypertiling", "grid", 81, "")
claim("with two idle it is clearly ahead of the grid on the edges, too", edges.mean < -3.2 * edges.error)
rows.append(row(idle, "hypertiling", "grid-midpoints", 81, "houses, 2 idle, 81"))
ahead = {one.words: one.mean / one.error for one in rows}
for words in ("digits, 64 trials", "houses, 2 idle, 81"):
    claim(f"{words}: the tiling is clearly ahead", ahead[words] < -3.2, errors=ahead[words])
claim("nowhere clearly behind", max(ahead.values()) < 3.2, most=max(ahead.values()))
reach = Axis("regret of the tiling (%)", -75, 45, ticks=[(k, number(k)) for k in (-60, -40, -20, 0, 20, 40)])
on_slide(standings(rows, reach, "grid, middles", aspect=0.55))

# %% [markdown] tags=["notes"]
# **2 min.** The same trainings, and the champion of the bowls is the line. Mostly nothing is decided. Two rows are:
# digits with 64 trials, where the grid tries four values of each hyperparameter; and the last, houses with two more
# hyperparameters that do nothing. *Ask:* what has happened to the grid's 81 trials there? They are nine.
#
# So here a tiling earns its place: where you cannot be sure that everything matters.

# %% [markdown] tags=["slide", "vote"]
# ## 25 trials on the corners of a tiling: whom do they beat?
#
# - A: random points
# - B: random points, and a grid with levels on the edges
# - C: those, and a grid with levels in the middles
# - D: nobody

# %% [markdown] tags=["notes"]
# **1 min.** Vote again: 25 trials, bowls of two hyperparameters. Compare with the board, and ask somebody who had C
# which picture did it.

# %% [markdown] tags=["slide", "build"]
# ## On bowls, B. On your task: it depends
#
# - It beats the usual grid, and not the better one.
# - It beats chance, if noise does not drown it.
# - Where hyperparameters do nothing, it beats both grids.
# - That it never repeats does not matter.

# %% [markdown] tags=["notes"]
# **2 min.** One press each. The first is for reading papers: *which grid?* The second: *how noisy?* The third for your
# own work, if you do not know what matters; rooks that keep their distance, of the last talk, are good there, too. And
# the last one for lovers of beauty: a tiling may be beautiful and useful, and not useful because it is beautiful.

# %% [markdown] tags=["slide"]
# ## As you would write it

# %% tags=["slide", "show-code"]
houses = problems.landscape("king_county")
search = Design(houses.space, "hypertiling", n_points=31, seed=0)
configs = [search.ask().config for _ in range(31)]
losses = houses.evaluate(configs, seeds=range(31))
winner = configs[losses.argmin()]

# %% [markdown] tags=["notes"]
# **1 min.** 31, because 31 is what you can pay for. Decide before you begin: it is a design as a whole, and its first
# few trials are nothing special.

# %% [markdown] tags=["slide"]
# ## Where to practise
#
# Notebook 10, an hour.
#
# - 10.1 four regions make a rhomb, 10.2 corners, each once, 10.3 exactly N.
# - Drag a crossing with five families: which tiles flip?

# %% [markdown] tags=["notes"]
# **1 min.** `hpo-tutor start 10`. Try *Walls of tiles* with six families, or eight. The next talk asks what we did
# silently all the time: when may one say that a method is better?
