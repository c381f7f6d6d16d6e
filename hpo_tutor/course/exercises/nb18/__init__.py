"""Exercises of notebook 18, tune while training: one room each."""

from hpo_tutor.course.exercises.nb18 import distances, horizons, noises, penalties, slopes

EXERCISES = (penalties.EXERCISE, slopes.EXERCISE, noises.EXERCISE, distances.EXERCISE, horizons.EXERCISE)
