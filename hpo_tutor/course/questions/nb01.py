"""The quiz of notebook 01, tuning by hand."""

from hpo_tutor.course.questions import Option, Question

QUESTIONS = (
    Question(
        "A linear slider runs from 0.0001 to 1. How much of its way lies above 0.1?",
        (
            Option("A quarter", "That is the share of the decades, and what a logarithmic slider would give."),
            Option("Half", "Half of the way is at 0.5. Above 0.1 lies far more."),
            Option("90 %", "From 0.1 to 1 it is 0.9 of nearly 1: the top decade takes nine tenths.", right=True),
        ),
    ),
    Question(
        "Your best 12 trainings end at width 64, the largest width you allowed. What does that tell you?",
        (
            Option(
                "Width 64 is the best width.",
                "It is the best of those you allowed. Nobody has looked beyond.",
            ),
            Option(
                "The best width may lie further out: look there before you believe in 64.",
                "A minimum at the edge of a space is a question, not an answer.",
                right=True,
            ),
            Option(
                "The width does not matter.",
                "Then the best trainings would lie anywhere along it, not at its end.",
            ),
        ),
    ),
    Question(
        "You tuned by hand and beat 90 of 100 random walkers. What have you shown?",
        (
            Option(
                "That you are better than random search.",
                "One walk cannot show that. The same rule from the same start beat sometimes few walkers and sometimes "
                "all, with nothing but the luck of the trainings between them.",
            ),
            Option(
                "That this one walk ended well. Many walks, on several tasks, would show more.",
                "Skill is what remains on average over many walks; a single one holds skill and luck in one number.",
                right=True,
            ),
            Option(
                "Nothing: ten of them were better.",
                "It is some evidence, just little of it: a poor tuner beats 90 seldom.",
            ),
        ),
    ),
    Question(
        "New data, another library, and you may train 12 times. What do you do with the library's default?",
        (
            Option(
                "Train it first, as one of the 12, and see whether steps away from it help.",
                "It costs one training, and may be nearly good enough, as on the jets. If steps in each direction "
                "bring nothing, begin somewhere else.",
                right=True,
            ),
            Option(
                "Keep it: the authors have tuned it.",
                "On other data than yours. On the houses about half of all blind draws were better.",
            ),
            Option(
                "Leave it out: a default is never good.",
                "On the jets few blind draws were better, and the rule was ahead only from there.",
            ),
        ),
    ),
    Question(
        "You trained 40 networks, picked the one with the lowest loss on the test rows, and report that loss. "
        "What is wrong?",
        (
            Option(
                "Nothing: the test rows took no part in the training.",
                "They took part in the choice. The lowest of 40 noisy numbers is too low on average.",
            ),
            Option(
                "The number is too low on average, since part of what made it the lowest was chance.",
                "Chance on these rows does not come again on others. Choose by validation, and look at the test rows "
                "once.",
                right=True,
            ),
            Option(
                "The network was overtrained on the test rows.",
                "No weight was fitted to them. What was fitted is the choice among 40.",
            ),
        ),
    ),
    Question(
        "When would you rather draw at random than tune by hand? (Several are right.)",
        (
            Option(
                "Twelve machines are free, and the trainings must all start at once.",
                "A hand tuner has to wait for each result. Without results the rule makes a small star around its "
                "start.",
                right=True,
            ),
            Option(
                "There are many valleys, and the nearest one tells nothing about the best one.",
                "As on the eggholder: the steps lead into a valley nearby, and that is seldom a good one.",
                right=True,
            ),
            Option(
                "There is one broad valley, and time for a dozen trainings one after another.",
                "That is where changing one thing at a time is at its best.",
            ),
        ),
        several=True,
    ),
)
