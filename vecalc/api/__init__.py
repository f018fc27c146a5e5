"""What `import vecalc` gives: models by name, a calculator, answers that show themselves; and for notebooks.

spaces       what may be given for a model -> spaces, by the doors of the library; their notes are warnings
asking       `vecalc.Calculator`: that of the engine, made of any model, with options by name
answered     `vecalc.Answer` and `vecalc.Answers`: those of the engine, with text, HTML, frames and pictures
frames       answers as data frames of pandas, polars and Arrow
magics       %vecalc and %%vecalc
"""
