"""The model doctor: what is wrong with a model's rows and words, and how its vectors lie.

    check       a model's path -> Examined; one pass over the file, whatever is in it
    rows        what the pass learns of rows, block by block, and a sample of them
    words       what the words tell
    geometry    what the sample tells
    report      Examined -> sheets

Memory: the words, 16 bytes a row, and the sample.
"""
