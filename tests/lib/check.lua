-- The former name of module test.
return require "test"
