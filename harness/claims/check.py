"""What keys a claim may combine, and the rule that they choose."""

from __future__ import annotations

from harness.config.claim import Claim, Expect
from harness.errors import UsageError

# Keys of an expectation -> rule. A claim uses the keys of exactly one row.
KEYS: dict[str, tuple[str, ...]] = {
    "value": ("value",),
    "exact": ("exactly",),
    "range": ("low", "high", "at_least", "at_most"),
    "difference": ("difference",),
    "ratio": ("ratio",),
    "frequency": ("frequency_low", "frequency_high"),
    "trend": ("slope_low", "slope_high"),
    "best": ("best",),
}
PAIRED = ("difference", "ratio", "better")
TOLERANT = ("value", "difference", "ratio")


def rule_of(claim: Claim) -> str:
    """Return the name of the rule that a claim is judged by.

    Returns
    -------
    str
        ``value``, ``exact``, ``range``, ``difference``, ``ratio``, ``better``, ``frequency``,
        ``trend`` or ``best``.

    Raises
    ------
    UsageError
        If the keys of ``expect`` belong to no rule or to more than one.
    """
    given = {rule: keys for rule in KEYS if (keys := _given(claim.expect, rule))}
    if len(given) > 1:
        found = " and ".join(", ".join(keys) for keys in given.values())
        raise UsageError(f"expect must hold the keys of one rule, got {found}; drop all but one")
    if given:
        (rule,) = given
        return claim.expect.of if rule == "range" and claim.expect.of != "mean" else rule
    if claim.compare is not None:
        return "better"
    raise UsageError(
        "expect must say what is expected: value, exactly, low/high, at_least/at_most, "
        "frequency_low/high, slope_low/high, best, or difference/ratio with compare; got none"
    )


def _given(expect: Expect, rule: str) -> list[str]:
    return [key for key in KEYS[rule] if getattr(expect, key) is not None]


def check_claim(claim: Claim) -> str | None:
    """Return what is wrong with the keys of a claim, or None.

    The text says what must be, what was got and what to do; the caller names file and line.
    """
    try:
        rule = rule_of(claim)
    except UsageError as error:
        return str(error)
    return (
        _compare(claim, rule)
        or _tolerance(claim.expect, rule)
        or _ends(claim.expect)
        or _values(claim.expect)
        or _axes(claim, rule)
        or _source_of_values(claim, rule)
    )


def _compare(claim: Claim, rule: str) -> str | None:
    if claim.expect.of != "mean" and not _given(claim.expect, "range"):
        return (
            f"expect.of = {claim.expect.of!r} needs at_least, at_most, low or high beside it; "
            "drop it or add one"
        )
    if rule in PAIRED and claim.compare is None:
        return f"a claim about a {rule} must have compare = {{ better = ..., than = ... }}"
    if rule not in PAIRED and claim.compare is not None:
        return (
            f"compare must not stand beside a claim of kind {rule!r}; drop it, or set "
            'expect.of = "difference" or "ratio" with at_least or at_most'
        )
    if claim.compare is not None and claim.compare.better == claim.compare.than:
        return "compare.better and compare.than must select different cells, got the same twice"
    return None


def _tolerance(expect: Expect, rule: str) -> str | None:
    sized = rule in TOLERANT and not _given(expect, "range")
    if sized and expect.tolerance is None:
        return f"expect.{rule} must have expect.tolerance beside it, got none"
    if not sized and rule != "exact" and expect.tolerance is not None:
        return f"expect.tolerance has no meaning for a claim of kind {rule!r}; drop it"
    return None


def _ends(expect: Expect) -> str | None:
    both = (("low", "at_least"), ("high", "at_most"))
    for one, other in both:
        if getattr(expect, one) is not None and getattr(expect, other) is not None:
            return f"expect must hold {one} or {other}, got both; drop one"
    pairs = (
        (*bounds_of(expect), "the lower end", "the upper end"),
        (expect.frequency_low, expect.frequency_high, "frequency_low", "frequency_high"),
        (expect.slope_low, expect.slope_high, "slope_low", "slope_high"),
    )
    for low, high, low_name, high_name in pairs:
        if low is not None and high is not None and low > high:
            return f"{low_name} must not exceed {high_name}, got {low} and {high}"
    return None


def bounds_of(expect: Expect) -> tuple[float | None, float | None]:
    """Return the two ends of a range claim; None where it is open."""
    low = expect.low if expect.low is not None else expect.at_least
    high = expect.high if expect.high is not None else expect.at_most
    return low, high


def _values(expect: Expect) -> str | None:
    for name in ("frequency_low", "frequency_high"):
        rate = getattr(expect, name)
        if rate is not None and not 0.0 <= rate <= 1.0:
            return f"expect.{name} must lie between 0 and 1, got {rate}"
    if expect.ratio is not None and expect.ratio <= 0.0:
        return f"expect.ratio must be positive, got {expect.ratio}"
    if expect.best is not None and not expect.best:
        return "expect.best must name the winner's axis values, got an empty table"
    return None


def _axes(claim: Claim, rule: str) -> str | None:
    if rule == "trend" and not claim.along:
        return "a claim about a slope must have along = the axis it runs over, got none"
    if rule != "trend" and (claim.along or claim.scale != "linear"):
        return f"along and scale belong to slope claims, not to one of kind {rule!r}; drop them"
    return None


def _source_of_values(claim: Claim, rule: str) -> str | None:
    if claim.at is not None and claim.over != "seeds":
        return f"at reads a series and cannot stand beside over = {claim.over!r}; drop one"
    if rule == "exact" and claim.over != "seeds":
        return f"expect.exactly compares whole runs; over must be 'seeds', got {claim.over!r}"
    if claim.metric == "diverged" and claim.over != "seeds":
        return f"'diverged' is counted over seeds, got over = {claim.over!r}"
    return None
