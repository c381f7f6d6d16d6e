"""Who trains? Three ways to the same losses: plain torch, many models in one tensor, and machine code."""
