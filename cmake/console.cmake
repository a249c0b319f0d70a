# bank_console(TARGET): the files of web/console become part of TARGET, packed with gzip; its
# modules as one (cmake/bundle.awk), its style sheets too. `web/console/files.inc` lists them.
function(bank_console target)
  set(from ${PROJECT_SOURCE_DIR}/web/console)
  set(into ${PROJECT_BINARY_DIR}/embedded/web/console)
  # In an order in which each needs only those before it.
  set(modules preact-htm api text live parts signin today rack plot sims slot messages batches
    compose inbox suppressions webhooks keys account users settings audit app)
  list(TRANSFORM modules REPLACE "(.+)" "${from}/\\1.js")
  set(libraries preact preact-hooks htm)
  list(TRANSFORM libraries REPLACE "(.+)" "${from}/vendor/\\1.js")
  set(files app.js style.css)
  set(app.js_made awk -f ${PROJECT_SOURCE_DIR}/cmake/bundle.awk ${libraries} ${modules})
  set(app.js_of ${libraries} ${modules} ${PROJECT_SOURCE_DIR}/cmake/bundle.awk)
  set(sheets ${from}/vendor/pico.css ${from}/vendor/uplot.css ${from}/console.css)
  set(style.css_made cat ${sheets})
  set(style.css_of ${sheets})
  foreach(source index.html lang/en.json lang/fa.json lang/zh.json lang/vi.json
      vendor/uplot.js vendor/vazirmatn.woff2 vendor/LICENSES)
    get_filename_component(name ${source} NAME)
    list(APPEND files ${name})
    set(${name}_made cat ${from}/${source})
    set(${name}_of ${from}/${source})
  endforeach()
  set(table "")
  set(symbols "")
  set(packed "")
  set(number 0)
  foreach(name ${files})
    set(out ${into}/${name}.gz)
    list(JOIN ${name}_made "' '" command)
    add_custom_command(OUTPUT ${out} DEPENDS ${${name}_of} VERBATIM
      COMMAND sh -c "'${command}' > '${out}.plain' && gzip -9n < '${out}.plain' > '${out}'")
    list(APPEND packed ${out})
    string(APPEND symbols "__asm__(\".pushsection .rodata\\n\"\n"
      "        \".globl console_${number}\\nconsole_${number}: .incbin \\\"${out}\\\"\\n\"\n"
      "        \".globl console_${number}_end\\nconsole_${number}_end: .byte 0\\n.popsection\");\n"
      "extern \"C\" const char console_${number}[], console_${number}_end[];\n")
    string(APPEND table "    {\"${name}\", console_${number}, console_${number}_end},\n")
    math(EXPR number "${number} + 1")
  endforeach()
  file(CONFIGURE OUTPUT ${into}/files.inc CONTENT
"@symbols@
namespace {
struct Packed {
  const char* name;
  const char* begin;
  const char* end;
};
const Packed packed_files[] = {
@table@};
}  // namespace
" @ONLY)
  set_source_files_properties(${PROJECT_SOURCE_DIR}/web/console_files.cpp PROPERTIES
    OBJECT_DEPENDS "${packed}")
  target_include_directories(${target} PRIVATE ${PROJECT_BINARY_DIR}/embedded)
endfunction()
