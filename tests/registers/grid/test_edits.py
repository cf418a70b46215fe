"""What somebody types in a cell stays until the server has it, or they give it up."""

from __future__ import annotations

from typing import Any

from tests.registers.grid.node import in_node

# A server that answers what the test gives, a store as the browser has one, and a cell.
PRELUDE = """
let kept = [];
const store = { write: (edits) => { kept = structuredClone(edits); } };
const sent = [];
let answers = [];
const send = async (edit) => { sent.push([edit.text, ...edit.base]); return answers.shift(); };
let number = 0;
const make = () => {
  const was = structuredClone(kept);
  const made = new Edits(send, store, () => `ref ${number += 1}`);
  made.recover(was);
  return made;
};
const edits = make();
const cell = { record: "r", field: "title", text: "old", tips: ["op 1"] };
const theirs = { ...cell, text: "theirs", tips: ["op 2"] };
const settled = () => new Promise((resolve) => setTimeout(resolve));
const now = () => {
  const { theirs, ...facts } = edits.of("r", "title") ?? {};
  return { ...facts, theirs: theirs?.text };
};
const done = [];
edits.on("done", ({ text }) => done.push(text));
const typed = (text) => { edits.begin(cell, cell.text); edits.type("r", "title", text); };
edits.connected(true);
"""


def run(script: str) -> Any:
    return in_node(["edits"], PRELUDE + script)


def test_a_kept_text_is_sent_with_what_its_person_had_seen() -> None:
    found = run("""
        answers = [{ kind: "done", tips: ["op 2"] }];
        typed("new");
        edits.keep("r", "title");
        await settled();
        return { sent, done, phase: now().phase };
    """)
    assert found == {"sent": [["new", "op 1"]], "done": ["new"], "phase": "sending"}


def test_the_same_text_is_not_sent() -> None:
    assert run("""typed("old"); edits.keep("r", "title"); return [sent, edits.all()];""") == [[], []]


def test_escape_gives_the_text_up() -> None:
    assert run("""typed("new"); edits.drop("r", "title"); return [sent, edits.all(), kept];""") == [[], [], []]


def test_a_refused_text_stays_with_its_reason() -> None:
    found = run("""
        answers = [{ kind: "refused", why: "Not a date" }];
        typed("mid-January");
        edits.keep("r", "title");
        await settled();
        return now();
    """)
    assert (found["text"], found["phase"], found["why"]) == ("mid-January", "refused", "Not a date")


def test_somebody_elses_change_leaves_what_is_typed() -> None:
    found = run("""
        typed("mine");
        edits.arrived(theirs, "Priya");
        const typing = now();
        edits.keep("r", "title");
        const stale = now();
        answers = [{ kind: "done", tips: ["op 3"] }];
        edits.keepMine("r", "title");
        await settled();
        return { typing, stale, sent };
    """)
    assert (found["typing"]["text"], found["typing"]["phase"], found["typing"]["by"]) == ("mine", "typing", "Priya")
    assert (found["stale"]["text"], found["stale"]["phase"], found["stale"]["theirs"]) == ("mine", "stale", "theirs")
    assert found["sent"] == [["mine", "op 2"]]


def test_an_answer_that_the_base_is_old_leaves_both_texts() -> None:
    found = run("""
        answers = [{ kind: "stale", why: "changed", text: "theirs", tips: ["op 2"] }];
        typed("mine");
        edits.keep("r", "title");
        await settled();
        return now();
    """)
    assert (found["text"], found["phase"], found["theirs"]) == ("mine", "stale", "theirs")


def test_their_text_is_taken() -> None:
    found = run("""
        typed("mine");
        edits.arrived(theirs, "Priya");
        edits.takeTheirs("r", "title");
        return [edits.all(), sent];
    """)
    assert found == [[], []]


def test_the_same_text_from_somebody_else_is_no_conflict() -> None:
    found = run("""
        edits.connected(false);
        typed("theirs");
        edits.keep("r", "title");
        edits.arrived(theirs, "Priya");
        return edits.all();
    """)
    assert found == []


def test_what_is_kept_offline_is_sent_later() -> None:
    found = run("""
        edits.connected(false);
        typed("new");
        edits.keep("r", "title");
        const waiting = [now().phase, edits.unsent, sent.length];
        answers = [{ kind: "done", tips: ["op 2"] }];
        edits.connected(true);
        await settled();
        return { waiting, sent };
    """)
    assert found == {"waiting": ["waiting", 1, 0], "sent": [["new", "op 1"]]}


def test_what_met_another_change_offline_is_asked_about() -> None:
    found = run("""
        edits.connected(false);
        typed("mine");
        edits.keep("r", "title");
        edits.arrived(theirs, "Priya");
        edits.connected(true);
        await settled();
        return { ...now(), sent };
    """)
    assert (found["phase"], found["text"], found["sent"]) == ("stale", "mine", [])


def test_a_broken_line_makes_it_wait() -> None:
    found = run("""
        answers = [{ kind: "offline" }, { kind: "done", tips: ["op 2"] }];
        typed("new");
        edits.keep("r", "title");
        await settled();
        const broken = now().phase;
        edits.connected(true);
        await settled();
        return { broken, sent, done };
    """)
    assert found == {"broken": "waiting", "sent": [["new", "op 1"]] * 2, "done": ["new"]}


def test_typing_on_while_it_is_sent_is_based_on_what_was_sent() -> None:
    found = run("""
        let answer;
        answers = [new Promise((resolve) => { answer = resolve; })];
        typed("one");
        edits.keep("r", "title");
        edits.begin(cell, "one");
        edits.type("r", "title", "one two");
        answer({ kind: "done", tips: ["op 9"] });
        await settled();
        edits.arrived({ ...cell, text: "one", tips: ["op 9"] }, "");
        return now();
    """)
    assert (found["text"], found["phase"], found["base"], found.get("theirs")) == ("one two", "typing", ["op 9"], None)


def test_a_reloaded_page_has_what_was_typed() -> None:
    found = run("""
        typed("half a sen");
        const typing = make().of("r", "title").phase;
        edits.connected(false);
        edits.keep("r", "title");
        return [typing, make().of("r", "title").phase, make().of("r", "title").text];
    """)
    assert found == ["kept", "waiting", "half a sen"]
