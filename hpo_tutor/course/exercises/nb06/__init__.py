"""Exercises of notebook 06, Bayesian optimisation: one room each."""

from hpo_tutor.course.exercises.nb06 import batches, bounds, improvements, pending

EXERCISES = (improvements.EXERCISE, bounds.EXERCISE, batches.EXERCISE, pending.EXERCISE)
