"""Exercises of notebook 07, where Bayesian optimisation breaks: one room each."""

from hpo_tutor.course.exercises.nb07 import repeats, tried, winners

EXERCISES = (repeats.EXERCISE, tried.EXERCISE, winners.EXERCISE)
