"""The prompt: `prompt` is the loop, `prompt_commands` what can be typed besides expressions."""
