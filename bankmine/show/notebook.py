"""Results that show themselves in a notebook."""

from abc import ABC, abstractmethod

from bankmine.show.blocks import Block
from bankmine.words import Lang

LANG: Lang = "en"


class Shown(ABC):
    """A result made of blocks; a notebook draws them, in English and with times in `zone`."""

    @property
    def zone(self) -> str:
        """The zone of its times; results without times have no other."""
        return "UTC"

    @abstractmethod
    def blocks(self) -> list[Block]:
        """What is shown."""

    def _repr_html_(self) -> str:
        from bankmine.show.html import fragment

        return fragment(self.blocks(), LANG, self.zone)
