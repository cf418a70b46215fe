"""The registry that apps fill with what they offer."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from kernel.registry import Registry


@dataclass(frozen=True)
class Tab:
    label: str
    position: int = 0


def test_entries_are_ordered_by_position_then_name():
    tabs = Registry[Tab]("tab")
    tabs.register("b", Tab("B"))
    tabs.register("a", Tab("A"))
    tabs.register("first", Tab("First", position=-1))
    assert list(tabs) == ["first", "a", "b"]
    assert [tab.label for tab in tabs.values()] == ["First", "A", "B"]


def test_a_name_is_registered_once():
    tabs = Registry[Tab]("tab")
    tabs.register("a", Tab("A"))
    tabs.register("a", Tab("A"))
    with pytest.raises(ValueError, match="two apps register the tab 'a'"):
        tabs.register("a", Tab("Another"))
    assert tabs["a"].label == "A"


def test_replaced_entries_come_back():
    tabs = Registry[Tab]("tab")
    tabs.register("a", Tab("A"))
    with tabs.replaced({"b": Tab("B")}):
        assert list(tabs) == ["b"]
    assert list(tabs) == ["a"]
