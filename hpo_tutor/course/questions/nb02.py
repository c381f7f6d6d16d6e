"""The quiz of notebook 02, grid search."""

from hpo_tutor.course.questions import Option, Question

QUESTIONS = (
    Question(
        "You can pay for 200 trainings and want to search four hyperparameters on a grid. How many levels has each?",
        (
            Option(
                "50", "200 / 4 shares the trainings out. But axes multiply: 50 levels each are 6.25 million points."
            ),
            Option("3", "3 levels make 81 points. A fourth would make 256, which is more than 200.", right=True),
            Option("4", "4 levels make 256 points. The fourth root of 200 is 3.76, and it must be rounded down."),
        ),
    ),
    Question(
        "When would you put the levels on the edges rather than in the middles? (Several are right.)",
        (
            Option(
                "When larger seems to be better and better, up to the end of the range.",
                "The best that the range holds is then at its end, and midpoints never try it.",
                right=True,
            ),
            Option(
                "When there are many hyperparameters and only two or three levels each.",
                "There the edges cost most: with three levels on five axes, 242 of 243 points stand on the border.",
            ),
            Option(
                "When you want to notice that a range was too narrow.",
                "A winner on the border says so. With midpoints the outermost level is a hint too, but a weaker one.",
                right=True,
            ),
        ),
        several=True,
    ),
    Question(
        "Two colleagues run the same grid on the same data. One's winner has L2 = 0.003, the other's 0.0003. Why, most "
        "likely?",
        (
            Option(
                "One of them made a mistake.",
                "Possible, but not needed: they used other seeds, and the best points of a grid often differ by less "
                "than two trainings of one of them.",
            ),
            Option(
                "The two are nearly equally good, and the seed decided.",
                "Train both again with several seeds, and compare the means.",
                right=True,
            ),
            Option(
                "L2 does not matter.",
                "It may matter much elsewhere: the losses at L2 = 0.1 were far higher. Near the optimum it matters "
                "less than the noise.",
            ),
        ),
    ),
    Question(
        "On your data, 16 points on the edges end lower than 16 midpoints, on average over many seeds. What do you "
        "conclude?",
        (
            Option(
                "Edges are the better kind of grid.",
                "You compared one placement of each. Move the ranges a little, and the other one may win.",
            ),
            Option(
                "On this surface and in these ranges, the points on the edges stood better.",
                "To say more about the kinds, let the ranges or the surfaces change from search to search.",
                right=True,
            ),
            Option(
                "Nothing at all, for trainings are noisy.",
                "That would be right after one search of each. Over many seeds the noise averages away. The placement "
                "does not: it stays until the ranges move.",
            ),
        ),
    ),
)
