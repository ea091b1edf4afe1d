"""Numbers, amounts, periods and counts as people say and type them: pure functions over a text.

Every finding carries its place in the text, so that one figure is never taken twice: periods are
read first ("the fifth of march"), then counts ("the last five payments"), then amounts.
"""
