#pragma once
#include <string>
#include <vector>

namespace hb::cli {

struct DemoArguments {
  std::string store, scenes;
  std::vector<std::string> organizations;
};

/// `healthbrain user demo`: one account per role in a simulated store, all with one password that
/// the log-in page shows on this machine. One password is hashed once: 30 Argon2 would take 12
/// seconds.
int run_user_demo(const DemoArguments& arguments);

}  // namespace hb::cli
