# hb_module(core DEPS fhir PUBLIC lib... PRIVATE lib...): one folder of src/ is one library hb_<name>.
function(hb_module name)
  cmake_parse_arguments(ARG "" "" "DEPS;PUBLIC;PRIVATE" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/src/${name}/*.cpp")
  if(sources)
    add_library(hb_${name} STATIC ${sources})
    set(scope PUBLIC)
    target_link_libraries(hb_${name} PRIVATE ${ARG_PRIVATE})
  else()
    add_library(hb_${name} INTERFACE)
    set(scope INTERFACE)
    target_link_libraries(hb_${name} INTERFACE ${ARG_PRIVATE})
  endif()
  target_include_directories(hb_${name} ${scope} "${CMAKE_SOURCE_DIR}/src" "${CMAKE_SOURCE_DIR}/build/generated")
  list(TRANSFORM ARG_DEPS PREPEND hb_)
  target_link_libraries(hb_${name} ${scope} tl::expected ${ARG_DEPS} ${ARG_PUBLIC})
endfunction()

# hb_test(views DEPS views ingest): tests/<name>/*_test.cpp become one doctest program test_<name>,
# one CTest per program. Labels let ./test.sh choose.
# Two tests run at a time. ALONE "case*": cases that measure time become an entry <name>-alone, beside which nothing
# runs; ALONE "*": the whole program.
function(hb_test name)
  cmake_parse_arguments(ARG "" "ALONE" "DEPS;PRIVATE" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/tests/${name}/*.cpp")
  if(NOT sources)
    return()
  endif()
  add_executable(test_${name} ${sources} "${CMAKE_SOURCE_DIR}/tests/support/main.cpp")
  list(TRANSFORM ARG_DEPS PREPEND hb_)
  target_link_libraries(test_${name} PRIVATE doctest::doctest ${ARG_DEPS} ${ARG_PRIVATE})
  target_include_directories(test_${name} PRIVATE "${CMAKE_SOURCE_DIR}/tests")
  target_compile_definitions(test_${name} PRIVATE
    HB_SOURCE_DIR="${CMAKE_SOURCE_DIR}"
    HB_SHARED_DIR="${CMAKE_SOURCE_DIR}/../shared"
    HB_PROGRAM="${CMAKE_BINARY_DIR}/healthbrain"
    HB_CONFORMANCE_DIR="${CMAKE_BINARY_DIR}/conformance")
  if(NOT ARG_ALONE OR ARG_ALONE STREQUAL "*")
    add_test(NAME ${name} COMMAND test_${name})
    set_tests_properties(${name} PROPERTIES LABELS cpp)
    if(ARG_ALONE)
      set_tests_properties(${name} PROPERTIES RUN_SERIAL ON)
    endif()
  else()
    add_test(NAME ${name} COMMAND test_${name} "-tce=${ARG_ALONE}")
    add_test(NAME ${name}-alone COMMAND test_${name} "-tc=${ARG_ALONE}")
    set_tests_properties(${name} ${name}-alone PROPERTIES LABELS cpp)
    set_tests_properties(${name}-alone PROPERTIES RUN_SERIAL ON)
  endif()
endfunction()
