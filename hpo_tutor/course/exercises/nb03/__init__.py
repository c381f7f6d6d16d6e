"""Exercises of notebook 03, random search: one room each."""

from hpo_tutor.course.exercises.nb03 import differences, draws, incumbents

EXERCISES = (draws.EXERCISE, incumbents.EXERCISE, differences.EXERCISE)
