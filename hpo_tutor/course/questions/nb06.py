"""The quiz of notebook 06, Bayesian optimisation."""

from hpo_tutor.course.questions import Option, Question

QUESTIONS = (
    Question(
        "At a candidate, mean and incumbent are equal, and the standard deviation is 0.1. What is its expected "
        "improvement?",
        (
            Option(
                "0: on average it is no better than the incumbent.",
                "On average its loss is that of the incumbent. But a worse loss costs nothing, since the incumbent "
                "stays what it was, and a better one gains.",
            ),
            Option(
                "About 0.04.",
                "z is 0, so that only std times the density at 0 is left, 0.1 times 0.4.",
                right=True,
            ),
            Option("0.05, half of the standard deviation.", "That is the probability, 1/2, times std."),
        ),
    ),
    Question(
        "Which of two candidates has the higher probability of improvement: A, surely 0.001 below the incumbent, or "
        "B, whose mean is the incumbent's loss, with a standard deviation of 0.2?",
        (
            Option("A.", "Its probability is 1. How little is gained does not count.", right=True),
            Option(
                "B.",
                "B's probability is 1/2. Its expected improvement, 0.08, is the higher one: that counts by how much.",
            ),
            Option("They are equal.", "The probability is 1 for A, and 1/2 for B."),
        ),
    ),
    Question(
        "The incumbent was a lucky training: its observed loss lies far below anything that its configuration reaches "
        "on average. What does expected improvement do?",
        (
            Option(
                "It tries next to the incumbent, again and again.",
                "The belief there is not that low: the model knows the noise and the neighbours. So little seems to be "
                "gained there.",
            ),
            Option(
                "It goes where the standard deviation is large.",
                "Nothing that is known comes down to the lucky loss. Only what is unknown still might.",
                right=True,
            ),
            Option(
                "Nothing changes, because the model knows the noise.",
                "The model does, but the incumbent's loss goes into the formula as it was observed. The remedy is "
                "called plug-in: take the lowest posterior mean for it.",
            ),
        ),
    ),
    Question(
        "You want four trials at once. What do you need? (Several are right.)",
        (
            Option(
                "Nothing: ask the acquisition function four times.",
                "It is largest where it was largest before, and you get the same place four times.",
            ),
            Option(
                "A fantasy for each pending trial, until its loss is known.",
                "It narrows the band there, and the next place moves on.",
                right=True,
            ),
            Option(
                "Thompson sampling: four draws, and the lowest place of each.",
                "The draws differ, and so, mostly, do their lowest places.",
                right=True,
            ),
        ),
        several=True,
    ),
    Question(
        "Why must the draws of Thompson sampling be joint?",
        (
            Option(
                "Because they are faster.",
                "They are slower: the whole covariance is needed, not its diagonal alone.",
            ),
            Option(
                "Because neighbours have similar losses. Drawn one by one, the lowest is nearly always where there are "
                "most unknown candidates.",
                "With a finer grid there would be more of them, and the choice would change, although nothing new is "
                "known.",
                right=True,
            ),
            Option("Because the mean would be lost.", "Each draw by itself keeps the mean as well."),
        ),
    ),
    Question(
        "Two hyperparameters, eight trials, and a loss that varies from training to training by more than the valley "
        "is deep. What do you expect of Bayesian optimisation against random search?",
        (
            Option(
                "It is clearly ahead: it learns.",
                "From eight noisy losses there is little to learn, and the first of them are drawn without a model.",
            ),
            Option(
                "Hardly any difference.",
                "It pays where there is something to be learnt and something to be gained.",
                right=True,
            ),
            Option(
                "It is clearly behind: it is misled.",
                "It may be misled in a single search. Over many, neither is clearly ahead.",
            ),
        ),
    ),
)
