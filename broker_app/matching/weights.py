"""All weights of ranking in one place, each with what settled it."""

TITLE_WEIGHT = 2.0
TEXT_WEIGHT = 1.0
PART_SHARE = 0.5  # of a half-word inside a longer word, and of a bigram across two words
REPEAT_BONUS = 0.5
MAX_WEIGHT = 4.0
OTHER_TRADE = 0.3
OTHER_NAMES = 0.3
TABLE_SCALE = 0.85
NAME_LENGTH_DAMPING = 0.3
KNOWN_LEAST = 200
KNOWN_SHARE = 0.0114
PART_OF_NEED = 0.5
INDUSTRY_WEIGHT = 0.2
FACT_WEIGHT = 0.05
VIOLATION_FACTOR = 0.7
FIRST = 5
ENOUGH_EVIDENCE = 0.45
ENOUGH_ALONE = 1.0
