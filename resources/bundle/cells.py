"""Cells of a table become the numbers that the model takes: what is missing, what is a category, what is a date."""

import math
import re
from datetime import datetime

MISSING = {"", "na", "n/a", "#n/a", "<na>", "nan", "null", "none", "?", "inf", "infinity"}
NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
LARGEST = 3.4028234e38  # of float32, which the model takes
DATE = re.compile(
    r"(?:(?P<year>\d{4})[-/.](?P<month>\d\d?)[-/.](?P<day>\d\d?)"
    r"|(?P<first>\d\d?)(?P<mark>[-/.])(?P<second>\d\d?)[-/.](?P<last>\d{4}))"
    r"(?:[T ] *(?P<hour>\d\d?):(?P<minute>\d\d)(?::(?P<seconds>\d\d(?:\.\d+)?))?"
    r" *(?P<half>[AaPp][Mm])? *(?:Z|UTC|(?P<sign>[+-])(?P<hours>\d\d):?(?P<minutes>\d\d))?)?"
)
PART = re.compile(
    r"(?P<column>.+?)(?: \((?P<order>day|month) first\))?: "
    r"(?P<circle>years|yearly|weekly|daily) (?P<function>since 2000|sine|cosine)",
    re.DOTALL,
)


def values(cells, comma, names, vocabularies):
    """Return the number of each column: NaN for one that is missing, a word's place among the words, -1 for another.

    ``cells`` are texts by column; ``comma`` is what a comma in a number stands for, a point or nothing.
    """
    found = []
    for name in names:
        part = PART.fullmatch(name)
        column = name if name in cells or not part else part["column"]
        if column not in cells:
            raise ValueError(f'has no cell in the column "{column}"')
        text = cells[column]
        try:
            if name in vocabularies:
                found.append(place(text, vocabularies[name]))
            elif text.lower().lstrip("+-") in MISSING:
                found.append(math.nan)
            else:
                found.append(number(text, comma) if column == name else date_number(text, part))
        except ValueError as error:
            raise ValueError(f'has "{text}" in the column "{column}", where {error} is needed') from error
    return found


def place(text, words):
    """Return a category's place; a number is written as the model writes it (1.0 is 1, but 007 stays 007)."""
    if text in ("True", "TRUE", "False", "FALSE"):
        text = text.lower()
    elif NUMBER.fullmatch(text) and not re.match(r"[+-]?0\d", text):
        value = float(text)
        text = str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return words.index(text) if text in words else -1


def number(text, comma):
    """Return a cell's number, NaN where it is too large for the model."""
    plain = text if NUMBER.fullmatch(text) else text.replace(",", comma)
    if not NUMBER.fullmatch(plain):
        raise ValueError("a number")
    return float(plain) if abs(float(plain)) <= LARGEST else math.nan


def date_number(text, part):
    """Return years since 2000, or the sine or cosine of how much of the year, the week or the day is over."""
    seconds = seconds_since_2000(text, part["order"])
    days = seconds // 86400
    if part["circle"] == "years":
        return seconds / 86400 / 365.2425
    if part["circle"] == "daily":
        share = seconds % 86400 / 86400
    elif part["circle"] == "weekly":
        share = (days + 5) % 7 / 7  # 2000-01-01 was a Saturday
    else:
        year = datetime.fromordinal(int(days) + datetime(2000, 1, 1).toordinal()).year
        begin, end = datetime(year, 1, 1).toordinal(), datetime(year + 1, 1, 1).toordinal()
        share = (days + datetime(2000, 1, 1).toordinal() - begin) / (end - begin)
    return math.sin(2 * math.pi * share) if part["function"] == "sine" else math.cos(2 * math.pi * share)


def seconds_since_2000(text, order):
    """Return a date's seconds since the first midnight of 2000; times with an offset are taken in UTC."""
    found = DATE.fullmatch(text)
    if not found:
        raise ValueError("a date as 2024-12-31")
    day, month = found["day"] or found["first"], found["month"] or found["second"]
    if found["first"] and order == "month" and found["mark"] != ".":
        day, month = month, day
    try:
        date = datetime(int(found["year"] or found["last"]), int(month), int(day))
    except ValueError as error:
        raise ValueError("a date as 2024-12-31") from error
    hour = int(found["hour"] or 0)
    if found["half"]:
        hour = hour % 12 + 12 * (found["half"].lower() == "pm")
    offset = int(found["hours"] or 0) * 3600 + int(found["minutes"] or 0) * 60
    time = hour * 3600 + int(found["minute"] or 0) * 60 + float(found["seconds"] or 0)
    return (date - datetime(2000, 1, 1)).days * 86400 + time - (-offset if found["sign"] == "-" else offset)
