# cmake -D SOURCE=… -D FILE=… -P commit.cmake: writes the header FILE with the checkout's commit, "-dirty"
# where it was changed, empty outside of a checkout. Untouched where nothing has changed.
execute_process(COMMAND git -c safe.directory=* -C ${SOURCE} describe --always --dirty --abbrev=12 --exclude=*
  OUTPUT_VARIABLE commit OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
file(CONFIGURE OUTPUT ${FILE} CONTENT "#define FEDMRN_COMMIT \"${commit}\"\n" @ONLY)
