#pragma once
#include <memory>

#include "records/engine.hpp"
#include "records/keys.hpp"
#include "records/store.hpp"

namespace hb::records {

struct Store::State {
  std::unique_ptr<Engine> engine;
  std::unique_ptr<Keys> keys;
};

}  // namespace hb::records
