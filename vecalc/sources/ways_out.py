"""The lines that convert what is not read into what is: said of a file, and run by the user."""

from __future__ import annotations

import re
from pathlib import Path

from vecalc.errors import FileProblem

# FILE in a hint stands for the name of the file, TENSOR for that of a part, where these can be typed so.
_PLAIN_NAME = re.compile(r"[\w.-]+", re.ASCII)
UNPACK = "unpack it and name the file of vectors"
NO_NUMBERS = "a model has a word and its numbers in each row; a table of questions goes to --csv"
PRINTED = "numpy arrays as they are printed"
FROM_R = "in R, write.table(x, 'FILE.txt', col.names = FALSE, quote = FALSE) makes text of it"
ONCE = "decompress it once"
AND_WORDS = "; and the words, one a line, into rows.words"
FROM_HDF5 = (
    "in Python, f = h5py.File('FILE'); f.visit(print) lists what it holds, "
    "np.save('rows.npy', f['NAME'][:]) takes one out" + AND_WORDS
)
FROM_TORCH = (
    "in Python, m = torch.load('FILE', weights_only=True); safetensors.torch.save_file("
    "{'embeddings': m['NAME']}, 'rows.safetensors')" + AND_WORDS
)
FROM_KERAS = (
    "in Python, np.save('rows.npy', keras.models.load_model('FILE').get_layer('embedding').get_weights()[0])"
    + AND_WORDS
)
FROM_FAISS = (
    "in Python, i = faiss.read_index('FILE'); np.save('rows.npy', i.reconstruct_n(0, i.ntotal))" + AND_WORDS
)
FROM_GGUF = (
    "in Python, t = next(t for t in gguf.GGUFReader('FILE').tensors if t.name == TENSOR); "
    "np.save('rows.npy', gguf.dequantize(t.data, t.tensor_type))" + AND_WORDS
)
FROM_ONNX = (
    "in Python, t = next(t for t in onnx.load('FILE').graph.initializer if t.name == 'NAME'); "
    "np.save('rows.npy', onnx.numpy_helper.to_array(t))" + AND_WORDS
)
FROM_CHECKPOINT = (
    "in Python, r = tf.train.load_checkpoint('FOLDER'); r.get_variable_to_shape_map() lists what it holds, "
    "np.save('rows.npy', r.get_tensor('NAME')) takes one out" + AND_WORDS
)
FROM_EXCEL = "save it as CSV; or in Python, pd.read_excel('FILE').to_csv('FILE.csv', index=False)"
FROM_MAGNITUDE = (
    "in Python, m = pymagnitude.Magnitude('FILE'); open('FILE.txt', 'w').writelines("
    "f'{word} {\" \".join(map(str, row))}\\n' for word, row in m)"
)
FROM_MATLAB = "in Python, m = scipy.io.loadmat('FILE'); np.save('rows.npy', m['NAME'])" + AND_WORDS


def unread(what: str, hint: str, path: Path, part: str = "") -> FileProblem:
    """The problem of a file of a known kind; FILE in the hint is replaced by its name, TENSOR by a part's."""
    name = path.name if _PLAIN_NAME.fullmatch(path.name) else "FILE"
    hint = hint.replace("TENSOR", f"'{part}'" if _PLAIN_NAME.fullmatch(part) else "TENSOR")
    return FileProblem(f"this version can't read {what}", where=str(path), hint=hint.replace("FILE", name))
