"""Exact nearest neighbours among rows of small integers, such as pixels.

A product of matrices of integers is exact in float32, whatever the order of its sums, as long as
no sum of magnitudes can pass 2^24. Rows are therefore shifted by the middle of their range, which
changes no distance; `span` says by how much, `products` which products are exact, `search` finds.
"""
