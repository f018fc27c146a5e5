"""Files of questions: their lines, and the rows of tables."""
