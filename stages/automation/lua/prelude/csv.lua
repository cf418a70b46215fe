-- csv.decode and csv.encode: RFC 4180. Called with the host's own functions, before a script can change any.
local string, table = string, table
local error, type, tostring, ipairs = error, type, tostring, ipairs
local sub, byte, find, gsub, concat = string.sub, string.byte, string.find, string.gsub, table.concat

local function separator_of(options)
  local separator = options and options.separator or ","
  if type(separator) ~= "string" or #separator ~= 1 or find(separator, '["\r\n]') then
    error("the separator of CSV is one character", 0)
  end
  return separator
end

-- The cell from `position` on, and where what follows it begins: at a separator, a line's end or the end.
local function read_cell(text, position, stops)
  if byte(text, position) ~= 34 then
    local stop = find(text, stops, position) or #text + 1
    return sub(text, position, stop - 1), stop
  end
  local from = position + 1
  while true do
    local quote = find(text, '"', from, true)
    if not quote then error("a quoted cell of CSV has no end", 0) end
    if byte(text, quote + 1) ~= 34 then return (gsub(sub(text, position + 1, quote - 1), '""', '"')), quote + 1 end
    from = quote + 2
  end
end

local function read_rows(text, separator)
  local rows, row = {}, {}
  local position = sub(text, 1, 3) == "\239\187\191" and 4 or 1
  local stops = "[%" .. separator .. "\r\n]"
  if not find(separator, "%p") then stops = "[" .. separator .. "\r\n]" end
  while position <= #text do
    local cell
    cell, position = read_cell(text, position, stops)
    row[#row + 1] = cell
    local after = sub(text, position, position)
    if after == separator then
      position = position + 1
      if position > #text then row[#row + 1] = "" end
    elseif after == "" or after == "\n" or after == "\r" then
      position = position + (sub(text, position, position + 1) == "\r\n" and 2 or 1)
      if #row > 1 or row[1] ~= "" then rows[#rows + 1] = row end
      row = {}
    else
      error("something follows a quoted cell of CSV", 0)
    end
  end
  if #row > 0 then rows[#rows + 1] = row end
  return rows
end

-- Rows as arrays; with `header`, as tables by the names in the first row.
local function decode(text, options)
  if type(text) ~= "string" then error("csv.decode takes a text", 0) end
  local rows = read_rows(text, separator_of(options))
  if not (options and options.header) then return rows end
  local named = {}
  for number, row in ipairs(rows) do
    if number > 1 then
      local record = {}
      for place, name in ipairs(rows[1]) do record[name] = row[place] or "" end
      named[#named + 1] = record
    end
  end
  return named
end

local function encode(rows, options)
  if type(rows) ~= "table" then error("csv.encode takes a table of rows", 0) end
  local separator, columns = separator_of(options), options and options.columns
  local special = '[%c"' .. (find(separator, "%p") and "%" or "") .. separator .. "]"
  local lines = {}
  local function add(cells, count)
    local out = {}
    for place = 1, count do
      local cell = cells[place]
      local text = cell == nil and "" or tostring(cell)
      if find(text, special) then text = '"' .. gsub(text, '"', '""') .. '"' end
      out[place] = text
    end
    lines[#lines + 1] = concat(out, separator)
  end
  if columns then add(columns, #columns) end
  for _, row in ipairs(rows) do
    if columns then
      local cells = {}
      for place, name in ipairs(columns) do cells[place] = row[name] end
      add(cells, #columns)
    else
      add(row, #row)
    end
  end
  lines[#lines + 1] = ""
  return concat(lines, "\r\n")
end

return {decode = decode, encode = encode}
