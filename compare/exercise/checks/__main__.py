"""`python -m compare.exercise.checks`: how many mistakes the checks of a published course catch, and how many ours."""

from compare.exercise.checks.compared import compared, sentence

if __name__ == "__main__":
    print(sentence(compared()))
