"""What is measured, what is to be reached, and what each workload costs at least."""
import os
import tomllib
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Agreement:
    """How gyre and a peer are held against each other: societies, their length, what must agree."""

    metrics: tuple
    replicates: int = 10
    rounds: int = 5
    agents: int = 0  # fewer than the workload's; 0: as many


@dataclass(frozen=True)
class Workload:
    name: str
    what: str
    scenario: str  # in bench/scenarios, or from the repository's root
    program: str = ""  # peers/PROGRAM.py and .c
    peers: tuple = ()
    agreement: Agreement = None
    rounds: int = 30
    kind: str = "round"  # seconds of a round; or of a "process"; or of one of many "replicates"
    numpy_scale: int = 1  # numpy has this many times fewer agents, and its time is multiplied


LEARNT = ("consensus.js", "consensus.between", "consensus.reverse_kl", "safety.agent_coverage",
          "safety.kl_floored", "safety.coverage", "safety.coverage_support", "safety.missing")
SPREAD = ("diversity.entropy", "diversity.states_0", "diversity.states_1", "diversity.states_2")
HUMAN = ("safety.kl_floored", "safety.coverage", "safety.coverage_support", "safety.missing")
SPLIT = HUMAN + ("safety.mass", "safety.coverage_safe", "safety.mass_loss", "safety.collapse",
                 "safety.collapse_outside")
BOTH = ("numpy", "c")

WORKLOADS = (
    Workload("W1", "10,000 agents, 256 states, 100 samples each, mixing 0.1, biased",
             "w1.toml", "society", BOTH, Agreement(LEARNT, replicates=20, rounds=4)),
    Workload("W1d", "the same, agents keep half: dense rows",
             "w1d.toml", "society", BOTH, Agreement(LEARNT, replicates=20, rounds=4)),
    Workload("W2", "100 agents, 100,000 states, 10,000 samples each",
             "w2.toml", "society", BOTH, Agreement(LEARNT, replicates=8, rounds=3)),
    Workload("W3", "1,000,000 states and as many samples, one dataset",
             "w3.toml", "shared", BOTH, Agreement(SPREAD)),
    Workload("W4", "2,640,000 agents that remember 32 of 65,536 states, verified",
             "w4.toml", "memory", BOTH, Agreement(SPLIT, rounds=3, agents=26_400), rounds=4,
             numpy_scale=50),
    Workload("W4b", "the same, mixing 0.1, unverified",
             "w4b.toml", "memory", BOTH, Agreement(HUMAN, rounds=3, agents=26_400), rounds=4,
             numpy_scale=50),
    Workload("W5", "`paper/isolated.toml`, process, plugins, 20 rounds and database",
             "scenarios/paper/isolated.toml", "isolated", ("numpy",),
             Agreement(HUMAN[:1] + HUMAN[2:] + ("diversity.entropy", "diversity.states_0"),
                       replicates=50, rounds=20), rounds=20, kind="process"),
    Workload("W6", "1,000 replicates of it in one process, stored: each",
             "scenarios/paper/isolated.toml", kind="replicates"),
    Workload("W8", "1,000 agents, 4,096 states by 64 features, 100 samples each, policy gradient",
             "w8.toml", "reinforce", ("numpy",),
             Agreement(HUMAN[:3] + SPREAD, replicates=20, rounds=5)),
)

REPLICATES = 1000  # of W6

# Names of figures that are made of several workloads' runs.
GROUPS = {"W7": ("W1", "W1d", "W3", "W4")}


@dataclass(frozen=True)
class Reach:
    workload: str
    figure: str
    least: bool  # the figure must be at least the limit, or at most
    limit: float
    words: str


