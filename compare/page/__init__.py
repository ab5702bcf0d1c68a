"""The page: one HTML file in which formula, both codes and live numbers of a recorded run stand beside each other."""
