"""Whether a result depends on the axes of its space: random rotations, and what they change."""
