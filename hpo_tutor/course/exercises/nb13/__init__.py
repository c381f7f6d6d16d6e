"""Exercises of notebook 13, adaptive grids: one room each."""

from hpo_tutor.course.exercises.nb13 import bumps, gammas, nodes, queues

EXERCISES = (nodes.EXERCISE, queues.EXERCISE, bumps.EXERCISE, gammas.EXERCISE)
