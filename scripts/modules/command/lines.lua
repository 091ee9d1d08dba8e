-- Module command.lines: the lines of a file, read in large blocks. Those of standard input are read as they come.

local BLOCK = 64 * 1024

---@param file file*
---@return fun(): string? next_line
return function(file)
  if file == io.stdin then
    return function() return file:read() end
  end
  local block, at = "", 1
  return function()
    while true do
      local stop = block:find("\n", at, true)
      if stop then
        local line = block:sub(at, stop - 1)
        at = stop + 1
        return line
      end
      local more = file:read(BLOCK)
      if more then
        block, at = block:sub(at) .. more, 1
      elseif at > #block then
        return nil
      else
        local line = block:sub(at)
        at = #block + 1
        return line
      end
    end
  end
end
