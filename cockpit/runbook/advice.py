"""Commands that a text warns of: `Never use X`, `do not run X`, `Y instead of X`, `X is forbidden`.

What is warned of is shown and never becomes a step. The rules look at the clause around a code span; they prefer to
leave a span a command where the text is not plainly against it (`do not restart before X reports ready`).
"""

from __future__ import annotations

import re
from functools import lru_cache

from cockpit.model.runbook import CommandWarning
from cockpit.runbook import inline
from cockpit.runbook.words import words

RULE = "advised-against"

_SPAN = "\x01"
_WINDOW, _NEAR = 400, 20
"""Characters and code spans on each side of a span that are looked at; a clause is shorter."""
_HINTS = (
    " no ",
    *words(
        """
        not n't n’t never avoid instead rather forbid prohibit banned opposed place nie nicht statt vermeide verboten
        kein pas jamais évite lieu plutôt interdit nunca evit lugar vez não jamás proib не никогда вместо избегай
        запрещ 대신 마세요 마시 말 않 금지 안 ない 禁止 代わり 不 切勿 请勿 勿 避免
        """
    ),
)
"""What every warning holds; a text without it, as most are, is not looked at more closely."""
_PLAIN_ADVERBS = r"(?:\s+(?:ever|just|simply|blindly|manually|directly|attempt\s+to|try\s+to))*"
_DOING = (
    r"(?:run|running|use|using|execute|executing|call|calling|issue|issuing|type|invoke|do|try|send|apply|rely\s+on"
    r"|reach\s+for|resort\s+to|fall\s+back\s+(?:to|on)|start|perform)"
)
_OBJECT = r"(?:\s+(?:a|an|the|any|this|plain|bare|with|via|by|command|commands|of|like|such|as|ever|here|either|both))*"
_BEFORE = re.compile(
    rf"""(?xi)
    (?:
        (?:\bdo\s+not|\bdon['’]?t|\bnever(?:,?\s+ever)?|\b(?:must|should|shall|may|can)\s*n['’o]t|\bcannot
          |\bmustn['’]?t|\bshouldn['’]?t|\bcan['’]?t|\bno\s+need\s+to|\bnot\s+to|\bnot)
        {_PLAIN_ADVERBS}(?:\s+{_DOING})?{_OBJECT}
      | \b(?:must|should|shall)\s+never{_PLAIN_ADVERBS}(?:\s+\w+)?{_OBJECT}
      | \bavoid(?:ing)?(?:\s+(?:the\s+use\s+of|use\s+of))?(?:\s+{_DOING})?{_OBJECT}
      | \b(?:instead\s+of|rather\s+than|in\s+place\s+of|as\s+opposed\s+to)(?:\s+{_DOING})?{_OBJECT}
      | \b(?:forbidden|prohibited|banned|not\s+allowed)\s*:
      | \b(?:niemals|nie|nicht|kein(?:e|en)?|statt|anstelle\s+von|anstatt|vermeiden?\s+sie|vermeide|verboten\s*:)
        (?:\s+(?:mit|das|die|den|der|von|verwenden|nutzen|ausführen))*
      | \b(?:jamais|pas|évite[zr]?(?:\s+d['’e])?|au\s+lieu\s+d[e'’]|plutôt\s+que)
        (?:\s+(?:de|utiliser|lancer|exécuter|d['’]utiliser|la|le|les|commande))*
      | \b(?:nunca|no|não|evite|evitar|evita|en\s+lugar\s+de|en\s+vez\s+de|em\s+vez\s+de|jamás)
        (?:\s+(?:use|usar|utilice|utilizar|ejecute|ejecutar|execute|executar|rode|el|la|o|a|comando))*
      | \b(?:никогда\s+не|не|вместо|избегайте|запрещено)
        (?:\s+(?:запускайте|используйте|выполняйте|применяйте|использовать|запускать|выполнять|команду|команды))*
      | (?:不要|切勿|请勿|勿|禁止|避免|而不是|不能|不得|不可)(?:使用|执行|运行|直接|用|在生产环境|\s)*
    )
    [\s:"'“(*_]*$
    """,
)
_AFTER = re.compile(
    rf"""(?xi)
    ^[\s"'”)*_]*(?:{_SPAN}[\s,/&]*|(?:and|or)\s+{_SPAN}\s*)*
    (?:
        (?:command\s+|here\s+|itself\s+)?
        (?:(?:is|are)\s+(?:strictly\s+|absolutely\s+|never\s+)?
              (?:forbidden|prohibited|banned|not\s+allowed|not\s+permitted|off[-\s]limits|wrong|never)
          |(?:(?:must|should|may|can)\s*(?:not|never)|mustn['’]?t|shouldn['’]?t|can['’]?t)\s+(?:ever\s+)?be\s+
              (?:run|used|executed|called|issued|typed|sent|applied))
      | (?:ist|sind)\s+(?:verboten|nicht\s+erlaubt)|nicht\s+(?:ausführen|verwenden|benutzen|nutzen)
      | (?:est|sont)\s+interdit|está\s+prohibid|está\s+proibid|запрещен
      | \s*(?:을|를|은|는)?\s*(?:대신|(?:절대\s*)?(?:사용|실행)(?:하지|해서는|은)?\s*(?:마|말|않|금지|안))|\s*금지
      | \s*(?:を|は|の)?\s*(?:(?:使|実行|使用|利用)[^。、\x01]{{0,6}}(?:ない|禁止)|禁止|代わり)
      | \s*(?:是)?(?:被)?(?:禁止|不允许)
    )
    """,
)
_BREAK = re.compile(r"[.;!?。；！？](?=\s|$|[^\x00-\x7f])|\s[-–—]{1,2}\s|\n\s*\n")
_JOINED = re.compile(
    r"^[\s\"'”“*_)(]*(?:,|/|(?:,\s*)?\b(?:or|and|nor|oder|und|noch|ou|et|ni|o|y|e|или|и)\b|、|或|和|또는|や)"
    r"[\s\"'”“*_(]*$",
    re.IGNORECASE,
)
_OTHER_WAY = re.compile(
    r"\b(?:if|when|whenever|where|until|before|unless|without|after|while|because|forget|hesitate|skip|omit)"
    r"\b[^,:\x01]*$|^[^\x01]*\bnot\s+only\b",
    re.IGNORECASE,
)
_WHOLE = re.compile(
    r"""(?xi)
    ^[\W_]*(?:warning|danger|caution|important|note)?[\W_]*
    (?:never|do\s+not|don['’]?t|avoid|what\s+not\s+to|things?\s+(?:not\s+to|to\s+avoid|never\s+to)|anti-?patterns?|don['’]?ts
      |forbidden|prohibited)
    (?:[\W_]+(?:ever|do|doing|run|running|use|using|execute|executing|try|this|these|it|them|the|following|any|of|commands?
      |way|here|in|on|prod|production|please|a|live|system|systems|database|redis|under|circumstances))*[\W_]*$
    | ^[\W_]*(?:nicht\s+(?:ausführen|verwenden|tun)|niemals|verboten|ne\s+pas\s+(?:exécuter|faire|utiliser)|interdit
      |no\s+(?:ejecutar|hacer|usar)|prohibido|proibido|não\s+(?:executar|usar|faça)|не\s+(?:делать|запускать|выполнять)
      |запрещено|금지(?:\s*사항)?|하지\s*말\s*것|禁止(?:事項|事项)?|やってはいけないこと|不要(?:执行|使用))[\W_]*$
    """,
)


