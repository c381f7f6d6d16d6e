"""Exercises of notebook 14, spaces with switches: one room each."""

from hpo_tutor.course.exercises.nb14 import networks, rounds, spaces

EXERCISES = (spaces.EXERCISE, networks.EXERCISE, rounds.EXERCISE)
