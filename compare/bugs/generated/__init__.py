"""Mistakes that nobody chose: each is one small change of one of the six functions of `scratch`, found by a walk."""
