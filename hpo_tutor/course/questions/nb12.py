"""Questions of notebook 12, reading error bars."""

from hpo_tutor.course.questions import Option, Question

QUESTIONS = (
    Question(
        "A study reports an excess of 4 %, with a 95 % interval from 2 % to 9 %. What does the 95 % mean?",
        (
            Option(
                "The true mean lies between 2 % and 9 % with a probability of 95 %.",
                "It lies there or it does not; nobody can tell which. The 95 % belongs to the recipe.",
            ),
            Option(
                "Of 100 studies, the recipe makes about 95 bars that hold the true mean.",
                "Of most recipes that is only so with enough batches: test it where the truth is known.",
                right=True,
            ),
            Option(
                "95 % of batches have an excess between 2 % and 9 %.",
                "The bar is for the mean. Single batches lie much further apart.",
            ),
        ),
    ),
    Question(
        "Ten batches, ten searches on each. What do you draw on slips of paper, to bootstrap the mean?",
        (
            Option("the 100 searches", "Searches on one batch share it. The bar would be too short."),
            Option(
                "the ten batches, with all that belongs to each",
                "A new study brings new batches; they are what differs.",
                right=True,
            ),
            Option("either, that comes to the same", "On our photographs the bar was over 1.4 times too short."),
        ),
    ),
    Question(
        "Why does the Gaussian bar of ten lopsided batches miss mostly on one side?",
        (
            Option(
                "Because an excess cannot be negative.",
                "It may reach below zero, but that is not where it misses: it lies below the true mean.",
            ),
            Option(
                "Because a study that met no large value has a small mean and a short bar.",
                "Mean and error go up and down together. Studentised resamples know of it.",
                right=True,
            ),
            Option("Because 1.96 should be 2.26.", "Student's factor makes it longer on both sides alike."),
        ),
    ),
    Question(
        "P = 0.03 for two samplers. Which of these may you say? (Several may be right.)",
        (
            Option("They are equal with a probability of 3 %.", "For that one must know how many pairs are equal."),
            Option(
                "If they were equal, a difference as large would come in 3 of 100 studies.",
                "That is what it says, and all it says.",
                right=True,
            ),
            Option("The difference is large.", "With many batches a tiny difference has a small P-value as well."),
            Option(
                "One must ask how many other pairs were looked at.",
                "Among forty pairs of equals about two have P below 0.05.",
                right=True,
            ),
        ),
        several=True,
    ),
    Question(
        "Twenty batches show a difference with the power that you wanted. How many for half the difference?",
        (
            Option("40", "The error falls with the root of the number only."),
            Option(
                "80", "Half the difference asks for half the error, and that for four times the batches.", right=True
            ),
            Option("20, with a better test", "A better test helps a little, but not by four."),
        ),
    ),
)
