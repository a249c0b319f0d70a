add_library(bank_warnings INTERFACE)
target_compile_options(bank_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wnon-virtual-dtor -Werror)

# bank_room(FOLDER [AND FOLDERS…] USES targets…): the library bank_FOLDER from all sources of one
# folder (main.cpp apart), and of its sub-folders named. Includes are written from the root, so a
# layer is visible in every line.
function(bank_room folder)
  cmake_parse_arguments(ROOM "" "" "AND;USES" ${ARGN})
  string(REGEX REPLACE "[/-]" "_" target "bank_${folder}")
  set(patterns ${PROJECT_SOURCE_DIR}/${folder}/*.cpp)
  foreach(part ${ROOM_AND})
    list(APPEND patterns ${PROJECT_SOURCE_DIR}/${folder}/${part}/*.cpp)
  endforeach()
  file(GLOB sources CONFIGURE_DEPENDS ${patterns})
  list(FILTER sources EXCLUDE REGEX "/main\\.cpp$")
  if(sources)
    add_library(${target} STATIC ${sources})
    target_include_directories(${target} PUBLIC ${PROJECT_SOURCE_DIR})
    target_link_libraries(${target} PUBLIC ${ROOM_USES} Threads::Threads PRIVATE bank_warnings)
  else()
    add_library(${target} INTERFACE)
    target_include_directories(${target} INTERFACE ${PROJECT_SOURCE_DIR})
    target_link_libraries(${target} INTERFACE ${ROOM_USES} Threads::Threads)
  endif()
endfunction()

# bank_embed(FOLDER FILE): `#include "FOLDER/FILE.inc"` is a raw string literal with the text of
# FOLDER/FILE. Changing the file configures anew.
function(bank_embed folder file)
  set(source ${PROJECT_SOURCE_DIR}/${folder}/${file})
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${source})
  file(READ ${source} text)
  file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/embedded/${folder}/${file}.inc
    CONTENT "R\"embedded(@text@)embedded\"" @ONLY)
  target_include_directories(bank_${folder} PRIVATE ${PROJECT_BINARY_DIR}/embedded)
  target_compile_options(bank_${folder} PRIVATE -Wno-overlength-strings)  # clang's at 64 KiB
endfunction()

# bank_test(FOLDER [UNOPTIMIZED] USES targets…): one Catch2 program from tests/FOLDER/*.cpp.
# UNOPTIMIZED halves the building of tests whose own work is small (JSON and assertions under
# sanitizers); what they test is built as its preset says.
function(bank_test folder)
  cmake_parse_arguments(TEST "UNOPTIMIZED" "" "USES;ENVIRONMENT" ${ARGN})
  string(REGEX REPLACE "[/-]" "_" target "test_${folder}")
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${folder}/*.cpp)
  if(NOT sources)
    return()
  endif()
  add_executable(${target} ${sources})
  target_link_libraries(${target} PRIVATE ${TEST_USES} bank_warnings Catch2::Catch2WithMain)
  if(TEST_UNOPTIMIZED)
    target_compile_options(${target} PRIVATE -O0)
  endif()
  target_compile_definitions(${target} PRIVATE
    MODEMBANK_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  add_test(NAME ${folder} COMMAND ${target})
  set_tests_properties(${folder} PROPERTIES TIMEOUT 600)
endfunction()

# bank_record_exchanges(TEST): what TEST asks over HTTP, and is answered, is held against
# web/openapi.json by the test "openapi".
function(bank_record_exchanges test)
  set(record ${PROJECT_BINARY_DIR}/exchanges/${test}.jsonl)
  set_tests_properties(${test} PROPERTIES FIXTURES_SETUP exchanges
    ENVIRONMENT MODEMBANK_EXCHANGES=${record})
  set_property(GLOBAL APPEND PROPERTY bank_exchanges ${record})
endfunction()
