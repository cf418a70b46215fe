-- Proposes, for the inventory, the models that the project's configuration and files name and that nobody registered.
local configured = core.get_text("model_configuration")

-- What names a model in a configuration: `model`, `judge_model`, `models`, `deployment`.
local function is_naming(key)
  local name = tostring(key):lower()
  return name == "model" or name == "models" or name == "model_name" or name == "model_id" or name == "deployment"
    or name:match("[_-]models?$") ~= nil
end

-- A name is one word without spaces, and no address, path or number.
local function is_name(value)
  return type(value) == "string" and #value >= 2 and #value <= 200 and not value:find("[%s{}<>$%[%],\"]")
    and not value:find("://", 1, true) and value:find("%a") ~= nil
end

local found, order = {}, {}
local function take(name, place, provider)
  local known = found[name:lower()]
  if not known then
    known = {name = name, places = {}, provider = provider}
    found[name:lower()] = known
    order[#order + 1] = known
  end
  known.provider = known.provider or provider
  known.places[#known.places + 1] = place
end

-- `path` is where a value is, such as graders[2].model.
local function look(value, path, field)
  if type(value) ~= "table" then return end
  local provider = type(value.provider) == "string" and value.provider
    or type(value.vendor) == "string" and value.vendor or nil
  local keys = {}
  for key in pairs(value) do keys[#keys + 1] = key end
  table.sort(keys, function(a, b) return tostring(a) < tostring(b) end)
  for _, key in ipairs(keys) do
    local each = value[key]
    local here = type(key) == "number" and path .. "[" .. key .. "]" or (path == "" and "" or path .. ".") .. key
    if type(key) == "string" and is_naming(key) then
      if is_name(each) then take(each, field .. ", " .. here, provider) end
      if type(each) == "table" then
        for place, name in ipairs(each) do
          if is_name(name) then take(name, field .. ", " .. here .. "[" .. place .. "]", provider) end
        end
      end
    end
    look(each, here, field)
  end
end

local function unquoted(text)
  local inner = text:match("^%s*(.-)%s*$")
  return inner:match('^"(.*)"$') or inner:match("^'(.*)'$") or inner
end

-- YAML, TOML and the like: a line with a name, a colon or an equals sign, and a value, a list in brackets, or a list in
-- the lines below.
local function look_at_lines(text, field)
  local number, is_list = 0, false
  local function take_if_name(value)
    local name = unquoted(value)
    if is_name(name) then take(name, field .. ", line " .. number, nil) end
  end
  for line in (text .. "\n"):gmatch("(.-)\r?\n") do
    number = number + 1
    local plain = line:gsub("%s#.*$", ""):gsub("^#.*$", "")
    local item = plain:match("^%s*-%s+([^:=]+)$")
    local key, value = plain:match("^[%s-]*[\"']?([%w_-]+)[\"']?%s*[:=]%s*(.*)$")
    if is_list and item then
      take_if_name(item)
    elseif key and is_naming(key) then
      local list = value:match("^%[(.*)%]%s*$")
      is_list = value == ""
      if list then
        for each in list:gmatch("[^,]+") do take_if_name(each) end
      else
        take_if_name(value)
      end
    elseif plain:find("%S") then
      is_list = false
    end
  end
end

local function look_into(text, field)
  local fine, value = pcall(json.decode, text)
  if fine and type(value) == "table" then look(value, "", field) else look_at_lines(text, field) end
end

if configured then look_into(configured, "model_configuration") end
local READ = {json = true, yaml = true, yml = true, toml = true, ini = true, cfg = true, conf = true, env = true}
local read = {}
for _, field in ipairs(core.fields()) do
  local path = field:match("^files/(.+)$")
  if path and READ[(path:match("%.(%w+)$") or ""):lower()] then read[#read + 1] = field end
end
for number, field in ipairs(read) do
  look_into(core.get_text(field) or "", field)
  core.progress(number, #read, field)
end

local registered, after = {}, nil
repeat
  local page
  page, after = core.records("models", {after = after})
  for _, each in ipairs(page) do
    if each.name then registered[each.name:lower()] = true end
  end
until not after

local count = 0
for _, each in ipairs(order) do
  if registered[each.name:lower()] then
    log.info(each.name .. ": registered")
  else
    local places = table.concat(each.places, "; ")
    core.create_entity("models", {name = each.name, provider = each.provider, status = "found", found_in = places:sub(1, 2000)})
    log.warn(each.name .. ": not registered; " .. places)
    count = count + 1
  end
end
if #order == 0 then print("Neither the configuration nor a file names a model.")
else print(#order .. " named, " .. count .. " of them not registered.") end
