#pragma once
#include <stdexcept>
#include <string>

/// For our own bugs only: throws std::logic_error, caught by the server loop, the job runner and main.
#define HB_CHECK(condition)                                                                   \
  do {                                                                                        \
    if (!(condition))                                                                         \
      throw std::logic_error(std::string("check failed: " #condition " at " __FILE__ ":") +   \
                             std::to_string(__LINE__));                                       \
  } while (false)
