"""Questions of notebook 18, tune while training."""

from hpo_tutor.course.questions import Option, Question

QUESTIONS = (
    Question(
        "The weights follow the gradient of T1's loss. Why do the penalty and the noise follow T2's?",
        (
            Option(
                "Because two sets are faster than one.",
                "They cost time: each hyper-step passes a batch of T2 through the network and back.",
            ),
            Option(
                "Because T1 would switch them off: both make it harder to fit the rows that one trains on.",
                "What they are good for shows on rows that the weights have not learnt. T1 cannot tell.",
                right=True,
            ),
            Option(
                "Because T2 must not be seen by the training at all.",
                "It is seen, through the hyperparameters. That is why the result is judged on a third set.",
            ),
        ),
    ),
    Question(
        "A program leaves ln(10) 10^ell out, and Adam moves ell with what is left. What becomes of the error?",
        (
            Option(
                "Nothing: both factors are positive, and only the sign of a slope counts.",
                "Adam averages over many slopes. If the scale changes on the way, some of them count too much.",
            ),
            Option(
                "ell moves too fast, by a factor of 1 / (ln(10) 10^ell).",
                "With plain gradient descent it would. Adam's steps are about as long as its rate, whatever the scale.",
            ),
            Option(
                "ln(10) cancels; 10^ell does not, since it changes along the path.",
                "Adam divides by the size of its recent slopes: a constant cancels, a factor that moves lingers.",
                right=True,
            ),
        ),
    ),
    Question(
        "A program puts noise into T2's inputs and moves sigma against dC2/dsigma, taken there. Where does sigma go?",
        (
            Option(
                "To what is best for the trained network, more slowly.",
                "It is another slope, not a smaller one: it says what noise does to a pass, not to a training.",
            ),
            Option(
                "Down towards 0: noise in a pass makes a network guess worse.",
                "What noise is good for comes through the weights, and this slope does not look at them.",
                right=True,
            ),
            Option(
                "Up to its upper limit: noise is good for unseen rows.",
                "For training with it, perhaps. For being asked with it, hardly ever.",
            ),
        ),
    ),
    Question(
        "T2 has only 20 rows, and each layer has a penalty and a noise of its own. What should be checked afterwards?",
        (
            Option(
                "Nothing: hyperparameters cannot overfit, only weights can.",
                "Whatever follows its loss on some rows can fit these rows. In our runs it was not to be seen; with "
                "more knobs it may be.",
            ),
            Option(
                "T2's loss: if it is small, all is well.",
                "Those rows were asked all the time. And 20 of them may happen to be easy.",
            ),
            Option(
                "The loss on rows that neither set has, beside that of a training without tuning.",
                "Only that tells how good a guide T2 was. In our runs 20 rows were a poorer one on average than "
                "hundreds.",
                right=True,
            ),
        ),
    ),
    Question(
        "At some place the one-step arrow says less penalty, yet the loss after a whole training falls with more. "
        "How so?",
        (
            Option(
                "One of the two must be computed wrongly.",
                "Both can be right. They answer different questions.",
            ),
            Option(
                "The arrow looks one step ahead, and what a penalty does builds up over thousands.",
                "A short horizon: what slows the next step may still pay in the end.",
                right=True,
            ),
            Option(
                "The arrow is drawn for the training set.",
                "It is T2's loss that the arrow lowers, one step ahead.",
            ),
        ),
    ),
    Question(
        "Which sentences about tuning while training are right? (Several may be right.)",
        (
            Option(
                "The strength of dropout noise can be tuned this way.",
                "It is a number, and the gradient of each step depends on it smoothly. So there is a hypergradient.",
                right=True,
            ),
            Option(
                "The width of a layer can be tuned this way.",
                "A loss has no slope along a whole number, and weights would have to come from nowhere.",
            ),
            Option(
                "The learning rate has a one-step hypergradient, and following it is greedy.",
                "A rate that lowers the loss most in the next step tends to be too small for the whole training.",
                right=True,
            ),
            Option(
                "Population-based training needs no hypergradient: it copies good networks and varies their settings.",
                "Losses are enough for it, so choices may change as well. It pays with a population of trainings.",
                right=True,
            ),
        ),
        several=True,
    ),
)
