"""Labels made comparable: the folding and the token rule by which a log's label is held against a step's names.

Exact rule: two names are equal if they are equal after NFKC, case folding, camelCase split, and punctuation turned to spaces.
Token rule, only where no name is equal: the sets of word stems are equal once filler words are left out; in Chinese, the texts
are equal once fillers and the words for bank staff are left out. Neither rule guesses by similarity.
"""

import re
import unicodedata
from collections.abc import Mapping
from types import MappingProxyType

FILLERS = frozenset(("a", "an", "the", "of", "for", "to", "by", "with", "and", "in", "on", "at", "from", "is", "be", "has", "been", "was"))
# Only the bank's own actors are left out: 客户取消 and 取消, or 自动审批 and 审批, are not the same step.
CHINESE_FILLERS = re.compile(r"银行|柜员|经办人?|信贷部门?|进行|办理|环节|的|了|并")
# Forms that the endings below do not lead back to the verb, and the spellings of both sides of the Atlantic.
IRREGULAR: Mapping[str, str] = MappingProxyType(
    {
        "sent": "send",
        "made": "make",
        "paid": "pay",
        "repaid": "repay",
        "withdrawn": "withdraw",
        "withdrew": "withdraw",
        "cancelled": "cancel",
        "cancelling": "cancel",
        "cancellation": "cancel",
        "approval": "approve",
        "refusal": "refuse",
        "denial": "deny",
        "verification": "verify",
        "authorisation": "authorise",
        "authorization": "authorise",
        "authorize": "authorise",
        "authorized": "authorise",
        "authorizes": "authorise",
        "inquiry": "enquiry",
        "inquiries": "enquiry",
        "rejection": "reject",
        "withdrawal": "withdraw",
        "completion": "complete",
        "submission": "submit",
        "submitted": "submit",
        "submitting": "submit",
        "disbursement": "disburse",
        "expiry": "expire",
        "expiration": "expire",
    }
)
ENDINGS = (("ing", "", 4), ("ied", "y", 2), ("ies", "y", 2), ("ed", "", 3), ("es", "", 4), ("s", "", 3))  # (ending, becomes, letters kept)
CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
NOT_A_WORD = re.compile(r"[\W_]+")
CHINESE = re.compile(r"[\u3400-\u9fff]")


def fold(label: str) -> str:
    """The label after NFKC, camelCase split, case folding, with every run of punctuation as one space."""
    return NOT_A_WORD.sub(" ", CAMEL.sub(" ", unicodedata.normalize("NFKC", label)).casefold()).strip()


def is_chinese(text: str) -> bool:
    return CHINESE.search(text) is not None


def stem(word: str) -> str:
    """The word without its usual English verb or plural ending, so that approve, approves, approved and approval agree."""
    word = IRREGULAR.get(word, word)
    if word.endswith(("ss", "us", "is")):
        return word
    for ending, becomes, kept in ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= kept:
            word = word[: -len(ending)] + becomes
            break
    return word[:-1] if len(word) > 3 and word.endswith("e") else word


def stems(folded: str) -> tuple[str, ...]:
    """Word stems in order, fillers left out."""
    return tuple(stem(word) for word in folded.split() if word not in FILLERS)


def core(folded: str) -> str | frozenset[str]:
    """What the token rule compares: the set of stems, or the Chinese text without fillers (empty if nothing is left)."""
    if is_chinese(folded):
        return CHINESE_FILLERS.sub("", folded).replace(" ", "")
    return frozenset(stems(folded))
