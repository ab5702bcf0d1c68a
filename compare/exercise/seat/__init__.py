"""The checker's seat: a learner writes a test, and it is held against right functions and known mistakes."""
