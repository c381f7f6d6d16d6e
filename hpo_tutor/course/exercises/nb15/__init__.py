"""Exercises of notebook 15, two goals: one room each."""

from hpo_tutor.course.exercises.nb15 import areas, costs, fronts

EXERCISES = (fronts.EXERCISE, areas.EXERCISE, costs.EXERCISE)
