-- Proposes the people of a CSV as contacts. Who is known, by e-mail or else by name, stays as they are, but for what is
-- empty if that is wanted.
local rows = require("rows")

local NAMES = {
  name = "name", ["full name"] = "name", person = "name",
  email = "email", ["e-mail"] = "email", mail = "email", ["e-mail address"] = "email", ["email address"] = "email",
  phone = "phone", telephone = "phone", mobile = "phone", ["phone number"] = "phone",
  department = "department", team = "department",
}
local DEPARTMENTS = {
  cast = "Cast", stage = "Stage management", lighting = "Lighting", sound = "Sound", wardrobe = "Wardrobe",
}
local COLUMNS = {"name", "email", "phone", "department"}
-- One proposal holds 5,000 changes, and a person is up to six.
local MOST = 800

local text = args.file or args.lines
if not text or rows.trimmed(text) == "" then error("Choose a CSV file, or paste its lines.", 0) end
local people = rows.read(text, NAMES)
if not people then error("The first row has to name the columns: name, email, phone, department.", 0) end

local by_email, by_name = {}, {}
local function remember(person)
  if person.email then by_email[rows.folded(person.email)] = person end
  if person.name then by_name[rows.folded(person.name)] = person end
end
for _, each in ipairs(rows.all("contacts")) do remember(each) end

-- Somebody of the same name with another e-mail is somebody else.
local function known(person)
  local same = person.email and by_email[rows.folded(person.email)]
  if same then return same end
  local namesake = person.name and by_name[rows.folded(person.name)]
  if namesake and not (namesake.email and person.email) then return namesake end
  return nil
end

local function complete(there, person)
  local filled = false
  for _, column in ipairs(COLUMNS) do
    if person[column] and not there[column] then
      core.set_field(there.id, "contacts." .. column, person[column])
      there[column], filled = person[column], true
    end
  end
  return filled
end

local count = {new = 0, completed = 0, known = 0, skipped = 0}
for number, row in ipairs(people) do
  local person = {}
  for _, column in ipairs(COLUMNS) do person[column] = row[column] end
  if person.department then
    person.department = rows.option(DEPARTMENTS, row.department)
    if not person.department then
      log.warn("Row " .. row.number .. ": there is no department " .. row.department .. "; this value is not imported")
    end
  end
  if count.new + count.completed >= MOST then
    log.warn("Rows from " .. row.number .. " on are left for another run, after this proposal.")
    break
  end
  local there = known(person)
  if not person.name and not there then
    count.skipped = count.skipped + 1
    log.warn("Row " .. row.number .. ": left out, it has no name")
  elseif not there then
    person.id = core.create_entity("contacts", person)
    remember(person)
    count.new = count.new + 1
  elseif args.complete and complete(there, person) then
    count.completed = count.completed + 1
  else
    count.known = count.known + 1
  end
  core.progress(number, #people, person.name)
end
print(count.new .. " new, " .. count.completed .. " completed, " .. count.known .. " known, " .. count.skipped .. " left out")
