"""What `import vecalc` gives: models by name, a calculator, answers that show themselves; and for notebooks.

telling      notes as warnings, errors with their place in the text
spaces       what may be given for a model -> spaces, by the doors of the library
asking       `vecalc.Calculator`: that of the engine, made of any model, with options by name
answered     `vecalc.Answer` and `vecalc.Answers`: those of the engine, as text, HTML, frames, pictures
frames       answers as data frames of pandas, polars and Arrow
drawn        `vecalc.Plot`: a drawing that shows itself
magics       %vecalc and %%vecalc
"""
