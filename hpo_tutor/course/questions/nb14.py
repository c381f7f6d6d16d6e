"""Questions of notebook 14, spaces with switches."""

from hpo_tutor.course.questions import Option, Question

QUESTIONS = (
    Question(
        "A space has n_layers from 1 to 3, and width_i for each layer. A flat search draws all of them, evenly. What "
        "share of its trials can tell something about width_3?",
        (
            Option("all of them", "Each holds a value of that name, but with one or two layers it changes nothing."),
            Option("two thirds", "Two thirds have a second layer. Only networks of three layers have a third."),
            Option("a third", "Those with n_layers = 3. In the others the value is dead.", right=True),
            Option("a ninth", "n_layers alone decides it, and it has three values, not nine."),
        ),
    ),
    Question(
        "A flat search reports that a dead hyperparameter has an importance above 0. Where does that come from?",
        (
            Option(
                "It must have an effect, if a small one.",
                "Where it is dead it is not even looked at: two configs that differ in it alone are one network.",
            ),
            Option(
                "From few trials: by chance, its values go along with better or worse losses.",
                "So its importance differs from seed to seed. Look at its spread, or at what a column of noise gets.",
                right=True,
            ),
            Option(
                "From a mistake in the program that computes importances.",
                "The program is right about the numbers that it got. It was not told that some of them are dead.",
            ),
        ),
    ),
    Question(
        "Which of these does a condition (when=...) say, and not a constraint? (Several may be right.)",
        (
            Option(
                "units_2 exists only with two dense layers or more.",
                "Existence is a condition: without the layer there is no value to draw, or to learn from.",
                right=True,
            ),
            Option(
                "momentum belongs to sgd.",
                "With another optimizer there is no momentum, so nothing of that name should be in the config.",
                right=True,
            ),
            Option(
                "The stride is not larger than the kernel.",
                "Both exist always. Some pairs are refused: a constraint.",
            ),
            Option(
                "Strides and poolings together shrink the picture to no less than one pixel.",
                "A rule between values that exist: a constraint. It speaks only of the layers that are there.",
            ),
        ),
        several=True,
    ),
    Question(
        "Nine tiles, 90 trials, and a Gaussian process in each that begins with eight random trials. What is left for "
        "its model?",
        (
            Option("82 trials", "Each of the nine tiles has a start of its own: 72 trials are random."),
            Option(
                "18 trials, two for each tile",
                "90 less 9 times 8. With so small a budget, tiles are hardly more than random search in nine boxes.",
                right=True,
            ),
            Option("none", "Ten trials for each tile less its eight random ones leave two."),
        ),
    ),
    Question(
        "Successive halving closes the worse half of the tiles after a first round. When does it go wrong?",
        (
            Option(
                "When the best tile is slow: it has more hyperparameters, and a few trials show little of it.",
                "The first round favours tiles in which a random config is good, not those with the best optimum.",
                right=True,
            ),
            Option(
                "When there are many bad tiles.",
                "That is where it gains most: their trials go to the others.",
            ),
            Option(
                "When two good tiles are equally good.",
                "Then it does not matter which of them is closed.",
            ),
        ),
    ),
    Question(
        "A sampler of flat spaces is to be compared with one that knows the conditions. What must be equal?",
        (
            Option(
                "the number of different networks that each trains",
                "That hides the very loss that flat spaces have: trials spent on the same network again.",
            ),
            Option(
                "the number of trials, start-up included, and the networks that can be reached",
                "All that is paid for counts; and neither may have configs that the other cannot draw.",
                right=True,
            ),
            Option(
                "the number of hyperparameters",
                "That is what differs between them: one sees them all at once, the other those that live.",
            ),
        ),
    ),
)
