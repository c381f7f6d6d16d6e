"""How does one grade a course whose solutions are public? By cases that are not.

private   exercises and cases of an instructor's own file, and cases drawn from a student's name
drawn     exercises of the course whose cases can be drawn
papers    runs students' notebooks and notes which exercises they pass
nbgrader  a notebook in the form that nbgrader grades
"""
