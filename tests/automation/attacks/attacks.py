"""The attacks: what a script tries, and how it has to end. `code` is empty where the attempt does no harm."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from stages.automation.lua import Limits

# Smaller than those of a site, so that each attack ends within some hundredths of a second.
LIMITS = Limits(fuel=60_000_000, memory=24 << 20, calls=300, writes=100, seconds=30, output=2 << 20)
# For attacks that need fuel to reach another limit.
MUCH_FUEL = replace(LIMITS, fuel=3_000_000_000)
SHORT = Limits(fuel=10**15, seconds=0.2)


@dataclass(frozen=True)
class Attack:
    name: str
    source: str
    code: str
    # A part of the error, for attacks that end in one.
    error: str = ""
    limits: Limits = LIMITS


LOOP = "while true do end"
OPERATIONS = {
    "__add": "t + 1",
    "__sub": "t - 1",
    "__mul": "t * 1",
    "__div": "t / 1",
    "__mod": "t % 1",
    "__pow": "t ^ 1",
    "__unm": "-t",
    "__idiv": "t // 1",
    "__band": "t & 1",
    "__bor": "t | 1",
    "__bxor": "t ~ 1",
    "__shl": "t << 1",
    "__shr": "t >> 1",
    "__bnot": "~t",
    "__concat": "t .. 'x'",
    "__len": "#t",
    "__eq": "t == setmetatable({}, getmetatable(t))",
    "__lt": "t < t",
    "__le": "t <= t",
    "__index": "t.x",
    "__call": "t()",
    "__tostring": "tostring(t)",
    "__pairs": "pairs(t)",
}


def loops() -> Iterator[Attack]:
    """What never ends by itself, also where Lua calls it and where no instruction of Lua is counted."""
    plain = {
        "while": LOOP,
        "repeat": "repeat until false",
        "goto": "::again:: goto again",
        "for": "for i = 1, math.maxinteger do end",
        "tail call": "local function f() return f() end f()",
        "pcall": f"pcall(function() {LOOP} end)",
        "pcall again and again": f"while true do pcall(function() {LOOP} end) end",
        "errors caught for ever": "while true do pcall(error, 'x') end",
        "xpcall": f"xpcall(function() {LOOP} end, function() {LOOP} end)",
        "message handler": f"xpcall(error, function() {LOOP} end)",
        "coroutine": f"coroutine.wrap(function() {LOOP} end)()",
        "coroutine that yields": "local f = coroutine.wrap(function() while true do coroutine.yield() end end) "
        "while true do f() end",
        "coroutine.close": f"local c = coroutine.create(function() local x <close> = setmetatable({{}}, "
        f"{{__close = function() {LOOP} end}}) coroutine.yield() end) coroutine.resume(c) coroutine.close(c)",
        "__close": f"local x <close> = setmetatable({{}}, {{__close = function() {LOOP} end}})",
        "__close after an error": f"local x <close> = setmetatable({{}}, {{__close = function() {LOOP} end}}) error()",
        "__gc": f"setmetatable({{}}, {{__gc = function() {LOOP} end}}) for i = 1, 1e7 do local t = {{}} end",
        "__newindex": f"local t = setmetatable({{}}, {{__newindex = function() {LOOP} end}}) t.x = 1",
        "__index of the environment": f"setmetatable(_G, {{__index = function() {LOOP} end}}) print(x)",
        "__tostring of print": f"print(setmetatable({{}}, {{__tostring = function() {LOOP} end}}))",
        "__tostring of an error": f"error(setmetatable({{}}, {{__tostring = function() {LOOP} end}}))",
        "__index of a text": f"getmetatable('').__index = function() {LOOP} end local x = ('a').b",
        "sort's comparator": f"table.sort({{3, 1, 2}}, function() {LOOP} end)",
        "gsub's function": f"('x'):gsub('.', function() {LOOP} end)",
        "json.encode of __pairs": f"json.encode(setmetatable({{}}, {{__pairs = function() {LOOP} end}}))",
        "arguments of core": f"core.create_entity('t', setmetatable({{}}, {{__pairs = function() {LOOP} end}}))",
        "string.find": "string.find(('a'):rep(50000) .. '.', ('.-'):rep(12) .. 'b')",
        "string.find in pcall": "while true do pcall(string.find, ('a'):rep(9000) .. '.', ('.-'):rep(12) .. 'b') end",
        "string.gsub": "(('a'):rep(40)):gsub(('a*'):rep(20) .. 'b', '')",
        "string.match with back references": "string.match(('a'):rep(30000), '(.-)(.-)(.-)%1%2%3b')",
        "table.move": "table.move({}, 1, math.maxinteger - 1, 2)",
        "table.insert": "table.insert(setmetatable({}, {__len = function() return math.maxinteger - 1 end}), 1, 1)",
        "table.concat": "table.concat(setmetatable({}, {__index = function() return '' end}), '', 1, 1 << 40)",
        "ipairs": "for _ in ipairs(setmetatable({}, {__index = function() return 1 end})) do end",
        "rep of one byte": "while true do local s = ('x'):rep(1e6) end",
        "hash collisions": "local t = {} for i = 1, 1e9 do t[i * 4096.5] = nil end",
    }
    for name, source in plain.items():
        yield Attack(f"loop: {name}", source, "fuel")
    for event, use in OPERATIONS.items():
        made = f"local t = setmetatable({{}}, {{{event} = function() {LOOP} end}})"
        yield Attack(f"loop: {event}", f"{made} local x = {use}", "fuel")


def memory() -> Iterator[Attack]:
    """What takes more memory than there is; each also where the script would catch Lua's own error."""
    plain = {
        "rep": "local s = ('x'):rep(1e9)",
        "doubling": "local s = 'x' while true do s = s .. s end",
        "table": "local t = {} for i = 1, 1e9 do t[i] = i end",
        "tables": "local t = {} while true do t = {t, {}, {}} end",
        "texts": "local t = {} for i = 1, 1e9 do t[i] = 'text ' .. i end",
        "closures": "local t = {} for i = 1, 1e9 do t[i] = function() return i end end",
        "coroutines": "local t = {} for i = 1, 1e9 do t[i] = coroutine.create(print) end",
        "concat": "local t = {} for i = 1, 1e4 do t[i] = ('x'):rep(10000) end return table.concat(t)",
        "pack": "local s = string.pack('s4', ('x'):rep(3e7))",
        "gsub": "local s = ('x'):rep(2e5):gsub('.', ('%0'):rep(128))",
        "upper": "local s = ('x'):rep(2.5e7) local u = s:upper()",
        "table.unpack": "local t = {} for i = 1, 9e5 do t[i] = {table.unpack(t, 1, 200)} end",
    }
    for name, source in plain.items():
        yield Attack(f"memory: {name}", source, "memory", limits=MUCH_FUEL)
        yield Attack(
            f"memory: {name} in pcall", f"while true do pcall(function() {source} end) end", "memory", limits=MUCH_FUEL
        )


