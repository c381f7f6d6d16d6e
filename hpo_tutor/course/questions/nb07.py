"""The quiz of notebook 07, where Bayesian optimisation breaks."""

from hpo_tutor.course.questions import Option, Question

QUESTIONS = (
    Question(
        "A search codes three options one-hot, looks for the largest EI in the whole box, and rounds what it finds. "
        "It asks for the same trial ten times in a row. Why?",
        (
            Option(
                "The trial was lucky, and the search believes in it.",
                "EI at the trial itself is nearly 0: that place is known. Look where EI was largest, and where the "
                "trial was told.",
            ),
            Option(
                "EI is largest at a place between the options. The trial is told at an option, so EI at that place "
                "never falls.",
                "The kernel must see the rounded place; then all that is rounded to a known trial loses its gain.",
                right=True,
            ),
            Option(
                "Three options are too few for a Gaussian process.",
                "Few options are no trouble: rounded before the kernel, the same search does not repeat itself.",
            ),
        ),
    ),
    Question(
        "Which hyperparameters may stand in a row, on one axis? (Several are right.)",
        (
            Option("The batch size: 32, 64, 128, 256", "That order means something: neighbours are alike.", right=True),
            Option(
                "The optimiser: adam, rmsprop, sgd",
                "The alphabet is no reason for rmsprop to lie between adam and sgd. Give them equal distances.",
            ),
            Option(
                "The number of layers: 1, 2, 3",
                "A whole number has an order. It still must be rounded before the kernel sees it.",
                right=True,
            ),
        ),
        several=True,
    ),
    Question(
        "The luck of a training is large. A search of 25 trials is over. Which configuration do you hand over?",
        (
            Option(
                "The one with the lowest loss.",
                "Of 25 it was the luckiest, too. In our searches it was worth clearly less than what was promised.",
            ),
            Option(
                "The one with the lowest posterior mean.",
                "The mean at a trial has heard its neighbours as well, and a lucky loss is pulled back.",
                right=True,
            ),
            Option(
                "The one with the smallest mean - 2 std.",
                "That is a question for the next trial: it prefers what is not known. There is no next trial.",
            ),
        ),
    ),
    Question(
        "You use plug-in EI in place of EI, and hand over the lowest loss all the same. What have you mended?",
        (
            Option(
                "Everything: a lucky loss no longer counts.",
                "It no longer counts as the incumbent of EI. But it is still what you hand over.",
            ),
            Option(
                "Where the search goes, but not what it hands over.",
                "In our searches the second mattered much more than the first.",
                right=True,
            ),
            Option(
                "Nothing: plug-in EI is another name for EI.",
                "Its incumbent is the lowest posterior mean, not the lowest loss.",
            ),
        ),
    ),
    Question(
        "After a search, the band mean ± 2 std holds 65 % of the configurations that were held back. What follows?",
        (
            Option(
                "The search has failed.",
                "In notebook 07 such a search ended well. It only needs to be right where losses are low.",
            ),
            Option(
                "The band must not be read as a promise of 95 %.",
                "The kernel expected another function: smoother, without a cliff. And a search knows little of where "
                "it never went.",
                right=True,
            ),
            Option(
                "The noise was estimated too large.",
                "Too large a noise makes a band too wide, and it would hold more than it promised.",
            ),
        ),
    ),
    Question(
        "Ten hyperparameters, 30 trials. When can Bayesian optimisation still be well ahead of random search? (Several "
        "are right.)",
        (
            Option(
                "The loss is simple: one valley, and it changes slowly along each axis.",
                "Long length scales: each trial tells much about places far away.",
                right=True,
            ),
            Option(
                "Only two or three of them matter.",
                "A length scale of its own for each lets the idle ones be ignored.",
                right=True,
            ),
            Option(
                "The loss is rough, and all ten matter.",
                "Then each trial knows its own neighbourhood alone, and 30 of them are next to nothing of the cube.",
            ),
            Option(
                "The computer is fast enough.",
                "A fast computer shortens the wait for a suggestion. It does not know more.",
            ),
        ),
        several=True,
    ),
)
