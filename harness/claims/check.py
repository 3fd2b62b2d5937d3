"""What keys a claim may combine, and the rule that they choose."""

from __future__ import annotations

from harness.claims.rules import RULES
from harness.claims.rules.order import BETTER
from harness.claims.rules.rule import Rule
from harness.claims.rules.sizes import OWN_RATIO, RANGE, RATIO, RATIOS
from harness.config.claim import Claim
from harness.errors import UsageError

_RULE_OF = {key: rule for _, rule in RULES.items() for key in rule.keys}
"""By the keys of ``expect`` that choose it."""


def rule_of(claim: Claim) -> Rule:
    """Return the rule that a claim is judged by.

    Raises
    ------
    UsageError
        If the keys of ``expect`` belong to no rule or to more than one.
    """
    expect = claim.expect
    given = {rule.name: rule for key, rule in _RULE_OF.items() if getattr(expect, key) is not None}
    if len(given) > 1:
        found = " and ".join(", ".join(rule.given(claim)) for rule in given.values())
        raise UsageError(f"expect must hold the keys of one rule, got {found}; drop all but one")
    if given:
        ((name, rule),) = given.items()
        if name == RATIO.name and claim.compare is None and claim.metric in RATIOS:
            return OWN_RATIO
        of_a_pair = name == RANGE.name and claim.expect.of != "mean"
        return RULES.get(claim.expect.of) if of_a_pair else rule
    if claim.compare is not None:
        return BETTER
    every = ", ".join(_RULE_OF)
    raise UsageError(
        f"expect must say what is expected, by one of {every}, or the claim must have compare; "
        "got none"
    )


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
        or _tolerance(claim, rule)
        or rule.complaint(claim)
        or _along(claim, rule)
        or _over(claim)
        or _reading(claim)
    )


def _compare(claim: Claim, rule: Rule) -> str | None:
    if claim.expect.of != "mean" and not RANGE.given(claim):
        return (
            f"expect.of = {claim.expect.of!r} needs at_least, at_most, low or high beside it; "
            "drop it or add one"
        )
    if rule.paired and claim.compare is None:
        return f"a claim about a {rule.name} must have compare = {{ better = ..., than = ... }}"
    if not rule.paired and claim.compare is not None:
        return (
            f"compare must not stand beside a claim of kind {rule.name!r}; drop it, or set "
            'expect.of = "difference" or "ratio" with at_least or at_most'
        )
    if claim.compare is not None and claim.compare.better == claim.compare.than:
        return "compare.better and compare.than must select different cells, got the same twice"
    return None


def _tolerance(claim: Claim, rule: Rule) -> str | None:
    sized = rule.tolerant == "must" and not RANGE.given(claim)
    if sized and claim.expect.tolerance is None:
        return f"expect.{rule.name} must have expect.tolerance beside it, got none"
    if not sized and rule.tolerant != "may" and claim.expect.tolerance is not None:
        return f"expect.tolerance has no meaning for a claim of kind {rule.name!r}; drop it"
    return None


def _along(claim: Claim, rule: Rule) -> str | None:
    if rule.along and not claim.along:
        return f"a claim of kind {rule.name!r} must have along = the axis it runs over, got none"
    if not rule.along and (claim.along or claim.scale != "linear"):
        return (
            f"along and scale belong to slope claims, not to one of kind {rule.name!r}; drop them"
        )
    return None


def _over(claim: Claim) -> str | None:
    if claim.at is not None and claim.over != "seeds":
        return f"at reads a series and cannot stand beside over = {claim.over!r}; drop one"
    if claim.metric == "diverged" and claim.over != "seeds":
        return f"'diverged' is counted over seeds, got over = {claim.over!r}"
    return None


def _reading(claim: Claim) -> str | None:
    if claim.reading == "extension" and not claim.why:
        return (
            "a claim with reading = 'extension' must say in why = \"...\" what is ours and not the "
            "sentence's, got none"
        )
    return None
