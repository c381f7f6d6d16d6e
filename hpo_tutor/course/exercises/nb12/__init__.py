"""Exercises of notebook 12, reading error bars: one room each."""

from hpo_tutor.course.exercises.nb12 import bars, resamples, stars

EXERCISES = (bars.EXERCISE, resamples.EXERCISE, stars.EXERCISE)
