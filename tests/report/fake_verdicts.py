"""Constructed verdicts of every name."""

from __future__ import annotations

from typing import Any

from fake_results import LAPTOP

from harness.types import (
    Finding,
    Grounds,
    Interval,
    Verdict,
)


def verdict(claim: str, name: str, **more: Any) -> Verdict:
    """Return a verdict of suite ``demo-optimizers`` with sensible texts."""
    base: dict[str, Any] = {
        "suite": "demo-optimizers",
        "claim": claim,
        "quote": "Adam (lr=0.001) reaches **97.92%** on the test images",
        "source": "002 section 14",
        "published": "97.92 %",
        "metric": "test_accuracy",
        "rule": "value",
        "verdict": name,
        "reason": "the 90 % interval of the mean lies inside 97.92 % ± 0.30",
        "unit": "fraction",
    }
    return Verdict(**{**base, **more})


def finding(name: str, **more: Any) -> Finding:
    """Return a finding over ten seeds."""
    base: dict[str, Any] = {
        "verdict": name,
        "reason": "the 90 % interval of the mean lies inside 97.92 % ± 0.30",
        "measured": 0.97384,
        "interval": Interval(0.97294, 0.97474, 0.95),
        "n": 10,
        "track": "numpy/cpu",
        "environment": LAPTOP.id,
    }
    return Finding(**{**base, **more})


def verdicts() -> tuple[Verdict, ...]:
    """Return verdicts of every name, one of them moved, one on a stand-in."""
    both = (finding("reproduced"), finding("reproduced", track="torch/cpu", measured=0.9741))
    split = (finding("reproduced"), finding("contradicted", track="torch/cpu"))
    return (
        verdict("adam-accuracy", "reproduced", findings=both),
        verdict(
            "saturated-despite-10x",
            "contradicted",
            suite="demo-knn",
            rule="difference",
            quote="Accuracy saturated around **33%** despite a 10x increase in data.",
            source="002 section 1",
            published="no change from N=5,000 to N=50,000",
            reason="the 95 % interval of the paired difference lies above 2 points",
            findings=(
                finding(
                    "contradicted",
                    measured=0.054,
                    interval=Interval(0.012, 0.096, 0.95),
                    n=500,
                    over="examples",
                    data="cifar10-jpeg",
                    grounds=Grounds(Interval(0.012, 0.096, 0.95), -0.01, 0.01, 0.0),
                ),
            ),
            highlight=True,
            expected="contradicted",
            because="The published curves peak at 28.2 % and 33.6 %.",
        ),
        verdict(
            "tracks-disagree",
            "inconclusive",
            findings=split,
            expected="reproduced",
            because="It held on the reference machine.",
            reason="the tracks disagree: numpy/cpu reproduced, torch/cpu contradicted",
        ),
        verdict(
            "speed",
            "not-comparable",
            unit="ratio",
            reason="published on a GPU; measured on x86_64 AMD EPYC, 2 cores",
            findings=(
                finding(
                    "not-comparable",
                    measured=117.3,
                    interval=Interval(114.0, 121.0, 0.95),
                    n=5,
                    over="runs",
                ),
            ),
        ),
        verdict(
            "explodes",
            "reproduced",
            suite="demo-rates",
            unit="",
            metric="train_loss",
            published="passes 1e33",
            quote="the loss passes 1e33 within 10 epochs",
            findings=(finding("reproduced", measured=float("inf"), interval=None, n=6),),
        ),
        verdict("on-gpu", "not-run", published="", reason="no CUDA device was found"),
    )
