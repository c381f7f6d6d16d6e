"""Questions of notebook 10, hypertilings."""

from hpo_tutor.course.questions import Option, Question

QUESTIONS = (
    Question(
        "In a multigrid, a line is moved across a crossing of two others. What happens in the tiling?",
        (
            Option("Everything moves a little.", "A tile knows which lines cross and what they pass, not where."),
            Option(
                "Three rhombs turn over within their hexagon.",
                "The small triangle of the three lines closes and opens again on the other side.",
                right=True,
            ),
            Option("A hole opens, until the next line comes.", "There is never a hole: the regions fill the plane."),
        ),
    ),
    Question(
        "You make all rhombs of a patch with 100 crossings, and count 400 corners. How many points is that, roughly?",
        (
            Option("400", "Neighbours share corners: about four rhombs meet at each."),
            Option(
                "a little over 100",
                "In the middle there are as many corners as tiles; along the ragged edge corners belong to fewer than "
                "four.",
                right=True,
            ),
            Option("50", "There are as many corners as tiles, not half as many."),
        ),
    ),
    Question(
        "You can afford 31 trials of two hyperparameters. Which designs use all 31? (Several are right.)",
        (
            Option("a grid with levels in the middles", "It has 25: the largest square number below 31."),
            Option("a hypertiling", "The square grows until it holds exactly 31.", right=True),
            Option("a Latin hypercube", "It cuts each axis into as many strips as there are trials.", right=True),
        ),
        several=True,
    ),
    Question(
        "Why did the midpoint grid beat the hypertiling on bowls in the plane?",
        (
            Option(
                "Because squares cover the plane better than triangles or rhombs.",
                "In the middle of the square it is the other way round: there the triangles were nearer.",
            ),
            Option(
                "Because it keeps half a step from every wall.",
                "With few points most places lie near a wall, and a tiling is cut there wherever the wall comes.",
                right=True,
            ),
            Option(
                "Because it tries fewer values of each hyperparameter.",
                "That is its weakness, which shows where a hyperparameter does nothing.",
            ),
        ),
    ),
    Question(
        "A study reports that its new design beats grid search. What do you ask first?",
        (
            Option(
                "Were the levels of the grid on the edges or in the middles?",
                "On the edges it is the weaker opponent: on our bowls only midpoints beat the hypertiling.",
                right=True,
            ),
            Option("How pretty is the new design?", "Penrose's tiling is the prettier one, and the triangles won."),
            Option(
                "Does the new design never repeat?",
                "That was worth nothing: among our tilings the lattices did best.",
            ),
        ),
    ),
)
