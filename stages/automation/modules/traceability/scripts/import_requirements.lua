-- Proposes requirements of a CSV, of lines, or of a file of the project: new ones, and what has changed. A requirement
-- is known by its key, and without one by its statement. Nothing is removed.
local rows = require("rows")

local NAMES = {
  key = "key", id = "key", number = "key", ["requirement id"] = "key",
  statement = "statement", requirement = "statement", text = "statement", description = "statement",
  priority = "priority", status = "status", source = "source", owner = "owner", rationale = "rationale",
}
local OPTIONS = {
  priority = {Must = "Must", Should = "Should", Could = "Could"},
  status = {Draft = "Draft", Accepted = "Accepted", Dropped = "Dropped"},
}
local COLUMNS = {"statement", "priority", "status", "source", "owner", "rationale"}
-- One proposal holds 5,000 changes, and a requirement is up to nine.
local MOST = 500

local function read_text()
  if args.file and args.file ~= "" then return args.file end
  if args.lines and args.lines ~= "" then return args.lines end
  if not args.path then error("Choose a CSV file, paste lines, or name a file of the project.", 0) end
  local text = core.await(core.read_file(args.path))
  return text or error("The project has no file " .. args.path, 0)
end

-- Lines without headings: a statement each, with its key before it or without.
local function read_lines(text)
  local found, number = {}, 0
  for line in (text .. "\n"):gmatch("(.-)\r?\n") do
    number = number + 1
    local plain = rows.trimmed(line):gsub("^[-*]%s+", "")
    local key, statement = plain:match("^(%u[%w]*%-%d+)[%s:.]+(.+)$")
    if plain ~= "" then found[#found + 1] = {number = number, key = key, statement = statement or plain} end
  end
  return found
end

local text = read_text()
local wanted = rows.read(text, NAMES) or read_lines(text)

local by_key, by_statement = {}, {}
local function remember(each)
  if each.key then by_key[rows.folded(each.key)] = each end
  if each.statement then by_statement[rows.folded(each.statement)] = each end
end
for _, each in ipairs(rows.all("requirements")) do remember(each) end

local count = {new = 0, changed = 0, unchanged = 0, skipped = 0}
local writes, seen = 0, {}

local function skip(row, why)
  count.skipped = count.skipped + 1
  log.warn("Row " .. row.number .. ": left out, " .. why)
end

local function values_of(row)
  local values = {}
  for _, column in ipairs(COLUMNS) do
    local value = row[column]
    if value and OPTIONS[column] then
      value = rows.option(OPTIONS[column], value)
      if not value then
        log.warn("Row " .. row.number .. ": there is no " .. column .. " " .. row[column] .. "; this value is not imported")
      end
    end
    values[column] = value
  end
  return values
end

local function change(there, values)
  local names = {}
  for _, column in ipairs(COLUMNS) do
    if values[column] and values[column] ~= there[column] then
      core.set_field(there.id, "requirements." .. column, values[column])
      names[#names + 1], writes = column, writes + 1
    end
  end
  if #names > 0 then log.info((there.key or there.statement or there.id) .. ": " .. table.concat(names, ", ")) end
  return #names > 0
end

for number, row in ipairs(wanted) do
  if writes >= MOST then
    log.warn("Rows from " .. row.number .. " on are left for another run, after this proposal.")
    break
  end
  local values = values_of(row)
  local there = row.key and by_key[rows.folded(row.key)]
  if not row.key and values.statement then
    there = by_statement[rows.folded(values.statement)]
    -- Known by what it says, in whatever letters.
    if there then values.statement = nil end
  end
  local name = rows.folded(row.key or row.statement or "")
  if name ~= "" and seen[name] then
    skip(row, "it is the same as row " .. seen[name])
  elseif there then
    local state = change(there, values) and "changed" or "unchanged"
    count[state] = count[state] + 1
  elseif not values.statement then
    skip(row, "it has no statement")
  else
    values.key = row.key
    core.create_entity("requirements", values)
    count.new, writes = count.new + 1, writes + 1
  end
  if name ~= "" and not seen[name] then seen[name] = row.number end
  core.progress(number, #wanted, row.key or row.statement)
end
print(count.new .. " new, " .. count.changed .. " changed, " .. count.unchanged .. " unchanged, " .. count.skipped .. " left out")
