"""How good an answer is: measures over spaces, values and formulas.

Functions of arrays and spaces, without effects. They know nothing of trees, files or screens, and
everything random in them has a seed: the same question has the same answer.

    rotation, stability   does a result depend on the axes of the space?
    background            how unusual is a score among random words?
    contribution          which term brings how much of a score?
"""
