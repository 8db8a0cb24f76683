"""From the route model to blocks: cards for steps, branches side by side, frames around what holds steps."""

from collections.abc import Sequence

from caravana.engine.drawing.block import ARROW, Block, stacked
from caravana.engine.drawing.paint import ERROR, INK, ROUTING, SOFT, Tint, text_width, wrapped
from caravana.engine.drawing.words import errors_named, full_text, text_of, words_of
from caravana.route import model as m

CARD = 250.0
PAD = 16.0
SIDE = 28.0
"""Room between branches."""
PILL = 22.0
FRAMED = (m.Filter, m.Split, m.Loop, m.IdempotentConsumer, m.Pipeline, m.Group)


def lay_out(route: m.Route) -> Block:
    """Return the picture of a route without its name."""
    return stacked([card(route.from_, start=True), *_steps(route.steps)])


def _steps(steps: Sequence[m.Step]) -> list[Block]:
    return [_step(step) for step in steps if not step.disabled]


def _step(step: m.Step) -> Block:
    if isinstance(step, m.Choice):
        return choice(step)
    if isinstance(step, m.DoTry):
        return attempt(step)
    if isinstance(step, m.Multicast):
        return _fan(card(step), [_step(one) for one in step.steps if not one.disabled])
    if isinstance(step, FRAMED):
        return frame(step, stacked(_steps(step.steps)))
    return card(step, goes_on=not isinstance(step, m.Stop | m.ThrowException))


def card(node: m.Node, *, start: bool = False, goes_on: bool = True) -> Block:
    """Return the card of one step."""
    words = words_of(node)
    lines = wrapped(words.detail, CARD - 56, 12, 3)
    block = Block(CARD, 38 + 16 * len(lines), goes_on=goes_on)
    block.hover(full_text(node))
    block.rect(0, 0, CARD, block.height, fill=words.tint.fill, edge=words.tint.edge, radius=18 if start else 8)
    block.glyph(12, min(block.height / 2 - 12, 18), words.icon, words.tint.edge)
    block.text(46, 24 if lines else block.height / 2 + 5, words.title, fill=INK, weight=600)
    for number, line in enumerate(lines):
        block.text(46, 42 + 16 * number, line, fill=SOFT, size=12)
    return block


def pill(text: str, tint: Tint, limit: float) -> Block:
    """Return a label on a ground of its own."""
    [line] = wrapped(text, max(limit, 120) - 20, 12, 1) or [""]
    width = text_width(line, 12) + 20
    block = Block(width, PILL)
    block.hover(text)
    block.rect(0, 0, width, PILL, fill=tint.fill, edge=tint.edge, radius=PILL / 2)
    block.text(width / 2, 15.5, line, fill=INK, size=12, anchor="middle")
    return block


def choice(step: m.Choice) -> Block:
    """Return a choice: its branches side by side, those that go on joined below."""
    branches = [_branch(text_of(one.expression), one.steps) for one in step.when]
    if step.otherwise is not None:
        branches.append(_branch("otherwise", step.otherwise.steps))
    else:
        branches.append(pill("otherwise: go on", ROUTING, CARD))
    return _fan(card(step), branches)


def _branch(label: str, steps: Sequence[m.Step]) -> Block:
    return stacked([pill(label, ROUTING, CARD), *_steps(steps)], gap=ARROW - 4)


def _fan(head: Block, branches: Sequence[Block]) -> Block:
    """Return `branches` side by side under `head`, with lines from it and, for those that go on, together again."""
    inner = sum(one.width for one in branches) + SIDE * (len(branches) - 1)
    width = max(inner, head.width)
    deepest = max(one.height for one in branches)
    top = head.height + ARROW
    goes_on = any(one.goes_on for one in branches)
    whole = Block(width, top + deepest + (ARROW if goes_on else 0), goes_on=goes_on)
    x = (width - inner) / 2
    for one in branches:
        at = x + one.middle
        whole.line(
            [(width / 2, head.height), (width / 2, head.height + 10), (at, head.height + 10), (at, top - 2)], arrow=True
        )
        if one.goes_on:
            end = whole.height - 10
            whole.line([(at, top + one.height), (at, end), (width / 2, end), (width / 2, whole.height)])
        whole.put(one, x, top)
        x += one.width + SIDE
    whole.put(head, width / 2 - head.width / 2, 0)
    return whole


def frame(step: m.Step, inside: Block) -> Block:
    """Return the steps of a block in a frame that bears the block's card as its head."""
    head = card(step)
    left = max(inside.middle, head.middle) + PAD
    right = max(inside.width - inside.middle, head.width - head.middle) + PAD
    gap = ARROW if inside.height else 0.0
    whole = Block(left + right, head.height + gap + inside.height + 2 * PAD, middle=left)
    tint = words_of(step).tint
    whole.rect(0, 0, whole.width, whole.height, fill=tint.edge, opacity=0.06, edge=tint.edge, radius=12, dashed=True)
    whole.put(head, left - head.middle, PAD)
    if inside.height:
        top = PAD + head.height
        whole.line([(left, top), (left, top + ARROW - 2)], arrow=True)
        whole.put(inside, left - inside.middle, top + ARROW)
    return whole


def attempt(step: m.DoTry) -> Block:
    """Return a try: its steps on the left, each catch on the right, `finally` below."""
    main = stacked([card(step), *_steps(step.steps)])
    catches = [_catch(errors_named(one.exception), one.steps) for one in step.do_catch]
    tall = max([main.height, *(one.height for one in catches)])
    whole_height = tall + 2 * PAD
    last = None
    if step.do_finally is not None:
        last = stacked([pill("finally", ERROR, CARD), *_steps(step.do_finally.steps)], gap=ARROW - 4)
        whole_height += last.height + ARROW
    middle = max(main.middle, last.middle if last else 0) + PAD
    right = max(main.width - main.middle, (last.width - last.middle) if last else 0)
    width = middle + right + sum(one.width + SIDE for one in catches) + PAD
    whole = Block(width, whole_height, middle=middle)
    whole.rect(0, 0, width, whole_height, fill=ERROR.edge, opacity=0.05, edge=ERROR.edge, radius=12, dashed=True)
    _put_catches(whole, catches, middle + right, main)
    whole.put(main, middle - main.middle, PAD)
    if last is not None:
        if main.goes_on:
            whole.line([(middle, PAD + main.height), (middle, PAD + tall + ARROW - 2)], arrow=True)
        whole.put(last, middle - last.middle, PAD + tall + ARROW)
    elif main.goes_on:
        whole.line([(middle, PAD + main.height), (middle, whole_height)])
    return whole


def _catch(label: str, steps: Sequence[m.Step]) -> Block:
    return stacked([pill(label, ERROR, CARD), *_steps(steps)], gap=ARROW - 4)


def _put_catches(whole: Block, catches: Sequence[Block], x: float, main: Block) -> None:
    """Put the catches beside the try, a dashed line leading to each: the way of an error."""
    lane = PAD + 10
    for one in catches:
        at = x + SIDE
        whole.put(one, at, PAD + 24)
        whole.line(
            [(whole.middle + main.width - main.middle, lane), (at + one.middle, lane), (at + one.middle, PAD + 22)],
            arrow=True,
            dashed=True,
        )
        x = at + one.width
