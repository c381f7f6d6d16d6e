"""Exercises of notebook 16, stop the losers early: one room each."""

from hpo_tutor.course.exercises.nb16 import arrivals, survivals, totals

EXERCISES = (survivals.EXERCISE, totals.EXERCISE, arrivals.EXERCISE)
