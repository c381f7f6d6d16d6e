"""What helps a student who is stuck, without giving the answer away at once?"""

from hpo_tutor.course.grading.private import exercise


def hint(exercise_id: str, number: int = 1) -> None:
    """Print one hint of an exercise, from 1 (a nudge) to 3 (nearly there).

    Raises:
        ValueError: there is no such exercise or no such hint.
    """
    hints = exercise(exercise_id).hints
    if isinstance(number, bool) or number not in range(1, len(hints) + 1):
        raise ValueError(
            f"exercise {exercise_id} has hints 1 to {len(hints)}, not {number!r}; "
            f'hint("{exercise_id}", 1) gives the least away'
        )
    print(f"Hint {number} of {len(hints)}: {hints[number - 1]}")