def depth() -> Iterator[Attack]:
    """What goes deeper than the host may follow, and what Lua itself refuses."""
    nested = {
        "pcall": "local function f() pcall(f) end f()",
        "pcall with errors": "local function f() local ok, e = pcall(f) error(e) end f()",
        "xpcall": "local function f() xpcall(f, print) end f()",
        "coroutines": "local function f() coroutine.wrap(f)() end f()",
        "coroutines and pcall": "local function f() pcall(coroutine.wrap(f)) end f()",
        "__index and pcall": "local t = {} setmetatable(t, {__index = function() "
        "pcall(function() return t.x end) end}) local x = t.x",
        "sort and pcall": "local function f() pcall(table.sort, {3, 2, 1}, f) end f()",
        "__close and pcall": "local function f() pcall(function() "
        "local x <close> = setmetatable({}, {__close = f}) end) end f()",
    }
    for name, source in nested.items():
        yield Attack(f"depth: {name}", source, "depth")
    refused = {
        "__index": "local t = {} setmetatable(t, {__index = function() return t.x end}) local x = t.x",
        "__tostring": "local t = {} setmetatable(t, {__tostring = function() return tostring(t) end}) tostring(t)",
        "gsub": "local function f() return (('x'):gsub('.', f)) end f()",
        "sort": "local function f() table.sort({3, 2, 1}, f) end f()",
        "message handler": "local function f() error('x') end xpcall(f, f)",
    }
    for name, source in refused.items():
        yield Attack(f"depth: {name}", f"{source} error('on')", "error", limits=Limits())
    yield Attack("depth: recursion", "local function f() return 1 + f() end f()", "memory", limits=MUCH_FUEL)
    yield Attack("depth: pattern", "string.find(('('):rep(300), ('('):rep(300))", "error", "too many captures")
    yield Attack("depth: nested table", "local t = {} for i = 1, 100 do t = {t} end json.encode(t)", "error", "50 deep")
    yield Attack("depth: circle", "local t = {} t.t = t core.create_entity('t', t)", "error", "50 deep")


def floods() -> Iterator[Attack]:
    """What says too much, asks too often, or waits too long."""
    yield Attack("flood: print", "for i = 1, 100000 do print(i) end", "calls", limits=MUCH_FUEL)
    yield Attack("flood: print in pcall", "while true do pcall(print, 1) end", "calls", limits=MUCH_FUEL)
    yield Attack("flood: reads", "while true do pcall(core.get_field, 'r', 't.c') end", "calls", limits=MUCH_FUEL)
    yield Attack("flood: progress", "while true do core.progress(1) end", "calls", limits=MUCH_FUEL)
    yield Attack("flood: sleep", "while true do core.sleep(0) end", "calls", limits=MUCH_FUEL)
    yield Attack("flood: long lines", "while true do print(('x'):rep(2e5)) end", "output", limits=MUCH_FUEL)
    yield Attack(
        "flood: long lines in pcall", "while true do pcall(print, ('x'):rep(2e5)) end", "output", limits=MUCH_FUEL
    )
    yield Attack(
        "flood: one long call",
        "core.set_text('prompt_text', ('x'):rep(5e6))",
        "error",
        "at most 4 MiB",
        limits=Limits(),
    )
    yield Attack("flood: writes", "while true do core.set_field('r', 't.c', 1) end", "writes", limits=MUCH_FUEL)
    yield Attack(
        "flood: writes in pcall", "while true do pcall(core.set_field, 'r', 't.c', 1) end", "writes", limits=MUCH_FUEL
    )
    yield Attack(
        "flood: writes in __gc",
        "while true do setmetatable({}, {__gc = function() core.detach('r', 't') end}) end",
        "writes",
    )
    yield Attack("time: sleep", "core.await(core.sleep(60))", "time", limits=SHORT)
    yield Attack("time: sleep in pcall", "while true do pcall(core.await, core.sleep(60)) end", "time", limits=SHORT)
    yield Attack("time: loop", LOOP, "time", limits=SHORT)
    yield Attack(
        "time: string.find", "string.find(('a'):rep(50000) .. '.', ('.-'):rep(12) .. 'b')", "time", limits=SHORT
    )


