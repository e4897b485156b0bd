# Man pages come from the option tables: the binary prints scdoc, scdoc makes roff.
find_program(SCDOC scdoc)
if(SCDOC)
    add_custom_target(man
        COMMAND ${CMAKE_SOURCE_DIR}/scripts/man $<TARGET_FILE:sealwright> ${CMAKE_BINARY_DIR}/man
        DEPENDS sealwright VERBATIM)
endif()
install(DIRECTORY ${CMAKE_BINARY_DIR}/man/ DESTINATION ${CMAKE_INSTALL_MANDIR}/man1
    OPTIONAL FILES_MATCHING PATTERN "*.1")
