"""What surrounds the notebooks: building them, checking exercises, the doctor, the command line."""
