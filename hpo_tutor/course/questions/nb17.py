"""Questions of notebook 17, brackets."""

from hpo_tutor.course.questions import Option, Question

QUESTIONS = (
    Question(
        "Why does Hyperband play several brackets, and not the one that stops earliest?",
        (
            Option(
                "Because more brackets find more configurations.",
                "The bracket that stops earliest tries most of them. The others try fewer, for longer.",
            ),
            Option(
                "Because nobody knows beforehand how early is too early.",
                "It spends about equally on each guess. Who knew the right one could do with one bracket's epochs.",
                right=True,
            ),
            Option(
                "Because the workers would have nothing to do otherwise.",
                "One bracket can fill the workers as well. It is a matter of risk, not of speed.",
            ),
        ),
    ),
    Question(
        "81 epochs, divisor 3. The bracket that stops nobody starts 5 trials, the one that stops earliest 81. Why not "
        "the same number in each?",
        (
            Option(
                "So that each bracket may spend about as many epochs.",
                "5 trials of 81 epochs are 405. With 81 trials of 81 epochs, that bracket would eat the budget.",
                right=True,
            ),
            Option(
                "Because the last bracket has learnt from the others.",
                "In Hyperband brackets know nothing of each other. In BOHB they do, but the numbers stay.",
            ),
            Option(
                "Because there are 5 brackets in all.",
                "The two numbers are indeed equal, since the last bracket divides by 1; but the reason is the budget.",
            ),
        ),
    ),
    Question(
        "What does BOHB change in Hyperband?",
        (
            Option(
                "Where the configurations come from: most of them from TPE, some at random.",
                "The brackets, the rungs and the cuts stay as they are.",
                right=True,
            ),
            Option(
                "Who goes on: the surrogate predicts the final loss.",
                "The cut is by the losses at the rung, as before. The surrogate chooses who starts.",
            ),
            Option(
                "How the budget is divided among the brackets.",
                "That stays Hyperband's. What is new is that a config is no longer drawn blindly.",
            ),
        ),
    ),
    Question(
        "Hyperband and random search are compared. Which budget must be equal?",
        (
            Option(
                "the number of trials",
                "Then Hyperband, which stops most of its trials, gets a small part of the epochs.",
            ),
            Option(
                "the number of trials trained in full",
                "Then all that Hyperband spends on trials that it stops would be free.",
            ),
            Option(
                "all epochs that were trained, of the stopped trials too",
                "And the incumbent of each is judged after a whole training, on data that chose nothing.",
                right=True,
            ),
        ),
    ),
    Question(
        "A synchronous bracket has 25 workers; one of them is five times as slow. What happens?",
        (
            Option(
                "The bracket takes a twenty-fifth longer.",
                "That would be so if the others could take over its work. At a barrier they wait for its job.",
            ),
            Option(
                "At each rung at which it has a job, the others wait for it.",
                "And which trials go on does not change: a synchronous rung hears them all. Only time is lost.",
                right=True,
            ),
            Option(
                "Its trials are stopped, because they come late.",
                "They are compared at the same epoch as the others. It does not matter when they come.",
            ),
        ),
    ),
    Question(
        "Which sentences are right for a search with 1,000 workers? (Several may be right.)",
        (
            Option(
                "A synchronous bracket of 81 trials leaves most of them without work from the first rung on.",
                "There is no more work than trials, and a third of it after each rung.",
                right=True,
            ),
            Option(
                "The search cannot end before one trial has been trained in full.",
                "A training of 81 epochs takes its time, however many workers stand beside it.",
                right=True,
            ),
            Option(
                "With 1,000 times as many workers it ends 1,000 times as early.",
                "Only if there is enough to do side by side. One training is done epoch by epoch.",
            ),
            Option(
                "A simulation with recorded curves can tell how many workers are worth their price.",
                "Losses and seconds are replayed on virtual clocks: that is how to plan what one cannot try.",
                right=True,
            ),
        ),
        several=True,
    ),
)
