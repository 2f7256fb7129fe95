"""Encode and decode a text with the Rust library that is linked into the wheel."""

from mlc_llm.tokenizers import Tokenizer

from _tiny_model import make_tiny_model

folder = make_tiny_model()
tokens = Tokenizer(str(folder)).encode("hello wheel")
assert tokens[:3] == [6, 7, 3], tokens
assert Tokenizer(str(folder)).decode(tokens) == "hello wheel"
