"""How many mistakes the checks of a published course catch, and how many ours do: `python -m compare.exercise.checks`."""

from compare.exercise.checks.compared import compared, sentence

if __name__ == "__main__":
    print(sentence(compared()))