NAMES = (
    *("io", "os", "debug", "package", "load", "loadstring", "loadfile", "dofile", "collectgarbage", "warn"),
    *("python", "js", "ffi", "jit", "bit32", "module", "setfenv", "getfenv", "newproxy", "unpack", "host"),
)


def escapes() -> Iterator[Attack]:
    """Ways to more than what a script is given."""
    for name in NAMES:
        yield Attack(
            f"escape: {name}",
            f"assert({name} == nil and _G.{name} == nil and _G._G.{name} == nil) error('on')",
            "error",
            "on",
        )
    refused = {
        "io.open": ("io.open('/etc/passwd')", "a nil value (global 'io')"),
        "os.execute": ("os.execute('id')", "a nil value (global 'os')"),
        "require os": ("require('os')", "there is no scripts/lib/os.lua"),
        "require a path": ("require('../../../etc/passwd')", "there is no scripts/lib/"),
        "require no text": ("require({})", "require takes the name"),
        "string.dump": ("string.dump(print)", "a nil value (field 'dump')"),
        "dump of a text's methods": ("('x').dump(print)", "a nil value (field 'dump')"),
        "http without a grant": ("core.http({url = 'http://127.0.0.1/'})", "not granted"),
        "read_file without a grant": ("core.read_file('imports/a.csv')", "not granted"),
        "unknown function": ("core.system('id')", "a nil value (field 'system')"),
        "locked metatable": ("setmetatable(json.null, {})", "protected metatable"),
        "handle of another kind": ("core.await(1)", "core.await takes"),
        "own environment": ("local _ENV = {} print(1)", "a nil value (global 'print')"),
    }
    for name, (source, error) in refused.items():
        yield Attack(f"escape: {name}", source, "error", error)
    yield Attack("bytecode: a script", "\x1bLuaT\0\x19\x93\r\n\x1a\n", "syntax", "compiled Lua")
    yield Attack("bytecode: a library", "require('bytecode')", "error", "attempt to load a binary chunk")


VALUES = (
    *("nil", "true", "5", "0/0", "1/0", "-0.0", "math.mininteger", "1e300", "''", "'\\0'", "'\\xff'", "'\\u{D800}'"),
    *("{}", "{{}}", "{1, nil, 3}", "{[1.5] = 1}", "{[print] = 1}", "print", "coroutine.create(print)", "json.null"),
    *("('x'):rep(1e5)", "setmetatable({}, {__index = function() error('no') end})", "core.sleep(0)"),
)
FUNCTIONS = (
    *("get_field", "set_field", "create_entity", "delete_entity", "attach", "detach", "records", "edges"),
    *("create_edge", "move_edge", "delete_edge", "get_text", "fields", "set_text", "http", "read_file", "write_file"),
    *("sleep", "progress", "await"),
)


def wrong_types() -> Iterator[Attack]:
    """Every function with every kind of value, alone and at each place: an error that can be caught, or an answer."""
    values = ", ".join(VALUES)
    for function in FUNCTIONS:
        source = (
            f"local values = table.pack({values}) for i = 1, values.n do local v = values[i] "
            f"pcall(core.{function}, v) pcall(core.{function}, 'r', v) pcall(core.{function}, 'r', 't.c', v) "
            f"pcall(core.{function}, v, v, v, v) end error('on')"
        )
        yield Attack(f"types: {function}", source, "error", "on", limits=replace(MUCH_FUEL, calls=2_000))
    for function in ("json.encode", "json.decode", "csv.encode", "csv.decode", "log.info", "require", "print"):
        source = (
            f"local values = table.pack({values}) for i = 1, values.n do local v = values[i] pcall({function}, v) "
            f"pcall({function}, v, v) pcall({function}, 'x', v) pcall({function}, {{}}, v) end error('on')"
        )
        yield Attack(f"types: {function}", source, "error", "on", limits=replace(MUCH_FUEL, calls=2_000))


ATTACKS = tuple(each for made in (loops, memory, depth, floods, escapes, wrong_types) for each in made())
