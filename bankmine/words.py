"""Text for people, in Chinese and English, at the place of use."""

from dataclasses import dataclass
from typing import Literal

Lang = Literal["zh", "en"]


@dataclass(frozen=True, slots=True)
class Text:
    """One sentence or name in both languages; leaving one out is an error where it is written."""

    zh: str
    en: str

    def __post_init__(self) -> None:
        if not self.zh.strip() or not self.en.strip():
            raise ValueError(f"a Text needs both languages: zh={self.zh!r}, en={self.en!r}")

    def of(self, lang: Lang) -> str:
        return self.zh if lang == "zh" else self.en

    def format(self, **values: "Text | str | int | float") -> "Text":
        """Fill `{name}` places; a Text fills each language with its own side."""
        return Text(
            zh=self.zh.format(**{k: v.zh if isinstance(v, Text) else v for k, v in values.items()}),
            en=self.en.format(**{k: v.en if isinstance(v, Text) else v for k, v in values.items()}),
        )

    def then(self, other: "Text") -> "Text":
        """The sentence with another one after it."""
        return Text(zh=self.zh + other.zh, en=f"{self.en} {other.en}")

    def as_json(self) -> dict[str, str]:
        return {"zh": self.zh, "en": self.en}

    @classmethod
    def same(cls, name: str) -> "Text":
        """A name that is never translated (the log's own labels)."""
        return cls(zh=name, en=name)
