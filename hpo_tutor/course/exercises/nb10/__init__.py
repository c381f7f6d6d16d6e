"""Exercises of notebook 10, hypertilings: one room each."""

from hpo_tutor.course.exercises.nb10 import crossings, patches, squares

EXERCISES = (crossings.EXERCISE, patches.EXERCISE, squares.EXERCISE)
