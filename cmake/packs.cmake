# Packs are data: each file of packs/ROOM becomes one array of bytes, which the room reads as strictly
# as one that a user loads. Made when the build is configured, so that what reads the list of sources
# without building finds it.

# The arrays of packs/ROOM/*.yaml and one row for each, in `arrays` and `rows`; the files in `paths`.
macro(read_packs room)
    file(GLOB paths CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/packs/${room}/*.yaml)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${paths})
    set(arrays "")
    set(rows "")
    foreach(path IN LISTS paths)
        get_filename_component(name ${path} NAME_WE)
        string(MAKE_C_IDENTIFIER ${name} array)
        file(READ ${path} hex HEX)
        string(REGEX REPLACE "(..)" "0x\\1," bytes "${hex}")
        string(REGEX REPLACE "((0x..,)(0x..,)(0x..,)(0x..,)(0x..,)(0x..,)(0x..,)(0x..,))" "\\1\n"
            bytes "${bytes}")
        string(APPEND arrays "static const uint8_t ${array}_data[] = {\n${bytes}};\n")
        string(APPEND rows "    {\"${name}\", ${array}_data, sizeof(${array}_data)},\n")
    endforeach()
endmacro()

set(PACKS_C)
read_packs(scan) # src/scan/pack.c
if(paths)
    list(APPEND PACKS_C ${CMAKE_BINARY_DIR}/generated/packs.c)
    file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/generated/packs.c @ONLY CONTENT "#include \"scan/pack.h\"

@arrays@
const struct sw_pack_file sw_pack_files[] = {
@rows@};
const size_t sw_pack_file_count = sizeof(sw_pack_files) / sizeof(sw_pack_files[0]);
")
endif()
read_packs(supply) # src/supply/pack_file.h
if(paths)
    list(APPEND PACKS_C ${CMAKE_BINARY_DIR}/generated/supply_packs.c)
    file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/generated/supply_packs.c @ONLY CONTENT "#include \"supply/pack_file.h\"

@arrays@
const struct sw_supply_pack_file sw_supply_pack_files[] = {
@rows@};
const size_t sw_supply_pack_file_count = sizeof(sw_supply_pack_files) / sizeof(sw_supply_pack_files[0]);
")
endif()
