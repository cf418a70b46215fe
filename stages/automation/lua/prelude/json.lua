-- json.encode, json.decode and json.null. Called with the host's own functions, before a script can change any.
local string, table, math, utf8 = string, table, math, utf8
local error, type, tostring, tonumber, pairs, setmetatable, getmetatable, rawequal, rawlen =
  error, type, tostring, tonumber, pairs, setmetatable, getmetatable, rawequal, rawlen
local sub, byte, find = string.sub, string.byte, string.find
local format, gsub, concat = string.format, string.gsub, table.concat
local math_type, huge, from_code = math.type, math.huge, utf8.char

local MAX_DEPTH = 50
local null = setmetatable({}, {__tostring = function() return "null" end, __metatable = false})
-- The metatable of what was a JSON array, so that an empty one stays an array.
local array = {__name = "array"}
local ESCAPES = {['"'] = '\\"', ["\\"] = "\\\\", ["\n"] = "\\n", ["\r"] = "\\r", ["\t"] = "\\t"}
local ESCAPED = {b = "\b", f = "\f", n = "\n", r = "\r", t = "\t", ['"'] = '"', ["\\"] = "\\", ["/"] = "/"}

local function quote(text)
  if not find(text, '[%c"\\\127]') then return '"' .. text .. '"' end
  return '"' .. gsub(text, '[%c"\\\127]', function(c) return ESCAPES[c] or format("\\u%04x", byte(c)) end) .. '"'
end

local write

local function write_table(value, out, depth)
  if depth > MAX_DEPTH then error("a table is nested more than 50 deep", 0) end
  local length = rawlen(value)
  if rawequal(getmetatable(value), array) or length > 0 then
    out[#out + 1] = "["
    for i = 1, length do
      if i > 1 then out[#out + 1] = "," end
      write(value[i], out, depth + 1)
    end
    out[#out + 1] = "]"
    return
  end
  out[#out + 1] = "{"
  local first = true
  for key, member in pairs(value) do
    if type(key) ~= "string" then error("a key of a table is no text", 0) end
    if not first then out[#out + 1] = "," end
    first = false
    out[#out + 1] = quote(key)
    out[#out + 1] = ":"
    write(member, out, depth + 1)
  end
  out[#out + 1] = "}"
end

function write(value, out, depth)
  local kind = type(value)
  if kind == "nil" or rawequal(value, null) then out[#out + 1] = "null"
  elseif kind == "string" then out[#out + 1] = quote(value)
  elseif kind == "boolean" then out[#out + 1] = value and "true" or "false"
  elseif kind == "table" then write_table(value, out, depth)
  elseif kind ~= "number" then error("a " .. kind .. " cannot be JSON", 0)
  elseif math_type(value) == "integer" then out[#out + 1] = format("%d", value)
  elseif value ~= value or value == huge or value == -huge then error("JSON has no such number: " .. tostring(value), 0)
  else out[#out + 1] = format("%.17g", value) end
end

local function encode(value)
  local out = {}
  write(value, out, 0)
  return concat(out)
end

-- A reader of `text`; null is `none` there.
local function reader(text, none)
  local position = 1
  local read

  local function refuse(what) error("not JSON at byte " .. position .. ": " .. what, 0) end

  local function skip() position = find(text, "[^ \t\r\n]", position) or #text + 1 end

  local function escaped(at)
    local c = sub(text, at, at)
    if c ~= "u" then return ESCAPED[c] or refuse("unknown escape"), at + 1 end
    local code = find(text, "^%x%x%x%x", at + 1) and tonumber(sub(text, at + 1, at + 4), 16) or refuse("unknown escape")
    at = at + 5
    if code >= 0xD800 and code < 0xE000 then
      local low = find(text, "^\\u[dD][c-fC-F]%x%x", at) and tonumber(sub(text, at + 2, at + 5), 16)
      if code >= 0xDC00 or not low then refuse("half a surrogate pair") end
      code = 0x10000 + (code - 0xD800) * 0x400 + (low - 0xDC00)
      at = at + 6
    end
    return from_code(code), at
  end

  local function read_text()
    local out
    local start = position + 1
    local from = start
    while true do
      local stop = find(text, '["\\%c]', from) or refuse("a text has no end")
      local c = byte(text, stop)
      if c == 34 then
        position = stop + 1
        local piece = sub(text, start, stop - 1)
        if not out then return piece end
        out[#out + 1] = piece
        return concat(out)
      end
      if c == 127 then
        from = stop + 1
      else
        if c ~= 92 then refuse("a control character in a text") end
        out = out or {}
        out[#out + 1] = sub(text, start, stop - 1)
        out[#out + 1], start = escaped(stop + 1)
        from = start
      end
    end
  end

  local function read_members(closing, one)
    position = position + 1
    skip()
    if byte(text, position) == closing then
      position = position + 1
      return
    end
    while true do
      one()
      skip()
      local c = byte(text, position)
      if c ~= closing and c ~= 44 then refuse("a comma is missing") end
      position = position + 1
      if c == closing then return end
    end
  end

  local function read_object(depth)
    local result = {}
    read_members(125, function()
      skip()
      if byte(text, position) ~= 34 then refuse("a key is missing") end
      local key = read_text()
      skip()
      if byte(text, position) ~= 58 then refuse("a colon is missing") end
      position = position + 1
      result[key] = read(depth + 1)
    end)
    return result
  end

  local function read_array(depth)
    local result, length = setmetatable({}, array), 0
    read_members(93, function()
      length = length + 1
      result[length] = read(depth + 1)
    end)
    return result
  end

  local WORDS = {t = {"true", true}, f = {"false", false}, n = {"null", none}}

  function read(depth)
    if depth > MAX_DEPTH then refuse("nested more than 50 deep") end
    skip()
    local c = byte(text, position)
    if c == 34 then return read_text() end
    if c == 123 then return read_object(depth) end
    if c == 91 then return read_array(depth) end
    local first, last = find(text, "^-?%d+%.?%d*[eE]?[+-]?%d*", position)
    if first then
      local number = tonumber(sub(text, first, last)) or refuse("no number")
      position = last + 1
      return number
    end
    local word = WORDS[sub(text, position, position)] or refuse("a value is missing")
    if sub(text, position, position + #word[1] - 1) ~= word[1] then refuse("an unknown word") end
    position = position + #word[1]
    return word[2]
  end

  return function()
    local value = read(0)
    skip()
    if position <= #text then refuse("something follows") end
    return value
  end
end

local function decode(text, none)
  if type(text) ~= "string" then error("json.decode takes a text", 0) end
  return reader(text, none)()
end

return {
  null = null,
  encode = encode,
  decode = function(text) return decode(text, null) end,
}, decode
