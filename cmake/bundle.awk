# The modules of the console as one, so that a browser asks once: each becomes a function that
# gives what it exports. What is taken out of others must stand in one line:
#   import { a, b } from "./x.js";    import * as x from "./x.js";
# and what is given stands where it is made: export const, const { a, b }, function, async
# function, class.
# Libraries (in vendor/) put themselves into `this`, which a module has not.
# Files are given in an order in which each needs only those before it.
function module_of(line,  path) {
  match(line, /"\.\/[^"]+\.js"/)
  path = substr(line, RSTART + 3, RLENGTH - 7)
  gsub(/-/, "_", path)
  return "module_" path
}
function end_module() {
  if (is_library) print "}).call(self);"
  else if (name != "") print "return {" given "};\n})();"
}
FNR == 1 {
  end_module()
  is_library = FILENAME ~ /\/vendor\/[^\/]+$/
}
FNR == 1 && is_library { print "(function () {" }
FNR == 1 && !is_library {
  name = FILENAME
  sub(/.*\//, "", name)
  sub(/\.js$/, "", name)
  gsub(/-/, "_", name)
  given = ""
  print "const module_" name " = await (async () => {"
}
/^import \{/ {
  taken = $0
  sub(/^import /, "", taken)
  sub(/ from .*/, "", taken)
  gsub(/ as /, ": ", taken)
  print "const " taken " = " module_of($0) ";"
  next
}
/^import \* as / { print "const " $4 " = " module_of($0) ";"; next }
/^export const \{/ {
  words = $0
  sub(/^export const \{ */, "", words)
  sub(/ *\}.*/, "", words)
  given = given (given == "" ? "" : ", ") words
  print substr($0, 8)
  next
}
/^export / {
  line = substr($0, 8)
  match(line, /(const|let|class|function\*?|async function) +[A-Za-z_$][A-Za-z0-9_$]*/)
  words = substr(line, RSTART, RLENGTH)
  sub(/.* /, "", words)
  given = given (given == "" ? "" : ", ") words
  print line
  next
}
!is_library && /^(import|export)/ {
  print FILENAME ":" FNR ": write what is taken or given in one line, as above" > "/dev/stderr"
  is_bad = 1
}
{ print }
END {
  end_module()
  exit is_bad
}
