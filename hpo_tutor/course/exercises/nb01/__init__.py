"""Exercises of notebook 01, tuning by hand: one room each."""

from hpo_tutor.course.exercises.nb01 import draws, winners

EXERCISES = (draws.EXERCISE, winners.EXERCISE)
