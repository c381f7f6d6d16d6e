"""The quiz of notebook 04, from one Gaussian to a function."""

from hpo_tutor.course.questions import Option, Question

QUESTIONS = (
    Question(
        "A density reaches the height 1.6. What does that mean?",
        (
            Option("Something is wrong: no probability is above 1.", "The height is no probability. The area is."),
            Option(
                "The hill is narrow: where it is high, little width is needed for an area of 1.",
                "With a standard deviation of 0.25, the middle of a Gaussian is that high.",
                right=True,
            ),
            Option(
                "The value there is 1.6 times as likely as any other.",
                "Compare heights with heights: it says 1.6 per unit of the value, not 1.6 times something.",
            ),
        ),
    ),
    Question(
        "a and b are Gaussian, with correlation 0.8. You observe b, and it is four standard deviations above its mean. "
        "What is believed of a now?",
        (
            Option(
                "Its mean has moved up, and it is less sure than if b were as expected.",
                "The mean, yes. But the width is the same for every b: it depends on the correlation alone.",
            ),
            Option(
                "Its mean has moved up by 3.2 of its std, and its std has shrunk to 0.6 of itself.",
                "0.8 times 4, and the root of 1 - 0.8². A Gaussian is not made unsure by surprises, even where it "
                "should be.",
                right=True,
            ),
            Option("Its mean has moved up by four standard deviations.", "That would take a correlation of 1."),
        ),
    ),
    Question(
        "The correlation of a and b is 0. What do you know?",
        (
            Option(
                "If they are jointly Gaussian, b tells nothing about a.",
                "Then the ellipse is upright, and every slice through it is the same.",
                right=True,
            ),
            Option(
                "b tells nothing about a, whatever they are.",
                "Think of the bent cloud: no correlation, and yet b tells nearly all about a.",
            ),
            Option("a and b have the same variance.", "The correlation does not depend on the variances."),
        ),
    ),
    Question(
        "A kernel with length scale 0.1 on an axis from 0 to 1. You observed f at 0.5 alone. What is believed at 0.9?",
        (
            Option(
                "The same value as at 0.5, with a wide band.",
                "The mean does not stay where it was observed: it goes back to the prior mean.",
            ),
            Option(
                "Nearly what was believed before: the prior mean, and the full band.",
                "Four length scales away, the correlation is about 0.0003.",
                right=True,
            ),
            Option(
                "Nothing: a process says nothing outside its observations.",
                "It always says something: there, its prior.",
            ),
        ),
    ),
    Question(
        "What does a band of mean ± 2 std promise? (Several are right.)",
        (
            Option(
                "At one place, 95 % of the functions that the prior believes in lie within.",
                "That is how it was counted: places, and functions drawn from the prior.",
                right=True,
            ),
            Option(
                "The whole function lies within with probability 95 %.",
                "There are many places, and the function need leave the band at only one of them. That happens more "
                "often than in 5 % of the cases.",
            ),
            Option(
                "The next observation lies within with probability 95 %.",
                "The band is about the function. An observation has its noise on top.",
            ),
            Option(
                "Its width is the same whatever values were observed at these places.",
                "In its formula there are only places, no y. So the band does not notice that values do not fit.",
                right=True,
            ),
        ),
        several=True,
    ),
    Question(
        "Without noise, a process predicted worse from 12 recorded losses than straight lines, though with 4 it was "
        "better. What happened?",
        (
            Option(
                "12 trials are too many for a Gaussian process.",
                "With the noise told to it, the process was ahead with 12 as well.",
            ),
            Option(
                "Some of the 12 lie close together, and no calm smooth curve fits them all.",
                "Their luck differs, so a smooth function through them swings. It must be allowed to pass beside its "
                "observations: that is what the noise on the diagonal does.",
                right=True,
            ),
            Option("The loss is not a function of the learning rate.", "It is, with luck on top of it."),
        ),
    ),
)
