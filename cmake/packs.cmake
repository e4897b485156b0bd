# Packs are data: each file of packs/scan becomes one array of bytes, which the scanner reads as
# strictly as one that a user loads (src/scan/pack.c). Made when the build is configured, so that
# what reads the list of sources without building finds it.
file(GLOB SCAN_PACKS CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/packs/scan/*.yaml)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${SCAN_PACKS})
set(SCAN_PACKS_C)
if(SCAN_PACKS)
    set(SCAN_PACKS_C ${CMAKE_BINARY_DIR}/generated/packs.c)
    set(arrays "")
    set(rows "")
    foreach(path IN LISTS SCAN_PACKS)
        get_filename_component(name ${path} NAME_WE)
        file(READ ${path} hex HEX)
        string(REGEX REPLACE "(..)" "0x\\1," bytes "${hex}")
        string(REGEX REPLACE "((0x..,)(0x..,)(0x..,)(0x..,)(0x..,)(0x..,)(0x..,)(0x..,))" "\\1\n"
            bytes "${bytes}")
        string(APPEND arrays "static const uint8_t ${name}_data[] = {\n${bytes}};\n")
        string(APPEND rows "    {\"${name}\", ${name}_data, sizeof(${name}_data)},\n")
    endforeach()
    file(CONFIGURE OUTPUT ${SCAN_PACKS_C} @ONLY CONTENT "#include \"scan/pack.h\"

@arrays@
const struct sw_pack_file sw_pack_files[] = {
@rows@};
const size_t sw_pack_file_count = sizeof(sw_pack_files) / sizeof(sw_pack_files[0]);
")
endif()
