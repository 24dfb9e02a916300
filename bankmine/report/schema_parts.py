"""What every part of a document for other programs is made of."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Count = Annotated[int, Field(ge=0)]
Share = Annotated[float, Field(ge=0, le=1)]
Seconds = Annotated[float, Field(ge=0, description="seconds")]
Level = Literal["high", "medium", "low"]


class Part(BaseModel):
    """A part of a document: no other keys, none left out, no NaN."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, populate_by_name=True)


class Words(Part):
    """A sentence in both languages."""

    zh: str
    en: str
