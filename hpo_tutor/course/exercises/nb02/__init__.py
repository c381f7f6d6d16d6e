"""Exercises of notebook 02, grid search: one room each."""

from hpo_tutor.course.exercises.nb02 import grids, levels, shadows

EXERCISES = (grids.EXERCISE, levels.EXERCISE, shadows.EXERCISE)
