"""The model doctor: what is wrong with a model's rows and words, and how its vectors lie.

    model_check     a model's path -> Examined; one pass over the file, whatever is in it
    row_check       what the pass learns of rows, block by block, and a sample of them
    word_check      what the words tell
    geometry        what the sample tells
    check_sheets    Examined -> sheets

Memory: the words, 16 bytes a row, the sample, and the 1,000 shortest rows.
"""
