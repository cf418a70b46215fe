-- Rows of CSV as tables by column, and the records of a table. Names of columns are compared in small letters.
local rows = {}

function rows.trimmed(text)
  local inner = tostring(text or ""):match("^%s*(.-)%s*$")
  return inner
end

-- How a text is compared with another one: in small letters, each space one.
function rows.folded(text)
  local folded = rows.trimmed(text):lower():gsub("%s+", " ")
  return folded
end

-- The separator that the first line has most of.
local function separator_of(text)
  local first = text:gsub("^\239\187\191", ""):match("[^\r\n]*")
  local best, most = ",", 0
  for _, each in ipairs({",", ";", "\t"}) do
    local _, count = first:gsub("%" .. each, "")
    if count > most then best, most = each, count end
  end
  return best
end

-- The rows below the first one, which names the columns. `names` maps what a heading may say to a column.
-- Answers nil where no heading is known. Each row knows its `number`.
function rows.read(text, names)
  local listed = csv.decode(text, {separator = separator_of(text)})
  local columns, known = {}, false
  for place, heading in ipairs(listed[1] or {}) do
    columns[place] = names[rows.folded(heading)]
    known = known or columns[place] ~= nil
  end
  if not known then return nil end
  for place, heading in ipairs(listed[1]) do
    if not columns[place] and rows.trimmed(heading) ~= "" then
      log.warn("The column " .. rows.trimmed(heading) .. " is not imported: no column here has this name.")
    end
  end
  local found = {}
  for number = 2, #listed do
    local row = {number = number}
    for place, column in pairs(columns) do
      local value = rows.trimmed(listed[number][place])
      if value ~= "" then row[column] = value end
    end
    found[#found + 1] = row
  end
  return found
end

-- All records of a table.
function rows.all(table_name)
  local found, after = {}, nil
  repeat
    local page
    page, after = core.records(table_name, {after = after})
    for _, each in ipairs(page) do found[#found + 1] = each end
  until not after
  return found
end

-- The option that a cell names by its id or its title; nil where there is none.
function rows.option(options, value)
  for id, title in pairs(options) do
    if rows.folded(value) == rows.folded(id) or rows.folded(value) == rows.folded(title) then return id end
  end
  return nil
end

return rows
