# Completion scripts come from the option tables: the binary prints them.
set(SW_COMPLETIONS ${CMAKE_BINARY_DIR}/completions)
add_custom_command(OUTPUT ${SW_COMPLETIONS}/sealwright ${SW_COMPLETIONS}/_sealwright
    COMMAND ${CMAKE_COMMAND} -E make_directory ${SW_COMPLETIONS}
    COMMAND sealwright help --completion > ${SW_COMPLETIONS}/sealwright
    COMMAND sealwright help --zsh-completion > ${SW_COMPLETIONS}/_sealwright
    DEPENDS sealwright VERBATIM)
add_custom_target(completions ALL
    DEPENDS ${SW_COMPLETIONS}/sealwright ${SW_COMPLETIONS}/_sealwright)
install(FILES ${SW_COMPLETIONS}/sealwright
    DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
install(FILES ${SW_COMPLETIONS}/_sealwright
    DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions)
