# Everything comes from Debian 12; script/setup installs it. Foreign headers are SYSTEM, so that
# warnings as errors hold for our own code alone.
find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(tl-expected REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(ICU REQUIRED COMPONENTS uc i18n)
find_package(nlohmann_json REQUIRED)
find_package(tomlplusplus REQUIRED)
find_package(CLI11 REQUIRED)
pkg_check_modules(serialport REQUIRED IMPORTED_TARGET libserialport)
pkg_check_modules(microhttpd REQUIRED IMPORTED_TARGET libmicrohttpd)
pkg_check_modules(sodium REQUIRED IMPORTED_TARGET libsodium)
if(MODEMBANK_TCMALLOC)
  pkg_check_modules(tcmalloc REQUIRED IMPORTED_TARGET libtcmalloc_minimal)
endif()

# Boost 1.81, headers only: libboost1.81-dev carries no CMake file for a header-only user.
find_path(BOOST_INCLUDE boost/asio/any_completion_handler.hpp REQUIRED)
add_library(Boost::headers INTERFACE IMPORTED)
target_include_directories(Boost::headers SYSTEM INTERFACE ${BOOST_INCLUDE})
target_link_libraries(Boost::headers INTERFACE Threads::Threads)
