"""The proof: every quantity of both sides compared with its budget at every step, and every further check."""
