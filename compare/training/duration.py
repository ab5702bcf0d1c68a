"""How long a training takes, told before it starts."""

# Seconds of a step on a core of a computer of 2024, measured on digits, mnist5k and images of 3,072 pixels with 10 and
# 100 classes, in batches of 10 to 1,000: what any step takes, and for each pixel of its batch.
STEP_SECONDS = {"scratch": 1e-4, "torch": 4.3e-4}
PIXEL, PIXEL_AND_CLASS = 1.7e-9, 6.5e-11
# What each further rank adds: with two a step of digits takes three times as long, with three five times (two cores).
RANK = 1e-3


def step_seconds(backend: str, dtype: str, pixels: int, classes: int, ranks: int = 1) -> float:
    """Of one step on a batch of so many pixels (N D) for so many classes, about; a file is as fast as scratch."""
    width = 2 if dtype == "float64" else 1
    a_step = STEP_SECONDS.get(backend.partition(":")[0], STEP_SECONDS["scratch"]) + RANK * (ranks - 1)
    return a_step + width * pixels * (PIXEL + PIXEL_AND_CLASS * classes)
