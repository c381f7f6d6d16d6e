"""Exercises of notebook 14, spaces with switches: one room each."""

from hpo_tutor.course.exercises import Exercise

EXERCISES: tuple[Exercise, ...] = ()
