"""Pictures of what an expression comes to: a calculator in, drawings out."""
