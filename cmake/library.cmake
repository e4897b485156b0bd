# libsealwright: the public C interface (include/sealwright/), everything else hidden.
if(EXISTS ${CMAKE_SOURCE_DIR}/include/sealwright/sealwright.h)
    add_library(sealwright_shared SHARED src/cli/library.c src/cli/library_checkpoint.c src/cli/library_data.c
        src/cli/library_load.c)
    set_target_properties(sealwright_shared PROPERTIES
        OUTPUT_NAME sealwright VERSION ${PROJECT_VERSION} SOVERSION 0)
    target_link_libraries(sealwright_shared PRIVATE sw_rooms)
    # Only what the header marks SEALWRIGHT_API leaves the library; the rooms' symbols stay inside.
    target_link_options(sealwright_shared PRIVATE -Wl,--exclude-libs,ALL)
    install(TARGETS sealwright_shared LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
    install(FILES include/sealwright/sealwright.h
        DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/sealwright)
    # Written at installation, since `cmake --install --prefix` may name another place, and straight to
    # it, since two installations may run at once.
    install(CODE "
        set(PROJECT_VERSION ${PROJECT_VERSION})
        set(CMAKE_INSTALL_INCLUDEDIR ${CMAKE_INSTALL_INCLUDEDIR})
        set(CMAKE_INSTALL_LIBDIR ${CMAKE_INSTALL_LIBDIR})
        set(written \"\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_LIBDIR}/pkgconfig/sealwright.pc\")
        configure_file(${CMAKE_SOURCE_DIR}/cmake/sealwright.pc.in \"\$ENV{DESTDIR}\${written}\" @ONLY)
        list(APPEND CMAKE_INSTALL_MANIFEST_FILES \"\${written}\")")
endif()
install(TARGETS sealwright RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
