"""Exercises of notebook 08, tree-structured Parzen estimators: one room each."""

from hpo_tutor.course.exercises.nb08 import choosing, spaces, splits, windows

EXERCISES = (windows.EXERCISE, splits.EXERCISE, choosing.EXERCISE, spaces.EXERCISE)
