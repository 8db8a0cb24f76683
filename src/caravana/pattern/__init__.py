"""One file per integration pattern: from its model to a processor."""

from caravana.pattern import attempt, choice, fan, idempotent, loop, message, send, split, talk
from caravana.pattern.compiler import Compiler, Guard, compiles, evaluator, predicate, step_names, supported
from caravana.pattern.processor import Call, Processor, Scope
from caravana.pattern.signal import Ended, InDoubt, Parked, Signal

__all__ = [
    "Call",
    "Compiler",
    "Ended",
    "Guard",
    "InDoubt",
    "Parked",
    "Processor",
    "Scope",
    "Signal",
    "attempt",
    "choice",
    "compiles",
    "evaluator",
    "fan",
    "idempotent",
    "loop",
    "message",
    "predicate",
    "send",
    "split",
    "step_names",
    "supported",
    "talk",
]
