"""The prompt: `prompt` is the loop, `commands` what can be typed besides expressions, `editing` the line."""
