# ruff: noqa: RUF001 characters that look alike are what it is about
"""The commands of LaTeX that sentences of documents use, as the characters they stand for."""

from __future__ import annotations

from collections.abc import Mapping


def _pairs(text: str) -> Mapping[str, str]:
    """Return what ``"name character, name character"`` lists."""
    return dict(pair.split() for pair in text.split(", "))


LETTERS: Mapping[str, str] = _pairs(
    "alpha α, beta β, gamma γ, delta δ, epsilon ε, varepsilon ε, zeta ζ, eta η, theta θ, "
    "kappa κ, lambda λ, mu μ, nu ν, xi ξ, pi π, rho ρ, sigma σ, tau τ, phi φ, varphi φ, "
    "chi χ, psi ψ, omega ω, Gamma Γ, Delta Δ, Theta Θ, Lambda Λ, Sigma Σ, Phi Φ, Psi Ψ, "
    "Omega Ω, ell ℓ, hbar ℏ, infty ∞, partial ∂, nabla ∇, emptyset ∅"
)
SIGNS: Mapping[str, str] = _pairs(
    "approx ≈, cdot ·, times ×, div ÷, pm ±, mp ∓, le ≤, leq ≤, ge ≥, geq ≥, neq ≠, ne ≠, "
    "ll ≪, gg ≫, sim ∼, simeq ≃, equiv ≡, propto ∝, to →, rightarrow →, leftarrow ←, "
    "leftrightarrow ↔, Rightarrow ⇒, Leftarrow ⇐, Leftrightarrow ⇔, implies ⟹, iff ⟺, "
    "uparrow ↑, downarrow ↓, mapsto ↦, in ∈, notin ∉, subset ⊂, cup ∪, cap ∩, forall ∀, "
    "exists ∃, odot ⊙, otimes ⊗, oplus ⊕, ast ∗, circ ∘, star ⋆, sum ∑, prod ∏, int ∫, "
    "dots …, ldots …, cdots ⋯, vdots ⋮, lceil ⌈, rceil ⌉, lfloor ⌊, rfloor ⌋, langle ⟨, "
    "rangle ⟩, mid ∣, parallel ∥, prime ′, neg ¬, lvert |, rvert |, lVert ‖, rVert ‖"
)
_WORDS = "arg cos det dim exp lim ln log max min mod sin sup inf tan tanh softmax"
WORDS = frozenset(_WORDS.split(" "))
DOUBLE: Mapping[str, str] = {"R": "ℝ", "N": "ℕ", "Z": "ℤ", "E": "𝔼", "P": "ℙ", "C": "ℂ", "1": "𝟙"}
ACCENTS: Mapping[str, str] = {"hat": "^", "bar": "¯", "tilde": "~", "vec": "→", "dot": "˙"}
SPACES: Mapping[str, str] = {**dict.fromkeys((",", ";", ":", " ", "quad", "qquad"), " "), "!": ""}
ESCAPED = frozenset("_%#&${}|")
TYPED: Mapping[str, str] = {"-": "−", "*": "∗", "'": "′"}
APART = frozenset(
    ["≈", "=", "→", "←", "↔", "⟹", "≤", "≥", "≠", "∼", "+", "−", "×", "·", "⊙", "<", ">"]
)
"""Signs with room on both sides in a line of text."""
FENCES = frozenset("()[]|{}")
"""Signs that MathML would stretch to the height of what stands beside them."""