@lru_cache(maxsize=4096)
def warned_spans(text: str) -> frozenset[int]:
    """Which of a text's code spans it warns of, by their number from 0.

    Args:
        text: inline Markdown.
    """
    if "`" not in text or not _hints(text):
        return frozenset()
    pieces = inline.CODE.split(text)
    # The pattern has two groups, so that every third piece is text between spans; an empty span counts for none.
    between = [re.sub(rf"[*_{_SPAN}]", "", piece) for piece in pieces[::3]]
    spans = [inside.strip() for inside in pieces[2::3]]
    found: set[int] = set()
    number = 0
    joined = False
    for index, inside in enumerate(spans):
        before = _SPAN.join(between[max(index - _NEAR, 0) : index + 1])[-_WINDOW:]
        after = _SPAN.join(between[index + 1 : index + _NEAR])[:_WINDOW]
        against = _is_against(before, after) or (joined and _JOINED.match(between[index]) is not None)
        if inside:
            if against:
                found.add(number)
            number += 1
        joined = against
    return frozenset(found)


def _is_against(before: str, after: str) -> bool:
    clause = _BREAK.split(before)[-1]
    match = _BEFORE.search(clause)
    if match is not None and _OTHER_WAY.search(clause[: match.start()]) is None and _OTHER_WAY.search(match[0]) is None:
        return True
    return _AFTER.match(_BREAK.split(after)[0]) is not None


def _hints(text: str) -> bool:
    folded = f" {text.lower()}"
    return any(map(folded.__contains__, _HINTS))


@lru_cache(maxsize=4096)
def warns_of_all(text: str) -> bool:
    """True when a whole heading, comment or paragraph only warns of what stands below it: `Never run this:`.

    Args:
        text: without Markdown.
    """
    return len(text) <= 160 and _WHOLE.match(text) is not None


def warning(command: str) -> CommandWarning:
    """What a step says of a command that its text warns of."""
    return CommandWarning(RULE, f"the text advises against it: {' '.join(command.split())[:200]}")
