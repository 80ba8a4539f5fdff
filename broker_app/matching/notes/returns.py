"""When a speaker comes back to a need told before: by number, by sum of all, or by naming it again."""

import re

from broker_app.matching.notes.acts import Act, Said
from broker_app.matching.notes.lanes import is_slot
from broker_app.matching.notes.numbers import amounts
from broker_app.matching.notes.talk import Stretch, Talk
from broker_app.matching.notes.topics import content_words, shared_words

_NEEDS = Act.WISH | Act.PROBLEM | Act.TARGET | Act.IDEA
_ORDINAL = re.compile(
    r"第(?P<n>[一二三四五六1-6])(?:个|件|项|点|条|样|块|桩)?(?!次|代|批|版|稿|轮|家|方|季|年|天|期|步|阶段|台|名|届)|"
    r"(?P<back>后面?|前面?)(?P<k>[两二三2-3]|几)(?:个|件|项|样|块)"
)
_CIRCLED = re.compile(r"[①-⑳]")
_ALL = re.compile(
    r"拢共|拢总|总共|均(?!匀|价|质|衡|温)|(?:[两二三四]|几)(?:个|件|项|样|块)?(?:加起来|一共|一起|合起来|合计|总共|"
    r"都)|加起来|[两二三四](?:样|桩|个|件)(?:事体?|东西|事情)?(?:的)?(?:钱|钞票|预算|费用)|一共|合计|全部|都要"
)
_POINTER = re.compile(r"(?:这|那)(?:个|块|件|项|事|条)|的(?:事|问题)")
_PURSE = re.compile(r"^(?:钱|总预算|总投入|总费用)[:：]")
_POINTS_BACK = re.compile(
    r"(?:这|那)(?:个|块|件|项|边|事|样|些)|的事|项目|方面|的话|回到|关于|上面|其中|刚才|前面|上次|要求|那条|这条|一项|"
    r"的预算|预算|最急|优先|不急|先[做搞]|只够"
)


def returned_to(one: Said, talk: Talk, current: Stretch | None) -> list[Stretch] | None:
    """The earlier needs a clause returns to, None when it names none."""
    needs = [each for each in talk.recent() if each.said and (each.does(_NEEDS) or each.inherits_wish)]
    if not needs:
        return None
    signs = set(_CIRCLED.findall(one.text))
    marked = [each for each in needs if each.said[0].clause.marker in signs]
    if marked:
        return marked
    ordinal = _ORDINAL.search(one.text)
    if ordinal and not one.clause.item:
        named = _by_ordinal(ordinal, needs)
        if named:
            return named
    if len(needs) > 1 and (
        (_ALL.search(one.text) and (is_slot(one) or any(True for _ in amounts(one.text)))) or _PURSE.search(one.text)
    ):
        return needs[-3:]
    if not _POINTS_BACK.search(one.text):
        return None
    words = content_words(one.text)
    scored = [(shared_words(words, each.text), at) for at, each in enumerate(needs)]
    best = max(scored, default=(0, 0))
    if best[0] == 0 or needs[best[1]] is current:
        return None
    return [needs[best[1]]]


def pointed_at(text: str, talk: Talk) -> list[tuple[Stretch, frozenset[str]]]:
    """The one earlier need that the words before 那个, 的事 name by at least half of them."""
    pointer = _POINTER.search(text)
    words = content_words(text[: pointer.start()]) if pointer else frozenset[str]()
    needs = [one for one in talk.recent() if not one.over]
    best = max(needs, key=lambda one: shared_words(words, one.text), default=None)
    return [(best, words)] if best and words and 2 * shared_words(words, best.text) >= len(words) else []


def _by_ordinal(found: re.Match[str], needs: list[Stretch]) -> list[Stretch]:
    if found["n"]:
        at = "一二三四五六".find(found["n"]) + 1 or int(found["n"])
        return [needs[at - 1]] if at <= len(needs) else []
    count = {"两": 2, "二": 2, "三": 3}.get(found["k"], 2 if not found["k"].isdigit() else int(found["k"]))
    return needs[-count:] if found["back"].startswith("后") else needs[:count]
