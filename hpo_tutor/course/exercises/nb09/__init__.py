"""Exercises of notebook 09, rooks and spheres: one room each."""

from hpo_tutor.course.exercises.nb09 import discrepancies, hypercubes, voxels

EXERCISES = (hypercubes.EXERCISE, voxels.EXERCISE, discrepancies.EXERCISE)
