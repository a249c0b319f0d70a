"""What must be so in the end: nothing lost, nothing doubled. Values in, sentences out."""
from collections import Counter

# How often the network must have taken a text of which the book says this.
TIMES_TAKEN = {"sent": {1}, "delivered": {1}, "uncertain": {0, 1}, "failed": {0}, "expired": {0}}


def judge_sent(accepted, book, taken):
    """What is wrong with texts that were sent out.

    accepted  texts of messages that were answered with 202, each once
    book      [(text, state)] of all messages that the program knows
    taken     texts that the network took, in order
    """
    wrong = []
    states = dict(book)
    times = Counter(taken)
    for text, count in Counter(text for text, _ in book).items():
        if count > 1:
            wrong.append(f"'{text}' stands {count} times in the book")
    for text in sorted(set(accepted) - set(states)):
        wrong.append(f"'{text}' was accepted and is not in the book")
    for text in sorted(set(states) - set(accepted)):
        wrong.append(f"'{text}' is in the book and was not accepted")
    for text in sorted(set(times) - set(states)):
        wrong.append(f"the network took '{text}', which is not in the book")
    for text, state in states.items():
        if state not in TIMES_TAKEN:
            wrong.append(f"'{text}' is still {state}")
        elif times[text] not in TIMES_TAKEN[state]:
            wrong.append(f"'{text}' is {state}, and the network took it {times[text]} times")
        elif times[text] > 1:
            wrong.append(f"the network took '{text}' {times[text]} times")
    return wrong


def judge_received(delivered, inbox):
    """What is wrong with texts that came in: all that the network had for the SIMs, and what
    stands in the inbox."""
    wrong = []
    times = Counter(inbox)
    for text in sorted(set(delivered) | set(times)):
        expected = delivered.count(text)
        if times[text] != expected:
            wrong.append(f"'{text}' stands {times[text]} times in the inbox, not {expected}")
    return wrong
