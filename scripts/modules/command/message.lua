--- The words of an error in one line, without the line of the script.
---@return string text
---@return integer status of the process
return function(e)
  if type(e) == "table" and e.status then return e.text, e.status end
  local text = tostring(e)
  if type(e) == "userdata" and e.line then
    text = text:sub(#e.line + 3) -- behind "line: "
  end
  if type(e) == "userdata" and e.op == "argument" then
    text = text:gsub("^bad argument #%d+ %b() to [%w_.:]+: ", "")
  end
  return (text:match "^[^\n]*"), 1
end
