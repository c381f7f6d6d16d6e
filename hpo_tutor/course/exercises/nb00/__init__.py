"""Exercises of notebook 00, start here: one room each."""

from hpo_tutor.course.exercises.nb00 import errors, parameters

EXERCISES = (errors.EXERCISE, parameters.EXERCISE)
