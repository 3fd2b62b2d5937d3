"""Records to disk and back: append-only, crash-safe."""
