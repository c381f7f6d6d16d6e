"""The quiz of notebook 09, rooks and spheres."""

from hpo_tutor.course.questions import Option, Question

QUESTIONS = (
    Question(
        "A Latin hypercube of 30 points searches four hyperparameters. Three of them do nothing. How many different "
        "values of the fourth are tried?",
        (
            Option(
                "2 or 3, the fourth root of 30",
                "That is a grid: it has the same few levels on every axis. A Latin hypercube has one point in each of "
                "N slices.",
            ),
            Option("30", "One in each of 30 slices, whatever the other axes do.", right=True),
            Option("120", "There are only 30 trials, and each tries one value."),
        ),
    ),
    Question(
        "All points of a design stand on the diagonal of the square, one in each slice. What is wrong?",
        (
            Option(
                "It is no Latin hypercube.",
                "It is: no two points share a slice of either axis. That is all that a Latin hypercube promises.",
            ),
            Option(
                "The two hyperparameters always go together, so their effects cannot be told apart, and two corners of "
                "the square stay empty.",
                "Perfect shadows, and a correlation of 1. So draw the order of each axis anew, or ask for distance.",
                right=True,
            ),
            Option("Each value is tried only once.", "That is what one wants: no trial repeats another's value."),
        ),
    ),
    Question(
        "10,000 darts in a row have missed. What do you know?",
        (
            Option(
                "The square is saturated.",
                "A hole of a millionth of the square would be missed by 10,000 darts nearly always.",
            ),
            Option(
                "Probably little is free; whether anything is, you do not know.",
                "Only a proof closes the case: cross out voxels until none is left.",
                right=True,
            ),
            Option("The discs are too large.", "With any diameter the square fills up, sooner or later."),
        ),
    ),
    Question(
        "A voxel with side 0.1 in two dimensions, D = 0.3, its centre 0.25 from a point, straight to the right. May it "
        "be thrown away?",
        (
            Option(
                "Yes, its centre is nearer than D.", "Ask the farthest corner: that is what could still hold a centre."
            ),
            Option(
                "No: its farthest corner is the root of 0.30² + 0.05² away, 0.304.",
                "On one axis 0.25 + 0.05, on the other 0 + 0.05. That is just over D.",
                right=True,
            ),
            Option(
                "Yes: the farthest corner is 0.25 + 0.05 = 0.30 away.",
                "That is the middle of its far side. The corner lies farther off.",
            ),
        ),
    ),
    Question(
        "Which of these should be small in a good design? (Several are right.)",
        (
            Option(
                "the centred discrepancy", "It says how unfair the shares of boxes are: 0 would be perfect.", right=True
            ),
            Option("the covering radius", "It is the radius of the largest hole.", right=True),
            Option("the smallest distance of two points", "Large: points that are near each other repeat each other."),
            Option("the dispersion", "It is the volume of the largest empty box.", right=True),
        ),
        several=True,
    ),
    Question(
        "Two hyperparameters, both known to matter, the optimum somewhere inside, 36 trainings. Which design?",
        (
            Option(
                "a 6 x 6 grid with levels on the edges",
                "20 of its 36 points stand on the border, where half of what they could cover lies outside.",
            ),
            Option(
                "a 6 x 6 grid of midpoints",
                "Equal cells, all inside: on smooth bowls that was best. Is there a third one that may do nothing? "
                "Then no longer.",
                right=True,
            ),
            Option(
                "36 random points",
                "They clump and leave holes; with two hyperparameters they were behind every other design.",
            ),
        ),
    ),
)
