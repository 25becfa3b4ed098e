#!/usr/bin/env python3
"""A preprocessor of mdBook: understands the Markdown that rustdoc does, so that pages can be shared.

- Links to items, such as `crate::TaskGroup::spawn`, lead to docs.rs. The page of the item is looked up
  in the documentation of this tree, which `.ci/run guide` builds before; without it, they lead to the
  search of docs.rs.
- A code block without a language is Rust.
- The sections of an included page, which are titles there, become subsections.
- Links to files outside of the book lead to the repository, or are only text as long as Cargo.toml
  names none.

An item, a file or an anchor that does not exist is an error.
"""

import json
import re
import sys
import tomllib
from pathlib import Path
from textwrap import dedent

BOOK = Path(__file__).resolve().parent
ROOT = BOOK.parent
SHARED = ROOT / "asyncify-runtime/docs"
DOC = ROOT / "target/doc/asyncify_runtime"
DOCS_RS = "https://docs.rs/asyncify-runtime/latest/asyncify_runtime/"
REPOSITORY = tomllib.loads((ROOT / "Cargo.toml").read_text())["workspace"]["package"].get("repository")

# As the target of a link.
ITEM = re.compile(r"(?:(?<=\]\()|(?<=\]: ))(?:\w+@)?crate(?:::[A-Za-z_:]+)?(?:\(\))?(?=[)\s]|$)", re.M)
INCLUDE = re.compile(r"\{\{#include ([^:}]+):?(\w*)[^}]*\}\}")
LINK = re.compile(r"\[([^\]\[]+)\]\(([^()\s]+)\)")
BLOCK = re.compile(r"^(`{3,})([^`\n]*)\n(.*?)^\1$", re.M | re.S)
MEMBERS = ("method", "tymethod", "variant", "structfield", "associatedconstant")

errors = []


def items():
    """The path of each item in the documentation, with its page."""
    found = {"": "index.html"}
    if not DOC.is_dir():
        return None
    for page in DOC.rglob("*.html"):
        name = page.name.split(".")
        path = page.parent.relative_to(DOC).parts
        if page.name == "index.html":
            found["::".join(path)] = str(page.relative_to(DOC))
        elif len(name) == 3:
            found["::".join((*path, name[1]))] = str(page.relative_to(DOC))
    return found


ITEMS = items()


def item(link):
    """The address of an item, given as in rustdoc: `crate::block_on()`, `macro@crate::main`."""
    path = link.removesuffix("()").split("@")[-1].removeprefix("crate").removeprefix("::")
    if ITEMS is None:
        return f"{DOCS_RS}?search={path}"
    if path in ITEMS:
        return DOCS_RS + ITEMS[path]
    owner, _, member = path.rpartition("::")
    if owner in ITEMS:
        page = (DOC / ITEMS[owner]).read_text()
        for kind in MEMBERS:
            if f'id="{kind}.{member}"' in page:
                return f"{DOCS_RS}{ITEMS[owner]}#{kind}.{member}"
    errors.append(f"no such item: {link}")
    return link


def file(match, chapter):
    """A link to a file, which may be outside of the book."""
    label, target = match.groups()
    name, _, section = target.partition("#")
    if ":" in name or not name:
        return match[0]
    # An included page is beside its own neighbours.
    places = ((BOOK / "src" / chapter).parent, SHARED)
    path = next((path for place in places if (path := (place / name).resolve()).exists()), None)
    if path is None:
        errors.append(f"{chapter}: no such file: {target}")
        return label
    if path.is_relative_to(BOOK / "src"):
        return match[0]
    if REPOSITORY is None:
        return label
    section = section and f"#{section}"
    return f"[{label}]({REPOSITORY}/blob/main/{path.relative_to(ROOT)}{section})"


def prose(text, chapter):
    text = ITEM.sub(lambda match: item(match[0]), text)
    return LINK.sub(lambda match: file(match, chapter), text)


def code(block):
    fence, language, content = block.groups()
    # The page introduces a program that is included as a whole, in place of its own heading.
    content = re.sub(r"\A\n*(//!.*\n)+", "", content)
    # What is included may be indented in its file.
    content = dedent(content.strip("\n"))
    return f"{fence}{language or 'rust'}\n{content}\n{fence}"


def rewrite(content, chapter):
    parts, end, titles = [], 0, 0

    def section(heading):
        nonlocal titles
        titles += heading[0] == "# "
        # A page has one title, so these are the sections of an included page.
        return "#" * (titles > 1) + heading[0]

    for block in [*BLOCK.finditer(content), None]:
        part = prose(content[end : block.start() if block else None], chapter)
        parts.append(re.sub(r"^#+ ", section, part, flags=re.M))
        if block:
            parts.append(code(block))
            end = block.end()
    return "".join(parts)


def check_includes(chapter):
    """mdBook includes nothing, silently, if there is no such anchor."""
    source = BOOK / "src" / chapter
    for name, anchor in INCLUDE.findall(source.read_text()):
        path = source.parent / name
        # A number is a line, not an anchor.
        marker = "" if not anchor or anchor.isdigit() else rf"\bANCHOR: {anchor}\b"
        if not path.is_file() or not re.search(marker, path.read_text()):
            errors.append(f"{chapter}: nothing to include: {name} {anchor}")


def visit(sections):
    for section in sections:
        chapter = section.get("Chapter") if isinstance(section, dict) else None
        if chapter:
            if chapter["path"]:
                check_includes(chapter["path"])
                chapter["content"] = rewrite(chapter["content"], chapter["path"])
            visit(chapter["sub_items"])


def main():
    if sys.argv[1:2] == ["supports"]:
        return 0
    _, book = json.load(sys.stdin)
    visit(book["items"])
    for error in errors:
        print(f"guide: {error}", file=sys.stderr)
    json.dump(book, sys.stdout)
    return bool(errors)


sys.exit(main())
