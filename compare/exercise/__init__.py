"""The course: six functions to write, checked one by one."""
