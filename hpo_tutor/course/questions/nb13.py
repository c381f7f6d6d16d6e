"""Questions of notebook 13, adaptive grids."""

from hpo_tutor.course.questions import Option, Question

QUESTIONS = (
    Question(
        "A full grid without boundary has two levels on each of nine axes. How many trials is that?",
        (
            Option("27", "Nine axes with three places each, but a grid has every combination of them."),
            Option(
                "512",
                "Level 2 alone has two places, and 2 to the power of 9 is 512. The middle, level 1, belongs to it too.",
            ),
            Option("729", "That is 9 to the power of 3: base and exponent changed places."),
            Option(
                "19,683",
                "Three places on an axis, 3 to the power of 9. The sparse grid of the same level has 1 + 2 * 9 = 19.",
                right=True,
            ),
        ),
    ),
    Question(
        "Which of these is true of the sampler's gamma? (Several may be right.)",
        (
            Option(
                "With gamma = 0 the point with the lowest loss is refined, however often it has been.",
                "Its priority is rank + 1 alone, and the best has rank 0. So the points pile up around it.",
                right=True,
            ),
            Option(
                "With gamma = 1 the losses have no say.",
                "The rank gets the exponent 0, so that only levels and degrees count.",
                right=True,
            ),
            Option(
                "With gamma = 1 the points are exactly those of the regular sparse grid.",
                "Only nearly: a refined point competes again, one degree later, and its new children may lie deeper.",
            ),
            Option(
                "The smaller gamma is, the sooner a new function's minimum is found.",
                "Around the best point so far, perhaps; if the minimum lies elsewhere, it is never looked for there.",
            ),
        ),
        several=True,
    ),
    Question(
        "At a new point the surplus is nearly 0. What do you learn?",
        (
            Option(
                "The loss is nearly 0 there.",
                "The loss may be anything: a surplus is what it differs by from the prediction of coarser points.",
            ),
            Option(
                "The minimum is near.",
                "On a straight slope surpluses are 0 from level 3 on, and no minimum is near.",
            ),
            Option(
                "Coarser points had predicted the loss there: at this scale the function is smooth.",
                "Half-way between its parents, h from either, a surplus is about -h^2 / 2 times the second derivative.",
                right=True,
            ),
        ),
    ),
    Question(
        "Three methods reach 97.4 %, 97.5 % and 97.5 % on 10,000 test images, one run each. Which is best?",
        (
            Option(
                "one of the two with 97.5 %",
                "They are ahead by ten images, which is less than one standard error.",
            ),
            Option(
                "That cannot be told.",
                "The standard error of such an accuracy is the root of 0.975 * 0.025 / 10,000, which is 0.16 points; "
                "and another seed would move each of them as well.",
                right=True,
            ),
            Option(
                "all three are equally good",
                "Nothing speaks against it, but that they cannot be told apart is no proof that they are equal.",
            ),
        ),
    ),
    Question(
        "The same table gives grid search 10.1 %, with nine hyperparameters and at most 80 trials. Why so little?",
        (
            Option("Grid search is that bad.", "It did not get to search: it was given a single trial."),
            Option(
                "The ninth root of 80 is below 2, so the grid had one point, with a learning rate of 0.000001.",
                "A straw man: whoever guesses among ten digits is right in about 10 % of cases. That network had "
                "hardly learnt.",
                right=True,
            ),
            Option(
                "Of the 80 trials, most had a learning rate that was too large.",
                "There was one trial, and its learning rate was far too small.",
            ),
        ),
    ),
    Question(
        "A study picks the best of 80 configs by accuracy on the test images, and reports that accuracy. What is "
        "wrong?",
        (
            Option(
                "Nothing, as long as every method does it.",
                "Each is flattered, and those that try more or follow their luck more closely are flattered more.",
            ),
            Option(
                "The winner owes part of its accuracy to luck with just these images.",
                "The test images took part in the tuning. Choose on validation images, and look at the test images "
                "once.",
                right=True,
            ),
            Option(
                "80 configs are too few.",
                "More of them make it worse: the best of many has more luck in it.",
            ),
        ),
    ),
)
