"""Exercises of notebook 04, from one Gaussian to a function: one room each."""

from hpo_tutor.course.exercises.nb04 import conditionals, mixtures, posteriors

EXERCISES = (mixtures.EXERCISE, conditionals.EXERCISE, posteriors.EXERCISE)
