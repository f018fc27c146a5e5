"""The calculator: a question goes in, an answer comes out (`calculator` names the stages)."""
