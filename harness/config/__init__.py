"""The tables of a suite file, as frozen models; no stage of the line is imported here."""
