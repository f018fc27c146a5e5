"""The methods that have names: those that are formulas, and those that learn from a section."""

from __future__ import annotations

from types import MappingProxyType

BASELINE = "b"  # its neighbours answer many questions by themselves
BASELINE_METHOD = "nearest-b"

# The 0.001 is Levy & Goldberg's (2014); gensim has 0.000001.
FORMULAS = MappingProxyType(
    {
        "3cosadd": "b - a + c",
        "3cosmul": "sim01(?, b) * sim01(?, c) / (sim01(?, a) + 0.001)",
        "pairdirection": "cos(? - c, b - a)",
        BASELINE_METHOD: BASELINE,
    }
)

_OTHERS = (
    "the section's pairs but for those of the word asked about; it counts for each question, "
    "whose words are no answers"
)
SECTIONAL = MappingProxyType(
    {
        "3cosavg": f"c plus the mean offset of {_OTHERS}",
        "lrcos": f"cosine to c times the chance of being a target, by logistic regression on {_OTHERS}",
    }
)

METHODS = (*FORMULAS, *SECTIONAL)
