"""Questions of notebook 16, stop the losers early."""

from hpo_tutor.course.questions import Option, Question

QUESTIONS = (
    Question(
        "81 trials, rungs at 1, 3, 9, 27 and 81 epochs, divisor 3, and survivors continue where they stopped. How many "
        "epochs are trained in all?",
        (
            Option("6,561", "81 trials of 81 epochs: that is what no stopping costs."),
            Option("405", "That counts each rung's epochs from 0, as if survivors began anew."),
            Option("297", "81 for the first rung, then 54 for each of the four others.", right=True),
            Option("216", "The first rung is missing: all 81 trials train that one epoch."),
        ),
    ),
    Question(
        "Which trials does successive halving stop wrongly?",
        (
            Option(
                "Those whose curves are noisy at the end.",
                "At the end nobody is stopped any more. Noise harms at the first rungs, where much is decided.",
            ),
            Option(
                "Those that start slowly and end well: their curves cross the others after the cut.",
                "A small learning rate often looks like that. The rank at the rung is not the rank at the end.",
                right=True,
            ),
            Option(
                "Those that are bad from the first epoch to the last.",
                "They are the ones it is there for: they cost one epoch instead of 81.",
            ),
        ),
    ),
    Question(
        "The rank correlation (Spearman's) of the losses after 3 epochs and after 81 is 0.8. What does that say of a "
        "cut after 3 epochs?",
        (
            Option(
                "The best trial of all survives it with probability 0.8.",
                "A correlation of all ranks is no probability, and says little of one trial. Count how often the final "
                "winner is among the survivors.",
            ),
            Option(
                "Early ranks tell much of the final ones; whether the winner survives has to be counted for itself.",
                "The bad trials at the other end may make the correlation high while the best few are mixed up.",
                right=True,
            ),
            Option(
                "Four fifths of the trials keep their rank.",
                "Hardly any keeps its very rank. The correlation says how well the two orders go together.",
            ),
        ),
    ),
    Question(
        "Divisor 4, asynchronous, the rule that stops without waiting. Three trials have reported at the first rung. "
        "The fourth comes, with the second best loss. What happens to it?",
        (
            Option(
                "It is stopped: 4 // 4 = 1 trial may go on, and it is not the best.",
                "Its position is 1, counted from 0, and only position 0 goes on. What others were told before does not "
                "matter.",
                right=True,
            ),
            Option(
                "It goes on, since few have reported so far.",
                "Few reports do not help it: at least one trial goes on, and that one is the best so far.",
            ),
            Option(
                "It waits until more have reported.",
                "In this form nobody waits. It is the other form, with promotions, in which trials wait.",
            ),
        ),
    ),
    Question(
        "What is true of asynchronous halving, compared with synchronous halving? (Several may be right.)",
        (
            Option(
                "Workers never wait for the slowest one at a rung.",
                "Each report is decided with what is known by then, so a worker has its next job at once.",
                right=True,
            ),
            Option(
                "It may train on a trial that a synchronous rung would have stopped.",
                "The first to arrive is the best so far. It may not be any more when the others have come.",
                right=True,
            ),
            Option(
                "The result does not depend on which trial reports first.",
                "It does: the same losses in another order send other trials on.",
            ),
            Option(
                "It needs fewer epochs for the same number of trials.",
                "Rather a few more, because of those that were let through early. What it saves is waiting.",
            ),
        ),
        several=True,
    ),
    Question(
        "A tournament trains survivors anew from the first epoch at every rung, since nothing was saved. What follows?",
        (
            Option(
                "Nothing: the same trials survive.",
                "They may, but each survivor pays again for all that it has trained before.",
            ),
            Option(
                "With rungs that grow by 3, it costs up to half as many epochs again.",
                "A trial at 81 epochs has paid 1 + 3 + 9 + 27 + 81 = 121. Of the example, 405 in place of 297.",
                right=True,
            ),
            Option(
                "It costs as much as training them all in full.",
                "Far from it: the many that are stopped at the first rung still cost an epoch each.",
            ),
        ),
    ),
)
