# SPDX-License-Identifier: MIT
"""Writes random YAML in every style that people use, and some that they do not."""

KEYS = ("users", "servers", "network", "alice", "bob", "phone", "laptop", "'quoted key'",
        '"gpu[01-02]"', "zoë", "名", "a b", '"yes"', "x.y", "a-b", '"#no"', "'?'", '","',
        "devices", "groups")
SCALARS = ("1", "x", "10.0.0.1/24", "'a # b'", '"c: {d}"', "a b c", "http://x/y", "'it''s'",
           '"\\u00e9"', "é", "~", "null", "''", "true", '"}"', "'multi\n{pad}  line'", "x#y")
COMMENTS = ("", " {a: 1}, [b]", " ? why: not", " it's \"odd", " é 名", " users:", " }")


class Scribe:
    """One document. `is_tricky`: it has what an edit may refuse."""

    def __init__(self, rng):
        self.rng = rng
        self.n_comments = 0
        self.is_tricky = False

    def _maybe(self, chance):
        return self.rng.random() < chance

    def _comment(self):
        self.n_comments += 1
        return f"# c{self.n_comments};{self.rng.choice(COMMENTS)}"

    def _same_line(self, chance=0.3):
        if self._maybe(chance):
            return self.rng.choice((" ", "  ", "\t", "   ", "")) + self._comment()
        return " " if self._maybe(0.05) else ""

    def _lines_between(self, indent, chance=0.25):
        text = ""
        while self._maybe(chance):
            if self._maybe(0.4):
                text += self.rng.choice(("\n",) * 20 + ("  \n",) * 5 + ("\t\n",))
            else:
                pad = " " * max(0, indent + self.rng.choice((0, 0, 0, 2, 4, -2)))
                text += pad + self._comment() + "\n"
        return text

    def _scalar(self, indent):
        return self.rng.choice(SCALARS).replace("{pad}", " " * indent)

    def _keys(self, most, least=1):
        return self.rng.sample(KEYS, self.rng.randint(least, most))

    def document(self):
        rng = self.rng
        text = self._lines_between(0)
        if self._maybe(0.15):
            text += "---" + self._same_line() + "\n"
        text += self._lines_between(0)
        kind = rng.random()
        if kind < 0.05:
            null = "null" + self._same_line() + "\n"
            text += rng.choice(("", "", "{}", "~", "{ }\n", "{\n}", null))
        elif kind < 0.2:
            text += self._flow_mapping(0, 0) + self._same_line() + "\n"
        else:
            indent = rng.choice((0, 0, 0, 0, 2, 3))
            text += self._block_mapping(indent, 0)
        text += self._lines_between(0)
        if self._maybe(0.1):
            text += "...\n" + self._lines_between(0)
        if self._maybe(0.15):
            text = text.rstrip("\n")
        breaks = rng.random()
        if breaks < 0.2:
            text = text.replace("\n", "\r\n")
        elif breaks < 0.23:
            text = text.replace("\n", "\r")
        return text

    def _block_mapping(self, indent, depth):
        spaced = self._maybe(0.2)
        text = ""
        for number, key in enumerate(self._keys(5)):
            if number and spaced:
                text += "\n"
            text += self._lines_between(indent)
            if self._maybe(0.02):
                self.is_tricky = True
                text += self._explicit(indent, key, depth)
                continue
            colon = ":" if self._maybe(0.9) else " :"
            text += " " * indent + key + colon + self._block_value(indent, depth + 1)
        return text

    def _explicit(self, indent, key, depth):
        pad = " " * indent
        return self.rng.choice((
            f"{pad}? {key}\n",
            f"{pad}? {key}{self._same_line()}\n{pad}: {self._scalar(indent)}\n",
            f"{pad}? {key}\n{pad}:\n" + self._block_mapping(indent + 2, depth + 2),
            f"{pad}? {key}\n{pad}: a: 1\n{pad}  b: 2\n",
        ))

    def _block_value(self, indent, depth):
        """What stands behind the colon, with its line break."""
        rng = self.rng
        kind = rng.random()
        gap = rng.choice((" ", " ", " ", "  ", "\t"))
        if kind < 0.25:
            return gap + self._scalar(indent + 1) + self._same_line() + "\n"
        if kind < 0.33:
            return self._same_line() + "\n"
        if kind < 0.40:
            return gap + rng.choice(("{}", "~", "null", "{ }", "[]")) + self._same_line() + "\n"
        if kind < 0.60 and depth < 5:
            return gap + self._flow_mapping(indent, depth) + self._same_line() + "\n"
        if kind < 0.84 and depth < 4:
            inner = indent + rng.choice((1, 2, 2, 2, 2, 4, 8))
            ahead = self._same_line() + "\n" + self._lines_between(inner)
            return ahead + self._block_mapping(inner, depth)
        if kind < 0.88:
            return self._same_line() + "\n" + self._block_sequence(indent)
        if kind < 0.91:
            return gap + "[a, {b: c}, 'd']" + self._same_line() + "\n"
        if kind < 0.94:
            pad = " " * (indent + rng.choice((1, 2, 4)))
            value = rng.choice(("x", "'q'", "{ a: 1 }", "word one\n" + pad + "two", "[1, 2]", "{}"))
            ahead = self._same_line() + "\n" + self._lines_between(indent + 2, 0.1)
            return ahead + pad + value + self._same_line() + "\n"
        if kind < 0.97:
            pad = " " * (indent + 2)
            return f" folded plain\n{pad}goes on\n\n{pad}and on{self._same_line()}\n"
        return self._block_scalar(indent)

    def _block_scalar(self, indent):
        rng = self.rng
        self.is_tricky = True
        pad = " " * (indent + rng.choice((1, 2, 4)))
        head = rng.choice(("|", "|", "|-", "|+", ">", ">-", ">+"))
        lines = "".join(pad + rng.choice(("text", "# no comment", "a: b", " more", "- x")) + "\n"
                        for _ in range(rng.randint(0, 3)))
        tail = rng.choice(("", "", "\n", "\n\n", pad + "  \n", pad + "\n"))
        return " " + head + self._same_line() + "\n" + lines + tail

    def _block_sequence(self, indent):
        pad = " " * (indent + self.rng.choice((0, 2)))
        text = ""
        for _ in range(self.rng.randint(1, 3)):
            text += self._lines_between(indent, 0.1)
            text += pad + self.rng.choice((
                "- x", "- a: 1\n" + pad + "  b: 2", "- { c: 3 }", "- - y", "- ~", "- [1, 2]",
            )) + self._same_line() + "\n"
        return text

    # ---- flow style

    def _flow_mapping(self, indent, depth):
        if self._maybe(0.1):
            return self.rng.choice(("{}", "{ }", "{\n" + " " * indent + "}",
                                    "{ " + self._comment() + "\n" + " " * indent + "}"))
        if self._maybe(0.4):
            return self._flow_lines(indent, depth)
        return self._flow_line(indent, depth)

    def _flow_entry(self, key, indent, depth):
        rng = self.rng
        kind = rng.random()
        if kind < 0.05:
            return key
        if kind < 0.1:
            return key + ":"
        if kind < 0.12:
            self.is_tricky = True
            return rng.choice((f"? {key} : 1", f"? {key}"))
        if kind < 0.15 and key[0] in "'\"":
            return f'{key}:"x"'
        colon = rng.choice((": ", ": ", ": ", ":  ", " : "))
        if kind < 0.35 and depth < 5:
            return key + colon + self._flow_mapping(indent + 2, depth + 1)
        if kind < 0.45:
            return key + colon + rng.choice(("[]", "[a, b]", "[a: 1]", "[{x: y}, z]"))
        value = self._scalar(indent + 2)
        return key + colon + value

    def _flow_line(self, indent, depth):
        """On one line, or broken anywhere."""
        rng = self.rng
        tight = self._maybe(0.3)
        text = "{" if tight else "{ "
        keys = self._keys(4)
        for number, key in enumerate(keys):
            text += self._flow_entry(key, indent, depth)
            is_last = number + 1 == len(keys)
            if self._maybe(0.05):
                comment = " " + self._comment() + "\n" + " " * (indent + 2)
                text += rng.choice((" ", "\n" + " " * (indent + 1), comment))
            if not is_last or self._maybe(0.15):
                if text[-1] == ":":
                    text += " "
                text += ","
                kind = rng.random()
                if kind < 0.1:
                    text += self._same_line() + "\n" + " " * (indent + rng.choice((1, 2, 4)))
                elif kind > 0.2 or not tight:
                    text += " "
        if text[-1] == ":":
            text += " "
        return text + ("}" if tight else " }")

    def _flow_lines(self, indent, depth):
        """An entry on each line."""
        inner = indent + self.rng.choice((2, 2, 4))
        text = "{" + self._same_line() + "\n"
        keys = self._keys(4, 0)
        ends_in_comma = self._maybe(0.5)
        for number, key in enumerate(keys):
            text += self._lines_between(inner, 0.15).replace("\t\n", "\n")
            text += " " * inner + self._flow_entry(key, inner, depth)
            if number + 1 < len(keys) or ends_in_comma:
                text += " ," if text[-1] == ":" or self._maybe(0.05) else ","
            text += self._same_line() + "\n"
        text += self._lines_between(inner, 0.15).replace("\t\n", "\n")
        return text + " " * (indent + self.rng.choice((0, 0, 0, 2))) + "}"
