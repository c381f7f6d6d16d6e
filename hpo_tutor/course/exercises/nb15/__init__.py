"""Exercises of notebook 15, two goals: one room each."""

from hpo_tutor.course.exercises import Exercise

EXERCISES: tuple[Exercise, ...] = ()
