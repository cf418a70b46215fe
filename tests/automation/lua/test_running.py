"""Scripts run, see what they are given, ask their host, and say how they ended."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from dataclasses import replace

import pytest

from stages.automation import lua
from stages.automation.lua import HostError, Limits, LogLine, SourceError
from tests.automation.lua.hosts import Recorder


def logged(source: str, **given: object) -> list[str]:
    outcome = lua.run(source, **given)  # type: ignore[arg-type]
    assert outcome.state == "succeeded", outcome
    return [line.text for line in outcome.log]


def test_it_is_lua_5_4_with_integers_and_closing_variables():
    source = """
        local closed = setmetatable({}, {__close = function() print("closed") end})
        do local c <close> = closed end
        print(_VERSION, 7 // 2, 1 << 40, math.type(3), utf8.char(228))
    """
    assert logged(source) == ["closed", "Lua 5.4\t3\t1099511627776\tinteger\tä"]


def test_a_script_sees_these_globals_and_no_others():
    source = (
        "local names = {} for name in pairs(_G) do names[#names + 1] = name end table.sort(names) "
        "print(table.concat(names, ' '))"
    )
    expected = (
        "_G _VERSION args assert context core coroutine csv error getmetatable ipairs json log math next pairs pcall "
        "print rawequal rawget rawlen rawset require select setmetatable string table tonumber tostring type utf8 "
        "xpcall"
    )
    assert logged(source) == [expected]


def test_arguments_and_context_are_tables():
    source = "print(args.file, args.count + 1, #args.tags, context.project.name, args.missing)"
    given = {"file": "a.csv", "count": 2, "tags": ["x", "y"], "missing": None}
    assert logged(source, arguments=given, context={"project": {"name": "Apollo"}}) == ["a.csv\t3\t2\tApollo\tnil"]


def test_the_log_has_levels_and_comes_live():
    live: list[LogLine] = []
    outcome = lua.run("log.warn('few', 3) log.debug('x') print()", on_log=live.append)
    assert list(outcome.log) == live == [LogLine("warn", "few\t3"), LogLine("debug", "x"), LogLine("info", "")]


def test_the_log_can_be_called_as_print_is():
    assert logged("log('made', 3) print(getmetatable(log))") == ["made\t3", "false"]


def test_progress_comes_live():
    seen: list[object] = []
    lua.run("core.progress(1, 2, 'half') core.progress(2)", on_progress=seen.append)
    assert seen == [{"done": 1, "total": 2, "text": "half"}, {"done": 2, "total": None, "text": ""}]


@pytest.mark.parametrize(
    ("call", "name", "arguments"),
    [
        ("core.get_field('r', 't.c')", "get_field", {"record": "r", "field": "t.c"}),
        ("core.set_field('r', 't.c', 5)", "set_field", {"record": "r", "field": "t.c", "value": 5}),
        ("core.create_entity('t', {c = 'x'})", "create_entity", {"table": "t", "values": {"c": "x"}}),
        ("core.delete_entity('r')", "delete_entity", {"record": "r"}),
        ("core.attach('r', 't', {c = 1})", "attach", {"record": "r", "table": "t", "values": {"c": 1}}),
        ("core.detach('r', 't')", "detach", {"record": "r", "table": "t"}),
        ("core.create_edge('n', 'a', 'b')", "create_edge", {"relation": "n", "from": "a", "to": "b"}),
        ("core.move_edge('e', {after = 'f'})", "move_edge", {"edge": "e", "options": {"after": "f"}}),
        ("core.delete_edge('e')", "delete_edge", {"edge": "e"}),
        ("core.get_text('prompt_text')", "get_text", {"field": "prompt_text"}),
        ("core.set_text('prompt_text', 'x')", "set_text", {"field": "prompt_text", "text": "x"}),
        ("core.write_file('exports/a', 'x')", "write_file", {"path": "exports/a", "text": "x"}),
    ],
)
def test_each_function_of_core_asks_the_host(call, name, arguments):
    host = Recorder()
    outcome = lua.run(call, host=host)
    assert (outcome.state, outcome.calls) == ("succeeded", 1)
    assert outcome.writes == (0 if name.startswith("get_") else 1)
    assert host.asked == [(name, arguments)]


def test_records_and_edges_come_in_pages():
    page = {"rows": [{"id": "a", "name": "Ada"}], "next": "b"}
    source = "local rows, more = core.{}('x', {{limit = 1}}) print(#rows, rows[1].name, more)"
    for name in ("records", "edges"):
        assert logged(source.format(name), host=Recorder(**{name: page})) == ["1\tAda\tb"]


def test_what_the_host_refuses_is_an_error_at_the_line_of_the_script():
    host = Recorder(set_field=HostError("not granted: contacts.email"))
    outcome = lua.run("local x = 1\n\ncore.set_field('r', 'contacts.email', 'x')", host=host)
    assert (outcome.code, outcome.error, outcome.line) == ("error", "not granted: contacts.email", 3)


def test_a_script_may_catch_what_the_host_refuses():
    host = Recorder(set_field=HostError("not granted: contacts.email"))
    source = "print(pcall(core.set_field, 'r', 'contacts.email', 'x')) print('on')"
    assert [text.split("\t")[0] for text in logged(source, host=host)] == ["false", "on"]


def test_what_the_host_raises_otherwise_ends_the_execution_and_reaches_the_caller():
    host = Recorder(get_field=ZeroDivisionError("a mistake of ours"))
    with pytest.raises(ZeroDivisionError):
        lua.run("while true do pcall(core.get_field, 'r', 't.c') end", host=host)


def test_handles_are_awaited_together_in_the_order_of_the_handles():
    host = Recorder(read_file=None)
    source = """
        local a, b = core.read_file("a"), core.read_file("b")
        core.progress(0)
        local x, y = core.await(a, b)
        print(x, y, table.concat(core.await({b, a}), " "))
    """

    def answer(_: object) -> None:
        host.begun["b"].set_result("second")
        threading.Timer(0.05, host.begun["a"].set_result, ["first"]).start()

    assert logged(source, host=host, on_progress=answer) == ["first\tsecond\tsecond first"]


def test_an_awaited_refusal_is_an_error():
    host = Recorder(read_file=None)
    host.begun["a"] = Future()
    host.begun["a"].set_exception(HostError("there is no file a"))
    outcome = lua.run("local h = core.read_file('a')\ncore.await(h)", host=host)
    assert (outcome.error, outcome.line) == ("there is no file a", 2)


@pytest.mark.parametrize("wrong", ["", "5", "{1}", "core.sleep(0), nil", "{{}}"])
def test_only_handles_are_awaited(wrong):
    outcome = lua.run(f"core.await({wrong})")
    assert outcome.code == "error"
    assert "core.await takes" in outcome.error


def test_libraries_are_required_once_and_by_name():
    libraries = {"people": "print('loaded', ...) return {greet = function(name) return 'Hello ' .. name end}"}
    source = "print(require('people').greet('Ada'), require('people') == require('people'))"
    assert logged(source, libraries=libraries) == ["loaded\tpeople", "Hello Ada\ttrue"]


def test_an_error_in_a_library_names_it_and_the_line_of_the_script():
    outcome = lua.run("\nrequire('people').f()", libraries={"people": "return {f = function()\nerror('no') end}"})
    assert (outcome.error, outcome.line) == ("lib/people:2: no", 2)


@pytest.mark.parametrize(
    ("name", "expected"),
    [("os", "there is no scripts/lib/os.lua"), ("circle", "requires itself"), ("broken", "unexpected symbol")],
)
def test_a_library_that_cannot_be_required(name, expected):
    libraries = {"circle": "require('circle')", "broken": "= 3"}
    outcome = lua.run(f"require('{name}')", libraries=libraries)
    assert (outcome.code, expected in outcome.error) == ("error", True)


@pytest.mark.parametrize(
    ("source", "line", "error"),
    [
        ("local x = 1\n\n= 3", 3, "unexpected symbol near '='"),
        ("for i = 1, 3 do", 1, "'end' expected near <eof>"),
        ("\x1bLua", 1, "this is compiled Lua; a script is its text"),
        ("goto nowhere", 1, "no visible label 'nowhere'"),
        ("return " + "(" * 5000 + "1" + ")" * 5000, None, "C stack overflow"),
    ],
)
def test_a_text_that_is_no_lua_is_refused_with_its_line(source, line, error):
    found = lua.check(source)
    assert found is not None
    assert found.line == line
    assert error in found.text
    outcome = lua.run(source)
    assert (outcome.code, outcome.line, outcome.calls) == ("syntax", line, 0)


def test_checking_runs_nothing():
    assert lua.check("while true do end") is None
    assert lua.check("x = = 1") == SourceError(1, "unexpected symbol near '='")


@pytest.mark.parametrize(
    ("source", "line", "error"),
    [
        ("\n\nerror('no')", 3, "no"),
        ("\nerror({})", 2, "an error that is a table, not a text"),
        ("\nerror()", 2, "an error that is a nil, not a text"),
        ("\nerror(setmetatable({}, {__tostring = function() return 'mine' end}))", 2, "mine"),
        ("local t = {}\nt.x.y = 1", 2, "attempt to index a nil value (field 'x')"),
        ("\njson.decode('[1')", 2, "not JSON at byte 3: a comma is missing"),
        ("local f = coroutine.wrap(function()\nerror('in') end)\nf()", 2, "in"),
    ],
)
def test_an_error_is_given_with_its_line(source, line, error):
    outcome = lua.run(source)
    assert (outcome.state, outcome.code, outcome.line, outcome.error) == ("failed", "error", line, error)


def test_the_same_input_takes_the_same_fuel():
    source = """
        local t = {} for i = 1, 1000 do t[tostring({}) .. math.random(1, 1 << 30)] = i end
        for key, value in pairs(t) do print(key, value) break end
        print(core.get_field('r', 't.c'))
    """
    first, second = (lua.run(source, host=Recorder(get_field="x")) for _ in range(2))
    assert first == second
    assert first.fuel > 1_000_000


def test_a_person_stops_a_script_wherever_it_is():
    sources = ("while true do end", "while true do pcall(core.await, core.sleep(50)) end")
    for source in sources:
        asked: list[int] = []

        def stopped(asked: list[int] = asked) -> bool:
            asked.append(1)
            return len(asked) > 1

        outcome = lua.run(source, limits=Limits(fuel=10**15), stopped=stopped)
        assert (outcome.state, outcome.code) == ("stopped", "stopped")


def test_another_lua_than_the_known_one_is_refused(tmp_path, monkeypatch):
    from stages.automation.lua import engine

    monkeypatch.setattr(engine, "_idle", [])
    for content, expected in ((None, "missing"), (b"\0asm other", "SHA-256")):
        file = tmp_path / f"{expected}.wasm"
        if content is not None:
            file.write_bytes(content)
        monkeypatch.setattr(engine, "FILE", file)
        with pytest.raises(engine.LuaMissing, match=expected):
            lua.run("")


def test_limits_are_the_documented_ones():
    assert replace(Limits()) == Limits(
        fuel=10_000_000_000, memory=64 << 20, depth=64, calls=20_000, writes=1_000, seconds=60, log=64 << 10
    )
