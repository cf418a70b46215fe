-- core, log and print. `ask(name, arguments)` asks the host; what it refuses is an error at the script's line.
local ask = ...
local error, type, tostring, select, setmetatable, getmetatable, rawequal, rawlen =
  error, type, tostring, select, setmetatable, getmetatable, rawequal, rawlen
local concat, unpack = table.concat, table.unpack

-- What is awaited: an answer that the host is fetching.
local handle = {__name = "handle", __metatable = false}
local numbers = setmetatable({}, {__mode = "k"})

local function awaited(name, arguments)
  local number = ask(name, arguments, 4)
  local result = setmetatable({}, handle)
  numbers[result] = number
  return result
end

local function number_of(value)
  return numbers[value] or error("core.await takes what core.http, core.read_file or core.sleep gave", 3)
end

local core = {}

function core.get_field(record, field)
  local value = ask("get_field", {record = record, field = field})
  return value
end

function core.set_field(record, field, value, options)
  ask("set_field", {record = record, field = field, value = value, options = options})
end

function core.create_entity(table_name, values, options)
  local record = ask("create_entity", {table = table_name, values = values, options = options})
  return record
end

function core.delete_entity(record, options) ask("delete_entity", {record = record, options = options}) end

function core.attach(record, table_name, values, options)
  ask("attach", {record = record, table = table_name, values = values, options = options})
end

function core.detach(record, table_name, options)
  ask("detach", {record = record, table = table_name, options = options})
end

function core.records(table_name, options)
  local page = ask("records", {table = table_name, options = options})
  return page.rows, page.next
end

function core.edges(relation, options)
  local page = ask("edges", {relation = relation, options = options})
  return page.rows, page.next
end

function core.create_edge(relation, from, to, options)
  local edge = ask("create_edge", {relation = relation, from = from, to = to, options = options})
  return edge
end

function core.move_edge(edge, options) ask("move_edge", {edge = edge, options = options}) end

function core.delete_edge(edge, options) ask("delete_edge", {edge = edge, options = options}) end

function core.get_text(field)
  local text = ask("get_text", {field = field})
  return text
end

function core.fields()
  local names = ask("fields", {})
  return names
end

function core.set_text(field, text, options) ask("set_text", {field = field, text = text, options = options}) end

function core.write_file(path, text, options) ask("write_file", {path = path, text = text, options = options}) end

function core.http(request)
  local result = awaited("http", {request = request})
  return result
end

function core.read_file(path)
  local result = awaited("read_file", {path = path})
  return result
end

function core.sleep(seconds)
  local result = awaited("sleep", {seconds = seconds})
  return result
end

function core.progress(done, total, text) ask("progress", {done = done, total = total, text = text}) end

-- The answers in the order of the handles, however they arrive: several values, or a table for a table of handles.
function core.await(first, ...)
  local listed = {}
  local is_table = type(first) == "table" and numbers[first] == nil
  if is_table then
    for place = 1, rawlen(first) do listed[place] = number_of(first[place]) end
  else
    listed[1] = number_of(first)
    for place = 1, select("#", ...) do listed[place + 1] = number_of((select(place, ...))) end
  end
  if #listed == 0 then return {} end
  local answers = ask("await", {handles = listed})
  if is_table then return answers end
  return unpack(answers, 1, #listed)
end

local function writer(level)
  return function(...)
    local out = {}
    for place = 1, select("#", ...) do out[place] = tostring((select(place, ...))) end
    ask("log", {level = level, text = concat(out, "\t")})
  end
end

local info = writer("info")
local log = {debug = writer("debug"), info = info, warn = writer("warn"), error = writer("error")}

return core, setmetatable(log, {__metatable = false, __call = function(_, ...) info(...) end})
