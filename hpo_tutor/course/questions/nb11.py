"""Questions of notebook 11, a fair race."""

from hpo_tutor.course.questions import Option, Question

QUESTIONS = (
    Question(
        "Two designs were compared on one batch of data. The first ended lower. What follows?",
        (
            Option("The first is better.", "On the next batch the minimum lies elsewhere, and so does the luck."),
            Option(
                "Next to nothing: the comparison needs further batches.",
                "The best of one batch is off on the next by about as much as designs differ.",
                right=True,
            ),
            Option("The first is better on this kind of data.", "One batch says nothing about others of its kind."),
        ),
    ),
    Question(
        "Scores are divided by the smallest loss that anybody reached on the batch. A new design enters and finds a "
        "lower one. What happens to the others' y - 1?",
        (
            Option("Nothing: they have run already.", "Their losses stay, but what these are divided by has changed."),
            Option(
                "It goes up for all of them.",
                "Pooled minima belong to whoever takes part. A known optimum does not.",
                right=True,
            ),
            Option("It goes down for all of them.", "The divisor became smaller, so the quotient grows."),
        ),
    ),
    Question(
        "A search of a noisy loss ends. By what do you score its incumbent? (Several are right.)",
        (
            Option("by the loss that made it win", "It won partly by luck, and that luck does not come again."),
            Option("by its mean over several fresh trainings", "Good luck and bad luck average out.", right=True),
            Option("by rows of the data that the search never saw", "They cannot flatter what was chosen.", right=True),
        ),
        several=True,
    ),
    Question(
        "After ten batches design A leads B, and after forty it still cannot be told from B. What do you do?",
        (
            Option("Draw batches until the difference is significant.", "Who may stop when it suits wins in the end."),
            Option(
                "Take either: what a wrong choice costs is less than the errors.",
                "Forty batches bound the difference, and the bound is small.",
                right=True,
            ),
            Option("Take A, it leads.", "You may. But do not say that it is better."),
        ),
    ),
    Question(
        "What does mangling add to a study?",
        (
            Option(
                "hyperparameters that matter, whose best values are known to lie inside",
                "The true coefficients are drawn, so no pilot has to look for their ranges.",
                right=True,
            ),
            Option("noise", "The polynomial has none; a wrong guess brings back wrong prices, each time the same."),
            Option("many more trainings", "Coefficients only unbend the predictions: a grid needs n times n fits."),
        ),
    ),
)
