"""Nearest neighbours: one search, a vote for every k."""
