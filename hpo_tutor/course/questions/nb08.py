"""The quiz of notebook 08, tree-structured Parzen estimators."""

from hpo_tutor.course.questions import Option, Question

QUESTIONS = (
    Question(
        "You make all windows of a Parzen estimator twice as wide. What happens to the area under it?",
        (
            Option("It doubles.", "Each window becomes half as high as it becomes twice as wide: that is the 1/h."),
            Option("It stays 1.", "Twice as wide and half as high, so each window keeps its area of 1/n.", right=True),
            Option("It halves.", "It would, if only the heights changed. The widths change as well."),
        ),
    ),
    Question(
        "hyperopt has seen 400 trials, with gamma = 0.25. How many of them make l?",
        (
            Option(
                "100",
                "That is a quarter of them. hyperopt takes a quarter of the square root, and at most 25.",
            ),
            Option("5", "A quarter of the square root of 400 is 5.", right=True),
            Option("20", "That is the square root; gamma times it is 5."),
        ),
    ),
    Question(
        "At a place both l and g are nearly zero, and l/g is 40. What does TPE do with it?",
        (
            Option(
                "It tries it next: 40 is a lot.",
                "Only if a candidate falls there. Candidates are drawn from l, and l is nearly zero there.",
            ),
            Option(
                "It will seldom even look there, for candidates rain from l.",
                "And that is well: where both densities are little more than their priors, the ratio says nothing.",
                right=True,
            ),
            Option(
                "It divides by zero.",
                "The prior is a window over the whole range, so that neither density is ever quite zero.",
            ),
        ),
    ),
    Question(
        "What can TPE, as hyperopt has it, not learn? (Several are right.)",
        (
            Option(
                "That a large learning rate is good with a large batch, and bad with a small one.",
                "Each hyperparameter has its own l and g. What two of them do together is lost.",
                right=True,
            ),
            Option(
                "That one activation function is better than the others.",
                "That it can: options are counted, among the good trials and among the bad ones.",
            ),
            Option(
                "How large the loss is at a place nobody has tried.",
                "It never models the loss, only where good and bad trials lie.",
                right=True,
            ),
        ),
        several=True,
    ),
    Question(
        'In hyperopt you write hp.loguniform("rate", 0.0001, 0.1). Which values come out?',
        (
            Option(
                "Between 0.0001 and 0.1.",
                "They would, had you given the logarithms of these bounds.",
            ),
            Option(
                "Between 1.0001 and 1.11.",
                "The bounds are taken for natural logarithms, so that the values lie between exp(0.0001) and exp(0.1).",
                right=True,
            ),
            Option("None: hyperopt raises an error.", "It does not. It searches, and nobody warns you."),
        ),
    ),
)
