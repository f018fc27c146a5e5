"""Bytes <-> plain values: numbers, arrays, lines, cells, JSON, pickles. Nothing here knows of words and rows.

float_parsing, float_text         text <-> numbers, fast
number_bodies     lists in lines, cells and strings -> rows of numbers
text_lines        bytes of text -> lines
word2vec_header   the line "rows width"
csv_cells         a delimited table -> its records and cells
json_scan         a JSON text -> values, in a stream
npy_array         numpy's arrays in a stream
text_arrays       arrays of text
vector_blobs      cells of bytes -> rows of numbers
protobuf_fields   which fields a message has
safetensors_header   the tensors of a safetensors file
pickled, pickled_machine, pickled_names, pickled_arrays   a pickle -> plain values
murmur            the hash of spaCy's keys
"""
