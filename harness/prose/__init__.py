"""The text of documents: what it says, where each word stands, and the marks in it."""
