"""Exercises of notebook 11, a fair race: one room each."""

from hpo_tutor.course.exercises.nb11 import normalising, own_samplers

EXERCISES = (normalising.EXERCISE, own_samplers.EXERCISE)
