"""The quiz of notebook 05, kernels and noise."""

from hpo_tutor.course.questions import Option, Question

QUESTIONS = (
    Question(
        "You halve the length scale of a kernel and change nothing else. What do draws from the prior look like now?",
        (
            Option("Half as high.", "The height is the amplitude. The length scale only stretches sideways."),
            Option("With about twice as many ups and downs.", "Everything happens on half the distance.", right=True),
            Option(
                "Rougher: they lose their slope.",
                "How smooth a draw is depends on the shape of the kernel. A draw of RBF stays smooth at every scale.",
            ),
        ),
    ),
    Question(
        "Of three hyperparameters one gets a length scale of ten times its range. What does that say?",
        (
            Option(
                "It matters most: its values reach farthest.",
                "The other way round. A long length scale means that a step changes nothing.",
            ),
            Option(
                "Over its whole range the process expects hardly any change.",
                "All trials count as if they had the same value of it.",
                right=True,
            ),
            Option(
                "Its range was chosen ten times too small.",
                "Perhaps it would matter on a larger range, but the process says only what it sees on this one.",
            ),
        ),
    ),
    Question(
        "At some place the function is known to ± 0.3 (two std), and trainings vary by ± 0.4 around it (two std). "
        "Where do about 95 % of new trainings lie?",
        (
            Option("within ± 0.3 of the mean", "That is the band of the function. A training has luck of its own."),
            Option("within ± 0.5 of the mean", "The variances add up: 0.3² + 0.4² = 0.5².", right=True),
            Option(
                "within ± 0.7 of the mean",
                "Added deviations would always push the same way. Independent ones partly cancel.",
            ),
        ),
    ),
    Question(
        "Why not choose the length scale with the smallest training error?",
        (
            Option(
                "Because it rewards a mean that follows the luck of every training.",
                "With luck in the data that is a very short one: it remembers best, and foresees badly.",
                right=True,
            ),
            Option(
                "Because the training error takes too long to compute.",
                "It costs no more than the likelihood: both need the same matrix.",
            ),
            Option(
                "Because with noise the training error is 0 everywhere.",
                "With noise the mean need not go through the data, and the error is above 0.",
            ),
        ),
    ),
    Question(
        "You fit a process to 15 trials twice, from two starts. One fit says: length scale 0.04, noise 0.01. The "
        "other: length scale 0.3, noise 0.04. Their ln p(y) differ by 0.3. What may you do? (Several are right.)",
        (
            Option(
                "Take the one with the larger ln p(y), and be sure.",
                "A third of a nat is a ratio of 1.35. In the notebook the deeper valley was the wrong one.",
            ),
            Option(
                "Train a configuration again, or a few more between the known ones.",
                "A repeated training shows the noise directly, and more data leave one valley.",
                right=True,
            ),
            Option(
                "Use what is known of the noise from other searches.",
                "Prior knowledge may decide where the data do not.",
                right=True,
            ),
        ),
        several=True,
    ),
    Question(
        "The losses of a search lie between 0.1 and 20. The fitted band promises a loss of -1 in places. What helps "
        "first?",
        (
            Option("A shorter length scale.", "The high losses would still set the scale of amplitude and noise."),
            Option(
                "Fit ln(loss), and undo the logarithm for the band.",
                "Ratios of losses then count alike, and no band falls below 0.",
                right=True,
            ),
            Option(
                "Cut the band off at 0.",
                "The picture would look better, and the process would still tell nothing apart where losses are low.",
            ),
        ),
    ),
)
