-- Reports, in its log, the requirements that no test case verifies. It proposes nothing.
local rows = require("rows")

local requirements, missing = rows.all("requirements"), {}
local wanted = 0
for number, each in ipairs(requirements) do
  if each.status ~= "Dropped" and (args.priority == nil or each.priority == args.priority) then
    wanted = wanted + 1
    if #core.edges("verifies", {to = each.id}) == 0 then missing[#missing + 1] = each end
  end
  core.progress(number, #requirements, each.key)
end

for _, each in ipairs(missing) do
  log.warn((each.key or each.id) .. "  " .. (each.priority or "no priority") .. "  " .. (each.statement or ""))
end
if #missing == 0 then
  print("Each of " .. wanted .. " requirements has a test case.")
else
  print(#missing .. " of " .. wanted .. " requirements have no test case.")
end
