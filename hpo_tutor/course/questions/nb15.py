"""Questions of notebook 15, two goals."""

from hpo_tutor.course.questions import Option, Question

QUESTIONS = (
    Question(
        "Encoder A has error 2 and 900 operations, B error 3 and 900, C error 2 and 900. Who dominates whom?",
        (
            Option(
                "A dominates B and C.",
                "A and C are equal in both: neither is better in anything, so neither dominates the other.",
            ),
            Option(
                "A and C dominate B; neither dominates the other.",
                "No worse in both, better in one, is enough. So both of them lie on the front.",
                right=True,
            ),
            Option(
                "Nobody dominates B, since the operations are equal.",
                "It is enough to be no worse in one loss if the other is lower.",
            ),
        ),
    ),
    Question(
        "You minimise 0.5 * error + 0.5 * operations, both scaled to 0 to 1. Why not only that?",
        (
            Option(
                "With these weights the two goals are equally important, which is fair.",
                "Equal weights of scaled losses mean what the scales mean, and these hang on the worst trials so far.",
            ),
            Option(
                "It finds one compromise, and must be told the price of an error in operations beforehand.",
                "A front shows all prices; then you choose. And whatever the weights, a sum misses those parts of a "
                "front that bulge towards the worse side.",
                right=True,
            ),
            Option(
                "A weighted sum may be minimal at a dominated trial.",
                "Not with positive weights: whoever dominates it has a smaller sum.",
            ),
        ),
    ),
    Question(
        "Which of these is true of the hypervolume? (Several may be right.)",
        (
            Option(
                "A front that dominates another one has the larger hypervolume.",
                "It covers all that the other covers, and more, as long as both lie before the reference.",
                right=True,
            ),
            Option(
                "The front with the larger hypervolume dominates the other one.",
                "Two fronts may cross, each ahead in a part. The volume then hangs on the reference.",
            ),
            Option(
                "With another reference, the order of two crossing fronts may change.",
                "A reference far away weighs the ends of a front more. So choose it before you look, and say it.",
                right=True,
            ),
            Option(
                "It does not change with the unit of a loss, so that fronts of different tasks can be compared.",
                "It has the unit of both losses multiplied. Within one task the order stays, but not its size.",
            ),
        ),
        several=True,
    ),
    Question(
        "A trial is dominated. May it be forgotten?",
        (
            Option(
                "Yes, nobody would choose it.",
                "Not to build, but it tells the sampler where not to look. And its loss is noisy, as others are.",
            ),
            Option(
                "Not by the sampler; and with noise it may belong on the front after all.",
                "Train the models near the front again, with other seeds, before you call one of them dominated.",
                right=True,
            ),
            Option(
                "No, a dominated trial may still be the best in one loss.",
                "Only if it ties there with the one that dominates it, which is better in another.",
            ),
        ),
    ),
    Question(
        "A front was picked from 500 noisy trainings. Each of its models is trained again with new seeds. What do you "
        "expect?",
        (
            Option(
                "The same losses, give or take the noise, in both directions alike.",
                "They were chosen because they came out low. On average they come back higher.",
            ),
            Option(
                "On average, higher errors; the operations stay as they were.",
                "The winners had luck, in every part of the front. Operations are counted, and have no noise.",
                right=True,
            ),
            Option(
                "Lower errors, since the models are good.",
                "They are good, but less so than the one lucky run that put them on the front.",
            ),
        ),
    ),
    Question(
        "A convolution gets stride 2 in place of stride 1; all else stays. What becomes of its operations?",
        (
            Option("They stay: it has the same weights.", "The weights stay, but each is used at fewer windows."),
            Option("They are halved.", "Every second row is left out as well as every second column."),
            Option(
                "A quarter is left, and the layers behind it have less to do, too.",
                "Half as many windows in a row, and half as many rows. The smaller picture goes on to the next layer.",
                right=True,
            ),
        ),
    ),
)
