# Packs are data: each file of packs/scan becomes one array of bytes, which the scanner reads as
# strictly as one that a user loads (src/scan/pack.c).
file(GLOB SCAN_PACKS CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/packs/scan/*.yaml)
set(SCAN_PACKS_C ${CMAKE_BINARY_DIR}/generated/packs.c)
add_custom_command(OUTPUT ${SCAN_PACKS_C}
    COMMAND ${CMAKE_COMMAND} "-DPACKS=${SCAN_PACKS}" -DOUT=${SCAN_PACKS_C}
        -P ${CMAKE_SOURCE_DIR}/cmake/embed.cmake
    DEPENDS ${SCAN_PACKS} ${CMAKE_SOURCE_DIR}/cmake/embed.cmake VERBATIM)
