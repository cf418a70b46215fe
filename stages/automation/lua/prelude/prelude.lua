-- Prepares the environment of a script, and runs it. It is called with every global of Lua; a script sees none of
-- them but those named here.
--   host(text) -> text    the one function of the host: "name JSON" in, "1" and JSON or "0" and an error out
--   the compiled texts of json.lua, csv.lua and core.lua
--   source, name          the script's text, and how messages name it
--   only_check            compile, and run nothing
-- Results: whether it succeeded, "syntax" or "error", and the message.
local host, json_chunk, csv_chunk, core_chunk, source, name, only_check = ...
local load, error, type, tostring, pairs, xpcall, getmetatable =
  load, error, type, tostring, pairs, xpcall, getmetatable
local byte, sub = string.byte, string.sub

if byte(source) == 27 then return false, "syntax", name .. ":1: this is compiled Lua; a script is its text" end
if only_check then
  local chunk, message = load(source, "=" .. name, "t", {})
  return chunk ~= nil, "syntax", message
end

local json, decode = json_chunk()
local encode = json.encode

-- `level` is where an error is placed: 3 is who called the function that asks.
local function ask(what, arguments, level)
  local answer = host(what .. " " .. encode(arguments))
  if byte(answer) ~= 49 then error(sub(answer, 2), level or 3) end
  return decode(sub(answer, 2))
end

local LANGUAGE = {
  "assert", "error", "getmetatable", "ipairs", "next", "pairs", "pcall", "rawequal", "rawget", "rawlen", "rawset",
  "select", "setmetatable", "tonumber", "tostring", "type", "xpcall", "_VERSION",
}

local function copied(library, without)
  local result = {}
  for key, value in pairs(library) do
    if key ~= without then result[key] = value end
  end
  return result
end

local environment = {
  string = copied(string, "dump"),
  table = copied(table),
  math = copied(math),
  utf8 = copied(utf8),
  coroutine = copied(coroutine),
  json = json,
  csv = csv_chunk(),
}
for _, key in pairs(LANGUAGE) do environment[key] = _G[key] end
environment._G = environment
environment.core, environment.log = core_chunk(ask)
environment.print = environment.log.info
-- The methods of texts, ("x"):upper(), come from this execution's own copy.
getmetatable("").__index = environment.string

local given = decode(sub(host("start {}"), 2))
environment.args, environment.context = given.args, given.context

local LOADING = {}
local libraries = {}

function environment.require(library)
  if type(library) ~= "string" then error("require takes the name of a text in scripts/lib/", 2) end
  local loaded = libraries[library]
  if loaded == LOADING then error("the library " .. library .. " requires itself", 2) end
  if loaded ~= nil then return loaded end
  local answer = host("library " .. library)
  if byte(answer) ~= 49 then error(sub(answer, 2), 2) end
  local chunk, message = load(sub(answer, 2), "=lib/" .. library, "t", environment)
  if not chunk then error(message, 0) end
  libraries[library] = LOADING
  loaded = chunk(library)
  if loaded == nil then loaded = true end
  libraries[library] = loaded
  return loaded
end

for key in pairs(_G) do
  if key ~= "_G" then _G[key] = nil end
end

local chunk, message = load(source, "=" .. name, "t", environment)
if not chunk then return false, "syntax", message end

local function described(problem)
  host("where {}")
  local kind = type(problem)
  if kind == "string" or kind == "number" then return tostring(problem) end
  if kind == "table" and getmetatable(problem) then return tostring(problem) end
  return "an error that is a " .. kind .. ", not a text"
end

local succeeded, problem = xpcall(chunk, described)
return succeeded, "error", not succeeded and problem or ""
