"""The proof: both sides side by side, every quantity held to its budget, and every further check."""
