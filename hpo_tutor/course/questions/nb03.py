"""The quiz of notebook 03, random search."""

from hpo_tutor.course.questions import Option, Question

QUESTIONS = (
    Question(
        "A grid of 64 points spans three hyperparameters. How many different learning rates does it try?",
        (
            Option(
                "64",
                "Random search would try 64. A grid repeats each value of an axis for every combination of the others.",
            ),
            Option("4", "4 values on each of the 3 axes make 64 points.", right=True),
            Option("16", "16 is the number of points that share one learning rate."),
        ),
    ),
    Question(
        "`pool` is either 1 or 2, and moves the loss a lot. What does a grid of two values on each axis lose on it?",
        (
            Option(
                "A lot, because it moves the loss a lot.",
                "What moves the loss is not yet what a grid does badly. It must also have good values that the grid "
                "leaves out.",
            ),
            Option("Nothing: it tries both values.", "And there are no others.", right=True),
            Option(
                "As much as on the learning rate.",
                "The learning rate has good values between those of the grid, and they are what it loses.",
            ),
        ),
    ),
    Question(
        "You draw 59 random configurations. What do you know?",
        (
            Option(
                "The best of them is within 5 % of the lowest possible loss.",
                "The 5 % count configurations, not loss. How much worse the top 5 % are depends on the surface.",
            ),
            Option(
                "With probability 95 %, at least one lies among the best 5 % of the space.",
                "All 59 miss with probability 0.95 to the power of 59, which is just under 5 %. "
                "That holds in any number of dimensions.",
                right=True,
            ),
            Option(
                "Three of them lie among the best 5 %.",
                "About three on average, but often one or five, and in one search out of twenty none.",
            ),
        ),
    ),
    Question(
        "The best of 50 noisy trials shows a loss of 0.31. You train the same configuration again with new seeds. "
        "What do you expect?",
        (
            Option(
                "About 0.31, as often above as below.",
                "That would hold for a trial picked in advance. This one was picked because it came out low.",
            ),
            Option(
                "A loss above 0.31 on average.",
                "The winner was chosen for its low loss, and a part of that was luck. The luck does not come again.",
                right=True,
            ),
            Option(
                "A loss below 0.31, because the search has found the good region.",
                "The search ended; training again draws new luck, and the old luck was better than usual.",
            ),
        ),
    ),
    Question(
        "Two samplers are compared over 20 seeds on one data set. Their mean difference is clear. "
        "What may you conclude?",
        (
            Option(
                "One is better on this data set.",
                "The seeds say how much luck there is on this data set, and nothing about others.",
                right=True,
            ),
            Option(
                "One is better on data of this kind.",
                "For that you need several data sets, or batches of data: 20 seeds on one are one piece of evidence.",
            ),
            Option(
                "Nothing: 20 runs are too few.",
                "Too few for what? If the difference is several standard errors, more seeds will not change the answer "
                "for this data set.",
            ),
        ),
    ),
    Question(
        "When may a grid beat random search at the same budget? (Several are right.)",
        (
            Option(
                "The loss is a round bowl in two hyperparameters.",
                "Distance then counts in every direction, so that no two points are nearly the same trial, and evenly "
                "spaced points leave no holes.",
                right=True,
            ),
            Option(
                "One of five hyperparameters matters much more than the others.",
                "That is where the grid wastes most: it tries few values of the one that matters.",
            ),
            Option(
                "The good region is wide and lies near the middle of a cell.",
                "Then the placement of the grid decides, and it was lucky. Another grid would not be.",
                right=True,
            ),
        ),
        several=True,
    ),
)