REACH = (
    Reach("W1", "over_numpy", True, 35, "times as fast as numpy"),
    Reach("W1d", "over_numpy", True, 10, "times as fast as numpy"),
    Reach("W2", "over_numpy", True, 45, "times as fast as numpy"),
    Reach("W3", "over_numpy", True, 5, "times as fast as numpy"),
    Reach("W1", "over_bound", False, 2.5, "times its bound"),
    Reach("W1d", "over_bound", False, 2.5, "times its bound"),
    Reach("W2", "over_bound", False, 2.5, "times its bound"),
    Reach("W3", "over_bound", False, 2.5, "times its bound"),
    Reach("W8", "over_numpy", True, 5, "times as fast as numpy"),
    Reach("W8", "over_bound", False, 2.5, "times its bound"),
    Reach("W4", "seconds_two", False, 0.2, "seconds a round with two threads"),
    Reach("W4", "megabytes", False, 512, "MB at its peak"),
    Reach("W4", "over_bound", False, 1.5, "times its bound"),
    Reach("W4b", "over_bound", False, 2, "times its bound"),
    Reach("W5", "seconds", False, 0.02, "seconds a process"),
    Reach("W6", "per_second_two", True, 400, "replicates a second with two threads"),
    Reach("W1", "speedup_two", True, 1.8, "times as fast with two threads (W7)"),
    Reach("W1d", "speedup_two", True, 1.8, "times as fast with two threads (W7)"),
    Reach("W3", "speedup_two", True, 1.8, "times as fast with two threads (W7)"),
    Reach("W4", "speedup_two", True, 1.8, "times as fast with two threads (W7)"),
)


@dataclass
class Shape:
    """What a scenario file says of its size; peers and bounds are made of it."""

    path: str
    document: dict = field(repr=False)

    @classmethod
    def load(cls, path):
        with open(path, "rb") as f:
            return cls(path, tomllib.load(f))

    def get(self, section, key, otherwise=None):
        return self.document.get(section, {}).get(key, otherwise)

    @property
    def states(self):
        return self.get("space", "states")

    @property
    def agents(self):
        return self.get("society", "agents")

    @property
    def samples(self):
        return self.get("sampling", "samples")

    @property
    def datasets(self):
        return self.agents if self.get("sampling", "dataset") == "per_agent" else 1

    @property
    def policy(self):
        return self.get("society", "policy", {})

    def world(self):
        """The file of its states' columns, which not every workload has."""
        path = self.data(f"world_{self.states}.csv")
        return {"world": path} if os.path.exists(path) else {}

    def data(self, name):
        return os.path.join(os.path.dirname(self.path), "data", name)

    @property
    def features(self):
        """By how many numbers agents tell states apart; 0: they are all different to them."""
        return len(self.policy["features"]) if "features" in self.policy else 0

    def table(self):
        if not self.features:
            return {}
        return {"features": self.features, "table": self.data(f"features_{self.states}.csv")}

    def options(self):
        """The name=value arguments of a peer."""
        reference, safe = self.get("space", "reference"), self.get("space", "safe", {})
        use = [each["use"] for each in self.document.get("intervention", [])]
        return {
            "states": self.states,
            "agents": self.agents,
            "samples": self.samples,
            "mixing": self.get("sampling", "mixing", 1.0),
            "rate": self.get("update", "rate", 1.0),
            "exponent": reference.get("exponent", 1.0) if reference != "uniform" else 0,
            "recall": self.policy.get("recall", 0),
            "capacity": self.policy.get("capacity", 0),
            "verify": int("intervention.verify" in use),
            "split": int(bool(safe)),
            "safe_share": safe.get("share", 0),
            } | self.world() | self.table()


def row_bytes(shape):
    """What an agent is, held as tightly as it can be: a memory, a list of 32-bit states where the
    update replaces, doubles where it mixes or where a list would be longer."""
    dense = 8 * shape.states
    if shape.features:
        return dense + 8 * shape.features
    if "capacity" in shape.policy:
        return 4 * shape.policy["capacity"]
    replaces = shape.get("update", "rate", 1.0) == 1
    return min(4 * shape.samples, dense) if replaces else dense


def bound(shape, limits):
    """Seconds that a round takes one thread at least: each draw a word and a gather from a table
    over all states, each row written once and read once; and, by features, the gradient and the
    logits, a multiplication and an addition for each feature of each state of each agent."""
    draws = shape.datasets * shape.samples
    moved = 2 * shape.datasets * row_bytes(shape)
    draw = limits["word"] + limits["gather"][str(shape.states)]
    learned = 2 * shape.datasets * shape.states * shape.features * limits["product"]
    return draws * draw + moved / limits["triad"] + learned
