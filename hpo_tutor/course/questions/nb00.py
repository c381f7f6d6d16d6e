"""The quiz of notebook 00, start here."""

from hpo_tutor.course.questions import Option, Question

QUESTIONS = (
    Question(
        "Which of these are hyperparameters? (Several are right.)",
        (
            Option(
                "The strength of the L2 penalty",
                "Training obeys it and never changes it: somebody has to choose it before.",
                right=True,
            ),
            Option(
                "The bias of the third hidden unit",
                "Training finds it, with all other weights and biases: a parameter.",
            ),
            Option("The number of hidden layers", "It is fixed before training begins.", right=True),
            Option(
                "The number of epochs",
                "It says when training stops. You may leave that choice to a rule (stop when the validation loss "
                "rises), but then the rule has settings that somebody chose.",
                right=True,
            ),
            Option(
                "The order in which the pictures come",
                "It follows from the seed, and the seed is luck. Choosing a lucky one improves nothing that lasts.",
            ),
        ),
        several=True,
    ),
    Question(
        "A space has Choice([32, 64, 128, 256], ordered=True) for the batch size. What does ordered=True say?",
        (
            Option(
                "256 is better than 32.",
                "It says nothing about good and bad. Which size is best is what the search has to find out.",
            ),
            Option(
                "Neighbours in the list are likely to behave alike.",
                "What was learnt at 64 tells something about 32 and 128. Among relu and tanh there is no such order.",
                right=True,
            ),
            Option(
                "The sizes are tried from the smallest to the largest.",
                "In which order they are tried is the sampler's business.",
            ),
        ),
    ),
    Question(
        "A learning rate is drawn from Float(0.0001, 1, log=True). How likely is it to be below 0.01?",
        (
            Option(
                "About 1 %",
                "That is its share of the interval as a ruler measures it. On a logarithmic scale each power of ten "
                "takes as much room as any other.",
            ),
            Option(
                "50 %",
                "From 0.0001 to 0.01 are two powers of ten, from 0.01 to 1 are two more.",
                right=True,
            ),
            Option("99 %", "That would hold if nearly all of the range lay below 0.01."),
        ),
    ),
    Question(
        "Two networks were trained with the same hyperparameters, and one has the lower validation loss. Why?",
        (
            Option(
                "Its hyperparameters are better.",
                "They are the same. What differs is the seed: the initial weights and the order of the pictures.",
            ),
            Option(
                "Luck: the seeds differ.",
                "So a lead smaller than this luck means nothing, and a fair comparison needs many races.",
                right=True,
            ),
            Option(
                "One of the two has a mistake in it.",
                "Both may be in order. Training begins with random weights, so two seeds hardly ever end alike.",
            ),
        ),
    ),
    Question(
        "Which of these methods look at the losses of earlier trials before they choose the next? (Several are right.)",
        (
            Option("Grid search", "All of its trials are known before the first training begins."),
            Option("Random search", "It draws each trial without a look at the others."),
            Option(
                "Bayesian optimisation",
                "It fits a model to all losses so far, and asks where the next trial is worth most.",
                right=True,
            ),
            Option(
                "The tree-structured Parzen estimator",
                "It sorts the trials so far into good and bad, and goes where good ones are dense.",
                right=True,
            ),
        ),
        several=True,
    ),
)
