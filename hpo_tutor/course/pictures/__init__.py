"""Pictures that one notebook needs and no other; those of notebook NN stand in the room ``nbNN``."""
