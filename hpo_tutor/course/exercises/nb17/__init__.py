"""Exercises of notebook 17, brackets: one room each."""

from hpo_tutor.course.exercises.nb17 import barriers, ladders, shares, starts

EXERCISES = (ladders.EXERCISE, shares.EXERCISE, starts.EXERCISE, barriers.EXERCISE)
