-- Module dpctl.errno: the words that ovs-dpctl has for the kernel's errors. They are those of the C library.
local M = {}

--- The words by the error's name.
---@type table<string, string>
M.words = {
  E2BIG = "Argument list too long",
  EACCES = "Permission denied",
  EADDRINUSE = "Address already in use",
  EADDRNOTAVAIL = "Cannot assign requested address",
  EAFNOSUPPORT = "Address family not supported by protocol",
  EAGAIN = "Resource temporarily unavailable",
  EBUSY = "Device or resource busy",
  EEXIST = "File exists",
  EFBIG = "File too large",
  EINVAL = "Invalid argument",
  EIO = "Input/output error",
  EISDIR = "Is a directory",
  EMSGSIZE = "Message too long",
  ENAMETOOLONG = "File name too long",
  ENFILE = "Too many open files in system",
  ENETDOWN = "Network is down",
  ENOBUFS = "No buffer space available",
  ENODEV = "No such device",
  ENOENT = "No such file or directory",
  ENOMEM = "Cannot allocate memory",
  ENOSPC = "No space left on device",
  ENOTDIR = "Not a directory",
  ENXIO = "No such device or address",
  EOPNOTSUPP = "Operation not supported",
  EOVERFLOW = "Value too large for defined data type",
  EPERM = "Operation not permitted",
  EPROTO = "Protocol error",
  EPROTONOSUPPORT = "Protocol not supported",
  ERANGE = "Numerical result out of range",
  ETIMEDOUT = "Connection timed out",
}

--- The kernel's error in what a function raised. A wrong argument is EINVAL. What is no error object is a mistake
--- in the program, and raised again.
---@param e any
---@return string errno
function M.of(e)
  if type(e) ~= "userdata" then error(e, 0) end
  return e.errno or "EINVAL"
end

--- The words for an error by its name.
---@param errno string
---@return string
function M.text(errno) return M.words[errno] or errno end

return M
