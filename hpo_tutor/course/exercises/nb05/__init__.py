"""Exercises of notebook 05, kernels and noise: one room each."""

from hpo_tutor.course.exercises.nb05 import bands, kernels, likelihoods

EXERCISES = (kernels.EXERCISE, bands.EXERCISE, likelihoods.EXERCISE)
