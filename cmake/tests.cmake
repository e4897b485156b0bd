# test/unit/ROOM/test_X.c    one cmocka program each
# test/cmd/X.sh              end to end: runs the binary, prints TAP
# test/interop/X.sh          foreign clients, TAP
# test/interop/X.c           a program that they need: build/PRESET/interop-X
# test/fuzz/fuzz_X.c         replayed here over its corpus; fuzzed with the `fuzz` preset
if(NOT BUILD_TESTING)
    return()
endif()
pkg_check_modules(CMOCKA REQUIRED IMPORTED_TARGET cmocka)
find_program(BASH bash REQUIRED)
set(SW_CORPORA ${CMAKE_SOURCE_DIR}/../shared/corpora CACHE PATH "Outside test material; tests skip without it")
set(SW_TEST_ENV
    "SW_BIN=$<TARGET_FILE:sealwright>" "SW_SOURCE=${CMAKE_SOURCE_DIR}"
    "SW_BUILD=${CMAKE_BINARY_DIR}" "SW_CORPORA=${SW_CORPORA}" "SW_SANITIZED=$<BOOL:${SW_SANITIZE}>"
    "ASAN_OPTIONS=detect_leaks=1:abort_on_error=0:allocator_may_return_null=1" "UBSAN_OPTIONS=print_stacktrace=1")

# Several hundred programs are linked here; lld takes a quarter of the time that ld does.
find_program(LLD ld.lld)
function(sw_link_fast target)
    if(LLD)
        target_link_options(${target} PRIVATE -fuse-ld=lld)
    endif()
endfunction()

# The longest begin first, so that none of them is left alone at the end.
set(SLOW_TESTS interop-bom cmd-data_resume cmd-data_verify cmd-checkpoint cmd-data_declared cmd-third_party_gate
    cmd-card cmd-discover_registered cmd-data_ingest cmd-scan_containers interop-go_log interop-scan_documents
    interop-exchange_schemas unit-data-records_parts unit-data-rows unit-evidence-crash unit-evidence-kill
    unit-evidence-verify unit-data-proof unit-claim-key)
function(sw_longest_first name)
    if(name IN_LIST SLOW_TESTS)
        set_tests_properties(${name} PROPERTIES COST 100)
    endif()
endfunction()

file(GLOB UNIT_TESTS CONFIGURE_DEPENDS test/unit/*/test_*.c)
foreach(source ${UNIT_TESTS})
    get_filename_component(name ${source} NAME_WE)
    get_filename_component(room ${source} DIRECTORY)
    get_filename_component(room ${room} NAME)
    string(REGEX REPLACE "^test_" "" short ${name})
    set(target unit-${room}-${short})
    add_executable(${target} ${source})
    target_include_directories(${target} PRIVATE ${CMAKE_SOURCE_DIR}/test)
    target_compile_definitions(${target} PRIVATE SW_CORPORA="${SW_CORPORA}")
    target_link_libraries(${target} PRIVATE sw_rooms PkgConfig::CMOCKA)
    sw_link_fast(${target})
    add_test(NAME ${target} COMMAND ${target})
    set_tests_properties(${target} PROPERTIES
        ENVIRONMENT "${SW_TEST_ENV}" TIMEOUT 300 SKIP_RETURN_CODE 77)
    sw_longest_first(${target})
endforeach()

file(GLOB INTEROP_PROGRAMS CONFIGURE_DEPENDS test/interop/*.c)
foreach(source ${INTEROP_PROGRAMS})
    get_filename_component(name ${source} NAME_WE)
    add_executable(interop-${name} ${source})
    target_link_libraries(interop-${name} PRIVATE sw_rooms)
    sw_link_fast(interop-${name})
endforeach()

file(GLOB SHELL_TESTS CONFIGURE_DEPENDS test/cmd/*.sh test/interop/*.sh)
list(FILTER SHELL_TESTS EXCLUDE REGEX "/lib\\.sh$")
foreach(source ${SHELL_TESTS})
    get_filename_component(name ${source} NAME_WE)
    get_filename_component(kind ${source} DIRECTORY)
    get_filename_component(kind ${kind} NAME)
    add_test(NAME ${kind}-${name} COMMAND ${BASH} ${source})
    set_tests_properties(${kind}-${name} PROPERTIES
        ENVIRONMENT "${SW_TEST_ENV}" TIMEOUT 600 SKIP_RETURN_CODE 77)
    sw_longest_first(${kind}-${name})
endforeach()

file(GLOB FUZZ_TARGETS CONFIGURE_DEPENDS test/fuzz/fuzz_*.c)
if(SW_SANITIZE OR NOT FUZZ_TARGETS)
    return() # with sanitizers scripts/fuzz replays every corpus
endif()
add_library(replay OBJECT test/fuzz/replay.c)
foreach(source ${FUZZ_TARGETS})
    get_filename_component(name ${source} NAME_WE)
    string(REGEX REPLACE "^fuzz_" "" short ${name})
    add_executable(replay-${short} ${source} $<TARGET_OBJECTS:replay>)
    target_link_libraries(replay-${short} PRIVATE sw_rooms)
    sw_link_fast(replay-${short})
    if(short STREQUAL "json_differential")
        pkg_check_modules(JANSSON REQUIRED IMPORTED_TARGET jansson)
        target_link_libraries(replay-${short} PRIVATE PkgConfig::JANSSON)
    endif()
    add_test(NAME replay-${short}
        COMMAND replay-${short} ${CMAKE_SOURCE_DIR}/test/fuzz/corpus/${short})
    set_tests_properties(replay-${short} PROPERTIES ENVIRONMENT "${SW_TEST_ENV}" TIMEOUT 120)
endforeach()
