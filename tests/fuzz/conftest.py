"""What is run as a script here imports what stands beside it, which the collection of tests cannot."""

collect_ignore = ["damage.py", "formats.py", "pictures.py", "run.py", "shape.py"]
