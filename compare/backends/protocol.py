"""What the harness needs of a backend: steps it can drive, with every quantity in view."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple, Protocol, SupportsFloat, SupportsInt

from numpy.typing import NDArray

from compare.backends.memory_order import Order
from compare.problem import Hyperparameters
from scratch import Evaluation, Rows, Step, Velocity

# Seconds that one call of a function, or loading the file, may take, unless a user says otherwise.
TIME_LIMIT = 300.0


class State(NamedTuple):
    """What a step starts from: W (K, D), b (K,), and the velocity, None before the first step or without momentum."""

    W: NDArray
    b: NDArray
    velocity: Velocity | None = None


class Tally(NamedTuple):
    """What one step adds to the record of its epoch: mean loss of its images, how many are right, and of how many.

    Loss and hits are a float and an int; or, on a device other than the CPU, still there: to convert them is to wait.
    """

    loss: SupportsFloat
    hits: SupportsInt
    images: int


class Trainable(Protocol):
    """What a side needs of a problem: images and labels, initial weights by dtype, and the options of SGD."""

    @property
    def train(self) -> tuple[NDArray | Rows, NDArray]:
        """Images (N, D) and labels (N,)."""

    @property
    def chosen(self) -> Hyperparameters:
        """What the options of SGD are taken from."""

    def start(self, dtype: str) -> tuple[NDArray, NDArray]:
        """Initial W (K, D) and b (K,)."""


class Side(Protocol):
    """One backend in the middle of training; `seconds` is the time spent in its own steps."""

    seconds: float

    def epoch(self, batches: Iterable[NDArray]) -> Iterator[Any]:
        """The backend's own `epoch`: for each array of indices (N,) one step, in the backend's own type."""

    def tally(self, done: Any) -> Tally:
        """Of a step that `epoch` yielded."""

    def keep_quantities(self) -> None:
        """From now on keep what `quantities` needs; training alone needs less."""

    def quantities(self, done: Any) -> Step:
        """All of a step that `epoch` yielded after `keep_quantities`, as NumPy arrays, good until the next step."""

    def step(self, index: NDArray) -> Step:
        """One step, and its quantities."""

    def state(self) -> State:
        """A copy."""

    def start_from(self, state: State) -> None:
        """Go on from a copy of this state."""

    def use_rate(self, lr: float) -> None:
        """From now on take steps with this learning rate."""

    def lay_out(self, order: Order) -> None:
        """From now on give each equation its arrays in this order of memory, as far as the backend has equations."""

    def evaluate(self, images: NDArray | Rows, labels: NDArray) -> Evaluation:
        """Mean loss and accuracy."""

    def logits(self, images: NDArray | Rows) -> NDArray:
        """Logits (N, K)."""

    def loss(self, Z: NDArray, labels: NDArray) -> tuple[NDArray, float]:
        """Of logits (N, K) and labels (N,) log P (N, K) and the mean loss, by E2 and E3 of the side."""


class Backend(NamedTuple):
    """A name for reports, and what makes a side of it for a problem in a dtype, each one from a fresh state.

    others: of a backend of several processes makes the same with another number of them. shares: into how many each
    batch is divided, one for each process.
    """

    name: str
    side: Callable[[Trainable, str], Side]
    others: "Callable[[], Backend] | None" = None
    shares: int = 1
