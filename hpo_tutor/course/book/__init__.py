"""How do the notebooks become a book? Pages that have run, with folded solutions and players that play: plain files."""
